"""What the benchmark of replies counts and writes is right; the measuring itself is left to `make bench`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml

from bench.replies import load, messages, report, stock
from bench.replies.load import Queue, Series
from bench.replies.processes import Memory, Running, memory_of, processor_seconds
from bench.replies.report import Report
from bench.replies.systems import Failed, System


def series(system: str, milliseconds: list[float], patients: int = 8, asked: str = "questions") -> Series:
    return Series(system, asked, patients, milliseconds, 0, len(milliseconds) / 10, {"rasa": 0.2}, Memory(1024, 2048))


class Echo:
    """Somebody who gets back what they say, and nothing for an empty message."""

    def ask(self, text: str) -> list[dict[str, Any]]:
        if not text:
            raise Failed("nothing was said")
        return [{"text": text}]


@pytest.fixture
def sleeper(tmp_path: Path) -> Any:
    """A process that does nothing, with nothing known of it."""
    running = Running([sys.executable, "-c", "import time; time.sleep(60)"], tmp_path, dict(os.environ), tmp_path / "log")
    running.wait_until(lambda: any("time.sleep" in command for command in running.processes().values()))
    yield System("Cordial", running, Echo, {"time.sleep": "web"})
    running.end()


def test_every_message_is_asked_once_and_those_without_a_reply_are_counted(sleeper: System) -> None:
    found = load.run(sleeper, "questions", 3, load.ask_all(Queue(["a", "", "b", "c", ""], 60)))
    assert (len(found.milliseconds), found.failed) == (3, 2)
    assert set(found.processor) == {"web"}


def test_a_series_ends_when_its_time_is_over(sleeper: System) -> None:
    assert load.run(sleeper, "questions", 2, load.ask_all(Queue(["a"] * 1000, 0))).milliseconds == []


def test_no_question_is_asked_twice_and_there_are_enough() -> None:
    asked = list(messages.questions())
    assert len(asked) == len(set(asked)) > 2_000


def test_processor_time_and_memory_are_those_of_the_process() -> None:
    before = processor_seconds(os.getpid())
    sum(number * number for number in range(3_000_000))
    assert processor_seconds(os.getpid()) > before
    assert 10 < memory_of([os.getpid()]).proportional <= memory_of([os.getpid()]).resident


def test_the_stock_project_has_twenty_wordings_and_an_answer_for_each_article(tmp_path: Path) -> None:
    stock.write_project(tmp_path / "stock", ["does-it-work", "questions-to-ask-a-clinic"])
    trained_on = yaml.safe_load((tmp_path / "stock" / "data" / "articles.yml").read_text("utf-8"))["nlu"]
    assert {entry["intent"] for entry in trained_on} == {"article/does-it-work", "article/questions-to-ask-a-clinic"}
    assert all(len(entry["examples"].splitlines()) == stock.WORDINGS for entry in trained_on)
    answers = yaml.safe_load((tmp_path / "stock" / "domain" / "articles.yml").read_text("utf-8"))["responses"]
    assert set(answers) == {"utter_article/does-it-work", "utter_article/questions-to-ask-a-clinic"}


def test_the_first_table_shows_ours_as_a_multiple_of_stock() -> None:
    found = Report([series("Cordial", [50.0] * 20), series("stock Rasa", [100.0] * 10)])
    assert "| 8 | 1.00 | 0.50 | 0.50 | 1.00 |" in found.markdown()


def test_series_of_the_same_kind_are_taken_together() -> None:
    figures = Report([series("Cordial", [10.0] * 95), series("Cordial", [90.0] * 5)]).figures("Cordial", "questions", 8)
    assert figures is not None
    assert (figures.p50, figures.p95, figures.messages) == (10.0, 10.0, 100)
    assert figures.processor == {"rasa": 4.0}


def test_the_document_keeps_what_stands_around_the_figures(tmp_path: Path) -> None:
    document = tmp_path / "performance.md"
    document.write_text(f"Before.\n\n{report.BEGIN}\nold figures\n{report.END}\n\nAfter.\n", "utf-8")
    for _ in range(2):
        report.write(Report([series("Cordial", [10.0]), series("stock Rasa", [20.0])]), document, tmp_path)
    text = document.read_text("utf-8")
    assert text.startswith("Before.")
    assert text.endswith("After.\n")
    assert "old figures" not in text
    assert text.count("as a multiple of stock Rasa") == 1


def test_every_plot_has_a_bar_for_each_system_under_each_load() -> None:
    found = Report([series(system, [10.0], patients) for system in ("Cordial", "stock Rasa") for patients in (1, 8)])
    for drawing in found.plots().values():
        assert len(ElementTree.fromstring(drawing).findall("{*}rect")) == 4  # noqa: S314  -- our own


def test_the_document_of_the_project_has_a_place_for_figures() -> None:
    text = (stock.PROJECT / "docs" / "performance.md").read_text("utf-8")
    assert text.index(report.BEGIN) < text.index(report.END)
