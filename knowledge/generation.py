"""Index generations: immutable, built aside, swapped in by one rename.

Under the knowledge folder::

    versions/SLUG/N.md          every published version, as it was; what a patient was shown can be shown again
    generations/ID/             articles, passages, entries, sources, studies, the dense index, the ranker, a manifest with
                                their digests
    current                     one line: the id of the generation in use

    building                    held by whoever builds

A generation's id is a digest of everything that it was made from, so building twice gives the same one. One that was made
quickly, from the one in use and what changed since, has an id of its own: its ranker was learned anew for what changed alone.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
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

_FORMAT = 9  # raise it when the files of a generation change shape
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
_PASSAGE, _WORDING, _MARK = "p", "w", 12
_ALIKE = 0.03  # of the texts of a class; while no more passages than that are others, its boundary would hardly move
_FEW = 0.25  # of the classes; if more changed, the whole ranker is learned anew


Learned = Mapping[str, frozenset[str]]
"""By class of the ranker, the marks of the texts from which it was learned."""


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
    learned: Learned  # from what the ranker learned each of its classes


@dataclass(frozen=True)
class Content:
    """What a generation is made from."""

    articles: list[Article]  # in order of their slugs
    sources: dict[str, Source]
    studies: list[Study]
    wordings: dict[str, dict[str, list[str]]]
    declined: dict[str, list[str]]
    synonyms: dict[str, str]


@dataclass(frozen=True)
class Former:
    """What a new generation can take over from one that was made before."""

    id: str
    vectors: dict[str, Vectors]  # by text
    ranker: Ranker
    learned: Learned
    entries: list[str]  # the texts of the index, in order
    dense: DenseIndex
    lexical: LexicalIndex

    @classmethod
    def of(cls, generation: Generation) -> Former:
        """What can be taken over from a generation that was read."""
        texts = [entry.text for entry in generation.entries]
        vectors = _by_text(texts, generation.dense) | _by_text(generation.declined_texts, generation.declined)
        index = (generation.dense, generation.lexical)
        return cls(generation.id, vectors, generation.ranker, generation.learned, texts, *index)

    @classmethod
    def read(cls, folder: Path, encoder: str) -> Former | None:
        """What can be taken over from the generation in use; nothing, if it is damaged or of another model or release."""
        name = current_id(folder)
        home = folder / "generations" / (name or "none")
        try:
            manifest = _json(home / "manifest.json")
            if name is None or not _is_whole(home) or manifest["encoder"] != encoder or "learned" not in manifest:
                return None
            texts = [str(value["text"]) for value in _json(home / "entries.json")]
            dense, lexical = DenseIndex.load(home / "dense.faiss"), LexicalIndex.load(home / "lexical.npz")
            declined = _by_text(_json(home / "declined.json"), DenseIndex.load(home / "declined.faiss"))
            vectors = _by_text(texts, dense) | declined
            return cls(name, vectors, Ranker.load(home), _learned(manifest), texts, dense, lexical)
        except (OSError, ValueError, KeyError, TypeError, RuntimeError, GenerationError):
            return None


def _by_text(texts: Sequence[str], index: DenseIndex) -> dict[str, Vectors]:
    return dict(zip(texts, index.rows(np.arange(len(texts))), strict=True)) if texts else {}


def _learned(manifest: Mapping[str, Any]) -> Learned:
    return {label: frozenset(marks) for label, marks in manifest.get("learned", {}).items()}


def _marks(texts: Sequence[str], labels: Sequence[str], passages: int) -> Learned:
    """The marks of the texts of each class; those of the passages, which come first, begin with another letter."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for number, (text, label) in enumerate(zip(texts, labels, strict=True)):
        kind = _PASSAGE if number < passages else _WORDING
        found[label].add(kind + hashlib.sha256(text.encode()).hexdigest()[:_MARK])
    return {label: frozenset(marks) for label, marks in found.items()}


@dataclass(frozen=True)
class Build:
    """What a build did."""

    generation: str
    changed: bool
    articles: int
    problems: list[KnowledgeError]


