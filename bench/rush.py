"""A rush: everybody starts within seconds, saves on, and hands in within seconds."""

import asyncio
import random
import statistics
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bench import ledger as books
from bench import servers
from bench.acts import Sheet, sheet
from bench.client import PATIENCE_SECONDS, Address, Browser, Reply
from bench.ledger import Entry, Ledger, Verdict
from bench.stage import Stage, Taker

SPIKE_SECONDS = 5.0
SAVES = 8
ANSWERS_A_SAVE = 3
THINK_SECONDS = (3.0, 9.0)
"""Between two saves; never less than the server asks for (``next_save_ms``)."""
TRIES = 6
PERCENTILES = (50, 95, 99)


@dataclass
class Course:
    """What the generator saw: seconds of every acknowledged act, refusals and failures by act, those who gave up."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: {"start": [], "save": [], "submit": []})
    errors: Counter[str] = field(default_factory=Counter)
    gave_up: int = 0

    def milliseconds(self) -> dict[str, dict[str, float]]:
        """Percentiles by act."""
        found = {}
        for act, times in self.seconds.items():
            cuts = statistics.quantiles(times, n=100, method="inclusive") if len(times) > 1 else [0.0] * 99
            found[act] = {f"p{p}": round(cuts[p - 1] * 1000, 1) for p in PERCENTILES}
            found[act]["max"] = round(max(times, default=0) * 1000, 1)
        return found


@dataclass(frozen=True)
class Outcome:
    """The whole rush: its course and what the ledger says of saves and of submissions."""

    course: Course
    saves: Verdict
    submissions: Verdict
    total_seconds: float
    sittings: int

    @property
    def passed(self) -> bool:
        """No error, nobody gave up, no difference."""
        return not (self.course.errors or self.course.gave_up or self.differences)

    @property
    def differences(self) -> list[str]:
        """All of them."""
        return self.saves.differences + self.submissions.differences


class GaveUp(Exception):
    """A sitting was not answered however often it asked."""


def run(stage: Stage, file: Path) -> Outcome:
    """All of ``stage``'s people at once, with web, worker and Redis as deployed."""
    with servers.gunicorn(stage.settings), servers.worker(stage.settings):
        return asyncio.run(_Rush(stage, Ledger(file)).run())


class _Rush:
    def __init__(self, stage: Stage, ledger: Ledger) -> None:
        self._stage, self._ledger, self._course = stage, ledger, Course()
        self._address = Address(stage.settings.port)
        self._saved = asyncio.Event()
        self._still_saving = len(stage.takers)

    async def run(self) -> Outcome:
        begun = time.perf_counter()
        engine = sa.create_engine(self._stage.settings.database_url)
        sittings = [asyncio.create_task(self._sitting(taker)) for taker in self._stage.takers]
        while self._still_saving and not all(task.done() for task in sittings):
            await asyncio.sleep(0.1)
        saves = books.saves(self._ledger, engine)
        self._saved.set()
        await asyncio.gather(*sittings)
        submissions = books.submissions(self._ledger, engine)
        engine.dispose()
        return Outcome(self._course, saves, submissions, time.perf_counter() - begun, len(sittings))

    async def _sitting(self, taker: Taker) -> None:
        chance = random.Random(taker.person_id)
        browser = Browser(self._address)
        try:
            await self._sit(taker, chance, browser)
        except GaveUp:
            self._course.gave_up += 1
        finally:
            browser.close()

    async def _sit(self, taker: Taker, chance: random.Random, browser: Browser) -> None:
        try:
            await asyncio.sleep(chance.uniform(0, SPIKE_SECONDS))
            started = await self._start(taker, browser)
            sitting, epoch = sheet(taker, started), started["epoch"]
            answers = dict(started["answers"])
            for seq in range(1, SAVES + 1):
                _answer_some(chance, sitting, answers)
                wait = await self._save(sitting, browser, epoch, seq, answers)
                await asyncio.sleep(max(wait, chance.uniform(*THINK_SECONDS)))
        finally:
            self._still_saving -= 1
        await self._saved.wait()
        await asyncio.sleep(chance.uniform(0, SPIKE_SECONDS))
        _answer_some(chance, sitting, answers)
        await self._submit(sitting, browser, epoch, answers)

    async def _start(self, taker: Taker, browser: Browser) -> dict[str, Any]:
        path = f"/api/v1/rounds/{self._stage.round_id}/attempts"
        request = self._address.request("POST", path, taker=taker, data={})
        reply = await self._acknowledged("start", browser, request, (200, 201))
        self._ledger.write(Entry("start", reply["attempt"], taker.person_id, reply["epoch"], answers=reply["answers"]))
        return reply

    async def _save(self, one: Sheet, browser: Browser, epoch: int, seq: int, answers: dict[str, Any]) -> float:
        data = {"epoch": epoch, "seq": seq, "answers": answers}
        request = self._address.request("PUT", f"/api/v1/attempts/{one.attempt}/answers", taker=one.taker, data=data)
        reply = await self._acknowledged("save", browser, request, (200,))
        self._ledger.write(Entry("save", one.attempt, one.taker.person_id, epoch, reply["seq"], dict(answers), reply))
        return reply["next_save_ms"] / 1000

    async def _submit(self, one: Sheet, browser: Browser, epoch: int, answers: dict[str, Any]) -> None:
        data = {"epoch": epoch, "answers": answers}
        path = f"/api/v1/attempts/{one.attempt}/submission"
        request = self._address.request("POST", path, taker=one.taker, data=data)
        reply = await self._acknowledged("submit", browser, request, (200,))
        self._ledger.write(Entry("submit", one.attempt, one.taker.person_id, epoch, 0, dict(answers), reply))

    async def _acknowledged(self, act: str, browser: Browser, request: bytes, good: tuple[int, ...]) -> dict[str, Any]:
        """Ask until it is acknowledged, as the taking page does; every other answer counts as an error."""
        for attempt in range(TRIES):
            begun = time.perf_counter()
            reply = await self._asked(act, browser, request)
            if reply is not None and reply.status in good:
                self._course.seconds[act].append(time.perf_counter() - begun)
                return reply.json()
            if reply is not None:
                self._course.errors[f"{act} {reply.status}"] += 1
            await asyncio.sleep(2**attempt)
        raise GaveUp

    async def _asked(self, act: str, browser: Browser, request: bytes) -> Reply | None:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                return await browser.ask(request)
        except TimeoutError:
            self._course.errors[f"{act} no answer within {PATIENCE_SECONDS} s"] += 1
        except OSError as error:
            self._course.errors[f"{act} {type(error).__name__}"] += 1
        browser.close()
        return None


def _answer_some(chance: random.Random, one: Sheet, answers: dict[str, Any]) -> None:
    """Answer a few more questions, or think again."""
    for slot in chance.sample(list(one.choices), min(ANSWERS_A_SAVE, len(one.choices))):
        answers[slot] = [chance.randrange(one.choices[slot])]
