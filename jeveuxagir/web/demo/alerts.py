"""Searches that people keep, what these found, and what was told; a few choices about messages."""

from urllib.parse import urlencode

from django.http import QueryDict

from jeveuxagir.accounts.models import Person
from jeveuxagir.notifications.enums import Rhythm as Wish
from jeveuxagir.notifications.models import Preference
from missions.alerts import queries
from missions.alerts.enums import Rhythm
from missions.alerts.models import AlertHit, NewMission, SavedSearch
from missions.enums import State
from missions.filters import describe

from .ground import Ground
from .missions import Missions
from .people import People

#: whose, the search, how often, days ago, on pause
KEPT = (
    ("nadia", "lieu=Romans-sur-Is%C3%A8re+(26)&rayon=20&domaine=culture", Rhythm.DAILY, 20, False),
    ("nadia", "distance=on&domaine=education", Rhythm.WEEKLY, 41, False),
    ("nadia", "q=jardin&lieu=Valence+(26)&rayon=30", Rhythm.IMMEDIATE, 64, True),
    ("lina", "lieu=Romans-sur-Is%C3%A8re+(26)&rayon=10&mineurs=on", Rhythm.DAILY, 6, False),
)
#: of somebody in each of these departments: « autour de chez moi »
AROUND = ("26", "45", "13", "93", "23", "974")
FOUND = 3


class Alerts:
    def __init__(
        self, ground: Ground, people: People, missions: Missions, persons: dict[str, Person]
    ) -> None:
        self.ground = ground
        self.people = people
        self.persons = persons
        self.open = [placed for placed in missions.all if placed.mission.state == State.OPEN]

    def build(self) -> None:
        for name, search, rhythm, days, paused in KEPT:
            self._keep(self.persons[name], search, rhythm, days, paused)
        for index, department in enumerate(AROUND):
            adults = [p for p in self.people.of_department[department] if p.eighteen_on is None and p.commune]
            for person in adults[:4]:
                assert person.commune is not None
                around = urlencode({"lieu": person.commune.label, "rayon": "20"})
                self._keep(person, around, Rhythm.DAILY, 5 + index * 7, False, department)
            for person in adults[4:7]:
                self.ground.new(
                    Preference, person=person, kind="participations.realised", rhythm=Wish.DAILY,
                    updated_at=self.ground.days_ago(index + 1),
                )  # fmt: skip
        for placed in self.open[:2]:
            self.ground.new(NewMission, mission=placed.mission, created_at=self.ground.now)

    def _keep(
        self, person: Person, search: str, rhythm: Rhythm, days: int, paused: bool, department: str = ""
    ) -> None:
        query = queries.checked(QueryDict(search))
        words = describe(query)
        created = self.ground.days_ago(days)
        news = [
            placed.mission
            for placed in self.open
            if placed.department == department and placed.mission.published_at
            and placed.mission.published_at > created
        ][:FOUND]  # fmt: skip
        told = self.ground.days_ago(1) if news else None
        alert = self.ground.new(
            SavedSearch,
            person=person,
            query=queries.canonical(query),
            label=words[:1].upper() + words[1:],
            rhythm=rhythm,
            created_at=created,
            since=created,
            told_at=told,
            paused_at=self.ground.days_ago(days / 2) if paused else None,
            **queries.gates(query),
        )
        self.ground.event("alert.created", alert, created)
        for mission in news:
            assert mission.published_at is not None
            self.ground.new(
                AlertHit, alert=alert, mission=mission, found_at=mission.published_at, told_at=told
            )
