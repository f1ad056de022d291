"""The committee's pages of incidents, from the record to the minutes, and what takers see."""

import re
from datetime import timedelta
from io import BytesIO

import docx
import pytest
from flask.testing import FlaskClient

from contest.attempts import window
from contest.attempts.incidents import evidence, queries, recording
from contest.attempts.sweep import sweep
from contest.rounds.rules import Reveal
from core import jobs
from core.access import SYSTEM
from core.clock import LOCAL
from core.web.formats import WEEKDAYS
from tests.attempts.incidents.outage import Outage, refused, submit
from tests.wire import ON_SQLITE, is_vietnamese
from tests.world import World

pytestmark = ON_SQLITE


def _local(moment: object) -> str:
    return f"{moment.astimezone(LOCAL):%Y-%m-%dT%H:%M}"  # type: ignore[attr-defined]


def _form(outage: Outage, **more: str) -> dict[str, str]:
    return {
        "kind": "power", "starts_at": _local(outage.starts_at), "ends_at": _local(outage.ends_at),
        "description": "Mất điện <b>toàn trường</b>", **more,
    }  # fmt: skip


def _organisers(world: World) -> list[FlaskClient]:
    people = [world.person("VP-UBND", role="organiser", name=name) for name in ("Phạm Văn Đề", "Lê Thị Duyệt")]
    return [world.client(person) for person in people]


def test_from_the_record_to_the_minutes(world: World) -> None:
    round_id = world.round(attempts=1)
    taker = world.person("SO-NV", name="Nguyễn Thị Bị Ngắt")
    outage = Outage(world, round_id)
    world.later(minutes=5)
    world.start(taker, round_id)
    outage.over()
    first, second = _organisers(world)
    page = first.get(f"/organiser/rounds/{round_id}").text
    assert f"/organiser/rounds/{round_id}/incidents/new" in page
    made = first.post(f"/organiser/rounds/{round_id}/incidents/new", data=_form(outage, minutes="5", attempts="1"))
    assert made.status_code == 303
    address = made.headers["Location"]
    page = first.get(address).text
    assert "sẽ áp dụng cho 1 người đang làm bài" in page
    assert "&lt;b&gt;toàn trường" in page
    assert "Nguyễn Thị Bị Ngắt" in first.get(f"{address}/people").text
    first.post(f"{address}/propose")
    first.post(f"{address}/approve")
    waiting = first.get(address).text
    assert "Chờ phê duyệt" in waiting, "who proposed does not approve"
    assert re.search(r"Người có thể phê duyệt: [^.]*Lê Thị Duyệt", waiting)
    second.post(f"{address}/approve")
    assert "Đang áp dụng" in second.get(address).text
    assert first.post(f"{address}/minutes.docx").status_code == 409
    with world.inside():
        jobs.run_waiting(now=world.now)
    assert "Tải biên bản" in second.get(address).text
    assert "Bù 5 phút, Bù 1 lượt thi" in second.get(f"{address}/people").text
    answer = second.post(f"{address}/minutes.docx")
    assert answer.status_code == 200
    assert "filename=bien-ban-su-co-1-1.docx" in answer.headers["Content-Disposition"]
    home = world.client(taker).get("/").text
    assert "bài thi được bù 5 phút." in home
    assert "được bù 1 lượt thi." in home
    assert "được bù" not in world.client(world.person()).get("/").text


