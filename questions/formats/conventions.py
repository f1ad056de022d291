"""What GIFT, Aiken and Moodle XML have in common: their question types, and where they put what they lack. Pure.

A Moodle question has a general feedback, a category and tags, but no legal documents and no
difficulty. So an export ends the feedback with a line per citation, ``Căn cứ: document | article``
(a ``|`` of a text is doubled; not a tag: Moodle cuts those after 50 characters, TAG_MAX_LENGTH in
tag/classes/tag.php), and gives the tag ``Mức độ: 2``. Reading takes both back.
"""

import re
from collections.abc import Iterable, Sequence

import msgspec

from core.i18n import N_
from core.text import fold
from questions.formats.html_text import images_in, text_of
from questions.items import CHOICES_MAX, Citation, Item, Problem

LOST_SITUATION = N_("Tình huống dùng chung không được ghi vào tệp, chỉ còn nội dung câu hỏi.")
LOST_SOURCE = N_("Nguồn của câu hỏi không được ghi vào tệp.")
LOST_SHUFFLE = N_("Việc có đảo thứ tự các phương án hay không không được ghi vào tệp.")
MIXED_CITATION = N_("Dòng cuối của lời giải thích có dạng “Căn cứ: … | …”, khi đọc lại sẽ thành căn cứ.")
LOST_LEVEL_TAG = N_("Nhãn có dạng “Mức độ: …” không được ghi vào tệp vì trùng cách ghi mức độ.")

UNSUPPORTED = N_("Dạng “%(type)s” chưa dùng được; đề nghị chuyển thành câu lựa chọn hoặc bỏ khỏi tệp.")
PICTURE = N_("Câu hỏi có hình ảnh hoặc tệp kèm theo, hiện chưa nhận được; đề nghị diễn đạt bằng lời.")
WEIGHTS = N_(
    "Tỉ lệ điểm của từng phương án không được giữ; phương án có điểm dương trở thành phương án đúng, "
    "chọn đúng và đủ mới được điểm."
)
MARKDOWN = N_("Câu hỏi viết bằng Markdown; các dấu định dạng được giữ như chữ thường, đề nghị xem lại.")
LONG_NAME = N_("Tên câu hỏi “%(name)s…” dài quá %(max)s ký tự nên không được giữ làm mã câu hỏi.")
CODE_MAX = 60

_TYPES = {
    "essay": N_("tự luận"),
    "match": N_("ghép đôi"),
    "matching": N_("ghép đôi"),
    "randomsamatch": N_("ghép đôi"),
    "shortanswer": N_("trả lời ngắn"),
    "numerical": N_("trả lời bằng số"),
    "cloze": N_("nhiều chỗ trống (cloze)"),
    "multianswer": N_("nhiều chỗ trống (cloze)"),
    "missingword": N_("điền từ vào chỗ trống"),
    "gapselect": N_("chọn từ vào chỗ trống"),
    "description": N_("đoạn văn không có câu hỏi"),
    "calculated": N_("tính theo công thức"),
    "calculatedsimple": N_("tính theo công thức"),
    "calculatedmulti": N_("tính theo công thức"),
    "ddwtos": N_("kéo thả từ vào đoạn văn"),
    "ddimageortext": N_("kéo thả lên hình"),
    "ddmarker": N_("kéo thả lên hình"),
    "ordering": N_("sắp xếp thứ tự"),
    "random": N_("lấy ngẫu nhiên từ ngân hàng"),
}

_LONE_BAR = re.compile(r"(?<!\|)\|(?!\|)")
_LEVEL = re.compile(r"Mức độ: ([123])")
_LETTERS = r"[a-j](?:(?: va| hoac)?(?: dap an| phuong an| cau| y)? [a-j])+"
_OTHERS = re.compile(
    rf"(?:(?:chi|gom|bao gom|ca|dap an|phuong an|cau|y) )*{_LETTERS}(?: deu| cung)?(?: dung| sai)?"
    r"|(?:chi |bao gom |gom )?(?:tat ca|ca hai|ca ba|ca bon|ca nam|ca \d|hai|ba|khong|khong co|khong phai|cac)"
    r" (?:deu (?:dung|sai)|.{0,30}\b(?:(?:neu |o |ke )?tren(?: day)?|nao|deu dung|deu sai|con lai)\b.{0,20})"
    r"|(?:all|none|both|neither) of (?:the|these).*"
)


# moodle_auto_format may hold HTML; a "<" before anything else is a "less than".
_LOOKS_HTML = re.compile(r"</?[a-zA-Z][a-zA-Z0-9]*(?:\s[^<>]*)?/?>|&(?:[a-zA-Z]{2,8}|#\d{1,6}|#x[0-9a-fA-F]{1,5});")


class Unfit(Exception):
    """A question that cannot be read, and why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__()
        self.problem = problem


def plain_of(text: str, style: str) -> str:
    """A text of Moodle as plain text; ``style`` is ``html``, ``moodle`` (line ends count, HTML may occur) or other."""
    if style == "moodle" and _LOOKS_HTML.search(text):
        style, text = "html", text.replace("\n", "<br>")
    return text_of(text) if style == "html" else text


def shows_picture(text: str, style: str) -> bool:
    """Whether a text shows a picture or speaks of a file that came with it."""
    return style in ("html", "moodle") and ("@@PLUGINFILE@@" in text or bool(images_in(text)))


def unsupported(at: str, kind: str) -> Problem:
    """A question of a type that is none of ours; ``kind`` is Moodle's name of the type."""
    return Problem(at, UNSUPPORTED, {"type": _TYPES.get(kind, kind[:40])})


