"""The simulation against a plain one: everybody drawn by the standard library, sorted, looked at."""

import ast
import math
import random
import subprocess
import sys
from bisect import bisect
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from contest.rounds.crowds import Arrivals, Crowd, Pace, Predictions, assumed_scores
from contest.rounds.simulation import PrizeAsked, Report, Tie, settle, simulate

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("points", "prediction", "elapsed", "submitted_at")
Row = dict[str, int]


def plain_outcomes(rows: list[Row], lasts: Sequence[int], criteria: Sequence[str]) -> list[tuple[str, list[int]]]:
    """For each ``last``: which criterion parts this person from the next one, how many tie after each."""
    known = [name for name in criteria if name != "lots"]
    keys = sorted(tuple(row[name] for name in known) for row in rows)
    found = []
    for last in lasts:
        winner, following = keys[last - 1], keys[last]
        alike = [winner[:depth] == following[:depth] for depth in range(1, len(known) + 1)]
        ties = [sum(k[:n] == winner[:n] for k in keys) if same else 0 for n, same in enumerate(alike, start=1)]
        unparted = "lots" if "lots" in criteria else "shared"
        found.append((unparted if all(alike) else known[alike.index(False)], ties))
    return found


class Table:
    """People of whom everything is known."""

    def __init__(self, columns: dict[str, np.ndarray]) -> None:
        self.columns = columns

    def values(self, criterion: str) -> np.ndarray:
        return self.columns[criterion]

    def only(self, chosen: np.ndarray) -> "Table":
        return Table({name: column[chosen] for name, column in self.columns.items()})


@settings(max_examples=400, deadline=None)
@given(
    rows=st.lists(st.tuples(*[st.integers(0, 2)] * 4), min_size=2, max_size=14),
    counts=st.lists(st.integers(1, 4), min_size=1, max_size=4),
    order=st.permutations([*NAMES, "lots"]),
    depth=st.integers(1, 5),
)
def test_settling_a_known_crowd_agrees_with_sorting_it(
    rows: list[tuple[int, ...]], counts: list[int], order: list[str], depth: int
) -> None:
    criteria = order[:depth]
    if "lots" in criteria:
        criteria = criteria[: criteria.index("lots") + 1]
    people = Table({name: np.array([row[n] for row in rows]) for n, name in enumerate(NAMES)})
    bounds = [(prize, last) for prize, last in enumerate(accumulate(counts)) if last < len(rows)]
    assume(bounds)
    ties = np.zeros((len(counts), len(criteria)), np.int32)
    decided = np.full(len(counts), -1, np.int8)
    settle(people, bounds, criteria, ties, decided)
    plain = plain_outcomes([dict(zip(NAMES, row, strict=True)) for row in rows], [last for _, last in bounds], criteria)
    for (prize, _), (expected, expected_ties) in zip(bounds, plain, strict=True):
        assert [*criteria, "shared"][decided[prize]] == expected
        assert ties[prize, : len(expected_ties)].tolist() == expected_ties


# Few people, few scores, and times so short or so often at the limit that milliseconds and seconds tie.
GUESSES = Predictions(40, actual_spread=0.2, bias=2.5, spread=0.8, unanswered=0.1)
SCORES = {3: 4.0, 2: 3.0, 1: 2.0, 0: 1.0}
CROWDS = {
    "short": Crowd(30, SCORES, 0.0005, 0.001, GUESSES),
    "steady": Crowd(25, SCORES, 0.5, 0.0005, replace(GUESSES, unanswered=0.8), Pace(0.2, 0.9, 0.0)),
    "slow": Crowd(40, SCORES, 1.0, 0.01, replace(GUESSES, actual=4000), Pace(0.9, 1.5, 0.6), Arrivals(rush=0.4)),
    "crammed": Crowd(80, SCORES, 0.33, 0.0005, GUESSES, Pace(2.0, 2.0, 1.0), Arrivals(rush=1.0)),
}
RULES = (
    ("points", "lots"),
    ("points", "prediction"),
    ("points", "prediction", "submitted_at", "lots"),
    ("points", "elapsed", "prediction", "lots"),
    ("points", "submitted_at", "elapsed"),
    ("prediction", "points", "elapsed", "lots"),
    ("elapsed", "submitted_at", "points"),
    ("submitted_at", "elapsed"),
    ("submitted_at", "points", "elapsed", "lots"),
)
PRIZES = (PrizeAsked("nhất", 1), PrizeAsked("nhì", 2), PrizeAsked("ba", 7))
CONTESTS = 2500
TOLERANCE = 0.065
"""Two shares of 2500 contests each differ with a standard deviation of at most sqrt(0.5 / 2500) = 0.0141;
4.6 of these leave less than one chance in 1,000 that any of some 300 comparisons fails; and the seeds are fixed."""


