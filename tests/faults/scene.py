"""Everything running, in a copy of the project, with a patient and somebody in an emergency at real browsers."""

from __future__ import annotations

import os
import shutil
import signal
import struct
import subprocess
import time
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Browser, Locator, Route
from playwright.sync_api import TimeoutError as NotThere
from sqlalchemy import select

from cordial.bootstrap import PROJECT
from desk.models import Handoff
from tests.support.browsing import is_asked, say, stored
from tests.support.clone import clone_into
from tests.support.staff import Staff, open_records
from tests.support.system import CORDIAL, System, until

EMERGENCY = "I have chest pain and I cannot breathe"
CONTACT = "maria@mail.example"  # what the patient answers while something breaks
ASKED_BEFORE, ASKED_AFTER = "reach you", "born"  # words of the question that it answers, and of the next one
_FAULTS = Path(__file__).with_name("broken.c")
WELL, READ_ONLY, HANGS = 0, 1, 2  # what a data folder does that we can break
_DISK = "700m"
NOTHING_YET = "nothing yet"
_SETTLED = 14.0  # seconds after which a patient has seen what there is to see; longer than web waits for Rasa


class Skipped(Exception):
    """This machine does not let us do it; the message says why."""


class AtThePage:
    """Somebody who has the chat open in a browser of their own."""

    def __init__(self, scene: Scene) -> None:
        """Open the chat."""
        context = scene.browser.new_context(viewport={"width": 390, "height": 800})
        context.set_default_timeout(60_000)
        self.scene, self.page = scene, context.new_page()
        self.page.goto(f"{scene.system.url}/chat")
        self.page.get_by_role("button", name="Does it work?").wait_for()
        kept = stored(self.page, ":session")
        self.token, self.session = kept["token"], kept["session"]
        self.wrote: list[str] = []

    def writes(self, text: str) -> None:
        """Send a message, and do not wait."""
        self.wrote.append(text)
        say(self.page, text)

    def comes_to_the_contact(self) -> None:
        """Answer the intake up to the question that is open when something breaks."""
        steps = (("Start the intake", "agree"), ("I agree", "for whom"), ("Me", "full name"), ("Maria Example", ASKED_BEFORE))
        for text, asked in steps:
            self.writes(text)
            is_asked(self.page, asked)

    def cries(self) -> tuple[float, str]:
        """Write of an emergency; gives after how many seconds there was a reply, and whose."""
        began = time.monotonic()
        self.writes(EMERGENCY)
        try:
            self.page.locator(".kind-emergency").first.wait_for(timeout=20_000)
        except NotThere:
            return -1, "nobody"
        seconds = time.monotonic() - began
        return seconds, "the page" if self.page.locator(".from-system.kind-emergency").count() else "web"

    def is_answered(self) -> bool:
        """Whether the next question of the intake is on the page."""
        return ASKED_AFTER in self._last().lower()

    def told(self) -> str:
        """What the page says of trouble, or in place of a reply; nothing if it says nothing."""
        shown = [each.inner_text() for each in self.page.locator(".delivery, .connection.trouble").all() if each.is_visible()]
        shown += [self._last_message().locator(".body").inner_text()] if self._is_put_off() else []
        return next((text for text in map(_first_sentence, shown) if text), "")

    def sees(self) -> str:
        """What there is to see once it has settled."""
        end = time.monotonic() + _SETTLED
        while time.monotonic() < end:
            if told := self.told():
                return told
            if self.is_answered():
                return ""
            self.page.wait_for_timeout(100)
        return NOTHING_YET

    def gets_the_reply(self, since: float) -> float:
        """Wait for the next question; gives the seconds since a time. Who was told to write again does so."""
        end = time.monotonic() + 120
        while not self.is_answered():
            if time.monotonic() > end:
                raise AssertionError(f"no reply came: {self._last()}")
            if self._is_put_off():
                self.writes(CONTACT)
            self.page.wait_for_timeout(50)
        return max(0.0, time.monotonic() - since)

    def log(self) -> list[dict[str, Any]]:
        """Every message of the conversation, as web has it."""
        headers = {"Authorization": f"Bearer {self.token}"}
        answer = httpx.get(f"{self.scene.system.url}/api/chat/messages?after=0", headers=headers, trust_env=False, timeout=30)
        return list(answer.json()["messages"])

    def is_stored(self, text: str) -> bool:
        """Whether web has a message."""
        return any(message["text"] == text and message["from"] == "patient" for message in self.log())

    def hears_nothing(self) -> None:
        """As on a phone that has just lost its network: what it sends arrives, and no answer comes."""
        self.page.route("**/api/chat/messages", _swallow)
        self.page.route("**/api/chat/stream*", lambda route: route.abort())

    def hears_again(self) -> None:
        """As ever."""
        self.page.unroute_all(behavior="ignoreErrors")

    def reply_is_stored(self) -> bool:
        """Whether web has asked the next question."""
        self.page.wait_for_timeout(20)  # in which the page does what it has to do
        return any((message["question"] or {}).get("field") == "birth" for message in self.log())

    def lost(self) -> list[str]:
        """What they wrote and is not there, or is there more often than they wrote it."""
        said = [message["text"] for message in self.log() if message["from"] == "patient"]
        return [text for text in dict.fromkeys(self.wrote) if said.count(text) != self.wrote.count(text)]

    def leaves(self) -> None:
        """Close the browser."""
        self.page.context.close()

    def _is_put_off(self) -> bool:
        """Whether the last message asks to write it again."""
        return "kind-notice" in (self._last_message().get_attribute("class") or "")

    def _last_message(self) -> Locator:
        return self.page.locator(".message").last

    def _last(self) -> str:
        return str(self.page.locator(".kind-question, .kind-summary").last.inner_text())


