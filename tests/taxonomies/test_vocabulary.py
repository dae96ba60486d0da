"""The common vocabulary, as loaded."""

import re

import pytest
from django.db import connection

from jeveuxagir.taxonomies import reference
from jeveuxagir.taxonomies.models import (
    Activity,
    CatalystFunction,
    Domain,
    PartnershipCategory,
    Sdg,
    Skill,
    SkillGroup,
)

pytestmark = pytest.mark.django_db


def test_there_are_14_domains_17_goals_4_categories_and_4_functions():
    assert [model.objects.count() for model in (Domain, Sdg, PartnershipCategory, CatalystFunction)] == [
        14,
        17,
        4,
        4,
    ]


def test_each_domain_proposes_goals_except_the_catch_all():
    without = [domain.code for domain in Domain.objects.filter(sdgs=None)]
    assert without == ["autre"]


def test_each_activity_belongs_to_a_domain_and_each_domain_has_an_activity():
    assert not Activity.objects.filter(domains=None).exists()
    assert not Domain.objects.filter(activities=None).exists()


def test_there_are_60_to_100_skills_each_with_rome_codes_and_a_group():
    skills = list(Skill.objects.select_related("group"))
    assert 60 <= len(skills) <= 100
    assert all(skill.rome_codes for skill in skills)
    assert all(re.fullmatch(r"[A-N]\d{4}", code) for skill in skills for code in skill.rome_codes)
    assert {skill.group_id for skill in skills} == set(SkillGroup.objects.values_list("pk", flat=True))


@pytest.mark.parametrize("model", [Domain, Activity, Skill])
def test_bits_are_small_and_unique(model):
    bits = list(model.objects.values_list("bit", flat=True))
    assert sorted(bits) == list(range(len(bits)))


def _luminance(colour: str) -> float:
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_text_on_each_goal_colour_can_be_read():
    for sdg in Sdg.objects.all():
        text = "#161616" if sdg.dark_text else "#ffffff"
        light, dark = sorted((_luminance(sdg.colour), _luminance(text)), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, sdg


def test_loading_twice_changes_nothing():
    before = {model: list(model.objects.values()) for model in (Domain, Activity, Skill, Sdg)}
    reference.load(connection)
    assert {model: list(model.objects.values()) for model in before} == before


def test_a_term_that_left_the_files_is_retired_not_deleted():
    Domain.objects.create(code="ancien", name="Ancien", position=99, bit=999)
    reference.load(connection)
    assert Domain.objects.get(code="ancien").active is False
    assert not Domain.objects.active().filter(code="ancien").exists()


def test_a_renamed_or_unlinked_term_is_put_right():
    Domain.objects.filter(code="sante").update(name="Autrement", active=False)
    Domain.objects.get(code="sante").sdgs.set([1])
    reference.load(connection)
    sante = Domain.objects.get(code="sante")
    assert (sante.name, sante.active) == ("Santé", True)
    assert [sdg.number for sdg in sante.sdgs.all()] == [3]
