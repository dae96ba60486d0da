"""Which organisation a feed's mission belongs to."""

from pathlib import Path

import pytest

from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.moderation import services as moderation
from jeveuxagir.moderation.models import ModerationItem
from jeveuxagir.moderation.registry import handlers
from missions.feeds.models import PartnerOrganisation
from missions.models import Mission
from organisations.models import Organisation
from tests.factories import make_member, make_organisation, make_staff
from tests.feeds.builders import ABSENT, make_partner, mission, reasons, run

pytestmark = pytest.mark.django_db

RNA, SIREN = "W751206979", "775672272"


def test_an_unknown_organisation_is_created_for_imports_only_in_no_queue(xml: Path) -> None:
    run(
        make_partner(),
        xml,
        mission(
            organizationRNA=RNA.lower(),
            organizationSiren=SIREN,
            organizationCity="Lille",
            organizationPostCode="59000",
        ),
    )
    [organisation] = Organisation.objects.all()
    assert (organisation.name, organisation.kind, organisation.state) == (
        "Les Amis de Léo",
        "association",
        "validated",
    )
    assert (organisation.proof_level, organisation.imports_only, organisation.may_host) == (
        "declared",
        True,
        True,
    )
    assert (organisation.rna, organisation.siren, organisation.commune_id) == (RNA, SIREN, "59350")
    assert organisation.slug == "les-amis-de-leo"
    assert not ModerationItem.objects.exists()


def test_its_kind_follows_the_partners_type(xml: Path) -> None:
    run(make_partner(), xml, mission(organizationType="Fondation"))
    assert Organisation.objects.get().kind == "foundation"


def test_an_organisation_is_found_by_its_id_then_rna_then_siren(xml: Path) -> None:
    by_rna = make_organisation(rna=RNA)
    by_siren = make_organisation(siren=SIREN)
    partner = make_partner()
    run(
        partner,
        xml,
        mission("a", organizationClientId="o-1", organizationRNA=RNA, organizationSiren=SIREN),
        mission("b", organizationClientId="o-2", organizationSiren=SIREN),
        mission("c", organizationClientId="o-1", organizationRNA="W123456789"),
    )
    owners = dict(Mission.objects.values_list("source_id", "organisation"))
    assert owners == {"a": by_rna.pk, "b": by_siren.pk, "c": by_rna.pk}
    assert Organisation.objects.count() == 2


def test_several_ids_may_point_to_one_organisation(xml: Path) -> None:
    done = run(
        make_partner(),
        xml,
        *[mission(f"m-{n}", organizationClientId=f"o-{n}", organizationRNA=RNA) for n in range(3)],
    )
    assert done.created == 3
    assert Organisation.objects.count() == 1
    assert PartnerOrganisation.objects.count() == 3


def test_the_same_id_of_two_partners_is_two_organisations(xml: Path) -> None:
    run(make_partner("a"), xml, mission())
    run(make_partner("b"), xml, mission())
    assert Organisation.objects.count() == 2


def test_bad_numbers_are_left_out_and_reported(xml: Path) -> None:
    done = run(make_partner(), xml, mission(organizationRNA="W12", organizationSiren="123456789"))
    assert done.left_out == 2
    organisation = Organisation.objects.get()
    assert (organisation.rna, organisation.siren) == ("", "")


def test_an_organisation_without_a_name_gets_one_from_its_id(xml: Path) -> None:
    run(make_partner(), xml, mission(organizationName=ABSENT))
    assert Organisation.objects.get().name == "Organisation org-1 (Partenaire d’essai)"


# --- who rejects the line -------------------------------------------------------------------------------------


def test_a_company_rejects_the_line_and_is_not_created(xml: Path) -> None:
    done = run(
        make_partner(), xml, mission("a", organizationType="SARL"), mission("b", organizationClientId="o-2")
    )
    assert (done.created, done.rejected) == (1, 1)
    assert "entreprise" in reasons(done)[0][1]
    assert Organisation.objects.count() == 1


def test_a_company_already_here_rejects_the_line(xml: Path) -> None:
    make_organisation(kind="company", siren=SIREN)
    done = run(make_partner(), xml, mission(organizationSiren=SIREN))
    assert (done.created, done.rejected) == (0, 1)


@pytest.mark.parametrize("state", ["suspended", "refused", "closed"])
def test_an_organisation_out_of_the_platform_rejects_the_line(xml: Path, state: str) -> None:
    make_organisation(rna=RNA, state=state)
    done = run(make_partner(), xml, mission(organizationRNA=RNA))
    assert (done.created, done.rejected) == (0, 1)
    assert reasons(done)[0][1].startswith("L’organisation est ")
    assert Organisation.objects.count() == 1


