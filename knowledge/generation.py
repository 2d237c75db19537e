"""Index generations: immutable, built aside, swapped in by one rename.

Under the knowledge folder::

    versions/SLUG/N.md          every published version, as it was; what a patient was shown can be shown again
    generations/ID/             articles, passages, entries, sources, studies, the dense index, the ranker, a manifest with
                                their digests
    current                     one line: the id of the generation in use

A generation's id is a digest of everything that it was made from, so building twice gives the same one.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from knowledge.article import Article, parse_article, read_article
from knowledge.dense import DenseIndex
from knowledge.encoder import Encoder
from knowledge.errors import ArticleError, GenerationError, KnowledgeError, SourcesError, VersionConflict
from knowledge.lexical import LexicalIndex
from knowledge.onnx_model import Vectors
from knowledge.passages import IndexEntry, Passage, entries_of, passages_of
from knowledge.ranker import DECLINED, Ranker
from knowledge.sources import Source, Study, load_sources, load_studies
from knowledge.spelling import Speller
from knowledge.synonyms import Synonyms, read_synonyms
from knowledge.wordings import read_wordings

_FORMAT = 8  # raise it when the files of a generation change shape
_FILES = (
    "articles.json",
    "passages.json",
    "entries.json",
    "sources.json",
    "studies.json",
    "dense.faiss",
    "lexical.npz",
    "declined.faiss",
    "declined.json",
    "declined_kinds.json",
    "ranker.npz",
    "english.json",
    "synonyms.json",
)
_KEPT = 3  # generations; citations live on in versions/


@dataclass(frozen=True)
class Generation:
    """Everything that answering needs, from one moment."""

    id: str
    encoder: str  # the name of the model that embedded it
    articles: dict[str, Article]
    passages: list[Passage]
    entries: list[IndexEntry]
    sources: dict[str, Source]
    studies: list[Study]  # in the order of their list
    dense: DenseIndex
    lexical: LexicalIndex
    declined: DenseIndex  # examples of questions that are declined
    declined_texts: list[str]
    declined_kinds: list[str]  # of each of them
    ranker: Ranker
    speller: Speller
    synonyms: Synonyms


@dataclass(frozen=True)
class _Content:
    """What a generation is made from."""

    articles: list[Article]
    sources: dict[str, Source]
    studies: list[Study]
    wordings: dict[str, dict[str, list[str]]]
    declined: dict[str, list[str]]
    synonyms: dict[str, str]


@dataclass(frozen=True)
class Build:
    """What a build did."""

    generation: str
    changed: bool
    articles: int
    problems: list[KnowledgeError]


def build_generation(content: Path, folder: Path, encoder: Encoder) -> Build:
    """Build the generation of what is published now and make it current.

    An article that cannot be used is named in the result, and its last good version stays in service; so a half-written
    file never takes anything away from patients.

    Args:
        content: the folder with ``articles/``, ``studies.yml`` and ``sources.yml``.
        folder: the knowledge folder of the running service.
        encoder: embeds passages and wordings.

    Raises:
        SourcesError: if the sources cannot be used; the current generation stays.
        GenerationError: if there is not one usable article.
    """
    articles, problems = published_articles(content / "articles", folder / "versions")
    if not articles:
        raise GenerationError("There is no usable published article, so nothing could be answered.")
    wordings = {article.slug: _or_none(content / "wordings" / f"{article.slug}.yml", problems) for article in articles}
    declined = _or_none(content / "declined.yml", problems)
    synonyms = _synonyms_or_none(content / "synonyms.yml", problems)
    made_from = _Content(articles, load_sources(content), load_studies(content), wordings, declined, synonyms)
    wanted = _id_of(made_from, encoder)
    if current_id(folder) == wanted and _is_whole(folder / "generations" / wanted):
        return Build(wanted, False, len(articles), problems)
    if not _is_whole(folder / "generations" / wanted):
        _write(folder / "generations" / wanted, wanted, made_from, _Embeddings(encoder, folder))
    _make_current(folder, wanted)
    _forget_old(folder, wanted)
    return Build(wanted, True, len(articles), problems)


def _or_none(file: Path, problems: list[KnowledgeError]) -> dict[str, list[str]]:
    # Wordings only help the search; a mistake in them is told and does not keep an article from patients.
    try:
        return read_wordings(file)
    except SourcesError as error:
        problems.append(error)
        return {}


def _synonyms_or_none(file: Path, problems: list[KnowledgeError]) -> dict[str, str]:
    try:
        return read_synonyms(file)
    except SourcesError as error:
        problems.append(error)
        return {}


def published_articles(articles: Path, versions: Path) -> tuple[list[Article], list[KnowledgeError]]:
    """The articles to serve, in order of their slugs, and what was wrong with the others.

    Each published version is kept in ``versions`` the first time that it is seen. Changing the text of a kept version is a
    conflict: the kept text is served, and the editor is told to raise the number.
    """
    found: list[Article] = []
    problems: list[KnowledgeError] = []
    for file in sorted(articles.glob("*.md")):
        try:
            article = read_article(file)
            if article.front.status == "published":
                _keep(article, file, versions / article.slug)
                found.append(article)
        except ArticleError as error:
            problems.append(error)
            last = _last_version(versions / file.stem)
            if last is not None:
                found.append(last)
    return found, problems


def _keep(article: Article, file: Path, folder: Path) -> None:
    kept = folder / f"{article.front.version}.md"
    text = file.read_bytes()
    if kept.is_file():
        if kept.read_bytes() != text:
            number = article.front.version
            raise VersionConflict(
                file, 1, f"version {number} was published with other text. Set version: {number + 1}, or undo the change."
            )
        return
    folder.mkdir(parents=True, exist_ok=True)
    _write_whole(kept, text)


def _last_version(folder: Path) -> Article | None:
    for number in version_numbers(folder.parent, folder.name):
        try:
            return stored_version(folder.parent, folder.name, number)
        except ArticleError:
            continue
    return None


def stored_version(versions: Path, slug: str, version: int) -> Article:
    """One published version as it was, whatever the article says today.

    Raises:
        ArticleError: if that version was never published here.
    """
    file = versions / slug / f"{version}.md"
    if not file.is_file():
        raise ArticleError(file, 1, f"there is no version {version} of {slug}.")
    return parse_article(file.read_bytes().decode("utf-8"), versions / f"{slug}.md")


@dataclass(frozen=True)
class PublishedVersion:
    """One version of an article that was in use."""

    slug: str
    number: int
    title: str
    since: datetime  # when it was first taken up here


def published_versions(versions: Path, slug: str | None = None) -> list[PublishedVersion]:
    """Every version that was published, oldest first for each article; of one article or of all."""
    found = []
    for file in versions.glob(f"{slug or '*'}/*.md"):
        if not file.stem.isdigit() or file.parent.parent != versions:
            continue
        try:
            title = stored_version(versions, file.parent.name, int(file.stem)).front.title
        except ArticleError:
            title = "(cannot be read by this release)"
        since = datetime.fromtimestamp(file.stat().st_mtime, UTC)
        found.append(PublishedVersion(file.parent.name, int(file.stem), title, since))
    return sorted(found, key=lambda version: (version.slug, version.number))


def version_numbers(versions: Path, slug: str) -> list[int]:
    """The numbers of an article's published versions, newest first."""
    return sorted((int(file.stem) for file in (versions / slug).glob("*.md") if file.stem.isdecimal()), reverse=True)


