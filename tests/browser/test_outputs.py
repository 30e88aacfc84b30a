"""My outputs: an artist looks at what they made, chooses, takes along, throws away and gets back."""

import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import PASSWORD, Opens, sign_in
from tests.browser.made import PROMPT, SEED, fill, picture
from tests.studio import RunningStudio, passable_folder, studio_in
from tests.waiting import wait_until

ADMIN, ARTIST, OTHER, MANY = "Vera Novak", "Ana O'Hara 艺术家", "Bo Ng", "Mira Many"
COUNT = 12


@pytest.fixture(scope="module")
def studio() -> Iterator[RunningStudio]:
    """A studio with one artist who made some, one who made nothing and one who made very much."""
    with passable_folder() as folder, studio_in(folder) as found:
        found.start()
        found.person(ADMIN, PASSWORD, admin=True)
        for name in (ARTIST, OTHER, MANY):
            found.person(name, PASSWORD)
        fill(_outputs(found, MANY), 3000, each=900)
        yield found


def _outputs(studio: RunningStudio, name: str) -> Path:
    people = studio.call("GET", "/people")["people"]
    folder = next(each["folder"] for each in people if each["name"] == name)
    return studio.workspace / "ComfyUI" / "output" / str(folder)


@pytest.fixture
def made(studio: RunningStudio) -> list[str]:
    """The artist's files, newest first: twelve pictures, nothing else and nothing in the trash."""
    folder = _outputs(studio, ARTIST)
    for path in folder.rglob("*") if folder.exists() else ():
        if path.is_file():
            path.unlink()
    names = fill(folder, COUNT, each=7 * 3600)
    # Waits until the studio's list has seen it: times of folders are as coarse as a tick of the clock.
    wait_until(lambda: _listed(studio) == names, 10, why="the list shows something else")
    studio.call("POST", f"/outputs/purge?as={quote(ARTIST)}", {"ids": None})
    return names


def _listed(studio: RunningStudio) -> list[str]:
    return [each["name"] for each in studio.call("GET", f"/outputs?as={quote(ARTIST)}")["outputs"]]


def _open(visit: Opens, studio: RunningStudio, name: str, path: str = "/outputs", *, phone: bool = False) -> Page:
    page = sign_in(visit(phone=phone), studio, name)
    page.goto(studio.address + path)
    return page


def _tile(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=re.compile(re.escape(name)))


def _box(page: Page, name: str) -> Locator:
    return page.get_by_role("checkbox", name=f"Choose {name}")


def _shown(page: Page) -> list[str]:
    return [str(each.get_attribute("alt")) for each in page.locator("[data-open] img").all()]


def test_an_artist_sees_what_they_made_newest_first_day_by_day(
    studio: RunningStudio, visit: Opens, made: list[str]
) -> None:
    """Pictures under the day they were made, with their number and size on top; really drawn."""
    page = _open(visit, studio, ARTIST)
    expect(page.get_by_text(re.compile(rf"{COUNT} files, .+ The newest came"))).to_be_visible()
    expect(page.get_by_role("heading", name=re.compile("Today|Yesterday")).first).to_be_visible()
    expect(page.locator("[data-open] img")).to_have_count(COUNT)
    assert _shown(page) == made
    page.wait_for_function(
        "() => [...document.querySelectorAll('[data-open] img')].every(each => each.naturalWidth > 0)"
    )
    page.get_by_role("link", name="Home", exact=True).click()
    expect(page.get_by_role("heading", name="My recent images")).to_be_visible()


def test_nobody_sees_anothers(studio: RunningStudio, visit: Opens, made: list[str]) -> None:
    """Neither in the list nor by the address of a file; who has made nothing reads what to do."""
    page = _open(visit, studio, OTHER)
    expect(page.get_by_text("No images yet")).to_be_visible()
    page.goto(f"{studio.address}/outputs?open={made[0]}")
    expect(page.get_by_role("dialog").filter(has=page.locator("img"))).to_have_count(0)
    status = page.evaluate(
        "path => fetch('/api/v1/outputs/file?path=' + path).then(answer => answer.status)", made[0]
    )
    assert status == 404
    page.goto(studio.address)
    expect(page.get_by_role("heading", name="Tools")).to_be_visible()
    expect(page.get_by_role("heading", name="My recent images")).to_have_count(0)


