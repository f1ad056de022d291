"""The states of an attempt (lượt thi) and what may lead from one to another. Pure.

    in progress --submit--> submitted     by its taker, before deadline and grace
    in progress --expire--> expired       by the sweep, from the saved map
    in progress --void----> voided        Hủy lượt thi: it never counted, or no longer does
    submitted, expired --void--> voided
    expired --admit--> submitted          a late sheet that the committee admits under an incident

``pause`` and ``resume`` leave the state as it is: they only take time out of it.
"""

from enum import StrEnum

from core.errors import Conflict
from core.i18n import N_


class State(StrEnum):
    """Where an attempt stands."""

    IN_PROGRESS = "in_progress"
    SUBMITTED = "submitted"
    EXPIRED = "expired"
    VOIDED = "voided"


class Event(StrEnum):
    """What happens to an attempt."""

    SUBMIT = "submit"
    EXPIRE = "expire"
    VOID = "void"
    ADMIT = "admit"


AFTER = {
    (State.IN_PROGRESS, Event.SUBMIT): State.SUBMITTED,
    (State.IN_PROGRESS, Event.EXPIRE): State.EXPIRED,
    (State.IN_PROGRESS, Event.VOID): State.VOIDED,
    (State.SUBMITTED, Event.VOID): State.VOIDED,
    (State.EXPIRED, Event.VOID): State.VOIDED,
    (State.EXPIRED, Event.ADMIT): State.SUBMITTED,
}
COUNTING = (State.SUBMITTED, State.EXPIRED)
"""Finished, and taken into account."""


def after(state: str, event: Event) -> State:
    """The state after ``event``; raises :class:`Conflict` where it cannot happen."""
    found = AFTER.get((State(state), event))
    if found is None:
        raise Conflict(N_("Trạng thái của lượt thi này không cho phép thực hiện việc vừa chọn."), code="wrong-state")
    return found
