"""What changed, word by word: a pure question."""

from hypothesis import given
from hypothesis import strategies as st

from alliances.texts.diff import ADDED, CHANGED, MOVED, REMOVED, SAME, compare, words

FIRST = [
    {"key": "objet", "title": "Objet", "text": "Lire ensemble chaque semaine."},
    {"key": "valeurs", "title": "Valeurs", "text": "La franchise."},
]


def test_each_article_says_what_became_of_it() -> None:
    after = [
        {"key": "objet", "title": "Notre objet", "text": "Lire ensemble chaque mois."},
        {"key": "argent", "title": "Argent", "text": "Aucun."},
    ]
    changed, added, removed = compare(FIRST, after)
    assert (changed.kind, changed.former_title) == (CHANGED, "Objet")
    assert [(one.kind, one.text.strip()) for one in changed.pieces] == [
        (SAME, "Lire ensemble chaque"),
        (REMOVED, "semaine."),
        (ADDED, "mois."),
    ]
    assert (added.kind, removed.kind, removed.title) == (ADDED, REMOVED, "Valeurs")
    assert [one.kind for one in compare(FIRST, FIRST)] == [SAME, SAME]


@given(st.text(max_size=200), st.text(max_size=200))
def test_both_texts_can_be_read_back(before: str, after: str) -> None:
    pieces = words(before, after)
    assert "".join(one.text for one in pieces if one.kind != ADDED).split() == before.split()
    assert "".join(one.text for one in pieces if one.kind != REMOVED) == after


def test_an_article_that_only_changed_places_is_said_to_have_moved() -> None:
    before = [{"key": key, "title": key, "text": key} for key in "abcd"]
    after = [before[0], before[2], before[1], {**before[3], "text": "autre"}]
    kinds = [change.kind for change in compare(before, after)]
    assert sorted(kinds[1:3]) == [MOVED, SAME]
    assert (kinds[0], kinds[3]) == (SAME, CHANGED)
