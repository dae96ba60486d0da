"""An organisation's life, its numbers and its sensitive fields."""

import pytest
from django.db import IntegrityError, transaction

from jeveuxagir.audit.models import Event
from jeveuxagir.common.errors import NotAllowed, RuleBroken, Stale
from jeveuxagir.moderation import services as moderation
from jeveuxagir.moderation.models import ModerationItem
from jeveuxagir.notifications.models import Message
from organisations import services
from organisations.enums import Kind
from organisations.models import Membership, Organisation
from organisations.services import OrganisationData
from tests import factories as f

pytestmark = pytest.mark.django_db

TEXT = "Nous aidons les habitants du quartier depuis 2010, chaque samedi."
SIREN, SIRET = "732829320", "73282932000074"


def data(**changes):
    values = {
        "kind": "association",
        "name": "Les Jardins partagés",
        "rna": "W231234567",
        "description": TEXT,
        "commune": f.get_commune(f.GUERET),
    }
    return OrganisationData(**{**values, **changes})


def draft(owner=None, **changes):
    return services.create_draft(actor=owner or f.make_user(), data=data(**changes))


def edited(organisation, **changes):
    return OrganisationData(**{**services.latest_data(organisation).__dict__, **changes})


# --- signing up -------------------------------------------------------------------------------------------------


def test_who_signs_up_becomes_the_owner_of_a_draft():
    owner = f.make_user()
    organisation = draft(owner)
    assert organisation.state == "draft"
    assert organisation.may_host
    assert organisation.proof_level == "form_checked"
    assert Membership.objects.owners().get(organisation=organisation).person == owner.person


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind not in ("company", "other")])
def test_public_and_non_profit_kinds_may_host(kind):
    assert draft(kind=kind, rna="", siren=SIREN).may_host


def test_a_company_never_hosts_and_the_database_refuses_it_too():
    company = draft(kind="company", rna="", siret=SIRET, siren="")
    assert not company.may_host
    assert company.siren == SIREN
    with pytest.raises(IntegrityError, match="organisation_company_never_hosts"), transaction.atomic():
        Organisation.objects.filter(pk=company.pk).update(may_host=True)
    with pytest.raises(RuleBroken, match="règle est fixe"):
        services.decide_hosting(company, actor=f.make_staff(), may_host=True)


def test_staff_decide_whether_another_kind_may_host():
    other = draft(kind="other", rna="")
    assert not other.may_host
    assert other.proof_level == "declared"
    with pytest.raises(NotAllowed):
        services.decide_hosting(other, actor=f.make_staff(department="59"), may_host=True)
    assert services.decide_hosting(other, actor=f.make_staff(), may_host=True).may_host


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"rna": "1234"}, "rna"),
        ({"rna": "W12345678"}, "rna"),
        ({"siren": "732829321"}, "siren"),
        ({"siren": "73282932"}, "siren"),
        ({"siren": "abcdefghi"}, "siren"),
        ({"siren": "٧٣٢٨٢٩٣٢٠"}, "siren"),
        ({"siret": "73282932000075"}, "siret"),
        ({"siret": SIRET, "siren": "443061841"}, "siret"),
        ({"kind": "local_authority"}, "rna"),
        ({"name": " \x00 "}, "name"),
        ({"kind": "pirate"}, "kind"),
        ({"rna": "W" * 100_000}, "rna"),
    ],
)
def test_a_wrong_number_is_refused_with_a_sentence(changes, code):
    with pytest.raises(RuleBroken) as refused:
        draft(**changes)
    assert refused.value.code == code
    assert refused.value.message.endswith((".", "W751234567."))


def test_numbers_are_read_as_people_type_them():
    organisation = draft(rna=" w 23-1234567 ", siren="732 829 320")
    assert (organisation.rna, organisation.siren) == ("W231234567", SIREN)


def test_a_known_number_says_who_holds_it_and_what_to_do():
    f.make_organisation(name="Entraide creusoise", siren=SIREN, owner=f.make_user())
    with pytest.raises(RuleBroken, match=r"Entraide creusoise.*demandez à la rejoindre"):
        draft(rna="", siren=SIREN)


def test_a_known_number_of_a_hidden_organisation_reveals_no_name():
    f.make_organisation(name="Projet secret", siren=SIREN, state="draft")
    with pytest.raises(RuleBroken) as refused:
        draft(rna="", siren=SIREN)
    assert "Projet secret" not in refused.value.message
    assert "brigade" in refused.value.message


