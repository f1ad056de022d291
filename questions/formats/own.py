"""The bank's own JSON: lossless, readable, the form of the starter bank.

    {"format": "tthc-questions/1",
     "situations": [{"code", "title", "text", "media": [{"name", "type", "alt", "data"}]}],
     "questions": [{"code", "topic", "kind", "difficulty", "stem", "choices": [text], "keys": [position from 0],
                    "shuffle", "explanation", "citations": [{"document", "article"}], "tags": [text],
                    "source", "situation"}]}

What stands at its default (kind ``single``, ``shuffle`` true, empty texts) may be left out.
Media are base64.
"""

import json
from collections.abc import Iterable, Iterator

import msgspec

from core.errors import Invalid
from core.i18n import N_
from core.text import tidy, tidy_lines
from questions.formats.bounds import decoded, refuse_many
from questions.items import SITUATION_MAX, Bundle, Found, Item, Problem, Reading, Situation, checked

FORMAT = "tthc-questions/1"
CODE_MAX = 60
TITLE_MAX = 200


class _File(msgspec.Struct, forbid_unknown_fields=True):
    format: str
    questions: list[msgspec.Raw]
    situations: list[Situation] = []


def read(data: bytes) -> Reading:
    """Questions and situations; a question that does not fit the form is a problem of its own."""
    try:
        file = msgspec.json.decode(decoded(data), type=_File)
    except (msgspec.DecodeError, RecursionError) as error:
        raise Invalid(
            N_("Tệp JSON không đúng mẫu của hệ thống: %(reason)s."), code="bad-json", reason=str(error)[:200]
        ) from error
    if file.format != FORMAT:
        raise Invalid(N_("Tệp JSON không đúng mẫu của hệ thống: %(reason)s."), code="bad-json", reason=file.format[:60])
    refuse_many(len(file.questions))
    found: list[Found] = []
    problems: list[Problem] = []
    for number, raw in enumerate(file.questions, start=1):
        at = f"Câu {number}"
        try:
            item = msgspec.json.decode(raw, type=Item)
        except (msgspec.DecodeError, RecursionError) as error:
            problems.append(Problem(at, N_("Câu hỏi không đúng mẫu: %(reason)s."), {"reason": str(error)[:200]}))
            continue
        found.append(Found(item, f"{at} ({item.code})" if item.code else at))
    good, faulty = checked(found)
    situations = tuple(map(_tidied, file.situations))
    known = {situation.code for situation in situations}
    lost = [
        Problem(one.at, N_("Tệp không có tình huống “%(code)s” mà câu hỏi dẫn tới."), {"code": one.item.situation})
        for one in good
        if one.item.situation and one.item.situation not in known
    ]
    return Reading(good, situations, (*problems, *faulty, *lost, *_faults(situations)))


def _tidied(situation: Situation) -> Situation:
    return Situation(
        code=tidy(situation.code),
        text=tidy_lines(situation.text),
        title=tidy(situation.title),
        media=tuple(msgspec.structs.replace(m, name=tidy(m.name), alt=tidy(m.alt)) for m in situation.media),
    )


def _faults(situations: Iterable[Situation]) -> Iterator[Problem]:
    seen: set[str] = set()
    for number, one in enumerate(situations, start=1):
        at = f"Tình huống {number} ({one.code[:CODE_MAX]})" if one.code else f"Tình huống {number}"
        if not one.code or not one.text:
            yield Problem(at, N_("Tình huống cần mã và nội dung."))
        if one.code in seen:
            yield Problem(at, N_("Tệp có hai tình huống cùng mã."))
        if len(one.code) > CODE_MAX or len(one.title) > TITLE_MAX or len(one.text) > SITUATION_MAX:
            yield Problem(
                at,
                N_("Tình huống dài quá: mã đến 60 ký tự, tên đến 200 ký tự, nội dung đến %(max)s ký tự."),
                {"max": SITUATION_MAX},
            )
        seen.add(one.code)


def write(bundle: Bundle) -> bytes:
    """Readable JSON, keys in the order of the form."""
    data = {
        "format": FORMAT,
        "situations": msgspec.to_builtins(bundle.situations),
        "questions": msgspec.to_builtins(bundle.items),
    }
    if not bundle.situations:
        del data["situations"]
    return (json.dumps(data, ensure_ascii=False, indent=2) + "\n").encode()


def losses(item: Item, situation: Situation | None = None) -> list[str]:
    """Nothing is lost."""
    return []
