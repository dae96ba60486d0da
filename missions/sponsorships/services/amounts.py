"""What an employer reckons that its people’s time cost it."""

from decimal import Decimal

from jeveuxagir.accounts.models import User
from jeveuxagir.audit.services import record
from jeveuxagir.common.errors import RuleBroken, allow
from jeveuxagir.common.locks import retried_once
from missions.sponsorships import policies
from missions.sponsorships.enums import Side
from missions.sponsorships.models import Sponsorship, Valuation

from .inside import BUSY, locked_for_days


@retried_once(BUSY)
def value(sponsorship: Sponsorship, *, actor: User, year: int, amount: Decimal | None) -> None:
    """What the employer reckons this year cost it; None takes it out. For its own eyes."""
    sponsorship = locked_for_days(sponsorship)
    allow(policies.can_handle(actor, sponsorship, Side.COMPANY))
    rows = Valuation.objects.filter(sponsorship=sponsorship, year=year)
    if amount is None:
        rows.delete()
    else:
        if not amount.is_finite() or not 0 <= amount <= 100_000_000 or amount != round(amount, 2):
            raise RuleBroken(
                "Écrivez un montant en euros, deux chiffres après la virgule au plus.", code="amount"
            )
        Valuation.objects.update_or_create(sponsorship=sponsorship, year=year, defaults={"amount": amount})
    record("sponsorship.valued", sponsorship, actor=actor, year=year)
