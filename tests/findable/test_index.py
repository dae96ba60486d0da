"""One index of all that is public: it follows what happens, and a place finds what lies in it or covers it."""

import datetime

import pytest

from alliances import services as alliances
from jeveuxagir.common.clock import now
from jeveuxagir.findable import services
from jeveuxagir.findable.models import Entry, Stale
from jeveuxagir.territories.models import Commune, Department
from missions import services as missions
from missions.models import Slot
from tests import factories as f

pytestmark = pytest.mark.django_db


def refreshed():
    while services.refresh():
        pass


def titles(rows):
    return sorted(rows.values_list("title", flat=True))


def test_what_is_published_is_found_soon_after_and_what_closes_is_not():
    mission = f.make_mission(title="Lire avec des enfants")
    services.note("mission", [str(mission.pk)])
    refreshed()
    assert titles(Entry.objects.saying("lecture enfant")) == []
    assert titles(Entry.objects.saying("lire")) == ["Lire avec des enfants"]
    missions.close(mission, actor=None)
    assert Stale.objects.get().object_id == mission.pk
    refreshed()
    assert not Entry.objects.exists()


def test_many_facts_make_one_writing():
    mission = f.make_mission()
    for _ in range(3):
        services.note("mission", [str(mission.pk)])
    assert services.refresh() == 3
    assert services.refresh() == 0
    assert Entry.objects.get().title == mission.title


def test_a_night_writes_everything_again_without_emptying_it_and_drops_what_is_gone():
    kept, gone = f.make_mission(), f.make_mission()
    challenge = f.make_challenge()
    assert services.rebuild()["mission"] == 2
    first = Entry.objects.get(kind="mission", object_id=kept.pk).pk
    Slot.objects.filter(mission=gone).delete()
    services.rebuild()
    assert Entry.objects.get(kind="mission", object_id=kept.pk).pk == first
    assert set(Entry.objects.values_list("kind", "object_id")) >= {
        ("mission", kept.pk),
        ("challenge", challenge.pk),
    }
    assert not Entry.objects.filter(kind="mission", object_id=gone.pk).exists()


def test_nothing_private_enters_it():
    f.make_mission(state="draft")
    f.make_challenge(state="pending")
    f.make_alliance()
    f.make_method(state="review")
    f.make_organisation(state="pending")
    services.rebuild()
    ours = {"measure", "term"}  # the programme and the glossary are there from the first day
    assert {kind for kind, _ in Entry.objects.values_list("kind", "title")} - ours <= {"organisation"}
    assert not Entry.objects.filter(kind="organisation", title__in=()).exists()


def test_a_commune_finds_what_lies_in_it_and_what_covers_it():
    town = Commune.objects.select_related("epci", "department__region").get(pk=f.GUERET)
    mission = f.make_mission(commune=f.GUERET, title="À Guéret même")
    elsewhere = f.make_mission(commune="26281", title="À Romans")
    wide = f.make_alliance(department="23", publication="public", published_at=now(), name="Toute la Creuse")
    wide.places.all().delete()
    wide.places.create(department=Department.objects.get(pk="23"))
    services.rebuild()
    here = Entry.objects.exclude(kind="organisation")
    assert titles(here.at(town)) == sorted([mission.title, wide.name])
    assert titles(here.at(town.department.region)) == sorted([mission.title, wide.name])
    assert titles(here.at(Commune.objects.get(pk="26281"))) == [elsewhere.title]
    if town.epci:
        assert titles(here.at(town.epci)) == sorted([mission.title, wide.name])


def test_an_alliance_that_hides_its_page_leaves_the_index():
    alliance = f.make_alliance(publication="public", published_at=now())
    services.rebuild()
    assert Entry.objects.of_kind("alliance").exists()
    staff = f.make_staff("national")
    alliances.unpublish(alliance, actor=staff, reason="À revoir.")
    refreshed()
    assert not Entry.objects.of_kind("alliance").exists()


def test_what_is_over_is_not_found():
    mission = f.make_mission()
    services.rebuild()
    entries = Entry.objects.filter(kind="mission", object_id=mission.pk)
    entries.update(until=now() - datetime.timedelta(minutes=1))
    assert not entries.current().exists()


@pytest.mark.parametrize("typed", ["ecol", "Écol", "aider éco", "l’eco", "ÉCOLE aider"])
def test_words_are_found_while_they_are_typed(typed):
    f.make_mission(title="Aider à l’école")
    services.rebuild("mission")
    assert titles(Entry.objects.starting(typed)) == ["Aider à l’école"]


@pytest.mark.parametrize("typed", ["", "  ", "&|!:*()", "' OR 1=1 --", "\x00", "a" * 5000])
def test_what_means_nothing_finds_nothing_and_breaks_nothing(typed):
    f.make_mission(title="Aider à l’école")
    services.rebuild("mission")
    assert not Entry.objects.starting(typed).exists()


def test_the_same_number_of_queries_writes_one_and_twenty(
    django_assert_num_queries, django_assert_max_num_queries
):
    keys = [str(f.make_mission().pk)]
    services.note("mission", keys)
    with django_assert_max_num_queries(30) as one:
        services.refresh()
    keys = [str(f.make_mission().pk) for _ in range(20)]
    services.note("mission", keys)
    with django_assert_num_queries(len(one)):
        services.refresh()


def test_what_is_deleted_without_a_word_leaves_the_index_soon_after():
    method = f.make_method(title="Le tour de table inversé")
    services.rebuild("method")
    assert titles(Entry.objects.saying("inversé")) == ["Le tour de table inversé"]
    type(method).objects.filter(pk=method.pk).delete()
    refreshed()
    assert not Entry.objects.filter(kind="method").exists()