def current_id(folder: Path) -> str | None:
    """The id of the generation in use, if there is one."""
    try:
        return (folder / "current").read_text("utf-8").strip() or None
    except OSError:
        return None


def load_generation(folder: Path) -> Generation:
    """Load the generation in use.

    Raises:
        GenerationError: if there is none, or its files are not what was written.
    """
    name = current_id(folder)
    if name is None:
        raise GenerationError("No index has been built yet. Run `cordial kb build`.")
    home = folder / "generations" / name
    if not _is_whole(home):
        raise GenerationError(f"The index generation {name} is damaged. Run `cordial kb build`.")
    return _read_whole(home, name)


def has_damage(folder: Path) -> bool:
    """Whether the generation in use is not what was written."""
    name = current_id(folder)
    return name is not None and not _is_whole(folder / "generations" / name)


def older_generation(folder: Path, encoder: str) -> Generation | None:
    """The newest intact one besides that in use, made with this embedding model; nothing, if there is none."""
    homes = [home for home in (folder / "generations").glob("*") if home.name != current_id(folder) and _is_whole(home)]
    for home in sorted(homes, key=lambda home: home.stat().st_mtime, reverse=True):
        try:
            found = _read_whole(home, home.name)
        except GenerationError:  # of an earlier release
            continue
        if found.encoder == encoder:
            return found
    return None


def _read_whole(home: Path, name: str) -> Generation:
    try:
        return _read(home, name)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise GenerationError(f"The index generation {name} has another form. Run `cordial kb build`.") from error


def _read(home: Path, name: str) -> Generation:
    articles = {slug: parse_article(text, Path(f"{slug}.md")) for slug, text in _json(home / "articles.json").items()}
    entries = [IndexEntry(**value) for value in _json(home / "entries.json")]
    return Generation(
        id=name,
        encoder=_json(home / "manifest.json")["encoder"],
        articles=articles,
        passages=[Passage.from_json(value) for value in _json(home / "passages.json")],
        entries=entries,
        sources={value["id"]: Source(**value) for value in _json(home / "sources.json")},
        studies=[Study(**value) for value in _json(home / "studies.json")],
        dense=DenseIndex.load(home / "dense.faiss"),
        lexical=LexicalIndex.load(home / "lexical.npz"),
        declined=DenseIndex.load(home / "declined.faiss"),
        declined_texts=_json(home / "declined.json"),
        declined_kinds=_json(home / "declined_kinds.json"),
        ranker=Ranker.load(home),
        speller=Speller((entry.text for entry in entries), frozenset(_json(home / "english.json"))),
        synonyms=Synonyms(_json(home / "synonyms.json")),
    )


