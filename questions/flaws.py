"""Flaws in how a question is written: what gives the answer away or misleads. Pure.

Rules: Haladyna, Downing & Rodriguez (2002), "A Review of Multiple-Choice Item-Writing Guidelines
for Classroom Assessment", Applied Measurement in Education 15(3); Tarrant & Ware (2008), "Impact of
item-writing flaws in multiple-choice questions on student achievement", Medical Education 42(2).
A flaw is a reason to look again and stops nothing; the rules prefer silence to a false alarm.
"""

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import combinations, pairwise
from typing import NamedTuple

import msgspec

from core.i18n import N_
from core.text import fold
from questions.items import Item, Kind, tidied

STEM_WORDS_MAX = 60
POLITE = (
    "lich su",
    "tan tinh",
    "ton trong",
    "huong dan",
    "tao dieu kien",
    "kip thoi",
    "day du",
    "dung quy dinh",
    "theo quy dinh",
    "cong khai",
    "minh bach",
)
CHI_SQUARE_1_PERCENT = (6.635, 9.210, 11.345, 13.277, 15.086, 16.812, 18.475, 20.090, 21.666)
"""Critical values at significance 0.01 for 1 to 9 degrees of freedom (NIST/SEMATECH e-Handbook, 1.3.6.7.4)."""
NORMAL_1_PERCENT = 2.326
GAIN_MIN = 0.05
"""A guess rule that gains less than this over chance is no flaw, however certain."""

_DETAILS = re.compile(r"\d+|[,;%]")
_EXACT_WORDS = re.compile(r"\b(?:ngay|gio|nam|thang|dieu|khoan)\b")
_UNDIVIDED = re.compile(r"công (?:văn|điện)|thông báo", re.IGNORECASE)  # letters have no articles
_STRONG = re.compile(r"\b(?:luôn luôn|tuyệt đối|không bao giờ)\b")
_ONLY = re.compile(
    r"\b(?:mọi|bất kỳ|bất kì|(?<!địa )(?<!điểm )(?<!chứng )(?<!đình )(?<!tôn )(?<!quy )"
    r"chỉ(?! (?:đạo|định|thị|tiêu|số|dẫn|huy|rõ|ra|đường|giới)\b))\b"
)
_ABOVE = re.compile(
    r"(?:tất cả|cả|toàn bộ)(?: \w+){0,6}?(?:(?<!cấp) trên(?: đây)?(?: đều đúng| đều sai)?| đều đúng| đều sai)"
    r"|(?:cả |chỉ |phương án |đáp án |ý |câu )*[a-j](?:(?:, ?| và | hoặc )[a-j])+(?: đều)?(?: đúng| sai)?"
    r"|không(?: có)? (?:đáp án|phương án|câu|ý|lựa chọn|câu trả lời) nào\b.*"
)
_SENTENCE = re.compile(r"(?<=[.!?;])\s+|\n+")
_REMARK = re.compile(r"\s*\([^()]*\)$")
_INSTRUCTION = re.compile(r"(?:hãy |vui lòng )?(?:chọn|đánh dấu|điền)\b", re.IGNORECASE)
_ENDS = re.compile(r"[?:…]$|\.{3}|…|_{2}|^(?:hãy|chọn|điền)\b", re.IGNORECASE)
_CAPITALS = re.compile(r"\b(?:KHÔNG|CHƯA|SAI|TRỪ)\b")
_ASKED = r"(?i:\b(?:nào|đâu|gì|ai)(?: (?:sau|dưới) đây)?)"
_NEGATIVES = (
    re.compile(_ASKED + r"(?: (?:là|thì|mà|lại|đã|còn))?,? (?:không|chưa|sai)\b(?!\s*\?$)"),
    re.compile(
        r"(?i:\b(?:nào|đâu|gì|ai) (?:sau|dưới) đây)\b(?!.*\b(?:để|khi|nếu|vì|do|nhưng|dù)\b).*"
        r"\b(?:không|chưa) (?:được|phải|thuộc|bị|cần|đúng|là|nằm|gồm|bao gồm|phù hợp|chính xác)\b"
    ),
    re.compile(r"(?i:\b(?:nào|đâu|gì|ai)\b).* là (?:sai|không đúng|chưa đúng|không chính xác)\s*\?$"),
    re.compile(r"^[^,]*\bkhông (?:phải là|thuộc|nằm trong|được coi là|bao gồm)\b[^,]* là\s*[:?…]*$"),
    re.compile(r"(?<!khấu)(?<!loại) trừ\s*[:?…]*$"),
)
_ARTICLE = re.compile(
    r"\b(?:điều|khoản|điểm|chương|mục) (?:mấy|số mấy|bao nhiêu)\b"
    r"|\b(?:khoản|điểm) nào,? (?:của |thuộc |tại )?(?:điều|khoản)\b"
    r"|\b(?:tại|ở|trong) (?:điều|khoản|điểm|chương|mục)(?:, (?:điều|khoản|điểm))* nào\b(?! (?:sau|dưới) đây)"
    r"|\b(?:điều|chương) nào (?:của|trong|tại|thuộc) (?:bộ luật|luật|nghị|thông tư|hiến pháp|quyết định|quy chế)\b"
)
_COUNT = re.compile(
    r"\b(?:bao nhiêu|mấy) (?:hành vi|nguyên tắc|nội dung|nhóm|trường hợp|quyền|nghĩa vụ|nhiệm vụ|hình thức"
    r"|phương thức|cách|bước|loại|điều kiện|yêu cầu|tiêu chí|bộ phận|thành phần|chương|giải pháp|mục tiêu|ý)\b"
    r"|\b(?:có|gồm|thành) mấy (?!ngày|giờ|tháng|năm|tuần|phút|tuổi|bộ|bản|lần)"
)
_UNITS = r"ngày làm việc|ngày|giờ làm việc|giờ|phút|tuần|tháng|năm|tuổi|%|triệu đồng|nghìn đồng|tỷ đồng|đồng"
_TIME = re.compile(r"(?<!ngày )\b\d+ (ngày làm việc|ngày|giờ làm việc|giờ|phút|tuần|tháng|năm)\b(?! (?:\d|tuổi))")
_NUMBER = r"\d+(?:[.,]\d+)*"
_QUANTITY = re.compile(
    rf"(?P<head>từ|trên|hơn|dưới|không quá|tối đa|ít nhất|tối thiểu)? ?(?:đủ )?(?P<low>{_NUMBER})"
    rf"(?: ?(?:{_UNITS}))?(?: ?(?:đến|-|–) ?(?P<under>dưới )?(?P<high>{_NUMBER}))?"
    rf" ?(?P<unit>{_UNITS})(?P<tail> trở lên| trở xuống)?"
)