def build_generation(
    content: Path, folder: Path, encoder: Encoder, quickly: bool = False, tried: Generation | None = None
) -> Build:
    """Build the generation of what is published now and make it current.

    An article that cannot be used is named in the result, and its last good version stays in service; so a half-written
    file never takes anything away from patients.

    Args:
        content: the folder with ``articles/``, ``studies.yml`` and ``sources.yml``.
        folder: the knowledge folder of the running service.
        encoder: embeds passages and wordings.
        quickly: take over what the generation in use has learned of all articles that did not change.
        tried: with `quickly`, one that was made for a trial; most of what it holds need not be made again.

    Raises:
        SourcesError: if the sources cannot be used; the current generation stays.
        GenerationError: if there is not one usable article.
    """
    with alone(folder):
        articles, problems = published_articles(content / "articles", folder / "versions")
        made_from = content_with(content, articles, problems)
        wanted = id_of(made_from, encoder)
        current = current_id(folder)
        if _is_whole(folder / "generations" / (current or "none")) and (
            current == wanted or (quickly and content_id(folder) == wanted)
        ):
            return Build(current or wanted, False, len(articles), problems)
        name = put_aside(folder, made_from, encoder, former_of(folder, encoder, tried) if quickly else None)
        make_current(folder, name)
        return Build(name, True, len(articles), problems)


def former_of(folder: Path, encoder: Encoder, tried: Generation | None = None) -> Former | None:
    """What the next generation can take over: from one that was tried, or from that in use."""
    current = current_id(folder)
    if tried is not None and current is not None:
        return replace(Former.of(tried), id=current)
    return Former.read(folder, encoder.name)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Wait until nobody else builds in this knowledge folder, in this process or another."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "building").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def content_with(content: Path, articles: list[Article], problems: list[KnowledgeError]) -> Content:
    """Some articles with the lists that lie beside them.

    Args:
        content: the folder with the lists.
        articles: in order of their slugs.
        problems: takes what is wrong with a list without which patients can be answered.

    Raises:
        SourcesError: if the sources cannot be used.
        GenerationError: if there is no article.
    """
    if not articles:
        raise GenerationError("There is no usable published article, so nothing could be answered.")
    wordings = {article.slug: _or_none(content / "wordings" / f"{article.slug}.yml", problems) for article in articles}
    declined = _or_none(content / "declined.yml", problems)
    synonyms = _synonyms_or_none(content / "synonyms.yml", problems)
    return Content(articles, load_sources(content), load_studies(content), wordings, declined, synonyms)


def put_aside(folder: Path, content: Content, encoder: Encoder, former: Former | None) -> str:
    """Write a whole generation beside the one in use; gives its id. Nothing is asked of it before it is made current."""
    wanted = id_of(content, encoder)
    if former is not None and _is_whole(folder / "generations" / wanted):
        former = None  # the very generation was made before
    name = wanted if former is None else hashlib.sha256(f"{wanted} after {former.id}".encode()).hexdigest()[:16]
    if not _is_whole(folder / "generations" / name):
        known = former.vectors if former else embedded_before(folder, encoder.name)
        made = make_generation(name, content, _Embeddings(encoder, known), former)
        _write(folder / "generations" / name, made, wanted, encoder.english_words())
    return name


def make_current(folder: Path, name: str) -> None:
    """Bring a generation into use; the oldest ones are forgotten."""
    write_whole(folder / "current", f"{name}\n".encode())
    _forget_old(folder, name)


def content_id(folder: Path) -> str | None:
    """The digest of what the generation in use was made from, however it was made."""
    name = current_id(folder)
    try:
        return str(_json(folder / "generations" / (name or "none") / "manifest.json").get("content", name))
    except (OSError, ValueError, AttributeError):
        return None


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
    keep_version(article, file, file.read_bytes(), folder)


def keep_version(article: Article, file: Path, text: bytes, folder: Path) -> None:
    """Keep a published version for good.

    Args:
        article: what the text says.
        file: where it comes from, for the message.
        text: the whole.
        folder: the versions of this article.

    Raises:
        VersionConflict: if that version was published with other text.
    """
    kept = folder / f"{article.front.version}.md"
    if kept.is_file():
        if kept.read_bytes() != text:
            raise _conflict(article, file)
        return
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(kept, text)


