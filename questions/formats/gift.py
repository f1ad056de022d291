r"""GIFT: Moodle's text format, read and written by the grammar of question/format/gift/format.php.

    // [id:C01] [tag:hộ tịch]
    ::C01::[plain]Ai cấp giấy khai sinh?{
        =Ủy ban nhân dân cấp xã#nhận xét về phương án này
        ~Công an xã
        ####Lời giải thích
    }

``~`` begins a wrong choice, ``=`` the right one, ``~%50%`` one of several; ``{TRUE}`` is true and
false; ``$CATEGORY: path`` gives the topic of what follows; an empty line ends a question;
``\~ \= \# \{ \} \: \\ \n`` stand for themselves and a line's end. Tags and the ID number stand in
a comment, as Moodle has it since 3.8 (docs.moodle.org, "GIFT format"). Where difficulty and
citations go: ``conventions``. Feedback on one choice joins the explanation.
"""

import re
from collections.abc import Iterator

import msgspec

from core.i18n import N_
from core.text import tidy
from questions.formats import conventions
from questions.formats.bounds import decoded, refuse_many
from questions.formats.conventions import Unfit
from questions.items import TRUE_FALSE, Bundle, Found, Item, Kind, Problem, Reading, checked

_SPECIAL = "~=#{}:\\n"
# Stand-ins are noncharacters of Unicode, which no text has.
_ESCAPED = {letter: chr(0xFDD0 + place) for place, letter in enumerate(_SPECIAL)}
_UNESCAPED = {ord(hidden): "\n" if letter == "n" else letter for letter, hidden in _ESCAPED.items()}
_ESCAPES = re.compile(r"\\([~=#{}:\\n])")
_TO_ESCAPE = re.compile(r"[~=#{}:\\]")
_WEIGHT = re.compile(r"%(-?\d{1,3}(?:\.\d{0,9})?)%")
_FORMAT = re.compile(r"\[(html|plain|markdown|moodle)\]")
_COMMENT_MAX = 20_000
_IN_COMMENT = re.compile(r"\[(id|tag):((?:\\\]|[^\]]){1,300})\]")
_TRUTH = {"t": 0, "true": 0, "đúng": 0, "f": 1, "false": 1, "sai": 1}
_UNPAIRED = N_("Dấu ngoặc nhọn { } của phần trả lời không đủ cặp; trong một câu hỏi không để dòng trống.")


class _Chunk(msgspec.Struct):
    """A question's lines: where it begins, its text, its comments."""

    line: int
    text: str
    comment: str


class _Choice(msgspec.Struct):
    text: str
    fraction: float
    remark: str


def read(data: bytes) -> Reading:
    """Questions between empty lines; what is wrong with one is its own problem."""
    found: list[Found] = []
    problems: list[Problem] = []
    notes: list[Problem] = []
    topic = ""
    number = 0
    for chunk in _chunks(decoded(data)):
        if chunk.text.startswith("$CATEGORY:"):
            category, _, chunk.text = chunk.text.partition("\n")
            topic = conventions.topic_of(category.removeprefix("$CATEGORY:").strip())
            if not chunk.text.strip():
                continue
            chunk.line += 1
        number += 1
        refuse_many(number)
        name, body = _named(_ESCAPES.sub(lambda match: _ESCAPED[match[1]], chunk.text.strip()))
        at = f"Câu {number} ({name[:60]}, dòng {chunk.line})" if name else f"Câu {number} (dòng {chunk.line})"
        try:
            item, remarks = _item(at, body)
        except Unfit as unfit:
            problems.append(unfit.problem)
            continue
        labels = _labels(chunk.comment)
        tags, difficulty = conventions.parted_tags(value for label, value in labels if label == "tag")
        idnumber = next((value for label, value in labels if label == "id"), "")
        item, long_name = conventions.coded(at, item, conventions.code_of(item.stem, name, idnumber))
        found.append(Found(msgspec.structs.replace(item, topic=topic, tags=tags, difficulty=difficulty), at))
        notes += [*remarks, *long_name]
    good, faulty = checked(found)
    return Reading(good, (), (*problems, *faulty), tuple(notes))


