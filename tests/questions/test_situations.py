"""Situations: their media, a new wording, the questions that take it up, whose they are."""

import io
import struct
import zlib
from typing import Any

import pytest
import sqlalchemy as sa

from contest.people import service as people
from core.access import SYSTEM
from core.db import read
from core.errors import Forbidden, Invalid
from questions.bank import queries, situation_queries
from questions.bank import service as bank_verbs
from questions.bank.media import SIZE_MAX, media_type
from questions.bank.models import SituationVersion
from questions.bank.situations import save_situation
from questions.items import Situation
from questions.review import service as review
from tests.questions import made
from tests.wire import ON_SQLITE
from tests.world import World

NEW = "/organiser/situations/new"
EDIT = "/organiser/situations/edit?code=TH-01"
TYPED = {"code": "TH-01", "title": "Hồ sơ quá hạn", "text": "Ông A nộp hồ sơ.\nQuá hạn hai ngày."}


def picture(shade: int = 90) -> bytes:
    """A small PNG."""
    rows = b"".join(b"\0" + bytes([30, shade, 170]) * 8 for _ in range(8))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def _author(world: World) -> Any:
    return world.client(world.person("VP-UBND", role="author"))


def _with(*files: tuple[bytes, str, str], **changes: Any) -> dict[str, Any]:
    sent = {"media": [(io.BytesIO(data), name) for data, name, _ in files], "media_alt": [alt for *_, alt in files]}
    return TYPED | sent | changes


def _rows(world: World) -> list[SituationVersion]:
    with world.inside():
        return list(
            read().scalars(
                sa.select(SituationVersion).where(SituationVersion.code == "TH-01").order_by(SituationVersion.id)
            )
        )


def test_a_situation_with_media_is_written_shown_and_listed(world: World) -> None:
    client = _author(world)
    sent = _with(
        (b"", "", ""), (picture(), "bieu-mau.png", "Mẫu phiếu hẹn"), (b"ID3\x04abc", "loi.mp3", "Cán bộ: Mời ông.")
    )
    assert client.post(NEW, data=sent).status_code == 303
    (row,) = _rows(world)
    assert (row.code, row.number, row.title) == ("TH-01", 1, "Hồ sơ quá hạn")
    assert [(m["type"], m["alt"]) for m in row.media] == [
        ("image/png", "Mẫu phiếu hẹn"),
        ("audio/mpeg", "Cán bộ: Mời ông."),
    ]
    page = client.get(EDIT)
    assert f"/media/{row.media[0]['sha256']}" in page.text
    assert client.get(f"/media/{row.media[0]['sha256']}").data == picture()
    assert "Hồ sơ quá hạn" in client.get("/organiser/situations").text


@ON_SQLITE
def test_what_is_wrong_is_told_at_its_field(world: World) -> None:
    client = _author(world)
    for sent, sentence in (
        (TYPED | {"text": "  "}, "Đề nghị nhập nội dung tình huống."),
        (TYPED | {"code": ""}, "Đề nghị nhập mã"),
        (TYPED | {"text": "ữ" * 8_001}, "Không dài quá 8000 ký tự."),
        (_with((b"%PDF-1.7", "van-ban.png", "Văn bản")), "Chỉ nhận hình PNG"),
        (_with((picture(), "hinh.png", "")), "chưa có lời mô tả"),
        (_with((b"OggS....", "loi.ogg", " ")), "chưa có lời thoại"),
        (_with((picture(), "hinh.png", "m" * 2_001)), "dài quá 2.000 ký tự"),
        (_with(*[(picture(n), f"{n}.png", "Hình") for n in range(5)]), "tối đa 4 tệp"),
    ):
        answer = client.post(NEW, data=sent)
        assert (answer.status_code, sentence in answer.text) == (422, True), (sentence, answer.text[:200])
        assert "Hồ sơ quá hạn" in answer.text
    assert not _rows(world)
    assert client.post(NEW, data=TYPED).status_code == 303
    assert "Mã này đã có" in client.post(NEW, data=TYPED).text


def test_media_is_kept_described_anew_or_left_out(world: World) -> None:
    client = _author(world)
    client.post(NEW, data=_with((picture(1), "a.png", "Hình một"), (picture(2), "b.png", "Hình hai")))
    first, second = (m["sha256"] for m in _rows(world)[0].media)
    sent = TYPED | {"number": "1", "keep": [first], f"alt-{first}": "Hình một, mô tả lại", f"alt-{second}": "Hình hai"}
    assert (
        client.post(
            EDIT, data=sent | {"media": [(io.BytesIO(picture(3)), "c.png")], "media_alt": ["Hình ba"]}
        ).status_code
        == 303
    )
    row = _rows(world)[1]
    assert [(m["name"], m["alt"]) for m in row.media] == [("a.png", "Hình một, mô tả lại"), ("c.png", "Hình ba")]
    unchanged = TYPED | {"number": "2", "keep": [m["sha256"] for m in row.media]}
    unchanged |= {f"alt-{m['sha256']}": m["alt"] for m in row.media}
    assert client.post(EDIT, data=unchanged).status_code == 303
    assert len(_rows(world)) == 2


