"""Moodle XML, read and written by the grammar of question/format/xml/format.php in Moodle.

    <quiz>
      <question type="category"><category><text>$course$/top/Hộ tịch</text></category></question>
      <question type="multichoice">
        <name><text>C01</text></name>
        <questiontext format="plain_text"><text>Ai cấp giấy khai sinh?</text></questiontext>
        <generalfeedback format="plain_text"><text>Lời giải thích</text></generalfeedback>
        <idnumber>C01</idnumber>
        <single>true</single><shuffleanswers>true</shuffleanswers>
        <answer fraction="100"><text>Ủy ban nhân dân cấp xã</text><feedback>…</feedback></answer>
        <tags><tag><text>hộ tịch</text></tag></tags>
      </question>
    </quiz>

A ``multichoice`` has one right choice or, with ``<single>false``, several; a ``truefalse`` has the
answers ``true`` and ``false``. A category gives the topic of what follows. Where difficulty and
citations go: ``conventions``. Feedback on one choice joins the explanation; combined feedback
("Your answer is correct"), penalties and grades are left aside.
"""

from collections.abc import Iterable

import msgspec
from lxml import etree

from core.errors import Invalid
from core.i18n import N_
from questions.formats import conventions
from questions.formats.bounds import parse_xml, refuse_many
from questions.formats.conventions import Unfit
from questions.items import TRUE_FALSE, Bundle, Found, Item, Kind, Problem, Reading, checked

_HINTS = N_("Gợi ý cho từng lần trả lời (hint) không được giữ.")
_FEEDBACK_PICTURE = N_("Hình ảnh, tệp kèm theo trong phần nhận xét không được giữ, chỉ giữ phần chữ.")
_FRACTION = N_("Tỉ lệ điểm “%(fraction)s” của một phương án không phải là số.")
_STYLES = {"plain_text": "plain", "moodle_auto_format": "moodle", "markdown": "markdown", "wiki_like": "plain"}


def read(data: bytes) -> Reading:
    """The questions of a quiz; what is wrong with one is its own problem."""
    root = parse_xml(data)
    if root.tag != "quiz":
        raise Invalid(N_("Tệp XML không phải Moodle XML: thiếu thẻ <quiz> ngoài cùng."), code="bad-xml")
    found: list[Found] = []
    problems: list[Problem] = []
    notes: list[Problem] = []
    topic = ""
    number = 0
    for question in root.iterchildren("question"):
        kind = question.get("type", "")
        if kind == "category":
            topic = conventions.topic_of(_text(question.find("category"), "plain")[0])
            continue
        number += 1
        refuse_many(number)
        name = " ".join(_text(question.find("name"), "plain")[0].split())
        at = f"Câu {number} ({name[:60]})" if name else f"Câu {number} (dòng {question.sourceline})"
        try:
            item, remarks = _item(at, question, kind)
        except Unfit as unfit:
            problems.append(unfit.problem)
            continue
        code = conventions.code_of(item.stem, name, question.findtext("idnumber", ""))
        item, long_name = conventions.coded(at, item, code)
        found.append(Found(msgspec.structs.replace(item, topic=topic), at))
        notes += [*remarks, *long_name]
    good, faulty = checked(found)
    return Reading(good, (), (*problems, *faulty), tuple(notes))


def _text(node: etree._Element | None, inherited: str) -> tuple[str, str]:
    """The plain text of a node's ``<text>`` and its style, of which ``inherited`` is the default."""
    raw, style = _raw(node, inherited)
    return conventions.plain_of(raw, style).strip(), style


def _raw(node: etree._Element | None, inherited: str) -> tuple[str, str]:
    if node is None:
        return "", inherited
    style = _STYLES.get(node.get("format", ""), "html") if node.get("format") else inherited
    text = node.find("text")
    if text is None:
        return node.text or "", style
    # Some programs write XHTML as it is instead of as text.
    inner = "".join(etree.tostring(child, encoding="unicode") for child in text)
    return (text.text or "") + inner, "html" if inner else style


def _fit(at: str, node: etree._Element | None, inherited: str) -> tuple[str, str]:
    """Like :func:`_text` for what takers read: a picture in it cannot be left out."""
    raw, style = _raw(node, inherited)
    if conventions.shows_picture(raw, style) or (node is not None and node.find("file") is not None):
        raise Unfit(Problem(at, conventions.PICTURE))
    return conventions.plain_of(raw, style).strip(), style


