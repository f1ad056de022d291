"""The verb of situations (tình huống): a wording is written once, a changed one is a new row."""

import hashlib
from datetime import datetime

import sqlalchemy as sa

from core import audit
from core.access import Actor, Permission
from core.db import transaction
from core.errors import Invalid
from core.i18n import N_
from core.text import tidy
from questions.bank.access import require_bank
from questions.bank.media import media_type
from questions.bank.models import Bank, MediaFile, SituationVersion
from questions.items import Situation, situation_hash

ALT_MAX = 2_000
"""Letters of a description; what a sound or a film says needs more than a picture."""


def save_situation(*, actor: Actor, now: datetime, bank: Bank, situation: Situation) -> SituationVersion:
    """A situation by its code; a changed one becomes a new row, which questions take up as they are edited."""
    require_bank(actor, Permission.BANK_WRITE, bank)
    code, text = tidy(situation.code), situation.text.strip()
    if not code or not text:
        raise Invalid(N_("Tình huống cần mã và nội dung."), fields={"text": N_("Đề nghị nhập nội dung tình huống.")})
    with transaction() as session:
        newest = session.scalar(
            sa.select(SituationVersion)
            .where(SituationVersion.bank_id == bank.id, SituationVersion.code == code)
            .order_by(SituationVersion.number.desc())
            .limit(1)
        )
        sha256 = situation_hash(situation)
        if newest is not None and newest.sha256 == sha256:
            return newest
        row = SituationVersion(
            bank_id=bank.id,
            code=code[:60],
            number=newest.number + 1 if newest else 1,
            title=tidy(situation.title)[:200],
            text=text,
            media=[_kept(media.name, media.alt, media.data, now) for media in situation.media],
            sha256=sha256,
            created_at=now,
        )
        session.add(row)
        session.flush()
        audit.record(
            actor=actor, now=now, action="situation.saved", subject=f"bank:{bank.public_id}", details={"code": code}
        )
    return row


def _kept(name: str, alt: str, data: bytes, now: datetime) -> dict[str, str]:
    kind, sha256 = media_type(data), hashlib.sha256(data).hexdigest()
    with transaction() as session:
        if session.get(MediaFile, sha256) is None:
            session.add(MediaFile(sha256=sha256, type=kind, data=data, created_at=now))
            session.flush()
    return {"name": tidy(name)[:100], "type": kind, "alt": tidy(alt)[:ALT_MAX], "sha256": sha256}