def _conflict(article: Article, file: Path) -> VersionConflict:
    number = article.front.version
    return VersionConflict(
        file, 1, f"version {number} was published with other text. Set version: {number + 1}, or undo the change."
    )


def conflicts(articles: Iterable[Article], folder: Path, versions: Path) -> list[VersionConflict]:
    """The articles whose file is not what was published under its number.

    Args:
        articles: as their files are.
        folder: of the files.
        versions: what was published.
    """
    found = []
    for article in articles:
        file, kept = folder / f"{article.slug}.md", versions / article.slug / f"{article.front.version}.md"
        if article.front.status == "published" and kept.is_file() and kept.read_bytes() != file.read_bytes():
            found.append(_conflict(article, file))
    return found


def files_changed(folder: Path, knowledge: Path) -> set[str]:
    """The articles whose files are not what is in use, by their slugs.

    Args:
        folder: of the files.
        knowledge: the knowledge folder of the running service.

    Raises:
        GenerationError: if nothing is in use.
    """
    in_use = articles_in_use(knowledge)
    files = {file.stem: file for file in folder.glob("*.md") if not file.name.startswith(".")}
    kept = {slug: knowledge / "versions" / slug / f"{number}.md" for slug, number in in_use.items()}
    same = {slug for slug, file in files.items() if slug in kept and _is_same(file, kept[slug])}
    return (files.keys() | in_use.keys()) - same


def _is_same(file: Path, other: Path) -> bool:
    try:
        return file.read_bytes() == other.read_bytes()
    except OSError:
        return False


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
    return parse_article(stored_text(versions, slug, version), versions / f"{slug}.md")


def stored_text(versions: Path, slug: str, version: int) -> str:
    """The whole text of a published version, as its file was.

    Raises:
        ArticleError: if that version was never published here.
    """
    file = versions / slug / f"{version}.md"
    if not file.is_file():
        raise ArticleError(file, 1, f"there is no version {version} of {slug}.")
    return file.read_bytes().decode("utf-8")


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
    """The id of the generation in use, if there is one and it can be read."""
    try:
        return (folder / "current").read_text("utf-8").strip() or None
    except (OSError, ValueError):
        return None


def articles_in_use(folder: Path) -> dict[str, int]:
    """The articles of the generation in use, with their versions.

    Raises:
        GenerationError: if there is none.
    """
    name = current_id(folder)
    try:
        texts: dict[str, str] = _json(folder / "generations" / (name or "none") / "articles.json")
        return {slug: int(json.loads(text.split("\n", 2)[1])["version"]) for slug, text in texts.items()}
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise GenerationError("There is no index in use that can be read. Run `cordial kb build`.") from error


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
        learned=_learned(_json(home / "manifest.json")),
    )


def id_of(content: Content, encoder: Encoder) -> str:
    """The digest of everything that a generation is made from."""
    parts = [str(_FORMAT), encoder.name, *(f"{article.slug} {article.digest}" for article in content.articles)]
    parts += [source.model_dump_json() for source in content.sources.values()]
    parts += [study.model_dump_json() for study in content.studies]
    parts += [json.dumps([content.wordings, content.declined, content.synonyms], sort_keys=True)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


class _Embeddings:
    """Embeds texts, and takes what was embedded already: most of a new generation is the old one."""

    def __init__(self, encoder: Encoder, known: Mapping[str, Vectors]) -> None:
        self.encoder = encoder
        self._known = dict(known)

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
        dense, declined = DenseIndex.load(home / "dense.faiss"), DenseIndex.load(home / "declined.faiss")
        return _by_text(texts, dense) | _by_text(_json(home / "declined.json"), declined)
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, GenerationError):
        return {}