class Scene:
    """Cordial in a copy of the project, and who uses it."""

    def __init__(self, folder: Path, browser: Browser, prepared: Path) -> None:
        """Copy the project; `is_well` starts it.

        Args:
            folder: an empty one.
            browser: in which people open the chat.
            prepared: a data folder with the embedding model and the index.
        """
        self.folder, self.browser = folder, browser
        self.home = clone_into(folder / "project")
        for name in (".venv", ".venv-rasa"):
            (self.home / name).symlink_to(PROJECT / name)
        shutil.copytree(PROJECT / "models", self.home / "models", ignore=shutil.ignore_patterns(".part-*"))
        self.data = folder / "data"
        self.data.mkdir()
        self.on_a_disk_of_its_own = _mounted(self.data)
        for part in ("encoder", "knowledge"):
            shutil.copytree(prepared / part, self.data / part)
        self._faults = folder / "faults"
        self.system = System(self.data, rasa_timeout="8")
        self.system.home, self.system.printed = self.home, folder / "printed.txt"
        self._staff: Staff | None = None

    def is_well(self) -> None:
        """Have everything run."""
        if self.system.ended:
            self.starts()
        self.system.wait_until_ready()

    def starts(self) -> None:
        """Start it and wait until it is ready."""
        until(self.system.nothing_left, 30, "the last one is gone")
        self.system.start()

    def is_refused(self) -> str:
        """Start it where it must not start; gives what it says."""
        self.system.launch()
        until(lambda: self.system.ended or self.system.is_ready(), 280, "it starts or does not")
        if not self.system.ended:
            return ""
        return self.system.said().strip().splitlines()[-1]

    def ends(self) -> None:
        """End it in order."""
        self.system.close()
        until(self.system.nothing_left, 30, "it is gone")

    def runs(self, *arguments: str) -> None:
        """Run a command that must work."""
        code, printed = self.tries(*arguments)
        assert code == 0, printed

    def tries(self, *arguments: str) -> tuple[int, str]:
        """Run a command; gives its exit code, and what it says of trouble."""
        done = subprocess.run(
            [*CORDIAL, *arguments],
            cwd=self.home,
            env=self.system.environment,
            capture_output=True,
            text=True,
            timeout=280,
            check=False,
        )
        return done.returncode, done.stderr

    def kills(self, seconds: float, *arguments: str) -> bool:
        """Run a command and kill it after so many seconds; whether it was still at work."""
        command = [*CORDIAL, *arguments]
        with subprocess.Popen(command, cwd=self.home, env=self.system.environment, stdout=subprocess.DEVNULL) as running:
            try:
                running.wait(seconds)
            except subprocess.TimeoutExpired:
                running.kill()
        return running.returncode == -signal.SIGKILL

    def with_faults_of_its_own(self) -> None:
        """Start it anew with a clock and a data folder that we can break; nothing else of the machine sees it."""
        library, made = self.folder / "broken.so", ["cc", "-shared", "-fPIC", "-O2", str(_FAULTS), "-ldl", "-o"]
        if shutil.which("cc") is None or subprocess.run([*made, str(library)], check=False, capture_output=True).returncode:
            raise Skipped("there is no C compiler here for what makes clocks leap and folders hang")
        self.breaks()
        self.ends()
        given = {"LD_PRELOAD": str(library), "FAULTS": str(self._faults), "FAULTS_FOLDER": str(self.data)}
        self.system.environment |= given
        self.starts()

    def breaks(self, clock: int = 0, folder: int = WELL) -> None:
        """Set the clock so many seconds ahead, or back, of the machine's, and break the data folder; all see it at once."""
        self._faults.touch()
        with self._faults.open("r+b") as file:
            file.write(struct.pack("=qq", clock, folder))

    def as_the_machine_is(self) -> None:
        """Start it anew as ever, if it is not so."""
        if self.system.environment.pop("LD_PRELOAD", None) is not None:
            self.ends()

    def coordinator(self) -> Staff:
        """Somebody of the clinic, logged in; once is enough."""
        if self._staff is None:
            self._staff = Staff(self.system.url, self.data)
        return self._staff

    def queue(self) -> str:
        """What the coordinator has of the queue."""
        try:
            page = self.coordinator().http.get("/desk", timeout=15)
        except httpx.HTTPError:
            return "no page"
        if page.url.path.startswith("/desk/login"):
            return "the login"
        return "the queue" if page.status_code == 200 else f"an error with its number ({page.status_code})"

    def case(self, who: AtThePage) -> bool:
        """Whether the coordinator has somebody's emergency as a case, with its words."""
        staff = self.coordinator()
        records = open_records(self.data)
        with records.read() as session:
            found = session.scalars(select(Handoff).where(Handoff.conversation_id == who.session)).all()
            references = [each.reference for each in found if each.urgent_level]
        records.close()
        if len(references) != 1:
            return False
        page = staff.http.get(f"/desk/cases/{references[0]}")
        if page.url.path.startswith("/desk/login"):  # a restored backup and a leap of the clock log everybody out
            self._staff = None
            page = self.coordinator().http.get(f"/desk/cases/{references[0]}")
        return page.status_code == 200 and EMERGENCY in page.text

    def close(self) -> None:
        """End everything."""
        if self._staff is not None:
            self._staff.__exit__(None, None, None)
        self.system.close()
        while subprocess.run(["umount", "--lazy", str(self.data)], check=False, capture_output=True).returncode == 0:
            pass  # what a fault has put there, and the small disk


def _swallow(route: Route) -> None:
    route.fetch()
    route.abort()


def _mounted(folder: Path) -> bool:
    """Put a small disk there, where this machine lets us."""
    command = ["mount", "-t", "tmpfs", "-o", f"size={_DISK},mode=700", "none", str(folder)]
    return os.getuid() == 0 and subprocess.run(command, check=False, capture_output=True).returncode == 0


def _first_sentence(text: str) -> str:
    """The first sentence of what a page shows."""
    return " ".join(text.split()).partition(". ")[0].rstrip(".")
