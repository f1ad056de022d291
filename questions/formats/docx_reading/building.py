"""From parted lines to questions and situations, with what is wrong at each."""

import posixpath
from collections.abc import Callable

from core.i18n import N_
from core.text import fold, tidy, tidy_lines
from questions.formats.docx_reading.blocks import Block, Telling
from questions.formats.docx_reading.keys import Reason, keys_of, truth_of
from questions.formats.docx_reading.looks import Look
from questions.formats.docx_reading.opening import Opened
from questions.formats.docx_reading.parts import Choice, Parts, parts_of
from questions.formats.docx_reading.patterns import LEVEL_NAMES, citation_of, refers
from questions.formats.docx_reading.pictures import picture_type
from questions.formats.docx_reading.roles import KIND_NAMES, Field
from questions.items import SITUATION_MAX, TRUE_FALSE, Citation, Found, Item, Kind, Media, Problem, Situation

KINDS = {fold(name): kind for kind, name in KIND_NAMES.items()}
_LETTERS_SHOWN = 30
_ODD = N_(
    "Có công thức, ký hiệu, hộp văn bản hoặc đối tượng nhúng mà hệ thống không đọc được. Đề nghị gõ lại thành chữ."
)


class Builder:
    """Builds one file's questions; ``problems`` and ``notes`` gather on the way."""

    def __init__(self, file: Opened) -> None:
        self._file = file
        self._pictures: dict[str, bytes] = {}
        self.problems: list[Problem] = []
        self.notes: list[Problem] = []

    def question(self, block: Block) -> Found | None:
        """The question of a block, or nothing where something would have to be guessed."""
        parts = parts_of(block)
        self._note_rest(block, parts)
        keys, reason = _keys(block, parts)
        if reason is not None:
            self.problems.append(Problem(block.place, *reason))
            return None
        kind, choices, keys = _kind(block, parts, keys)
        item = Item(
            stem="\n".join(line.strip() for line in parts.stem),
            choices=choices,
            keys=keys,
            kind=kind,
            shuffle=_shuffle(block, parts),
            explanation="\n".join(texts[0] for texts in parts.fields.get(Field.EXPLANATION, [])),
            citations=_citations(block, parts),
            topic=_first(parts, Field.TOPIC) or block.topic,
            difficulty=self._difficulty(block, parts),
            tags=_tags(block, parts),
            source=_first(parts, Field.SOURCE),
            situation=_first(parts, Field.SITUATION) or block.situation,
            code=_first(parts, Field.CODE),
        )
        return Found(item, block.place)

    def situation(self, telling: Telling) -> Situation:
        """The situation of its lines, pictures with it."""
        text = tidy_lines("\n".join(line.text for line in telling.lines))
        media = [self._media(telling, *picture) for line in telling.lines for picture in line.pictures]
        kept = tuple(one for one in media if one is not None)

        def wrong(reason: str, **params: str | int) -> None:
            self.problems.append(Problem(telling.place, reason, params))

        if any(line.odd for line in telling.lines):
            wrong(_ODD)
        if not text and not media:
            wrong(N_("Tình huống chưa có nội dung."))
        if len(text) > SITUATION_MAX:
            wrong(N_("Nội dung tình huống dài quá %(max)s ký tự."), max=SITUATION_MAX)
        return Situation(telling.code, text, telling.title, kept)

    def _media(self, telling: Telling, relation: str, name: str, alt: str) -> Media | None:
        if relation not in self._pictures:
            self._pictures[relation] = self._file.picture(relation)
        data = self._pictures[relation]
        kind = picture_type(data)
        if not kind:
            reason = N_("Có hình không đọc được. Đề nghị chèn hình dạng PNG hoặc JPEG vào trong tệp.")
            self.problems.append(Problem(telling.place, reason, {}))
            return None
        name, alt = tidy(name), tidy(alt)
        if not alt:
            reason = N_("Hình chưa có mô tả bằng lời (Alt text) cho người không nhìn được hình.")
            self.notes.append(Problem(telling.place, reason, {}))
        written = any(line.written for line in telling.lines)
        target = self._file.links[relation][1]
        return Media(name if written and name else posixpath.basename(target), kind, alt, data)

    def _note_rest(self, block: Block, parts: Parts) -> None:
        for text in parts.rest:
            reason = N_("Không đưa vào dòng không rõ thuộc phần nào: “%(text)s”.")
            self.notes.append(Problem(block.place, reason, {"text": text.strip()[:80]}))

    def _difficulty(self, block: Block, parts: Parts) -> int | None:
        value = _first(parts, Field.DIFFICULTY)
        level = LEVEL_NAMES.get(fold(value)) or LEVEL_NAMES.get(fold(value).removeprefix("muc "))
        if value and level is None:
            reason = N_("Không hiểu mức độ “%(text)s”. Đề nghị ghi Dễ, Vừa hoặc Khó.")
            self.notes.append(Problem(block.place, reason, {"text": value[:40]}))
        return level


