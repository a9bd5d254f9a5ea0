"""Which fonts a PDF holds."""

import io

import pikepdf


def fonts_of(pdf: bytes) -> set[str]:
    """The names of all fonts of a PDF, each of which must be embedded."""
    names = set()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        for item in document.objects:
            if isinstance(item, pikepdf.Dictionary) and item.get("/Type") == "/FontDescriptor":
                assert any(key in item for key in ("/FontFile2", "/FontFile3", "/FontFile"))
                names.add(str(item["/FontName"]).partition("+")[2].partition("-")[0])
    return names
