"""Whether a round can be held: what the bank has for its rules, and what the law does to it."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

import msgspec

from contest.rounds import checks, lifecycle
from contest.rounds.given import given
from contest.rounds.queries import Pool, RoundView, pool
from contest.rounds.rules import BlueprintCell, RoundRules, RoundState
from questions.bank import queries as bank
from questions.bank.overtaken import Touched, touched
from questions.drawing import PoolItem, Shortage, shortages
from questions.marking import MarkingRule


@dataclass(frozen=True, slots=True)
class Overtaken:
    """What the law known today does to a round by ``as_of``.

    ``frozen``: questions of its frozen pool that rest on law no longer in force then, each once;
    they stay on papers. ``shortages``: cells that cannot be filled (without those).
    """

    round: RoundView
    as_of: date
    frozen: list[Touched]
    shortages: list[Shortage]

    def __bool__(self) -> bool:
        """Whether an organiser has to know."""
        return bool(self.frozen or self.shortages)


def check(view: RoundView, *, as_of: date | None = None) -> checks.Check:
    """What stands against preparing this round, by today's bank and what is known of the law then."""
    return check_rules(view.rules, opens_at=view.opens_at, closes_at=view.closes_at, as_of=as_of)


def check_prepared(rules: RoundRules, view: RoundView) -> checks.Check:
    """The same for other rules of a prepared round, by the pool from which it draws."""
    frozen = pool(view.pk, view.revision)
    return checks.check(
        _as_drawn(rules, frozen),
        opens_at=view.opens_at,
        closes_at=view.closes_at,
        available=_left(frozen),
        given=max(given(view.pk).values(), default=0),
    )


def attempts_to_spare(view: RoundView) -> int | None:
    """How many attempts a prepared round can give anybody beyond its rules before a question repeats (promise 6).

    Less than 0 where withdrawn questions are missed; ``None``: as many as one likes, for nothing is told early.

    What goes beyond is refused, not hidden: it is the earlier attempt's score, which has been seen, that tells
    about the later paper with the same questions, whether or not the later one's score is shown.
    """
    if not checks.tells_early(view.rules):
        return None
    frozen = pool(view.pk, view.revision)
    return checks.papers_each(frozen.blueprints.values(), _left(frozen)) - view.rules.attempts


def _as_drawn(rules: RoundRules, frozen: Pool) -> RoundRules:
    """The rules with the blueprints that papers are drawn by: others, where withdrawn questions were replaced."""
    cells = {
        code: tuple(BlueprintCell(cell.topic, cell.difficulty, cell.count) for cell in blueprint)
        for code, blueprint in frozen.blueprints.items()
    }
    groups = (msgspec.structs.replace(g, blueprint=cells.get(g.code, g.blueprint)) for g in rules.groups)
    return msgspec.structs.replace(rules, blueprint=cells.get("", rules.blueprint), groups=tuple(groups))


def _left(frozen: Pool) -> Counter[tuple[str, int]]:
    return Counter((item.topic, item.difficulty) for item in frozen.items if not item.withdrawn)


def check_rules(
    rules: RoundRules, *, opens_at: datetime, closes_at: datetime, as_of: date | None = None
) -> checks.Check:
    """The same for rules that are not stored; the law is that of the round's last day unless ``as_of`` says."""
    day = as_of or lifecycle.last_day(closes_at)
    keys: dict[tuple[str, int], set[int]] = {}
    if rules.marking is MarkingRule.RIGHT_MINUS_WRONG:
        for item in items(rules, closes_at=closes_at):
            keys.setdefault((item.topic, item.difficulty), set()).add(len(item.keys))
    return checks.check(
        rules,
        opens_at=opens_at,
        closes_at=closes_at,
        available=bank.available(as_of=day, samples=rules.trial),
        samples=None if rules.trial else bank.available(as_of=day),
        keys=keys,
    )


def items(rules: RoundRules, *, closes_at: datetime) -> list[PoolItem]:
    """What a round with these rules would freeze now: whatever its cells may draw until its last day."""
    day = lifecycle.last_day(closes_at)
    cells = {(cell.topic, cell.difficulty) for cell in rules.cells}
    return [
        item
        for item in bank.pool({topic for topic, _ in cells}, as_of=day, samples=rules.trial)
        if (item.topic, item.difficulty) in cells
    ]


def overtaken(view: RoundView, *, as_of: date | None = None) -> Overtaken:
    """What the law does to a round that has not closed, by its last day unless ``as_of`` says."""
    day = as_of or lifecycle.last_day(view.closes_at)
    if view.state is RoundState.DRAFT:
        return Overtaken(view, day, [], check(view, as_of=day).shortages)
    if view.state not in (RoundState.SCHEDULED, RoundState.OPEN):
        return Overtaken(view, day, [], [])
    frozen = pool(view.pk, view.revision)
    hit: dict[int, Touched] = {}
    for one in touched(as_of=day, version_ids=frozen.keys.keys()):
        hit.setdefault(one.version_id, one)
    left = Counter((i.topic, i.difficulty) for i in frozen.items if i.version_id not in hit and not i.withdrawn)
    return Overtaken(view, day, list(hit.values()), shortages(left, _as_drawn(view.rules, frozen).cells) if hit else [])


def public_keys(view: RoundView) -> int:
    """How many questions of a round with prizes have keys that anybody may know; a trial may ask them."""
    if view.rules.trial:
        return 0
    if view.revision:
        return bank.public_keys(list(pool(view.pk, view.revision).keys))
    return bank.public_keys([item.version_id for item in items(view.rules, closes_at=view.closes_at)])
