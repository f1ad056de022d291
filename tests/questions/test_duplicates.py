"""Near duplicates: what counts as alike, and that the candidates miss hardly any."""

import random
import unicodedata
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.text import fold
from questions.duplicates import PAIRS_MAX, Text, _at_least, _candidates, near_duplicates, similarity, text_of

STEM = "Theo Luật Tiếp công dân, cơ quan phải trả lời trong 03 ngày hay lâu hơn khi nhận kiến nghị của người dân?"
CHOICES = (
    "Trả lời ngay tại nơi tiếp",
    "Trả lời bằng văn bản sau khi họp",
    "Chuyển cho cấp trên",
    "Lưu hồ sơ, chờ nhắc",
)
BASE = text_of("base", STEM, CHOICES)


@pytest.mark.parametrize(
    ("stem", "choices", "least"),
    [
        (STEM, CHOICES[::-1], 100),
        (STEM.upper(), CHOICES, 100),
        (fold(STEM), tuple(map(fold, CHOICES)), 100),
        (unicodedata.normalize("NFD", STEM), CHOICES, 100),
        (STEM.replace(",", " –").replace("?", " ?!"), CHOICES, 100),
        (STEM.replace("03", "3"), CHOICES, 100),
        (" ".join(reversed(STEM.split())), CHOICES, 100),
        (STEM.replace("03", "05"), CHOICES, 99),
        (STEM.replace("người dân", "công dân").replace("nhận", "tiếp nhận"), CHOICES, 94),
        (STEM, (*CHOICES[:3], "Mời người dân về nhà chờ"), 90),
    ],
)
def test_these_are_near_duplicates(stem: str, choices: tuple[str, ...], least: int) -> None:
    (pair,) = near_duplicates([text_of("other", stem, choices)], [BASE])
    assert (pair.new, pair.other, pair.other_is_new) == ("other", "base", False)
    assert pair.similarity == int(similarity(BASE, text_of("other", stem, choices)) + 1e-9) >= least


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            (
                "Theo Nghị định 118/2025/NĐ-CP, ai ký giấy hẹn trả kết quả?",
                ("Công chức", "Chủ tịch", "Bưu tá", "Bảo vệ"),
            ),
            ("Theo Nghị định 118/2025/NĐ-CP, phí nộp ở đâu?", ("Kho bạc", "Ngân hàng", "Cổng dịch vụ", "Tại nhà")),
        ),
        (
            ("Phát biểu nào sau đây đúng?", ("Lệ phí do Hội đồng quyết định", "Hồ sơ lưu mười năm")),
            ("Phát biểu nào sau đây đúng?", ("Giấy hẹn có mã vạch", "Công dân được khiếu nại hai lần")),
        ),
    ],
)
def test_a_common_beginning_or_stem_makes_no_near_duplicate(
    one: tuple[str, tuple[str, ...]], other: tuple[str, tuple[str, ...]]
) -> None:
    assert near_duplicates([text_of(1, *one), text_of(2, *other)], []) == []


def test_the_measure_by_hand() -> None:
    """Stems "a b" and "a c": D = 2, L = 6. Choices "x" and "x": D = 0, L = 2. 100 (1 - 4 / 14) = 71.4…"""
    one, other = text_of(1, "b A", ["X", "x"]), text_of(2, "a c", ["x"])
    assert similarity(one, other) == pytest.approx(100 * 10 / 14)
    assert near_duplicates([one, other], [], threshold=72) == []
    assert [(p.new, p.other, p.similarity) for p in near_duplicates([one, other], [], threshold=71)] == [(2, 1, 71)]


def test_new_are_compared_among_themselves_and_with_the_known_but_no_two_known() -> None:
    same = [Text(name, BASE.stem, BASE.choices) for name in ("a", "b", "c", "d")]
    pairs = near_duplicates(same[:2], same[2:])
    found = {(pair.new, pair.other, pair.other_is_new) for pair in pairs}
    assert found == {("a", "c", False), ("a", "d", False), ("b", "c", False), ("b", "d", False), ("b", "a", True)}
    assert near_duplicates([BASE], [BASE]) == [], "its own earlier state"
    assert near_duplicates([], same) == near_duplicates([], []) == []


def test_empty_texts_are_like_nothing() -> None:
    empty = [text_of(1, "", []), text_of(2, "?!", ["…"])]
    assert similarity(*empty) == 0
    assert near_duplicates(empty, [BASE]) == []


def test_a_question_repeated_without_end_is_paired_up_to_a_bound() -> None:
    assert len(near_duplicates([Text(n, BASE.stem, BASE.choices) for n in range(PAIRS_MAX * 3)], [])) == sum(
        min(place, PAIRS_MAX) for place in range(PAIRS_MAX * 3)
    )


