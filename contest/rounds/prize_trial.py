"""Mô phỏng giải thưởng: trying a round's prizes on an assumed crowd in a job, and what it says about lots."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from contest.rounds import feasibility, queries
from contest.rounds.checks import POINTS_MAX
from contest.rounds.crowds import Arrivals, Crowd, Predictions, assumed_scores
from contest.rounds.queries import RoundView
from contest.rounds.rules import PredictionOf, PredictionOver, Prize, RoundRules, rules_to_data
from core import audit, jobs
from core.access import Actor, Permission, require
from core.canonical import canonical_json, sha256
from core.clock import LOCAL
from core.db import read, transaction
from core.errors import Invalid
from core.i18n import N_
from core.jobs import Job, Running
from questions.marking import MarkingRule

KIND = "rounds.simulation"
TAKERS_MAX = 200_000
LOTS_SHARE_MAX = 0.05
TRIES_A_PERSON = 1.5
"""Attempts a person, where several are allowed and attempts are predicted."""
_NEEDED = {
    "closes_at",
    "minutes",
    "blueprint",
    "groups",
    "criteria",
    "place_lots",
    "predicts",
    "prediction_over",
    "prizes",
}
LUCK = ("lots", "shared")
"""What leaves a prize to chance: lots, or nothing at all that parts those who tie."""


class Assumed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is assumed: people by group (``""``: no groups), the share of perfect papers, or uploaded scores.

    ``scores``: points (as text: these travel as JSON) -> people, of the attempt that counts; they take the place of
    the share.
    """

    takers: dict[str, int]
    perfect: float = 0.4
    scores: dict[str, float] = {}


class Tie(msgspec.Struct, frozen=True):
    """How many tie after a criterion: 5th percentile, median, 95th percentile."""

    criterion: str
    low: int
    median: int
    high: int


class Forecast(msgspec.Struct, frozen=True):
    """One prize: ties after each criterion, and in what share of the contests each criterion decided."""

    name: str
    count: int
    ties: tuple[Tie, ...]
    decided: dict[str, float]

    @property
    def luck(self) -> float:
        """The share of contests in which lots, or nothing, decide who gets it."""
        return sum(self.decided.get(name, 0.0) for name in LUCK)

    @property
    def decides(self) -> str:
        """The criterion that decides most often."""
        return max(self.decided, key=lambda name: self.decided[name])


class Scope(msgspec.Struct, frozen=True):
    """The prizes that one ranking gives: of a group, or of the whole round (``group`` empty)."""

    group: str
    takers: int
    prizes: tuple[Forecast, ...]


class Outcome(msgspec.Struct, frozen=True):
    """What a simulation found, of which rules, assuming what."""

    contests: int
    assumed: Assumed
    scopes: tuple[Scope, ...]

    @property
    def luck(self) -> float:
        """The largest share of contests in which a first prize is a matter of luck."""
        return max((scope.prizes[0].luck for scope in self.scopes if scope.prizes), default=0.0)


@dataclass(frozen=True, slots=True)
class Outlook:
    """What stands before preparing a round with prizes: nothing tried (``None``), or the share of luck found."""

    luck: float | None

    @property
    def needs_yes(self) -> bool:
        """Whether somebody must say yes to lots."""
        return self.luck is None or self.luck > LOTS_SHARE_MAX


def fingerprint(rules: RoundRules, opens_at: datetime, closes_at: datetime) -> str:
    """A hash of the rules in their window: what a simulation was made for."""
    return sha256(canonical_json([rules_to_data(rules), opens_at.isoformat(), closes_at.isoformat()]))


def enqueue(*, actor: Actor, now: datetime, round_id: str, assumed: Assumed) -> Job:
    """Try a round's prizes; raises :class:`Invalid` where there is nothing to try."""
    require(actor, Permission.CONTEST_MANAGE)
    view = queries.round_(round_id, now=now, drafts=True)
    if not view.rules.prizes or view.rules.trial:
        raise Invalid(N_("Vòng thi này không có giải cá nhân nên không có gì để mô phỏng."))
    if _NEEDED & set(feasibility.check(view).places.values()):
        raise Invalid(N_("Thể lệ còn mục cần xử lý. Đề nghị sửa vòng thi trước khi mô phỏng."))
    _crowds(view, assumed)  # impossible numbers are refused now, not in the job
    with transaction():
        last = newest_job(view)
        if last is not None and last.state in ("queued", "running"):
            return last
        audit.record(actor=actor, now=now, action="round.simulated", subject=f"round:{round_id}")
        params = {"round": view.id, "rules": _fingerprint(view), "assumed": msgspec.to_builtins(assumed)}
        title = f"Mô phỏng giải thưởng – {view.title}"
        return jobs.enqueue(actor=actor, now=now, kind=KIND, title=title, params=params)


def newest_job(view: RoundView, *, state: str = "") -> Job | None:
    """The newest simulation of exactly these rules, perhaps only of those in a state."""
    query = sa.select(Job).where(Job.kind == KIND).order_by(Job.id.desc()).limit(500)
    if state:
        query = query.where(Job.state == state)
    wanted = {"round": view.id, "rules": _fingerprint(view)}
    return next((job for job in read().scalars(query) if wanted.items() <= job.params.items()), None)


