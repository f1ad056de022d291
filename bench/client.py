"""A light HTTP/1.1 client: kept-alive connections on asyncio, requests as ready-made bytes."""

import asyncio
import time
from dataclasses import dataclass
from typing import Any

import msgspec

from bench.stage import Taker

PATIENCE_SECONDS = 15
"""After which the taking page gives up waiting (``static/js/paper/api.js``)."""
BROWSER = (
    "User-Agent: Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Mobile\r\n"
    "Accept: application/json\r\nAccept-Encoding: gzip, deflate, br\r\nAccept-Language: vi-VN,vi;q=0.9\r\n"
)


@dataclass(frozen=True, slots=True)
class Reply:
    """Status and body of an answer."""

    status: int
    body: bytes

    def json(self) -> Any:
        """The body, decoded."""
        return msgspec.json.decode(self.body)


@dataclass(frozen=True)
class Address:
    """Where a server listens on loopback."""

    port: int

    def request(self, method: str, path: str, *, taker: Taker | None = None, data: Any = None) -> bytes:
        """A request as the taking page sends it, complete with its headers."""
        origin = f"http://127.0.0.1:{self.port}"
        lines = [f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n{BROWSER}"]
        if taker is not None:
            lines.append(f"Cookie: {taker.cookie}\r\nReferer: {origin}/attempts/\r\n")
        if data is None:
            return ("".join(lines) + "\r\n").encode()
        body = msgspec.json.encode(data)
        lines.append(f"Origin: {origin}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n")
        if taker is not None:
            lines.append(f"X-CSRFToken: {taker.token}\r\n")
        return ("".join(lines) + "\r\n").encode() + body


class Lost(ConnectionError):
    """The connection ended before an answer was complete."""


class Browser:
    """One connection at a time, opened when it is needed and kept as long as the server keeps it."""

    def __init__(self, address: Address) -> None:
        self._port = address.port
        self._connection: _Connection | None = None

    async def ask(self, request: bytes) -> Reply:
        """Send and wait. Raises ``OSError`` (:class:`Lost` among them).

        A kept connection that the server closed meanwhile is opened anew and asked again, as every browser does.
        """
        known = self._connection
        if known is not None and not known.closed:
            try:
                return await known.ask(request)
            except Lost:
                if known.received:
                    raise
        loop = asyncio.get_running_loop()
        _, self._connection = await loop.create_connection(_Connection, "127.0.0.1", self._port)
        return await self._connection.ask(request)

    def close(self) -> None:
        """Hang up."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class _Connection(asyncio.Protocol):
    def __init__(self) -> None:
        self.closed = False
        self.received = b""
        self._transport: asyncio.Transport | None = None
        self._waiting: asyncio.Future[Reply] | None = None

    def ask(self, request: bytes) -> "asyncio.Future[Reply]":
        assert self._transport is not None
        self.received = b""
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return self._waiting

    def close(self) -> None:
        self.closed = True
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self.received += data
        end = self.received.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self.received[:end].lower()
        at = head.find(b"content-length: ")
        length = int(head[at + 16 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        if len(self.received) < end + 4 + length:
            return
        if b"connection: close" in head:
            self.closed = True
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(Reply(int(head[9:12]), self.received[end + 4 :]))

    def connection_lost(self, error: Exception | None) -> None:
        self.closed = True
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(Lost("the server hung up"))


@dataclass(frozen=True)
class Slice:
    """What a burst of requests brought: answers in the order of the requests, and how long all of it took."""

    replies: list[Reply]
    seconds: float

    @property
    def rate(self) -> float:
        """Requests a second."""
        return len(self.replies) / self.seconds


async def burst(address: Address, requests: list[bytes], *, connections: int) -> Slice:
    """Send all requests as fast as they are answered, over fresh connections."""
    replies: list[Reply | None] = [None] * len(requests)
    places = iter(range(len(requests)))

    async def keep_asking(browser: Browser) -> None:
        for place in places:
            replies[place] = await browser.ask(requests[place])

    browsers = [Browser(address) for _ in range(connections)]
    begun = time.perf_counter()
    await asyncio.gather(*(keep_asking(browser) for browser in browsers))
    seconds = time.perf_counter() - begun
    for browser in browsers:
        browser.close()
    return Slice([reply for reply in replies if reply is not None], seconds)
