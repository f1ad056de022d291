"""Which choices are right: by a line, by a list, by marks; what disagrees is said, never guessed."""

import re
from collections import Counter

from core.i18n import N_
from core.text import fold
from questions.formats.docx_reading.parts import Choice, Parts
from questions.formats.docx_reading.patterns import letters_of
from questions.formats.docx_reading.roles import Field

Reason = tuple[str, dict[str, str | int]]
_TRUTH = {"d": "dung", "s": "sai", "dung": "dung", "sai": "sai"}
_NUMBERS = re.compile(r"\W*\d{1,2}(?:(?:\s*(?:,|;|và|&)\s*|\s+)\d{1,2})*\W*", re.IGNORECASE)


def keys_of(parts: Parts, listed: list[str], *, written: bool) -> tuple[tuple[int, ...], Reason | None]:
    """Positions of the right choices, or what is wrong with what the file says about them."""
    said: list[set[int]] = []
    for value in [texts[0] for texts in parts.fields.get(Field.KEY, []) if texts[0].strip()] + listed:
        found = (_plainly(value, parts.choices) if written else None) or _named(value, parts.choices)
        if found is None:
            return (), (
                N_("Không hiểu dòng đáp án “%(text)s”. Đề nghị ghi chữ, ví dụ “Đáp án: A”."),
                {"text": value[:60]},
            )
        if isinstance(found, str):
            letters = ", ".join(parts.letters[:30])
            return (), (
                N_("Đáp án ghi %(key)s nhưng câu chỉ có các phương án %(letters)s."),
                {"key": found, "letters": letters},
            )
        said.append(found)
    seen = marked(parts.choices)
    return _agreed(parts, said, seen)


def _agreed(parts: Parts, said: list[set[int]], seen: list[set[int]]) -> tuple[tuple[int, ...], Reason | None]:
    def shown(keys: set[int]) -> str:
        return ", ".join(parts.letters[key] for key in sorted(keys))

    if other := next((one for one in said[1:] if one != said[0]), None):
        return (), (
            N_("Có hai đáp án khác nhau: %(one)s và %(other)s. Đề nghị chỉ giữ đáp án đúng."),
            {"one": shown(said[0]), "other": shown(other)},
        )
    if said and (mark := next((one for one in seen if one != said[0]), None)):
        return (), (
            N_("Đánh dấu %(marked)s nhưng dòng đáp án ghi %(key)s. Đề nghị sửa cho khớp."),
            {"marked": shown(mark), "key": shown(said[0])},
        )
    if other := next((one for one in seen[1:] if one != seen[0]), None):
        return (), (
            N_("Các phương án được đánh dấu theo hai cách khác nhau: %(one)s và %(other)s. Đề nghị ghi dòng đáp án."),
            {"one": shown(seen[0]), "other": shown(other)},
        )
    if not said and not seen:
        return (), (
            N_("Không thấy đáp án. Đề nghị ghi dòng “Đáp án: A” dưới câu hỏi hoặc tô đậm riêng phương án đúng."),
            {},
        )
    return tuple(sorted((said or seen)[0])), None


def truth_of(parts: Parts) -> int | None:
    """0 or 1 (Đúng, Sai) where a question without choices has such a key."""
    values = [fold(texts[0]) for texts in parts.fields.get(Field.KEY, [])]
    truth = _TRUTH.get(values[0]) if len(values) == 1 else None
    return None if truth is None else int(truth == "sai")


def _plainly(value: str, choices: list[Choice]) -> set[int] | None:
    """Positions of "A, C" as this system writes it, whatever the choices say of "A, C"."""
    letters = [one.strip() for one in value.split(",")]
    places = {choice.letter: at for at, choice in enumerate(choices)}
    return {places[letter] for letter in letters} if all(letter in places for letter in letters) else None


def _named(value: str, choices: list[Choice]) -> set[int] | str | None:
    """Positions that a key names; a letter that no choice has; nothing if it is not understood."""
    places = {choice.letter.upper(): at for at, choice in enumerate(choices)}
    if (letter := value.strip(" .").upper()) in places:
        return {places[letter]}
    plain = fold(value)
    texts = [fold(choice.text) for choice in choices]
    if len(plain) > 1 and texts.count(plain) == 1:
        return {texts.index(plain)}
    if plain in _TRUTH and texts.count(_TRUTH[plain]) == 1:
        return {texts.index(_TRUTH[plain])}
    if _NUMBERS.fullmatch(value):
        numbers = re.findall(r"\d+", value)
        lost = next((number for number in numbers if not 0 < int(number) <= len(choices)), None)
        return lost or {int(number) - 1 for number in numbers}
    found = letters_of(value)
    if found is None:
        return None
    letters, words = found
    by_place = "A" not in places
    positions: set[int] = set()
    for letter in letters:
        at = places.get(letter)
        if at is None and by_place and ord(letter) - ord("A") < len(choices):
            at = ord(letter) - ord("A")
        if at is None:
            return letter
        positions.add(at)
    spoken = fold(words)
    if spoken and len(positions) == 1 and texts.count(spoken) == 1:
        # "Đáp án: B. Hà Nội" where Hà Nội stands at A: both are meant to be right, so they disagree.
        positions.add(texts.index(spoken))
    return positions


def marked(choices: list[Choice]) -> list[set[int]]:
    """Each different set of choices that something sets apart from the others."""
    starred = {at for at, choice in enumerate(choices) if choice.starred}
    found = [starred] if len(starred) < len(choices) else []
    for looks in ([choice.look for choice in choices], [choice.letter_look for choice in choices]):
        found += [
            _apart([str(look.bold or "") for look in looks]),
            _apart([str(look.underline or "") for look in looks]),
            _apart([look.colour for look in looks]),
            _apart([look.fill for look in looks]),
        ]
    different: list[set[int]] = []
    for keys in found:
        if keys and keys not in different:
            different.append(keys)
    return different


def _apart(values: list[str]) -> set[int]:
    """Which choices differ from the plain ones; if none is plain, from the most, if all those are alike."""
    base = ""
    if "" not in values and values:
        base, count = Counter(values).most_common(1)[0]
        if 2 * count <= len(values):
            return set()
    apart = {at for at, value in enumerate(values) if value != base}
    return apart if len({values[at] for at in apart}) == 1 else set()
