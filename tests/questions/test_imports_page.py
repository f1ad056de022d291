"""The pages of bringing files in: what is said, to whom, and that nothing typed is lost."""

import csv
import io
import re

import pytest
from flask.testing import FlaskClient

from core import jobs
from core.access import SYSTEM
from questions.bank import list_queries
from questions.formats import FORMATS, bounds, samples
from questions.imports import parts, service
from questions.imports.service import Defaults
from questions.items import Bundle
from tests.questions.importing import as_json, items, plain, taken, upload, view
from tests.questions.made import add, empty_bank, home, item
from tests.wire import ON_SQLITE, PRIVATE
from tests.world import World, counted

pytestmark = ON_SQLITE
INDEX = "/organiser/imports"


@pytest.fixture
def desk(world: World) -> FlaskClient:
    """The committee's browser."""
    return world.client(world.person(role="organiser"))


def test_a_file_goes_from_the_form_into_the_bank(desk: FlaskClient, world: World) -> None:
    data = FORMATS["docx"].load().write(Bundle(items(3)))
    answer = upload(desk, data, "Bộ câu hỏi của Sở.docx")
    assert answer.status_code == 303
    page = answer.headers["Location"]
    waiting = desk.get(page).text
    assert 'http-equiv="refresh"' in waiting
    assert plain(desk.get(page + ".json")) == {"state": "reading", "done": 0, "total": 0}
    with world.inside():
        jobs.run_waiting(now=world.now)
    preview = desk.get(page)
    assert preview.headers["Cache-Control"] == PRIVATE
    assert "Nhập 3 câu vào ngân hàng" in preview.text
    assert preview.text.count("Đáp án đúng") == 3
    assert desk.post(page + "/bring-in", data={"difficulty": "2"}).status_code == 303
    assert plain(desk.get(page + ".json"))["state"] == "writing"
    with world.inside():
        jobs.run_waiting(now=world.now)
    done = desk.get(page).text
    assert "Đã nhập 3 câu hỏi" in done
    assert "mot-cua-" in done
    assert "Đáp án đúng" not in done
    assert "Đã nhập" in desk.get(INDEX).text


def test_errors_come_first_and_can_be_downloaded(desk: FlaskClient, world: World) -> None:
    with world.inside():
        file_id = taken(world, as_json(*items(2), item("=1+1?", keys=()), item("Một phương án?", choices=("a",))))
    page = desk.get(f"{INDEX}/{file_id}").text
    assert "Tệp có 2 lỗi; chưa câu nào được ghi." in page
    assert "bring-in" not in page
    answer = desk.get(f"{INDEX}/{file_id}/problems.csv")
    text = answer.get_data().decode("utf-8-sig")
    assert answer.get_data().startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert [row[:2] for row in rows[1:]] == [["Lỗi", "Câu 3"], ["Lỗi", "Câu 4"]]
    assert not any(cell[:1] in ("=", "+", "-", "@") for row in rows for cell in row)
    assert desk.post(f"{INDEX}/{file_id}/bring-in").status_code == 303
    with world.inside():
        assert view(file_id).state == "ready"


def test_an_unchosen_topic_is_said_at_its_field_and_ticks_stay(desk: FlaskClient, world: World) -> None:
    same = item("Câu hỏi đã có trong ngân hàng của tỉnh từ trước đúng không?")
    with world.inside():
        add(world, same)
        drafts = list_queries.listing(home(), list_queries.Filters(state="draft"))[1]
        file_id = taken(world, as_json(same, *items(2, topic="")))
    page = f"{INDEX}/{file_id}"
    ticked = re.compile(r'name="skip" value="0" checked')
    assert ticked.search(desk.get(page).text), "the same question is ticked beforehand"
    answer = desk.post(page + "/bring-in", data={"difficulty": "3", "submit": "1"})
    assert answer.status_code == 422
    assert "Đề nghị chọn chủ đề" in answer.text
    assert not ticked.search(answer.text), "it was unticked and stays so"
    assert re.search(r'value="3" selected', answer.text)
    assert re.search(r'name="submit" value="1" checked', answer.text)
    assert desk.post(page + "/bring-in", data={"topic": "mot-cua", "skip": "0"}).status_code == 303
    with world.inside():
        jobs.run_waiting(now=world.now)
        assert view(file_id).file.state == "done"
        assert list_queries.listing(home(), list_queries.Filters(state="draft"))[1] == drafts + 2


def test_near_duplicates_that_the_page_does_not_show_are_skipped_if_asked(desk: FlaskClient, world: World) -> None:
    same = [item("Câu hỏi này lặp lại rất nhiều lần trong cùng một tệp đúng không?")] * 130
    with world.inside():
        file_id = taken(world, as_json(*same))
    page = f"{INDEX}/{file_id}"
    shown = re.findall(r'name="skip" value="(\d+)"', desk.get(page).text)
    assert len(shown) == 100
    desk.post(page + "/bring-in", data={"skip": shown, "skip_rest": "1"})
    with world.inside():
        jobs.run_waiting(now=world.now)
        assert list_queries.listing(home(), list_queries.Filters(text="lặp lại rất nhiều lần"))[1] == 1


@pytest.mark.parametrize("name", samples.NAMES)
def test_samples_can_be_read_back(desk: FlaskClient, name: str) -> None:
    answer = desk.get(f"{INDEX}/samples/{name}")
    assert answer.status_code == 200
    assert "attachment" in answer.headers["Content-Disposition"]
    reading = FORMATS[name].load().read(answer.get_data())
    assert (len(reading.found), reading.problems) == (2, ())


