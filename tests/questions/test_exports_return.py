"""Files of questions are complete: what leaves comes back, less what the format was said to lose."""

import csv
import zipfile
from io import BytesIO, StringIO
from typing import Any

import msgspec
import pytest

from core import jobs
from core.access import SYSTEM
from questions.bank import access, queries
from questions.bank import service as bank_verbs
from questions.formats import FORMATS, aiken, conventions, reading
from questions.imports import service as imports
from questions.items import Item, content_hash
from tests.questions.exporting import (
    CASE,
    FORMULA,
    ONE,
    SAY,
    SEVERAL,
    everything,
    home,
    make_bank,
    stored,
    written,
)
from tests.wire import ON_SQLITE
from tests.world import World

# What each loss takes away from an item; a reader then finds nothing there.
TAKEN: dict[str, dict[str, Any]] = {
    conventions.LOST_SITUATION: {"situation": ""},
    conventions.LOST_SOURCE: {"source": ""},
    aiken.LOST_EXPLANATION: {"explanation": ""},
    aiken.LOST_CITATIONS: {"citations": ()},
    aiken.LOST_TOPIC: {"topic": ""},
    aiken.LOST_DIFFICULTY: {"difficulty": None},
    aiken.LOST_TAGS: {"tags": ()},
    aiken.LOST_CODE: {"code": ""},
}


def after(item: Item, losses: list[str]) -> Item:
    """What is left of an item once a format has lost these."""
    for reason in losses:
        if reason == conventions.LOST_SHUFFLE:
            item = msgspec.structs.replace(item, shuffle=not item.shuffle)
        elif reason == aiken.LOST_LINES:
            item = msgspec.structs.replace(item, stem=" ".join(item.stem.split()))
        else:
            item = msgspec.structs.replace(item, **TAKEN[reason])
    return item


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", FORMATS)
def test_the_starter_bank_comes_back_from_every_format_as_far_as_it_carries(world: World, name: str) -> None:
    bank = home(world)
    bundle = stored(world, bank)
    file = written(world, bank, name)
    found, chosen = reading.read_file(file.data, name=file.name)
    assert chosen.name == name
    assert not found.problems
    module = FORMATS[name].load()
    situations = {situation.code: situation for situation in bundle.situations}
    carried = [item for item in bundle.items if getattr(module, "carries", lambda item: True)(item)]
    assert len(carried) == file.fit.carried == len(bundle.items) - len(file.fit.skipped)
    expected = [after(item, module.losses(item, situations.get(item.situation))) for item in carried]
    assert [one.item for one in found.found] == expected
    if not file.fit.losses:
        assert {s.code: s for s in found.situations} == situations
    assert set(file.fit.skipped) == {item.code for item in bundle.items} - {item.code for item in carried}


def test_own_json_brought_into_another_bank_is_the_same_bank(world: World) -> None:
    source = make_bank(world)
    file = written(world, source, "json")
    with world.inside():
        made = bank_verbs.create_bank(actor=SYSTEM, now=world.now, name="Bản sao", owner_id=source.owner_id)
        bank_id = made.public_id
        taken = imports.take(actor=SYSTEM, now=world.now, bank=made, name=file.name, data=file.data)
        jobs.run_waiting(now=world.now)
        imports.bring_in(
            actor=SYSTEM, now=world.now, file_id=taken.public_id, defaults=imports.Defaults(), skip=frozenset()
        )
        jobs.run_waiting(now=world.now)
        target = access.bank(SYSTEM, bank_id)
    assert stored(world, target) == stored(world, source)
    assert written(world, target, "json").data == file.data
    with world.inside():
        before, after_ = (queries.versions(everything(bank)) for bank in (source, target))
        assert [v.sha256 for v in before] == [v.sha256 for v in after_]
        assert content_hash(ONE) in {v.sha256 for v in after_}


@ON_SQLITE
@pytest.mark.parametrize("name", ["csv", "xlsx"])
def test_a_formula_leaves_as_text_and_comes_back_as_it_was(world: World, name: str) -> None:
    file = written(world, make_bank(world), name)
    if name == "csv":
        lines = csv.reader(StringIO(file.data.decode("utf-8-sig"), newline=""), delimiter=";")
        cells = [cell for line in lines for cell in line]
        assert f"'{FORMULA}" in cells
        assert not [cell for cell in cells if cell[:1] in ("=", "+", "@", "\t")]
    else:
        with zipfile.ZipFile(BytesIO(file.data)) as archive:
            sheet = archive.read("xl/worksheets/sheet1.xml")
        assert b"<f>" not in sheet
        assert b"<f " not in sheet
    found, _ = reading.read_file(file.data, name=file.name)
    assert [one.item for one in found.found] == [ONE, SEVERAL, SAY]


@ON_SQLITE
def test_two_wordings_of_a_situation_both_leave(world: World) -> None:
    bank = make_bank(world)
    newer = msgspec.structs.replace(CASE, text="Bà Bích nộp hồ sơ lúc 16 giờ.")
    with world.inside():
        item = msgspec.structs.replace(SEVERAL, stem="Phải làm gì?", code="KS-D")
        bank_verbs.add(actor=SYSTEM, now=world.now, bank=bank, items=[item], situations=[newer])
    bundle = stored(world, bank)
    assert {s.code: s.text for s in bundle.situations} == {"TH1": newer.text, "TH1 (1)": CASE.text}
    assert {i.code: i.situation for i in bundle.items if i.situation} == {"KS-B": "TH1 (1)", "KS-D": "TH1"}
    for name in ("json", "docx", "qti"):
        file = written(world, bank, name)
        found, _ = reading.read_file(file.data, name=file.name)
        assert {one.item.code: one.item.situation for one in found.found if one.item.situation} == {
            "KS-B": "TH1 (1)", "KS-D": "TH1",
        }  # fmt: skip
