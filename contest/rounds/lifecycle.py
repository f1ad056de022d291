"""The moments of a round and of an attempt: states, closes, deadlines, pauses, what may be seen when. Pure."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

import msgspec

from contest.rounds.rules import BoardPolicy, LastStart, Reveal, RoundRules, RoundState
from core.clock import LOCAL

CLOSE_NOTICE = timedelta(seconds=60)
WINDOW_MAX = timedelta(days=45)
"""Boards count seconds since the opening in 22 bits: 48 days, with days to spare for extending."""
SETTLED = timedelta(seconds=30)
"""So long after the last close sheets that were under way may still come in: until then no answer is shown."""
IN_TURN = timedelta(seconds=10)
"""So long after the last start somebody may still start whose turn had come before: their tap was on its way."""
EVERYBODY = ""
"""In place of an agency's code: the whole round."""


class Exceptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What differs from the round's window for some: later closes, and since when who is paused.

    Both by agency code (with all below it); :data:`EVERYBODY` is the whole round.
    """

    closes: dict[str, datetime] = {}
    paused: dict[str, datetime] = {}

    def close_of(self, closes_at: datetime, agency_path: str) -> datetime:
        """The close that holds for people of the agency at ``agency_path``: the latest that names them."""
        return max([closes_at, *_of(self.closes, agency_path)])

    def later_than(self, closes_at: datetime) -> dict[str, datetime]:
        """The closes that are later than the round's by a minute or more: what is worth telling."""
        return {code: at for code, at in self.closes.items() if at - closes_at >= timedelta(minutes=1)}

    def paused_since(self, agency_path: str) -> datetime | None:
        """Since when people of the agency at ``agency_path`` are paused, if they are."""
        return min(_of(self.paused, agency_path), default=None)


def resumed(
    exceptions: Exceptions, code: str, *, now: datetime, closes_at: datetime, paths: Mapping[str, str]
) -> Exceptions:
    """The exceptions after the pause of ``code`` has ended, its time added to every later close that it touched.

    ``closes_at`` is the round's close before; ``paths`` of the agencies named. Where pauses overlap
    (everybody and an agency) the time is given back once: by the pause that ends last. The round's own
    close moves by :func:`close_after_pause`.
    """
    inside = {
        other: code == EVERYBODY or code in paths.get(other, "").split("/")
        for other in {*exceptions.closes, *exceptions.paused} - {EVERYBODY}
    }
    around = [since for other, since in exceptions.paused.items() if other != code and _covers(other, code, paths)]
    begun, until = exceptions.paused[code], min([now, *around])
    taken = max(until - begun, timedelta(0))
    closes = {
        other: close_after_pause(at, since=begun, until=until) if inside[other] else at
        for other, at in exceptions.closes.items()
    }
    if code != EVERYBODY and taken:
        before = exceptions.close_of(closes_at, paths.get(code, code))
        closes[code] = close_after_pause(before, since=begun, until=until)
    paused = {
        # What is given back now, its own pause must not give back again.
        other: since + max(until - max(since, begun), timedelta(0)) if inside.get(other) else since
        for other, since in exceptions.paused.items()
        if other != code
    }
    return Exceptions(closes=closes, paused=paused)


def close_after_pause(closes_at: datetime, *, since: datetime, until: datetime) -> datetime:
    """A close once a pause has ended: later by its time and on to the next full minute, as closes are announced.

    A close that had passed before the pause is not rounded: nobody may start again by it.
    """
    if until <= since:
        return closes_at
    later = closes_at + (until - since)
    if closes_at <= since:
        return later
    minute = later.replace(second=0, microsecond=0)
    return minute if minute == later else minute + timedelta(minutes=1)


def _covers(outer: str, code: str, paths: Mapping[str, str]) -> bool:
    """Whether people of ``code`` are among those of ``outer``."""
    return outer == EVERYBODY or (code != EVERYBODY and outer in paths.get(code, "").split("/"))


def _of(by_code: Mapping[str, datetime], agency_path: str) -> list[datetime]:
    return [by_code[code] for code in {EVERYBODY, *agency_path.split("/")} & by_code.keys()]


def state(
    *,
    prepared: bool,
    published: bool,
    opens_at: datetime,
    ends_at: datetime,
    paused: bool,
    now: datetime,
) -> RoundState:
    """The state that follows from the stored moments and the clock.

    ``ends_at`` is the last close of anybody. While somebody is paused a round that has begun does
    not close: what a close reveals would tell those who go on afterwards.
    """
    if not prepared:
        return RoundState.DRAFT
    if published:
        return RoundState.PUBLISHED
    if now < opens_at:
        return RoundState.SCHEDULED
    return RoundState.OPEN if now < ends_at or paused else RoundState.CLOSED


def deadline(*, started_at: datetime, closes_at: datetime, allowance: timedelta) -> datetime:
    """The end of an attempt: its own time, but never past the close that holds for its taker."""
    return min(started_at + allowance, closes_at)


def last_start(rules: RoundRules, closes_at: datetime, *, in_turn: bool = False) -> datetime:
    """The last moment at which somebody starts; who held a turn before it has :data:`IN_TURN` more.

    Where a start is refused by the close alone there is nothing to add: a later paper would have no time.
    """
    if rules.last_start is not LastStart.FULL_TIME:
        return closes_at
    return closes_at - timedelta(minutes=rules.minutes) + (IN_TURN if in_turn else timedelta(0))


def shown(reveal: Reveal, round_state: RoundState) -> bool:
    """Whether what ``reveal`` governs may be seen in this state by the person it belongs to."""
    if reveal is Reveal.RECEIPT:
        return True
    if reveal is Reveal.CLOSE:
        return round_state in (RoundState.CLOSED, RoundState.PUBLISHED)
    return reveal is Reveal.PUBLICATION and round_state is RoundState.PUBLISHED


def over(round_state: RoundState) -> bool:
    """Whether nobody sits any more."""
    return round_state in (RoundState.CLOSED, RoundState.PUBLISHED)


def counts_public(rules: RoundRules, round_state: RoundState) -> bool:
    """Whether numbers of takers and attempts may be seen: not while somebody may predict them (promise 7)."""
    return rules.prediction is None or over(round_state)


def board_shows_points(rules: RoundRules, round_state: RoundState) -> bool:
    """Points stand on the board only where the person's own score may be seen, and help no prediction."""
    return shown(rules.show_score, round_state) and counts_public(rules, round_state)


def last_day(closes_at: datetime) -> date:
    """The last day of a round in Vietnam; one that closes at midnight ends with the day before."""
    return (closes_at - timedelta(microseconds=1)).astimezone(LOCAL).date()


def freeze_moment(rules: RoundRules, closes_at: datetime) -> datetime | None:
    """The moment from which a frozen board stands still."""
    if rules.board is not BoardPolicy.FROZEN:
        return None
    return closes_at - timedelta(minutes=rules.freeze_minutes)
