"""Two pairs of eyes: who may decide what, once, on exactly what they read."""

import threading

import sqlalchemy as sa

from contest.people import service as people
from core.access import SYSTEM, Actor
from core.db import read
from core.errors import Conflict, Forbidden, Invalid, NotFound
from questions.bank import queries as bank_queries
from questions.bank import service as bank
from questions.bank.models import PROVINCE, Question
from questions.review import queries
from questions.review import service as review
from questions.review.queries import Queue
from tests.questions.reviewing import Committee, item


def test_a_question_is_drawn_once_somebody_else_has_approved_it(committee: Committee) -> None:
    (question_id,) = committee.submitted()
    before = committee.newest(question_id)
    assert (before.state, before.drawn, before.settled_at) == ("in_review", False, None)
    committee.world.later(hours=1)
    committee.approve(question_id)
    after = committee.newest(question_id)
    assert (after.state, after.drawn, after.settled_at) == ("approved", True, committee.world.now)
    assert committee.acts(question_id) == [
        ("submitted", "Nguyễn Thị Biên Soạn", ""),
        ("approved", "Trần Văn Thẩm Định", ""),
    ]
    assert [entry.subject for entry in committee.audited("question.approved")] == [f"question:{question_id}"]


def test_nobody_approves_or_returns_what_they_wrote_whatever_else_they_may(committee: Committee) -> None:
    both = committee.world.actor(committee.hire("author", "reviewer", name="Phạm Văn Kiêm Nhiệm"))
    (question_id,) = committee.submitted(by=both)
    sha256 = committee.newest(question_id).sha256
    given = {"actor": both, "question_id": question_id, "sha256": sha256}
    committee.refuses(Forbidden, "own-question", review.approve, **given)
    committee.refuses(Forbidden, "own-question", review.send_back, **given, text="Sửa câu dẫn.")
    committee.approve(question_id)


