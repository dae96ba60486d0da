"""Writing, commenting, adopting a charter; what a party promises, and who takes it over."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from alliances import services as alliances
from alliances.models import Alliance, Party
from alliances.texts import services, templates
from alliances.texts.enums import Kind, ObligationState, State
from alliances.texts.models import Adoption, Obligation, Version
from jeveuxagir.accounts.models import User
from jeveuxagir.audit.models import Delivery
from jeveuxagir.audit.services import handler_of
from jeveuxagir.common.clock import now, today
from jeveuxagir.common.errors import NotAllowed, RuleBroken, Stale, WrongState
from jeveuxagir.notifications.models import Message
from tests.factories import make_alliance, make_member, make_party, make_person, make_signatory, make_user

pytestmark = pytest.mark.django_db


class Table:
    """An alliance of three parties, who signs for each, and its charter in the making."""

    def __init__(self, kind: str = Kind.CHARTER) -> None:
        self.alliance: Alliance = make_alliance(parties=3)
        self.parties: list[Party] = list(self.alliance.parties.order_by("pk"))
        self.people: list[User] = [make_signatory(party) for party in self.parties]
        self.animator = self.people[0]
        self.version: Version = services.begin(self.alliance, actor=self.animator, kind=kind)

    def open(self) -> Version:
        self.version = services.open_to_adoption(self.version, actor=self.animator)
        return self.version

    def adopt(self, number: int, **changes: Any) -> Adoption:
        said = {"capacity": "présidente", "seen_hash": self.version.text_hash, **changes}
        return services.adopt(self.version, actor=self.people[number], party=self.parties[number], **said)


def words(version: Version, **texts: str) -> list[dict[str, str]]:
    return [{**article, "text": texts.get(article["key"], article["text"])} for article in version.articles]


# --- writing ------------------------------------------------------------------------------------------------


def test_a_charter_begins_from_the_national_template_which_says_who_reviewed_it() -> None:
    table = Table()
    model = templates.latest(Kind.CHARTER)
    assert [article["key"] for article in table.version.articles] == [one.key for one in model.articles]
    assert table.version.template == model.code
    assert model.reviewed_by
    assert model.reviewed_on <= datetime.date(2026, 11, 30)


def test_an_alliance_has_one_charter() -> None:
    table = Table()
    with pytest.raises(RuleBroken, match="déjà sa charte"):
        services.begin(table.alliance, actor=table.animator, kind=Kind.CHARTER)


def test_who_does_not_animate_writes_nothing() -> None:
    table = Table()
    for actor in (table.people[1], make_user()):
        with pytest.raises(NotAllowed):
            services.write(table.version, actor=actor, revision=1, articles=table.version.articles)


def test_two_members_who_write_at_once_lose_nothing() -> None:
    table = Table()
    services.write(
        table.version, actor=table.animator, revision=1, articles=words(table.version, objet="Lire ensemble.")
    )
    with pytest.raises(Stale):
        services.write(
            table.version,
            actor=table.animator,
            revision=1,
            articles=words(table.version, objet="Autre chose."),
        )
    table.version.refresh_from_db()
    assert table.version.articles[0]["text"] == "Lire ensemble."


def test_the_article_on_its_legal_effect_stays_word_for_word() -> None:
    table = Table()
    for articles in (
        words(table.version, effet="Cette charte engage en droit."),
        [one for one in table.version.articles if one["key"] != "effet"],
    ):
        with pytest.raises(RuleBroken, match="reste tel qu’il est"):
            services.write(table.version, actor=table.animator, revision=1, articles=articles)


def test_nor_is_that_article_renamed_into_its_contrary() -> None:
    table = Table()
    articles = [
        {**one, "title": "Cette charte engage en droit"} if one["key"] == "effet" else one
        for one in table.version.articles
    ]
    with pytest.raises(RuleBroken, match="reste tel qu’il est"):
        services.write(table.version, actor=table.animator, revision=1, articles=articles)


def keys(version: Version) -> list[str]:
    return [one["key"] for one in version.articles]


def test_an_article_moves_and_is_renamed_while_the_words_may_change() -> None:
    table = Table()
    first, second, *_others, last = keys(table.version)
    version = services.move_article(table.version, actor=table.animator, revision=1, key=first, up=False)
    assert keys(version)[:2] == [second, first]
    renamed = [{**one, "title": "Notre cap"} if one["key"] == first else one for one in version.articles]
    version = services.write(version, actor=table.animator, revision=2, articles=renamed)
    assert version.articles[1]["title"] == "Notre cap"
    with pytest.raises(RuleBroken, match="au bout"):
        services.move_article(version, actor=table.animator, revision=3, key=second, up=True)
    with pytest.raises(RuleBroken, match="garde sa place"):
        services.move_article(version, actor=table.animator, revision=3, key=last, up=True)
    with pytest.raises(RuleBroken, match="garde sa place"):
        services.move_article(version, actor=table.animator, revision=3, key=keys(version)[-2], up=False)
    with pytest.raises(RuleBroken, match="n’existe plus"):
        services.move_article(version, actor=table.animator, revision=3, key="rien", up=True)
    with pytest.raises(Stale):
        services.move_article(version, actor=table.animator, revision=2, key=first, up=True)
    with pytest.raises(NotAllowed):
        services.move_article(version, actor=table.people[1], revision=3, key=first, up=True)


def test_once_open_to_adoption_no_article_moves() -> None:
    table = Table()
    version = table.open()
    with pytest.raises(RuleBroken, match="ne changent plus"):
        services.move_article(version, actor=table.animator, revision=1, key=keys(version)[0], up=False)


def test_once_open_to_adoption_the_words_are_fixed_in_the_database_too() -> None:
    table = Table()
    version = table.open()
    with pytest.raises(RuleBroken, match="ne changent plus"):
        services.write(version, actor=table.animator, revision=1, articles=version.articles)
    for change in ({"articles": []}, {"text_hash": "0" * 64}, {"number": 9}):
        with pytest.raises(IntegrityError, match="fixed"), transaction.atomic():
            Version.objects.filter(pk=version.pk).update(**change)


# --- comments -----------------------------------------------------------------------------------------------


def test_parties_comment_until_the_version_opens_to_adoption() -> None:
    table = Table()
    version = services.open_to_comment(table.version, actor=table.animator)
    said = services.comment(
        version, actor=table.people[1], party=table.parties[1], article="objet", body="Et les adultes ?"
    )
    assert services.resolve(said, actor=table.animator).resolved_at
    with pytest.raises(NotAllowed):
        services.comment(version, actor=table.people[1], party=table.parties[2], article="objet", body="Non.")
    read_before = Party.objects.get(pk=table.parties[2].pk)
    alliances.leave(table.parties[2], actor=table.people[2])
    with pytest.raises(RuleBroken, match="a quitté l’alliance"):
        services.comment(version, actor=table.people[2], party=read_before, article="objet", body="Parti.")
    version = services.open_to_adoption(version, actor=table.animator)
    with pytest.raises(RuleBroken, match="plus ouverte"):
        services.comment(
            version, actor=table.people[1], party=table.parties[1], article="objet", body="Trop tard."
        )


# --- adoption -----------------------------------------------------------------------------------------------


def test_the_charter_is_in_force_when_the_last_party_adopts_and_everybody_is_told_once() -> None:
    table = Table()
    table.open()
    for number in range(3):
        assert Version.objects.get(pk=table.version.pk).state == State.ADOPTING
        table.adopt(number)
    version = Version.objects.get(pk=table.version.pk)
    assert version.state == State.IN_FORCE
    assert version.renew_on == today() + datetime.timedelta(days=365)
    assert Message.objects.filter(kind="texts.in_force").count() == 3
    adoption = version.adoptions.first()
    assert adoption is not None
    assert (adoption.capacity, adoption.text_hash) == ("présidente", version.text_hash)
    assert adoption.signatory_name


def test_nobody_adopts_for_an_organisation_they_do_not_sign_for() -> None:
    table = Table()
    table.open()
    manager = make_member(table.parties[1].organisation, role="manager")  # type: ignore[arg-type]
    other = make_alliance()
    for actor, party in (
        (table.people[0], table.parties[1]),
        (manager, table.parties[1]),
        (make_signatory(other.parties.get(is_animator=True)), other.parties.get(is_animator=True)),
    ):
        with pytest.raises(NotAllowed):
            services.adopt(
                table.version, actor=actor, party=party, capacity="maire", seen_hash=table.version.text_hash
            )
    assert not Adoption.objects.exists()


def test_the_database_refuses_the_adoption_of_other_words_or_by_a_stranger() -> None:
    table = Table()
    version = table.open()
    stranger = make_alliance().parties.first()
    for party, text_hash in ((table.parties[0], "0" * 64), (stranger, version.text_hash)):
        with pytest.raises(IntegrityError, match="words of that version"), transaction.atomic():
            Adoption.objects.create(
                version=version, party=party, signatory_name="x", capacity="x", text_hash=text_hash
            )


def test_adopting_twice_is_adopting_once_and_a_capacity_is_said() -> None:
    table = Table()
    table.open()
    with pytest.raises(RuleBroken, match="qualité"):
        table.adopt(0, capacity="  ")
    assert table.adopt(0) == table.adopt(0)


def test_a_version_amended_meanwhile_is_not_adopted_and_its_adoptions_stay() -> None:
    table = Table()
    former = table.open()
    table.adopt(0)
    amended = services.amend(former, actor=table.animator)
    with pytest.raises(Stale, match="relisez"):
        table.adopt(1)
    assert (amended.number, amended.state) == (2, State.DRAFT)
    former.refresh_from_db()
    assert former.state == State.ABANDONED
    assert former.adoptions.count() == 1


def test_a_new_version_keeps_earlier_adoptions_and_asks_each_party_again() -> None:
    table = Table()
    first = table.open()
    for number in range(3):
        table.adopt(number)
    Message.objects.all().delete()
    table.version = services.new_version(first.text, actor=table.animator, summary="Les adultes aussi.")
    second = table.open()
    first.refresh_from_db()
    assert first.state == State.IN_FORCE
    assert Message.objects.filter(kind="texts.adopt").count() == 3
    for number in range(3):
        table.adopt(number)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == (State.SUPERSEDED, State.IN_FORCE)
    assert first.adoptions.count() == 3


def test_one_version_is_prepared_at_a_time() -> None:
    table = Table()
    with pytest.raises(RuleBroken, match="déjà en préparation"):
        services.new_version(table.version.text, actor=table.animator)


def test_who_joins_later_adopts_what_is_in_force() -> None:
    table = Table()
    table.open()
    for number in range(3):
        table.adopt(number)
    newcomer = make_party(table.alliance)
    services.adopt(
        table.version,
        actor=make_signatory(newcomer),
        party=newcomer,
        capacity="trésorier",
        seen_hash=table.version.text_hash,
    )
    assert table.version.adoptions.count() == 4


def test_a_citizen_adopts_for_themself() -> None:
    table = Table()
    citizen = make_party(table.alliance, person=make_person())
    table.open()
    adoption = services.adopt(
        table.version,
        actor=make_signatory(citizen),
        party=citizen,
        capacity="habitante",
        seen_hash=table.version.text_hash,
    )
    assert adoption.party == citizen


def test_what_only_waited_for_a_party_that_leaves_enters_into_force() -> None:
    table = Table()
    table.open()
    table.adopt(0)
    table.adopt(1)
    alliances.leave(table.parties[2], actor=table.people[2], reason="Nous fermons.")
    handler = handler_of("alliance.party_left", "texts")
    assert handler is not None
    event = Delivery.objects.get(event__verb="alliance.party_left", subscriber="texts").event
    handler(event)
    handler(event)
    assert Version.objects.get(pk=table.version.pk).state == State.IN_FORCE
    assert Message.objects.filter(kind="texts.in_force").count() == 2


def test_who_animates_puts_out_no_party_whose_adoption_is_awaited() -> None:
    table = Table()
    table.open()
    table.adopt(0)
    table.adopt(1)
    Party.objects.update(joined_at=now() - datetime.timedelta(days=60))
    put_out = {"actor": table.animator, "by": table.parties[1]}
    with pytest.raises(RuleBroken, match="attend l’adoption"):
        alliances.replace(table.parties[2], **put_out)
    services.abandon(table.version, actor=table.animator)
    assert not alliances.replace(table.parties[2], **put_out).is_live
    assert not Version.objects.in_force().exists()


def test_one_party_alone_adopts_nothing() -> None:
    alliance = make_alliance(parties=1)
    animator = make_signatory(alliance.parties.get())
    version = services.begin(alliance, actor=animator, kind=Kind.CHARTER)
    with pytest.raises(RuleBroken, match="au moins deux parties"):
        services.open_to_adoption(version, actor=animator)


def test_nothing_is_written_in_a_closed_alliance() -> None:
    table = Table()
    alliances.close(table.alliance, actor=None, reached="Oui.", learned="Tout.", what_next="Rien.")
    with pytest.raises(RuleBroken, match="close"):
        services.open_to_adoption(table.version, actor=table.animator)


# --- obligations --------------------------------------------------------------------------------------------


def agreement_in_force() -> tuple[Table, Obligation]:
    table = Table(kind=Kind.AGREEMENT)
    promised = services.oblige(
        table.version,
        actor=table.animator,
        party=table.parties[2],
        clause="apports",
        what="Prêter une salle le mercredi",
        due_on=today() + datetime.timedelta(days=30),
    )
    table.open()
    for number in range(3):
        table.adopt(number)
    return table, promised


def test_what_is_promised_is_part_of_the_words_that_are_adopted() -> None:
    table = Table(kind=Kind.AGREEMENT)
    before = services.words_of(table.version)
    services.oblige(
        table.version,
        actor=table.animator,
        party=table.parties[1],
        clause="apports",
        what="Dix jours",
        due_on=None,
    )
    assert services.words_of(table.version) != before
    table.open()
    with pytest.raises(RuleBroken, match="ne changent plus"):
        services.oblige(
            table.version,
            actor=table.animator,
            party=table.parties[1],
            clause="apports",
            what="Onze",
            due_on=None,
        )
    with pytest.raises(IntegrityError, match="fixed"), transaction.atomic():
        Obligation.objects.create(version=table.version, party=table.parties[0], clause="apports", what="x")


def test_the_party_that_owes_says_it_is_done_and_only_the_animator_drops_it() -> None:
    table, promised = agreement_in_force()
    with pytest.raises(NotAllowed):
        services.settle_obligation(promised, actor=table.people[1], state=ObligationState.DONE)
    with pytest.raises(NotAllowed):
        services.settle_obligation(promised, actor=table.people[2], state=ObligationState.DROPPED)
    done = services.settle_obligation(promised, actor=table.people[2], state=ObligationState.DONE)
    assert done.state == ObligationState.DONE


def test_the_obligations_of_a_party_that_leaves_find_a_new_owner() -> None:
    table, promised = agreement_in_force()
    alliances.leave(table.parties[2], actor=table.people[2], successor=table.parties[1])
    handler = handler_of("alliance.party_left", "texts")
    assert handler is not None
    event = Delivery.objects.get(event__verb="alliance.party_left", subscriber="texts").event
    handler(event)
    handler(event)
    promised.refresh_from_db()
    assert (promised.party, promised.taken_over_from) == (table.parties[1], table.parties[2])


def test_a_version_in_force_is_neither_opened_again_nor_abandoned() -> None:
    table, _promised = agreement_in_force()
    for act in (services.open_to_adoption, services.open_to_comment, services.abandon):
        with pytest.raises(WrongState):
            act(table.version, actor=table.animator)
