"""The parts of a picture that are kept, found by walking its structure; nothing is decoded.

Kept is what is needed to draw one picture in its true colours, the right way up. Dropped are EXIF
with the place and the camera, XMP, IPTC, comments, previews, further frames, and whatever follows
the picture, such as the film of a motion photo.

The work is one search over the bytes and a bounded number of steps, whatever the file says of
itself.
"""

import mmap
import re
import struct
from dataclasses import dataclass, field

from dossiers.verdicts import Reason

Bytes = bytes | mmap.mmap

MAX_SEGMENTS = 5_000  # of a JPEG
MAX_CHUNKS = 20_000  # of a PNG or WebP
# A camera makes about ten; each scan costs a reader as much as a whole picture.
MAX_SCANS = 100
MAX_EXIF_ENTRIES = 512


class BadPicture(Exception):
    """The picture cannot be kept; `reason` says why."""

    def __init__(self, reason: Reason):
        super().__init__(reason)
        self.reason = reason


@dataclass
class Picture:
    """The size of a picture, and what is kept of it: pieces of the file, and new bytes."""

    width: int = 0
    height: int = 0
    pieces: list[range | bytes] = field(default_factory=list)

    @property
    def pixels(self) -> int:
        return self.width * self.height

    def keep(self, start: int, end: int) -> None:
        self.pieces.append(range(start, end))

    def add(self, new: bytes) -> None:
        self.pieces.append(new)


def unpack(layout: str, data: Bytes, place: int) -> tuple[int, ...]:
    """Read numbers at `place`; raise BadPicture where the file ends before."""
    end = place + struct.calcsize(layout)
    if end > len(data):
        raise BadPicture(Reason.BROKEN)
    return struct.unpack(layout, data[place:end])


def begins(data: Bytes, place: int, words: bytes) -> bool:
    return data[place : place + len(words)] == words


# --- JPEG ---

SOI, EOI, SOS, DHT, DQT, DRI = 0xD8, 0xD9, 0xDA, 0xC4, 0xDB, 0xDD
APP1 = 0xE1
STANDALONE = {0x01, *range(0xD0, 0xD8)}
# Baseline, extended and progressive are what browsers draw; the others are lossless, hierarchical
# or arithmetic.
FRAMES = {0xC0, 0xC1, 0xC2}
OTHER_FRAMES = {0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF, 0xDE}
# 0xFF and a byte that is neither a stuffed zero nor a restart nor a fill byte.
NEXT_MARKER = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")
# The tables that a picture is drawn with, and the applications' segments about its colours.
TABLES = {DHT: b"", DQT: b"", DRI: b"", 0xE0: b"JFIF\x00", 0xE2: b"ICC_PROFILE\x00", 0xEE: b"Adobe"}
EXIF = b"Exif\x00\x00"


def jpeg(data: Bytes) -> Picture:
    """Return the parts of a JPEG to keep, up to its end marker or the end of the file.

    Whether all its rows are there is seen by decoding alone. Raises BadPicture.
    """
    picture = Picture()
    picture.keep(0, 2)
    place, scans = 2, 0
    for _segment in range(MAX_SEGMENTS):
        found = NEXT_MARKER.search(data, place)
        if found is None:
            return _with_a_scan(picture, scans)
        start, marker = found.start(), data[found.start() + 1]
        if marker == EOI:
            picture.keep(start, start + 2)
            return _with_a_scan(picture, scans)
        place = _end_of_segment(data, start, marker)
        if marker == SOS:
            scans += 1
            place = _end_of_scan(data, place)
            picture.keep(start, place)
        else:
            _keep_segment(picture, data, start, place)
        if scans > MAX_SCANS:
            raise BadPicture(Reason.TOO_MANY_SCANS)
    raise BadPicture(Reason.TOO_COMPLEX)


def _with_a_scan(picture: Picture, scans: int) -> Picture:
    if not scans or not picture.pixels:
        raise BadPicture(Reason.BROKEN)
    return picture


