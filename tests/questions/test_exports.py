"""Files of questions: complete, losses told before, keys kept account of, nobody else's bank."""

import csv
import hashlib
import json
import zipfile
from dataclasses import replace
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from contest.people.models import Person
from core import audit, jobs
from core.access import SYSTEM, Actor, Grant, Permission
from core.db import read, transaction
from core.errors import Forbidden, Invalid, NotFound
from questions.bank import access, queries
from questions.bank import service as bank_verbs
from questions.bank.models import PROVINCE, Bank, Question, QuestionVersion
from questions.desk.exports import CODES_SHOWN
from questions.exports import service
from questions.exports.queries import EXPORTED
from questions.formats import FORMATS, aiken, conventions, reading
from questions.imports import service as imports
from questions.items import Bundle, Citation, Item, Kind, Media, Situation, content_hash
from questions.review import history
from questions.review import service as review
from questions.review.models import KeyExposure
from tests.wire import ON_SQLITE
from tests.world import World, counted

PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
FORMULA = '=HYPERLINK("http://evil.example","Bấm vào đây")'
CASE = Situation("TH1", "Bà Bích nộp hồ sơ.\n\nCông chức không lập phiếu.", "Nộp hồ sơ", (
    Media("anh.png", "image/png", "Sơ đồ tiếp nhận", PNG),
    Media("goi.mp3", "audio/mpeg", "Cuộc gọi tới đường dây nóng", b"ID3" + bytes(50)),
))  # fmt: skip
ONE = Item(
    "Ai cấp giấy khai sinh?", ("Ủy ban nhân dân cấp xã", "Công an xã"), (0,), explanation="Luật Hộ tịch.",
    citations=(Citation("Luật Hộ tịch số 60/2014/QH13", "Điều 13"),), topic="kiem-soat", difficulty=2,
    tags=("hộ tịch",), source="Sổ tay", code="KS-A",
)  # fmt: skip
SEVERAL = msgspec.structs.replace(
    ONE, stem="Hồ sơ nộp ở đâu?", choices=("Trực tuyến", "Bưu chính", "Nhà riêng"), keys=(0, 1), kind=Kind.MULTIPLE,
    shuffle=False, situation="TH1", code="KS-B",
)  # fmt: skip
SAY = msgspec.structs.replace(
    ONE,
    stem=FORMULA,
    choices=("Đúng", "Sai"),
    keys=(1,),
    kind=Kind.TRUE_FALSE,
    explanation="+1+1\n@SUM(1)",
    code="KS-C",
)


def make_bank(world: World, items: tuple[Item, ...] = (ONE, SEVERAL, SAY), *, state: str = "sample") -> Bank:
    """An agency's bank of its own, for those of SO-NV."""
    owner = world.agency_id("SO-NV")
    with world.inside(), transaction():
        made = bank_verbs.create_bank(actor=SYSTEM, now=world.now, name="Ngân hàng của Sở", owner_id=owner)
        bank_verbs.add(
            actor=SYSTEM, now=world.now, bank=made, items=items, situations=[CASE] if SEVERAL in items else [],
            state=state,
        )  # fmt: skip
    return made


def home(world: World) -> Bank:
    """The province's bank, with the starter questions."""
    with world.inside():
        return read().scalars(sa.select(Bank).where(Bank.owner_id == PROVINCE)).one()


def everything(bank: Bank) -> list[str]:
    """Ids of all questions of a bank."""
    return queries.ids(bank, queries.Filters())


def written(world: World, bank: Bank, format_name: str, **more: Any) -> service.Written:
    """A file of a whole bank."""
    with world.inside():
        return service.write(
            actor=SYSTEM, now=world.now, bank=bank, ids=everything(bank), format_name=format_name, **more
        )


def stored(world: World, bank: Bank) -> Bundle:
    """A bank as plain data."""
    with world.inside():
        return service.bundled(queries.versions(everything(bank)))


def author(world: World) -> Person:
    """Somebody who writes questions for SO-NV only."""
    return world.person("SO-NV", role="author", of_agency=True)


# What each loss takes away from an item; a reader then finds nothing there.
TAKEN: dict[str, dict[str, Any]] = {
    conventions.LOST_SITUATION: {"situation": ""},
    conventions.LOST_SOURCE: {"source": ""},
    aiken.LOST_EXPLANATION: {"explanation": ""},
    aiken.LOST_CITATIONS: {"citations": ()},
    aiken.LOST_TOPIC: {"topic": ""},
    aiken.LOST_DIFFICULTY: {"difficulty": None},
    aiken.LOST_TAGS: {"tags": ()},
    aiken.LOST_CODE: {"code": ""},
}


