"""What one mission says, by the settled reading of the format."""

from pathlib import Path
from typing import Any

import pytest

from jeveuxagir.common.clock import today
from missions.feeds import plain_text
from missions.feeds.reading import Rejected, digest, kind_of
from tests.feeds.builders import ABSENT, LONG, Raw, day, hints, left_out, read

# --- what rejects, in the words of the hub --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tags", "reason"),
    [
        ({"title": ABSENT}, "Titre manquant"),
        ({"title": ""}, "Titre manquant"),
        ({"title": Raw("<![CDATA[&amp;#233;t&amp;#233; ensemble]]>")}, "Encodage du titre"),
        ({"title": "Maraude"}, "Titre d’un seul mot"),
        ({"title": "2024"}, "Titre d’un seul mot"),
        ({"title": "true"}, "Titre d’un seul mot"),
        ({"client_id": ABSENT}, "ClientId manquant"),
        ({"client_id": ""}, "ClientId manquant"),
        ({"client_id": "x" * 300}, "ClientId de plus"),
        ({"description": ABSENT}, "Description manquante"),
        ({"description": Raw("<![CDATA[<p> </p>]]>")}, "Description manquante"),
        ({"description": Raw("<![CDATA[&amp;amp;#233;t&amp;amp;#233;]]>")}, "Encodage de la description"),
        ({"description": "mot " * 5001}, "Description de plus de 20"),
        ({"description": "mot " * 30_000}, "Description de plus de 20"),
        ({"applicationUrl": ABSENT}, "URL de candidature manquante"),
        ({"applicationUrl": "12345"}, "URL de candidature non valide"),
        ({"applicationUrl": "javascript:alert(1)"}, "URL de candidature non valide"),
        ({"applicationUrl": "https://x.fr/" + "a" * 70_000}, "Valeur de plus de 64 Ko"),
        ({"places": "-1"}, "Nombre de places négatif"),
        ({"domain": "inconnu"}, "Domaine non valide"),
        ({"domain": "Environnement"}, "Domaine non valide"),
        ({"domain": "mémoire et citoyenneté"}, "Domaine non valide"),
        ({"compensationAmount": "-5"}, "Compensation négative"),
        ({"compensationAmount": "10", "compensationType": "brut"}, "Type de compensation non valide"),
        ({"organizationClientId": ABSENT, "organizationName": ABSENT}, "Organisation non identifiée"),
    ],
)
def test_what_the_hub_refuses_is_rejected_with_the_same_reason(
    xml: Path, tags: dict[str, Any], reason: str
) -> None:
    with pytest.raises(Rejected) as rejected:
        read(xml, **tags)
    assert rejected.value.reason.startswith(reason)


def test_the_first_reason_in_the_hubs_order_is_given(xml: Path) -> None:
    with pytest.raises(Rejected, match="Titre d’un seul mot"):
        read(xml, title="Seul", domain="inconnu", places="-1", description=ABSENT)


def test_a_domain_with_an_accent_too_many_is_told_how_to_write_it(xml: Path) -> None:
    with pytest.raises(Rejected, match="Écrivez « memoire-et-citoyennete »"):
        read(xml, domain="mémoire et citoyenneté")


# --- values read as text --------------------------------------------------------------------------------------


def test_leading_zeros_and_number_like_values_are_kept(xml: Path) -> None:
    item = read(
        xml,
        client_id="000123",
        title="12 000 pas",
        organizationClientId="00042",
        postalCode="01000",
        city="Bourg-en-Bresse",
        organizationSiren=Raw("<![CDATA[0]]><![CDATA[0]]>5520135"),
        tags=Raw("<value>007</value><value>1e5</value>"),
    )
    assert (item.client_id, item.title, item.host.external_id) == ("000123", "12 000 pas", "00042")
    assert item.places[0].postal_code == "01000"
    assert item.host.siren == "005520135"
    assert item.values["tags"] == ["007", "1e5"]


def test_a_postal_code_that_lost_its_zero_finds_it_again(xml: Path) -> None:
    assert read(xml, postalCode="1000").places[0].postal_code == "01000"


def test_hex_and_exponent_ids_stay_themselves(xml: Path) -> None:
    assert read(xml, client_id="0x1F").client_id == "0x1F"
    assert read(xml, client_id="1e5").client_id == "1e5"


def test_a_repeated_tag_keeps_the_first_and_says_so(xml: Path) -> None:
    item = read(xml, title=["Un premier titre", "Un second titre"])
    assert item.title == "Un premier titre"
    assert "répétée" in left_out(item)["title"]


def test_a_title_too_long_is_cut_at_a_word_and_said_so(xml: Path) -> None:
    item = read(xml, title="mot " * 100)
    assert len(item.title) <= 160
    assert item.title.endswith("mot…")
    assert "coupé" in left_out(item)["title"]


