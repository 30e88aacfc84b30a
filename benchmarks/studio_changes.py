"""From a real change of a tool to an open page: to a socket's client, and to the page's own elements in Chromium."""

import asyncio
import json
import os
import random
import select
import shutil
import signal
import threading
import time

import aiohttp
from playwright.sync_api import sync_playwright
from tests.browser.conftest import DESKTOP, FLAGS, sign_in

from benchmarks.studio_house import NAME, PASSWORD

TOOL = "quick"
WITHIN = 20.0
WATCH = """tool => {
  window.seen = [];
  const card = document.querySelector(`[data-tool="${tool}"]`);
  const look = () => window.seen.push([card.dataset.state, Date.now() / 1000]);
  new MutationObserver(look).observe(card, {attributes: true, attributeFilter: ["data-state"]});
}"""
ARRIVED = "states => window.seen.find(each => states.includes(each[0]))"


class Rounds:
    """Start, kill, start, stop again and again; `seen(states)` gives the wall clock of the first one's arrival."""

    def __init__(self, house, seen, forget):
        self._house, self._seen, self._forget = house, seen, forget
        self.kinds = {}

    def run(self, rounds):
        for _ in range(rounds):
            self._start()
            self._kill()
            self._start()
            self._stop()
        return self.kinds

    def _add(self, kind, arrived, changed):
        self.kinds.setdefault(kind, []).append((arrived - changed) * 1000)

    def _next(self):
        """Changes that follow each other are gathered for 50 ms, so the next one comes at any time in that."""
        time.sleep(random.uniform(0, 0.2))
        self._forget()

    def _start(self):
        self._next()
        pressed = time.time()
        self._house.act(TOOL, "start")
        self._add("start pressed, to starting", self._seen(["starting"]), pressed)
        arrived = self._seen(["ready"])
        self._add("listens, to ready", arrived, self._house.note(TOOL)["at"])

    def _kill(self):
        self._next()
        pid = self._house.note(TOOL)["pid"]
        killed = time.time()
        os.kill(pid, signal.SIGKILL)
        self._add("killed, to crashed", self._seen(["crashed"]), killed)

    def _stop(self):
        self._next()
        ended = []
        watcher = threading.Thread(target=_note_end, args=(self._house.note(TOOL)["pid"], ended))
        watcher.start()
        pressed = time.time()
        # The answer comes when it has ended, so the presser waits beside us.
        presser = threading.Thread(target=self._house.act, args=(TOOL, "stop"))
        presser.start()
        # A tool that ends at once may have stopped before the page hears that it is stopping.
        self._add("stop pressed, to stopping", self._seen(["stopping", "stopped"]), pressed)
        arrived = self._seen(["stopped"])
        presser.join()
        watcher.join()
        self._add("ended, to stopped", arrived, ended[0])


def _note_end(pid, ended):
    handle = os.pidfd_open(pid)
    select.select([handle], [], [], WITHIN)
    ended.append(time.time())
    os.close(handle)


class Listener:
    """One signed-in page's socket, read in a thread of its own."""

    def __init__(self, house):
        self._house = house
        self._arrived = {}
        self._news = threading.Condition()
        self._open = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._read(),), daemon=True)

    def __enter__(self):
        self._thread.start()
        assert self._open.wait(WITHIN)
        return self

    def __exit__(self, *_):
        self._loop.call_soon_threadsafe(self._reader.cancel)
        self._thread.join()

    async def _read(self):
        self._reader = asyncio.current_task()
        address = f"{self._house.studio.address}/api/v1/events"
        headers = {"Cookie": self._house.cookie, "Origin": self._house.studio.address}
        try:
            async with aiohttp.ClientSession() as http, http.ws_connect(address, headers=headers) as socket:
                async for message in socket:
                    self._take(time.time(), json.loads(message.data))
        except asyncio.CancelledError:
            return

    def _take(self, now, message):
        if message["type"] == "hello":
            self._open.set()
        if message["type"] == "tool.changed" and message["data"]["tool"]["id"] == TOOL:
            with self._news:
                self._arrived.setdefault(message["data"]["tool"]["state"], now)
                self._news.notify_all()

    def forget(self):
        with self._news:
            self._arrived.clear()

    def seen(self, states):
        with self._news:
            assert self._news.wait_for(lambda: self._arrived.keys() & set(states), WITHIN), (states, self._arrived)
            return min(self._arrived[state] for state in states if state in self._arrived)


def on_socket(house, rounds):
    """Milliseconds of every change, by kind."""
    with Listener(house) as listener:
        return Rounds(house, listener.seen, listener.forget).run(rounds)


def in_chromium(house, rounds):
    """The same until the card on Home has changed."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = browser.new_page(viewport=DESKTOP)
        sign_in(page, house.studio, NAME, PASSWORD)
        page.wait_for_selector(f'[data-tool="{TOOL}"]')
        page.evaluate(WATCH, TOOL)
        page.wait_for_timeout(1000)

        def seen(states):
            return page.wait_for_function(ARRIVED, arg=states, polling=20, timeout=WITHIN * 1000).json_value()[1]

        kinds = Rounds(house, seen, lambda: page.evaluate("window.seen.length = 0")).run(rounds)
        browser.close()
        return kinds
