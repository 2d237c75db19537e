"""Stock Rasa with our articles: what `rasa init` writes, and a retrieval intent with one answer for each article.

Nothing of Rasa's is changed. Its `config.yml` names no pipeline and no policies, so training takes those that Rasa suggests:
DIET, a response selector and TED among them.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from collections.abc import Iterable
from itertools import zip_longest
from pathlib import Path
from typing import Any

import yaml

from bench.replies.processes import Running, quiet_environment
from cordial.bootstrap import PROJECT, RASA
from knowledge.article import read_article
from knowledge.wordings import read_wordings

WORDINGS = 20  # of each article
_KNOWLEDGE = PROJECT / "knowledge"


def wordings_of(slug: str, count: int = WORDINGS) -> list[str]:
    """Wordings of an article, taken from its sections in turn."""
    by_section = read_wordings(_KNOWLEDGE / "wordings" / f"{slug}.yml").values()
    spread = [text for row in zip_longest(*by_section) for text in row if text]
    return list(dict.fromkeys(spread))[:count]


def write_project(folder: Path, slugs: Iterable[str]) -> None:
    """Write a Rasa project that answers questions on these articles.

    Args:
        folder: where; it must not be there yet.
        slugs: the articles.
    """
    [initial] = (RASA / "lib").glob("python3.*/site-packages/rasa/cli/initial_project")
    shutil.copytree(initial, folder)
    (folder / "domain").mkdir()
    (folder / "domain.yml").rename(folder / "domain" / "domain.yml")
    slugs = sorted(slugs)
    examples = [{"intent": f"article/{slug}", "examples": _lines(wordings_of(slug))} for slug in slugs]
    rule = {"rule": "A question is answered", "steps": [{"intent": "article"}, {"action": "utter_article"}]}
    _write(folder / "data" / "articles.yml", nlu=examples, rules=[rule])
    answers = {f"utter_article/{slug}": [{"text": _answer(slug)}] for slug in slugs}
    _write(folder / "domain" / "articles.yml", intents=["article"], actions=["utter_article"], responses=answers)


def trained(cache: Path) -> Path:
    """The folder of a trained stock project; trains it where that was not done before.

    Raises:
        RuntimeError: with the last that Rasa printed, if training failed.
    """
    slugs = [file.stem for file in (_KNOWLEDGE / "articles").glob("*.md")]
    aside = cache / "stock.part"
    shutil.rmtree(aside, ignore_errors=True)
    write_project(aside, slugs)
    ready = cache / f"stock-{_digest(aside)}"
    if not (ready / "models" / "stock.tar.gz").is_file():
        print("training stock Rasa, which takes some ten minutes …", flush=True)
        command = [str(RASA / "bin" / "python"), "-m", "rasa", "train", "--fixed-model-name", "stock", "--domain", "domain"]
        done = subprocess.run(command, cwd=aside, env=quiet_environment(), capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"Training stock Rasa failed: {done.stdout[-1000:]}{done.stderr[-1000:]}")
        shutil.rmtree(ready, ignore_errors=True)
        aside.rename(ready)
    shutil.rmtree(aside, ignore_errors=True)
    return ready


def start(project: Path, port: int, log: Path) -> Running:
    """Start a trained project's server on a port of loopback."""
    command = [str(RASA / "bin" / "python"), "-m", "rasa", "run", "--model", "models/stock.tar.gz"]
    command += ["--interface", "127.0.0.1", "--port", str(port)]
    return Running(command, project, quiet_environment(), log)


def _answer(slug: str) -> str:
    """What an article says in short: about as much as one of our quotes."""
    return read_article(_KNOWLEDGE / "articles" / f"{slug}.md").front.summary


def _lines(texts: Iterable[str]) -> str:
    return "".join(f"- {text.replace('[', '(').replace(']', ')')}\n" for text in texts)  # brackets would mark entities


def _write(file: Path, **parts: Any) -> None:
    file.write_text(yaml.safe_dump({"version": "3.1", **parts}, allow_unicode=True, sort_keys=False), "utf-8")


def _digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for file in sorted(file for file in folder.rglob("*.yml")):
        digest.update(str(file.relative_to(folder)).encode() + file.read_bytes())
    return digest.hexdigest()[:12]
