"""A bank of an agency to take files out of, and the files."""

from typing import Any

import msgspec
import sqlalchemy as sa

from contest.people.models import Person
from core.access import SYSTEM
from core.db import read, transaction
from questions.bank import list_queries, queries
from questions.bank import service as bank_verbs
from questions.bank.models import PROVINCE, Bank
from questions.exports import service
from questions.items import Bundle, Citation, Item, Kind, Media, Situation
from tests.world import World

PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
FORMULA = '=HYPERLINK("http://evil.example","Bấm vào đây")'
CASE = Situation("TH1", "Bà Bích nộp hồ sơ.\n\nCông chức không lập phiếu.", "Nộp hồ sơ", (
    Media("anh.png", "image/png", "Sơ đồ tiếp nhận", PNG),
    Media("goi.mp3", "audio/mpeg", "Cuộc gọi tới đường dây nóng", b"ID3" + bytes(50)),
))  # fmt: skip
ONE = Item(
    "Ai cấp giấy khai sinh?", ("Ủy ban nhân dân cấp xã", "Công an xã"), (0,), explanation="Luật Hộ tịch.",
    citations=(Citation("Luật Hộ tịch số 60/2014/QH13", "Điều 13"),), topic="kiem-soat", difficulty=2,
    tags=("hộ tịch",), source="Sổ tay", code="KS-A",
)  # fmt: skip
SEVERAL = msgspec.structs.replace(
    ONE, stem="Hồ sơ nộp ở đâu?", choices=("Trực tuyến", "Bưu chính", "Nhà riêng"), keys=(0, 1), kind=Kind.MULTIPLE,
    shuffle=False, situation="TH1", code="KS-B",
)  # fmt: skip
SAY = msgspec.structs.replace(
    ONE,
    stem=FORMULA,
    choices=("Đúng", "Sai"),
    keys=(1,),
    kind=Kind.TRUE_FALSE,
    explanation="+1+1\n@SUM(1)",
    code="KS-C",
)


def make_bank(world: World, items: tuple[Item, ...] = (ONE, SEVERAL, SAY), *, state: str = "sample") -> Bank:
    """An agency's bank of its own, for those of SO-NV."""
    owner = world.agency_id("SO-NV")
    with world.inside(), transaction():
        made = bank_verbs.create_bank(actor=SYSTEM, now=world.now, name="Ngân hàng của Sở", owner_id=owner)
        bank_verbs.add(
            actor=SYSTEM, now=world.now, bank=made, items=items, situations=[CASE] if SEVERAL in items else [],
            state=state,
        )  # fmt: skip
    return made


def home(world: World) -> Bank:
    """The province's bank, with the starter questions."""
    with world.inside():
        return read().scalars(sa.select(Bank).where(Bank.owner_id == PROVINCE)).one()


def everything(bank: Bank) -> list[str]:
    """Ids of all questions of a bank."""
    return list_queries.ids(bank, list_queries.Filters())


def written(world: World, bank: Bank, format_name: str, **more: Any) -> service.Written:
    """A file of a whole bank."""
    with world.inside():
        return service.write(
            actor=SYSTEM, now=world.now, bank=bank, ids=everything(bank), format_name=format_name, **more
        )


def stored(world: World, bank: Bank) -> Bundle:
    """A bank as plain data."""
    with world.inside():
        return service.bundled(queries.versions(everything(bank)))


def author(world: World) -> Person:
    """Somebody who writes questions for SO-NV only."""
    return world.person("SO-NV", role="author", of_agency=True)
