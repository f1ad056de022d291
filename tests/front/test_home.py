"""The home page leads into every open round, and nobody else's."""

import re
from datetime import timedelta

from contest.attempts import service, voiding, waiting, window
from contest.rounds import entries
from contest.rounds.rules import BoardPolicy, Reveal
from core import load
from core.access import SYSTEM
from core.db import transaction
from tests.wire import ON_SQLITE
from tests.world import World

pytestmark = ON_SQLITE


def _start_form(round_id: str) -> str:
    return f'action="/rounds/{round_id}/attempts"'


def test_every_open_round_has_its_own_button(world: World) -> None:
    first, second, later = world.round(), world.round(), world.round(opens=timedelta(days=1))
    page = world.client(world.person()).get("/").text
    assert page.count(_start_form(first)) == page.count(_start_form(second)) == 1
    assert _start_form(later) not in page
    assert page.count("Bấm Vào thi là bắt đầu tính giờ: 10 phút") == 2


def test_who_sees_the_keys_does_not_sit(world: World) -> None:
    round_id = world.round()
    client = world.client(world.person("VP-UBND", role="organiser"))
    page = client.get("/").text
    assert _start_form(round_id) not in page
    assert "xem được đáp án trong ngân hàng câu hỏi nên không dự thi" in page
    refused = client.post(f"/api/v1/rounds/{round_id}/attempts", json={})
    assert (refused.status_code, refused.json["code"]) == (403, "not-eligible")


def test_a_sheet_handed_in_at_the_deadline_says_so(world: World) -> None:
    person, round_id = world.person(), world.round()
    attempt = world.start(person, round_id)
    world.now = attempt.deadline + timedelta(seconds=1)
    with world.inside():
        service.submit(
            person_id=person.id, now=world.now, attempt_id=attempt.public_id, epoch=1,
            answers=world.sheet(attempt, right=4),
        )  # fmt: skip
    page = world.client(person).get(f"/attempts/{attempt.public_id}/receipt").text
    assert "Bài làm đã được nộp khi hết giờ." in page
    assert person.full_name in page
    assert "Sở Nội vụ" in page


def test_a_contest_is_corrected_and_its_help_desk_stands_on_the_page(world: World) -> None:
    round_id = world.round()
    contest_id = world.view(round_id).contest.id
    client = world.client(world.person("VP-UBND", role="organiser"))
    sent = {"title": "Tên đã sửa", "organiser": "Sở Tư pháp", "contact": "0238 000 111", "introduction": "Một\nHai"}
    assert client.post(f"/organiser/contests/{contest_id}/edit", data=sent).status_code == 303
    page = world.client().get(f"/contests/{contest_id}").text
    assert "Tên đã sửa" in page
    assert "Hỗ trợ: 0238 000 111" in page
    assert client.post(f"/organiser/contests/{contest_id}/edit", data=sent | {"title": " "}).status_code == 422
    assert "Tên đã sửa" in world.client().get(f"/contests/{contest_id}/rules").text


def test_a_plain_form_is_reviewed_before_it_is_handed_in(world: World) -> None:
    client = world.client(world.person())
    started = client.post(f"/api/v1/rounds/{world.round()}/attempts", json={}).get_json()
    path = f"/attempts/{started['attempt']}"
    assert "Xác nhận nộp bài</button>" not in client.get(path).text.split('id="review"')[0]
    reviewed = client.post(path, data={"epoch": "1", "seq": "0", "slot-1": "0", "action": "review"})
    assert reviewed.status_code == 200
    assert "Còn 3 câu chưa trả lời" in reviewed.text
    assert 'name="action" value="submit">Xác nhận nộp bài' in reviewed.text
    handed_in = client.post(path, data={"epoch": "1", "seq": "1", "slot-1": "0", "action": "submit"})
    assert handed_in.status_code == 303


def test_the_countdown_is_everybodys_and_says_who_goes_on_longer(world: World) -> None:
    round_id = world.round(lasts=timedelta(hours=1))
    close = world.view(round_id).closes_at
    with world.inside():
        later = close + timedelta(hours=2)
        window.extend(
            actor=SYSTEM, now=world.now, round_id=round_id, closes_at=later, reason="Mất điện", agency_code="SO-NV"
        )
    general, extended = f'data-countdown="{close.isoformat()}"', f'data-countdown="{later.isoformat()}"'
    public = world.client().get("/").text
    assert general in public
    assert extended not in public
    assert "Sở Nội vụ: đến 11:00, thứ Hai, 23/11/2026" in public
    assert general in world.client(world.person("SO-TP")).get("/").text
    own = world.client(world.person("SO-NV")).get("/").text
    assert extended in own
    assert "giờ kết thúc chung: 09:00, thứ Hai, 23/11/2026" in own
    contact = world.client(world.person("SO-NV", role="contact"))
    assert extended in contact.get("/agency").text
    desk = world.client(world.person("VP-UBND", role="organiser"))
    shown = desk.get(f"/organiser/rounds/{round_id}").text
    assert general in shown
    assert "muộn nhất: đến 11:00" in shown
    world.later(hours=1, minutes=5)
    assert "Đã hết giờ thi chung" in desk.get(f"/organiser/rounds/{round_id}").text
    public = world.client().get("/").text
    assert "Đăng nhập để vào thi" in public
    assert "data-done-hide" not in public


