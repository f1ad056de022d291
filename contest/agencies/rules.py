"""Finding an agency from what somebody typed. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice, product

from core.i18n import N_
from core.text import fold

Rank = tuple[int, int, int, str]


BLOCS = {
    "dang": N_("Cơ quan Đảng"),
    "hdnd": N_("Hội đồng nhân dân"),
    "chinh-quyen-cap-tinh": N_("Chính quyền cấp tỉnh"),
    "cap-huyen": N_("Cấp huyện"),
    "cap-xa": N_("Xã, phường"),
    "mttq-doan-the": N_("Mặt trận Tổ quốc và đoàn thể"),
    "su-nghiep": N_("Đơn vị sự nghiệp công lập"),
    "ngoai-cong-lap": N_("Ngoài công lập"),
    "tu-phap": N_("Tòa án, viện kiểm sát, thi hành án"),
    "trung-uong": N_("Cơ quan Trung ương đóng trên địa bàn"),
    "luc-luong-vu-trang": N_("Lực lượng vũ trang"),
}
"""Blocs (khối) of the tree, in the order in which pages list them."""


@dataclass(frozen=True, slots=True)
class NamedAgency:
    """One name of one agency; ``own`` when it is the agency's present official name."""

    code: str
    name: str
    text: str
    folded: str

    @property
    def own(self) -> bool:
        """Whether this is the agency's own name, not an alias or a former one."""
        return self.text == self.name


@dataclass(frozen=True, slots=True)
class Match:
    """A found agency; ``matched`` is the other name by which it was found, else empty."""

    code: str
    name: str
    matched: str


# As people shorten them in front of a name; every reading is tried.
ABBREVIATIONS = {
    "tt": ("tt", "thi tran", "trung tam"),
    "tx": ("tx", "thi xa"),
    "tp": ("tp", "thanh pho"),
    "gd": ("gd", "giao duc"),
    "vp": ("vp", "van phong"),
    "bv": ("bv", "benh vien"),
    "ubnd": ("ubnd", "uy ban nhan dan"),
}
READINGS_MAX = 6
WORDS_MAX = 12


def readings(query: str) -> list[list[str]]:
    """What a query may mean: its folded words, then with the usual abbreviations written out."""
    wanted = fold(query).split()[:WORDS_MAX]
    if not wanted:
        return []
    choices = (ABBREVIATIONS.get(word, (word,)) for word in wanted)
    return [" ".join(words).split() for words in islice(product(*choices), READINGS_MAX)]


def best_matches(names: Iterable[NamedAgency], query: str, limit: int = 8) -> list[Match]:
    """Each agency once, by its best name: exact, then prefix, then all words, shorter first."""
    meanings = readings(query)
    best: dict[str, tuple[Rank, NamedAgency]] = {}
    for named in names:
        ranks = [rank for wanted in meanings if (rank := _rank(named, wanted)) is not None]
        if ranks and (named.code not in best or min(ranks) < best[named.code][0]):
            best[named.code] = (min(ranks), named)
    ordered = sorted(best.values(), key=lambda pair: (pair[0], pair[1].code))
    return [Match(code=n.code, name=n.name, matched="" if n.own else n.text) for _, n in ordered[:limit]]


def _rank(named: NamedAgency, wanted: list[str]) -> Rank | None:
    query = " ".join(wanted)
    have = named.folded.split()
    if named.folded == query:
        grade = 0
    elif named.folded.startswith(query):
        grade = 1
    elif all(any(word.startswith(want) for word in have) for want in wanted):
        grade = 2
    else:
        return None
    return grade, 0 if named.own else 1, len(have), named.folded
