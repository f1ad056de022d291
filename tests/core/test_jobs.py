"""Jobs: once each, again after a death, three times at most, refusals as sentences."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from core import clock, jobs
from core.access import SYSTEM
from core.db import read, transaction
from core.errors import Invalid
from core.jobs import LEASE, TRIES, Job, Running, Superseded
from questions.imports import service as imports
from questions.imports.models import ImportFile
from tests.questions.made import home
from tests.wire import ON_SQLITE, is_vietnamese
from tests.world import World, counted

ROOT = Path(__file__).resolve().parents[2]
KIND = "test.job"


@pytest.fixture
def handled() -> Iterator[list[Running]]:
    """What the test's handler was called with."""
    calls: list[Running] = []

    def handler(running: Running) -> dict[str, Any]:
        calls.append(running)
        return {"said": running.params["say"]}

    jobs.register_job(KIND, handler)
    yield calls
    jobs._handlers.pop(KIND)


def _enqueue(world: World, say: str = "xong") -> str:
    return jobs.enqueue(actor=SYSTEM, now=world.now, kind=KIND, title="Việc thử", params={"say": say}).public_id


def _die(world: World) -> None:
    """What the worker sees after the process of a job was killed: silence until the lease is over."""
    world.later(seconds=LEASE.total_seconds() + 1)


def test_jobs_run_in_their_order_with_what_was_asked(world: World, handled: list[Running]) -> None:
    with world.inside():
        first, second = _enqueue(world, "một"), _enqueue(world, "hai")
        assert jobs.find(first).state == "queued"
        assert jobs.run_waiting(now=world.now) == 2
        assert [call.job_id for call in handled] == [first, second]
        done = jobs.find(second)
        assert (done.state, done.result, done.tries, done.lease_until) == ("done", {"said": "hai"}, 1, None)
        assert done.finished_at == world.now
        assert jobs.run_waiting(now=world.now) == 0


def test_a_process_that_starts_after_its_lease_has_nothing_to_do(world: World, handled: list[Running]) -> None:
    with world.inside():
        job_id = _enqueue(world)
        jobs.claim(now=world.now)
        _die(world)
        jobs.claim(now=world.now)
        jobs.run(job_id, tries=1)
        assert (handled, jobs.find(job_id).state) == ([], "running")
        jobs.run(job_id, tries=2)
        assert jobs.find(job_id).state == "done"


def test_two_workers_claim_a_job_once(world: World, handled: list[Running]) -> None:
    with world.inside():
        wanted = {_enqueue(world, str(number)) for number in range(6)}
    claimed: list[str] = []
    start = threading.Barrier(4)

    def work() -> None:
        with world.inside():
            start.wait()
            while (job_id := jobs.claim(now=world.now)) is not None:
                claimed.append(job_id)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(claimed) == 6
    assert set(claimed) == wanted


def test_a_job_whose_process_fell_silent_is_taken_again_with_its_cursor(world: World) -> None:
    seen: list[dict[str, Any]] = []

    def dying(running: Running) -> dict[str, Any]:
        seen.append(running.cursor)
        running.progress(len(seen) * 10, 30, cursor={"at": len(seen)})
        if len(seen) < 3:
            raise KeyboardInterrupt  # as a killed process: nothing is written any more
        return {}

    jobs.register_job(KIND, dying)
    with world.inside():
        job_id = _enqueue(world)
        for _ in range(2):
            with pytest.raises(KeyboardInterrupt):
                jobs.run_waiting(now=world.now)
            assert jobs.claim(now=world.now) is None, "its lease has not run out"
            _die(world)
        jobs.run_waiting(now=world.now)
        job = jobs.find(job_id)
        assert (job.state, job.tries, job.done, job.total) == ("done", 3, 30, 30)
    assert seen == [{}, {"at": 1}, {"at": 2}]


def test_after_three_tries_a_job_has_failed(world: World, handled: list[Running]) -> None:
    with world.inside():
        job_id = _enqueue(world)
        for _ in range(TRIES):
            assert jobs.claim(now=world.now) == job_id
            _die(world)
        assert jobs.claim(now=world.now) is None
        job = jobs.find(job_id)
        assert job.state == "failed"
        assert is_vietnamese(job.error)
    assert not handled


