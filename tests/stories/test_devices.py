"""Phones that sleep, clocks that lie, windows that are doubled, browsers that forget: the sitting goes on."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.stories.conftest import PHONE, Product
from tests.stories.steps import PASSWORD, answer, begin, register, sign_in, submit

pytestmark = pytest.mark.story
# The device's wall clock is a day ahead, and jumps on while the device sleeps; the steady clock stands still then.
WRONG_CLOCK = """
  const Real = Date;
  window.slept = 86400000;
  window.Date = class extends Real {
    constructor(...given) { if (given.length) super(...given); else super(Real.now() + window.slept); }
    static now() { return Real.now() + window.slept; }
  };
"""
NO_STORAGE = (
    "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('off', 'SecurityError'); } });"
)
ZALO = (
    "Mozilla/5.0 (Linux; Android 10; SM-A107F; wv) AppleWebKit/537.36 Chrome/80.0.3987.99 Mobile Safari/537.36 Zalo/1.0"
)
LEFT_BEHIND = """async () => [
  localStorage.length, sessionStorage.length, (await indexedDB.databases()).length,
  window.caches ? (await caches.keys()).length : 0,
]"""


def _saved(page: Page) -> None:
    expect(page.locator("#saved")).to_contain_text("Đã lưu lúc", timeout=8000)


def test_a_clock_wrong_by_a_day_a_sleeping_phone_a_double_click_and_back(page: Page) -> None:
    page.add_init_script(WRONG_CLOCK)
    register(page, name="Nguyễn Văn Lệch", typed="so noi", agency="Sở Nội vụ")
    begin(page)
    paper = page.url
    answer(page, 0)
    _saved(page)
    assert page.locator("#clock").inner_text() > "19:00"
    with page.expect_request("**/answers", timeout=5000):  # awake again: the page asks what time it is
        page.evaluate("window.slept += 600000")
    assert page.locator("#clock").inner_text() > "19:00"

    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.url.endswith("/submission") else None)
    page.locator("#hand-in").click()
    page.locator('#review [data-act="confirm"]').dblclick()
    page.wait_for_url("**/receipt")
    assert len(sent) == 1
    page.goto("/")
    page.goto(paper)
    expect(page.get_by_role("heading", name="Đã nộp bài")).to_be_visible()
    page.go_back()
    page.go_back()
    expect(page.get_by_role("heading", name="Đã nộp bài")).to_be_visible()


def test_two_windows_and_a_session_that_ends_in_the_middle(page: Page) -> None:
    login = register(page, name="Trần Thị Hai Cửa", typed="so tu phap", agency="Sở Tư pháp")
    begin(page)
    second = page.context.new_page()
    second.goto(page.url)
    answer(second, 1)
    expect(page.locator('[data-band="window"]')).to_be_visible()
    _saved(second)
    page.bring_to_front()
    page.get_by_role("button", name="Tiếp tục ở cửa sổ này").first.click()  # the bar may repeat it
    expect(page.locator('[data-band="window"]')).to_be_hidden()  # the server has answered: the paper is this window's
    expect(page.locator("#answered")).to_have_text("Đã trả lời 1/20 câu")
    second.close()

    page.context.clear_cookies()
    page.locator('#steps [data-act="next"]').click()
    answer(page, 1)
    band = page.locator('[data-band="sign-in"]')
    expect(band).to_contain_text("Phiên đăng nhập đã kết thúc.", timeout=8000)
    band.locator("input[name=login]").fill(login)
    band.locator("input[name=password]").fill(PASSWORD)
    band.get_by_role("button", name="Đăng nhập").click()
    _saved(page)
    expect(page.locator("#answered")).to_have_text("Đã trả lời 2/20 câu")


def test_inside_a_chat_app_without_storage_and_after_it_was_closed(browser: Browser, product: Product) -> None:
    def app() -> Page:
        context = browser.new_context(
            base_url=product.url, locale="vi-VN", viewport=PHONE, user_agent=ZALO, accept_downloads=False
        )
        context.add_init_script(NO_STORAGE)
        return context.new_page()

    page = app()
    register(page, name="Lê Thị Trong Ứng Dụng", typed="so y te", agency="Sở Y tế")
    begin(page)
    expect(page.locator('[data-band="in-app"]')).to_contain_text("Tiếp tục làm bài")
    expect(page.locator('[data-band="unkept"]')).to_be_visible()
    answer(page, 0)
    _saved(page)
    cookies, paper = page.context.cookies(), page.url
    page.context.close()

    page = app()
    page.context.add_cookies(cookies)  # all that outlives the app's window
    page.goto(paper)
    expect(page.locator("#answered")).to_have_text("Đã trả lời 1/20 câu")
    page.locator('#steps [data-act="next"]').click()
    answer(page, 1)
    _saved(page)
    page.locator("#hand-in").click()
    submit(page)
    picture = page.locator("#picture-image")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.src.startsWith('data:image/png') && image.naturalWidth > 700")
    expect(page.get_by_text("chạm giữ ảnh dưới đây để lưu hoặc gửi đi")).to_be_visible()
    expect(page.locator("#save-text")).to_be_hidden()
    page.context.close()


def test_a_shared_computer_keeps_nothing_of_the_former_person(page: Page) -> None:
    name = "Phạm Thị Người Trước"
    login = register(page, name=name, typed="so noi", agency="Sở Nội vụ")
    begin(page)
    paper = page.url
    page.context.set_offline(True)
    answer(page, 0)
    page.locator("#looks summary").click()
    leaving = page.locator("#leaving")
    page.get_by_role("button", name="Đổi người dự thi").click()
    expect(leaving).to_contain_text("Đăng xuất không dừng đồng hồ của bài thi.")
    leaving.get_by_role("button", name="Đăng xuất").click()
    expect(leaving).to_contain_text("còn câu trả lời chưa gửi")
    page.get_by_role("button", name="Chưa đăng xuất").click(timeout=8000)
    page.context.set_offline(False)
    page.locator("#looks summary").click()
    page.get_by_role("button", name="Đổi người dự thi").click()
    leaving.get_by_role("link", name="Tiếp tục làm bài").click()  # here still: the panel goes
    expect(leaving).to_be_hidden()
    page.get_by_role("link", name="Trang chủ").click()
    page.get_by_role("button", name="Đổi người dự thi").click()
    expect(leaving).to_contain_text("Đăng xuất không dừng đồng hồ của bài thi.")
    leaving.get_by_role("link", name="Tiếp tục làm bài").click()
    page.wait_for_url(paper)
    page.locator("#looks summary").click()
    page.get_by_role("button", name="Đổi người dự thi").click()
    leaving.get_by_role("button", name="Đăng xuất").click()  # sends first, then leaves by itself
    page.wait_for_url("**/sign-in")
    assert page.evaluate(LEFT_BEHIND) == [0, 0, 0, 0]
    assert {cookie["name"] for cookie in page.context.cookies()} <= {"contest"}
    page.go_back()
    expect(page.get_by_role("heading", name="Đăng nhập")).to_be_visible()
    assert name not in page.content()

    sign_in(page, {"login": login, "password": PASSWORD})
    page.goto(paper)
    expect(page.locator("#answered")).to_have_text("Đã trả lời 1/20 câu")


def test_all_questions_on_one_page_by_keyboard_in_large_text(page: Page) -> None:
    register(page, name="Hoàng Văn Phím", typed="so tai chinh", agency="Sở Tài chính")
    begin(page)
    page.locator("#looks summary").click()
    page.get_by_role("button", name="Tất cả các câu").click()
    page.get_by_role("button", name="Chữ lớn hơn").click()
    page.keyboard.press("Escape")
    expect(page.locator(".question:visible")).to_have_count(20)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("2")
    expect(page.locator("#q-2 input").nth(1)).to_be_checked()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("a")
    expect(page.locator("#q-3 input").nth(0)).to_be_checked()
    page.locator("#q-12 .option").first.scroll_into_view_if_needed()
    page.mouse.wheel(0, 300)
    expect(page.locator('#cells [data-current="yes"]')).not_to_have_attribute("data-slot", "3")
    _saved(page)
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-text", "2")
    expect(page.locator(".question:visible")).to_have_count(20)
    expect(page.locator("#answered")).to_have_text("Đã trả lời 2/20 câu")
