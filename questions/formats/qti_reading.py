"""QTI items and stimuli, each from the root of its file; packages are ``qti_package``'s. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from urllib.parse import unquote

import msgspec
from lxml import etree

from core.i18n import N_
from core.text import fold, tidy
from questions.formats.conventions import PICTURE, UNSUPPORTED, WEIGHTS, refers_to_others, too_many, with_remarks
from questions.formats.qti_xml import LOM_NS, MEDIA_TYPES, OWN, attribute, child, children, name_of, text_in
from questions.items import Citation, Item, Kind, Media, Problem, Situation

CODE_MAX = 60
_LEVELS = {"very easy": 1, "easy": 1, "medium": 2, "difficult": 3, "very difficult": 3}
_NAMES = {
    "associateInteraction": N_("ghép cặp"),
    "customInteraction": N_("tương tác riêng của hệ thống khác"),
    "drawingInteraction": N_("vẽ hình"),
    "endAttemptInteraction": N_("kết thúc lượt làm"),
    "extendedTextInteraction": N_("tự luận"),
    "gapMatchInteraction": N_("kéo thả vào chỗ trống"),
    "graphicAssociateInteraction": N_("nối trên hình"),
    "graphicGapMatchInteraction": N_("kéo thả trên hình"),
    "graphicOrderInteraction": N_("sắp thứ tự trên hình"),
    "hotspotInteraction": N_("chọn vùng trên hình"),
    "hottextInteraction": N_("chọn từ trong đoạn văn"),
    "inlineChoiceInteraction": N_("chọn từ vào chỗ trống"),
    "matchInteraction": N_("ghép đôi"),
    "mediaInteraction": N_("xem hoặc nghe"),
    "orderInteraction": N_("sắp thứ tự"),
    "portableCustomInteraction": N_("tương tác riêng của hệ thống khác"),
    "positionObjectInteraction": N_("đặt vật lên hình"),
    "selectPointInteraction": N_("chọn điểm trên hình"),
    "sliderInteraction": N_("thanh trượt"),
    "textEntryInteraction": N_("điền từ"),
    "uploadInteraction": N_("nộp tệp"),
}
_PICTURES = frozenset(("img", "object", "audio", "video", "picture", "svg", "include", "iframe", "embed"))
_FEEDBACK = frozenset(("feedbackInline", "feedbackBlock"))
_ASIDE = _FEEDBACK | {"rubricBlock", "templateInline", "templateBlock", "simpleChoice"}


@dataclass(slots=True)
class Remarks:
    """What turned up on the way, all of it at one place."""

    at: str
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)

    def wrong(self, reason: str, **params: str | int) -> None:
        """Something that stops the import."""
        self.problems.append(Problem(self.at, reason, params))

    def note(self, reason: str, **params: str | int) -> None:
        """Something to look at."""
        self.notes.append(Problem(self.at, reason, params))


def item_of(root: etree._Element, record: etree._Element | None, situation: str, remarks: Remarks) -> Item | None:
    """The question of an ``assessmentItem``; ``record`` is its LOM record, ``None`` where unusable."""
    body = child(root, "itemBody")
    interactions = [] if body is None else [node for node in body.iter() if name_of(node).endswith("Interaction")]
    if body is None or not interactions:
        remarks.wrong(N_("Câu hỏi không có phần trả lời, nên không dùng được."))
        return None
    if not _usable(root, body, interactions, remarks):
        return None
    interaction = interactions[0]
    choices = list(children(interaction, "simpleChoice"))
    if problem := too_many(remarks.at, len(choices)):
        remarks.problems.append(problem)
        return None
    texts = tuple(text_in(choice, _FEEDBACK) for choice in choices)
    cardinality, keys = _answer(root, interaction, choices, remarks)
    pair = tuple(map(fold, texts)) == ("dung", "sai")
    kind = Kind.MULTIPLE if cardinality == "multiple" else Kind.TRUE_FALSE if pair else Kind.SINGLE
    code = tidy(root.get("identifier", ""))
    explanation, several = _explanation(root, body, zip(texts, choices, strict=True))
    if several:
        remarks.note(N_("Câu hỏi có nhiều lời phản hồi; các lời này được gộp thành lời giải thích."))
    item = Item(
        stem=text_in(body, _ASIDE),
        choices=texts,
        keys=keys,
        kind=kind,
        shuffle=_shuffle(interaction, choices, texts, remarks),
        explanation=explanation,
        situation=situation,
        code=code if len(code) <= CODE_MAX else "",
    )
    return item if record is None else _described(item, record)


def _usable(root: etree._Element, body: etree._Element, interactions: list[etree._Element], remarks: Remarks) -> bool:
    """Whether an item is one choice of plain texts; tells what else it is."""
    kinds = [name_of(interaction) for interaction in interactions]
    if len(kinds) > 1:
        remarks.wrong(
            N_("Câu hỏi ghép từ %(count)s phần trả lời chưa dùng được; đề nghị tách thành từng câu."), count=len(kinds)
        )
    elif kinds[0] != "choiceInteraction":
        remarks.wrong(UNSUPPORTED, type=_NAMES.get(kinds[0], kinds[0][:40]))
    names = {name_of(node) for node in body.iter()}
    if names & _PICTURES:
        remarks.wrong(PICTURE)
    if "math" in names:
        remarks.wrong(N_("Câu hỏi có công thức toán (MathML), hiện chưa nhận được."))
    if child(root, "templateDeclaration") is not None:
        remarks.wrong(N_("Câu hỏi có phần sinh ngẫu nhiên (template), hiện chưa nhận được."))
    if "rubricBlock" in names:
        remarks.note(N_("Phần hướng dẫn (rubric) của câu hỏi không được đọc."))
    return not remarks.problems


def _answer(
    root: etree._Element, interaction: etree._Element, choices: list[etree._Element], remarks: Remarks
) -> tuple[str, tuple[int, ...]]:
    """Cardinality and right positions: ``correctResponse``, or else what a ``mapping`` gives points for."""
    response = attribute(interaction, "response-identifier")
    declared = [node for node in children(root, "responseDeclaration") if node.get("identifier") == response]
    if not declared:
        return "single", ()
    mapping = child(declared[0], "mapping")
    right = child(declared[0], "correctResponse")
    wanted: set[str] = set()
    if right is not None:
        wanted = {tidy("".join(value.itertext())) for value in children(right, "value")}
    elif mapping is not None:
        wanted = {
            attribute(entry, "map-key") or ""
            for entry in children(mapping, "mapEntry")
            if _number(attribute(entry, "mapped-value")) > 0
        }
    if mapping is not None:
        remarks.note(WEIGHTS)
    cardinality = declared[0].get("cardinality", "single")
    if cardinality not in ("single", "multiple"):
        remarks.wrong(UNSUPPORTED, type=_NAMES["orderInteraction"])
    return cardinality, tuple(n for n, choice in enumerate(choices) if choice.get("identifier") in wanted)


def _number(text: str | None) -> float:
    try:
        return float(text or "0")
    except ValueError:
        return 0.0


def _shuffle(
    interaction: etree._Element, choices: list[etree._Element], texts: tuple[str, ...], remarks: Remarks
) -> bool:
    """Required in 2.x, false by default in 3.0; a fixed choice fixes all, we have no half measures."""
    said = interaction.get("shuffle")
    if said is None:
        return False
    shuffle = said in ("true", "1")
    if shuffle and any(choice.get("fixed") in ("true", "1") for choice in choices):
        if not refers_to_others(texts):
            remarks.note(N_("Có phương án đứng yên khi xáo trộn nên mọi phương án giữ nguyên thứ tự."))
        return False
    return shuffle


def _explanation(
    root: etree._Element, body: etree._Element, choices: Iterable[tuple[str, etree._Element]]
) -> tuple[str, bool]:
    """What feedback says, each text once, feedback in a choice after the choice; and whether there were several."""
    texts = [text_in(node) for node in children(root, "modalFeedback")]
    remarks: list[tuple[str, str]] = []
    inside: set[etree._Element] = set()
    for text, choice in choices:
        spoken = [node for node in choice.iter() if name_of(node) in _FEEDBACK]
        inside.update(spoken)
        remarks += [(text, text_in(node)) for node in spoken]
    texts += [text_in(node) for node in body.iter() if name_of(node) == "feedbackBlock" and node not in inside]
    general = list(dict.fromkeys(text for text in texts if text))
    return with_remarks("\n".join(general), remarks), len(general) + len(remarks) > 1


def _described(item: Item, record: etree._Element) -> Item:
    """The item with what its LOM record says of it."""
    lom = f"{{{LOM_NS}}}"
    strings = record.iterfind(f"{lom}general/{lom}keyword/{lom}string")
    level = record.findtext(f"{lom}educational/{lom}difficulty/{lom}value") or ""
    item = msgspec.structs.replace(
        item,
        tags=tuple(string.text or "" for string in strings),
        difficulty=_LEVELS.get(tidy(level).casefold()),
        topic=_topic(record),
    )
    own = record.find(f"{{{OWN}}}question")
    if own is None:
        return item
    kind = own.get("kind", "")
    return msgspec.structs.replace(
        item,
        code=own.get("code", ""),
        kind=Kind(kind) if kind in set(Kind) else item.kind,
        source=own.get("source", ""),
        situation=own.get("situation", ""),
        citations=tuple(
            Citation(node.get("document", ""), node.get("article", "")) for node in own.iterfind(f"{{{OWN}}}citation")
        ),
    )


def _topic(record: etree._Element) -> str:
    lom = f"{{{LOM_NS}}}"
    for classification in record.iterfind(f"{lom}classification"):
        if tidy(classification.findtext(f"{lom}purpose/{lom}value") or "") == "discipline":
            entries = classification.findall(f"{lom}taxonPath/{lom}taxon/{lom}entry/{lom}string")
            return (entries[-1].text or "") if entries else ""
    return ""


def situation_of(
    root: etree._Element, record: etree._Element | None, fetch: Callable[[str], bytes | None], remarks: Remarks
) -> Situation:
    """The situation of an ``assessmentStimulus``; ``fetch`` gives a file by its place beside the stimulus."""
    body = child(root, "stimulusBody")
    own = None if record is None else record.find(f"{{{OWN}}}situation")
    text = "" if body is None else text_in(body)
    if own is not None:
        media = [
            (node.get("href", ""), node.get("name", ""), node.get("type", ""), node.get("alt", ""))
            for node in own.iterfind(f"{{{OWN}}}media")
        ]
        code, title = own.get("code", ""), own.get("title", "")
    else:
        media = [] if body is None else _media_in(body, remarks)
        code, title = root.get("identifier", ""), root.get("title", "")
    found: list[Media] = []
    for href, name, kind, alt in media:
        data = fetch(href)
        if data is None:
            remarks.wrong(N_("Gói không có tệp “%(name)s” của tình huống."), name=href[-60:])
        else:
            found.append(Media(tidy(name), kind, tidy(alt), data))
    return Situation(tidy(code)[:CODE_MAX], text, tidy(title), tuple(found))


def _media_in(body: etree._Element, remarks: Remarks) -> list[tuple[str, str, str, str]]:
    """Places, names, types and descriptions of what a stimulus shows, each once."""
    found: dict[str, tuple[str, str, str, str]] = {}
    for node in body.iter("{*}img", "{*}audio", "{*}video", "{*}source", "{*}object", "{*}embed"):
        href = node.get("src") or node.get("data")
        if not href:
            continue
        path = PurePosixPath(unquote(href))
        kind = MEDIA_TYPES.get(path.suffix[1:].lower())
        if kind is None:
            remarks.wrong(
                N_(
                    "Tệp “%(name)s” của tình huống thuộc loại chưa nhận được; nhận png, jpeg, gif, webp, mp3, m4a, "
                    "ogg, mp4, webm."
                ),
                name=path.name[-60:],
            )
            continue
        alt = node.get("alt") or node.get("aria-label") or ""
        found.setdefault(href, (href, path.name, kind, alt))
    return list(found.values())
