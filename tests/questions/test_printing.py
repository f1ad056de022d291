"""Papers for a venue without network: only what may be asked, recomputable, recorded, within limits."""

import hashlib
from dataclasses import replace
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import docx
import msgspec
import pytest
import sqlalchemy as sa

from core import audit
from core.access import SYSTEM, Actor, Grant, Permission
from core.db import read
from core.errors import Forbidden, Invalid
from questions.bank import list_queries, queries
from questions.bank import service as bank_verbs
from questions.bank.models import Bank
from questions.documents.printed import CONFIDENTIAL, variants
from questions.drawing import Cell
from questions.exports import printing
from questions.exports.printing import Heading
from questions.exports.queries import PRINTED, versions_by_id
from questions.items import Item, Media, Situation
from questions.review import history
from questions.review import service as review
from questions.review.models import KeyExposure
from tests.questions.documents.test_printed import png
from tests.questions.exporting import ONE, SAY, SEVERAL, author, everything, home, make_bank
from tests.wire import ON_SQLITE
from tests.world import World

ORGANISER = "ỦY BAN NHÂN DÂN TỈNH THÁI NGUYÊN\nBan Tổ chức Cuộc thi trực tuyến Tìm hiểu kiểm soát thủ tục hành chính"
HEAD = Heading("Tìm hiểu kiểm soát thủ tục hành chính", ORGANISER, 30, 2)
FORM = {"title": HEAD.title, "organiser": ORGANISER, "minutes": "30", "variants": "2", "issued": "Thái Nguyên"}


def text_of(data: bytes) -> str:
    """Everything that a Word file says, headers and tables too."""
    document = docx.Document(BytesIO(data))
    tables = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    headers = [p.text for section in document.sections for p in section.header.paragraphs]
    return "\n".join([*(p.text for p in document.paragraphs), *tables, *headers])


def printed_ids(world: World, bank: Bank) -> tuple[dict[str, Any], str]:
    """Details of the newest printing, and the hash kept with it."""
    with world.inside():
        entry = next(one for one in audit.entries(subject=f"bank:{bank.public_id}") if one.action == PRINTED)
    return entry.details, entry.details["sha256"]