def test_a_long_file_is_shown_in_pages(desk: FlaskClient, world: World) -> None:
    with world.inside():
        file_id = taken(world, as_json(*items(parts.PAGE + 5)))
    first, second = desk.get(f"{INDEX}/{file_id}").text, desk.get(f"{INDEX}/{file_id}?page=2").text
    assert first.count("Đáp án đúng") == parts.PAGE
    assert second.count("Đáp án đúng") == 5
    for odd in ("0", "-1", "ba", "99999999999999999999"):
        assert desk.get(f"{INDEX}/{file_id}?page={odd}").status_code == 200


def test_odd_forms_are_answered_with_sentences(desk: FlaskClient, world: World) -> None:
    assert desk.post(INDEX, data={}).status_code == 422
    assert "Chưa chọn tệp nào" in desk.post(INDEX, data={}).text
    assert upload(desk, b"", "trong.docx").status_code == 422
    assert upload(desk, b"x", "anh.psd").status_code == 422
    assert desk.get(f"{INDEX}/{'0' * 16}").status_code == 404
    assert desk.get(f"{INDEX}/samples/doc").status_code == 404
    with world.inside():
        file_id = taken(world, as_json(*items(2)))
    odd = {"skip": ["x", "-1", "9" * 30, "²"], "difficulty": "9", "topic": "x" * 5000, "skip_rest": "1"}
    assert desk.post(f"{INDEX}/{file_id}/bring-in", data=odd).status_code == 303


def test_too_large_files_are_told_the_limit(desk: FlaskClient) -> None:
    little = upload(desk, b"x" * (bounds.FILE_MAX + 1), "hoi-to.docx")
    assert little.status_code == 422
    assert "10 MB" in little.text
    far = upload(desk, b"x" * (bounds.FILE_MAX * 2), "rat-to.docx")
    assert far.status_code == 413
    assert "10 MB" in far.text


def test_only_who_may_send_a_file_may_send_much(world: World) -> None:
    """A large body is not even read for others: a contestant, or a reviewer who brings nothing in."""
    for person in (world.person(), world.person(role="reviewer"), world.person("SO-YT", role="contact"), None):
        client = world.client(person)
        assert upload(client, b"x" * 200_000, "to.docx").status_code == 413
    author = world.person("SO-YT", role="author", of_agency=True)
    with world.inside():
        empty_bank(world, "Ngân hàng ngành y tế", owner_id=author.agency_id or 0)
    assert upload(world.client(author), b"x" * 200_000, "to.docx").status_code in (303, 422)
    # The committee's files of the law are not an author's to send.
    sent = {"file": (io.BytesIO(b"x" * 200_000), "thay-doi.xlsx")}
    assert world.client(author).post("/organiser/law/file", data=sent).status_code == 413


def test_only_who_writes_in_the_bank_may(world: World) -> None:
    with world.inside():
        file_id = taken(world, as_json(*items(1)))
    for role, status in ((None, 403), ("reviewer", 403), ("author", 200)):
        client = world.client(world.person(role=role))
        assert client.get(INDEX).status_code == status
        assert client.get(f"{INDEX}/{file_id}").status_code == status


def test_looking_writes_nothing(desk: FlaskClient, world: World) -> None:
    with world.inside():
        file_id = taken(world, as_json(*items(3)))
    for address in (INDEX, f"{INDEX}/{file_id}", f"{INDEX}/{file_id}.json", "/organiser/tasks"):
        with counted() as statements:
            assert desk.get(address).status_code == 200
        assert not [one for one in statements if not one.lstrip().upper().startswith(("SELECT", "PRAGMA"))]


def test_tasks_are_ones_own_or_everybodys(desk: FlaskClient, world: World) -> None:
    author = world.person(role="author", name="Nguyễn Thị Biên Soạn")
    with world.inside():
        taken(world, as_json(*items(1)), "cua-he-thong.json")
        actor = world.actor(author)
    with world.inside():
        file = service.take(actor=actor, now=world.now, bank=home(), name="cua-toi.json", data=as_json(*items(1)))
        job_id, other = file.job_id, jobs.recent()[1].public_id
    mine = world.client(author)
    assert "cua-toi.json" in mine.get("/organiser/tasks").text
    assert "cua-he-thong.json" not in mine.get("/organiser/tasks").text
    assert "cua-he-thong.json" in desk.get("/organiser/tasks").text
    assert plain(mine.get(f"/organiser/tasks/{job_id}.json")) == {"state": "queued", "done": 0, "total": 0, "error": ""}
    assert mine.get(f"/organiser/tasks/{other}.json").status_code == 404
    assert desk.get(f"/organiser/tasks/{other}.json").status_code == 200
    assert world.client(world.person()).get("/organiser/tasks").status_code == 403


def test_a_preview_that_is_taken_twice_is_said_to_be_gone(desk: FlaskClient, world: World) -> None:
    with world.inside():
        file_id = taken(world, as_json(*items(2)))
        service.bring_in(actor=SYSTEM, now=world.now, file_id=file_id, defaults=Defaults(), skip=frozenset())
    answer = desk.post(f"{INDEX}/{file_id}/bring-in", follow_redirects=True)
    assert "không còn chờ nhập" in answer.text
    assert "không bỏ được nữa" in desk.post(f"{INDEX}/{file_id}/discard", follow_redirects=True).text
