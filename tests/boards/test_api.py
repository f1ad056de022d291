"""Boards over HTTP: public keys, ETag, what stays hidden, one's own row."""

from datetime import datetime, timedelta

from contest.boards import queries, service
from contest.results import service as results
from contest.rounds.rules import BoardPolicy, Reveal
from core.access import SYSTEM
from core.redis import gate
from tests.wire import ON_SQLITE, PRIVATE, problem
from tests.world import World

pytestmark = ON_SQLITE
NAMES = (("SO-NV", "Trần Thị Bình", 2), ("SO-TP", "Lê Văn Châu", 4), ("SO-TC", "Hồ Thị Dung", 4))


def _project(world: World) -> None:
    with world.inside():
        service.pass_over_all(now=world.now)
    queries.forget()


def _sat(world: World, **changes) -> tuple[str, dict]:
    """A round in which three people sat, projected; id and people by name."""
    round_id = world.round(**changes)
    people = {name: world.person(agency, name=name) for agency, name, _ in NAMES}
    for seconds, (_, name, right) in enumerate(NAMES, start=100):
        world.sit(people[name], round_id, right=right, seconds=seconds)
    _project(world)
    return round_id, people


def _url(round_id: str) -> str:
    return f"/api/v1/rounds/{round_id}/board"


def test_the_public_top_list(world: World) -> None:
    round_id, _ = _sat(world)
    answer = world.client().get(_url(round_id))
    assert answer.content_type == "application/json"
    assert set(answer.json) == {"as_of", "provisional", "rows"}
    assert answer.json["provisional"] is True
    assert datetime.fromisoformat(answer.json["as_of"]).tzinfo is not None
    assert answer.json["rows"] == [
        {"rank": 1, "name": "Lê V. C.", "agency": "Sở Tư pháp", "points": 4, "elapsed_ms": 101_000},
        {"rank": 2, "name": "Hồ T. D.", "agency": "Sở Tài chính", "points": 4, "elapsed_ms": 102_000},
        {"rank": 3, "name": "Trần T. B.", "agency": "Sở Nội vụ", "points": 2, "elapsed_ms": 100_000},
    ]


def test_an_etag_stands_until_something_changes(world: World) -> None:
    round_id, people = _sat(world)
    client = world.client()
    for url in (_url(round_id), f"/rounds/{round_id}/board", f"/rounds/{round_id}/board/agencies"):
        first = client.get(url)
        same = client.get(url, headers={"If-None-Match": first.headers["ETag"]})
        assert (same.status_code, same.get_data()) == (304, b"")
        assert same.headers["ETag"] == first.headers["ETag"]
        assert same.headers["Cache-Control"] == "public, max-age=1"
    before = client.get(_url(round_id)).headers["ETag"]
    world.sit(people["Trần Thị Bình"], round_id, right=4, seconds=50)
    _project(world)
    after = client.get(_url(round_id), headers={"If-None-Match": before})
    assert after.status_code == 200
    assert after.json["rows"][0]["name"] == "Trần T. B."


def test_points_are_left_out_where_scores_are_not_shown(world: World) -> None:
    round_id, people = _sat(world, show_score=Reveal.PUBLICATION)
    rows = world.client().get(_url(round_id)).json["rows"]
    assert [set(row) for row in rows] == [{"rank", "name", "agency"}] * 3
    mine = world.client(people["Hồ Thị Dung"]).get(_url(round_id) + "/me")
    assert mine.json == {"rank": 2}
    for name in NAMES:
        assert name[1] not in world.client().get(f"/rounds/{round_id}/board").text


def test_only_the_top_is_named_and_in_full_only_by_rule(world: World) -> None:
    round_id, people = _sat(world, top=1, full_names=True)
    assert [row["name"] for row in world.client().get(_url(round_id)).json["rows"]] == ["Lê Văn Châu"]
    page = world.client().get(f"/rounds/{round_id}/board").text
    assert "Lê Văn Châu" in page
    assert "Hồ" not in page
    assert world.client(people["Trần Thị Bình"]).get(_url(round_id) + "/me").json["rank"] == 3


def test_a_hidden_board_is_404_until_the_close(world: World) -> None:
    round_id, people = _sat(world, board=BoardPolicy.HIDDEN, lasts=timedelta(hours=1))
    client, mine = world.client(), world.client(people["Lê Văn Châu"])
    problem(client.get(_url(round_id)), 404)
    assert mine.get(_url(round_id) + "/me").json == {"points": 4, "elapsed_ms": 101_000}
    for page in (f"/rounds/{round_id}/board", f"/rounds/{round_id}/board/agencies"):
        text = client.get(page).text
        for secret in ("Lê V. C.", "Sở Tư pháp", "Hồ T. D."):
            assert secret not in text
    world.later(hours=1)
    _project(world)
    assert len(client.get(_url(round_id)).json["rows"]) == 3
    assert mine.get(_url(round_id) + "/me").json["rank"] == 1


