"""What people would like to see in their town, and what the brigade answered."""

import datetime

from alliances.ideas.enums import State
from alliances.ideas.models import Idea
from jeveuxagir.accounts.models import Person, User
from jeveuxagir.moderation.models import ModerationItem

from . import texts
from .ground import Ground
from .people import People

#: who (an account of the demo, or somebody of the department), where, what, why, days ago, state, answer
IDEAS = (
    (
        "nadia",
        "26281",
        "Une boîte à livres à la gare de Romans",
        "Beaucoup de gens attendent leur train sans rien à lire. Les Mots passants donneraient les premiers livres, il "
        "manque un abri et quelqu'un pour passer une fois par semaine.",
        2,
        State.RECEIVED,
        "",
    ),
    (
        "26",
        "26281",
        "Un café des langues au foyer de la Monnaie",
        "Dans l'immeuble on parle six langues et on se croise sans se parler. Une salle, du thé, un soir par mois : "
        "cela aiderait aussi ceux qui apprennent le français.",
        11,
        State.RECEIVED,
        "",
    ),
    (
        "26",
        "26057",
        "Réparer les vélos des lycéens",
        "Au lycée, la moitié des vélos n'ont plus de freins. Un atelier après les cours éviterait des accidents.",
        33,
        State.PROBLEM,
        "Deux autres personnes de Bourg-de-Péage ont écrit la même chose. Nous vous mettrons en relation avec Roue "
        "libre dès qu'un créneau s'ouvre.",
    ),
    (
        "93",
        "93066",
        "Un ramassage scolaire à pied",
        "Huit familles de la rue font le même trajet chaque matin en voiture. À tour de rôle, un parent suffirait.",
        5,
        State.RECEIVED,
        "",
    ),
    (
        "23",
        "23096",
        "Du bois de chauffage partagé entre voisins",
        "Des personnes âgées n'arrivent plus à rentrer leur bois. On pourrait acheter ensemble et livrer un samedi.",
        41,
        State.CLOSED,
        "Le centre communal d'action sociale le fait déjà, d'octobre à mars : nous lui avons donné votre idée, et il "
        "cherche des bénévoles pour livrer.",
    ),
    (
        "972",
        "97209",
        "Apprendre à lire une facture",
        "Autour de moi, on paie sans comprendre. Deux heures par mois à la médiathèque, avec quelqu'un de patient.",
        1,
        State.RECEIVED,
        "",
    ),
)


class Ideas:
    def __init__(
        self, ground: Ground, people: People, persons: dict[str, Person], staff: dict[str, User]
    ) -> None:
        self.ground, self.people, self.persons, self.staff = ground, people, persons, staff

    def build(self) -> None:
        for index, (who, town, what, why, days, state, answer) in enumerate(IDEAS):
            author = self.persons.get(who) or self._somebody(who, index)
            self._idea(author, town, what, why, self.ground.days_ago(days), state, answer)

    def _somebody(self, department: str, index: int) -> Person:
        adults = [p for p in self.people.of_department[department] if p.eighteen_on is None]
        return adults[-1 - index]

    def _idea(
        self, author: Person, town: str, what: str, why: str, at: datetime.datetime, state: str, answer: str
    ) -> None:
        ground = self.ground
        idea = ground.new(
            Idea,
            person=author,
            what=texts.typeset(what),
            why=texts.typeset(why),
            commune=ground.commune(town),
            state=state,
            filed_at=at,
            received_at=at,
            state_changed_at=at,
            answer=texts.typeset(answer),
        )
        ground.event("idea.filed", idea, at, actor=self.people.users.get(author.pk), person=author.pk)
        department = idea.commune.department_id
        item = ground.new(
            ModerationItem,
            kind=ModerationItem.Kind.IDEA,
            cause=ModerationItem.Cause.IDEA,
            subject_type=Idea._meta.label,
            subject_id=idea.pk,
            title=idea.what,
            department_id=department,
            created_at=at,
        )
        ground.event("moderation.opened", item, at, cause=str(item.cause), fields=[])
        if state == State.RECEIVED:
            return
        staff = self.staff.get(department) or self.staff["nation"]
        decided = ground.later(at, 3, 8)
        decision = ModerationItem.Decision.REFUSE if state == State.CLOSED else ModerationItem.Decision.ACCEPT
        idea.state_changed_at = item.decided_at = item.owned_at = decided
        item.state, item.decision, item.reason = ModerationItem.State.DECIDED, decision, idea.answer
        item.owner, item.decided_by, item.version = staff, staff, 2
        verb = "closed" if state == State.CLOSED else "kept"
        ground.event(f"idea.{verb}", idea, decided, actor=staff)
        ground.event(
            "moderation.decided",
            item,
            decided,
            actor=staff,
            decision=str(decision),
            cause="idea",
            kind="idea",
        )
