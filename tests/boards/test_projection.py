"""The board is a projection: whatever happens to Redis, it comes to equal SQL (promise 8)."""

from datetime import timedelta

import pytest

from contest.boards import live, queries, service
from contest.rounds.rules import BlueprintCell, BoardPolicy, Group, Reveal
from core.errors import NotFound
from core.redis import gate
from tests.world import TOPICS, World, counted


def _project(world: World) -> None:
    with world.inside():
        service.pass_over_all(now=world.now)
    queries.forget()


def _equal(world: World, round_id: str) -> None:
    view = world.view(round_id)
    with world.inside():
        found = service.verify(round_=view, now=world.now)
    assert found.differing == []


def _people(world: World, round_id: str):
    return queries.people_board(round_id, now=world.now)


def test_a_submission_shows_after_one_pass(world: World) -> None:
    round_id = world.round()
    for right, agency, name in ((2, "SO-NV", "Trần Thị Bình"), (4, "SO-TP", "Lê Văn Châu"), (4, "SO-TC", "Hồ Dung")):
        world.sit(world.person(agency, name=name), round_id, right=right, seconds=100 + right)
    _project(world)
    board = _people(world, round_id)
    assert board.provisional
    assert [(row.rank, row.name, row.points) for row in board.rows] == [
        (1, "Lê V. C.", 4),
        (2, "Hồ D.", 4),
        (3, "Trần T. B.", 2),
    ]
    assert board.rows[0].agency == "Sở Tư pháp"
    _equal(world, round_id)


def test_equal_results_share_a_rank(world: World) -> None:
    round_id = world.round()
    first, second, third = (world.person() for _ in range(3))
    attempts = [world.start(person, round_id) for person in (first, second, third)]
    sheets = [world.sheet(a, right=right) for a, right in zip(attempts, (4, 4, 1), strict=True)]
    from contest.attempts import service as exam

    world.later(seconds=90)
    for person, attempt, sheet in zip((first, second, third), attempts, sheets, strict=True):
        with world.inside():
            exam.submit(person_id=person.id, now=world.now, attempt_id=attempt.public_id, epoch=1, answers=sheet)
    _project(world)
    assert [row.rank for row in _people(world, round_id).rows] == [1, 1, 3]


def test_a_flushed_redis_is_rebuilt(world: World) -> None:
    round_id = world.round()
    people = [world.person() for _ in range(5)]
    for right, person in enumerate(people):
        world.sit(person, round_id, right=min(right, 4))
    _project(world)
    before = _people(world, round_id).rows
    gate.call(lambda client: client.flushall())
    _project(world)
    assert _people(world, round_id).rows == before
    _equal(world, round_id)


def test_an_older_version_never_overwrites_a_newer_one(world: World) -> None:
    person, round_id = world.person(), world.round()
    world.sit(person, round_id, right=1)
    view = world.view(round_id)
    with world.inside():
        from contest.attempts.queries import standings

        old = service._board_rows(view, standings(view.pk))
    world.sit(person, round_id, right=4)
    _project(world)
    gate.call(lambda client: live.project(client, round_id, old, world.now.isoformat()))
    _equal(world, round_id)
    queries.forget()
    assert _people(world, round_id).rows[0].points == 4
    totals = gate.call(lambda client: live.agency_totals(client, round_id)).totals
    assert totals == {"SO-NV": (1, 4)}


def test_a_rebuild_that_lost_the_race_is_not_shown(world: World) -> None:
    round_id = world.round()
    world.sit(world.person(), round_id, right=2)
    _project(world)
    slow = gate.call(lambda client: live.open_generation(client, round_id))
    view = world.view(round_id)
    with world.inside():
        service.rebuild(round_=view, now=world.now)
    assert gate.call(lambda client: live.swap(client, round_id, slow, "late", ())) is False
    _equal(world, round_id)


def test_a_frozen_board_stands_as_of_its_moment(world: World) -> None:
    round_id = world.round(board=BoardPolicy.FROZEN, freeze_minutes=60, lasts=timedelta(hours=3), attempts=1)
    early, late = world.person(), world.person()
    world.sit(early, round_id, right=2)
    world.later(hours=2, minutes=10)
    world.sit(late, round_id, right=4)
    _project(world)
    assert [row.points for row in _people(world, round_id).rows] == [2]
    _equal(world, round_id)
    gate.call(lambda client: client.flushall())
    _project(world)
    assert [row.points for row in _people(world, round_id).rows] == [2]


