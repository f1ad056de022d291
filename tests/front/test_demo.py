"""The demo is made once, through the real verbs, and always has an open round."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from contest.boards import queries as boards
from contest.boards import service as board_verbs
from contest.front import demo
from contest.people.models import Person
from contest.results import queries as results
from contest.rounds import queries as rounds
from contest.rounds.rules import RoundState
from core.db import db

WEDNESDAY = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)


def _states(now: datetime) -> list[RoundState]:
    return [view.state for view in rounds.rounds(now=now, drafts=True)]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_demo(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "demo.json"
    with app.app_context():
        assert demo.seed(now=WEDNESDAY, file=file, url="http://127.0.0.1:8000/")
        assert _states(WEDNESDAY) == [
            RoundState.PUBLISHED,
            RoundState.OPEN,
            RoundState.SCHEDULED,
            RoundState.SCHEDULED,
        ]
        views = rounds.rounds(now=WEDNESDAY)
        assert {(view.questions, view.rules.trial) for view in views} == {(20, True)}
        assert len({cell.topic for cell in views[0].rules.blueprint}) == 11
        assert {a["role"] for a in json.loads(file.read_text())["accounts"]} == {
            "contestant",
            "organiser",
            "agency_contact",
        }
        assert file.stat().st_mode & 0o077 == 0
        (sheet,) = results.sheets()
        assert sheet.takers == demo.SAMPLE_TAKERS
        assert all("(mẫu)" in line.name for line in results.sheet(sheet.id).lines)
        assert db.session.scalar(sa.select(sa.func.count()).where(Person.is_sample.is_(False))) == 0
        board_verbs.pass_over_all(now=WEDNESDAY)
        assert len(boards.people_board(sheet.round_id, now=WEDNESDAY).rows) == 20
        open_round = next(view for view in rounds.rounds(now=WEDNESDAY) if view.state is RoundState.OPEN)
        live = boards.people_board(open_round.id, now=WEDNESDAY)
        assert live.provisional
        assert all("(mẫu)" in row.name for row in live.rows)
        assert len(live.rows) == demo.RUNNING_TAKERS
        before = file.read_text()
        assert not demo.seed(now=WEDNESDAY, file=file, url="http://127.0.0.1:8000/")
        assert file.read_text() == before
        later = WEDNESDAY + timedelta(weeks=9)
        assert RoundState.OPEN not in _states(later)
        assert not demo.seed(now=later, file=file, url="http://127.0.0.1:8000/")
        assert _states(later).count(RoundState.OPEN) == 1
        demo.refresh_url(file=file, url="http://127.0.0.1:8001/")
        assert json.loads(file.read_text())["url"] == "http://127.0.0.1:8001/"
