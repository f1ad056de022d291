"""The plain form of the paper: what an old window sends never overwrites a newer copy."""

import html
import re
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from contest.attempts import sweep, window
from contest.attempts.models import Attempt, LateSheet
from contest.rounds.models import Round
from contest.rounds.rules import Prediction
from core.access import SYSTEM
from core.db import read
from tests.wire import ON_SQLITE, problem
from tests.world import World

pytestmark = ON_SQLITE


def _enter(world: World) -> tuple[FlaskClient, str]:
    client = world.client(world.person())
    started = client.post(f"/api/v1/rounds/{world.round()}/attempts", json={}).get_json()
    return client, f"/attempts/{started['attempt']}"


def _form(client: FlaskClient, path: str) -> dict[str, Any]:
    return dict(re.findall(r'name="(epoch|seq)" value="(\d+)"', client.get(path).text))


def test_an_old_window_does_not_overwrite_a_newer_save(world: World) -> None:
    client, path = _enter(world)
    old, new = _form(client, path), _form(client, path)
    saved = client.post(path, data={**new, "slot-1": "0", "slot-2": "1", "action": "save"})
    assert saved.status_code == 200
    assert "Còn 2 câu chưa trả lời" in saved.text
    refused = client.post(path, data={**old, "slot-3": "0", "action": "save"})
    assert refused.status_code == 409
    assert "bản lưu mới hơn" in refused.text
    assert re.search(r'name="seq" value="0"', refused.text)
    blank = client.post(path, data={**old, "action": "submit"})
    assert blank.status_code == 409
    assert _form(client, path) == {"epoch": "1", "seq": "1"}
    again = client.post(path, data={**_form(client, path), "slot-1": "0", "action": "submit"})
    assert again.status_code == 303
    assert again.location.endswith("/receipt")


def _fields(page: str) -> dict[str, Any]:
    """What a page's form would send: its hidden fields, what is ticked, the number that stands in it."""
    hidden = {name: html.unescape(value) for name, value in re.findall(r'name="(epoch|seq|was)" value="([^"]*)"', page)}
    ticked = dict(re.findall(r'name="(slot-\d+)" value="(\d+)" checked', page))
    typed = dict(re.findall(r'name="(prediction)"[^>]*? value="([^"]*)"', page))
    return {**hidden, **ticked, **typed}


def _answers(world: World, path: str) -> dict[str, Any]:
    with world.inside():
        return dict(read().scalars(sa.select(Attempt.answers).where(Attempt.public_id == path.rsplit("/", 1)[1])).one())


def test_a_sheet_that_another_device_kept_from_being_saved_goes_on_here_and_loses_nothing(world: World) -> None:
    client, path = _enter(world)
    begun = {**_fields(client.get(path).text), "slot-2": "0"}
    first = _fields(client.post(path, data={**begun, "action": "save"}).text)
    started = client.post(f"/api/v1/rounds/{_round_of(world)}/attempts", json={}).get_json()
    elsewhere = {"1": [1], "2": [1], "3": [1], "4": None}
    saved = client.put(f"/api/v1{path}/answers", json={"epoch": started["epoch"], "seq": 1, "answers": elsewhere})
    assert saved.status_code == 200
    refused = client.post(path, data={**first, "slot-1": "0", "slot-4": "1", "action": "submit"})
    assert refused.status_code == 409
    assert "Các câu đã chọn vẫn còn ở trang này." in refused.text
    again = _fields(refused.text)
    assert {name: again[name] for name in again if name[:4] == "slot"} == {"slot-1": "0", "slot-2": "0", "slot-4": "1"}
    assert _answers(world, path) == elsewhere, "nothing is overwritten before somebody says so"
    assert "Tiếp tục trên thiết bị này và lưu" in refused.text
    claimed = client.post(path, data={**again, "action": "claim"})
    assert claimed.status_code == 200
    assert _answers(world, path) == {"1": [0], "2": [1], "3": [1], "4": [1]}, "chosen here, else as saved elsewhere"
    told = claimed.text[claimed.text.index("thiết bị khác đã chọn khác") :]
    assert re.findall(r'class="q-chip" href="#q-(\d+)"', told[: told.index("</ul>")]) == ["1"]
    done = client.post(path, data={**_fields(claimed.text), "action": "submit"})
    assert done.status_code == 303


def _round_of(world: World) -> str:
    with world.inside():
        return read().scalars(sa.select(Round.public_id)).one()


