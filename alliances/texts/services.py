"""Every write on charters and agreements. The alliance's row is locked first: adopting, amending, leaving take turns.

What makes a version enter into force is counted under that lock, so that the last adoption does it exactly once.
"""

import datetime
from collections.abc import Mapping, Sequence

from django.db import transaction
from django.db.models import Q

from alliances import policies, services
from alliances.enums import Activity
from alliances.models import Alliance, Party
from jeveuxagir.accounts.models import Person, User
from jeveuxagir.audit.services import record
from jeveuxagir.common.clock import now, today
from jeveuxagir.common.constraints import refusals
from jeveuxagir.common.errors import NotAllowed, RuleBroken, Stale, allow
from jeveuxagir.common.locks import lock
from jeveuxagir.common.text import NBSP, clean, of

from . import documents, templates
from . import notifications as mails
from .canonical import canonical, hash_of
from .enums import TRANSITIONS, Kind, ObligationState, State
from .models import Adoption, Comment, Obligation, Text, Version

COMMENT_DAYS = 14
RENEW_DAYS = 365
MOST_ARTICLES = 40
MOST_LETTERS = 20_000
MOST_OBLIGATIONS = 300
MOST_AGREEMENTS = 10
#: below this, adopting would say nothing
ADOPTERS_AT_LEAST = 2

_TRIGGERS = {
    "version_words_are_fixed": "Cette version est ouverte à l’adoption : ses mots ne changent plus.",
    "adoption_of_words_read": "Le texte a changé entre-temps : relisez-le avant de l’adopter.",
}
_CHANGED = "Le texte a changé entre-temps : relisez-le avant de l’adopter."


# --- writing --------------------------------------------------------------------------------------------------


@transaction.atomic
def begin(
    alliance: Alliance, *, actor: User, kind: str, title: str = "", like: Version | None = None
) -> Version:
    """A text and its first version, from the national template; the charter of an alliance is begun once.

    `like`: another alliance's version whose words it starts from.
    """
    alliance = services.locked(alliance)
    allow(policies.can_animate(actor, alliance))
    if kind == Kind.AGREEMENT and alliance.texts.filter(kind=kind).count() >= MOST_AGREEMENTS:
        raise RuleBroken(f"{MOST_AGREEMENTS} conventions au plus par alliance.", code="too_many")
    template = templates.latest(kind)
    default = "Charte de l’alliance" if kind == Kind.CHARTER else "Convention"
    with refusals():
        text = Text.objects.create(alliance=alliance, kind=kind, title=title or default)
    version = Version.objects.create(
        text=text,
        number=1,
        articles=like.articles if like else template.blank(),
        template=like.template if like else template.code,
        created_by=actor,
    )
    services.acted(alliance, actor=actor)
    record("text.begun", alliance, actor=actor, text=text.pk, kind=str(kind))
    return version


@transaction.atomic
def new_version(text: Text, *, actor: User, summary: str = "") -> Version:
    """A new version from the latest words. What was adopted stays adopted; one is prepared at a time."""
    alliance, text = _locked(text)
    allow(policies.can_animate(actor, alliance))
    latest = text.versions.order_by("-number").first()
    assert latest is not None, "a text is begun with a version"
    if latest.is_under_way:
        raise RuleBroken("Une nouvelle version est déjà en préparation.", code="under_way")
    version = Version.objects.create(
        text=text,
        number=latest.number + 1,
        articles=latest.articles,
        template=latest.template,
        summary=summary,
        created_by=actor,
    )
    owed = Obligation.objects.filter(version=latest).exclude(state=ObligationState.DROPPED)
    Obligation.objects.bulk_create(
        Obligation(version=version, party=one.party, clause=one.clause, what=one.what, due_on=one.due_on)
        for one in owed.filter(party__left_at=None)
    )
    services.acted(alliance, actor=actor)
    record("text.new_version", alliance, actor=actor, text=text.pk, number=version.number)
    return version


