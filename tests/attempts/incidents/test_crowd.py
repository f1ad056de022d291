"""Five thousand people: previews by a few statements, execution in batches of a few statements each."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from contest.attempts.incidents import applying, queries
from contest.attempts.incidents.models import IncidentEffect, RefusedStart
from contest.attempts.incidents.rules import How, IncidentState, What
from contest.attempts.models import Attempt, Standing
from contest.people.models import Person
from contest.rounds import entries
from contest.rounds.models import Entry
from core import jobs
from core.db import db, transaction
from tests.attempts.incidents.outage import Outage
from tests.world import World, counted

SITTING, ENDED, REFUSED = 3_000, 1_500, 500
ALL = SITTING + ENDED + REFUSED


def _crowd(world: World, outage: Outage) -> list[int]:
    """Their ids; all copies of one who really started, so that nothing needs to be invented."""
    model = world.start(world.person("SO-NV"), outage.round_id)
    plain = {c.key: getattr(model, c.key) for c in sa.inspect(Attempt).columns if c.key not in ("id", "public_id")}
    done = {
        "state": "submitted", "finished_at": world.now + timedelta(minutes=3), "elapsed_ms": 180_000, "points": 1,
        "marked_revision": 1,
    }  # fmt: skip
    with world.inside(), transaction() as session:
        first = (session.scalar(sa.select(sa.func.max(Person.id))) or 0) + 1
        ids = list(range(first, first + ALL))
        agencies = [world.agency_id("SO-NV"), world.agency_id("SO-TP")]
        session.execute(
            sa.insert(Person),
            [
                {
                    "id": pk, "login": f"dong{pk}", "full_name": f"Nguyễn Văn {pk}", "name_key": f"{pk:08d}",
                    "agency_id": agencies[pk % 2], "password_hash": "-", "session_version": 1, "assurance": "self",
                    "is_sample": False, "created_at": world.now,
                }
                for pk in ids
            ],
        )  # fmt: skip
        session.execute(
            sa.insert(Attempt),
            [
                {**plain, "public_id": f"{pk:016d}", "person_id": pk, "agency_id": agencies[pk % 2]}
                for pk in ids[:SITTING]
            ],
        )
        session.execute(
            sa.insert(Attempt),
            [
                {**plain, **done, "public_id": f"{pk:016d}", "person_id": pk, "agency_id": agencies[pk % 2],
                 "code": f"{pk:014d}"}
                for pk in ids[SITTING : SITTING + ENDED]
            ],
        )  # fmt: skip
        session.execute(
            sa.insert(Standing),
            [
                {"round_id": model.round_id, "person_id": pk, "board_id": f"{pk:016d}", "group_code": "", "version": 0,
                 "dirty": False, "changed_at": world.now}
                for pk in ids[: SITTING + ENDED]
            ],
        )  # fmt: skip
        session.execute(
            sa.insert(RefusedStart),
            [
                {"round_id": model.round_id, "person_id": pk, "code": "busy", "hour": world.now, "agency_path": "",
                 "agency_id": agencies[pk % 2], "first_at": world.now, "last_at": world.now, "times": 1}
                for pk in ids[SITTING + ENDED :]
            ],
        )  # fmt: skip
    return ids


def test_preview_and_execution_for_five_thousand(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    round_id = world.round(attempts=1)
    outage = Outage(world, round_id)
    ids = _crowd(world, outage)
    outage.over()
    incident_id = outage.reported(minutes=5, attempts=1)
    with world.inside():
        found, view = outage.view(incident_id), world.view(round_id)
        with counted() as statements:
            preview = queries.preview(found, view)
    assert len(statements) <= 4
    assert preview.how == {How.SITTING: SITTING + 1, How.ENDED: ENDED, How.REFUSED: REFUSED}
    assert (preview.what[What.TIME], preview.what[What.ATTEMPTS]) == (SITTING + 1, ALL + 1)

    outage.approved(minutes=5, attempts=1)
    batch, sent = applying._batch, []

    def watched(*arguments: Any) -> None:
        with counted() as inside:
            batch(*arguments)
        sent.append(len(inside))

    monkeypatch.setattr(applying, "_batch", watched)
    outage.work()
    assert len(sent) == -(-(ALL + 1) // applying.BATCH)
    assert max(sent) <= 20, "set-based: not a statement for each person"
    with world.inside():
        assert db.session.scalar(sa.select(sa.func.count()).where(Entry.extra_attempts == 1)) == ALL + 1
        assert db.session.scalar(sa.select(sa.func.count()).where(Attempt.allowance_ms == 15 * 60_000)) == SITTING + 1
        assert db.session.scalar(sa.select(sa.func.count()).where(IncidentEffect.what == "time")) == SITTING + 1
        job = jobs.recent(1)[0]
        assert (job.state, job.done, job.total) == ("done", ALL + 1, ALL + 1)
    assert IncidentState.APPLIED in {one.state for one in _listed(world, view.pk)}
    with world.inside(), counted() as statements, transaction():
        entries.more_attempts(view=view, person_ids=ids, attempts=1)
    assert len(statements) <= 3 * (-(-ALL // 500)) + 3


def _listed(world: World, round_pk: int) -> list[queries.IncidentView]:
    with world.inside():
        return queries.of_round(round_pk)
