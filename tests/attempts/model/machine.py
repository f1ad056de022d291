"""Two devices of one person and one of another, an organiser, the worker and the clock, in any order.

Every request can arrive well, be answered to nobody, be repeated later, arrive late, or meet a
database that fails at COMMIT. What is answered and what is stored must be what the model says.
"""

import sys
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, ClassVar

import sqlalchemy as sa
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from contest.attempts import key_changes, remarking, window
from contest.attempts.models import Attempt
from contest.attempts.sweep import sweep
from contest.boards import live, service
from contest.rounds import entries
from contest.rounds import queries as rounds
from contest.rounds.rules import BlueprintCell, BoardPolicy, Counting, Prediction, Reveal
from core.access import SYSTEM
from core.db import transaction
from core.redis import gate
from questions.items import Item, Kind
from tests.attempts.model import truth
from tests.attempts.model.agreement import Agreement, rows
from tests.attempts.model.server import Request, Server
from tests.attempts.model.truth import EVERYBODY, MINUTE, Answer, Answers
from tests.world import MONDAY, TOPICS, World

AGENCIES = ("SO-NV", "SO-TP")
OWNERS = (0, 0, 1)
"""Device -> its person."""
DEVICES = st.sampled_from([0, 0, 0, 1, 1, 2])
FATES = st.sampled_from(["well"] * 8 + ["twice", "twice", "late", "late", "unheard", "unheard", "lost", "unanswered"])
SHEETS = st.integers(0, 3**4 - 1)
GUESSES = st.sampled_from([None, 0, 7, 99_999_999])
SCOPES = st.sampled_from([EVERYBODY, AGENCIES[0], AGENCIES[0], AGENCIES[1]])
AROUND = st.sampled_from([-1000, 0, 10_000, truth.GRACE, truth.GRACE, truth.SWEPT_AFTER])
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


