"""The bank's lists and verbs: found without accents, owned, versioned, never changed behind a paper."""

import threading
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from core.access import SYSTEM, Actor, Grant, Permission
from core.db import read, transaction
from core.errors import Conflict, Forbidden, Invalid, NotFound
from questions.bank import list_queries, queries, service, topics
from questions.bank.list_queries import Filters
from questions.bank.models import PROVINCE, Bank, QuestionVersion
from questions.items import TRUE_FALSE, Kind, Situation
from questions.review import service as review
from tests.questions.made import add, approved, empty_bank, home, item, line
from tests.world import World


def _agency_author(agency_id: int) -> Actor:
    scope = frozenset({agency_id})
    return Actor(
        person_id=900,
        full_name="Lê Thị Soạn",
        grants=(Grant(Permission.BANK_READ, scope), Grant(Permission.BANK_WRITE, scope)),
    )


@pytest.fixture
def reviewer(world: World) -> Actor:
    """Somebody who may approve in every bank of the province."""
    return world.actor(world.person(role="organiser"))


def test_a_question_is_found_without_accents_by_stem_choice_code_and_tag(world: World) -> None:
    with world.inside():
        bank = empty_bank(world)
        made = add(world, item("Đường dây nóng là gì?", tags=("Ôn tập",), code="ONTAP-1"), item(), bank=bank)
        for text in ("duong day", "ĐƯỜNG DÂY NÓNG", "ontap 1", "on tap", "nong duong"):
            lines, total = list_queries.listing(bank, Filters(text=text))
            assert ([one.id for one in lines], total) == ([made[0].public_id], 1), text
        assert list_queries.listing(bank, Filters(text="bao dia phuong"))[1] == 2
        assert list_queries.listing(bank, Filters(text="100% _ khong co"))[1] == 0
        assert list_queries.listing(bank, Filters(tag="Ôn tập"))[1] == 1
        assert list_queries.listing(bank, Filters(tag="Ôn"))[1] == 0
        assert list_queries.tags(bank) == ["Ôn tập"]


def test_filters_narrow_and_pages_cover_everything_once(world: World) -> None:
    with world.inside():
        bank = home()
        everything = list_queries.ids(bank, Filters())
        seen: list[str] = []
        number = 1
        while lines := list_queries.listing(bank, Filters(), page=number)[0]:
            seen += [one.id for one in lines]
            number += 1
        assert sorted(seen) == sorted(everything)
        easy, total = list_queries.listing(bank, Filters(topic="mot-cua", difficulty=1, kind="single", state="sample"))
        assert total == len(easy) > 0
        assert {(one.topic, one.difficulty, one.kind, one.state) for one in easy} == {
            ("mot-cua", 1, "single", "sample")
        }
        held, total = list_queries.listing(bank, Filters(state="quarantined"))
        assert {one.state for one in held} == {"quarantined"}


def test_coverage_counts_what_the_list_shows(world: World) -> None:
    with world.inside():
        matrix = list_queries.coverage(home())
        assert sum(sum(cell.values()) for cell in matrix.values()) == len(list_queries.ids(home(), Filters()))
        drawn = queries.available()
        assert drawn["mot-cua", 1] == matrix["mot-cua", 1]["sample"]


def test_a_round_with_prizes_draws_approved_questions_only(world: World, reviewer: Actor) -> None:
    with world.inside():
        assert queries.available(samples=False) == {}
        approved(world, item(), reviewer=reviewer)
        assert queries.available(samples=False) == {("mot-cua", 1): 1}
        (drawn,) = queries.pool(["mot-cua"], samples=False)
        assert drawn.citation == "Điều 13 Nghị định 63/2010/NĐ-CP"
        assert queries.public_keys([drawn.version_id]) == 0
        samples = [one.version_id for one in queries.pool(["mot-cua"])]
        assert queries.public_keys(samples) == len(samples) - 1


def test_an_agency_bank_is_drawn_by_the_province_only_when_it_is_shared(world: World, reviewer: Actor) -> None:
    agency = world.agency_id("SO-NV")
    with world.inside():
        bank = empty_bank(world, owner_id=agency)
        approved(world, item(), reviewer=reviewer, bank=bank)
        assert queries.available(samples=False) == {}
        assert queries.available(owner_id=agency, samples=False) == {("mot-cua", 1): 1}
        service.share(actor=SYSTEM, now=world.now, bank=bank, owner_id=PROVINCE, shared=True)
        assert queries.available(samples=False) == {("mot-cua", 1): 1}
        service.share(actor=SYSTEM, now=world.now, bank=bank, owner_id=PROVINCE, shared=False)
        assert queries.available(samples=False) == {}


