"""What a pause within an incident gives back the incident does not give once more."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from contest.attempts import notices
from contest.attempts.incidents import outcome, queries
from contest.attempts.incidents.pauses import Pause, stood_still
from contest.attempts.incidents.rules import How, What
from contest.rounds.lifecycle import EVERYBODY
from tests.attempts.incidents.outage import Outage
from tests.world import World

START = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
PATHS = {"HUYEN": "40/HUYEN/", "XA": "40/HUYEN/XA/", "SO": "40/SO/"}


@given(
    st.lists(st.tuples(st.sampled_from([EVERYBODY, *PATHS]), st.integers(0, 60), st.integers(0, 60)), max_size=8),
    st.integers(0, 60),
    st.integers(0, 60),
)
def test_overlapping_pauses_count_once(made: list[tuple[str, int, int]], begins: int, ends: int) -> None:
    def at(minute: int) -> datetime:
        return START + timedelta(minutes=minute)

    found = [Pause(code, at(since), at(since + lasts) if lasts < 60 else None) for code, since, lasts in made]
    for path in PATHS.values():
        still = sum(
            any(
                code in ("", *path.split("/")) and since <= minute and (lasts == 60 or minute < since + lasts)
                for code, since, lasts in made
            )
            for minute in range(begins, ends)
        )
        assert stood_still(found, path, at(begins), at(ends)) == timedelta(minutes=still)


def test_time_that_pauses_gave_back_is_not_given_twice(world: World) -> None:
    round_id = world.round(lasts=timedelta(hours=3))
    paused, later, free = world.person("SO-NV"), world.person("SO-NV"), world.person("SO-TP")
    world.start(paused, round_id)
    other = world.start(free, round_id)
    outage = Outage(world, round_id)  # ten minutes from now on
    world.later(minutes=1)
    world.pause(round_id, "SO-NV")
    world.later(minutes=2)
    world.pause(round_id)
    world.later(minutes=1, seconds=30)
    world.resume(round_id)  # everybody: one minute and a half; Sở Nội vụ goes on standing still
    world.later(minutes=1)
    world.resume(round_id, "SO-NV")  # four minutes and a half in all
    second = world.start(later, round_id)
    outage.over()
    first = world.stored(world.start(paused, round_id))
    assert first.paused_ms == 4.5 * 60_000

    incident_id = outage.reported(minutes=4)
    found = outage.preview(incident_id)
    assert found.what[What.TIME] == 2
    assert sorted(found.paused) == [1, 4]
    assert {p.person_id: p.minutes(outage.view(incident_id).measures) for p in found.people} == {
        paused.id: 0, later.id: 4, free.id: 3,
    }  # fmt: skip

    incident_id = outage.applied(minutes=4)
    for attempt, more in ((first, 0), (second, 4), (other, 3)):
        after = world.stored(attempt)
        assert after.allowance_ms == (10 + more) * 60_000
    assert world.stored(other).deadline == other.deadline + timedelta(minutes=4, seconds=30), "a pause, then the rest"
    with world.inside():
        seen = queries.effects_of_people(outage.view(incident_id).pk)
        assert {(person, how, what, minutes) for person, _, how, what, minutes in seen} == {
            (paused.id, How.SITTING, (), 0),
            (later.id, How.SITTING, (What.TIME,), 4),
            (free.id, How.SITTING, (What.TIME,), 3),
        }
        became = outcome.outcomes(round_id)[incident_id]
        assert (became.less, became.nothing, became.undone) == (1, 1, False)
        assert notices.of_person(paused.id) == []
        assert [note.params["amount"] for _, note in notices.of_person(free.id)] == [3]


def test_a_pause_that_still_holds_and_one_outside_the_incident(world: World) -> None:
    round_id = world.round(lasts=timedelta(hours=3))
    person = world.person("SO-NV")
    world.start(person, round_id)
    world.later(minutes=1)
    world.pause(round_id)
    world.later(minutes=3)
    world.resume(round_id)
    outage = Outage(world, round_id)
    world.later(minutes=1)
    assert outage.starts_at < world.now
    world.pause(round_id, "SO-NV")
    outage.over()
    found = outage.preview(outage.reported(minutes=30))
    assert found.paused == [9], "the pause before it is another matter"