@transaction.atomic
def write(
    version: Version, *, actor: User, revision: int, articles: Sequence[Mapping[str, str]], summary: str = ""
) -> Version:
    """Save the words. Refused once they are fixed, or when somebody saved meanwhile (Stale)."""
    alliance, version = _locked_version(version)
    allow(policies.can_animate(actor, alliance))
    if version.is_fixed:
        raise RuleBroken(_TRIGGERS["version_words_are_fixed"], code="fixed")
    if revision != version.revision:
        raise Stale(
            "Quelqu’un a enregistré ce texte entre-temps. Vos mots sont gardés : comparez, puis recommencez."
        )
    version.articles = _checked(version, articles)
    version.summary = summary
    version.revision += 1
    version.save(update_fields=["articles", "summary", "revision"])
    services.acted(alliance, actor=actor)
    record("text.written", alliance, actor=actor, text=version.text_id, number=version.number)
    return version


def move_article(version: Version, *, actor: User, revision: int, key: str, up: bool) -> Version:
    """One article changes places with its neighbour. What the template locks keeps its place, as its words."""
    articles = list(version.articles)
    place = next((rank for rank, article in enumerate(articles) if article["key"] == key), None)
    if place is None:
        raise RuleBroken("Cet article n’existe plus.", code="article")
    other = place + (-1 if up else 1)
    if not 0 <= other < len(articles):
        raise RuleBroken("Cet article est déjà au bout du texte.", code="place")
    if is_locked(version, key) or is_locked(version, articles[other]["key"]):
        raise RuleBroken("L’article sur l’effet du texte garde sa place.", code="locked")
    articles[place], articles[other] = articles[other], articles[place]
    return write(version, actor=actor, revision=revision, articles=articles, summary=version.summary)


def is_locked(version: Version, key: str) -> bool:
    """Whether the template of this version keeps this article as it is."""
    template = templates.by_code(version.template)
    model = template.article(key) if template else None
    return bool(model and model.locked)


@transaction.atomic
def abandon(version: Version, *, actor: User) -> Version:
    """Give this version up before it enters into force. Its adoptions stay with it."""
    alliance, version = _locked_version(version)
    allow(policies.can_animate(actor, alliance))
    _move(version, "abandon")
    version.save()
    services.acted(alliance, actor=actor)
    record("text.abandoned", alliance, actor=actor, text=version.text_id, number=version.number)
    return version


@transaction.atomic
def amend(version: Version, *, actor: User) -> Version:
    """Change what is being adopted: this version is abandoned with its adoptions, the next starts from its words."""
    alliance, version = _locked_version(version)
    allow(policies.can_animate(actor, alliance))
    if version.state != State.ADOPTING:
        raise RuleBroken("Seule une version en cours d’adoption s’amende.", code="wrong_state")
    abandon(version, actor=actor)
    return new_version(version.text, actor=actor)


# --- comments -------------------------------------------------------------------------------------------------


@transaction.atomic
def open_to_comment(version: Version, *, actor: User, days: int = COMMENT_DAYS) -> Version:
    """The parties are told once, and comment until that day."""
    alliance, version = _locked_version(version)
    allow(policies.can_animate(actor, alliance))
    if not 1 <= days <= 90:
        raise RuleBroken("La période de commentaires dure de 1 à 90 jours.", code="days")
    _move(version, "open_to_comment")
    version.comment_until = today() + datetime.timedelta(days=days)
    version.save()
    services.acted(alliance, actor=actor)
    record("text.open_to_comment", alliance, actor=actor, text=version.text_id, number=version.number)
    mails.tell(version, "comment", besides=actor.person_id)
    return version


@transaction.atomic
def comment(version: Version, *, actor: User, party: Party, article: str, body: str) -> Comment:
    alliance, version = _locked_version(version)
    party = services.live_party(alliance, party)
    allow(policies.acts_for(actor, party))
    if version.state != State.COMMENT:
        raise RuleBroken("Cette version n’est plus ouverte aux commentaires.", code="wrong_state")
    if article not in {one["key"] for one in version.articles}:
        raise RuleBroken("Cet article n’existe plus.", code="article")
    if not clean(body).strip():
        raise RuleBroken("Écrivez votre commentaire.", code="body")
    made = Comment.objects.create(
        version=version, article=article, party=party, author=actor.person, body=body
    )
    services.acted(alliance, actor=actor)
    record("text.commented", alliance, actor=actor, text=version.text_id, comment=made.pk)
    return made


