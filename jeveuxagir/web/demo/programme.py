"""The programme: what invented sources say of some measures, and pledges in every state."""

import datetime
from dataclasses import dataclass
from typing import Any

from alliances.programme.enums import CLOSED, PUBLIC, State, Status
from alliances.programme.models import Evidence, Measure, Pledge
from jeveuxagir.accounts.models import Person, User
from jeveuxagir.moderation.models import ModerationItem

from . import texts
from .ground import Ground
from .organisations import Organisations
from .people import People

TABLES = (Evidence, Pledge)
Kind, Decision = ModerationItem.Kind, ModerationItem.Decision

#: measure, days ago, what, source, how far the source says it is. All invented, and said so.
EVIDENCE = (
    (
        1,
        400,
        "Un premier espace numérique est ouvert au public.",
        "Lettre d'information de la mission",
        "started",
    ),
    (1, 45, "L'espace réunit alliances, problèmes communs et glossaire.", "Bilan annuel", "done"),
    (
        2,
        130,
        "Quatre réseaux publient un calendrier commun de formations.",
        "Compte rendu de coordination",
        "started",
    ),
    (
        3,
        210,
        "Une feuille de route sur les données de territoire est discutée.",
        "Note de concertation",
        "started",
    ),
    (
        4,
        90,
        "Deux rencontres nationales ont reçu des porteurs de petits exemples.",
        "Programme des rencontres",
        "partly",
    ),
    (7, 60, "Onze territoires ont décrit leur contribution aux ODD.", "Recueil des territoires", "partly"),
    (
        10,
        320,
        "Une grille commune d'évaluation est essayée par cinq alliances.",
        "Cahier de la recherche",
        "started",
    ),
    (
        12,
        150,
        "Une première note dit ce que trois dispositifs font ensemble.",
        "Note interministérielle",
        "started",
    ),
    (16, 500, "La conférence prévue est reportée, sans nouvelle date.", "Communiqué", "not_started"),
    (
        18,
        260,
        "Une proposition de texte circule entre des députés et des juristes.",
        "Revue de droit",
        "started",
    ),
    (
        19,
        380,
        "Le groupe de travail conseille d'utiliser d'abord les formes qui existent.",
        "Avis du groupe",
        "dropped",
    ),
    (21, 75, "Trois lycées ont proposé un stage de troisième dans une alliance.", "Journal d'académie", ""),
)


@dataclass(frozen=True)
class Spec:
    measure: int
    who: str
    what: str
    #: made so many days ago, until so many days from today
    days: int
    until: int
    state: str
    #: asked for news so many days ago
    asked: int = 0
    news: str = ""
    news_days: int = 0
    outcome: str = ""
    reason: str = ""


PLEDGES = (
    Spec(1, "mots-passants", "Raconter notre alliance de lecture, coûts compris, à dix communes", 80, 60, State.OPEN),
    Spec(3, "deux-collines", "Ouvrir les données de fréquentation de nos équipements", 120, 30, State.OPEN,
         news="Les médiathèques et la piscine sont faites. Il reste les gymnases.", news_days=12),
    Spec(6, "vercors", "Former huit animateurs du parc à la conduite d'alliances", 240, -40, State.OPEN, asked=38),
    Spec(9, "mission-drome", "Accompagner trois alliances de la Drôme pendant un an", 300, -25, State.OPEN, asked=23,
         news="Deux sont accompagnées depuis le printemps, nous cherchons la troisième.", news_days=9),
    Spec(2, "compta-partage", "Mettre notre guide de gestion sous licence ouverte", 200, -60, State.KEPT,
         outcome="Le guide est en ligne depuis septembre, et trois associations l'ont déjà repris."),
    Spec(8, "valcompta", "Réunir des investisseurs locaux autour de deux alliances", 260, -90, State.ABANDONED,
         outcome="Nous n'avons pas trouvé assez d'investisseurs : nous préférons le dire."),
    Spec(7, "trois-lacs", "Décrire nos actions pour les ODD, commune par commune", 4, 200, State.PENDING),
    Spec(20, "table-ouverte", "Faire mieux", 20, 90, State.DRAFT,
         reason="Dites un fait que l'on pourra vérifier : combien, avec qui ?"),
    Spec(17, "bons-plans", "Offrir une remise aux alliances du territoire", 50, 100, State.REFUSED,
         reason="C'est une offre commerciale, pas une contribution à la mesure."),
    Spec(5, "jardins-du-bac", "Réunir les jardins partagés de l'agglomération", 30, 120, State.WITHDRAWN),
)  # fmt: skip