def test_a_frozen_board_stands_still(world: World) -> None:
    rules = {"board": BoardPolicy.FROZEN, "freeze_minutes": 30, "lasts": timedelta(hours=1)}
    round_id, people = _sat(world, **rules)
    before = world.client().get(_url(round_id)).json["rows"]
    world.later(minutes=30)
    world.sit(people["Trần Thị Bình"], round_id, right=4, seconds=10)
    _project(world)
    assert world.client().get(_url(round_id)).json["rows"] == before
    assert world.client(people["Trần Thị Bình"]).get(_url(round_id) + "/me").json["rank"] == 3


def test_other_scopes_and_pages_are_not_public(world: World) -> None:
    round_id, _ = _sat(world)
    client = world.client()
    assert client.get(_url(round_id) + "?scope=all&page=1").status_code == 200
    for query in (
        "scope=agency:SO-NV",
        "scope=group:1",
        "scope=ALL",
        "scope=",
        "page=0",
        "page=2",
        "page=-1",
        "page=x",
    ):
        problem(client.get(f"{_url(round_id)}?{query}"), 404)
    for query in ("page=1&page=2", "scope=all&scope=agency:SO-NV"):  # the first one counts
        assert client.get(f"{_url(round_id)}?{query}").get_data() == client.get(_url(round_id)).get_data()


def test_rounds_without_a_board(world: World) -> None:
    planned, draft = world.round(opens=timedelta(days=1)), world.round(prepared=False)
    _project(world)
    client = world.client(world.person())
    for round_id in (planned, draft, "0" * 16):
        problem(client.get(_url(round_id)), 404)
        assert client.get(f"/rounds/{round_id}/board").status_code == 404
    problem(client.get(_url(draft) + "/me"), 404)
    assert client.get(_url(planned) + "/me").json == {}


def test_my_own_row(world: World) -> None:
    round_id, people = _sat(world)
    problem(world.client().get(_url(round_id) + "/me"), 401, "sign-in-required")
    spectator = world.person()
    client = world.client(spectator)
    none = client.get(_url(round_id) + "/me")
    assert (none.status_code, none.json) == (200, {})
    assert none.headers["Cache-Control"] == PRIVATE
    world.start(spectator, round_id)
    assert client.get(_url(round_id) + "/me").json == {}
    mine = world.client(people["Trần Thị Bình"]).get(_url(round_id) + "/me")
    assert mine.json == {"rank": 3, "points": 2, "elapsed_ms": 100_000}


def test_publication_ends_provisional(world: World) -> None:
    round_id, _ = _sat(world, lasts=timedelta(hours=1))
    world.later(hours=1)
    with world.inside():
        sheet = results.freeze(actor=SYSTEM, now=world.now, round_id=round_id)
        results.publish(actor=SYSTEM, now=world.now, sheet_id=sheet.public_id)
    _project(world)
    assert world.client().get(_url(round_id)).json["provisional"] is False


def test_without_redis_the_row_has_no_rank_and_a_board_never_seen_is_503(
    world: World, redis_server: tuple[str, int]
) -> None:
    round_id, people = _sat(world)
    client = world.client(people["Trần Thị Bình"])
    shown = client.get(_url(round_id)).json["rows"]
    gate.connect("redis://127.0.0.1:1/0")
    assert client.get(_url(round_id)).json["rows"] == shown
    assert client.get(_url(round_id) + "/me").json == {"points": 2, "elapsed_ms": 100_000}
    queries.forget()
    away = client.get(_url(round_id))
    problem(away, 503, "unavailable", extra={"retry_after"})
    assert int(away.headers["Retry-After"]) >= 1
    assert client.get(f"/rounds/{round_id}/board").status_code == 503
    assert client.get("/readyz").json == {"status": "degraded", "redis": "away"}
    gate.connect(redis_server[0])
    assert client.get(_url(round_id)).status_code == 200


def test_an_extension_without_end_cannot_stop_the_projector(world: World) -> None:
    round_id, _ = _sat(world)
    client = world.client(world.person("VP-UBND", role="organiser"))
    for close in ("2027-11-23T08:00", "9999-12-31T23:59"):
        sent = {"closes_at": close, "reason": "thử nghiệm"}
        assert client.post(f"/organiser/rounds/{round_id}/extend", data=sent).status_code < 500
        _project(world)
        assert world.view(round_id).closes_at - world.view(round_id).opens_at <= timedelta(days=48)
