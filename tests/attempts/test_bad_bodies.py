"""What clients send that is no answer: refused with a sentence, never stored, never a 5xx."""

import json

import pytest

from tests.attempts.test_api import Sitting
from tests.wire import ON_SQLITE, problem
from tests.world import World

GOOD = {"1": [0], "2": [0], "3": [0], "4": [0]}
JSON = "application/json"


def _body(**changes) -> bytes:
    return json.dumps({"epoch": 1, "seq": 1, "answers": GOOD} | changes).encode()


def _raw(**changes: str) -> bytes:
    parts = {"epoch": "1", "seq": "1", "answers": json.dumps(GOOD)} | changes
    return ("{" + ",".join(f'"{name}":{value}' for name, value in parts.items()) + "}").encode()


NOT_JSON = [
    b"",
    b"abc",
    b"{",
    b"null",
    b"[]",
    b'"text"',
    b"1",
    b"\x00",
    b'{"epoch":1,"seq":1,"answers":{}}\x00',
    b'\xef\xbb\xbf{"epoch":1}',
    b'{"epoch":1,"answers":{"\xff":[0]}}',
    _body().decode().encode("utf-16"),
    _body() + b"x",
    b"[" * 60_000,
    b'{"answers":' * 5_000,
    _raw(answers="[" * 30_000 + "]" * 30_000),
    _raw(answers='{"1":' * 5_000 + "1" + "}" * 5_000),
    _raw(answers='{"1":' + "[" * 30_000 + "]" * 30_000 + "}"),
    _raw(answers='{"\\ud800":[0],"2":[0],"3":[0],"4":[0]}'),
    _raw(answers='{"\\udc00\\ud800":[0]}'),
]
NUMBERS = ["0", "-1", "2147483648", "9223372036854775807", "9223372036854775808", "1" + "0" * 5_000, "1.0", "1.5"]
NUMBERS += ["1e0", "1e400", "-0", "NaN", "Infinity", "true", "null", '"1"', "[1]", "{}", "01", "0x1"]
BAD_NUMBERS = [_raw(epoch=number) for number in NUMBERS]
BAD_SEQS = [_raw(seq=number) for number in NUMBERS]
SLOTS = ["01", " 1", "1 ", "+1", "１", "", "0", "5", "-1", "1.0", "null", "1\0", "\0", "x" * 60_000, "1\n"]
BAD_SLOTS = [_body(answers=GOOD | {slot: [0]}) for slot in SLOTS]
BAD_SLOTS += [_body(answers={slot: [0]} | {k: v for k, v in GOOD.items() if k != "1"}) for slot in SLOTS]
BAD_SLOTS += [_body(answers=answers) for answers in ({}, {"1": [0]}, [], None, "1", [GOOD], 4)]
CHOICES = [[99], [100], [4], [-1], [2**31], [2**63], [0, 0], [0, 1], ["0"], [True], [None], [0.0], [0.5], [[0]], [{}]]
CHOICES += [0, "0", True, {}, {"0": 0}, list(range(100)), "x" * 60_000, ["x" * 60_000], [0] * 20_000]
BAD_CHOICES = [_body(answers=GOOD | {"1": chosen}) for chosen in CHOICES]
MORE = ["is_admin", "score", "deadline", "submitted_at", "elapsed_ms", "server_time", "now", "saved_at", "minutes"]
MORE += ["person_id", "state", "points", "code", "prediction", "remaining_ms", "Epoch", "__proto__", ""]
UNKNOWN = [_body(**{name: value}) for name in MORE for value in (1, "2099-01-01T00:00:00Z")]
CORPUS = NOT_JSON + BAD_NUMBERS + BAD_SEQS + BAD_SLOTS + BAD_CHOICES + UNKNOWN


def _without_seq(body: bytes) -> bytes:
    return body.replace(b'"seq": 1, ', b"").replace(b'"seq":1,', b"")


def _untouched(sitting: Sitting) -> None:
    again = sitting.start().json
    assert again["answers"] == dict.fromkeys(GOOD)
    assert again["deadline"] == sitting.started.json["deadline"]


@pytest.mark.parametrize("path", ["answers", "submission"])
def test_bad_bodies_are_422_and_change_nothing(world: World, path: str) -> None:
    sitting = Sitting(world)
    saving = path == "answers"
    corpus = CORPUS if saving else [_without_seq(body) for body in CORPUS if body not in BAD_SEQS]
    found = {}
    for body in corpus:
        answer = sitting.client.open(
            f"{sitting.url}/{path}", method="PUT" if saving else "POST", data=body, content_type=JSON
        )
        if answer.status_code != 422:
            found[body[:120]] = (answer.status_code, answer.json.get("code"))
        else:
            problem(answer, 422)
    assert found == {}
    _untouched(sitting)


@ON_SQLITE
@pytest.mark.parametrize("path", ["answers", "submission"])
def test_the_good_body_of_this_corpus_is_good(world: World, path: str) -> None:
    sitting = Sitting(world)
    body = _body() if path == "answers" else _without_seq(_body())
    method = "PUT" if path == "answers" else "POST"
    answer = sitting.client.open(
        f"{sitting.url}/{path}", method=method, data=body, content_type=JSON + "; charset=utf-8"
    )
    assert answer.status_code == 200, answer.text


