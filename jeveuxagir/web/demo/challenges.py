"""Common problems in every state: one ready for an alliance, one that an alliance carries, one that an idea became."""

import datetime
from dataclasses import dataclass
from typing import Any

from alliances.challenges.enums import State
from alliances.challenges.models import Challenge, Support
from alliances.colleges import college_of
from alliances.enums import College
from alliances.ideas.enums import State as IdeaState
from alliances.ideas.models import Idea
from jeveuxagir.accounts.models import Person, User
from jeveuxagir.common.text import slugify
from jeveuxagir.moderation.models import ModerationItem

from . import texts
from .alliances import Alliances
from .ground import Ground
from .organisations import Organisations
from .people import People

Kind, Cause = ModerationItem.Kind, ModerationItem.Cause


@dataclass(frozen=True)
class Spec:
    """`who` states it and `supports` say « nous aussi »: an organisation's key, or an account of the demo."""

    who: str
    town: str
    statement: str
    suffers: str
    evidence: str
    state: str
    days: float
    domain: str = ""
    sdgs: tuple[int, ...] = ()
    supports: tuple[tuple[str, str], ...] = ()
    ready: float = 0
    alliance: str = ""
    reason: str = ""
    whole_department: bool = False


SPECS = (
    Spec(
        "table-ouverte",
        "26281",
        "Des enfants arrivent à l'école sans avoir mangé",
        "Une trentaine de familles de la Monnaie et des Ors, surtout en fin de mois. Les enseignants gardent des "
        "biscuits dans leur tiroir.",
        "Dans trois écoles, les directrices comptent quatre à six enfants par classe le lundi. Notre distribution du "
        "mardi a doublé en deux ans.",
        State.OPEN,
        16,
        "solidarite-insertion",
        (1, 2),
        (
            ("table-ouverte", "La cuisine, le lundi de 6 h à 8 h."),
            ("nadia", "Une heure avant le travail, le lundi."),
        ),
    ),
    Spec(
        "tanneurs",
        "26281",
        "L'été, le centre de Romans devient une fournaise",
        "Les personnes âgées qui vivent seules au dernier étage, et ceux qui travaillent dehors.",
        "Onze jours au-dessus de 36 °C l'an dernier. Les pompiers ont doublé leurs sorties ces semaines-là.",
        State.OPEN,
        48,
        "environnement",
        (11, 13),
        (
            ("tanneurs", "Des visites chez les personnes seules, et la mémoire des anciens canaux."),
            ("isere-cuir", "Nos halls, frais et ouverts l'après-midi en juillet."),
            ("deux-collines", "Deux agents des espaces verts et les plans des réseaux."),
            ("karim", "Je connais toutes les cours de la rue Pêcherie."),
        ),
        ready=3,
    ),
    Spec(
        "mots-passants",
        "26281",
        "Un enfant sur quatre lit mal en entrant au collège",
        "Les élèves de CM2 de quatre écoles, et leurs parents qui n'osent pas les aider.",
        "Les évaluations de sixième, trois ans de suite.",
        State.IN_ALLIANCE,
        420,
        "education",
        (4,),
        (
            ("mots-passants", "Quarante lecteurs bénévoles."),
            ("isere-cuir", "Deux heures par mois pour douze salariés."),
            ("deux-collines", "Trois médiathèques le mercredi."),
        ),
        ready=405,
        alliance="lire-ensemble",
    ),
    Spec(
        "creuse-partage",
        "23096",
        "Sans voiture, on ne se soigne plus",
        "Les plus de 75 ans de douze communes, à une heure du premier spécialiste.",
        "Un rendez-vous sur trois annulé faute de trajet, selon la maison de santé.",
        State.PENDING,
        2,
        "sante",
        (3, 10),
    ),
    Spec(
        "lire-martinique",
        "97209",
        "On paie des factures sans les comprendre",
        "Des retraités et de jeunes ménages de toute l'île, qui perdent des droits ou paient deux fois.",
        "Cent vingt personnes sont venues à nos permanences l'an dernier, la plupart trop tard.",
        State.OPEN,
        9,
        "solidarite-insertion",
        (1, 4),
        (("lire-martinique", "Deux heures par semaine, avec quelqu'un de patient."),),
        whole_department=True,
    ),
    Spec(
        "plaine-devoirs",
        "93066",
        "Il n'y a plus de salle ouverte le soir pour réviser",
        "Les lycéens qui partagent leur chambre à trois ou quatre.",
        "La bibliothèque ferme à 18 h ; la liste d'attente de nos salles compte soixante noms.",
        State.CLOSED,
        130,
        "education",
        (4,),
        reason="La ville a ouvert deux salles jusqu'à 22 h : le problème est réglé pour cette année.",
    ),
)


