"""Reading in a process of its own: what the file is, and what no reader may do to the rest."""

from pathlib import Path

import pytest

from core.errors import Invalid
from questions.formats import FORMATS, Format, guessed, reading
from questions.items import Bundle, Item
from tests.questions.formats.test_bounds import packed

ONE = Item("Ai ký văn bản?", ("Chủ tịch", "Thư ký"), (0,), topic="van-thu", difficulty=1)
BUNDLE = Bundle((ONE,))

# Readers that do what no reader may; a child process finds them by Python's own start-up hook.
HOSTILE = """
import sys
sys.path.insert(0, {root!r})
import types
from core.errors import Invalid
from questions.formats import FORMATS, Format
from questions.items import Bundle, Found, Item, Media, Reading, Situation

def memory(data):
    return bytearray(2 * 1024**3)

def endless(data):
    while True:
        pass

def asleep(data):
    import time
    time.sleep(600)

def crash(data):
    import os
    os.abort()

def silent(data):
    import os
    os._exit(0)

def error(data):
    raise RuntimeError("reader")

def deep(data):
    return deep(data)

def chatty(data):
    print("not JSON")
    return Reading()

def noisy(data):
    for _ in range(200_000):
        print("warning", file=sys.stderr)
    return Reading()

def flood(data):
    return Reading(situations=(Situation("a", "b", media=(Media("c", "d", "e", bytes(80 * 1024**2)),)),))

def writes(data):
    with open(data.decode(), "w") as stream:
        stream.write("x" * 100)
    return Reading()

def refuses(data):
    raise Invalid("Tệp có %(count)s lỗi ở %(part)s.", code="own-code", count=3, part=("a",))

for name in {names!r}:
    module = types.ModuleType("questions.formats." + name)
    module.read = globals()[name]
    sys.modules[module.__name__] = module
    FORMATS[name] = Format(name, name, name, "text/plain", name)
"""
NAMES = [
    "memory",
    "endless",
    "asleep",
    "crash",
    "silent",
    "error",
    "deep",
    "chatty",
    "noisy",
    "flood",
    "writes",
    "refuses",
]


@pytest.fixture
def hostile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Readers that misbehave, known to this process and to its children."""
    (tmp_path / "sitecustomize.py").write_text(HOSTILE.format(root=str(reading.ROOT), names=NAMES), "utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    for name in NAMES:
        monkeypatch.setitem(FORMATS, name, Format(name, name, name, "text/plain", name))


@pytest.mark.usefixtures("hostile")
@pytest.mark.parametrize("name", ["memory", "crash", "silent", "error", "deep", "chatty", "flood"])
def test_a_reader_that_breaks_is_a_refusal_and_nothing_more(name: str) -> None:
    with pytest.raises(Invalid) as refused:
        reading.read_file(b"x", name="a.txt", format_name=name)
    assert refused.value.code == "too-heavy"


@pytest.mark.usefixtures("hostile")
@pytest.mark.parametrize("name", ["endless", "asleep"])
def test_a_reader_that_does_not_end_is_ended(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "SECONDS", 3)
    with pytest.raises(Invalid) as refused:
        reading.read_file(b"x", name="a.txt", format_name=name)
    assert refused.value.code == "too-heavy"


@pytest.mark.usefixtures("hostile")
def test_warnings_are_nobodys_business_and_refusals_come_through() -> None:
    found, chosen = reading.read_file(b"x", name="a.txt", format_name="noisy")
    assert not found.found
    assert chosen.name == "noisy"
    with pytest.raises(Invalid) as refused:
        reading.read_file(b"x", name="a.txt", format_name="refuses")
    assert refused.value.code == "own-code"
    assert refused.value.message % refused.value.params == "Tệp có 3 lỗi ở ('a',)."


@pytest.mark.usefixtures("hostile")
def test_a_reader_writes_no_files(tmp_path: Path) -> None:
    target = tmp_path / "ghi.txt"
    with pytest.raises(Invalid):
        reading.read_file(str(target).encode(), name="a.txt", format_name="writes")
    assert not target.exists() or target.stat().st_size == 0


def test_limits_hold_for_the_child_alone() -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    data = FORMATS["json"].load().write(BUNDLE)
    for _ in range(3):
        assert [one.item for one in reading.read_file(data, name="a.json")[0].found] == [ONE]
    assert len(list(Path("/proc/self/fd").iterdir())) == before


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("file_name", ["a.{0}", "Câu hỏi (bản 2).{0}", "CAU-HOI.{1}"])
def test_every_format_is_recognised_by_what_it_writes(name: str, file_name: str) -> None:
    ending = FORMATS[name].ending
    data = FORMATS[name].load().write(BUNDLE)
    assert guessed(file_name.format(ending, ending.upper()), data).name == name


@pytest.mark.parametrize(
    ("name", "written", "expected"),
    [
        ("cau-hoi.zip", "docx", "docx"),
        ("cau-hoi.docx", "xlsx", "xlsx"),
        ("cau-hoi.bin", "xlsx", "xlsx"),
        ("cau-hoi.docx", "qti", "qti"),
        ("cau-hoi", "json", "json"),
        ("cau-hoi.txt", "json", "json"),
        ("cau-hoi", "moodle-xml", "moodle-xml"),
        ("cau-hoi.txt", "moodle-xml", "moodle-xml"),
        ("cau-hoi.gift", "gift", "gift"),
        ("cau-hoi.txt", "aiken", "aiken"),
    ],
)
def test_content_counts_more_than_the_name(name: str, written: str, expected: str) -> None:
    assert guessed(name, FORMATS[written].load().write(BUNDLE)).name == expected


@pytest.mark.parametrize("name", ["cau-hoi.doc", "cau-hoi.xls", "cau-hoi.pdf", "cau-hoi", ""])
def test_what_nobody_knows_is_refused_with_what_is_taken(name: str) -> None:
    with pytest.raises(Invalid, match=r"\.docx") as refused:
        guessed(name, b"\xd0\xcf\x11\xe0" + bytes(100))
    assert refused.value.code == "unknown-format"
    assert "%(" not in refused.value.message % refused.value.params


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.docx", b"", "empty-file"),
        ("a.json", b" \n", "empty-file"),
        ("a.docx", packed({"word/document.xml": bytes(40 * 1024 * 1024)}), "zip-bomb"),
        ("a.docx", packed({"word/document.xml": b"<a/>", "word/vbaProject.bin": b"x"}), "macro"),
        ("a.xlsx", packed({"xl/workbook.xml": b"<a/>", "../../x": b"x"}), "zip-slip"),
        ("a.docx", b"PK\x03\x04" + bytes(60), "broken-file"),
        ("a.xml", b'<!DOCTYPE quiz [<!ENTITY a "b">]><quiz>&a;</quiz>', "dtd"),
        ("a.json", b"[" * 200_000, "bad-json"),
        ("a.txt", "Câu hỏi?\nA. Một\nB. Hai\nANSWER: A".encode("utf-16-le"), "bad-encoding"),
        ("a.csv", b"C\xe2u h\xf4i;\xd0\xe1p \xe1n", "bad-encoding"),
    ],
)
def test_hostile_files_end_in_a_sentence(name: str, data: bytes, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        reading.read_file(data, name=name)
    assert refused.value.code == code
    assert "%(" not in refused.value.message % refused.value.params
