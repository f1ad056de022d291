"""Recording documents and changes of the law, and what follows for questions."""

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from contest.rounds import feasibility
from contest.rounds.rules import BlueprintCell
from core.access import SYSTEM
from core.audit import AuditEntry
from core.db import read, transaction
from core.errors import Forbidden, Invalid, NotFound
from questions.bank import citing
from questions.bank import queries as bank
from questions.bank.models import Quarantine, Question, VersionCitation
from questions.items import Citation
from questions.law import queries as law
from questions.law import service
from questions.law.models import LegalDocument
from questions.law.rows import DocumentRow, Relation
from questions.review import impact, law_changes, quarantine
from questions.review import service as review
from tests.questions import made
from tests.world import World, counted

OLD, NEW = "Nghị định 901/2026/NĐ-CP", "Nghị định 902/2026/NĐ-CP"
CITES = (Citation(OLD, "Điều 8"),)


@pytest.fixture(autouse=True)
def settled(world: World) -> None:
    """The worker has passed: what the law had overtaken since the template was made is held back."""
    with world.inside():
        quarantine.apply(actor=SYSTEM, now=world.now)
    world.later(minutes=10)


def row(title: str = OLD, **changes: object) -> DocumentRow:
    return DocumentRow(title=title, **changes)  # type: ignore[arg-type]


def sample(world: World, *, cites: tuple[Citation, ...] = CITES, stem: str = "Ai trả kết quả giải quyết?") -> Question:
    return made.add(world, made.item(stem, citations=cites), state="sample")[0]


def status_of(question: Question) -> str:
    found = read().scalar(sa.select(Question.status).where(Question.public_id == question.public_id))
    assert found is not None
    return found


def record(world: World, *rows: DocumentRow) -> law_changes.Outcome:
    return law_changes.record(actor=SYSTEM, now=world.now, rows=rows)


def law_id(title: str) -> str:
    found = law.by_name(title)
    assert found is not None
    return found.public_id


def pk(title: str) -> int:
    found = law.by_name(title)
    assert found is not None
    return found.id


def test_recording_the_same_again_changes_nothing(world: World) -> None:
    rows = [
        row(number="901/2026/NĐ-CP", issued_on=date(2026, 1, 5), cited_as=("Nghị định 901",),
            replaced_by=(Relation("902/2026/NĐ-CP", date(2027, 1, 1)),)),
        row(NEW, amended_by=(Relation("Nghị định 903/2026/NĐ-CP", None, ("Điều 4",)),)),
    ]  # fmt: skip
    with world.inside():
        first = record(world, *rows).recorded
        assert (len(first.added), len(first.changes)) == (3, 2)
        world.later(days=1)
        again = record(world, *rows)
        assert not again.recorded
        assert len(law.document(law_id(OLD), as_of=world.now.date()).changes) == 1


def test_a_document_known_by_its_number_alone_gets_its_name_and_keeps_what_it_did(world: World) -> None:
    with world.inside():
        record(world, row(replaced_by=(Relation("902/2026/NĐ-CP", date(2027, 1, 1)),)))
        assert law.by_name("902/2026/NĐ-CP") is not None
        done = record(world, row(NEW, number="902/2026/NĐ-CP", subject="về việc khác")).recorded
        assert (done.added, done.changed) == ((), (NEW,))
        line = next(d for d in law.documents(as_of=date(2027, 1, 1)) if d.title == OLD)
        assert [(c.kind, c.other) for c in line.changes] == [("replaces", NEW)]
        assert line.status == "replaced"


def test_a_citation_in_other_words_is_the_document_with_its_number(world: World) -> None:
    with world.inside():
        record(world, row(number="901/2026/NĐ-CP"))
        question = sample(
            world, cites=(Citation("Nghị định số 901/2026/NĐ-CP ngày 05/01/2026 của Chính phủ", "Điều 8"),)
        )
        assert [c.code for c in citing.of_document(SYSTEM, pk(OLD))] == [question.code]
        assert citing.counts(SYSTEM)[pk(OLD)] == 1