def plain_contest(crowd: Crowd, rng: random.Random) -> list[Row]:
    """Everybody of one contest, drawn as ``docs/simulation.md`` says, with nothing but ``random``."""
    asked = crowd.predictions
    assert asked is not None
    actual = round(asked.actual * math.exp(rng.gauss(0, asked.actual_spread)))
    moments, shares = crowd.starts()
    rows = []
    for points in rng.choices(list(crowd.scores), list(crowd.scores.values()), k=crowd.takers):
        guess = max(1.0, asked.actual * asked.bias * math.exp(rng.gauss(0, asked.spread)))
        kind, power = rng.random(), 10 ** math.floor(math.log10(guess))
        for grain, share in asked.heaping:
            kind -= share
            if kind < 0:
                step = max(1.0, grain * power)
                guess = round(guess / step) * step
                break
        distance = 10**9 if rng.random() < asked.unanswered else abs(round(guess) - actual)
        elapsed = round(
            min(crowd.minutes * 60_000, crowd.median_time(points) * rng.lognormvariate(0, crowd.pace.spread))
        )
        at = rng.random()
        piece = bisect(shares, at) - 1
        into = (at - shares[piece]) / (shares[piece + 1] - shares[piece])
        start = moments[piece] + into * (moments[piece + 1] - moments[piece])
        submitted = int(min(start + elapsed / 1000, crowd.days * 86_400))
        rows.append({"points": -points, "prediction": distance, "elapsed": elapsed, "submitted_at": submitted})
    return rows


@pytest.mark.parametrize("name", CROWDS)
def test_a_small_crowd_agrees_with_the_plain_simulation(name: str) -> None:
    crowd, rng = CROWDS[name], random.Random(len(name))
    decided: Counter[tuple[int, int, str]] = Counter()
    for _ in range(CONTESTS):
        rows = plain_contest(crowd, rng)
        for rule, criteria in enumerate(RULES):
            for prize, (criterion, _) in enumerate(plain_outcomes(rows, (1, 3, 10), criteria)):
                decided[rule, prize, criterion] += 1
    for rule, criteria in enumerate(RULES):
        report = simulate(crowd, PRIZES, criteria, contests=CONTESTS, seed=rule)
        for prize, forecast in enumerate(report.prizes):
            assert sum(forecast.decided.values()) == pytest.approx(1)
            for criterion, share in forecast.decided.items():
                plain = decided[rule, prize, criterion] / CONTESTS
                assert share == pytest.approx(plain, abs=TOLERANCE), (criteria, forecast.name, criterion)


def test_the_plain_comparison_meets_every_criterion() -> None:
    """Else it would compare zeros with zeros: each decides a fair share somewhere."""
    found: Counter[str] = Counter()
    for crowd in CROWDS.values():
        for criteria in RULES:
            for forecast in simulate(crowd, PRIZES, criteria, contests=200, seed=1).prizes:
                found.update({name: 1 for name, share in forecast.decided.items() if 0.1 < share < 0.9})
    assert {"points", "prediction", "elapsed", "submitted_at", "lots", "shared"} <= set(found)


def run(crowd: Crowd, criteria: Sequence[str], prizes: Sequence[PrizeAsked] = PRIZES, contests: int = 50) -> Report:
    return simulate(crowd, prizes, criteria, contests=contests, seed=3)


