"""The public manifest: nothing before the close, everything that redraws a paper after it."""

import json
from datetime import timedelta

import sqlalchemy as sa
from flask.testing import FlaskClient

from contest.attempts import key_changes, verifying
from contest.attempts import rules as r
from contest.rounds import queries as rounds
from contest.rounds import service as round_verbs
from contest.rounds.models import PoolRevision
from contest.rounds.rules import BlueprintCell, Group
from core.access import SYSTEM
from core.canonical import canonical_json, sha256
from core.db import read
from questions.drawing import Cell, by_cell, draw, items_of_plan
from tests.world import TOPICS, World

CELLS = tuple(BlueprintCell(topic, 1, 1) for topic in TOPICS)


def _manifest(client: FlaskClient, round_id: str) -> dict:
    return json.loads(client.get(f"/api/v1/rounds/{round_id}/manifest").data)


def test_a_paper_is_drawn_again_from_the_public_file_alone(world: World) -> None:
    groups = (Group("NV", "Nội vụ", CELLS, agencies=("SO-NV",)), Group("CL", "Còn lại", CELLS[:2]))
    round_id = world.round(blueprint=(), groups=groups, lasts=timedelta(days=1))
    attempts = [world.sit(person, round_id, right=1) for person in (world.person("SO-NV"), world.person("SO-TP"))]
    attempts.append(world.sit(world.person("SO-NV"), round_id, right=2))
    before = _manifest(world.client(), round_id)
    version_id = r.paper_from_data(attempts[0].paper)[0].version_id
    by = [world.actor(world.person("VP-UBND", role="organiser")) for _ in range(2)]
    with world.inside():
        change = key_changes.propose(
            actor=by[0], now=world.now, round_id=round_id, version_id=version_id, keys=(), reason="đáp án B mới đúng"
        )
        key_changes.approve(actor=by[1], now=world.now, change_id=change.public_id)
    attempts.append(world.sit(world.person("SO-NV"), round_id, right=2))
    world.later(days=2)
    after = _manifest(world.client(), round_id)
    assert [one["commitment"] for one in before["revisions"]] == [after["revisions"][0]["commitment"]]
    for revision in after["revisions"]:
        proof = {name: revision[name] for name in ("plan", "blueprints", "seed")}
        assert sha256(canonical_json(proof)) == revision["commitment"]
    for attempt in attempts:
        revision = after["revisions"][attempt.revision - 1]
        cells = [Cell(**cell) for cell in revision["blueprints"][attempt.group_code]]
        again = draw(
            by_cell(items_of_plan(revision["plan"])),
            cells,
            seed=bytes.fromhex(revision["seed"]),
            person=attempt.drawn_for,
            number=attempt.number,
        )
        assert r.paper_to_data(again) == attempt.paper
    with world.inside():
        assert verifying.verify(world.view(round_id)).ok


def test_before_the_close_it_tells_commitments_and_nothing_else(world: World) -> None:
    round_id = world.round(lasts=timedelta(days=1), opens=timedelta(hours=1))
    view = world.view(round_id)
    with world.inside():
        pool = rounds.pool(view.pk, view.revision)
        stems = [item.stem for item in pool.items]
        round_verbs.unprepare(actor=SYSTEM, now=world.now, round_id=round_id, reason="sửa")
        assert world.client().get(f"/rounds/{round_id}/manifest").status_code == 404
        round_verbs.prepare(actor=SYSTEM, now=world.now, round_id=round_id)
    shown = _manifest(world.client(), round_id)
    assert [one["number"] for one in shown["revisions"]] == [1, 2]
    assert {(one["seed"], one["plan"], one["blueprints"]) for one in shown["revisions"]} == {(None, None, None)}
    world.later(hours=26)
    page, data = (world.client().get(f"{p}/rounds/{round_id}/manifest").text for p in ("", "/api/v1"))
    assert pool.seed.hex() in data
    assert not [stem for stem in stems if stem in page + data]
    with world.inside():
        salts = {row.salt for row in _revisions(view.pk)}
    assert len(salts) == 2
    assert not [salt for salt in salts if salt in page + data]


def _revisions(round_pk: int):
    return read().scalars(sa.select(PoolRevision).where(PoolRevision.round_id == round_pk)).all()


def test_an_amendment_of_keys_never_names_its_question_nor_why(world: World) -> None:
    round_id = world.round(lasts=timedelta(days=1))
    view = world.view(round_id)
    by = [world.actor(world.person("VP-UBND", role="organiser")) for _ in range(2)]
    with world.inside():
        item = rounds.pool(view.pk, 1).items[0]
        change = key_changes.propose(
            actor=by[0], now=world.now, round_id=round_id, version_id=item.version_id, keys=(), reason="CHIM-HOANG-YEN"
        )
        key_changes.approve(actor=by[1], now=world.now, change_id=change.public_id)
    shown = _manifest(world.client(), round_id)["amendments"]
    assert [(one["kind"], one["reason"], sorted(one["after"])) for one in shown] == [
        ("keys", "", ["commitment", "revision"])
    ]
    assert "CHIM-HOANG-YEN" not in world.client().get(f"/rounds/{round_id}/manifest").text
    world.later(days=2)  # another round may still ask it
    assert _manifest(world.client(), round_id)["amendments"] == shown
    assert "CHIM-HOANG-YEN" not in world.client().get(f"/rounds/{round_id}/manifest").text
