"""Sitting every kind of question: several choices, true and false, situations; by script and by plain form."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from contest.attempts import papers
from contest.people.models import Person
from contest.results import service as results
from contest.rounds.rules import BlueprintCell, Reveal
from core.access import SYSTEM
from core.db import transaction
from questions.items import TRUE_FALSE, Item, Kind, Media, Situation
from questions.marking import MarkingRule
from tests.wire import ON_SQLITE, form_token, problem
from tests.world import World

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4
LONG_TITLE = "Bà Nguyễn Thị Hồng Hạnh đề nghị cấp Giấy chứng nhận quyền sử dụng đất tại Bộ phận Một cửa của xã"
CHOICES = ("Ý một", "Ý hai", "Ý ba", "Ý bốn")
SITUATION = Situation(
    "TH", "Ngày 02/11, bà Hạnh nộp hồ sơ.", LONG_TITLE, (Media("a.png", "image/png", "Bảng", PICTURE),)
)


def _round(world: World, **changes: Any) -> str:
    """Four questions: two of one situation, one with three right choices of four, one of true and false."""

    def item(number: int, kind: Kind, **more: Any) -> Item:
        plain: dict[str, Any] = {"choices": CHOICES, "keys": (0,), "topic": "mot-cua", "difficulty": 1}
        return Item(**(plain | {"stem": f"Câu {number}?", "kind": kind} | more))

    world.ask_only(
        [
            item(1, Kind.SINGLE, situation="TH"),
            item(2, Kind.SINGLE, situation="TH"),
            item(3, Kind.MULTIPLE, keys=(0, 1, 3), difficulty=2),
            item(4, Kind.TRUE_FALSE, choices=TRUE_FALSE, shuffle=False),
        ],
        [SITUATION],
    )
    cells = (BlueprintCell("mot-cua", 1, 3), BlueprintCell("mot-cua", 2, 1))
    return world.round(**{"blueprint": cells, "attempts": 1, "lasts": timedelta(hours=2)} | changes)


def _of(paper: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    return next(slot for slot in paper if slot["kind"] == kind)


def _place(slot: dict[str, Any], *texts: str) -> list[int]:
    return sorted(choice["id"] for choice in slot["choices"] if choice["text"] in texts)


def _form(page: str, **more: Any) -> dict[str, Any]:
    hidden = {name: re.search(rf'name="{name}" value="(\d+)"', page)[1] for name in ("epoch", "seq")}  # type: ignore[index]
    return {"csrf_token": form_token(page), **hidden, **more}


@ON_SQLITE
def test_the_paper_as_json_tells_kinds_and_situations_and_no_keys(world: World) -> None:
    client = world.client(world.person())
    started = client.post(f"/api/v1/rounds/{_round(world)}/attempts", json={}).json
    paper = started["paper"]
    assert sorted(slot["kind"] for slot in paper) == ["multiple", "single", "single", "true-false"]
    told = [slot for slot in paper if "situation" in slot]
    assert int(told[1]["slot"]) == int(told[0]["slot"]) + 1
    assert told[0]["situation"] == told[1]["situation"]
    assert {"title", "text", "media"} == set(told[0]["situation"])
    (media,) = told[0]["situation"]["media"]
    assert (media["type"], media["alt"]) == ("image/png", "Bảng")
    assert client.get(media["url"]).get_data() == PICTURE
    assert [choice["text"] for choice in _of(paper, "true-false")["choices"]] == list(TRUE_FALSE)
    assert all(set(slot) <= {"slot", "kind", "stem", "choices", "situation"} for slot in paper)


def test_several_choices_are_saved_and_marked(world: World) -> None:
    client = world.client(world.person())
    round_id = _round(world, marking=MarkingRule.RIGHT_MINUS_WRONG)
    started = client.post(f"/api/v1/rounds/{round_id}/attempts", json={}).json
    several = _of(started["paper"], "multiple")
    chosen = _place(several, "Ý một", "Ý hai", "Ý ba")
    sheet = dict.fromkeys(started["answers"]) | {several["slot"]: chosen[::-1]}
    url = f"/api/v1/attempts/{started['attempt']}"
    assert client.put(f"{url}/answers", json={"epoch": 1, "seq": 1, "answers": sheet}).status_code == 200
    again = client.post(f"/api/v1/rounds/{round_id}/attempts", json={}).json
    assert again["answers"][several["slot"]] == chosen
    receipt = client.post(f"{url}/submission", json={"epoch": 2, "answers": sheet})
    assert (receipt.json["answered"], receipt.json["score"]) == (1, 1)  # two right, one wrong


@ON_SQLITE
@pytest.mark.parametrize(
    ("rule", "texts", "score"),
    [
        (MarkingRule.RIGHT_MINUS_WRONG, ("Ý một", "Ý hai", "Ý ba"), "1/6"),
        (MarkingRule.RIGHT_MINUS_WRONG, ("Ý ba",), "0/6"),  # never below nothing
        (MarkingRule.ALL_OR_NOTHING, ("Ý một", "Ý hai", "Ý bốn"), "1/4"),
    ],
)
def test_the_account_tells_the_score_as_the_receipt_does(
    world: World, rule: MarkingRule, texts: tuple[str, ...], score: str
) -> None:
    client = world.client(world.person())
    started = client.post(f"/api/v1/rounds/{_round(world, marking=rule)}/attempts", json={}).json
    several = _of(started["paper"], "multiple")
    sheet = dict.fromkeys(started["answers"]) | {several["slot"]: _place(several, *texts)}
    client.post(f"/api/v1/attempts/{started['attempt']}/submission", json={"epoch": 1, "answers": sheet})
    assert f"<dt>Điểm</dt><dd>{score}</dd>" in client.get(f"/attempts/{started['attempt']}/receipt").text
    assert f"<strong>{score}</strong>" in client.get("/account").text


@ON_SQLITE
@pytest.mark.parametrize("kind", ["single", "true-false"])
def test_several_choices_are_refused_where_one_is_asked(world: World, kind: str) -> None:
    client = world.client(world.person())
    started = client.post(f"/api/v1/rounds/{_round(world)}/attempts", json={}).json
    sheet = dict.fromkeys(started["answers"]) | {_of(started["paper"], kind)["slot"]: [0, 1]}
    url = f"/api/v1/attempts/{started['attempt']}"
    problem(client.put(f"{url}/answers", json={"epoch": 1, "seq": 1, "answers": sheet}), 422, "bad-choice")
    problem(client.post(f"{url}/submission", json={"epoch": 1, "answers": sheet}), 422, "bad-choice")


@ON_SQLITE
def test_the_plain_form_carries_several_choices(world: World) -> None:
    client = world.client(world.person())
    started = client.post(f"/api/v1/rounds/{_round(world)}/attempts", json={}).json
    several = _of(started["paper"], "multiple")
    url, name = f"/attempts/{started['attempt']}", f"slot-{several['slot']}"
    chosen = _place(several, "Ý một", "Ý bốn")
    page = client.post(url, data=_form(client.get(url).text, **{name: chosen, "action": "review"}))
    assert page.status_code == 200
    ticked = re.findall(rf'type="checkbox" name="{name}" value="(\d)" checked', page.text)
    assert [int(value) for value in ticked] == chosen
    assert "Còn 3 câu chưa trả lời" in page.text
    # Nothing ticked is no answer; a second value at a radio is refused in words.
    page = client.post(url, data=_form(page.text, action="save"))
    assert "Còn 4 câu chưa trả lời" in page.text
    other = _of(started["paper"], "true-false")["slot"]
    assert client.post(url, data=_form(page.text, **{f"slot-{other}": ["0", "1"]}, action="save")).status_code == 422


@ON_SQLITE
@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        (MarkingRule.ALL_OR_NOTHING, "Chọn đúng hết mới được điểm."),
        (MarkingRule.RIGHT_MINUS_WRONG, "mỗi phương án sai trừ 1 điểm, không dưới 0."),
    ],
)
def test_the_page_shows_each_kind(world: World, rule: MarkingRule, sentence: str) -> None:
    client = world.client(world.person())
    started = client.post(f"/api/v1/rounds/{_round(world, marking=rule)}/attempts", json={}).json
    page = client.get(f"/attempts/{started['attempt']}").text
    assert page.count(sentence) == 1
    assert page.count('type="checkbox" name="slot-') == 4
    assert page.count('type="radio"') == 10
    first = next(int(slot["slot"]) for slot in started["paper"] if "situation" in slot)
    assert page.count(f"Tình huống cho câu {first}–{first + 1}") == 2  # its name, and the way back to it
    assert page.count(LONG_TITLE) == 1
    assert page.index(LONG_TITLE) < page.index(f'id="q-{first}"')
    assert 'alt="Bảng"' in page


@ON_SQLITE
@pytest.mark.parametrize(
    ("choose", "said"),
    [
        (lambda s: _place(s, "Ý một", "Ý ba"), "Có 3 phương án đúng; đã chọn đúng 1, chọn sai 1. Điểm của câu: 0/3."),
        (lambda s: _place(s, "Ý một", "Ý hai"), "đã chọn đúng 2, chọn sai 0. Điểm của câu: 2/3."),
        (lambda s: None, "đã chọn đúng 0, chọn sai 0. Điểm của câu: 0/3."),
    ],
)
def test_the_review_says_what_was_right_in_words(
    world: World, choose: Callable[[dict[str, Any]], list[int] | None], said: str
) -> None:
    client = world.client(world.person())
    rules = {"marking": MarkingRule.RIGHT_MINUS_WRONG, "show_answers": Reveal.PUBLICATION}
    round_id = _round(world, **rules)
    started = client.post(f"/api/v1/rounds/{round_id}/attempts", json={}).json
    several = _of(started["paper"], "multiple")
    sheet = dict.fromkeys(started["answers"]) | {several["slot"]: choose(several)}
    client.post(f"/api/v1/attempts/{started['attempt']}/submission", json={"epoch": 1, "answers": sheet})
    receipt = f"/attempts/{started['attempt']}/receipt"
    assert "phương án đúng;" not in client.get(receipt).text
    world.later(hours=3)
    with world.inside():
        frozen = results.freeze(actor=SYSTEM, now=world.now, round_id=round_id)
        results.publish(actor=SYSTEM, now=world.now, sheet_id=frozen.public_id)
    page = client.get(receipt).text
    assert said in page
    assert page.count("Đáp án đúng, chưa chọn") + page.count("Đã chọn, đúng") == 3
    assert page.count("Đã chọn, chưa đúng") == int("chọn sai 1" in said)
    assert LONG_TITLE in page


def test_a_situation_that_comes_again_is_another_group() -> None:
    def slot(number: int, situation: int | None) -> papers.PaperSlot:
        return papers.PaperSlot(str(number), "single", "Câu?", [], {"id": situation} if situation else None)

    shared = papers.situations([slot(1, None), slot(2, 7), slot(3, 7), slot(4, 8), slot(5, None), slot(6, 8)])
    assert {name: found.slots for name, found in shared.items()} == {
        "2": ["2", "3"],
        "3": ["2", "3"],
        "4": ["4"],
        "6": ["6"],
    }


@ON_SQLITE
def test_media_answer_ranges_and_the_signed_in_alone(world: World) -> None:
    url = f"/media/{world.picture()}"
    client = world.client(world.person())
    whole = client.get(url)
    assert (whole.status_code, whole.content_type, len(whole.data)) == (200, "image/png", 1000)
    assert whole.headers["Accept-Ranges"] == "bytes"
    assert whole.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert whole.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert whole.headers["X-Content-Type-Options"] == "nosniff"
    assert "Content-Disposition" not in whole.headers
    part = client.get(url, headers={"Range": "bytes=0-1"})
    assert (part.status_code, part.data) == (206, whole.data[:2])
    assert part.headers["Content-Range"] == "bytes 0-1/1000"
    assert client.get(url, headers={"Range": "bytes=-8"}).data == whole.data[-8:]
    beyond = client.get(url, headers={"Range": "bytes=1000-"})
    assert beyond.status_code == 416
    assert client.get(url, headers={"If-None-Match": whole.headers["ETag"]}).status_code == 304
    assert client.get(f"/media/{'0' * 64}").status_code == 404
    assert world.client().get(url).status_code == 302


@ON_SQLITE
@pytest.mark.parametrize("change", ["version", "disabled"])
def test_media_are_closed_to_a_session_that_was_ended(world: World, change: str) -> None:
    url, person = f"/media/{world.picture()}", world.person()
    client = world.client(person)
    assert client.get(url).status_code == 200
    values = {"session_version": person.session_version + 1} if change == "version" else {"disabled_at": world.now}
    with world.inside(), transaction() as session:
        session.execute(sa.update(Person).where(Person.id == person.id).values(**values))
    assert client.get(url).status_code == 302
