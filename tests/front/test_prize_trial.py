"""Prizes are tried in a job; luck that decides the first prize wants an explicit yes."""

import io
import re

import pytest
from flask.testing import FlaskClient

from contest.rounds import prize_trial, service, simulation
from contest.rounds.prize_trial import Assumed
from contest.rounds.rules import BlueprintCell, Group, Prediction, Prize
from core import jobs
from core.access import SYSTEM
from core.errors import Conflict
from tests.wire import ON_SQLITE
from tests.world import TOPICS, World

FEW = 200
PRIZES = (Prize("Giải Nhất", 1), Prize("Giải Nhì", 3))
CELLS = tuple(BlueprintCell(topic, 1, 1) for topic in TOPICS)


@pytest.fixture(autouse=True)
def few_contests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulation, "CONTESTS", FEW)


def _with_prizes(world: World, **changes: object) -> str:
    world.review()
    return world.round(prepared=False, trial=False, attempts=1, **({"prizes": PRIZES} | changes))


def _run(world: World) -> None:
    with world.inside():
        jobs.run_waiting(now=world.now)


def _try(world: World, round_id: str, **assumed: object) -> None:
    with world.inside():
        given = Assumed(**({"takers": {"": 300}, "perfect": 0.4} | assumed))  # type: ignore[arg-type]
        prize_trial.enqueue(actor=SYSTEM, now=world.now, round_id=round_id, assumed=given)
    _run(world)


def _organiser(world: World) -> FlaskClient:
    return world.client(world.person("VP-UBND", role="organiser"))


def _prepare(world: World, round_id: str, **options: bool) -> None:
    with world.inside():
        service.prepare(actor=SYSTEM, now=world.now, round_id=round_id, **options)


def test_luck_wants_a_yes(world: World) -> None:
    round_id = _with_prizes(world, criteria=("points", "lots"))
    with pytest.raises(Conflict) as untried:
        _prepare(world, round_id)
    assert untried.value.code == "lots"
    assert "Chưa mô phỏng" in untried.value.message
    _try(world, round_id)
    with pytest.raises(Conflict) as lucky:
        _prepare(world, round_id)
    assert (lucky.value.code, lucky.value.params["share"]) == ("lots", 100)
    _prepare(world, round_id, lots_accepted=True)
    assert world.view(round_id).revision == 1


@ON_SQLITE
def test_criteria_that_part_need_none(world: World) -> None:
    round_id = _with_prizes(world, criteria=("points", "elapsed", "submitted_at"))
    _try(world, round_id)
    _prepare(world, round_id)


@ON_SQLITE
def test_a_tie_that_nothing_parts_is_luck_too(world: World) -> None:
    round_id = _with_prizes(world, criteria=("points",))
    _try(world, round_id)
    with world.inside():
        assert prize_trial.outlook(world.view(round_id)).luck > 0.9  # type: ignore[union-attr]


@ON_SQLITE
def test_other_rules_were_not_tried(world: World) -> None:
    round_id = _with_prizes(world)
    _try(world, round_id)
    view = world.view(round_id)
    with world.inside():
        changed = {"title": view.title, "opens_at": view.opens_at, "closes_at": view.closes_at}
        rules = prize_trial.msgspec.structs.replace(view.rules, minutes=11)
        service.change_round(actor=SYSTEM, now=world.now, round_id=round_id, rules=rules, **changed)
        assert prize_trial.outlook(world.view(round_id)) == prize_trial.Outlook(None)
    with pytest.raises(Conflict):
        _prepare(world, round_id)


@ON_SQLITE
def test_trials_and_rounds_without_prizes_never_ask(world: World) -> None:
    world.round(trial=True)
    world.review()
    world.round(trial=False, attempts=1)