def test_who_mended_a_draft_last_is_its_author(committee: Committee) -> None:
    both = committee.world.actor(committee.hire("author", "reviewer", name="Phạm Văn Kiêm Nhiệm"))
    (question_id,) = committee.draft()
    committee.edit(question_id, item(stem="Ai công bố thủ tục hành chính của tỉnh?"), by=both)
    with committee.world.inside():
        review.submit(actor=committee.author, now=committee.world.now, question_ids=[question_id])
    sha256 = committee.newest(question_id).sha256
    committee.refuses(Forbidden, "own-question", review.approve, actor=both, question_id=question_id, sha256=sha256)


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
    committee.refuses(Forbidden, "own-question", review.approve, **given)
    committee.refuses(Forbidden, "own-question", review.send_back, **given, text="Sửa.")
    committee.approve(question_id)
    committee.database_refuses(
        "UPDATE question_version SET editors = '[]' WHERE id = :id", id=committee.newest(question_id).id
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
    committee.refuses(Forbidden, "own-question", review.approve, actor=organiser, **given)
    committee.approve(question_id)


def test_a_draft_out_of_use_is_not_handed_over(committee: Committee) -> None:
    (question_id,) = committee.draft()
    with committee.world.inside():
        review.retire(actor=committee.reviewer, now=committee.world.now, question_ids=[question_id], text="Thôi.")
    committee.refuses(Conflict, "retired", review.submit, actor=committee.author, question_ids=[question_id])
    assert committee.newest(question_id).state == "draft"


def test_an_author_cannot_approve_and_the_system_is_no_pair_of_eyes(committee: Committee) -> None:
    (question_id,) = committee.submitted()
    given = {"question_id": question_id, "sha256": committee.newest(question_id).sha256}
    committee.refuses(Forbidden, "forbidden", review.approve, actor=committee.author, **given)
    committee.refuses(Forbidden, "needs-a-person", review.approve, actor=SYSTEM, **given)


def test_what_was_edited_meanwhile_is_not_approved_unread(committee: Committee) -> None:
    (question_id,) = committee.submitted()
    read_then = committee.newest(question_id).sha256
    with committee.world.inside():
        review.withdraw(actor=committee.author, now=committee.world.now, question_id=question_id)
    committee.edit(question_id, item(keys=(1,)))
    with committee.world.inside():
        review.submit(actor=committee.author, now=committee.world.now, question_ids=[question_id])
    given = {"actor": committee.reviewer, "question_id": question_id, "sha256": read_then}
    committee.refuses(Conflict, "edited-meanwhile", review.approve, **given)
    committee.refuses(Conflict, "edited-meanwhile", review.send_back, **given, text="Sửa.")
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
    assert [act for act, _, _ in committee.acts(question_id)] == ["submitted", "approved"]


def test_only_drafts_are_submitted_all_or_none(committee: Committee) -> None:
    (waiting,) = committee.submitted()
    (draft,) = committee.draft(item(stem="Câu hỏi khác về công bố thủ tục hành chính?"))
    committee.refuses(Conflict, "not-draft", review.submit, actor=committee.author, question_ids=[draft, waiting])
    assert committee.newest(draft).state == "draft"


def test_withdrawn_goes_back_to_draft_and_cannot_be_decided(committee: Committee) -> None:
    (question_id,) = committee.submitted()
    sha256 = committee.newest(question_id).sha256
    given = {"actor": committee.author, "question_id": question_id}
    with committee.world.inside():
        review.withdraw(now=committee.world.now, **given)
    assert committee.newest(question_id).state == "draft"
    committee.refuses(Conflict, "not-in-review", review.withdraw, **given)
    committee.refuses(
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
        refused = committee.refuses(Invalid, "invalid", review.send_back, **given, text=empty)
        assert set(refused.extra["fields"]) == {"text"}
    committee.refuses(Invalid, "invalid", review.send_back, **given, text="a" * 2_001)
    with committee.world.inside():
        review.send_back(now=committee.world.now, **given, text="Căn cứ chưa rõ khoản.\nXem lại phương án C.")
    assert committee.newest(question_id).state == "draft"
    committee.edit(question_id, item(choices=("A1", "B1", "C1", "D1")))
    with committee.world.inside():
        review.submit(actor=committee.author, now=committee.world.now, question_ids=[question_id])
    said = [text for act, _, text in committee.acts(question_id) if act == "returned"]
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
    committee.refuses(NotFound, "not-found", review.approve, actor=local, question_id=province, sha256=sha256)
    committee.refuses(NotFound, "not-found", review.comment, actor=local, question_id=province, text="Ý kiến.")
    committee.refuses(NotFound, "not-found", review.retire, actor=local, question_ids=[province], text="Ý kiến.")
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
    committee.refuses(NotFound, "not-found", review.comment, actor=nobody, question_id=question_id, text="Xem.")
    assert [act for act, _, _ in committee.acts(question_id)] == ["submitted", *["comment"] * 3]


def _sample(committee: Committee) -> Question:
    with committee.world.inside():
        usable = sa.select(Question).where(Question.keys_public, Question.status == "active")
        return read().scalars(usable.order_by(Question.id).limit(1)).one()


def test_a_sample_becomes_approved_and_its_keys_stay_public(committee: Committee) -> None:
    sample = _sample(committee)
    committee.approve(sample.public_id)
    after = committee.newest(sample.public_id)
    assert (after.state, after.drawn) == ("approved", True)
    assert committee.question(sample.public_id).keys_public


def test_a_sample_cannot_be_returned_for_it_has_no_author(committee: Committee) -> None:
    sample = _sample(committee)
    sha256 = committee.newest(sample.public_id).sha256
    committee.refuses(
        Conflict,
        "decided-meanwhile",
        review.send_back,
        actor=committee.reviewer,
        question_id=sample.public_id,
        sha256=sha256,
        text="Trả lại.",
    )


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
