"""What counts for a person: the best attempt, with a version for each change."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from contest.attempts import queries
from contest.attempts.models import StandingChange
from contest.attempts.standings import mark_projected
from core.db import db, transaction
from tests.world import World


def _standing(world: World, person, round_id):
    view = world.view(round_id)
    with world.inside():
        return queries.own_standing(round_pk=view.pk, person_id=person.id)


def test_the_best_attempt_counts(world: World) -> None:
    person, round_id = world.person(), world.round(attempts=3)
    world.sit(person, round_id, right=2, seconds=60)
    assert (_standing(world, person, round_id).points, _standing(world, person, round_id).version) == (2, 1)
    world.sit(person, round_id, right=4, seconds=200)
    assert (_standing(world, person, round_id).points, _standing(world, person, round_id).version) == (4, 2)
    world.sit(person, round_id, right=4, seconds=300)
    better = _standing(world, person, round_id)
    assert (better.points, better.elapsed_ms, better.version) == (4, 200_000, 2)


def test_history_tells_the_standing_of_any_moment(world: World) -> None:
    person, round_id = world.person(), world.round(attempts=2)
    world.sit(person, round_id, right=1)
    between = world.now + timedelta(seconds=1)
    world.later(hours=1)
    world.sit(person, round_id, right=3)
    view = world.view(round_id)
    with world.inside():
        (then,) = queries.standings(view.pk, as_of=between)
        (now,) = queries.standings(view.pk)
        assert queries.standings(view.pk, as_of=between - timedelta(days=1)) == []
    assert (then.points, then.version, now.points, now.version) == (1, 1, 3, 2)


def test_dirty_is_cleared_only_for_the_projected_version(world: World) -> None:
    person, round_id = world.person(), world.round(attempts=2)
    world.sit(person, round_id, right=1)
    view = world.view(round_id)
    with world.inside():
        (seen,) = queries.dirty_standings(view.pk, limit=10)
    world.sit(person, round_id, right=2)
    with world.inside():
        mark_projected(round_pk=view.pk, versions=[(seen.person_id, seen.version)])
        (still,) = queries.dirty_standings(view.pk, limit=10)
        assert still.version == 2
        mark_projected(round_pk=view.pk, versions=[(still.person_id, still.version)])
        assert queries.dirty_standings(view.pk, limit=10) == []


def test_history_is_written_once(world: World) -> None:
    person, round_id = world.person(), world.round()
    world.sit(person, round_id, right=1)
    for change in (sa.update(StandingChange).values(points=4), sa.delete(StandingChange)):
        with world.inside(), pytest.raises(DBAPIError, match="written once"), transaction() as session:
            session.execute(change)
    with world.inside():
        assert db.session.scalar(sa.select(StandingChange.points)) == 1