def test_the_page_says_what_pauses_gave_back_and_what_came_too_late(world: World) -> None:
    round_id = world.round(lasts=timedelta(minutes=25), attempts=1)
    outage = Outage(world, round_id)
    world.later(minutes=5)
    world.start(world.person("SO-NV", name="Nguyễn Thị Tạm Dừng"), round_id)
    world.start(world.person("SO-TP", name="Trần Văn Ngồi Tiếp"), round_id)
    for act, minutes in ((window.pause, 2), (window.resume, 0)):
        with world.inside():
            act(actor=SYSTEM, now=world.now, round_id=round_id, reason="mất điện", agency_code="SO-NV")
        world.later(minutes=minutes)
    outage.over()
    client = _organisers(world)[0]
    address = f"/organiser/incidents/{outage.reported(minutes=5)}"
    assert "được trả lại khi thi tiếp. 1 người bị trừ, mỗi người 2 phút." in client.get(address).text
    people = client.get(f"{address}/people").text
    assert "Bù 3 phút" in people
    assert "Bù 5 phút" in people
    address = f"/organiser/incidents/{outage.reported(minutes=2)}"
    assert "1 người không còn phút nào để bù." in client.get(address).text
    close = world.view(round_id).closes_at + timedelta(hours=1)
    late = outage.approved(("SO-TP",), minutes=5, attempts=1, closes_at=close)
    world.now = world.view(round_id).ends_at
    outage.work()
    page = client.get(f"/organiser/incidents/{late}").text
    assert "có biện pháp không áp dụng được" in page
    assert "Bù 5 phút cho 1 người đang làm bài: vòng thi đã kết thúc trước khi" in page
    assert "cho Sở Tư pháp: vòng thi đã kết thúc trước khi hệ thống áp dụng." in page
    assert page.count("Gia hạn vòng thi đến") == 0
    assert "Chưa áp dụng đủ" in client.get(f"/organiser/rounds/{round_id}/incidents").text
    document = docx.Document(BytesIO(client.post(f"/organiser/incidents/{late}/minutes.docx").data))
    text = "\n".join(line.text for line in document.paragraphs)
    assert "Không áp dụng được: bù 5 phút cho 1 người đang làm bài, vì vòng thi đã kết thúc" in text
    assert is_vietnamese(text)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("ends_at", "2026-11-22T08:00"), ("ends_at", "sáng nay"), ("starts_at", ""), ("starts_at", "0001-01-01T00:00"),
        ("description", " "), ("description", "x" * 2001), ("minutes", "-1"), ("minutes", "999"), ("minutes", "²"),
        ("attempts", "6"), ("closes_at", "2026-11-23T08:00"), ("kind", "meteor"), ("agencies", "KHONG-CO"),
        ("late_margin", "61"), ("closes_at", "2099-01-01T00:00"), ("closes_at", "2026-11-30"),
        ("ends_at", "24/11/2026 25:00"),
    ],
)  # fmt: skip
def test_bad_input_gives_a_sentence_at_its_field_and_keeps_what_was_typed(world: World, field: str, value: str) -> None:
    outage = Outage(world, world.round())
    outage.over()
    client = _organisers(world)[0]
    answer = client.post(
        f"/organiser/rounds/{outage.round_id}/incidents/new", data={**_form(outage, minutes="7"), field: value}
    )
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    if field not in ("description", "minutes"):
        assert "toàn trường" in answer.text
        assert 'value="7"' in answer.text


def test_an_incident_may_last_to_the_end_of_a_day(world: World) -> None:
    round_id = world.round(lasts=timedelta(days=7))
    day = world.now.astimezone(LOCAL).date()
    outage = Outage(world, round_id)
    world.later(days=2)
    client = _organisers(world)[0]
    sent = {
        "starts_at": [f"{day}", "23:30"], "ends_at": [f"{day:%d/%m/%Y}", "24h"],
        "closes_at": [f"{day + timedelta(days=9)}", "24:00"],
    }  # fmt: skip
    made = client.post(f"/organiser/rounds/{round_id}/incidents/new", data=_form(outage) | sent)
    assert made.status_code == 303
    shown = client.get(made.headers["Location"]).text
    assert f"đến 24 giờ 00, {WEEKDAYS[day.weekday()]}, {day:%d/%m/%Y}" in shown
    assert f"Gia hạn vòng thi đến 24 giờ 00, thứ Tư, {day + timedelta(days=9):%d/%m/%Y}" in shown
    assert client.get(made.headers["Location"] + "/edit").text.count('value="24:00"') == 2


