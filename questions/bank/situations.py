"""The verbs of situations (tình huống): a wording is written once, a changed one is a new row."""

import hashlib
from collections.abc import Callable, Collection
from contextlib import suppress
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from core import audit
from core.access import Actor, Permission
from core.db import read, transaction
from core.errors import Invalid
from core.i18n import N_
from core.text import tidy
from questions.bank.access import require_bank
from questions.bank.media import media_type
from questions.bank.models import Bank, MediaFile, SituationVersion
from questions.items import Situation, situation_hash

ALT_MAX = 2_000
"""Letters of a description; what a sound or a film says needs more than a picture."""
CODE_MAX, TITLE_MAX = 60, 200
TOO_LONG = N_("Mã tình huống dài quá 60 ký tự hoặc tên dài quá 200 ký tự.")


def save_situation(*, actor: Actor, now: datetime, bank: Bank, situation: Situation) -> SituationVersion:
    """A situation by its code; a changed one becomes a new row, which questions take up as they are edited."""
    return _saved(actor, now, bank, situation, lambda code, _: code)


def bring_situation(
    *, actor: Actor, now: datetime, bank: Bank, situation: Situation, reserved: Collection[str] = ()
) -> SituationVersion:
    """A situation as a file brings it, under :func:`code_in`: nobody's situation gets another wording."""
    return _saved(actor, now, bank, situation, lambda code, sha256: _free(bank, code, sha256, reserved))


def code_in(bank: Bank, situation: Situation, reserved: Collection[str] = ()) -> str:
    """The situation's code where it is free in the bank or stands for the same content, else with a number behind it.

    ``reserved`` are codes that situations of the file have.
    """
    return _free(bank, tidy(situation.code), situation_hash(situation), reserved)


def _saved(
    actor: Actor, now: datetime, bank: Bank, situation: Situation, choose: Callable[[str, str], str]
) -> SituationVersion:
    require_bank(actor, Permission.BANK_WRITE, bank)
    code, title, text = tidy(situation.code), tidy(situation.title), situation.text.strip()
    if not code or not text:
        raise Invalid(N_("Tình huống cần mã và nội dung."), fields={"text": N_("Đề nghị nhập nội dung tình huống.")})
    if len(code) > CODE_MAX or len(title) > TITLE_MAX:
        raise Invalid(TOO_LONG, fields={"code" if len(code) > CODE_MAX else "title": TOO_LONG}, code="too-long")
    sha256 = situation_hash(situation)
    # Written once and named by their bytes: kept before the lock, which others wait for.
    media = [_kept(media.name, media.alt, media.data, now) for media in situation.media]
    with transaction() as session:
        # Not the key: whoever adds questions to the bank holds that, and need not wait.
        session.execute(sa.select(Bank.id).where(Bank.id == bank.id).with_for_update(key_share=True))
        code = choose(code, sha256)
        newest = _newest(bank, code)
        if newest is not None and newest.sha256 == sha256:
            return newest
        row = SituationVersion(
            bank_id=bank.id,
            code=code,
            number=newest.number + 1 if newest else 1,
            title=title,
            text=text,
            media=media,
            sha256=sha256,
            created_at=now,
        )
        session.add(row)
        session.flush()
        audit.record(
            actor=actor, now=now, action="situation.saved", subject=f"bank:{bank.public_id}", details={"code": code}
        )
    return row


def _free(bank: Bank, wanted: str, sha256: str, reserved: Collection[str]) -> str:
    code, number = wanted, 1
    while True:
        known = _newest(bank, code)
        if (known is None or known.sha256 == sha256) and (number == 1 or code not in reserved):
            return code
        number += 1
        code = f"{wanted[: CODE_MAX - len(str(number)) - 1]}-{number}"


def _newest(bank: Bank, code: str) -> SituationVersion | None:
    return read().scalar(
        sa.select(SituationVersion)
        .where(SituationVersion.bank_id == bank.id, SituationVersion.code == code)
        .order_by(SituationVersion.number.desc())
        .limit(1)
    )


def _kept(name: str, alt: str, data: bytes, now: datetime) -> dict[str, str]:
    kind, sha256 = media_type(data), hashlib.sha256(data).hexdigest()
    stored = sa.select(MediaFile.sha256).where(MediaFile.sha256 == sha256)
    if read().scalar(stored) is None:
        # Another may bring the same bytes at this moment: then they are there.
        with transaction() as session, suppress(IntegrityError), session.begin_nested():
            session.execute(sa.insert(MediaFile).values(sha256=sha256, type=kind, data=data, created_at=now))
    return {"name": tidy(name)[:100], "type": kind, "alt": tidy(alt)[:ALT_MAX], "sha256": sha256}
