"""Verbs of people: register, sign in, grant a role."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from contest.agencies import queries as agencies
from contest.people import passwords, rules
from contest.people.models import Consent, Person, RoleGrant
from core import audit, limits
from core.access import Actor, Permission, require
from core.canonical import sha256
from core.clock import LOCAL
from core.db import read, transaction
from core.errors import Conflict, Invalid, NotFound, Unauthenticated
from core.i18n import N_
from core.text import given_name_key, tidy

SIGN_IN_TRIES = 10
SIGN_IN_WINDOW = 300
_INSERTS: dict[str, Any] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}


@dataclass(frozen=True, slots=True)
class Sample:
    """A made-up person of a rehearsal."""

    full_name: str
    agency_id: int | None
    birth_date: date


def register(
    *,
    actor: Actor | None,
    now: datetime,
    login: str,
    password: str,
    full_name: str,
    agency_code: str | None,
    consent: bool,
    is_sample: bool = False,
) -> Person:
    """Create an account; ``actor`` is ``None`` when somebody registers themself.

    Raises :class:`Invalid` with one sentence a field, :class:`Conflict` for a taken login.
    """
    full_name = tidy(full_name)
    normal = rules.normalise_login(login)
    agency = agencies.pickable(agency_code, today=now.astimezone(LOCAL).date()) if agency_code else None
    problems = _problems(
        login=normal, full_name=full_name, password=password, agency_known=agency is not None, consent=consent
    )
    fields = {name: problem for name, problem in problems.items() if problem}
    if fields or normal is None or agency is None:
        raise Invalid(N_("Thông tin đăng ký chưa hợp lệ. Đề nghị sửa các mục được đánh dấu."), fields=fields)
    person = Person(
        login=normal,
        full_name=full_name,
        name_key=given_name_key(full_name),
        agency_id=agency.id,
        password_hash=passwords.hashed(password),
        is_sample=is_sample,
        created_at=now,
    )
    try:
        with transaction() as session:
            session.add(person)
            session.flush()
            session.add(_consent(person, now))
            audit.record(
                actor=actor or Actor(person_id=person.id, full_name=full_name),
                now=now,
                action="people.registered",
                subject=f"person:{person.id}",
            )
    except IntegrityError as error:
        raise Conflict(
            N_("Số điện thoại hoặc tên đăng nhập này đã được dùng. Đề nghị đăng nhập, hoặc chọn tên khác."),
            code="login-taken",
        ) from error
    return person


def _problems(
    *, login: str | None, full_name: str, password: str, agency_known: bool, consent: bool
) -> dict[str, str | None]:
    """One sentence a field, ``None`` where nothing is wrong."""
    return {
        "login": None
        if login
        else N_(
            "Đề nghị nhập số điện thoại 10 chữ số, hoặc tên đăng nhập từ 4 đến 32 ký tự: "
            "chữ không dấu, số, dấu chấm, bắt đầu bằng chữ."
        ),
        "full_name": rules.name_problem(full_name),
        "password": rules.password_problem(password, login=login or ""),
        "agency": None if agency_known else N_("Đề nghị chọn đơn vị trong danh sách gợi ý."),
        "consent": None if consent else N_("Cần đồng ý cho xử lý dữ liệu cá nhân để dự thi."),
    }


def sign_in(*, login: str, password: str) -> Person:
    """The person with this login and password; one answer for every kind of mismatch."""
    normal = rules.normalise_login(login)
    if normal is not None:  # what is no login has no account to protect, and must not share a counter
        limits.refuse_over(name="sign-in", subject=normal, limit=SIGN_IN_TRIES)
    person = read().scalar(sa.select(Person).where(Person.login == normal)) if normal else None
    known = person if person and person.disabled_at is None else None
    # A longer password never matches; it must not be cut to one that does.
    typed = password if len(password) <= rules.PASSWORD_MAX else ""
    if not passwords.matches(typed, known.password_hash if known else None) or known is None:
        if normal is not None:  # only failures count: nobody is locked out by their own work
            limits.count(name="sign-in", subject=normal, limit=SIGN_IN_TRIES, window_seconds=SIGN_IN_WINDOW)
        raise Unauthenticated(N_("Tên đăng nhập hoặc mật khẩu chưa đúng. Đề nghị kiểm tra lại."), code="sign-in-failed")
    return known


def declare_birth_date(*, actor: Actor, now: datetime, birth_date: date) -> None:
    """Khai ngày sinh: once, by the person, for contests whose rules have an age.

    Raises :class:`Conflict` when it stands already. The trail tells that it was declared, not the day.
    """
    today = now.astimezone(LOCAL).date()
    problem = rules.birth_date_problem(birth_date, today=today)
    if problem:
        raise Invalid(problem, fields={"birth_date": problem})
    with transaction() as session:
        declared = session.scalar(
            sa.update(Person)
            .where(Person.id == actor.person_id, Person.birth_date.is_(None))
            .values(birth_date=birth_date)
            .returning(Person.id)
            .execution_options(synchronize_session=False)
        )
        if declared is None:
            raise Conflict(
                N_("Ngày sinh đã khai nên không sửa được ở đây. Đề nghị liên hệ Ban Tổ chức."), code="declared"
            )
        audit.record(actor=actor, now=now, action="people.birth-date-declared", subject=f"person:{declared}")


def grant_role(*, actor: Actor, now: datetime, person_id: int, role: str, agency_id: int | None = None) -> None:
    """Give a person a role, once; a contact's role names the agency. Only the committee may."""
    require(actor, Permission.CONTEST_MANAGE)
    with transaction() as session:
        # Two clicks may race: whoever comes second has nothing left to do.
        given = session.scalar(
            _INSERTS[session.get_bind().dialect.name](RoleGrant)
            .values(person_id=person_id, role=role, agency_id=agency_id)
            .on_conflict_do_nothing()
            .returning(RoleGrant.id)
        )
        if given is None:
            return
        audit.record(
            actor=actor,
            now=now,
            action="people.role-granted",
            subject=f"person:{person_id}",
            details={"role": role, "agency_id": agency_id},
        )


