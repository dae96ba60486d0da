"""Time lent in every state: prepared, agreed, to sign, running with days of every sort, ended well or badly."""

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from jeveuxagir.accounts.models import Person, User
from jeveuxagir.common.text import slugify
from jeveuxagir.moderation.clocks import is_working_day
from missions.offers.models import Offer
from missions.skill_needs.enums import State as NeedState
from missions.skill_needs.models import SkillNeed
from missions.sponsorships import dues, rules, wording
from missions.sponsorships.enums import ConventionState, DayState, DueKind, Part, Side, State
from missions.sponsorships.models import Convention, DayEntry, Debrief, Due, Sponsorship, Valuation

from . import texts
from .ground import Ground
from .organisations import Hosted, Organisations
from .people import People
from .skill_needs import SkillNeeds

DAY = 420


@dataclass(frozen=True)
class Spec:
    """`days`: how the days of the log stand, the oldest first (v both, c employer only, w nobody, r refused then
    corrected, x withdrawn, h both, half a day). `need`: a key of skill_needs.toml that this one answers; without it,
    one is made. `since`: when it began, in days before today. `signed`: sides that signed what waits."""

    #: keys of employers.py and organisations.toml
    offer: str
    employer: str
    association: str
    title: str
    deliverable: str
    profile: str
    length: float
    state: str
    since: int = 60
    lasts: int = 120
    days: str = ""
    amended: float = 0
    signed: tuple[str, ...] = ()
    reason: str = ""
    by: str = ""
    account: str = ""
    #: of the need that is made: its trades, its kind of work, what it will serve
    skills: tuple[str, ...] = ()
    kind: str = ""
    context: str = ""
    need: str = ""


