"""A rehearsal (diễn tập) of a round: made-up people sit a copy of it through the real verbs; then it is wiped.

The copy is a contest of its own that only the committee sees. Its window lies in the past, so that
board, ranking and result stand there as they would after the close.
"""

import random
from datetime import date, datetime, timedelta
from typing import Any

from contest.agencies import queries as agencies
from contest.attempts import queries as attempts
from contest.attempts import wiping
from contest.boards import service as boards
from contest.front import sample_people
from contest.people import service as people
from contest.people.models import Person
from contest.people.service import Sample
from contest.results import service as results
from contest.rounds import entries
from contest.rounds import queries as rounds
from contest.rounds import service as round_verbs
from contest.rounds.eligibility import Bar, Taker, group_of
from contest.rounds.queries import RoundView
from contest.rounds.rules import RoundRules, RoundState
from core import audit, clock, jobs
from core.access import Actor, Permission, require
from core.clock import LOCAL
from core.db import transaction
from core.errors import Conflict, Invalid
from core.i18n import N_
from core.jobs import Job, Running
from core.text import tidy

KIND = "rounds.rehearsal"
TAKERS_MAX = 300
LONGEST = timedelta(days=7)
TRIES = 500
EXPIRE = 0.05
"""The share of people who forget to hand in; the sweep does it for them."""


def begin(*, actor: Actor, now: datetime, round_id: str, takers: int) -> Job:
    """Make a copy of the round that has just closed, and have ``takers`` made-up people sit it (a job)."""
    require(actor, Permission.CONTEST_MANAGE)
    if not 1 <= takers <= TAKERS_MAX:
        raise Invalid(
            N_("Số người dự thi mẫu từ 1 đến 300."), fields={"takers": N_("Số người dự thi mẫu từ 1 đến 300.")}
        )
    view = rounds.round_(round_id, now=now, drafts=True)
    if view.contest.rehearses is not None or view.state not in (RoundState.DRAFT, RoundState.SCHEDULED):
        raise Conflict(N_("Chỉ diễn tập được vòng thi chưa bắt đầu."), code="begun")
    lasts = min(view.closes_at - view.opens_at, LONGEST)
    with transaction():
        contest = round_verbs.create_contest(
            actor=actor,
            now=now,
            title=tidy(f"Diễn tập: {view.contest.title}")[:300],
            organiser=view.contest.organiser,
            is_sample=True,
            rules=view.contest.rules,
            rehearses=view.pk,
        )
        copy = round_verbs.create_round(
            actor=actor,
            now=now,
            contest_id=contest.public_id,
            title=view.title,
            opens_at=now - lasts,
            closes_at=now,
            rules=view.rules,
        )
        with audit.played(now=now):
            round_verbs.prepare(actor=actor, now=now - lasts, round_id=copy.public_id, lots_accepted=True)
        audit.record(
            actor=actor,
            now=now,
            action="round.rehearsed",
            subject=f"round:{round_id}",
            details={"takers": takers, "copy": copy.public_id},
        )
        return jobs.enqueue(
            actor=actor,
            now=now,
            kind=KIND,
            title=f"Diễn tập – {view.title}",
            params={"round": round_id, "copy": copy.public_id, "takers": takers},
        )


def job(running: Running) -> dict[str, Any]:
    """The handler of :func:`begin`'s job; who has sat already does not sit again when it goes on."""
    copy_id, takers = running.params["copy"], running.params["takers"]
    view = rounds.round_(copy_id, now=running.now, drafts=True)
    randomness = random.Random(copy_id)  # noqa: S311 - the same people when it goes on
    made = people.make_samples(
        now=running.now, login=_login(copy_id), people=_cast(randomness, view, takers, running.now)
    )
    sat = attempts.takers(view.pk)
    for done, person in enumerate(made, start=1):
        moment = view.opens_at + (view.closes_at - view.opens_at) * randomness.betavariate(0.8, 0.8)
        if person.id not in sat:
            with audit.played(now=clock.now()):
                _sit(randomness, person, view, moment, crowd=takers)
        if done % 10 == 0 or done == len(made):
            with transaction():
                running.progress(done, len(made))
    return {"copy": copy_id, "takers": len(made)}


def wipe(*, actor: Actor, now: datetime, copy_id: str) -> str:
    """Delete a rehearsal with everything in it; the id of the round that was rehearsed."""
    require(actor, Permission.CONTEST_MANAGE)
    view = rounds.round_(copy_id, now=now, drafts=True)
    if view.contest.rehearses is None:
        raise Conflict(N_("Đây không phải vòng diễn tập nên không xóa được."), code="real")
    rehearsed = rounds.by_pk(view.contest.rehearses, now=now)
    with transaction():
        round_verbs.locked(copy_id)
        results.wipe(round_pk=view.pk)
        wiping.wipe(round_pk=view.pk)
        round_verbs.wipe(round_pk=view.pk)
        people.wipe_samples(login=_login(copy_id))
        audit.record(
            actor=actor,
            now=now,
            action="round.rehearsal-wiped",
            subject=f"round:{rehearsed.id}",
            details={"copy": copy_id},
        )
    boards.forget_round(view)
    return rehearsed.id


def last_job(copy_id: str) -> Job | None:
    """The job that fills a rehearsal."""
    return jobs.latest(KIND, {"copy": copy_id})


def _login(copy_id: str) -> str:
    return f"dientap-{copy_id}"


def _sit(randomness: random.Random, person: Person, view: RoundView, moment: datetime, *, crowd: int) -> None:
    if view.rules.qualified is not None:
        with transaction():
            entries.entry(round_pk=view.pk, person_id=person.id).qualified = True
    # The last moment at which the whole time is left.
    begun = min(moment, view.closes_at - timedelta(minutes=view.minutes))
    if randomness.random() < EXPIRE:
        sample_people.enter(person, view.id, at=begun)
        return
    sample_people.sit(randomness, person, view.id, begun, crowd=crowd)


def _cast(randomness: random.Random, view: RoundView, takers: int, now: datetime) -> list[Sample]:
    """People who may enter by the rules; raises :class:`Conflict` when nobody of any agency and age may."""
    units = [u for u in agencies.all_pickable(today=now.astimezone(LOCAL).date()) if u.kind != "armed_force"]
    found: list[Sample] = []
    for _ in range(takers * TRIES):
        if len(found) == takers:
            break
        unit, born = randomness.choice(units), _born(randomness, view.rules, view.first_day)
        group = group_of(view.rules, Taker(unit.path, unit.bloc, born), on=view.first_day)
        if not isinstance(group, Bar):
            found.append(Sample(sample_people.name(randomness), unit.id, born))
    if not found:
        raise Conflict(N_("Không có đơn vị, độ tuổi nào dự thi được theo Thể lệ này."), code="nobody")
    return found


def _born(randomness: random.Random, rules: RoundRules, day: date) -> date:
    bounds = [(rules.age_from, rules.age_to), *((g.age_from, g.age_to) for g in rules.groups)]
    low, high = randomness.choice(bounds)
    age = randomness.randint(low or 22, high or max(low, 58))
    return day - timedelta(days=round(age * 365.25) + randomness.randint(30, 300))
