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

import msgspec

from core.errors import Invalid
from core.i18n import N_
from questions.formats.bounds import decoded, refuse_many
from questions.items import Bundle, Found, Item, Problem, Reading, Situation, checked

FORMAT = "tthc-questions/1"


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
    known = {situation.code for situation in file.situations}
    lost = [
        Problem(one.at, N_("Tệp không có tình huống “%(code)s” mà câu hỏi dẫn tới."), {"code": one.item.situation})
        for one in good
        if one.item.situation and one.item.situation not in known
    ]
    return Reading(good, tuple(file.situations), (*problems, *faulty, *lost))


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