def test_chosen_files_go_to_the_trash_and_come_back(studio: RunningStudio, visit: Opens, made: list[str]) -> None:
    """Box and Shift choose; the bar counts; the trash takes them at once; Undo brings them back."""
    page = _open(visit, studio, ARTIST)
    folder = _outputs(studio, ARTIST)
    _box(page, made[2]).click()
    _box(page, made[5]).click(modifiers=["Shift"])
    bar = page.get_by_role("region", name="Chosen files")
    expect(bar).to_contain_text("4 chosen")
    bar.get_by_role("button", name="Move to trash").click()
    expect(page.get_by_text("Moved 4 files to the trash")).to_be_visible()
    expect(page.locator("[data-open]")).to_have_count(COUNT - 4)
    assert not (folder / made[3]).exists()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("[data-open]")).to_have_count(COUNT)
    assert sorted(each.name for each in folder.iterdir()) == sorted(made)


def test_chosen_files_are_downloaded_as_one_zip(
    studio: RunningStudio, visit: Opens, made: list[str], tmp_path: Path
) -> None:
    """The archive holds the files as they are, and the page stays."""
    page = _open(visit, studio, ARTIST)
    _box(page, made[0]).click()
    _tile(page, made[3]).click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download ZIP").click()
    saved = tmp_path / "outputs.zip"
    download.value.save_as(saved)
    with zipfile.ZipFile(saved) as archive:
        assert sorted(archive.namelist()) == sorted([made[0], made[3]])
        assert archive.read(made[0]) == (_outputs(studio, ARTIST) / made[0]).read_bytes()
    expect(page.get_by_text("2 chosen")).to_be_visible()
    page.keyboard.press("Escape")
    _box(page, made[1]).click()
    with page.expect_download() as single:
        page.get_by_role("button", name="Download").click()
    assert single.value.suggested_filename == made[1]


def test_a_file_is_looked_at_with_how_it_was_made(studio: RunningStudio, visit: Opens, made: list[str]) -> None:
    """The viewer has its own address; arrows go on; I tells prompt, seed and model; the workflow is saved."""
    page = _open(visit, studio, ARTIST)
    _tile(page, made[1]).click()
    viewer = page.get_by_role("dialog")
    expect(viewer.get_by_role("heading", name=made[1])).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(viewer.get_by_role("heading", name=made[2])).to_be_visible()
    page.keyboard.press("i")
    for text in (PROMPT, f"{SEED:,}".replace(",", " "), "flux1-dev-fp8", "euler, simple", "28, 3.5", made[2]):
        expect(viewer.get_by_text(text).first).to_be_visible()
    viewer.get_by_role("button", name="Copy the prompt", exact=True).click()
    assert page.evaluate("navigator.clipboard.readText()") == PROMPT
    with page.expect_download() as saved:
        viewer.get_by_role("button", name="Workflow", exact=True).click()
    assert json.loads(Path(saved.value.path()).read_text())["version"] == 0.4
    page.reload()
    expect(viewer.get_by_role("heading", name=made[2])).to_be_visible()
    page.keyboard.press("Escape")
    expect(viewer).to_have_count(0)
    expect(_tile(page, made[2])).to_be_focused()


def test_delete_in_the_viewer_goes_on_to_the_next(studio: RunningStudio, visit: Opens, made: list[str]) -> None:
    """The file is in the trash, the next one is shown, and Undo works from there."""
    page = _open(visit, studio, ARTIST, f"/outputs?open={made[4]}")
    viewer = page.get_by_role("dialog").filter(has=page.get_by_role("button", name="Back to all"))
    expect(viewer.get_by_role("heading", name=made[4])).to_be_visible()
    expect(viewer).to_contain_text(f"5 of {COUNT}")
    page.keyboard.press("Delete")
    expect(viewer.get_by_role("heading", name=made[5])).to_be_visible()
    expect(page.get_by_text(f"Moved {made[4]} to the trash")).to_be_visible()
    assert not (_outputs(studio, ARTIST) / made[4]).exists()
    page.get_by_role("button", name="Undo").click()
    expect(viewer).to_contain_text(f"6 of {COUNT}")
    page.keyboard.press("ArrowLeft")
    expect(viewer.get_by_role("heading", name=made[4])).to_be_visible()


