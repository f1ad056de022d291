"""The review desk: queues without keys, one question after another, minutes of what was decided."""

import io
import re
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from docx import Document
from werkzeug.test import TestResponse

from contest.people.models import Person
from core.audit import AuditEntry
from core.db import read
from questions.documents.minutes import set_hash
from questions.items import Citation
from questions.review import history, queries
from questions.review import service as review
from tests.questions.reviewing import Committee, item
from tests.wire import ON_SQLITE
from tests.world import MONDAY, World, counted

pytestmark = ON_SQLITE
DAY = timedelta(days=1)
TODAY = MONDAY.date()
JSON = {"Accept": "application/json"}
KEY = "Phương án đúng chỉ đọc được khi thẩm định"


def _url(committee: Committee, rest: str = "", queue: str = "waiting") -> str:
    return f"/organiser/review{rest}?bank={committee.bank.public_id}&queue={queue}"


def _three(committee: Committee) -> list[str]:
    return committee.submitted(
        item(code="A-1", choices=(KEY, "B", "C")),
        item(code="A-2", stem="Câu thứ hai về công bố thủ tục hành chính?", difficulty=3),
        item(code="A-3", stem="Câu thứ ba về cơ chế một cửa?", topic="mot-cua"),
    )


def _fetch(committee: Committee, person: Person, after: str = "", queue: str = "waiting") -> TestResponse:
    client = committee.world.client(person)
    return client.post(_url(committee, "/queue", queue), json={"after": after}, headers=JSON)


def _card(committee: Committee, question_id: str, **more: str) -> dict[str, str]:
    version, question = committee.newest(question_id), committee.question(question_id)
    return {"question": question_id, "sha256": version.sha256, "after": question.code, **more}


def _decide(committee: Committee, person: Person, sent: dict[str, Any], queue: str = "waiting") -> TestResponse:
    return committee.world.client(person).post(_url(committee, "/decide", queue), data=sent)


def test_the_queues_count_and_show_no_key(committee: Committee) -> None:
    _three(committee)
    page = committee.world.client(committee.people["reviewer"]).get(_url(committee)).text
    assert "Bắt đầu thẩm định" in page
    assert "3 câu hỏi" in page
    assert KEY not in page
    narrowed = committee.world.client(committee.people["reviewer"]).get(_url(committee) + "&topic=mot-cua").text
    assert '<strong class="num">1 câu hỏi</strong>' in narrowed


def test_ones_own_are_not_offered_and_that_is_said(committee: Committee) -> None:
    person = committee.hire("author", "reviewer", name="Phạm Văn Kiêm Nhiệm")
    committee.submitted(by=committee.world.actor(person))
    page = committee.world.client(person).get(_url(committee)).text
    assert "1 câu do chính tài khoản này biên soạn không được đưa ra ở đây" in page
    assert "Không có câu hỏi nào chờ thẩm định" in page


def test_an_author_may_look_at_the_queue_and_not_work_in_it(committee: Committee) -> None:
    _three(committee)
    client = committee.world.client(committee.people["author"])
    assert "Bắt đầu thẩm định" not in client.get(_url(committee)).text
    assert client.post(_url(committee, "/queue")).status_code == 403
    assert client.post(_url(committee, "/decide"), data={"decision": "approve"}).status_code == 403
    assert client.post(_url(committee, "/minutes.docx")).status_code == 403


def test_a_foreign_bank_is_not_found(committee: Committee) -> None:
    agency = committee.world.agency_id("SO-TP")
    local = committee.hire("reviewer", name="Hồ Thị Tư Pháp", scope=agency)
    client = committee.world.client(local)
    assert client.get(_url(committee)).status_code == 404
    assert client.post(_url(committee, "/queue")).status_code == 404
    assert client.post(_url(committee, "/decide"), data={}).status_code == 404
    assert client.get(_url(committee, "/minutes")).status_code == 404


def test_a_batch_is_whole_goes_on_after_a_code_and_is_recorded(committee: Committee) -> None:
    ids = _three(committee)
    got = _fetch(committee, committee.people["reviewer"])
    assert got.headers["Cache-Control"] == "private, no-store"
    assert [one["code"] for one in got.json["questions"]] == ["A-1", "A-2", "A-3"]
    first = got.json["questions"][0]
    assert (first["question"], first["sha256"]) == (ids[0], committee.newest(ids[0]).sha256)
    assert re.search(r'class="is-key">.*?' + KEY, first["html"], re.DOTALL)
    assert "Nguyễn Thị Biên Soạn" in first["html"]
    rest = _fetch(committee, committee.people["reviewer"], after="A-2")
    assert [one["code"] for one in rest.json["questions"]] == ["A-3"]
    with committee.world.inside():
        seen = {
            one.version_id: (one.how, one.times, one.person_name)
            for one in history.exposures([committee.newest(question_id).id for question_id in ids])
        }
    assert seen[committee.newest(ids[0]).id] == ("seen", 1, "Trần Văn Thẩm Định")
    assert seen[committee.newest(ids[2]).id] == ("seen", 2, "Trần Văn Thẩm Định")


