"""Two devices of one person and one of another, an organiser, the committee, the worker and the clock, in any order.

Every request can arrive well, be answered to nobody, be repeated later, arrive late, or meet a
database that fails at COMMIT. What is answered and what is stored must be what the model says.
"""

import sys

from contest.attempts import window
from contest.boards import live, service
from core.redis import gate
from tests.attempts.model.accidents import Accidents
from tests.attempts.model.truth import MINUTE


class Sitting(Accidents):
    """A round from its opening until everything is over."""

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
        if self.decided:
            self.the_worker_carries_it_out()
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
