"""Tạo cuộc thi on one's own or from a template; what holds over all rounds."""

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from contest.rounds import planning
from contest.rounds import queries as rounds
from contest.rounds.prizes import ContestRules
from contest.rounds.queries import ContestView, RoundView
from contest.rounds.rules import AgencyMeasure, AgencyPrize, Prize, RoundState
from contest.rounds.templates.every import EVERY
from core.access import SYSTEM
from core.errors import Conflict
from tests.wire import ON_SQLITE
from tests.world import World

NEW = "/organiser/contests/new"
BASICS = {"title": "Tìm hiểu cải cách hành chính", "organiser": "Sở Nội vụ"}
USABLE = [template for template in EVERY if not template.refused]


def _organiser(world: World) -> FlaskClient:
    return world.client(world.person("VP-UBND", role="organiser"))


def _made(world: World) -> tuple[ContestView, list[RoundView]]:
    with world.inside():
        contest = rounds.contests()[0]
        return contest, rounds.rounds(now=world.now, contest_id=contest.id, drafts=True)


def test_a_contest_from_a_template_with_all_its_rounds(world: World) -> None:
    client = _organiser(world)
    answer = client.post(NEW, data=BASICS | {"template": "hue-2025", "first_day": "2026-11-30"})
    assert (answer.status_code, answer.location) == (303, "/organiser")
    contest, made = _made(world)
    assert contest.title == BASICS["title"]
    assert [view.title for view in made] == [f"Tuần thi thứ {n}" for n in (1, 2, 3, 4)]
    assert all(view.state is RoundState.DRAFT for view in made)
    assert [group.questions for group in made[0].rules.groups] == [15, 15]
    overview = client.get("/organiser").text
    assert "Đã tạo cuộc thi và 4 vòng thi theo mẫu Huế" in overview
    assert "Nguồn không nêu thời gian làm bài" in overview
    assert "24 giờ 00, Chủ nhật, 06/12/2026" in overview


@ON_SQLITE
@pytest.mark.parametrize("template", USABLE, ids=lambda template: template.code)
def test_every_template_makes_rounds_with_a_page(world: World, template: Any) -> None:
    client = _organiser(world)
    answer = client.post(NEW, data=BASICS | {"template": template.code, "first_day": "2026-11-30"})
    assert answer.status_code == 303
    contest, made = _made(world)
    assert len(made) == len(template.rounds)
    assert contest.rules == template.contest
    assert [view.questions for view in made] == [max(planned.questions.values()) for planned in template.rounds]
    assert client.get(f"/organiser/rounds/{made[0].id}").status_code == 200


@ON_SQLITE
@pytest.mark.parametrize(
    ("sent", "field", "sentence"),
    [
        ({"template": "hue-2025"}, "first_day", "Đề nghị chọn ngày đầu tiên"),
        ({"template": "hue-2025", "first_day": "2026-12-01"}, "first_day", "Mẫu này bắt đầu vào thứ Hai"),
        ({"template": "hue-2025", "first_day": "2026-11-16"}, "first_day", "Ngày bắt đầu đã qua"),
        ({"template": "hue-2025", "first_day": "1000-01-01"}, "first_day", "2000 đến 2100"),
        ({"template": "hue-2025", "first_day": "9999-12-27"}, "first_day", "2000 đến 2100"),
        ({"template": "hue-2025", "first_day": "mai"}, "first_day", "Đề nghị nhập ngày có thật"),
        ({"template": "quang-nam-2014", "first_day": "2026-11-30"}, "template", ""),
        ({"template": "không có", "first_day": "2026-11-30"}, "template", ""),
    ],
)
def test_what_a_template_refuses(world: World, sent: dict[str, str], field: str, sentence: str) -> None:
    answer = _organiser(world).post(NEW, data=BASICS | sent)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert sentence in answer.text
    assert BASICS["title"] in answer.text
    with world.inside():
        assert rounds.contests() == []


@ON_SQLITE
def test_a_refused_template_is_refused_by_the_verb_too(world: World) -> None:
    for template in EVERY:
        if template.refused:
            with world.inside(), pytest.raises(Conflict):
                planning.create_from_template(
                    actor=SYSTEM, now=world.now, template=template, first_day=world.now.date(), **BASICS
                )


@ON_SQLITE
def test_on_ones_own_leads_to_the_first_round(world: World) -> None:
    client = _organiser(world)
    page = client.get(NEW).text
    assert page.count('type="radio"') == len(USABLE) + 1
    assert 'value="2026-11-30"' in page  # next Monday
    answer = client.post(NEW, data=BASICS | {"template": "", "first_day": ""})
    assert answer.status_code == 303
    assert answer.location.endswith("/rounds/new")


