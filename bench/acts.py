"""Start, save, submit and the board against their floors: requests a second, in alternating slices."""

import asyncio
import itertools
import random
import statistics
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bench import floors, servers
from bench.client import Address, Slice, burst
from bench.stage import Stage, Taker
from core.settings import Settings

CONNECTIONS = 16
"""Enough that both workers always have something to do, however the kernel deals the connections out."""
WARM_UP = 2
DEMANDS = {"save": 0.8, "submit": 0.5, "start": 0.4}
"""Of the rate of a floor: save of one UPDATE, submit and start of one INSERT, each with its COMMIT."""
Requests = Callable[[int], list[bytes]]


@dataclass(frozen=True)
class Plan:
    """How many pairs of slices, how many requests in a slice, and which acts."""

    pairs: int
    requests: int
    only: frozenset[str]

    @property
    def slices(self) -> int:
        """Slices of an act, those that warm up included."""
        return self.pairs + WARM_UP

    @property
    def people(self) -> int:
        """Everybody starts once and hands in once; where neither is measured, one slice of people is enough."""
        return (self.slices if self.only & {"start", "submit"} else 1) * self.requests


@dataclass(frozen=True)
class Measured:
    """Requests a second of an act and of its floor, slice by slice."""

    act: list[float]
    floor: list[float]

    @property
    def ratio(self) -> float:
        """The median over neighbouring slices: what disturbs the machine for a while disturbs both."""
        return statistics.median(a / f for a, f in zip(self.act, self.floor, strict=True))


@dataclass(frozen=True)
class Sheet:
    """An attempt under way: whose it is, its number of choices slot by slot."""

    taker: Taker
    attempt: str
    choices: dict[str, int]

    def answers(self, chance: random.Random) -> dict[str, list[int]]:
        """Something chosen in every slot."""
        return {slot: [chance.randrange(count)] for slot, count in self.choices.items()}


def sheet(taker: Taker, started: dict[str, Any]) -> Sheet:
    """From the answer to a start."""
    return Sheet(taker, started["attempt"], {slot["slot"]: len(slot["choices"]) for slot in started["paper"]})


class Acts:
    """All acts on one stage, in the order in which people perform them."""

    def __init__(self, stage: Stage, floor: Settings, plan: Plan) -> None:
        self._stage, self._plan = stage, plan
        self._product, self._floor = Address(stage.settings.port), Address(floor.port)
        self._chance = random.Random(20261123)
        self._sheets: list[Sheet] = []
        self._seq = itertools.count(1)

    async def run(self) -> dict[str, Measured]:
        """Measure; what was not asked for is only done as far as the others need it."""
        found = {}
        enough = self._plan.people // self._plan.requests
        found["start"], started = await self._pairs("start", self._starts, self._empty_inserts, enough)
        for taker, reply in zip(self._stage.takers, started, strict=True):
            self._sheets.append(sheet(taker, reply.json()))
        if "save" in self._plan.only:
            found["save"], _ = await self._pairs("save", self._saves, self._updates, self._plan.slices)
        if self._plan.only & {"submit", "board"}:
            found["submit"], _ = await self._pairs("submit", self._submissions, self._inserts, enough)
        if "board" in self._plan.only:
            await asyncio.to_thread(servers.command, self._stage.settings, "boards", "rebuild", self._stage.round_id)
            found["board"], _ = await self._pairs("board", self._boards, self._empty, self._plan.slices)
        return {name: measured for name, measured in found.items() if name in self._plan.only}

    async def _pairs(self, name: str, act: Requests, floor: Requests, slices: int) -> tuple[Measured, list[Any]]:
        """Alternate act and floor, who goes first in turn; the first pairs only warm up."""
        measured, replies = Measured([], []), []
        for pair in range(slices):
            played = {}
            for address, requests in ((self._product, act), (self._floor, floor))[:: -1 if pair % 2 else 1]:
                played[address] = await burst(address, requests(pair), connections=CONNECTIONS)
                _refuse_failures(name, played[address])
            replies += played[self._product].replies
            if pair >= WARM_UP:
                measured.act.append(played[self._product].rate)
                measured.floor.append(played[self._floor].rate)
        return measured, replies

    def _those(self, pair: int) -> slice:
        return slice(pair * self._plan.requests, (pair + 1) * self._plan.requests)

    def _starts(self, pair: int) -> list[bytes]:
        path = f"/api/v1/rounds/{self._stage.round_id}/attempts"
        takers = self._stage.takers[self._those(pair)]
        return [self._product.request("POST", path, taker=taker, data={}) for taker in takers]

    def _saves(self, pair: int) -> list[bytes]:
        return [
            self._product.request("PUT", f"/api/v1/attempts/{s.attempt}/answers", taker=s.taker, data=self._save(s))
            for s in self._sheets[: self._plan.requests]  # who sits saves again and again
        ]

    def _updates(self, pair: int) -> list[bytes]:
        return [
            self._floor.request("PUT", f"/sheets/{place}", taker=s.taker, data=self._save(s))
            for place, s in enumerate(self._sheets[: self._plan.requests], start=1)
        ]

    def _save(self, one: Sheet) -> dict[str, Any]:
        return {"epoch": 1, "seq": next(self._seq), "answers": one.answers(self._chance)}

    def _submissions(self, pair: int) -> list[bytes]:
        return [
            self._product.request(
                "POST", f"/api/v1/attempts/{s.attempt}/submission", taker=s.taker, data=self._submission(s)
            )
            for s in self._sheets[self._those(pair)]
        ]

    def _inserts(self, pair: int) -> list[bytes]:
        return [
            self._floor.request("POST", "/sheets", taker=s.taker, data=self._submission(s))
            for s in self._sheets[self._those(pair)]
        ]

    def _submission(self, one: Sheet) -> dict[str, Any]:
        return {"epoch": 1, "answers": one.answers(self._chance)}

    def _empty_inserts(self, pair: int) -> list[bytes]:
        takers = self._stage.takers[self._those(pair)]
        return [self._floor.request("POST", "/sheets", taker=taker, data={}) for taker in takers]

    def _boards(self, pair: int) -> list[bytes]:
        return [self._product.request("GET", f"/rounds/{self._stage.round_id}/board")] * self._plan.requests

    def _empty(self, pair: int) -> list[bytes]:
        return [self._floor.request("GET", "/livez")] * self._plan.requests


def run(stage: Stage, floor: Settings, plan: Plan) -> dict[str, Measured]:
    """Start product and floors side by side and measure; only one of them works at a time."""
    floors.prepare(floor.database_url, plan.requests)
    with servers.gunicorn(stage.settings), servers.gunicorn(floor, servers.FLOORS):
        return asyncio.run(Acts(stage, floor, plan).run())


def _refuse_failures(name: str, played: Slice) -> None:
    for reply in played.replies:
        if reply.status not in (200, 201):
            raise RuntimeError(f"{name}: {reply.status} {reply.body[:300].decode(errors='replace')}")
