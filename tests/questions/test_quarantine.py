"""Held back by the law, lifted with a reason, out of use and back."""

from typing import Any

from core.access import SYSTEM
from core.errors import Conflict, Forbidden, Invalid
from questions.review import quarantine, queries
from questions.review import service as review
from questions.review.queries import Queue
from tests.questions.reviewing import Committee, item


def _seen(committee: Committee, question_id: str) -> dict[str, Any]:
    """What a page shows of the wording in use: its hash, and what holds it back."""
    drawn = next(version for version in committee.versions(question_id) if version.drawn)
    with committee.world.inside():
        return {"sha256": drawn.sha256, "causes": [one.cause for one in quarantine.open_causes(drawn.id)]}


def test_quarantine_is_lifted_with_a_reason_by_somebody_else_and_for_good(committee: Committee) -> None:
    world = committee.world
    (question_id,) = committee.approved()
    committee.replace_law()
    with world.inside():
        assert question_id in {one.question_id for one in quarantine.apply(actor=SYSTEM, now=world.now)}
        assert quarantine.apply(actor=SYSTEM, now=world.now) == []
    assert committee.question(question_id).status == "quarantined"
    given = {"actor": committee.reviewer, "question_id": question_id, **_seen(committee, question_id)}
    committee.refuses(Invalid, "invalid", quarantine.lift, **given, text="  ")
    with world.inside():
        quarantine.lift(now=world.now, **given, text="Điều 15 được giữ nguyên ở văn bản mới.")
    assert committee.question(question_id).status == "active"
    assert committee.acts(question_id)[-1] == (
        "restored",
        "Trần Văn Thẩm Định",
        "Điều 15 được giữ nguyên ở văn bản mới.",
    )
    assert len(committee.audited("question.restored")) == 1
    committee.refuses(Conflict, "not-quarantined", quarantine.lift, **given, text="Lần nữa.")
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
    committee.refuses(Forbidden, "own-question", quarantine.lift, **given)


def test_only_what_the_reviewer_has_seen_is_lifted(committee: Committee) -> None:
    (question_id,) = committee.approved()
    committee.replace_law()
    with committee.world.inside():
        quarantine.apply(actor=SYSTEM, now=committee.world.now)
    given = {"actor": committee.reviewer, "question_id": question_id, "text": "Vẫn đúng."}
    seen = _seen(committee, question_id)
    assert len(seen["causes"]) == 1
    committee.refuses(Conflict, "edited-meanwhile", quarantine.lift, **given, **seen | {"sha256": "0" * 64})
    committee.record("Nghị định 900/2026/NĐ-CP", expires_on=committee.world.now.date())
    committee.world.later(days=1)
    with committee.world.inside():
        quarantine.apply(actor=SYSTEM, now=committee.world.now)
    committee.refuses(Conflict, "more-causes", quarantine.lift, **given, **seen)
    assert committee.question(question_id).status == "quarantined"
    retired = {"actor": committee.reviewer, "question_ids": [question_id], "text": "Thôi."}
    committee.refuses(Conflict, "edited-meanwhile", review.retire, **retired, sha256="0" * 64)
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
    committee.refuses(Invalid, "invalid", review.retire, **given, text="")
    with world.inside():
        assert review.retire(now=world.now, **given, text="Đã ra nhiều lần.") == 2
    committee.replace_law()
    with world.inside():
        held = quarantine.apply(actor=SYSTEM, now=world.now)  # what is out of use is not held back
        assert not {touched, safe} & {one.question_id for one in held}
        review.bring_back(now=world.now, **given, text="Dùng cho vòng sau.")
    assert [committee.question(one).status for one in (touched, safe)] == ["quarantined", "active"]
    assert [act for act, _, _ in committee.acts(safe)][-2:] == ["retired", "restored"]


def test_retiring_twice_writes_one_entry(committee: Committee) -> None:
    (question_id,) = committee.approved()
    for _ in range(2):
        with committee.world.inside():
            review.retire(
                actor=committee.reviewer, now=committee.world.now, question_ids=[question_id], text="Thôi dùng."
            )
    assert [act for act, _, _ in committee.acts(question_id)].count("retired") == 1
