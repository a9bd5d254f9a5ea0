"""QR codes for papers and pages."""

import segno


def qr_svg(text: str) -> str:
    """Return a QR code as an inline SVG element without size, to be sized by its place."""
    return segno.make(text, error="m").svg_inline(omitsize=True, border=2, title=f"QR: {text}")