def test_a_refusal_is_the_error_of_its_job(world: World) -> None:
    def refusing(running: Running) -> dict[str, Any]:
        raise Invalid("Tệp có quá %(max)s câu hỏi.", max=20_000, path=Path("/x"))

    jobs.register_job(KIND, refusing)
    with world.inside():
        job_id = _enqueue(world)
        jobs.run_waiting(now=world.now)
        job = jobs.find(job_id)
        assert (job.state, job.error) == ("failed", "Tệp có quá %(max)s câu hỏi.")
        assert job.result == {"params": {"max": 20_000, "path": "/x"}}


def test_an_error_of_ours_is_logged_and_not_told(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    def broken(running: Running) -> dict[str, Any]:
        raise RuntimeError("bí mật của máy chủ")

    jobs.register_job(KIND, broken)
    with world.inside():
        job_id = _enqueue(world)
        jobs.run_waiting(now=world.now)
        job = jobs.find(job_id)
        assert (job.state, job.result) == ("failed", {})
        assert is_vietnamese(job.error)
        assert "bí mật" not in job.error
    logged = capsys.readouterr()
    assert "job failed" in logged.out + logged.err


def test_who_was_superseded_writes_nothing_more(world: World) -> None:
    def slow(running: Running) -> dict[str, Any]:
        _die(world)
        assert jobs.claim(now=world.now) == running.job_id, "another worker takes it over"
        with transaction() as session:
            session.execute(sa.update(Job).where(Job.public_id == running.job_id).values(title="viết thừa"))
            running.progress(1, 2)
        raise AssertionError("progress let a superseded process go on")

    jobs.register_job(KIND, slow)
    with world.inside():
        job_id = _enqueue(world)
        jobs.run_waiting(now=world.now)
        job = jobs.find(job_id)
        assert (job.state, job.title, job.tries) == ("running", "Việc thử", 2)


def test_a_late_end_does_not_overwrite_the_second_try(world: World) -> None:
    def late(running: Running) -> dict[str, Any]:
        _die(world)
        jobs.claim(now=world.now)
        return {"of": "the first"}

    jobs.register_job(KIND, late)
    with world.inside():
        job_id = _enqueue(world)
        jobs.run_waiting(now=world.now)
        assert (jobs.find(job_id).state, jobs.find(job_id).result) == ("running", {})


def test_progress_outside_its_job_is_refused(world: World, handled: list[Running]) -> None:
    with world.inside():
        _enqueue(world)
        jobs.run_waiting(now=world.now)
        with pytest.raises(Superseded):
            handled[0].progress(1, 2)


def test_old_finished_jobs_are_forgotten_and_waiting_ones_are_not(world: World, handled: list[Running]) -> None:
    with world.inside():
        old = _enqueue(world)
        jobs.run_waiting(now=world.now)
        world.later(days=20)
        young = _enqueue(world)
        jobs.run_waiting(now=world.now)
        waiting = _enqueue(world)
        world.later(days=11)
        jobs.forget_old(now=world.now)
        left = set(read().scalars(sa.select(Job.public_id)))
        assert left == {young, waiting}
        assert old not in left


def test_a_job_of_unknown_kind_is_not_taken_on(world: World) -> None:
    with world.inside(), pytest.raises(LookupError):
        jobs.enqueue(actor=SYSTEM, now=world.now, kind="không có", title="", params={})


def test_recent_ones_of_one_person(world: World, handled: list[Running]) -> None:
    person = world.person(role="organiser")
    actor = world.actor(person)
    with world.inside():
        _enqueue(world)
        mine = jobs.enqueue(actor=actor, now=world.now, kind=KIND, title="Của tôi", params={"say": ""})
        assert [job.public_id for job in jobs.recent(person_id=person.id)] == [mine.public_id]
        assert len(jobs.recent()) == 2


def _environment(database_url: str, redis_url: str, var: Path) -> dict[str, str]:
    mine = {
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "VAR_DIR": str(var),
        "SECRET_KEY": "k" * 40,
        "MODE": "embedded",
        "FLASK_SKIP_DOTENV": "1",
    }
    return {**os.environ, **mine}


def _file(world: World) -> str:
    """A file that waits to be read by a real process, at the real time."""
    clock.set_source(None)
    with world.inside():
        data = "Ai tiếp nhận hồ sơ?\nA. Bộ phận một cửa\nB. Người nộp\nANSWER: A\n".encode()
        file = imports.take(actor=SYSTEM, now=clock.now(), bank=home(), name="một.txt", data=data)
        return file.public_id


def _state(world: World, file_id: str) -> str:
    with world.inside():
        return str(read().scalar(sa.select(ImportFile.state).where(ImportFile.public_id == file_id)))


@ON_SQLITE
def test_a_process_of_its_own_runs_a_claimed_job(
    world: World, database_url: str, redis_server: tuple[str, int], var: Path
) -> None:
    file_id = _file(world)
    with world.inside():
        job_id = jobs.claim(now=clock.now())
        assert job_id is not None
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "app", "jobs", "run", job_id],
        cwd=ROOT,
        env=_environment(database_url, redis_server[0], var),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    with world.inside():
        assert jobs.find(job_id).state == "done"
    assert _state(world, file_id) == "ready"


