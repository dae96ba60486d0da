"""Two networks: one with members, templates and invitations that wait, one that begins."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from jeveuxagir.accounts.tokens import new_token
from organisations.networks.enums import State
from organisations.networks.models import Affiliation, MailInvitation, Template

from . import texts
from .ground import Ground
from .organisations import Organisations
from .people import People

TABLES = (Affiliation, MailInvitation, Template)


@dataclass(frozen=True)
class Spec:
    """`head`, `members` and `invited` are organisations' keys; `templates`: (title, deliverable, context)."""

    head: str
    members: tuple[str, ...]
    invited: tuple[tuple[str, str], ...] = ()
    left: tuple[str, ...] = ()
    mailed: tuple[str, ...] = ()
    templates: tuple[tuple[str, str, str], ...] = field(default=())


SPECS = (
    Spec(
        "mariniers",
        ("coup-de-pouce-45", "marmite", "passeurs-loire", "deux-rives", "creuse-partage"),
        invited=(
            ("beaugency-fete", "Vos fêtes font vivre la Loire : rejoignez les maisons que nous soutenons."),
        ),
        left=("cine-villages",),
        mailed=("contact@amis-du-chaland.demo.example",),
        templates=(
            (
                "Tenir un tableau de suivi de nos dons",
                "Un tableur simple, expliqué en une heure à deux bénévoles : dons reçus, promis, remerciés.",
                "Nous relançons nos donateurs de mémoire, et nous en oublions.",
            ),
            (
                "Refaire notre dossier de présentation",
                "Quatre pages prêtes à imprimer, que nous savons mettre à jour nous-mêmes.",
                "Nos partenaires nous demandent toujours la même chose, et nous n'avons rien à leur laisser.",
            ),
        ),
    ),
    Spec(
        "passerelles-26",
        ("numerique-974",),
        invited=(
            ("mots-passants", "Vos ateliers de lecture et nos ateliers numériques ont les mêmes habitués."),
        ),
    ),
)


class Networks:
    def __init__(self, ground: Ground, organisations: Organisations, people: People) -> None:
        self.ground, self.organisations, self.people = ground, organisations, people

    def build(self) -> None:
        for spec in SPECS:
            for rank, key in enumerate(spec.members):
                self._affiliation(spec.head, key, State.ACTIVE, 400 - 60 * rank)
            for key, message in spec.invited:
                self._affiliation(spec.head, key, State.INVITED, 3, message)
            for key in spec.left:
                self._affiliation(spec.head, key, State.ENDED, 200)
            head = self.organisations.all[spec.head].organisation
            for email in spec.mailed:
                at = self.ground.days_ago(6)
                self.ground.new(
                    MailInvitation,
                    head=head,
                    email=email,
                    token_hash=new_token()[1],
                    invited_by=self._actor(spec.head),
                    created_at=at,
                    expires_at=at + timedelta(days=30),
                )
            for title, deliverable, context in spec.templates:
                self.ground.new(
                    Template,
                    head=head,
                    title=title,
                    deliverable=texts.typeset(deliverable),
                    context=texts.typeset(context),
                    created_by=self._actor(spec.head),
                    created_at=self.ground.days_ago(90),
                    updated_at=self.ground.days_ago(90),
                )

    def _actor(self, key: str) -> Any:
        hosted = self.organisations.all[key]
        handlers = hosted.handlers()
        return self.people.users.get(handlers[0].pk) if handlers else None

    def _affiliation(self, head: str, key: str, state: State, days: float, message: str = "") -> None:
        at = self.ground.days_ago(days)
        joined = None if state == State.INVITED else self.ground.later(at, 1, 9)
        moved = self.ground.later(at, 40, 90) if state == State.ENDED else joined or at
        made = self.ground.new(
            Affiliation,
            head=self.organisations.all[head].organisation,
            member=self.organisations.all[key].organisation,
            state=state,
            state_changed_at=moved,
            message=texts.typeset(message),
            invited_by=self._actor(head),
            answered_by=self._actor(key) if joined else None,
            created_at=at,
            joined_at=joined,
        )
        self.ground.event("network.invited", made, at, actor=self._actor(head), head=made.head_id)
        if joined:
            self.ground.event("network.joined", made, joined, actor=self._actor(key), head=made.head_id)
