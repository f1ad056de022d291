"""Fixtures of tests about questions."""

import pytest

from tests.questions.reviewing import Committee
from tests.world import World


@pytest.fixture
def committee(world: World) -> Committee:
    """An author and two reviewers of the province."""
    return Committee(world)
