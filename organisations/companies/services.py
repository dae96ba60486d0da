"""Every write on an employer's sites, domains, codes and people: lock → policy → guard → write → audit → mail."""

import datetime
import secrets

from allauth.account.models import EmailAddress
from django.db import transaction

from jeveuxagir.accounts import limits, tokens
from jeveuxagir.accounts.models import Person, User
from jeveuxagir.accounts.services import require_mail_allowed, touch
from jeveuxagir.audit.services import record
from jeveuxagir.common.clock import now
from jeveuxagir.common.constraints import refusals
from jeveuxagir.common.errors import NotAllowed, RuleBroken, allow
from jeveuxagir.common.locks import lock
from jeveuxagir.common.text import NBSP, clean
from jeveuxagir.territories.models import Commune
from organisations import free_mail, numbers
from organisations.enums import EMPLOYERS
from organisations.models import Organisation

from . import notifications as mails
from . import policies
from .enums import EndedBy, JoinedBy, Shown
from .models import SITE_OF_ANOTHER, Employee, JoinCode, MailDomain, Site

#: the signs of a code: none that looks like another
ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
CODE_LENGTH = 10
INVITATION_DAYS = 30
DOMAIN_LINK_DAYS = 7
MOST_CODE_DAYS = 366
MOST_SITES, MOST_DOMAINS, MOST_CODES = 200, 20, 100
#: how long the end of a link is remembered
FORGET_DAYS = 365

_UNKNOWN_CODE = (
    "Ce code n’existe pas, ou ne sert plus. Vérifiez-le, ou demandez-en un autre à votre employeur."
)
_TRIGGERS = {
    SITE_OF_ANOTHER: "Ce site n’est pas de cet employeur.",
    "employee_of_employer": "Seule une entreprise ou un employeur public a des salariés ici.",
}


# --- sites ----------------------------------------------------------------------------------------------------


@transaction.atomic
def add_site(
    organisation: Organisation, *, actor: User, name: str, commune: Commune, street: str = "", siret: str = ""
) -> Site:
    organisation = _coordinated(organisation, actor)
    if Site.objects.open().of_organisation(organisation).count() >= MOST_SITES:
        raise RuleBroken(f"Un employeur a {MOST_SITES} sites au plus.", code="too_many")
    with refusals():
        site = Site.objects.create(
            organisation=organisation,
            name=clean(name),
            commune=commune,
            street=clean(street),
            siret=_siret(organisation, siret),
        )
    record("company.site_added", organisation, actor=actor, site=site.pk)
    return site


@transaction.atomic
def change_site(
    site: Site, *, actor: User, name: str, commune: Commune, street: str = "", siret: str = ""
) -> Site:
    organisation = _coordinated(site.organisation, actor)
    site = lock(Site.objects.of_organisation(organisation), pk=site.pk)
    if site.closed_at:
        raise RuleBroken("Ce site est fermé.", code="closed")
    site.name, site.commune, site.street = clean(name), commune, clean(street)
    site.siret = _siret(organisation, siret)
    with refusals():
        site.save()
    record("company.site_changed", organisation, actor=actor, site=site.pk)
    return site


@transaction.atomic
def close_site(site: Site, *, actor: User) -> Site:
    """No longer proposed; who was there stays with the employer, and the history keeps its name."""
    organisation = _coordinated(site.organisation, actor)
    site = lock(Site.objects.of_organisation(organisation), pk=site.pk)
    if site.closed_at is None:
        site.closed_at = now()
        site.save(update_fields=["closed_at"])
        record("company.site_closed", organisation, actor=actor, site=site.pk)
    return site


def _siret(organisation: Organisation, typed: str) -> str:
    """Of this employer's own SIREN, when that is known."""
    number = numbers.siret(typed)
    if number and organisation.siren and not number.startswith(organisation.siren):
        raise RuleBroken(
            f"Ce SIRET n’est pas le vôtre{NBSP}: ses 9 premiers chiffres sont votre SIREN, {organisation.siren}.",
            code="siret",
        )
    return number


# --- e-mail domains -------------------------------------------------------------------------------------------


