"""From one round into the next, and one prize a person."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from contest.attempts import service as attempts
from contest.people.models import Person
from contest.results import queries, service
from contest.results.progression import admitted
from contest.rounds import service as rounds
from contest.rounds.models import Contest, Round
from contest.rounds.rules import Prize, Qualified
from core.access import SYSTEM
from core.db import transaction
from core.errors import Forbidden
from questions.items import Item
from tests.world import TOPICS, World

WEEK = timedelta(days=7)


def row(who: str, rank: int, points: int = 0, group: str = "") -> dict[str, Any]:
    return {"pseudonym": who, "rank": rank, "points": points} | ({"group": group} if group else {})


def test_whom_each_rule_admits() -> None:
    rows = [row("a", 1, 9), row("b", 2, 9), row("c", 2, 9), row("d", 4, 5), row("e", 5, 4)]
    homes = {"a": "X", "b": "X", "c": "Y", "d": "Y", "e": ""}
    assert admitted(rows, homes, Qualified(1, top=1)) == ["a"]
    assert admitted(rows, homes, Qualified(1, top=2)) == ["a", "b", "c"]
    assert admitted(rows, homes, Qualified(1, per_agency=1)) == ["a", "c", "e"]
    assert admitted(rows, homes, Qualified(1, points=5)) == ["a", "b", "c", "d"]
    grouped = [row("a", 1, group="A"), row("b", 2, group="A"), row("c", 1, group="B")]
    assert admitted(grouped, homes, Qualified(1, top=1)) == ["a", "c"]


def may_start(world: World, person: Person, round_id: str) -> bool:
    actor = world.actor(person)
    with world.inside():
        try:
            attempts.start(actor=actor, now=world.now, round_id=round_id)
        except Forbidden as error:
            assert error.code == "not-eligible"
            return False
    return True


def published(world: World, round_id: str) -> str:
    with world.inside():
        sheet = service.freeze(actor=SYSTEM, now=world.now, round_id=round_id)
        service.publish(actor=SYSTEM, now=world.now, sheet_id=sheet.public_id)
        return sheet.public_id


@pytest.mark.parametrize("prepared_first", [True, False])
def test_the_first_of_one_round_enter_the_next(world: World, prepared_first: bool) -> None:
    first = world.round(lasts=timedelta(days=1))
    final = world.round(prepared=prepared_first, opens=2 * WEEK, qualified=Qualified(1, top=1))
    best, other, late = world.person(), world.person(), world.person()
    world.sit(best, first, right=4)
    world.sit(other, first, right=1)
    world.later(days=2)
    published(world, first)
    if not prepared_first:
        with world.inside():
            rounds.prepare(actor=SYSTEM, now=world.now, round_id=final)
    world.later(days=13)
    assert [may_start(world, person, final) for person in (best, other, late)] == [True, False, False]


def test_nobody_enters_before_the_earlier_sheet_is_published(world: World) -> None:
    first = world.round(lasts=timedelta(days=1))
    final = world.round(opens=timedelta(days=1), qualified=Qualified(1, points=1))
    best = world.person()
    world.sit(best, first, right=4)
    world.later(days=2)
    assert not may_start(world, best, final)
    published(world, first)
    assert may_start(world, best, final)


def test_one_prize_a_person_over_the_contest(world: World) -> None:
    world.ask_only([Item(f"{t} {n}?", ("Một", "Hai"), (0,), topic=t, difficulty=1) for t in TOPICS for n in (1, 2)])
    world.review()
    prizes = {"prizes": (Prize("Giải nhất", 1), Prize("Giải nhì", 1)), "trial": False, "lasts": timedelta(days=1)}
    first = world.round(**prizes)
    with world.inside(), transaction() as session:
        session.execute(sa.update(Contest).values(rules={"one_prize": True}))
    people = [world.person(name=name) for name in ("Nguyễn Văn An", "Trần Thị Bình", "Lê Văn Cường", "Phạm Thị Dung")]
    for person, right in zip(people, (4, 3, 2, 1), strict=True):
        world.sit(person, first, right=right)
    world.later(days=2)
    sheet = published(world, first)
    second = world.round(**prizes)
    for person, right in zip(people, (4, 3, 2, 1), strict=True):
        world.sit(person, second, right=right)
    world.later(days=2)
    with world.inside():
        assert [line.prize for line in queries.whole_sheet(sheet).lines] == ["Giải nhất", "Giải nhì", "", ""]
        again = service.freeze(actor=SYSTEM, now=world.now, round_id=second)
        assert [line.prize for line in queries.whole_sheet(again.public_id).lines] == ["", "", "Giải nhất", "Giải nhì"]
        assert queries.is_intact(again.public_id)
    with world.inside():
        number = sa.select(sa.func.count()).select_from(Round)
        with transaction() as session:
            assert session.scalar(number) == 2
