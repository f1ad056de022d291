"""Vietnamese text: what folds together, what a mask hides."""

import re
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.text import fold, given_name_key, inert, masked_name, revived, tidy

LETTERS = "aàảãáạăằẳẵắặâầẩẫấậbcdđeèẻẽéẹêềểễếệghiìỉĩíịklmnoòỏõóọôồổỗốộơờởỡớợpqrstuùủũúụưừửữứựvxyỳỷỹýỵ"
VIETNAMESE = st.text(alphabet=LETTERS + LETTERS.upper() + " -.,()0123456789", max_size=40)
WORDS = st.text(alphabet=LETTERS + LETTERS.upper(), min_size=2, max_size=7)
quick = settings(max_examples=100, deadline=None)


def nfd(text: str) -> str:
    return unicodedata.normalize("NFD", text)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Sở Nội vụ", "so noi vu"),
        ("ĐẶNG ĐÌNH ĐÔ", "dang dinh do"),
        ("Sở KH&ĐT", "so kh dt"),
        ("  UBND   xã\tĐại-Huệ (mới) ", "ubnd xa dai hue moi"),
        ("Nghĩa Đàn 1.2", "nghia dan 1 2"),
        ("ưỡn ngưỡng, thuở, quỵ luỵ", "uon nguong thuo quy luy"),
        ("Ｎｇｈệ Ａｎ", "nghe an"),
        ("%_'\"\\;--", ""),
        ("", ""),
        ("Нге Ан 省", ""),
    ],
)
def test_fold_by_example(text: str, folded: str) -> None:
    assert fold(text) == folded
    assert fold(nfd(text)) == folded


def test_every_vietnamese_letter_folds_to_one_plain_letter() -> None:
    for letter in LETTERS + LETTERS.upper():
        assert re.fullmatch("[a-z]", fold(letter)), letter
        assert fold(nfd(letter)) == fold(letter)


@quick
@given(st.text(max_size=60))
def test_fold_is_idempotent_and_plain(text: str) -> None:
    folded = fold(text)
    assert fold(folded) == folded
    assert re.fullmatch(r"(?:[0-9a-z]+(?: [0-9a-z]+)*)?", folded)


@quick
@given(VIETNAMESE)
def test_fold_knows_no_case_and_no_unicode_form(text: str) -> None:
    assert fold(text) == fold(text.upper()) == fold(text.lower()) == fold(nfd(text))
    assert fold(nfd(text).upper()) == fold(text)


@pytest.mark.parametrize(("text", "folded"), [("𝐍𝐚𝐦 𝐃𝐮̛𝐨̛𝐧𝐠", "nam duong"), ("№ 5", "no 5"), ("Nam™", "namtm")])
def test_fold_reads_compatibility_capitals(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("text", "tidied"),
    [
        ("  Nguyễn \t Văn\n An ", "Nguyễn Văn An"),
        (nfd("Trần Thị Hường"), "Trần Thị Hường"),
        ("Nguyễn\u00a0Văn\u2003An", "Nguyễn Văn An"),
        ("An\x00\x07\u200b\ufeff\u202e", "An"),
        ("\u2066Lê\u2069 Na", "Lê Na"),
        ("", ""),
    ],
)
def test_tidy_by_example(text: str, tidied: str) -> None:
    assert tidy(text) == tidied


@quick
@given(st.text(alphabet=st.characters(exclude_categories=["Cf", "Cc", "Cs", "Co", "Cn"]), max_size=60))
def test_tidy_is_idempotent_and_composed(text: str) -> None:
    tidied = tidy(text)
    assert tidy(tidied) == tidied
    assert unicodedata.is_normalized("NFC", tidied)


@quick
@given(st.text(max_size=60))
def test_tidy_leaves_nothing_invisible(text: str) -> None:
    tidied = tidy(text)
    assert not [c for c in tidied if unicodedata.category(c)[0] == "C"]
    assert tidied == " ".join(tidied.split())


@settings(max_examples=50, deadline=None)
@given(st.text(alphabet="e\u0301\u200b\u00ada ", max_size=8))
@example("e\u200b\u0301")
def test_tidy_composes_what_an_invisible_character_parted(text: str) -> None:
    assert unicodedata.is_normalized("NFC", tidy(text))


@pytest.mark.parametrize("gap", ["\r", "\x0b", "\x0c", "\x85"])
def test_tidy_keeps_words_apart(gap: str) -> None:
    assert tidy(f"Văn{gap}An") == "Văn An"


def test_people_sort_by_given_name() -> None:
    assert given_name_key("Nguyễn Văn Ân") == "an nguyen van"
    people = ["Đỗ Thị Bình", "Trần Văn An", "Lê Thị An", "Đặng Bình"]
    assert sorted(people, key=given_name_key) == ["Lê Thị An", "Trần Văn An", "Đặng Bình", "Đỗ Thị Bình"]
    assert given_name_key("") == ""
    assert given_name_key("Vi") == "vi"


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("Nguyễn Văn An", "Nguyễn V. A."),
        ("Đặng đình Ánh", "Đặng Đ. Á."),
        ("  Lê   Na ", "Lê N."),
        ("Tôn Nữ Thị Ngọc Ưu", "Tôn N. T. N. Ư."),
        ("Moong", "Moong"),
        ("", ""),
    ],
)
def test_masked_name_by_example(name: str, masked: str) -> None:
    assert masked_name(name) == masked


@quick
@given(st.lists(WORDS, min_size=2, max_size=6))
def test_a_mask_keeps_the_family_name_and_initials_only(words: list[str]) -> None:
    family, *initials = masked_name(" ".join(words)).split()
    assert family == words[0]
    assert initials == [word[0].upper() + "." for word in words[1:]]
    assert all(len(initial) == 2 for initial in initials)


@pytest.mark.parametrize(
    "mark", ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠", "\x00=", " =", "\xa0-", "'=", "' ="]
)
def test_no_cell_begins_as_a_formula(mark: str) -> None:
    cell = mark + "HYPERLINK(1)"
    assert inert(cell) == "'" + cell
    assert revived(inert(cell)) == cell


@quick
@given(st.text(max_size=10) | st.text(alphabet="'=+-@ \t\0＝x", max_size=6))
def test_what_was_made_inert_is_revived(cell: str) -> None:
    assert revived(inert(cell)) == cell
