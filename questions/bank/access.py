"""Whose bank is whose. A permission held for the province covers every bank."""

import sqlalchemy as sa

from core.access import Actor, Permission, require
from core.db import read
from core.errors import NotFound
from core.i18n import N_
from questions.bank.models import PROVINCE, Bank, BankShare


def may(actor: Actor, permission: Permission, owner_id: int) -> bool:
    """Whether ``actor`` may do this in the banks of an owner."""
    return actor.may(permission, None if owner_id == PROVINCE else owner_id)


def require_bank(actor: Actor, permission: Permission, bank: Bank) -> None:
    """Raise :class:`NotFound` for a bank that ``actor`` may not even see, else :class:`Forbidden`."""
    if not may(actor, Permission.BANK_READ, bank.owner_id):
        raise NotFound(N_("Không tìm thấy ngân hàng câu hỏi này."))
    require(actor, permission, None if bank.owner_id == PROVINCE else bank.owner_id)


def visible(actor: Actor) -> sa.ColumnElement[bool]:
    """Which banks ``actor`` works in, as a condition on :class:`Bank`."""
    scope = actor.scope(Permission.BANK_READ)
    return sa.true() if scope is None else Bank.owner_id.in_(scope)


def drawable_by(owner_id: int) -> sa.Select[int]:
    """Ids of the banks that an owner draws from: their own and those shared with them."""
    return sa.select(Bank.id).where(
        sa.or_(
            Bank.owner_id == owner_id,
            Bank.id.in_(sa.select(BankShare.bank_id).where(BankShare.owner_id == owner_id)),
        )
    )


def bank(actor: Actor, bank_id: str, permission: Permission = Permission.BANK_READ) -> Bank:
    """The bank with this public id, for this act; raises :class:`NotFound` or :class:`Forbidden`."""
    found = read().scalar(sa.select(Bank).where(Bank.public_id == bank_id))
    if found is None:
        raise NotFound(N_("Không tìm thấy ngân hàng câu hỏi này."))
    require_bank(actor, permission, found)
    return found
