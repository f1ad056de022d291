"""Reading a file in a process of its own, bounded in time and memory (promise 11)."""

import os
import resource
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import TypeVar

import msgspec

from core.errors import Invalid
from core.i18n import N_
from questions.formats import FORMATS, Format, guessed
from questions.formats.bounds import refuse_size
from questions.items import Reading

SECONDS = 10
MEMORY = 512 * 1024 * 1024
OUTPUT = 64 * 1024 * 1024
KEPT = ("PATH", "PYTHONPATH", "LANG")
"""Of the environment; a parser that was tricked shall find no secrets in it."""
ROOT = Path(__file__).resolve().parents[2]
T = TypeVar("T")


class Refusal(msgspec.Struct):
    """A file that was refused as a whole."""

    message: str
    code: str
    params: dict[str, str | int]


class Answer(msgspec.Struct):
    """What the process says: what it read, or why it refused."""

    found: msgspec.Raw = msgspec.Raw()
    refusal: Refusal | None = None


def read_file(data: bytes, *, name: str, format_name: str | None = None) -> tuple[Reading, Format]:
    """The questions of a file, and its format; raises :class:`Invalid` with what to do about it."""
    refuse_size(data)
    chosen = FORMATS[format_name] if format_name else guessed(name, data)
    return bounded(data, reader=f"questions.formats.{chosen.module}", shape=Reading), chosen


def bounded(data: bytes, *, reader: str, shape: type[T]) -> T:
    """What the module ``reader`` makes of a file by ``read(data)``, a ``shape``; raises :class:`Invalid`."""
    refuse_size(data)
    too_heavy = Invalid(
        N_("Đọc tệp tốn quá nhiều thời gian hoặc bộ nhớ nên đã dừng. Đề nghị chia thành nhiều tệp nhỏ hơn."),
        code="too-heavy",
    )
    try:
        done = subprocess.run(
            [sys.executable, "-m", "questions.formats.reading", reader],
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=SECONDS,
            cwd=ROOT,
            env={name: os.environ[name] for name in KEPT if name in os.environ},
            check=False,
            start_new_session=True,
        )
    except subprocess.TimeoutExpired as error:
        raise too_heavy from error
    if done.returncode != 0 or not done.stdout:
        raise too_heavy
    try:
        answer = msgspec.json.decode(done.stdout, type=Answer)
        if answer.refusal is None:
            return msgspec.json.decode(answer.found, type=shape)
    except msgspec.DecodeError as error:
        raise too_heavy from error
    refused = Invalid(answer.refusal.message, code=answer.refusal.code)
    refused.params.update(answer.refusal.params)
    raise refused


def _main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    data = sys.stdin.buffer.read()
    try:
        answer = Answer(msgspec.Raw(msgspec.json.encode(import_module(sys.argv[1]).read(data))))
    except Invalid as error:
        params = {name: value if isinstance(value, int) else str(value) for name, value in error.params.items()}
        answer = Answer(msgspec.Raw(b"null"), Refusal(error.message, error.code, params))
    encoded = msgspec.json.encode(answer)
    if len(encoded) > OUTPUT:
        sys.exit(1)
    sys.stdout.buffer.write(encoded)


if __name__ == "__main__":
    _main()
