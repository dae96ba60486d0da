"""What people of the demo live through in their commune: most are public, two wait, one was refused, one taken back."""

import datetime

from alliances.statements.enums import State
from alliances.statements.models import Statement
from jeveuxagir.accounts.models import Person, User
from jeveuxagir.moderation.models import ModerationItem

from . import texts
from .ground import Ground
from .people import People

#: who (an account of the demo, or somebody of the department), where, what, days ago, state, answer
STATEMENTS = (
    (
        "nadia",
        "26281",
        "Je finis à 20 h et le dernier bus pour la Monnaie est à 19 h 40. L'hiver, je rentre à pied le long de la "
        "départementale, avec le téléphone pour éclairer.",
        12,
        State.PUBLISHED,
        "",
    ),
    (
        "karim",
        "26281",
        "Dans ma rue il y a huit vieux ateliers de cuir vides. Les jeunes cherchent une salle, et les clés existent : "
        "personne ne sait à qui les demander.",
        31,
        State.PUBLISHED,
        "",
    ),
    (
        "26",
        "26281",
        "Depuis que la distribution se fait aussi le mardi matin, je peux y aller sans manquer mes cours de français. "
        "C'est tout bête, un horaire.",
        58,
        State.PUBLISHED,
        "",
    ),
    (
        "26",
        "26281",
        "Ma voisine du troisième laisse ses poubelles sur le palier.",
        9,
        State.REFUSED,
        "Ce texte vise une personne que l'on peut reconnaître. Dites plutôt ce qui manque dans l'immeuble.",
    ),
    (
        "26",
        "26057",
        "Le pont est le seul chemin à vélo pour le lycée. Il n'y a pas de piste, alors les parents sortent la voiture "
        "pour deux kilomètres.",
        23,
        State.PUBLISHED,
        "",
    ),
    (
        "26",
        "26288",
        "Au village on s'entraide sans rien demander. Mais quand l'épicerie a fermé, les plus âgés ont perdu leur "
        "sortie du matin, et ça, personne ne l'avait compté.",
        44,
        State.PUBLISHED,
        "",
    ),
    (
        "93",
        "93066",
        "Pour un rendez-vous à la préfecture j'ai passé trois semaines à rafraîchir une page. À la médiathèque une "
        "bénévole m'a montré comment faire, en dix minutes.",
        17,
        State.PUBLISHED,
        "",
    ),
    (
        "45",
        "45234",
        "On dit que la Source est mal reliée au centre. Moi je la trouve surtout mal racontée : il y a une chorale, "
        "deux jardins et un repair café.",
        36,
        State.PUBLISHED,
        "",
    ),
    (
        "13",
        "13055",
        "L'été on ne tient pas dans la chambre. Les petits dorment dans le couloir, c'est la seule pièce sans fenêtre.",
        70,
        State.PUBLISHED,
        "",
    ),
    (
        "23",
        "23096",
        "Je suis arrivée à Guéret pour le travail. Le soir tout est fermé, mais dès qu'on pousse la porte d'une "
        "association, on a dix numéros de téléphone.",
        15,
        State.PUBLISHED,
        "",
    ),
    (
        "972",
        "97209",
        "Quand l'eau est coupée, c'est la voisine qui prévient tout l'immeuble. On a un groupe, des bidons, et "
        "l'habitude. On voudrait surtout savoir la veille.",
        20,
        State.PUBLISHED,
        "",
    ),
    (
        "974",
        "97411",
        "Ma mère vit dans les hauts. Pour une prise de sang il faut un taxi, ou un voisin. On compte sur le voisin.",
        27,
        State.PUBLISHED,
        "",
    ),
    (
        "26",
        "26281",
        "Le kiné le plus proche qui prend des nouveaux patients est à Valence. Quand on n'a pas de voiture, "
        "on renonce.",
        2,
        State.PENDING,
        "",
    ),
    (
        "93",
        "93066",
        "Dans notre tour, l'ascenseur marche un jour sur deux. Ceux du onzième descendent une fois par semaine.",
        1,
        State.PENDING,
        "",
    ),
    (
        "13",
        "13055",
        "Le square est fermé depuis deux ans.",
        50,
        State.WITHDRAWN,
        "",
    ),
)


class Statements:
    def __init__(
        self, ground: Ground, people: People, persons: dict[str, Person], staff: dict[str, User]
    ) -> None:
        self.ground, self.people, self.persons, self.staff = ground, people, persons, staff

    def build(self) -> None:
        for index, (who, town, text, days, state, answer) in enumerate(STATEMENTS):
            author = self.persons.get(who) or self._somebody(who, index)
            self._statement(
                author, town, text, self.ground.days_ago(days), state, answer, signed=index % 3 < 2
            )

    def _somebody(self, department: str, index: int) -> Person:
        adults = [p for p in self.people.of_department[department] if p.eighteen_on is None]
        return adults[index % len(adults)]

    def _statement(
        self,
        author: Person,
        town: str,
        text: str,
        at: datetime.datetime,
        state: str,
        answer: str,
        *,
        signed: bool,
    ) -> None:
        ground = self.ground
        read = at if state == State.PENDING else ground.later(at, 1, 3)
        statement = ground.new(
            Statement,
            person=author,
            commune=ground.commune(town),
            text=texts.typeset(text),
            signed=signed,
            state=state,
            state_changed_at=read,
            created_at=at,
            published_at=read if state == State.PUBLISHED else None,
            answer=texts.typeset(answer),
        )
        actor = self.people.users.get(author.pk)
        ground.event("statement.written", statement, at, actor=actor, commune=town)
        department = statement.commune.department_id
        item = ground.new(
            ModerationItem,
            kind=ModerationItem.Kind.STATEMENT,
            cause=ModerationItem.Cause.CREATION,
            subject_type=Statement._meta.label,
            subject_id=statement.pk,
            title=texts.typeset(f"Témoignage : {statement.commune.label}"),
            department_id=department,
            created_at=at,
        )
        ground.event("moderation.opened", item, at, cause=str(item.cause), fields=[])
        if state == State.PENDING:
            return
        item.state, item.decided_at, item.version, item.reason = (
            ModerationItem.State.DECIDED,
            read,
            2,
            statement.answer,
        )
        if state == State.WITHDRAWN:
            item.decision = ModerationItem.Decision.WITHDRAWN
            ground.event("statement.withdrawn", statement, read, actor=actor)
            return
        staff = self.staff.get(department) or self.staff["nation"]
        published = state == State.PUBLISHED
        item.owner = item.decided_by = staff
        item.owned_at = read
        item.decision = ModerationItem.Decision.ACCEPT if published else ModerationItem.Decision.REFUSE
        ground.event(
            "moderation.decided",
            item,
            read,
            actor=staff,
            decision=str(item.decision),
            cause="creation",
            kind="statement",
        )
        ground.event(f"statement.{state}", statement, read, actor=staff)
