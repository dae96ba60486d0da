"""The words that are hashed, and the balance of what is promised: two pure questions."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from alliances.texts.balance import Held, balance
from alliances.texts.canonical import canonical, hash_of

ARTICLES = [{"title": "Notre objet", "text": "Lire  ensemble.\r\n\n  Chaque semaine. "}]


def test_spaces_and_accents_written_otherwise_are_the_same_words() -> None:
    written = canonical(title="Charte d’été", number=1, articles=ARTICLES)
    otherwise = canonical(
        title=unicodedata.normalize("NFD", "Charte  d’été"),
        number=1,
        articles=[{"title": " Notre objet", "text": "Lire ensemble.\nChaque semaine."}],
    )
    assert written == otherwise
    assert written == "Charte d’été\nversion 1\n\n1. Notre objet\nLire ensemble.\nChaque semaine.\n"


def test_the_hash_of_these_words_is_this_one_for_ever() -> None:
    words = canonical(title="Charte", number=2, articles=ARTICLES, obligations=["Mairie : prêter une salle"])
    assert hash_of(words) == "fc90beee1192fb94438a1a978db87746285d7980d767d5def8086ca16ffd63b1"


@given(st.text(max_size=200), st.text(max_size=200))
def test_other_words_have_another_hash(one: str, other: str) -> None:
    first, second = (
        canonical(title="t", number=1, articles=[{"title": "a", "text": x}]) for x in (one, other)
    )
    assert (first == second) == (hash_of(first) == hash_of(second))


def test_a_party_that_holds_more_than_seven_tenths_is_named_with_its_clauses() -> None:
    found = balance(
        ["Mairie", "Ludothèque", "Garage"],
        [Held("Ludothèque", "apports")] * 6
        + [Held("Ludothèque", "donnees")] * 2
        + [Held("Mairie", "apports")] * 2,
    )
    heaviest = found.heaviest
    assert heaviest is not None
    assert (heaviest.party, heaviest.count, heaviest.share) == ("Ludothèque", 8, 0.8)
    assert heaviest.clauses == (("apports", 6), ("donnees", 2))
    assert found.idle == ("Garage",)


def test_exactly_seven_tenths_is_no_imbalance_and_neither_is_one_obligation_alone() -> None:
    held = [Held("a", "x")] * 7 + [Held("b", "x")] * 3
    assert balance("ab", held).heaviest is None
    assert balance("ab", held[:1]).heaviest is None
    assert balance("ab", []).total == 0


@given(st.lists(st.sampled_from("abcd"), max_size=40))
def test_the_shares_of_any_agreement_sum_up_to_the_whole(parties: list[str]) -> None:
    found = balance("abcd", [Held(party, "x") for party in parties])
    assert sum(share.count for share in found.shares) == len(parties)
    assert not parties or abs(sum(share.share for share in found.shares) - 1) < 1e-9
