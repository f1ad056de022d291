"""Two pairs of eyes: who may decide what, once, on exactly what they read."""

import threading
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from contest.people import service as people
from core.access import SYSTEM, Actor
from core.audit import AuditEntry
from core.db import read, transaction
from core.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from questions.bank import queries as bank_queries
from questions.bank import service as bank
from questions.bank.models import PROVINCE, Question
from questions.review import history, quarantine, queries
from questions.review import service as review
from questions.review.models import ReviewEntry
from questions.review.queries import Queue
from tests.questions.reviewing import Committee, item
from tests.world import World


@pytest.fixture
def committee(world: World) -> Committee:
    return Committee(world)


def _acts(committee: Committee, question_id: str) -> list[tuple[str, str, str]]:
    ids = [version.id for version in committee.versions(question_id)]
    with committee.world.inside():
        return [(entry.act, entry.person_name, entry.text) for entry in history.entries(ids)]


def _audited(committee: Committee, action: str) -> list[AuditEntry]:
    with committee.world.inside():
        return list(read().scalars(sa.select(AuditEntry).where(AuditEntry.action == action)))


def _refused(committee: Committee, kind: type[DomainError], code: str, verb: Any, **given: Any) -> DomainError:
    with committee.world.inside(), pytest.raises(kind) as refused:
        verb(now=committee.world.now, **given)
    assert refused.value.code == code
    return refused.value


def _seen(committee: Committee, question_id: str) -> dict[str, Any]:
    """What a page shows of the wording in use: its hash, and what holds it back."""
    drawn = next(version for version in committee.versions(question_id) if version.drawn)
    with committee.world.inside():
        return {"sha256": drawn.sha256, "causes": [one.cause for one in quarantine.open_causes(drawn.id)]}


def test_a_question_is_drawn_once_somebody_else_has_approved_it(committee: Committee) -> None:
    (question_id,) = committee.submitted()
    before = committee.newest(question_id)
    assert (before.state, before.drawn, before.settled_at) == ("in_review", False, None)
    committee.world.later(hours=1)
    committee.approve(question_id)
    after = committee.newest(question_id)
    assert (after.state, after.drawn, after.settled_at) == ("approved", True, committee.world.now)
    assert _acts(committee, question_id) == [
        ("submitted", "Nguyễn Thị Biên Soạn", ""),
        ("approved", "Trần Văn Thẩm Định", ""),
    ]
    assert [entry.subject for entry in _audited(committee, "question.approved")] == [f"question:{question_id}"]


def test_nobody_approves_or_returns_what_they_wrote_whatever_else_they_may(committee: Committee) -> None:
    both = committee.world.actor(committee.hire("author", "reviewer", name="Phạm Văn Kiêm Nhiệm"))
    (question_id,) = committee.submitted(by=both)
    sha256 = committee.newest(question_id).sha256
    given = {"actor": both, "question_id": question_id, "sha256": sha256}
    _refused(committee, Forbidden, "own-question", review.approve, **given)
    _refused(committee, Forbidden, "own-question", review.send_back, **given, text="Sửa câu dẫn.")
    committee.approve(question_id)


def test_who_mended_a_draft_last_is_its_author(committee: Committee) -> None:
    both = committee.world.actor(committee.hire("author", "reviewer", name="Phạm Văn Kiêm Nhiệm"))
    (question_id,) = committee.draft()
    committee.edit(question_id, item(stem="Ai công bố thủ tục hành chính của tỉnh?"), by=both)
    with committee.world.inside():
        review.submit(actor=committee.author, now=committee.world.now, question_ids=[question_id])
    sha256 = committee.newest(question_id).sha256
    _refused(committee, Forbidden, "own-question", review.approve, actor=both, question_id=question_id, sha256=sha256)


