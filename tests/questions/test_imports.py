"""Bringing files in: a preview first, then everything or nothing, once."""

import threading
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from core import jobs
from core.access import SYSTEM
from core.db import read, transaction
from core.errors import Conflict, Invalid, NotFound
from core.jobs import LEASE, Job
from questions.bank import list_queries
from questions.bank import queries as bank_queries
from questions.bank import service as bank_verbs
from questions.bank.codes import Codes
from questions.bank.models import Question, QuestionVersion
from questions.formats import own
from questions.imports import parts, service
from questions.imports.models import ImportFile, ImportPart
from questions.imports.writing import BATCH
from questions.items import Bundle, Citation, Media, Situation
from questions.review import service as review
from tests.questions.importing import as_json, bring_in, items, taken, view
from tests.questions.made import add, empty_bank, home, item
from tests.wire import is_vietnamese
from tests.world import World

PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 40


def _visible(text: str = "") -> int:
    return list_queries.listing(home(), list_queries.Filters(text=text), size=1)[1]


def _stored(file_id: str) -> int:
    query = sa.select(sa.func.count()).select_from(Question).where(Question.import_id == view(file_id).file.id)
    return read().scalar(query) or 0


def _pieces() -> int:
    return read().scalar(sa.select(sa.func.count()).select_from(ImportPart)) or 0


def test_a_file_becomes_drafts(world: World) -> None:
    with world.inside():
        before = _visible()
        file_id = taken(world, as_json(*items(45)))
        found = view(file_id)
        assert (found.state, found.file.counts["questions"], found.file.problems) == ("ready", 45, [])
        assert _visible() == before
        bring_in(world, file_id)
        assert view(file_id).state == "writing"
        jobs.run_waiting(now=world.now)
        assert view(file_id).state == "done"
        assert _visible() == before + 45
        states = set(
            read().scalars(
                sa.select(QuestionVersion.state)
                .join(QuestionVersion.question)
                .where(Question.import_id == found.file.id)
            )
        )
        assert states == {"draft"}
        assert _pieces() == 0, "what was uploaded is not kept any longer"


def test_drafts_can_be_submitted_at_once(world: World) -> None:
    with world.inside():
        file_id = taken(world, as_json(*items(25)))
        bring_in(world, file_id, submit=True)
        jobs.run_waiting(now=world.now)
        states = list(read().scalars(sa.select(QuestionVersion.state).join(QuestionVersion.question).where(
            Question.import_id == view(file_id).file.id
        )))  # fmt: skip
        assert states == ["in_review"] * 25


def test_a_file_with_one_wrong_question_brings_in_none(world: World) -> None:
    with world.inside():
        file_id = taken(world, as_json(*items(3), item("Câu không có đáp án?", keys=())))
        found = view(file_id)
        assert found.state == "ready"
        assert [problem["at"] for problem in found.file.problems] == ["Câu 4"]
        with pytest.raises(Conflict) as refused:
            bring_in(world, file_id)
        assert refused.value.code == "has-problems"
        assert _stored(file_id) == 0


def test_defaults_fill_what_questions_do_not_say(world: World) -> None:
    with world.inside():
        file_id = taken(world, as_json(*items(2, topic="", difficulty=None), item("Câu đã ghi đủ mọi mục?")))
        with pytest.raises(Invalid) as refused:
            bring_in(world, file_id)
        assert set(refused.value.fields) == {"topic"}
        bring_in(world, file_id, topic="dich-vu-cong", difficulty=3)
        jobs.run_waiting(now=world.now)
        rows = bank_queries.versions([row[0] for row in _added(file_id)])
        assert sorted((row.question.topic.code, row.difficulty) for row in rows) == [
            ("dich-vu-cong", 3),
            ("dich-vu-cong", 3),
            ("mot-cua", 1),
        ]