def test_two_names_of_one_document_become_one_and_citations_follow(world: World) -> None:
    other = "Nghị định về một cửa số 901"
    with world.inside():
        record(world, row(number="901/2026/NĐ-CP", issued_on=date(2026, 1, 5)))
        question = sample(world, cites=(Citation(other, "Điều 8"),))
        record(world, row(other, amended_by=(Relation(NEW, date(2026, 12, 1), ("Điều 8",)),)))
        record(world, row(number="901/2026/NĐ-CP", cited_as=(other,)))
        assert pk(other) == pk(OLD)
        assert (
            read().scalar(sa.select(sa.func.count()).select_from(LegalDocument).where(LegalDocument.title == other))
            == 0
        )
        assert [c.code for c in citing.of_document(SYSTEM, pk(OLD))] == [question.code]
        cited = read().scalars(sa.select(VersionCitation).where(VersionCitation.document_id == pk(OLD))).one()
        assert cited.cited_as == other  # what was settled reads as it did
        assert [c.other for c in law.document(cited.document.public_id, as_of=world.now.date()).changes] == [NEW]


def test_another_document_is_not_swallowed_by_a_wrong_name(world: World) -> None:
    with world.inside():
        record(world, row(number="901/2026/NĐ-CP"), row(NEW, number="902/2026/NĐ-CP", issued_on=date(2026, 2, 1)))
        with pytest.raises(Invalid):
            record(world, row(number="901/2026/NĐ-CP", cited_as=(NEW,)))
        assert pk(OLD) != pk(NEW)


def test_a_new_title_does_not_change_what_was_settled(world: World) -> None:
    with world.inside():
        record(world, row(number="901/2026/NĐ-CP"))
        sample(world)
        line = next(d for d in law.documents(as_of=world.now.date()) if d.title == OLD)
        service.revise(actor=SYSTEM, now=world.now, document_id=line.id, row=row(f"{OLD} về một cửa", cited_as=(OLD,)))
        cited = read().scalars(sa.select(VersionCitation).where(VersionCitation.document_id == line.pk)).one()
        assert cited.cited_as == OLD


def test_a_replacement_holds_questions_back_at_once_and_they_are_named(world: World) -> None:
    with world.inside():
        record(world, row())
        question, other = sample(world), sample(world, cites=(Citation(NEW, "Điều 8"),), stem="Ai tiếp nhận hồ sơ?")
        before = bank.available()["mot-cua", 1]
        done = record(world, row(replaced_by=(Relation(NEW, date(2026, 11, 1)),)))
        assert [(one.code, one.reason, one.article) for one in done.held] == [(question.code, "replaced", "Điều 8")]
        assert (status_of(question), status_of(other)) == ("quarantined", "active")
        assert bank.available()["mot-cua", 1] == before - 1
        held = impact.held_since(SYSTEM, world.now)
        assert [(one.code, one.document, one.by, one.on) for one in held] == [
            (question.code, OLD, NEW, date(2026, 11, 1))
        ]


def test_a_rehearsal_says_the_same_and_writes_nothing(world: World) -> None:
    rows = [row(replaced_by=(Relation(NEW, date(2026, 11, 1)),), subject="mới")]
    with world.inside():
        record(world, row())
        question = sample(world)
        before = law.documents(as_of=world.now.date())
        outcome = law_changes.rehearse(actor=SYSTEM, now=world.now, rows=rows)
        assert [one.code for one in outcome.held] == [question.code]
        assert law.documents(as_of=world.now.date()) == before
        assert status_of(question) == "active"
        real = record(world, *rows)
        assert (real.recorded, [one.code for one in real.held]) == (outcome.recorded, [question.code])


