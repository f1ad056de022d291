"""Every page in a real browser: no accessibility violation, nothing wider than the screen, nothing clipped."""

import json
import urllib.request
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.stories.conftest import Product
from tests.stories.steps import begin, no_sideways_scroll, open_round, register, sign_in

pytestmark = pytest.mark.story
# 320 CSS px is a phone of 360 px with larger text, and a desk of 1280 px at 400% zoom; 640 is 1280 at 200%.
WIDTHS = (320, 360, 640, 1280)
CLIPPED = """() => [...document.querySelectorAll('main *')].filter(e => {
  const s = getComputedStyle(e);
  return e.innerText && e.clientWidth > 1 && e.clientHeight > 1 && s.overflowX === 'hidden'
    && e.scrollWidth > e.clientWidth + 1
    && !e.closest('.visually-hidden');
}).map(e => e.outerHTML.slice(0, 120))"""


def _rounds(product: Product) -> dict[str, str]:
    with urllib.request.urlopen(product.url + "/api/v1/rounds") as answer:  # noqa: S310 - our own loopback address
        return {round_["state"]: round_["id"] for round_ in json.load(answer)["rounds"]}


def _public(page: Page, product: Product) -> list[str]:
    ids = _rounds(product)
    page.goto("/results")
    sheet = page.locator("main a[href^='/results/']").first.get_attribute("href")
    assert sheet is not None
    boards = [f"/rounds/{ids[state]}/board" for state in ("open", "published")]
    boards += [boards[1] + "/agencies", *(f"/rounds/{ids[state]}/waiting" for state in ("open", "scheduled"))]
    return ["/", "/rules", "/results", sheet, *boards, "/sign-in", "/register", "/khong-co"]


def _contestant(page: Page, product: Product) -> list[str]:
    register(page, name="Hồ Thị Sáu", typed="cong trinh nong nghiep", agency="Ban Quản lý dự án đầu tư xây dựng")
    begin(page)
    waiting = f"/rounds/{open_round(product)}/waiting"
    return [page.url.removeprefix(product.url), "/", "/account", waiting, waiting + "/own"]


def _organiser(page: Page, product: Product) -> list[str]:
    sign_in(page, product.account("organiser"))
    ids = _rounds(product)
    page.goto("/organiser")
    new_round = page.locator("a[href$='/rounds/new']").first.get_attribute("href")
    assert new_round is not None
    rounds = [f"/organiser/rounds/{ids[state]}" for state in ("open", "published", "scheduled")]
    takers, ranking = rounds[0] + "/takers", rounds[1] + "/ranking"
    return ["/organiser", *rounds, takers, ranking, "/organiser/contests/new", new_round, "/organiser/questions"]


def _bank(page: Page, product: Product) -> list[str]:
    sign_in(page, product.account("organiser"))
    ids = _rounds(product)
    page.goto("/organiser/questions?state=quarantined")
    question = page.locator(".question-link a").first.get_attribute("href")
    page.goto("/organiser/law")
    document = page.locator("main a[href^='/organiser/law/']:not([href*='new']):not([href*='file'])").first
    law = document.get_attribute("href")
    assert question is not None
    assert law is not None
    desk = ("questions/coverage", "questions/new", "review", "review?queue=samples", "review/minutes", "situations")
    more = ("situations/new", "imports", "exports", "exports/print", "quality", "law", "law/new", "law/file")
    settings = ("banks", "banks/owners", "tasks", f"rounds/{ids['published']}/items")
    return [question, law, law + "/edit", *(f"/organiser/{path}" for path in (*desk, *more, *settings))]


def _contact(page: Page, product: Product) -> list[str]:
    sign_in(page, product.account("agency_contact"))
    return ["/agency", "/account"]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(
    "journey", [_public, _contestant, _organiser, _bank, _contact], ids=lambda j: j.__name__.strip("_")
)
def test_pages(browser: Browser, product: Product, journey: Callable[[Page, Product], list[str]], theme: str) -> None:
    context = browser.new_context(
        base_url=product.url, locale="vi-VN", color_scheme=theme, viewport={"width": 1280, "height": 900}
    )
    page = context.new_page()
    problems = []
    for path in journey(page, product):
        page.set_viewport_size({"width": 1280, "height": 900})
        page.goto(path)
        page.wait_for_timeout(150)
        found = Axe().run(page)
        problems += [(path, v["id"], v["nodes"][0]["html"][:150]) for v in found.response["violations"]]
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            no_sideways_scroll(page)
            problems += [(path, width, clipped) for clipped in page.evaluate(CLIPPED)]
    context.close()
    assert problems == []
