"""The exam path over HTTP: the contract of DESIGN §6."""

import io
from datetime import datetime, timedelta

from contest.attempts.rules import GRACE
from contest.attempts.sweep import sweep
from contest.rounds.rules import Reveal
from tests.wire import ON_SQLITE, PRIVATE, problem
from tests.world import World

pytestmark = ON_SQLITE  # the rules themselves are tested on both databases in test_service.py
ATTEMPT_KEYS = {"attempt", "number", "epoch", "seq", "server_time", "deadline", "paper", "prediction", "answers"}
RECEIPT_KEYS = {"code", "submitted_at", "elapsed_ms", "answered", "score"}


class Sitting:
    """A person in front of their paper."""

    def __init__(self, world: World, **changes) -> None:
        self.world = world
        self.person = world.person()
        self.round_id = world.round(**changes)
        self.client = world.client(self.person)
        self.started = self.start()
        assert self.started.status_code == 201, self.started.text
        self.url = f"/api/v1/attempts/{self.started.json['attempt']}"

    def start(self, body=None, **more):
        return self.client.post(f"/api/v1/rounds/{self.round_id}/attempts", json=body or {}, **more)

    def sheet(self, choice=0):
        """The same choice everywhere; the last one where there are fewer."""
        return {slot["slot"]: [min(choice, len(slot["choices"]) - 1)] for slot in self.started.json["paper"]}

    def save(self, seq, answers, epoch=1, client=None, **more):
        body = {"epoch": epoch, "seq": seq, "answers": answers} | more
        return (client or self.client).put(f"{self.url}/answers", json=body)

    def submit(self, answers, epoch=1, client=None, **more):
        return (client or self.client).post(f"{self.url}/submission", json={"epoch": epoch, "answers": answers} | more)


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    assert moment.tzinfo is not None
    return moment


def test_start_answers_with_the_paper_and_nothing_else(world: World) -> None:
    sitting = Sitting(world)
    answer, body = sitting.started, sitting.started.json
    assert answer.content_type == "application/json"
    assert answer.headers["Cache-Control"] == PRIVATE
    assert set(body) == ATTEMPT_KEYS
    assert (body["number"], body["epoch"], body["seq"], body["prediction"]) == (1, 1, 0, False)
    assert _moment(body["server_time"]) == world.now
    assert _moment(body["deadline"]) == world.now + timedelta(minutes=10)
    assert body["answers"] == {"1": None, "2": None, "3": None, "4": None}
    assert [slot["slot"] for slot in body["paper"]] == ["1", "2", "3", "4"]
    for slot in body["paper"]:
        assert set(slot) - {"situation"} == {"slot", "kind", "stem", "choices"}
        assert [choice["id"] for choice in slot["choices"]] == list(range(len(slot["choices"])))
        assert all(set(choice) == {"id", "text"} for choice in slot["choices"])


def test_starting_again_resumes_with_the_saved_map(world: World) -> None:
    sitting = Sitting(world)
    sitting.save(3, sitting.sheet(1))
    again = sitting.start()
    assert again.status_code == 200
    assert set(again.json) == ATTEMPT_KEYS
    assert (again.json["epoch"], again.json["seq"]) == (2, 0)
    assert again.json["answers"] == sitting.sheet(1)
    for key in ("attempt", "number", "deadline", "paper"):
        assert again.json[key] == sitting.started.json[key]


def test_start_needs_no_body(world: World) -> None:
    sitting = Sitting(world)
    assert sitting.client.post(f"/api/v1/rounds/{sitting.round_id}/attempts").status_code == 200


def test_who_may_not_start_is_told_why(world: World) -> None:
    person = world.person("SO-NV")
    client = world.client(person)

    def start(round_id: str, body=None):
        return client.post(f"/api/v1/rounds/{round_id}/attempts", json=body or {})

    problem(start(world.round(prepared=False)), 404)
    problem(start(world.round(opens=timedelta(hours=1))), 409, "not-open")
    problem(start(world.round(agencies=("SO-TP",))), 403, "not-eligible")
    once = world.round(attempts=1)
    problem(start(once, {"number": 2}), 422, "bad-number")
    world.sit(person, once, right=1)
    problem(start(once), 409, "limit-reached")
    problem(start(once, {"number": 2}), 409, "limit-reached")
    finished = problem(start(once, {"number": 1}), 409, "finished", extra={"receipt"})
    assert set(finished["receipt"]) == RECEIPT_KEYS
    world.later(days=8)
    problem(start(once), 410, "closed")
    anonymous = world.client()
    token = anonymous.get("/api/v1/session").json["csrf_token"]
    refused = anonymous.post(f"/api/v1/rounds/{once}/attempts", json={}, headers={"X-CSRFToken": token})
    problem(refused, 401, "sign-in-required")