SPECS = (
    Spec(
        "cuir-gestion", "isere-cuir", "mots-passants", "Un budget sur trois ans",
        "Un tableau simple et une heure pour l'expliquer", "contrôleuse de gestion", 8, State.RUNNING, 40, 160,
        "vvvrcwx", account="nadia", skills=("comptabilite", "tresorerie"), kind="comptabilite",
        context="Trois subventions se terminent la même année. Le conseil veut choisir ce que nous gardons.",
    ),
    Spec(
        "cuir-atelier", "isere-cuir", "jardins-du-bac", "Refaire les plans de la serre",
        "Des plans à l'échelle et la liste du bois", "dessinateur", 3, State.EMPLOYER_AGREED, -10, 60,
        skills=("menuiserie", "jardinage"),
        context="La serre a vingt ans et prend l'eau. Les voisins la remonteront eux-mêmes, si les plans sont justes.",
    ),
    Spec(
        "cuir-atelier", "isere-cuir", "mots-passants", "Choisir des rayonnages", "Un plan de la salle et trois devis",
        "menuisier", 2, State.ASSOCIATION_AGREED, -8, 40, signed=(Side.COMPANY,),
        skills=("menuiserie", "bricolage"), context="Huit cents livres attendent dans des cartons.",
    ),
    Spec(
        "cuir-atelier", "isere-cuir", "roue-libre", "Organiser l'atelier", "Un rangement de l'atelier, par étapes",
        "responsable d'atelier", 1, State.DRAFTED, -15, 45,
        skills=("organisation-logistique",), kind="logistique",
        context="Cent vélos par mois passent par soixante mètres carrés. On cherche plus qu'on ne répare.",
    ),
    Spec(
        "mairie-agents", "deux-collines", "table-ouverte", "Un potager derrière la cuisine",
        "Six bacs plantés et un calendrier", "jardinière", 5, State.RUNNING, 25, 200, "vvc", amended=6,
        skills=("jardinage", "maraichage"), context="Qui mange ici veut aussi cultiver ce qu'il mange.",
    ),
    Spec(
        "compta-mensuelle", "valcompta", "passeurs-loire", "Tenir les comptes de la saison",
        "Un plan de comptes et un modèle de saisie", "comptable", 6, State.CLOSED, 180, 150, "vvvvv",
        skills=("comptabilite",), kind="comptabilite", context="Notre trésorier part après douze ans.",
    ),
    Spec(
        "compta-mensuelle", "valcompta", "coup-de-pouce-45", "Relire le budget", "Une note de deux pages", "comptable",
        3, State.BROKEN, 90, 100, "vv", reason="La personne qui venait a changé de poste.", by=Side.COMPANY,
        skills=("tresorerie", "comptabilite"), kind="comptabilite",
        context="Nous déposons notre premier dossier auprès de l'agglomération.",
    ),
    Spec(
        "logiciels", "vieux-port-logiciels", "cite-lecture", "Remplacer le vieux tableur",
        "Une petite base et une notice", "développeur", 10, State.SIGNED, -5, 90,
        skills=("donnees", "bureautique"), kind="donnees-et-outil",
        context="Trois mille prêts par an tiennent dans un fichier que deux personnes ne peuvent pas ouvrir ensemble.",
    ),
    Spec(
        "logiciels", "vieux-port-logiciels", "calanques", "Refaire le site", "Un site lisible au téléphone",
        "développeuse", 7, State.DECLINED, -20, 60, reason="Nous avons trouvé une bénévole entre-temps.",
        by=Side.ASSOCIATION, skills=("developpement-web",), kind="site-internet",
        context="Les sorties changent avec la météo : le site doit le dire le matin même.",
    ),
    Spec(
        "mairie-agents", "deux-collines", "tanneurs", "Un jardin pour le quartier", "Un plan, puis les premiers bacs",
        "jardinier", 6, State.RUNNING, 24, 240, "vvv",
        skills=("jardinage",), context="Un terrain vague de trois cents mètres carrés, au pied de quatre immeubles.",
    ),
    # what the needs of skill_needs.toml say of themselves: in talk, agreed, done
    Spec(
        "web-site", "drome-web", "jardins-du-bac", "", "", "graphiste", 2.5, State.EMPLOYER_AGREED, -12, 50,
        need="plan-jardins-du-bac",
    ),
    Spec(
        "logiciels", "vieux-port-logiciels", "coup-de-pouce-45", "", "", "développeuse", 9, State.EMPLOYER_AGREED, -14,
        90, need="mentors-coup-de-pouce",
    ),
    Spec(
        "accompagner-emploi", "conseil-75", "un-pas", "", "", "consultante en recrutement", 15, State.EMPLOYER_AGREED,
        -9, 120, need="cv-un-pas",
    ),
    Spec(
        "web-site", "drome-web", "lire-martinique", "", "", "maquettiste", 6, State.EMPLOYER_AGREED, -10, 80,
        need="livre-lire-martinique",
    ),
    Spec(
        "accueil-equipes", "transvallee", "club-des-ors", "", "", "responsable de formation", 3.5, State.RUNNING,
        11, 90, "v", need="accueil-club-des-ors",
    ),
    Spec(
        "web-securite", "drome-web", "passerelles-26", "", "", "administratrice de réseaux", 4.5, State.RUNNING, 16, 60,
        "vc", need="securite-passerelles",
    ),
    Spec(
        "banque-budget", "banque-69", "sport-massilia", "", "", "chargée de mécénat", 5, State.RUNNING, 14, 70, "v",
        need="joelettes-massilia",
    ),
    Spec(
        "logistique", "transvallee", "sauveteurs-isere", "", "", "gestionnaire de stock", 2, State.CLOSED, 120, 50,
        "vv", need="stock-sauveteurs",
    ),
    Spec(
        "mission-conseil", "mission-drome", "mots-passants", "", "", "juriste", 0.5, State.CLOSED, 80, 30, "h",
        need="parler-mots-passants",
    ),
    Spec(
        "compta-mensuelle", "valcompta", "cine-villages", "", "", "comptable", 2, State.CLOSED, 93, 50, "vv",
        need="budget-cine-villages",
    ),
)  # fmt: skip
#: who comes and has no account here
NAMES = (
    "Inès Garnier", "Paul Lemoine", "Awa Diop", "Marc Teyssier", "Leïla Haddad",
    "Hugo Blanc", "Nora Ferrand", "Simon Roux", "Claire Monnet", "Yann Le Goff",
    "Sofia Marchal", "Karim Benali", "Lucie Perrin", "Anouk Vidal", "Jeanne Colin",
    "Mehdi Lacroix", "Odile Fabre", "Rémi Charpentier", "Fanny Guérin", "Bastien Morel",
)  # fmt: skip
NEED_STATES = {
    State.DRAFTED: NeedState.OPEN,
    State.EMPLOYER_AGREED: NeedState.IN_TALK,
    State.CLOSED: NeedState.DELIVERED,
    State.BROKEN: NeedState.OPEN,
    State.DECLINED: NeedState.OPEN,
}
#: what each state passed through, for its history
BEFORE = (
    (State.DRAFTED, "drafted"),
    (State.EMPLOYER_AGREED, "employer_agreed"),
    (State.ASSOCIATION_AGREED, "association_agreed"),
    (State.SIGNED, "convention_in_force"),
    (State.RUNNING, "begun"),
)