def test_an_agency_author_works_in_their_own_bank_and_sees_no_other(world: World) -> None:
    agency = world.agency_id("SO-NV")
    author = _agency_author(agency)
    with world.inside():
        own = empty_bank(world, owner_id=agency)
        (foreign,) = add(world)
        assert [bank.id for bank in queries.banks(author)] == [own.id]
        (made,) = add(world, bank=own, actor=author)
        assert queries.question(author, made.public_id).id == made.id
        with pytest.raises(NotFound):
            queries.question(author, foreign.public_id)
        with pytest.raises(NotFound):
            add(world, bank=home(), actor=author)
        with pytest.raises(NotFound):
            service.reorganise(actor=author, now=world.now, question_ids=[foreign.public_id], add_tags=["x"])
        with pytest.raises(Forbidden):
            service.create_bank(actor=author, now=world.now, name="Của tôi", owner_id=agency)
        with pytest.raises(Forbidden):
            topics.save_topic(actor=author, now=world.now, code="moi", name="Chủ đề mới")


def test_codes_are_the_authors_where_free_and_counted_by_topic_otherwise(world: World) -> None:
    with world.inside():
        bank = empty_bank(world)
        codes = [
            question.code
            for question in add(world, item(code="A-1"), item(code="A-1"), item(), item(topic="kiem-soat"), bank=bank)
        ]
        assert codes == ["A-1", "mot-cua-001", "mot-cua-002", "kiem-soat-001"]


def test_a_draft_changes_in_place_an_approved_wording_gets_a_successor(world: World, reviewer: Actor) -> None:
    with world.inside():
        (question,) = add(world)
        before = line(question)
        service.edit(
            actor=SYSTEM,
            now=world.now,
            question_id=question.public_id,
            item=item("Nội dung đã sửa?"),
            based_on=before.sha256,
        )
        edited = line(question)
        assert (edited.number, edited.stem) == (1, "Nội dung đã sửa?")
        review.submit(actor=SYSTEM, now=world.now, question_ids=[question.public_id])
        with pytest.raises(Conflict, match="chờ thẩm định"):
            service.edit(
                actor=SYSTEM,
                now=world.now,
                question_id=question.public_id,
                item=item(),
                based_on=edited.sha256,
            )
        review.approve(actor=reviewer, now=world.now, question_id=question.public_id, sha256=edited.sha256)
        service.edit(
            actor=SYSTEM,
            now=world.now,
            question_id=question.public_id,
            item=item("Bản thứ hai?"),
            based_on=edited.sha256,
        )
        assert (line(question).number, line(question).state) == (2, "draft")
        (drawn,) = queries.pool(["mot-cua"], samples=False)
        assert drawn.stem == "Nội dung đã sửa?"


def test_an_edit_on_an_old_look_is_refused_and_nothing_is_lost(world: World) -> None:
    with world.inside():
        (question,) = add(world)
        with pytest.raises(Conflict) as refused:
            service.edit(
                actor=SYSTEM, now=world.now, question_id=question.public_id, item=item("Khác?"), based_on="0" * 64
            )
        assert refused.value.code == "edited-meanwhile"
        assert line(question).stem == item().stem


def test_true_and_false_keep_their_order_on_papers(world: World, reviewer: Actor) -> None:
    with world.inside():
        approved(world, item(kind=Kind.TRUE_FALSE, choices=TRUE_FALSE), item("Câu khác?"), reviewer=reviewer)
        pool = {one.kind: one.shuffle for one in queries.pool(["mot-cua"], samples=False)}
        assert pool == {"true-false": False, "single": True}


def _at_once(world: World, *acts: Callable[[], Any]) -> list[Any]:
    """What acts give or raise that start together, each as its own request."""
    together, outcomes = threading.Barrier(len(acts)), []

    def run(act: Callable[[], Any]) -> None:
        with world.inside():
            together.wait()
            try:
                outcomes.append(act())
            except Exception as failure:
                outcomes.append(failure)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_of_writers_at_once_each_gets_a_free_code(world: World) -> None:
    with world.inside():
        name = empty_bank(world).name

    def write() -> list[str]:
        bank = read().scalars(sa.select(Bank).where(Bank.name == name)).one()
        return [question.code for _ in range(5) for question in add(world, item(), item(), bank=bank)]

    outcomes = _at_once(world, write, write)
    assert [one for one in outcomes if isinstance(one, Exception)] == []
    assert sorted(code for codes in outcomes for code in codes) == [f"mot-cua-{n:03d}" for n in range(1, 21)]


