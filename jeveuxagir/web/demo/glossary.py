"""Words of the glossary that people contest: one waits, one was revised, one stays, one was taken back."""

from alliances.glossary.enums import State
from alliances.glossary.models import Contest, Revision, Term
from jeveuxagir.accounts.models import Person, User
from jeveuxagir.moderation.models import ModerationItem

from . import texts
from .ground import Ground
from .people import People

TABLES = (Revision, Contest)
#: word, who (an account of the demo, or somebody of the department), days ago, state, why, wording, source, answer
CONTESTS = (
    (
        "accompagnement",
        "helene",
        3,
        State.PENDING,
        "Le mot laisse croire que l'on marche devant. Dans nos associations, on marche à côté.",
        "Présence dans la durée, auprès de personnes ou d'organisations qui font elles-mêmes. En alliance, c'est l'une "
        "des quatre fonctions d'un catalyseur : aider à démarrer, former, soutenir, aider d'autres à refaire ailleurs.",
        "Atelier des associations de Romans",
        "",
    ),
    (
        "facilitateur",
        "26",
        64,
        State.ACCEPTED,
        "La définition ne disait pas que le facilitateur n'a rien à gagner à la décision.",
        "Qui aide un groupe à avancer sans décider à sa place, et sans rien gagner à la décision. Dans le programme "
        "des 21 mesures, les facilitateurs pressentis sont les organismes attendus pour animer chaque mesure.",
        "Retour d'expérience d'une coopérative d'animateurs (exemple inventé)",
        "Merci : c'est plus juste ainsi.",
    ),
    (
        "alliance",
        "45",
        40,
        State.REFUSED,
        "Une alliance devrait toujours compter une entreprise.",
        "Un accord entre une association et au moins une entreprise, signé pour trois ans.",
        "",
        "Une alliance réunit des mondes différents, mais aucun n'est obligatoire, et les parties choisissent sa durée.",
    ),
    (
        "mecenat",
        "13",
        21,
        State.WITHDRAWN,
        "Je pensais que le parrainage en faisait partie.",
        "Un don ou un parrainage, fait par une entreprise ou une personne.",
        "",
        "",
    ),
)


class Glossary:
    def __init__(
        self, ground: Ground, people: People, persons: dict[str, Person], staff: dict[str, User]
    ) -> None:
        self.ground, self.people, self.persons, self.staff = ground, people, persons, staff

    def build(self) -> None:
        # the words were there well before anybody contested them
        Revision.objects.filter(number=1).update(created_at=self.ground.days_ago(210))
        words = {term.slug: term for term in Term.objects.filter(slug__in=[row[0] for row in CONTESTS])}
        for index, (slug, who, days, state, why, proposed, source, answer) in enumerate(CONTESTS):
            author = self.persons.get(who) or self._somebody(who, index)
            at = self.ground.days_ago(days)
            made = self.ground.new(
                Contest,
                term=words[slug],
                number=1,
                person=author,
                why=texts.typeset(why),
                proposed=texts.typeset(proposed),
                source=texts.typeset(source),
                state=State.PENDING,
                state_changed_at=at,
                created_at=at,
                answer=texts.typeset(answer),
            )
            self.ground.event(
                "term.contested", made, at, actor=self.people.users.get(author.pk), term=made.term_id
            )
            item = self._item(made)
            if state != State.PENDING:
                self._answer(made, item, state)

    def _somebody(self, department: str, index: int) -> Person:
        adults = [p for p in self.people.of_department[department] if p.eighteen_on is None]
        return adults[-1 - index]

    def _item(self, made: Contest) -> ModerationItem:
        item = self.ground.new(
            ModerationItem,
            kind=ModerationItem.Kind.TERM,
            cause=ModerationItem.Cause.CREATION,
            subject_type=Contest._meta.label,
            subject_id=made.pk,
            title=texts.typeset(f"Terme contesté : {made.term.name}"),
            created_at=made.created_at,
        )
        self.ground.event("moderation.opened", item, made.created_at, cause=str(item.cause), fields=[])
        return item

    def _answer(self, made: Contest, item: ModerationItem, state: str) -> None:
        ground, staff = self.ground, self.staff["nation"]
        at = ground.later(made.created_at, 2, 6)
        made.state, made.state_changed_at = state, at
        item.state, item.decided_at, item.version, item.reason = (
            ModerationItem.State.DECIDED,
            at,
            2,
            made.answer,
        )
        if state == State.WITHDRAWN:
            item.decision = ModerationItem.Decision.WITHDRAWN
            ground.event("term.contest_withdrawn", made, at, term=made.term_id)
            return
        item.owner = item.decided_by = staff
        item.owned_at = at
        refused = state == State.REFUSED
        item.decision = ModerationItem.Decision.REFUSE if refused else ModerationItem.Decision.ACCEPT
        ground.event(
            "moderation.decided",
            item,
            at,
            actor=staff,
            decision=str(item.decision),
            cause="creation",
            kind="term",
        )
        if refused:
            ground.event("term.contest_refused", made, at, actor=staff, term=made.term_id)
            return
        term = made.term
        sources = "\n".join([*term.source_lines, made.source])
        made.revision = ground.new(
            Revision,
            term=term,
            number=2,
            definition=made.proposed,
            sources=sources,
            why=made.why,
            created_at=at,
        )
        Term.objects.filter(pk=term.pk).update(
            number=2, definition=made.proposed, sources=sources, revised_at=at
        )
        ground.event("term.revised", term, at, actor=staff, number=2, contest=made.pk)
