"""Item analysis of a large round through the real job: ``python -m bench.items [ATTEMPTS] [DATABASE_URL]`` (empty).

Prints the seconds and the peak memory of the job's process. The attempts are written in bulk, with
papers of :data:`QUESTIONS` questions out of a frozen pool, answered by people of different strength.
"""

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import flask_migrate
import sqlalchemy as sa
from flask import Flask

from app import create_app
from bench.startup import ROOT
from contest.agencies import service as agencies
from contest.attempts.models import Attempt
from contest.people import service as people
from contest.results import item_analysis
from contest.rounds import queries as rounds
from contest.rounds import service as round_verbs
from contest.rounds.queries import RoundView
from contest.rounds.rules import BlueprintCell, RoundRules
from core import clock, jobs
from core.access import SYSTEM
from core.db import transaction
from core.extensions import dispose_database
from core.settings import Settings
from questions.bank import queries as bank
from questions.drawing import PoolItem
from questions.imports import starter

ATTEMPTS_MAX = 500_000
QUESTIONS = 20
PAPERS = 10_000
"""Different papers; further attempts repeat them."""
BATCH = 2_000
LIMIT_SECONDS, LIMIT_MEGABYTES = 60, 500
PASSWORD = "sen-ho-tay-1010-nam"


def main() -> None:
    """Make the round, run the job in a process of its own, say what it took."""
    count = min(int(sys.argv[1]) if len(sys.argv) > 1 else 300_000, ATTEMPTS_MAX)
    with tempfile.TemporaryDirectory(prefix="contest-bench-items-") as folder:
        var = Path(folder)
        url = sys.argv[2] if len(sys.argv) > 2 else f"sqlite:///{var / 'bench.db'}"
        app = create_app(Settings(database_url=url, redis_url="redis://127.0.0.1:1", secret_key="b" * 40, var_dir=var))
        with app.app_context():
            flask_migrate.upgrade()
            job_id, questions = _prepared(count)
        dispose_database(app)
        _report(app, job_id, _run(job_id, {"DATABASE_URL": url, "VAR_DIR": str(var)}), questions)


def _prepared(count: int) -> tuple[str, int]:
    """A closed round with so many finished attempts and the job that is to analyse it; the size of its pool."""
    now = clock.now()
    agencies.import_tree(actor=SYSTEM, now=now)
    starter.bring_in(actor=SYSTEM, now=now)
    contest = round_verbs.create_contest(actor=SYSTEM, now=now, title="Đo hiệu năng", organiser="Bench")
    cells = [BlueprintCell(topic.code, d, 1) for topic in bank.topics() for d in topic.available]
    made = round_verbs.create_round(
        actor=SYSTEM,
        now=now,
        contest_id=contest.public_id,
        title="Vòng đo",
        opens_at=now,
        closes_at=now + timedelta(hours=1),
        rules=RoundRules(minutes=30, attempts=1, trial=True, blueprint=tuple(cells[:60])),
    )
    round_id = made.public_id  # writing the attempts forgets the row
    round_verbs.prepare(actor=SYSTEM, now=now, round_id=round_id)
    view = rounds.round_(round_id, now=now + timedelta(hours=2))
    pool = rounds.pool(view.pk, view.revision).items
    _write_attempts(view, pool, count)
    job = item_analysis.enqueue(actor=SYSTEM, now=now + timedelta(hours=2), round_id=view.id)
    jobs.claim(now=now + timedelta(hours=2))
    return job.public_id, len(pool)


def _write_attempts(view: RoundView, pool: tuple[PoolItem, ...], count: int) -> None:
    taker = people.register(
        actor=SYSTEM, now=clock.now(), login="bench0001", password=PASSWORD,
        full_name="Người Đo", agency_code="SO-NV", consent=True,
    )  # fmt: skip
    chance = random.Random(20261123)
    sheets = [_sheet(chance, pool) for _ in range(min(PAPERS, count))]
    same: dict[str, Any] = {
        "round_id": view.pk, "person_id": taker.id, "agency_path": "", "state": "submitted", "epoch": 1, "seq": 1,
        "revision": view.revision, "started_at": view.opens_at, "deadline": view.closes_at, "saved_at": view.opens_at,
        "finished_at": view.closes_at, "elapsed_ms": 600_000, "drawn_for": "bench", "allowance_ms": 1_800_000,
        "marked_revision": view.revision,
    }  # fmt: skip
    for start in range(0, count, BATCH):
        numbers = range(start, min(start + BATCH, count))
        with transaction() as session:
            session.execute(sa.insert(Attempt), [same | _own(number, sheets) for number in numbers])


def _own(number: int, sheets: list[tuple[list[Any], dict[str, Any], int]]) -> dict[str, Any]:
    paper, answers, points = sheets[number % len(sheets)]
    name = f"{number:016d}"
    return {
        "public_id": name, "code": name, "number": number + 1, "paper": paper, "answers": answers, "points": points,
    }  # fmt: skip


def _sheet(chance: random.Random, pool: tuple[PoolItem, ...]) -> tuple[list[Any], dict[str, Any], int]:
    """Paper, answers and points of somebody; the stronger they are, the more is right."""
    strength = chance.betavariate(5, 3)
    paper, answers, points = [], {}, 0
    for place, item in enumerate(chance.sample(pool, QUESTIONS), start=1):
        order = chance.sample(range(len(item.choices)), len(item.choices))
        right = chance.random() < strength
        chosen = list(item.keys) if right else _wrong(chance, item)
        points += set(chosen) == set(item.keys)
        paper.append([item.version_id, order])
        answers[str(place)] = [order.index(choice) for choice in chosen] or None
    return paper, answers, points


def _wrong(chance: random.Random, item: PoolItem) -> list[int]:
    others = [choice for choice in range(len(item.choices)) if choice not in item.keys]
    return [chance.choice(others)] if others and chance.random() > 0.03 else []


@dataclass(frozen=True)
class Cost:
    """What the job's process took; on a busy machine it waits, as it is nicer than the rest."""

    seconds: float
    processor_seconds: float
    megabytes: float

    @property
    def fits(self) -> bool:
        """Whether it keeps its limits, whatever else this machine does meanwhile."""
        return self.processor_seconds <= LIMIT_SECONDS and self.megabytes <= LIMIT_MEGABYTES


def _run(job_id: str, environment: dict[str, str]) -> Cost:
    """Run the job as the worker does, in a process of its own."""
    begun = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "app", "jobs", "run", job_id],
        cwd=ROOT,
        env={**os.environ, **environment, "MODE": "embedded", "FLASK_SKIP_DOTENV": "1"},
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"the job's process ended with {process.returncode}")
    return Cost(time.perf_counter() - begun, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def _report(app: Flask, job_id: str, cost: Cost, questions: int) -> None:
    with app.app_context():
        job = jobs.find(job_id)
        found = {
            "database": app.config["SQLALCHEMY_DATABASE_URI"].split(":", 1)[0], "state": job.state,
            "attempts": job.result.get("attempts"), "pool": questions, "questions": job.result.get("questions"),
            "seconds": round(cost.seconds, 1), "processor_seconds": round(cost.processor_seconds, 1),
            "peak_megabytes": round(cost.megabytes), "within_limits": cost.fits,
        }  # fmt: skip
    dispose_database(app)
    print(json.dumps(found, ensure_ascii=False))
    if job.state != "done" or not found["within_limits"]:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
