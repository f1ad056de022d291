"""Writing questions by hand: every kind, a new wording, a conflict, bad input, and whose bank it is."""

from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from contest.people import service as people
from contest.people.models import Person
from core.access import SYSTEM
from core.db import read
from questions.bank import likeness, queries
from questions.bank import service as bank_verbs
from questions.bank.models import Bank, Question, QuestionVersion
from questions.items import Citation, Situation
from questions.review import service as review
from questions.review.models import KeyExposure
from tests.questions import made
from tests.wire import ON_SQLITE
from tests.world import World, counted

NEW = "/organiser/questions/new"
STEM = "Hồ sơ nộp tại Bộ phận Một cửa được cấp giấy tờ gì ngay khi tiếp nhận?"
TYPED: dict[str, Any] = {
    "kind": "single",
    "stem": STEM,
    "choices": ["Giấy tiếp nhận hồ sơ", "Giấy mời", "Giấy giới thiệu", "", ""],
    "keys": ["0"],
    "explanation": "Giấy tiếp nhận hồ sơ và hẹn trả kết quả.",
    "documents": ["Nghị định 118/2025/NĐ-CP", ""],
    "articles": ["Điều 15", ""],
    "topic": "mot-cua",
    "difficulty": "2",
    "tags": "cấp xã,  một cửa , cấp xã",
    "source": "Tổ ra đề 2026",
    "act": "save",
}


def _author(world: World, agency: str = "VP-UBND") -> tuple[Person, FlaskClient]:
    person = world.person(agency, role="author")
    return person, world.client(person)


def _newest(question_id: str) -> QuestionVersion:
    return queries.versions([question_id])[0]


def _id(answer: Any) -> str:
    assert answer.status_code == 303, answer.text[:3000]
    return str(answer.location.rsplit("/", 1)[-1])


def _stored(world: World, answer: Any) -> tuple[str, QuestionVersion]:
    question_id = _id(answer)
    with world.inside():
        return question_id, _newest(question_id)


def test_a_question_is_written_with_everything(world: World) -> None:
    person, client = _author(world)
    question_id, version = _stored(world, client.post(NEW, data=TYPED | {"in_order": "y"}))
    assert (version.state, version.number, version.author_id) == ("draft", 1, person.id)
    assert version.choices == ["Giấy tiếp nhận hồ sơ", "Giấy mời", "Giấy giới thiệu"]
    assert (version.keys, version.shuffle, version.difficulty) == ([0], False, 2)
    assert version.question.tags == ["cấp xã", "một cửa"]
    assert [(c.document.title, c.article) for c in version.citations] == [("Nghị định 118/2025/NĐ-CP", "Điều 15")]
    assert client.get(f"/organiser/questions/{question_id}").status_code == 200


def test_save_and_hand_over_for_review(world: World) -> None:
    _, client = _author(world)
    _, version = _stored(world, client.post(NEW, data=TYPED | {"act": "submit"}))
    assert version.state == "in_review"


@ON_SQLITE
def test_the_next_question_keeps_what_it_has_in_common(world: World) -> None:
    _, client = _author(world)
    answer = client.post(NEW, data=TYPED | {"act": "next"})
    assert "after=" in answer.location
    page = client.get(answer.location).text
    assert "Nghị định 118/2025/NĐ-CP" in page
    assert 'value="Tổ ra đề 2026"' in page
    assert STEM not in page


@ON_SQLITE
def test_true_and_false_has_its_two_choices(world: World) -> None:
    _, client = _author(world)
    typed = TYPED | {"kind": "true-false", "truth": "1", "choices": ["bỏ lại", ""], "keys": ["1"]}
    _, version = _stored(world, client.post(NEW, data=typed))
    assert (version.kind, version.choices, version.keys) == ("true-false", ["Đúng", "Sai"], [1])
    unsaid = client.post(NEW, data=TYPED | {"kind": "true-false"})
    assert unsaid.status_code == 422
    assert "Chưa chọn đáp án" in unsaid.text


@ON_SQLITE
def test_ten_choices_and_several_keys(world: World) -> None:
    _, client = _author(world)
    choices = [f"Phương án số {n}" for n in range(10)]
    _, version = _stored(
        world, client.post(NEW, data=TYPED | {"kind": "multiple", "choices": choices, "keys": ["9", "0", "4"]})
    )
    assert (version.choices, version.keys) == (choices, [0, 4, 9])
    eleven = client.post(NEW, data=TYPED | {"choices": [*choices, "Thứ mười một"]})
    assert eleven.status_code == 422
    assert "Thứ mười một" in eleven.text