@transaction.atomic
def declare_domain(organisation: Organisation, *, actor: User, email: str) -> MailDomain:
    """A mail goes to an address of that domain: its link, opened by a coordinator, confirms. The address goes."""
    organisation = _coordinated(organisation, actor)
    domain = domain_of(email)
    if free_mail.is_free(domain):
        raise RuleBroken(
            f"« {domain} » donne des adresses à tout le monde{NBSP}: n’importe qui pourrait se dire salarié chez vous. "
            "Donnez une adresse de votre propre domaine, ou utilisez un code.",
            code="free_mail",
        )
    if MailDomain.objects.confirmed().filter(domain=domain).exclude(organisation=organisation).exists():
        raise RuleBroken(
            f"« {domain} » est déjà le domaine d’un autre employeur. S’il est le vôtre, écrivez-nous depuis la page "
            f"« Contact »{NBSP}: la brigade vérifie avec vous.",
            code="mail_domain_of_one_employer",
        )
    mine = MailDomain.objects.live().of_organisation(organisation)
    found = mine.filter(domain=domain).first()
    if found is not None and found.confirmed_at:
        raise RuleBroken(f"« {domain} » est déjà confirmé.", code="mail_domain_once")
    if found is None and mine.count() >= MOST_DOMAINS:
        raise RuleBroken(f"Un employeur a {MOST_DOMAINS} domaines au plus.", code="too_many")
    limits.require("mail_domain_account", actor.pk)
    require_mail_allowed(email)
    token, token_hash = tokens.new_token()
    if found is None:
        with refusals():
            found = MailDomain.objects.create(
                organisation=organisation, domain=domain, token_hash=token_hash, created_by=actor
            )
    else:  # sent again: the former link stops working
        found.token_hash, found.sent_at = token_hash, now()
        found.save(update_fields=["token_hash", "sent_at"])
    record("company.domain_declared", organisation, actor=actor, mail_domain=found.pk)
    mails.confirm_domain(found, email.strip(), token)
    return found


def domain_of(email: str) -> str:
    """The domain of an address, as mail servers write it."""
    typed = clean(email).strip().rpartition("@")[2].rstrip(".").lower()
    try:
        domain = typed.encode("idna").decode()
    except UnicodeError:
        domain = ""
    if "." not in domain or len(domain) > 120:
        raise RuleBroken("Donnez une adresse entière, par exemple prenom@entreprise.fr.", code="email")
    return domain


def mail_domain_of(token: str) -> MailDomain | None:
    found = MailDomain.objects.live().filter(token_hash=tokens.hash_token(token[:200]))
    return found.select_related("organisation").first()


@transaction.atomic
def confirm_domain(mail_domain: MailDomain, *, actor: User) -> MailDomain:
    """Whoever reads the mail of that domain and coordinates the employer is the same: it is the employer's."""
    organisation = _coordinated(mail_domain.organisation, actor)
    mail_domain = lock(MailDomain.objects.of_organisation(organisation), pk=mail_domain.pk)
    if mail_domain.released_at:
        raise RuleBroken("Ce domaine a été retiré depuis.", code="released")
    if mail_domain.confirmed_at:
        return mail_domain
    if mail_domain.sent_at < now() - datetime.timedelta(days=DOMAIN_LINK_DAYS):
        raise RuleBroken("Ce lien a expiré. Demandez un nouveau message.", code="expired")
    mail_domain.confirmed_at = now()
    with refusals():
        mail_domain.save(update_fields=["confirmed_at"])
    record("company.domain_confirmed", organisation, actor=actor, mail_domain=mail_domain.pk)
    return mail_domain


@transaction.atomic
def release_domain(mail_domain: MailDomain, *, actor: User) -> MailDomain:
    """Nobody joins by it any more, and another employer may have it; who joined stays."""
    organisation = _coordinated(mail_domain.organisation, actor, even_closed=True)
    mail_domain = lock(MailDomain.objects.of_organisation(organisation), pk=mail_domain.pk)
    if mail_domain.released_at is None:
        mail_domain.released_at = now()
        mail_domain.save(update_fields=["released_at"])
        record("company.domain_released", organisation, actor=actor, mail_domain=mail_domain.pk)
    return mail_domain


# --- codes and invitations ------------------------------------------------------------------------------------


@transaction.atomic
def make_code(
    organisation: Organisation, *, actor: User, most_uses: int, days: int, site: Site | None = None
) -> JoinCode:
    """A code that `most_uses` people may use for `days` days."""
    organisation = _coordinated(organisation, actor)
    if not 1 <= days <= MOST_CODE_DAYS:
        raise RuleBroken(f"Un code est valable de 1 à {MOST_CODE_DAYS} jours.", code="days")
    limits.require("join_code_account", actor.pk)
    return _make_code(organisation, actor, most_uses=most_uses, days=days, site=site)