def _added(file_id: str) -> list[tuple[str, str]]:
    rows = read().execute(
        sa.select(Question.public_id, Question.code)
        .where(Question.import_id == view(file_id).file.id)
        .order_by(Question.id)
    )
    return [(row.public_id, row.code) for row in rows]


def test_an_unknown_topic_is_named_before_anything_is_written(world: World) -> None:
    with world.inside():
        file_id = taken(world, as_json(*items(2), item("Đất đai?", topic="Đất đai"), item("Y tế?", topic="Y tế")))
        with pytest.raises(Invalid) as refused:
            bring_in(world, file_id)
        assert refused.value.params["topics"] == "Y tế; Đất đai"
        assert view(file_id).state == "ready"


def test_a_topic_may_be_named_by_its_name(world: World) -> None:
    with world.inside():
        name = next(topic.name for topic in bank_queries.topics() if topic.code == "mot-cua")
        file_id = taken(world, as_json(item("Theo tên chủ đề?", topic=name.upper())))
        bring_in(world, file_id)
        jobs.run_waiting(now=world.now)
        assert view(file_id).state == "done"


def test_a_code_that_exists_already_gets_a_new_one(world: World) -> None:
    with world.inside():
        add(world, item("Câu đã có trong ngân hàng?", code="CH-01"))
        file_id = taken(world, as_json(*items(2, code="CH-01")))
        bring_in(world, file_id)
        jobs.run_waiting(now=world.now)
        codes = [code for _, code in _added(file_id)]
        assert len(set(codes)) == 2
        assert "CH-01" not in codes


def test_codes_taken_by_others_while_a_file_is_written_are_passed_over(world: World) -> None:
    with world.inside():
        codes = Codes(home().id)
        [free] = Codes(home().id).take([("", "mot-cua")])
        add(world, item("Câu của người khác?", code=free))
        taken_now = codes.take([("", "mot-cua"), (free, "mot-cua"), ("", "mot-cua")])
        assert free not in taken_now
        assert len(set(taken_now)) == 3


def test_near_duplicates_of_the_bank_and_of_the_file_itself(world: World) -> None:
    with world.inside():
        known = add(world, item("Thời hạn giải quyết hồ sơ đăng ký khai sinh là bao nhiêu ngày làm việc?"))[0]
        twice = items(1)[0]
        same = item("Thời hạn giải quyết hồ sơ đăng ký khai sinh là bao nhiêu ngày làm việc?")
        file_id = taken(world, as_json(twice, same, twice))
        assert view(file_id).file.duplicates == [[1, known.code, False, 100], [2, 0, True, 100]]
        bring_in(world, file_id, skip=frozenset({1, 2}))
        jobs.run_waiting(now=world.now)
        assert _stored(file_id) == 1


def test_nothing_chosen_is_nothing_brought_in(world: World) -> None:
    with world.inside():
        file_id = taken(world, as_json(*items(2)))
        with pytest.raises(Invalid):
            bring_in(world, file_id, skip=frozenset({0, 1}))


def test_situations_come_with_their_media_and_faulty_ones_are_problems(world: World) -> None:
    good = Situation("TH-1", "Một người dân nộp hồ sơ.", "", (Media("a.png", "image/png", "Sơ đồ", PNG),))
    bad = Situation("TH-2", "Có tệp lạ.", "", (Media("a.exe", "image/png", "", b"MZ\0\0"),))
    with world.inside():
        file_id = taken(world, own.write(Bundle(items(41, situation="TH-1"), (good,))))
        bring_in(world, file_id)
        jobs.run_waiting(now=world.now)
        versions = bank_queries.versions([row[0] for row in _added(file_id)])
        assert len({version.situation_id for version in versions}) == 1
        assert versions[0].situation is not None
        assert versions[0].situation.media[0]["alt"] == "Sơ đồ"
        file_id = taken(world, own.write(Bundle(items(1, situation="TH-2"), (bad,))))
        assert [problem["at"] for problem in view(file_id).file.problems] == ["Tình huống TH-2, a.exe"]