@ON_SQLITE
@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"stem": " \u200b "}, "Đề nghị nhập nội dung câu hỏi."),
        ({"stem": "Đ" * 2_001}, "Không dài quá 2000 ký tự."),
        ({"choices": ["Một"]}, "cần từ 2 đến 10 phương án"),
        ({"choices": ["Một", "", "Ba"]}, "Có phương án để trống."),
        ({"choices": ["Một", "một"]}, "Có hai phương án giống nhau."),
        ({"choices": ["Ừ" * 1_001, "Hai"]}, "Có phương án dài quá 1000 ký tự."),
        ({"keys": []}, "Chưa rõ phương án đúng."),
        ({"keys": ["7"]}, "Chưa rõ phương án đúng."),
        ({"keys": ["-1", "x", "99999999999999999999", "²"]}, "Chưa rõ phương án đúng."),
        ({"keys": ["0", "1"]}, "chỉ có một phương án đúng"),
        ({"kind": "essay"}, "Đề nghị chọn loại câu."),
        ({"topic": "khong-co"}, "Đề nghị chọn một mục trong danh sách."),
        ({"topic": ""}, "Đề nghị chọn chủ đề."),
        ({"difficulty": "4"}, "Đề nghị chọn một mục trong danh sách."),
        ({"situation": "99999"}, "Đề nghị chọn một mục trong danh sách."),
        ({"documents": [""], "articles": ["Điều 1"]}, "chưa ghi thuộc văn bản nào"),
        ({"documents": [f"Luật {n}" for n in range(6)]}, "tối đa 5 căn cứ"),
        ({"documents": ["N" * 301]}, "Căn cứ dài quá"),
        ({"tags": ",".join(map(str, range(11)))}, "Tối đa 10 thẻ"),
        ({"explanation": "g" * 4_001}, "Không dài quá 4000 ký tự."),
    ],
)
def test_bad_input_is_told_at_its_field_and_nothing_is_lost(world: World, wrong: dict[str, Any], sentence: str) -> None:
    _, client = _author(world)
    answer = client.post(NEW, data=TYPED | wrong)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'class="field-error"' in answer.text
    for kept in ("Giấy tiếp nhận hồ sơ và hẹn trả kết quả.", "Tổ ra đề 2026"):
        assert kept in answer.text or "explanation" in wrong


@ON_SQLITE
def test_the_longest_question_fits(world: World) -> None:
    _, client = _author(world)
    longest = {
        "stem": "ữ" * 2_000,
        "choices": [f"{n}" + "ộ" * 990 for n in range(10)],
        "explanation": "ễ" * 4_000,
    }
    assert client.post(NEW, data=TYPED | longest).status_code == 303


def test_a_draft_is_edited_in_place(world: World) -> None:
    _, client = _author(world)
    question_id, before = _stored(world, client.post(NEW, data=TYPED))
    edit = f"/organiser/questions/{question_id}/edit"
    page = client.get(edit)
    assert page.status_code == 200
    assert before.sha256 in page.text
    answer = client.post(edit, data=TYPED | {"based_on": before.sha256, "stem": STEM + " (sửa)"})
    _, after = _stored(world, answer)
    assert (after.number, after.stem) == (1, STEM + " (sửa)")


def test_an_approved_wording_stays_in_use_and_who_opened_it_is_kept(world: World) -> None:
    person, client = _author(world)
    reviewer = world.actor(world.person("VP-UBND", role="reviewer"))
    with world.inside():
        question = made.approved(world, reviewer=reviewer)[0]
        approved = _newest(question.public_id)
    edit = f"/organiser/questions/{question.public_id}/edit"
    with counted() as statements:
        gate = client.get(edit)
    assert not [s for s in statements if s.lstrip()[:6].upper() in ("INSERT", "UPDATE", "DELETE")]
    assert 'name="choices"' not in gate.text
    assert "checked" not in gate.text
    opened = client.post(edit, data={"open": "1"})
    assert "thành bản 2 ở trạng thái bản nháp" in opened.text
    with world.inside():
        seen = read().scalars(sa.select(KeyExposure)).one()
        assert (seen.version_id, seen.person_id, seen.how) == (approved.id, person.id, "seen")
    answer = client.post(edit, data=TYPED | {"based_on": approved.sha256})
    _, draft = _stored(world, answer)
    assert (draft.number, draft.state) == (2, "draft")
    with world.inside():
        assert queries.versions([question.public_id], drawn=True)[0].id == approved.id


