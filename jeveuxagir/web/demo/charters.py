"""Charters and agreements of the demo's alliances: in force, being adopted again, in comment, and one out of balance.

Written after the alliances, in the order that the database's guards ask: words, promises, the opening, then adoptions.
"""

import datetime
from collections.abc import Sequence

from alliances.models import Alliance, Party
from alliances.texts import documents, templates
from alliances.texts.canonical import canonical, hash_of
from alliances.texts.enums import Kind, ObligationState, State
from alliances.texts.models import Adoption, Comment, Obligation, Text, Version
from alliances.texts.services import RENEW_DAYS
from jeveuxagir.accounts.models import Person

from . import texts
from .alliances import Alliances, Allied
from .ground import Ground

#: alliance → how many days ago its charter came into force
CHARTERS = {
    "lire-ensemble": 420,
    "loire-vivante": 560,
    "calanques": 800,
    "mangrove": 340,
    "lagons-peyi": 1000,
    "comptes-clairs": 500,
}
CAPACITIES = ("présidente", "directeur", "présidente", "gérant", "secrétaire")
#: who brings what, out of balance: the shared kitchen holds nearly all of it
PROMISES = (
    ("table-ouverte", "apports", "Ouvrir la cuisine le mardi et le vendredi", 30, ObligationState.DONE),
    ("table-ouverte", "apports", "Tenir quatre ateliers par mois", 60, ObligationState.OPEN),
    ("table-ouverte", "apports", "Trouver et former douze bénévoles", 90, ObligationState.OPEN),
    ("table-ouverte", "donnees", "Compter les kilos sauvés et les repas", 120, ObligationState.OPEN),
    ("table-ouverte", "gouvernance", "Animer une réunion par mois", 30, ObligationState.OPEN),
    (
        "deux-collines",
        "apports",
        "Prêter le camion frigorifique deux matins par semaine",
        20,
        ObligationState.OPEN,
    ),
)


