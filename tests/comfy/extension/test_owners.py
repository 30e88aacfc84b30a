"""Who the current code works for."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comfystudio.comfy.owners import Owner as OurOwner
from comfystudio.comfy.owners import header
from tests.comfy.extension.loading import inside

owners = inside("owners")
names = st.text(st.characters(exclude_characters="/\\\0", exclude_categories=["Cs"]), min_size=1, max_size=40)


@given(st.integers(-(10**18) + 1, 10**18 - 1), names.filter(lambda name: name not in {".", ".."}))
def test_the_header_of_the_portal_is_understood(number, folder):
    """Every number and every folder name that the portal writes into its header arrives as it was."""
    found = owners.parse_owner(header(OurOwner(number, folder))[1])
    assert (found.id, found.folder) == (number, folder)


@pytest.mark.parametrize(
    "text",
    [
        "", "12", "12 ", " 12 Vera", "Vera", "1.5 Vera", "+1 Vera", "\N{ARABIC-INDIC DIGIT ONE} Vera",
        "0x1 Vera", "1 .", "1 ..", "1 %2e%2e",
        "1 a%2Fb", "1 a/b", "1 a%00", "1 %ff", "1 Věra", "1 a%5Cb", "9999999999999999999 Vera", f"1 {'a' * 201}",
    ],
)  # fmt: skip
def test_a_header_that_could_lead_elsewhere_is_no_owner(text):
    """What is no number, no single folder name or too long is refused as a whole."""
    with pytest.raises(owners.BadOwner):
        owners.parse_owner(text)


@given(st.text(max_size=60))
def test_no_header_leads_out_of_the_folder_of_owners(text):
    """Whatever is sent: either it is refused, or the folder is one plain name."""
    try:
        found = owners.parse_owner(text)
    except owners.BadOwner:
        return
    assert found.folder not in {"", ".", ".."}
    assert not set(found.folder) & set("/\\\0")
    assert owners.parse_owner(f"{found.id} {quote(found.folder, safe='')}") == found


def test_a_plain_thread_works_for_the_prompt_that_runs():
    """A thread started by a node has no context; what it asks for belongs to the running prompt's owner."""
    mine = owners.Owners()
    mine.running = owners.Running("p", 7, {})
    found = []
    thread = threading.Thread(target=lambda: found.append(mine.current()))
    thread.start()
    thread.join()
    assert found == [7]
    assert mine.current() is None  # this is the thread of the loop


def test_a_request_of_the_studio_is_never_taken_for_the_running_prompt():
    """What a request of the studio hands to a thread works for the studio while an artist's prompt runs."""
    mine = owners.Owners()
    mine.running = owners.Running("p", 7, {})

    async def request() -> object:
        with mine.acting(None):
            return await asyncio.to_thread(mine.current)

    assert asyncio.run(request()) is None


async def test_two_requests_at_once_keep_their_owners():
    """Each request has its own context, also in the tasks that it starts."""
    mine = owners.Owners()

    async def request(number: int) -> object:
        with mine.acting(number):
            await asyncio.sleep(0)
            return await asyncio.create_task(asyncio.to_thread(mine.current))

    assert await asyncio.gather(*(request(number) for number in range(10))) == list(range(10))


def test_pools_work_for_those_who_hand_over_the_job(monkeypatch):
    """A pool's thread, made during one owner's prompt, does another owner's job for that other owner."""
    mine = threads_of(monkeypatch)
    mine.running = owners.Running("p", 7, {})
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(mine.current).result() == 7
        with mine.acting(8):
            assert pool.submit(mine.current).result() == 8
        assert pool.submit(mine.current).result() == 7


def threads_of(monkeypatch):
    """Owners whose threads are theirs, until the test ends."""
    monkeypatch.setattr(ThreadPoolExecutor, "submit", ThreadPoolExecutor.submit)
    monkeypatch.setattr(threading.Thread, "start", threading.Thread.start)
    mine = owners.Owners()
    inside("threads").install(mine)
    return mine


def test_a_thread_that_outlives_its_prompt_works_for_who_started_it(monkeypatch):
    """What it does while another's prompt runs is not the other's; one that nobody started is the prompt's."""
    mine = threads_of(monkeypatch)
    found: list[int | None] = []
    begun = threading.Event()

    def late() -> None:
        begun.wait(5)
        found.append(mine.current())

    with mine.acting(7):
        thread = threading.Thread(target=late)
        thread.start()
    mine.running = owners.Running("p", 8, {})
    begun.set()
    thread.join()
    free = threading.Thread(target=late)
    free.start()
    free.join()
    assert found == [7, 8]


def test_a_renamed_owner_keeps_the_number():
    """A new folder holds from then on, and the old one is still known as an owner's."""
    mine = owners.Owners()
    mine.learn(1, "Vera")
    mine.learn(1, "Věra Nováková")
    assert mine.folder(1) == "Věra Nováková"
    assert mine.is_owners("Vera")
    assert not mine.is_owners("videos")


def test_what_a_prompt_carries_is_an_owner_only_as_a_number():
    """Anything but an integer in extra_data is nobody."""
    assert owners.stamped({owners.KEY: 5}) == 5
    for other in ({}, {owners.KEY: "5"}, {owners.KEY: True}, {owners.KEY: None}, None, []):
        assert owners.stamped(other) is None