VOCABULARY = (
    "hồ sơ giấy tờ công dân thủ tục tiếp nhận giải quyết kết quả khiếu nại tố cáo kiến nghị phản ánh niêm yết "
    "bưu chính lệ phí thời hạn trực tuyến văn bản chứng thực ủy quyền căn cước cư trú hộ tịch khai sinh kết "
    "hôn đất đai xây dựng doanh nghiệp thanh tra bảo hiểm y tế giáo dục giao thông môi trường dữ liệu định "
    "danh tài khoản chữ ký mã số tra cứu biểu mẫu đăng nhập xác minh phê duyệt bổ sung trả lại từ chối gia hạn "
    "thu hồi cấp đổi sửa mất hỏng chuyển nơi "
)
SYLLABLES = VOCABULARY.split()
FRAMES = (
    "Theo Nghị định 118/2025/NĐ-CP, khi {0} thì {1} trong bao nhiêu ngày?",
    "Hành vi nào sau đây bị nghiêm cấm khi {0} và {1}?",
    "Bà Lan {0}. Cơ quan có thẩm quyền phải làm gì để {1}?",
    "Theo Luật Tiếp công dân, {0} do ai quyết định nếu {1}?",
)
Words = tuple[str, tuple[str, ...]]


def phrase(rng: random.Random, most: int) -> str:
    return " ".join(rng.choices(SYLLABLES, k=rng.randint(3, most)))


def question(rng: random.Random) -> Words:
    stem = rng.choice(FRAMES).format(phrase(rng, 12), phrase(rng, 9))
    days = tuple(f"{day:02} ngày làm việc" for day in rng.sample(range(1, 31), 4))
    return stem, days if rng.random() < 0.25 else tuple(phrase(rng, 8) for _ in range(4))


def edited(rng: random.Random, words: Words, level: int) -> Words:
    """``level`` words replaced, dropped or misspelt; every other time without accents or in another order."""
    stem, choices = words[0].split(), list(words[1])
    for _ in range(level):
        place = rng.randrange(len(stem))
        stem[place] = rng.choice((rng.choice(SYLLABLES), "", stem[place][1:] + "x"))
    rng.shuffle(choices)
    if rng.random() < 0.3:
        rng.shuffle(stem)
    text = " ".join(stem)
    return (fold(text) if rng.random() < 0.5 else text), tuple(choices)


def bank(size: int, planted: int) -> tuple[list[Text], list[tuple[int, int]]]:
    """Texts numbered from 0, the last ``planted`` edited from others, and those pairs."""
    rng = random.Random(size)
    words = [question(rng) for _ in range(size - planted)]
    sources = [rng.randrange(len(words)) for _ in range(planted)]
    words += [edited(rng, words[source], rng.randint(0, 7)) for source in sources]
    texts = [text_of(place, *one) for place, one in enumerate(words)]
    return texts, [(size - planted + number, source) for number, source in enumerate(sources)]


def test_blocking_misses_hardly_any_pair_that_brute_force_finds() -> None:
    texts, _ = bank(2_000, 600)
    for threshold in (85, 92):
        true = {(b.id, a.id) for a, b in combinations(texts, 2) if similarity(a, b) >= threshold}
        found = {(pair.new, pair.other) for pair in near_duplicates(texts, [], threshold=threshold)}
        assert found <= true
        assert len(true) > 300
        assert len(found) >= 0.99 * len(true)


def test_twenty_thousand_questions_need_few_comparisons() -> None:
    texts, planted = bank(20_000, 1_000)
    found = {(pair.new, pair.other) for pair in near_duplicates(texts, [])}
    alike = {pair for pair in planted if similarity(texts[pair[0]], texts[pair[1]]) >= 85}
    assert len(alike) > 600
    assert len(alike & found) >= 0.99 * len(alike)
    compared = sum(sum(1 for _ in places) for _, places in _candidates(texts, 0, 0.625))
    assert compared < 0.02 * 20_000**2 / 2


ROWS = st.lists(st.integers(0, 2**70), max_size=12)


@given(st.integers(1, 14), ROWS)
def test_counting_bits_in_columns(need: int, rows: list[int]) -> None:
    expected = sum(1 << bit for bit in range(71) if sum(row >> bit & 1 for row in rows) >= need)
    assert _at_least(need, rows) == expected


TEXTS = st.lists(
    st.tuples(
        st.lists(st.sampled_from(SYLLABLES[:12]), max_size=6).map(" ".join), st.sampled_from(["", "có", "không"])
    ),
    max_size=8,
).map(lambda rows: [text_of(number, stem, [choice]) for number, (stem, choice) in enumerate(rows)])


@settings(max_examples=200, deadline=None)
@given(TEXTS, st.sampled_from([0, 50, 85, 100]))
def test_pairs_do_not_depend_on_the_order(texts: list[Text], threshold: float) -> None:
    def found(order: list[Text]) -> set[tuple[frozenset[int | str], int]]:
        pairs = near_duplicates(order, [], threshold=threshold)
        return {(frozenset((pair.new, pair.other)), pair.similarity) for pair in pairs}

    assert found(texts) == found(texts[::-1])
    for one, other in combinations(texts, 2):
        assert similarity(one, other) == similarity(other, one)
        assert 0 <= similarity(one, other) <= 100