def refers_to_others(choices: Iterable[str]) -> bool:
    """Whether a choice speaks of the others ("Cả A và B", "Tất cả các phương án trên"): their order matters."""
    return any(_OTHERS.fullmatch(fold(choice)) for choice in choices if len(choice) <= 120)


def too_many(at: str, count: int) -> Problem | None:
    """The fault of a question with absurdly many choices, told before they are all built."""
    if count <= 10 * CHOICES_MAX:
        return None
    reason = N_("Câu hỏi cần từ 2 đến %(max)s phương án, hiện có %(count)s.")
    return Problem(at, reason, {"max": CHOICES_MAX, "count": count})


def all_or_nothing(fractions: Sequence[float]) -> bool:
    """Whether percentages say no more than which choices are right: equal shares, equal deductions."""
    right = [part for part in fractions if part > 0]
    wrong = {part for part in fractions if part <= 0}
    return len(wrong) <= 1 and all(abs(part * len(right) - 100) < 0.1 for part in right)


def share(count: int) -> str:
    """The percentage of each of ``count`` right choices, as Moodle writes it: ``50``, ``33.33333``."""
    return f"{100 / count:.5f}".rstrip("0").rstrip(".")


def with_remarks(explanation: str, remarks: Iterable[tuple[str, str]]) -> str:
    """An explanation followed by what was said of single choices: pairs of (choice, remark)."""
    lines = [f"“{choice[:80]}”: {remark}" for choice, remark in remarks if remark]
    return "\n".join([explanation, *lines] if explanation else lines)


def with_citations(item: Item) -> str:
    """The explanation and a line per citation."""
    lines = [f"Căn cứ: {c.document.replace('|', '||')} | {c.article.replace('|', '||')}" for c in item.citations]
    return "\n".join([item.explanation, *lines] if item.explanation else lines)


def parted(feedback: str) -> tuple[str, tuple[Citation, ...]]:
    """The inverse of :func:`with_citations`."""
    lines = feedback.split("\n")
    citations: list[Citation] = []
    while lines and (citation := _citation(lines[-1])):
        citations.append(citation)
        lines.pop()
    return "\n".join(lines), tuple(reversed(citations))


def _citation(line: str) -> Citation | None:
    start, mark, rest = line.partition("Căn cứ:")
    parts = _LONE_BAR.split(rest)
    if start.strip() or not mark or len(parts) != 2:
        return None
    return Citation(*(part.strip().replace("||", "|") for part in parts))


def tags_of(item: Item) -> list[str]:
    """An item's tags and its difficulty as one."""
    level = [f"Mức độ: {item.difficulty}"] if item.difficulty else []
    return [tag for tag in item.tags if not _LEVEL.fullmatch(tag)] + level


def parted_tags(tags: Iterable[str]) -> tuple[tuple[str, ...], int | None]:
    """The inverse of :func:`tags_of`: tags and a difficulty."""
    own: list[str] = []
    difficulty = None
    for tag in tags:
        level = _LEVEL.fullmatch(tag.strip())
        if level:
            difficulty = int(level[1])
        else:
            own.append(tag)
    return tuple(own), difficulty


def category_of(topic: str) -> str:
    """A category's path; ``/`` of a name is doubled (assemble_category_path, question/format.php)."""
    # A space parts a leading slash from the path's own; Moodle and topic_of trim names.
    return f"$course$/top/{' ' * topic.startswith('/')}{topic.replace('/', '//')}" if topic else "$course$/top"


def topic_of(path: str) -> str:
    """The last name of a category's path, without the roots ``$course$`` and ``top``."""
    names = [name.strip().replace("//", "/") for name in re.split(r"(?<!/)/(?!/)", path)]
    if names[0].startswith("$"):
        names.pop(0)
    if names and names[0] == "top":
        names.pop(0)
    return names[-1] if names else ""


def code_of(stem: str, name: str, idnumber: str = "") -> str:
    """A question's code: its ID number or its name; Moodle names a nameless question by its stem, which is no code."""
    cut = name.removesuffix("...").removesuffix("…").strip()
    line = " ".join(stem.split())
    by_stem = line == name.strip() or (cut != name.strip() and line.startswith(cut))
    return idnumber.strip() or ("" if by_stem else name.strip())


def coded(at: str, item: Item, code: str) -> tuple[Item, list[Problem]]:
    """The item with its code; a name too long for a code is left out and noted."""
    if len(code) <= CODE_MAX:
        return msgspec.structs.replace(item, code=code), []
    return item, [Problem(at, LONG_NAME, {"name": code[:40], "max": CODE_MAX})]


def lost(item: Item) -> list[str]:
    """What neither GIFT nor Moodle XML carries of a question."""
    wanting = {
        LOST_SITUATION: bool(item.situation),
        LOST_SOURCE: bool(item.source),
        LOST_LEVEL_TAG: any(_LEVEL.fullmatch(tag) for tag in item.tags),
        MIXED_CITATION: parted(item.explanation) != (item.explanation, ()),
    }
    return [reason for reason, is_lost in wanting.items() if is_lost]
