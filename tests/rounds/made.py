"""Sets of rules that make sense, drawn at random."""

from hypothesis import strategies as st

from contest.rounds.rules import (
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
)
from questions.marking import MarkingRule, NeutralRule
from tests.world import TOPICS

AGENCIES = ("SO-NV", "SO-TP", "VP-UBND")
BLOCS = ("chinh-quyen-cap-tinh", "cap-xa", "dang")
WORDS = st.sampled_from(["Giải Nhất", "Giải Nhì", "Bảng A – “Cán bộ”", "Đoàn viên & thanh niên", "<b>Giải Ba</b>", "x"])
AGES = st.tuples(st.integers(0, 99), st.integers(0, 99)).map(lambda pair: (min(pair), max(pair)))
CELLS = st.dictionaries(
    st.tuples(st.sampled_from(TOPICS), st.integers(1, 3)), st.integers(1, 20), min_size=1, max_size=4
).map(lambda cells: tuple(BlueprintCell(*key, cells[key]) for key in sorted(cells, key=_place)))


def _place(key: tuple[str, int]) -> tuple[int, int]:
    return (TOPICS.index(key[0]), key[1])


def _chosen(codes: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.sets(st.sampled_from(codes)).map(lambda some: tuple(code for code in codes if code in some))


@st.composite
def groups(draw: st.DrawFn) -> tuple[Group, ...]:
    """Up to three groups; only the last one may take everybody."""
    found = []
    for code in draw(st.lists(st.sampled_from(["A", "B1", "Đoàn", "c.2"]), unique=True, max_size=3)):
        low, high = draw(AGES)
        agencies = draw(_chosen(AGENCIES)) or AGENCIES[:1]
        found.append(Group(code, draw(WORDS), draw(CELLS), agencies, draw(_chosen(BLOCS)), low, high))
    return tuple(found)


@st.composite
def prizes(draw: st.DrawFn, grouped: bool) -> tuple[tuple[Prize, ...], tuple[AgencyPrize, ...]]:
    """Prizes with names of their own."""
    names = draw(st.lists(WORDS, unique=True, max_size=5))
    split = draw(st.integers(0, len(names)))
    counts, values = st.integers(1, 1000), st.sampled_from(["", "5.000.000 đồng"])
    people = [Prize(name, draw(counts), grouped and draw(st.booleans()), draw(values)) for name in names[:split]]
    collective = [
        AgencyPrize(
            name,
            draw(counts),
            draw(st.sampled_from(AgencyMeasure)),
            draw(st.booleans()),
            draw(st.integers(0, 100)),
            draw(values),
        )
        for name in names[split:]
    ]
    return tuple(people), tuple(collective)


@st.composite
def criteria(draw: st.DrawFn, predicted: bool) -> tuple[str, ...]:
    """Points first, lots last."""
    middle = draw(st.lists(st.sampled_from(["elapsed", "submitted_at"]), unique=True))
    if predicted:
        middle.insert(draw(st.integers(0, len(middle))), "prediction")
    return ("points", *middle, *(["lots"] if draw(st.booleans()) else []))


@st.composite
def round_rules(draw: st.DrawFn) -> RoundRules:
    """Rules as an organiser could mean them."""
    own = draw(groups())
    low, high = draw(AGES)
    prediction = draw(
        st.none()
        | st.builds(
            Prediction,
            st.sampled_from(PredictionOf),
            st.sampled_from(PredictionOver) if own else st.just(PredictionOver.ROUND),
            st.sampled_from(PredictionWhen),
            st.sampled_from(PredictionAttempt),
        )
    )
    condition = draw(st.sampled_from([{}, {"top": 100}, {"per_agency": 3}, {"points": 15}]))
    people, collective = draw(prizes(bool(own)))
    board = draw(st.sampled_from(BoardPolicy))
    reveals = {f"show_{name}": draw(st.sampled_from(Reveal)) for name in ("score", "answers", "explanations")}
    return RoundRules(
        minutes=draw(st.integers(1, 180)),
        attempts=draw(st.integers(0, 20)),
        blueprint=() if own else draw(CELLS),
        agencies=draw(_chosen(AGENCIES)),
        board=board,
        freeze_minutes=draw(st.integers(1, 600)) if board is BoardPolicy.FROZEN else 0,
        top=draw(st.integers(1, 100)),
        full_names=draw(st.booleans()),
        criteria=draw(criteria(prediction is not None)),
        trial=draw(st.booleans()),
        marking=draw(st.sampled_from(MarkingRule)),
        groups=own,
        blocs=draw(_chosen(BLOCS)),
        age_from=low,
        age_to=high,
        qualified=Qualified(draw(st.integers(1, 9)), **condition) if condition else None,
        assurance=draw(st.sampled_from(Assurance)),
        last_start=draw(st.sampled_from(LastStart)),
        counts=draw(st.sampled_from(Counting)),
        prediction=prediction,
        neutralised=draw(st.sampled_from(NeutralRule)),
        prizes=people,
        agency_prizes=collective,
        **reveals,
    )