def _chunks(text: str) -> Iterator[_Chunk]:
    """The text cut at empty lines, without comments."""
    lines: list[str] = []
    comments: list[str] = []
    first = 0
    for number, line in enumerate([*re.split(r"\r\n?|\n", text), ""], start=1):
        bare = line.strip()
        if bare.startswith("//"):
            comments.append(bare)
        elif bare:
            first = first if lines else number
            lines.append(bare)
        else:
            if lines:
                yield _Chunk(first, "\n".join(lines), "\n".join(comments))
            lines, comments = [], []


def _shown(text: str) -> str:
    return text.translate(_UNESCAPED).strip()


def _labels(comment: str) -> list[tuple[str, str]]:
    found = _IN_COMMENT.findall(comment[:_COMMENT_MAX])
    return [(label, value.replace("\\]", "]").strip()) for label, value in found]


def _named(text: str) -> tuple[str, str]:
    """A question's ``::name::`` and the rest."""
    if text.startswith("::") and "::" in text[2:]:
        name, _, body = text[2:].partition("::")
        return tidy(_shown(name)), body.strip()
    return "", text


def _item(at: str, text: str) -> tuple[Item, list[Problem]]:
    """The question that ``text`` (without its name) holds, and notes on it."""
    stem, answers, rest = _braces(at, text)
    kind = _kind(answers, rest)
    if kind not in ("multichoice", "truefalse"):
        raise Unfit(conventions.unsupported(at, kind))
    style, stem_text = _plain(at, stem, "moodle")
    notes = [Problem(at, conventions.MARKDOWN)] if style == "markdown" else []
    answers, _, feedback = answers.rpartition("####") if "####" in answers else (answers, "", "")
    explanation, citations = conventions.parted(_plain(at, feedback, style)[1])
    if kind == "truefalse":
        answer, *comments = answers.split("#", 2)
        key = _TRUTH[answer.strip().casefold()]
        said = [_plain(at, comment, style)[1] for comment in comments]
        remarks = list(zip((TRUE_FALSE[1 - key], TRUE_FALSE[key]), said, strict=False))
        item = Item(stem_text, TRUE_FALSE, (key,), Kind.TRUE_FALSE)
    else:
        choices = _choices(at, answers, style)
        several = "=" not in answers
        if not conventions.all_or_nothing([choice.fraction for choice in choices]):
            notes.append(Problem(at, conventions.WEIGHTS))
        remarks = [(choice.text, choice.remark) for choice in choices]
        item = _choice_item(stem_text, choices, several)
    explanation = conventions.with_remarks(explanation, remarks)
    return msgspec.structs.replace(item, explanation=explanation, citations=citations), notes


def _braces(at: str, text: str) -> tuple[str, str, str]:
    """The text before the braces, within and after them; raises for braces that do not match."""
    start, end = text.find("{"), text.find("}")
    if start < 0 and end < 0:
        raise Unfit(conventions.unsupported(at, "description"))
    if start < 0 or end < start:
        raise Unfit(Problem(at, _UNPAIRED))
    return text[:start], text[start + 1 : end].strip(), text[end + 1 :].strip()


def _kind(answers: str, rest: str) -> str:
    """Moodle's name of the question's type, told by what stands in the braces."""
    plain = answers.rpartition("####")[0].strip() if "####" in answers else answers
    if not plain:
        return "essay"
    if plain.startswith("#"):
        return "numerical"
    if "~" in plain:
        kind = "multichoice"
    elif "=" in plain and "->" in plain:
        return "match"
    elif plain.partition("#")[0].strip().casefold() in _TRUTH:
        kind = "truefalse"
    else:
        return "shortanswer"
    return "missingword" if rest else kind


