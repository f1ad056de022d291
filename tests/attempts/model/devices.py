"""What devices send, what it must be answered, and what it does."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from contest.attempts.models import Attempt
from tests.attempts.model import truth
from tests.attempts.model.agreement import rows
from tests.attempts.model.opening import AGENCIES, OWNERS, Device, Opened
from tests.attempts.model.server import Request
from tests.attempts.model.truth import MINUTE, Answer, Answers
from tests.world import TOPICS

DEVICES = st.sampled_from([0, 0, 0, 1, 1, 2])
FATES = st.sampled_from(
    ["well"] * 8 + ["twice", "twice", "late", "late", "unheard", "unheard", "lost", "lost", "unanswered"]
)
SHEETS = st.integers(0, 3**4 - 1)
GUESSES = st.sampled_from([None, 0, 7, 99_999_999])


class Devices(Opened):
    """Two devices of one person and one of another; every request has a fate."""

    def _opened(self) -> None:
        self._send(Request(0, "enter", "", {}), "well")

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
        asked = {version for version, _ in paper}
        assert not asked & self.truth.withdrawn, "a withdrawn question on a new paper"
        if self.truth.tells and len(self.truth.of(person)) < self.truth.papers:
            assert not asked & self.truth.known(person), "a question whose worth may be known comes again"
        minutes = self.truth.minutes + self.truth.more_minutes.get(person, 0)
        self.truth.begun(
            truth.Attempt(
                row.public_id,
                person,
                AGENCIES[person],
                len(self.truth.of(person)) + 1,
                paper,
                minutes * MINUTE,
                0,
                began=self.truth.now,
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
        assert body.get("score") == (a.points if self.truth.tells else None)

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
