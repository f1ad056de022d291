"""A round whose takers can be predicted tells nobody how many there are before its close (promise 7).

Two worlds are equal in the shown top list and in the reader's own scope. One of them has more takers,
attempts, people who sit and numbers of agencies. Whatever anybody below the committee can read must
be the same in both, byte for byte.
"""

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from contest.boards import queries as boards_queries
from contest.boards import service as boards
from contest.people.models import Person
from contest.rounds.rules import BoardPolicy, Prediction, PredictionOf
from tests.routes import TABLE
from tests.wire import ON_SQLITE, without_tokens
from tests.world import World

pytestmark = ON_SQLITE
UNKNOWN = "0" * 16
PLACEHOLDER = re.compile(r"<[^>]+>")
BOARD_QUERIES = ("scope=all&page=1", "scope=all&page=2", "scope=agency:SO-TC", "scope=group:A", "page=0")
TOP = 2
CRITERIA = ("points", "prediction", "elapsed", "submitted_at")


def _sits(world: World, person: Person, round_id: str, *, right: int, seconds: int = 100) -> str:
    """Over HTTP, for the sheet needs a prediction; the attempt's id."""
    client = world.client(person)
    attempt = world.start(person, round_id)
    answers = world.sheet(attempt, right=right)
    world.later(seconds=seconds)
    body = {"epoch": attempt.epoch, "answers": answers, "prediction": 7}
    answer = client.post(f"/api/v1/attempts/{attempt.public_id}/submission", json=body)
    assert answer.status_code == 200, answer.text
    return attempt.public_id


def _addresses(ids: dict[str, str]) -> list[str]:
    """Every route that is not the committee's alone."""
    found = []
    for route in TABLE:
        if not route.safe or "openapi" in route.rule or route.expected[1:4] == (403,) * 3:
            continue
        url = route.rule
        for name, value in ids.items():
            url = url.replace(f"<pid:{name}_id>", value)
        found.append(PLACEHOLDER.sub(UNKNOWN, url))
    board = f"/api/v1/rounds/{ids['round']}/board"
    return [*found, *(f"{board}?{query}" for query in BOARD_QUERIES)]


def _everything(client: FlaskClient, ids: dict[str, str]) -> dict[str, str]:
    """Status, headers and bytes of all that can be read."""
    found = {}
    for url in _addresses(ids):
        answer = client.get(url)
        headers = sorted((k, v) for k, v in answer.headers.items() if k not in ("Set-Cookie", "Date"))
        text = without_tokens(answer.get_data().decode("utf-8", "replace"))
        found[url] = f"{answer.status_code} {headers}\n{text}"
    return found


def _project(world: World) -> None:
    with world.inside():
        boards.pass_over_all(now=world.now)
    boards_queries.forget()


@pytest.mark.parametrize(("of", "policy"), list(zip(PredictionOf, BoardPolicy, strict=True)))
def test_no_reader_can_tell_how_many_there_are(world: World, of: PredictionOf, policy: BoardPolicy) -> None:
    round_id = world.round(
        prediction=Prediction(of=of),
        criteria=CRITERIA,
        attempts=2,
        top=TOP,
        board=policy,
        freeze_minutes=60,
        lasts=timedelta(hours=24),
    )
    readers = {
        "in the top": world.person("SO-NV", name="Nguyễn Thị Đầu"),
        "below it": world.person("SO-NV", name="Trần Văn Giữa"),
        "sitting": world.person("SO-NV", name="Lê Thị Đang"),
        "never sat": world.person("SO-NV", name="Hồ Văn Chưa"),
        "contact": world.person("SO-NV", role="contact", name="Phạm Thị Đầu Mối"),
    }
    second = world.person("SO-TP", name="Vũ Văn Nhì")
    attempts = {"in the top": _sits(world, readers["in the top"], round_id, right=4, seconds=50)}
    _sits(world, second, round_id, right=4, seconds=60)
    attempts["below it"] = _sits(world, readers["below it"], round_id, right=1)
    attempts["sitting"] = world.start(readers["sitting"], round_id).public_id
    others = [world.person(agency, name=f"Đỗ Văn {agency}") for agency in ("SO-TC", "SO-TP", "SO-XD") for _ in range(5)]
    clients = {name: world.client(person) for name, person in readers.items()} | {"anonymous": world.client()}

    def read() -> dict[str, dict[str, str]]:
        _project(world)
        return {
            name: _everything(client, {"round": round_id, "attempt": attempts.get(name, UNKNOWN)})
            for name, client in clients.items()
        }

    moment = world.now + timedelta(minutes=5)
    world.now = moment
    fewer = read()
    world.now = moment - timedelta(minutes=4)
    for place, person in enumerate(others):
        _sits(world, person, round_id, right=place % 4, seconds=3)
        if place % 3 == 0:
            _sits(world, person, round_id, right=2, seconds=2)
        elif place % 3 == 1:
            world.start(person, round_id)
    assert world.now < moment
    world.now = moment
    more = read()
    for name in clients:
        telling = [url for url in fewer[name] if fewer[name][url] != more[name][url]]
        assert telling == [], name


def test_the_worlds_do_differ_where_numbers_may_be_seen(world: World) -> None:
    """The comparison can fail: without a prediction the agencies' board tells the two apart."""
    round_id, client = world.round(attempts=1), world.client()
    for _ in range(5):
        world.sit(world.person("SO-TC"), round_id, right=1)
    _project(world)
    fewer = _everything(client, {"round": round_id, "attempt": UNKNOWN})
    moment = world.now
    world.sit(world.person("SO-TC"), round_id, right=0, seconds=1)
    world.now = moment
    _project(world)
    more = _everything(client, {"round": round_id, "attempt": UNKNOWN})
    assert any(fewer[url] != more[url] for url in fewer)
