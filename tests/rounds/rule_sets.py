"""Rule sets for property tests: any that ``contest.rounds.rules`` can hold and ``checks`` lets pass.

``round_rules()`` and ``contest_rules()`` are normalised; ``mutations`` of a set differ from it in one
field each. Codes are those of :data:`AGENCIES`, :data:`BLOCS` and :data:`TOPICS`.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import permutations

import msgspec
from hypothesis import strategies as st

from contest.rounds import checks
from contest.rounds.prizes import OVERALL_CRITERIA, ContestRules, normalised_contest
from contest.rounds.rules import (
    CRITERIA,
    AgencyMeasure,
    AgencyPrize,
    Assurance,
    BlueprintCell,
    BoardPolicy,
    Counting,
    Group,
    LastStart,
    Prediction,
    PredictionAttempt,
    PredictionOf,
    PredictionOver,
    PredictionWhen,
    Prize,
    Qualified,
    Reveal,
    RoundRules,
    normalised,
)
from core.text import tidy
from questions.marking import MarkingRule, NeutralRule

AGENCIES = ("SO-NV", "SO-TP", "SO-TC", "UBND")
BLOCS = ("cap-xa", "dang", "su-nghiep")
TOPICS = ("kiem-soat", "mot-cua", "dich-vu-cong")
OPENS = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
CLOSES = OPENS + timedelta(days=7)
AVAILABLE = {(topic, difficulty): 10_000 for topic in TOPICS for difficulty in (1, 2, 3)}

NAMES = st.text(min_size=1, max_size=12).map(tidy).filter(bool) | st.sampled_from(
    ["Giải nhất", "Giải nhì", "–", "1", "Mỗi bảng thi", "Giải nhất, 1", "a\u201d"]
)
VALUES = st.just("") | NAMES
AGES = st.sampled_from([(0, 0), (18, 0), (0, 35), (18, 35), (14, 14)])
SEVERAL_AGENCIES = st.lists(st.sampled_from(AGENCIES), max_size=3).map(tuple)
SEVERAL_BLOCS = st.lists(st.sampled_from(BLOCS), max_size=2).map(tuple)
BLUEPRINTS = st.lists(
    st.builds(BlueprintCell, st.sampled_from(TOPICS), st.integers(1, 3), st.integers(1, 11)),
    min_size=1,
    max_size=4,
    unique_by=lambda cell: (cell.topic, cell.difficulty),
).map(tuple)
PREDICTIONS = st.builds(
    Prediction,
    st.sampled_from(PredictionOf),
    st.sampled_from(PredictionOver),
    st.sampled_from(PredictionWhen),
    st.sampled_from(PredictionAttempt),
)
QUALIFIED = st.none() | st.builds(
    lambda number, field, n: Qualified(number, **{field: n}),
    st.integers(1, 3),
    st.sampled_from(["top", "per_agency", "points"]),
    st.integers(1, 30),
)
AGENCY_PRIZES = st.lists(
    st.builds(
        AgencyPrize,
        NAMES,
        st.integers(1, 20),
        st.sampled_from(AgencyMeasure),
        st.booleans(),
        st.sampled_from([0, 50, 100]),
        VALUES,
    ),
    max_size=2,
).map(tuple)
ORDERS = st.sampled_from(
    [
        ("points", *middle, *end)
        for n in range(4)
        for middle in permutations([name for name in CRITERIA if name not in ("points", "lots")], n)
        for end in ((), ("lots",))
    ]
)
OVERALL_ORDERS = st.sampled_from(
    [
        ("points", *middle, *end)
        for n in range(3)
        for middle in permutations([name for name in OVERALL_CRITERIA if name not in ("points", "lots")], n)
        for end in ((), ("lots",))
    ]
)


def _prizes(each_group: bool) -> st.SearchStrategy[tuple[Prize, ...]]:
    each = st.booleans() if each_group else st.just(False)
    return st.lists(st.builds(Prize, NAMES, st.integers(1, 1000), each, VALUES), max_size=3).map(tuple)


@st.composite
def _groups(draw: st.DrawFn) -> tuple[Group, ...]:
    number = draw(st.integers(1, 3))
    found = []
    for place in range(number):
        (low, high), units = draw(AGES), draw(SEVERAL_AGENCIES)
        group = Group(
            draw(st.sampled_from("ABC")) + str(place),
            draw(NAMES),
            draw(BLUEPRINTS),
            agencies=units,
            blocs=draw(SEVERAL_BLOCS),
            age_from=low,
            age_to=high,
        )
        if group.open and place < number - 1:
            group = msgspec.structs.replace(group, age_from=40 + place)
        found.append(group)
    return tuple(found)


@st.composite
def _any_round_rules(draw: st.DrawFn) -> RoundRules:
    groups = draw(st.just(()) | _groups())
    criteria, trial = draw(ORDERS), draw(st.booleans())
    (low, high), answers = draw(AGES), draw(st.sampled_from([Reveal.CLOSE, Reveal.PUBLICATION, Reveal.NEVER]))
    prediction = draw(PREDICTIONS) if "prediction" in criteria else None
    if prediction and not groups:
        prediction = msgspec.structs.replace(prediction, over=PredictionOver.ROUND)
    unlimited = draw(st.booleans())
    return RoundRules(
        minutes=draw(st.integers(1, 180)),
        attempts=0 if unlimited else draw(st.integers(1, 20)),
        blueprint=() if groups else draw(BLUEPRINTS),
        agencies=draw(SEVERAL_AGENCIES),
        show_score=Reveal.CLOSE if unlimited else draw(st.sampled_from(Reveal)),
        show_answers=answers,
        board=BoardPolicy.HIDDEN if unlimited else draw(st.sampled_from(BoardPolicy)),
        freeze_minutes=draw(st.integers(1, 600)),
        top=draw(st.integers(1, 100)),
        full_names=draw(st.booleans()),
        criteria=criteria,
        trial=trial,
        marking=draw(st.sampled_from(MarkingRule)),
        groups=groups,
        blocs=draw(SEVERAL_BLOCS),
        age_from=low,
        age_to=high,
        qualified=draw(QUALIFIED),
        assurance=draw(st.sampled_from(Assurance)),
        last_start=draw(st.sampled_from(LastStart)),
        counts=draw(st.sampled_from(Counting)),
        prediction=prediction,
        show_explanations=draw(st.sampled_from([Reveal.PUBLICATION, Reveal.NEVER])),
        neutralised=draw(st.sampled_from(NeutralRule)),
        prizes=() if trial else draw(_prizes(bool(groups))),
        agency_prizes=() if trial else draw(AGENCY_PRIZES),
    )


def passes(rules: RoundRules) -> bool:
    """Whether nothing stands against a round with these rules, the bank being big."""
    return checks.check(rules, opens_at=OPENS, closes_at=CLOSES, available=AVAILABLE).ok


def round_rules() -> st.SearchStrategy[RoundRules]:
    """Normalised rules of a round that ``checks`` lets pass."""
    return _any_round_rules().map(normalised).filter(passes)


def loose_round_rules() -> st.SearchStrategy[RoundRules]:
    """The same as typed: in any order, with repetitions and idle fields."""
    return _any_round_rules().filter(passes)


def contest_rules() -> st.SearchStrategy[ContestRules]:
    """Normalised rules of a contest."""
    return st.builds(
        ContestRules,
        st.booleans(),
        st.integers(1, 10),
        OVERALL_ORDERS,
        st.booleans(),
        _prizes(False),
        AGENCY_PRIZES,
    ).map(normalised_contest)


def mutations(rules: RoundRules, other: RoundRules) -> Iterator[tuple[str, RoundRules]]:
    """``rules`` with one field each from ``other``, as far as that is another set that passes."""
    for name in RoundRules.__struct_fields__:
        made = normalised(msgspec.structs.replace(rules, **{name: getattr(other, name)}))
        if made != rules and passes(made):
            yield name, made
