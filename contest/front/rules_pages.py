"""The official text as pages: of the contest in front, of one contest."""

from dataclasses import dataclass

from flask import Response
from flask_babel import gettext

from contest.agencies import queries as agencies
from contest.agencies.rules import BLOCS
from contest.front.official_rules.amendments import Amended, amended
from contest.front.official_rules.articles import official_rules
from contest.front.official_rules.text import Names
from contest.rounds import queries as rounds
from contest.rounds.queries import AmendmentRow, ContestView, RoundView
from contest.rounds.rules import RoundState
from core.web.pages import public_page
from questions.bank import queries as bank


@dataclass(frozen=True, slots=True)
class Annex:
    """What stands below the articles about one round: what was amended, what binds the organiser."""

    round: RoundView
    amended: list[Amended]
    commitment: str


def rules_page(contest: ContestView | None, listed: list[RoundView]) -> Response:
    """The articles, the rounds' calendar, amendments and commitments."""
    own = [view for view in listed if contest and view.contest.id == contest.id]
    made = rounds.amendments(view.pk for view in own) if any(view.moves for view in own) else {}
    names = _names(own, made)
    return public_page(
        "front/rules.html",
        contest=contest,
        rounds=own,
        sections=official_rules(contest.rules, own, names) if contest else [],
        annexes=[Annex(view, amended(view, made.get(view.pk, []), names), _commitment(view)) for view in own],
    )


def _commitment(view: RoundView) -> str:
    return "" if view.state is RoundState.DRAFT else rounds.pool(view.pk, view.revision).commitment


def _names(own: list[RoundView], made: dict[int, list[AmendmentRow]]) -> Names:
    codes = {
        code
        for view in own
        for code in (*view.rules.agencies, *view.exceptions.closes, *(a for g in view.rules.groups for a in g.agencies))
    }
    codes |= {row.after["agency"] for rows in made.values() for row in rows if "agency" in row.after}
    return Names(
        agencies=agencies.labels(codes) if codes else {},
        blocs={code: gettext(name) for code, name in BLOCS.items()},
        topics=bank.topic_names() if own else {},
    )
