"""A real Chromium against a real studio."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.studio import RunningStudio, passable_folder

DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
# No look-ups of addresses outside: a browser test that needs the internet is wrong.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
ADMIN = "Razvan Matei"
PASSWORD = "harbour-at-dusk-17"


# Playwright keeps an event loop running in this thread: a wider scope would leave none to the other tests.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The browser. Where there is none the test fails and says how to get one."""
    path = shutil.which("chromium")
    assert path, "Chromium is missing: run make test, or install it with apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def house() -> Iterator[Path]:
    """A folder that other accounts may pass through, for one module's studio."""
    with passable_folder() as folder:
        yield folder


@pytest.fixture(scope="module")
def studio(house: Path) -> Iterator[RunningStudio]:
    """A studio in an empty workspace, started and ended once a module."""
    found = RunningStudio(house / "workspace")
    found.start()
    yield found
    found.stop()


Opens = Callable[..., Page]


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Opens]:
    """Opens a page in a browser of its own: `visit(phone=True, light=True)`."""
    contexts: list[BrowserContext] = []

    def visit(*, phone: bool = False, light: bool = False) -> Page:
        context = chromium.new_context(
            viewport=PHONE if phone else DESKTOP,
            has_touch=phone,
            is_mobile=phone,
            color_scheme="light" if light else "dark",
            locale="en-GB",
        )
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        return page

    yield visit
    for context in contexts:
        context.close()


def sign_in(page: Page, studio: RunningStudio, name: str, password: str = PASSWORD) -> Page:
    """Sign `name` in on the sign-in page."""
    page.goto(f"{studio.address}/signin")
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{studio.address}/")
    return page


def admin_mode(page: Page, password: str = PASSWORD) -> Page:
    """Turn admin mode on for whoever is signed in on `page`, without the dialog; the page hears of it by an event."""
    status = page.evaluate(
        """password => fetch('/api/v1/session/admin-mode', {
            method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify({password}),
        }).then(answer => answer.status)""",
        password,
    )
    assert status == 200
    return page


Cookies = list[tuple[str, str]]


def cookies_of(studio: RunningStudio, name: str, *, admin: bool = False) -> Cookies:
    """The cookies of somebody who signed in without a page, in admin mode where wanted: for any browsers."""
    answer = studio.request("POST", "/api/v1/session", {"name": name, "password": PASSWORD})
    pairs = [line.split(";")[0].partition("=") for line in answer.headers.get_all("Set-Cookie", [])]
    if admin:
        told = {"Cookie": "; ".join("".join(pair) for pair in pairs)}
        mode = studio.request("POST", "/api/v1/session/admin-mode", {"password": PASSWORD}, headers=told)
        assert mode.status == 200, mode.body
    return [(key, value) for key, _, value in pairs]


def signed_in(page: Page, studio: RunningStudio, cookies: Cookies) -> Page:
    """`page` with a session that is there already."""
    # A browser takes http://localhost for safe, but its cookies' names ask for https where they are put in by hand.
    url = studio.address.replace("http:", "https:")
    page.context.add_cookies([{"name": key, "value": value, "url": url, "secure": True} for key, value in cookies])
    return page