def test_whoever_wrote_in_a_draft_does_not_approve_it_whoever_saved_it_last(committee: Committee) -> None:
    both = committee.world.actor(committee.hire("author", "reviewer", name="Phạm Văn Kiêm Nhiệm"))
    (question_id,) = committee.draft(by=both)
    committee.edit(question_id, item())  # saved as it was
    assert committee.newest(question_id).author_name == "Phạm Văn Kiêm Nhiệm"
    committee.edit(question_id, item(stem="Ai công bố thủ tục hành chính của tỉnh?"))
    version = committee.newest(question_id)
    assert (version.author_name, len(version.editors)) == ("Nguyễn Thị Biên Soạn", 2)
    with committee.world.inside():
        review.submit(actor=committee.author, now=committee.world.now, question_ids=[question_id])
        queue = Queue("waiting")
        assert queries.upcoming(both, committee.bank, queue) == []
        assert (queries.size(both, committee.bank, queue), queries.own(both, committee.bank, queue)) == (0, 1)
    given = {"actor": both, "question_id": question_id, "sha256": version.sha256}
    _refused(committee, Forbidden, "own-question", review.approve, **given)
    _refused(committee, Forbidden, "own-question", review.send_back, **given, text="Sửa.")
    committee.approve(question_id)
    _refused_by_the_database(
        committee, "UPDATE question_version SET editors = '[]' WHERE id = :id", id=committee.newest(question_id).id
    )


def test_an_approved_text_has_had_its_second_pair_of_eyes(committee: Committee) -> None:
    both = committee.world.actor(committee.hire("author", "reviewer", name="Phạm Văn Kiêm Nhiệm"))
    (question_id,) = committee.submitted(by=both)
    committee.approve(question_id)
    committee.edit(question_id, item(stem="Ai công bố thủ tục hành chính của tỉnh?"))
    with committee.world.inside():
        review.submit(actor=committee.author, now=committee.world.now, question_ids=[question_id])
    committee.approve(question_id, by=both)
    assert committee.newest(question_id).state == "approved"


def test_who_wrote_a_sample_does_not_approve_what_was_made_of_it(committee: Committee) -> None:
    organiser = committee.world.actor(committee.world.person(role="organiser"))
    with committee.world.inside():
        (sample,) = bank.add(
            actor=organiser, now=committee.world.now, bank=committee.bank, items=[item()], state="sample"
        )
        question_id = sample.public_id
    committee.edit(question_id, item(explanation=""))
    with committee.world.inside():
        review.submit(actor=committee.author, now=committee.world.now, question_ids=[question_id])
    given = {"question_id": question_id, "sha256": committee.newest(question_id).sha256}
    _refused(committee, Forbidden, "own-question", review.approve, actor=organiser, **given)
    committee.approve(question_id)


def test_a_draft_out_of_use_is_not_handed_over(committee: Committee) -> None:
    (question_id,) = committee.draft()
    with committee.world.inside():
        review.retire(actor=committee.reviewer, now=committee.world.now, question_ids=[question_id], text="Thôi.")
    _refused(committee, Conflict, "retired", review.submit, actor=committee.author, question_ids=[question_id])
    assert committee.newest(question_id).state == "draft"


def test_an_author_cannot_approve_and_the_system_is_no_pair_of_eyes(committee: Committee) -> None:
    (question_id,) = committee.submitted()
    given = {"question_id": question_id, "sha256": committee.newest(question_id).sha256}
    _refused(committee, Forbidden, "forbidden", review.approve, actor=committee.author, **given)
    _refused(committee, Forbidden, "needs-a-person", review.approve, actor=SYSTEM, **given)


def test_what_was_edited_meanwhile_is_not_approved_unread(committee: Committee) -> None:
    (question_id,) = committee.submitted()
    read_then = committee.newest(question_id).sha256
    with committee.world.inside():
        review.withdraw(actor=committee.author, now=committee.world.now, question_id=question_id)
    committee.edit(question_id, item(keys=(1,)))
    with committee.world.inside():
        review.submit(actor=committee.author, now=committee.world.now, question_ids=[question_id])
    given = {"actor": committee.reviewer, "question_id": question_id, "sha256": read_then}
    _refused(committee, Conflict, "edited-meanwhile", review.approve, **given)
    _refused(committee, Conflict, "edited-meanwhile", review.send_back, **given, text="Sửa.")
    assert committee.newest(question_id).state == "in_review"


