"""The clock, to the millisecond, and what the worker does meanwhile."""

from functools import partial

from hypothesis import strategies as st
from hypothesis.stateful import rule

from contest.attempts import remarking
from contest.attempts.sweep import sweep
from contest.boards import live, service
from core.redis import gate
from tests.attempts.model import truth
from tests.attempts.model.devices import DEVICES, SHEETS, Devices

AROUND = st.sampled_from([-1000, 0, 10_000, truth.GRACE, truth.GRACE, truth.SWEPT_AFTER])


class Clock(Devices):
    """Time passes; sweep, projector and re-marking come at any moment; the server is restarted."""

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

    def _project(self) -> list[tuple[str, int]]:
        """One pass of the projector over this round; the board as it is then."""
        view, now = self.cast.world.view(self.round_id), self.cast.world.now
        with self.cast.world.inside():
            gate.call(partial(service._bring_up_to_date, round_=view, now=now))
        return gate.call(lambda client: live.everything(client, self.round_id))
