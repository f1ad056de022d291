"""Who has taken part: read models that join people, agencies and attempts for one page."""

from dataclasses import dataclass

from contest.agencies import queries as agencies
from contest.attempts import queries as attempts
from contest.people import queries as people
from contest.rounds.queries import RoundView


@dataclass(frozen=True, slots=True)
class AgencyTakers:
    """An agency's numbers in a round."""

    code: str
    agency: str
    takers: int
    attempts: int
    sitting: int


@dataclass(frozen=True, slots=True)
class Member:
    """A person of an agency and how far they are in a round."""

    full_name: str
    agency: str
    is_sample: bool
    finished: int
    sitting: bool


def by_agency(round_: RoundView) -> list[AgencyTakers]:
    """Agencies with takers, most first."""
    counts = attempts.takers_by_agency(round_.pk)
    units = agencies.by_ids(frozenset(agency for agency, *_ in counts))
    rows = [AgencyTakers(units[a].code, units[a].name, takers, total, sitting) for a, takers, total, sitting in counts]
    return sorted(rows, key=lambda row: (-row.takers, row.agency))


def members(round_: RoundView | None, agency_ids: frozenset[int]) -> list[Member]:
    """Everybody registered in these agencies, by given name."""
    done = attempts.takers_of_agencies(round_.pk, agency_ids) if round_ else {}
    units = agencies.by_ids(agency_ids)
    return [
        Member(
            full_name=person.full_name,
            agency=units[person.agency_id].name if person.agency_id in units else "",
            is_sample=person.is_sample,
            finished=done.get(person.id, (0, False))[0],
            sitting=done.get(person.id, (0, False))[1],
        )
        for person in people.of_agencies(agency_ids)
    ]
