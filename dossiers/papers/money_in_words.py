"""Sums of đồng in Vietnamese words, as receipts must state them. Pure: numbers in, words out."""

DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
THOUSANDS = ("", "nghìn", "triệu")
BILLION = 1_000_000_000


def dong(amount: int) -> str:
    """Return a sum as a sentence begins: 100000 → "Một trăm nghìn đồng".

    Raise ValueError for less than nothing.
    """
    words = f"{number(amount)} đồng"
    return words[0].upper() + words[1:]


def number(value: int) -> str:
    """Return a whole number in words.

    In the southern reading "lẻ" that treasuries of the region use.
    """
    if value < 0:
        raise ValueError("a sum in words is never negative")
    if value == 0:
        return DIGITS[0]
    billions, rest = divmod(value, BILLION)
    said = [number(billions), "tỷ"] if billions else []
    for power in (2, 1, 0):
        group = rest // 1000**power % 1000
        if group:
            said += [_group(group, whole=bool(said)), THOUSANDS[power]]
    return " ".join(word for word in said if word)


def _group(value: int, *, whole: bool) -> str:
    """Return 1–999 in words; a `whole` group follows another and is read with all its places.

    "không trăm lẻ năm".
    """
    hundreds, rest = divmod(value, 100)
    said = [f"{DIGITS[hundreds]} trăm"] if hundreds or whole else []
    tens, units = divmod(rest, 10)
    if tens:
        said.append(_tens(tens, units))
    elif units:
        said.append(f"lẻ {DIGITS[units]}" if said else DIGITS[units])
    return " ".join(said)


def _tens(tens: int, units: int) -> str:
    """Return 10–99: after "mươi" one is mốt and four is tư; five is lăm after any ten."""
    ten = "mười" if tens == 1 else f"{DIGITS[tens]} mươi"
    if not units:
        return ten
    changed = {5: "lăm"} if tens == 1 else {1: "mốt", 4: "tư", 5: "lăm"}
    return f"{ten} {changed.get(units, DIGITS[units])}"
