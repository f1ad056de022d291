"""The waiting room on a phone: signing in from there, one's turn, the button; and without JavaScript."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.stories.conftest import PHONE, Product
from tests.stories.steps import open_round, register

pytestmark = pytest.mark.story


def test_the_button_comes_with_ones_turn_and_nothing_starts_by_itself(page: Page, product: Product) -> None:
    room = f"/rounds/{open_round(product)}/waiting"
    page.goto(room)
    expect(page.get_by_role("link", name="Đăng nhập để lấy lượt")).to_be_visible()
    expect(page.get_by_role("button", name="Vào thi")).to_be_hidden()
    register(page, name="Lê Thị Chờ", typed="so y te", agency="Sở Y tế")
    page.goto(room)
    button = page.get_by_role("button", name="Vào thi")
    expect(button).to_be_visible()
    expect(button).to_be_focused()
    expect(page.get_by_role("status")).to_contain_text("Đã đến lượt. Vào thi trước")
    assert page.title().startswith("Đã đến lượt")
    assert page.url.endswith(room)
    button.click()
    page.wait_for_url("**/attempts/**")


def test_before_the_lobby_the_page_counts_down(page: Page, product: Product) -> None:
    register(page, name="Trần Văn Sớm", typed="so y te", agency="Sở Y tế")
    rounds = page.request.get("/api/v1/rounds").json()["rounds"]
    scheduled = next(round_["id"] for round_ in rounds if round_["state"] == "scheduled")
    page.goto(f"/rounds/{scheduled}/waiting")
    expect(page.get_by_role("timer")).to_contain_text("Còn")
    expect(page.get_by_role("status")).to_contain_text("Phòng chờ mở trước giờ thi 30 phút")


def test_without_javascript_a_button_asks_and_enters(browser: Browser, product: Product) -> None:
    context = browser.new_context(viewport=PHONE, locale="vi-VN", base_url=product.url, java_script_enabled=False)
    page = context.new_page()
    register(page, name="Phạm Thị Cũ", typed="so y te", agency="Sở Y tế", script=False)
    page.goto(f"/rounds/{open_round(product)}/waiting")
    page.locator("noscript a.btn").click()
    expect(page.get_by_text("Chưa có lượt chờ")).to_be_visible()
    page.get_by_role("button", name="Lấy lượt chờ").click()
    page.wait_for_url("**/attempts/**")
    context.close()