def test_of_two_banks_of_one_name_made_at_once_one_is_refused(world: World) -> None:
    for number in range(5):
        outcomes = _at_once(world, *[lambda name=f"Ngân hàng {number}": bool(empty_bank(world, name))] * 2)
        assert True in outcomes
        assert [one.code for one in outcomes if isinstance(one, Conflict)] == ["name-taken"]


def test_moving_and_tagging_many_is_all_or_nothing(world: World) -> None:
    with world.inside():
        one, two = add(world, item("Một?"), item("Hai?"))
        ids = [one.public_id, two.public_id]
        service.reorganise(actor=SYSTEM, now=world.now, question_ids=ids, topic="kiem-soat", add_tags=["Ôn", " Ôn "])
        assert {(line(q).topic, tuple(line(q).tags)) for q in (one, two)} == {("kiem-soat", ("Ôn",))}
        service.reorganise(actor=SYSTEM, now=world.now, question_ids=ids, add_tags=["Đặc biệt"], remove_tags=["x"])
        assert list_queries.listing(home(), Filters(text="dac biet"))[1] == 2
        service.reorganise(actor=SYSTEM, now=world.now, question_ids=ids, remove_tags=["Đặc biệt"])
        assert list_queries.listing(home(), Filters(text="dac biet"))[1] == 0
        with pytest.raises(NotFound):
            service.reorganise(actor=SYSTEM, now=world.now, question_ids=[*ids, "0" * 16], remove_tags=["Ôn"])
        assert line(one).tags == ["Ôn"]


def test_a_refused_question_leaves_nothing_of_its_batch(world: World) -> None:
    with world.inside():
        bank = empty_bank(world)
        with pytest.raises(Invalid):
            add(world, item(), item("", choices=("a",)), bank=bank)
        with pytest.raises(Invalid, match="chưa có chủ đề"):
            add(world, item(), item(topic="khong-co"), bank=bank)
        assert list_queries.ids(bank, Filters()) == []


def test_a_changed_situation_is_a_new_row_and_the_old_one_stays(world: World) -> None:
    with world.inside():
        bank = empty_bank(world)
        first = service.save_situation(
            actor=SYSTEM, now=world.now, bank=bank, situation=Situation("th1", "Bà Lài đến nộp hồ sơ.")
        )
        same = service.save_situation(
            actor=SYSTEM, now=world.now, bank=bank, situation=Situation("th1", "Bà Lài đến nộp hồ sơ.")
        )
        second = service.save_situation(
            actor=SYSTEM, now=world.now, bank=bank, situation=Situation("th1", "Bà Lài đến nhận kết quả.")
        )
        assert (first.id, first.number, second.number) == (same.id, 1, 2)


def test_one_wording_is_the_newest_and_one_is_drawn_whatever_is_written(world: World) -> None:
    with world.inside():
        (question,) = add(world)
        for flags in ({"newest": True, "state": "draft"}, {"newest": False, "state": "draft", "drawn": True}):
            with pytest.raises(sa.exc.IntegrityError), transaction() as session:
                session.add(
                    QuestionVersion(
                        question_id=question.id,
                        number=2,
                        kind="single",
                        difficulty=1,
                        stem="?",
                        choices=["a", "b"],
                        keys=[0],
                        shuffle=True,
                        explanation="",
                        sha256="0" * 64,
                        author_name="",
                        created_at=world.now,
                        **flags,
                    )
                )


def test_what_ends_before_a_round_closes_is_not_available_to_it(world: World) -> None:
    with world.inside():
        before = sum(queries.available(as_of=date(2027, 2, 28)).values())
        after = sum(queries.available(as_of=date(2027, 3, 1)).values())
        assert before - after == read().scalar(
            sa.text(
                "SELECT count(DISTINCT v.id) FROM question_version v JOIN version_citation c ON c.version_id = v.id "
                "JOIN legal_document d ON d.id = c.document_id JOIN question q ON q.id = v.question_id "
                "WHERE v.drawn AND q.status = 'active' AND d.expires_on = :day"
            ),
            {"day": "2027-02-28"},
        )
        assert before > after
