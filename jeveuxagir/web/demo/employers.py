"""Employers: companies and two public ones, with their sites, their people, and offers in every state.

Made last and with dice of their own: what was there before them stays as it was. What sponsorships hold of an offer is
counted by their own rows: `offers[key]` is what they stand on.
"""

import datetime
import random
from dataclasses import dataclass

from allauth.account.models import EmailAddress

from jeveuxagir.accounts.models import Person, TermsAcceptance, User
from jeveuxagir.common.text import slugify
from jeveuxagir.moderation.models import ModerationItem
from jeveuxagir.taxonomies.models import Skill
from jeveuxagir.territories.models import Department
from missions.offers.enums import State
from missions.offers.models import Offer
from organisations.api_keys.models import ApiKey, LastUse
from organisations.api_keys.secret import ALPHABET, PREFIX_LENGTH
from organisations.companies.enums import EndedBy, JoinedBy, Shown
from organisations.companies.models import Employee, JoinCode, MailDomain, Site
from organisations.models import Membership, Organisation

from . import texts
from .ground import SEED, Ground
from .organisations import Hosted, Organisations
from .people import People

#: in the order they are written
TABLES = (
    *(Site, MailDomain, JoinCode, ApiKey, LastUse, Employee, Offer),
    *(Offer.skills.through, Offer.departments.through, Offer.communes.through),
)
DAY_MINUTES = 420


@dataclass(frozen=True)
class Firm:
    """A company that only the mécénat knows: key, name, town, what it is, how many of its people joined."""

    key: str
    name: str
    town: str
    about: str
    people: int = 2
    proof: str = "registry"


FIRMS = (
    Firm("atelier-meca", "Mécanique du Vercors", "26281", "Trente mécaniciens d'usine. Ils réparent aussi ce que les "
         "associations n'ont plus les moyens de remplacer.", 4),
    Firm("drome-web", "Drôme Web", "26362", "Agence de huit personnes aux sites simples et accessibles.", 3),
    Firm("cabinet-isere", "Cabinet Monnier et Faure", "26362", "Avocats en droit social et des associations.", 2),
    Firm("transvallee", "Transvallée Logistique", "26057", "Entrepôts et tournées dans toute la vallée du Rhône.", 5),
    Firm("assurances-loire", "Mutuelle des Bords de Loire", "45234", "Mutuelle de deux cents personnes, qui donne deux "
         "jours par an à chaque salarié volontaire.", 6),
    Firm("studio-vieux-port", "Studio du Panier", "13055", "Graphistes et vidéastes, à douze.", 2),
    Firm("energie-93", "Plaine Énergie", "93066", "Bureau d'études en économies d'énergie.", 3),
    Firm("conseil-75", "Conseil Trois Rives", "75056", "Cabinet de conseil en organisation.", 4),
    Firm("banque-69", "Caisse des Deux Fleuves", "69123", "Banque régionale, à l'aise avec les budgets.", 6),
    Firm("tissage-59", "Tissages de la Lys", "59350", "Atelier textile et bureau de style.", 2),
    Firm("agro-23", "Laiterie des Combrailles", "23096", "Laiterie coopérative de quarante personnes.", 2),
    Firm("rhum-972", "Distillerie du Morne Vert", "97209", "Distillerie familiale, avec un atelier de mécanique.", 2),
    Firm("donnees-reunion", "Réunion Données", "97411", "Traitement de données et cartographie.", 3),
)  # fmt: skip


@dataclass(frozen=True)
class Spec:
    """An offer: whose, what, how many days, in which formats, which skills, where, in what state, since when."""

    key: str
    who: str
    title: str
    days: float
    formats: tuple[str, ...]
    skills: tuple[str, ...]
    about: str = ""
    where: tuple[str, ...] = ()  # departments, communes by their code; "partout" for all of France
    mode: str = "hybrid"
    state: str = State.OPEN
    since: float = 20
    until: int = 0  # days from now; 0: no end
    reason: str = ""
    step: int = 0


