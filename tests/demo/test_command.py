"""`seed_demo`: once, only in the demo, the same at each run."""

import json
from pathlib import Path
from typing import Any

import pyotp
import pytest
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import Model

from jeveuxagir.accounts.models import Person, RoleGrant, User
from jeveuxagir.web.demo import partner, seed
from missions.feeds.models import Partner
from missions.feeds.services import import_feed
from missions.models import Mission, Slot
from missions.participations.models import Participation
from missions.proposals.models import Proposal
from organisations.models import Organisation
from volunteers.requests.models import EngagementRequest

pytestmark = pytest.mark.xdist_group("demo")

#: Fixed by the dice, whatever the day's moment.
TOLD: dict[type[Model], list[str]] = {
    Person: ["first_name", "last_name", "email", "phone", "commune"],
    Organisation: ["name", "rna", "siren", "street", "state"],
    Mission: ["title", "description", "state", "department"],
    Slot: ["kind", "local_date", "weekday", "capacity", "taken"],
    Participation: ["state", "message"],
    EngagementRequest: ["commune", "radius_km", "half_days", "state"],
    Proposal: ["state", "score", "reasons"],
}


def test_it_refuses_to_run_outside_the_demo(demo: Any, settings: Any) -> None:
    settings.DEMO = False
    with pytest.raises(CommandError, match="inventées"):
        call_command("seed_demo")


def test_a_second_run_changes_nothing(demo: Any, settings: Any) -> None:
    settings.DEMO = True
    before = _told()
    call_command("seed_demo", verbosity=0)
    assert _told() == before


def test_the_number_of_queries_does_not_follow_the_number_of_rows(demo: dict[str, int]) -> None:
    assert demo["queries"] < 700


def test_the_accounts_file_lists_one_account_per_role_with_its_codes(
    demo: Any, settings: Any, tmp_path: Path
) -> None:
    settings.DEMO = True
    path = tmp_path / "state" / "accounts.json"
    call_command("seed_demo", accounts_file=path, verbosity=0)
    accounts = json.loads(path.read_text())
    assert path.stat().st_mode & 0o077 == 0
    staff = 0
    for account in accounts:
        user = User.objects.get(email=account["email"])
        assert user.check_password(account["password"])
        assert len(account["password"]) >= 12
        assert user.emailaddress_set.filter(verified=True).exists()
        if account["totp_secret"]:
            staff += 1
            second_factor = Authenticator.objects.get(user=user, type="totp").wrap()
            assert second_factor.validate_code(pyotp.TOTP(account["totp_secret"]).now())
        assert bool(account["totp_secret"]) == user.is_staff
    assert staff == len(RoleGrant.RoleName.values)
    assert len({account["role"] for account in accounts}) == len(accounts)


def test_the_partners_feed_is_a_file_that_can_be_imported_again(demo: Any) -> None:
    from lxml import etree

    feed = etree.fromstring(partner.feed().encode())
    ids = [element.text for element in feed.iter("clientId")]
    assert len(ids) == len(set(ids)) >= 36
    assert "essai-2900" in ids
    for mission in feed.iter("mission"):
        assert mission.findtext("organizationClientId")
        assert len(mission.findtext("title").split()) > 1


def test_importing_that_file_changes_nothing_but_the_one_new_mission(
    demo: Any, settings: Any, tmp_path: Path
) -> None:
    settings.DEMO = True
    seed.write_files(tmp_path / "accounts.json")
    with transaction.atomic():
        run = import_feed(Partner.objects.get(slug="reseau-essai"), str(tmp_path / "flux-essai.xml"))
        assert (run.state, run.created, run.updated, run.rejected) == ("done", 1, 0, 0)
        assert run.unchanged == run.seen - 1
        transaction.set_rollback(True)


def test_after_a_reset_the_same_world_is_made_again(demo: Any, settings: Any) -> None:
    settings.DEMO = True
    before = _told()
    call_command("seed_demo", reset=True, verbosity=0)
    assert _told() == before


def _told() -> dict[str, list[Any]]:
    return {
        model.__name__: [str(row) for row in model._default_manager.order_by("pk").values_list(*fields)]
        for model, fields in TOLD.items()
    }
