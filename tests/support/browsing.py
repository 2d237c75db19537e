"""Patients at a real browser, and the website of somebody else."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
ANSWER = 30_000  # milliseconds within which what is expected has to be there, on a machine with much other work
# Notes what a screen reader is told by the chat's live regions, from then on, in `window.spoken`.
SPOKEN = """() => {
  const view = document.querySelector('cordial-chat').view;
  window.spoken = [];
  for (const region of [view.polite, view.urgent])
    new MutationObserver(changes => {
      for (const change of changes) for (const node of change.addedNodes) window.spoken.push(node.textContent);
    }).observe(region, {childList: true});
}"""
_AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@contextmanager
def chromium() -> Iterator[Browser]:
    """The Chromium of this machine; the test is skipped where there is none, and fails there if `CI` is set."""
    if CHROMIUM is None:
        pytest.skip("there is no Chromium on this machine")
    expect.set_options(timeout=ANSWER)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


class Visits:
    """Opens pages, each for a visitor with a browser profile of their own, and notes what pages must never do."""

    def __init__(self, browser: Browser) -> None:
        """Nobody is there yet."""
        self.browser = browser
        self.contexts: list[BrowserContext] = []
        self.origins = {"data:", "blob:"}
        self.asked: list[str] = []
        self.failed: list[str] = []

    def __call__(self, url: str, *, also: str = "", **profile: Any) -> Page:
        """Open a page. `also` is another origin that it may ask; the profile is what Playwright calls context options."""
        context = self.browser.new_context(**{"viewport": {"width": 390, "height": 800}, **profile})
        context.set_default_timeout(ANSWER)
        context.on("request", lambda request: self.asked.append(request.url))
        context.on("weberror", lambda error: self.failed.append(str(error.error)))
        context.on("console", lambda message: self._heard(message.text))
        self.contexts.append(context)
        self.origins |= {_origin(url), _origin(also)} - {""}
        page = context.new_page()
        page.goto(url)
        return page

    def _heard(self, text: str) -> None:
        if "Content Security Policy" in text or "Content-Security-Policy" in text:
            self.failed.append(text)

    def leave(self) -> None:
        """Close everything, and complain about requests to strangers, failed scripts and a broken content policy."""
        for context in self.contexts:
            context.close()
        assert [url for url in self.asked if not url.startswith(tuple(self.origins))] == []
        assert self.failed == []


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


def say(page: Page, text: str) -> None:
    """Write a message and send it with the keyboard."""
    box = page.get_by_role("textbox", name="Your message")
    box.fill(text)
    box.press("Enter")


def is_asked(page: Page, words: str) -> None:
    """Wait until the last question of the intake has these words."""
    expect(page.locator(".kind-question, .kind-summary").last).to_contain_text(words, ignore_case=True, timeout=ANSWER)


def asks_and_reads(page: Page, question: str) -> None:
    """Ask something, and wait for the quote."""
    cards = page.locator(".card blockquote")
    before = cards.count()
    say(page, question)
    expect(cards.nth(before)).not_to_be_empty(timeout=ANSWER)


def faults(page: Page, part: str = "html") -> list[str]:
    """What axe-core finds on a page, or a part of it, against WCAG 2.2 AA and good practice, each with the place."""
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate("([part, tags]) => axe.run(part, {runOnly: {type: 'tag', values: tags}})", [part, _AA])
    return [
        f"{fault['id']}: {fault['nodes'][0]['target']} {fault['nodes'][0]['failureSummary']}" for fault in found["violations"]
    ]


def too_wide(page: Page) -> list[str]:
    """What of the chat runs over the edge of the window."""
    look = """() => {
      const inside = [...document.querySelector('cordial-chat').shadowRoot.querySelectorAll('.chat *')];
      const hidden = '.visually-hidden, .begun .notice-text';
      const seen = inside.filter(node => node.checkVisibility() && !node.closest(hidden));
      const wide = seen.filter(node => node.getBoundingClientRect().right > innerWidth + 1);
      const whole = document.documentElement.scrollWidth > innerWidth ? ['the page'] : [];
      return [...whole, ...wide.map(node => `${node.className}: ${node.innerText}`)];
    }"""
    return list(page.evaluate(look))


def shifts(page: Page) -> list[str]:
    """What has jumped since the page was opened, also right after a press: how far, and which things."""
    look = """() => new Promise(done => {
      const jumped = [];
      const name = node => node?.className || node?.nodeName;
      const tell = ({value, sources}) => `${value}: ${sources.map(({node}) => name(node)).join(', ')}`;
      const add = list => jumped.push(...list.getEntries().map(tell));
      new PerformanceObserver(add).observe({type: 'layout-shift', buffered: true});
      setTimeout(() => done(jumped), 300);
    })"""
    return list(page.evaluate(look))


class Website:
    """A website of somebody else, which shows the chat: real HTTP from another origin."""

    def __init__(self) -> None:
        """Listen on a free port. Pages are set with `shows`."""
        self.html = ""
        handler = type("Handler", (_Handler,), {"website": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    @property
    def url(self) -> str:
        """Its origin."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def shows(self, widget: str, style: str = "", policy: str = "", **data: str) -> str:
        """Put the chat of a service on the page, with data attributes, under a content policy; gives the page's address."""
        given = " ".join(f'data-{name}="{value}"' for name, value in data.items())
        rules = f'<meta http-equiv="Content-Security-Policy" content="{policy}">' if policy else ""
        looks = f"<style>{style}</style>" if style else ""
        self.html = f"""<!doctype html><html lang="en"><head><meta charset="utf-8">{rules}<title>A website</title>
            <meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">{looks}</head>
            <body><main><h1>A website</h1><p>Words of the website.</p><button id="own">Its button</button></main>
            <script src="{widget}/widget.js" {given} defer></script></body></html>"""
        return f"{self.url}/"

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    website: Website

    def do_GET(self) -> None:
        """Show the page."""
        body = self.website.html.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with suppress(BrokenPipeError, ConnectionResetError):
            self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        """Print nothing."""


def stored(page: Page, ending: str) -> Any:
    """What the chat keeps on this device under the key that ends so."""
    look = "ending => localStorage.getItem(Object.keys(localStorage).find(key => key.endsWith(ending)))"
    return json.loads(page.evaluate(look, ending) or "null")