def test_a_rehearsal_only_reads_and_foresees_merged_documents_and_what_is_free_again(world: World) -> None:
    other = "Nghị định về một cửa số 901"
    with world.inside():
        record(world, row(number="901/2026/NĐ-CP", expires_on=date(2026, 11, 1)))
        sample(world, cites=(Citation(other, "Điều 8"),), stem="Ai tiếp nhận hồ sơ?")
        corrected = sample(world, cites=(Citation("Quyết định 905/2026/QĐ-TTg", "Điều 4"),), stem="Ai thu phí?")
        world.later(days=1)
        record(world, row("Quyết định 905/2026/QĐ-TTg", amended_by=(Relation(NEW, date(2026, 11, 1), ("Điều 4",)),)))
        assert status_of(corrected) == "quarantined"
        rows = [
            row(number="901/2026/NĐ-CP", cited_as=(other,)),
            row("Thông tư 1/2026/TT-BNV", number="1/2026/TT-BNV", cited_as=("Thông tư một",)),
            row("Thông tư một", amended_by=(Relation("1/2027/TT-BNV"),)),
            row("Quyết định 905/2026/QĐ-TTg", amended_by=(Relation(NEW, date(2026, 11, 1), ("Điều 9",)),)),
        ]
        with counted() as statements:
            foreseen = law_changes.rehearse(actor=SYSTEM, now=world.now, rows=rows)
        assert not [s for s in statements if not s.startswith("SELECT") or "FOR UPDATE" in s]
        done = record(world, *rows)
        assert (foreseen.recorded, foreseen.released) == (done.recorded, done.released)
        assert done.released == 1
        assert [(one.code, one.cause) for one in foreseen.held] == [(one.code, one.cause) for one in done.held]
        assert [(one.article, one.reason) for one in done.held] == [("Điều 8", "expired")]
        assert status_of(corrected) == "active"


def test_questions_follow_the_law_in_batches_of_their_own(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quarantine, "BATCH", 2)
    with world.inside():
        record(world, row())
        questions = [sample(world, stem=f"Câu hỏi thứ {number}: ai trả kết quả?") for number in range(5)]
        commits: list[object] = []
        note = commits.append
        sa.event.listen(sa.Engine, "commit", note)
        try:
            done = record(world, row(replaced_by=(Relation(NEW, date(2026, 11, 1)),)))
        finally:
            sa.event.remove(sa.Engine, "commit", note)
        assert len(done.held) == 5
        assert len(commits) >= 4  # the law, and three batches
        noted = read().scalars(
            sa.select(AuditEntry).where(AuditEntry.action == "questions.quarantined", AuditEntry.at == world.now)
        )
        assert sorted(entry.details["questions"] for entry in noted) == [1, 2, 2]
        gone = {"document_id": law_id(OLD), "by_id": law_id(NEW), "kind": "replaces"}
        assert law_changes.remove_change(actor=SYSTEM, now=world.now, **gone).released == 5
        assert {status_of(question) for question in questions} == {"active"}


def test_a_correction_that_nobody_followed_up_is_followed_by_the_worker(world: World) -> None:
    with world.inside():
        record(world, row())
        question = sample(world)
        record(world, row(replaced_by=(Relation(NEW, date(2026, 11, 1)),)))
        service.remove_change(
            actor=SYSTEM, now=world.now, document_id=law_id(OLD), by_id=law_id(NEW), kind="replaces"
        )  # and there the process died
        assert law_changes.follow(actor=SYSTEM, now=world.now) == ([], 1)
        assert status_of(question) == "active"
        with counted() as statements:
            assert law_changes.follow(actor=SYSTEM, now=world.now) == ([], 0)
        assert not [s for s in statements if not s.startswith("SELECT") or "FOR UPDATE" in s]


def test_an_amendment_touches_only_its_articles_and_only_those_who_did_not_know(world: World) -> None:
    with world.inside():
        record(world, row())
        eighth, ninth = sample(world), sample(world, cites=(Citation(OLD, "Điều 9"),), stem="Ai thu phí, lệ phí?")
        world.later(days=1)
        done = record(world, row(amended_by=(Relation(NEW, date(2026, 11, 20), ("Điều 8",)),)))
        assert [one.code for one in done.held] == [eighth.code]
        world.later(days=1)
        knowing = sample(world, stem="Ai ký giấy tiếp nhận hồ sơ?")
        assert quarantine.apply(actor=SYSTEM, now=world.now) == []
        # More articles are recorded later: those who settled meanwhile knew of Điều 8 only.
        world.later(days=1)
        done = record(world, row(amended_by=(Relation(NEW, None, ("Điều 8, 9",)),)))
        assert {one.code for one in done.held} == {ninth.code, knowing.code}


def test_a_mistake_is_taken_back_with_what_it_did(world: World) -> None:
    with world.inside():
        record(world, row())
        question = sample(world)
        record(world, row(replaced_by=(Relation(NEW, date(2026, 11, 1)),)))
        ids = {d.title: d.id for d in law.documents(as_of=world.now.date())}
        gone = {"document_id": ids[OLD], "by_id": ids[NEW], "kind": "replaces"}
        assert law_changes.remove_change(actor=SYSTEM, now=world.now, **gone).released == 1
        assert status_of(question) == "active"
        with pytest.raises(NotFound):
            law_changes.remove_change(actor=SYSTEM, now=world.now, **gone)
        # Recorded anew it counts anew, whatever ids the database hands out.
        assert len(record(world, row(replaced_by=(Relation(NEW, date(2026, 11, 1)),))).held) == 1


