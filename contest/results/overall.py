"""The standing of a whole contest (chung cuộc) from the sheets of its rounds: for the committee."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from contest.agencies.models import Agency
from contest.attempts.models import Attempt
from contest.boards.rules import public_name
from contest.results import rules as r
from contest.results.models import Publication, Sheet, SheetName
from contest.rounds import queries as rounds
from contest.rounds.prizes import AgencyFigures, Award, award, award_agencies, overall
from contest.rounds.queries import ContestView, RoundView
from contest.rounds.ranking import Ranked, Result, lot
from contest.rounds.rules import AgencyMeasure
from core.db import read


@dataclass(frozen=True, slots=True)
class Source:
    """The sheet that stands for a round: the newest published one, else the newest frozen one, if any."""

    round: RoundView
    sheet_id: str = ""
    number: int = 0
    published: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A place in the whole contest; ``by_round`` are the points of each source, ``None`` where not taken part.

    ``barred``: has a prize already and gets no other.
    """

    rank: int
    name: str
    agency: str
    points: int
    elapsed_ms: int
    decided_by: str
    by_round: tuple[int | None, ...]
    prize: str
    barred: bool


@dataclass(frozen=True, slots=True)
class Winners:
    """A prize with names; of ``tied`` so many as ``left`` win."""

    prize: str
    names: tuple[str, ...]
    tied: tuple[str, ...]
    left: int


@dataclass(frozen=True, slots=True)
class Standing:
    """The whole contest as its sheets have it now; ``unnamed`` rows belong to people who erased their names."""

    sources: list[Source]
    lines: list[Line]
    prizes: list[Winners]
    agency_prizes: list[Winners]
    unnamed: int
    headcounts_missing: bool


@dataclass(frozen=True, slots=True)
class _Read:
    """What the standing needs of a round's sheet, people by id."""

    source: Source
    results: dict[str, Result]
    names: dict[str, SheetName]
    winners: frozenset[str]
    tied: frozenset[str]
    unnamed: int


def standing(contest: ContestView, views: Sequence[RoundView]) -> Standing:
    """The standing of a contest whose rounds these are; trials do not count."""
    read_ = [_sheet(view, lots="lots" in contest.rules.criteria) for view in views if not view.rules.trial]
    known = [one for one in read_ if one.source.sheet_id]
    names = {who: name for one in known for who, name in one.names.items()}
    places = (
        overall(
            [one.results for one in known],
            criteria=contest.rules.criteria,
            rounds_required=contest.rules.rounds_required,
        )
        if contest.rules.overall
        else []
    )
    winners = frozenset[str]().union(*(one.winners for one in known))
    tied = frozenset[str]().union(*(one.tied for one in known))
    once = contest.rules.one_prize
    awards = award(
        places, contest.rules.prizes, barred=winners if once else (), undecided=tied - winners if once else ()
    )
    words = {who: public_name(name.full_name, name.is_sample, full=True) for who, name in names.items()}
    units = {code: row.name for code, row in _agencies({n.agency_code for n in names.values()}).items()}
    return Standing(
        sources=[one.source for one in read_],
        lines=_lines(places, known, awards, names=names, words=words, units=units, barred=winners if once else ()),
        prizes=[_words(one, words) for one in awards],
        agency_prizes=[_words(one, units) for one in _agency_awards(contest, known, names, awards)],
        unnamed=sum(one.unnamed for one in known),
        headcounts_missing=any(p.floor or p.by is AgencyMeasure.RATE for p in contest.rules.agency_prizes),
    )


def winners_before(round_: RoundView, earlier: Sequence[RoundView]) -> frozenset[int]:
    """Who has won a prize for people in one of the ``earlier`` rounds with a lower number, by id."""
    found = (_sheet(view, lots=False).winners for view in earlier if view.number < round_.number)
    return frozenset(int(who) for winners in found for who in winners)


