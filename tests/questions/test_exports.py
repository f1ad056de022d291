"""Files of questions: keys kept account of, nobody else's bank, the command."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa

from core import audit
from core.access import SYSTEM, Actor, Grant, Permission
from core.db import read
from core.errors import Forbidden, Invalid, NotFound
from questions.bank import queries
from questions.bank import service as bank_verbs
from questions.bank.models import Question, QuestionVersion
from questions.exports import service
from questions.exports.queries import EXPORTED
from questions.review import history
from questions.review import service as review
from questions.review.models import KeyExposure
from tests.questions.exporting import ONE, SAY, author, everything, home, make_bank, written
from tests.wire import ON_SQLITE
from tests.world import World, counted


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


def test_what_was_ticked_is_looked_up_without_reading_the_bank(world: World) -> None:
    with world.inside():
        bank = make_bank(world)
        ids = everything(bank)[:1]
        with counted() as statements:
            assert len(service.chosen(actor=SYSTEM, bank=bank, ids=ids)) == 1
        asked = [s for s in statements if "FROM question " in s and "public_id" in s]
        assert asked
        assert all("public_id IN" in s for s in asked)
