"""Commands of people."""

import click
from flask.cli import with_appcontext

from contest.people import queries, rules, service
from core import clock
from core.access import SYSTEM
from core.cli import Group, as_json, show


@click.group("people", cls=Group)
def people() -> None:
    """Accounts and roles."""


@people.command("organiser")
@click.argument("login")
@as_json
@with_appcontext
def organiser(login: str, machine: bool) -> None:
    """Make a registered person an organiser (Ban Tổ chức)."""
    _grant(login, role="organiser", machine=machine)


@people.command("contact")
@click.argument("login")
@as_json
@with_appcontext
def contact(login: str, machine: bool) -> None:
    """Make a registered person the contact (đầu mối) of their own agency."""
    _grant(login, role="contact", machine=machine)


def _grant(login: str, *, role: str, machine: bool) -> None:
    person = queries.person_of_login(rules.normalise_login(login) or "")
    if person is None:
        raise click.ClickException("Chưa có tài khoản này; người đó cần đăng ký trước.")
    service.grant_role(
        actor=SYSTEM,
        now=clock.now(),
        person_id=person.id,
        role=role,
        agency_id=person.agency_id if role == "contact" else None,
    )
    show({"login": login, "role": role}, machine=machine, text=f"{person.full_name}: {role}")


group = (people,)