class Sponsorships:
    def __init__(
        self,
        ground: Ground,
        organisations: Organisations,
        people: People,
        persons: dict[str, Person],
        offers: dict[str, Offer],
        asked: SkillNeeds,
    ) -> None:
        self.ground, self.organisations, self.people = ground, organisations, people
        self.persons, self.offers = persons, offers
        self.needs, self.goals = asked.all, asked.goals

    def build(self) -> None:
        for number, spec in enumerate(SPECS):
            self._one(spec, number)

    def _user(self, hosted: Hosted) -> User | None:
        person = hosted.owner or hosted.handlers()[0]
        return self.people.users.get(person.pk)

    def _one(self, spec: Spec, number: int) -> None:
        ground = self.ground
        employer, association = (self.organisations.all[key] for key in (spec.employer, spec.association))
        prepared = ground.days_ago(max(spec.since, 0) + 15)
        starts = ground.today - datetime.timedelta(days=spec.since)
        ends = starts + datetime.timedelta(days=spec.lasts)
        state = NEED_STATES.get(State(spec.state), NeedState.AGREED)
        need = self.needs[spec.need] if spec.need else self._need(spec, association, prepared, state, ends)
        assert (need.state, need.organisation) == (state, association.organisation), spec
        ended = spec.state in (State.CLOSED, State.BROKEN, State.DECLINED)
        moved = ground.days_ago(max(0, spec.since - spec.lasts) if ended else max(spec.since, 1))
        minutes = int((spec.amended or spec.length) * DAY)
        row = ground.new(
            Sponsorship,
            need=need,
            offer=self.offers[spec.offer],
            format=need.format,
            minutes=minutes,
            starts_on=starts,
            ends_on=ends,
            profile=texts.typeset(spec.profile),
            state=spec.state,
            state_changed_at=moved,
            agreed_at=None if spec.state == State.DRAFTED else ground.later(prepared, 1, 4),
            agreed_by=None if spec.state == State.DRAFTED else self._user(employer),
            accepted_by=None
            if spec.state in (State.DRAFTED, State.EMPLOYER_AGREED, State.DECLINED)
            else self._user(association),
            ended_by=spec.by,
            end_reason=texts.typeset(spec.reason),
            created_by=self._user(employer),
            created_at=prepared,
        )
        self._history(row, spec, prepared, moved, self._user(employer))
        if spec.state in (State.EMPLOYER_AGREED, State.ASSOCIATION_AGREED):
            self._awaited(row)
        conventions = self._conventions(row, spec, number, employer, association, prepared)
        in_force = next((one for one in conventions if one.state == ConventionState.IN_FORCE), None)
        if in_force is not None:
            self._days(row, spec, in_force, employer, association)
            self._dues(row, spec)
        if spec.state == State.CLOSED:
            self._debriefs(row, employer, association, moved)

    def _need(
        self,
        spec: Spec,
        association: Hosted,
        prepared: datetime.datetime,
        state: NeedState,
        deadline: datetime.date,
    ) -> SkillNeed:
        """In the theme and for the goals of what the same association asks besides."""
        beside = next(
            one
            for one in self.needs.values()
            if one.organisation == association.organisation and one.domain_id
        )
        title = texts.typeset(spec.title)
        commune = association.organisation.commune
        need = self.ground.new(
            SkillNeed,
            organisation=association.organisation,
            title=title,
            slug=slugify(title),
            project_type=spec.kind,
            deliverable=texts.typeset(spec.deliverable),
            context=texts.typeset(spec.context),
            domain_id=beside.domain_id,
            deadline=deadline,
            minutes=int(spec.length * DAY),
            state=state,
            state_changed_at=prepared,
            opened_at=prepared,
            department=commune.department if commune else None,
            contact=association.owner,
            created_by=self._user(association),
            created_at=prepared,
        )
        for skill in spec.skills:
            self.ground.add(SkillNeed.skills.through(skillneed_id=need.pk, skill_id=skill))
        for goal in self.goals[beside.pk]:
            self.ground.add(SkillNeed.sdgs.through(skillneed_id=need.pk, sdg_id=goal))
        return need

    def _history(
        self, row: Sponsorship, spec: Spec, at: datetime.datetime, moved: datetime.datetime, actor: Any
    ) -> None:
        passed = [state for state, _ in BEFORE]
        known = spec.state in passed
        last = passed.index(State(spec.state)) if known else (1 if spec.state == State.DECLINED else 4)
        for days, (_, verb) in enumerate(BEFORE[: last + 1]):
            self.ground.event(f"sponsorship.{verb}", row, at + datetime.timedelta(days=days), actor=actor)
        if not known:
            self.ground.event(f"sponsorship.{spec.state}", row, moved, actor=actor, side=spec.by)

    def _conventions(
        self,
        row: Sponsorship,
        spec: Spec,
        number: int,
        employer: Hosted,
        association: Hosted,
        prepared: datetime.datetime,
    ) -> list[Convention]:
        if spec.state in (State.DRAFTED, State.EMPLOYER_AGREED, State.DECLINED):
            return []
        account = self.persons.get(spec.account)
        name = f"{account.first_name} {account.last_name}" if account else NAMES[number]
        public = rules.ethics_rule(employer.organisation.kind) is not None
        made = []
        lengths = [spec.length, spec.amended] if spec.amended else [spec.length]
        for index, length in enumerate(lengths, start=1):
            signed = spec.state != State.ASSOCIATION_AGREED
            last = index == len(lengths)
            at = self.ground.later(prepared, 4 * index, 6 * index)
            state = (
                ConventionState.PROPOSED
                if not signed
                else ConventionState.IN_FORCE
                if last
                else ConventionState.SUPERSEDED
            )
            convention = Convention(
                pk=self.ground.number(Convention),
                sponsorship=row,
                number=index,
                amendment=index - 1,
                state=state,
                state_changed_at=at,
                minutes=int(length * DAY),
                day_minutes=DAY,
                starts_on=row.starts_on,
                ends_on=row.ends_on,
                profile=row.profile,
                employee=account,
                employee_name=name,
                summary="" if index == 1 else "Un jour de plus : l’équipe s’est agrandie.",
                template=wording.CURRENT,
                proposed_by=self._user(employer),
                proposed_side=Side.COMPANY,
                created_at=at,
                in_force_at=at if signed else None,
                ethics_by=self._user(employer) if public else None,
                ethics_at=at if public else None,
            )
            for side, hosted in ((Side.COMPANY, employer), (Side.ASSOCIATION, association)):
                if not signed and side not in spec.signed:
                    continue
                person = hosted.owner or hosted.handlers()[0]
                setattr(convention, f"{side}_by", self._user(hosted))
                setattr(convention, f"{side}_at", at)
                setattr(convention, f"{side}_signatory", f"{person.full_name}, responsable")
            convention.articles = wording.articles(row, convention)
            convention.text_hash = wording.hash_of(convention)
            self.ground.add(convention)
            self.ground.event("sponsorship.convention_proposed", row, at, number=index)
            made.append(convention)
        return made

    def _days(
        self, row: Sponsorship, spec: Spec, convention: Convention, employer: Hosted, association: Hosted
    ) -> None:
        day = row.starts_on
        for sort in spec.days:
            day = self._next_working_day(day + datetime.timedelta(days=3))
            if day >= min(self.ground.today, row.ends_on):
                return
            part = Part.MORNING if sort == "h" else Part.WHOLE
            entry = self._day(
                row, convention, day, "v" if sort == "h" else sort, employer, association, part=part
            )
            if sort == "r":
                self._day(row, convention, day, "v", employer, association, corrects=entry, part=Part.MORNING)

    def _day(
        self,
        row: Sponsorship,
        convention: Convention,
        on: datetime.date,
        sort: str,
        employer: Hosted,
        association: Hosted,
        corrects: DayEntry | None = None,
        part: str = Part.WHOLE,
    ) -> DayEntry:
        at = datetime.datetime.combine(on, datetime.time(18), tzinfo=self.ground.now.tzinfo)
        if corrects is not None:
            at += datetime.timedelta(days=1)
        at = min(at, self.ground.now)
        state = {"v": DayState.VALIDATED, "r": DayState.REFUSED, "x": DayState.WITHDRAWN}.get(
            sort, DayState.WAITING
        )
        company = self._user(employer)
        entry = self.ground.new(
            DayEntry,
            sponsorship=row,
            convention=convention,
            on=on,
            part=part,
            minutes=DAY if part == Part.WHOLE else DAY // 2,
            note="Avec l’équipe, sur place.",
            state=state,
            state_changed_at=at,
            logged_by=company,
            logged_at=at,
            company_by=company if sort != "w" else None,
            company_at=at if sort != "w" else None,
            association_by=self._user(association) if sort == "v" else None,
            association_at=at if sort == "v" else None,
            refused_side=Side.ASSOCIATION if sort == "r" else "",
            refused_reason="Ce jour-là, seulement le matin." if sort == "r" else "",
            corrects=corrects,
        )
        self.ground.event(
            "sponsorship.day_logged", row, at, actor=company, day=entry.pk, minutes=entry.minutes
        )
        if state != DayState.WAITING:
            self.ground.event(f"sponsorship.day_{state}", row, at, day=entry.pk)
        return entry

    def _awaited(self, row: Sponsorship) -> None:
        """The answer or the signatures that are expected, and the day when the time is given back without them."""
        answer = row.state == State.EMPLOYER_AGREED
        soon, last = (DueKind.ANSWER, 9) if answer else (DueKind.SIGNING, 40)
        for kind, days in ((soon, 3), (DueKind.LAPSE, last)):
            self.ground.new(
                Due,
                sponsorship=row,
                kind=kind,
                about=str(row.state),
                due_on=self.ground.day(days),
                settled_at=None,
                told=False,
            )

    def _dues(self, row: Sponsorship, spec: Spec) -> None:
        ended = spec.state in (State.CLOSED, State.BROKEN)
        for kind, about, on in (
            (DueKind.END, row.ends_on, row.ends_on - dues.END_NEAR),
            (DueKind.DEBRIEF, row.ends_on, row.ends_on),
        ):
            past = on <= self.ground.today
            self.ground.new(
                Due,
                sponsorship=row,
                kind=kind,
                about=about.isoformat(),
                due_on=on,
                settled_at=self.ground.now if past or ended else None,
                told=past,
            )

    def _debriefs(
        self, row: Sponsorship, employer: Hosted, association: Hosted, at: datetime.datetime
    ) -> None:
        for side, hosted, words in (
            (Side.COMPANY, employer, "Une équipe accueillante, et un besoin clair dès le départ."),
            (Side.ASSOCIATION, association, "Nous tenons nos comptes nous-mêmes depuis."),
        ):
            self.ground.new(
                Debrief,
                sponsorship=row,
                side=side,
                delivered="yes",
                went_well=words,
                to_improve="Commencer par une demi-journée ensemble.",
                again=True,
                author=self._user(hosted),
                created_at=at,
            )
        self.ground.new(Valuation, sponsorship=row, year=row.starts_on.year, amount=Decimal("2150.00"))

    def _next_working_day(self, day: datetime.date) -> datetime.date:
        while not is_working_day(day):
            day += datetime.timedelta(days=1)
        return day


#: in the order they are written, after needs and offers; triggers count the days and what offers hold
TABLES = (Sponsorship, Convention, DayEntry, Debrief, Valuation, Due)
#: what a row written as it stands today would break: days begin waiting, and these are past
PAST = ("sponsorships.DayEntry:a_day_begins_waiting",)