def _id_of(content: _Content, encoder: Encoder) -> str:
    parts = [str(_FORMAT), encoder.name, *(f"{article.slug} {article.digest}" for article in content.articles)]
    parts += [source.model_dump_json() for source in content.sources.values()]
    parts += [study.model_dump_json() for study in content.studies]
    parts += [json.dumps([content.wordings, content.declined, content.synonyms], sort_keys=True)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


class _Embeddings:
    """Embeds texts, and takes what the generation in use has embedded already: most of a new one is the old one."""

    def __init__(self, encoder: Encoder, folder: Path) -> None:
        self.encoder = encoder
        self._known = embedded_before(folder, encoder.name)

    def encode(self, texts: Sequence[str]) -> Vectors:
        missing = [text for text in dict.fromkeys(texts) if text not in self._known]
        self._known.update(zip(missing, self.encoder.encode(missing), strict=True))
        return np.stack([self._known[text] for text in texts]) if texts else np.zeros((0, self.encoder.dimension), np.float32)


def embedded_before(folder: Path, encoder: str) -> dict[str, Vectors]:
    """What the generation in use embedded with this model; also if a former release wrote it and only these files are whole."""
    home = folder / "generations" / (current_id(folder) or "none")
    try:
        manifest = _json(home / "manifest.json")
        wanted = ("entries.json", "dense.faiss", "declined.json", "declined.faiss")
        if manifest["encoder"] != encoder or any(_sha256(home / file) != manifest["files"][file] for file in wanted):
            return {}
        texts = [str(value["text"]) for value in _json(home / "entries.json")]
        declined_texts: list[str] = _json(home / "declined.json")
        dense, declined = DenseIndex.load(home / "dense.faiss"), DenseIndex.load(home / "declined.faiss")
        known = {text: dense.row(number) for number, text in enumerate(texts)}
        return known | {text: declined.row(number) for number, text in enumerate(declined_texts)}
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, GenerationError):
        return {}


def _write(home: Path, name: str, content: _Content, encoder: _Embeddings) -> None:
    aside = home.with_name(f"{name}.{os.getpid()}.part")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    passages = [passage for article in content.articles for passage in passages_of(article)]
    entries = list(entries_of(passages, content.articles, content.wordings))
    vectors = encoder.encode([entry.text for entry in entries])
    declined = [(text, DECLINED + kind) for kind, texts in content.declined.items() for text in texts]
    declined_vectors = encoder.encode([text for text, _ in declined])
    _dump(aside / "articles.json", {article.slug: _whole_text(article) for article in content.articles})
    _dump(aside / "passages.json", [passage.as_json() for passage in passages])
    _dump(aside / "entries.json", [asdict(entry) for entry in entries])
    _dump(aside / "sources.json", [source.model_dump(mode="json") for source in content.sources.values()])
    _dump(aside / "studies.json", [study.model_dump(mode="json") for study in content.studies])
    _dump(aside / "english.json", sorted(encoder.encoder.english_words()))
    _dump(aside / "synonyms.json", content.synonyms)
    _dump(aside / "declined.json", [text for text, _ in declined])
    _dump(aside / "declined_kinds.json", [label.removeprefix(DECLINED) for _, label in declined])
    DenseIndex.build(vectors).save(aside / "dense.faiss")
    DenseIndex.build(declined_vectors).save(aside / "declined.faiss")
    LexicalIndex.build([entry.text for entry in entries]).save(aside / "lexical.npz")
    texts = [entry.text for entry in entries] + [text for text, _ in declined]
    labels = [passages[entry.passage].article for entry in entries] + [label for _, label in declined]
    Ranker.fit(texts, np.concatenate([vectors, declined_vectors]), labels).save(aside)
    _dump(
        aside / "manifest.json",
        {"id": name, "encoder": encoder.encoder.name, "files": {file: _sha256(aside / file) for file in _FILES}},
    )
    shutil.rmtree(home, ignore_errors=True)
    aside.rename(home)


def _whole_text(article: Article) -> str:
    front = json.loads(article.front.model_dump_json())
    return f"---\n{json.dumps(front)}\n---\n{article.body}"


def _is_whole(home: Path) -> bool:
    try:
        files = _json(home / "manifest.json")["files"]
        return all(_sha256(home / file) == digest for file, digest in files.items()) and set(files) == set(_FILES)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _make_current(folder: Path, name: str) -> None:
    _write_whole(folder / "current", f"{name}\n".encode())


def _forget_old(folder: Path, name: str) -> None:
    others = [path for path in (folder / "generations").iterdir() if path.name != name]
    others.sort(key=lambda path: path.stat().st_mtime, reverse=True)
    for path in others[_KEPT - 1 :]:
        shutil.rmtree(path, ignore_errors=True)


def _write_whole(file: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all, also after a power cut."""
    aside = file.with_name(f"{file.name}.{os.getpid()}.part")
    with aside.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    aside.replace(file)


def _json(file: Path) -> Any:
    return json.loads(file.read_text("utf-8"))


def _dump(file: Path, value: Any) -> None:
    file.write_text(json.dumps(value, ensure_ascii=False), "utf-8")


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
