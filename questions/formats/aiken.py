"""Aiken: a question on one line, a line per choice, the right letter. Nothing else is carried.

    Cơ quan nào cấp giấy khai sinh?
    A. Công an xã
    B) Ủy ban nhân dân cấp xã
    ANSWER: B

The grammar is Moodle's (question/format/aiken/format.php; docs.moodle.org, "Aiken format"), a
little wider: letters may be small, a stem may have several lines, and a line such as "C. Mác
viết…" begins no choice where choice A is due. The choices "Đúng", "Sai" make a true/false
question. A stem that itself looks like a choice or an answer is written after a zero-width space,
which hides it from readers of the format and is no part of a tidy text.
"""

import re
from collections.abc import Iterator

import msgspec

from core.i18n import N_
from questions.formats.bounds import decoded, refuse_many
from questions.formats.conventions import LOST_SHUFFLE, LOST_SITUATION, LOST_SOURCE, refers_to_others, too_many
from questions.items import TRUE_FALSE, Bundle, Found, Item, Kind, Problem, Reading, checked

LOST_LINES = N_("Nội dung nhiều dòng được nối thành một dòng.")
LOST_KEYS = N_("Câu nhiều lựa chọn không ghi được vào tệp Aiken nên bị bỏ qua.")
LOST_EXPLANATION = N_("Lời giải thích không được ghi vào tệp.")
LOST_CITATIONS = N_("Căn cứ pháp lý không được ghi vào tệp.")
LOST_TOPIC = N_("Chủ đề không được ghi vào tệp.")
LOST_DIFFICULTY = N_("Mức độ không được ghi vào tệp.")
LOST_TAGS = N_("Nhãn không được ghi vào tệp.")
LOST_CODE = N_("Mã câu hỏi không được ghi vào tệp.")

_CHOICE = re.compile(r"([A-Za-z])[.)](.*)")
_ANSWER = re.compile(r"ANSWER\s*:(.*)", re.IGNORECASE)
_HIDE = "\u200b"


class _Draft(msgspec.Struct):
    """A question while its lines are read; ``ended`` says that an empty line followed its stem."""

    line: int
    stem: list[str] = []
    letters: list[str] = []
    choices: list[str] = []
    answer: str | None = None
    ended: bool = False


def read(data: bytes) -> Reading:
    """Questions one after another; one without its parts is a problem of its own."""
    found: list[Found] = []
    problems: list[Problem] = []
    for number, draft in enumerate(_drafts(decoded(data)), start=1):
        refuse_many(number)
        at = f"Câu {number} (dòng {draft.line})"
        if problem := _fault(at, draft):
            problems.append(problem)
        else:
            found.append(Found(_item(draft), at))
    good, faulty = checked(found)
    return Reading(good, (), (*problems, *faulty))


def _drafts(text: str) -> Iterator[_Draft]:
    """Questions as they stand, complete or not: each ends at its answer or where the next begins."""
    draft: _Draft | None = None
    for number, raw in enumerate(re.split(r"\r\n?|\n", text), start=1):
        line = raw.strip()
        if not line:
            if draft:
                draft.ended = True
            continue
        choice, answer = _CHOICE.fullmatch(line), _ANSWER.fullmatch(line)
        due = draft and draft.choices
        if answer:
            draft = draft or _Draft(number)
            draft.answer = answer[1].strip()
            yield draft
            draft = None
        elif choice and (due or choice[1] in "Aa"):
            draft = draft or _Draft(number)
            draft.letters.append(choice[1].upper())
            draft.choices.append(choice[2].strip())
        elif draft and not draft.choices and not draft.ended:
            draft.stem.append(line)
        else:
            if draft:
                yield draft
            draft = _Draft(number, [line])
    if draft:
        yield draft


def _fault(at: str, draft: _Draft) -> Problem | None:
    """What keeps a draft from being a question."""
    if not draft.stem:
        return Problem(at, N_("Phương án hoặc dòng ANSWER đứng đây mà trước đó không có nội dung câu hỏi."))
    if not draft.choices:
        return Problem(at, N_("Câu hỏi không có phương án nào; mỗi phương án một dòng, bắt đầu bằng “A.” hoặc “A)”."))
    if problem := too_many(at, len(draft.choices)):
        return problem
    expected = [chr(ord("A") + place) for place in range(len(draft.letters))]
    if draft.letters != expected:
        return Problem(at, N_("Chữ cái của các phương án không theo thứ tự A, B, C…"))
    if not draft.answer:
        return Problem(at, N_("Câu hỏi thiếu dòng “ANSWER: ” ghi chữ cái của phương án đúng."))
    if draft.answer.rstrip(".)").upper() not in expected:
        reason = N_("Dòng ANSWER ghi “%(answer)s”, không phải chữ cái của một phương án.")
        return Problem(at, reason, {"answer": draft.answer[:40]})
    return None


def _item(draft: _Draft) -> Item:
    choices = tuple(draft.choices)
    key = draft.letters.index((draft.answer or "").rstrip(".)").upper())
    if choices == TRUE_FALSE:
        return Item("\n".join(draft.stem), choices, (key,), Kind.TRUE_FALSE)
    return Item("\n".join(draft.stem), choices, (key,), shuffle=not refers_to_others(choices))


def write(bundle: Bundle) -> bytes:
    """The questions with one right choice; those with several have no place in the format."""
    return "\n".join(_written(item) for item in bundle.items if carries(item)).encode()


def carries(item: Item) -> bool:
    """Whether the format has a place for a question at all."""
    return item.kind is not Kind.MULTIPLE


def _written(item: Item) -> str:
    stem = " ".join(item.stem.split())
    if _CHOICE.match(stem) or _ANSWER.match(stem):
        stem = _HIDE + stem
    letters = [chr(ord("A") + place) for place in range(len(item.choices))]
    choices = TRUE_FALSE if item.kind is Kind.TRUE_FALSE else item.choices
    lines = [f"{letter}. {' '.join(choice.split())}" for letter, choice in zip(letters, choices, strict=True)]
    return "\n".join([stem, *lines, f"ANSWER: {letters[item.keys[0]]}", ""])


def losses(item: Item, situation: object = None) -> list[str]:
    """Everything but stem, choices and the one right choice."""
    shuffled = item.kind is Kind.TRUE_FALSE or not refers_to_others(item.choices)
    wanting = {
        LOST_KEYS: item.kind is Kind.MULTIPLE,
        LOST_LINES: "\n" in item.stem,
        LOST_EXPLANATION: item.explanation,
        LOST_CITATIONS: item.citations,
        LOST_TOPIC: item.topic,
        LOST_DIFFICULTY: item.difficulty,
        LOST_TAGS: item.tags,
        LOST_SOURCE: item.source,
        LOST_SITUATION: item.situation,
        LOST_CODE: item.code,
        LOST_SHUFFLE: item.shuffle != shuffled,
    }
    return [reason for reason, is_lost in wanting.items() if is_lost]