# --- optional values: bad ones are left out and reported ------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "capacity", "reported"),
    [
        (ABSENT, 1, False), ("", 1, False), ("12", 12, False), ("0", 1, True), ("deux", 1, True),
        ("2.5", 2, True), ("1e3", 1, True), ("99999", 5000, True), ("٣", 1, True),
    ],
)  # fmt: skip
def test_places_are_a_whole_number_or_one(xml: Path, text: Any, capacity: int, reported: bool) -> None:
    item = read(xml, places=text)
    assert item.capacity == capacity
    assert ("places" in left_out(item)) is reported


@pytest.mark.parametrize(
    ("text", "mode", "reported"),
    [
        (ABSENT, "on_site", False), ("no", "on_site", False), ("non", "on_site", False), ("local", "on_site", False),
        ("possible", "hybrid", False), ("OUI", "hybrid", False), ("partiel", "hybrid", False), ("1", "hybrid", False),
        ("full", "remote", False), ("total", "remote", False), ("100", "remote", False), ("peut-être", "on_site", True),
    ],
)  # fmt: skip
def test_remote_and_its_synonyms(xml: Path, text: Any, mode: str, reported: bool) -> None:
    item = read(xml, remote=text)
    assert item.mode == mode
    assert ("remote" in left_out(item)) is reported


@pytest.mark.parametrize(
    ("text", "age", "reported"),
    [
        ("yes", 16, False), ("TRUE", 16, False), ("1", 16, False),
        ("no", 18, False), (ABSENT, 18, False), ("oui", 18, True),
    ],
)  # fmt: skip
def test_open_to_minors_means_sixteen(xml: Path, text: Any, age: int, reported: bool) -> None:
    item = read(xml, openToMinors=text)
    assert item.minimum_age == age
    assert ("openToMinors" in left_out(item)) is reported


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2031-09-01T08:00:00Z", "2031-09-01"),
        ("2031-12-31T22:59:59Z", "2031-12-31"),
        ("2031-12-31T23:30:00Z", "2032-01-01"),
        ("2031-09-01", "2031-09-01"),
        ("2031-09-01T23:30:00", "2031-09-01"),
        ("2031-09-01 08:00:00+02:00", "2031-09-01"),
        ("Mon, 01 Sep 2031 08:00:00 GMT", "2031-09-01"),
    ],
)
def test_dates_are_those_of_paris(xml: Path, text: str, found: str) -> None:
    assert str(read(xml, endAt=text).ends_on) == found


@pytest.mark.parametrize(
    "text", ["13/09/2031", "01/09/2031", "20310901", "demain", "2031-02-30", "31", "9999-99-99T00:00:00Z"]
)
def test_a_date_that_could_be_guessed_is_left_out_instead(xml: Path, text: str) -> None:
    item = read(xml, endAt=text)
    assert item.ends_on is None
    assert "date lisible" in left_out(item)["endAt"]


def test_an_end_before_the_start_is_left_out(xml: Path) -> None:
    item = read(xml, startAt=day(20), endAt=day(10))
    assert item.ends_on is None
    assert "avant le début" in left_out(item)["endAt"]


def test_activities_by_slug_by_label_with_commas_and_as_children(xml: Path) -> None:
    assert read(xml, activity="soutien-scolaire, animation").activities == (
        "soutien-scolaire",
        "animation-loisirs",
    )
    assert read(xml, activity="Soutien, Accompagnement, sport").activities == (
        "services-personne",
        "activites-sportives",
    )
    assert read(xml, activity=Raw("<value>jardinage</value><value>art</value>")).activities == (
        "jardinage",
        "art",
    )
    assert read(xml, activity=["jardinage", "art"]).activities == ("jardinage", "art")
    item = read(xml, activity="jardinage, pétanque")
    assert item.activities == ("jardinage",)
    assert "pétanque" in left_out(item)["activity"]


def test_lists_come_in_three_shapes_and_a_comma_inside_a_child_stays(xml: Path) -> None:
    assert read(xml, tags="a, b").values["tags"] == ["a", "b"]
    assert read(xml, tags=Raw("<item>a</item><item>b</item>")).values["tags"] == ["a", "b"]
    assert read(xml, tags=Raw("<value>a, b</value>")).values["tags"] == ["a, b"]
    assert read(xml, publicsBeneficiaires=Raw("<value>Parents</value>")).values["audience"] == ["Parents"]


def test_a_compensation_is_told_in_the_conditions(xml: Path) -> None:
    item = read(xml, compensationAmount="10.55", compensationUnit="heure", compensationType="Net")
    assert "Indemnisation\u00a0: 10,55\u00a0€ nets par heure." in item.hosting_conditions
    assert "montant" in left_out(read(xml, compensationAmount="10,55"))["compensationAmount"]
    assert "Unité" in left_out(read(xml, compensationUnit="siècle"))["compensationUnit"]


def test_the_schedule_and_the_access_are_told_in_the_conditions(xml: Path) -> None:
    item = read(xml, schedule="2 heures par semaine", reducedMobilityAccessible="yes", closeToTransport="oui")
    assert item.hosting_conditions.split("\n") == [
        "Horaires indiqués\u00a0: 2 heures par semaine",
        "Accessible aux personnes à mobilité réduite.",
    ]
    assert "closeToTransport" in left_out(item)


