"""``rounds verify`` and the commands that move a round."""

import json

import sqlalchemy as sa

from contest.attempts.models import Attempt
from contest.rounds import queries as rounds
from contest.rounds.models import PoolRevision
from core.db import transaction
from tests.world import World


def _run(world: World, *arguments: str, code: int = 0):
    answer = world.app.test_cli_runner().invoke(args=["rounds", *arguments, "--json"])
    assert answer.exit_code == code, answer.output
    return json.loads(answer.stdout)


def _change(world: World, attempt: Attempt, **values: object) -> None:
    with world.inside(), transaction() as session:
        session.execute(sa.update(Attempt).where(Attempt.id == attempt.id).values(**values))


def test_a_round_that_was_not_touched_verifies(world: World) -> None:
    round_id = world.round()
    attempts = [world.sit(world.person(), round_id, right=n) for n in range(3)]
    world.start(world.person(), round_id)
    found = _run(world, "verify", round_id)
    assert (found["ok"], found["papers"], found["marks"]) == (True, 4, 3)
    assert [one["stored"] == one["recomputed"] for one in found["commitments"]] == [True]
    code = world.stored(attempts[1]).code
    for one in (["--attempt", attempts[1].public_id], ["--receipt", code.lower()]):
        assert _run(world, "verify", round_id, *one)["papers"] == 1
    unknown = world.app.test_cli_runner().invoke(args=["rounds", "verify", round_id, "--receipt", "AAAA"])
    assert unknown.exit_code == 1
    assert "Traceback" not in unknown.output


def test_whatever_was_exchanged_is_named(world: World) -> None:
    round_id = world.round()
    marked, order, question, group = (world.sit(world.person(), round_id, right=2) for _ in range(4))
    _change(world, marked, points=3)
    turned = [[version, places[::-1], *more] for version, places, *more in order.paper]
    _change(world, order, paper=turned)
    _change(world, question, paper=[[999_999, [0, 1, 2, 3]], *question.paper[1:]])
    _change(world, group, group_code="LA")
    found = _run(world, "verify", round_id, code=1)
    assert set(found["wrong"]["papers"]) == {order.public_id, question.public_id, group.public_id}
    assert {marked.public_id, question.public_id} <= set(found["wrong"]["marks"])
    assert found["wrong"]["revisions"] == []


def test_an_exchanged_key_breaks_the_commitment(world: World) -> None:
    round_id = world.round()
    with world.inside(), transaction() as session:
        if session.get_bind().dialect.name == "sqlite":
            session.execute(sa.text("DROP TRIGGER pool_revision_no_update"))
        else:
            session.execute(sa.text("ALTER TABLE pool_revision DISABLE TRIGGER USER"))
        row = session.scalars(sa.select(PoolRevision)).one()
        row.pool = [row.pool[0] | {"keys": [(row.pool[0]["keys"][0] + 1) % 2]}, *row.pool[1:]]
    rounds.pool.cache_clear()
    assert _run(world, "verify", round_id, code=1)["wrong"]["revisions"] == [1]


def test_a_round_is_moved_from_the_command_line(world: World) -> None:
    round_id = world.round()
    for act in ("pause", "resume"):
        assert _run(world, act, round_id, "--agency", "SO-NV", "--reason", "Mất điện")["agency"] == "SO-NV"
    _run(world, "extend", round_id, "2026-12-05T08:00+07:00", "--agency", "SO-TP", "--reason", "Bù giờ")
    view = world.view(round_id)
    assert (sorted(view.exceptions.closes), view.exceptions.paused) == (["SO-TP"], {})
    rows = _run(world, "amendments", round_id)
    assert [(one["number"], one["kind"]) for one in rows] == [(1, "pause"), (2, "resume"), (3, "window")]
    refused = world.app.test_cli_runner().invoke(args=["rounds", "pause", round_id, "--agency", "X", "--reason", "x"])
    assert refused.exit_code == 1
    assert "Không tìm thấy đơn vị" in refused.output
