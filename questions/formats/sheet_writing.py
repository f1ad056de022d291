"""What Excel and CSV share: ``Bundle`` -> rows, in the columns that ``sheet`` reads. Pure."""

import re
from collections.abc import Iterator

from core.i18n import N_
from questions.formats.sheet_words import CHOICE_LETTERS, CITATIONS_MAX, HEADINGS, KIND_NAMES, LEVEL_NAMES, Key
from questions.items import TRUE_FALSE, Bundle, Item, Kind, Situation


def rows(bundle: Bundle) -> Iterator[list[str]]:
    """Headings, then a row for each question, then situations that no question uses."""
    situations = {situation.code: situation for situation in reversed(bundle.situations)}
    keys = _columns(bundle)
    yield [_heading(key) for key in keys]
    shown: set[str] = set()
    for item in bundle.items:
        situation = None if item.situation in shown else situations.get(item.situation)
        shown.add(item.situation)
        cells = _cells(item, situation)
        yield [cells.get(key, "") for key in keys]
    for code, situation in situations.items():
        if code not in shown:
            cells = {("situation", 0): code} | _situation_cells(situation)
            yield [cells.get(key, "") for key in keys]


def _columns(bundle: Bundle) -> list[Key]:
    """As many columns of choices and citations as the questions need."""
    choices = max(4, *(len(item.choices) for item in bundle.items), 4)
    citations = min(CITATIONS_MAX, max(1, *(len(item.citations) for item in bundle.items), 1))
    titled = any(situation.title for situation in bundle.situations)
    before = ("code", "topic", "difficulty", "kind", "situation", *(["situation_title"] if titled else []))
    return [
        *((field, 0) for field in (*before, "situation_text", "stem")),
        *(("choice", number) for number in range(choices)),
        ("answer", 0),
        ("explanation", 0),
        *((field, number) for number in range(citations) for field in ("document", "article")),
        *((field, 0) for field in ("tags", "source", "shuffle")),
    ]


def _heading(key: Key) -> str:
    field, number = key
    if field == "choice":
        return f"Phương án {CHOICE_LETTERS[number]}"
    return f"{HEADINGS[field]} {number + 1}" if number else HEADINGS[field]


def _cells(item: Item, situation: Situation | None) -> dict[Key, str]:
    letters = ", ".join(CHOICE_LETTERS[key] for key in item.keys)
    cells: dict[Key, str] = {
        ("code", 0): item.code,
        ("topic", 0): item.topic,
        ("difficulty", 0): LEVEL_NAMES.get(item.difficulty or 0, ""),
        ("kind", 0): KIND_NAMES[item.kind],
        ("situation", 0): item.situation,
        ("stem", 0): item.stem,
        ("answer", 0): TRUE_FALSE[item.keys[0]] if item.kind is Kind.TRUE_FALSE else letters,
        ("explanation", 0): item.explanation,
        ("tags", 0): ", ".join(_quoted(tag) for tag in item.tags),
        ("source", 0): item.source,
        ("shuffle", 0): "Có" if item.shuffle else "Không",
    }
    cells |= {("choice", number): text for number, text in enumerate(item.choices)}
    for number, citation in enumerate(item.citations):
        cells[("document", number)], cells[("article", number)] = citation.document, citation.article
    return cells if situation is None else cells | _situation_cells(situation)


def _situation_cells(situation: Situation) -> dict[Key, str]:
    return {("situation_title", 0): situation.title, ("situation_text", 0): situation.text}


def _quoted(tag: str) -> str:
    return '"' + tag.replace('"', '""') + '"' if re.search('[,"]', tag) else tag


def losses(item: Item, situation: Situation | None = None) -> list[str]:
    """Media, further citations, and a situation that has no text of its own."""
    lost: list[str] = []
    if len(item.citations) > CITATIONS_MAX:
        lost.append(N_("Bảng chỉ ghi 5 căn cứ đầu tiên của câu hỏi."))
    if situation is not None and situation.media:
        lost.append(N_("Bảng không mang theo hình ảnh, âm thanh, phim của tình huống."))
    if situation is not None and not situation.text:
        lost.append(N_("Bảng không mang theo tình huống không có lời văn."))
    return lost