def test_everybody_perfect_and_lots_next() -> None:
    report = run(Crowd(500, {20: 1}, 15, 7), ("points", "lots"))
    assert report.lots_share == 1
    assert report.needs_yes
    for forecast in report.prizes:
        assert forecast.decided == {"points": 0, "lots": 1, "shared": 0, "uncontested": 0}
        assert forecast.ties == (Tie("points", 500, 500, 500),)


def test_everybody_equal_and_nothing_next_shares() -> None:
    report = run(Crowd(500, {20: 1}, 15, 7, pace=Pace(2, 2, 0)), ("points", "elapsed"))
    assert report.prizes[0].decided == {"points": 0, "elapsed": 0, "shared": 1, "uncontested": 0}
    assert report.prizes[0].ties == (Tie("points", 500, 500, 500), Tie("elapsed", 500, 500, 500))
    assert not report.needs_yes


def test_two_people_rarely_tie_on_many_scores_and_points_decide() -> None:
    scores = dict.fromkeys(range(1000), 1.0)
    report = run(Crowd(2, scores, 15, 7), ("points", "lots"), [PrizeAsked("nhất", 1)], contests=10)
    assert report.prizes[0].decided["points"] == 1
    assert report.prizes[0].ties == (Tie("points", 0, 0, 0),)


def test_a_prize_that_everybody_left_gets_is_uncontested() -> None:
    report = run(Crowd(3, {1: 1}, 15, 7), ("points", "lots"))
    assert [forecast.decided["uncontested"] for forecast in report.prizes] == [0, 1, 1]
    assert run(Crowd(1, {1: 1}, 15, 7), ("points", "lots")).lots_share == 0
    assert run(Crowd(1, {1: 1}, 15, 7), ("points", "lots"), []).lots_share == 0


def test_the_same_seed_gives_the_same_report_as_plain_data() -> None:
    crowd = Crowd(2000, assumed_scores(15), 15, 7, Predictions(2000))
    reports = [simulate(crowd, PRIZES, NAMES, contests=30, seed=seed) for seed in (5, 5, 6)]
    assert reports[0] == reports[1] != reports[2]
    assert msgspec.json.decode(msgspec.json.encode(reports[0]), type=Report) == reports[0]


def test_progress_comes_in_steps_and_may_stop() -> None:
    seen: list[tuple[int, int]] = []
    crowd = Crowd(10, {1: 1}, 15, 7)
    simulate(crowd, PRIZES, ("points", "lots"), contests=1050, seed=1, progress=lambda *done: seen.append(done))
    assert seen[0] == (10, 1050)
    assert seen[-1] == (1050, 1050)
    assert len(seen) == 105

    def stop(done: int, total: int) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        simulate(crowd, PRIZES, ("points",), contests=1000, seed=1, progress=stop)


@pytest.mark.parametrize("criteria", [("points", "points"), ("points", "prediction"), ("age",)])
def test_senseless_criteria_are_refused(criteria: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="criteria"):
        run(Crowd(10, {1: 1}, 15, 7), criteria)


def test_huge_guesses_and_small_numbers_do_no_harm() -> None:
    wild = Predictions(1, actual_spread=0, spread=40, heaping=((0.5, 1.0),), unanswered=0.5)
    report = run(Crowd(50, {0: 1}, 0.001, 0.0001, wild), NAMES)
    assert sum(report.prizes[0].decided.values()) == pytest.approx(1)


def test_only_the_simulation_loads_numpy_and_only_when_it_runs() -> None:
    """A web process must not carry it: nothing imports either at the top of a module."""
    for path in [
        ROOT / "app.py",
        *(f for room in ("core", "questions", "contest") for f in (ROOT / room).rglob("*.py")),
    ]:
        names = set()
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        assert "contest.rounds.simulation" not in names, path
        assert path.name == "simulation.py" or not any(str(name).split(".")[0] == "numpy" for name in names), path
    code = "import sys, app; sys.exit('numpy' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
