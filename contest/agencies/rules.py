"""Finding an agency from what somebody typed. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from core.text import fold


@dataclass(frozen=True, slots=True)
class NamedAgency:
    """One name of one agency; ``own`` when it is the agency's present official name."""

    code: str
    name: str
    text: str
    folded: str

    @property
    def own(self) -> bool:
        """Whether this is the agency's own name, not an alias or a former one."""
        return self.text == self.name


@dataclass(frozen=True, slots=True)
class Match:
    """A found agency; ``matched`` is the other name by which it was found, else empty."""

    code: str
    name: str
    matched: str


def words(query: str) -> list[str]:
    """The folded words of a query; what each candidate name must contain."""
    return fold(query).split()


def best_matches(names: Iterable[NamedAgency], query: str, limit: int = 8) -> list[Match]:
    """Each agency once, by its best name: exact, then prefix, then all words, shorter first."""
    wanted = words(query)
    if not wanted:
        return []
    best: dict[str, tuple[tuple[int, int, int, str], NamedAgency]] = {}
    for named in names:
        rank = _rank(named, wanted)
        if rank is not None and (named.code not in best or rank < best[named.code][0]):
            best[named.code] = (rank, named)
    ordered = sorted(best.values(), key=lambda pair: (pair[0], pair[1].code))
    return [Match(code=n.code, name=n.name, matched="" if n.own else n.text) for _, n in ordered[:limit]]


def _rank(named: NamedAgency, wanted: list[str]) -> tuple[int, int, int, str] | None:
    query = " ".join(wanted)
    have = named.folded.split()
    if named.folded == query:
        grade = 0
    elif named.folded.startswith(query):
        grade = 1
    elif all(any(word.startswith(want) for word in have) for want in wanted):
        grade = 2
    else:
        return None
    return grade, 0 if named.own else 1, len(have), named.folded
