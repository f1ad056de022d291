"""A draft's page: what is left to do, where it is done, and papers fitted to the bank in one press."""

import re
from datetime import timedelta

from contest.rounds.preparing import preparing
from contest.rounds.rules import BlueprintCell, BoardPolicy, Prize, Reveal
from core import audit
from questions.bank import queries as bank
from tests.wire import ON_SQLITE
from tests.world import TOPICS, World

pytestmark = ON_SQLITE
WIDE = tuple(BlueprintCell(topic, level, 2) for topic in TOPICS for level in (1, 2, 3))


def _committee(world: World):
    return world.client(world.person("VP-UBND", role="organiser"))


def test_what_is_open_stands_by_the_place_where_it_is_done(world: World) -> None:
    client = _committee(world)
    round_id = world.round(
        prepared=False,
        lasts=timedelta(minutes=5),
        trial=False,
        blueprint=WIDE,
        prizes=(Prize("Giải Nhất", 1), Prize("Giải Nhất", 1)),
    )
    page = client.get(f"/organiser/rounds/{round_id}").text
    assert "Còn 3 việc cần làm trước khi chốt đề" in page
    titles = re.findall(r'<h3 id="todo-\w+">(.*?)</h3>', page)
    assert titles == ["Thời gian", "Thể lệ cần chọn lại", "Ngân hàng thiếu 24 câu ở 4 chủ đề"]
    for link in ("edit#minutes", "edit#prizes", "edit#trial", "/organiser/review?queue=samples"):
        assert link in page, link
    for topic in TOPICS:
        assert f"/organiser/questions?topic={topic}" in page
    assert "Điều chỉnh ma trận đề" not in page  # nothing is approved: there is nothing to fit to


def test_papers_that_overlap_are_fitted_too(world: World) -> None:
    with world.inside():
        have = bank.available(as_of=world.now.date())
    most = BlueprintCell("mot-cua", 1, have["mot-cua", 1] // 2 + 1)
    round_id = world.round(prepared=False, attempts=2, blueprint=(most,))
    page = _committee(world).get(f"/organiser/rounds/{round_id}").text
    assert "chỉ đủ cho 1 đề không trùng câu" in page
    assert "Điều chỉnh ma trận đề theo ngân hàng hiện có" in page
    with world.inside():
        assert preparing(world.view(round_id)).fit.rules.questions == most.count
    all_ = tuple(BlueprintCell(*cell, min(5, number)) for cell, number in list(have.items())[:12])
    page = _committee(world).get(f"/organiser/rounds/{world.round(prepared=False, attempts=20, blueprint=all_)}").text
    assert "đề không trùng câu" in page
    assert "Điều chỉnh ma trận đề" not in page  # no other papers would do


def test_papers_are_fitted_to_the_bank_in_one_press(world: World) -> None:
    client = _committee(world)
    rules = {"blueprint": (BlueprintCell("mot-cua", 1, 60), BlueprintCell("kiem-soat", 1, 1)), "attempts": 1}
    round_id = world.round(prepared=False, show_score=Reveal.CLOSE, board=BoardPolicy.HIDDEN, **rules)
    before = world.view(round_id)
    address = f"/organiser/rounds/{round_id}"
    page = client.get(address).text
    assert "Điều chỉnh ma trận đề theo ngân hàng hiện có" in page
    mark = re.search(r'name="mark" value="(\w{16})"', page)
    assert mark is not None
    stale = client.post(f"{address}/fit", data={"mark": "x" * 16}, follow_redirects=True).text
    assert "ma trận đề giữ nguyên" in stale
    assert world.view(round_id) == before
    done = client.post(f"{address}/fit", data={"mark": mark[1]}, follow_redirects=True).text
    assert "Đã điều chỉnh ma trận đề" in done
    assert "Đã đủ điều kiện chốt đề" in done
    after = world.view(round_id)
    assert after.questions == 61
    assert len(after.rules.blueprint) > 2
    assert (after.title, after.opens_at, after.closes_at) == (before.title, before.opens_at, before.closes_at)
    with world.inside():
        assert audit.entries(subject=f"round:{round_id}")[0].action == "round.changed"
    again = client.post(f"{address}/fit", data={"mark": mark[1]}, follow_redirects=True).text
    assert "ma trận đề giữ nguyên" in again
