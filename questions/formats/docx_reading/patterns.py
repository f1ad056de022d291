"""How people write the parts of a question: starts, letters, labelled lines, keys, headings."""

import re
from functools import lru_cache

from core.text import fold, tidy
from questions.formats.docx_reading.roles import Field

_POINTS = r"(?:\(\s*[\d.,]+\s*(?:điểm|đ)\s*\)\s*[.:]?\s*)?"
# "Câu 1.", "CÂU 1 (1 điểm):", "Câu hỏi số 2 -", "[Câu 3]", "Câu 4" alone, "Câu hỏi:"
NAMED = re.compile(
    r"\s*[\[(]?(?:câu(?:\s+hỏi)?(?:\s+số)?\s*(\d{1,5})\s*(?:\([^()]{0,40}\)\s*[.:)\]/\-–—]*"
    r"|[.:)\]/\-–—]+|\t|$)|câu\s+hỏi\s*:)\s*" + _POINTS,
    re.IGNORECASE,
)
NUMBERED = re.compile(r"\s*\(?(\d{1,5})(\s?[.)/:]|\s?[-–](?=\s)|\t)(?!\d)\s*" + _POINTS)
_STARS = "*✓✔☑√"
LABEL = re.compile(
    rf"\s*(?P<star>[{_STARS}]+\s*)?(?:[☐□]\s*)?[(\[]?(?P<letter>[A-Za-zĐđ])(?P<star2>\s?[{_STARS}])?"
    rf"(?:\s?[.)\]/:]+|\s?[-–](?=\s)|\t|$)\s*(?P<star3>[{_STARS}](?!\*))?\s*"
)
GAP = re.compile(
    rf"(?<!\s)(?:\s*\t\s*|\s{{2,}})(?=[{_STARS}]?\s?[(\[]?([A-Za-zĐđ])\s?[{_STARS}]?(?:[.)\]/:]|\s[-–]\s))"
)
KEY_GAP = re.compile(r"(?<!\s)(?:\t\s*|\s{2,})(?=(?:đáp án|đáp án đúng|đ/?a|trả lời)\s*:)", re.IGNORECASE)
KEY_TAIL = re.compile(r"(?<!\s)\s*[(\[]\s*(?=(?:đáp án|đ/?a)(?: đúng)?\s*:?\s*[A-J]\s*[)\]]\s*$)", re.IGNORECASE)
# "*" after a choice, "(đúng)", "(Đ)"; "(sai)", "(S)" at the others
RIGHT_TAIL = re.compile(rf"(?<!\s)\s*(?:[{_STARS}]+|[(\[]\s*(?:đúng|đ|đáp án đúng|đáp án)\s*[)\]])\s*$", re.IGNORECASE)
WRONG_TAIL = re.compile(r"(?<!\s)\s*[(\[]\s*(?:sai|s)\s*[)\]]\s*$", re.IGNORECASE)