def _end_of_segment(data: Bytes, start: int, marker: int) -> int:
    if marker in STANDALONE:
        return start + 2
    (length,) = unpack(">H", data, start + 2)
    end = start + 2 + length
    if length < 2 or end > len(data):
        raise BadPicture(Reason.BROKEN)
    return end


def _end_of_scan(data: Bytes, place: int) -> int:
    found = NEXT_MARKER.search(data, place)
    return found.start() if found else len(data)


def _keep_segment(picture: Picture, data: Bytes, start: int, end: int) -> None:
    marker, payload = data[start + 1], start + 4
    if marker in OTHER_FRAMES:
        raise BadPicture(Reason.UNREADABLE_PICTURE)
    if marker == SOI or (marker in FRAMES and picture.pixels):
        raise BadPicture(Reason.BROKEN)

    if marker in FRAMES:
        picture.height, picture.width = unpack(">HH", data, payload + 1)
        picture.keep(start, end)
    elif marker in TABLES and begins(data, payload, TABLES[marker]):
        picture.keep(start, end)
    elif marker == APP1 and begins(data, payload, EXIF):
        turned = orientation(data[payload + len(EXIF) : end])
        if turned != UPRIGHT:
            block = EXIF + exif_of(turned)
            picture.add(struct.pack(">BBH", 0xFF, APP1, len(block) + 2) + block)


# --- PNG ---

PNG_HEADER = b"\x89PNG\r\n\x1a\n"
PNG_END = b"\x00\x00\x00\x00IEND\xaeB`\x82"
# The picture and its colours. Texts, EXIF, the time and the frames of a film are not among them.
KEPT_CHUNKS = {
    *(b"IHDR", b"PLTE", b"IDAT", b"tRNS", b"cHRM", b"gAMA", b"iCCP", b"sBIT", b"sRGB", b"bKGD"),
    *(b"pHYs", b"cICP", b"mDCV", b"cLLI"),
}


def png(data: Bytes) -> Picture:
    """Return the parts of a PNG to keep, the end marker among them whether it is there or not.

    Raises BadPicture.
    """
    picture = Picture()
    picture.keep(0, len(PNG_HEADER))
    place = len(PNG_HEADER)
    for _chunk in range(MAX_CHUNKS):
        # The end, whole or cut off, or missing.
        if PNG_END.startswith(data[place : place + len(PNG_END)]):
            break
        (length,) = unpack(">I", data, place)
        end = place + 12 + length
        if end > len(data):
            raise BadPicture(Reason.BROKEN)
        _keep_chunk(picture, data, data[place + 4 : place + 8], range(place, end))
        place = end
    else:
        raise BadPicture(Reason.TOO_COMPLEX)

    if not picture.pixels:
        raise BadPicture(Reason.BROKEN)
    picture.add(PNG_END)
    return picture


def _keep_chunk(picture: Picture, data: Bytes, kind: bytes, chunk: range) -> None:
    is_first = not picture.pixels
    if is_first != (kind == b"IHDR"):
        raise BadPicture(Reason.BROKEN)
    if is_first:
        picture.width, picture.height = unpack(">II", data, chunk.start + 8)
    if kind in KEPT_CHUNKS:
        picture.keep(chunk.start, chunk.stop)


# --- WebP ---

IS_ANIMATED, HAS_XMP, HAS_EXIF = 0x02, 0x04, 0x08
EXTENDED = b"VP8X"