class Challenges:
    def __init__(
        self,
        ground: Ground,
        organisations: Organisations,
        people: People,
        alliances: Alliances,
        persons: dict[str, Person],
        staff: dict[str, User],
    ) -> None:
        self.ground, self.organisations, self.people = ground, organisations, people
        self.alliances, self.persons, self.staff = alliances, persons, staff

    def build(self) -> None:
        for spec in SPECS:
            self._challenge(spec)
        for idea in self.ground.rows(Idea):
            if idea.state == IdeaState.PROBLEM:
                self._kept(idea)

    def _who(self, key: str) -> tuple[Any, Person | None, User | None]:
        """(organisation, person, account) of an organisation's key or an account's."""
        hosted = self.organisations.all.get(key)
        person = self.persons.get(key) if hosted is None else (hosted.owner or hosted.handlers()[0])
        return hosted and hosted.organisation, person, self.people.users.get(person.pk) if person else None

    def _challenge(self, spec: Spec) -> None:
        ground = self.ground
        at = ground.days_ago(spec.days)
        organisation, person, actor = self._who(spec.who)
        commune = ground.commune(spec.town)
        read = spec.state != State.PENDING
        opened = ground.later(at, 1, 2) if read else None
        ready = ground.days_ago(spec.ready) if spec.ready else None
        moved = opened or at
        if spec.state == State.CLOSED:
            moved = ground.later(at, 30, 60)
        elif spec.state == State.IN_ALLIANCE:
            moved = ground.later(ready or at, 1, 3)
        challenge = ground.new(
            Challenge,
            statement=texts.typeset(spec.statement),
            slug=slugify(texts.typeset(spec.statement)),
            who=texts.typeset(spec.suffers),
            evidence=texts.typeset(spec.evidence),
            commune=None if spec.whole_department else commune,
            department_id=commune.department_id,
            domain_id=spec.domain or None,
            person=person,
            organisation=organisation,
            state=spec.state,
            state_changed_at=moved,
            reason=texts.typeset(spec.reason),
            created_at=at,
            opened_at=opened,
            ready_at=ready,
            alliance=self.alliances.all[spec.alliance].alliance if spec.alliance else None,
        )
        for number in spec.sdgs:
            ground.add(Challenge.sdgs.through(challenge_id=challenge.pk, sdg_id=number))
        owner = organisation and organisation.pk
        ground.event("challenge.stated", challenge, at, actor=actor, organisation=owner)
        ground.event("challenge.submitted", challenge, at, actor=actor)
        self._item(challenge, Kind.CHALLENGE, Cause.CREATION, at, decided=opened)
        if opened:
            ground.event("challenge.opened", challenge, opened)
        for index, (key, means) in enumerate(spec.supports):
            self._support(challenge, key, means, self._moment(spec, opened or at, index))
        if ready:
            ground.event("challenge.ready", challenge, ready)
            decided = moved if spec.state == State.IN_ALLIANCE else None
            self._item(challenge, Kind.READY, Cause.READY, ready, decided=decided)
        if spec.alliance:
            alliance = self.alliances.all[spec.alliance].alliance
            ground.event("challenge.allied", challenge, moved, actor=actor, alliance=alliance.pk)
        elif spec.state == State.CLOSED:
            ground.event("challenge.closed", challenge, moved, actor=actor)

    def _moment(self, spec: Spec, opened: datetime.datetime, index: int) -> datetime.datetime:
        """The author first; the last ones make it ready."""
        if not index:
            return opened
        last = self.ground.days_ago(spec.ready) if spec.ready else self.ground.now
        return self.ground.days_ago(spec.ready) if spec.ready else min(self.ground.later(opened, 1, 5), last)

    def _support(self, challenge: Challenge, key: str, means: str, at: datetime.datetime) -> None:
        organisation, person, actor = self._who(key)
        made = self.ground.new(
            Support,
            challenge=challenge,
            organisation=organisation,
            person=None if organisation else person,
            college=college_of(organisation) if organisation else College.CITIZENS,
            means=texts.typeset(means),
            may_invite=True,
            by=actor,
            created_at=at,
        )
        self.ground.event(
            "challenge.supported", challenge, at, actor=actor, support=made.pk, college=str(made.college)
        )

    def _kept(self, idea: Idea) -> None:
        """The draft that waits for its author."""
        challenge = self.ground.new(
            Challenge,
            statement=idea.what,
            slug=slugify(idea.what),
            who=idea.why,
            commune=idea.commune,
            department_id=idea.commune.department_id,
            person=idea.person,
            state=State.DRAFT,
            state_changed_at=idea.state_changed_at,
            created_at=idea.state_changed_at,
        )
        idea.challenge = challenge
        self.ground.event("challenge.kept_from_idea", challenge, idea.state_changed_at)

    def _item(
        self,
        challenge: Challenge,
        kind: str,
        cause: str,
        at: datetime.datetime,
        *,
        decided: datetime.datetime | None,
    ) -> None:
        ground = self.ground
        item = ground.new(
            ModerationItem,
            kind=kind,
            cause=cause,
            subject_type=Challenge._meta.label,
            subject_id=challenge.pk,
            title=challenge.statement,
            department_id=challenge.department_id,
            domain_id=challenge.domain_id,
            created_at=at,
        )
        ground.event("moderation.opened", item, at, cause=str(cause), fields=[])
        if decided is None:
            return
        staff = self.staff.get(challenge.department_id) or self.staff["nation"]
        item.state, item.decision, item.version = (
            ModerationItem.State.DECIDED,
            ModerationItem.Decision.ACCEPT,
            2,
        )
        item.owner = item.decided_by = staff
        item.owned_at = item.decided_at = decided
        ground.event(
            "moderation.decided", item, decided, actor=staff, decision="accept", cause=str(cause), kind=kind
        )


#: in the order they are written, after the alliances and before the ideas
TABLES = (Challenge, Challenge.sdgs.through, Support)