def after(item: Item, losses: list[str]) -> Item:
    """What is left of an item once a format has lost these."""
    for reason in losses:
        if reason == conventions.LOST_SHUFFLE:
            item = msgspec.structs.replace(item, shuffle=not item.shuffle)
        elif reason == aiken.LOST_LINES:
            item = msgspec.structs.replace(item, stem=" ".join(item.stem.split()))
        else:
            item = msgspec.structs.replace(item, **TAKEN[reason])
    return item


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", FORMATS)
def test_the_starter_bank_comes_back_from_every_format_as_far_as_it_carries(world: World, name: str) -> None:
    bank = home(world)
    bundle = stored(world, bank)
    file = written(world, bank, name)
    found, chosen = reading.read_file(file.data, name=file.name)
    assert chosen.name == name
    assert not found.problems
    module = FORMATS[name].load()
    situations = {situation.code: situation for situation in bundle.situations}
    carried = [item for item in bundle.items if getattr(module, "carries", lambda item: True)(item)]
    assert len(carried) == file.fit.carried == len(bundle.items) - len(file.fit.skipped)
    expected = [after(item, module.losses(item, situations.get(item.situation))) for item in carried]
    assert [one.item for one in found.found] == expected
    if not file.fit.losses:
        assert {s.code: s for s in found.situations} == situations
    assert set(file.fit.skipped) == {item.code for item in bundle.items} - {item.code for item in carried}


def test_own_json_brought_into_another_bank_is_the_same_bank(world: World) -> None:
    source = make_bank(world)
    file = written(world, source, "json")
    with world.inside():
        made = bank_verbs.create_bank(actor=SYSTEM, now=world.now, name="Bản sao", owner_id=source.owner_id)
        bank_id = made.public_id
        taken = imports.take(actor=SYSTEM, now=world.now, bank=made, name=file.name, data=file.data)
        jobs.run_waiting(now=world.now)
        imports.bring_in(
            actor=SYSTEM, now=world.now, file_id=taken.public_id, defaults=imports.Defaults(), skip=frozenset()
        )
        jobs.run_waiting(now=world.now)
        target = access.bank(SYSTEM, bank_id)
    assert stored(world, target) == stored(world, source)
    assert written(world, target, "json").data == file.data
    with world.inside():
        before, after_ = (queries.versions(everything(bank)) for bank in (source, target))
        assert [v.sha256 for v in before] == [v.sha256 for v in after_]
        assert content_hash(ONE) in {v.sha256 for v in after_}


def test_a_file_is_written_down_with_who_took_which_keys(world: World) -> None:
    bank = make_bank(world)
    with world.inside():
        bank_verbs.add(
            actor=SYSTEM, now=world.now, bank=bank, items=[msgspec.structs.replace(ONE, stem="Nháp?", code="NHAP")]
        )
    person = author(world)
    client = world.client(person)
    for times in (1, 2):
        answer = client.post(
            "/organiser/exports/file", data={"bank": bank.public_id, "all": "1", "format": "aiken"}
        )  # fmt: skip
        assert answer.status_code == 200
        assert answer.headers["Content-Disposition"] == "attachment; filename=ngan-hang-cau-hoi-2026-11-23.aiken.txt"
        assert answer.headers["Cache-Control"] == "private, no-store"
        with world.inside():
            kept = audit.entries(subject=f"bank:{bank.public_id}")[0]
            assert (kept.action, kept.person_id) == (EXPORTED, person.id)
            assert kept.details == {
                "count": 3, "skipped": 1, "format": "aiken", "wordings": "newest",
                "sha256": hashlib.sha256(answer.data).hexdigest(),
            }  # fmt: skip
            seen = read().scalars(sa.select(KeyExposure)).all()
            versions = {v.id: v for v in queries.versions(everything(bank))}
            # The draft is nobody's secret yet, and the skipped question did not leave.
            assert {versions[one.version_id].question.code for one in seen} == {"KS-A", "KS-C"}
            assert {(one.how, one.times, one.person_name) for one in seen} == {
                (history.EXPORTED, times, person.full_name)
            }


@ON_SQLITE
def test_a_draft_of_an_approved_question_leaves_with_the_key_in_use(world: World) -> None:
    bank, person = make_bank(world), author(world)
    with world.inside():
        (asked,) = (v for v in queries.versions(everything(bank)) if v.question.code == "KS-A")
        used = asked.id
        bank_verbs.edit(
            actor=SYSTEM,
            now=world.now,
            question_id=asked.question.public_id,
            item=msgspec.structs.replace(ONE, explanation="Nháp, cùng đáp án."),
            based_on=asked.sha256,
        )
    data = {"bank": bank.public_id, "all": "1", "format": "aiken"}
    assert world.client(person).post("/organiser/exports/file", data=data).status_code == 200
    with world.inside():
        assert [(one.person_id, one.how) for one in history.exposures([used])] == [(person.id, history.EXPORTED)]


