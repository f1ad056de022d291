"""The standing of a whole contest, from real rounds that were sat, frozen and published."""

import json
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from contest.people.models import Person
from contest.results import overall, service
from contest.results.models import SheetName
from contest.results.queries import public_data
from contest.rounds import queries as rounds
from contest.rounds import service as round_verbs
from contest.rounds.prizes import ContestRules
from contest.rounds.rules import AgencyPrize, Prize, RoundState
from core.access import SYSTEM
from core.db import read, transaction
from core.errors import Conflict, Invalid
from questions.items import Item
from tests.wire import ON_SQLITE
from tests.world import TOPICS, World

FIRST = Prize("Giải Nhất", 1)
WHOLE = ContestRules(
    overall=True,
    rounds_required=2,
    one_prize=True,
    prizes=(Prize("Giải chung cuộc", 1),),
    agency_prizes=(AgencyPrize("Tập thể đông nhất", 1),),
)


def begun(world: World, rules: ContestRules) -> str:
    """A contest with these rules, with reviewed questions to ask."""
    world.ask_only([Item(f"{t} {n}?", ("Một", "Hai"), (0,), topic=t, difficulty=1) for t in TOPICS for n in (1, 2)])
    world.review()
    with world.inside():
        made = round_verbs.create_contest(
            actor=SYSTEM, now=world.now, title="Cuộc thi", organiser="Ban Tổ chức", rules=rules
        )
        return made.public_id


def held(world: World, points: dict[Person, int], **changes: Any) -> tuple[str, str]:
    """A round that these people sit in turn; frozen and published. (round, sheet)"""
    round_id = world.round(lasts=timedelta(hours=2), **({"trial": False, "prizes": (FIRST,)} | changes))
    for person, right in points.items():
        world.sit(person, round_id, right=right)
    world.later(hours=3)
    with world.inside():
        sheet = service.freeze(actor=SYSTEM, now=world.now, round_id=round_id)
        service.publish(actor=SYSTEM, now=world.now, sheet_id=sheet.public_id)
        return round_id, sheet.public_id


def standing(world: World, contest_id: str) -> overall.Standing:
    with world.inside():
        return overall.standing(
            rounds.contest(contest_id), rounds.rounds(now=world.now, contest_id=contest_id, drafts=True)
        )


def test_sums_of_rounds_and_one_prize_a_person(world: World) -> None:
    contest_id = begun(world, WHOLE)
    an, binh = world.person(name="Nguyễn Văn An"), world.person(name="Trần Thị Bình")
    chi, dung = world.person("SO-TP", name="Lê Thị Chi"), world.person(name="Phạm Văn Dũng")
    held(world, {an: 4, binh: 3, chi: 2})
    assert standing(world, contest_id).lines == []  # nobody has two rounds yet
    held(world, {dung: 4}, trial=True, prizes=())  # a trial adds nothing
    _, second = held(world, {an: 4, binh: 3, dung: 4})
    found = standing(world, contest_id)
    assert [(s.published, s.round.state) for s in found.sources] == [(True, RoundState.PUBLISHED)] * 2
    assert [(line.rank, line.name, line.points, line.by_round) for line in found.lines] == [
        (1, "Nguyễn Văn An", 8, (4, 4)),
        (2, "Trần Thị Bình", 6, (3, 3)),
    ]
    # An has won the first round: so Dũng has the second, and the contest's prize is Bình's.
    with world.inside():
        winners = read().scalars(sa.select(SheetName.full_name).where(SheetName.pseudonym.in_(_winners(second))))
        assert list(winners) == ["Phạm Văn Dũng"]
    assert found.prizes == [overall.Winners("Giải chung cuộc", ("Trần Thị Bình",), (), 0)]
    assert [(line.prize, line.barred) for line in found.lines] == [("", True), ("Giải chung cuộc", False)]
    # An, Bình and Dũng of one agency, Chi alone.
    assert found.agency_prizes == [overall.Winners("Tập thể đông nhất", ("Sở Nội vụ",), (), 0)]