def test_the_statements_of_a_batch_do_not_grow_with_it(committee: Committee) -> None:
    committee.submitted(*(item(code=f"B-{n}", stem=f"Câu thứ {n} về thủ tục hành chính?") for n in range(12)))
    client = committee.world.client(committee.people["reviewer"])
    numbers = []
    for after in ("B-7", "A"):  # two questions, then ten
        with counted() as statements:
            client.post(_url(committee, "/queue"), json={"after": after}, headers=JSON)
        numbers.append(len(statements))
    assert numbers[0] == numbers[1] <= 20


def test_without_a_script_a_decision_answers_with_the_next_question_and_a_reload_decides_nothing(
    committee: Committee,
) -> None:
    ids = _three(committee)
    reviewer = committee.people["reviewer"]
    start = committee.world.client(reviewer).post(_url(committee, "/queue"))
    assert KEY in start.text
    sent = _card(committee, ids[0], decision="approve")
    after = _decide(committee, reviewer, sent)
    assert after.status_code == 200
    assert "Đã duyệt câu A-1." in after.text
    assert f'name="question" value="{ids[1]}"' in after.text
    again = _decide(committee, reviewer, sent)
    assert again.status_code == 409
    assert "đã có người quyết định trước" in again.text
    assert f'name="question" value="{ids[1]}"' in again.text
    with committee.world.inside():
        acts = [entry.act for entry in history.entries([committee.newest(ids[0]).id])]
    assert acts == ["submitted", "approved"]


def test_returning_without_words_keeps_the_question_and_with_words_goes_on(committee: Committee) -> None:
    ids = _three(committee)
    reviewer = committee.people["reviewer"]
    refused = _decide(committee, reviewer, _card(committee, ids[0], decision="send_back", text="  "))
    assert refused.status_code == 422
    assert f'name="question" value="{ids[0]}"' in refused.text
    assert re.search(r'id="say-error".*?Đề nghị ghi ý kiến\.', refused.text, re.DOTALL)
    long = _decide(committee, reviewer, _card(committee, ids[0], decision="send_back", text="Dài " * 600))
    assert long.status_code == 422
    assert "Dài Dài" in long.text
    done = _decide(committee, reviewer, _card(committee, ids[0], decision="send_back", text="Rõ <b>khoản</b>."))
    assert "Đã trả lại câu A-1." in done.text
    assert committee.newest(ids[0]).state == "draft"
    skipped = _decide(committee, reviewer, _card(committee, ids[1], decision="skip"))
    assert f'name="question" value="{ids[2]}"' in skipped.text
    end = _decide(committee, reviewer, _card(committee, ids[2], decision="skip"))
    assert "Đã hết câu trong hàng chờ này" in end.text
    assert "Còn 2 câu đã bỏ qua." in end.text


def test_a_script_hears_how_it_went(committee: Committee) -> None:
    ids = _three(committee)
    client = committee.world.client(committee.people["reviewer"])

    def send(**body: Any) -> TestResponse:
        return client.post(_url(committee, "/decide"), json=body, headers=JSON)

    good = _card(committee, ids[0], decision="approve")
    assert send(**good).json == {"done": "approve"}
    refused = send(**good)
    assert (refused.status_code, refused.json["code"]) == (409, "decided-meanwhile")
    stale = send(**_card(committee, ids[1], decision="approve") | {"sha256": "0" * 64})
    assert (stale.status_code, stale.json["code"]) == (409, "edited-meanwhile")
    for body in ({}, {"decision": "lift", "question": ids[1]}, {"decision": "drop", "question": "x"}):
        assert send(**body).status_code == 422, body
    assert send(decision="approve", question="khong-co").status_code == 404
    for body in ({"decision": 5}, {"question": ["a"], "decision": "approve"}):
        assert send(**body).status_code == 422
    assert client.post(_url(committee, "/decide"), data="[", content_type="application/json").status_code in (400, 422)


def test_ones_own_question_is_refused_with_its_reason(committee: Committee) -> None:
    person = committee.hire("author", "reviewer", name="Phạm Văn Kiêm Nhiệm")
    (question_id,) = committee.submitted(by=committee.world.actor(person))
    answer = _decide(committee, person, _card(committee, question_id, decision="approve"))
    assert answer.status_code == 403
    assert "Người biên soạn không tự thẩm định câu hỏi của mình." in answer.text