class Flaw(msgspec.Struct, frozen=True):
    """What may be wrong with a question: ``code`` for programs, ``message`` a msgid with ``params``."""

    code: str
    message: str
    params: dict[str, str | int] = {}


class Positions(msgspec.Struct, frozen=True):
    """How often each position holds the key, over the questions with ``len(counts)`` choices.

    ``chi_square`` is Pearson's statistic against an even spread; ``uneven`` at significance 0.01,
    and only where each position can expect five keys (Cochran's rule).
    """

    counts: tuple[int, ...]
    chi_square: float
    uneven: bool


class BankFlaws(msgspec.Struct, frozen=True):
    """What gives the answers of a whole bank away; shares are 0 to 1, as of :func:`guess_rates`."""

    rates: dict[str, float]
    positions: tuple[Positions, ...]
    flaws: tuple[Flaw, ...]


class _Range(NamedTuple):
    """A quantity as an interval; an end is (value, 0) closed, (value, ±1) open towards the inside."""

    low: tuple[float, int]
    high: tuple[float, int]
    shape: str
    unit: str


def of_item(item: Item) -> list[Flaw]:
    """The flaws of one question, in a fixed order; none is certain. Never raises."""
    item = tidied(item)
    flaws = [*_of_sources(item), *_of_stem(item)]
    if item.kind is not Kind.TRUE_FALSE:
        flaws += _of_choices(item)
    if _has_one_key(item):
        flaws += [*_of_lengths(item), *_of_key(item)]
    return flaws


def of_bank(items: Sequence[Item]) -> BankFlaws:
    """What the single-choice questions give away together: by five points and at significance 0.01 over chance."""
    singles = [item for item in items if _has_one_key(item)]
    positions = tuple(_positions(singles))
    rates = guess_rates(items)
    flaws = [
        Flaw(
            "uneven-key-positions",
            N_("Vị trí đáp án đúng của các câu %(choices)s phương án phân bố không đều: %(counts)s."),
            {"choices": len(row.counts), "counts": ", ".join(map(str, row.counts))},
        )
        for row in positions
        if row.uneven
    ]
    for rule, message in _RULE_MESSAGES.items():
        if _beats_chance(singles, _RULES[rule]):
            percents = {"rate": round(100 * rates[rule]), "chance": round(100 * rates["chance"])}
            flaws.append(Flaw(f"guess-{rule.replace('_', '-')}", message, {**percents}))
    return BankFlaws(rates, positions, tuple(flaws))


