"""Reading a file in a process of its own, bounded in time and memory (promise 11)."""

import resource
import subprocess
import sys
from pathlib import Path

import msgspec

from core.errors import Invalid
from core.i18n import N_
from questions.formats import FORMATS, Format, guessed
from questions.formats.bounds import refuse_size
from questions.items import Reading

SECONDS = 10
MEMORY = 512 * 1024 * 1024
ROOT = Path(__file__).resolve().parents[2]


class Refusal(msgspec.Struct, tag=True):
    """A file that was refused as a whole."""

    message: str
    code: str
    params: dict[str, str | int]


class Read(msgspec.Struct, tag=True):
    """A file that was read."""

    reading: Reading


def read_file(data: bytes, *, name: str, format_name: str | None = None) -> tuple[Reading, Format]:
    """What ``data`` holds, and its format; raises :class:`Invalid` with what to do about it."""
    refuse_size(data)
    chosen = FORMATS[format_name] if format_name else guessed(name, data)
    too_heavy = Invalid(
        N_("Đọc tệp tốn quá nhiều thời gian hoặc bộ nhớ nên đã dừng. Đề nghị chia thành nhiều tệp nhỏ hơn."),
        code="too-heavy",
    )
    try:
        done = subprocess.run(
            [sys.executable, "-m", "questions.formats.reading", chosen.name],
            input=data,
            capture_output=True,
            timeout=SECONDS,
            cwd=ROOT,
            check=False,
            start_new_session=True,
        )
    except subprocess.TimeoutExpired as error:
        raise too_heavy from error
    if done.returncode != 0 or not done.stdout:
        raise too_heavy
    answer = msgspec.json.decode(done.stdout, type=Read | Refusal)
    if isinstance(answer, Refusal):
        refused = Invalid(answer.message, code=answer.code)
        refused.params.update(answer.params)
        raise refused
    return answer.reading, chosen


def _main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    data = sys.stdin.buffer.read()
    try:
        answer: Read | Refusal = Read(FORMATS[sys.argv[1]].load().read(data))
    except Invalid as error:
        params = {name: value if isinstance(value, int) else str(value) for name, value in error.params.items()}
        answer = Refusal(error.message, error.code, params)
    sys.stdout.buffer.write(msgspec.json.encode(answer))


if __name__ == "__main__":
    _main()
