"""The organiser chooses trial and marking, sees the tree of topics with what each kind of round can draw."""

import re

from flask.testing import FlaskClient

from contest.rounds.rules import BlueprintCell
from core.access import SYSTEM
from questions.bank import topics
from questions.items import Item
from questions.marking import MarkingRule
from tests.front.test_organiser_inputs import ROUND
from tests.wire import ON_SQLITE
from tests.world import TOPICS, World

pytestmark = ON_SQLITE
TRIAL = re.compile(r'<input(?=[^>]* checked)[^>]*name="trial"')


def _organiser(world: World) -> FlaskClient:
    return world.client(world.person("VP-UBND", role="organiser"))


def test_trial_and_marking_are_stored_and_shown_again(world: World) -> None:
    client, round_id = _organiser(world), world.round(prepared=False)
    url = f"/organiser/rounds/{round_id}/edit"
    assert TRIAL.search(client.get(url).text)
    sent = ROUND | {"marking": "right-minus-wrong"}
    assert client.post(url, data=sent).status_code == 303
    rules = world.view(round_id).rules
    assert (rules.trial, rules.marking) == (False, MarkingRule.RIGHT_MINUS_WRONG)
    page = client.get(url).text
    assert not TRIAL.search(page)
    assert re.search(r'value="right-minus-wrong" checked', page)
    assert client.post(url, data=sent | {"trial": "y", "marking": "all-or-nothing"}).status_code == 303
    rules = world.view(round_id).rules
    assert (rules.trial, rules.marking) == (True, MarkingRule.ALL_OR_NOTHING)
    refused = client.post(url, data=sent | {"marking": "by-lot", "trial": "y"})
    assert refused.status_code == 422
    assert TRIAL.search(refused.text)


def test_topics_stand_as_a_tree_with_both_counts(world: World) -> None:
    world.ask_only([Item(f"Câu {n}?", ("Một", "Hai"), (0,), topic="mot-cua", difficulty=1) for n in range(3)])
    world.review(leave=1)
    with world.inside():
        topics.save_topic(actor=SYSTEM, now=world.now, code="trong", name="Chủ đề chưa có câu hỏi")
    page = _organiser(world).get(f"/organiser/rounds/{world.round(prepared=False, blueprint=())}/edit").text
    table = page[page.index("<tbody") : page.index("</tbody>")]
    assert 'colspan="5" class="depth-0">Phục vụ người dân, doanh nghiệp</th>' in table
    assert 'class="depth-1">Cơ chế một cửa</th>' in table
    assert 'data-real="2" data-trial="3"' in table
    assert "có 2 câu đã duyệt; thi thử: 3 câu" in table
    assert 'name="cell-phuc-vu-1"' not in table
    assert re.search(r"Chủ đề chưa có câu hỏi</th>\s*<td[^>]*>.*?chưa có câu hỏi", table, re.DOTALL)


def test_a_cell_that_was_stored_for_a_group_can_still_be_changed(world: World) -> None:
    round_id = world.round(prepared=False, blueprint=(BlueprintCell("phuc-vu", 1, 2),))
    page = _organiser(world).get(f"/organiser/rounds/{round_id}/edit").text
    assert re.search(r'name="cell-phuc-vu-1" value="2"[^>]*aria-invalid="true"', page)


def test_a_round_with_prizes_wants_reviewed_questions_and_warns_of_public_keys(world: World) -> None:
    world.ask_only([Item(f"Câu {topic}?", ("Một", "Hai"), (0,), topic=topic, difficulty=1) for topic in TOPICS])
    round_id = world.round(prepared=False, trial=False, attempts=1)
    client = _organiser(world)
    page = client.get(f"/organiser/rounds/{round_id}").text
    assert "vòng thi có giải chỉ dùng câu đã duyệt" in page
    assert "có đáp án công khai" not in page
    world.review()
    page = client.get(f"/organiser/rounds/{round_id}").text
    assert "vòng thi có giải chỉ dùng câu đã duyệt" not in page
    assert "4 câu có đáp án công khai (bộ câu hỏi mẫu)" in page
    assert client.post(f"/organiser/rounds/{round_id}/prepare").status_code == 303
    prepared = client.get(f"/organiser/rounds/{round_id}").text
    assert "có đáp án công khai (bộ câu hỏi mẫu)" in prepared
    assert "Có giải; chỉ dùng câu hỏi đã duyệt" in prepared
    trial = client.get(f"/organiser/rounds/{world.round(attempts=1)}").text
    assert "có đáp án công khai" not in trial
    assert "Thi thử, không có giải" in trial
    assert len(TOPICS) == world.view(round_id).questions