#: those who show their name to associations only
_UNNAMED = ("cabinet-isere", "energie-93", "conseil-75")
OFFERS = (
    Spec("cuir-gestion", "isere-cuir", "Comptabilité et budget d'une petite association", 10, ("split", "flash"),
         ("comptabilite", "tresorerie"), "Notre comptable aide à monter un budget, à lire un bilan, à préparer une "
         "assemblée générale. Nous ne tenons pas les comptes à votre place.", ("26", "38"), until=300, since=60),
    Spec("cuir-atelier", "isere-cuir", "Deux mains d'atelier pour réparer et aménager", 6, ("split",),
         ("bricolage", "couture"), "Réparer du mobilier, coudre, aménager un local.", ("26281", "26057", "26362"),
         "on_site", since=35),
    Spec("cuir-neuf", "isere-cuir", "Un regard sur vos affiches et votre vitrine", 3, ("flash", "split"),
         ("graphisme", "photo"), "Notre styliste passe une heure, ou deux jours.", ("26",), since=1),
    Spec("cuir-brouillon", "isere-cuir", "Organiser une vente solidaire de chutes de cuir", 4, (), (),
         state=State.DRAFT, since=2, step=2),
    Spec("cuir-attente", "isere-cuir", "Une chargée de ressources humaines, une journée par mois", 12, ("split",),
         ("ressources-humaines",), "Fiches de poste, entretiens, accueil des bénévoles.", ("26",), state=State.PENDING,
         since=2),
    Spec("meca-reparer", "atelier-meca", "Réparer vos machines et former quelqu'un à le faire", 8, ("split",),
         ("reparation-appareils", "electricite"), "Nous venons deux, avec nos outils.", ("26", "07"), "on_site",
         since=90),
    Spec("web-site", "drome-web", "Un site simple, que vous saurez tenir", 15, ("split", "full_time"),
         ("developpement-web", "redaction"), "Trois pages, puis une demi-journée pour apprendre.", ("partout",),
         "remote", since=45, until=200),
    Spec("web-heure", "drome-web", "Une heure pour vos fichiers et vos mots de passe", 2, ("flash",),
         ("cybersecurite", "bureautique"), "", ("partout",), "remote", since=2),
    Spec("web-securite", "drome-web", "Mettre vos ordinateurs à l'abri", 4.5, ("split",),
         ("cybersecurite", "protection-donnees"), "Un inventaire, les réglages, puis une matinée avec vos bénévoles.",
         ("26", "07"), state=State.EXHAUSTED, since=95),
    Spec("droit-flash", "cabinet-isere", "Une heure de droit des associations", 5, ("flash",), ("droit",),
         "Statuts, contrat de travail, responsabilité du bureau. Pas de procès.", ("26", "07", "38"), since=120),
    Spec("logistique", "transvallee", "Organiser vos tournées et votre stock", 10, ("split", "full_time"),
         ("organisation-logistique", "gestion-stock"), "Un chef de quai, une planificatrice.", ("26", "07"), "on_site",
         since=210),
    Spec("accueil-equipes", "transvallee", "Accueillir et garder ses bénévoles", 6, ("split", "immersion"),
         ("ressources-humaines", "recrutement-benevoles"), "Deux responsables d'équipe, avec vous, sur le terrain.",
         ("26",), since=80),
    Spec("loire-solidaire", "assurances-loire", "Quarante jours de nos équipes pour le Loiret", 40,
         ("split", "flash", "full_time"), ("gestion-projet", "bureautique", "ressources-humaines"),
         "Des salariés de tous métiers, deux jours chacun.", ("45",), since=150, until=180),
    Spec("loire-carriere", "assurances-loire", "Une fin de carrière auprès d'une association", 110, ("end_of_career",),
         ("gestion-projet", "gouvernance"), "Six mois à mi-temps, pour transmettre.", ("45", "41"), state=State.PAUSED,
         since=60),
    Spec("compta-mensuelle", "valcompta", "Deux jours de comptable chaque mois", 24, ("split",), ("comptabilite",),
         "", ("45", "23096"), since=200, until=120),
    Spec("logiciels", "vieux-port-logiciels", "Remettre vos fichiers d'aplomb", 20, ("split", "flash"),
         ("donnees", "developpement-web"), "", ("13", "45"), since=80),
    Spec("panier-video", "studio-vieux-port", "Un film de deux minutes sur ce que vous faites", 6, ("full_time",),
         ("video", "photo"), "Écriture, tournage, montage.", ("13",), "on_site", since=3),
    Spec("energie-bilan", "energie-93", "Comprendre vos factures d'énergie", 9, ("flash", "split"), ("evaluation",),
         "Une visite, un calcul, trois gestes.", ("93", "75"), state=State.REFUSED, since=12,
         reason="Dites aussi ce que vous ne vendez pas : l'offre ressemble à une démarche commerciale."),
    Spec("conseil-pro", "conseil-75", "Un consultant pendant deux mois", 40, ("full_time", "secondment"),
         ("gestion-projet", "facilitation"), "", ("75", "93"), since=30),
    Spec("accompagner-emploi", "conseil-75", "Préparer des entretiens d'embauche, trois mois durant", 24, ("split",),
         ("accompagnement-emploi", "ressources-humaines"), "Un groupe par semaine, avec une recruteuse.",
         ("75", "93", "13"), since=50),
    Spec("conseil-suspendue", "conseil-75", "Recruter votre directeur", 5, ("split",), ("ressources-humaines",), "",
         ("75",), state=State.SUSPENDED, since=70, reason="Des associations disent que l'aide devient payante."),
    Spec("banque-budget", "banque-69", "Apprendre à tenir un budget, en atelier", 30, ("split",),
         ("tresorerie", "formation-adultes"), "Un conseiller anime, vous invitez.", ("69", "01", "42", "13"),
         since=100),
    Spec("banque-passee", "banque-69", "Préparer une demande de financement", 10, ("split",),
         ("recherche-financements",), "", ("69",), state=State.EXPIRED, since=300),
    Spec("menuiserie", "menuiserie-saone", "Construire des étagères avec vos habitants", 4, ("split",), ("menuiserie",),
         "", ("69123",), "on_site", since=25),
    Spec("couture-59", "tissage-59", "Couture et patronage pour un atelier d'insertion", 12, ("split",), ("couture",),
         "", ("59",), "on_site", since=50),
    Spec("laiterie", "agro-23", "Hygiène et froid pour une distribution", 5, ("split", "flash"),
         ("hygiene-alimentaire",), "", ("23",), "on_site", since=40),
    Spec("distillerie", "rhum-972", "Entretenir un moteur, une pompe, un groupe", 6, ("split",),
         ("reparation-appareils",), "", ("972",), "on_site", since=55),
    Spec("donnees-974", "donnees-reunion", "Cartes et tableaux pour montrer votre action", 10, ("split", "full_time"),
         ("cartographie", "donnees"), "", ("974",), since=65),
    Spec("mairie-agents", "deux-collines", "Un agent des espaces verts pour un jardin partagé", 30, ("secondment",),
         ("jardinage",), "Mise à disposition d'un agent volontaire.", ("26",), "on_site", since=44, until=330),
    Spec("mission-conseil", "mission-drome", "Une juriste de l'État pour relire vos statuts", 6, ("split", "flash"),
         ("droit", "gouvernance"), "Un agent volontaire, sur des journées convenues.", ("26",), since=140),
)  # fmt: skip