def test_a_failure_in_the_third_batch_leaves_nothing_and_can_be_repeated(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []
    real = bank_verbs.add

    def failing(**given: Any) -> Any:
        calls.append(1)
        if len(calls) == 3:
            raise RuntimeError("đĩa hỏng")
        return real(**given)

    with world.inside():
        before = _visible()
        file_id = taken(world, as_json(*items(BATCH * 3)))
        bring_in(world, file_id)
        monkeypatch.setattr(bank_verbs, "add", failing)
        jobs.run_waiting(now=world.now)
        found = view(file_id)
        assert len(calls) == 3
        assert (found.state, _stored(file_id), _visible()) == ("ready", 0, before)
        assert is_vietnamese(found.refusal["message"])
        bring_in(world, file_id)
        jobs.run_waiting(now=world.now)
        assert view(file_id).state == "done"
        assert _visible() == before + BATCH * 3


def test_a_process_killed_while_writing_shows_nothing_and_the_next_one_writes_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []
    real = bank_verbs.add

    def dying(**given: Any) -> Any:
        calls.append(1)
        if len(calls) == 3:
            raise SystemExit  # as a kill: no handler of ours runs
        return real(**given)

    with world.inside():
        before = _visible()
        file_id = taken(world, as_json(*items(BATCH * 3)))
        bring_in(world, file_id)
        monkeypatch.setattr(bank_verbs, "add", dying)
        with pytest.raises(SystemExit):
            jobs.run_waiting(now=world.now)
        assert _stored(file_id) == BATCH * 2
        assert (view(file_id).state, _visible()) == ("writing", before)
        world.later(seconds=LEASE.total_seconds() + 1)
        jobs.run_waiting(now=world.now)
        assert (view(file_id).state, _stored(file_id)) == ("done", BATCH * 3)
        assert _visible() == before + BATCH * 3


def test_a_file_whose_job_died_for_good_can_be_brought_in_again_or_dropped(world: World) -> None:
    with world.inside():
        for last in ("again", "drop"):
            file_id = taken(world, as_json(*items(3)))
            bring_in(world, file_id)
            with transaction() as session:
                session.execute(sa.update(Job).where(Job.state == "queued").values(state="failed"))
            found = view(file_id)
            assert (found.file.state, found.state) == ("writing", "ready")
            assert is_vietnamese(found.refusal["message"])
            if last == "again":
                bring_in(world, file_id)
                jobs.run_waiting(now=world.now)
                assert (view(file_id).state, _stored(file_id)) == ("done", 3)
            else:
                service.discard(actor=SYSTEM, now=world.now, file_id=file_id)
                assert (view(file_id).state, _stored(file_id)) == ("discarded", 0)


def test_submitting_goes_on_after_a_kill(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    real = review.submit
    calls = []

    def dying(**given: Any) -> int:
        calls.append(1)
        if len(calls) == 2:
            raise SystemExit
        return real(**given)

    with world.inside():
        file_id = taken(world, as_json(*items(BATCH * 2)))
        bring_in(world, file_id, submit=True)
        monkeypatch.setattr(review, "submit", dying)
        with pytest.raises(SystemExit):
            jobs.run_waiting(now=world.now)
        world.later(seconds=LEASE.total_seconds() + 1)
        jobs.run_waiting(now=world.now)
        query = sa.select(sa.func.count()).select_from(QuestionVersion).join(QuestionVersion.question)
        mine = query.where(Question.import_id == view(file_id).file.id, QuestionVersion.state == "in_review")
        assert read().scalar(mine) == BATCH * 2


def test_two_people_press_the_button_and_one_import_follows(world: World) -> None:
    with world.inside():
        file_id = taken(world, as_json(*items(3)))
    answers: list[str] = []
    start = threading.Barrier(2)

    def press() -> None:
        with world.inside():
            start.wait()
            try:
                bring_in(world, file_id)
                answers.append("in")
            except Conflict as refused:
                answers.append(refused.code)

    threads = [threading.Thread(target=press) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["in", "not-ready"]
    with world.inside():
        jobs.run_waiting(now=world.now)
        assert _stored(file_id) == 3


def test_what_is_in_can_neither_be_dropped_nor_brought_in_again(world: World) -> None:
    with world.inside():
        file_id = taken(world, as_json(*items(2)))
        bring_in(world, file_id)
        with pytest.raises(Conflict):
            service.discard(actor=SYSTEM, now=world.now, file_id=file_id)
        jobs.run_waiting(now=world.now)
        with pytest.raises(Conflict):
            service.discard(actor=SYSTEM, now=world.now, file_id=file_id)
        with pytest.raises(Conflict):
            bring_in(world, file_id)


def test_a_bank_of_others_has_no_files(world: World) -> None:
    contact = world.actor(world.person(role="contact"))
    with world.inside():
        file_id = taken(world, as_json(*items(1)))
        with pytest.raises(NotFound):
            service.bring_in(
                actor=contact, now=world.now, file_id=file_id, defaults=service.Defaults(), skip=frozenset()
            )
        with pytest.raises(NotFound):
            service.discard(actor=contact, now=world.now, file_id=file_id)


def test_what_nobody_brought_in_is_forgotten_after_a_week(world: World) -> None:
    with world.inside():
        ready, refused = taken(world, as_json(*items(3))), taken(world, b"{", "hong.json")
        done = taken(world, as_json(*items(2)))
        bring_in(world, done)
        jobs.run_waiting(now=world.now)
        left = taken(world, as_json(item("Tệp bị bỏ dở khi đang đọc?")))
        with transaction() as session:
            session.execute(sa.update(ImportFile).where(ImportFile.public_id == left).values(state="reading"))
        world.now += service.KEEP - timedelta(hours=1)
        service.forget_old(now=world.now)
        assert view(ready).state == "ready"
        young = taken(world, as_json(*items(1)))
        world.later(hours=2)
        service.forget_old(now=world.now)
        assert [view(one).state for one in (ready, refused, done, left, young)] == [
            "discarded",
            "refused",
            "done",
            "discarded",
            "ready",
        ]
        assert parts.found(view(ready).file.id) == []
        assert len(parts.found(view(young).file.id)) == 1
        assert _stored(done) == 2


def test_questions_come_back_page_by_page_as_they_were(world: World) -> None:
    with world.inside():
        sent = items(parts.PAGE * 2 + 1)
        file = view(taken(world, as_json(*sent))).file
        pages = [parts.page(file.id, number) for number in (1, 2, 3, 4)]
        assert [len(page) for page in pages] == [parts.PAGE, parts.PAGE, 1, 0]
        assert [one.item.stem for page in pages for one in page] == [one.stem for one in sent]


def test_texts_that_a_database_cannot_hold_stop_nothing(world: World) -> None:
    with world.inside():
        odd = as_json(item("Câu có ký tự lạ?", citations=(Citation("Nghị định\x00 1", "Điều\x00 2"),)))
        data = odd.replace("lạ?".encode(), b"l\\u0000a\\ud83d\\ude00?")
        file_id = taken(world, data, "tệp \x00 lạ.json")
        assert view(file_id).state == "ready", view(file_id).refusal
        bring_in(world, file_id)
        jobs.run_waiting(now=world.now)
        assert view(file_id).state == "done"


def test_an_import_into_another_bank_stays_there(world: World) -> None:
    with world.inside():
        other = empty_bank(world)
        file = service.take(actor=SYSTEM, now=world.now, bank=other, name="a.json", data=as_json(*items(2)))
        jobs.run_waiting(now=world.now)
        bring_in(world, file.public_id)
        jobs.run_waiting(now=world.now)
        assert list_queries.listing(other, list_queries.Filters())[1] == 2
