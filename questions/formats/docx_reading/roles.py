"""What a paragraph is for, as named by the paragraph styles of a file that this system wrote."""

from enum import Enum, StrEnum

from questions.items import Kind

# Character styles of what the system writes around a text: a label ("Câu 1. ") and a separator (" | ").
LABEL_STYLE = "TN Nhãn"
SEPARATOR_STYLE = "TN Ngăn"
DECORATIONS = (LABEL_STYLE, SEPARATOR_STYLE)


class Role(Enum):
    """The part that a paragraph plays in a question or a situation; the value is its style's name."""

    QUESTION = "TN Câu hỏi"
    CHOICE = "TN Phương án"
    KEY = "TN Đáp án"
    FIELD = "TN Thông tin"
    SITUATION = "TN Tình huống"
    SITUATION_TEXT = "TN Nội dung tình huống"
    SITUATION_END = "TN Hết tình huống"


class Field(StrEnum):
    """A labelled line of a question; the value is the label that is written."""

    KEY = "Đáp án"
    KIND = "Loại câu"
    SHUFFLE = "Xáo trộn phương án"
    EXPLANATION = "Giải thích"
    CITATION = "Căn cứ"
    DIFFICULTY = "Mức độ"
    TOPIC = "Chủ đề"
    TAGS = "Thẻ"
    SOURCE = "Nguồn"
    CODE = "Mã"
    SITUATION = "Thuộc tình huống"


ROLES = {role.value: role for role in Role}
LEVELS = {1: "Dễ", 2: "Vừa", 3: "Khó"}
LETTERS = "ABCDEFGHIJ"
KIND_NAMES = {Kind.SINGLE: "Một lựa chọn", Kind.MULTIPLE: "Nhiều lựa chọn", Kind.TRUE_FALSE: "Đúng/Sai"}
