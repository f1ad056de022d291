"""The waiting room on a real Redis: the order holds, nobody who sits is queued, everybody is in before the close."""

import threading
from datetime import timedelta

import pytest

from contest.attempts import live, service, waiting, window
from contest.attempts.pace import FLUSH
from contest.attempts.waiting import MustWait, Turn
from core import load
from core.access import SYSTEM
from core.errors import Conflict, Forbidden, Gone
from core.redis import gate
from tests.attempts.door import ask, crowd, let_in, stopped
from tests.world import World

pytestmark = pytest.mark.usefixtures("five_a_second")
PEOPLE = 50


def together(world: World, round_id: str, people: list[int]) -> dict[int, Turn]:
    """Everybody asks at the same moment, each in a thread."""
    barrier, turns, now = threading.Barrier(len(people)), {}, world.now

    def run(person_id: int) -> None:
        with world.inside():
            barrier.wait()
            turns[person_id] = waiting.ask(person_id=person_id, now=now, round_id=round_id)

    threads = [threading.Thread(target=run, args=(person_id,)) for person_id in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return turns


def test_the_order_holds_under_fifty_threads(world: World, redis_server: tuple[str, int]) -> None:
    round_id = world.round(opens=timedelta(minutes=4))
    gate.connect(redis_server[0], patient=True)
    people = list(range(1, PEOPLE + 1))
    ask(world, round_id, people[0])
    places = {person: turn.ahead for person, turn in together(world, round_id, people).items()}
    places |= {person: turn.ahead for person, turn in together(world, round_id, people).items()}
    assert sorted(places.values()) == list(range(PEOPLE))
    in_order = sorted(places, key=lambda person: places[person])
    world.later(minutes=4)
    admitted: list[int] = []
    for _ in range(30):
        turns = together(world, round_id, [p for p in people if p not in admitted])
        new = {person for person, turn in turns.items() if turn.state == "admitted"}
        assert new == set(in_order[len(admitted) : len(admitted) + len(new)])
        assert len(new) <= 10  # two seconds' worth at most, whoever asks how often
        admitted += in_order[len(admitted) : len(admitted) + len(new)]
        if len(admitted) == PEOPLE:
            break
        world.later(seconds=0.5)
    assert admitted == in_order
    assert (world.now - waiting._known(round_id, world.now).opens_at).total_seconds() >= PEOPLE / 5 - 1


def test_arrivals_at_the_opening_are_spread(world: World) -> None:
    round_id = world.round(opens=timedelta(minutes=4))
    people = crowd(world, round_id, 30)
    world.later(minutes=4)
    assert [ask(world, round_id, p).state for p in people].count("admitted") == 1
    world.later(seconds=1)
    turns = [ask(world, round_id, p) for p in people]
    assert [turn.state for turn in turns] == ["admitted"] * 6 + ["waiting"] * 24
    assert [turn.ahead for turn in turns[6:]] == list(range(24))


def test_a_newcomer_does_not_pass_those_who_wait(world: World) -> None:
    round_id = world.round(opens=timedelta(minutes=1))
    people = crowd(world, round_id, 3)
    world.later(minutes=1)
    newcomer = world.person()
    with pytest.raises(MustWait) as refused:
        let_in(world, round_id, newcomer)
    assert refused.value.retry_after >= 1
    assert ask(world, round_id, newcomer.id).ahead == 2
    world.later(seconds=0.5)
    assert [ask(world, round_id, p).state for p in people] == ["admitted"] * 3
    assert ask(world, round_id, newcomer.id).ahead == 0
    world.later(seconds=0.5)
    let_in(world, round_id, newcomer)


def test_a_quiet_round_lets_everybody_in_at_once(world: World) -> None:
    person, round_id = world.person(), world.round()
    for _ in range(3):  # a repeated request is let in by the same pass
        let_in(world, round_id, person)
    assert ask(world, round_id, person.id).state == "admitted"


def test_beyond_the_capacity_people_wait_and_asking_often_does_not_help(world: World) -> None:
    round_id = world.round()
    states = [ask(world, round_id, person).state for person in crowd(world, round_id, 30)]
    assert states == ["admitted"] * 10 + ["waiting"] * 20
    for _ in range(50):
        assert ask(world, round_id, 10_029).ahead == 19


def test_a_loaded_server_makes_starts_wait(world: World) -> None:
    round_id = world.round()
    load.set_source(lambda: 3.0)
    assert [ask(world, round_id, person).state for person in (1, 2, 3)] == ["admitted", "waiting", "waiting"]
    world.later(seconds=1)
    assert ask(world, round_id, 2).state == "waiting"
    load.set_source(lambda: 0.0)
    world.later(seconds=1)
    assert ask(world, round_id, 2).state == "admitted"


def test_the_silent_lose_their_place_after_a_grace(world: World) -> None:
    round_id = world.round(opens=timedelta(minutes=20))
    crowd(world, round_id, 3)
    world.later(minutes=4)
    assert ask(world, round_id, 10_001).ahead == 1
    world.later(minutes=2)
    assert ask(world, round_id, 10_001).ahead == 0
    assert ask(world, round_id, 10_000).ahead == 1


def test_who_comes_back_alone_within_the_grace_has_the_place(world: World) -> None:
    round_id = world.round(opens=timedelta(minutes=20))
    crowd(world, round_id, 3)
    world.later(minutes=4, seconds=59)
    assert [ask(world, round_id, person).ahead for person in (10_002, 10_000, 10_001)] == [2, 0, 1]


def test_a_pass_ends_and_a_new_ticket_follows(world: World) -> None:
    round_id = world.round()
    crowd(world, round_id, 12)
    until = ask(world, round_id, 10_000).until
    assert until == world.now + live.PASS
    world.later(minutes=5)
    crowd(world, round_id, 40)
    last = ask(world, round_id, 10_000)
    assert last.until is None or last.until > until


def test_resuming_is_never_queued(world: World) -> None:
    sitting, round_id = world.person(), world.round()
    world.start(sitting, round_id)
    load.set_source(lambda: 60.0)
    crowd(world, round_id, 30)
    let_in(world, round_id, sitting)
    client = world.client(sitting)
    assert client.post(f"/api/v1/rounds/{round_id}/attempts", json={"number": 1}).status_code == 200
    assert client.post(f"/rounds/{round_id}/attempts").headers["Location"].startswith("/attempts/")
    assert ask(world, round_id, 10_029).ahead is not None


def test_saves_and_submissions_are_never_queued_and_saves_grow_rarer(world: World) -> None:
    person, round_id = world.person(), world.round()
    attempt = world.start(person, round_id)
    client, url = world.client(person), f"/api/v1/attempts/{attempt.public_id}"
    crowd(world, round_id, 30)
    pauses = []
    for seq, delay in enumerate((0.0, 2.0, 60.0), start=1):
        load.set_source(lambda delay=delay: delay)
        saved = client.put(f"{url}/answers", json={"epoch": 1, "seq": seq, "answers": world.sheet(attempt, right=2)})
        assert saved.status_code == 200
        pauses.append(saved.json["next_save_ms"])
    assert pauses[0] == 2_000
    assert pauses[0] < pauses[1] < pauses[2] == 30_000
    assert client.get(f"/attempts/{attempt.public_id}").status_code == 200
    sheet = {"epoch": 1, "answers": world.sheet(attempt, right=2)}
    assert client.post(f"{url}/submission", json=sheet).status_code == 200


def test_who_may_not_start_is_told_so_and_gets_no_ticket(world: World) -> None:
    round_id = world.round(attempts=1, agencies=("SO-NV",))
    done, stranger, organiser = world.person(), world.person("SO-TP"), world.person(role="organiser")
    world.sit(done, round_id, right=1)
    crowd(world, round_id, 30)
    for person, error in ((done, Conflict), (stranger, Forbidden), (organiser, Forbidden)):
        with pytest.raises(error) as refused:
            let_in(world, round_id, person)
        assert not isinstance(refused.value, MustWait)
    assert gate.call(lambda client: client.zcard(f"wait:{{{round_id}}}:queue")) == 20


def test_a_round_that_is_not_open_is_the_verbs_to_refuse(world: World) -> None:
    person, actor_of = world.person(), world.actor
    over = world.round(lasts=timedelta(hours=1))
    world.later(hours=2)
    let_in(world, over, person)
    actor = actor_of(person)
    with world.inside(), pytest.raises(Gone):
        service.start(actor=actor, now=world.now, round_id=over)
    assert ask(world, over, person.id).state == "closed"


def test_with_redis_stopped_starts_pass(world: World, redis_server: tuple[str, int]) -> None:
    people, round_id = [world.person() for _ in range(3)], world.round()
    clients = [world.client(person) for person in people]
    with stopped(redis_server):
        for client in clients:
            assert client.post(f"/api/v1/rounds/{round_id}/attempts", json={}).status_code == 201
        assert clients[0].post(f"/api/v1/rounds/{round_id}/waiting", json={}).json["state"] == "admitted"
        page = clients[0].get(f"/rounds/{round_id}/waiting/own")
        assert page.status_code == 200


def test_without_redis_each_process_keeps_to_its_share(world: World, redis_server: tuple[str, int]) -> None:
    waiting.configure(starts_per_second=0.5, processes=1)
    sitting, newcomer, round_id = world.person(), world.person(), world.round()
    world.start(sitting, round_id)
    with stopped(redis_server):
        let_in(world, round_id, newcomer)
        with pytest.raises(MustWait):
            for _ in range(3):
                let_in(world, round_id, newcomer)
        let_in(world, round_id, sitting)
        world.later(days=7, seconds=-30)
        for _ in range(3):
            let_in(world, round_id, newcomer)


def test_near_the_close_the_door_stands_open(world: World) -> None:
    round_id = world.round(lasts=timedelta(minutes=30))
    waiting.configure(starts_per_second=0.1, processes=1)
    load.set_source(lambda: 60.0)
    world.later(minutes=20)
    people = crowd(world, round_id, 300)
    world.later(minutes=8)
    people += crowd(world, round_id, 500)
    world.now = world.view(round_id).closes_at - FLUSH
    assert {ask(world, round_id, person).state for person in people} == {"admitted"}


def test_everybody_who_waits_is_in_before_the_close(world: World) -> None:
    round_id = world.round(lasts=timedelta(minutes=30))
    waiting.configure(starts_per_second=0.1, processes=1)
    load.set_source(lambda: 60.0)
    people = crowd(world, round_id, 200)
    closes_at, outside = world.view(round_id).closes_at, set(people)
    while outside:
        world.later(seconds=30)
        outside -= {person for person in outside if ask(world, round_id, person).state == "admitted"}
    assert world.now <= closes_at - timedelta(minutes=world.view(round_id).minutes) + timedelta(seconds=30)


def test_an_early_close_lets_everybody_in_too(world: World) -> None:
    round_id = world.round()
    people = crowd(world, round_id, 200)
    with world.inside():
        window.close_now(actor=SYSTEM, now=world.now, round_id=round_id, reason="Mất điện diện rộng")
    waiting.forget()
    world.later(seconds=30)
    turns = [ask(world, round_id, person) for person in people]
    assert {turn.state for turn in turns} == {"admitted"}
    assert all(turn.until is not None and turn.until > world.now for turn in turns)
    last = world.person()
    world.later(seconds=29)
    let_in(world, round_id, last)  # whoever comes before the close as well
    assert world.start(last, round_id).deadline == world.view(round_id).closes_at


def test_every_key_of_a_round_stands_in_one_slot_and_ends(world: World) -> None:
    round_id = world.round(opens=timedelta(minutes=4))
    crowd(world, round_id, 3)
    world.later(minutes=4)
    ask(world, round_id, 10_000)
    keys = gate.call(lambda redis: redis.keys("*"))
    assert {key.split("}")[0] for key in keys if key.startswith("wait:")} == {f"wait:{{{round_id}"}
    assert len([key for key in keys if key.startswith("wait:")]) == 4
    ends = gate.call(lambda redis: [redis.pttl(key) for key in keys if key.startswith("wait:")])
    assert all(0 < end <= live.TTL.total_seconds() * 1000 for end in ends)
