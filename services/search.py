"""Finding words whatever their accents, case or Unicode form: "xay dung" finds "Xây dựng"."""

import unicodedata


def fold(text: str) -> str:
    """Return `text` in lower case without Vietnamese marks and with single spaces.

    Composed and decomposed Unicode give the same answer, and folding twice is folding once. đ
    becomes d, which no Unicode decomposition does; so does ð, which old keyboards type in its
    place.
    """
    # Decomposed before and after: a compatibility form may bring capitals back (ℌ is H), a capital
    # may bring marks (İ is i and a dot).
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    bare = "".join(char for char in plain if not unicodedata.combining(char))
    return " ".join(bare.replace("đ", "d").replace("ð", "d").split())