@ON_SQLITE
def test_another_content_type_is_422(world: World) -> None:
    sitting = Sitting(world)
    for kind in ("text/plain", "text/json", "application/x-www-form-urlencoded", "application/jsonp", "", None):
        for path, method in (("answers", "PUT"), ("submission", "POST")):
            answer = sitting.client.open(f"{sitting.url}/{path}", method=method, data=_body(), content_type=kind)
            problem(answer, 422, "not-json")
    answer = sitting.client.post(f"/api/v1/rounds/{sitting.round_id}/attempts", data=b"x", content_type="text/plain")
    problem(answer, 422, "not-json")
    _untouched(sitting)


@ON_SQLITE
def test_too_much_is_413(world: World) -> None:
    sitting = Sitting(world)
    huge = [
        _body() + b" " * 1_000_000,
        _body(answers=GOOD | {"1": [0] * 500_000}),
        _body(answers=GOOD | {"1": "x" * 100_000}),
        _body(answers={str(slot): [0] for slot in range(100_000)}),
        b"[" * 1_000_000,
    ]
    for body in huge:
        for path, method in (("answers", "PUT"), ("submission", "POST")):
            problem(sitting.client.open(f"{sitting.url}/{path}", method=method, data=body, content_type=JSON), 413)
        problem(sitting.client.post("/api/v1/session", data=body, content_type=JSON), 413)
        start = sitting.client.post(f"/api/v1/rounds/{sitting.round_id}/attempts", data=body, content_type=JSON)
        problem(start, 413)
    for kind in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        form = sitting.client.post(sitting.url.replace("/api/v1", ""), data=b"a=" + b"x" * 1_000_000, content_type=kind)
        assert form.status_code == 413
    _untouched(sitting)


def test_a_repeated_name_counts_once(world: World) -> None:
    """Parsers differ here; ours takes the last one, and what is acknowledged is what is stored."""
    sitting = Sitting(world)
    twice = '{"1":[0],"1":[1],"2":[0],"3":[0],"4":[0]}'
    answer = sitting.client.put(f"{sitting.url}/answers", data=_raw(answers=twice), content_type=JSON)
    assert answer.status_code == 200
    assert sitting.start().json["answers"]["1"] == [1]


@ON_SQLITE
def test_a_wrong_epoch_is_a_conflict(world: World) -> None:
    sitting = Sitting(world)
    for epoch in (2, 99, 2**31 - 1):
        problem(sitting.save(1, GOOD, epoch=epoch), 409, "taken-over", extra={"epoch", "seq"})
        problem(sitting.submit(GOOD, epoch=epoch), 409, "taken-over", extra={"epoch", "seq"})
    _untouched(sitting)


@ON_SQLITE
def test_start_takes_a_number_and_nothing_else(world: World) -> None:
    sitting = Sitting(world)
    sitting.submit(GOOD)
    for name in (*MORE, "attempts", "answers", "epoch"):
        problem(sitting.start({name: 1}), 422, "bad-body")
    for number in NUMBERS:
        if number != "null":
            body = f'{{"number":{number}}}'.encode()
            url = f"/api/v1/rounds/{sitting.round_id}/attempts"
            problem(sitting.client.post(url, data=body, content_type=JSON), 422)
    assert sitting.start({"number": None}).json["number"] == 2


@ON_SQLITE
def test_no_client_field_moves_the_clock(world: World) -> None:
    sitting = Sitting(world)
    world.later(minutes=11)
    past = "Mon, 23 Nov 2026 01:00:00 GMT"
    for query in ("?now=2026-11-23T01:00:00Z", "?deadline=2099-01-01T00:00:00Z&grace=9999"):
        headers = {"Date": past, "X-Now": past, "X-Request-Start": "t=0", "If-Unmodified-Since": past}
        late = sitting.client.post(
            f"{sitting.url}/submission{query}", json={"epoch": 1, "answers": GOOD}, headers=headers
        )
        problem(late, 410, "late", extra={"evidence"})


@ON_SQLITE
def test_bad_bodies_of_the_session(world: World) -> None:
    client = world.client()
    good = {"login": "khong-co-ai", "password": "sai-mat-khau"}
    for body in (b"", b"abc", b"[" * 50_000, b'{"login":"\\ud800","password":"x"}', b'{"login":"a"}', b"null"):
        problem(client.post("/api/v1/session", data=body, content_type=JSON), 422)
    bad = [{"login": 1}, {"password": None}, {"login": ["a"]}, {"login": "x" * 201}, {"password": "x" * 1001}]
    for changes in [*bad, {"is_admin": True}, {"person_id": 1}, {"remember": True}]:
        problem(client.post("/api/v1/session", json=good | changes), 422, "bad-body")
    for login in ("\0", "a\0b"):
        problem(client.post("/api/v1/session", json=good | {"login": login}), 422, "null-character")
    for login in ("", " ", "' OR 1=1 --", "\u202enimda", "💥" * 50, "x" * 200, "%00", "{limit}"):
        problem(client.post("/api/v1/session", json=good | {"login": login}), 401, "sign-in-failed")