def test_the_page_says_what_each_format_loses_and_shows_no_keys(world: World) -> None:
    bank = make_bank(world)
    page = world.client(author(world)).get("/organiser/exports", query_string={"bank": bank.public_id}).text
    assert "KS-B" in page  # named: Aiken skips it
    assert "Bảng không mang theo hình ảnh, âm thanh, phim của tình huống." in page
    assert "Âm thanh, phim và hình không phải PNG, JPEG" in page
    assert "Câu nhiều lựa chọn không ghi được" not in page  # said as "skipped", not as a loss
    for item in (ONE, SEVERAL, SAY):
        assert item.explanation not in page
        assert not any(choice in page for choice in item.choices)


@ON_SQLITE
def test_long_lists_of_codes_are_cut_and_long_texts_stand(world: World) -> None:
    long = "ma-" + "x" * 50
    items = tuple(msgspec.structs.replace(ONE, code=f"{long}-{n:04d}", explanation="") for n in range(CODES_SHOWN + 30))
    page = world.client(author(world)).get(
        "/organiser/exports", query_string={"bank": make_bank(world, (*items, SEVERAL, SAY)).public_id}
    )
    assert page.status_code == 200
    assert f"{long}-0001" not in page.text  # what concerns all is said once
    assert "tất cả" in page.text


@ON_SQLITE
def test_the_list_hands_over_what_was_ticked(world: World) -> None:
    bank, person = make_bank(world), author(world)
    client = world.client(person)
    with world.inside():
        ids = everything(bank)[:2]
    chosen = {"bank": bank.public_id, "id": ids}
    sent = client.post("/organiser/questions/bulk", data={**chosen, "act": "export"})
    assert sent.status_code == 307
    answer = client.post(sent.headers["Location"], data={**chosen, "act": "export"})
    assert "2 câu đã chọn" in answer.text
    assert all(f'name="id" value="{one}"' in answer.text for one in ids)
    file = client.post("/organiser/exports/file", data={**chosen, "format": "json"})
    assert [question["code"] for question in file.json["questions"]] == ["KS-A", "KS-B"]


@ON_SQLITE
def test_filters_and_wordings_choose(world: World) -> None:
    bank = make_bank(world)
    client = world.client(author(world))
    with world.inside():
        edited = queries.versions(everything(bank))[0]
        bank_verbs.edit(
            actor=SYSTEM, now=world.now, question_id=edited.question.public_id,
            item=msgspec.structs.replace(ONE, stem="Cách hỏi mới?"), based_on=edited.sha256,
        )  # fmt: skip
        bank_verbs.add(
            actor=SYSTEM, now=world.now, bank=bank, items=[msgspec.structs.replace(ONE, stem="Nháp?", code="NHAP")]
        )

    def stems(**form: str) -> list[str]:
        sent = {"bank": bank.public_id, "all": "1", "format": "json", **form}
        return [question["stem"] for question in client.post("/organiser/exports/file", data=sent).json["questions"]]

    assert stems() == ["Cách hỏi mới?", SEVERAL.stem, SAY.stem, "Nháp?"]
    assert stems(wording="drawn") == [ONE.stem, SEVERAL.stem, SAY.stem]
    assert stems(state="draft") == ["Cách hỏi mới?", "Nháp?"]
    assert stems(kind="multiple") == [SEVERAL.stem]
    page = client.get("/organiser/exports", query_string={"bank": bank.public_id, "wording": "drawn"}).text
    assert "1 câu chưa có bản dùng để ra đề nên không xuất" in page


