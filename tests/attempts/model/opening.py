"""Who is there, and the round that opens: what every rule of the sitting stands on."""

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant

from contest.rounds import queries as rounds
from contest.rounds.rules import BlueprintCell, BoardPolicy, Counting, Prediction, Reveal
from questions.items import Item, Kind
from tests.attempts.model import truth
from tests.attempts.model.agreement import Agreement
from tests.attempts.model.server import Request, Server
from tests.attempts.model.truth import EVERYBODY, MINUTE
from tests.world import MONDAY, TOPICS, World

AGENCIES = ("SO-NV", "SO-TP")
OWNERS = (0, 0, 1)
"""Device -> its person."""
SCOPES = st.sampled_from([EVERYBODY, AGENCIES[0], AGENCIES[0], AGENCIES[1]])
QUESTIONS_A_CELL = 5


@dataclass
class Device:
    """What one browser knows."""

    attempt: str = ""
    epoch: int = 0
    seq: int = 0
    number: int = 0


class Cast:
    """Who is there, made once for a whole run of examples."""

    def __init__(self, world: World) -> None:
        self.world = world
        world.ask_only([_item(topic, number) for topic in TOPICS for number in range(QUESTIONS_A_CELL)])
        people = [world.person(agency) for agency in AGENCIES]
        self.person_ids = [person.id for person in people]
        self.organisers = [world.actor(world.person("VP-UBND", role="organiser")) for _ in range(2)]
        self.server = Server(world, people)


def _item(topic: str, number: int) -> Item:
    return Item(
        stem=f"Câu {topic} {number}?",
        choices=("Ý một", "Ý hai", "Ý ba", "Ý bốn"),
        keys=(0,),
        kind=Kind.SINGLE,
        shuffle=True,
        topic=topic,
        difficulty=1,
    )


class Opened(RuleBasedStateMachine):
    """A round that has just opened, and the model of it."""

    cast: ClassVar[Cast]
    steps: ClassVar[int] = 0
    """Steps of all examples so far."""

    @initialize(
        limit=st.sampled_from([1, 2, 2]),
        predicts=st.booleans(),
        counts=st.sampled_from(list(Counting)),
        lasts=st.sampled_from([12, 25, 600]),
    )
    def a_round_opens(self, limit: int, predicts: bool, counts: Counting, lasts: int) -> None:
        world = self.cast.world
        world.now = MONDAY
        hidden = {"show_score": Reveal.PUBLICATION, "board": BoardPolicy.HIDDEN}
        guessing = {"prediction": Prediction(), "criteria": ("points", "prediction", "elapsed", "submitted_at")}
        self.round_id = world.round(
            attempts=limit,
            counts=counts,
            lasts=timedelta(minutes=lasts),
            blueprint=tuple(BlueprintCell(topic, 1, 1) for topic in TOPICS),
            **(guessing if predicts else hidden if limit > 1 else {}),
        )
        view = world.view(self.round_id)
        with world.inside():
            pool = rounds.pool(view.pk, view.revision)
        self.truth = truth.Round(
            limit=limit,
            predicts=predicts,
            counts=counts.value,
            minutes=view.minutes,
            closes=dict.fromkeys(AGENCIES, lasts * MINUTE),
            ends=lasts * MINUTE,
            keys=[{version: frozenset(right) for version, right in pool.keys.items()}],
            cells={item.version_id: item.topic for item in pool.items},
            tells=not (limit > 1 and not predicts),
        )
        self.stored = Agreement(world, self.truth, view.pk, self.cast.person_ids)
        self.devices = [Device() for _ in OWNERS]
        self.on_the_way: list[Request] = []
        self.closed_early = False
        self._opened()

    @invariant()
    def the_database_agrees(self) -> None:
        type(self).steps += 1
        self.stored.check(closed_early=self.closed_early)
        self.closed_early = False

    def _opened(self) -> None:
        """What begins at once."""
