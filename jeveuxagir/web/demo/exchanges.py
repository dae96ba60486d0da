"""What the parties of the demo's alliances say to each other, and the documents that they share."""

import datetime
import hashlib
import io
import zipfile
from typing import Any
from xml.sax.saxutils import escape

from alliances.exchanges.models import FormerPost, Post, Topic
from alliances.models import Party
from alliances.shared_documents.enums import Reading
from alliances.shared_documents.models import FileVersion, SharedDocument
from jeveuxagir.accounts.models import Person, User
from jeveuxagir.common import private_files
from jeveuxagir.common.clock import PARIS
from jeveuxagir.moderation.models import ModerationItem

from . import texts
from .alliances import Alliances, Allied
from .ground import Ground

_OPEN = "urn:oasis:names:tc:opendocument:xmlns"


class Exchanges:
    def __init__(self, ground: Ground, alliances: Alliances, staff: dict[str, User]) -> None:
        self.ground, self.alliances, self.staff = ground, alliances, staff

    def build(self) -> None:
        said = texts.read("exchanges")
        for spec in said["topic"]:
            self._topic(self.alliances.all[spec["alliance"]], spec)
        for spec in said["document"]:
            self._document(self.alliances.all[spec["alliance"]], spec)

    def _topic(self, allied: Allied, spec: dict[str, Any]) -> None:
        ground, alliance = self.ground, allied.alliance
        messages = spec["message"]
        first = allied.parties[messages[0][0]]
        topic = ground.new(
            Topic,
            alliance=alliance,
            title=spec["title"],
            party=first,
            opened_at=self._at(messages[0][1], 0),
            last_at=self._at(messages[-1][1], len(messages) - 1),
        )
        for rank, (who, days, words, *before) in enumerate(messages):
            party, at = allied.parties[who], self._at(days, rank)
            person = self._speaker(allied, who)
            post = ground.new(
                Post,
                topic=topic,
                party=party,
                author=person,
                author_name=person.first_name,
                body=words,
                posted_at=at,
            )
            for old in before:
                post.edited_at = at + datetime.timedelta(minutes=9)
                ground.new(FormerPost, post=post, body=old, replaced_at=post.edited_at)
            verb = "topic.answered" if rank else "topic.opened"
            data = {"post": post.pk} if rank else {}
            ground.event(verb, alliance, at, actor=self._user(person), topic=topic.pk, party=party.pk, **data)

    def _document(self, allied: Allied, spec: dict[str, Any]) -> None:
        ground, alliance = self.ground, allied.alliance
        versions = spec["version"]
        party = allied.parties[versions[0][0]]
        reading = Reading(spec.get("reading", Reading.PRIVATE))
        opened, latest = self._at(versions[0][1], 0), self._at(versions[-1][1], len(versions) - 1)
        document = ground.new(
            SharedDocument,
            alliance=alliance,
            party=party,
            title=spec["title"],
            description=spec.get("description", ""),
            reading=reading,
            created_by=self._user(self._speaker(allied, versions[0][0])),
            created_at=opened,
            changed_at=latest,
        )
        rows = [
            self._version(allied, document, number, said, spec)
            for number, said in enumerate(versions, start=1)
        ]
        for row in rows:
            verb, data = (
                ("version_added", {"number": row.number})
                if row.number > 1
                else ("added", {"party": party.pk})
            )
            actor = self._user(row.author) if row.author else None
            ground.event(
                f"document.{verb}", alliance, row.added_at, actor=actor, document=document.pk, **data
            )
        if reading == Reading.PRIVATE:
            return
        item = ground.new(
            ModerationItem,
            kind=ModerationItem.Kind.DOCUMENT,
            subject_type=SharedDocument._meta.label,
            subject_id=document.pk,
            title=document.title,
            department_id=alliance.department_id,
            domain_id=alliance.domain_id,
            created_at=latest,
        )
        ground.event("moderation.opened", item, latest, cause=str(item.cause), fields=[])
        if reading == Reading.PUBLIC:
            self._publish(document, rows[-1], item, latest + datetime.timedelta(days=2))

    def _publish(
        self, document: SharedDocument, version: FileVersion, item: ModerationItem, at: datetime.datetime
    ) -> None:
        document.published_title, document.published_description = document.title, document.description
        document.published_version, document.published_at = version, at
        staff = self.staff.get(document.alliance.department_id) or self.staff["nation"]
        item.state, item.decision = ModerationItem.State.DECIDED, ModerationItem.Decision.ACCEPT
        item.owner = item.decided_by = staff
        item.owned_at = item.decided_at = at
        item.version = 2
        self.ground.event(
            "moderation.decided", item, at, actor=staff, decision="accept", cause=str(item.cause)
        )
        self.ground.event("document.published", document.alliance, at, actor=staff, document=document.pk)

    def _version(
        self, allied: Allied, document: SharedDocument, number: int, said: list[Any], spec: dict[str, Any]
    ) -> FileVersion:
        who, days, note = said
        person, party = self._speaker(allied, who), allied.parties[who]
        # the first version lacks the last line that a later one brings
        lines = spec["lines"][: len(spec["lines"]) - (len(spec["version"]) - number)]
        content = table(spec["title"], lines) if spec.get("table") else prose(spec["title"], lines)
        with private_files.incoming() as file:
            file.write(content)
            file.flush()
            name = private_files.keep(file.name)
        return self.ground.new(
            FileVersion,
            document=document,
            number=number,
            stored=name,
            kind="ods" if spec.get("table") else "odt",
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            note=note,
            party=party,
            author=person,
            author_name=person.first_name,
            added_at=self._at(days, number - 1),
        )

    def _speaker(self, allied: Allied, who: str) -> Person:
        party: Party = allied.parties[who]
        if party.person is not None:
            return party.person
        owner = self.alliances.organisations.all[who].owner
        assert owner is not None, f"{who} speaks in an alliance: somebody must own it"
        return owner

    def _user(self, person: Person) -> User | None:
        return self.alliances.people.users.get(person.pk)

    def _at(self, days: int, rank: int) -> datetime.datetime:
        """No throw of the dice, so that the rest of the world stays as it is."""
        hour = datetime.time(9 + rank % 9, 12)
        return datetime.datetime.combine(self.ground.day(-days), hour, tzinfo=PARIS)


