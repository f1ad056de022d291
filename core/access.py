"""Who may do what. One enumeration, one question: ``require(actor, permission)``.

A permission reads ``scope:resource:action``. Roles are data of the people room, which
hands out an :class:`Actor` that already carries its grants.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from core.errors import Forbidden
from core.i18n import N_


class Permission(StrEnum):
    """Everything that is not open to every signed-in person."""

    CONTEST_MANAGE = "province:contest:manage"
    BANK_READ = "bank:questions:read"
    BANK_WRITE = "bank:questions:write"
    BANK_REVIEW = "bank:questions:review"
    BANK_MANAGE = "bank:questions:manage"
    TAKERS_READ = "province:takers:read"
    RESULTS_PUBLISH = "province:results:publish"
    AGENCY_TAKERS_READ = "agency:takers:read"


@dataclass(frozen=True, slots=True)
class Grant:
    """A permission, for some agencies (their ids) or, with ``None``, everywhere."""

    permission: Permission
    agency_ids: frozenset[int] | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a person with the grants of their roles, or the system itself.

    ``handed_keys``: they were once handed keys of questions, whatever their roles are now.
    """

    person_id: int | None
    full_name: str
    agency_id: int | None = None
    agency_code: str = ""
    agency_name: str = ""
    agency_path: str = ""
    agency_bloc: str = ""
    birth_date: date | None = None
    assurance: str = "self"
    is_sample: bool = False
    grants: tuple[Grant, ...] = ()
    handed_keys: bool = False

    def may(self, permission: Permission, agency_id: int | None = None) -> bool:
        """Whether a grant covers ``permission`` (and the agency, where one is named)."""
        return any(
            grant.permission is permission
            and (grant.agency_ids is None or (agency_id is not None and agency_id in grant.agency_ids))
            for grant in self.grants
        )

    def scope(self, permission: Permission) -> frozenset[int] | None:
        """The agencies that ``permission`` covers; ``None`` means every one."""
        ids: set[int] = set()
        for grant in self.grants:
            if grant.permission is permission:
                if grant.agency_ids is None:
                    return None
                ids |= grant.agency_ids
        return frozenset(ids)

    def holds(self, permission: Permission) -> bool:
        """Whether ``permission`` is granted anywhere, for every agency or for some."""
        return any(grant.permission is permission for grant in self.grants)

    @property
    def is_organiser(self) -> bool:
        """Whether the committee's pages are open to them (Ban Tổ chức)."""
        return self.may(Permission.CONTEST_MANAGE)

    @property
    def works_in_bank(self) -> bool:
        """Whether a bank of questions is open to them (Người biên soạn, Người thẩm định)."""
        return self.holds(Permission.BANK_READ)

    @property
    def is_contact(self) -> bool:
        """Whether they look after an agency (đầu mối đơn vị)."""
        return self.scope(Permission.AGENCY_TAKERS_READ) not in (None, frozenset())


SYSTEM = Actor(
    person_id=None,
    full_name="Hệ thống",
    grants=tuple(Grant(permission) for permission in Permission),
)


def require(actor: Actor, permission: Permission, agency_id: int | None = None) -> None:
    """Raise :class:`Forbidden` unless ``actor`` may."""
    if not actor.may(permission, agency_id):
        raise Forbidden(N_("Tài khoản này không có quyền thực hiện việc vừa chọn. Đề nghị liên hệ Ban Tổ chức."))