@ON_SQLITE
def test_what_cannot_be_written_is_said_on_the_page(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    bank = make_bank(world, (ONE, SEVERAL))
    client = world.client(author(world))
    with world.inside():
        several = queries.versions(everything(bank))[1].question.public_id

    def refusal(**form: str) -> str:
        answer = client.post("/organiser/exports/file", data={"bank": bank.public_id, **form})
        assert answer.status_code == 422
        return answer.text

    assert "Chưa có câu hỏi nào để xuất" in refusal(format="json")
    assert "Chưa chọn định dạng tệp" in refusal(all="1")
    assert "Chưa chọn định dạng tệp" in refusal(all="1", format="../own")
    assert "không ghi được câu nào" in refusal(id=several, format="aiken")
    monkeypatch.setitem(service.LIMITS, "docx", 1)
    assert "xuất được tối đa 1 câu hỏi" in refusal(all="1", format="docx")
    monkeypatch.setattr(service, "MEDIA_MAX", 100)
    assert "nặng quá 100 MB" in refusal(all="1", format="json")
    with world.inside():
        assert not read().scalars(sa.select(KeyExposure)).all()
        assert EXPORTED not in {entry.action for entry in audit.entries(subject=f"bank:{bank.public_id}")}


def test_an_agency_takes_out_of_its_own_bank_only(world: World) -> None:
    own, province, client = make_bank(world), home(world), world.client(author(world))
    with world.inside():
        foreign = everything(province)[:1]
        # A bank that is shared is drawn from; nothing is taken out of it.
        bank_verbs.share(actor=SYSTEM, now=world.now, bank=province, owner_id=own.owner_id, shared=True)
    assert client.get("/organiser/exports", query_string={"bank": own.public_id}).status_code == 200
    for path in ("/organiser/exports", "/organiser/exports/print"):
        assert client.get(path, query_string={"bank": province.public_id}).status_code == 404
    for path in ("", "/file", "/print", "/print.zip"):
        sent = {"bank": province.public_id, "all": "1", "format": "json"}
        assert client.post(f"/organiser/exports{path}", data=sent).status_code == 404
    for path in ("", "/file"):
        sent = {"bank": own.public_id, "id": foreign, "format": "json"}
        assert client.post(f"/organiser/exports{path}", data=sent).status_code == 404


@ON_SQLITE
def test_who_only_reads_a_bank_takes_nothing_out(world: World) -> None:
    bank = make_bank(world)
    reader = Actor(1, "Người đọc", grants=(Grant(Permission.BANK_READ),))
    with world.inside():
        ids = everything(bank)
        with pytest.raises(Forbidden):
            service.write(actor=reader, now=world.now, bank=bank, ids=ids, format_name="json")
        reviewer = replace(reader, person_id=None, grants=(*reader.grants, Grant(Permission.BANK_REVIEW)))
        assert service.write(actor=reviewer, now=world.now, bank=bank, ids=ids, format_name="json").fit.carried == 3
        with pytest.raises(NotFound):
            service.chosen(actor=reviewer, bank=bank, ids=[*ids, "0" * 16])


@ON_SQLITE
@pytest.mark.parametrize("name", ["csv", "xlsx"])
def test_a_formula_leaves_as_text_and_comes_back_as_it_was(world: World, name: str) -> None:
    file = written(world, make_bank(world), name)
    if name == "csv":
        lines = csv.reader(StringIO(file.data.decode("utf-8-sig"), newline=""), delimiter=";")
        cells = [cell for line in lines for cell in line]
        assert f"'{FORMULA}" in cells
        assert not [cell for cell in cells if cell[:1] in ("=", "+", "@", "\t")]
    else:
        with zipfile.ZipFile(BytesIO(file.data)) as archive:
            sheet = archive.read("xl/worksheets/sheet1.xml")
        assert b"<f>" not in sheet
        assert b"<f " not in sheet
    found, _ = reading.read_file(file.data, name=file.name)
    assert [one.item for one in found.found] == [ONE, SEVERAL, SAY]


@ON_SQLITE
def test_two_wordings_of_a_situation_both_leave(world: World) -> None:
    bank = make_bank(world)
    newer = msgspec.structs.replace(CASE, text="Bà Bích nộp hồ sơ lúc 16 giờ.")
    with world.inside():
        item = msgspec.structs.replace(SEVERAL, stem="Phải làm gì?", code="KS-D")
        bank_verbs.add(actor=SYSTEM, now=world.now, bank=bank, items=[item], situations=[newer])
    bundle = stored(world, bank)
    assert {s.code: s.text for s in bundle.situations} == {"TH1": newer.text, "TH1 (1)": CASE.text}
    assert {i.code: i.situation for i in bundle.items if i.situation} == {"KS-B": "TH1 (1)", "KS-D": "TH1"}
    for name in ("json", "docx", "qti"):
        file = written(world, bank, name)
        found, _ = reading.read_file(file.data, name=file.name)
        assert {one.item.code: one.item.situation for one in found.found if one.item.situation} == {
            "KS-B": "TH1 (1)", "KS-D": "TH1",
        }  # fmt: skip


@ON_SQLITE
def test_a_retired_and_an_approved_question_leave_like_others(world: World) -> None:
    bank = make_bank(world, (ONE, SAY))
    reviewer = world.actor(world.person("SO-NV", role="reviewer", of_agency=True))
    with world.inside():
        first, second = queries.versions(everything(bank))
        review.approve(
            actor=reviewer, now=world.now, question_id=first.question.public_id, sha256=first.sha256
        )  # fmt: skip
        review.retire(actor=reviewer, now=world.now, question_ids=[second.question.public_id], text="Đã cũ")
    assert len(json.loads(written(world, bank, "json").data)["questions"]) == 2
    with world.inside():
        rows = read().execute(sa.select(Question.code, QuestionVersion.state).join(QuestionVersion.question))
        assert {row.code: row.state for row in rows}["KS-A"] == "approved"


@ON_SQLITE
def test_the_command_writes_a_file_and_tells_what_is_lost(world: World, tmp_path: Path) -> None:
    bank, target = make_bank(world), tmp_path / "cau-hoi.txt"
    runner = world.app.test_cli_runner()
    call = ["questions", "export", str(target), "--format", "aiken", "--bank", bank.name]
    done = runner.invoke(args=[*call, "--json"])
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert (told["count"], told["skipped"]) == (2, ["KS-B"])
    assert told["sha256"] == hashlib.sha256(target.read_bytes()).hexdigest()
    assert target.stat().st_mode & 0o777 == 0o600
    assert "Bỏ qua 1 câu: KS-B" in done.stderr
    assert "Lời giải thích không được ghi vào tệp. (tất cả các câu)" in done.stderr
    again = runner.invoke(args=call)
    assert again.exit_code == 1
    assert "--force" in again.output
    assert runner.invoke(args=[*call, "--force"]).exit_code == 0


@ON_SQLITE
def test_the_command_writes_to_standard_output_and_refuses_nonsense(world: World, tmp_path: Path) -> None:
    runner = world.app.test_cli_runner()
    done = runner.invoke(args=["questions", "export", "-", "--format", "json", "--topic", "kiem-soat", "--drawn"])
    assert done.exit_code == 0
    questions = json.loads(done.stdout_bytes)["questions"]
    assert {question["topic"] for question in questions} == {"kiem-soat"}
    for more in (["--bank", "không có"], ["--topic", "không có"]):
        assert runner.invoke(args=["questions", "export", "-", "--format", "json", *more]).exit_code == 1
    nowhere = str(tmp_path / "không" / "có.json")
    refused = runner.invoke(args=["questions", "export", nowhere, "--format", "json"])
    assert refused.exit_code == 1
    assert "Không ghi được tệp" in refused.output


@ON_SQLITE
def test_nothing_is_refused_silently_by_the_verb(world: World) -> None:
    bank = make_bank(world)
    with world.inside(), pytest.raises(Invalid) as refused:
        service.write(actor=SYSTEM, now=world.now, bank=bank, ids=[], format_name="json")
    assert refused.value.code == "nothing-chosen"


@ON_SQLITE
def test_a_page_handles_so_many_and_says_what_else_to_do(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    bank, client = make_bank(world), world.client(author(world))
    monkeypatch.setattr(service, "REQUEST_MAX", 2)
    page = client.get("/organiser/exports", query_string={"bank": bank.public_id})
    assert "Mỗi lần xuất tối đa 2 câu hỏi" in page.text
    refused = client.post("/organiser/exports/file", data={"bank": bank.public_id, "all": "1", "format": "json"})
    assert refused.status_code == 422
    assert "Mỗi lần xuất tối đa 2 câu hỏi" in refused.text


def test_what_was_ticked_is_looked_up_without_reading_the_bank(world: World) -> None:
    with world.inside():
        bank = make_bank(world)
        ids = everything(bank)[:1]
        with counted() as statements:
            assert len(service.chosen(actor=SYSTEM, bank=bank, ids=ids)) == 1
        asked = [s for s in statements if "FROM question " in s and "public_id" in s]
        assert asked
        assert all("public_id IN" in s for s in asked)


def test_of_a_large_choice_only_the_chosen_format_is_compared(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    bank, client = make_bank(world), world.client(author(world))
    monkeypatch.setattr(service, "COMPARED_MAX", 2)
    with counted() as statements:
        page = client.get("/organiser/exports", query_string={"bank": bank.public_id}).text
    assert not [s for s in statements if "question_version.stem" in s]
    assert "fit-line" not in page
    assert page.count('name="format"') == len(FORMATS)
    assert "Xem nội dung không ghi được" in page
    asked = {"bank": bank.public_id, "all": "1", "format": "aiken"}
    page = client.post("/organiser/exports", data=asked).text
    assert page.count('class="format-fit"') == 1
    assert "Bỏ qua 1 câu" in page
    assert 'value="aiken" checked' in page