def webp(data: Bytes) -> Picture:
    """Return the parts of a still WebP to keep. Raises BadPicture."""
    picture = Picture()
    extended, turned, place = b"", UPRIGHT, 12
    for _chunk in range(MAX_CHUNKS):
        if place + 8 > len(data):
            break
        kind = data[place : place + 4]
        (length,) = unpack("<I", data, place + 4)
        payload, place = place + 8, place + 8 + length + length % 2
        if payload + length > len(data):
            raise BadPicture(Reason.BROKEN)
        if kind == EXTENDED:
            extended = data[payload : payload + 10]
        elif kind == b"EXIF":
            turned = orientation(data[payload : payload + length].removeprefix(EXIF))
        else:
            _keep_webp_chunk(picture, data, kind, range(payload, payload + length))
    else:
        raise BadPicture(Reason.TOO_COMPLEX)
    return _webp_of(picture, extended, turned)


def _keep_webp_chunk(picture: Picture, data: Bytes, kind: bytes, payload: range) -> None:
    if kind in (b"ANIM", b"ANMF"):
        raise BadPicture(Reason.ANIMATED)
    if kind == b"VP8 ":
        width, height = unpack("<HH", data, payload.start + 6)
        picture.width, picture.height = width & 0x3FFF, height & 0x3FFF
    elif kind == b"VP8L":
        (sizes,) = unpack("<I", data, payload.start + 1)
        picture.width, picture.height = (sizes & 0x3FFF) + 1, (sizes >> 14 & 0x3FFF) + 1
    elif kind not in (b"ICCP", b"ALPH"):
        return
    picture.add(kind + struct.pack("<I", len(payload)))
    picture.keep(payload.start, payload.stop)
    if len(payload) % 2:
        picture.add(b"\x00")


def _webp_of(picture: Picture, extended: bytes, turned: int) -> Picture:
    """Put the header, which tells the length and what follows, before the parts that are kept."""
    if not picture.pixels or len(extended) not in (0, 10):
        raise BadPicture(Reason.BROKEN)
    if extended:
        if extended[0] & IS_ANIMATED:
            raise BadPicture(Reason.ANIMATED)
        # Nothing is drawn outside the canvas, but a reader makes room for it.
        width, height = (int.from_bytes(extended[at : at + 3], "little") + 1 for at in (4, 7))
        if width * height > picture.pixels:
            picture.width, picture.height = width, height
        flags = extended[0] & ~(HAS_XMP | HAS_EXIF)
        if turned != UPRIGHT:
            flags |= HAS_EXIF
            picture.add(_webp_chunk(b"EXIF", exif_of(turned)))
        picture.pieces.insert(0, _webp_chunk(EXTENDED, bytes([flags]) + extended[1:]))
    length = sum(len(piece) for piece in picture.pieces)
    picture.pieces.insert(0, b"RIFF" + struct.pack("<I", 4 + length) + b"WEBP")
    return picture


def _webp_chunk(kind: bytes, payload: bytes) -> bytes:
    return kind + struct.pack("<I", len(payload)) + payload


# --- EXIF ---

UPRIGHT = 1
ORIENTATIONS = range(1, 9)
ORIENTATION_TAG, SHORT = 0x0112, 3


def orientation(block: bytes) -> int:
    """Return how a picture must be turned, from its EXIF; UPRIGHT where it does not say."""
    order = {b"II*\x00": "<", b"MM\x00*": ">"}.get(block[:4])
    if order is None:
        return UPRIGHT
    try:
        (place,) = unpack(f"{order}I", block, 4)
        (count,) = unpack(f"{order}H", block, place)
        for number in range(min(count, MAX_EXIF_ENTRIES)):
            tag, kind, _count, value = unpack(f"{order}HHIH", block, place + 2 + 12 * number)
            if tag == ORIENTATION_TAG and kind == SHORT and value in ORIENTATIONS:
                return value
    except BadPicture:  # a block cut off says nothing
        pass
    return UPRIGHT


def exif_of(turned: int) -> bytes:
    """Return an EXIF block that tells the orientation and nothing else; its length is even."""
    entry = struct.pack(">HHIHH", ORIENTATION_TAG, SHORT, 1, turned, 0)
    return b"MM\x00*" + struct.pack(">IH", 8, 1) + entry + struct.pack(">I", 0)
