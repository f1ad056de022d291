"""Steps that several stories share, in the words that a user would use."""

import itertools
import json
import os
import urllib.request

from playwright.sync_api import Page, expect

from tests.stories.conftest import Product

PASSWORD = "sen-ho-tay-1010-nam"
_numbers = itertools.count(1)


def register(page: Page, *, name: str, typed: str, agency: str, script: bool = True) -> str:
    """Register by the form; the agency is typed without accents. Returns the login."""
    login = f"truyen{os.getpid()}x{next(_numbers)}"
    page.goto("/register")
    page.get_by_label("Họ và tên").fill(name)
    page.locator('input[name="login"]').fill(login)
    page.locator('input[name="password"]').fill(PASSWORD)
    field = page.locator('input[name="agency"]')
    if script:
        field.press_sequentially(typed)
        page.get_by_role("option", name=agency).first.click()
    else:
        field.fill(agency)
    page.locator('input[name="consent"]').check()
    page.get_by_role("button", name="Đăng ký").click()
    expect(page.get_by_role("button", name="Vào thi")).to_be_visible()
    return login


def sign_in(page: Page, account: dict[str, str]) -> None:
    """Sign in by the form."""
    page.goto("/sign-in")
    page.locator('input[name="login"]').fill(account["login"])
    page.locator('input[name="password"]').fill(account["password"])
    page.get_by_role("button", name="Đăng nhập").click()


def begin(page: Page) -> None:
    """Vào thi."""
    page.get_by_role("button", name="Vào thi").click()
    page.wait_for_url("**/attempts/**")


def answer(page: Page, choice: int) -> None:
    """Choose a choice of the question that is shown, the last one where it has fewer."""
    choices = page.locator(".question:visible label.option")
    choices.first.wait_for()
    choices.nth(min(choice, choices.count() - 1)).click()


def submit(page: Page) -> None:
    """Confirm in the review, wait for the receipt."""
    page.locator('#review [data-act="confirm"]').click()
    page.wait_for_url("**/receipt")


def open_round(product: Product) -> str:
    """The id of the demo's open round."""
    with urllib.request.urlopen(product.url + "/api/v1/rounds") as answer:  # noqa: S310 - our own loopback address
        rounds = json.load(answer)["rounds"]
    return next(one["id"] for one in rounds if one["state"] == "open" and one["title"].startswith("Tuần thi"))


def no_sideways_scroll(page: Page) -> None:
    """Nothing is wider than the screen."""
    widths = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert widths[0] <= widths[1], widths