def _edit(world: World) -> tuple[FlaskClient, str]:
    world.round(prepared=False)
    with world.inside():
        return _organiser(world), f"/organiser/contests/{rounds.contests()[0].id}/edit"


WHOLE = BASICS | {
    "overall": "y",
    "rounds_required": "3",
    "second": "submitted_at",
    "third": "lots",
    "fourth": "",
    "one_prize": "y",
    "prizes-0-name": " Giải  Nhất ",
    "prizes-0-count": "1",
    "prizes-0-value": "5.000.000 đồng",
    "prizes-1-name": "",
    "prizes-1-count": "",
    "prizes-1-value": "",
    "agency_prizes-0-name": "Tập thể",
    "agency_prizes-0-count": "2",
    "agency_prizes-0-value": "",
    "agency_prizes-0-by": "rate",
    "agency_prizes-0-each_bloc": "y",
    "agency_prizes-0-floor": "50",
}


@ON_SQLITE
def test_what_holds_over_all_rounds_is_stored_and_shown_again(world: World) -> None:
    client, url = _edit(world)
    assert client.post(url, data=WHOLE).status_code == 303
    stored = ContestRules(
        overall=True,
        rounds_required=3,
        criteria=("points", "submitted_at", "lots"),
        one_prize=True,
        prizes=(Prize("Giải Nhất", 1, value="5.000.000 đồng"),),
        agency_prizes=(AgencyPrize("Tập thể", 2, AgencyMeasure.RATE, True, 50),),
    )
    assert _made(world)[0].rules == stored
    page = client.get(url).text
    assert 'value="Giải Nhất"' in page
    assert 'name="prizes-2-name"' in page  # two empty rows more
    assert client.post(url, data={}).status_code == 303
    assert _made(world)[0].rules == stored


@ON_SQLITE
@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"overall": ""}, "cần bật xếp hạng chung cuộc"),
        ({"second": "lots", "third": "elapsed"}, "Bốc thăm chỉ có thể là tiêu chí cuối cùng"),
        ({"second": "elapsed", "third": "elapsed"}, "mỗi tiêu chí một lần"),
        ({"second": "prediction"}, "Tiêu chí thứ hai"),
        ({"rounds_required": "0"}, "Số vòng thi phải tham gia"),
        ({"rounds_required": "một"}, "số nguyên không âm"),
        ({"prizes-0-count": ""}, "Mỗi giải cần tên và số lượng"),
        ({"prizes-0-name": ""}, "Mỗi giải cần tên và số lượng"),
        ({"prizes-0-count": "1001"}, "từ 1 đến 1000"),
        ({"agency_prizes-0-floor": "101"}, "từ 0 đến 100"),
        ({"agency_prizes-0-by": "luck"}, "agency_prizes-0-by"),
        ({"agency_prizes-0-name": "Giải Nhất"}, "tên riêng"),
        ({"title": " "}, "Đề nghị điền mục này"),
    ],
)
def test_what_is_refused_and_kept(world: World, sent: dict[str, str], sentence: str) -> None:
    client, url = _edit(world)
    data = {name: value for name, value in (WHOLE | sent).items() if (name, value) != ("overall", "")}
    answer = client.post(url, data=data)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "5.000.000 đồng" in answer.text
    assert _made(world)[0].rules == ContestRules()


@ON_SQLITE
def test_strange_rows_are_no_failure(world: World) -> None:
    client, url = _edit(world)
    many = {f"prizes-{n}-name": f"Giải {n}" for n in range(60)} | {f"prizes-{n}-count": "1" for n in range(60)}
    assert client.post(url, data=WHOLE | many).status_code == 303
    assert len(_made(world)[0].rules.prizes) == 20
    assert client.get(url).status_code == 200
    for name in ("prizes-x-name", "prizes--1-name", "prizes-99999999999999999999-name"):
        assert client.post(url, data=WHOLE | {name: "Giải\0"}).status_code in (303, 422)


@ON_SQLITE
def test_a_template_far_ahead(world: World) -> None:
    client = _organiser(world)
    world.later(days=1)
    day = (world.now + timedelta(days=365 * 70)).date()
    sent = BASICS | {"template": "gia-lai-2025", "first_day": day.isoformat()}
    assert client.post(NEW, data=sent).status_code == 303
