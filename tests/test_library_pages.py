"""A patient reads in the library: articles by question, a search that quotes, versions as they were. No script needed."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from knowledge.article import Article
from knowledge.library import Library
from tests.support.system import System
from web.library_texts import day

SLUG = "evidence-diabetes"


@pytest.fixture(scope="module")
def reader(lonely_web: System) -> Iterator[httpx.Client]:
    """Somebody with a browser that runs no script."""
    with httpx.Client(base_url=lonely_web.url, headers={"Accept": "text/html"}, timeout=20, trust_env=False) as client:
        yield client


@pytest.fixture(scope="module")
def article(library: Library) -> Article:
    """An article of the library."""
    found = library.article(SLUG)
    assert found is not None
    return found


@pytest.fixture
def version_of_before(lonely_web: System, article: Article) -> Iterator[int]:
    """A version of the article with other words, as if the one in use had replaced it."""
    folder = lonely_web.data / "knowledge" / "versions" / SLUG
    now = folder / f"{article.front.version}.md"
    before = folder / f"{article.front.version - 1}.md"
    assert not before.exists()
    _write_older(now, before, article.front.version)
    yield article.front.version - 1
    before.unlink()


def _write_older(now: Path, before: Path, version: int) -> None:
    text = now.read_text("utf-8").replace(f"\nversion: {version}\n", f"\nversion: {version - 1}\n", 1)
    before.write_text(text.replace("That is a reason for trials", "That was a reason for trials"), "utf-8")


def text_of(answer: httpx.Response) -> str:
    """How a page reads."""
    assert answer.status_code == 200, answer.text
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def marks_of(answer: httpx.Response) -> str:
    """What is highlighted."""
    return html.unescape("".join(re.findall(r"<mark[^>]*>(.*?)</mark>", answer.text, re.DOTALL)))


def search(reader: httpx.Client, words: str) -> str:
    """What the search finds."""
    answer = reader.post("/library", data={"q": words})
    assert answer.status_code == 200
    return answer.text


def found_in(page: str) -> str:
    """The part of the page with what was found, as it reads."""
    part = page[page.index('id="found"') : page.index('class="shelf"')]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", part)).split())


def test_the_front_door_leads_to_the_chat_the_library_and_the_studies(reader: httpx.Client) -> None:
    page = reader.get("/").text
    for address in ("/chat", "/library", "/library/research"):
        assert f'href="{address}"' in page
    assert "not medical advice" in page
    assert "112" in page


def test_safety_the_idea_and_the_benefit_stand_apart(reader: httpx.Client, library: Library) -> None:
    page = reader.get("/library").text
    shelves = re.findall(r'aria-labelledby="about-(\w+)">(.*?)</section>', page, re.DOTALL)
    assert [about for about, _ in shelves][:3] == ["safety", "rationale", "benefit"]
    for about, shelf in shelves:
        slugs = re.findall(r'href="/library/articles/([a-z0-9-]+)"', shelf)
        assert slugs
        for slug in slugs:
            found = library.article(slug)
            assert found is not None
            assert found.front.about == about
            assert html.escape(found.front.summary, quote=False) in html.unescape(shelf).replace("&", "&amp;")
    assert sum(shelf.count("<li>") for _, shelf in shelves) == len(library.generation.articles)


def test_a_search_quotes_the_library_and_leads_to_the_very_words(reader: httpx.Client) -> None:
    page = search(reader, "Is fever after the infusion a bad sign?")
    quote = html.unescape(re.findall(r"<blockquote><p>(.*?)</p>", page)[0])
    link = html.unescape(re.findall(r'href="(/library/articles/[^"]+#passage)"', page)[0])
    assert quote in marks_of(reader.get(link)).replace("\n", " ")
    assert "Evidence:" in found_in(page)
    assert "Sources:" in found_in(page)


def test_two_questions_get_two_answers_with_their_own_labels(reader: httpx.Client) -> None:
    found = found_in(search(reader, "Does it help my diabetes, and is it safe?"))
    assert found.index("Does it help? Evidence") < found.index("Safety Evidence")


def test_a_search_without_a_reviewed_answer_says_so_and_offers_a_person(reader: httpx.Client) -> None:
    found = found_in(search(reader, "Who won the football match yesterday?"))
    assert "no reviewed answer" in found
    assert "talk to a person" in found


def test_an_emergency_in_the_search_box_is_answered_first(reader: httpx.Client) -> None:
    found = found_in(search(reader, "I have crushing chest pain and I cannot breathe, does it help?"))
    assert found.index("emergency") < found.index("Articles")
    assert "112" in found


def test_an_emergency_is_noticed_in_words_that_are_too_long_for_a_search(reader: httpx.Client) -> None:
    found = found_in(search(reader, "I have crushing chest pain and I cannot breathe. " + "Please help me. " * 20))
    assert found.index("emergency") < found.index("too long")


def test_an_ordinary_search_raises_no_alarm(reader: httpx.Client) -> None:
    assert 'role="alert"' not in search(reader, "How much does it cost?")


@pytest.mark.parametrize(
    "words", ["", "   ", "\x00", "<script>alert(1)</script>", "a" * 300, "a" * 3000, "%ff", "ü" * 299, "?"]
)
def test_whatever_is_searched_gives_a_page_that_runs_nothing(reader: httpx.Client, words: str) -> None:
    page = search(reader, words)
    assert "<script>alert" not in page
    assert "Library</h1>" in page


def test_a_search_that_is_too_long_is_asked_to_be_shortened(reader: httpx.Client) -> None:
    assert "shorten it to 300" in found_in(search(reader, "why " * 100))


@pytest.mark.parametrize("body", [b"", b"q", b"\xff\xfe", b"q=%ff%fe", b"&" * 15, b"a=1&q=fever&q=cost"])
def test_a_form_that_no_browser_sends_does_no_harm(reader: httpx.Client, body: bytes) -> None:
    assert reader.post("/library", content=body).status_code == 200


def test_what_is_searched_stands_in_no_address_and_no_log(reader: httpx.Client, lonely_web: System) -> None:
    page = search(reader, "my sister Zebulina has lupus")
    assert "Zebulina" not in "".join(re.findall(r'(?:href|action)="([^"]*)"', page))
    assert "Zebulina" not in lonely_web.log("web") + lonely_web.said()


def test_an_article_says_what_it_speaks_to_who_checked_it_and_what_it_rests_on(reader: httpx.Client, article: Article) -> None:
    answer = reader.get(f"/library/articles/{SLUG}")
    text = text_of(answer)
    for words in (
        article.front.title,
        article.front.summary,
        "Does it help?",
        article.front.reviewer_role,
        day(article.front.reviewed_on),
        "Evidence: a controlled trial in people",
        f"Version {article.front.version}",
        "waits to be read in the original",
    ):
        assert words in text
    assert 'href="https://doi.org/' in answer.text
    assert 'href="#what-the-type-2-trial-found"' in answer.text


def test_the_quoted_words_are_highlighted_in_the_version_that_was_shown(
    reader: httpx.Client, article: Article, version_of_before: int
) -> None:
    old = reader.get(f"/library/articles/{SLUG}?version={version_of_before}").text
    assert "That was a reason" in old
    start = article.body.index("That is a reason")
    address = f"/library/articles/{SLUG}?version={version_of_before}&start={start}&end={start + len('That was a reason')}"
    assert marks_of(reader.get(address)) == "That was a reason"


def test_an_older_version_says_so_and_leads_to_the_current_one(
    reader: httpx.Client, article: Article, version_of_before: int
) -> None:
    answer = reader.get(f"/library/articles/{SLUG}?version={version_of_before}")
    assert f"This is version {version_of_before}, kept because patients were shown it" in text_of(answer)
    assert f'<a href="/library/articles/{SLUG}">Read version {article.front.version}' in answer.text
    current = reader.get(f"/library/articles/{SLUG}")
    assert "kept because" not in current.text
    assert f"?version={version_of_before}" in current.text


@pytest.mark.parametrize(
    "query",
    [
        "start=5&end=2",
        "start=-4&end=9",
        "start=0&end=99999999",
        "start=a&end=b",
        "start=1",
        "end=9",
        "start=&end=",
        "start=9999999999999999999&end=99999999999999999999",
        "start=1.5&end=8",
        "start=٣&end=٩",
    ],
)
def test_offsets_that_are_wrong_are_ignored(reader: httpx.Client, query: str) -> None:
    answer = reader.get(f"/library/articles/{SLUG}?{query}")
    assert marks_of(answer) == ""
    assert "highlighted" not in text_of(answer)


@pytest.mark.parametrize("version", ["99", "0", "-1", "one", "9" * 400, "", "1e3"])
def test_a_version_that_never_was_is_not_found(reader: httpx.Client, version: str) -> None:
    answer = reader.get(f"/library/articles/{SLUG}", params={"version": version})
    assert answer.status_code == 404
    assert "We cannot find this page" in answer.text


@pytest.mark.parametrize("path", ["/", "/library", "/library/research", f"/library/articles/{SLUG}"])
def test_a_page_that_a_browser_has_already_is_not_sent_again(reader: httpx.Client, path: str) -> None:
    first = reader.get(path)
    assert first.headers["cache-control"] == "no-cache"
    again = reader.get(path, headers={"If-None-Match": f'"other", W/{first.headers["etag"]}'})
    assert (again.status_code, again.content) == (304, b"")
    assert reader.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


def test_every_link_inside_the_library_leads_somewhere(reader: httpx.Client, library: Library) -> None:
    pages: dict[str, str] = {}
    waiting = ["/", "/library", "/library/research", *(f"/library/articles/{slug}" for slug in library.generation.articles)]
    for address in waiting:
        pages[address] = text = reader.get(address).text
        assert "error" not in address, text
    ids = {address: set(re.findall(r'\bid="([^"]+)"', text)) for address, text in pages.items()}
    for address, text in pages.items():
        for link in re.findall(r'href="((?:/library|/|#)[^"?]*)"', text):
            path, _, anchor = html.unescape(link).partition("#")
            if path in {"/chat", "/library/research.csv"} or path.startswith("/static"):
                continue
            assert (path or address) in pages, f"{address} leads to {link}"
            assert not anchor or anchor in ids[path or address], f"{address} leads to {link}"


def test_an_article_says_where_and_when_a_source_was_checked(reader: httpx.Client) -> None:
    text = text_of(reader.get("/library/articles/evidence-graft-versus-host-disease"))
    assert "Summary checked on 28 November 2026: pubmed.gov/38413930, and copies of record NCT04738981." in text


def test_the_table_of_studies_says_where_and_when_a_study_was_checked(reader: httpx.Client) -> None:
    row = text_of(reader.get("/library/research?words=children+and+young+adults"))
    assert "Trial record checked on 28 November 2026: meddatax.com, a copy of 5 December 2024." in row
