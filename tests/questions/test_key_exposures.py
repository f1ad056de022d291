"""Who has seen which keys, counted once."""

import threading

from core.access import SYSTEM
from questions.review import history
from questions.review import service as review
from tests.questions.reviewing import Committee, item


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
