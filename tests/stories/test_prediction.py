"""A round with a prediction question: typed, paused, resumed, a key corrected, handed in; also without JavaScript."""

import os
import re
import subprocess
import sys
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.stories.conftest import ROOT, Product
from tests.stories.steps import PASSWORD, answer, begin, register, sign_in
from tests.stories.test_organiser import SAVE, create_round

pytestmark = pytest.mark.story
CONTEST = "Cuộc thi có câu hỏi dự đoán"
SMALL = {"width": 360, "height": 640}
# What is seen in the middle of a node belongs to it: nothing lies over it.
UNCOVERED = """node => {
  const box = node.getBoundingClientRect();
  const seen = document.elementFromPoint(box.left + 20, box.top + Math.min(box.height, 40) / 2);
  return node.contains(seen) || [box.top, seen && seen.outerHTML.slice(0, 200), window.scrollY];
}"""


def _command(product: Product, *words: str) -> None:
    environment = {**os.environ, "VAR_DIR": str(product.var)}
    for name in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "MODE", "HOST"):
        environment.pop(name, None)
    subprocess.run([sys.executable, "-m", "flask", "--app", "app", *words], cwd=ROOT, env=environment, check=True)


@pytest.fixture(scope="module")
def round_id(browser: Browser, product: Product) -> str:
    """An open round that asks for a prediction, made by an organiser."""
    desk = browser.new_context(base_url=product.url, locale="vi-VN", viewport={"width": 1280, "height": 900})
    page = desk.new_page()
    sign_in(page, product.account("organiser"))
    page.goto("/organiser/contests/new")
    page.get_by_label("Tên cuộc thi").fill(CONTEST)
    page.get_by_label("Đơn vị tổ chức").fill("Sở Nội vụ tỉnh Nghệ An")
    page.locator("main form button[type=submit]").click()
    page.wait_for_url("**/rounds/new")
    create_round(page, attempts="1", opened=timedelta(minutes=1))  # the demo's stays the first on the home page
    page.locator("#ranking-part > summary").click()
    page.locator('input[name="predicts"]').check()
    for name, place in (("prediction", "2"), ("elapsed", "3"), ("submitted_at", "4")):
        page.locator(f'select[name="place_{name}"]').select_option(place)
    page.locator(SAVE).click()
    page.locator("summary").filter(has_text="Chốt đề").click()
    page.get_by_role("button", name="Xác nhận chốt đề").click()
    expect(page.get_by_text("Đã chốt đề").first).to_be_visible()
    found = page.url.rsplit("/", 1)[1]
    desk.close()
    return found


def _enter(page: Page, name: str, *, script: bool = True) -> str:
    login = register(page, name=name, typed="so y te", agency="Sở Y tế", script=script)
    _to_contest(page)
    begin(page)
    return login


def _to_contest(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name=CONTEST).or_(page.get_by_role("heading", name=CONTEST)).first.click()


def _told(page: Page, band: str) -> Locator:
    """The band, once the page has looked at the round's clock as it does on coming back to the front."""
    page.wait_for_timeout(1500)  # the clock's answer is cacheable for a second
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    return page.locator(f'[data-band="{band}"]')


def _correct(browser: Browser, product: Product, round_id: str, stem: str) -> None:
    """One of the committee proposes another key, a second one approves."""
    second = browser.new_context(base_url=product.url, locale="vi-VN")
    other = second.new_page()
    login = register(other, name="Lê Thị Phê Duyệt", typed="so tu phap", agency="Sở Tư pháp")
    _command(product, "people", "organiser", login)
    first = browser.new_context(base_url=product.url, locale="vi-VN")
    page = first.new_page()
    sign_in(page, product.account("organiser"))
    page.goto(f"/organiser/rounds/{round_id}/keys")
    page.locator("#q").fill(stem[:150])
    page.get_by_role("button", name="Tìm câu hỏi").click()
    page.locator(".found-questions a").first.click()
    page.get_by_role("button", name="Hiện đáp án để xử lý").click()
    right = page.locator(".is-key").first
    wrong = 1 if "A" in right.inner_text()[:2] else 0
    page.locator('input[name="how"][value="keys"]').check()
    page.locator('input[name="keys"]').nth(wrong).check()
    page.locator("#reason").fill("Văn bản đã được sửa đổi")
    page.get_by_role("button", name="Tính thử ảnh hưởng").click()
    page.get_by_role("button", name="Trình phê duyệt").click()
    page.wait_for_load_state()
    other.goto(f"/organiser/rounds/{round_id}")
    other.locator(f'a[href*="/rounds/{round_id}/keys?change="]').first.click()
    other.get_by_role("button", name="Xem đáp án và ảnh hưởng").click()
    other.get_by_role("button", name="Phê duyệt và chấm lại").click()
    other.wait_for_load_state()
    first.close()
    second.close()


