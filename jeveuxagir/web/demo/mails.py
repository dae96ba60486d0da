"""Messages already sent: what the outbox keeps of the past.

Their keys are those of the services: nothing leaves twice.
"""

import datetime
import uuid
from typing import Any

from django.conf import settings
from django.urls import reverse

from jeveuxagir.accounts.models import GuardianNotice, Person
from jeveuxagir.common.text import NBSP
from jeveuxagir.notifications import catalogue
from jeveuxagir.notifications.links import absolute, stop_link
from jeveuxagir.notifications.models import Message
from jeveuxagir.notifications.rendering import render
from missions.participations.enums import State as ParticipationState
from missions.participations.models import Departure, Participation
from missions.participations.notifications import TO_PERSON
from missions.proposals.models import PROPOSAL_DAYS, Proposal
from missions.proposals.policies import link_for_mail
from missions.words import when_in_words
from volunteers.requests.enums import State as RequestState
from volunteers.requests.models import EngagementRequest

from .ground import Ground
from .missions import Missions
from .organisations import Organisations
from .participations import Participations

#: How many people, besides the demo's accounts, have their past messages kept.
RECIPIENTS = 30


class Mails:
    def __init__(
        self,
        ground: Ground,
        organisations: Organisations,
        missions: Missions,
        participations: Participations,
        accounts: dict[str, Person],
    ) -> None:
        self.participations = participations
        self.ground, self.organisations, self.missions = ground, organisations, missions
        self.hosted = {placed.mission.organisation_id: placed.hosted for placed in missions.all}
        self.accounts = accounts
        self.wanted = {person.pk for person in accounts.values()}

    def build(self) -> None:
        participations = [p for made in self.participations.by_mission.values() for p in made]
        recent = sorted(participations, key=lambda p: (p.state_changed_at, p.pk))[-RECIPIENTS:]
        self.wanted |= {p.person_id for p in recent if p.person_id}
        for proposals in self._by_mail(self.ground.rows(Proposal)):
            self._proposals(proposals)
        for participation in participations:
            self._participation(participation)
        for departure in self.ground.rows(Departure):
            self._departure(departure)
        for request in self.ground.rows(EngagementRequest):
            self._request(request)
        for notice in self.ground.rows(GuardianNotice):
            self._guardian(notice)
        self._organisations()
        self._brigade()

    def _brigade(self) -> None:
        """The Drôme's morning: what waits for the digest of the next morning."""
        member = self.accounts["brigade"]
        url = absolute(settings.STAFF_PATHS[0])
        lines = [f"3{NBSP}missions à valider", f"1{NBSP}signalement"]
        self._send(
            "moderation.late",
            member,
            f"moderation.late:{member.pk}:{self.ground.today.isoformat()}",
            self.ground.now - datetime.timedelta(minutes=20),
            {"lines": lines, "count": 4, "url": url},
            state=Message.State.GROUPED,
        )

    def _send(
        self,
        kind: str,
        to: Person | str,
        key: str,
        at: datetime.datetime,
        context: dict[str, Any],
        *,
        state: str = Message.State.SENT,
    ) -> Message | None:
        """One message of the past, rendered as it was."""
        if isinstance(to, Person) and to.pk not in self.wanted:
            return None
        declared = catalogue.get(kind)
        message = Message(
            id=uuid.UUID(int=self.ground.dice.getrandbits(128), version=4),
            kind=kind,
            dedupe_key=key,
            state=state,
        )
        first_name = to.first_name if isinstance(to, Person) else str(context.get("first_name", ""))
        stop = stop_link(to.pk, kind) if isinstance(to, Person) and declared.can_stop else ""
        if isinstance(to, Person):
            message.person = to
        else:
            message.address = to
        rendered = render(declared.template, context, first_name=first_name, why=declared.why, stop_url=stop)
        message.subject, message.text, message.html = rendered.subject, rendered.text, rendered.html
        message.created_at = message.not_before = at
        message.attempts = 0 if state == Message.State.GROUPED else 1
        message.link = rendered.link if declared.digestible else ""
        if state == Message.State.SENT:
            message.sending_at = at + datetime.timedelta(seconds=1)
            message.sent_at = at + datetime.timedelta(seconds=2)
        elif state == Message.State.FAILED:
            message.attempts, message.last_error = 3, "550 boîte inconnue"
        return self.ground.add(message)

    # --- by kind ----------------------------------------------------------------------------------------------------

    @staticmethod
    def _by_mail(proposals: list[Proposal]) -> list[list[Proposal]]:
        """Those proposed together were announced together."""
        found: dict[tuple[int, datetime.date], list[Proposal]] = {}
        for proposal in proposals:
            found.setdefault((proposal.request.person_id or 0, proposal.proposed_at.date()), []).append(
                proposal
            )
        return list(found.values())

    def _proposals(self, proposals: list[Proposal]) -> None:
        first = proposals[0]
        request, person = first.request, first.request.person
        assert person is not None
        together = [p for p in proposals if p.request_id == request.pk]
        self._send(
            "proposals.new",
            person,
            f"proposals.new:{person.pk}:{first.proposed_at:%Y%m%d}",
            first.proposed_at,
            {
                "proposals": sorted(together, key=lambda p: (-p.score, p.pk)),
                "count": len(together),
                "request": request,
                "url": link_for_mail(request),
                "days": PROPOSAL_DAYS,
            },
        )

    def _participation(self, participation: Participation) -> None:
        person, state = participation.person, participation.state
        hosted = self.hosted[participation.mission.organisation_id]
        handlers = [member for member in hosted.handlers() if member.pk in self.wanted]
        if (
            participation.applied_at is None
            or person is None
            or (person.pk not in self.wanted and not handlers)
        ):
            return
        context = self._words(participation)
        url = absolute(reverse("participations:mine", args=[participation.pk]))
        self._tell(participation, "applied", participation.applied_at, context, url)
        if state == ParticipationState.IN_TALK:
            self._tell(participation, "talk", participation.state_changed_at, context, url)
        elif participation.answered_at:
            verb = "declined" if state == ParticipationState.DECLINED else "accepted"
            self._tell(participation, verb, participation.answered_at, context, url)
        if state == ParticipationState.REALISED:
            self._tell(participation, "realised", participation.state_changed_at, context, url)
        if participation.moved_from:
            self._send(
                "participations.moved",
                person,
                f"participations.moved:{participation.pk}:{participation.known_sequence}",
                self.ground.days_ago(1),
                context
                | {
                    "url": url,
                    "before": participation.moved_from,
                    "others": [],
                    "mission_url": absolute(participation.mission.get_absolute_url()),
                    "alternatives": [],
                },
            )
        organisation = hosted.organisation
        link = reverse("participations:answer", args=[organisation.pk, organisation.slug, participation.pk])
        for member in handlers:
            self._send(
                "participations.received",
                member,
                f"participations.received:{participation.pk}:{member.pk}",
                participation.applied_at,
                context | {"url": absolute(link), "waiting": 1},
            )

    def _tell(
        self,
        participation: Participation,
        verb: str,
        at: datetime.datetime,
        context: dict[str, Any],
        url: str,
    ) -> None:
        kind = TO_PERSON[verb][0]
        assert participation.person is not None
        self._send(kind, participation.person, f"{kind}:{participation.pk}", at, context | {"url": url})

    def _words(self, participation: Participation) -> dict[str, Any]:
        mission = participation.mission
        return {
            "mission": mission,
            "organisation": mission.organisation,
            "slot": participation.slot,
            "when": when_in_words(participation.slot),
            "participation": participation,
        }

    def _departure(self, departure: Departure) -> None:
        if departure.asked_at is None or departure.person is None:
            return
        self._send(
            "participations.departure_question",
            departure.person,
            f"participations.departure_question:{departure.pk}",
            departure.asked_at,
            {
                "mission": departure.mission,
                "partner": departure.mission.source_name,
                "url": absolute(departure.mission.get_absolute_url()),
            },
        )

    def _request(self, request: EngagementRequest) -> None:
        if request.person is None:
            return
        if request.state == RequestState.WITHDRAWN and request.closed_reason == "expirée":
            self.wanted.add(request.person.pk)  # a request never expires unannounced
            self._send(
                "requests.expiring",
                request.person,
                f"requests.expiring:{request.pk}:{request.alive_at:%Y%m%d%H%M%S}",
                request.state_changed_at - datetime.timedelta(days=7),
                {"request": request, "expires_on": request.state_changed_at.date()},
            )
        elif request.state == RequestState.UNSERVED:
            self._send(
                "requests.unserved",
                request.person,
                f"requests.unserved:{request.pk}:{request.without_proposal_since:%Y%m%d}",
                request.state_changed_at,
                {"request": request},
            )

    def _guardian(self, notice: GuardianNotice) -> None:
        told = notice.state != GuardianNotice.State.TO_SEND
        message = self._send(
            "accounts.guardian",
            notice.email,
            f"accounts.guardian:{notice.pk}:{notice.token_hash[:16]}",
            notice.created_at,
            {"child": notice.person.first_name, "url": absolute("/aide/")},
            state=Message.State.SENT if told else Message.State.FAILED,
        )
        notice.message_id = message.pk if message else None

    def _organisations(self) -> None:
        """To the demo's owners: their organisation is validated, their missions are published."""
        for hosted in self.organisations.all.values():
            organisation = hosted.organisation
            if hosted.owner is not None and hosted.validated_at is not None:
                self._send(
                    "organisations.validated",
                    hosted.owner,
                    f"organisations.validated:{organisation.pk}:{organisation.version}:{hosted.owner.pk}",
                    hosted.validated_at,
                    {
                        "name": organisation.name,
                        "reason": "",
                        "fields": [],
                        "may_host": organisation.may_host,
                        "url": absolute(organisation.space_url),
                        "settings_url": absolute(f"{organisation.space_url}reglages/"),
                    },
                )
        for placed in self.missions.all:
            mission, organisation = placed.mission, placed.hosted.organisation
            if mission.published_at is None or mission.is_imported:
                continue
            url = reverse("missions:manage", args=[organisation.pk, organisation.slug, mission.pk])
            for member in placed.hosted.handlers():
                self._send(
                    "missions.published",
                    member,
                    f"missions.published:{mission.pk}:2:{member.pk}",
                    mission.published_at,
                    {"mission": mission, "reason": "", "url": absolute(url)},
                )
