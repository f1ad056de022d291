"""What an organiser does to a round while people sit."""

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from contest.attempts import key_changes, window
from contest.rounds import entries
from core.access import SYSTEM
from core.db import transaction
from tests.attempts.model.clock import Clock
from tests.attempts.model.opening import AGENCIES, SCOPES
from tests.attempts.model.truth import EVERYBODY, MINUTE


class Organisers(Clock):
    """Pauses, later and earlier closes, extra time and attempts, corrected keys."""

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
        for device in (0, 2):
            self._enter(device)
        self.pauses(scope)
        self._pass(seconds * 1000)
        self.the_sweep_comes()
        self.the_database_agrees()
        self.goes_on(scope)

    @precondition(lambda self: self._going_on())
    @rule(scope=SCOPES, minutes=st.sampled_from([1, 5, 30]), late=st.booleans())
    def extends(self, scope: str, minutes: int, late: bool) -> None:
        if late:
            self.the_close_comes(-30_000)
            self._enter(0)
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
    @rule(paper=st.integers(0, 5), slot=st.integers(0, 3), key=st.sampled_from([None, 1, 2]), marked=st.booleans())
    def corrects_a_key(self, paper: int, slot: int, key: int | None, marked: bool) -> None:
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
        if marked:
            self.papers_are_marked_again()

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