def test_a_conflict_shows_both_and_saving_again_is_a_decision(world: World) -> None:
    _, client = _author(world)
    question_id, before = _stored(world, client.post(NEW, data=TYPED))
    with world.inside():
        bank_verbs.edit(
            actor=SYSTEM,
            now=world.now,
            question_id=question_id,
            item=made.item("Câu của đồng nghiệp sửa trước?"),
            based_on=before.sha256,
        )
        meanwhile = _newest(question_id).sha256
    edit = f"/organiser/questions/{question_id}/edit"
    answer = client.post(edit, data=TYPED | {"based_on": before.sha256, "stem": "Câu tôi vừa gõ?"})
    assert answer.status_code == 409
    assert "Câu của đồng nghiệp sửa trước?" in answer.text
    assert "Câu tôi vừa gõ?" in answer.text
    assert f'name="based_on" value="{meanwhile}"' in answer.text
    again = client.post(edit, data=TYPED | {"based_on": meanwhile, "stem": "Câu tôi vừa gõ?"})
    assert _stored(world, again)[1].stem == "Câu tôi vừa gõ?"


@ON_SQLITE
def test_what_waits_for_review_is_not_opened(world: World) -> None:
    _, client = _author(world)
    question_id, version = _stored(world, client.post(NEW, data=TYPED | {"act": "submit"}))
    edit = f"/organiser/questions/{question_id}/edit"
    for answer in (client.get(edit), client.post(edit, data={"open": "1"})):
        assert answer.status_code == 303
        assert answer.location.endswith(question_id)
    refused = client.post(edit, data=TYPED | {"based_on": version.sha256, "stem": "Chữ còn nguyên?"})
    assert refused.status_code == 409
    assert "Chữ còn nguyên?" in refused.text


def test_a_situation_of_the_bank_is_chosen(world: World) -> None:
    _, client = _author(world)
    with world.inside():
        row = bank_verbs.save_situation(
            actor=SYSTEM, now=world.now, bank=made.home(), situation=Situation("TH-01", "Ông A nộp hồ sơ.", "Hồ sơ")
        )
        elsewhere = bank_verbs.save_situation(
            actor=SYSTEM, now=world.now, bank=made.empty_bank(world), situation=Situation("TH-09", "Chuyện khác.")
        )
    question_id, version = _stored(world, client.post(NEW, data=TYPED | {"situation": str(row.id)}))
    assert version.situation_id == row.id
    sent = TYPED | {"situation": "", "based_on": version.sha256}
    _, without = _stored(world, client.post(f"/organiser/questions/{question_id}/edit", data=sent))
    assert without.situation_id is None
    assert client.post(NEW, data=TYPED | {"situation": str(elsewhere.id)}).status_code == 422


@ON_SQLITE
def test_an_agency_author_writes_in_their_own_bank_only(world: World) -> None:
    person = world.person("SO-NV")
    _, other = _author(world)
    with world.inside():
        people.grant_role(actor=SYSTEM, now=world.now, person_id=person.id, role="author", agency_id=person.agency_id)
        made.empty_bank(world, "Ngân hàng Sở Nội vụ", owner_id=person.agency_id or 0)
        province = read().scalars(sa.select(Bank).where(Bank.owner_id == 0)).first()
        foreign = made.add(world)[0].public_id
    assert province is not None
    client = world.client(person)
    assert client.get(f"{NEW}?bank={province.public_id}").status_code == 404
    assert client.post(f"{NEW}?bank={province.public_id}", data=TYPED).status_code == 404
    assert client.get(f"/organiser/questions/{foreign}/edit").status_code == 404
    assert client.post(f"/organiser/questions/{foreign}/edit", data={"open": "1"}).status_code == 404
    assert client.get(f"{NEW}?after={foreign}").status_code == 404
    question_id, _ = _stored(world, client.post(NEW, data=TYPED))
    with world.inside():
        found = read().scalars(sa.select(Question).where(Question.public_id == question_id)).one()
        assert found.bank.owner_id == person.agency_id
    assert other.get(f"/organiser/questions/{question_id}/edit").status_code == 200  # the province's author