def guess_rates(items: Iterable[Item]) -> dict[str, float]:
    """Expected share (0 to 1) of right answers of somebody who always guesses by one rule.

    Keys: ``chance``, ``longest``, ``shortest``, ``politest``, ``most_specific``; ties are split
    evenly. Over the single-choice questions; all 0 without any.
    """
    singles = [item for item in items if _has_one_key(item)]
    rates = {"chance": math.fsum(1 / len(item.choices) for item in singles)}
    for rule, measure in _RULES.items():
        rates[rule] = math.fsum(_credit(item, measure)[0] for item in singles)
    return {rule: total / len(singles) if singles else 0.0 for rule, total in rates.items()}


def politeness(choice: str) -> int:
    """How many of the words of good conduct a choice holds: people take the politest for right."""
    folded = fold(choice)
    return sum(word in folded for word in POLITE)


def specificity(choice: str) -> int:
    """Numbers, parts of an enumeration and units in a choice: people take the most exact for right."""
    return _details(choice) + len(_EXACT_WORDS.findall(fold(choice)))


_RULES: dict[str, Callable[[str], int]] = {
    "longest": len,
    "shortest": lambda choice: -len(choice),
    "politest": politeness,
    "most_specific": specificity,
}
_RULE_MESSAGES = {
    "longest": N_("Luôn chọn phương án dài nhất đúng %(rate)s%% số câu; chọn ngẫu nhiên đúng %(chance)s%%."),
    "shortest": N_("Luôn chọn phương án ngắn nhất đúng %(rate)s%% số câu; chọn ngẫu nhiên đúng %(chance)s%%."),
    "politest": N_("Luôn chọn phương án lịch sự nhất đúng %(rate)s%% số câu; chọn ngẫu nhiên đúng %(chance)s%%."),
    "most_specific": N_("Luôn chọn phương án cụ thể nhất đúng %(rate)s%% số câu; chọn ngẫu nhiên đúng %(chance)s%%."),
}


def _has_one_key(item: Item) -> bool:
    return item.kind is Kind.SINGLE and len(item.keys) == 1 and item.keys[0] in range(len(item.choices))


def _credit(item: Item, measure: Callable[[str], int]) -> tuple[float, float]:
    """What the guess by ``measure`` earns, and the variance of that were the key anywhere as likely."""
    scores = [measure(choice) for choice in item.choices]
    best = max(scores)
    ties = scores.count(best)
    return (scores[item.keys[0]] == best) / ties, 1 / (ties * len(scores)) - 1 / len(scores) ** 2


def _beats_chance(singles: Sequence[Item], measure: Callable[[str], int]) -> bool:
    credits = [_credit(item, measure) for item in singles]
    gain = math.fsum(credit for credit, _ in credits) - math.fsum(1 / len(item.choices) for item in singles)
    noise = math.sqrt(max(0.0, math.fsum(variance for _, variance in credits)))
    return gain > max(NORMAL_1_PERCENT * noise, GAIN_MIN * len(singles))


def _positions(singles: Iterable[Item]) -> Iterator[Positions]:
    tallies: dict[int, Counter[int]] = {}
    for item in singles:
        tallies.setdefault(len(item.choices), Counter())[item.keys[0]] += 1
    for choices, tally in sorted(tallies.items()):
        expected = tally.total() / choices
        counts = tuple(tally[place] for place in range(choices))
        chi_square = sum((count - expected) ** 2 for count in counts) / expected
        testable = 2 <= choices <= len(CHI_SQUARE_1_PERCENT) + 1 and expected >= 5
        yield Positions(counts, chi_square, testable and chi_square > CHI_SQUARE_1_PERCENT[choices - 2])


def _of_sources(item: Item) -> Iterator[Flaw]:
    if not item.citations:
        yield Flaw("no-citation", N_("Chưa ghi căn cứ pháp lý."))
    for citation in item.citations:
        if not citation.article and not _UNDIVIDED.match(citation.document):
            params: dict[str, str | int] = {"document": citation.document}
            yield Flaw("no-article", N_("Căn cứ “%(document)s” chưa ghi điều, khoản."), params)
    if not item.explanation:
        yield Flaw("no-explanation", N_("Chưa có lời giải thích."))