def revoke_role(*, actor: Actor, now: datetime, person_id: int, role: str, agency_id: int | None = None) -> None:
    """Take a role back; it ends with the person's next request. Only the committee may.

    Raises :class:`NotFound` when the person does not hold it (any more).
    """
    require(actor, Permission.CONTEST_MANAGE)
    with transaction() as session:
        taken = session.scalars(
            sa.delete(RoleGrant)
            .where(
                RoleGrant.person_id == person_id,
                RoleGrant.role == role,
                RoleGrant.agency_id.is_not_distinct_from(agency_id),
            )
            .returning(RoleGrant.id)
        ).all()
        if not taken:
            raise NotFound(N_("Người này không còn giữ vai trò vừa chọn. Đề nghị tải lại trang."))
        audit.record(
            actor=actor,
            now=now,
            action="people.role-revoked",
            subject=f"person:{person_id}",
            details={"role": role, "agency_id": agency_id},
        )


def _consent(person: Person, now: datetime) -> Consent:
    return Consent(
        person_id=person.id,
        text_version=rules.CONSENT_VERSION,
        text_sha256=sha256(rules.CONSENT_TEXT),
        given_at=now,
    )


def make_samples(*, now: datetime, login: str, people: Sequence[Sample]) -> list[Person]:
    """Made-up people for a rehearsal, ``login`` and a number each; those who are there already stay.

    Nobody can sign in as one of them: they share the hash of a password that nobody knows.
    """
    unknown_password = passwords.hashed(secrets.token_hex(16))  # slow by design: before the write lock is held
    with transaction() as session:
        known = {p.login: p for p in session.scalars(sa.select(Person).where(Person.login.startswith(f"{login}-")))}
        made = []
        for number, sample in enumerate(people, start=1):
            name = f"{login}-{number:04d}"
            made.append(
                known.get(name)
                or Person(
                    login=name,
                    full_name=sample.full_name,
                    name_key=given_name_key(sample.full_name),
                    agency_id=sample.agency_id,
                    password_hash=unknown_password,
                    birth_date=sample.birth_date,
                    is_sample=True,
                    rehearsal=True,
                    created_at=now,
                )
            )
        session.add_all(made)
        session.flush()
    return made


def wipe_samples(*, login: str) -> None:
    """Delete the made-up people of a rehearsal."""
    with transaction() as session:
        session.execute(sa.delete(Person).where(Person.login.startswith(f"{login}-"), Person.rehearsal))
