"""Every field of a round's rules survives the form; rows come and go without losing anything."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from contest.rounds import service
from contest.rounds.rules import BlueprintCell, Group, Prize, RoundRules
from core.access import SYSTEM
from tests.front.pages import form_of
from tests.front.test_organiser_inputs import ROUND
from tests.rounds.rule_sets import round_rules
from tests.wire import ON_SQLITE
from tests.world import MONDAY, World

pytestmark = ON_SQLITE


def _organiser(world: World) -> FlaskClient:
    return world.client(world.person("VP-UBND", role="organiser"))


def _store(world: World, round_id: str, rules: RoundRules, closes_at: datetime) -> None:
    with world.inside():
        service.change_round(
            actor=SYSTEM,
            now=world.now,
            round_id=round_id,
            title="Tuần",
            opens_at=MONDAY,
            closes_at=closes_at,
            rules=rules,
        )


def test_any_rules_come_back_from_the_form_as_they_were(world: World) -> None:
    client, round_id = _organiser(world), world.round(prepared=False)
    url = f"/organiser/rounds/{round_id}/edit"

    # Not shrunk: a page takes a second, and what failed is named.
    phases = (Phase.explicit, Phase.reuse, Phase.generate)

    @settings(max_examples=15, deadline=None, phases=phases, suppress_health_check=list(HealthCheck))
    @given(round_rules(), st.integers(1, 44 * 24 * 60))
    def round_trip(rules: RoundRules, minutes: int) -> None:
        closes_at = MONDAY + timedelta(minutes=minutes)
        _store(world, round_id, rules, closes_at)
        answer = client.post(url, data=form_of(client.get(url).text))
        assert answer.status_code == 303, re.findall(r'-error">.*?</p>', answer.text, re.DOTALL)
        view = world.view(round_id)
        assert (view.rules, view.opens_at, view.closes_at) == (rules, MONDAY, closes_at)

    round_trip()


@pytest.mark.parametrize("typed", ["24:00", "24 giờ", "24h", "24 giờ 00", "24h00", "24", "24 giờ 00 phút"])
def test_the_day_ends_at_24(world: World, typed: str) -> None:
    client, round_id = _organiser(world), world.round(prepared=False)
    url = f"/organiser/rounds/{round_id}/edit"
    sent = ROUND | {"closes_at": ["2026-11-29", typed]}
    assert client.post(url, data=sent).status_code == 303
    assert world.view(round_id).closes_at == datetime(2026, 11, 29, 17, tzinfo=UTC)
    shown = form_of(client.get(url).text).getlist("closes_at")
    assert shown == ["2026-11-29", "24:00"]


def test_midnight_is_the_end_of_the_day_before(world: World) -> None:
    client, round_id = _organiser(world), world.round(prepared=False)
    url = f"/organiser/rounds/{round_id}/edit"
    assert client.post(url, data=ROUND | {"opens_at": ["2026-11-24", "0:00"], "closes_at": ["2026-11-30", "0:00"]})
    shown = form_of(client.get(url).text)
    assert shown.getlist("opens_at") == ["2026-11-24", "00:00"]
    assert shown.getlist("closes_at") == ["2026-11-29", "24:00"]


@pytest.mark.parametrize("typed", ["25:00", "24:01", "8:60", "tám giờ", "-1:00", "8:00 chiều", "٨:00", "08:00\n24:00"])
def test_no_time_is_guessed(world: World, typed: str) -> None:
    client, round_id = _organiser(world), world.round(prepared=False)
    answer = client.post(f"/organiser/rounds/{round_id}/edit", data=ROUND | {"closes_at": ["2026-11-29", typed]})
    assert answer.status_code == 422
    assert "Đề nghị nhập giờ từ 00:00 đến 24:00" in answer.text
    assert form_of(answer.text).getlist("closes_at") == ["2026-11-29", " ".join(typed.split("\n"))] or "\n" in typed


@pytest.mark.parametrize(
    ("changes", "sentence", "field"),
    [
        ({"unlimited": "", "attempts": "21"}, "Đề nghị nhập số từ 1 đến 20.", "attempts"),
        ({"admits": "top"}, "Đề nghị điền mục này.", "admits_round"),
        ({"admits": "top", "admits_round": "1"}, "Đề nghị điền mục này.", "admits_amount"),
        ({"age_from": "100"}, "Đề nghị nhập số từ 0 đến 99.", "age_from"),
        ({"place_elapsed": "2", "place_lots": "2"}, "Mỗi tiêu chí cần một thứ tự khác nhau.", "place_lots"),
        ({"groups-0-code": "", "groups-0-name": "Bảng A"}, "Đề nghị điền mục này.", "groups-0-code"),
        ({"groups-0-code": "a:b", "groups-0-name": "Bảng A"}, "Ký hiệu chỉ gồm chữ", "groups-0-code"),
        ({"prizes-0-name": "Nhất", "prizes-0-count": "0"}, "Đề nghị nhập số từ 1 đến 1000.", "prizes-0-count"),
        ({"prizes-0-name": "", "prizes-0-value": "1 triệu"}, "Đề nghị điền mục này.", "prizes-0-name"),
        (
            {"agency_prizes-0-name": "Tập thể", "agency_prizes-0-count": "1", "agency_prizes-0-floor": "101"},
            "Đề nghị nhập số từ 0 đến 100.",
            "agency_prizes-0-floor",
        ),
        ({"opens_at": ["2026-11-24", ""]}, "Đề nghị điền giờ", "opens_at"),
        ({"opens_at": ["24-11", "08:00"]}, "Đề nghị nhập ngày", "opens_at"),
        ({"show_score": "x"}, "", "show_score"),
        ({"groups-²-code": "A", "groups--name": "B", "groups-0": "C", "prizes-9999-name": "x"}, None, ""),
    ],
)
def test_what_is_wrong_stands_at_its_field(world: World, changes: dict[str, str], sentence: str, field: str) -> None:
    client, round_id = _organiser(world), world.round(prepared=False)
    answer = client.post(f"/organiser/rounds/{round_id}/edit", data=ROUND | {"prizes-1-name": "Giải giữ"} | changes)
    if sentence is None:
        assert answer.status_code in (303, 422)
        return
    assert answer.status_code == 422
    error = re.search(rf'id="{field}-error">.*?<span>(.*?)</span>', answer.text, re.DOTALL)
    assert error, re.findall(r'id="[^"]*-error"', answer.text)
    assert sentence in error[1]
    assert f'<a href="#{field}">' in answer.text
    assert "Giải giữ" in answer.text


def test_rows_come_and_go_without_javascript(world: World) -> None:
    client, round_id = _organiser(world), world.round(prepared=False)
    url = f"/organiser/rounds/{round_id}/edit"
    before = world.view(round_id)
    sent = form_of(client.get(url).text)
    sent["title"] = "Chưa lưu"
    for list_name in ("groups", "groups", "prizes", "prizes", "agency_prizes"):
        answer = client.post(url, data=MultiDict([*sent.items(multi=True), ("add", list_name)]))
        assert answer.status_code == 200
        sent = form_of(answer.text)
    assert [sent[f"groups-{n}-cell-kiem-soat-1"] for n in (0, 1)] == ["1", "1"]
    assert "cell-kiem-soat-1" not in sent
    sent["groups-0-code"], sent["groups-0-name"] = "A", "Cán bộ"
    sent["groups-1-code"], sent["groups-1-name"] = "B", "Người dân"
    sent.setlist("groups-1-agencies", ["SO-NV", "SO-TP"])
    sent["groups-1-cell-kiem-soat-1"] = "7"
    sent["prizes-1-name"] = "Giải Nhì"
    sent = form_of(client.post(url, data=MultiDict([*sent.items(multi=True), ("remove", "groups-0")])).text)
    assert (sent["groups-0-code"], sent["groups-0-cell-kiem-soat-1"]) == ("B", "7")
    assert sent.getlist("groups-0-agencies") == ["SO-NV", "SO-TP"]
    sent = form_of(client.post(url, data=MultiDict([*sent.items(multi=True), ("remove", "prizes-0")])).text)
    assert (sent["prizes-0-name"], sent["title"]) == ("Giải Nhì", "Chưa lưu")
    assert world.view(round_id) == before
    assert client.post(url, data=sent).status_code == 303
    rules = world.view(round_id).rules
    assert rules.prizes == (Prize("Giải Nhì", 1),)
    assert rules.agency_prizes == ()
    [group] = rules.groups
    assert (group.code, group.agencies) == ("B", ("SO-NV", "SO-TP"))
    assert [cell.count for cell in group.blueprint if cell.topic == "kiem-soat"] == [7]
    sent = form_of(client.post(url, data=MultiDict([*sent.items(multi=True), ("remove", "groups-0")])).text)
    assert sent["cell-kiem-soat-1"] == "7"


@pytest.mark.parametrize("act", [{"add": "x"}, {"remove": "prizes-²"}, {"remove": "x-1"}, {"remove": "prizes-99"}])
def test_a_made_up_button_changes_nothing(world: World, act: dict[str, str]) -> None:
    client, round_id = _organiser(world), world.round(prepared=False)
    answer = client.post(f"/organiser/rounds/{round_id}/edit", data=ROUND | {"prizes-0-name": "Nhất"} | act)
    assert answer.status_code == 200
    assert form_of(answer.text)["prizes-0-name"] == "Nhất"


def test_rows_have_an_end(world: World) -> None:
    client, round_id = _organiser(world), world.round(prepared=False)
    sent: MultiDict[str, str] = MultiDict(ROUND)
    for number in range(20):
        sent[f"prizes-{number}-name"] = f"Giải {number}"
    answer = client.post(f"/organiser/rounds/{round_id}/edit", data=sent | {"add": "prizes"})
    assert "prizes-20-name" not in form_of(answer.text)
    assert "prizes-19-name" in form_of(answer.text)


def test_contradictions_are_saved_and_lead_to_their_fields(world: World) -> None:
    client, round_id = _organiser(world), world.round(prepared=False)
    url = f"/organiser/rounds/{round_id}/edit"
    changes = {"predicts": "y", "prediction_over": "group", "place_lots": "2", "trial": "y", "prizes-0-name": "Nhất"}
    sent = ROUND | {"prizes-0-count": "1", "attempts": "20", "age_from": "60", "age_to": "18"} | changes
    assert client.post(url, data=sent | {"place_elapsed": "3", "place_submitted_at": "4"}).status_code == 303
    page = client.get(url).text
    for place in ("predicts", "prediction_over", "place_lots", "prizes", "attempts", "age_from"):
        assert f'<li><a href="#{place}">' in page, place
        assert f'id="{place}"' in page, place


def test_an_agency_that_has_ended_stays_chosen(world: World) -> None:
    client = _organiser(world)
    round_id = world.round(prepared=False, agencies=("UBND-CU", "SO-NV"))
    url = f"/organiser/rounds/{round_id}/edit"
    assert client.post(url, data=form_of(client.get(url).text)).status_code == 303
    assert set(world.view(round_id).rules.agencies) == {"UBND-CU", "SO-NV"}


def test_a_large_form_is_taken(world: World) -> None:
    client, round_id = _organiser(world), world.round(prepared=False)
    url = f"/organiser/rounds/{round_id}/edit"
    cells = (BlueprintCell("kiem-soat", 1, 1),)
    _store(
        world,
        round_id,
        RoundRules(10, 1, groups=tuple(Group(f"B{n}", f"Bảng {n}", cells, blocs=("dang",)) for n in range(12))),
        MONDAY + timedelta(days=7),
    )
    sent = form_of(client.get(url).text)
    codes = re.findall(r'name="groups-0-agencies" value="([^"]+)"', client.get(url).text)
    for number in range(12):
        sent.setlist(f"groups-{number}-agencies", codes)
    assert client.post(url, data=sent).status_code == 303
    assert len(world.view(round_id).rules.groups[11].agencies) == len(codes) > 100