def _sheet(view: RoundView, *, lots: bool) -> _Read:
    row = (
        read()
        .execute(
            sa.select(Sheet.id, Sheet.public_id, Sheet.number, Sheet.content, Publication.published_at)
            .outerjoin(Publication, Publication.sheet_id == Sheet.id)
            .where(Sheet.round_id == view.pk)
            .order_by(Publication.published_at.is_(None), Sheet.number.desc())
            .limit(1)
        )
        .one_or_none()
    )
    if row is None:
        return _Read(Source(view), {}, {}, frozenset(), frozenset(), 0)
    data: dict[str, Any] = json.loads(row.content)
    by_pseudonym = {
        name.pseudonym: name for name in read().scalars(sa.select(SheetName).where(SheetName.sheet_id == row.id))
    }
    who = {pseudonym: str(name.person_id) for pseudonym, name in by_pseudonym.items()}
    results = {
        who[line["pseudonym"]]: replace(r.result_of_row(line), who=who[line["pseudonym"]])
        for line in data["rows"]
        if line["pseudonym"] in who
    }
    if lots:
        results = _drawn(view, results)
    awards = data.get("awards", ())
    return _Read(
        Source(view, row.public_id, row.number, row.published_at is not None),
        results,
        {str(name.person_id): name for name in by_pseudonym.values()},
        frozenset(who[p] for one in awards for p in one["winners"] if p in who),
        frozenset(who[p] for one in awards for p in one["tied"] if p in who),
        len(data["rows"]) - len(results),
    )


def _drawn(view: RoundView, results: dict[str, Result]) -> dict[str, Result]:
    """With the lots of this round, which a sheet holds only where its own ranking asks for them."""
    seed = rounds.pool(view.pk, view.revision).seed
    tokens = read().execute(
        sa.select(Attempt.person_id, Attempt.drawn_for).where(Attempt.round_id == view.pk).distinct()
    )
    lots = {str(person_id): lot(seed=seed, token=token) for person_id, token in tokens}
    return {who: replace(result, lot=lots.get(who, result.lot)) for who, result in results.items()}


def _lines(
    places: Sequence[Ranked],
    known: Sequence[_Read],
    awards: Sequence[Award],
    *,
    names: dict[str, SheetName],
    words: dict[str, str],
    units: dict[str, str],
    barred: frozenset[str] | tuple[()],
) -> list[Line]:
    prizes = {who: one.prize for one in awards for who in one.winners}
    return [
        Line(
            rank=place.rank,
            name=words[place.result.who],
            agency=units.get(names[place.result.who].agency_code, ""),
            points=place.result.points,
            elapsed_ms=place.result.elapsed_ms,
            decided_by=place.decided_by,
            by_round=tuple(
                one.results[place.result.who].points if place.result.who in one.results else None for one in known
            ),
            prize=prizes.get(place.result.who, ""),
            barred=place.result.who in barred,
        )
        for place in places
    ]


def _agency_awards(
    contest: ContestView, known: Sequence[_Read], names: dict[str, SheetName], awards: Sequence[Award]
) -> list[Award]:
    """Collective prizes of the whole contest; who took part in several rounds is one taker."""
    if not contest.rules.agency_prizes or not known:
        return []
    takers = Counter(name.agency_code for name in names.values() if name.agency_code)
    points, won = Counter[str](), Counter[str]()
    for one in known:
        for who, result in one.results.items():
            points[one.names[who].agency_code] += result.points
        won.update(one.names[who].agency_code for who in one.winners)
    won.update(names[who].agency_code for one in awards for who in one.winners)
    attempts = _attempts([one.source.round.pk for one in known])
    units = _agencies(takers)
    figures = [
        AgencyFigures(code, units[code].bloc, number, attempts.get(code, 0), points[code], won[code])
        for code, number in takers.items()
    ]
    return award_agencies(figures, contest.rules.agency_prizes)


def _attempts(round_pks: list[int]) -> dict[str, int]:
    rows = read().execute(
        sa.select(Agency.code, sa.func.count())
        .join(Attempt, Attempt.agency_id == Agency.id)
        .where(Attempt.round_id.in_(round_pks), Attempt.state.in_(("submitted", "expired")))
        .group_by(Agency.code)
    )
    return {row[0]: row[1] for row in rows}


def _agencies(codes: Iterable[str]) -> dict[str, Agency]:
    return {row.code: row for row in read().scalars(sa.select(Agency).where(Agency.code.in_(sorted(codes))))}


def _words(one: Award, words: dict[str, str]) -> Winners:
    def named(keys: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(words.get(key, key) for key in keys)

    return Winners(one.prize, named(one.winners), named(one.tied), one.left)
