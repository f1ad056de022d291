"""Tables of the agency tree."""

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base


class Agency(Base):
    """An agency (đơn vị). ``valid_to`` is inclusive; an ended agency stays, unpickable.

    ``path`` is the codes from the root down, parted and ended by ``/``: ``40/UBND/SO-NV/``;
    a subtree is all agencies whose path begins with its root's.
    """

    __tablename__ = "agency"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(20), unique=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    kind: Mapped[str] = mapped_column(sa.String(20))
    bloc: Mapped[str] = mapped_column(sa.String(40))
    parent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("agency.id"), index=True)
    path: Mapped[str] = mapped_column(sa.String(200), index=True)
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    pickable: Mapped[bool]
    source: Mapped[str] = mapped_column(sa.Text)

    names: Mapped[list["AgencyName"]] = relationship(back_populates="agency")


class AgencyName(Base):
    """A name by which an agency is found: its own, an alias, or that of a unit merged into it."""

    __tablename__ = "agency_name"

    id: Mapped[int] = mapped_column(primary_key=True)
    agency_id: Mapped[int] = mapped_column(sa.ForeignKey("agency.id"), index=True)
    text: Mapped[str] = mapped_column(sa.String(200))
    folded: Mapped[str] = mapped_column(sa.String(200), index=True)

    agency: Mapped[Agency] = relationship(back_populates="names")

    __table_args__ = (sa.UniqueConstraint("agency_id", "text"),)
