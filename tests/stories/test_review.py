"""A reviewer works through three hundred questions: one key each, the next one stands there at once."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.stories.conftest import Product
from tests.stories.steps import no_sideways_scroll, sign_in

pytestmark = pytest.mark.story
QUESTIONS = 300
LIMIT_MS = 300
# From the key's own event to the first frame in which another question stands on the page.
WATCH = """
() => {
  window.waits = [];
  let pressed = 0;
  const shown = () => document.querySelector("[data-card]")?.dataset.question;
  document.addEventListener("keydown", (event) => {
    if (event.key !== "d") return;
    const before = shown();
    pressed = event.timeStamp;
    const look = () => {
      const now = shown();
      if (now && now !== before) window.waits.push(performance.now() - pressed);
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  }, true);
}
"""


def _desk(browser: Browser, product: Product) -> Page:
    context = browser.new_context(base_url=product.url, locale="vi-VN", viewport={"width": 1280, "height": 900})
    context.set_default_timeout(30_000)
    page = context.new_page()
    sign_in(page, product.account("organiser"))
    page.wait_for_url("**/organiser")
    return page


def _begin(page: Page, queue: str) -> None:
    page.goto(f"/organiser/review?queue={queue}")
    page.get_by_role("button", name="Bắt đầu thẩm định").click()
    expect(page.locator(".is-live [data-card]")).to_be_visible()


def _approved(page: Page) -> int:
    """What the minutes say that the demo organiser has approved this month."""
    page.goto("/organiser/review/minutes")
    row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name="Lê Văn Mẫu", exact=True))
    return int(row.get_by_role("cell").first.inner_text()) if row.count() else 0


def test_three_hundred_questions_one_key_each_and_never_a_wait(browser: Browser, product: Product) -> None:
    page = _desk(browser, product)
    before = _approved(page)
    _begin(page, "samples")
    page.evaluate(WATCH)
    for number in range(1, QUESTIONS + 1):
        page.keyboard.press("d")
        page.wait_for_function("n => window.waits.length === n", arg=number, polling="raf")
    waits = sorted(page.evaluate("window.waits"))
    assert waits[int(len(waits) * 0.95)] <= LIMIT_MS, waits[-20:]

    expect(page.locator("[data-progress]")).to_contain_text(f"đã duyệt {QUESTIONS}")
    page.wait_for_function("n => Number(document.querySelector('[data-review]').dataset.saved) === n", arg=QUESTIONS)
    expect(page.locator("[data-bands]")).to_be_empty()
    assert _approved(page) == before + QUESTIONS
    with page.expect_download(timeout=120_000) as download:
        page.get_by_role("button", name="Tải biên bản").click()
    assert download.value.suggested_filename.startswith("bien-ban-tham-dinh-")
    page.context.close()


def test_words_are_asked_for_kept_and_refused_quietly(browser: Browser, product: Product) -> None:
    page = _desk(browser, product)
    _begin(page, "quarantined")
    first = page.locator("[data-card]").get_attribute("data-code")
    page.keyboard.press("d")
    field = page.locator("#say")
    expect(field).to_be_focused()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Đề nghị ghi ý kiến.").first).to_be_visible()
    field.press_sequentially("bdk?")  # letters, not keys
    expect(field).to_have_value("bdk?")
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    expect(page.locator("[data-card]")).not_to_have_attribute("data-code", first or "")
    page.keyboard.press("k")
    expect(page.locator("[data-card]")).to_have_attribute("data-code", first or "")
    page.keyboard.press("d")
    expect(field).to_have_value("bdk?")

    other = page.context.new_page()  # somebody decides on the same question meanwhile
    _begin(other, "quarantined")
    other.keyboard.press("d")
    other.locator("#say").fill("Quy định được giữ nguyên ở văn bản mới.")
    other.keyboard.press("Control+Enter")
    expect(other.locator("[data-review]")).to_have_attribute("data-saved", "1")
    page.keyboard.press("Control+Enter")
    band = page.locator("[data-band=refused]")
    expect(band).to_contain_text(f"Câu {first}")
    expect(band.get_by_role("link", name="Mở câu hỏi")).to_be_visible()
    expect(page.locator("[data-card]")).not_to_have_attribute("data-code", first or "")
    page.context.close()


def test_on_a_phone_without_a_script_one_form_a_question(browser: Browser, product: Product) -> None:
    context = browser.new_context(
        base_url=product.url, locale="vi-VN", viewport={"width": 360, "height": 740}, java_script_enabled=False
    )
    page = context.new_page()
    sign_in(page, product.account("organiser"))
    page.goto("/organiser/review?queue=samples")
    page.get_by_role("button", name="Bắt đầu thẩm định").click()
    code = page.locator("[data-card]").get_attribute("data-code")
    page.get_by_role("button", name="Duyệt").click()
    expect(page.get_by_text(f"Đã duyệt câu {code}.")).to_be_visible()
    expect(page.locator("[data-card]")).not_to_have_attribute("data-code", code or "")
    context.close()


def test_the_working_screen_fits_a_phone(browser: Browser, product: Product) -> None:
    page = _desk(browser, product)
    page.set_viewport_size({"width": 360, "height": 740})
    for queue in ("samples", "quarantined"):
        page.goto(f"/organiser/review?queue={queue}")
        no_sideways_scroll(page)
        page.get_by_role("button", name="Bắt đầu thẩm định").click()
        expect(page.locator("[data-card]")).to_be_visible()
        no_sideways_scroll(page)
    page.context.close()