def _choices(at: str, answers: str, style: str) -> list[_Choice]:
    """The choices with their percentages; ``=`` is 100, ``~`` without one 0."""
    if problem := conventions.too_many(at, answers.count("~") + answers.count("=")):
        raise Unfit(problem)
    before, *pieces = re.split(r"([~=])", answers)
    if before.strip():
        raise Unfit(Problem(at, N_("Mỗi phương án bắt đầu bằng dấu ~ (sai) hoặc = (đúng).")))
    choices = []
    for place in range(0, len(pieces), 2):
        sign, text = pieces[place], pieces[place + 1].strip()
        if sign == "~" and not text and pieces[place + 2 : place + 3] == ["="]:
            continue
        fraction = 100.0 if sign == "=" else 0.0
        if weight := _WEIGHT.match(text):
            fraction, text = float(weight[1]), text[weight.end() :]
        text, _, remark = text.partition("#")
        choices.append(_Choice(_plain(at, text, style)[1], fraction, _plain(at, remark, style)[1]))
    return choices


def _choice_item(stem: str, choices: list[_Choice], several: bool) -> Item:
    texts = tuple(choice.text for choice in choices)
    least = 0.0 if several else 99.0
    return Item(
        stem,
        texts,
        tuple(place for place, choice in enumerate(choices) if choice.fraction > least),
        Kind.MULTIPLE if several else Kind.SINGLE,
        not conventions.refers_to_others(texts),
    )


def _plain(at: str, text: str, style: str) -> tuple[str, str]:
    """A text's format (its own mark or the question's) and its plain text; raises for a picture."""
    text = text.strip()
    if mark := _FORMAT.match(text):
        style, text = mark[1], text[mark.end() :]
    text = _shown(text)
    if conventions.shows_picture(text, style):
        raise Unfit(Problem(at, conventions.PICTURE))
    return style, conventions.plain_of(text, style)


def write(bundle: Bundle) -> bytes:
    """A chunk per question, a ``$CATEGORY`` where the topic changes."""
    parts: list[str] = []
    topic = ""
    for item in bundle.items:
        if item.topic != topic:
            topic = item.topic
            parts.append(f"$CATEGORY: {conventions.category_of(topic)}\n")
        parts.append(_written(item))
    return "\n".join(parts).encode()


def _written(item: Item) -> str:
    labels = [f"[id:{_label(item.code)}]"] if item.code else []
    labels += [f"[tag:{_label(tag)}]" for tag in conventions.tags_of(item)]
    comment = f"// {' '.join(labels)}\n" if labels else ""
    name = f"::{_escaped(item.code)}::" if item.code else ""
    feedback = conventions.with_citations(item)
    feedback = f"####{_marked(feedback)}" if feedback else ""
    head = f"{comment}{name}[plain]{_escaped(item.stem)}"
    if item.kind is Kind.TRUE_FALSE:
        return f"{head}{{{'FALSE' if item.keys[0] else 'TRUE'}{feedback}}}\n"
    lines = [f"\t{_sign(item, place)}{_marked(choice)}\n" for place, choice in enumerate(item.choices)]
    lines += [f"\t{feedback}\n"] if feedback else []
    return "".join([head, "{\n", *lines, "}\n"])


def _sign(item: Item, place: int) -> str:
    """Wrong choices of several deduct: Moodle would give all points to whoever ticks everything."""
    if item.kind is not Kind.MULTIPLE:
        return "=" if place in item.keys else "~"
    return f"~%{conventions.share(len(item.keys))}%" if place in item.keys else "~%-100%"


def _escaped(text: str) -> str:
    return _TO_ESCAPE.sub(r"\\\g<0>", text).replace("\n", "\\n")


def _marked(text: str) -> str:
    """A text that itself begins like a format's mark or a percentage has one before it."""
    return f"[plain]{_escaped(text)}" if text.startswith(("[", "%")) else _escaped(text)


def _label(text: str) -> str:
    """A value in a comment's brackets; a closing bracket is escaped, a last backslash kept off it."""
    return text.replace("]", "\\]") + " " * text.endswith("\\")


def losses(item: Item, situation: object = None) -> list[str]:
    """Situation, source and shuffling are lost."""
    shuffled = item.kind is Kind.TRUE_FALSE or not conventions.refers_to_others(item.choices)
    return conventions.lost(item) + ([conventions.LOST_SHUFFLE] if item.shuffle != shuffled else [])