# --- small real files -------------------------------------------------------------------------------------------


def prose(title: str, lines: list[str]) -> bytes:
    """A text in the OpenDocument format."""
    body = "".join(f"<text:p>{escape(line)}</text:p>" for line in lines)
    return _packed(
        "text", f"<office:text><text:h text:outline-level='1'>{escape(title)}</text:h>{body}</office:text>"
    )


def table(title: str, lines: list[str]) -> bytes:
    """A sheet in the OpenDocument format; cells are separated by semicolons."""
    rows = "".join(
        "<table:table-row>"
        + "".join(
            f"<table:table-cell office:value-type='string'><text:p>{escape(cell)}</text:p></table:table-cell>"
            for cell in line.split(";")
        )
        + "</table:table-row>"
        for line in lines
    )
    name = escape(title, {"'": "’"})
    return _packed(
        "spreadsheet",
        f"<office:spreadsheet><table:table table:name='{name}'>{rows}</table:table></office:spreadsheet>",
    )


def _packed(sort: str, body: str) -> bytes:
    kind = f"application/vnd.oasis.opendocument.{sort}"
    content = (
        "<?xml version='1.0' encoding='UTF-8'?><office:document-content office:version='1.2' "
        f"xmlns:office='{_OPEN}:office:1.0' xmlns:text='{_OPEN}:text:1.0' xmlns:table='{_OPEN}:table:1.0'>"
        f"<office:body>{body}</office:body></office:document-content>"
    )
    manifest = (
        f"<?xml version='1.0' encoding='UTF-8'?><manifest:manifest xmlns:manifest='{_OPEN}:manifest:1.0'>"
        f"<manifest:file-entry manifest:full-path='/' manifest:media-type='{kind}'/>"
        "<manifest:file-entry manifest:full-path='content.xml' manifest:media-type='text/xml'/></manifest:manifest>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", kind, zipfile.ZIP_STORED)
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", manifest)
    return out.getvalue()


#: in the order they are written
TABLES = (Topic, Post, FormerPost, SharedDocument, FileVersion)