def test_samples_are_approved_or_retired_and_their_keys_are_said_to_be_public(world: World) -> None:
    person = world.person("SO-NV", role="organiser")
    client = world.client(person)
    page = client.get("/organiser/review?queue=samples").text
    assert "Đáp án của câu mẫu là công khai" in page
    first, second = client.post("/organiser/review/queue?queue=samples", json={}, headers=JSON).json["questions"][:2]
    sent = {"decision": "approve", "question": first["question"], "sha256": first["sha256"]}
    assert client.post("/organiser/review/decide?queue=samples", json=sent, headers=JSON).status_code == 200
    sent = {"decision": "retire", "question": second["question"], "text": "Không phù hợp với tỉnh."}
    assert client.post("/organiser/review/decide?queue=samples", json=sent, headers=JSON).status_code == 409
    sent["sha256"] = second["sha256"]
    assert client.post("/organiser/review/decide?queue=samples", json=sent, headers=JSON).status_code == 200
    left = client.post("/organiser/review/queue?queue=samples", json={}, headers=JSON).json["questions"]
    assert not {first["code"], second["code"]} & {one["code"] for one in left}


def test_what_the_law_holds_back_is_confirmed_with_a_reason(world: World) -> None:
    client = world.client(world.person("SO-NV", role="organiser"))
    (first, *_) = client.post("/organiser/review/queue?queue=quarantined", json={}, headers=JSON).json["questions"]
    assert "Tạm dừng sử dụng" in first["html"]
    assert re.search("Bị thay thế bởi|Đã hết hiệu lực|Được sửa đổi bởi", first["html"])
    sent = {"decision": "lift", "question": first["question"], "sha256": first["sha256"]}
    assert client.post("/organiser/review/decide?queue=quarantined", json=sent, headers=JSON).status_code == 422
    sent["text"] = "Quy định được giữ nguyên."
    unseen = client.post("/organiser/review/decide?queue=quarantined", json=sent, headers=JSON)
    assert (unseen.status_code, unseen.json["code"]) == (409, "more-causes")
    assert f'data-causes="{first["causes"]}"' in first["html"]
    sent["causes"] = first["causes"]
    assert client.post("/organiser/review/decide?queue=quarantined", json=sent, headers=JSON).status_code == 200
    page = client.post("/organiser/review/queue?queue=quarantined").text
    form = {name: re.findall(f'name="{name}" value="([^"]+)"', page)[0] for name in ("question", "sha256", "causes")}
    form |= {"decision": "lift", "text": "Còn đúng."}
    assert client.post("/organiser/review/decide?queue=quarantined", data=form).status_code == 200


def test_a_new_wording_is_shown_against_the_one_in_use_with_what_was_said(committee: Committee) -> None:
    (question_id,) = committee.approved()
    committee.edit(question_id, item(choices=("Chủ tịch Ủy ban nhân dân tỉnh", "Bộ Tư pháp"), explanation=""))
    with committee.world.inside():
        review.comment(
            actor=committee.second, now=committee.world.now, question_id=question_id, text="<i>Đã bớt phương án</i>"
        )
        review.submit(actor=committee.author, now=committee.world.now, question_ids=[question_id])
    html = _fetch(committee, committee.people["second"]).json["questions"][0]["html"]
    with committee.world.inside():  # both keys were read
        ids = [version.id for version in committee.versions(question_id)]
        seen = {one.version_id for one in history.exposures(ids) if one.person_name == "Lê Thị Thẩm Định Thứ Hai"}
        assert seen == set(ids)
    assert "Khác gì so với bản 1 đang dùng" in html
    assert "<del>B. Văn phòng Chính phủ</del>" in html
    assert "<ins>B. Bộ Tư pháp</ins>" in html
    assert "&lt;i&gt;Đã bớt phương án&lt;/i&gt;" in html
    assert "Chưa có lời giải thích." in html