@ON_SQLITE
def test_a_reviewer_does_not_write(world: World) -> None:
    client = world.client(world.person("VP-UBND", role="reviewer"))
    with world.inside():
        question_id = made.add(world)[0].public_id
    assert client.get(NEW).status_code == 403
    assert client.get(f"/organiser/questions/{question_id}/edit").status_code == 403
    assert client.post("/organiser/questions/flaws", data=TYPED).status_code == 403


@ON_SQLITE
def test_advice_while_typing_names_flaws_likeness_and_the_law(world: World) -> None:
    _, client = _author(world)
    with world.inside():
        made.add(world, made.item(STEM, choices=tuple(TYPED["choices"][:3]), citations=(Citation("Luật X", "Điều 1"),)))
    sent = TYPED | {"stem": STEM + " ", "explanation": "", "documents": ["Nghị định 61/2018/NĐ-CP", "", "Văn bản lạ"]}
    with counted() as statements:
        answer = client.post("/organiser/questions/flaws", data=sent)
    assert not [s for s in statements if s.lstrip()[:6].upper() in ("INSERT", "UPDATE", "DELETE")]
    assert "Chưa có lời giải thích." in answer.json["flaws"]
    assert [one["similarity"] for one in answer.json["alike"]] == [100]
    replaced, nothing, unknown = answer.json["law"]
    assert replaced["kind"] == "bad"
    assert "bởi Nghị định 118/2025/NĐ-CP" in replaced["text"]
    assert nothing is None
    assert unknown["kind"] == "info"
    assert client.post("/organiser/questions/flaws", data={}).json == {"flaws": [], "alike": [], "law": []}


def test_advice_reads_a_few_questions_never_the_bank(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(likeness, "LIMIT", 3)
    stem = "Trong trường hợp hồ sơ chưa hợp lệ, công chức tiếp nhận hướng dẫn tổ chức bổ sung hồ sơ thế nào?"
    with world.inside():
        for number in range(5):
            made.add(world, made.item(f"{stem} Lần {number}"))
        reworded = stem.replace("công chức", "viên chức")
        own = made.add(world, made.item(reworded))[0]
        made.add(world, made.item("Ai ban hành quyết định công bố danh mục?"))
        found = likeness.candidates(made.home(), stem)
        assert len(found) == 3
        assert all("hướng dẫn tổ chức bổ sung" in asked for _, asked, _ in found)
        assert own.code in {code for code, _, _ in likeness.candidates(made.home(), reworded)}
        assert own.code not in {code for code, _, _ in likeness.candidates(made.home(), reworded, besides=own.code)}
        assert likeness.candidates(made.home(), "???") == []


@ON_SQLITE
def test_the_form_reads_the_situations_once(world: World) -> None:
    _, client = _author(world)
    with counted() as statements:
        client.post("/organiser/questions/new", data=TYPED | {"stem": ""})
    assert len([s for s in statements if "FROM situation_version" in s]) == 1


@ON_SQLITE
def test_what_is_alike_is_said_after_saving_too(world: World) -> None:
    _, client = _author(world)
    client.post(NEW, data=TYPED)
    answer = client.post(NEW, data=TYPED | {"explanation": ""}, follow_redirects=True)
    assert "Giống 100% câu" in answer.text


def test_review_of_a_second_version_goes_on_as_ever(world: World) -> None:
    _, client = _author(world)
    reviewer = world.actor(world.person("VP-UBND", role="reviewer"))
    with world.inside():
        question = made.approved(world, reviewer=reviewer)[0]
        approved = _newest(question.public_id)
    sent = TYPED | {"based_on": approved.sha256, "act": "submit"}
    _, draft = _stored(world, client.post(f"/organiser/questions/{question.public_id}/edit", data=sent))
    assert draft.state == "in_review"
    with world.inside():
        review.approve(actor=reviewer, now=world.now, question_id=question.public_id, sha256=draft.sha256)
        assert queries.versions([question.public_id], drawn=True)[0].number == 2