class Charters:
    def __init__(self, ground: Ground, alliances: Alliances) -> None:
        self.ground, self.alliances = ground, alliances

    def build(self) -> None:
        for key, days in CHARTERS.items():
            allied = self.alliances.all[key]
            charter = self._text(allied, Kind.CHARTER, "Charte de l’alliance")
            first = self._version(allied, charter, 1, days + 40)
            self._adopt(allied, first, list(allied.parties), days)
            if key == "lire-ensemble":
                self._again(allied, charter, first)
        self._commented(self.alliances.all["parvis-emploi"])
        self._out_of_balance(self.alliances.all["bien-manger"])

    def _again(self, allied: Allied, charter: Text, first: Version) -> None:
        """A second version, that half of the parties have adopted."""
        articles = [dict(one) for one in first.articles]
        articles[0]["text"] = texts.typeset(
            "Nous nous réunissons pour que chaque enfant qui en a besoin lise une heure par semaine avec un adulte."
        )
        summary = texts.typeset("L'objet dit maintenant pour qui nous agissons, et à quel rythme.")
        second = self._version(allied, charter, 2, 12, articles=articles, summary=summary)
        self._adopt(allied, second, list(allied.parties)[:2], 4, in_force=False)

    def write(self) -> None:
        """The promises of an agreement are written before its words are fixed."""
        bound = {one.version_id: one.version for one in self.ground.rows(Obligation)}
        fixed = {pk: (version.state, version.text_hash) for pk, version in bound.items()}
        for version in bound.values():
            version.state = State.DRAFT
        self.ground.write(Text, Version, Obligation)
        for pk, version in bound.items():
            version.state, version.text_hash = fixed[pk]
            version.save(update_fields=["state", "text_hash"])
        self.ground.write(Adoption, Comment)

    def documents(self) -> None:
        """The PDF of one charter, once all that is past is written."""
        allied = self.alliances.all["lire-ensemble"]
        in_force = Version.objects.in_force().filter(text__alliance=allied.alliance)
        documents.document_of(in_force[0])

    def _commented(self, allied: Allied) -> None:
        """A first charter, open to comments."""
        charter = self._text(allied, Kind.CHARTER, "Charte de l’alliance")
        version = self._version(allied, charter, 1, 9)
        version.state, version.state_changed_at = State.COMMENT, self.ground.days_ago(5)
        version.comment_until = self.ground.day(9)
        party = list(allied.parties.values())[1]
        said = texts.typeset("Peut-on ajouter les apprentis ? Ils sont les premiers concernés.")
        self.ground.new(
            Comment,
            version=version,
            article="objet",
            party=party,
            author=self._signatory(allied, list(allied.parties)[1]),
            body=said,
            created_at=self.ground.days_ago(3),
        )

    def _out_of_balance(self, allied: Allied) -> None:
        title = texts.typeset("Cuisine, légumes et camion")
        version = self._version(allied, self._text(allied, Kind.AGREEMENT, title), 1, 120)
        promised = [
            self.ground.new(
                Obligation,
                version=version,
                party=allied.parties[who],
                clause=clause,
                what=texts.typeset(what),
                due_on=self.ground.day(days),
                state=state,
                state_changed_at=self.ground.days_ago(6),
            )
            for who, clause, what, days, state in PROMISES
        ]
        self._adopt(allied, version, list(allied.parties), 90, promised=promised)

    # --- rows -------------------------------------------------------------------------------------------------

    def _text(self, allied: Allied, kind: Kind, title: str) -> Text:
        return self.ground.new(
            Text, alliance=allied.alliance, kind=kind, title=title, created_at=allied.alliance.created_at
        )

    def _version(
        self,
        allied: Allied,
        text: Text,
        number: int,
        days: int,
        articles: Sequence[dict[str, str]] = (),
        summary: str = "",
    ) -> Version:
        model = templates.latest(text.kind)
        at = self.ground.days_ago(days)
        self._event("text.begun" if number == 1 else "text.new_version", allied, at, text, number)
        return self.ground.new(
            Version,
            text=text,
            number=number,
            articles=list(articles) or model.blank(),
            template=model.code,
            summary=summary,
            created_by=allied.actor,
            created_at=at,
            state_changed_at=at,
        )

    def _adopt(
        self,
        allied: Allied,
        version: Version,
        keys: Sequence[str],
        days: int,
        *,
        in_force: bool = True,
        promised: Sequence[Obligation] = (),
    ) -> None:
        """Open to adoption, then one party after the other; in force once the last has adopted."""
        ground, text = self.ground, version.text
        opened = ground.days_ago(days + 6)
        version.state, version.state_changed_at = State.ADOPTING, opened
        version.text_hash = hash_of(
            canonical(
                title=text.title,
                number=version.number,
                articles=version.articles,
                obligations=[
                    f"{one.party.name} : {one.what}, pour le {one.due_on:%d/%m/%Y}" for one in promised
                ],
            )
        )
        self._event("text.open_to_adoption", allied, opened, text, version.number)
        last = opened
        for index, key in enumerate(keys):
            party, person = allied.parties[key], self._signatory(allied, key)
            last = ground.later(last, 0.2, 1.2)
            ground.new(
                Adoption,
                version=version,
                party=party,
                signatory=person,
                signatory_name=person.full_name,
                capacity=party.capacity or CAPACITIES[index % len(CAPACITIES)],
                text_hash=version.text_hash,
                adopted_at=last,
            )
            self._event("text.adopted", allied, last, text, version.number, party=party)
        if not in_force:
            return
        version.state, version.state_changed_at, version.in_force_at = State.IN_FORCE, last, last
        version.renew_on = max(last.date() + datetime.timedelta(days=RENEW_DAYS), ground.day(40))
        self._event("text.in_force", allied, last, text, version.number)

    def _signatory(self, allied: Allied, key: str) -> Person:
        person = self.alliances.persons.get(key) or self.alliances.organisations.all[key].owner
        assert person is not None, f"nobody signs for {key}"
        return person

    def _event(
        self,
        verb: str,
        allied: Allied,
        at: datetime.datetime,
        text: Text,
        number: int,
        party: Party | None = None,
    ) -> None:
        alliance: Alliance = allied.alliance
        more = {"party": party.pk} if party else {}
        self.ground.event(verb, alliance, at, actor=allied.actor, text=text.pk, number=number, **more)