def test_an_overdue_attempt_is_finishing(world: World) -> None:
    sitting = Sitting(world)
    world.later(minutes=11)
    problem(sitting.start(), 409, "finishing")


def test_a_number_in_a_chunked_body_is_read(world: World) -> None:
    sitting = Sitting(world)
    sitting.submit(sitting.sheet())
    answer = sitting.client.post(
        f"/api/v1/rounds/{sitting.round_id}/attempts",
        input_stream=io.BytesIO(b'{"number": 1}'),
        content_type="application/json",
        headers={"Transfer-Encoding": "chunked"},
        environ_overrides={"wsgi.input_terminated": True},
    )
    problem(answer, 409, "finished", extra={"receipt"})


def test_a_save_says_what_is_stored(world: World) -> None:
    sitting = Sitting(world)
    world.later(seconds=30)
    answer = sitting.save(1, sitting.sheet())
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == PRIVATE
    assert set(answer.json) == {"seq", "server_time", "remaining_ms", "next_save_ms"}
    assert (answer.json["seq"], answer.json["remaining_ms"]) == (1, 570_000)
    assert _moment(answer.json["server_time"]) == world.now
    assert 2_000 <= answer.json["next_save_ms"] <= 30_000


def test_saves_repeat_and_conflict(world: World) -> None:
    sitting = Sitting(world)
    assert sitting.save(2, sitting.sheet(1)).status_code == 200
    assert sitting.save(2, sitting.sheet(1)).status_code == 200
    for seq, answers in ((2, sitting.sheet(0)), (1, sitting.sheet(1))):
        stale = problem(sitting.save(seq, answers), 409, "stale-seq", extra={"seq"})
        assert stale["seq"] == 2
    assert sitting.save(2**31 - 1, sitting.sheet(0)).status_code == 200


def test_the_older_device_is_told(world: World) -> None:
    sitting = Sitting(world)
    newer = world.client(sitting.person)
    taken = newer.post(f"/api/v1/rounds/{sitting.round_id}/attempts", json={})
    assert taken.json["epoch"] == 2
    for answer in (sitting.save(1, sitting.sheet()), sitting.submit(sitting.sheet())):
        told = problem(answer, 409, "taken-over", extra={"epoch", "seq"})
        assert told["epoch"] == 2
    assert sitting.save(1, sitting.sheet(), epoch=2, client=newer).status_code == 200
    assert sitting.start().json["epoch"] == 3


def test_a_submission_gives_one_receipt(world: World) -> None:
    sitting = Sitting(world)
    world.later(seconds=90)
    answers = sitting.sheet() | {"2": None, "3": []}
    first = sitting.submit(answers)
    assert first.status_code == 200
    assert first.headers["Cache-Control"] == PRIVATE
    assert set(first.json) == RECEIPT_KEYS
    assert (first.json["elapsed_ms"], first.json["answered"]) == (90_000, 2)
    assert _moment(first.json["submitted_at"]) == world.now
    world.later(days=1)
    assert sitting.submit(answers | {"3": None}, epoch=7).json == first.json
    for answer in (sitting.submit(sitting.sheet(1)), sitting.save(9, answers)):
        refused = problem(answer, 409, "finished", extra={"receipt"})
        assert refused["receipt"] == first.json