def _said(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", "", text).split())


def test_attempts_that_were_given_besides_and_voided_ones_are_counted(world: World) -> None:
    person, round_id = world.person(), world.round(attempts=1)
    client = world.client(person)
    first = world.sit(person, round_id, right=1)
    address = f"/attempts/{first.public_id}/receipt"
    assert "lượt 1/1" in client.get(address).text
    assert "đã dùng hết lượt thi" in client.get("/").text
    with world.inside(), transaction():
        entries.more_attempts(view=world.view(round_id), person_ids=[person.id], attempts=1)
    assert "lượt 1/2" in client.get(address).text
    assert "còn 1 lượt" in client.get("/").text
    second = world.sit(person, round_id, right=2)
    assert "lượt 2/2" in client.get(f"/attempts/{second.public_id}/receipt").text
    with world.inside():
        voiding.void(actor=SYSTEM, now=world.now, attempt_id=second.public_id, details={})
    third = world.sit(person, round_id, right=3)
    assert "lượt 3/3" in client.get(f"/attempts/{third.public_id}/receipt").text
    home = _said(client.get("/").text)
    assert "đã dùng hết lượt thi" in home
    assert "còn 1 lượt" not in home


def test_who_may_not_start_reads_what_is_allowed_them(world: World) -> None:
    person, round_id = world.person(role="organiser"), world.round(attempts=2)
    with world.inside(), transaction():
        entries.more_attempts(view=world.view(round_id), person_ids=[person.id], attempts=2)
    assert "4 lượt thi" in _said(world.client(person).get("/").text)


def test_a_round_without_limit_counts_to_none(world: World) -> None:
    person, round_id = world.person(), world.round(attempts=0, show_score=Reveal.CLOSE, board=BoardPolicy.HIDDEN)
    attempt = world.sit(person, round_id, right=1)
    text = world.client(person).get(f"/attempts/{attempt.public_id}/receipt").text
    assert re.search(r"· lượt 1</dd>", text)


def _room(round_id: str) -> str:
    return f'href="/rounds/{round_id}/waiting"'


def test_a_round_that_opens_soon_has_its_waiting_room_beside_one_that_runs(world: World) -> None:
    running, soon, later = world.round(), world.round(opens=timedelta(minutes=31)), world.round(opens=timedelta(days=1))
    client = world.client(world.person())
    assert not any(_room(one) in client.get("/").text for one in (running, soon, later))
    world.later(minutes=1)
    for address in ("/", f"/contests/{world.view(soon).contest.id}"):
        page = client.get(address).text
        assert page.count(_room(soon)) == 1
        assert page.count(_start_form(running)) == 1
        assert _room(later) not in page
        assert len(re.findall(r' id="([^"]+)"', page)) == len(set(re.findall(r' id="([^"]+)"', page)))
    assert _room(soon) not in world.client().get("/").text  # first sign in
    assert "Nên đăng nhập trước giờ thi" in world.client().get("/").text


def test_without_a_running_round_the_next_one_leads_to_its_waiting_room(world: World) -> None:
    first, second = world.round(opens=timedelta(days=1)), world.round(opens=timedelta(days=2))
    page = world.client(world.person()).get("/").text
    assert (page.count(_room(first)), page.count(_room(second))) == (1, 0)


def test_who_holds_a_place_in_a_full_round_is_led_back_to_it(world: World) -> None:
    full, free, person = world.round(), world.round(), world.person()
    client = world.client(person)
    load.set_source(lambda: 60.0)
    with world.inside():
        for stranger in range(10_001, 10_010):
            waiting.ask(person_id=stranger, now=world.now, round_id=full)
    assert _start_form(full) in client.get("/").text  # pressing it takes the place
    client.post(f"/rounds/{full}/attempts")
    page = client.get("/").text
    assert page.count(_room(full)) == 1
    assert "Đang giữ một chỗ trong phòng chờ" in page
    assert _start_form(full) not in page
    assert _start_form(free) in page
    world.later(minutes=1)
    load.set_source(lambda: 0.0)
    with world.inside():
        waiting.ask(person_id=person.id, now=world.now, round_id=full)
    assert _start_form(full) in client.get("/").text
