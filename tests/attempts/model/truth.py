"""What must be true of a round that people sit: written anew from its rules, sharing no code with the product.

Times are whole milliseconds since the round opened. An attempt's time is a stopwatch: ``left`` runs
down while the clock moves and stands still while it is paused, so deadlines, pauses, extra minutes
and late sheets need no dates.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

MINUTE = 60_000
GRACE = 15_000
SWEPT_AFTER = 45_000
EVERYBODY = ""
Answers = dict[str, list[int] | None]
Keys = dict[int, frozenset[int]]
"""Version -> right choices; none: everybody gets the point."""


@dataclass
class Attempt:
    """An attempt: what was acknowledged of it, and what followed."""

    id: str
    person: int
    agency: str
    number: int
    paper: list[tuple[int, list[int]]]
    allowance: int
    left: int
    began: int = 0
    worked: int = 0
    paused_at: int | None = None
    compensated: int = 0
    """Of its allowance, what incidents gave."""
    stood: list[tuple[int, int]] = field(default_factory=list)
    """From when to when it stood still."""
    state: str = "in_progress"
    epoch: int = 1
    seq: int = 0
    answers: Answers = field(default_factory=dict)
    prediction: int | None = None
    code: str = ""
    finished_at: int | None = None
    elapsed: int | None = None
    points: int | None = None
    evidence: tuple[Answers, int | None] | None = None

    @property
    def running(self) -> bool:
        return self.state == "in_progress"

    @property
    def late(self) -> bool:
        """Nothing is taken any more."""
        return self.paused_at is None and self.left < -GRACE

    def stood_still(self, since: int, until: int) -> int:
        """Milliseconds between two moments that pauses have given back, or will."""
        last = [] if self.paused_at is None else [(self.paused_at, until)]
        return sum(max(0, min(end, until) - max(begin, since)) for begin, end in [*self.stood, *last])

    @property
    def counts(self) -> bool:
        return self.state in ("submitted", "expired")


@dataclass(frozen=True)
class Answer:
    """What a request must be answered, and what it does."""

    status: int
    code: str = ""
    does: str = ""


@dataclass
class Round:
    """A round with everybody's attempts. Closes are as the product announces them, checked by the machine."""

    limit: int
    predicts: bool
    counts: str
    minutes: int
    closes: dict[str, int]
    ends: int
    keys: list[Keys]
    cells: dict[int, str]
    """Version -> the cell of the blueprint, of which every paper has one."""
    tells: bool
    """Scores or ranks are seen before the close."""
    now: int = 0
    attempts: list[Attempt] = field(default_factory=list)
    paused: dict[str, int] = field(default_factory=dict)
    stopped: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Agency that stands still -> since when, and its close then."""
    more_attempts: dict[int, int] = field(default_factory=dict)
    more_minutes: dict[int, int] = field(default_factory=dict)
    withdrawn: set[int] = field(default_factory=set)

    def of(self, person: int) -> list[Attempt]:
        return [a for a in self.attempts if a.person == person]

    def sitting(self) -> Iterator[Attempt]:
        return (a for a in self.attempts if a.running)

    def attempt(self, attempt_id: str) -> Attempt:
        return next(a for a in self.attempts if a.id == attempt_id)

    # What the clock does

    def pass_time(self, ms: int) -> None:
        self.now += ms
        for a in self.sitting():
            if a.paused_at is None:
                a.left -= ms
                a.worked += ms

    def sweep(self) -> list[Attempt]:
        """Those who are over by more than grace and margin get what was saved."""
        due = [a for a in self.sitting() if a.paused_at is None and a.left < -SWEPT_AFTER]
        for a in due:
            self.finish(a, a.answers, a.prediction, "expired")
        return due

    # What requests are answered

    def start(self, person: int, agency: str, number: int | None) -> Answer:
        mine = self.of(person)
        running = next((a for a in mine if a.running), None)
        if number is not None:
            known = next((a for a in mine if a.number == number), None)
            if known is not None and not known.running:
                return Answer(409, "finished")
            if known is None and (running or number != len(mine) + 1):
                return Answer(422, "bad-number")
        if running is not None:
            return Answer(409, "finishing") if running.late else Answer(200, does="take over")
        if self.now >= self.ends and not self.paused:
            return Answer(410, "closed")
        if self.is_paused(agency):
            return Answer(409, "not-open")
        if self.now >= self.closes[agency]:
            return Answer(410, "closed")
        if sum(a.state != "voided" for a in mine) >= self.limit + self.more_attempts.get(person, 0):
            return Answer(409, "limit-reached")
        return Answer(201, does="begin")

    def save(self, a: Attempt, *, epoch: int, seq: int, answers: Answers, prediction: int | None) -> Answer:
        if not a.running:
            return Answer(409, "finished")
        if a.epoch != epoch:
            return Answer(409, "taken-over")
        if a.late:
            return Answer(410, "late")
        if seq > a.seq:
            return Answer(200, does="save")
        same = (seq, answers, prediction) == (a.seq, a.answers, a.prediction)
        return Answer(200) if same else Answer(409, "stale-seq")

    def submit(self, a: Attempt, *, epoch: int, answers: Answers, prediction: int | None) -> Answer:
        if not a.running:
            if (answers, prediction) == (a.answers, a.prediction):
                return Answer(200)
            if a.state != "expired":
                return Answer(409, "finished")
        elif not a.late:
            return Answer(200, does="submit") if a.epoch == epoch else Answer(409, "taken-over")
        return Answer(410, "late", "" if a.evidence else "keep")

    # What they do

    def begun(self, a: Attempt) -> None:
        a.left = min(a.allowance, self.closes[a.agency] - self.now)
        a.answers = {str(place): None for place in range(1, len(a.paper) + 1)}
        self.attempts.append(a)

    def finish(self, a: Attempt, answers: Answers, prediction: int | None, state: str) -> None:
        over = 0 if a.paused_at is not None else max(0, -a.left)
        a.state, a.answers, a.prediction = state, answers, prediction
        a.finished_at, a.elapsed = self.now - over, a.worked - over
        a.paused_at = None
        a.points = self.points(a)

    # What the organiser does

    def is_paused(self, agency: str) -> bool:
        return EVERYBODY in self.paused or agency in self.paused

    def pause(self, scope: str) -> None:
        for agency in self.closes:
            if scope in (EVERYBODY, agency) and not self.is_paused(agency):
                self.stopped[agency] = (self.now, self.closes[agency])
        self.paused[scope] = self.now
        for a in self.sitting():
            if a.paused_at is None and a.left > 0 and scope in (EVERYBODY, a.agency):
                a.paused_at = self.now

    def resume(self, scope: str) -> dict[str, int]:
        """The least close of every agency that goes on: what it had, and all the time that it stood still.

        The close may be later than that; whom it had cut goes on until then.
        """
        del self.paused[scope]
        going_on = {agency: self.stopped.pop(agency) for agency in list(self.stopped) if not self.is_paused(agency)}
        for a in self.sitting():
            if a.paused_at is not None and not self.is_paused(a.agency):
                a.stood.append((a.paused_at, self.now))
                a.paused_at = None
                a.left = max(a.left, min(a.allowance - a.worked, self.closes[a.agency] - self.now))
        return {agency: close + self.now - since for agency, (since, close) in going_on.items()}

    def lengthen(self) -> None:
        """More time for whoever the close, or fewer minutes of their own, had cut; never less."""
        for a in self.sitting():
            at = self.now if a.paused_at is None else a.paused_at
            a.left = max(a.left, min(a.allowance - a.worked, self.closes[a.agency] - at))

    def close_soon(self) -> None:
        for a in self.sitting():
            a.left = min(a.left, MINUTE)

    def grant(self, person: int, minutes: int) -> None:
        """``minutes`` in all for each attempt of this person; one that runs never has fewer than it had."""
        self.more_minutes[person] = minutes
        for a in self.sitting():
            if a.person == person:
                a.allowance = max(a.allowance, (self.minutes + minutes) * MINUTE + a.compensated)
        self.lengthen()

    def amend(self, version: int, keys: frozenset[int]) -> None:
        self.keys.append(self.keys[-1] | {version: keys})
        self.withdrawn.add(version)

    def mark_again(self) -> None:
        for a in self.attempts:
            if not a.running:
                a.points = self.points(a)

    # What accidents do

    def void(self, a: Attempt) -> None:
        """Never counted; another one may be sat in its place."""
        if a.running:
            self.finish(a, a.answers, a.prediction, "voided")
        a.state = "voided"

    def touched(self, since: int, until: int, scope: str, refused: set[int]) -> dict[int, list[Attempt]]:
        """Person -> attempts that were sat within these times; none for who was refused then and sat nothing."""
        found: dict[int, list[Attempt]] = {person: [] for person in refused}
        for a in self.attempts:
            over = (
                a.finished_at if a.finished_at is not None else None if a.paused_at is not None else self.now + a.left
            )
            inside = a.began <= until and (over is None or over >= since)
            if inside and a.state != "voided" and scope in (EVERYBODY, a.agency):
                found.setdefault(a.person, []).append(a)
        return found

    def compensate(
        self, hit: dict[int, list[Attempt]], since: int, until: int, *, minutes: int, attempts: int, void: bool
    ) -> None:
        """What two people decided, for everybody whom the accident touched between two moments.

        Whole minutes that a pause gives back are not given again. After the end nobody can begin or go on.
        """
        for person, mine in hit.items():
            if attempts and not self.over:
                self.more_attempts[person] = self.more_attempts.get(person, 0) + attempts
            for a in mine:
                if void:
                    self.void(a)
                elif minutes and a.running and not self.over:
                    due = max(0, minutes - a.stood_still(since, until) // MINUTE) * MINUTE
                    a.allowance, a.left, a.compensated = a.allowance + due, a.left + due, a.compensated + due
                    self.ends = max(self.ends, (self.now if a.paused_at is None else a.paused_at) + a.left)

    @property
    def over(self) -> bool:
        return self.now >= self.ends and not self.paused

    @property
    def papers(self) -> int:
        """Papers without a question in common that are left to one person."""
        left = [cell for version, cell in self.cells.items() if version not in self.withdrawn]
        return min(left.count(cell) for cell in self.cells.values())

    def known(self, person: int) -> set[int]:
        """Questions whose worth a person may have seen."""
        return {version for a in self.of(person) for version, _ in a.paper}

    def spare(self, person: int) -> int:
        """How many attempts more they can have before they meet a question again."""
        voided = sum(a.state == "voided" for a in self.of(person))
        return self.papers - self.limit - self.more_attempts.get(person, 0) - voided

    # What adds up

    def points(self, a: Attempt) -> int:
        """By the newest keys, a point for exactly the right choice."""
        worth = 0
        for place, (version, order) in enumerate(a.paper, start=1):
            right = self.keys[-1][version]
            worth += not right or {order[chosen] for chosen in a.answers[str(place)] or []} == right
        return worth

    def fair(self, a: Attempt) -> int:
        """The time taken as a share of what was allowed, in the minutes of everybody."""
        assert a.elapsed is not None
        return a.elapsed * self.minutes * MINUTE // a.allowance

    def counted(self, person: int) -> Attempt | None:
        """The attempt that counts."""

        def key(a: Attempt) -> tuple[object, ...]:
            assert a.points is not None
            assert a.finished_at is not None
            second = a.finished_at // 1000
            by = {
                "first": (second,),
                "last": (-second,),
                "earliest-best": (-a.points, second),
                "best": (-a.points, self.fair(a), second),
            }[self.counts]
            return (*by, a.finished_at, a.code)

        return min((a for a in self.of(person) if a.counts), key=key, default=None)
