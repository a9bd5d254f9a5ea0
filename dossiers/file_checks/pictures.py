"""Pictures decoded to their end. Runs in the process of `inspect_file`, and nowhere else."""

import struct
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageFile, ImageOps

from dossiers.file_checks.inspection import Inspection
from dossiers.verdicts import Reason

FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
# What Pillow raises on pictures that are damaged, by intent or not.
DAMAGED = (OSError, SyntaxError, ValueError, EOFError, IndexError, struct.error)
EOI = b"\xff\xd9"
# Bytes of many kinds that hold no marker, to be read as rows where rows are missing.
FILLING = bytes(number * 37 % 251 for number in range(4096))
JPEG_QUALITY = 90


def inspect(source: Path, content_type: str, copy: Path, max_pixels: int) -> Inspection:
    """Decode a picture; write a WebP as JPEG to `copy`, since not every machine opens WebP."""
    Image.MAX_IMAGE_PIXELS = None  # counted here
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    formats = [FORMATS[content_type]]
    try:
        image = Image.open(source, formats=formats)
    except DAMAGED:
        return Inspection(Reason.UNREADABLE_PICTURE)
    with image:
        if image.width * image.height > max_pixels:
            return Inspection(Reason.TOO_MANY_PIXELS)
        try:
            # A JPEG at an eighth of its size: all of it is read, in a fraction of the memory.
            image.draft("L", (1, 1))
            image.load()
        except DAMAGED:
            if formats != ["JPEG"] or not lacks_nothing_but_its_end(source):
                return Inspection(Reason.BROKEN)
        if content_type != "image/webp":
            return Inspection()
        write_jpeg(image, copy)
    return Inspection(copy_type="image/jpeg")


def lacks_nothing_but_its_end(source: Path) -> bool:
    """Whether every row of a JPEG without its end marker is there, as readers show it.

    Cheap scanners leave the marker out. A reader fills what is missing with what comes next; where
    no row is missing, what comes next changes nothing.
    """
    content = source.read_bytes().removesuffix(b"\xff")
    try:
        return pixels(content + EOI) == pixels(content + FILLING + EOI)
    except DAMAGED:
        return False


def pixels(content: bytes) -> bytes:
    """Decode a JPEG at full size in grey: the last rows of a progressive one are fine detail."""
    with Image.open(BytesIO(content), formats=["JPEG"]) as image:
        image.draft("L", image.size)
        return image.tobytes()


def write_jpeg(image: Image.Image, copy: Path) -> None:
    upright = ImageOps.exif_transpose(image)
    if "A" in upright.getbands():
        paper = Image.new("RGB", upright.size, "white")
        paper.paste(upright, mask=upright.getchannel("A"))
        upright = paper
    upright.convert("RGB").save(
        copy, "JPEG", quality=JPEG_QUALITY, icc_profile=image.info.get("icc_profile")
    )
