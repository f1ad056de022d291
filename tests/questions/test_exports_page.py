"""The page of files: losses told before, refusals said, only what was chosen."""

import msgspec
import pytest
import sqlalchemy as sa

from core import audit
from core.access import SYSTEM
from core.db import read
from questions.bank import queries
from questions.bank import service as bank_verbs
from questions.desk.exports import CODES_SHOWN
from questions.exports import service
from questions.exports.queries import EXPORTED
from questions.formats import FORMATS
from questions.review.models import KeyExposure
from tests.questions.exporting import ONE, SAY, SEVERAL, author, everything, make_bank
from tests.wire import ON_SQLITE
from tests.world import World, counted


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


@ON_SQLITE
def test_a_page_handles_so_many_and_says_what_else_to_do(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    bank, client = make_bank(world), world.client(author(world))
    monkeypatch.setattr(service, "REQUEST_MAX", 2)
    page = client.get("/organiser/exports", query_string={"bank": bank.public_id})
    assert "Mỗi lần xuất tối đa 2 câu hỏi" in page.text
    refused = client.post("/organiser/exports/file", data={"bank": bank.public_id, "all": "1", "format": "json"})
    assert refused.status_code == 422
    assert "Mỗi lần xuất tối đa 2 câu hỏi" in refused.text


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