@transaction.atomic
def resolve(one: Comment, *, actor: User) -> Comment:
    """The animator has taken a comment into account, or answered it."""
    alliance, _version = _locked_version(one.version)
    allow(policies.can_animate(actor, alliance))
    one = lock(Comment.objects.all(), pk=one.pk)
    one.resolved_at = one.resolved_at or now()
    one.save(update_fields=["resolved_at"])
    record("text.comment_resolved", alliance, actor=actor, comment=one.pk)
    return one


# --- adoption -------------------------------------------------------------------------------------------------


@transaction.atomic
def open_to_adoption(version: Version, *, actor: User) -> Version:
    """From now on not a letter changes; each party is asked once."""
    alliance, version = _locked_version(version)
    allow(policies.can_animate(actor, alliance))
    if alliance.parties.live().count() < ADOPTERS_AT_LEAST:
        raise RuleBroken("Il faut au moins deux parties pour adopter un texte ensemble.", code="parties")
    if not all(article["text"].strip() for article in version.articles):
        raise RuleBroken("Un article est vide : écrivez-le, ou retirez-le.", code="empty")
    text_hash = hash_of(words_of(version))
    _move(version, "open_to_adoption")
    version.text_hash = text_hash
    version.save()
    services.acted(alliance, actor=actor)
    record(
        "text.open_to_adoption",
        alliance,
        actor=actor,
        text=version.text_id,
        number=version.number,
        hash=text_hash,
    )
    mails.tell(version, "adopt")
    return version


@transaction.atomic
def adopt(version: Version, *, actor: User, party: Party, capacity: str, seen_hash: str) -> Adoption:
    """A party adopts the words its signatory read. The last one needed turns the version in force, once.

    Only who may sign for that very party, in a stated capacity. `seen_hash` is the hash shown on the page they read.
    """
    alliance, version = _locked_version(version)
    party = services.live_party(alliance, party)
    if not policies.may_sign_for(actor, party):
        raise NotAllowed("Seule une personne qui peut signer pour cette partie adopte un texte en son nom.")
    if version.state not in (State.ADOPTING, State.IN_FORCE) or seen_hash != version.text_hash:
        raise Stale(_CHANGED)
    if not clean(capacity).strip():
        raise RuleBroken(
            "Dites en quelle qualité vous signez : présidente, directeur, maire…", code="capacity"
        )
    done = Adoption.objects.filter(version=version, party=party).first()
    if done is not None:
        return done
    with refusals(_TRIGGERS):
        adoption = Adoption.objects.create(
            version=version,
            party=party,
            signatory=actor.person,
            signatory_name=actor.person.full_name or str(actor.person),
            capacity=capacity,
            text_hash=version.text_hash,
        )
    services.acted(alliance, actor=actor)
    record(
        "text.adopted",
        alliance,
        actor=actor,
        text=version.text_id,
        number=version.number,
        party=party.pk,
        hash=version.text_hash,
    )
    _settle(alliance, version, actor=actor)
    return adoption


def missing_adoptions(version: Version) -> list[Party]:
    """The live parties that have not adopted it yet."""
    live = version.text.alliance.parties.live().exclude(adoptions__version=version)
    return list(live.order_by("joined_at", "pk"))


@transaction.atomic
def settle_all(alliance: Alliance) -> None:
    """A party left: what only waited for it enters into force. Safe to run twice."""
    alliance = services.locked(alliance, even_closed=True)
    if alliance.activity == Activity.CLOSED:
        return
    for version in Version.objects.filter(text__alliance=alliance, state=State.ADOPTING).order_by("pk"):
        _settle(alliance, _locked_version(version)[1], actor=None)


