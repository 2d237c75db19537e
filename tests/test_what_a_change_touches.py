"""What a change of articles touches: the nearest questions are asked, and worse answers are told from better ones."""

from __future__ import annotations

import pytest

from knowledge.article import parse_article
from knowledge.encoder import Encoder
from knowledge.generation import trial_generation
from knowledge.library import Library
from knowledge.publishing import Shelf, content_after, text_on_file
from knowledge.touching import Asked, Change, Outcome, changed_articles, effect_of, touched
from tests.support.editing import Editor

HERE = Outcome("fever", "What happens", "It passes.", "answered")
ELSEWHERE = Outcome("cost", "What happens", "It is dear.", "answered")
NOTHING = Outcome(None, None, None, "abstained")


@pytest.mark.parametrize(
    ("wanted", "before", "after", "breaks", "mends"),
    [
        (("fever",), HERE, ELSEWHERE, True, False),
        (("fever",), HERE, NOTHING, True, False),
        (("fever", "cost"), HERE, ELSEWHERE, False, False),
        (("fever",), ELSEWHERE, HERE, False, True),
        (("fever",), ELSEWHERE, NOTHING, False, False),
        ((), NOTHING, HERE, True, False),
        ((), HERE, NOTHING, False, True),
    ],
)
def test_an_answer_gets_worse_better_or_only_another(
    wanted: tuple[str, ...], before: Outcome, after: Outcome, breaks: bool, mends: bool
) -> None:
    change = Change(Asked("is it bad", wanted, "wording"), before, after)
    assert (change.breaks, change.mends) == (breaks, mends)


def test_the_nearest_questions_of_others_are_asked_and_no_more_than_wanted(editor: Editor, encoder: Encoder) -> None:
    for slug, title in (("fever", "Fever"), ("chills", "Chills"), ("cost", "Cost"), ("travel", "Travel")):
        editor.writes(slug, title=title, text=f"{title} is told of here. It ends well.")
    editor.builds()
    shelf, library = Shelf(editor.content, editor.folder, encoder), Library(editor.folder, encoder)
    text = text_on_file(shelf, "fever").replace("It ends well.", "You can fly home by plane with it.")
    after = library.beside(
        trial_generation(
            library.generation, content_after(shelf, "fever", parse_article(text, shelf.file_of("fever"))), encoder
        )
    )
    generations = (library.generation, after.generation)
    assert changed_articles(*generations) == {"fever"}
    own = Asked("what happens then with a fever", ("fever",), "wording")
    near, far = Asked("can I fly home by plane", ("travel",), "wording"), Asked("how much money is it", ("cost",), "wording")
    assert touched([far, near, own], {"fever"}, generations, encoder, 2) == [own, near]
    assert touched([far, near, own], {"fever"}, generations, encoder) == [own, far, near]
    effect = effect_of(library, after, [own, near, far])
    assert effect.asked == 3
    assert effect.broken == tuple(change for change in effect.changes if change.breaks)
