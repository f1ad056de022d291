"""How a file's state changes: only from the state that it is expected in, so that nobody overrules another."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm.attributes import set_committed_value

from core.db import transaction
from core.errors import DomainError
from core.i18n import N_
from core.jobs import plain
from questions.imports.models import ImportFile

BROKEN = N_("Có lỗi của hệ thống khi xử lý tệp; lỗi đã được ghi lại. Chưa câu nào được ghi.")


def change(file: ImportFile, only: str, values: dict[str, Any]) -> bool:
    """Write ``values`` where the file still stands in the state ``only``; whether it did."""
    here = sa.and_(ImportFile.id == file.id, ImportFile.state == only)
    with transaction() as session:
        if session.execute(sa.update(ImportFile).where(here).values(**values)).rowcount != 1:  # type: ignore[attr-defined]
            return False
    for name, value in values.items():
        set_committed_value(file, name, value)
    return True


def refusal(error: Exception) -> dict[str, Any]:
    """What is said of an error: a refusal's own sentence, and of any other that there was one."""
    if isinstance(error, DomainError):
        return {"message": error.message, "params": plain(error.params)}
    return {"message": BROKEN, "params": {}}
