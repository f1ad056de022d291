"""The English catalogue knows every text of the interface, with the same places to fill."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from core.web.catalogues import SOURCE, compile_catalogues

ROOT = Path(__file__).parent.parent.parent
PLACES = re.compile(r"%\(\w+\)[sd]|\{\w+\}")
EXTRACT = ["-q", "extract", "-F", "pyproject.toml", "-k", "_l", "-k", "N_", "-k", "lazy_gettext"]


@pytest.fixture(scope="module")
def english() -> Catalog:
    with (SOURCE / "en/LC_MESSAGES/messages.po").open("rb") as text:
        return read_po(text)


def test_every_text_is_translated(english: Catalog, tmp_path: Path) -> None:
    template = tmp_path / "messages.pot"
    pybabel = Path(sys.executable).with_name("pybabel")
    subprocess.run([pybabel, *EXTRACT, "-o", template, "."], cwd=ROOT, check=True)
    with template.open("rb") as text:
        asked = {message.id for message in read_po(text) if message.id}
    known = {message.id: message.string for message in english if message.id}
    assert len(asked) > 500
    assert asked - known.keys() == set(), "make translations"
    assert known.keys() - asked == set(), "make translations"
    assert [text for text, translation in known.items() if not all(_forms(translation))] == []


def _forms(text: str | tuple[str, ...]) -> tuple[str, ...]:
    return text if isinstance(text, tuple) else (text,)


def test_a_translation_has_the_same_places_to_fill(english: Catalog) -> None:
    different = [
        message.id
        for message in english
        if message.id
        for asked, said in zip(_forms(message.id), _forms(message.string), strict=True)
        if sorted(PLACES.findall(asked)) != sorted(PLACES.findall(said))
    ]
    assert different == []


def test_a_changed_catalogue_is_compiled_again(tmp_path: Path) -> None:
    compiled = compile_catalogues(tmp_path) / "en/LC_MESSAGES/messages.mo"
    first = compiled.stat().st_mtime_ns
    compile_catalogues(tmp_path)
    assert compiled.stat().st_mtime_ns == first
    assert compiled.read_bytes()[:4] == b"\xde\x12\x04\x95"