def test_an_organisation_known_by_a_feed_leads_to_the_brigade():
    f.make_organisation(name="Connue", siren=SIREN, imports_only=True)
    with pytest.raises(RuleBroken, match=r"personne n’en est responsable.*brigade"):
        draft(rna="", siren=SIREN)


def test_a_refused_organisation_frees_its_numbers():
    f.make_organisation(siren=SIREN, state="refused")
    assert draft(rna="", siren=SIREN).pk


def test_an_incomplete_draft_is_not_sent():
    for changes, code in (
        ({"rna": ""}, "rna"),
        ({"commune": None}, "commune"),
        ({"description": "Court."}, "description"),
    ):
        organisation = draft(**changes)
        with pytest.raises(RuleBroken) as refused:
            services.submit(organisation, actor=Membership.objects.get(organisation=organisation).person.user)
        assert refused.value.code == code
        organisation.delete()


def test_sending_a_draft_puts_it_in_the_queue_of_its_department():
    owner = f.make_user()
    organisation = services.submit(draft(owner), actor=owner)
    item = ModerationItem.objects.get()
    assert organisation.state == "pending"
    assert (item.kind, item.department_id, item.subject_id) == ("organisation", "23", organisation.pk)
    with pytest.raises(RuleBroken, match="en attente de validation"):
        services.submit(organisation, actor=owner)


def test_the_owner_is_told_of_each_decision():
    for decision, state, word in (
        ("accept", "validated", "validée"),
        ("ask", "draft", "correction"),
        ("refuse", "refused", "refusée"),
    ):
        owner = f.make_user()
        organisation = services.submit(draft(owner), actor=owner)
        item = ModerationItem.objects.open().get()
        moderation.decide(
            item,
            actor=f.make_staff(),
            decision=decision,
            reason="Le RNA est illisible.",
            version=item.version,
        )
        organisation.refresh_from_db()
        assert organisation.state == state
        message = Message.objects.get(person=owner.person)
        assert word in message.subject
        assert ("illisible" in message.text) == (decision != "accept")
        Organisation.objects.filter(pk=organisation.pk).update(rna="")


# --- editing ----------------------------------------------------------------------------------------------------


def test_a_sensitive_change_of_a_validated_organisation_waits_with_its_difference_only():
    owner = f.make_user()
    organisation = f.make_organisation(owner=owner, name="Ancien nom", description=TEXT, rna="W231234567")
    done = services.update(
        organisation,
        actor=owner,
        version=organisation.version,
        data=edited(organisation, name="Nouveau nom", phone="+33 5 55 00 00 00"),
    )
    organisation.refresh_from_db()
    assert organisation.name == "Ancien nom"
    assert organisation.phone == "+33 5 55 00 00 00"
    assert done.waiting == ["nom"]
    item = ModerationItem.objects.get()
    assert item.cause == "edit"
    assert item.rows == [("nom", "Ancien nom", "Nouveau nom")]
    moderation.decide(item, actor=f.make_staff(), decision="accept", version=item.version)
    organisation.refresh_from_db()
    assert organisation.name == "Nouveau nom"
    assert organisation.slug == "nouveau-nom"
    assert organisation.state == "validated"


def test_a_refused_change_leaves_the_published_text():
    owner = f.make_user()
    organisation = f.make_organisation(owner=owner, name="Ancien nom", description=TEXT, rna="W231234567")
    services.update(organisation, actor=owner, version=None, data=edited(organisation, name="Nouveau nom"))
    item = ModerationItem.objects.get()
    moderation.decide(
        item, actor=f.make_staff(), decision="refuse", reason="Nom trompeur.", version=item.version
    )
    organisation.refresh_from_db()
    assert (organisation.name, organisation.state) == ("Ancien nom", "validated")
    assert "trompeur" in Message.objects.get(person=owner.person).text


def test_going_back_to_the_published_values_empties_the_queue():
    owner = f.make_user()
    organisation = f.make_organisation(owner=owner, name="Ancien nom", description=TEXT, rna="W231234567")
    services.update(organisation, actor=owner, version=None, data=edited(organisation, name="Nouveau nom"))
    services.update(organisation, actor=owner, version=None, data=services.data_of(organisation))
    assert ModerationItem.objects.get().decision == "withdrawn"


