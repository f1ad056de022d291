"""What a reviewer is told of a cited document."""

from datetime import timedelta

import pytest

from questions.law.rules import Change
from questions.law.rules import Document as Law
from questions.review import queries
from tests.world import MONDAY

DAY = timedelta(days=1)
TODAY = MONDAY.date()


@pytest.mark.parametrize(
    ("document", "kinds"),
    [
        (Law(1, "A", None, None, ()), ["unknown"]),
        (Law(1, "A", TODAY - DAY, None, ()), ["in_force"]),
        (Law(1, "A", TODAY + DAY, None, ()), ["not_yet"]),
        (Law(1, "A", TODAY - DAY, TODAY, ()), ["in_force", "expires"]),
        (Law(1, "A", TODAY - 9 * DAY, TODAY - DAY, ()), ["expired"]),
        (Law(1, "A", None, None, (Change(1, "replaces", "B", TODAY, (), MONDAY),)), ["replaced"]),
        (Law(1, "A", None, None, (Change(1, "replaces", "B", TODAY + DAY, (), MONDAY),)), ["in_force", "will_replace"]),
        (Law(1, "A", None, None, (Change(1, "amends", "B", TODAY, ("Điều 15",), MONDAY),)), ["amended"]),
        (Law(1, "A", None, None, (Change(1, "amends", "B", TODAY, ("Điều 8",), MONDAY),)), ["amended_elsewhere"]),
        (Law(1, "A", None, None, (Change(1, "amends", "B", TODAY + DAY, (), MONDAY),)), ["in_force", "will_amend"]),
    ],
)
def test_the_state_of_a_cited_document_today(document: Law, kinds: list[str]) -> None:
    assert [note.kind for note in queries.legal_notes(document, "Điều 15 khoản 2", as_of=TODAY)] == kinds