def _keys(block: Block, parts: Parts) -> tuple[tuple[int, ...], Reason | None]:
    """The right choices, or the first thing that stands in the way of the question."""
    if any(line.odd for line in block.lines):
        return (), (_ODD, {})
    if any(line.pictures for line in block.lines):
        return (), (
            N_("Câu hỏi có hình. Đề nghị đưa hình vào phần “Tình huống” đứng trước câu hỏi, hoặc tả hình bằng lời."),
            {},
        )
    if not parts.choices:
        truth = truth_of(parts)
        if truth is None:
            return (), (N_("Không thấy phương án nào (câu tự luận?). Hệ thống chỉ nhận câu trắc nghiệm."), {})
        parts.choices = [Choice(letter, text, Look(), Look()) for letter, text in zip("AB", TRUE_FALSE, strict=True)]
        return (truth,), None
    if not parts.regular and "A" in parts.letters:
        letters = ", ".join(parts.letters[:_LETTERS_SHOWN])
        return (), (
            N_("Các phương án ghi chữ %(letters)s: thiếu hoặc lặp chữ. Đề nghị đánh chữ liên tục A, B, C, D."),
            {"letters": letters},
        )
    if len(parts.choices) < 2:
        return (), (N_("Câu chỉ có một phương án. Đề nghị ghi mỗi phương án một dòng: A., B., C., D."), {})
    return keys_of(parts, block.keys, written=block.written)


def _kind(block: Block, parts: Parts, keys: tuple[int, ...]) -> tuple[Kind, tuple[str, ...], tuple[int, ...]]:
    """The kind as said or as the question looks; a true/false question gets its usual order."""
    choices = tuple(choice.text for choice in parts.choices)
    said = KINDS.get(fold(_first(parts, Field.KIND)))
    if said is not None:
        return said, choices, keys
    if len(keys) == 1 and not block.written and tuple(map(fold, choices)) == ("sai", "dung"):
        return Kind.TRUE_FALSE, choices[::-1], (1 - keys[0],)
    return likely_kind(choices, keys), choices, keys


def likely_kind(choices: tuple[str, ...], keys: tuple[int, ...]) -> Kind:
    """What a question is if nothing says otherwise."""
    if len(keys) > 1:
        return Kind.MULTIPLE
    return Kind.TRUE_FALSE if tuple(map(fold, choices)) == ("dung", "sai") else Kind.SINGLE


def _shuffle(block: Block, parts: Parts) -> bool:
    said = fold(_first(parts, Field.SHUFFLE))
    if said or block.written:
        return said not in ("khong", "khong xao tron", "k", "no", "0")
    return not any(refers(choice.text) for choice in parts.choices)


def _citations(block: Block, parts: Parts) -> tuple[Citation, ...]:
    found: list[Citation] = []
    for texts in parts.fields.get(Field.CITATION, []):
        if block.written and len(texts) > 1:
            found.append(Citation(texts[0], "".join(texts[1:])))
            continue
        found.extend(Citation(*citation_of(text)) for text in texts[0].replace("\n", ";").split(";"))
    return tuple(found)


def _tags(block: Block, parts: Parts) -> tuple[str, ...]:
    split: Callable[[str], list[str]] = (lambda text: [text]) if block.written else _tag_words
    return tuple(tag for texts in parts.fields.get(Field.TAGS, []) for text in texts for tag in split(text))


def _tag_words(text: str) -> list[str]:
    return [one.strip(" #") for one in text.replace(";", ",").split(",")]


def _first(parts: Parts, field: Field) -> str:
    """The text of a field that stands once; of several, the last says it."""
    texts = parts.fields.get(field)
    return tidy("".join(texts[-1])) if texts else ""
