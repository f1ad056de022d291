"""Files to bring in, and the steps of bringing them in."""

import io
import json
import zipfile
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from core import jobs
from core.access import SYSTEM
from questions.formats import FORMATS, own
from questions.imports import queries, service
from questions.imports.queries import FileView
from questions.imports.service import Defaults
from questions.items import Bundle, Item
from tests.questions.made import home, item
from tests.world import World

WORDS = (
    *("an", "binh", "chi", "dung", "giang", "ha", "khanh", "lam", "minh", "nga"),
    *("oanh", "phuc", "quan", "son", "tam", "uyen", "vinh", "xuan", "yen", "dao"),
)


def items(count: int, **changes: Any) -> tuple[Item, ...]:
    """Questions with nothing in common, so that none is a near duplicate."""
    return tuple(
        item(
            " ".join([WORDS[n % 20] * 3, WORDS[n // 20 % 20] * 4, WORDS[n * 7 % 20] * 2, str(n) * 4]) + "?",
            choices=tuple(f"{WORDS[(n * k + k) % 20] * 2} {n * 31 + k}" for k in range(1, 4)),
            **changes,
        )
        for n in range(count)
    )


def as_json(*questions: Item) -> bytes:
    """A file of the bank's own format."""
    return own.write(Bundle(questions))


def taken(world: World, data: bytes, name: str = "câu hỏi.json", format_name: str = "", actor: Any = SYSTEM) -> str:
    """A file that was read, inside a context; its public id."""
    file = service.take(actor=actor, now=world.now, bank=home(), name=name, data=data, format_name=format_name)
    jobs.run_waiting(now=world.now)
    return file.public_id


def view(file_id: str) -> FileView:
    """A file as it stands, inside a context."""
    return queries.of(SYSTEM, file_id)


def bring_in(world: World, file_id: str, *, skip: frozenset[int] = frozenset(), **defaults: Any) -> None:
    """Press the button, inside a context; the job waits."""
    service.bring_in(actor=SYSTEM, now=world.now, file_id=file_id, defaults=Defaults(**defaults), skip=skip)


def upload(client: FlaskClient, data: bytes, name: str, format_name: str = "") -> TestResponse:
    """Send a file as the form does."""
    mark = b"ranh-gioi-cua-bieu-mau"
    head = b"Content-Disposition: form-data; name="
    lines = [b"--" + mark, head + b'"format"', b"", format_name.encode()]
    lines += [b"--" + mark, head + b'"file"; filename="' + name.encode() + b'"', b"", data, b"--" + mark + b"--", b""]
    kind = "multipart/form-data; boundary=" + mark.decode()
    return client.post("/organiser/imports", data=b"\r\n".join(lines), content_type=kind)


def docx(document: bytes) -> bytes:
    """A Word file whose main part is ``document``."""
    source = FORMATS["docx"].load().write(Bundle((item(),)))
    return _with(source, {"word/document.xml": document})


def with_member(format_name: str, name: str, content: bytes) -> bytes:
    """A good Word or Excel file with one more part."""
    return _with(FORMATS[format_name].load().write(Bundle((item(),))), {name: content})


def _with(archive: bytes, parts: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(archive)) as old,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for member in old.infolist():
            if member.filename not in parts:
                new.writestr(member.filename, old.read(member.filename))
        for name, content in parts.items():
            new.writestr(name, content)
    return made.getvalue()


def document_of(data: bytes) -> bytes:
    """The main part of a Word file."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read("word/document.xml")


def plain(answer: TestResponse) -> Any:
    """The JSON of an answer."""
    return json.loads(answer.get_data())