def test_editing_a_pending_organisation_restarts_whoever_was_deciding():
    owner = f.make_user()
    organisation = services.submit(draft(owner), actor=owner)
    item = ModerationItem.objects.get()
    services.update(organisation, actor=owner, version=None, data=edited(organisation, name="Autre nom"))
    with pytest.raises(Stale):
        moderation.decide(item, actor=f.make_staff(), decision="accept", version=item.version)


def test_a_concurrent_edit_is_told():
    owner = f.make_user()
    organisation = draft(owner)
    services.update(
        organisation, actor=owner, version=organisation.version, data=edited(organisation, phone="1")
    )
    with pytest.raises(Stale):
        services.update(organisation, actor=owner, version=organisation.version, data=data())


def as_a_company(organisation):
    return edited(organisation, kind="company", rna="", siret=SIRET, siren=SIREN)


def test_an_organisation_with_missions_cannot_ask_to_be_a_company():
    owner = f.make_user()
    organisation = f.make_organisation(owner=owner, description=TEXT, rna="W231234567")
    f.make_mission(organisation=organisation)
    with pytest.raises(RuleBroken, match="encore des missions"):
        services.update(organisation, actor=owner, version=None, data=as_a_company(organisation))
    organisation.refresh_from_db()
    assert organisation.kind == "association"
    assert not ModerationItem.objects.open().exists()


def test_an_organisation_that_has_missions_since_it_asked_cannot_become_a_company():
    owner = f.make_user()
    organisation = f.make_organisation(owner=owner, description=TEXT, rna="W231234567")
    services.update(organisation, actor=owner, version=None, data=as_a_company(organisation))
    f.make_mission(organisation=organisation)
    item = ModerationItem.objects.get()
    with pytest.raises(RuleBroken, match="encore des missions"):
        moderation.decide(item, actor=f.make_staff(), decision="accept", version=item.version)
    assert ModerationItem.objects.open().exists()


def test_accepting_a_number_taken_meanwhile_is_refused():
    owner = f.make_user()
    organisation = f.make_organisation(owner=owner, description=TEXT, rna="W231234567")
    services.update(organisation, actor=owner, version=None, data=edited(organisation, siren=SIREN))
    f.make_organisation(siren=SIREN)
    item = ModerationItem.objects.get()
    with pytest.raises(RuleBroken) as refused:
        moderation.decide(item, actor=f.make_staff(), decision="accept", version=item.version)
    assert refused.value.code == "siren_known"


@pytest.mark.parametrize("role", ["manager", "reader", None])
def test_only_owners_edit_send_and_close(role):
    organisation = draft()
    actor = f.make_member(organisation, role=role) if role else f.make_user()
    for act in (
        lambda: services.update(organisation, actor=actor, version=None, data=data()),
        lambda: services.submit(organisation, actor=actor),
        lambda: services.close(organisation, actor=actor),
        lambda: services.invite(organisation, actor=actor, email="a@exemple.fr", role="reader"),
    ):
        with pytest.raises(NotAllowed):
            act()


# --- staff ------------------------------------------------------------------------------------------------------


def test_suspending_and_lifting_are_for_the_staff_of_its_department():
    owner = f.make_user()
    organisation = f.make_organisation(owner=owner)
    for actor in (owner, f.make_staff(department="59"), f.make_staff("technical")):
        with pytest.raises(NotAllowed):
            services.suspend(organisation, actor=actor, reason="Plainte.")
    staff = f.make_staff()
    with pytest.raises(RuleBroken, match="raison"):
        services.suspend(organisation, actor=staff, reason="")
    assert services.suspend(organisation, actor=staff, reason="Plainte.").state == "suspended"
    assert Event.objects.filter(verb="organisation.suspended", actor=staff).exists()
    assert services.lift(organisation, actor=staff).state == "validated"
    assert Message.objects.filter(person=owner.person).count() == 2


def test_a_closed_organisation_leaves_the_queue_and_cancels_its_invitations():
    owner = f.make_user()
    organisation = services.submit(draft(owner), actor=owner)
    services.invite(organisation, actor=owner, email="amie@exemple.fr", role="reader")
    services.close(organisation, actor=owner)
    assert not ModerationItem.objects.open().exists()
    assert not organisation.invitations.open().exists()