#: where an employer has more than its seat
SITES = {
    "isere-cuir": (("Atelier des sacs", "26281"), ("Atelier des chaussures", "26057")),
    "transvallee": (("Quai de Bourg-de-Péage", "26057"), ("Entrepôt de Valence", "26362")),
    "assurances-loire": (("Siège", "45234"),),
    "banque-69": (("Agence de la Presqu'île", "69123"),),
    "deux-collines": (("Centre technique", "26281"),),
    "conseil-75": (("Bureaux", "75056"), ("Antenne de Lyon", "69123")),
}
#: whose domain of mail is confirmed
CONFIRMED = ("isere-cuir", "assurances-loire", "banque-69", "conseil-75", "deux-collines")


class Employers:
    """Builds what the « Mécénat » part of employers' spaces shows."""

    def __init__(
        self,
        ground: Ground,
        people: People,
        organisations: Organisations,
        persons: dict[str, Person],
        staff: dict[str, User],
    ) -> None:
        self.ground, self.people, self.organisations = ground, people, organisations
        self.persons, self.staff = persons, staff
        self.offers: dict[str, Offer] = {}
        self._skills = {skill.pk: skill for skill in Skill.objects.all()}
        self._departments = set(Department.objects.values_list("pk", flat=True))

    def build(self) -> None:
        shared, self.ground.dice = self.ground.dice, random.Random(SEED + 7)
        try:
            for firm in FIRMS:
                self._firm(firm)
            for key in dict.fromkeys([*(spec.who for spec in OFFERS), *SITES]):
                self._sites(key)
            for spec in OFFERS:
                self._offer(spec)
            self._people()
            self._keys()
        finally:
            self.ground.dice = shared

    def write(self) -> None:
        ground = self.ground
        ground.write(Person, User, EmailAddress, TermsAcceptance, Organisation, Membership)
        ground.write(*TABLES)

    # --- companies ----------------------------------------------------------------------------------------------

    def _firm(self, firm: Firm) -> None:
        ground, organisations = self.ground, self.organisations
        commune = ground.commune(firm.town)
        created = ground.days_ago(ground.dice.randrange(240, 700))
        siren = organisations.siren()
        slug = slugify(firm.name)
        organisation = ground.new(
            Organisation,
            kind="company",
            name=firm.name,
            slug=slug,
            siren=siren,
            siret=organisations.siret(siren),
            description=texts.typeset(firm.about),
            website="",
            email=f"contact@{slug[:40].strip('-')}.example",
            street=f"{ground.dice.randrange(1, 90)} {ground.pick(texts.lines('streets'))}",
            commune=commune,
            state="validated",
            state_changed_at=created,
            proof_level=firm.proof,
            may_host=False,
            created_at=created,
            version=2,
        )
        owner = self.people.make(commune, created_at=created)
        membership = ground.new(
            Membership,
            organisation=organisation,
            person=owner,
            role="owner",
            may_sign=True,
            created_at=created,
        )
        organisation.created_by = self.people.user(owner)
        decided = ground.later(created, 0.5, 4)
        organisation.state_changed_at = decided
        ground.event(
            "organisation.created", organisation, created, actor=organisation.created_by, kind="company"
        )
        ground.event("organisation.submitted", organisation, created, actor=organisation.created_by)
        ground.event("organisation.validated", organisation, decided, actor=self._staff_of(organisation))
        spec = {"key": firm.key, "people": firm.people}
        assert firm.key not in organisations.all, f"{firm.key} is taken"
        organisations.all[firm.key] = Hosted(organisation, spec, decided, [membership])

    def _staff_of(self, organisation: Organisation) -> User:
        return self.staff.get(organisation.department_id or "") or self.staff["nation"]

    def _sites(self, key: str) -> None:
        organisation = self.organisations.all[key].organisation
        assert organisation.commune is not None
        for name, town in SITES.get(key, (("Siège", organisation.commune.pk),)):
            self.ground.new(
                Site,
                organisation=organisation,
                name=texts.typeset(name),
                commune=self.ground.commune(town),
                street=f"{self.ground.dice.randrange(1, 90)} {self.ground.pick(texts.lines('streets'))}",
                created_at=organisation.created_at,
            )

    # --- people -------------------------------------------------------------------------------------------------

    def _people(self) -> None:
        ground = self.ground
        for key in CONFIRMED:
            self._domain(key, confirmed=True)
        self._domain("drome-web", confirmed=False)
        for firm in FIRMS:
            self._employees(firm.key, firm.people)
        self._employees("isere-cuir", 8, ended=2)
        self._employees("deux-collines", 4)
        self._employees("valcompta", 2)
        cuir = self.organisations.all["isere-cuir"].organisation
        at = ground.days_ago(30)
        self._employee(cuir, self.persons["nadia"], at, JoinedBy.CODE, Shown.NAME)
        for code, most, uses, days, left, invitation in (
            ("HFRT7K2M9P", 20, 5, 80, 40, False),
            ("QW8ERT6YUX", 10, 10, 200, 20, False),
            ("ZX4CVBNM3A", 1, 0, 4, 26, True),
            ("LK7JHGFD2S", 1, 1, 60, -30, True),
        ):
            ground.new(
                JoinCode,
                organisation=cuir,
                code=code,
                is_invitation=invitation,
                most_uses=most,
                uses=uses,
                created_at=ground.days_ago(days),
                expires_at=ground.now + datetime.timedelta(days=left),
                created_by=cuir.created_by,
            )

    def _keys(self) -> None:
        """A program that reads, and one that no longer does. Their hashes are dice: no secret has them."""
        cuir = self.organisations.all["isere-cuir"].organisation
        for name, made, used, revoked in (
            ("Tableau de bord RSE", 90, 1, 0),
            ("Essai du stagiaire", 140, 130, 120),
        ):
            at = self.ground.days_ago(made)
            ended = self.ground.days_ago(revoked) if revoked else None
            row = self.ground.new(
                ApiKey,
                organisation=cuir,
                name=name,
                prefix="".join(self.ground.dice.choice(ALPHABET) for _ in range(PREFIX_LENGTH)),
                secret_hash=self.people.token_hash(),
                created_by=cuir.created_by,
                created_at=at,
                revoked_at=ended,
                revoked_by=cuir.created_by if ended else None,
            )
            self.ground.new(LastUse, key=row, on=self.ground.day(-used))
            self.ground.event("api_key.made", cuir, at, actor=cuir.created_by, api_key=row.pk)
            if ended:
                self.ground.event("api_key.revoked", cuir, ended, actor=cuir.created_by, api_key=row.pk)

    def _domain(self, key: str, *, confirmed: bool) -> None:
        organisation = self.organisations.all[key].organisation
        at = self.ground.days_ago(100 if confirmed else 3)
        self.ground.new(
            MailDomain,
            organisation=organisation,
            domain=f"{organisation.slug[:40].strip('-')}.example",
            token_hash=self.people.token_hash(),
            sent_at=at,
            created_at=at,
            created_by=organisation.created_by,
            confirmed_at=self.ground.later(at, 0.01, 0.5) if confirmed else None,
        )

    def _employees(self, key: str, number: int, ended: int = 0) -> None:
        ground = self.ground
        organisation = self.organisations.all[key].organisation
        assert organisation.commune is not None
        sites = [site for site in ground.rows(Site) if site.organisation_id == organisation.pk]
        for index in range(number):
            at = ground.days_ago(ground.dice.randrange(20, 180))
            person = self.people.make(organisation.commune, created_at=at)
            how = JoinedBy.DOMAIN if key in CONFIRMED and index % 2 else JoinedBy.CODE
            shown = (Shown.NOTHING, Shown.NAME, Shown.NOTHING, Shown.MISSIONS)[index % 4]
            site = sites[index % len(sites)] if sites and index % 3 else None
            end = ground.later(at, 5, 15) if index < ended else None
            self._employee(organisation, person, at, how, shown, site=site, until=end)

    def _employee(
        self,
        organisation: Organisation,
        person: Person,
        at: datetime.datetime,
        how: JoinedBy,
        shown: Shown,
        *,
        site: Site | None = None,
        until: datetime.datetime | None = None,
    ) -> None:
        row = self.ground.new(
            Employee,
            organisation=organisation,
            person=person,
            site=site,
            joined_by=how,
            shown=shown,
            since=at,
            until=until,
            ended_by=EndedBy.SELF if until else "",
        )
        who = self.people.user(person)
        self.ground.event(
            "company.employee_joined", organisation, at, actor=who, employee=row.pk, how=str(how)
        )
        if until:
            self.ground.event(
                "company.employee_left", organisation, until, actor=who, employee=row.pk, by=str(EndedBy.SELF)
            )

    # --- offers -------------------------------------------------------------------------------------------------

    def _offer(self, spec: Spec) -> None:
        ground = self.ground
        organisation = self.organisations.all[spec.who].organisation
        author = organisation.created_by
        written = ground.days_ago(spec.since)
        opened = ground.later(written, 0.2, 0.8) if spec.state not in _NEVER_OPENED else None
        title = texts.typeset(spec.title)
        offer = ground.new(
            Offer,
            organisation=organisation,
            title=title,
            slug=slugify(title),
            description=texts.typeset(spec.about),
            formats=list(spec.formats),
            mode=spec.mode,
            everywhere="partout" in spec.where,
            shows_name=spec.who not in _UNNAMED,
            total_minutes=round(spec.days * DAY_MINUTES),
            starts_on=None,
            ends_on=ground.day(spec.until) if spec.until else None,
            state=spec.state,
            state_changed_at=opened or written,
            state_reason=texts.typeset(spec.reason),
            draft_step=spec.step,
            opened_at=opened,
            created_by=author,
            created_at=written,
            updated_at=written,
            version=1,
        )
        if spec.state == State.EXPIRED:
            offer.ends_on = ground.day(-40)
            offer.state_changed_at = ground.days_ago(39)
        self.offers[spec.key] = offer
        for code in spec.skills:
            ground.add(Offer.skills.through(offer_id=offer.pk, skill_id=self._skills[code].pk))
        for code in spec.where:
            if code in self._departments:
                ground.add(Offer.departments.through(offer_id=offer.pk, department_id=code))
            elif len(code) == 5 and code.isdigit():
                ground.add(Offer.communes.through(offer_id=offer.pk, commune_id=code))
        ground.event("offer.created", offer, written, actor=author, organisation=organisation.pk)
        if spec.state == State.DRAFT:
            return
        ground.event("offer.submitted", offer, written, actor=author, organisation=organisation.pk)
        self._case(spec, offer, written)

    def _case(self, spec: Spec, offer: Offer, sent: datetime.datetime) -> None:
        """The brigade's case, decided unless the offer waits."""
        ground = self.ground
        organisation = offer.organisation
        item = ground.new(
            ModerationItem,
            kind=ModerationItem.Kind.OFFER,
            cause=ModerationItem.Cause.CREATION,
            subject_type=Offer._meta.label,
            subject_id=offer.pk,
            title=offer.title,
            department_id=organisation.department_id,
            created_at=sent,
        )
        ground.event("moderation.opened", item, sent, cause=str(item.cause), fields=[])
        if spec.state == State.PENDING:
            return
        staff = self._staff_of(organisation)
        decided = offer.opened_at or ground.later(sent, 0.5, 2)
        refused = spec.state == State.REFUSED
        decision = ModerationItem.Decision.REFUSE if refused else ModerationItem.Decision.ACCEPT
        item.state, item.decision = ModerationItem.State.DECIDED, decision
        item.reason = offer.state_reason if refused else ""
        item.owner, item.decided_by, item.version = staff, staff, 2
        item.owned_at = item.decided_at = decided
        verb = "refused" if refused else "opened"
        ground.event(f"offer.{verb}", offer, decided, actor=staff, organisation=organisation.pk)
        ground.event(
            "moderation.decided",
            item,
            decided,
            actor=staff,
            decision=str(decision),
            cause="creation",
            kind="offer",
        )
        if spec.state == State.PAUSED:
            offer.state_changed_at = ground.later(decided, 5, 9)
            ground.event(
                "offer.paused",
                offer,
                offer.state_changed_at,
                actor=offer.created_by,
                organisation=organisation.pk,
            )
        if spec.state == State.EXHAUSTED:
            # what its sponsorship holds is in sponsorships.py: agreed some weeks ago
            offer.state_changed_at = ground.days_ago(27)
            ground.event("offer.exhausted", offer, offer.state_changed_at, organisation=organisation.pk)
        if spec.state == State.SUSPENDED:
            offer.state_changed_at = ground.later(decided, 20, 30)
            ground.event(
                "offer.suspended", offer, offer.state_changed_at, actor=staff, organisation=organisation.pk
            )
        if spec.state == State.EXPIRED:
            ground.event("offer.expired", offer, offer.state_changed_at, organisation=organisation.pk)


_NEVER_OPENED = (State.DRAFT, State.PENDING, State.REFUSED)