def test_a_draft_is_corrected_and_a_proposal_is_not(world: World) -> None:
    outage = Outage(world, world.round())
    outage.over()
    client = _organisers(world)[0]
    incident_id = outage.reported(minutes=5)
    edit = f"/organiser/incidents/{incident_id}/edit"
    assert 'value="5"' in client.get(edit).text
    assert client.post(edit, data=_form(outage, late="y")).status_code == 303
    measures = outage.view(incident_id).measures
    assert (measures.minutes, measures.late) == (0, True)
    client.post(f"/organiser/incidents/{incident_id}/propose")
    assert client.get(edit).status_code == 409
    assert client.post(edit, data=_form(outage)).status_code == 409
    assert client.post(f"/organiser/incidents/{incident_id}/reject").status_code == 422
    assert client.post(f"/organiser/incidents/{incident_id}/reject", data={"reason": "Nhầm"}).status_code == 303
    assert "Lý do: Nhầm" in client.get(f"/organiser/incidents/{incident_id}").text
    assert "Không áp dụng" in client.get(f"/organiser/rounds/{outage.round_id}/incidents").text


def test_every_figure_of_the_minutes_is_the_stored_record(world: World) -> None:
    round_id = world.round(attempts=2, show_score=Reveal.CLOSE)
    outage = Outage(world, round_id)
    late, waiting = world.person("SO-TP"), world.person("SO-NV")
    attempt = world.start(late, round_id)
    with world.inside():
        window.pause(actor=SYSTEM, now=world.now, round_id=round_id, reason="mất điện")
    refused(world, world.actor(waiting), round_id)
    with world.inside():
        window.resume(actor=SYSTEM, now=world.now, round_id=round_id, reason="có điện")
    world.now = attempt.deadline + timedelta(minutes=1)
    with world.inside():
        sweep(now=world.now)
    submit(world, late, attempt, world.sheet(attempt, right=4))
    incident_id = outage.applied(attempts=1, late=True)
    found, view = outage.view(incident_id), world.view(round_id)
    with world.inside():
        record = recording.record(found, view, now=world.now)
        data = recording.write(actor=outage.second, now=world.now, found=found, view=view)
        effects = queries.effects_by_agency(found.pk)
        timeline = evidence.stored(found)
    document = docx.Document(BytesIO(data))
    text = "\n".join(line.text for line in document.paragraphs)
    assert "Số người bị ảnh hưởng: 2, gồm 0 người đang làm bài khi áp dụng biện pháp, 1 người có lượt thi" in text
    assert "1. Bù 1 lượt thi: 2 người." in text
    assert "2. Chấp nhận bài gửi muộn: 1 người." in text
    assert "Người đề xuất: Phạm Văn Tổ Chức, lúc" in text
    assert "Người phê duyệt: Lê Thị Phê Duyệt, lúc" in text
    assert late.full_name not in text
    assert is_vietnamese(text)
    heading, figures, _, by_agency, sheets = document.tables
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in heading.rows[0].cells[1].text
    shown = tuple(tuple(int(cell.text) for cell in row.cells[1:]) for row in figures.rows[1:])
    assert shown == recording.periods(found, timeline) == record.figures
    rows = [[cell.text for cell in row.cells] for row in by_agency.rows]
    assert rows[-1] == ["", "Cộng", "0", "1", "1", "0", "2", "0"]
    assert sum(people for _, what, *_, people, _ in effects if what == "touched") == 2
    assert [cell.text for cell in sheets.rows[1].cells][1] == world.stored(attempt).code
    assert data == recording.minutes.write(record), "the same record, the same bytes"


def test_pages_of_a_round_that_has_not_begun(world: World) -> None:
    round_id = world.round(opens=timedelta(days=1))
    client = _organisers(world)[0]
    assert client.get(f"/organiser/rounds/{round_id}/incidents").status_code == 200
    assert "incidents/new" not in client.get(f"/organiser/rounds/{round_id}").text
    data = {"kind": "power", "starts_at": "2026-11-23T07:00", "ends_at": "2026-11-23T07:30", "description": "x"}
    assert client.post(f"/organiser/rounds/{round_id}/incidents/new", data=data).status_code == 409