def test_an_old_window_can_be_gone_on_with(world: World) -> None:
    client, path = _enter(world)
    old = _fields(client.get(path).text)
    client.post(path, data={**old, "slot-1": "0", "action": "save"})
    refused = client.post(path, data={**old, "slot-3": "0", "action": "save"})
    assert "Tiếp tục ở trang này và lưu" in refused.text
    for was in (_fields(refused.text)["was"], "", "[1]", "{", '{"1": 7, "2": "x"}', '{"1":' + "[" * 5000):
        refused = client.post(path, data={**old, "slot-3": "0", "action": "save"})
        claimed = client.post(path, data={**_fields(refused.text), "was": was, "action": "claim"})
        assert claimed.status_code == 200, was
        assert _answers(world, path)["3"] == [0]


def test_a_prediction_goes_on_with_the_rest(world: World) -> None:
    client, path, form = _predicting(world)
    old = _fields(client.get(path).text)
    client.post(path, data={**form, "prediction": "1.000", "action": "save"})
    refused = client.post(path, data={**old, "prediction": "2.000", "action": "save"}).text
    assert _fields(refused)["prediction"] == "2.000", "as it was typed"
    wrong = client.post(path, data={**_fields(refused), "prediction": "2x", "action": "claim"})
    assert (wrong.status_code, _stored(world, path)[1]) == (422, 1_000)
    assert _form(client, path)["epoch"] == form["epoch"], "nothing was taken over"
    assert "Tiếp tục ở trang này và lưu" in wrong.text
    claimed = client.post(path, data={**_fields(wrong.text), "prediction": "2.000", "action": "claim"})
    assert 'href="#q-prediction"' in claimed.text[: claimed.text.index("paper-desk")]
    assert _stored(world, path) == ("in_progress", 2_000)
    # Untouched here: the other window's stays.
    assert _answers(world, path)["1"] == [0]


@pytest.mark.parametrize("late", [False, True])
def test_a_paper_that_is_over_cannot_be_gone_on_with(world: World, late: bool) -> None:
    client, path = _enter(world)
    old = _fields(client.get(path).text)
    if late:
        world.later(minutes=11)
    else:
        client.post(path, data={**old, "action": "submit"})
    claimed = client.post(path, data={**old, "slot-1": "0", "action": "claim"})
    assert claimed.location.endswith("/receipt")
    assert client.get(path + "/receipt").status_code == 200


def test_a_form_without_its_number_is_an_old_one(world: World) -> None:
    client, path = _enter(world)
    first = _form(client, path)
    assert client.post(path, data={**first, "slot-1": "0", "action": "save"}).status_code == 200
    for seq in ("", "abc", "-1", "99999999999"):
        sent = {"epoch": first["epoch"], "seq": seq, "action": "submit"}
        assert client.post(path, data=sent).status_code == 409, seq


def test_a_repeated_press_gives_the_same_page(world: World) -> None:
    client, path = _enter(world)
    sent = {**_form(client, path), "slot-1": "0", "action": "save"}
    assert client.post(path, data=sent).status_code == 200
    assert client.post(path, data=sent).status_code == 200


def _predicting(world: World) -> tuple[FlaskClient, str, dict[str, Any]]:
    """A browser, its paper with a prediction question, and a full form with the prediction 1.000."""
    client = world.client(world.person())
    round_id = world.round(prediction=Prediction(), criteria=("points", "prediction"))
    started = client.post(f"/api/v1/rounds/{round_id}/attempts", json={}).get_json()
    path = f"/attempts/{started['attempt']}"
    return client, path, {**_form(client, path), "slot-1": "0", "prediction": "1.000"}


def _stored(world: World, path: str) -> tuple[str, int | None]:
    with world.inside():
        row = read().execute(sa.select(Attempt).where(Attempt.public_id == path.rsplit("/", 1)[1])).scalar_one()
        return row.state, row.prediction


REFUSED = "Bài đã nộp được giữ nguyên; lần gửi sau không được ghi nhận."


@pytest.mark.parametrize("action", ["save", "submit", "review"])
def test_a_prediction_sent_by_the_form_after_the_receipt_is_refused_in_words(world: World, action: str) -> None:
    client, path, form = _predicting(world)
    assert client.post(path, data={**form, "action": "submit"}).location.endswith("/receipt")
    receipt = client.get(path + "/receipt").text
    assert REFUSED not in receipt
    assert "<dt>Số dự đoán</dt><dd>1.000</dd>" in receipt
    late = client.post(path, data={**form, "prediction": "2.000", "action": action})
    assert (late.status_code, late.location) == (303, path + "/receipt")
    assert REFUSED in client.get(path + "/receipt").text
    assert REFUSED not in client.get(path + "/receipt").text  # told once
    assert _stored(world, path) == ("submitted", 1_000)


