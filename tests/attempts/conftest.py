"""Fixtures of tests about attempts."""

from collections.abc import Iterator
from typing import Any

import pytest

from contest.attempts import waiting
from core.settings import Settings


@pytest.fixture
def five_a_second(app: Any) -> Iterator[None]:
    """Five starts a second, so that a few people make a queue."""
    waiting.configure(starts_per_second=5, processes=1)
    yield
    settings = Settings()
    waiting.configure(starts_per_second=settings.starts_per_second, processes=settings.web_workers)