@ON_SQLITE
def test_each_group_is_tried_for_its_own_prizes(world: World) -> None:
    groups = (Group("A", "Cán bộ", CELLS, ("SO-NV",)), Group("B", "Người dân", CELLS[:2]))
    prizes = (Prize("Đặc biệt", 1), Prize("Nhất", 1, each_group=True))
    criteria = ("points", "prediction", "elapsed")
    round_id = _with_prizes(
        world, blueprint=(), groups=groups, prizes=prizes, criteria=criteria, prediction=Prediction()
    )
    _try(world, round_id, takers={"A": 200, "B": 50})
    with world.inside():
        found = prize_trial.outcome(world.view(round_id))
    assert found is not None
    assert [(scope.group, scope.takers, [p.name for p in scope.prizes]) for scope in found.scopes] == [
        ("", 250, ["Đặc biệt"]),
        ("A", 200, ["Nhất"]),
        ("B", 50, ["Nhất"]),
    ]
    assert all(abs(sum(prize.decided.values()) - 1) < 1e-9 for scope in found.scopes for prize in scope.prizes)
    page = _organiser(world).get(f"/organiser/rounds/{round_id}/simulation").text
    assert "Toàn vòng thi" in page
    assert "Người dân" in page


@ON_SQLITE
def test_the_page_from_the_form_to_the_yes(world: World) -> None:
    client, round_id = _organiser(world), _with_prizes(world, criteria=("points", "lots"))
    url = f"/organiser/rounds/{round_id}/simulation"
    assert "Chưa mô phỏng giải thưởng" in client.get(f"/organiser/rounds/{round_id}").text
    assert client.post(url, data={"takers_0": "500", "perfect": "35"}).status_code == 303
    assert "data-job" in client.get(url).text
    _run(world)
    page = client.get(url).text
    assert "phải bốc thăm mới biết ai nhận giải" in page
    assert "Ban Tổ chức phải đánh dấu đồng ý" in page
    assert re.search(r'name="takers_0"[^>]*value="500"|value="500"[^>]*name="takers_0"', page)
    assert "bốc thăm quyết định giải cao nhất" in client.get(f"/organiser/rounds/{round_id}").text
    refused = client.post(f"/organiser/rounds/{round_id}/prepare", follow_redirects=True)
    assert "giải cao nhất phải bốc thăm trong 100% trường hợp" in refused.text
    assert world.view(round_id).state == "draft"
    client.post(f"/organiser/rounds/{round_id}/prepare", data={"lots_accepted": "y"})
    assert world.view(round_id).state != "draft"


@ON_SQLITE
def test_an_uploaded_list_of_scores(world: World) -> None:
    client, round_id = _organiser(world), _with_prizes(world)
    url = f"/organiser/rounds/{round_id}/simulation"
    sent = {"takers_0": "500", "basis": "list", "scores": "Điểm; Số người\n4; 120\n3; 80"}
    assert client.post(url, data=sent).status_code == 303
    _run(world)
    with world.inside():
        found = prize_trial.outcome(world.view(round_id))
    assert found is not None
    assert found.assumed.scores == {"4": 120, "3": 80}
    file = (io.BytesIO("4,100\n2,50".encode("utf-8-sig")), "diem.csv")
    assert client.post(url, data={"takers_0": "500", "basis": "list", "file": file}).status_code == 303


@ON_SQLITE
@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"takers_0": ""}, "Đề nghị điền mục này."),
        ({"takers_0": "0"}, "Đề nghị nhập số từ 1 đến 200000."),
        ({"perfect": "100"}, "Đề nghị nhập số từ 1 đến 99."),
        ({"basis": "list"}, "Bảng điểm không có người nào."),
        ({"basis": "list", "scores": "4; 10\nx; 3"}, "Dòng 2: Điểm phải là số nguyên không âm."),
        ({"basis": "list", "scores": "9; 10"}, "Điểm cao hơn số điểm tối đa của bài thi."),
        ({"basis": "list", "file": (io.BytesIO(b"\xff\xfe\x00"), "a.csv")}, "Tệp không phải CSV dạng UTF-8."),
        ({"basis": "x"}, "Chưa mô phỏng được"),
    ],
)
def test_bad_assumptions_are_told(world: World, sent: dict[str, object], sentence: str) -> None:
    client, round_id = _organiser(world), _with_prizes(world)
    url = f"/organiser/rounds/{round_id}/simulation"
    answer = client.post(url, data={"takers_0": "77", "perfect": "40"} | sent)
    assert answer.status_code == 422
    assert sentence in answer.text


@ON_SQLITE
def test_nothing_to_try(world: World) -> None:
    client, round_id = _organiser(world), world.round(prepared=False)
    url = f"/organiser/rounds/{round_id}/simulation"
    assert "Không có giải để mô phỏng" in client.get(url).text
    assert client.post(url, data={"takers_0": "77", "perfect": "40"}).status_code == 422
