"""The committee's pages for a prepared or running round: what is typed, what is refused, what is shown."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from contest.attempts import key_changes, remarking, window
from contest.attempts import rules as r
from contest.people.models import Person
from contest.rounds import queries as rounds
from contest.rounds.rules import BlueprintCell, BoardPolicy, Group, LastStart, Reveal
from core import audit, jobs
from core.access import SYSTEM
from core.clock import LOCAL
from core.db import read
from core.web.formats import WEEKDAYS
from questions.review.models import KeyExposure
from tests.wire import ON_SQLITE
from tests.world import TOPICS, World

pytestmark = ON_SQLITE
CELLS = tuple(BlueprintCell(topic, 1, 1) for topic in TOPICS)


def _organiser(world: World, name: str = "Phạm Văn Tổ Chức"):
    return world.client(world.person("VP-UBND", role="organiser", name=name))


def test_an_agency_is_paused_after_its_effect_was_shown(world: World) -> None:
    round_id, client = world.round(), _organiser(world)
    world.start(world.person("SO-NV"), round_id)
    sent = {"scope": "agency", "agency": "so noi vu", "agency_code": "", "reason": "Mất điện"}
    address = f"/organiser/rounds/{round_id}/pause"
    asked = client.post(address, data=sent)
    assert asked.status_code == 200, re.findall(r"field-error.{300}", asked.text, re.S)
    assert "1 người của đơn vị này" in asked.text
    assert not world.view(round_id).exceptions.paused
    done = client.post(address, data=sent | {"agency_code": "SO-NV", "confirmed": "SO-NV"})
    assert done.status_code == 303
    assert list(world.view(round_id).exceptions.paused) == ["SO-NV"]
    shown = client.get(f"/organiser/rounds/{round_id}").text
    assert "Sở Nội vụ: từ" in shown
    assert "Tạm dừng cho Sở Nội vụ và đơn vị trực thuộc" in shown
    assert client.post(address, data=sent | {"confirmed": "SO-NV"}).status_code == 303  # said, not done again
    resumed = client.post(
        f"/organiser/rounds/{round_id}/resume", data={"agency_code": "SO-NV", "reason": "Có điện", "scope": "all"}
    )
    assert resumed.status_code == 303
    assert not world.view(round_id).exceptions.paused


def test_everybody_is_paused_and_stopped_at_the_second_press(world: World) -> None:
    round_id, client = world.round(), _organiser(world)
    world.start(world.person("SO-NV"), round_id)
    for act, sent in (("pause", {"scope": "all", "reason": "Mất điện"}), ("close", {"reason": "Mất điện"})):
        address = f"/organiser/rounds/{round_id}/{act}"
        for unseen in ({}, {"confirmed": "SO-NV"}):
            asked = client.post(address, data=sent | unseen)
            assert asked.status_code == 200, re.findall(r"field-error.{300}", asked.text, re.S)
            assert "1 người đang làm bài. Bấm lần nữa" in asked.text
            assert 'value="Mất điện"' in asked.text
        moves = world.view(round_id).moves
        assert client.post(address, data=sent | {"confirmed": "all"}).status_code == 303
        assert world.view(round_id).moves == moves + 1
        if act == "pause":
            assert list(world.view(round_id).exceptions.paused) == [""]
            client.post(f"/organiser/rounds/{round_id}/resume", data={"reason": "Có điện", "scope": "all"})


@pytest.mark.parametrize(
    "sent",
    [
        {"scope": "agency", "agency": "khong co dau", "reason": "x"},
        {"scope": "agency", "reason": "x"},
        {"scope": "agency", "agency": "%_", "agency_code": "../..", "reason": "x"},
        {"scope": "mars", "reason": "x"},
        {"scope": "all", "agency": "Sở Nội vụ", "reason": "x"},
        {"scope": "all", "reason": "  "},
        {"scope": "all", "reason": "x" * 301},
    ],
)
def test_a_bad_scope_is_said_at_its_field(world: World, sent: dict[str, str]) -> None:
    round_id, client = world.round(), _organiser(world)
    for act in ("pause", "extend"):
        answer = client.post(f"/organiser/rounds/{round_id}/{act}", data={"closes_at": "2026-12-24T08:00"} | sent)
        assert answer.status_code == 422, act
        assert 'class="field-error"' in answer.text
    assert not world.view(round_id).exceptions.paused


def test_a_round_is_extended_to_the_end_of_a_day(world: World) -> None:
    round_id, client = world.round(), _organiser(world)
    address = f"/organiser/rounds/{round_id}/extend"
    day = (world.view(round_id).closes_at + timedelta(days=1)).astimezone(LOCAL).date()
    bad = client.post(address, data={"closes_at": [f"{day}", "25 giờ"], "scope": "all", "reason": "Bù giờ"})
    assert bad.status_code == 422
    assert f'value="{day}"' in bad.text
    assert 'value="25 giờ"' in bad.text
    assert 'href="#extend-closes-at"' in bad.text
    sent = {"closes_at": [f"{day:%d/%m/%Y}", "24 giờ"], "scope": "all", "reason": "Bù giờ"}
    assert client.post(address, data=sent).status_code == 303
    closes_at = world.view(round_id).closes_at.astimezone(LOCAL)
    assert (closes_at.date(), closes_at.hour, closes_at.minute) == (day + timedelta(days=1), 0, 0)
    shown = client.get(f"/organiser/rounds/{round_id}").text
    assert f'value="{day}"' in shown
    assert 'value="24:00"' in shown
    assert f"24 giờ 00, {WEEKDAYS[day.weekday()]}, {day:%d/%m/%Y}" in shown


def test_the_second_press_extends_for_an_agency_to_the_moment_that_was_shown(world: World) -> None:
    round_id, client = world.round(), _organiser(world)
    address = f"/organiser/rounds/{round_id}/extend"
    old = world.view(round_id).closes_at
    sent = {"scope": "agency", "agency": "Sở Nội vụ", "agency_code": "SO-NV", "reason": "Bù giờ"}

    def typed(later: timedelta) -> dict[str, Any]:
        local = (old + later).astimezone(LOCAL)
        return {**sent, "closes_at": [f"{local:%d/%m/%Y}", f"{local:%H:%M}"]}

    past = client.post(address, data=typed(-timedelta(days=30)))
    assert past.status_code == 422, "at the first press, not at the second"
    assert "muộn hơn" in past.text, re.findall(r"field-error.{300}", past.text, re.S)
    asked = client.post(address, data=typed(timedelta(hours=1)))
    assert asked.status_code == 200, re.findall(r"field-error.{300}", asked.text, re.S)
    local = (old + timedelta(hours=1)).astimezone(LOCAL)
    assert f"Kết thúc mới: {local:%H:%M}, {WEEKDAYS[local.weekday()]}, {local:%d/%m/%Y}" in asked.text
    assert "Xác nhận: Gia hạn vòng thi" in asked.text
    (confirmed,) = re.findall(r'name="confirmed" value="([^"]+)"', asked.text)
    again = client.post(address, data={**typed(timedelta(hours=2)), "confirmed": confirmed})
    assert again.status_code == 200, "another moment is another question"
    assert not world.view(round_id).exceptions.closes
    assert client.post(address, data={**typed(timedelta(hours=1)), "confirmed": confirmed}).status_code == 303
    assert world.view(round_id).exceptions.closes == {"SO-NV": old + timedelta(hours=1)}


@pytest.mark.parametrize("act", ["extend", "pause", "resume", "close", "unprepare"])
def test_who_opens_the_address_of_a_form_sees_its_page(world: World, act: str) -> None:
    round_id, client = world.round(), _organiser(world)
    answer = client.get(f"/organiser/rounds/{round_id}/{act}")
    assert (answer.status_code, answer.location) == (302, f"/organiser/rounds/{round_id}")
    assert client.get(f"/rounds/{round_id}/attempts").location == f"/rounds/{round_id}"
    assert client.get(f"/rounds/{round_id}").location == f"/contests/{world.view(round_id).contest.id}"
    assert world.client().get("/sign-out").location == "/"
    assert world.client().get("/api/v1/session/nothing").status_code == 404
    assert client.delete(f"/organiser/rounds/{round_id}/{act}").status_code in (400, 405)


def test_extra_time_is_given_to_a_person_that_was_found(world: World) -> None:
    round_id, client = world.round(), _organiser(world)
    person = world.person("SO-TP", name="Đặng Thị Bưởi")
    address = f"/organiser/rounds/{round_id}/time"
    assert "Đặng Thị Bưởi" in client.get(address, query_string={"q": "buoi dang"}).text
    assert "Đặng Thị Bưởi" in client.get(address, query_string={"q": person.login, "agency": "SO-TP"}).text
    assert "Đặng Thị Bưởi" not in client.get(address, query_string={"q": "buoi", "agency": "SO-NV"}).text
    good = {"person": str(person.id), "minutes": "15", "reason": "Khiếm thị", "confirmed": f"{person.id}:15"}
    for bad in ({"person": ""}, {"person": "x" * 50}, {"minutes": "181"}, {"minutes": "-1"}, {"reason": ""}):
        assert client.post(address, data=good | bad).status_code == 422
    for unseen in ("", f"{person.id}:14", f"{person.id + 1}:15"):
        asked = client.post(address, data=good | {"confirmed": unseen})
        assert asked.status_code == 200, re.findall(r"field-error.{300}", asked.text, re.S)
        assert "mọi lượt thi sau có thêm 15 phút (hiện nay: 0 phút)" in asked.text
        assert f'name="confirmed" value="{person.id}:15"' in asked.text
    assert "Thêm 15 phút" not in client.get(address).text
    assert client.post(address, data=good).status_code == 303
    assert "Thêm 15 phút" in client.get(address).text
    less = good | {"minutes": "0"}
    assert "còn thêm 0 phút thay vì 15 phút" in client.post(address, data=less).text
    taken = client.post(address, data=less | {"confirmed": f"{person.id}:0"}, follow_redirects=True)
    assert "bài đang làm giữ nguyên thời gian" in taken.text
    assert "Thêm 15 phút" not in taken.text
    assert "từ 15 còn 0 phút mỗi lượt thi vào sau" in client.get(f"/organiser/rounds/{round_id}").text
    assert "Khiếm thị" in client.get(f"/organiser/rounds/{round_id}").text
    assert "Khiếm thị" not in world.client().get(f"/rounds/{round_id}/manifest").text


def test_who_is_on_the_exclusion_list_cannot_start(world: World) -> None:
    round_id, client = world.round(), _organiser(world)
    person = world.person(name="Cao Văn Giúp Việc")
    address = f"/organiser/contests/{world.view(round_id).contest.id}/exclusions"
    assert client.post(address, data={"login": "khong-co", "reason": "x"}).status_code == 422
    assert client.post(address, data={"login": person.login, "reason": "Tổ giúp việc"}).status_code == 303
    assert "Cao Văn Giúp Việc" in client.get(address).text
    assert world.client(person).post(f"/rounds/{round_id}/attempts").status_code == 403
    assert client.post(f"{address}/remove", data={"person": str(person.id)}).status_code == 303
    assert world.client(person).post(f"/rounds/{round_id}/attempts").status_code == 303


def test_a_key_is_corrected_by_two(world: World) -> None:
    round_id, first, second = world.round(attempts=1), _organiser(world), _organiser(world, "Lê Thị Hai")
    view = world.view(round_id)
    taker = world.person()
    attempt = world.sit(taker, round_id, right=0)
    with world.inside():
        item = rounds.pool(view.pk, 1).by_version[r.paper_from_data(attempt.paper)[0].version_id]
    keys = f"/organiser/rounds/{round_id}/keys"
    found = first.get(keys, query_string={"q": item.stem[:40]}).text
    assert f"version={item.version_id}" in found
    assert "key-mark" not in first.get(keys, query_string={"version": item.version_id}).text
    assert not _exposed(world)
    assert "key-mark" in first.post(keys, data={"version": item.version_id}).text
    assert _exposed(world) == {item.version_id}
    sent = {"version": item.version_id, "how": "neutral", "reason": "Hai phương án cùng đúng"}
    for bad in ({"how": "x"}, {"how": "keys"}, {"reason": " "}, {"how": "keys", "keys": "99"}):
        assert first.post(f"{keys}/rehearsal", data=sent | bad).status_code == 422
    tried = _tried(world, first, first.post(f"{keys}/rehearsal", data=sent))
    assert "Vô hiệu câu hỏi" in tried
    assert "key-mark" in tried
    assert "Người có thể phê duyệt: Lê Thị Hai." in tried
    assert "đối chiếu theo nội dung" in tried
    assert first.post(f"{keys}/proposal", data=sent).status_code == 303
    assert first.post(f"{keys}/proposal", data=sent).status_code == 409
    with world.inside():
        change = key_changes.of_round(view.pk)[0].id
    assert "chờ thành viên thứ hai" in second.get("/organiser").text
    waiting = second.get(keys, query_string={"change": change}).text
    assert "key-mark" not in waiting
    assert "<strong>Vô hiệu câu hỏi</strong>" in waiting
    assert first.post(f"{keys}/{change}/approve").status_code == 303  # refused, and said
    assert world.view(round_id).revision == 1
    assert "Phê duyệt và chấm lại" in _tried(world, second, second.post(keys, data={"change": change, "version": "1"}))
    assert second.post(f"{keys}/{change}/approve").status_code == 303
    assert world.view(round_id).revision == 2
    assert "Còn 1 bài" in second.get(f"/organiser/rounds/{round_id}").text
    with world.inside():
        remarking.pass_over(now=world.now)
    receipt = world.client(taker).get(f"/attempts/{attempt.public_id}/receipt").text
    assert "Câu 1 của bài thi này có sai sót" in receipt
    assert "Hai phương án" not in world.client().get(f"/rounds/{round_id}/manifest").text
    world.later(days=8)
    assert "Hai phương án" not in world.client().get(f"/rounds/{round_id}/manifest").text


def _tried(world: World, client: FlaskClient, asked: TestResponse) -> str:
    """The page of a trial of other keys, when its job has run; until then it says that it waits."""
    assert asked.status_code == 303
    assert "data-job" in client.get(asked.location).text
    with world.inside():
        assert jobs.run_waiting(now=world.now) == 1
    shown = client.get(asked.location).text
    assert "Bài tăng điểm" in shown
    return shown


def test_the_page_of_a_trial_hands_no_keys_to_others_and_knows_when_it_is_late(world: World) -> None:
    round_id, first, second = world.round(attempts=1), _organiser(world), _organiser(world, "Lê Thị Hai")
    view = world.view(round_id)
    world.sit(world.person(), round_id, right=0)
    with world.inside():
        item, other = rounds.pool(view.pk, 1).items[:2]
    keys = f"/organiser/rounds/{round_id}/keys"
    sent = {"version": item.version_id, "how": "neutral", "reason": "Sai"}
    asked = first.post(f"{keys}/rehearsal", data=sent)
    assert first.post(f"{keys}/rehearsal", data=sent).location == asked.location  # not begun twice
    assert "key-mark" in _tried(world, first, asked)
    foreign = second.get(asked.location).text
    assert "Bài tăng điểm" in foreign
    assert "key-mark" not in foreign
    assert "Trình phê duyệt" not in foreign
    assert _exposed(world) == {item.version_id}
    elsewhere = asked.location.replace(round_id, world.round())
    assert first.get(elsewhere).status_code == 404
    late = first.post(f"{keys}/rehearsal", data=sent | {"reason": "Sai hẳn"})
    by = [world.actor(world.person("VP-UBND", role="organiser", name=name)) for name in ("Cao Ba", "Cao Bốn")]
    with world.inside():
        change = key_changes.propose(
            actor=by[0], now=world.now, round_id=round_id, version_id=other.version_id, keys=(), reason="Sai"
        )
        key_changes.approve(actor=by[1], now=world.now, change_id=change.public_id)
        jobs.run_waiting(now=world.now)
    assert "Chưa tính thử được" in first.get(late.location).text
    assert "đã thay đổi sau lần tính thử" in first.get(asked.location).text


def _exposed(world: World) -> set[int]:
    with world.inside():
        return set(read().scalars(sa.select(KeyExposure.version_id)))


def test_home_says_how_little_time_is_left_and_that_a_round_is_paused(world: World) -> None:
    round_id, client = (
        world.round(lasts=timedelta(minutes=30), attempts=0, show_score=Reveal.CLOSE, board=BoardPolicy.HIDDEN),
        world.client(world.person()),
    )
    assert "Vào thi</button>" in client.get("/").text
    assert "không giới hạn lượt thi" in client.get("/").text
    world.later(minutes=23)
    assert "Vào thi – chỉ còn 7 phút" in client.get("/").text
    with world.inside():
        window.pause(actor=SYSTEM, now=world.now, round_id=round_id, reason="x", agency_code="SO-NV")
    assert "đang tạm dừng vòng thi" in client.get("/").text
    assert "đang tạm dừng vòng thi" not in world.client(world.person("SO-TP")).get("/").text


def test_a_birth_date_is_declared_once_and_only_where_it_is_asked(world: World) -> None:
    person = world.person()
    client = world.client(person)
    assert "Khai ngày sinh" not in client.get("/account").text
    groups = (Group("TRE", "Bảng thanh niên", CELLS, age_to=35), Group("KHAC", "Bảng chung", CELLS, age_from=36))
    world.round(blueprint=(), groups=groups, last_start=LastStart.FULL_TIME)
    assert "Khai ngày sinh" in client.get("/").text
    for bad in ("", "hôm qua", "2026-11-23", "1880-01-01", "9999-99-99"):
        assert client.post("/account/birth-date", data={"birth_date": bad}).status_code == 422
    assert client.post("/account/birth-date", data={"birth_date": "15/08/1999"}).status_code == 303
    assert "Bảng thi: Bảng thanh niên" in client.get("/").text
    client.post("/account/birth-date", data={"birth_date": "1980-08-15"})
    with world.inside():
        assert read().scalar(sa.select(Person.birth_date).where(Person.id == person.id)) == date(1999, 8, 15)
        entries = audit.entries(subject=f"person:{person.id}")
    assert [e.action for e in entries].count("people.birth-date-declared") == 1
    assert "1999" not in str([e.details for e in entries])


def test_every_act_on_a_round_reads_in_words(world: World) -> None:
    round_id, client = world.round(), _organiser(world)
    for act in (window.pause, window.resume):
        with world.inside():
            act(actor=SYSTEM, now=world.now, round_id=round_id, reason="Mất điện")
    with world.inside():
        later = world.view(round_id).closes_at + timedelta(hours=1)
        window.extend(actor=SYSTEM, now=world.now, round_id=round_id, closes_at=later, reason="Bù giờ")
        window.close_now(actor=SYSTEM, now=world.now, round_id=round_id, reason="Hết hội thi")
    shown = client.get(f"/organiser/rounds/{round_id}").text
    assert "thực hiện:" not in shown
    for words in ("Tạm dừng cho mọi đơn vị", "Thi tiếp cho mọi đơn vị", "Gia hạn cho mọi đơn vị", "Kết thúc sớm lúc"):
        assert shown.count(words) == 2


def test_blocs_are_called_by_name(world: World) -> None:
    round_id = world.round(blocs=("cap-xa", "dang"))
    page = _organiser(world).get(f"/organiser/rounds/{round_id}").text
    assert "Khối: Xã, phường; Cơ quan Đảng." in page
    assert "cap-xa" not in page
