"""The starter bank's files: complete, sourced, unambiguous."""

import json
import re
from collections import Counter
from typing import Any

import pytest

from core.text import fold, tidy
from questions.service import STARTER

FILES = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(STARTER.glob("*.json"))}
QUESTIONS = [(topic, question) for topic, file in FILES.items() for question in file["questions"]]
every_question = pytest.mark.parametrize("row", QUESTIONS, ids=[question["code"] for _, question in QUESTIONS])
TEXTS = ("stem", "explanation", "document", "article")


def test_there_are_enough_and_every_code_is_once() -> None:
    assert len(QUESTIONS) >= 60
    assert max(Counter(question["code"] for _, question in QUESTIONS).values()) == 1
    assert max(Counter(fold(question["stem"]) for _, question in QUESTIONS).values()) == 1


def test_topics_are_named_as_their_files() -> None:
    names = [file["topic"]["name"] for file in FILES.values()]
    assert [file["topic"]["code"] for file in FILES.values()] == list(FILES)
    assert len(set(names)) == len(names)
    assert all(name == tidy(name) != "" for name in names)


@pytest.mark.parametrize("topic", FILES)
def test_each_topic_has_two_of_each_difficulty(topic: str) -> None:
    levels = Counter(question["difficulty"] for question in FILES[topic]["questions"])
    assert set(levels) == {1, 2, 3}
    assert min(levels.values()) >= 2


@every_question
def test_four_different_choices_and_one_key(row: tuple[str, dict[str, Any]]) -> None:
    topic, question = row
    assert re.fullmatch(re.escape(topic) + r"-\d{2}", question["code"])
    assert len(question["choices"]) == 4
    assert len({fold(choice) for choice in question["choices"]}) == 4
    assert type(question["key"]) is int
    assert question["key"] in range(4)
    assert question["difficulty"] in (1, 2, 3)


@every_question
def test_every_text_is_there_tidy_and_composed(row: tuple[str, dict[str, Any]]) -> None:
    _, question = row
    for text in [*(question[name] for name in TEXTS), *question["choices"]]:
        assert text == tidy(text)
        assert fold(text)


@every_question
def test_every_question_cites_a_document_and_a_place_in_it(row: tuple[str, dict[str, Any]]) -> None:
    _, question = row
    assert re.search(r"\d+/\d{4}|ngày \d+|Luật|Hiến pháp|Nghị quyết", question["document"]), question["document"]
    assert re.search(r"Điều|Mục|Phụ lục|Phần|[Kk]hoản|[Đđ]iểm|Tổ chức thực hiện", question["article"]), question[
        "article"
    ]
    assert question["facts"]
    assert all(re.fullmatch(r"F\d+", fact) for fact in question["facts"])


def test_the_key_is_not_given_away_by_its_place_or_its_length() -> None:
    places = Counter(question["key"] for _, question in QUESTIONS)
    assert min(places.values()) * 2 >= max(places.values()), places
    longest = sum(
        1
        for _, question in QUESTIONS
        if len(question["choices"][question["key"]])
        > max(len(c) for i, c in enumerate(question["choices"]) if i != question["key"])
    )
    assert longest / len(QUESTIONS) < 0.5
