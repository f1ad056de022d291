"""What was handed over changes no more, not even by SQL."""

import pytest
import sqlalchemy as sa

from core.db import read, transaction
from questions.review.models import ReviewEntry
from tests.questions.reviewing import Committee

CHANGES = (
    "UPDATE question_version SET stem = 'khác' WHERE id = :id",
    'UPDATE question_version SET choices = \'["a", "b"]\' WHERE id = :id',
    "UPDATE question_version SET keys = '[1]' WHERE id = :id",
    "UPDATE question_version SET explanation = 'khác' WHERE id = :id",
    "UPDATE question_version SET sha256 = 'x' WHERE id = :id",
    "UPDATE question_version SET author_id = NULL WHERE id = :id",
    "UPDATE version_citation SET article = 'Điều 99' WHERE version_id = :id",
    "DELETE FROM version_citation WHERE version_id = :id",
)
BACK = "UPDATE question_version SET state = 'draft', drawn = false, settled_at = NULL WHERE id = :id"


@pytest.mark.parametrize("state", ["in_review", "approved"])
def test_not_even_sql_changes_what_was_handed_over(committee: Committee, state: str) -> None:
    (question_id,) = committee.submitted() if state == "in_review" else committee.approved()
    version = committee.newest(question_id)
    for statement in CHANGES:
        committee.database_refuses(statement, id=version.id)
    committee.database_refuses("DELETE FROM question_version WHERE id = :id", id=version.id)
    if state == "approved":
        committee.database_refuses(BACK, id=version.id)
    now = committee.newest(question_id)
    assert (now.stem, now.keys, now.sha256, now.state) == (version.stem, version.keys, version.sha256, state)


def test_a_draft_does_change_by_sql_so_that_the_guard_is_what_refuses(committee: Committee) -> None:
    (question_id,) = committee.draft()
    version = committee.newest(question_id)
    with committee.world.inside(), transaction() as session:
        session.execute(sa.text(CHANGES[0]), {"id": version.id})
    assert committee.newest(question_id).stem == "khác"


def test_a_review_entry_is_written_once(committee: Committee) -> None:
    committee.approved()
    with committee.world.inside():
        entry = read().scalars(sa.select(ReviewEntry).order_by(ReviewEntry.id.desc()).limit(1)).one()
    for statement in (
        "UPDATE review_entry SET person_name = 'Người khác' WHERE id = :id",
        "DELETE FROM review_entry WHERE id = :id",
    ):
        committee.database_refuses(statement, id=entry.id)
