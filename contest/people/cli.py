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
    """Make a registered person an organiser (Ban Tổ chức).

    Gives keys to read, and does not look whether they are sitting a round just now; the page does.
    """
    _grant(login, role="organiser", machine=machine)


@people.command("contact")
@click.argument("login")
@as_json
@with_appcontext
def contact(login: str, machine: bool) -> None:
    """Make a registered person the contact (đầu mối) of their own agency."""
    _grant(login, role="contact", machine=machine)


@people.command("author")
@click.argument("login")
@click.option("--province", is_flag=True, help="For the province's banks; else for those of their agency.")
@as_json
@with_appcontext
def author(login: str, province: bool, machine: bool) -> None:
    """Make a registered person an author of questions (người biên soạn).

    Gives keys to read, and does not look whether they are sitting a round just now; the page does.
    """
    _grant(login, role="author", machine=machine, province=province)


@people.command("reviewer")
@click.argument("login")
@click.option("--province", is_flag=True, help="For the province's banks; else for those of their agency.")
@as_json
@with_appcontext
def reviewer(login: str, province: bool, machine: bool) -> None:
    """Make a registered person a reviewer of questions (người thẩm định).

    Gives keys to read, and does not look whether they are sitting a round just now; the page does.
    """
    _grant(login, role="reviewer", machine=machine, province=province)


def _grant(login: str, *, role: str, machine: bool, province: bool = False) -> None:
    person = queries.person_of_login(rules.normalise_login(login) or "")
    if person is None:
        raise click.ClickException("Chưa có tài khoản này; người đó cần đăng ký trước.")
    service.grant_role(
        actor=SYSTEM,
        now=clock.now(),
        person_id=person.id,
        role=role,
        agency_id=None if province or role == "organiser" else person.agency_id,
    )
    show({"login": login, "role": role}, machine=machine, text=f"{person.full_name}: {role}")


group = (people,)