def make_generation(name: str, content: Content, encoder: _Embeddings, former: Former | None) -> Generation:
    """Everything that answering needs, in memory."""
    passages = [passage for article in content.articles for passage in passages_of(article)]
    entries = list(entries_of(passages, content.articles, content.wordings))
    vectors = encoder.encode([entry.text for entry in entries])
    declined = [(text, DECLINED + kind) for kind, texts in content.declined.items() for text in texts]
    declined_vectors = encoder.encode([text for text, _ in declined])
    texts = [entry.text for entry in entries] + [text for text, _ in declined]
    labels = [passages[entry.passage].article for entry in entries] + [label for _, label in declined]
    same = former if former and former.entries == texts[: len(entries)] else None
    marks = _marks(texts, labels, len(passages))
    ranker, learned = _ranker(texts, np.concatenate([vectors, declined_vectors]), labels, marks, former)
    return Generation(
        id=name,
        encoder=encoder.encoder.name,
        articles={article.slug: article for article in content.articles},
        passages=passages,
        entries=entries,
        sources=content.sources,
        studies=content.studies,
        dense=same.dense if same else DenseIndex.build(vectors),
        lexical=same.lexical if same else LexicalIndex.build([entry.text for entry in entries]),
        declined=DenseIndex.build(declined_vectors),
        declined_texts=[text for text, _ in declined],
        declined_kinds=[label.removeprefix(DECLINED) for _, label in declined],
        ranker=ranker,
        speller=Speller((entry.text for entry in entries), encoder.encoder.english_words()),
        synonyms=Synonyms(content.synonyms),
        learned=learned,
    )


def trial_generation(before: Generation, content: Content, encoder: Encoder) -> Generation:
    """A generation that nobody is answered from, to see what a change would do."""
    former = Former.of(before)
    return make_generation("trial", content, _Embeddings(encoder, former.vectors), former)


def _ranker(
    texts: Sequence[str], vectors: Vectors, labels: Sequence[str], marks: Learned, former: Former | None
) -> tuple[Ranker, Learned]:
    """The ranker, and from what it was learned; where most of it was learned before, only what changed is learned anew."""
    if former is None or not former.learned:
        return Ranker.fit(texts, vectors, labels), marks
    changed = {label for label, now in marks.items() if _is_another(former.learned.get(label, frozenset()), now)}
    if len(changed) > max(1, _FEW * len(marks)) or not former.ranker.can_learn(marks):
        return Ranker.fit(texts, vectors, labels), marks
    learned = {label: now if label in changed else former.learned[label] for label, now in marks.items()}
    return former.ranker.learned_anew(texts, vectors, labels, changed), learned


def _is_another(before: frozenset[str], now: frozenset[str]) -> bool:
    """Whether a class has to be learned anew: a wording is another, or more than a few passages are."""
    others = before ^ now
    return any(mark.startswith(_WORDING) for mark in others) or len(others) > 2 * _ALIKE * len(now)


def _write(home: Path, made: Generation, content: str, english: Iterable[str]) -> None:
    aside = home.with_name(f"{made.id}.{os.getpid()}.part")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    _dump(aside / "articles.json", {slug: _whole_text(article) for slug, article in made.articles.items()})
    _dump(aside / "passages.json", [passage.as_json() for passage in made.passages])
    _dump(aside / "entries.json", [asdict(entry) for entry in made.entries])
    _dump(aside / "sources.json", [source.model_dump(mode="json") for source in made.sources.values()])
    _dump(aside / "studies.json", [study.model_dump(mode="json") for study in made.studies])
    _dump(aside / "english.json", sorted(english))
    _dump(aside / "synonyms.json", made.synonyms.as_json())
    _dump(aside / "declined.json", made.declined_texts)
    _dump(aside / "declined_kinds.json", made.declined_kinds)
    made.dense.save(aside / "dense.faiss")
    made.declined.save(aside / "declined.faiss")
    made.lexical.save(aside / "lexical.npz")
    made.ranker.save(aside)
    digests = {file: _sha256(aside / file) for file in _FILES}
    learned = {label: sorted(marks) for label, marks in made.learned.items()}
    told = {"id": made.id, "encoder": made.encoder, "content": content, "files": digests, "learned": learned}
    _dump(aside / "manifest.json", told)
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


def _forget_old(folder: Path, name: str) -> None:
    others = [path for path in (folder / "generations").iterdir() if path.name != name]
    others.sort(key=lambda path: path.stat().st_mtime, reverse=True)
    for path in others[_KEPT - 1 :]:
        shutil.rmtree(path, ignore_errors=True)


def write_whole(file: Path, content: bytes) -> None:
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