def test_what_was_chosen_is_printed_and_written_down(world: World) -> None:
    bank, person = make_bank(world), author(world)
    sent = {"bank": bank.public_id, "all": "1", "source": "chosen", **FORM}
    answer = world.client(person).post("/organiser/exports/print.zip", data=sent)
    assert answer.status_code == 200, answer.text[:3000]
    assert answer.headers["Content-Disposition"] == "attachment; filename=de-thi-giay-2026-11-23.zip"
    assert answer.headers["Cache-Control"] == "private, no-store"
    with ZipFile(BytesIO(answer.data)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    assert list(files) == ["de-101.docx", "de-102.docx", "phieu-tra-loi.docx", "dap-an.docx", "dap-an.csv"]
    for name in ("de-101.docx", "de-102.docx"):
        paper = text_of(files[name])
        for item in (ONE, SEVERAL, SAY):
            assert item.stem in paper
            assert item.explanation not in paper
        assert "Công chức không lập phiếu." in paper  # the situation
        assert HEAD.title in " ".join(paper.split())
    assert CONFIDENTIAL in text_of(files["dap-an.docx"])
    details, digest = printed_ids(world, bank)
    assert digest == hashlib.sha256(answer.data).hexdigest()
    with world.inside():
        kept = read().scalars(sa.select(KeyExposure)).all()
        assert {(one.how, one.times, one.person_id) for one in kept} == {(history.PRINTED, 1, person.id)}
        assert sorted(one.version_id for one in kept) == details["versions"]
        assert len(kept) == 3


def test_seed_and_versions_give_the_same_papers_again(world: World) -> None:
    bank = home(world)
    cells = [Cell("kiem-soat", 1, 3), Cell("mot-cua", 2, 2)]
    with world.inside():
        made = printing.make(actor=SYSTEM, now=world.now, bank=bank, heading=HEAD, cells=cells)
    details, digest = printed_ids(world, bank)
    assert digest == made.sha256 == hashlib.sha256(made.data).hexdigest()
    assert details["blueprint"] == [["kiem-soat", 1, 3], ["mot-cua", 2, 2]]
    with world.inside():
        asked = versions_by_id(details["versions"])
        seed = bytes.fromhex(details["seed"])
        again = printing._printing(asked, HEAD, seed, world.now)
        assert hashlib.sha256(printing.package(again)).hexdigest() == digest
        assert len(variants(again.questions, seed=seed, count=2)) == 2
        wanted = sorted((v.question.topic.code, v.difficulty) for v in asked)
        assert wanted == [("kiem-soat", 1)] * 3 + [("mot-cua", 2)] * 2
        other = printing.make(actor=SYSTEM, now=world.now, bank=bank, heading=HEAD, cells=cells)
        assert other.seed != made.seed


@ON_SQLITE
def test_the_grid_draws_from_this_bank_alone(world: World) -> None:
    own, province = make_bank(world, (ONE, SAY)), home(world)
    with world.inside():
        bank_verbs.share(actor=SYSTEM, now=world.now, bank=province, owner_id=own.owner_id, shared=True)
    client = world.client(author(world))
    page = client.get("/organiser/exports/print", query_string={"bank": own.public_id}).text
    assert page.count('<input class="form-control" type="number" inputmode="numeric" min="0"') == 1
    sent = {"bank": own.public_id, "all": "1", "source": "grid", "cell-kiem-soat-2": "2", **FORM}
    assert client.post("/organiser/exports/print.zip", data=sent).status_code == 200
    refused = client.post("/organiser/exports/print.zip", data={**sent, "cell-kiem-soat-2": "3"})
    assert refused.status_code == 422
    assert "không nhiều hơn số câu đang có" in refused.text
    assert 'value="3"' in refused.text
    assert ORGANISER.splitlines()[0] in refused.text  # nothing typed is lost
    with world.inside(), pytest.raises(Invalid) as short:
        printing.make(actor=SYSTEM, now=world.now, bank=own, heading=HEAD, cells=[Cell("kiem-soat", 2, 3)])
    assert short.value.code == "short"


@ON_SQLITE
def test_drafts_and_what_is_out_of_use_are_refused_by_name(world: World) -> None:
    bank, client = make_bank(world, (ONE, SAY)), world.client(author(world))
    with world.inside():
        bank_verbs.add(
            actor=SYSTEM, now=world.now, bank=bank, items=[msgspec.structs.replace(ONE, stem="Nháp?", code="NHAP")]
        )
        say = queries.versions(everything(bank))[1].question
        assert say.code == "KS-C"
        review.retire(actor=SYSTEM, now=world.now, question_ids=[say.public_id], text="Đã cũ")
        ids = everything(bank)
    sent = {"bank": bank.public_id, "id": ids, "source": "chosen", **FORM}
    answer = client.post("/organiser/exports/print.zip", data=sent)
    assert answer.status_code == 422
    assert "2 câu chưa in được: KS-C, NHAP." in answer.text
    assert all(f'name="id" value="{one}"' in answer.text for one in ids)
    with world.inside():
        assert not read().scalars(sa.select(KeyExposure)).all()
    only = client.post("/organiser/exports/print.zip", data={**sent, "id": ids[:1]})
    assert only.status_code == 200


@ON_SQLITE
def test_a_question_with_a_new_draft_is_printed_as_approved(world: World) -> None:
    bank = make_bank(world, (ONE,))
    with world.inside():
        old = queries.versions(everything(bank))[0]
        bank_verbs.edit(
            actor=SYSTEM, now=world.now, question_id=old.question.public_id,
            item=msgspec.structs.replace(ONE, stem="Cách hỏi mới?"), based_on=old.sha256,
        )  # fmt: skip
        made = printing.make(actor=SYSTEM, now=world.now, bank=bank, heading=HEAD, ids=everything(bank))
    with ZipFile(BytesIO(made.data)) as archive:
        paper = text_of(archive.read("de-101.docx"))
    assert ONE.stem in paper
    assert "Cách hỏi mới?" not in paper


@ON_SQLITE
@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("title", " ​ ", "Đề nghị điền mục này."),
        ("title", "x" * 201, "Không dài quá 200 ký tự."),
        ("organiser", "", "Đề nghị điền mục này."),
        ("organiser", "a\nb\nc\nd\ne", "Tối đa 4 dòng."),
        ("issued", "x" * 101, "Không dài quá 100 ký tự."),
        ("minutes", "nửa giờ", "Đề nghị nhập số nguyên không âm."),
        ("minutes", "0", "Đề nghị nhập số từ 1 đến 300."),
        ("variants", "25", "Đề nghị nhập số từ 1 đến 24."),
        ("variants", "٣", "Đề nghị nhập số nguyên không âm."),
        ("source", "khác", ""),
        ("cell-kiem-soat-2", "-1", "không nhiều hơn số câu đang có"),
        ("cell-kiem-soat-2", "", "Ma trận đề chưa có câu nào."),
    ],
)
def test_bad_input_gets_a_sentence_and_loses_nothing(world: World, field: str, value: str, sentence: str) -> None:
    bank = make_bank(world, (ONE, SAY))
    sent = {"bank": bank.public_id, "all": "1", "source": "grid", "cell-kiem-soat-2": "1", **FORM, field: value}
    answer = world.client(author(world)).post("/organiser/exports/print.zip", data=sent)
    assert answer.status_code == 422
    assert sentence in answer.text
    for name in ("title", "issued"):
        if name != field:
            assert f'value="{FORM[name]}"' in answer.text