def _item(at: str, question: etree._Element, kind: str) -> tuple[Item, list[Problem]]:
    """A question without its code and topic, and notes on it."""
    if kind not in ("multichoice", "truefalse"):
        raise Unfit(conventions.unsupported(at, kind))
    answers = question.findall("answer")
    if problem := conventions.too_many(at, len(answers)):
        raise Unfit(problem)
    stem, style = _fit(at, question.find("questiontext"), "html")
    if (question.findtext("image_base64") or "").strip():
        raise Unfit(Problem(at, conventions.PICTURE))
    notes = [Problem(at, conventions.MARKDOWN)] if style == "markdown" else []
    if any(_text(hint, "html")[0] for hint in question.iterchildren("hint")):
        notes.append(Problem(at, _HINTS))
    feedbacks = [question.find("generalfeedback"), *(answer.find("feedback") for answer in answers)]
    if any(conventions.shows_picture(*_raw(feedback, style)) for feedback in feedbacks):
        notes.append(Problem(at, _FEEDBACK_PICTURE))
    general, *said = [_text(feedback, style)[0] for feedback in feedbacks]
    fractions = [_fraction(at, answer) for answer in answers]
    if kind == "truefalse":
        item, words = _true_false(stem, answers, fractions)
    else:
        if not conventions.all_or_nothing(fractions):
            notes.append(Problem(at, conventions.WEIGHTS))
        words = tuple(_fit(at, answer, style)[0] for answer in answers)
        item = _choice_item(stem, words, fractions, question)
    explanation, citations = conventions.parted(general)
    explanation = conventions.with_remarks(explanation, zip(words, said, strict=True))
    tags, difficulty = conventions.parted_tags(_text(tag, "plain")[0] for tag in question.iterfind("tags/tag"))
    changes = {"explanation": explanation, "citations": citations, "tags": tags, "difficulty": difficulty}
    return msgspec.structs.replace(item, **changes), notes


def _fraction(at: str, answer: etree._Element) -> float:
    fraction = answer.get("fraction", "0")
    try:
        return float(fraction.replace(",", "."))
    except ValueError as error:
        raise Unfit(Problem(at, _FRACTION, {"fraction": fraction[:20]})) from error


def _true_false(stem: str, answers: list[etree._Element], fractions: list[float]) -> tuple[Item, tuple[str, ...]]:
    """The question, and each answer's word; in old files the words are translated, "true" comes first."""
    places = []
    for place, answer in enumerate(answers):
        word = _text(answer, "plain")[0]
        places.append({"true": 0, "false": 1}.get(word, min(place, 1)))
    keys = tuple(place for place, fraction in zip(places, fractions, strict=True) if fraction > 99)
    return Item(stem, TRUE_FALSE, keys, Kind.TRUE_FALSE), tuple(TRUE_FALSE[place] for place in places)


def _choice_item(stem: str, choices: tuple[str, ...], fractions: list[float], question: etree._Element) -> Item:
    single = question.findtext("single", "true").strip() not in ("false", "0", "")
    least = 99.0 if single else 0.0
    # Said twice in some old files, the last time by a word.
    shuffles = [node.text or "" for node in question.iterchildren("shuffleanswers")]
    return Item(
        stem,
        choices,
        tuple(place for place, fraction in enumerate(fractions) if fraction > least),
        Kind.SINGLE if single else Kind.MULTIPLE,
        shuffles[-1].strip() in ("true", "1") if shuffles else not conventions.refers_to_others(choices),
    )


def write(bundle: Bundle) -> bytes:
    """A quiz, with a category where the topic changes."""
    quiz = etree.Element("quiz")
    topic = ""
    for item in bundle.items:
        if item.topic != topic:
            topic = item.topic
            category = etree.SubElement(quiz, "question", type="category")
            _put(category, "category", conventions.category_of(topic))
        _write_item(quiz, item)
    return etree.tostring(quiz, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def _write_item(quiz: etree._Element, item: Item) -> None:
    true_false = item.kind is Kind.TRUE_FALSE
    question = etree.SubElement(quiz, "question", type="truefalse" if true_false else "multichoice")
    line = " ".join(item.stem.split())
    _put(question, "name", item.code or (line if len(line) <= 60 else f"{line[:59]}…"))
    _put(question, "questiontext", item.stem, format="plain_text")
    _put(question, "generalfeedback", conventions.with_citations(item), format="plain_text")
    settings = {"defaultgrade": "1", "penalty": "1" if true_false else "0.3333333", "hidden": "0"}
    settings["idnumber"] = item.code
    if not true_false:
        settings["single"] = str(item.kind is Kind.SINGLE).lower()
        settings["shuffleanswers"] = str(item.shuffle).lower()
        settings["answernumbering"] = "ABCD"
    for name, value in settings.items():
        etree.SubElement(question, name).text = value
    for word, fraction in zip(("true", "false") if true_false else item.choices, _fractions(item), strict=True):
        _put(question, "answer", word, fraction=fraction, format="plain_text")
    tags = conventions.tags_of(item)
    if tags:
        node = etree.SubElement(question, "tags")
        for tag in tags:
            _put(node, "tag", tag)


def _fractions(item: Item) -> Iterable[str]:
    """Wrong choices of several deduct: Moodle would give all points to whoever ticks everything."""
    right, wrong = (conventions.share(len(item.keys)), "-100") if item.kind is Kind.MULTIPLE else ("100", "0")
    return [right if place in item.keys else wrong for place in range(len(item.choices))]


def _put(parent: etree._Element, name: str, text: str, **attributes: str) -> None:
    etree.SubElement(etree.SubElement(parent, name, attributes), "text").text = text


def losses(item: Item, situation: object = None) -> list[str]:
    """Situation and source are lost; true and false are never shuffled."""
    unshuffled = item.kind is Kind.TRUE_FALSE and not item.shuffle
    return conventions.lost(item) + ([conventions.LOST_SHUFFLE] if unshuffled else [])