def _of_stem(item: Item) -> Iterator[Flaw]:
    question = _question(item.stem)
    asked = question.casefold()
    if not _CAPITALS.search(question) and any(pattern.search(question) for pattern in _NEGATIVES):
        yield Flaw("negative-stem", N_("Câu hỏi phủ định: nên viết hoa KHÔNG, SAI, TRỪ hoặc hỏi theo cách khẳng định."))
    if _ARTICLE.search(asked):
        yield Flaw("asks-article", N_("Câu hỏi về số điều, khoản: nên hỏi về nội dung quy định."))
    if _COUNT.search(asked):
        yield Flaw("asks-count", N_("Câu hỏi đếm số mục: nên hỏi về nội dung của các mục."))
    if item.kind is not Kind.TRUE_FALSE and not _ENDS.search(question):
        yield Flaw("not-a-question", N_("Câu hỏi nên kết thúc bằng dấu hỏi, dấu hai chấm hoặc dấu ba chấm."))
    words = len(item.stem.split())
    if words > STEM_WORDS_MAX and not item.situation:
        params: dict[str, str | int] = {"words": words, "max": STEM_WORDS_MAX}
        yield Flaw(
            "long-stem", N_("Câu hỏi dài %(words)s chữ: nên rút xuống %(max)s chữ hoặc tách thành tình huống."), params
        )


def _question(stem: str) -> str:
    """The last sentence, which asks; a remark in brackets or an instruction behind it ("Chọn …") is left out."""
    sentences = _SENTENCE.split(_REMARK.sub("", stem))
    while len(sentences) > 1 and _INSTRUCTION.match(sentences[-1]):
        sentences.pop()
    return sentences[-1].rstrip("”\"'») ")


def _of_choices(item: Item) -> Iterator[Flaw]:
    for choice in item.choices:
        if _ABOVE.fullmatch(choice.casefold().rstrip(" .")):
            yield Flaw(
                "refers-to-choices", N_("Phương án “%(choice)s” dựa vào các phương án khác."), {"choice": choice}
            )
    for one, other in combinations(item.choices, 2):
        if _overlap(one, other):
            message = N_("Phương án “%(one)s” và “%(other)s” trùng hoặc chồng lên nhau.")
            yield Flaw("overlapping-choices", message, {"one": one, "other": other})
    times = [_TIME.findall(choice.casefold()) for choice in item.choices]
    units = sorted({found[0] for found in times if len(found) == 1})
    if len(units) > 1:
        yield Flaw("mixed-units", N_("Các phương án dùng đơn vị khác nhau: %(units)s."), {"units": ", ".join(units)})


_JOINED = re.compile(r"[,;]|\b(?:và|hoặc|kèm|cùng|cùng với|nhưng|nếu|khi)\b")


def _overlap(one: str, other: str) -> bool:
    """Equal but for accents, one a whole part of the other ("A", "A và B"), or a range that meets another amount.

    Limits of one form ("từ 14 tuổi trở lên", "từ 16 tuổi trở lên") are what such a question asks for.
    """
    first, second = _range(one), _range(other)
    if first and second:
        if first.shape == second.shape:
            return first == second
        return first.unit == second.unit and max(first.low, second.low) <= min(first.high, second.high)
    if fold(one) == fold(other):
        return fold(one) != "" and _symbols(one) == _symbols(other)
    short, long = sorted((one, other), key=len)
    parts = [fold(part) for part in _JOINED.split(long.casefold())]
    return len(parts) > 1 and fold(short) in parts


def _symbols(text: str) -> str:
    return "".join(re.findall(r"[^\w\s.,;:()“”\"'-]", text))


def _range(choice: str) -> _Range | None:
    """A choice that is nothing but a quantity; without a limiting word it is a point."""
    match = _QUANTITY.fullmatch(re.sub(r"\s*\([^()]*\)", "", choice.casefold()).strip(" ."))
    if match is None:
        return None
    low = _value(match["low"])
    shape = "between" if match["high"] else (match["tail"] or match["head"] or "").strip()
    low_end, high_end = {
        "between": ((low, 0), (_value(match["high"] or "0"), -1 if match["under"] else 0)),
        "trên": ((low, 1), (math.inf, 0)),
        "hơn": ((low, 1), (math.inf, 0)),
        "dưới": ((-math.inf, 0), (low, -1)),
        "không quá": ((-math.inf, 0), (low, 0)),
        "tối đa": ((-math.inf, 0), (low, 0)),
        "trở xuống": ((-math.inf, 0), (low, 0)),
        "ít nhất": ((low, 0), (math.inf, 0)),
        "tối thiểu": ((low, 0), (math.inf, 0)),
        "trở lên": ((low, 0), (math.inf, 0)),
    }.get(shape, ((low, 0), (low, 0)))
    return _Range(low_end, high_end, shape, match["unit"])