def keeps(party: Party) -> str:
    """Nobody puts out a party whose adoption is awaited: the text would be in force without it. For `spaces.keeps`."""
    asked = Version.objects.filter(text__alliance=party.alliance_id, state=State.ADOPTING)
    version = asked.exclude(adoptions__party=party).select_related("text").order_by("pk").first()
    if version is None:
        return ""
    return (
        f"«{NBSP}{version.text.title}{NBSP}» attend l’adoption {of(party.name)}{NBSP}: confier sa place mettrait le "
        "texte en vigueur sans elle. Amendez d’abord cette version, ou abandonnez-la, puis proposez-la de nouveau."
    )


def _settle(alliance: Alliance, version: Version, *, actor: User | None) -> None:
    """In force when every live party adopted it and at least two did. The alliance's row is locked by the caller."""
    if version.state != State.ADOPTING or missing_adoptions(version):
        return
    if version.adoptions.filter(party__left_at=None).count() < ADOPTERS_AT_LEAST:
        return
    for former in Version.objects.in_force().filter(text=version.text_id):
        _move(former, "supersede")
        former.save()
    _move(version, "enter_into_force")
    version.in_force_at = version.state_changed_at
    version.renew_on = today() + datetime.timedelta(days=RENEW_DAYS)
    version.save()
    record("text.in_force", alliance, actor=actor, text=version.text_id, number=version.number)
    mails.tell(version, "in_force")


# --- obligations ----------------------------------------------------------------------------------------------


@transaction.atomic
def oblige(
    version: Version, *, actor: User, party: Party, clause: str, what: str, due_on: datetime.date | None
) -> Obligation:
    """Add what a party promises under a clause, while the words still change."""
    alliance, version = _locked_version(version)
    allow(policies.can_animate(actor, alliance))
    _require_writable(version)
    party = services.live_party(alliance, party)
    if clause not in {one["key"] for one in version.articles}:
        raise RuleBroken("Choisissez une clause de la convention.", code="clause")
    if not clean(what).strip():
        raise RuleBroken("Dites ce que la partie fera.", code="what")
    if version.obligations.count() >= MOST_OBLIGATIONS:
        raise RuleBroken(f"{MOST_OBLIGATIONS} obligations au plus.", code="too_many")
    with refusals():
        obligation = Obligation.objects.create(
            version=version, party=party, clause=clause, what=what, due_on=due_on
        )
    services.acted(alliance, actor=actor)
    record("text.obligation_added", alliance, actor=actor, obligation=obligation.pk, party=party.pk)
    return obligation


@transaction.atomic
def unoblige(obligation: Obligation, *, actor: User) -> None:
    """Take it out, while the words still change."""
    alliance, version = _locked_version(obligation.version)
    allow(policies.can_animate(actor, alliance))
    _require_writable(version)
    Obligation.objects.filter(pk=obligation.pk).delete()
    record("text.obligation_removed", alliance, actor=actor, obligation=obligation.pk)


@transaction.atomic
def settle_obligation(obligation: Obligation, *, actor: User, state: str) -> Obligation:
    """Done, open again, or dropped with the animator's word. By the party that owes it, or the animator."""
    alliance, version = _locked_version(obligation.version)
    obligation = lock(Obligation.objects.select_related("party__organisation"), pk=obligation.pk)
    animates = policies.can_animate(actor, alliance)
    allow(animates or (state != ObligationState.DROPPED and policies.acts_for(actor, obligation.party)))
    if state not in ObligationState.values:
        raise RuleBroken("Choisissez un état dans la liste.", code="state")
    if version.state != State.IN_FORCE:
        raise RuleBroken("Cette convention n’est pas en vigueur.", code="wrong_state")
    obligation.state, obligation.state_changed_at = state, now()
    obligation.save(update_fields=["state", "state_changed_at"])
    services.acted(alliance, actor=actor)
    record("text.obligation_settled", alliance, actor=actor, obligation=obligation.pk, state=str(state))
    return obligation