def test_one_suspended_after_its_first_import_rejects_the_line_too(xml: Path) -> None:
    partner = make_partner()
    run(partner, xml, mission())
    Organisation.objects.update(state="suspended", state_reason="x")
    done = run(partner, xml, mission(title="Un titre tout neuf"))
    assert done.rejected == 1
    assert Mission.objects.get().title == "Visiter des personnes âgées"


def test_an_organisation_that_may_not_host_rejects_the_line(xml: Path) -> None:
    make_organisation(kind="other", rna=RNA)
    assert run(make_partner(), xml, mission(organizationRNA=RNA)).rejected == 1


# --- one that has members -------------------------------------------------------------------------------------


def attached(xml: Path, trust: str = "trusted") -> tuple[Organisation, ModerationItem]:
    organisation = make_organisation(rna=RNA)
    make_member(organisation)
    run(make_partner(trust=trust), xml, mission("a", organizationRNA=RNA), mission("b", organizationRNA=RNA))
    return organisation, ModerationItem.objects.open().get()


def test_attaching_to_an_organisation_with_members_waits_for_one_yes(xml: Path) -> None:
    organisation, item = attached(xml)
    assert (item.kind, item.department_id) == ("attachment", "23")
    assert set(Mission.objects.values_list("state", "organisation")) == {("pending", organisation.pk)}
    case = handlers["attachment"].describe(item)
    assert ("Missions qui attendent", 2) in case["facts"]
    moderation.decide(item, actor=make_staff(), decision="accept", version=item.version)
    assert set(Mission.objects.values_list("state", flat=True)) == {"open"}
    assert PartnerOrganisation.objects.get().state == "linked"


def test_a_new_id_of_the_same_partner_needs_no_second_yes(xml: Path) -> None:
    _, item = attached(xml)
    moderation.decide(item, actor=make_staff(), decision="accept", version=item.version)
    partner = PartnerOrganisation.objects.get().partner
    run(
        partner,
        xml,
        *[mission(i, organizationRNA=RNA) for i in "ab"],
        mission("c", organizationClientId="o-9", organizationRNA=RNA),
    )
    assert Mission.objects.get(source_id="c").state == "open"
    assert not ModerationItem.objects.open().exists()


def test_before_the_yes_other_ids_wait_behind_the_same_question(xml: Path) -> None:
    _, item = attached(xml)
    partner = PartnerOrganisation.objects.get().partner
    ids = [mission(i, organizationRNA=RNA) for i in "ab"]
    run(partner, xml, *ids, mission("c", organizationClientId="o-9", organizationRNA=RNA))
    assert list(ModerationItem.objects.open()) == [item]
    item.refresh_from_db()
    moderation.decide(item, actor=make_staff(), decision="accept", version=item.version)
    assert set(Mission.objects.values_list("state", flat=True)) == {"open"}


def test_after_the_yes_a_reviewed_partners_missions_enter_the_queue(xml: Path) -> None:
    _, item = attached(xml, trust="reviewed")
    moderation.decide(item, actor=make_staff(), decision="accept", version=item.version)
    assert set(Mission.objects.values_list("state", flat=True)) == {"pending"}
    assert set(ModerationItem.objects.open().values_list("kind", flat=True)) == {"mission"}
    assert ModerationItem.objects.open().count() == 2


def test_after_a_no_the_partners_lines_are_rejected(xml: Path) -> None:
    _, item = attached(xml)
    moderation.decide(item, actor=make_staff(), decision="refuse", reason="Homonyme.", version=item.version)
    assert set(Mission.objects.values_list("state", flat=True)) == {"refused"}
    partner = PartnerOrganisation.objects.get().partner
    done = run(
        partner,
        xml,
        mission("a", organizationRNA=RNA),
        mission("c", organizationClientId="o-9", organizationRNA=RNA),
    )
    assert done.rejected == 2
    assert "rattachement" in reasons(done)[0][1]


def test_an_attachment_is_not_something_to_correct(xml: Path) -> None:
    _, item = attached(xml)
    with pytest.raises(RuleBroken):
        moderation.decide(item, actor=make_staff(), decision="ask", reason="x", version=item.version)


def test_an_open_mission_does_not_move_to_an_organisation_that_waits_for_a_yes(xml: Path) -> None:
    partner = make_partner()
    run(partner, xml, mission())
    before = Mission.objects.get().organisation
    other = make_organisation(rna=RNA)
    make_member(other)
    done = run(partner, xml, mission(organizationClientId="o-2", organizationRNA=RNA))
    assert Mission.objects.get().organisation == before
    assert done.left_out == 1