def test_of_two_reviewers_at_once_one_decides(committee: Committee) -> None:
    (question_id,) = committee.submitted()
    sha256 = committee.newest(question_id).sha256
    together, outcomes = threading.Barrier(2), []

    def decide(actor: Actor) -> None:
        with committee.world.inside():
            together.wait()
            try:
                review.approve(actor=actor, now=committee.world.now, question_id=question_id, sha256=sha256)
                outcomes.append("approved")
            except Conflict as conflict:
                outcomes.append(conflict.code)

    threads = [threading.Thread(target=decide, args=(actor,)) for actor in (committee.reviewer, committee.second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["approved", "decided-meanwhile"]
    assert [act for act, _, _ in _acts(committee, question_id)] == ["submitted", "approved"]


def test_only_drafts_are_submitted_all_or_none(committee: Committee) -> None:
    (waiting,) = committee.submitted()
    (draft,) = committee.draft(item(stem="Câu hỏi khác về công bố thủ tục hành chính?"))
    _refused(committee, Conflict, "not-draft", review.submit, actor=committee.author, question_ids=[draft, waiting])
    assert committee.newest(draft).state == "draft"


def test_withdrawn_goes_back_to_draft_and_cannot_be_decided(committee: Committee) -> None:
    (question_id,) = committee.submitted()
    sha256 = committee.newest(question_id).sha256
    given = {"actor": committee.author, "question_id": question_id}
    with committee.world.inside():
        review.withdraw(now=committee.world.now, **given)
    assert committee.newest(question_id).state == "draft"
    _refused(committee, Conflict, "not-in-review", review.withdraw, **given)
    _refused(
        committee,
        Conflict,
        "decided-meanwhile",
        review.approve,
        actor=committee.reviewer,
        question_id=question_id,
        sha256=sha256,
    )


def test_what_is_returned_keeps_the_reason_through_the_next_round(committee: Committee) -> None:
    (question_id,) = committee.submitted()
    given = {
        "actor": committee.reviewer,
        "question_id": question_id,
        "sha256": committee.newest(question_id).sha256,
    }
    for empty in ("", " \n\t "):
        refused = _refused(committee, Invalid, "invalid", review.send_back, **given, text=empty)
        assert set(refused.extra["fields"]) == {"text"}
    _refused(committee, Invalid, "invalid", review.send_back, **given, text="a" * 2_001)
    with committee.world.inside():
        review.send_back(now=committee.world.now, **given, text="Căn cứ chưa rõ khoản.\nXem lại phương án C.")
    assert committee.newest(question_id).state == "draft"
    committee.edit(question_id, item(choices=("A1", "B1", "C1", "D1")))
    with committee.world.inside():
        review.submit(actor=committee.author, now=committee.world.now, question_ids=[question_id])
    said = [text for act, _, text in _acts(committee, question_id) if act == "returned"]
    assert said == ["Căn cứ chưa rõ khoản.\nXem lại phương án C."]


def test_a_second_version_takes_over_and_the_first_stays_approved(committee: Committee) -> None:
    (question_id,) = committee.approved()
    committee.edit(question_id, item(stem="Ai có thẩm quyền công bố thủ tục hành chính của tỉnh?"))
    first, second = committee.versions(question_id)
    assert (first.drawn, second.drawn, second.state) == (True, False, "draft")
    with committee.world.inside():
        review.submit(actor=committee.author, now=committee.world.now, question_ids=[question_id])
    committee.approve(question_id, by=committee.second)
    first, second = committee.versions(question_id)
    assert (first.state, first.drawn, second.state, second.drawn) == ("approved", False, "approved", True)
    with committee.world.inside():
        pool = bank_queries.pool(["kiem-soat"])
    assert [one.version_id for one in pool if one.version_id in (first.id, second.id)] == [second.id]


CHANGES = (
    "UPDATE question_version SET stem = 'khác' WHERE id = :id",
    'UPDATE question_version SET choices = \'["a", "b"]\' WHERE id = :id',
    "UPDATE question_version SET keys = '[1]' WHERE id = :id",
    "UPDATE question_version SET explanation = 'khác' WHERE id = :id",
    "UPDATE question_version SET sha256 = 'x' WHERE id = :id",
    "UPDATE question_version SET author_id = NULL WHERE id = :id",
    "UPDATE version_citation SET article = 'Điều 99' WHERE version_id = :id",
    "DELETE FROM version_citation WHERE version_id = :id",
)
BACK = "UPDATE question_version SET state = 'draft', drawn = false, settled_at = NULL WHERE id = :id"


def _refused_by_the_database(committee: Committee, statement: str, **values: Any) -> None:
    with committee.world.inside(), pytest.raises(DBAPIError), transaction() as session:
        session.execute(sa.text(statement), values)


@pytest.mark.parametrize("state", ["in_review", "approved"])
def test_not_even_sql_changes_what_was_handed_over(committee: Committee, state: str) -> None:
    (question_id,) = committee.submitted() if state == "in_review" else committee.approved()
    version = committee.newest(question_id)
    for statement in CHANGES:
        _refused_by_the_database(committee, statement, id=version.id)
    _refused_by_the_database(committee, "DELETE FROM question_version WHERE id = :id", id=version.id)
    if state == "approved":
        _refused_by_the_database(committee, BACK, id=version.id)
    now = committee.newest(question_id)
    assert (now.stem, now.keys, now.sha256, now.state) == (version.stem, version.keys, version.sha256, state)


def test_a_draft_does_change_by_sql_so_that_the_guard_is_what_refuses(committee: Committee) -> None:
    (question_id,) = committee.draft()
    version = committee.newest(question_id)
    with committee.world.inside(), transaction() as session:
        session.execute(sa.text(CHANGES[0]), {"id": version.id})
    assert committee.newest(question_id).stem == "khác"


def test_a_review_entry_is_written_once(committee: Committee) -> None:
    committee.approved()
    with committee.world.inside():
        entry = read().scalars(sa.select(ReviewEntry).order_by(ReviewEntry.id.desc()).limit(1)).one()
    for statement in (
        "UPDATE review_entry SET person_name = 'Người khác' WHERE id = :id",
        "DELETE FROM review_entry WHERE id = :id",
    ):
        _refused_by_the_database(committee, statement, id=entry.id)


def test_a_reviewer_of_an_agency_sees_and_decides_in_its_bank_only(committee: Committee) -> None:
    world = committee.world
    agency = world.agency_id("SO-TP")
    local = world.actor(committee.hire("reviewer", name="Hồ Thị Tư Pháp", scope=agency))
    author = world.actor(committee.hire("author", name="Vũ Văn Tư Pháp", scope=agency))
    with world.inside():
        own = bank.create_bank(actor=SYSTEM, now=world.now, name="Ngân hàng của Sở", owner_id=agency)
    (theirs,) = committee.submitted(by=author, bank_=own)
    (province,) = committee.submitted()
    sha256 = committee.newest(province).sha256
    _refused(committee, NotFound, "not-found", review.approve, actor=local, question_id=province, sha256=sha256)
    _refused(committee, NotFound, "not-found", review.comment, actor=local, question_id=province, text="Ý kiến.")
    _refused(committee, NotFound, "not-found", review.retire, actor=local, question_ids=[province], text="Ý kiến.")
    committee.approve(theirs, by=local)
    with world.inside():
        assert [one.owner_id for one in bank_queries.banks(local)] == [agency]
        assert PROVINCE not in {one.owner_id for one in bank_queries.banks(local)}


def test_a_comment_is_open_to_who_writes_or_reviews_in_that_bank(committee: Committee) -> None:
    world, agency = committee.world, committee.world.agency_id("SO-TP")
    person = committee.hire("author", name="Đỗ Thị Hai Vai")
    committee.hire("reviewer", name="Người khác", scope=agency)
    with world.inside():
        people.grant_role(actor=SYSTEM, now=world.now, person_id=person.id, role="reviewer", agency_id=agency)
    (question_id,) = committee.submitted()
    for actor in (world.actor(person), committee.author, committee.reviewer):
        with world.inside():
            review.comment(actor=actor, now=world.now, question_id=question_id, text="Đã xem.")
    nobody = world.actor(world.person())
    _refused(committee, NotFound, "not-found", review.comment, actor=nobody, question_id=question_id, text="Xem.")
    assert [act for act, _, _ in _acts(committee, question_id)] == ["submitted", *["comment"] * 3]


def _sample(committee: Committee) -> Question:
    with committee.world.inside():
        usable = sa.select(Question).where(Question.keys_public, Question.status == "active")
        return read().scalars(usable.order_by(Question.id).limit(1)).one()


def test_a_sample_becomes_approved_and_its_keys_stay_public(committee: Committee) -> None:
    with committee.world.inside():
        sample = (
            read()
            .scalars(
                sa.select(Question)
                .join(Question.versions)
                .where(Question.keys_public, Question.status == "active")
                .limit(1)
            )
            .one()
        )
    committee.approve(sample.public_id)
    after = committee.newest(sample.public_id)
    assert (after.state, after.drawn) == ("approved", True)
    assert committee.question(sample.public_id).keys_public


def test_a_sample_cannot_be_returned_for_it_has_no_author(committee: Committee) -> None:
    with committee.world.inside():
        sample = (
            read()
            .scalars(
                sa.select(Question)
                .join(Question.versions)
                .where(Question.keys_public, Question.status == "active")
                .limit(1)
            )
            .one()
        )
    sha256 = committee.newest(sample.public_id).sha256
    _refused(
        committee,
        Conflict,
        "decided-meanwhile",
        review.send_back,
        actor=committee.reviewer,
        question_id=sample.public_id,
        sha256=sha256,
        text="Trả lại.",
    )


def test_quarantine_is_lifted_with_a_reason_by_somebody_else_and_for_good(committee: Committee) -> None:
    world = committee.world
    (question_id,) = committee.approved()
    committee.replace_law()
    with world.inside():
        assert question_id in {one.question_id for one in quarantine.apply(actor=SYSTEM, now=world.now)}
        assert quarantine.apply(actor=SYSTEM, now=world.now) == []
    assert committee.question(question_id).status == "quarantined"
    given = {"actor": committee.reviewer, "question_id": question_id, **_seen(committee, question_id)}
    _refused(committee, Invalid, "invalid", quarantine.lift, **given, text="  ")
    with world.inside():
        quarantine.lift(now=world.now, **given, text="Điều 15 được giữ nguyên ở văn bản mới.")
    assert committee.question(question_id).status == "active"
    assert _acts(committee, question_id)[-1] == (
        "restored",
        "Trần Văn Thẩm Định",
        "Điều 15 được giữ nguyên ở văn bản mới.",
    )
    assert len(_audited(committee, "question.restored")) == 1
    _refused(committee, Conflict, "not-quarantined", quarantine.lift, **given, text="Lần nữa.")
    world.later(hours=1)
    with world.inside():
        assert quarantine.apply(actor=SYSTEM, now=world.now) == []


def test_the_author_does_not_lift_the_quarantine_of_the_own_wording(committee: Committee) -> None:
    both = committee.world.actor(committee.hire("author", "reviewer", name="Phạm Văn Kiêm Nhiệm"))
    (question_id,) = committee.submitted(by=both)
    committee.approve(question_id)
    committee.replace_law()
    with committee.world.inside():
        quarantine.apply(actor=SYSTEM, now=committee.world.now)
    given = {"actor": both, "question_id": question_id, "text": "Vẫn đúng.", **_seen(committee, question_id)}
    _refused(committee, Forbidden, "own-question", quarantine.lift, **given)


def test_only_what_the_reviewer_has_seen_is_lifted(committee: Committee) -> None:
    (question_id,) = committee.approved()
    committee.replace_law()
    with committee.world.inside():
        quarantine.apply(actor=SYSTEM, now=committee.world.now)
    given = {"actor": committee.reviewer, "question_id": question_id, "text": "Vẫn đúng."}
    seen = _seen(committee, question_id)
    assert len(seen["causes"]) == 1
    _refused(committee, Conflict, "edited-meanwhile", quarantine.lift, **given, **seen | {"sha256": "0" * 64})
    committee.record("Nghị định 900/2026/NĐ-CP", expires_on=committee.world.now.date())
    committee.world.later(days=1)
    with committee.world.inside():
        quarantine.apply(actor=SYSTEM, now=committee.world.now)
    _refused(committee, Conflict, "more-causes", quarantine.lift, **given, **seen)
    assert committee.question(question_id).status == "quarantined"
    retired = {"actor": committee.reviewer, "question_ids": [question_id], "text": "Thôi."}
    _refused(committee, Conflict, "edited-meanwhile", review.retire, **retired, sha256="0" * 64)
    with committee.world.inside():
        quarantine.lift(now=committee.world.now, **given, **_seen(committee, question_id))
    assert committee.question(question_id).status == "active"


def test_what_rests_on_replaced_law_is_held_back_as_soon_as_it_is_approved(committee: Committee) -> None:
    (question_id,) = committee.submitted()
    committee.replace_law()
    committee.approve(question_id)
    assert committee.newest(question_id).state == "approved"
    assert committee.question(question_id).status == "quarantined"


def test_a_mended_wording_brings_a_quarantined_question_back(committee: Committee) -> None:
    (question_id,) = committee.approved()
    committee.replace_law()
    with committee.world.inside():
        quarantine.apply(actor=SYSTEM, now=committee.world.now)
    committee.edit(question_id, item(citations=()))
    with committee.world.inside():
        review.submit(actor=committee.author, now=committee.world.now, question_ids=[question_id])
        offered = queries.upcoming(committee.second, committee.bank, Queue("waiting"))
    assert offered == [committee.newest(question_id).id]
    committee.approve(question_id, by=committee.second)
    assert committee.question(question_id).status == "active"


def test_retired_is_used_again_only_as_far_as_the_law_allows(committee: Committee) -> None:
    world = committee.world
    touched, safe = committee.approved(item(), item(stem="Câu không có căn cứ bị thay thế?", citations=()))
    given = {"actor": committee.reviewer, "question_ids": [touched, safe]}
    _refused(committee, Invalid, "invalid", review.retire, **given, text="")
    with world.inside():
        assert review.retire(now=world.now, **given, text="Đã ra nhiều lần.") == 2
    committee.replace_law()
    with world.inside():
        held = quarantine.apply(actor=SYSTEM, now=world.now)  # what is out of use is not held back
        assert not {touched, safe} & {one.question_id for one in held}
        review.bring_back(now=world.now, **given, text="Dùng cho vòng sau.")
    assert [committee.question(one).status for one in (touched, safe)] == ["quarantined", "active"]
    assert [act for act, _, _ in _acts(committee, safe)][-2:] == ["retired", "restored"]


def test_retiring_twice_writes_one_entry(committee: Committee) -> None:
    (question_id,) = committee.approved()
    for _ in range(2):
        with committee.world.inside():
            review.retire(
                actor=committee.reviewer, now=committee.world.now, question_ids=[question_id], text="Thôi dùng."
            )
    assert [act for act, _, _ in _acts(committee, question_id)].count("retired") == 1


def test_who_saw_keys_is_counted_also_when_two_tabs_ask_at_once(committee: Committee) -> None:
    world = committee.world
    ids = [committee.newest(one).id for one in committee.approved(item(), item(stem="Câu thứ hai thì sao?"))]
    together, failures = threading.Barrier(2), []

    def ask() -> None:
        with world.inside():
            together.wait()
            try:
                history.expose(actor=committee.second, now=world.now, version_ids=ids, how=history.SEEN)
            except Exception as failure:
                failures.append(failure)

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    first = world.now
    world.later(minutes=5)
    with world.inside():
        history.expose(actor=committee.second, now=world.now, version_ids=ids[:1], how=history.SEEN)
        history.expose(actor=committee.second, now=world.now, version_ids=ids[:1], how=history.PRINTED)
        history.expose(actor=SYSTEM, now=world.now, version_ids=ids, how=history.SEEN)
        history.expose(actor=committee.second, now=world.now, version_ids=[], how=history.SEEN)
        found = {(one.version_id, one.how): (one.times, one.first_at) for one in history.exposures(ids)}
    assert failures == []
    assert found == {(ids[0], "seen"): (3, first), (ids[1], "seen"): (2, first), (ids[0], "printed"): (1, world.now)}


def test_handing_out_any_wording_exposes_every_settled_one(committee: Committee) -> None:
    (question_id,) = committee.approved()
    committee.edit(question_id, item(explanation=""))
    first, draft = committee.versions(question_id)
    given = {"actor": committee.second, "now": committee.world.now, "how": history.SEEN}
    with committee.world.inside():
        history.expose(version_ids=[draft.id], **given)
        assert [one.version_id for one in history.exposures([first.id, draft.id])] == [first.id]
        review.submit(actor=committee.author, now=committee.world.now, question_ids=[question_id])
        history.expose(version_ids=[draft.id], **given)
        found = {one.version_id: one.times for one in history.exposures([first.id, draft.id])}
    assert found == {first.id: 2, draft.id: 1}


def test_own_questions_and_foreign_banks_are_not_offered(committee: Committee) -> None:
    both = committee.world.actor(committee.hire("author", "reviewer", name="Phạm Văn Kiêm Nhiệm"))
    committee.submitted(by=both)
    (other,) = committee.submitted(item(stem="Câu của người khác về thủ tục hành chính?", topic="mot-cua"))
    with committee.world.inside():
        queue = Queue("waiting")
        assert queries.upcoming(both, committee.bank, queue) == [committee.newest(other).id]
        assert (queries.size(both, committee.bank, queue), queries.own(both, committee.bank, queue)) == (1, 1)
        assert [one.topic for one in queries.by_topic(both, committee.bank, queue)] == ["mot-cua"]
        assert queries.size(both, committee.bank, Queue("waiting", topic="kiem-soat")) == 0
        assert queries.size(both, committee.bank, Queue("waiting", difficulty=2)) == 1