@transaction.atomic
def pass_on(alliance: Alliance, party: Party, successor: Party | None) -> int:
    """What a party that left still owed goes to its successor, else to the first animator. Safe to run twice."""
    services.locked(alliance, even_closed=True)
    heir = successor or alliance.parties.live().filter(is_animator=True).order_by("joined_at", "pk").first()
    if heir is None:
        return 0
    moved = 0
    for one in Obligation.objects.open().filter(party=party).order_by("pk"):
        twin = Obligation.objects.filter(version=one.version, party=heir, clause=one.clause, what=one.what)
        if twin.exists():
            one.state, one.state_changed_at = ObligationState.DROPPED, now()
            one.save(update_fields=["state", "state_changed_at"])
        else:
            one.party, one.taken_over_from = heir, party
            one.save(update_fields=["party", "taken_over_from"])
        moved += 1
    return moved


# --- inside ---------------------------------------------------------------------------------------------------


def words_of(version: Version) -> str:
    """The canonical words that the hash is of."""
    promised = [
        f"{one.party.name} : {one.what}" + (f", pour le {one.due_on:%d/%m/%Y}" if one.due_on else "")
        for one in version.obligations.select_related("party").order_by("pk")
    ]
    return canonical(
        title=version.text.title, number=version.number, articles=version.articles, obligations=promised
    )


def _locked(text: Text) -> tuple[Alliance, Text]:
    alliance = services.locked(text.alliance)
    return alliance, lock(Text.objects.all(), pk=text.pk)


def _locked_version(version: Version) -> tuple[Alliance, Version]:
    alliance = services.locked(version.text.alliance)
    return alliance, lock(Version.objects.select_related("text__alliance"), pk=version.pk)


def _require_writable(version: Version) -> None:
    if version.is_fixed:
        raise RuleBroken(_TRIGGERS["version_words_are_fixed"], code="fixed")


def _move(version: Version, verb: str) -> None:
    version.state = TRANSITIONS.target(verb, version.state, label=version.get_state_display())
    version.state_changed_at = now()


def _checked(version: Version, articles: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    """Clean, in order, one of each key; what the template locks stays word for word."""
    if not 1 <= len(articles) <= MOST_ARTICLES:
        raise RuleBroken(f"Un texte compte de 1 à {MOST_ARTICLES} articles.", code="articles")
    template = templates.by_code(version.template)
    kept = []
    for article in articles:
        title, text = clean(article["title"]).strip(), clean(article["text"]).strip()
        if not title:
            raise RuleBroken("Donnez un titre à chaque article.", code="title")
        if len(text) > MOST_LETTERS:
            raise RuleBroken(f"Un article compte {MOST_LETTERS} lettres au plus.", code="long")
        kept.append(
            {"key": article["key"], "title": title[:160], "text": text, "variant": article.get("variant", "")}
        )
    keys = [article["key"] for article in kept]
    if len(set(keys)) != len(keys):
        raise RuleBroken("Deux articles portent le même nom.", code="twice")
    for model in template.articles if template else ():
        if not model.locked:
            continue
        said = next((article for article in kept if article["key"] == model.key), None)
        words = {variant.text for variant in model.variants}
        if said is None or said["title"] != model.title or said["text"] not in words:
            raise RuleBroken(f"L’article « {model.title} » reste tel qu’il est.", code="locked")
    return kept


def forget_person(person: Person) -> None:
    """Erasure: the text keeps that the party adopted it, not who signed; nor do the documents made of it."""
    named = (
        Q(adoptions__signatory=person)
        | Q(adoptions__party__person=person)
        | Q(obligations__party__person=person)
        # made before another party took their promise over, it still names them
        | Q(obligations__taken_over_from__isnull=False, text__alliance__parties__person=person)
    )
    versions = list(Version.objects.filter(named).select_related("text__alliance").distinct().order_by("pk"))
    for alliance in sorted({version.text.alliance for version in versions}, key=lambda one: one.pk):
        services.locked(alliance, even_closed=True)
    Adoption.objects.filter(signatory=person).update(
        signatory=None, signatory_name="une personne", capacity="—"
    )
    Comment.objects.filter(author=person).update(author=None, body="(commentaire effacé)")
    Version.objects.filter(created_by__person=person).update(created_by=None)
    documents.withdraw(versions)