def test_a_hidden_board_shows_nothing_until_the_close(world: World) -> None:
    round_id = world.round(board=BoardPolicy.HIDDEN, lasts=timedelta(hours=1))
    world.sit(world.person(), round_id, right=3)
    _project(world)
    assert _people(world, round_id).rows == []
    world.later(hours=1)
    queries.forget()
    assert len(_people(world, round_id).rows) == 1


def test_no_points_before_scores_may_be_seen(world: World) -> None:
    round_id = world.round(show_score=Reveal.CLOSE, lasts=timedelta(hours=1))
    world.sit(world.person(), round_id, right=3)
    _project(world)
    (row,) = _people(world, round_id).rows
    assert (row.rank, row.points, row.elapsed_ms) == (1, None, None)


def test_small_agencies_show_no_numbers_and_none_follows_by_subtraction(world: World) -> None:
    round_id = world.round()
    for agency, takers in (("SO-NV", 6), ("SO-TC", 5), ("SO-TP", 1)):
        for _ in range(takers):
            world.sit(world.person(agency), round_id, right=4)
    _project(world)
    board = queries.agencies_board(round_id, now=world.now)
    assert [(r.rank, r.agency, r.takers, r.mean_points) for r in board.rows] == [
        (1, "Sở Nội vụ", 6, 4.0),
        (None, "Sở Tài chính", None, None),
        (None, "Sở Tư pháp", None, None),
    ]


def test_board_pages_need_no_sql(world: World) -> None:
    round_id = world.round()
    world.sit(world.person(), round_id, right=4)
    _project(world)
    client = world.client()
    client.get(f"/rounds/{round_id}/board")
    queries.forget()
    for path in (f"/rounds/{round_id}/board", f"/rounds/{round_id}/board/agencies", f"/api/v1/rounds/{round_id}/board"):
        with counted() as statements:
            answer = client.get(path)
        assert answer.status_code == 200
        assert statements == []
        assert "Cookie" not in answer.headers.get("Vary", "")
        again = client.get(path, headers={"If-None-Match": answer.headers["ETag"]})
        assert again.status_code == 304


def test_whoever_had_no_point_comes_to_have_some(world: World) -> None:
    round_id, person = world.round(), world.person()
    for right in (0, 3):
        world.sit(person, round_id, right=right)
        _project(world)
    assert [row.points for row in _people(world, round_id).rows] == [3]
    assert gate.call(lambda client: live.agency_totals(client, round_id)).totals == {"SO-NV": (1, 3)}


def test_my_place(world: World) -> None:
    round_id = world.round()
    best, worst = world.person(), world.person()
    world.sit(best, round_id, right=4)
    world.sit(worst, round_id, right=1)
    _project(world)
    path = f"/api/v1/rounds/{round_id}/board/me"
    assert world.client(worst).get(path).json == {"rank": 2, "points": 1, "elapsed_ms": 120_000}
    assert world.client(world.person()).get(path).json == {}
    assert world.client().get(path).status_code == 401


GROUPS = (
    Group("A", "Cán bộ, công chức", tuple(BlueprintCell(topic, 1, 1) for topic in TOPICS), agencies=("UBND",)),
    Group("B", "Người dân", tuple(BlueprintCell(topic, 1, 1) for topic in TOPICS)),
)


def test_each_group_has_its_own_board(world: World) -> None:
    round_id = world.round(blueprint=(), groups=GROUPS, top=2)
    official, other = world.person("SO-NV"), world.person("SO-TC", name="Trần Thị Bình")
    citizen = world.person("17329", name="Lê Văn Cường")
    for person, right in ((official, 2), (other, 4), (citizen, 3)):
        world.sit(person, round_id, right=right)
    with world.inside():
        service.pass_over_all(now=world.now)
        assert service.verify(round_=world.view(round_id), now=world.now).differing == []
        shown = {
            code: [row.name for row in queries.people_board(round_id, now=world.now, group=code).rows] for code in "AB"
        }
        assert {code: len(names) for code, names in shown.items()} == {"A": 2, "B": 1}
        assert shown["A"][0].startswith("Trần")
        with pytest.raises(NotFound):
            queries.people_board(round_id, now=world.now, group="C")
    client = world.client(official)
    assert client.get(f"/api/v1/rounds/{round_id}/board/me").json["rank"] == 2
    assert client.get(f"/api/v1/rounds/{round_id}/board?scope=group:B").json["rows"][0]["rank"] == 1
    for scope in ("all", "group:C", "group:", "agency:SO-NV", "x"):
        assert client.get(f"/api/v1/rounds/{round_id}/board?scope={scope}").status_code == 404
    assert "Người dân" in client.get(f"/rounds/{round_id}/board?group=B").text
    assert client.get(f"/rounds/{round_id}/board?group=C").status_code == 404