ARROW = re.compile(r"\s*(?:=+>|⇒|⇨|-+>|→|➔|➜|►)\s*")
_KEY_WORDS = re.compile(
    r"\s*(?:đáp\s+án(?:\s+đúng)?|đ/?a|trả\s+lời|chọn(?:\s+đáp\s+án)?|key)(?:\s+là)?\s*[:.\-–]?\s+"
    r"(?=[A-J](?:\s*$|\s*[.),;]|\s+(?:và|vì|do)\s))",
    re.IGNORECASE,
)
KEY_HEAD = re.compile(
    r"\W*(?:bảng\s+|phần\s+)?(?:đáp\s+án|hướng\s+dẫn\s+(?:trả\s+lời|chấm))(?:\s+(?:và|đề|phần|trắc|tham|câu)\s.{0,60}"
    r"|\s+(?:trắc nghiệm|tham khảo))?\W*",
    re.IGNORECASE,
)
_PAIR = re.compile(
    r"(?P<named>câu\s*)?(?P<number>\d{1,5})\s*[.\-–:)/]*\s*(?P<letters>(?-i:[A-J]{2,6})|[A-J](?:\s*[,+&]\s*[A-J](?!\w))*)"
    r"(?=$|[\s,;|.])",
    re.IGNORECASE,
)
# "Câu 1: A. Vì …" under the head of a list of keys
REASONED = re.compile(
    r"\s*(?:câu\s*)?(\d{1,5})\s*[.:)\-–]+\s*(?:(?:đáp án|chọn)\s*:?\s*)?([A-J])\s*[.:,;)–-]+\s*(?=\S)", re.IGNORECASE
)
SITUATION = re.compile(
    r"\s*tình\s+huống(?:\s+(?:số\s+)?(\d{1,4}|[IVX]{1,6}|[A-Z]))?\s*(?:\([^()]{0,60}\)\s*)?(?:[.:)\-–—]+\s*|$)",
    re.IGNORECASE,
)
SITUATION_END = re.compile(r"\W*hết\s+tình\s+huống", re.IGNORECASE)
HEADING = re.compile(
    r"\s*(?:(?P<topic>chủ\s+đề)|phần|chương|mục|chuyên\s+đề)\s+(?:[IVXLC]+|\d{1,3}|[A-Z])\b\s*[.:\-–—]*\s*",
    re.IGNORECASE,
)
TOPIC = re.compile(r"\s*chủ\s+đề\s*[:\-–]\s*", re.IGNORECASE)
THE_END = re.compile(r"[\W_]*(?:hết|the end)?[\W_]*", re.IGNORECASE)

_FIELDS = {
    Field.KEY: "dap an, dap an dung, dap an la, dap an dung la, da, d a, tra loi, phuong an dung, key, answer, chon, "
    "dap an chinh xac, cau tra loi dung",
    Field.EXPLANATION: "giai thich, giai thich dap an, huong dan, huong dan giai, loi giai, loi giai thich, vi sao, "
    "ly giai",
    Field.CITATION: "can cu, can cu phap ly, co so phap ly, trich dan, van ban, can cu tra loi, vien dan",
    Field.SOURCE: "nguon, nguon tham khao, tai lieu tham khao",
    Field.DIFFICULTY: "muc do, do kho, cap do, muc do nhan thuc, muc do cau hoi",
    Field.TOPIC: "chu de, linh vuc, chuyen de",
    Field.TAGS: "the, tu khoa",
    Field.CODE: "ma, ma cau hoi, ma cau",
    Field.KIND: "loai cau, loai cau hoi, dang cau hoi",
    Field.SHUFFLE: "xao tron phuong an, xao tron, tron phuong an",
    Field.SITUATION: "thuoc tinh huong",
}
FIELD_NAMES = {name: one for one, names in _FIELDS.items() for name in names.split(", ")}
_HEAD_MAX = 32
_VALUE_MAX = 400
_CITATION_MAX = 600


@lru_cache(maxsize=4096)
def named_field(head: str) -> Field | None:
    """The field that a line's or a column's words before the colon name."""
    return FIELD_NAMES.get(fold(head))


def field_of(text: str) -> tuple[Field, int] | None:
    """The field that a line is and where its value begins, or nothing."""
    colon = text.find(":", 0, _HEAD_MAX)
    if colon > 0 and (found := named_field(text[:colon].strip(" \t[("))):
        return found, colon + 1
    if words := ARROW.match(text) or _KEY_WORDS.match(text):
        rest = text[words.end() :]
        inner = field_of(rest) if len(rest) < len(text) else None
        if inner and inner[0] is Field.KEY:
            return Field.KEY, words.end() + inner[1]
        return Field.KEY, words.end()
    return None


def pairs_of(text: str, *, loose: bool) -> list[tuple[int, str]]:
    """``[(1, "B"), (2, "AC")]`` of a line that is nothing but numbers with letters, or nothing.

    A single pair without "Câu" counts only where a list of keys is under way (``loose``).
    """
    if len(text) > 4_000 or not any(digit in text for digit in "0123456789"):
        return []
    rest = _PAIR.sub("", text)
    if rest.strip(" \t,;|.[]()"):
        return []
    found = list(_PAIR.finditer(text))
    if len(found) == 1 and not loose and not found[0]["named"]:
        return []
    return [(int(one["number"]), re.sub(r"[^A-J]", "", one["letters"].upper())) for one in found]