def test_the_trash_gives_back_or_deletes_for_good(studio: RunningStudio, visit: Opens, made: list[str]) -> None:
    """One is restored; the other is deleted only after a dialog that names it, whose safe button has the focus."""
    page = _open(visit, studio, ARTIST)
    for name in made[:2]:
        _box(page, name).click()
    page.keyboard.press("Delete")
    expect(page.get_by_text("Moved 2 files to the trash")).to_be_visible()
    page.get_by_role("link", name="Trash").click()
    expect(page.get_by_text(re.compile("2 files, .+ Each is deleted for good"))).to_be_visible()
    page.get_by_role("button", name=f"Restore {made[0]}").click()
    expect(page.get_by_text(f"Restored {made[0]}")).to_be_visible()
    _box(page, made[1]).check()
    page.get_by_role("button", name="Delete for good").click()
    dialog = page.get_by_role("alertdialog", name=f"Delete {made[1]} for good?")
    expect(dialog.get_by_role("button", name="Keep in the trash")).to_be_focused()
    dialog.get_by_role("button", name="Delete for good").click()
    expect(page.get_by_text("The trash is empty")).to_be_visible()
    folder = _outputs(studio, ARTIST)
    assert (folder / made[0]).exists()
    trash = studio.workspace / "ComfyUI" / "trash" / folder.name
    assert not [each for each in (*folder.rglob("*"), *trash.rglob("*")) if each.name == made[1]]


def test_filters_narrow_down_and_are_cleared(studio: RunningStudio, visit: Opens, made: list[str]) -> None:
    """By text, kind and day, kept in the address; / leads to the field, and no letter typed there is a shortcut."""
    page = _open(visit, studio, ARTIST)
    expect(page.locator("[data-open]")).to_have_count(COUNT)
    page.keyboard.press("/")
    page.keyboard.type("0000")
    expect(page.locator("[data-open]")).to_have_count(10)
    page.keyboard.type("3_d?i")
    expect(page.get_by_text("Nothing fits")).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("button", name="Clear filters").click()
    expect(page.locator("[data-open]")).to_have_count(COUNT)
    page.get_by_role("button", name="Kind").click()
    page.get_by_role("menuitemradio", name="Videos").click()
    page.wait_for_url("**/outputs?kind=video")
    expect(page.get_by_text("Nothing fits")).to_be_visible()
    page.get_by_role("button", name="Any kind again").click()
    page.get_by_role("button", name="Day", exact=True).click()
    page.get_by_role("menuitemradio", name="Last 7 days").click()
    expect(page.locator("[data-open]")).to_have_count(COUNT)
    page.goto(f"{studio.address}/outputs?to=2020-01-01")
    expect(page.get_by_text("Nothing fits")).to_be_visible()


def test_the_keyboard_does_everything(studio: RunningStudio, visit: Opens, made: list[str]) -> None:
    """G G leads there; arrows move, Space chooses, Shift extends, Ctrl A chooses all, Escape lets go, Enter opens."""
    page = sign_in(visit(), studio, ARTIST)
    expect(page.get_by_role("heading", name="My recent images")).to_be_visible()
    page.keyboard.press("g")
    page.keyboard.press("g")
    page.wait_for_url("**/outputs")
    expect(page.locator("[data-open]")).to_have_count(COUNT)
    page.keyboard.press("ArrowRight")
    expect(_tile(page, made[0])).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    expect(_box(page, made[1])).to_be_checked()
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    expect(page.get_by_text("3 chosen")).to_be_visible()
    page.keyboard.press("Shift+ArrowLeft")
    expect(page.get_by_text("2 chosen")).to_be_visible()
    page.keyboard.press("Control+a")
    expect(page.get_by_text(f"{COUNT} chosen")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("region", name="Chosen files")).to_have_count(0)
    page.keyboard.press("i")
    expect(page.get_by_role("complementary", name=re.compile("How .+ was made"))).to_be_visible()
    page.keyboard.press("End")
    expect(_tile(page, made[-1])).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog").get_by_role("heading", name=made[-1])).to_be_visible()


