"""Bad files, by the page's job and by the command: a sentence in time, and nothing is left."""

import io
import json
import os
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from core.db import read
from questions.bank.models import Question
from questions.formats import reading
from questions.imports.models import ImportPart
from tests.questions.importing import as_json, document_of, docx, items, taken, view, with_member
from tests.questions.made import item
from tests.wire import ON_SQLITE, is_vietnamese
from tests.world import World

pytestmark = ON_SQLITE
DTD = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
AIKEN = "Ai tiếp nhận hồ sơ ở xã?\nA. Bộ phận một cửa\nB. Người nộp\nANSWER: A\n"


def _bomb(name: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open(name, "w") as stream:
            for _ in range(300):
                stream.write(b"\0" * 1024 * 1024)
    return made.getvalue()


def _many_in_gift() -> bytes:
    return ("::c::Chọn gì?{=đúng\n" + "\n".join(f"~phương án {n}" for n in range(10_000)) + "\n}\n").encode()


def _many_in_docx() -> bytes:
    body = "".join(f"<w:p><w:r><w:t>{chr(65 + n % 26)}. Phương án {n}</w:t></w:r></w:p>" for n in range(10_001))
    stem = "<w:p><w:r><w:t>Câu 1. Chọn phương án nào?</w:t></w:r></w:p>"
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    return docx(f'<w:document xmlns:w="{space}"><w:body>{stem}{body}</w:body></w:document>'.encode())


def _many_in_xlsx() -> bytes:
    import xlsxwriter

    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        heads = ["Câu hỏi", "Đáp án", *(f"Phương án {n}" for n in range(10_001))]
        sheet.write_row(0, 0, heads)
        sheet.write_row(1, 0, ["Chọn gì?", "A", *(f"phương án {n}" for n in range(10_001))])
    return made.getvalue()


def _with_dtd() -> bytes:
    good = document_of(with_member("docx", "x.txt", b"x"))
    return docx(DTD + good[good.index(b"?>") + 2 :])


BAD: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "zip bomb as Word": ("a.docx", lambda: _bomb("word/document.xml"), ""),
    "zip bomb as Excel": ("a.xlsx", lambda: _bomb("xl/worksheets/sheet1.xml"), ""),
    "DTD in Moodle XML": ("a.xml", lambda: DTD + b"<quiz>&b;</quiz>", ""),
    "DTD in QTI": ("a.xml", lambda: DTD + b"<qti-assessment-item>&b;</qti-assessment-item>", ""),
    "DTD in Word": ("a.docx", _with_dtd, ""),
    "windows-1258": ("a.txt", lambda: "Ai đó?\nA. Đúng\nB. Sai\nANSWER: A\n".encode("cp1258"), ""),
    "macros in Word": ("a.docm", lambda: with_member("docx", "word/vbaProject.bin", b"x"), "docx"),
    "macros in Excel": ("a.xlsm", lambda: with_member("xlsx", "xl/vbaProject.bin", b"x"), ""),
    "10,001 choices in Word": ("a.docx", _many_in_docx, ""),
    "10,001 choices in GIFT": ("a.gift", _many_in_gift, ""),
    "10,001 choices in Excel": ("a.xlsx", _many_in_xlsx, ""),
    "random bytes as Word": ("a.docx", lambda: b"PK\x03\x04" + os.urandom(50_000), ""),
    "random bytes as text": ("a.txt", lambda: os.urandom(50_000), ""),
    "a picture named docx": ("a.docx", lambda: b"\x89PNG\r\n\x1a\n" + os.urandom(5_000), ""),
    "the wrong format": ("a.json", lambda: as_json(item()), "moodle-xml"),
    "another wrong format": ("a.txt", lambda: AIKEN.encode(), "xlsx"),
    "no question at all": ("a.txt", lambda: "Chỉ là một đoạn văn.".encode(), "aiken"),
    "a torn JSON": ("a.json", lambda: b'{"format": "tthc-questions/1", "questions": [', ""),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_gets_a_sentence_and_leaves_nothing(world: World, app: Flask, tmp_path: Path, case: str) -> None:
    name, make, format_name = BAD[case]
    data = make()
    with world.inside():
        before = read().scalar(sa.select(sa.func.count()).select_from(Question))
        began = time.monotonic()
        found = view(taken(world, data, name, format_name))
        assert time.monotonic() - began < reading.SECONDS + 5
        assert found.state == "refused" or found.file.problems, case
        if found.state == "refused":
            assert is_vietnamese(found.refusal["message"] % found.refusal["params"])
            assert not read().scalar(sa.select(sa.func.count()).select_from(ImportPart))
        assert all(is_vietnamese(row["reason"] % row.get("params", {})) for row in found.file.problems)
        assert read().scalar(sa.select(sa.func.count()).select_from(Question)) == before
    file = tmp_path / name
    file.write_bytes(data)
    options = ["--format", format_name] if format_name else []
    result = app.test_cli_runner().invoke(
        args=["questions", "import", str(file), "--topic", "mot-cua", "--json", *options]
    )
    assert result.exit_code == 1, result.output
    answer = json.loads(result.output)
    assert answer["errors"]
    assert "added" not in answer
    assert all(is_vietnamese(error["reason"]) for error in answer["errors"])
    with world.inside():
        assert read().scalar(sa.select(sa.func.count()).select_from(Question)) == before


def test_utf_16_with_its_mark_is_read(world: World) -> None:
    with world.inside():
        found = view(taken(world, AIKEN.encode("utf-16"), "a.txt", "aiken"))
        assert (found.state, found.file.counts["questions"], found.file.problems) == ("ready", 1, [])


def test_a_reader_that_eats_memory_is_stopped(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "SECONDS", 0.01)
    with world.inside():
        found = view(taken(world, as_json(*items(5))))
        assert found.state == "refused"
        assert "bộ nhớ" in found.refusal["message"]


def test_the_limit_of_memory_holds_in_the_readers_process(world: World) -> None:
    """A deeply nested document that would need far more than the limit, or is refused before."""
    nested = b"[" * 5_000_000
    with world.inside():
        found = view(taken(world, b'{"format": "tthc-questions/1", "questions": ' + nested, "a.json"))
        assert found.state == "refused"


class TestCommand:
    """``questions import``."""

    def _run(self, app: Flask, *args: str) -> tuple[int, str]:
        result = app.test_cli_runner().invoke(args=["questions", "import", *args])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result.exit_code, result.output

    def test_a_dry_run_says_what_it_read_and_writes_nothing(self, world: World, app: Flask, tmp_path: Path) -> None:
        file = tmp_path / "a.txt"
        file.write_text(AIKEN, encoding="utf-8")
        with world.inside():
            before = read().scalar(sa.select(sa.func.count()).select_from(Question))
        code, output = self._run(app, str(file), "--dry-run", "--json")
        assert (code, json.loads(output)) == (
            0,
            {
                "questions": [
                    {
                        "kind": "single",
                        "stem": "Ai tiếp nhận hồ sơ ở xã?",
                        "choices": ["Bộ phận một cửa", "Người nộp"],
                        "keys": [0],
                        "at": json.loads(output)["questions"][0]["at"],
                    }
                ],
                "errors": [],
            },
        )
        with world.inside():
            assert read().scalar(sa.select(sa.func.count()).select_from(Question)) == before

    def test_it_brings_in_all_or_none(self, world: World, app: Flask, tmp_path: Path) -> None:
        file = tmp_path / "a.txt"
        file.write_text(AIKEN, encoding="utf-8")
        code, output = self._run(app, str(file), "--json")
        assert code == 1
        assert "chủ đề" in json.loads(output)["errors"][0]["reason"]
        code, output = self._run(app, str(file), "--topic", "mot-cua", "--submit", "--json")
        assert (code, json.loads(output)["added"]) == (0, 1)
        code, output = self._run(app, str(file), "--topic", "mot-cua", "--bank", "Không có")
        assert code == 1
        assert "Không tìm thấy ngân hàng" in output
        code, output = self._run(app, str(file), "--topic", "mot-cua")
        assert code == 0
        assert "Đã nhập 1 câu" in output

    def test_a_file_of_50_mb_is_not_even_read(self, world: World, app: Flask, tmp_path: Path) -> None:
        file = tmp_path / "to.docx"
        with file.open("wb") as stream:
            stream.write(b"PK\x03\x04")
            stream.truncate(50 * 1024 * 1024)
        code, output = self._run(app, str(file), "--json")
        assert code == 1
        assert json.loads(output) == {
            "questions": [],
            "errors": [{"at": "", "reason": "Tệp lớn quá 10 MB. Đề nghị chia thành nhiều tệp nhỏ hơn."}],
        }

    def test_an_empty_file(self, world: World, app: Flask, tmp_path: Path) -> None:
        file = tmp_path / "trong.csv"
        file.write_bytes(b"")
        code, output = self._run(app, str(file))
        assert code == 1
        assert "không có nội dung" in output
