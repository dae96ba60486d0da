"""Our words and those of API Engagement: nothing without an answer, and every loss written down."""

import re

import pytest
from django.conf import settings

from jeveuxagir.taxonomies import api_engagement as theirs
from jeveuxagir.taxonomies.models import Activity, Domain

DOMAINS = [
    "animaux",
    "autre",
    "batiment-industrie-logistique",
    "benevolat-competences",
    "communication",
    "culture-loisirs",
    "education",
    "emploi",
    "environnement",
    "gestion-finance-droit",
    "humanitaire",
    "memoire-et-citoyennete",
    "numerique",
    "prevention-protection",
    "recherche",
    "sante",
    "service-public-defense-securite",
    "sport",
    "solidarite-insertion",
    "vivre-ensemble",
]


def test_each_of_their_domains_leads_to_one_of_ours():
    assert sorted(theirs.DOMAIN_IN) == sorted(DOMAINS)
    assert set(theirs.DOMAIN_IN.values()) <= set(theirs.DOMAIN_OUT)


def test_each_of_their_53_activities_leads_to_one_of_ours():
    assert len(theirs.ACTIVITY_LABELS) == 53
    assert len(set(theirs.ACTIVITY_LABELS.values())) == 52
    assert sorted(theirs.ACTIVITY_IN) == sorted(theirs.ACTIVITY_LABELS)
    assert set(theirs.ACTIVITY_IN.values()) <= set(theirs.ACTIVITY_OUT)


@pytest.mark.django_db
def test_each_of_our_words_leads_to_one_of_theirs():
    assert set(Domain.objects.values_list("code", flat=True)) == set(theirs.DOMAIN_OUT)
    assert set(theirs.DOMAIN_OUT.values()) <= set(theirs.DOMAIN_IN)
    assert set(Activity.objects.values_list("code", flat=True)) == set(theirs.ACTIVITY_OUT)
    assert set(theirs.ACTIVITY_OUT.values()) <= set(theirs.ACTIVITY_IN)


def test_the_losses_are_exactly_those_of_the_decision_record():
    text = (settings.BASE_DIR / "docs/adr/0003-vocabulaires.md").read_text("utf-8")
    rows = re.findall(
        r"^\| (domaine|activité) \| `([a-z-]+)` \| `([a-z-]+)` \| `([a-z-]+)`", text, re.MULTILINE
    )
    lost = [
        (kind, value, there[value], back[there[value]])
        for kind, there, back in (
            ("domaine", theirs.DOMAIN_IN, theirs.DOMAIN_OUT),
            ("activité", theirs.ACTIVITY_IN, theirs.ACTIVITY_OUT),
            ("domaine", theirs.DOMAIN_OUT, theirs.DOMAIN_IN),
            ("activité", theirs.ACTIVITY_OUT, theirs.ACTIVITY_IN),
        )
        for value in there
        if back[there[value]] != value
    ]
    assert sorted(rows) == sorted(lost)


@pytest.mark.parametrize(
    ("value", "ours"),
    [
        ("solidarite-insertion", "solidarite-insertion"),
        ("Solidarité insertion", "solidarite-insertion"),
        (" MEMOIRE-ET-CITOYENNETE ", "memoire-citoyennete"),
        ("memoire-citoyennete", "memoire-citoyennete"),
        ("astrologie", None),
        ("", None),
    ],
)
def test_a_domain_is_read_whatever_its_case_and_accents(value, ours):
    assert theirs.domain_from(value) == ours


@pytest.mark.parametrize(
    ("value", "ours"),
    [
        ("sport", ["activites-sportives"]),
        ("Écoute permanence", ["ecoute"]),
        ("Secours, Aide", ["secourisme"]),
        (
            "distribution,Médiation, Information,jardinage",
            ["distribution", "mediation-culturelle", "jardinage"],
        ),
        ("prevention-sensibilisation,sensibilisation", ["sensibilisation"]),
        ("inconnu,logistique,,", ["logistique"]),
        ("", []),
    ],
)
def test_activities_are_read_by_slug_or_label_even_with_commas_inside(value, ours):
    assert theirs.activities_from(value) == ours


def test_every_label_of_theirs_is_read_back():
    for slug, label in theirs.ACTIVITY_LABELS.items():
        assert theirs.activities_from(label) == theirs.activities_from(slug) == [theirs.ACTIVITY_IN[slug]]
