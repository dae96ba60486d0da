"""Introductions in every state: some to answer, one made whose outcome is asked, one that became an alliance."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from alliances.introductions.enums import Answer, GoesOn, State
from alliances.introductions.models import ASKED_AFTER, LIFE, Introduction, Side
from jeveuxagir.accounts.models import User
from jeveuxagir.accounts.tokens import new_token

from . import texts
from .alliances import Alliances
from .ground import Ground
from .organisations import Organisations
from .people import People


@dataclass(frozen=True)
class Spec:
    """`host` is an organisation's key; empty for the brigade. `told`: what each side says a month later."""

    pair: tuple[str, str]
    reason: str
    state: str
    days: float
    host: str = ""
    yes: tuple[str, ...] = ()
    told: tuple[tuple[bool, str, bool, str], ...] = ()
    why_not: str = ""
    alliance: str = ""


SPECS = (
    Spec(
        ("roue-libre", "isere-cuir"),
        "L'atelier répare soixante vélos par mois et manque de place. La manufacture a un hall vide, et ses salariés "
        "viennent presque tous en voiture.",
        State.PROPOSED,
        4,
        yes=("roue-libre",),
    ),
    Spec(
        ("deux-rives", "deux-collines"),
        "L'association conduit les personnes âgées ; la communauté de communes a deux véhicules qui dorment le matin.",
        State.PROPOSED,
        2,
        host="tanneurs",
    ),
    Spec(
        ("table-ouverte", "deux-collines"),
        "La cuisine partagée sert quatre-vingts repas ; la cantine centrale jette le vendredi ce qui n'est pas servi.",
        State.ACCEPTED,
        46,
        yes=("table-ouverte", "deux-collines"),
        told=((True, GoesOn.YES, True, "La cantine livre déjà deux vendredis sur quatre."),),
    ),
    Spec(
        ("jardins-du-bac", "isere-cuir"),
        "Les chutes de cuir sont enfouies ; au jardin, elles pailleraient les pieds des fruitiers tout l'été.",
        State.ACCEPTED,
        12,
        yes=("jardins-du-bac", "isere-cuir"),
    ),
    Spec(
        ("mots-passants", "isere-cuir"),
        "Deux maisons de la même rue : l'une fait lire les enfants, l'autre a douze salariés volontaires.",
        State.ACCEPTED,
        610,
        yes=("mots-passants", "isere-cuir"),
        told=(
            (True, GoesOn.YES, True, "Nous avons commencé une alliance avec les médiathèques."),
            (True, GoesOn.YES, True, ""),
        ),
        alliance="lire-ensemble",
    ),
    Spec(
        ("passeurs-loire", "valcompta"),
        "Les bateliers tiennent leurs comptes sur un cahier ; le cabinet cherche une association à suivre cette année.",
        State.DECLINED,
        70,
        why_not="Nos deux jours par mois sont déjà pris jusqu'à l'été.",
    ),
    Spec(
        ("cite-lecture", "vieux-port-logiciels"),
        "Six quartiers, quatre cents inscrits et un vieux tableur ; des développeurs qui donnent deux jours par an.",
        State.EXPIRED,
        33,
    ),
)


class Introductions:
    def __init__(
        self,
        ground: Ground,
        organisations: Organisations,
        people: People,
        alliances: Alliances,
        staff: dict[str, User],
    ) -> None:
        self.ground, self.organisations, self.people = ground, organisations, people
        self.alliances, self.staff = alliances, staff
        self._ends: list[tuple[Introduction, dict[str, Any]]] = []

    def build(self) -> None:
        for spec in SPECS:
            self._introduction(spec)

    def settle(self) -> None:
        """The table takes no introduction as made before its two sides said yes: it ends after they are in."""
        for introduction, fields in self._ends:
            for name, value in fields.items():
                setattr(introduction, name, value)
            introduction.save()

    def _introduction(self, spec: Spec) -> None:
        ground = self.ground
        at = ground.days_ago(spec.days)
        first, second = (self.organisations.all[key].organisation for key in spec.pair)
        host = self.organisations.all[spec.host] if spec.host else None
        proposer = host and self.people.users.get((host.owner or host.handlers()[0]).pk)
        commune = first.commune
        staff = self.staff.get(commune.department_id if commune else "") or self.staff["nation"]
        moved = {
            State.ACCEPTED: ground.later(at, 2, 6),
            State.DECLINED: ground.later(at, 3, 9),
            State.EXPIRED: at + LIFE,
        }.get(State(spec.state), at)
        accepted = spec.state == State.ACCEPTED
        asked = moved + ASKED_AFTER if accepted and moved + ASKED_AFTER <= ground.now else None
        introduction = ground.new(
            Introduction,
            first=first,
            second=second,
            reason=texts.typeset(spec.reason),
            host=host and host.organisation,
            by_brigade=host is None,
            proposed_by=proposer or staff,
            state=State.PROPOSED,
            state_changed_at=moved,
            created_at=at,
            expires_at=at + LIFE,
        )
        end = {
            "state": spec.state,
            "accepted_at": moved if accepted else None,
            "outcome_asked_at": asked,
            "alliance": self.alliances.all[spec.alliance].alliance if spec.alliance else None,
        }
        self._ends.append((introduction, end))
        for number, key in enumerate(spec.pair):
            self._side(spec, introduction, key, number, asked)
        ground.event(
            "introduction.proposed",
            introduction,
            at,
            actor=proposer or staff,
            first=first.pk,
            second=second.pk,
            host=host and host.organisation.pk,
        )
        if spec.state != State.PROPOSED:
            ground.event(f"introduction.{spec.state}", introduction, moved)

    def _side(
        self, spec: Spec, introduction: Introduction, key: str, number: int, asked: datetime | None
    ) -> None:
        ground, hosted = self.ground, self.organisations.all[key]
        person = hosted.owner or hosted.handlers()[0]
        said_yes = key in spec.yes
        said_no = spec.state == State.DECLINED and number == 1
        answer = Answer.ACCEPTED if said_yes else Answer.DECLINED if said_no else Answer.WAITING
        moved = spec.state != State.PROPOSED
        at = introduction.state_changed_at if moved else ground.later(introduction.created_at, 0.5, 2)
        told = spec.told[number] if asked and number < len(spec.told) else None
        ground.new(
            Side,
            introduction=introduction,
            organisation=hosted.organisation,
            token_hash=new_token()[1],
            answer=answer,
            answered_at=at if answer != Answer.WAITING else None,
            answered_by=self.people.users.get(person.pk) if said_yes else None,
            contact_name=f"{person.first_name} {person.last_name}" if said_yes else "",
            contact_email=hosted.organisation.email if said_yes else "",
            reason=texts.typeset(spec.why_not) if said_no else "",
            told_at=ground.later(asked, 0.2, 3) if told and asked else None,
            met=told[0] if told else None,
            goes_on=told[1] if told else "",
            wants_alliance=told[2] if told else None,
            note=texts.typeset(told[3]) if told else "",
        )


#: in the order they are written, after the alliances; an introduction's state follows its sides'
TABLES = (Introduction, Side)