@ON_SQLITE
def test_the_worker_starts_children_on_its_own_database(
    world: World, database_url: str, redis_server: tuple[str, int], var: Path
) -> None:
    file_id = _file(world)
    worker = subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "app", "worker"],
        cwd=ROOT,
        env=_environment(database_url, redis_server[0], var),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 90
        while _state(world, file_id) == "reading" and time.monotonic() < deadline:
            time.sleep(0.5)
    finally:
        worker.send_signal(signal.SIGTERM)
        worker.wait(timeout=20)
    assert _state(world, file_id) == "ready"


def test_the_worker_hands_a_dead_childs_job_on_at_once(world: World, handled: list[Running]) -> None:
    with world.inside():
        job_id = _enqueue(world)
        assert jobs.claim(now=world.now) == job_id
        jobs._release(job_id, 1, world.now + timedelta(seconds=1))
        assert jobs.claim(now=world.now + timedelta(seconds=1)) == job_id
        assert jobs.find(job_id).tries == 2


def test_who_saw_an_earlier_try_die_does_not_end_the_lease_of_a_later_one(world: World, handled: list[Running]) -> None:
    with world.inside():
        job_id = _enqueue(world)
        assert jobs.claim(now=world.now) == job_id
        _die(world)
        assert jobs.claim(now=world.now) == job_id, "another worker takes it over"
        jobs._release(job_id, 1, world.now)
        assert jobs.find(job_id).lease_until == world.now + LEASE
        assert jobs.claim(now=world.now) is None


def test_a_database_that_is_away_for_a_moment_ends_no_job(world: World) -> None:
    calls: list[int] = []

    def waiting(running: Running) -> dict[str, Any]:
        calls.append(running.tries)
        if len(calls) < TRIES:
            raise OperationalError("UPDATE question", {}, Exception("database is locked"))
        return {"said": "xong"}

    jobs.register_job(KIND, waiting)
    with world.inside():
        job_id = _enqueue(world)
        for _ in range(TRIES - 1):
            with pytest.raises(OperationalError):
                jobs.run_waiting(now=world.now)
            assert jobs.find(job_id).state == "running"
            assert jobs.claim(now=world.now) is None, "it waits out its lease"
            _die(world)
        jobs.run_waiting(now=world.now)
        assert (jobs.find(job_id).state, calls) == ("done", [1, 2, 3])


def test_the_list_and_the_polling_load_no_results(world: World, handled: list[Running]) -> None:
    def refusing(running: Running) -> dict[str, Any]:
        raise Invalid("Tệp có quá %(max)s câu hỏi.", max=20_000)

    with world.inside():
        done = _enqueue(world)
        jobs.run_waiting(now=world.now)
        jobs.register_job(KIND, refusing)
        for _ in range(3):
            _enqueue(world)
        jobs.run_waiting(now=world.now)
    with world.inside(), counted() as statements:
        found = jobs.recent()
        assert [job.result["params"] for job in found if job.state == "failed"] == [{"max": 20_000}] * 3
        assert len(statements) == 2
        assert "job.result" not in statements[0]
    with world.inside(), counted() as statements:
        assert jobs.find(done).state == "done"
        assert "job.result" not in statements[0]
        assert jobs.find(done).result == {"said": "xong"}
