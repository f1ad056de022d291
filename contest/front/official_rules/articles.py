"""The articles of the official text, in their order."""

from collections.abc import Iterable, Mapping, Sequence

from flask_babel import gettext

from contest.front.official_rules import awarding, entering, ranking, showing, sitting
from contest.front.official_rules.text import Describe, Names, Section, Statement, each
from contest.rounds.prizes import ContestRules
from contest.rounds.queries import RoundView


def official_rules(contest: ContestRules, rounds: Sequence[RoundView], names: Names) -> list[Section]:
    """The articles for a contest with these rounds; rounds that say the same share a point, others are named."""
    if not rounds:
        return []
    return [section for section in _sections(contest, rounds, names) if section.points]


def _sections(contest: ContestRules, rounds: Sequence[RoundView], names: Names) -> Iterable[Section]:
    def by_round(*describes: Describe) -> dict[str, tuple[Statement, ...]]:
        return {describe.__name__: each(rounds, names, describe) for describe in describes}

    yield Section(
        "who",
        gettext("Đối tượng dự thi"),
        {
            **by_round(entering.who, entering.age, entering.progression),
            "excluded": (entering.excluded(),),
            "account": (entering.account(),),
        },
    )
    yield Section(
        "paper",
        gettext("Bảng thi và đề thi") if any(view.rules.groups for view in rounds) else gettext("Đề thi"),
        {**by_round(sitting.groups, sitting.paper, sitting.source), "drawing": (sitting.drawing(),)},
    )
    yield Section(
        "time",
        gettext("Thời gian và lượt thi"),
        {
            **by_round(sitting.window, sitting.last_start, sitting.minutes, sitting.attempts),
            "extra_time": (sitting.extra_time(),),
        },
    )
    yield Section("marking", gettext("Cách chấm điểm"), by_round(sitting.marking, sitting.neutralised))
    yield Section("prediction", gettext("Câu hỏi dự đoán"), by_round(ranking.prediction))
    yield Section("ranking", gettext("Xếp hạng"), by_round(ranking.criteria))
    yield Section(
        "prizes",
        gettext("Giải thưởng"),
        {
            **by_round(awarding.prizes, awarding.agency_prizes, awarding.assurance),
            **_of_contest(contest),
        },
    )
    yield Section(
        "shown",
        gettext("Công khai điểm, đáp án và thứ hạng"),
        {**by_round(showing.score, showing.answers, showing.board, showing.named), "proof": (showing.proof(),)},
    )
    yield Section("privacy", gettext("Bảo vệ dữ liệu cá nhân"), {"privacy": showing.privacy()})


def _of_contest(contest: ContestRules) -> Mapping[str, tuple[Statement, ...]]:
    said = {
        describe.__name__: describe(contest)
        for describe in (
            awarding.standing,
            awarding.overall_prizes,
            awarding.overall_agency_prizes,
            awarding.one_prize,
        )
    }
    return {key: (statement,) for key, statement in said.items() if statement is not None}
