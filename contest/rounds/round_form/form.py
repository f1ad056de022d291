"""The whole form of a round, and one request's view of it: fields, grids, what stands against the rules."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from flask_babel import gettext
from werkzeug.datastructures import MultiDict
from wtforms import Field, FieldList, FormField

from contest.agencies import queries as agencies
from contest.agencies.rules import BLOCS
from contest.rounds.queries import RoundView
from contest.rounds.round_form import rows
from contest.rounds.round_form.paper import Grid, GridRow, PaperPart, grid_from_form, grid_of, grid_rows
from contest.rounds.round_form.people import PeoplePart
from contest.rounds.round_form.prizes import PrizesPart
from contest.rounds.round_form.ranking import RankingPart
from contest.rounds.round_form.shown import ShownPart
from contest.rounds.round_form.window import WindowPart
from contest.rounds.rules import RoundRules
from core.web.forms import from_local, to_local
from questions.bank import queries as bank


class RoundForm(WindowPart, PaperPart, PeoplePart, RankingPart, PrizesPart, ShownPart):
    """Tạo hoặc sửa vòng thi; its blueprints are grids beside it."""


def each_field(form: Any) -> Iterator[Field]:
    """Every field that a person fills in, those of rows too, part by part as they stand on the page."""
    parts = {name: place for place, part in enumerate(type(form).__mro__) for name in vars(part)}
    for field in sorted(form, key=lambda field: parts.get(field.short_name, 0)):
        if isinstance(field, FieldList):
            for entry in field:
                yield from each_field(entry.form)
        elif not isinstance(field, FormField) and field.name != "csrf_token":
            yield field


def choices(today: date) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Agencies and blocs that can be chosen today, as (code, name)."""
    units = agencies.all_pickable(today=today)
    blocs = dict.fromkeys(unit.bloc for unit in units if unit.bloc)
    named = [(code, gettext(BLOCS[code]) if code in BLOCS else code) for code in [*BLOCS, *blocs] if code in blocs]
    return [(unit.code, unit.name) for unit in units], list(dict.fromkeys(named))


class RoundSheet:
    """The form as one request has it. ``sent``: what came with the request, or ``None`` to show ``view``."""

    def __init__(self, sent: MultiDict[str, str] | None, *, today: date, view: RoundView | None = None) -> None:
        self.topics = bank.topics()
        self.changing = sent is not None and rows.changed(sent)
        stored = view.rules if view is not None and sent is None else None
        data = rows.with_rows(sent) if sent is not None else MultiDict()
        self.form = RoundForm(formdata=data if sent is not None else None)
        if view is not None and stored is not None:
            self._fill(view)
        self._offer(today, view)
        prefixes = [f"{entry.name}-" for entry in self.form.groups]
        if stored is None:
            self.grid = grid_from_form(data, self.topics)
            self.group_grids = [grid_from_form(data, self.topics, prefix) for prefix in prefixes]
        else:
            self.grid = grid_of(stored.blueprint)
            cells = [group.blueprint for group in stored.groups]
            self.group_grids = [grid_of(own, prefix) for own, prefix in zip(cells, prefixes, strict=True)]

    @property
    def grids(self) -> list[Grid]:
        """The grids in use: everybody's, or those of the groups."""
        return self.group_grids or [self.grid]

    @property
    def table(self) -> list[GridRow]:
        """The topics that the grids are about."""
        return grid_rows(self.topics, bank.topics(samples=False), self.grids)

    def fits(self) -> bool:
        """Whether the form was sent to be saved and everything in it, the grids too, can be read."""
        if self.changing or not self.form.is_submitted():
            return False
        valid = bool(self.form.validate())
        for grid, name in zip(self.grids, self._names(), strict=True):
            if grid.wrong:
                valid = False
                cells = "; ".join(grid.wrong)
                told = gettext("Ma trận đề: số câu phải là số nguyên từ 0 đến 999. Xem lại: %(cells)s.", cells=cells)
                self.form.form_errors.append(f"{name}: {told}" if name else told)
        return valid

    def rules(self) -> RoundRules:
        """The rules that the form says; call after :meth:`fits`."""
        form = self.form
        return RoundRules(
            blueprint=() if self.group_grids else self.grid.cells,
            **form.window_rules(),
            **form.paper_rules(),
            **form.people_rules([grid.cells for grid in self.group_grids]),
            **form.ranking_rules(),
            **form.prizes_rules(),
            **form.shown_rules(),
        )

    def values(self) -> dict[str, Any]:
        """What the verbs take, by name; call after :meth:`fits`."""
        opens_at, closes_at = self.form.opens_at.data, self.form.closes_at.data
        assert opens_at is not None and closes_at is not None
        return {
            "title": self.form.title.data or "",
            "opens_at": from_local(opens_at),
            "closes_at": from_local(closes_at),
            "rules": self.rules(),
        }

    def _names(self) -> list[str]:
        return [entry.form.name.data or entry.form.code.data or "" for entry in self.form.groups] or [""]

    def _fill(self, view: RoundView) -> None:
        form, rules = self.form, view.rules
        form.title.data = view.title
        form.opens_at.data = to_local(view.opens_at)
        form.closes_at.data = to_local(view.closes_at)
        form.fill_window(rules)
        form.fill_paper(rules)
        form.fill_people(rules)
        form.fill_ranking(rules)
        form.fill_prizes(rules)
        form.fill_shown(rules)

    def _offer(self, today: date, view: RoundView | None) -> None:
        units, blocs = choices(today)
        if view is not None:  # what was chosen before it ended can be kept, and be taken out
            known = {code for code, _ in units}
            chosen = {*view.rules.agencies, *(code for group in view.rules.groups for code in group.agencies)}
            units += [(code, (agencies.names_of([code]) or [code])[0]) for code in sorted(chosen - known)]
            named = {*view.rules.blocs, *(code for group in view.rules.groups for code in group.blocs)}
            blocs += [(code, code) for code in sorted(named - {code for code, _ in blocs})]
        self.form.offer(units, blocs)