@transaction.atomic
def invite(organisation: Organisation, *, actor: User, email: str, site: Site | None = None) -> JoinCode:
    """A code of one use, mailed to one person. The address is not kept: whoever holds the link may use it, once."""
    organisation = _coordinated(organisation, actor)
    limits.require("invitation_account", actor.pk)
    require_mail_allowed(email)
    code = _make_code(organisation, actor, most_uses=1, days=INVITATION_DAYS, site=site, is_invitation=True)
    mails.invite(code, email.strip())
    return code


def _make_code(
    organisation: Organisation,
    actor: User,
    *,
    most_uses: int,
    days: int,
    site: Site | None,
    is_invitation: bool = False,
) -> JoinCode:
    if JoinCode.objects.usable().of_organisation(organisation).count() >= MOST_CODES:
        raise RuleBroken(
            f"{MOST_CODES} codes et invitations sont déjà valables. Retirez-en avant d’en faire d’autres.",
            code="too_many",
        )
    if site is not None and (site.organisation_id != organisation.pk or site.closed_at):
        raise RuleBroken(_TRIGGERS[SITE_OF_ANOTHER], code=SITE_OF_ANOTHER)
    with refusals():
        code = JoinCode.objects.create(
            organisation=organisation,
            site=site,
            code="".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH)),
            is_invitation=is_invitation,
            most_uses=most_uses,
            expires_at=now() + datetime.timedelta(days=days),
            created_by=actor,
        )
    record("company.code_made", organisation, actor=actor, join_code=code.pk, invitation=is_invitation)
    return code


@transaction.atomic
def revoke_code(code: JoinCode, *, actor: User) -> JoinCode:
    organisation = _coordinated(code.organisation, actor, even_closed=True)
    code = lock(JoinCode.objects.of_organisation(organisation), pk=code.pk)
    if code.revoked_at is None:
        code.revoked_at = now()
        code.save(update_fields=["revoked_at"])
        record("company.code_revoked", organisation, actor=actor, join_code=code.pk)
    return code


def find_code(typed: str, *, actor: User) -> JoinCode:
    """The code somebody types, in any case, with any hyphen; each try counts. All that fail have one answer."""
    limits.require("employee_code_account", actor.pk)
    compact = numbers.compact(typed)[:40]
    found = JoinCode.objects.usable().filter(code=compact, organisation__state="validated")
    code = found.select_related("organisation", "site").first()
    if code is None:
        raise RuleBroken(_UNKNOWN_CODE, code="code")
    return code


# --- people ---------------------------------------------------------------------------------------------------


def domains_of(user: User) -> set[str]:
    """The domains of the addresses this account has confirmed."""
    confirmed = EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True)
    domains = set()
    for email in confirmed:
        try:
            domains.add(domain_of(email))
        except RuleBroken:
            continue
    return domains


def employers_of_domains(user: User) -> "list[Organisation]":
    """The employers whose confirmed domain is that of one of this account's confirmed addresses, and not yet theirs."""
    mine = Employee.objects.live().of_person(user.person).values("organisation")
    domains = MailDomain.objects.confirmed().filter(domain__in=domains_of(user))
    found = Organisation.objects.validated().filter(kind__in=EMPLOYERS, pk__in=domains.values("organisation"))
    return list(found.exclude(pk__in=mine).order_by("name", "pk"))


@transaction.atomic
def join_by_domain(
    organisation: Organisation, *, actor: User, shown: str = Shown.NOTHING, site: Site | None = None
) -> Employee:
    """One's own confirmed address says it."""
    organisation = _welcoming(organisation)
    domains = domains_of(actor)
    held = MailDomain.objects.confirmed().of_organisation(organisation).filter(domain__in=domains)
    if not held.exists():
        raise NotAllowed(
            "Aucune adresse confirmée de votre compte n’est à cet employeur. Demandez-lui un code, ou ajoutez votre "
            "adresse de travail à votre compte."
        )
    return _join(organisation, actor, JoinedBy.DOMAIN, shown, site)


@transaction.atomic
def join_by_code(code: JoinCode, *, actor: User, shown: str = Shown.NOTHING) -> Employee:
    """Somebody there gave a code. The last use goes to one person, however many come at once."""
    organisation = _welcoming(code.organisation)
    code = lock(JoinCode.objects.select_related("site"), pk=code.pk)
    already = Employee.objects.live().filter(organisation=organisation, person=actor.person).first()
    if already is not None:
        return already
    if not JoinCode.objects.usable().filter(pk=code.pk).exists():
        raise RuleBroken(_UNKNOWN_CODE, code="code")
    site = code.site if code.site and code.site.closed_at is None else None
    how = JoinedBy.INVITATION if code.is_invitation else JoinedBy.CODE
    employee = _join(organisation, actor, how, shown, site)
    code.uses += 1
    with refusals():
        code.save(update_fields=["uses"])
    return employee