def test_the_values_are_kept_as_they_came(xml: Path) -> None:
    item = read(xml, domain="humanitaire", activity="art, pétanque", priority="haute")
    assert item.domain == "cooperation-internationale"
    assert item.values["domain"] == "humanitaire"
    assert item.values["activity"] == "art, pétanque"
    assert item.values["priority"] == "haute"


def test_without_a_domain_a_mission_is_accepted(xml: Path) -> None:
    assert read(xml, domain=ABSENT).domain == ""


# --- organisations --------------------------------------------------------------------------------------------


def test_an_organisation_is_known_by_the_first_identity_given(xml: Path) -> None:
    absent: dict[str, Any] = {"organizationClientId": ABSENT}
    assert read(xml, organizationId="o-9", **absent).host.external_id == "o-9"
    assert read(xml, organizationRNA="w751206979", **absent).host.external_id == "W751206979"
    assert read(xml, organizationSiren="775672272", **absent).host.external_id == "775672272"
    assert read(xml, **absent).host.external_id == "les-amis-de-leo"


def test_numbers_of_a_wrong_form_are_left_out(xml: Path) -> None:
    item = read(xml, organizationRNA="W12", organizationSiren="775672273")
    assert (item.host.rna, item.host.siren) == ("", "")
    assert {"organizationRNA", "organizationSiren"} <= left_out(item).keys()


def test_a_siret_gives_both_numbers(xml: Path) -> None:
    host = read(xml, organizationSiren="732 829 320 00074").host
    assert (host.siren, host.siret) == ("732829320", "73282932000074")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("1901", "association"), ("Association loi 1901", "association"), ("", "association"),
        ("Rêveurs", "association"),
        ("Fondation reconnue d’utilité publique", "foundation"), ("SARL", "company"), ("Entreprise", "company"),
        ("Société", "company"), ("Collectivité", "local_authority"), ("Mairie", "local_authority"),
        ("Préfecture", "state_service"), ("Établissement public", "public_body"),
        ("Organisation publique", "public_body"),
    ],
)  # fmt: skip
def test_the_kind_follows_the_partners_type_else_association(text: str, kind: str) -> None:
    assert kind_of(text) == kind


# --- text -----------------------------------------------------------------------------------------------------


def test_html_becomes_plain_text_with_paragraphs(xml: Path) -> None:
    markup = (
        "<![CDATA[<h2>Le projet</h2><p>Vous <strong>lisez</strong>\n des contes&nbsp;:</p><ul><li>le lundi</li>"
        '<li>le mardi</li></ul><p>Voir <a href="https://asso.example/x">ici</a><br>Merci</p>'
        "<script>alert(1)</script><p onclick='x()'>Fin</p>]]>"
    )
    assert read(xml, description=Raw(markup)).description == (
        "Le projet\n\nVous lisez des contes :\n\n• le lundi\n• le mardi\n\nVoir ici (https://asso.example/x)\nMerci\n\nFin"
    )


@pytest.mark.parametrize(
    "markup",
    [
        "<script>alert(1)</script>Bonjour",
        "<img src=x onerror=alert(1)>Bonjour",
        "<a href='javascript:alert(1)'>Bonjour</a>",
        "<svg><script>alert(1)</script></svg>Bonjour",
        "&lt;script&gt;alert(1)&lt;/script&gt;Bonjour",
        "<style>p{}</style><iframe src=x></iframe>Bonjour",
    ],
)
def test_no_markup_survives(markup: str) -> None:
    assert plain_text.from_html(markup) == "Bonjour"


def test_a_plain_text_keeps_its_lines_and_its_signs() -> None:
    assert plain_text.from_html("Un\n\n\n\ndeux  trois\r\n5 < 6 & 7") == "Un\n\ndeux trois\n5 < 6 & 7"


def test_entities_encoded_once_too_often_still_read(xml: Path) -> None:
    assert read(xml, title=Raw("Caf&amp;eacute; d&amp;#39;&amp;eacute;t&amp;eacute;")).title == "Café d'été"


# --- hints ----------------------------------------------------------------------------------------------------


def test_what_moderators_of_the_hub_refuse_is_a_hint(xml: Path) -> None:
    assert hints(read(xml)) == {}
    assert "description" in hints(read(xml, description="Trop court pour eux."))
    assert "postedAt" in hints(read(xml, postedAt=day(-400)))
    assert "endAt" in hints(read(xml, startAt=day(1), endAt=day(5)))
    assert "endAt" in hints(read(xml, startAt=day(-20), endAt=day(-5)))
    assert "city" in hints(read(xml, city=ABSENT, postalCode=ABSENT))
    assert "description" in hints(read(xml, description=LONG.replace("é", "Ã©")))


def test_a_past_mission_says_so(xml: Path) -> None:
    item = read(xml, startAt=day(-20), endAt=day(-5))
    assert item.is_past
    assert item.ends_on is not None
    assert item.ends_on < today()


def test_a_digest_changes_with_any_value_and_with_nothing_else() -> None:
    assert digest("a", ["b"], {"x": 1, "y": 2}) == digest("a", ["b"], {"y": 2, "x": 1})
    assert digest("a", ["b"]) != digest("a", ["c"])
