"""What a reading is looked through for before anybody sees it: situations, what a database cannot hold, likenesses."""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from core.errors import Invalid
from core.i18n import N_
from core.jobs import plain
from core.text import tidy, tidy_lines
from questions import duplicates
from questions.bank import queries as bank
from questions.bank.media import media_type
from questions.bank.models import Bank
from questions.bank.situations import CODE_MAX, TITLE_MAX, TOO_LONG, code_in
from questions.items import SITUATION_MAX, Found, Problem, Reading, Situation

OTHER_CONTENT = N_("Tình huống %(code)s đã có trong ngân hàng với nội dung khác: nhập với mã %(new)s.")


def checked(reading: Reading) -> Reading:
    """The same with tidy situations, and with the faults of those that cannot be stored.

    Raises :class:`Invalid` where there is nothing in it.
    """
    if not reading.found and not reading.problems:
        raise Invalid(
            N_("Không tìm thấy câu hỏi nào trong tệp. Đề nghị xem mẫu trình bày rồi sửa tệp."), code="nothing"
        )
    situations = tuple(_tidied(situation) for situation in reading.situations)
    problems = (*reading.problems, *(problem for one in situations for problem in _faults(one)))
    return msgspec.structs.replace(
        reading,
        situations=situations,
        problems=tuple(_storable(problems)),
        notes=tuple(_storable(reading.notes)),
    )


def placed(home: Bank, reading: Reading) -> Reading:
    """The same with a note for each situation whose code stands for something else in the bank."""
    used = {one.item.situation for one in reading.found}
    codes = {situation.code for situation in reading.situations}
    notes = []
    for situation in reading.situations:
        new = code_in(home, situation, codes) if situation.code in used else situation.code
        if new != situation.code:
            params: dict[str, str | int] = {"code": situation.code, "new": new}
            notes.append(Problem(f"Tình huống {situation.code[:60]}", OTHER_CONTENT, params))
    return msgspec.structs.replace(reading, notes=(*reading.notes, *notes))


def near(home: Bank, found: Sequence[Found]) -> list[list[int | str | bool]]:
    """For each question that is like another, that other: ``ImportFile.duplicates``."""
    new = [duplicates.text_of(place, one.item.stem, one.item.choices) for place, one in enumerate(found)]
    known = [duplicates.text_of(code, stem, choices) for code, stem, choices in bank.stems(home)]
    best: dict[int | str, list[int | str | bool]] = {}
    for pair in duplicates.near_duplicates(new, known):
        best.setdefault(pair.new, [pair.new, pair.other, pair.other_is_new, pair.similarity])
    return list(best.values())


def _tidied(situation: Situation) -> Situation:
    return msgspec.structs.replace(
        situation, code=tidy(situation.code), title=tidy(situation.title), text=tidy_lines(situation.text)
    )


def _faults(situation: Situation) -> Iterator[Problem]:
    at = f"Tình huống {situation.code[:60]}".strip()
    if not situation.code or not situation.text:
        yield Problem(at, N_("Tình huống cần mã và nội dung."))
    if len(situation.code) > CODE_MAX or len(situation.title) > TITLE_MAX:
        yield Problem(at, TOO_LONG)
    if len(situation.text) > SITUATION_MAX:
        yield Problem(at, N_("Nội dung tình huống dài quá %(max)s ký tự."), {"max": SITUATION_MAX})
    for media in situation.media:
        try:
            media_type(media.data)
        except Invalid as error:
            yield Problem(f"{at}, {tidy(media.name)[:60]}", error.message, plain(error.params))


def _storable(problems: Iterable[Problem]) -> Iterator[Problem]:
    # PostgreSQL stores no NUL, and what was wrong with a file may be quoted.
    for one in problems:
        params = {name: tidy(value) if isinstance(value, str) else value for name, value in one.params.items()}
        yield Problem(tidy(one.at), one.reason, params)
