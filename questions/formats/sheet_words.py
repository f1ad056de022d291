"""The words of a question sheet: headings, kinds, levels and answers, as people write them. Pure."""

import re
from typing import Final

from core.text import fold
from questions.items import Bundle, Citation, Item, Kind

# What a column holds, and the how-manieth of its kind it is (from 0): ("choice", 2) is choice C.
Key = tuple[str, int]

CHOICE_LETTERS: Final = "ABCDEFGHIJ"
CITATIONS_MAX: Final = 5
HEADINGS: Final = {
    "code": "Mã câu",
    "topic": "Chủ đề",
    "difficulty": "Mức độ",
    "kind": "Loại câu",
    "situation": "Tình huống",
    "situation_title": "Tiêu đề tình huống",
    "situation_text": "Nội dung tình huống",
    "stem": "Câu hỏi",
    "answer": "Đáp án",
    "explanation": "Giải thích",
    "document": "Văn bản căn cứ",
    "article": "Điều khoản",
    "tags": "Thẻ",
    "source": "Nguồn",
    "shuffle": "Xáo trộn phương án",
}
# What one merged cell may say for many rows.
SHARED: Final = frozenset(HEADINGS) - {"code", "stem", "answer", "explanation"}
_VARIANTS: Final = {
    "code": "ma | ma cau hoi | ma so | ma so cau | code | id",
    "topic": "chuyen de | linh vuc | nhom | nhom cau hoi | chuong | bai | topic | category",
    "difficulty": "do kho | cap do | muc do kho | muc do nhan thuc | muc | difficulty | level",
    "kind": "loai | loai cau hoi | dang cau | dang cau hoi | kieu cau | kieu cau hoi | hinh thuc | type",
    "situation": "ma tinh huong | situation",
    "situation_title": "ten tinh huong",
    "situation_text": "loi van tinh huong | tinh huong chung",
    "stem": "noi dung cau hoi | noi dung | de bai | cau dan | question | stem",
    "answer": "dap an dung | phuong an dung | tra loi dung | cau tra loi dung | lua chon dung | tra loi"
    " | dap an chinh xac | ket qua | key | answer | correct answer",
    "explanation": "loi giai thich | giai thich dap an | loi giai | huong dan giai | dien giai | explanation",
    "document": "van ban | can cu | can cu phap ly | co so phap ly | ten van ban | van ban phap luat",
    "article": "dieu | dieu khoan can cu | dieu khoan diem | diem khoan dieu | trich dan",
    "tags": "nhan | tu khoa | tag | tags",
    "source": "nguon tham khao | nguon trich | nguon cau hoi | source",
    "shuffle": "xao tron | tron phuong an | dao phuong an | tron dap an | xao tron dap an | shuffle",
}
_FIELDS: Final = {fold(name): field for field, name in HEADINGS.items()} | {
    variant: field for field, variants in _VARIANTS.items() for variant in variants.split(" | ")
}
_UNREAD: Final = frozenset({"stt", "tt", "so tt", "so thu tu", "no"})
_CHOICE: Final = re.compile(
    r"(?:phuong an|dap an|lua chon|cau tra loi|tra loi|option|choice) ?([a-j]|10|[1-9])|([a-j])"
)
_NUMBERED: Final = re.compile(r"(.+?) ?([1-9])")

KINDS: Final = {
    word: kind
    for kind, words in {
        Kind.SINGLE: "mot lua chon | 1 lua chon | mot dap an | 1 dap an | mot phuong an | 1 phuong an | chon mot"
        " | trac nghiem | mot dap an dung | single | single choice",
        Kind.MULTIPLE: "nhieu lua chon | nhieu dap an | nhieu phuong an | chon nhieu | nhieu dap an dung | multiple"
        " | multiple response",
        Kind.TRUE_FALSE: "dung sai | dung hoac sai | dung hay sai | true false",
    }.items()
    for word in words.split(" | ")
}
DIFFICULTIES: Final = {
    word: level
    for level, words in {
        1: "de | 1 | nhan biet | nb | muc 1 | easy",
        2: "vua | trung binh | tb | 2 | thong hieu | th | muc 2 | medium",
        3: "kho | 3 | van dung | vd | van dung thap | van dung cao | muc 3 | hard",
    }.items()
    for word in words.split(" | ")
}
LEVEL_NAMES: Final = {1: "Dễ", 2: "Vừa", 3: "Khó"}
KIND_NAMES: Final = {Kind.SINGLE: "Một lựa chọn", Kind.MULTIPLE: "Nhiều lựa chọn", Kind.TRUE_FALSE: "Đúng/sai"}
YES_NO: Final = {
    **dict.fromkeys(("co", "yes", "y", "x", "true", "1", "dung"), True),
    **dict.fromkeys(("khong", "no", "n", "false", "0", "sai"), False),
}
TRUE_FALSE_WORDS: Final = {
    **dict.fromkeys(("dung", "d", "a", "true", "t", "1"), 0),
    **dict.fromkeys(("sai", "s", "b", "false", "f", "2"), 1),
}

EXAMPLES: Final = Bundle(
    (
        Item(
            stem="Ứng dụng trí tuệ nhân tạo trên Cổng Dịch vụ công quốc gia có vai trò như thế nào?",
            choices=(
                "Tự thẩm định và phê duyệt kết quả thay cho người có thẩm quyền",
                "Thay công chức xem xét, từ chối những hồ sơ không đủ điều kiện",
                "Chỉ hỗ trợ, không thay thế quyết định của người có thẩm quyền",
                "Quyết định thay cơ quan có thẩm quyền đối với hồ sơ đơn giản",
            ),
            keys=(2,),
            explanation="Trí tuệ nhân tạo trên Cổng chỉ mang tính hỗ trợ; việc xem xét, quyết định vẫn thuộc cơ quan, "
            "người có thẩm quyền.",
            citations=(Citation("Nghị định 118/2025/NĐ-CP", "Điều 35 khoản 2 điểm h"),),
            topic="mot-cua",
            difficulty=1,
            tags=("trí tuệ nhân tạo",),
            code="VD-01",
        ),
        Item(
            stem="Trí tuệ nhân tạo trên Cổng Dịch vụ công quốc gia được thay công chức từ chối hồ sơ.",
            choices=("Đúng", "Sai"),
            keys=(1,),
            kind=Kind.TRUE_FALSE,
            shuffle=False,
            explanation="Trí tuệ nhân tạo trên Cổng chỉ mang tính hỗ trợ.",
            citations=(Citation("Nghị định 118/2025/NĐ-CP", "Điều 35 khoản 2 điểm h"),),
            topic="mot-cua",
            difficulty=2,
            code="VD-02",
        ),
    )
)


def key_of(heading: str) -> Key | None:
    """What a column with this heading holds; ``None`` for a heading that is not known."""
    words = fold(re.sub(r"\([^)]*\)", " ", heading))
    if field := _FIELDS.get(words):
        return field, 0
    if choice := _CHOICE.fullmatch(words):
        mark = choice[1] or choice[2]
        return "choice", int(mark) - 1 if mark.isdigit() else CHOICE_LETTERS.lower().index(mark)
    numbered = _NUMBERED.fullmatch(words)
    if numbered and _FIELDS.get(numbered[1]) in ("document", "article") and int(numbered[2]) <= CITATIONS_MAX:
        return _FIELDS[numbered[1]], int(numbered[2]) - 1
    return None


def is_counter(heading: str) -> bool:
    """Whether a column only counts the rows (STT), so that nobody misses it."""
    return fold(heading) in _UNREAD