def test_what_a_reviewer_found_to_hold_stays_in_use(world: World) -> None:
    reviewer = world.actor(world.person("VP-UBND", role="reviewer"))
    with world.inside():
        record(world, row())
        question = sample(world)
        record(world, row(replaced_by=(Relation(NEW, date(2026, 11, 1)),)))
        version = question.versions[-1]
        quarantine.lift(
            actor=reviewer,
            now=world.now,
            question_id=question.public_id,
            text="Nội dung được giữ nguyên",
            sha256=version.sha256,
            causes=[one.cause for one in quarantine.open_causes(version.id)],
        )
        assert status_of(question) == "active"
        record(world, row(subject="mới"))
        assert quarantine.apply(actor=SYSTEM, now=world.now) == []
        assert status_of(question) == "active"


def test_a_form_says_everything_and_gaps_are_gaps(world: World) -> None:
    with world.inside():
        record(world, row(expires_on=date(2026, 10, 31), subject="một cửa", cited_as=("Nghị định 901",),
                          amended_by=(Relation(NEW),)))  # fmt: skip
        question = sample(world)
        assert [one.code for one in quarantine.apply(actor=SYSTEM, now=world.now)] == [question.code]
        line = next(d for d in law.documents(as_of=world.now.date()) if d.title == OLD)
        done = law_changes.revise(actor=SYSTEM, now=world.now, document_id=line.id, row=row())
        assert done.released == 1
        after = law.document(line.id, as_of=world.now.date())
        assert (after.expires_on, after.subject, after.names, after.changes) == (None, "", [], [])
        assert status_of(question) == "active"
        with pytest.raises(Invalid):
            law_changes.revise(actor=SYSTEM, now=world.now, document_id=None, row=row())


def test_only_who_manages_the_provinces_banks_may(world: World) -> None:
    actor = world.actor(world.person("SO-NV", role="author"))
    with world.inside(), pytest.raises(Forbidden):
        law_changes.record(actor=actor, now=world.now, rows=[row()])


@pytest.mark.parametrize(
    "bad",
    [
        row(""), row("x" * 301), row(number="1" * 61), row(cited_as=("x" * 301,)),
        row(effective_on=date(2026, 2, 1), expires_on=date(2026, 1, 1)), row(replaced_by=(Relation(OLD),)),
        row(amended_by=(Relation(""),)), row(amended_by=(Relation(NEW, None, ("Điều 1 " + "x" * 300,)),)),
    ],
)  # fmt: skip
def test_what_cannot_be_recorded_is_refused_whole(world: World, bad: DocumentRow) -> None:
    with world.inside():
        before = law.documents(as_of=world.now.date())
        with pytest.raises(Invalid):
            record(world, row(NEW), bad)
        assert law.documents(as_of=world.now.date()) == before


def test_names_without_letters_do_not_meet(world: World) -> None:
    with world.inside():
        first, second = (service.cited(text, now=world.now).id for text in ("???", "!!!"))
        assert first != second
        assert service.cited("???", now=world.now).id == first


def test_on_the_day_after_its_last_a_documents_questions_are_held_back(world: World) -> None:
    ends = date(2027, 2, 28)
    with world.inside():
        resting = citing.of_document(SYSTEM, pk("Nghị quyết 66.22/2026/NQ-CP"))
        drawn = {one.code for one in resting if one.state == "sample"}
        assert drawn
        world.now = datetime(2027, 2, 28, 16, 59, tzinfo=UTC)
        assert quarantine.apply(actor=SYSTEM, now=world.now) == []
        world.now = datetime(2027, 2, 28, 17, 0, tzinfo=UTC)  # 00:00 on 01/03 in Vietnam
        held = quarantine.apply(actor=SYSTEM, now=world.now)
        assert {one.code for one in held} == drawn
        assert {(one.reason, one.on) for one in held} == {("expired", ends)}
        assert quarantine.apply(actor=SYSTEM, now=world.now) == []
        assert read().scalar(sa.select(sa.func.count()).select_from(Quarantine).where(
            Quarantine.since == world.now)) == len(held)  # fmt: skip