class Programme:
    def __init__(
        self,
        ground: Ground,
        organisations: Organisations,
        people: People,
        persons: dict[str, Person],
        staff: dict[str, User],
    ) -> None:
        self.ground, self.organisations, self.people = ground, organisations, people
        self.persons, self.staff = persons, staff

    def build(self) -> None:
        for measure, days, text, source, status in EVIDENCE:
            self._evidence(measure, days, text, source, status)
        for spec in PLEDGES:
            self._pledge(spec)

    def _evidence(self, measure: int, days: int, text: str, source: str, status: str) -> None:
        at = self.ground.days_ago(max(days - 8, 1))
        made = self.ground.new(
            Evidence,
            measure_id=measure,
            on=self.ground.day(-days),
            text=texts.typeset(text),
            source=texts.typeset(source),
            status=status or Status.UNKNOWN,
            invented=True,
            created_at=at,
        )
        self.ground.event(
            "measure.evidence_added",
            Measure(number=measure),
            at,
            actor=self.staff["nation"],
            evidence=made.pk,
            status=str(status),
        )

    def _pledge(self, spec: Spec) -> None:
        ground = self.ground
        hosted = self.organisations.all[spec.who]
        person = hosted.owner or (hosted.handlers()[0] if hosted.handlers() else None)
        actor = self.people.users.get(person.pk) if person else None
        at = ground.days_ago(spec.days)
        read = spec.state in (*PUBLIC, State.DRAFT, State.REFUSED)
        moved = ground.later(at, 1, 3) if read or spec.state == State.WITHDRAWN else at
        ended = ground.days_ago(max(-spec.until - 5, 1)) if spec.state in CLOSED else moved
        made = ground.new(
            Pledge,
            measure_id=spec.measure,
            organisation=hosted.organisation,
            person=person,
            what=texts.typeset(spec.what),
            until=ground.day(spec.until),
            state=spec.state,
            state_changed_at=ended,
            reason=texts.typeset(spec.reason),
            created_at=at,
            opened_at=moved if spec.state in PUBLIC else None,
            asked_at=ground.days_ago(spec.asked) if spec.asked else None,
            news=texts.typeset(spec.news),
            news_at=ground.days_ago(spec.news_days) if spec.news else None,
            outcome=texts.typeset(spec.outcome),
        )
        ground.event(
            "pledge.made", made, at, actor=actor, measure=spec.measure, organisation=hosted.organisation.pk
        )
        self._item(made, moved)
        said = {State.DRAFT: "to_mend", State.REFUSED: "refused", State.WITHDRAWN: "withdrawn"}
        if spec.state in PUBLIC:
            ground.event("pledge.opened", made, moved)
        elif spec.state in said:
            ground.event(f"pledge.{said[State(spec.state)]}", made, moved)
        if made.asked_at:
            ground.event("pledge.asked_for_news", made, made.asked_at)
        if made.news_at:
            ground.event("pledge.news", made, made.news_at, actor=actor)
        if spec.state in CLOSED:
            ground.event(f"pledge.{spec.state}", made, ended, actor=actor)

    def _item(self, made: Pledge, decided: datetime.datetime) -> None:
        ground = self.ground
        commune = made.organisation.commune
        department = commune.department_id if commune else None
        item = ground.new(
            ModerationItem,
            kind=Kind.PLEDGE,
            cause=ModerationItem.Cause.CREATION,
            subject_type=Pledge._meta.label,
            subject_id=made.pk,
            title=texts.typeset(f"{made.organisation.name} : {made.what}")[:200],
            department_id=department,
            created_at=made.created_at,
        )
        ground.event("moderation.opened", item, made.created_at, cause=str(item.cause), fields=[])
        if made.state == State.PENDING:
            return
        decisions: dict[Any, Any] = {State.DRAFT: Decision.ASK, State.REFUSED: Decision.REFUSE}
        item.state, item.decided_at, item.version = ModerationItem.State.DECIDED, decided, 2
        item.decision, item.reason = decisions.get(made.state, Decision.ACCEPT), made.reason
        if made.state == State.WITHDRAWN:
            item.decision = Decision.WITHDRAWN
            return
        staff = self.staff.get(department or "") or self.staff["nation"]
        item.owner = item.decided_by = staff
        item.owned_at = decided
        ground.event(
            "moderation.decided",
            item,
            decided,
            actor=staff,
            decision=str(item.decision),
            cause="creation",
            kind="pledge",
        )
