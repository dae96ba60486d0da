"""« Faire pareil ici »: an alliance in the reader's commune, with the example's steps in its journey."""

from django.db import transaction

from alliances import services as alliances
from alliances.models import Alliance
from jeveuxagir.accounts.models import User
from jeveuxagir.audit.services import record
from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.common.locks import lock
from jeveuxagir.territories.models import Commune
from organisations.models import Organisation

from .models import Example

#: the step of the journey under which they stand: the first one, in sight when one arrives
KEY = "constat"


@transaction.atomic
def do_here(
    example: Example, *, actor: User, organisation: Organisation | None, commune: Commune, name: str
) -> Alliance:
    """Visible of its first party alone, as any alliance that begins; its category is the example's."""
    if not example.is_public:
        raise RuleBroken("Cet exemple n’est plus public.", code="state")
    domains = list(example.domains.all())
    made = alliances.start(
        actor=actor,
        organisation=organisation,
        data=alliances.AllianceData(
            name=name,
            purpose=_purpose(example, commune),
            places=[commune],
            domain=domains[0] if domains else None,
            sdgs=list(example.sdgs.all()),
        ),
    )
    made = lock(Alliance.objects.all(), pk=made.pk)
    made.category = example.category
    made.save(update_fields=["category"])
    if example.steps:
        alliances.add_guide(
            made,
            actor=actor,
            key=KEY,
            source=example.title,
            source_url=example.get_absolute_url(),
            steps=example.steps,
        )
    record("example.done_here", example, actor=actor, alliance=made.pk)
    return made


def _purpose(example: Example, commune: Commune) -> str:
    """Its parties will write their own; until then it says where the idea comes from."""
    start = example.context or example.summary
    return f"{start}\n\nFaire pareil {commune.at_name}, d’après l’exemple « {example.title} »."[:4000]