def test_a_draft_that_takes_up_a_new_wording_stays_its_authors(world: World) -> None:
    both = world.person("SO-NV", role="organiser", name="Phạm Thị Viết Và Duyệt")
    writer, client = world.actor(both), _author(world)
    client.post(NEW, data=TYPED)
    with world.inside():
        old = situation_queries.line(made.home(), "TH-01").newest
        (question,) = bank_verbs.add(
            actor=writer,
            now=world.now,
            bank=made.home(),
            items=[made.item("Câu của tôi?", situation="TH-01")],
            situations=[old],
        )
        question_id = question.public_id
    client.post(EDIT, data=TYPED | {"number": "1", "text": "Quá hạn ba ngày."})
    client.post("/organiser/situations/take-up", data={"code": "TH-01"})
    with world.inside():
        (version,) = queries.versions([question_id])
        assert (version.author_name, version.situation.number, len(version.editors)) == (both.full_name, 2, 2)
        review.submit(actor=writer, now=world.now, question_ids=[question_id])
        with pytest.raises(Forbidden):
            review.approve(actor=writer, now=world.now, question_id=question_id, sha256=version.sha256)


def test_questions_take_up_a_new_wording_as_drafts(world: World) -> None:
    client = _author(world)
    reviewer = world.actor(world.person("VP-UBND", role="reviewer"))
    client.post(NEW, data=TYPED)
    with world.inside():
        old = situation_queries.line(made.home(), "TH-01").newest
        questions = bank_verbs.add(
            actor=SYSTEM,
            now=world.now,
            bank=made.home(),
            items=[made.item(f"Câu thứ {n}?", situation="TH-01") for n in range(3)],
            situations=[old],
        )
        ids = [question.public_id for question in questions]
        review.submit(actor=SYSTEM, now=world.now, question_ids=ids[:2])
        review.approve(actor=reviewer, now=world.now, question_id=ids[0], sha256=queries.versions(ids[:1])[0].sha256)
    client.post(EDIT, data=TYPED | {"number": "1", "text": "Quá hạn ba ngày."})
    assert "Cập nhật 3 câu hỏi" in client.get(EDIT).text
    answer = client.post("/organiser/situations/take-up", data={"code": "TH-01"}, follow_redirects=True)
    assert "Đã tạo bản nháp mới cho 2 câu hỏi." in answer.text
    assert "1 câu đang chờ thẩm định được giữ nguyên" in answer.text
    with world.inside():
        found = {v.question.public_id: v for v in queries.versions(ids)}
        assert [(found[i].number, found[i].state, found[i].situation.number) for i in ids] == [
            (2, "draft", 2),
            (1, "in_review", 1),
            (1, "draft", 2),
        ]
        assert queries.versions(ids[:1], drawn=True)[0].situation.number == 1
        assert situation_queries.line(made.home(), "TH-01").uses == {1: 1, 2: 2}


@ON_SQLITE
def test_a_second_editor_sees_the_first_ones_wording_and_loses_nothing(world: World) -> None:
    client = _author(world)
    client.post(NEW, data=TYPED)
    client.post(EDIT, data=TYPED | {"number": "1", "text": "Người thứ nhất sửa."})
    answer = client.post(EDIT, data=TYPED | {"number": "1", "text": "Người thứ hai sửa."})
    assert answer.status_code == 422
    assert "Người thứ nhất sửa." in answer.text
    assert "Người thứ hai sửa." in answer.text
    assert client.post(EDIT, data=TYPED | {"number": "2", "text": "Người thứ hai sửa."}).status_code == 303


@ON_SQLITE
def test_a_foreign_situation_is_not_found(world: World) -> None:
    with world.inside():
        own = made.empty_bank(world, "Ngân hàng Sở Nội vụ", owner_id=world.agency_id("SO-NV"))
        save_situation(actor=SYSTEM, now=world.now, bank=made.home(), situation=Situation("TH-01", "Của tỉnh."))
        person = world.person("SO-NV")
        people.grant_role(actor=SYSTEM, now=world.now, person_id=person.id, role="author", agency_id=person.agency_id)
        home, mine = made.home().public_id, own.public_id
    client = world.client(person)
    assert client.get(f"{EDIT}&bank={home}").status_code == 404
    assert client.get(f"{EDIT}&bank={mine}").status_code == 404
    assert client.post("/organiser/situations/take-up", data={"code": "TH-01"}).status_code == 404
    assert client.get("/organiser/situations").status_code == 200


def test_a_file_is_known_by_its_first_bytes_and_bounded() -> None:
    assert media_type(picture()) == "image/png"
    with pytest.raises(Invalid) as refused:
        media_type(picture() + b"0" * SIZE_MAX)
    assert refused.value.code == "media-too-large"


def test_a_code_is_refused_rather_than_cut(world: World) -> None:
    with world.inside():
        for situation in (Situation("T" * 61, "Nội dung."), Situation("TH-01", "Nội dung.", "t" * 201)):
            with pytest.raises(Invalid) as refused:
                save_situation(actor=SYSTEM, now=world.now, bank=made.home(), situation=situation)
            assert refused.value.code == "too-long"
    assert not _rows(world)
