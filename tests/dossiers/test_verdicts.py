"""What is said of files: each fault in words of its own."""

import pytest

from dossiers.verdicts import SENTENCES, Finding, Reason, Status, sentence


def test_every_reason_has_a_sentence_of_its_own_with_the_name_of_the_file():
    told = {sentence(reason, "giấy 100%.pdf") for reason in Reason}
    assert len(told) == len(Reason) == len(SENTENCES)
    assert all("giấy 100%.pdf" in one for one in told)


@pytest.mark.parametrize("codes", [Status, Reason, Finding])
def test_every_code_has_words_of_its_own_for_staff(codes):
    words = {str(code.label) for code in codes}
    assert len(words) == len(codes)
    assert words.isdisjoint(codes.values)
