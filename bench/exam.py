"""Start, save, submit and the board, each in milliseconds and as a ratio to an empty view."""

import statistics
import time
from collections.abc import Callable

from flask.testing import FlaskClient

from bench.stage import Stage, project
from contest.boards import queries as boards

SAVES = 5
Timings = dict[str, list[float]]


def run(stage: Stage) -> Timings:
    """Seconds of every request, by act."""
    timings: Timings = {name: [] for name in ("empty", "start", "save", "submit", "board", "board-cached")}
    for client in stage.clients:
        _sit(client, stage.round_id, timings)
    project(stage)
    reader = stage.app.test_client()
    for _ in range(100):
        boards.forget()
        _timed(timings["board"], lambda: reader.get(f"/rounds/{stage.round_id}/board"), 200)
        _timed(timings["board-cached"], lambda: reader.get(f"/rounds/{stage.round_id}/board"), 200)
    return timings


def ratios(timings: Timings) -> dict[str, float]:
    """Medians over the median of the empty view."""
    empty = statistics.median(timings["empty"])
    return {name: round(statistics.median(times) / empty, 2) for name, times in timings.items() if name != "empty"}


def _sit(client: FlaskClient, round_id: str, timings: Timings) -> None:
    _timed(timings["empty"], lambda: client.get("/livez"), 200)
    started = _timed(timings["start"], lambda: client.post(f"/api/v1/rounds/{round_id}/attempts", json={}), 201)
    url = f"/api/v1/attempts/{started['attempt']}"
    answers = {slot["slot"]: [0] for slot in started["paper"]}
    for seq in range(1, SAVES + 1):
        body = {"epoch": 1, "seq": seq, "answers": answers}
        _timed(timings["save"], lambda body=body: client.put(f"{url}/answers", json=body), 200)
    body = {"epoch": 1, "answers": answers}
    _timed(timings["submit"], lambda: client.post(f"{url}/submission", json=body), 200)


def _timed(times: list[float], request: Callable[[], object], expected: int) -> dict[str, object]:
    begun = time.perf_counter()
    answer = request()
    times.append(time.perf_counter() - begun)
    if answer.status_code != expected:
        raise RuntimeError(f"{answer.status_code}: {answer.get_data(as_text=True)[:300]}")
    return answer.get_json(silent=True) or {}