def test_the_score_stands_in_the_receipt_only_when_it_may(world: World) -> None:
    for reveal, while_open, after_close in ((Reveal.RECEIPT, True, True), (Reveal.CLOSE, False, True)):
        sitting = Sitting(world, show_score=reveal, lasts=timedelta(hours=1))
        assert ("score" in sitting.submit(sitting.sheet()).json) is while_open
        world.later(hours=2)
        assert ("score" in sitting.submit(sitting.sheet()).json) is after_close
    for reveal in (Reveal.PUBLICATION, Reveal.NEVER):
        sitting = Sitting(world, show_score=reveal, lasts=timedelta(hours=1))
        sitting.submit(sitting.sheet())
        world.later(hours=2)
        assert set(sitting.submit(sitting.sheet()).json) == RECEIPT_KEYS - {"score"}


def test_what_comes_too_late_is_kept_as_evidence_once(world: World) -> None:
    sitting = Sitting(world)
    world.later(minutes=10)
    world.now += GRACE
    assert sitting.save(1, sitting.sheet()).json["remaining_ms"] == 0
    world.later(milliseconds=1)
    problem(sitting.save(2, sitting.sheet()), 410, "late")
    late = problem(sitting.submit(sitting.sheet(1)), 410, "late", extra={"evidence"})
    world.later(minutes=2)
    with world.inside():
        assert sweep(now=world.now) == 1
    again = problem(sitting.submit(sitting.sheet(2)), 410, "late", extra={"evidence"})
    assert late["evidence"] == again["evidence"]
    problem(sitting.save(2, sitting.sheet()), 409, "finished", extra={"receipt"})
    assert sitting.submit(sitting.sheet()).json["answered"] == 4


def test_nobody_elses_attempt_is_known(world: World) -> None:
    sitting = Sitting(world)
    other = world.client(world.person())
    problem(sitting.save(1, sitting.sheet(), client=other), 404)
    problem(sitting.submit(sitting.sheet(), client=other), 404)
    assert sitting.start().json["answers"] == dict.fromkeys(sitting.sheet())


def test_rounds_and_their_clock(world: World) -> None:
    open_id, planned, draft = world.round(), world.round(opens=timedelta(days=1)), world.round(prepared=False)
    client = world.client()
    listed = client.get("/api/v1/rounds")
    assert listed.content_type == "application/json"
    assert set(listed.json) == {"rounds"}
    assert [(r["id"], r["state"]) for r in listed.json["rounds"]] == [(open_id, "open"), (planned, "scheduled")]
    assert all(set(r) == {"id", "title", "state", "opens_at", "closes_at"} for r in listed.json["rounds"])
    detail = client.get(f"/api/v1/rounds/{open_id}").json
    assert detail.items() >= listed.json["rounds"][0].items()
    assert (detail["questions"], detail["minutes"], detail["attempts"]) == (4, 10, 2)
    clock = client.get(f"/api/v1/rounds/{open_id}/clock").json
    assert set(clock) == {"server_time", "state", "closes_at", "moves"}
    assert _moment(clock["server_time"]) == world.now
    assert _moment(clock["closes_at"]) == world.now + timedelta(days=7)
    for url in (draft, f"{draft}/clock", f"{draft}/board"):
        problem(client.get(f"/api/v1/rounds/{url}"), 404)
    world.later(days=7)
    assert client.get(f"/api/v1/rounds/{open_id}").json["state"] == "closed"


def test_the_form_without_javascript_saves_and_submits(world: World) -> None:
    sitting = Sitting(world)
    page = sitting.url.replace("/api/v1", "")
    sent = {"epoch": "1", "seq": "0", "slot-1": "1", "slot-3": "0"}
    saved = sitting.client.post(page, data=sent)
    assert saved.status_code == 200
    assert "Còn 2 câu chưa trả lời" in saved.text
    assert sitting.client.post(page, data=sent | {"epoch": "2", "seq": "1"}).status_code == 409
    for bad in ({"slot-1": "99"}, {"slot-1": "-1"}, {"slot-1": "x" * 1000}, {"slot-1": "٢"}):
        assert sitting.client.post(page, data=sent | {"seq": "1"} | bad).status_code == 422
    assert sitting.start().json["answers"] == {"1": [1], "2": None, "3": [0], "4": None}
    handed_in = sitting.client.post(page, data=sent | {"epoch": "2", "action": "submit"})
    assert (handed_in.status_code, handed_in.location) == (303, f"{page}/receipt")
    assert "Đã nộp bài" in sitting.client.get(handed_in.location).text
    assert sitting.client.get(page).location == f"{page}/receipt"
