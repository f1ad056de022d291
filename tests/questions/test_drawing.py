"""Drawing: reproducible, fair, without repeats while the pool allows."""

import dataclasses
import hashlib
import hmac
import json
import random
from collections import Counter
from itertools import combinations, pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from questions import drawing
from questions.drawing import (
    Cell,
    PoolItem,
    Shortage,
    Slot,
    commitment,
    disjoint_papers,
    items_of_plan,
    plan,
    pool_from_payload,
    pool_payload,
    shortages,
)

SEED = bytes(range(32))
quick = settings(max_examples=100, deadline=None)
WHERE = st.tuples(st.sampled_from(["kiem-soat", "mot-cua", "dich-vu-cong"]), st.integers(1, 3))
SIZES = st.dictionaries(WHERE, st.integers(1, 9), min_size=1, max_size=4)
PERSON = st.text(alphabet="0123456789abcdefghjkmnpqrstvwxyz", min_size=1, max_size=16)


def draw(pool: list[PoolItem], blueprint: list[Cell], *, seed: bytes, person: str, number: int) -> list[Slot]:
    return drawing.draw(drawing.by_cell(pool), blueprint, seed=seed, person=person, number=number)


def pool_of(sizes: dict[tuple[str, int], int], choices: int = 4) -> list[PoolItem]:
    """As many questions of each (topic, difficulty) as ``sizes`` says."""
    where = [cell for cell, size in sizes.items() for _ in range(size)]
    return [
        PoolItem(n, topic, level, f"Câu {n}?", tuple(f"Ý {c}" for c in range(choices)), (n % choices,), "Vì…", "Điều 1")
        for n, (topic, level) in enumerate(where, start=101)
    ]


@st.composite
def bank_and_blueprint(draw_: st.DrawFn) -> tuple[dict[tuple[str, int], int], list[Cell]]:
    """Pool sizes and a blueprint that they can fill, each cell once."""
    sizes = draw_(SIZES)
    return sizes, [Cell(topic, level, draw_(st.integers(1, size))) for (topic, level), size in sizes.items()]


def ids(paper: list[Any]) -> list[int]:
    return [slot.version_id for slot in paper]


@quick
@given(bank_and_blueprint(), PERSON, st.integers(1, 20), st.binary(min_size=1, max_size=32), st.randoms())
def test_a_paper_fills_the_blueprint_and_can_be_recomputed(
    bank: tuple[dict[tuple[str, int], int], list[Cell]], person: str, number: int, seed: bytes, chance: random.Random
) -> None:
    sizes, blueprint = bank
    pool = pool_of(sizes)
    paper = draw(pool, blueprint, seed=seed, person=person, number=number)
    where = {item.version_id: (item.topic, item.difficulty) for item in pool}
    assert len(set(ids(paper))) == len(paper)
    assert Counter(where[v] for v in ids(paper)) == {(c.topic, c.difficulty): c.count for c in blueprint}
    assert all(sorted(slot.order) == [0, 1, 2, 3] for slot in paper)
    chance.shuffle(pool)
    chance.shuffle(blueprint)
    assert draw(pool, blueprint, seed=seed, person=person, number=number) == paper


@quick
@given(bank_and_blueprint(), PERSON)
def test_papers_are_disjoint_while_the_pool_allows(
    bank: tuple[dict[tuple[str, int], int], list[Cell]], person: str
) -> None:
    sizes, blueprint = bank
    papers = [set(ids(draw(pool_of(sizes), blueprint, seed=SEED, person=person, number=n))) for n in range(1, 12)]
    promised = disjoint_papers(sizes, blueprint)
    assert promised >= 1
    assert all(not one & other for one, other in combinations(papers[:promised], 2))
    if promised < len(papers):
        # The promise is not too modest either: one paper more and a question comes again.
        assert papers[promised] & set().union(*papers[:promised])
    if promised >= 2:
        assert all(not one & next_one for one, next_one in pairwise(papers))