def test_the_minutes_name_who_decided_what_in_the_period(committee: Committee) -> None:
    world = committee.world
    ids = _three(committee)
    committee.approve(ids[0])
    with world.inside():
        review.send_back(
            actor=committee.second,
            now=world.now,
            question_id=ids[1],
            sha256=committee.newest(ids[1]).sha256,
            text="Căn cứ chưa rõ.",
        )
    returned = committee.newest(ids[1]).sha256
    committee.edit(ids[1], item(code="A-2", stem="Câu thứ hai đã sửa?", citations=(Citation("Luật X", "Điều 1"),)))
    world.now = MONDAY + timedelta(hours=15, minutes=30)  # 23:30 of the same day in Vietnam
    committee.approve(ids[2], by=committee.second)
    with world.inside():
        today = queries.decisions(committee.bank, TODAY, TODAY)
        assert queries.decisions(committee.bank, TODAY + DAY, TODAY + DAY) == []
        assert queries.decisions(committee.bank, TODAY - DAY, TODAY - DAY) == []
    assert [(one.row.code, one.row.decision, one.row.reviewer) for one in today] == [
        ("A-1", "approved", "Trần Văn Thẩm Định"),
        ("A-2", "returned", "Lê Thị Thẩm Định Thứ Hai"),
        ("A-3", "approved", "Lê Thị Thẩm Định Thứ Hai"),
    ]
    assert today[1].row.sha256 == returned
    assert today[1].row.stem.endswith("(nội dung đã được sửa sau khi trả lại)")
    lines = [(one.name, one.approved, one.returned) for one in queries.reviewers(today)]
    assert lines == [("Trần Văn Thẩm Định", 1, 0), ("Lê Thị Thẩm Định Thứ Hai", 1, 1)]
    page = world.client(committee.people["author"]).get(_url(committee, "/minutes")).text
    digits = re.sub(r"<[^>]+>|\s", "", page)
    assert set_hash(one.row for one in today) in digits
    assert "Căn cứ chưa rõ." in page
    assert KEY not in page


def test_a_long_list_is_paged_and_keeps_its_period(committee: Committee) -> None:
    items = (item(code=f"C-{n:02d}", stem=f"Câu thứ {n} về thủ tục hành chính?") for n in range(51))
    committee.approved(*items)
    client = committee.world.client(committee.people["reviewer"])
    first = client.get(_url(committee, "/minutes") + "&from=2026-11-02").text
    assert "51 kết luận" in first
    assert "C-50" not in first
    (following,) = re.findall(r'href="([^"]+)" rel="next"', first)
    assert "from=2026-11-02" in following
    assert "C-50" in client.get(following.replace("&amp;", "&")).text


def test_the_minutes_as_a_file_are_audited(committee: Committee) -> None:
    (question_id, *_) = _three(committee)
    client = committee.world.client(committee.people["reviewer"])
    form = {"from": "2026-11-01", "to": "2026-11-30", "organiser": "Ủy ban nhân dân tỉnh Nghệ An"}
    empty = client.post(_url(committee, "/minutes.docx"), data=form)
    assert empty.status_code == 422
    assert "chưa có kết luận thẩm định nào" in empty.text
    committee.approve(question_id)
    answer = client.post(_url(committee, "/minutes.docx"), data=form)
    assert answer.status_code == 200
    assert 'filename="bien-ban-tham-dinh-2026-11-01-2026-11-30.docx"' in answer.headers["Content-Disposition"]
    words = "\n".join(paragraph.text for paragraph in Document(io.BytesIO(answer.data)).paragraphs)
    assert "Trần Văn Thẩm Định" in words
    with committee.world.inside():
        entry = read().scalars(sa.select(AuditEntry).where(AuditEntry.action == "review.minutes")).one()
    assert (entry.details["count"], entry.details["to"]) == (1, "2026-11-30")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"from": "2026-02-30"}, "from"),
        ({"to": "mai"}, "to"),
        ({"from": "0001-01-01"}, "from"),
        ({"from": "2026-01-01", "to": "9999-12-31"}, "from"),
        ({"from": "2026-12-01", "to": "2026-11-01"}, "to"),
        ({"from": "2024-01-01", "to": "2026-11-01"}, "to"),
    ],
)
def test_days_that_make_no_period_get_a_sentence_at_their_field(
    committee: Committee, values: dict[str, str], field: str
) -> None:
    client = committee.world.client(committee.people["reviewer"])
    for answer in (
        client.get("/organiser/review/minutes", query_string={"bank": committee.bank.public_id, **values}),
        client.post(_url(committee, "/minutes.docx"), data={"organiser": "Tổ thẩm định", **values}),
    ):
        assert answer.status_code == 422
        assert f'id="{field}-error"' in answer.text
        for value in values.values():
            assert f'value="{value}"' in answer.text


def test_a_file_wants_a_name_at_its_head(committee: Committee) -> None:
    (question_id, *_) = _three(committee)
    committee.approve(question_id)
    client = committee.world.client(committee.people["reviewer"])
    for organiser in ("", "x" * 301):
        answer = client.post(_url(committee, "/minutes.docx"), data={"organiser": organiser})
        assert answer.status_code == 422
        assert 'id="organiser-error"' in answer.text
