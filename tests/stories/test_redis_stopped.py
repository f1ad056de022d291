"""With Redis stopped (not dead) the whole sitting works, and the board catches up afterwards."""

import os
import signal
import time

import pytest
from playwright.sync_api import Page, Response, expect

from tests.stories.conftest import Product
from tests.stories.steps import answer, begin, open_round, register, submit

pytestmark = pytest.mark.story
SLOWEST = 1.0


def test_a_sitting_with_redis_stopped(page: Page, product: Product) -> None:
    slow: list[tuple[str, float]] = []

    def note(response: Response) -> None:
        timing = response.request.timing
        if timing["responseStart"] > SLOWEST * 1000:
            slow.append((response.url, timing["responseStart"]))

    redis = product.redis_pid()
    os.kill(redis, signal.SIGSTOP)
    try:
        page.on("response", note)
        register(page, name="Phan Văn Năm", typed="so y te", agency="Sở Y tế")
        begin(page)
        for _ in range(20):
            answer(page, 0)
            page.locator('#steps [data-act="next"]').click()
        expect(page.locator("#answered")).to_have_text("Đã trả lời 20/20 câu")
        expect(page.locator("#saved")).to_contain_text("Đã lưu", timeout=8000)
        submit(page)
        expect(page.get_by_role("heading", name="Đã nộp bài")).to_be_visible()
    finally:
        os.kill(redis, signal.SIGCONT)
    assert slow == []
    begun = time.monotonic()
    page.goto("/")
    while "Phan V. N." not in page.request.get(f"/api/v1/rounds/{open_round(product)}/board").text():
        assert time.monotonic() - begun < 5
        time.sleep(0.2)