def _join(organisation: Organisation, actor: User, how: JoinedBy, shown: str, site: Site | None) -> Employee:
    people = Employee.objects.filter(organisation=organisation, person=actor.person)
    already = people.live().first()
    if already is not None:
        return already
    last = people.order_by("-until").first()
    if last is not None and last.ended_by == EndedBy.EMPLOYER and how != JoinedBy.INVITATION:
        raise RuleBroken(
            "Cet employeur a mis fin à ce lien. Pour revenir, demandez-lui une invitation à votre nom.",
            code="ended",
        )
    with refusals(_TRIGGERS):
        employee = Employee.objects.create(
            organisation=organisation, person=actor.person, site=site, joined_by=how, shown=_shown(shown)
        )
    record("company.employee_joined", organisation, actor=actor, employee=employee.pk, how=str(how))
    touch(actor.person)
    return employee


@transaction.atomic
def choose(employee: Employee, *, actor: User, shown: str, site: Site | None = None) -> Employee:
    """What one's employer reads of oneself, and where one works: nobody else decides."""
    employee = _own(employee, actor)
    employee.shown = _shown(shown)
    employee.site = site
    with refusals(_TRIGGERS):
        employee.save(update_fields=["shown", "site"])
    record("company.employee_chose", employee.organisation, actor=actor, employee=employee.pk)
    return employee


@transaction.atomic
def leave(employee: Employee, *, actor: User) -> Employee:
    """One goes alone, without a reason. What was done stays done."""
    employee = _own(employee, actor)
    return _end(employee, EndedBy.SELF, actor)


@transaction.atomic
def end(employee: Employee, *, actor: User) -> Employee:
    """A coordinator ends it: the history is kept, the person is told."""
    organisation = _coordinated(employee.organisation, actor, even_closed=True)
    employee = lock(
        Employee.objects.of_organisation(organisation).select_related("organisation", "person"),
        pk=employee.pk,
    )
    if employee.until:
        return employee
    _end(employee, EndedBy.EMPLOYER, actor)
    mails.ended(employee)
    return employee


@transaction.atomic
def end_all_of(organisation: Organisation, *, actor: User | None) -> int:
    """The employer has closed: its people's links end, its codes and domains serve nobody. Safe to run twice."""
    organisation = lock(Organisation.objects.all(), pk=organisation.pk)
    JoinCode.objects.of_organisation(organisation).filter(revoked_at__isnull=True).update(revoked_at=now())
    MailDomain.objects.live().of_organisation(organisation).update(released_at=now())
    people = Employee.objects.live().of_organisation(organisation).select_related("organisation")
    return len([_end(employee, EndedBy.CLOSING, actor) for employee in people])


def forget_person(person: Person) -> None:
    """Erasure: the links go with the person."""
    Employee.objects.filter(person=person).delete()


# --- inside ---------------------------------------------------------------------------------------------------


def _coordinated(organisation: Organisation, actor: User, *, even_closed: bool = False) -> Organisation:
    """The employer, locked, its coordinator asking. Writing needs a validated one: its name goes into mails."""
    organisation = lock(Organisation.objects.all(), pk=organisation.pk)
    allow(policies.can_coordinate(actor, organisation))
    if not even_closed and not organisation.is_verified:
        raise RuleBroken(
            f"Votre organisation est {organisation.get_state_display()}{NBSP}: attendez qu’elle soit validée.",
            code="state",
        )
    return organisation


def _welcoming(organisation: Organisation) -> Organisation:
    organisation = lock(Organisation.objects.all(), pk=organisation.pk)
    if not organisation.is_verified or not policies.is_employer(organisation):
        raise RuleBroken("Cet employeur ne peut pas être rejoint.", code="state")
    return organisation


def _own(employee: Employee, actor: User) -> Employee:
    employee = lock(Employee.objects.select_related("organisation"), pk=employee.pk)
    allow(employee.person_id == actor.person_id)
    if employee.until:
        raise RuleBroken("Vous ne faites plus partie des personnes de cet employeur.", code="ended")
    return employee


def _end(employee: Employee, by: EndedBy, actor: User | None) -> Employee:
    employee.until, employee.ended_by = now(), by
    employee.save(update_fields=["until", "ended_by"])
    record("company.employee_left", employee.organisation, actor=actor, employee=employee.pk, by=str(by))
    return employee


def _shown(shown: str) -> str:
    if shown not in Shown.values:
        raise RuleBroken("Choisissez ce que votre employeur voit de vous.", code="shown")
    return shown