def _value(number: str) -> float:
    """``1.000.000`` groups thousands by dots, ``1,5`` has a decimal comma."""
    plain = number.replace(".", "") if re.fullmatch(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?", number) else number
    return float(re.sub(r"[.,].*", "", plain) + "." + "".join(re.split(r"[.,]", plain)[1:]) + "0")


def _of_lengths(item: Item) -> Iterator[Flaw]:
    lengths = [len(choice) for choice in item.choices]
    key = lengths.pop(item.keys[0])
    mean = sum(lengths) / len(lengths) if lengths else math.inf
    shortest, longest = min([key, *lengths]), max([key, *lengths])
    if key > max(lengths, default=key) and key > 1.3 * mean and key > mean + 12:
        yield Flaw("key-longest", N_("Đáp án đúng dài hơn hẳn các phương án khác."))
    elif longest > 1.6 * shortest and longest - shortest > 15:
        params: dict[str, str | int] = {"shortest": shortest, "longest": longest}
        yield Flaw(
            "uneven-lengths", N_("Độ dài các phương án chênh nhiều: từ %(shortest)s đến %(longest)s ký tự."), params
        )


def _of_key(item: Item) -> Iterator[Flaw]:
    others = list(item.choices)
    key = others.pop(item.keys[0])
    if not others:
        return
    if politeness(key) > max(map(politeness, others)):
        yield Flaw(
            "key-politest", N_("Chỉ đáp án đúng dùng nhiều từ chuẩn mực (“hướng dẫn”, “đầy đủ”, “đúng quy định”…).")
        )
    if _details(key) > max(map(_details, others)) + 1:
        yield Flaw("key-most-specific", N_("Đáp án đúng cụ thể hơn mọi phương án khác (con số, liệt kê)."))
    absolute = [choice for choice in others if _STRONG.search(choice.casefold())]
    limited = [choice for choice in others if _ONLY.search(choice.casefold())]
    keyword = _STRONG.search(key.casefold()) or _ONLY.search(key.casefold())
    if not keyword and (absolute or len(limited) > 1):
        yield Flaw("absolute-distractors", N_("Chỉ phương án sai dùng từ tuyệt đối (“chỉ”, “mọi”, “tuyệt đối”…)."))
    stem, mine = _word_pairs(item.stem), _word_pairs(key)
    echoed = [pair for pair in mine if pair in stem]
    if echoed and not any(pair in stem for choice in others for pair in _word_pairs(choice)):
        yield Flaw("key-echoes-stem", N_("Chỉ đáp án đúng lặp lại “%(words)s” của câu hỏi."), {"words": echoed[0]})


_COMMON = re.compile(
    r"[^\w\s]+|\b(?:thủ tục hành chính|thủ tục|hồ sơ|giấy tờ|thông tin|kết quả|quốc gia|cơ quan|nhà nước|người dân"
    r"|công dân|tổ chức|cá nhân|cán bộ|công chức|quy định|pháp luật|yêu cầu|dịch vụ công|dịch vụ|trực tuyến"
    r"|xử lý|thực hiện|giải quyết|thẩm quyền|cơ sở dữ liệu|ủy ban nhân dân|của|và|hoặc|các|những|một|mỗi|được"
    r"|phải|bị|có|không|là|ở|trong|ngoài|trên|tại|cho|với|khi|nếu|vì|do|theo|từ|đến|để|thì|mà|này|đó|nào|gì|về|mình)\b"
)


def _details(choice: str) -> int:
    """Numbers and enumerations only: folded, "điều kiện" and "Việt Nam" look like units."""
    return len(_DETAILS.findall(choice))


def _word_pairs(text: str) -> dict[str, None]:
    """Two syllables each, as most Vietnamese words have, in order; none across punctuation or common words."""
    pieces = _COMMON.split(text.casefold())
    return {f"{one} {two}": None for piece in pieces for one, two in pairwise(piece.split())}
