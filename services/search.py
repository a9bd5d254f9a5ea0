"""Finding words whatever their accents, case or Unicode form: "khai sinh" finds "Khai Sinh", "xay dung" "xây dựng"."""

import unicodedata


def fold(text: str) -> str:
    """Return `text` in lower case without Vietnamese marks and with single spaces.

    Composed and decomposed Unicode give the same answer; đ becomes d, which no Unicode decomposition does.
    """
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    return " ".join(bare.replace("đ", "d").split())
