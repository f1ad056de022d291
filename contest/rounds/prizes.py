"""Who wins: prizes of a round, of agencies and of the whole contest from ranks. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

import msgspec

from contest.rounds.ranking import Ranked, Result, rank
from contest.rounds.rules import AgencyMeasure, AgencyPrize, Prize, tidy_prizes

OVERALL_CRITERIA = ("points", "elapsed", "submitted_at", "lots")


class ContestRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What holds over all rounds of a contest.

    ``overall``: people are ranked by the sum of what counts for them in each round, if they took
    part in at least ``rounds_required`` rounds; ``criteria`` in order, sums of points and time, the
    latest submission. ``one_prize``: nobody gets two prizes for people in the contest.
    """

    overall: bool = False
    rounds_required: int = 1
    criteria: tuple[str, ...] = ("points", "elapsed", "submitted_at")
    one_prize: bool = False
    prizes: tuple[Prize, ...] = ()
    agency_prizes: tuple[AgencyPrize, ...] = ()


def normalised_contest(rules: ContestRules) -> ContestRules:
    """The one way of writing down what means the same, as ``rules.normalised`` does for a round."""
    if not rules.overall:
        rules = msgspec.structs.replace(ContestRules(), one_prize=rules.one_prize, agency_prizes=rules.agency_prizes)
    return msgspec.structs.replace(
        rules, prizes=tidy_prizes(rules.prizes), agency_prizes=tidy_prizes(rules.agency_prizes)
    )


@dataclass(frozen=True, slots=True)
class Award:
    """A prize and who gets it, by the keys of their results.

    ``tied`` are equal on every criterion at the last places of this prize: so many of them as
    ``left`` says win, and the rules do not tell which.
    """

    prize: str
    group: str
    winners: tuple[str, ...]
    tied: tuple[str, ...] = ()
    left: int = 0


@dataclass(frozen=True, slots=True)
class AgencyFigures:
    """What collective prizes go by; ``headcount`` 0: unknown."""

    code: str
    bloc: str
    takers: int
    attempts: int
    points: int
    winners: int
    headcount: int = 0


def award(
    places: Sequence[Ranked],
    prizes: Sequence[Prize],
    *,
    group: str = "",
    barred: Iterable[str] = (),
    undecided: Iterable[str] = (),
) -> list[Award]:
    """Prizes in order to the ranked people of one group (or of the round), the ``barred`` left out.

    Barred are those who may be ranked but get no prize: assurance too low, a prize already won.
    ``undecided`` are tied for a prize elsewhere; what depends on how that ends is not awarded.
    """
    out, waiting = set(barred), set(undecided)
    queue = [place for place in places if place.result.who not in out]
    awards = []
    for prize in prizes:
        taken, queue = queue[: prize.count], queue[prize.count :]
        edge = taken[-1].rank if taken else 0
        tied = queue and queue[0].rank == edge
        sure = [place for place in taken if not tied or place.rank != edge]
        contenders = [place for place in (*taken, *queue) if place.rank == edge] if tied else []
        if any(place.result.who in waiting for place in (*sure, *contenders)):
            break
        awards.append(
            Award(
                prize.name,
                group,
                tuple(place.result.who for place in sure),
                tuple(place.result.who for place in contenders),
                len(taken) - len(sure),
            )
        )
        if tied:
            break  # who is left for the next prize depends on who wins this one
    return awards


def award_groups(
    places: Mapping[str, Sequence[Ranked]], prizes: Sequence[Prize], *, barred: Iterable[str] = ()
) -> list[Award]:
    """Prizes of a round: those of each group to the group's own ranking, the others over all groups (``""``).

    A prize over all groups goes by the ranking of all; who has won one gets none in their group.
    """
    out = set(barred)
    shared = [prize for prize in prizes if not prize.each_group]
    own = [prize for prize in prizes if prize.each_group]
    awards = award(places[""], shared, barred=out) if shared else []
    if len(awards) < len(shared):
        return awards  # anybody may still win one of the others
    out |= {who for one in awards for who in one.winners}
    waiting = {who for one in awards for who in one.tied}
    for code in places:
        if code and own:
            awards += award(places[code], own, group=code, barred=out, undecided=waiting)
    return awards


def overall(rounds: Sequence[Mapping[str, Result]], *, criteria: Sequence[str], rounds_required: int) -> list[Ranked]:
    """The standing of the whole contest (chung cuộc): person -> what counts in each round, added up."""
    everybody = {who for results in rounds for who in results}
    sums = []
    for who in sorted(everybody):
        own = [results[who] for results in rounds if who in results]
        if len(own) >= rounds_required:
            latest: datetime = max(result.submitted_at for result in own)
            sums.append(
                Result(who, sum(o.points for o in own), sum(o.elapsed_ms for o in own), latest, lot=own[-1].lot)
            )
    return rank(sums, criteria)


def award_agencies(figures: Iterable[AgencyFigures], prizes: Sequence[AgencyPrize]) -> list[Award]:
    """Collective prizes in order; an agency gets one. Equal figures at the edge are tied.

    What depends on how a tie ends is not awarded.
    """
    rows, awards = list(figures), list[Award]()
    out, waiting, stopped = set[str](), set[str](), set[str]()
    for prize in prizes:
        eligible = [row for row in rows if row.code not in out and _takes_part(row, prize)]
        for bloc, members in _by_bloc(eligible, prize.each_bloc):
            one = _collective(prize, bloc, members)
            if stopped & {row.bloc for row in members} or waiting & {*one.winners, *one.tied}:
                stopped |= {row.bloc for row in members}
                continue
            awards.append(one)
            out |= set(one.winners)
            waiting |= set(one.tied)
    return awards


def _collective(prize: AgencyPrize, bloc: str, members: Iterable[AgencyFigures]) -> Award:
    ordered = sorted(members, key=lambda row: (_measure(row, prize.by), row.code))
    taken, rest = ordered[: prize.count], ordered[prize.count :]
    edge = _measure(taken[-1], prize.by) if taken else None
    tied = bool(rest) and _measure(rest[0], prize.by) == edge
    contenders = [row.code for row in ordered if tied and _measure(row, prize.by) == edge]
    sure = [row.code for row in taken if row.code not in contenders]
    return Award(prize.name, bloc, tuple(sure), tuple(contenders), len(taken) - len(sure))


def _by_bloc(rows: list[AgencyFigures], each: bool) -> list[tuple[str, list[AgencyFigures]]]:
    if not each:
        return [("", rows)]
    ordered = sorted(rows, key=lambda row: row.bloc)
    return [(bloc, list(members)) for bloc, members in groupby(ordered, key=lambda row: row.bloc)]


def _takes_part(row: AgencyFigures, prize: AgencyPrize) -> bool:
    if row.takers == 0:
        return False
    needs = prize.floor > 0 or prize.by is AgencyMeasure.RATE
    if needs and row.headcount == 0:
        return False
    return row.takers * 100 >= prize.floor * row.headcount


def _measure(row: AgencyFigures, by: AgencyMeasure) -> tuple[int, ...]:
    """Ascending; shares are kept exact to one in a billion, without floats."""
    billion = 10**9
    rate = -(row.takers * billion // row.headcount) if row.headcount else 0
    mean = -(row.points * billion // row.takers)
    return {
        AgencyMeasure.TAKERS: (-row.takers, mean),
        AgencyMeasure.ATTEMPTS: (-row.attempts, -row.takers),
        AgencyMeasure.RATE: (rate, mean),
        AgencyMeasure.MEAN: (mean, -row.takers),
        AgencyMeasure.WINNERS: (-row.winners, -row.takers),
    }[by]