def test_the_same_form_again_is_the_same_receipt_without_a_word(world: World) -> None:
    client, path, form = _predicting(world)
    for _ in range(2):
        assert client.post(path, data={**form, "action": "submit"}).location.endswith("/receipt")
    assert REFUSED not in client.get(path + "/receipt").text


def test_a_prediction_sent_by_a_script_after_the_receipt_is_refused(world: World) -> None:
    client, path, form = _predicting(world)
    client.post(path, data={**form, "action": "submit"})
    address, sheet = f"/api/v1{path}", {slot: [0] if slot == "1" else None for slot in "1234"}
    sent: dict[str, Any] = {"epoch": 1, "answers": sheet}
    for prediction in (2_000, None):
        late = {**sent, "prediction": prediction}
        for answer in (
            client.put(f"{address}/answers", json={**late, "seq": 9}),
            client.post(f"{address}/submission", json=late),
        ):
            problem(answer, 409, "finished", extra={"receipt"})
            assert "Bài đã nộp được giữ nguyên" in answer.json["detail"]
    same = client.post(f"{address}/submission", json={**sent, "prediction": 1_000})
    assert same.status_code == 200
    assert _stored(world, path) == ("submitted", 1_000)


def test_a_prediction_after_the_time_is_evidence_and_no_answer(world: World) -> None:
    client, path, form = _predicting(world)
    saved = client.post(path, data={**form, "action": "save"}).text
    form |= dict(re.findall(r'name="(epoch|seq)" value="(\d+)"', saved))
    world.later(minutes=11)
    for action, said in (("save", "Đã hết thời gian."), ("submit", "giữ bản gửi muộn này")):
        client.post(path, data={**form, "prediction": "2.000", "action": action})
        assert said in client.get(path + "/receipt").text, action
    with world.inside():
        sweep.sweep(now=world.now)
    assert _stored(world, path) == ("expired", 1_000)
    with world.inside():
        assert read().scalar(sa.select(LateSheet.prediction)) == 2_000
    answer = client.put(f"/api/v1{path}/answers", json={"epoch": 1, "seq": 9, "answers": {}, "prediction": 5})
    assert answer.status_code == 422  # no sheet of this paper


def test_the_review_names_the_prediction_and_what_cannot_be_changed_afterwards(world: World) -> None:
    client, path, form = _predicting(world)
    full = {**form, **{f"slot-{slot}": "0" for slot in range(1, 5)}, "prediction": ""}
    page = client.post(path, data={**full, "action": "review"}).text
    assert "Đã lưu. Còn câu hỏi dự đoán chưa trả lời." in page
    assert "Có thể nộp bài" not in page
    assert page.count("Sau khi nộp bài, không sửa được câu trả lời và số dự đoán.") == 3
    again = {**full, **_form(client, path), "prediction": "7", "action": "review"}
    assert "Đã lưu đủ các câu. Có thể nộp bài." in client.post(path, data=again).text


@pytest.mark.parametrize(("extra", "told"), [(10, True), (0, False)])
def test_a_receipt_tells_by_which_time_it_is_ranked(world: World, extra: int, told: bool) -> None:
    """10 minutes for everybody: 4 of one's own 20 are 2 of these."""
    person, round_id = world.person(), world.round()
    with world.inside():
        window.grant_time(
            actor=SYSTEM, now=world.now, round_id=round_id, person_id=person.id, extra_minutes=extra, reason="-"
        )
    attempt = world.sit(person, round_id, right=1, seconds=240)
    page = world.client(person).get(f"/attempts/{attempt.public_id}/receipt").text
    assert "4 phút 00 giây" in page
    assert ("theo tỷ lệ, quy về 10 phút" in page) is ("<dd>2 phút 00 giây</dd>" in page) is told


@pytest.mark.parametrize("early", [False, True])
def test_a_receipt_says_that_the_close_left_less_time(world: World, early: bool) -> None:
    person, round_id = world.person(), world.round()
    attempt = world.start(person, round_id)
    world.later(minutes=1)
    if early:
        with world.inside():
            window.close_now(actor=SYSTEM, now=world.now, round_id=round_id, reason="-")
    world.later(hours=1)
    with world.inside():
        sweep.sweep(now=world.now)
    page = world.client(person).get(f"/attempts/{attempt.public_id}/receipt").text
    assert "Hệ thống đã tự nộp các câu đã lưu." in page
    assert ("nên thời gian làm bài ngắn hơn" in page) is early
