"""What an official text is made of: sections of statements, each with the rounds that it holds for."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from contest.rounds.queries import RoundView

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Table:
    """Head cells and rows of cells, all of one width; a ``compact`` one has few characters in each."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    compact: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """A numbered point: a sentence, perhaps with lettered items or a table, and what follows them.

    ``rounds`` are the titles of those that it holds for; none: all.
    """

    text: str
    items: tuple[str, ...] = ()
    table: Table | None = None
    after: str = ""
    rounds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """An article (điều): ``key`` is for addresses, ``statements`` stand under keys that last."""

    key: str
    heading: str
    statements: Mapping[str, tuple[Statement, ...]]

    @property
    def points(self) -> list[Statement]:
        """Its statements in order."""
        return [statement for several in self.statements.values() for statement in several]


@dataclass(frozen=True, slots=True)
class Names:
    """Names by code; a code without a name stands for itself.

    Texts of different rules differ as far as names of different agencies, blocs and topics do.
    """

    agencies: Mapping[str, str] = field(default_factory=dict)
    blocs: Mapping[str, str] = field(default_factory=dict)
    topics: Mapping[str, str] = field(default_factory=dict)

    def agency(self, code: str) -> str:
        """An agency's name."""
        return self.agencies.get(code, code)

    def bloc(self, code: str) -> str:
        """A bloc's name."""
        return self.blocs.get(code, code)

    def topic(self, code: str) -> str:
        """A topic's name."""
        return self.topics.get(code, code)


Describe = Callable[[RoundView, Names], Statement | None]


def each(rounds: Sequence[RoundView], names: Names, describe: Describe) -> tuple[Statement, ...]:
    """One statement where all rounds say the same, else one for each saying, with the rounds that say it."""
    said: dict[Statement, list[str]] = {}
    for view, title in zip(rounds, _titles(rounds), strict=True):
        statement = describe(view, names)
        if statement is not None:
            said.setdefault(statement, []).append(title)
    return tuple(
        statement if len(titles) == len(rounds) else replace(statement, rounds=tuple(titles))
        for statement, titles in said.items()
    )


def _titles(rounds: Sequence[RoundView]) -> Iterable[str]:
    """Titles, with the number where two rounds have the same."""
    titles = [view.title for view in rounds]
    return [t if titles.count(t) == 1 else f"{t} ({view.number})" for t, view in zip(titles, rounds, strict=True)]


def plain(sections: Iterable[Section]) -> str:
    """The text in lines, cells parted by tabs: for comparing, and for files without pages."""
    lines = []
    for section in sections:
        lines.append(section.heading)
        for point in section.points:
            lines.append("; ".join(point.rounds) + ("\t" if point.rounds else "") + point.text)
            lines += [f"- {item}" for item in point.items]
            if point.table:
                lines += ["\t".join(row) for row in (point.table.head, *point.table.rows)]
            lines += [point.after] if point.after else []
    return "\n".join(lines)