@ON_SQLITE
def test_too_much_is_refused_at_its_field(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    picture = Media("anh.png", "image/png", "Sơ đồ", png(64, 32))
    case = Situation("TH9", "Một tình huống.", "", (picture,))
    items = [
        msgspec.structs.replace(ONE, stem=f"Câu thứ {n}?", code=f"N-{n:03d}", situation="TH9" if n == 0 else "")
        for n in range(101)
    ]
    bank = make_bank(world, (SAY,))
    with world.inside():
        bank_verbs.add(actor=SYSTEM, now=world.now, bank=bank, items=items, situations=[case], state="sample")
        ids = list_queries.ids(bank, list_queries.Filters(text="thứ"))
        for chosen, count, code in ((ids, 1, "too-many"), (ids[:50], 21, "invalid"), (ids[:2], 25, "invalid")):
            with pytest.raises(Invalid) as refused:
                make(world, bank, chosen, count)
            assert refused.value.code == code
        with pytest.raises(Invalid) as refused:
            printing.make(actor=SYSTEM, now=world.now, bank=bank, heading=HEAD, cells=[Cell("kiem-soat", 2, 101)])
        assert refused.value.code == "too-many"
        with ZipFile(BytesIO(make(world, bank, ids[:1], 1).data)) as archive:
            inner = archive.read("de-101.docx")
        with ZipFile(BytesIO(inner)) as paper:
            assert [name for name in paper.namelist() if name.startswith("word/media/")]
        monkeypatch.setattr(printing, "PICTURE_BYTES_MAX", 2 * len(picture.data))
        assert make(world, bank, ids[:1], 2).data
        with pytest.raises(Invalid) as refused:
            make(world, bank, ids[:1], 3)
        assert "variants" in refused.value.fields
    sent = {"bank": bank.public_id, "id": ids[:50], "source": "chosen", **FORM, "variants": "21"}
    answer = world.client(author(world)).post("/organiser/exports/print.zip", data=sent)
    assert answer.status_code == 422
    assert "không quá 1.000. Đề nghị giảm số mã đề hoặc số câu." in answer.text


def make(world: World, bank: Bank, ids: list[str], count: int) -> printing.Printed:
    """``count`` variants of these questions."""
    heading = replace(HEAD, variants=count)
    return printing.make(actor=SYSTEM, now=world.now, bank=bank, heading=heading, ids=ids)


@ON_SQLITE
def test_who_only_reads_prints_nothing_and_the_page_tells_what_was_printed(world: World) -> None:
    bank = make_bank(world, (ONE, SAY))
    reader = Actor(1, "Người đọc", grants=(Grant(Permission.BANK_READ),))
    with world.inside():
        with pytest.raises(Forbidden):
            printing.make(actor=reader, now=world.now, bank=bank, heading=HEAD, cells=[Cell("kiem-soat", 2, 1)])
        made = printing.make(actor=SYSTEM, now=world.now, bank=bank, heading=HEAD, cells=[Cell("kiem-soat", 2, 1)])
    page = world.client(author(world)).get("/organiser/exports/print", query_string={"bank": bank.public_id}).text
    assert made.seed in page
    assert made.sha256 in page
    assert "2 mã đề" in page


@ON_SQLITE
def test_what_cannot_stand_in_a_word_file_does_not_break_it(world: World) -> None:
    bank = make_bank(world, (Item("Câu \x0b hỏi￾?", ("Một\x1f", "Hai"), (0,), topic="kiem-soat", difficulty=1),))
    sent = {
        "bank": bank.public_id, "all": "1", "source": "chosen", **FORM,
        "title": "Đề \x0b\x1f￿ <b>&amp;</b>", "organiser": "\x08Sở Nội vụ\r\n\r\nPhòng\x0c", "issued": "​",
    }  # fmt: skip
    answer = world.client(author(world)).post("/organiser/exports/print.zip", data=sent)
    assert answer.status_code == 200, answer.text[:2000]
    with ZipFile(BytesIO(answer.data)) as archive:
        assert "Đề <b>&amp;</b>" in text_of(archive.read("de-101.docx"))
