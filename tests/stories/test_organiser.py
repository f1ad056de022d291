"""An organiser runs a round from the blueprint to the published sheet; a contact sees their own agency only."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page, expect
from python_calamine import CalamineWorkbook

from tests.stories.conftest import Product
from tests.stories.steps import answer, begin, register, sign_in, submit

pytestmark = pytest.mark.story
FORM = "%Y-%m-%dT%H:%M"
SAVE = ".save-bar button[type=submit]"


def _local(**delta: float) -> str:
    return (datetime.now(ZoneInfo("Asia/Ho_Chi_Minh")) + timedelta(**delta)).strftime(FORM)


def create_round(page: Page, *, attempts: str, opened: timedelta = timedelta(days=1)) -> None:
    """Fill in the form of a trial round of four questions that opened so long ago."""
    page.get_by_label("Tên vòng thi").fill("Vòng thi thử của Ban Tổ chức")
    for field, since in (("opens_at", -opened), ("closes_at", timedelta(days=2))):
        day, clock = _local(seconds=since.total_seconds()).split("T")
        page.locator(f"#{field}").fill(day)
        page.locator(f"#{field}-time").fill(clock)
    page.locator('input[name="minutes"]').fill("15")
    page.locator("#sitting-part > summary").click()
    page.locator('input[name="attempts"]').fill(attempts)
    page.locator('input[name="trial"]').check()
    page.locator('input[name="cell-kiem-soat-1"]').fill("2")
    page.locator('input[name="cell-mot-cua-2"]').fill("2")


def test_a_round_from_its_blueprint_to_its_published_sheet(browser: Browser, product: Product) -> None:
    desk = browser.new_context(base_url=product.url, locale="vi-VN", viewport={"width": 1280, "height": 900})
    page = desk.new_page()
    sign_in(page, product.account("organiser"))
    page.goto("/organiser/contests/new")
    page.get_by_label("Tên cuộc thi").fill("Cuộc thi thử nghiệm")
    page.get_by_label("Đơn vị tổ chức").fill("Sở Tư pháp tỉnh Nghệ An")
    page.locator("main form button[type=submit]").click()

    page.wait_for_url("**/rounds/new")
    create_round(page, attempts="20")
    page.locator(SAVE).click()
    expect(page.get_by_text("trong khi mỗi người có 20 lượt thi")).to_be_visible()
    page.get_by_role("link", name="Sửa vòng thi").first.click()
    page.locator('input[name="attempts"]').fill("1")
    page.locator(SAVE).click()
    page.locator("summary").filter(has_text="Chốt đề").click()
    page.get_by_role("button", name="Xác nhận chốt đề").click()
    expect(page.get_by_text("Đã chốt đề").first).to_be_visible()
    round_id = page.url.rsplit("/", 1)[1]

    phone = browser.new_context(base_url=product.url, locale="vi-VN", viewport={"width": 360, "height": 740})
    taker = phone.new_page()
    register(taker, name="Đặng Thị Bảy", typed="so tu phap", agency="Sở Tư pháp")
    contest = taker.get_by_role("link", name="Cuộc thi thử nghiệm").or_(
        taker.get_by_role("heading", name="Cuộc thi thử nghiệm")
    )
    contest.first.click()
    begin(taker)
    for _ in range(4):
        answer(taker, 0)
        taker.locator('#steps [data-act="next"]').click()
    submit(taker)
    phone.close()

    page.reload()
    page.get_by_text("Gia hạn", exact=True).first.click()
    day, time = _local(days=3).split("T")
    page.locator("#extend-closes-at").fill(day)
    page.locator("#extend-closes-at-time").fill(time)
    page.locator("#extend-reason").fill("Mất điện diện rộng")
    page.get_by_role("button", name="Gia hạn vòng thi").click()
    expect(page.get_by_text("Đã gia hạn vòng thi.")).to_be_visible()
    expect(page.get_by_role("listitem").filter(has_text="Lý do: Mất điện diện rộng").last).to_be_visible()
    page.goto(f"/organiser/rounds/{round_id}/takers")
    expect(page.get_by_role("row").filter(has_text="Sở Tư pháp")).to_contain_text("1")

    page.goto(f"/organiser/rounds/{round_id}")
    page.get_by_text("Kết thúc sớm", exact=True).first.click()
    page.locator("#close-reason").fill("Diễn tập")
    page.get_by_role("button", name="Kết thúc sau 60 giây").click()
    expect(page.get_by_role("alert")).to_contain_text("Bấm lần nữa để thực hiện")
    page.get_by_role("button", name="Kết thúc sau 60 giây").click()
    expect(page.get_by_text("Vòng thi kết thúc sau 60 giây.").first).to_be_visible()
    page.wait_for_timeout(61_000)
    page.reload()
    page.get_by_role("link", name="Xếp hạng", exact=True).first.click()
    expect(page.get_by_text("Đặng Thị Bảy")).to_be_visible()
    page.get_by_role("button", name=re.compile("Chốt kết quả")).click()
    page.wait_for_url("**/sheets/**")
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("xlsx|Excel")).first.click()
    rows = CalamineWorkbook.from_path(str(download.value.path())).get_sheet_by_index(0).to_python()
    assert any("Đặng Thị Bảy" in str(cell) for row in rows for cell in row)
    publish = page.get_by_role("button", name=re.compile("Công bố"))
    if not publish.first.is_visible():
        page.get_by_text("Công bố", exact=True).first.click()
    publish.first.click()
    expect(page.get_by_text("Đã công bố kết quả.")).to_be_visible()

    reader = browser.new_context(base_url=product.url, locale="vi-VN").new_page()
    reader.goto("/results")
    reader.get_by_role("link", name=re.compile("Vòng thi thử")).first.click()
    expect(reader.get_by_text("Đặng T. B.")).to_be_visible()
    expect(reader.get_by_text("Đặng Thị Bảy")).to_have_count(0)
    expect(reader.get_by_text("SHA-256").first).to_be_visible()
    reader.context.close()
    desk.close()


def test_a_contact_sees_their_own_agency_and_no_other(page: Page, product: Product) -> None:
    sign_in(page, product.account("agency_contact"))
    page.goto("/agency")
    expect(page.get_by_role("heading", name="Sở Nội vụ")).to_be_visible()
    expect(page.locator("main").get_by_text("Phạm Thị Mẫu").first).to_be_visible()
    expect(page.get_by_text("Lê Văn Mẫu")).to_have_count(0)
    assert page.goto("/organiser").status == 403
