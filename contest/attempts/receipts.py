"""The receipt (mã bài thi): what a taker holds in their hand once the sheet is committed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from contest.attempts.machine import State
from contest.attempts.models import Attempt
from contest.rounds.queries import RoundView, score_shown
from contest.rounds.ranking import fair_elapsed
from questions.marking import answered


@dataclass(frozen=True, slots=True)
class Receipt:
    """A finished attempt's receipt; ``score`` only when the rules show it now."""

    attempt_id: str
    number: int
    code: str
    submitted_at: datetime
    elapsed_ms: int
    answered: int
    total: int
    score: int | None
    expired: bool
    timed_out: bool
    cut: bool
    """The round's close left less than the time of one's own."""
    ranked_ms: int
    """Time by which it is ranked: the share of one's own allowance, in terms of what everybody has."""
    voided: bool = False

    def to_data(self) -> dict[str, Any]:
        """The receipt on the wire (DESIGN §6)."""
        data: dict[str, Any] = {
            "code": self.code,
            "submitted_at": self.submitted_at.isoformat(),
            "elapsed_ms": self.elapsed_ms,
            "answered": self.answered,
        }
        if self.score is not None:
            data["score"] = self.score
        return data


def receipt_of(attempt: Attempt, round_: RoundView) -> Receipt:
    """The receipt of a finished attempt; raises :class:`ValueError` for one in progress."""
    if attempt.finished_at is None or attempt.code is None or attempt.elapsed_ms is None:
        raise ValueError("attempt is in progress")
    return Receipt(
        attempt_id=attempt.public_id,
        number=attempt.number,
        code=attempt.code,
        submitted_at=attempt.finished_at,
        elapsed_ms=attempt.elapsed_ms,
        answered=answered(attempt.answers),
        total=len(attempt.paper),
        score=attempt.points if score_shown(round_) else None,
        expired=attempt.state == State.EXPIRED,
        timed_out=attempt.finished_at == attempt.deadline,
        cut=attempt.deadline < attempt.started_at + timedelta(milliseconds=attempt.allowance_ms + attempt.paused_ms),
        ranked_ms=fair_elapsed(attempt.elapsed_ms, allowance_ms=attempt.allowance_ms, minutes=round_.rules.minutes),
        voided=attempt.state == State.VOIDED,
    )