@quick
@given(
    SIZES,
    st.lists(
        st.builds(Cell, st.sampled_from(["kiem-soat", "mot-cua"]), st.integers(1, 3), st.integers(0, 9)),
        max_size=4,
        unique_by=lambda cell: (cell.topic, cell.difficulty),
    ),
)
def test_a_shortage_is_named_exactly_when_drawing_fails(
    sizes: dict[tuple[str, int], int], blueprint: list[Cell]
) -> None:
    short = shortages(sizes, blueprint)
    for one in short:
        assert one.wanted > one.available == sizes.get((one.topic, one.difficulty), 0)
    if short:
        with pytest.raises(ValueError, match="questions"):
            draw(pool_of(sizes), blueprint, seed=SEED, person="an", number=1)
    else:
        draw(pool_of(sizes), blueprint, seed=SEED, person="an", number=1)


def test_shortages_and_disjoint_papers_by_example() -> None:
    available = {("mot-cua", 1): 7, ("mot-cua", 2): 4}
    assert shortages(available, [Cell("mot-cua", 1, 7), Cell("mot-cua", 2, 5), Cell("khac", 1, 1)]) == [
        Shortage("mot-cua", 2, 5, 4),
        Shortage("khac", 1, 1, 0),
    ]
    assert disjoint_papers(available, [Cell("mot-cua", 1, 2), Cell("mot-cua", 2, 2)]) == 2
    assert disjoint_papers(available, [Cell("mot-cua", 1, 3), Cell("mot-cua", 2, 1)]) == 2
    assert disjoint_papers(available, [Cell("mot-cua", 1, 8)]) == 0
    assert disjoint_papers(available, []) == 0


def test_the_rule_is_the_published_one() -> None:
    """Recomputed with hmac alone: who doubts a paper can do the same."""

    def hexa(*parts: object) -> str:
        return hmac.new(SEED, "\x1f".join(map(str, parts)).encode(), hashlib.sha256).hexdigest()

    pool = pool_of({("mot-cua", 1): 9})
    order = sorted(range(101, 110), key=lambda v: hexa("cell", "nguoi-1", v))
    second = sorted(order[3:6], key=lambda v: hexa("slot", "nguoi-1", 2, v))
    paper = draw(pool, [Cell("mot-cua", 1, 3)], seed=SEED, person="nguoi-1", number=2)
    assert ids(paper) == second
    for slot in paper:
        assert list(slot.order) == sorted(range(4), key=lambda c: hexa("choice", "nguoi-1", 2, slot.version_id, c))


def test_another_seed_person_or_number_is_another_paper() -> None:
    pool, blueprint = pool_of({("mot-cua", 1): 40}), [Cell("mot-cua", 1, 10)]
    base = draw(pool, blueprint, seed=SEED, person="an", number=1)
    for change in ({"seed": SEED[::-1]}, {"person": "binh"}, {"number": 2}):
        assert draw(pool, blueprint, **{"seed": SEED, "person": "an", "number": 1, **change}) != base
    # The same question, met again when the pool is used up, stands in another order.
    again = {slot.version_id: slot.order for slot in draw(pool, blueprint, seed=SEED, person="an", number=5)}
    assert set(again) == set(ids(base))
    assert any(again[slot.version_id] != slot.order for slot in base)