def outcome(view: RoundView) -> Outcome | None:
    """What the newest simulation of exactly these rules found."""
    job = newest_job(view, state="done")
    return msgspec.convert(job.result, Outcome) if job else None


def outlook(view: RoundView) -> Outlook | None:
    """What stands before preparing; ``None`` where no prize for people can be a matter of luck."""
    if view.rules.trial or not view.rules.prizes:
        return None
    found = outcome(view)
    return Outlook(found.luck if found else None)


def job(running: Running) -> dict[str, Any]:
    """The handler of :func:`enqueue`'s job."""
    from contest.rounds import simulation  # only here: it loads numpy

    view = queries.round_(running.params["round"], now=running.now, drafts=True)
    assumed = msgspec.convert(running.params["assumed"], Assumed)
    if running.params["rules"] != _fingerprint(view):
        raise Invalid(N_("Thể lệ đã thay đổi sau khi yêu cầu mô phỏng. Đề nghị mô phỏng lại."))
    crowds = _crowds(view, assumed)
    total, scopes = len(crowds) * simulation.CONTESTS, []
    for number, (group, prizes, crowd) in enumerate(crowds):
        report = simulation.simulate(
            crowd,
            [simulation.PrizeAsked(prize.name, prize.count) for prize in prizes],
            view.rules.criteria,
            seed=int(running.params["rules"][:8], 16) + number,
            progress=lambda done, each, before=number: running.progress(before * each + done, total),  # type: ignore[misc]
        )
        scopes.append(msgspec.convert({"group": group, **msgspec.to_builtins(report)}, Scope))
    found: dict[str, Any] = msgspec.to_builtins(Outcome(simulation.CONTESTS, assumed, tuple(scopes)))
    return found


def points_max(view: RoundView) -> dict[str, int]:
    """The most points of a paper, by group code."""
    rules = view.rules
    worth: dict[tuple[str, int], int] = {}
    if rules.marking is MarkingRule.RIGHT_MINUS_WRONG:
        for item in feasibility.items(rules, closes_at=view.closes_at):
            key = (item.topic, item.difficulty)
            worth[key] = max(worth.get(key, 1), len(item.keys))
    return {
        code: min(POINTS_MAX, sum(cell.count * worth.get((cell.topic, cell.difficulty), 1) for cell in cells))
        for code, cells in rules.papers.items()
    }


def _fingerprint(view: RoundView) -> str:
    return fingerprint(view.rules, view.opens_at, view.closes_at)


def _crowds(view: RoundView, assumed: Assumed) -> list[tuple[str, list[Prize], Crowd]]:
    """Who is ranked together for which prizes: those over all groups first, as they are given first."""
    rules, most = view.rules, points_max(view)
    uploaded = {int(points): people for points, people in assumed.scores.items()}
    by_group = {
        code: uploaded or assumed_scores(max(1, most[code]), perfect_share=assumed.perfect) for code in rules.papers
    }
    shared = [prize for prize in rules.prizes if not prize.each_group or not rules.groups]
    own = [prize for prize in rules.prizes if prize.each_group and rules.groups]
    everybody = sum(assumed.takers.values())
    found = []
    try:
        if shared:
            mixed: dict[int, float] = {}
            for code, scores in by_group.items():
                for points, weight in scores.items():
                    share = assumed.takers[code] * weight / sum(scores.values())
                    mixed[points] = mixed.get(points, 0.0) + share
            found.append(("", shared, _crowd(view, assumed, everybody, mixed)))
        if own:
            found += [(code, own, _crowd(view, assumed, assumed.takers[code], by_group[code])) for code in by_group]
    except (KeyError, ValueError, ZeroDivisionError) as error:
        raise Invalid(N_("Các con số giả định không hợp lệ.")) from error
    return found


def _crowd(view: RoundView, assumed: Assumed, takers: int, scores: dict[int, float]) -> Crowd:
    local = view.opens_at.astimezone(LOCAL)
    return Crowd(
        takers=takers,
        scores=scores,
        minutes=view.minutes,
        days=(view.closes_at - view.opens_at).total_seconds() / 86_400,
        predictions=_predictions(view.rules, assumed, takers, scores),
        arrivals=Arrivals(opens_hour=local.hour + local.minute / 60),
    )


def _predictions(rules: RoundRules, assumed: Assumed, takers: int, scores: dict[int, float]) -> Predictions | None:
    if rules.prediction is None:
        return None
    people = takers if rules.prediction.over is PredictionOver.GROUP else sum(assumed.takers.values())
    if rules.prediction.of is PredictionOf.PERFECT:
        return Predictions(max(1.0, people * scores[max(scores)] / sum(scores.values())))
    if rules.prediction.of is PredictionOf.ATTEMPTS and rules.attempts != 1:
        return Predictions(people * TRIES_A_PERSON)
    return Predictions(float(people))