def test_predicting_through_a_pause_and_a_corrected_key(
    phone: BrowserContext, browser: Browser, product: Product, round_id: str
) -> None:
    page = phone.new_page()
    page.set_viewport_size(SMALL)
    login = _enter(page, "Nguyễn Thị Dự Đoán")
    phone.add_cookies([{"name": "text", "value": "4", "url": product.url}])
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-text", "4")
    stem = page.locator(".question:visible .stem").inner_text()
    answer(page, 0)
    for _ in range(4):
        page.locator('#steps [data-act="next"]').click()
    number, wrong = page.get_by_label("Số dự đoán"), page.locator("#prediction-error")
    number.fill("12a")
    number.blur()
    expect(wrong).to_contain_text("Đề nghị nhập một số nguyên từ 0 đến 99.999.999")
    number.fill("14492")
    number.blur()
    expect(wrong).to_be_hidden()
    expect(number).to_have_value("14.492")
    expect(page.locator("#saved")).to_contain_text("Đã lưu lúc", timeout=8000)
    page.reload()
    expect(number).to_have_value("14.492")

    _command(product, "rounds", "pause", round_id, "--reason", "Mất điện diện rộng")
    paused = _told(page, "paused")
    expect(paused).to_be_visible(timeout=30_000)
    expect(paused).to_contain_text("Thời gian tạm dừng không tính")
    before = page.locator("#clock").inner_text()
    page.wait_for_timeout(2500)
    assert page.locator("#clock").inner_text() == before
    page.locator('#steps [data-act="back"]').click()  # nothing lies over the question nor over the buttons
    head = page.locator(".situation:visible summary, .question:visible legend").first
    assert head.evaluate(UNCOVERED) is True
    assert page.locator(".paper-top").bounding_box()["height"] < SMALL["height"] / 5  # type: ignore[index]
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    expect(page.locator("#held")).to_be_in_viewport()
    page.get_by_role("button", name="Vòng thi đang tạm dừng; thời gian không tính").click()
    expect(paused).to_be_in_viewport()
    expect(page.locator("#bands-more")).to_be_hidden()
    answer(page, 1)  # answering goes on
    expect(page.locator("#answered")).to_have_text("Đã trả lời 2/4 câu")

    _command(product, "rounds", "resume", round_id, "--reason", "Có điện trở lại")
    expect(_told(page, "paused")).to_be_hidden(timeout=30_000)
    expect(page.locator('[data-band="moved"]')).to_be_visible()
    expect(page.locator('[data-band="moved"]')).to_contain_text("Vòng thi đã tiếp tục. Thời gian làm bài kết thúc lúc")
    expect(page.locator("#clock")).not_to_have_text(before)

    _correct(browser, product, round_id, stem)
    notice = _told(page, "notice")
    expect(notice).to_be_visible(timeout=30_000)
    expect(notice).to_contain_text("Câu 1 của bài thi này có sai sót về đáp án")
    notice.get_by_role("button", name="Đã xem").click()
    expect(notice).to_be_hidden()
    assert head.evaluate(UNCOVERED) is True
    page.reload()
    expect(page.locator("#clock")).to_have_text(re.compile(r"^\d\d:\d\d$"))
    expect(notice).to_be_hidden()  # told once
    expect(page.locator("[data-notice]")).to_be_hidden()
    _handed_in_elsewhere(browser, product, page, login)


def _handed_in_elsewhere(browser: Browser, product: Product, page: Page, login: str) -> None:
    """Another device without a script hands in; what this one types afterwards is refused in words."""
    desk = browser.new_context(base_url=product.url, locale="vi-VN", java_script_enabled=False)
    other = desk.new_page()
    sign_in(other, {"login": login, "password": PASSWORD})
    _to_contest(other)
    other.get_by_role("button", name="Tiếp tục làm bài").first.click()
    expect(other.get_by_label("Số dự đoán")).to_have_value("14.492")
    other.locator('button[name="action"][value="review"]').first.click()
    other.locator('button[name="action"][value="submit"]').first.click()
    expect(other.get_by_role("heading", name="Đã nộp bài")).to_be_visible()
    desk.close()
    page.locator('.cell[data-slot="prediction"]').dispatch_event("click")
    page.get_by_label("Số dự đoán").fill("99")
    page.wait_for_url("**/receipt")
    expect(page.get_by_text("các câu sửa sau trên thiết bị này không được ghi nhận")).to_be_visible()
    assert page.evaluate("localStorage.length") == 0


def test_without_javascript_the_prediction_is_a_field_of_the_form(
    browser: Browser, product: Product, round_id: str
) -> None:
    context = browser.new_context(base_url=product.url, java_script_enabled=False, viewport=SMALL, locale="vi-VN")
    page = context.new_page()
    _enter(page, "Trần Văn Đoán", script=False)
    number = page.get_by_label("Số dự đoán")
    number.fill("12a")
    page.locator('button[name="action"][value="save"]:visible').first.click()
    expect(page.locator("#prediction-error")).to_contain_text("Số dự đoán phải là số nguyên từ 0 đến 99.999.999.")
    expect(number).to_have_value("12a")
    number.fill("")
    page.locator('button[name="action"][value="review"]').first.click()
    expect(page.locator("#notice").get_by_role("link", name="Câu hỏi dự đoán")).to_be_visible()
    number.fill("1.500")
    page.locator('button[name="action"][value="save"]:visible').first.click()
    expect(number).to_have_value("1.500")
    page.locator('button[name="action"][value="review"]').first.click()
    page.locator('button[name="action"][value="submit"]').first.click()
    expect(page.get_by_role("heading", name="Đã nộp bài")).to_be_visible()
    context.close()