def test_over_two_thousand_people_everything_is_drawn_about_equally_often() -> None:
    pool, blueprint = pool_of({("mot-cua", 1): 12, ("mot-cua", 2): 5}), [Cell("mot-cua", 1, 3), Cell("mot-cua", 2, 2)]
    drawn: Counter[int] = Counter()
    first_slot: Counter[int] = Counter()
    places: Counter[tuple[int, int]] = Counter()
    for n in range(2000):
        paper = draw(pool, blueprint, seed=SEED, person=f"nguoi-{n}", number=1 + n % 3)
        drawn.update(ids(paper))
        first_slot[paper[0].version_id] += 1
        places.update((choice, place) for slot in paper for place, choice in enumerate(slot.order))
    # Five standard deviations of a binomial: 2000 x 3/12 = 500 +- 97, 2000 x 2/5 = 800 +- 110.
    assert all(403 <= drawn[v] <= 597 for v in range(101, 113)), drawn
    assert all(690 <= drawn[v] <= 910 for v in range(113, 118)), drawn
    # A slot does not tell its cell: the first one is of the first cell 3 times in 5 (1200 +- 110).
    assert 1090 <= sum(first_slot[v] for v in range(101, 113)) <= 1310
    # Each choice in each place: 10000/4 = 2500 +- 217.
    assert all(2283 <= places[c, p] <= 2717 for c in range(4) for p in range(4)), places


@pytest.mark.parametrize("counts", [(1, 1), (2, 3)])
def test_a_cell_named_twice_repeats_no_question(counts: tuple[int, int]) -> None:
    blueprint = [Cell("mot-cua", 1, count) for count in counts]
    try:
        paper = draw(pool_of({("mot-cua", 1): 9}), blueprint, seed=SEED, person="an", number=1)
    except ValueError:
        return  # refusing is as good
    assert len(set(ids(paper))) == sum(counts)


@quick
@given(SIZES, st.randoms())
def test_the_frozen_pool_survives_storage_in_one_form(sizes: dict[tuple[str, int], int], chance: random.Random) -> None:
    pool = pool_of(sizes)
    payload = pool_payload(pool)
    assert list(pool_from_payload(json.loads(json.dumps(payload)))) == pool
    shuffled = list(pool)
    chance.shuffle(shuffled)
    assert pool_payload(shuffled) == payload


SALT = b"muoi"


def test_the_commitment_binds_pool_blueprints_and_seed() -> None:
    pool = pool_of({("mot-cua", 1): 2})
    blueprints = {"": [{"topic": "mot-cua", "difficulty": 1, "count": 1}]}

    def made(pool: list[PoolItem]) -> list[dict[str, Any]]:
        return plan(pool_payload(pool), salt=SALT)

    base = commitment(made(pool), blueprints, SEED)
    plain = {"plan": made(pool), "blueprints": blueprints, "seed": SEED.hex()}
    text = json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert base == hashlib.sha256(text.encode()).hexdigest()
    changes: list[dict[str, Any]] = [
        {"stem": "Khác?"},
        {"keys": (3,)},
        {"choices": ("a", "b")},
        {"explanation": "x"},
        {"citation": "x"},
        {"difficulty": 2},
        {"withdrawn": True},
        {"neutral": True},
    ]
    others = {commitment(made([dataclasses.replace(pool[0], **c), pool[1]]), blueprints, SEED) for c in changes}
    others |= {
        commitment(made(pool), {"": [{**blueprints[""][0], "count": 2}]}, SEED),
        commitment(made(pool), {**blueprints, "B": []}, SEED),
        commitment(made(pool), blueprints, SEED[:-1]),
        commitment(made(pool[:1]), blueprints, SEED),
        commitment(plan(pool_payload(pool), salt=b"khac"), blueprints, SEED),
    }
    assert len(others) == len(changes) + 5
    assert base not in others


def test_the_public_plan_draws_the_same_papers_and_tells_no_text() -> None:
    pool = [*pool_of({("mot-cua", 1): 8, ("kiem-soat", 2): 5})]
    pool[1] = dataclasses.replace(pool[1], withdrawn=True)
    pool[2] = dataclasses.replace(
        pool[2], situation={"id": 7, "title": "Bí mật", "text": "", "media": []}, shuffle=False
    )
    pool[3] = dataclasses.replace(pool[3], kind="multiple")
    public = json.loads(json.dumps(plan(pool_payload(pool), salt=SALT)))
    cells = [Cell("mot-cua", 1, 3), Cell("kiem-soat", 2, 2)]
    for n in range(1, 5):
        asked = {"seed": SEED, "person": "an", "number": n}
        assert draw(items_of_plan(public), cells, **asked) == draw(pool, cells, **asked)
    text = json.dumps(public, ensure_ascii=False)
    assert "Câu" not in text and "Ý" not in text and "Bí mật" not in text and "keys" not in text


