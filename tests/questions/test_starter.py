"""The starter bank: enough, sourced, unambiguous, and nothing gives a key away."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from core.text import fold, tidy
from questions import flaws
from questions.imports.starter import NOT_QUESTIONS, PARTS, STARTER, read
from questions.items import Item, Kind

FILES = {
    part: [file for file in sorted((STARTER / part).glob("*.json")) if file.name not in NOT_QUESTIONS]
    for part, _ in PARTS
}
READ: dict[Path, list[Item]] = {
    file: [one.item for one in read(file).found] for files in FILES.values() for file in files
}
DRAWABLE = [item for file in FILES[""] for item in READ[file]]
EVERYTHING = [item for items in READ.values() for item in items]
TOPICS = {topic["code"]: topic for topic in json.loads((STARTER / "topics.json").read_text("utf-8"))}
POINTS = 0.05
"""How far from chance a guess by length, politeness or detail may come."""


def test_there_are_enough_in_every_topic_and_difficulty() -> None:
    leaves = {file.stem for file in FILES[""]}
    cells = Counter((item.topic, item.difficulty) for item in DRAWABLE)
    assert len(DRAWABLE) >= 300
    assert min(cells[topic, level] for topic in leaves for level in (1, 2, 3)) >= 3
    assert leaves <= set(TOPICS)


def test_every_code_and_every_question_stands_once() -> None:
    assert max(Counter(item.code for item in EVERYTHING).values()) == 1
    assert max(Counter((fold(item.stem), item.situation) for item in EVERYTHING).values()) == 1


def test_kinds_and_situations_are_represented() -> None:
    kinds = Counter(item.kind for item in DRAWABLE)
    assert min(kinds[kind] for kind in Kind) >= 5
    assert sum(1 for item in DRAWABLE if item.situation) >= 30


@pytest.mark.parametrize("file", READ, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_each_question_stands_in_its_file_and_says_what_it_rests_on(file: Path) -> None:
    for item in READ[file]:
        assert item.topic == file.stem, item.code
        assert re.fullmatch(re.escape(file.stem) + r"-[dq]?\d{2}", item.code)
        assert item.difficulty in (1, 2, 3), item.code
        assert item.explanation, item.code
        assert item.citations, item.code
        assert re.search(r"F\d{3}", item.source), item.code
        assert item.kind is Kind.TRUE_FALSE or len(item.choices) >= 4, item.code


def test_topics_are_a_tree_with_tidy_names() -> None:
    for topic in TOPICS.values():
        assert topic["name"] == tidy(topic["name"]) != ""
        assert topic.get("parent") is None or topic["parent"] in TOPICS
    assert len({topic["name"] for topic in TOPICS.values()}) == len(TOPICS)


def test_nobody_gets_further_than_chance_without_knowing() -> None:
    rates = flaws.guess_rates(DRAWABLE)
    for rule in ("longest", "shortest", "politest", "most_specific"):
        assert abs(rates[rule] - rates["chance"]) <= POINTS, (rule, rates)


def test_keys_are_spread_evenly() -> None:
    assert not [flaw.code for flaw in flaws.of_bank(DRAWABLE).flaws]
    places = Counter(item.keys[0] for item in DRAWABLE if item.kind is Kind.SINGLE)
    assert min(places.values()) >= 0.8 * max(places.values())


def test_nothing_asks_for_numbers_of_articles_or_points_at_other_choices() -> None:
    forbidden = {"asks-article", "asks-count", "refers-to-choices", "no-citation", "no-explanation", "negative-stem"}
    found = {item.code: [f.code for f in flaws.of_item(item) if f.code in forbidden] for item in DRAWABLE}
    assert {code: codes for code, codes in found.items() if codes} == {}