def _winners(sheet_id: str) -> list[str]:
    content = json.loads(public_data(sheet_id)["content"])
    return [who for award in content["awards"] for who in award["winners"]]


def test_a_tie_in_a_round_leaves_the_contest_open(world: World) -> None:
    contest_id = begun(world, WHOLE)
    an, binh = world.person(), world.person(name="Trần Thị Bình")
    for _ in range(2):
        held(world, {an: 4, binh: 4}, criteria=("points",))
    found = standing(world, contest_id)
    assert [line.rank for line in found.lines] == [1, 2]
    assert found.prizes == []  # who loses the tie of a round may have the contest's prize


def test_lots_where_no_round_draws_any(world: World) -> None:
    rules = ContestRules(overall=True, rounds_required=2, criteria=("points", "lots"), prizes=(FIRST,))
    contest_id = begun(world, rules)
    an, binh = world.person(), world.person(name="Trần Thị Bình")
    for _ in range(2):
        held(world, {an: 4, binh: 4}, criteria=("points",), prizes=())
    found = standing(world, contest_id)
    assert [(line.rank, line.decided_by) for line in found.lines] == [(1, ""), (2, "lots")]
    assert found.prizes[0].names == (found.lines[0].name,)
    assert standing(world, contest_id) == found


def test_erased_names_are_left_out(world: World) -> None:
    contest_id = begun(world, WHOLE)
    an, binh = world.person(), world.person(name="Trần Thị Bình")
    for _ in range(2):
        held(world, {an: 4, binh: 3})
    with world.inside(), transaction() as session:
        session.execute(sa.delete(SheetName).where(SheetName.person_id == an.id))
    found = standing(world, contest_id)
    assert [line.name for line in found.lines] == ["Trần Thị Bình"]
    assert found.unnamed == 2


def test_what_holds_over_all_rounds_is_locked_with_the_first(world: World) -> None:
    contest_id = begun(world, ContestRules())
    basics = {"title": "Tên mới", "organiser": "Sở Nội vụ", "contact": "", "introduction": ""}

    def change(rules: ContestRules | None) -> None:
        with world.inside():
            round_verbs.change_contest(actor=SYSTEM, now=world.now, contest_id=contest_id, rules=rules, **basics)

    with pytest.raises(Invalid):
        change(ContestRules(prizes=(FIRST,)))
    with pytest.raises(Invalid):
        change(ContestRules(overall=True, criteria=("points", "prediction")))
    change(WHOLE)
    round_id = world.round(trial=False)
    change(None)
    change(WHOLE)  # nothing changes
    with pytest.raises(Conflict):
        change(ContestRules())
    assert world.view(round_id).contest.rules == WHOLE
    assert world.view(round_id).contest.title == "Tên mới"


@ON_SQLITE
def test_the_page(world: World) -> None:
    contest_id = begun(world, WHOLE)
    client = world.client(world.person("VP-UBND", role="organiser"))
    url = f"/organiser/contests/{contest_id}/standing"
    assert "Chưa đủ vòng thi có kết quả" in client.get(url).text
    an, binh = world.person(), world.person(name="Trần Thị Bình")
    for _ in range(2):
        held(world, {an: 4, binh: 3})
    page = client.get(url).text
    assert "Đã đạt giải ở một vòng thi" in page
    assert "<strong>Giải chung cuộc:</strong>" in page
    assert url in client.get("/organiser").text
    locked = client.get(f"/organiser/contests/{contest_id}/edit").text
    assert "Quy định chung đã khóa" in locked
    assert 'name="overall"' not in locked


@ON_SQLITE
def test_a_contest_without_a_standing(world: World) -> None:
    contest_id = begun(world, ContestRules())
    client = world.client(world.person("VP-UBND", role="organiser"))
    assert "Cuộc thi không xếp hạng chung cuộc" in client.get(f"/organiser/contests/{contest_id}/standing").text
    assert "/standing" not in client.get("/organiser").text