class Sitting(RuleBasedStateMachine):
    """A round from its opening until everything is over."""

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
            keys = rounds.pool(view.pk, view.revision).keys
        self.truth = truth.Round(
            limit=limit,
            predicts=predicts,
            counts=counts.value,
            minutes=view.minutes,
            closes=dict.fromkeys(AGENCIES, lasts * MINUTE),
            ends=lasts * MINUTE,
            keys=[{version: frozenset(right) for version, right in keys.items()}],
        )
        self.scored = not (limit > 1 and not predicts)
        self.stored = Agreement(world, self.truth, view.pk, self.cast.person_ids)
        self.devices = [Device() for _ in OWNERS]
        self.on_the_way: list[Request] = []
        self.closed_early = False
        self._send(Request(0, "enter", "", {}), "well")

    # Devices

    @rule(device=DEVICES, number=st.sampled_from([None, None, None, 1, 2, 3]), fate=FATES)
    def enters(self, device: int, number: int | None, fate: str) -> None:
        self._send(Request(device, "enter", "", {} if number is None else {"number": number}), fate)

    @rule(device=DEVICES, sheet=SHEETS, guess=GUESSES, step=st.sampled_from([1, 1, 1, 1, 0, 0, 2, -1]), fate=FATES)
    def saves(self, device: int, sheet: int, guess: int | None, step: int, fate: str) -> None:
        self._save(device, sheet, guess, step, fate)

    @rule(sheets=st.lists(SHEETS, min_size=4, max_size=4), guess=GUESSES)
    def two_devices_quarrel(self, sheets: list[int], guess: int | None) -> None:
        self._enter(0)
        self._save(0, sheets[0], guess, 1, "well")
        self._enter(1)
        self._save(0, sheets[1], guess, 1, "well")
        self._save(1, sheets[2], guess, 1, "well")
        self._save(1, sheets[3], guess, 0, "well")

    def _enter(self, device: int) -> None:
        self._send(Request(device, "enter", "", {}), "well")

    @rule(device=DEVICES, sheet=SHEETS, guess=GUESSES)
    def saves_at_once(self, device: int, sheet: int, guess: int | None) -> None:
        self._save(device, sheet, guess, 1, "well")

    def _save(self, device: int, sheet: int, guess: int | None, step: int, fate: str) -> None:
        known = self.devices[device]
        if not known.attempt:
            return
        seq = max(1, known.seq + step)
        known.seq = max(known.seq, seq)
        body = {"epoch": known.epoch, "seq": seq, **self._sheet(known.attempt, sheet, guess)}
        self._send(Request(device, "save", known.attempt, body), fate)

    @precondition(lambda self: self.truth.now >= MINUTE)
    @rule(device=DEVICES, sheet=SHEETS, guess=GUESSES, fate=FATES)
    def submits(self, device: int, sheet: int, guess: int | None, fate: str) -> None:
        self._submit(device, sheet, guess, fate)

    @precondition(lambda self: any(a.late or not a.running for a in self.truth.attempts))
    @rule(device=DEVICES, sheets=st.lists(SHEETS, min_size=2, max_size=2), guess=GUESSES)
    def insists_when_it_is_over(self, device: int, sheets: list[int], guess: int | None) -> None:
        for sheet in sheets:
            self._submit(device, sheet, guess, "well")

    def _submit(self, device: int, sheet: int, guess: int | None, fate: str) -> None:
        known = self.devices[device]
        if known.attempt:
            body = {"epoch": known.epoch, **self._sheet(known.attempt, sheet, guess)}
            self._send(Request(device, "submit", known.attempt, body), fate)

    @precondition(lambda self: self.truth.now >= MINUTE)
    @rule(device=DEVICES, fate=FATES)
    def submits_what_is_saved(self, device: int, fate: str) -> None:
        known = self.devices[device]
        if known.attempt:
            a = self.truth.attempt(known.attempt)
            body = {"epoch": known.epoch, "answers": a.answers}
            body |= {"prediction": a.prediction} if self.truth.predicts else {}
            self._send(Request(device, "submit", known.attempt, body), fate)

    @precondition(lambda self: self.on_the_way)
    @rule(which=st.integers(0, 20))
    def an_older_request_arrives(self, which: int) -> None:
        self._deliver(self.on_the_way.pop(which % len(self.on_the_way)), "well")

    @rule(device=DEVICES)
    def looks(self, device: int) -> None:
        known = self.devices[device]
        if not known.attempt:
            return
        a = self.truth.attempt(known.attempt)
        answer = self.cast.server.send(OWNERS[device], "GET", f"/attempts/{a.id}").json
        assert answer["state"] == a.state
        if a.running:
            assert answer["remaining_ms"] == max(0, a.left)
            assert answer["paused"] == (a.paused_at is not None)
            assert datetime.fromisoformat(answer["deadline"]) == self.stored.deadline(a)

    def _sheet(self, attempt_id: str, number: int, guess: int | None) -> dict[str, Any]:
        """Digits to the base of 3: right, wrong, nothing."""
        answers: Answers = {}
        for place, (version, order) in enumerate(self.truth.attempt(attempt_id).paper, start=1):
            number, how = divmod(number, 3)
            right = order.index(min(self.truth.keys[0][version]))
            answers[str(place)] = ([right], [(right + 1) % len(order)], None)[how]
        return {"answers": answers} | ({"prediction": guess} if self.truth.predicts else {})

    def _send(self, request: Request, fate: str) -> None:
        if fate in ("twice", "late"):
            self.on_the_way.append(request)
        if fate != "late":
            self._deliver(request, fate)

    # One request, and what it must be answered

    def _deliver(self, request: Request, fate: str) -> None:
        wanted = self._wanted(request)
        commit = fate if fate in ("lost", "unanswered") else "well"
        method, path = {
            "enter": ("POST", f"/rounds/{self.round_id}/attempts"),
            "save": ("PUT", f"/attempts/{request.attempt}/answers"),
            "submit": ("POST", f"/attempts/{request.attempt}/submission"),
        }[request.kind]
        with self.cast.server.commits(commit):
            answer = self.cast.server.send(OWNERS[request.device], method, path, request.body)
        if answer.status_code == 503:
            assert commit != "well", answer.text
            if commit == "unanswered":
                self._do(request, wanted)
            return
        assert commit == "well" or not wanted.does, f"answered {answer.status_code} without a COMMIT"
        assert answer.status_code == wanted.status, (answer.status_code, answer.text, wanted)
        self._do(request, wanted)
        if wanted.code:
            assert answer.json["code"] == wanted.code, (answer.json["code"], wanted)
            self._refused(request, answer.json)
        else:
            getattr(self, f"_answered_{request.kind}")(request, answer.json, heard=fate != "unheard")

    def _wanted(self, request: Request) -> Answer:
        body, person = request.body, OWNERS[request.device]
        if request.kind == "enter":
            return self.truth.start(person, AGENCIES[person], body.get("number"))
        a, prediction = self.truth.attempt(request.attempt), body.get("prediction")
        if request.kind == "save":
            return self.truth.save(
                a, epoch=body["epoch"], seq=body["seq"], answers=body["answers"], prediction=prediction
            )
        return self.truth.submit(a, epoch=body["epoch"], answers=body["answers"], prediction=prediction)

    def _do(self, request: Request, wanted: Answer) -> None:
        body, person = request.body, OWNERS[request.device]
        if wanted.does == "begin":
            self._begin(person)
        elif wanted.does == "take over":
            a = next(a for a in self.truth.of(person) if a.running)
            a.epoch, a.seq = a.epoch + 1, 0
        elif wanted.does:
            a, sheet = self.truth.attempt(request.attempt), (body["answers"], body.get("prediction"))
            if wanted.does == "save":
                a.seq, (a.answers, a.prediction) = body["seq"], sheet
            elif wanted.does == "submit":
                self.truth.finish(a, *sheet, "submitted")
                self.stored.check()
            else:
                a.evidence = sheet

    def _begin(self, person: int) -> None:
        """The paper is the product's choice; that it is a paper of this round is checked."""
        query = sa.select(Attempt).where(
            Attempt.round_id == self.stored.round_pk,
            Attempt.person_id == self.cast.person_ids[person],
            Attempt.state == "in_progress",
        )
        (row,) = rows(self.cast.world, query)
        paper = [(version, order) for version, order in row.paper]
        assert len({version for version, _ in paper}) == len(TOPICS)
        assert not {version for version, _ in paper} & self.truth.withdrawn, "a withdrawn question on a new paper"
        minutes = self.truth.minutes + self.truth.more_minutes.get(person, 0)
        self.truth.begun(
            truth.Attempt(
                row.public_id, person, AGENCIES[person], len(self.truth.of(person)) + 1, paper, minutes * MINUTE, 0
            )
        )

    def _answered_enter(self, request: Request, body: dict[str, Any], *, heard: bool) -> None:
        a = next(a for a in self.truth.of(OWNERS[request.device]) if a.running)
        assert (body["attempt"], body["number"], body["epoch"], body["seq"]) == (a.id, a.number, a.epoch, 0)
        assert (body["answers"], body.get("prediction_value")) == (a.answers, a.prediction)
        assert (body["prediction"], body.get("paused", False)) == (self.truth.predicts, a.paused_at is not None)
        assert datetime.fromisoformat(body["deadline"]) == self.stored.deadline(a)
        if heard:
            self.devices[request.device] = Device(a.id, a.epoch, 0, a.number)

    def _answered_save(self, request: Request, body: dict[str, Any], *, heard: bool) -> None:
        a = self.truth.attempt(request.attempt)
        assert (body["seq"], body["remaining_ms"]) == (request.body["seq"], max(0, a.left))
        assert body.get("paused", False) == (a.paused_at is not None)

    def _answered_submit(self, request: Request, body: dict[str, Any], *, heard: bool) -> None:
        self._receipt(self.truth.attempt(request.attempt), body)

    def _receipt(self, a: truth.Attempt, body: dict[str, Any]) -> None:
        assert (body["code"], body["elapsed_ms"]) == (a.code, a.elapsed)
        assert datetime.fromisoformat(body["submitted_at"]) == self.stored.moment(a.finished_at or 0)
        assert body["answered"] == sum(1 for chosen in a.answers.values() if chosen)
        assert body.get("score") == (a.points if self.scored else None)

    def _refused(self, request: Request, body: dict[str, Any]) -> None:
        if request.kind == "enter":
            if body["code"] == "finished":
                mine = self.truth.of(OWNERS[request.device])
                self._receipt(next(a for a in mine if a.number == request.body["number"]), body["receipt"])
            return
        a = self.truth.attempt(request.attempt)
        if body["code"] == "finished":
            self._receipt(a, body["receipt"])
        elif body["code"] in ("stale-seq", "taken-over"):
            assert body["seq"] == a.seq

    # The clock and the worker

    @rule(seconds=st.sampled_from([1, 1, 20, 20, 100, 240]))
    def time_passes(self, seconds: int) -> None:
        self._pass(seconds * 1000)

    @rule(
        after=AROUND,
        off=st.integers(-1, 1),
        then=st.sampled_from(["nothing", "save", "save", "submit", "sweep"]),
        device=DEVICES,
        sheet=SHEETS,
    )
    def a_deadline_comes(self, after: int, off: int, then: str, device: int, sheet: int) -> None:
        """To the millisecond around it, around the end of grace, around the sweep; what arrives just then."""
        ahead = [a.left + after + off for a in self.truth.sitting() if a.paused_at is None]
        self._pass(min((ms for ms in ahead if ms > 0), default=0))
        if then == "save":
            self._save(device, sheet, None, 1, "well")
        elif then == "submit":
            self._submit(device, sheet, None, "well")
        elif then == "sweep":
            self.the_sweep_comes()

    @rule(off=st.sampled_from([-30_000, -1, 0, 1]))
    def the_close_comes(self, off: int) -> None:
        self._pass(max(0, min(self.truth.closes.values()) - self.truth.now + off))

    def _pass(self, ms: int) -> None:
        self.cast.world.later(milliseconds=ms)
        self.truth.pass_time(ms)

    @rule()
    def the_sweep_comes(self) -> None:
        with self.cast.world.inside():
            sweep(now=self.cast.world.now)
        self.truth.sweep()

    @rule()
    def the_projector_comes(self) -> None:
        self._project()

    @rule()
    def papers_are_marked_again(self) -> None:
        with self.cast.world.inside():
            remarking.pass_over(now=self.cast.world.now)
        self.truth.mark_again()

    @rule()
    def the_server_is_restarted(self) -> None:
        self.cast.server.restart()

    # The organiser

    @precondition(lambda self: self._going_on())
    @rule(scope=SCOPES)
    def pauses(self, scope: str) -> None:
        if scope not in self.truth.paused and EVERYBODY not in self.truth.paused:
            self._move(window.pause, agency_code=scope)
            self.truth.pause(scope)

    @precondition(lambda self: self.truth.paused)
    @rule(scope=SCOPES)
    def goes_on(self, scope: str) -> None:
        if scope not in self.truth.paused:
            scope = min(self.truth.paused)
        self._move(window.resume, agency_code=scope)
        for agency, least in self.truth.resume(scope).items():
            assert self.truth.closes[agency] >= least, "a pause took time"

    @precondition(lambda self: self._going_on() and not self.truth.paused)
    @rule(scope=SCOPES, seconds=st.sampled_from([30, 90, 1200]))
    def stands_still_for_a_while(self, scope: str, seconds: int) -> None:
        self.pauses(scope)
        self._pass(seconds * 1000)
        self.the_sweep_comes()
        self.the_database_agrees()
        self.goes_on(scope)

    @precondition(lambda self: self._going_on())
    @rule(scope=SCOPES, minutes=st.sampled_from([1, 5, 30]))
    def extends(self, scope: str, minutes: int) -> None:
        named = AGENCIES if scope == EVERYBODY else (scope,)
        before = dict(self.truth.closes)
        close = max(self.truth.now, *(before[agency] for agency in named)) + minutes * MINUTE
        self._move(window.extend, agency_code=scope, closes_at=self.stored.moment(close))
        assert self.truth.closes == before | dict.fromkeys(named, close)
        self.truth.lengthen()

    @precondition(lambda self: self._going_on() and not self.truth.paused)
    @rule()
    def closes_early(self) -> None:
        if self.truth.ends <= self.truth.now + MINUTE:
            return
        before = dict(self.truth.closes)
        self._move(window.close_now)
        assert all(close <= min(before[at], self.truth.now + MINUTE) for at, close in self.truth.closes.items())
        self.truth.close_soon()
        self.closed_early = True

    @precondition(lambda self: self._going_on())
    @rule(person=st.integers(0, 1), minutes=st.sampled_from([0, 1, 5, 20]))
    def gives_time_or_takes_it_back(self, person: int, minutes: int) -> None:
        self._move(window.grant_time, person_id=self.cast.person_ids[person], extra_minutes=minutes)
        self.truth.grant(person, minutes)

    @precondition(lambda self: self._going_on() and not self.truth.more_attempts)
    @rule(person=st.integers(0, 1))
    def gives_an_attempt(self, person: int) -> None:
        who = [self.cast.person_ids[person]]
        with self.cast.world.inside(), transaction():
            entries.more_attempts(view=self.cast.world.view(self.round_id), person_ids=who, attempts=1)
        self.truth.more_attempts[person] = 1

    @precondition(lambda self: len(self.truth.withdrawn) < 2 and self.truth.attempts)
    @rule(paper=st.integers(0, 5), slot=st.integers(0, 3), key=st.sampled_from([None, 1, 2]))
    def corrects_a_key(self, paper: int, slot: int, key: int | None) -> None:
        version, _ = self.truth.attempts[paper % len(self.truth.attempts)].paper[slot]
        if version in self.truth.withdrawn:
            return
        keys = () if key is None else (key,)
        first, second = self.cast.organisers
        now = self.cast.world.now
        with self.cast.world.inside():
            change = key_changes.propose(
                actor=first, now=now, round_id=self.round_id, version_id=version, keys=keys, reason="sai đáp án"
            )
            key_changes.approve(actor=second, now=now, change_id=change.public_id)
        self.truth.amend(version, frozenset(keys))

    def _going_on(self) -> bool:
        return bool(self.truth.paused) or self.truth.now < self.truth.ends

    def _move(self, verb: Any, **what: Any) -> None:
        """A verb of the window; the closes that it announces are taken over, for the rule to check."""
        with self.cast.world.inside():
            verb(actor=SYSTEM, now=self.cast.world.now, round_id=self.round_id, reason="sự cố", **what)
        self._announced()

    def _announced(self) -> None:
        view = self.cast.world.view(self.round_id)
        for agency in AGENCIES:
            close = view.exceptions.close_of(view.closes_at, f"40/UBND/{agency}/")
            self.truth.closes[agency] = (close - self.stored.opened) // timedelta(milliseconds=1)
        self.truth.ends = (view.ends_at - self.stored.opened) // timedelta(milliseconds=1)

    # What must hold

    @invariant()
    def the_database_agrees(self) -> None:
        type(self).steps += 1
        self.stored.check(closed_early=self.closed_early)
        self.closed_early = False

    def teardown(self) -> None:
        """Everything ends: nobody is left sitting, and the board that grew equals the one that is rebuilt."""
        try:
            if hasattr(self, "stored") and sys.exception() is None:
                self._end()
        finally:
            self.cast.server.stop()

    def _end(self) -> None:
        for sheet in (1, 2):
            self._enter(0)
            self._submit(0, sheet, None, "well")
            self.stored.check()
        for scope in sorted(self.truth.paused):
            self._move(window.resume, agency_code=scope)
            self.truth.resume(scope)
        self._pass(24 * 60 * MINUTE)
        self.the_sweep_comes()
        self.papers_are_marked_again()
        assert not list(self.truth.sitting())
        self.stored.check()
        grown = self._project()
        view, now = self.cast.world.view(self.round_id), self.cast.world.now
        with self.cast.world.inside():
            service.rebuild(round_=view, now=now)
            assert service.verify(round_=view, now=now).differing == []
        assert grown == gate.call(lambda client: live.everything(client, self.round_id))

    def _project(self) -> list[tuple[str, int]]:
        """One pass of the projector over this round; the board as it is then."""
        view, now = self.cast.world.view(self.round_id), self.cast.world.now
        with self.cast.world.inside():
            gate.call(partial(service._bring_up_to_date, round_=view, now=now))
        return gate.call(lambda client: live.everything(client, self.round_id))
