"""All templates: ready-made ones first, by nearness to the province; refused ones among them."""

from contest.rounds.templates.central import CENTRAL
from contest.rounds.templates.model import Template
from contest.rounds.templates.nghe_an import NGHE_AN
from contest.rounds.templates.provinces import PROVINCES
from contest.rounds.templates.schools import SCHOOLS

EVERY: tuple[Template, ...] = (*NGHE_AN, *PROVINCES, *CENTRAL, *SCHOOLS)


def usable(code: str) -> Template | None:
    """The template of this code, unless it is refused."""
    return next((template for template in EVERY if template.code == code and not template.refused), None)