_LETTERS = re.compile(
    r"[\W_]*(?:(?:cả|câu|ý|phương án|đáp án|là)\s+)*(?P<all>[A-Za-zĐđ](?:\s*(?:,|;|và|&|\+|/|\s)\s*[A-Za-zĐđ](?!\w))*)"
    r"(?P<rest>\W*$|\s*[.):/\]–-].*|\s*[,;]?\s+(?:vì|do|bởi|theo)\s.*|\s*\(.*)",
    re.IGNORECASE | re.DOTALL,
)


def letters_of(value: str) -> tuple[list[str], str] | None:
    """The letters that a key line names and the words after them; nothing if it names none."""
    value = tidy(value)[:_VALUE_MAX]
    if re.fullmatch(r"\W*[A-J]{2,10}\W*", value):
        return sorted(set(re.findall(r"\w", value))), ""
    found = _LETTERS.match(value)
    if not found:
        return None
    letters = re.findall(r"(?<!\w)[A-Za-zĐđ](?!\w)", found["all"])
    return list(dict.fromkeys(one.upper() for one in letters)), found["rest"].strip(" \t.):/]–-(")


_LEVELS = {
    1: "1, de, nhan biet, biet, nb, co ban",
    2: "2, vua, trung binh, thong hieu, hieu, tb, th, tb kha",
    3: "3, kho, van dung, van dung cao, vd, vdc, van dung thap, nang cao",
}
LEVEL_NAMES = {name: level for level, names in _LEVELS.items() for name in names.split(", ")}

_ALL = re.compile(
    r"(?:^|\b)(?:(?:tất cả|cả|toàn bộ|không có|các)\s+(?:\w+\s+){0,3}?(?:phương án|đáp án|ý|câu|lựa chọn|nội dung|"
    r"trường hợp|khẳng định|phát biểu|đều|điều)\b.{0,30}(?:trên|đều|đúng|sai|này|nào|kể|nêu)|"
    r"(?:tất cả|cả (?:hai|ba|bốn|năm|\d))\s.{0,25}(?:trên|đúng|sai)|cả (?:hai|ba|bốn) (?:phương án|đáp án|ý|câu))",
    re.IGNORECASE,
)
_EACH = re.compile(
    r"(?:^|\s)(?:cả|câu|ý|đáp án|phương án)\s+\(?[a-e]\)?(?=\W|$)|(?<!\w)[A-E]\)?\s*(?:,|và|hoặc|&|\+)\s*\(?[A-E](?!\w)"
    r"|(?<!\w)[a-e]\)?\s*(?:,|và|hoặc|&|\+)\s*\(?[a-e]\)?\s+(?:đều\s+)?(?:đúng|sai)"
)


def refers(choice: str) -> bool:
    """Whether a choice speaks of the others, so that their order must stay: "Cả A và B"."""
    return bool(_ALL.search(choice) or _EACH.search(choice) or _EACH.search(choice[:1].lower() + choice[1:]))


_LAW = (
    r"(?:Bộ luật|Luật|Nghị định|Nghị quyết|Thông tư|Quyết định|Hiến pháp|Pháp lệnh|Chỉ thị|Công văn|Kế hoạch|Quy chế)"
)
_PLACE = r"(?:điểm|khoản|điều|mục|chương|phụ lục|phần)"
_PLACE_FIRST = re.compile(rf"({_PLACE}\s.+?)[\s,]+(?:của\s+|tại\s+)?({_LAW}\b.+)", re.IGNORECASE)
_PLACE_LAST = re.compile(rf"({_LAW}\b.+?)\s*[,:;(–-]\s*((?:tại\s+)?{_PLACE}\s.+?)\)?\.?", re.IGNORECASE)


def citation_of(text: str) -> tuple[str, str]:
    """(document, article) of a legal basis as people write it; what is unclear is the document."""
    if "|" in text:
        document, _, article = text.partition("|")
        return document.strip(), article.strip()
    plain = tidy(text).strip(" .;")
    if len(plain) > _CITATION_MAX:
        return plain, ""
    if found := _PLACE_FIRST.fullmatch(plain):
        return found[2], found[1]
    if found := _PLACE_LAST.fullmatch(plain):
        return found[1], found[2]
    return plain, ""
