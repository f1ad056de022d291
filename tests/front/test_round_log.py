"""The audit trail on a round's page says every act in words, the words of its button."""

import re
from datetime import timedelta
from pathlib import Path

from tests.wire import ON_SQLITE
from tests.world import World

ROOT = Path(__file__).parents[2]
ACT = re.compile(r'"((?:round|results|incident)\.[a-z-]+)"')
NO_ACTS = {"round.id", "incident.id", "results.items"}


def test_every_act_on_a_round_has_its_sentence() -> None:
    template = (ROOT / "templates/organiser/round_log.html").read_text("utf-8")
    sources = [path.read_text("utf-8") for path in (ROOT / "contest").rglob("*.py")]
    acts = {act for text in sources for act in ACT.findall(text)} - NO_ACTS
    assert len(acts) > 20
    assert {act for act in acts if f"'{act}'" not in template} == set()


@ON_SQLITE
def test_an_act_is_told_in_the_words_of_its_button(world: World) -> None:
    round_id = world.round(prepared=False, opens=timedelta(days=1))
    client = world.client(world.person("VP-UBND", role="organiser", name="Cao Thị Hai"))
    address = f"/organiser/rounds/{round_id}"
    acts = (
        ("prepare", {}, "Chốt đề", "Cao Thị Hai chốt đề từ"),
        ("unprepare", {"reason": "Sai giờ"}, "Mở lại để sửa", "Cao Thị Hai mở lại vòng thi để sửa."),
        ("open", {}, "Bắt đầu vòng thi ngay", "Cao Thị Hai cho vòng thi bắt đầu ngay."),
    )
    for act, sent, button, told in acts:
        assert button in client.get(address).text
        assert client.post(f"{address}/{act}", data=sent).status_code == 303
        assert told in client.get(address).text
