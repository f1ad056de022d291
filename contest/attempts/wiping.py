"""Deleting the attempts of a rehearsal. The database refuses it for the history of any other round."""

import sqlalchemy as sa

from contest.attempts.incidents.models import Incident, IncidentEffect, RefusedStart
from contest.attempts.models import Attempt, KeyChange, LateSheet, Standing, StandingChange
from core.db import transaction


def wipe(*, round_pk: int) -> None:
    """Delete everything that this room keeps of a rehearsal's round."""
    with transaction() as session:
        attempts = sa.select(Attempt.id).where(Attempt.round_id == round_pk)
        session.execute(sa.delete(LateSheet).where(LateSheet.attempt_id.in_(attempts)))
        incidents = sa.select(Incident.id).where(Incident.round_id == round_pk)
        session.execute(sa.delete(IncidentEffect).where(IncidentEffect.incident_id.in_(incidents)))
        for table in (Incident, RefusedStart, StandingChange, Standing, KeyChange, Attempt):
            session.execute(sa.delete(table).where(table.round_id == round_pk))
