"""The minutes of a period of review (biên bản thẩm định), as a file."""

from datetime import date, datetime

from core import audit
from core.access import Actor, Permission
from core.errors import Invalid
from core.i18n import N_
from core.text import tidy_lines
from questions.bank.access import require_bank
from questions.bank.models import Bank
from questions.documents import minutes as document
from questions.review import queries

ROWS_MAX = 1_000
YEARS = (2020, 2100)
DAYS_MAX = 366
ORGANISER_MAX = 300


def refuse_period(start: date, end: date) -> None:
    """Raise :class:`Invalid` for days that make no period."""
    if not (YEARS[0] <= start.year <= YEARS[1] and YEARS[0] <= end.year <= YEARS[1]):
        message = N_("Đề nghị chọn ngày từ năm 2020 đến năm 2100.")
        raise Invalid(message, fields={"from": message})
    if start > end:
        message = N_("Ngày cuối kỳ phải từ ngày đầu kỳ trở đi.")
        raise Invalid(message, fields={"to": message})
    if (end - start).days >= DAYS_MAX:
        message = N_("Kỳ thẩm định dài nhất là 366 ngày. Đề nghị chọn kỳ ngắn hơn.")
        raise Invalid(message, fields={"to": message})


def write(*, actor: Actor, now: datetime, bank: Bank, organiser: str, start: date, end: date) -> bytes:
    """The minutes as ``.docx``; that they were made is kept with the hash of the approved set.

    ``organiser`` heads the document and may have lines. Raises :class:`Invalid` when there is nothing
    to write down, or more than one file should hold.
    """
    require_bank(actor, Permission.BANK_REVIEW, bank)
    refuse_period(start, end)
    organiser = tidy_lines(organiser)
    if not organiser or len(organiser) > ORGANISER_MAX:
        message = N_("Đề nghị ghi tên cơ quan, tổ chức lập biên bản (đến 300 ký tự).")
        raise Invalid(message, fields={"organiser": message})
    decided = queries.decisions(bank, start, end)
    if not decided:
        raise Invalid(N_("Trong kỳ này chưa có kết luận thẩm định nào để lập biên bản."), code="nothing-decided")
    if len(decided) > ROWS_MAX:
        message = N_("Kỳ này có %(count)s kết luận; mỗi biên bản ghi tối đa 1.000. Đề nghị chọn kỳ ngắn hơn.")
        raise Invalid(message, code="too-many", count=len(decided))
    rows = tuple(one.row for one in decided)
    set_hash = document.set_hash(rows)
    audit.record(
        actor=actor,
        now=now,
        action="review.minutes",
        subject=f"bank:{bank.public_id}",
        details={"from": start.isoformat(), "to": end.isoformat(), "count": len(rows), "sha256": set_hash},
    )
    return document.write(
        document.Minutes(
            bank=bank.name,
            organiser=organiser,
            period_from=start,
            period_to=end,
            made_at=now,
            reviewers=queries.reviewers(decided),
            rows=rows,
            set_hash=set_hash,
        )
    )
