"""Finding an agency among names: what comes first, what never comes."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contest.agencies.rules import Match, NamedAgency, best_matches
from core.text import fold

quick = settings(max_examples=100, deadline=None)


def named(code: str, name: str, *others: str) -> list[NamedAgency]:
    """An agency under its own name and under others."""
    return [NamedAgency(code, name, text, fold(text)) for text in (name, *others)]


NAMES = [
    *named("SO-TC", "Sở Tài chính", "Sở KHĐT", "Sở Kế hoạch và Đầu tư"),
    *named("SO-NV", "Sở Nội vụ", "Sở Lao động - Thương binh và Xã hội"),
    *named("17935", "Xã Nam Đàn", "UBND xã Nam Đàn", "Xã Nam Thanh (huyện Nam Đàn)"),
    *named("17950", "Xã Vạn An", "Thị trấn Nam Đàn (huyện Nam Đàn)"),
    *named("16744", "Xã Thông Thụ", "Xã Đồng Văn (huyện Quế Phong)"),
    *named("17287", "Xã Tiên Đồng", "Xã Đồng Văn (huyện Tân Kỳ)"),
    *named("PNV", "Phòng Nội vụ", "Nội vụ"),
]


def codes(query: str, limit: int = 8) -> list[str]:
    return [match.code for match in best_matches(NAMES, query, limit)]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("sở nội vụ", ["SO-NV"]),
        ("SO NOI VU", ["SO-NV"]),
        ("noi vu", ["PNV", "SO-NV"]),
        ("xa nam dan", ["17935", "17950"][:1]),
        ("nam dan", ["17935", "17950"]),
        ("thi tran nam dan", ["17950"]),
        ("dau tu", ["SO-TC"]),
        ("tư đầu", ["SO-TC"]),
        ("ta ch", ["SO-TC"]),
        ("dong van que phong", ["16744"]),
        ("ai chinh", []),
        ("sở ngoại vụ", []),
        ("", []),
        ("%_'\"\\", []),
        ("Сở", []),
    ],
)
def test_search_by_example(query: str, expected: list[str]) -> None:
    assert codes(query) == expected


def test_the_name_by_which_it_was_found_is_told_if_it_is_another() -> None:
    assert best_matches(NAMES, "so tai chinh") == [Match("SO-TC", "Sở Tài chính", "")]
    assert best_matches(NAMES, "so khdt") == [Match("SO-TC", "Sở Tài chính", "Sở KHĐT")]
    assert [m.matched for m in best_matches(NAMES, "dong van")] == [
        "Xã Đồng Văn (huyện Tân Kỳ)",
        "Xã Đồng Văn (huyện Quế Phong)",
    ][::-1]


def test_exact_before_prefix_before_words_own_before_other_short_before_long() -> None:
    pool = [
        *named("words", "Trường Chính trị tỉnh An"),
        *named("longer", "An Chính tỉnh Nghệ"),
        *named("prefix", "An Chính Hai"),
        *named("other", "Khác", "An Chính"),
        *named("own", "An Chính"),
    ]
    expected = ["own", "other", "prefix", "longer", "words"]
    assert [m.code for m in best_matches(pool, "an chinh")] == expected
    assert [m.code for m in best_matches(pool[::-1], "an chinh")] == expected
    assert [m.code for m in best_matches(pool, "an chinh", 2)] == expected[:2]
    assert best_matches(pool, "an chinh", 0) == []


PARTS = ["sở", "xã", "phường", "nam", "đàn", "đông", "đồng", "văn", "an", "vạn", "thành"]
TEXTS = st.lists(st.sampled_from(PARTS), min_size=1, max_size=4).map(" ".join)
QUERIES = st.lists(st.sampled_from(PARTS).flatmap(lambda w: st.integers(1, len(w)).map(lambda n: w[:n])), max_size=3)
POOLS = st.dictionaries(st.sampled_from("abcdef"), st.lists(TEXTS, min_size=1, max_size=3, unique=True), min_size=1)


@quick
@given(POOLS, QUERIES.map(" ".join), st.integers(1, 8), st.randoms())
def test_search_finds_exactly_the_names_with_all_words(
    pool: dict[str, list[str]], query: str, limit: int, chance: random.Random
) -> None:
    names = [one for code, texts in pool.items() for one in named(code, *texts)]
    everything = best_matches(names, query, 99)
    wanted = fold(query).split()
    fitting = {
        one.code
        for one in names
        if wanted and all(any(word.startswith(want) for word in one.folded.split()) for want in wanted)
    }
    assert {match.code for match in everything} == fitting
    assert len(everything) == len(fitting)
    assert best_matches(names, query, limit) == everything[:limit]
    assert [m.code for m in best_matches(names, fold(query).upper(), 99)] == [m.code for m in everything]
    chance.shuffle(names)
    assert [m.code for m in best_matches(names, query, 99)] == [m.code for m in everything]
    for match in everything:
        assert match.matched in (["", *pool[match.code][1:]])
        assert match.name == pool[match.code][0]


@quick
@given(st.text(max_size=200))
def test_no_query_is_an_error(query: str) -> None:
    assert len(best_matches(NAMES, query)) <= 8
