"""What stands against a set of rules: contradictions, oracles, cells that cannot be filled. Pure.

A score that may be seen before the close is an oracle when the same person meets the same
question again; such combinations are refused here, with the reason (promise 6).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from contest.rounds.lifecycle import WINDOW_MAX
from contest.rounds.prizes import OVERALL_CRITERIA, ContestRules
from contest.rounds.rules import CRITERIA, AgencyPrize, BoardPolicy, Group, PredictionOver, Prize, Reveal, RoundRules
from core.i18n import N_
from core.text import tidy
from questions.drawing import Cell, Shortage, disjoint_papers, shortages
from questions.marking import MarkingRule

POINTS_MAX = 127
"""What boards can pack."""
ATTEMPTS_MAX = 20
PRIZES_MAX = 1000
GROUP_CODE = re.compile(r"[A-Za-z0-9]{1,10}")
ROUNDS_MAX = 52
AGES = range(100)
UNLIMITED_TELLS = N_(
    "Số lượt thi không giới hạn nên có người sẽ gặp lại câu cũ: điểm, đáp án hoặc hạng hiện ra trước khi kết thúc "
    "cho biết câu trả lời đúng. Đề nghị ẩn đến khi kết thúc, hoặc giới hạn số lượt."
)
Cells = dict[tuple[str, int], int]
Problem = tuple[str, dict[str, object]]
Found = tuple[str, str, dict[str, object]]
"""The field of the rules that it is about, the sentence (msgid), what fills its places."""
ONLY_WITH_SAMPLES = N_(
    "Ma trận đề chỉ đủ khi dùng cả câu mẫu chưa thẩm định tại địa phương. Vòng thi có giải không dùng "
    "câu mẫu: đề nghị thẩm định các câu này, hoặc đánh dấu vòng là thi thử."
)
_SOONEST = list(Reveal)


@dataclass(frozen=True, slots=True)
class Check:
    """What stands against opening a round: sentences (msgid, params) and cells without questions.

    ``places``: the field of the rules that a sentence is about, by its msgid.
    """

    problems: list[Problem] = field(default_factory=list)
    shortages: list[Shortage] = field(default_factory=list)
    places: dict[str, str] = field(default_factory=dict)

    def add(self, found: Iterable[Found]) -> None:
        """Take in what was found."""
        for place, message, params in found:
            self.problems.append((message, params))
            self.places[message] = place

    @property
    def ok(self) -> bool:
        """Whether the round can be prepared."""
        return not self.problems and not self.shortages


def check(
    rules: RoundRules,
    *,
    opens_at: datetime,
    closes_at: datetime,
    available: Cells,
    samples: Cells | None = None,
    keys: dict[tuple[str, int], set[int]] | None = None,
    given: int = 0,
) -> Check:
    """Contradictions, oracles and infeasible cells of a round's rules.

    ``available`` maps (topic, difficulty) to what this round may draw, ``samples`` to what it
    could if it were a trial; ``keys`` to the numbers of right choices that questions there have.
    ``given``: the most attempts that anybody was given beyond the rules.
    """
    found = Check(shortages=shortages(available, rules.cells))
    for part in (_window(rules, opens_at, closes_at), _paper(rules), _people(rules), _ranking(rules), _prizes(rules)):
        found.add((place, message, {}) for bad, place, message in part if bad)
    found.add(_shown(rules))
    if not found.shortages:
        found.add(_oracles(rules, available, given))
    elif not rules.trial and not shortages(samples or {}, rules.cells):
        found.add([("trial", ONLY_WITH_SAMPLES, {})])
    found.add(_uneven_marking(rules, keys or {}))
    return found


def contest_problems(rules: ContestRules) -> list[str]:
    """What stands against what holds over all rounds of a contest."""
    every: list[Prize | AgencyPrize] = [*rules.prizes, *rules.agency_prizes]
    names, order = [tidy(prize.name) for prize in every], rules.criteria
    found = (
        (bool(rules.prizes) and not rules.overall, N_("Giải cá nhân chung cuộc cần bật xếp hạng chung cuộc.")),
        (
            order[:1] != ("points",) or bool(set(order) - set(OVERALL_CRITERIA)) or len(set(order)) != len(order),
            N_("Tiêu chí xếp hạng phải bắt đầu bằng điểm, mỗi tiêu chí một lần."),
        ),
        ("lots" in order[:-1], N_("Bốc thăm chỉ có thể là tiêu chí cuối cùng.")),
        (not 1 <= rules.rounds_required <= ROUNDS_MAX, N_("Số vòng thi phải tham gia từ 1 đến 52.")),
        (
            "" in names or len(set(names)) != len(names) or any(not 1 <= p.count <= PRIZES_MAX for p in every),
            N_("Mỗi loại giải có tên riêng và số lượng từ 1 đến 1.000."),
        ),
        (any(prize.each_group for prize in rules.prizes), N_("Giải chung cuộc không chia theo bảng thi.")),
        (
            any(not 0 <= prize.floor <= 100 for prize in rules.agency_prizes),
            N_("Tỷ lệ tham gia tối thiểu để xét giải tập thể từ 0 đến 100 phần trăm."),
        ),
    )
    return [sentence for bad, sentence in found if bad]


def _window(rules: RoundRules, opens_at: datetime, closes_at: datetime) -> Iterable[tuple[bool, str, str]]:
    lasts = closes_at - opens_at
    yield closes_at <= opens_at, "closes_at", N_("Thời điểm kết thúc phải sau thời điểm bắt đầu.")
    yield lasts < timedelta(minutes=rules.minutes), "minutes", N_("Vòng thi ngắn hơn thời gian làm một bài.")
    yield lasts > WINDOW_MAX, "closes_at", N_("Một vòng thi không dài quá 45 ngày.")
    yield (
        rules.board is BoardPolicy.FROZEN and not timedelta(0) < timedelta(minutes=rules.freeze_minutes) <= lasts,
        "freeze_minutes",
        N_("Bảng xếp hạng dừng cập nhật cần số phút trước khi kết thúc, không dài hơn vòng thi."),
    )


def _paper(rules: RoundRules) -> Iterable[tuple[bool, str, str]]:
    papers = rules.papers.values()
    yield not 1 <= rules.minutes <= 180, "minutes", N_("Thời gian làm bài từ 1 đến 180 phút.")
    yield (
        not 0 <= rules.attempts <= ATTEMPTS_MAX,
        "attempts",
        N_("Số lượt thi của mỗi người từ 1 đến 20, hoặc 0 nếu không giới hạn."),
    )
    yield (
        bool(rules.groups and rules.blueprint),
        "groups",
        N_("Đã chia bảng thi thì mỗi bảng có ma trận đề riêng, không có ma trận chung."),
    )
    yield (
        any(cell.count < 1 for cells in papers for cell in cells)
        or any(len({(cell.topic, cell.difficulty) for cell in cells}) != len(cells) for cells in papers),
        "blueprint",
        N_("Mỗi ô của ma trận đề nêu một lần, với ít nhất 1 câu hỏi."),
    )
    yield (
        any(not 1 <= sum(cell.count for cell in cells) <= 100 for cells in papers),
        "blueprint",
        N_("Mỗi đề cần từ 1 đến 100 câu hỏi."),
    )


def _people(rules: RoundRules) -> Iterable[tuple[bool, str, str]]:
    codes = [group.code for group in rules.groups]
    yield (
        any(not (GROUP_CODE.fullmatch(g.code) and g.name.strip()) for g in rules.groups)
        or len(set(codes)) != len(codes),
        "groups",
        N_("Mỗi bảng thi cần tên và ký hiệu gồm 1 đến 10 chữ cái không dấu, chữ số; các ký hiệu không trùng nhau."),
    )
    yield (
        any(group.open for group in rules.groups[:-1]),
        "groups",
        N_("Bảng thi không nêu điều kiện nhận mọi người còn lại nên phải đứng cuối."),
    )
    yield (
        any(_ages_wrong(*ages) for ages in ((rules.age_from, rules.age_to), *map(_ages, rules.groups))),
        "age_from",
        N_("Độ tuổi từ 0 đến 99, tuổi thấp nhất không lớn hơn tuổi cao nhất."),
    )
    admits = rules.qualified
    yield (
        admits is not None and (admits.number < 1 or _named(admits.top, admits.per_agency, admits.points) != 1),
        "admits",
        N_("Điều kiện vào vòng sau: chọn một trong ba cách: số người dẫn đầu, số người mỗi đơn vị, hoặc mức điểm."),
    )


def _ages(group: Group) -> tuple[int, int]:
    return group.age_from, group.age_to


def _ages_wrong(low: int, high: int) -> bool:
    return low not in AGES or high not in AGES or 0 < high < low


def _named(*numbers: int) -> int:
    return sum(1 for number in numbers if number > 0) if min(numbers) >= 0 else 0


def _ranking(rules: RoundRules) -> Iterable[tuple[bool, str, str]]:
    names = rules.criteria
    yield (
        bool(set(names) - set(CRITERIA)) or len(set(names)) != len(names) or names[:1] != ("points",),
        "criteria",
        N_("Tiêu chí xếp hạng phải bắt đầu bằng điểm, mỗi tiêu chí một lần."),
    )
    yield "lots" in names[:-1], "place_lots", N_("Bốc thăm chỉ có thể là tiêu chí cuối cùng.")
    yield (
        ("prediction" in names) != (rules.prediction is not None),
        "predicts",
        N_("Câu hỏi dự đoán và tiêu chí “dự đoán sát nhất” phải đi cùng nhau: chọn cả hai hoặc bỏ cả hai."),
    )
    yield (
        rules.prediction is not None and rules.prediction.over is PredictionOver.GROUP and not rules.groups,
        "prediction_over",
        N_("Chỉ dự đoán trong từng bảng thi được khi vòng thi có chia bảng."),
    )
    yield not 1 <= rules.top <= 100, "top", N_("Bảng xếp hạng công khai nêu từ 1 đến 100 người.")


def _prizes(rules: RoundRules) -> Iterable[tuple[bool, str, str]]:
    every: list[Prize | AgencyPrize] = [*rules.prizes, *rules.agency_prizes]
    names, counts = [prize.name.strip() for prize in every], [prize.count for prize in every]
    yield bool(rules.trial and names), "prizes", N_("Vòng thi thử không có giải.")
    yield (
        "" in names or len(set(names)) != len(names) or any(not 1 <= count <= PRIZES_MAX for count in counts),
        "prizes",
        N_("Mỗi loại giải có tên riêng và số lượng từ 1 đến 1.000."),
    )
    yield (
        any(prize.each_group for prize in rules.prizes) and not rules.groups,
        "prizes",
        N_("Chỉ trao giải theo từng bảng thi được khi vòng thi có chia bảng."),
    )
    yield (
        any(not 0 <= prize.floor <= 100 for prize in rules.agency_prizes),
        "agency_prizes",
        N_("Tỷ lệ tham gia tối thiểu để xét giải tập thể từ 0 đến 100 phần trăm."),
    )


def _shown(rules: RoundRules) -> Iterable[Found]:
    if rules.show_answers is Reveal.RECEIPT and not rules.trial:
        yield "show_answers", N_("Đáp án của vòng thi có giải chỉ được hiện sau khi vòng thi kết thúc."), {}
    if _SOONEST.index(rules.show_explanations) < _SOONEST.index(rules.show_answers) < len(_SOONEST) - 1:
        yield "show_explanations", N_("Giải thích nêu đáp án nên không được hiện sớm hơn đáp án."), {}


def _uneven_marking(rules: RoundRules, keys: dict[tuple[str, int], set[int]]) -> Iterable[Found]:
    if rules.marking is not MarkingRule.RIGHT_MINUS_WRONG:
        return
    if any(len(keys.get((cell.topic, cell.difficulty), ())) > 1 for cell in rules.cells):
        yield (
            "marking",
            N_(
                "Cách chấm “đúng trừ sai” tính điểm theo số phương án đúng, mà các câu trong cùng một ô của ma trận đề "
                "có số phương án đúng khác nhau: điểm tối đa sẽ không bằng nhau. Đề nghị chọn cách chấm “đúng hết mới "
                "được điểm”, hoặc sửa ngân hàng câu hỏi."
            ),
            {},
        )
    worth = max(
        sum(cell.count * max(keys.get((cell.topic, cell.difficulty), {1})) for cell in cells)
        for cells in rules.papers.values()
    )
    if worth > POINTS_MAX:
        yield "blueprint", N_("Điểm tối đa của một bài không quá %(max)s."), {"max": POINTS_MAX}


def tells_early(rules: RoundRules) -> bool:
    """Whether scores, answers or ranks can be seen before the close: who then meets a question again knows more."""
    return Reveal.RECEIPT in (rules.show_score, rules.show_answers) or rules.board is not BoardPolicy.HIDDEN


def papers_each(blueprints: Iterable[Iterable[Cell]], available: Cells) -> int:
    """How many papers anybody can be given, by these blueprints of groups, before a question repeats."""
    return max(1, min(disjoint_papers(available, cells) for cells in blueprints))


def _oracles(rules: RoundRules, available: Cells, given: int) -> Iterable[Found]:
    if not tells_early(rules):
        return
    papers, attempts = papers_each(map(rules.cells_of, rules.papers), available), rules.attempts + given
    if rules.unlimited:
        yield "attempts", UNLIMITED_TELLS, {}
    elif attempts > papers:
        yield (
            "attempts",
            N_(
                "Ngân hàng câu hỏi chỉ đủ cho %(papers)s đề không trùng câu, trong khi mỗi người có "
                "%(attempts)s lượt thi: điểm, đáp án hoặc hạng hiện ra trước khi kết thúc cho biết câu trả lời đúng. "
                "Đề nghị giảm số lượt, thêm câu hỏi, hoặc ẩn đến khi kết thúc."
            ),
            {"papers": papers, "attempts": attempts},
        )
