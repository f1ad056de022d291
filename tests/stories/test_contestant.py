"""A contestant on a phone of 360 px: from the rules to the receipt, and onto the board."""

import re
import time

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.stories.conftest import Product
from tests.stories.steps import answer, begin, no_sideways_scroll, open_round, register, submit

pytestmark = pytest.mark.story


def test_register_sit_offline_reload_submit_and_see_oneself_on_the_board(page: Page, product: Product) -> None:
    page.goto("/")
    page.get_by_role("link", name="Thể lệ").first.click()
    expect(page.get_by_role("heading", name="Thể lệ cuộc thi")).to_be_visible()
    register(page, name="Nguyễn Thị Hoa", typed="so noi", agency="Sở Nội vụ")
    begin(page)
    clock = page.locator("#clock")
    expect(clock).to_have_text(re.compile(r"^(19|20):\d\d$"))
    expect(page.locator("#answered")).to_have_text("Đã trả lời 0/20 câu")
    answer(page, 0)
    expect(page.locator("#saved")).to_contain_text("Đã lưu", timeout=8000)
    page.get_by_role("button", name="Đánh dấu xem lại").first.click()
    page.locator('#steps [data-act="next"]').click()

    page.context.set_offline(True)
    for _ in range(3):
        answer(page, 1)
        page.locator('#steps [data-act="next"]').click()
    expect(page.get_by_text("Đang mất mạng.", exact=False).first).to_be_visible(timeout=10_000)
    page.context.set_offline(False)
    page.reload()
    expect(page.locator("#answered")).to_have_text("Đã trả lời 4/20 câu")
    expect(page.locator("#saved")).to_contain_text("Đã lưu", timeout=10_000)
    no_sideways_scroll(page)

    page.keyboard.press("ArrowRight")
    page.locator("#hand-in").click()
    review = page.locator("#review")
    expect(review).to_contain_text("16")
    submit(page)
    expect(page.get_by_role("heading", name="Đã nộp bài")).to_be_visible()
    expect(page.locator(".ticket-code")).to_have_text(re.compile(r"^\w{4}-\w{4}-\w{4}$"))
    expect(page.get_by_text("4/20 câu")).to_be_visible()
    no_sideways_scroll(page)

    submitted = time.monotonic()
    board = f"/rounds/{open_round(product)}/board"
    while "Nguyễn T. H." not in page.request.get("/api/v1" + board).text():
        assert time.monotonic() - submitted < 2
        time.sleep(0.1)
    page.goto(board)
    expect(page.locator("[data-my-row]")).to_contain_text("Hạng")
    expect(page.get_by_text("Tạm tính").first).to_be_visible()
    expect(page.get_by_text("Nguyễn T. H.").first).to_be_visible()


def test_a_second_device_takes_over_and_the_first_one_loses_nothing(page: Page, browser, product: Product) -> None:
    login = register(page, name="Trần Văn Hai", typed="so tu phap", agency="Sở Tư pháp")
    begin(page)
    answer(page, 2)
    expect(page.locator("#saved")).to_contain_text("Đã lưu", timeout=8000)

    other = browser.new_context(base_url=product.url, locale="vi-VN")
    second = other.new_page()
    second.goto("/sign-in")
    second.get_by_label("Số điện thoại hoặc tên đăng nhập").or_(second.get_by_label("Tên đăng nhập")).first.fill(login)
    second.get_by_label("Mật khẩu").fill("sen-ho-tay-1010-nam")
    second.get_by_role("button", name="Đăng nhập").click()
    second.get_by_role("button", name="Tiếp tục làm bài").click()
    expect(second.locator("#answered")).to_have_text("Đã trả lời 1/20 câu")

    second.locator('#steps [data-act="next"]').click()
    answer(second, 1)
    expect(second.locator("#saved")).to_contain_text("Đã lưu lúc", timeout=8000)

    page.locator('#steps [data-act="next"]').click()
    answer(page, 0)
    band = page.get_by_text("Bài thi đang được làm trên thiết bị khác").first
    expect(band).to_be_visible(timeout=10_000)
    page.get_by_role("button", name="Tiếp tục trên thiết bị này").first.click()  # the bar may repeat it
    expect(page.locator("#answered")).to_have_text("Đã trả lời 2/20 câu")
    expect(page.locator("#saved")).to_contain_text("Đã lưu", timeout=10_000)
    # Both answers are named; the other device's is one tap away, and this one's comes back with the next.
    shown = page.locator(".question:visible")
    expect(shown).to_contain_text("Thiết bị khác đã chọn: B.")
    expect(shown.locator("input").nth(0)).to_be_checked()
    page.reload()
    page.get_by_role("button", name="Chọn B").click()
    expect(shown.locator("input").nth(1)).to_be_checked()
    expect(shown).to_contain_text("Thiết bị này đã chọn: A.")
    page.get_by_role("button", name="Chọn A").click()
    expect(shown.locator("input").nth(0)).to_be_checked()
    other.close()


def test_without_javascript_the_paper_is_a_plain_form(browser, product: Product) -> None:
    context: BrowserContext = browser.new_context(
        base_url=product.url, java_script_enabled=False, viewport={"width": 360, "height": 740}, locale="vi-VN"
    )
    page = context.new_page()
    register(page, name="Lê Thị Ba", typed="so tai chinh", agency="Sở Tài chính", script=False)
    begin(page)
    for slot in range(1, 20):
        page.locator(f'input[name="slot-{slot}"]').first.check()
    no_sideways_scroll(page)
    page.get_by_role("button", name="Lưu bài").first.click()
    expect(page.get_by_text("Còn 1 câu chưa trả lời").first).to_be_visible()
    expect(page.locator('input[name="slot-3"]').first).to_be_checked()

    page.locator("#looks summary").click()
    page.get_by_role("button", name="Chữ lớn hơn").click()
    expect(page.locator("html")).to_have_attribute("data-text", "2")
    expect(page.locator('input[name="slot-3"]').first).to_be_checked()
    page.locator('button[name="action"][value="review"]').first.click()
    review = page.locator("#notice .notice-warn")
    expect(review).to_contain_text("Xem lại trước khi nộp bài")
    expect(review.get_by_role("link", name="Câu 20")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("data-text", "2")
    page.locator('input[name="slot-20"]').first.check()
    page.locator('button[name="action"][value="review"]').first.click()
    expect(page.get_by_text("Đã lưu đủ các câu").first).to_be_visible()
    page.get_by_role("button", name="Xác nhận nộp bài").first.click()
    expect(page.get_by_role("heading", name="Đã nộp bài")).to_be_visible()
    expect(page.get_by_text("20/20 câu")).to_be_visible()
    context.close()