def test_another_tab_shows_what_changed(studio: RunningStudio, visit: Opens, made: list[str]) -> None:
    """A file that is thrown away here is gone there, and a choice that held it holds it no longer."""
    page = _open(visit, studio, ARTIST)
    other = page.context.new_page()
    other.goto(f"{studio.address}/outputs")
    _box(other, made[0]).click()
    _box(other, made[1]).click()
    _box(page, made[0]).click()
    page.get_by_role("button", name="Move to trash").click()
    expect(other.locator("[data-open]")).to_have_count(COUNT - 1)
    expect(other.get_by_text("1 chosen")).to_be_visible()


def test_thousands_of_files_are_light(studio: RunningStudio, visit: Opens) -> None:
    """Only what is near the screen is drawn; the end is one key away; all can be chosen; the months lead on."""
    page = _open(visit, studio, MANY)
    expect(page.get_by_text(re.compile("3,000 files"))).to_be_visible()
    page.wait_for_function("() => document.documentElement.scrollHeight > 60_000")
    assert page.locator("[data-open]").count() < 250
    page.keyboard.press("ArrowRight")
    page.keyboard.press("End")
    expect(_tile(page, "harbour_02999_")).to_be_focused()
    assert page.locator("[data-open]").count() < 250
    page.keyboard.press("Control+a")
    expect(page.get_by_text("3,000 chosen")).to_be_visible()
    page.keyboard.press("Escape")
    months = page.get_by_role("slider", name="Day")
    months.press("Home")
    expect(_tile(page, "harbour_00000_")).to_be_in_viewport()


def test_a_phone_opens_swipes_and_chooses(studio: RunningStudio, visit: Opens, made: list[str]) -> None:
    """Squares from edge to edge with boxes that are always there; a tap opens; Back leads to the grid."""
    page = _open(visit, studio, ARTIST, phone=True)
    expect(page.locator("[data-open]")).to_have_count(COUNT)
    _box(page, made[1]).tap()
    expect(page.get_by_text("1 chosen")).to_be_visible()
    page.get_by_role("button", name="Choose none", exact=True).last.tap()
    _tile(page, made[2]).tap()
    expect(page.get_by_role("dialog").get_by_role("heading", name=made[2])).to_be_visible()
    page.go_back()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_offline_keeps_what_is_there(studio: RunningStudio, visit: Opens, made: list[str]) -> None:
    """Without the studio the pictures stay, what needs it is blocked, and nothing is lost when it is back."""
    page = _open(visit, studio, ARTIST)
    expect(page.locator("[data-open]")).to_have_count(COUNT)
    _box(page, made[0]).click()
    page.context.set_offline(True)
    expect(page.get_by_text("The studio does not answer")).to_be_visible(timeout=20_000)
    expect(page.locator("[data-open]")).to_have_count(COUNT)
    expect(page.get_by_role("button", name="Move to trash")).to_have_attribute("aria-disabled", "true")
    page.context.set_offline(False)
    expect(page.get_by_text("The studio does not answer")).to_have_count(0, timeout=20_000)
    page.get_by_role("button", name="Move to trash").click()
    expect(page.locator("[data-open]")).to_have_count(COUNT - 1)


def test_a_new_file_shows_as_soon_as_the_studio_knows(studio: RunningStudio, visit: Opens, made: list[str]) -> None:
    """It comes to the front of the page that is open, without a reload."""
    page = _open(visit, studio, ARTIST)
    expect(page.locator("[data-open]")).to_have_count(COUNT)
    page.mouse.move(4, 4)
    picture(_outputs(studio, ARTIST) / "fresh.png", 1)
    studio.call("POST", f"/outputs/restore?as={quote(ARTIST)}", {"ids": []})
    expect(page.locator("[data-open]")).to_have_count(COUNT + 1)
    expect(page.locator("[data-open] img").first).to_have_attribute("alt", "fresh.png")