def test_a_pass_with_nothing_new_reads_little_and_writes_nothing(world: World) -> None:
    with world.inside(), counted() as statements:
        assert quarantine.apply(actor=SYSTEM, now=world.now) == []
    assert len(statements) <= 5
    assert not any(
        s.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE")) or "FOR UPDATE" in s for s in statements
    )


def test_what_ends_before_a_round_closes_is_not_drawn_for_it_already_now(world: World) -> None:
    with world.inside():
        resting = [c for c in citing.of_document(SYSTEM, pk("Nghị quyết 66.22/2026/NQ-CP")) if c.state == "sample"]
        full, then = bank.available(), bank.available(as_of=date(2027, 3, 1))
        assert sum(full.values()) - sum(then.values()) == len(resting)
        assert bank.available(as_of=date(2027, 2, 28)) == full
        topics = {topic for topic, _ in full}
        assert len(bank.pool(topics)) - len(bank.pool(topics, as_of=date(2027, 3, 1))) == len(resting)


def test_a_round_that_becomes_infeasible_is_named_and_a_frozen_one_says_what_it_rests_on(world: World) -> None:
    cell = BlueprintCell("mot-cua", 1, 1)
    with world.inside(), transaction() as session:
        session.execute(sa.update(Question).values(status="retired"))
        record(world, row())
        question = sample(world)
    draft = world.round(prepared=False, blueprint=(cell,), attempts=1)
    frozen = world.round(blueprint=(cell,), attempts=1, opens=timedelta(days=1))
    with world.inside():
        assert not feasibility.overtaken(world.view(draft))
        assert not feasibility.overtaken(world.view(frozen))
        done = record(world, row(replaced_by=(Relation(NEW, date(2026, 11, 28)),)))
        assert done.held == []  # not yet
        hit = feasibility.overtaken(world.view(draft))
        assert [(s.topic, s.difficulty, s.wanted, s.available) for s in hit.shortages] == [("mot-cua", 1, 1, 0)]
        hit = feasibility.overtaken(world.view(frozen))
        assert [(one.code, one.reason) for one in hit.frozen] == [(question.code, "replaced")]
        assert [s.available for s in hit.shortages] == [0]
        assert not feasibility.overtaken(world.view(frozen), as_of=date(2026, 11, 27))


def test_a_round_that_closes_at_midnight_ends_with_the_day_before(world: World) -> None:
    with world.inside():
        record(world, row())
    midnight = datetime(2026, 11, 29, 17, 0, tzinfo=UTC)
    draft = world.round(prepared=False, lasts=midnight - world.now)
    view = world.view(draft)
    with world.inside():
        assert feasibility.overtaken(view).as_of == date(2026, 11, 29)


def test_nobody_quarantines_what_was_just_approved_by_somebody_who_knew(world: World) -> None:
    reviewer = world.actor(world.person("VP-UBND", role="reviewer"))
    with world.inside():
        record(world, row(amended_by=(Relation(NEW, date(2026, 11, 1), ("Điều 8",)),)))
        question = made.approved(world, made.item(citations=CITES), reviewer=reviewer)[0]
        assert status_of(question) == "active"
        # A replacement holds whoever approves: the document is not in force any more.
        record(world, row(replaced_by=(Relation("Nghị định 904/2026/NĐ-CP", date(2026, 11, 1)),)))
        assert status_of(question) == "quarantined"
        review.retire(actor=reviewer, now=world.now, question_ids=[question.public_id], text="Bỏ")
        assert status_of(question) == "retired"


def test_a_bare_number_names_the_one_document_that_has_it(world: World) -> None:
    with world.inside():
        decree = service.cited("Nghị định 977/2025/NĐ-CP", now=world.now)
        assert service.cited("977/2025", now=world.now).id == decree.id
        service.record(
            actor=SYSTEM, now=world.now, rows=[DocumentRow("Quyết định 977/2025/QĐ-TTg", number="977/2025/QĐ-TTg")]
        )
        assert service.cited("977/2025", now=world.now).id != decree.id, "two documents: nobody guesses"