def test_a_withdrawn_question_is_on_no_paper_and_makes_nobody_meet_one_twice() -> None:
    pool = pool_of({("mot-cua", 1): 9})
    cells = [Cell("mot-cua", 1, 2)]
    for person in ("an", "binh", "chi"):
        first = ids(draw(pool, cells, seed=SEED, person=person, number=1))
        for gone in pool:
            left = [dataclasses.replace(item, withdrawn=item is gone) for item in pool]
            second = ids(draw(left, cells, seed=SEED, person=person, number=2))
            assert gone.version_id not in second
            assert not set(first) & set(second)


@st.composite
def mixed_pool(draw_: st.DrawFn) -> tuple[list[PoolItem], list[Cell]]:
    """A pool with situations across its cells, several kinds, and choices whose order is fixed."""
    sizes, blueprint = draw_(bank_and_blueprint())
    told = {n: {"id": n, "title": "", "text": f"Tình huống {n}", "media": []} for n in (1, 2, 3)}
    return [
        dataclasses.replace(
            item,
            situation=told.get(draw_(st.integers(0, 5))),
            shuffle=draw_(st.booleans()),
            kind=draw_(st.sampled_from(["single", "multiple", "true-false"])),
        )
        for item in pool_of(sizes)
    ], blueprint


@quick
@given(mixed_pool(), PERSON, st.integers(1, 5), st.randoms())
def test_situations_stay_together_and_fixed_orders_stay(
    made: tuple[list[PoolItem], list[Cell]], person: str, number: int, chance: random.Random
) -> None:
    pool, blueprint = made
    by_version = {item.version_id: item for item in pool}
    paper = draw(pool, blueprint, seed=SEED, person=person, number=number)
    told = [by_version[slot.version_id].situation for slot in paper]
    runs = [one["id"] for before, one in pairwise([None, *told]) if one and one != before]
    assert len(runs) == len(set(runs)), "a situation's questions were torn apart"
    for slot in paper:
        item = by_version[slot.version_id]
        assert slot.multiple == (item.kind == "multiple")
        assert sorted(slot.order) == list(range(len(item.choices)))
        if not item.shuffle:
            assert slot.order == tuple(range(len(item.choices)))
    chance.shuffle(pool)
    assert draw(pool, blueprint, seed=SEED, person=person, number=number) == paper
    assert list(pool_from_payload(json.loads(json.dumps(pool_payload(pool))))) == sorted(
        pool, key=lambda item: item.version_id
    )


def test_situations_do_not_always_come_first_or_last() -> None:
    told = {"id": 1, "title": "", "text": "Tình huống", "media": []}
    pool = [dataclasses.replace(i, situation=told) if n < 2 else i for n, i in enumerate(pool_of({("mot-cua", 1): 8}))]
    places = Counter(
        next(place for place, slot in enumerate(paper) if slot.version_id in (101, 102))
        for paper in (draw(pool, [Cell("mot-cua", 1, 8)], seed=SEED, person=f"n{n}", number=1) for n in range(300))
    )
    assert set(places) == set(range(7))


@quick
@given(st.binary(min_size=1, max_size=100), st.text(max_size=40), st.integers(0, 10**6))
def test_ranks_are_hmacs(seed: bytes, person: str, last: int) -> None:
    message = f"cell\x1f{person}\x1f{last}".encode()
    assert drawing._ranking(seed, "cell", person)(last) == hmac.digest(seed, message, hashlib.sha256)
