"""What stands in a log, and what never does."""

import json

import pytest
import structlog

from core import logs


@pytest.mark.parametrize("machine", [True, False])
def test_a_traceback_shows_no_values(machine: bool, capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(machine=machine)

    def fails(password: str) -> None:
        raise RuntimeError("something broke")

    try:
        fails("hoa-" + "sen")
    except RuntimeError:
        structlog.get_logger().exception("unexpected failure", path="/x")
    written = capsys.readouterr().err
    assert "something broke" in written
    assert "hoa-sen" not in written
    if machine:
        assert json.loads(written)["path"] == "/x"
