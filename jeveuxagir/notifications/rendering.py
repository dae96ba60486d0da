"""One plain text file becomes a subject, a text and an HTML page.

    Une mission pour vous            ← first line: the subject

    Un paragraphe.                   ← paragraphs, with a blank line between

    {% for reason in reasons %}
    - {{ reason }}                   ← list items
    {% endfor %}

    - → Relire {{ title }} : {{ url }}   ← list items that are links
    · À 4 km                             ← and what is said under the last of them

    → Voir la mission : {{ url }}    ← a button; a path of this site or an http(s) address

The greeting, the reason of the message, the link that stops it and the signature are added. Only what the *file* says
makes paragraphs, items and buttons: its line ends and marks are replaced by unforgeable ones before the template is
compiled, so a value somebody typed ("\\n\\n→ Cliquez : http://…") stays the text it is. HTML is escaped at the end.
"""

import re
import secrets
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

from django.conf import settings
from django.template import Context, Engine, Origin, engines
from django.template.loaders import filesystem
from django.utils import translation

from jeveuxagir.common.text import NBSP, clean

from .links import absolute

SUBJECT_LENGTH = 150
NAME_LENGTH = 80

_MARK = f"\x02{secrets.token_hex(8)}\x03"  # known to this process only
_END, _ITEM, _BUTTON, _LINK, _NOTE = (_MARK + letter for letter in "eibln")
_STARTS = {"- →": _LINK, "-": _ITEM, "→": _BUTTON, "·": _NOTE}

_FLOW = "if|elif|else|endif|for|empty|endfor|with|endwith|load|autoescape|endautoescape|comment|endcomment|spaceless"
_ONLY_FLOW = re.compile(rf"(?:\{{%\s*(?:{_FLOW})\b[^%]*%\}}\s*|\{{#.*?#\}}\s*)+")
#: a dot is a mark at the head of its line alone: elsewhere it stands between two things
_START = re.compile(r"(^|%\})\s*(- →|-|→)\s|^\s*(·)\s")
_BUTTON_LINE = re.compile(r"(?P<label>.*\S)\s*:\s+(?P<url>\S+)", re.DOTALL)


def mark(source: str) -> str:
    """The template with unforgeable line ends, items and buttons; lines of mere control tags leave no blank line."""
    lines = []
    for line in source.replace("\r\n", "\n").split("\n"):
        line = line.strip()
        if line and _ONLY_FLOW.fullmatch(line):
            lines.append(line)
        else:
            lines.append(_START.sub(lambda m: (m[1] or "") + _STARTS[m[2] or m[3]], line) + _END)
    return "".join(lines)


class Loader(filesystem.Loader):
    def get_contents(self, origin: Origin) -> str:
        return mark(super().get_contents(origin))


class _MailEngine(Engine):
    @property
    def string_if_invalid(self) -> str:
        """As strict as the pages' engine, which tests make strict."""
        return engines["django"].engine.string_if_invalid  # type: ignore[attr-defined]

    @string_if_invalid.setter
    def string_if_invalid(self, value: str) -> None:
        """Set by Engine.__init__."""


@cache
def _engine() -> Engine:
    pages = engines["django"].engine  # type: ignore[attr-defined]
    loader = (f"{Loader.__module__}.{Loader.__qualname__}", pages.dirs)
    return _MailEngine(
        loaders=[("django.template.loaders.cached.Loader", [loader])],
        libraries=pages.libraries,
        autoescape=False,
    )


@dataclass(frozen=True)
class Block:
    """A paragraph, a list, a list of links or a button."""

    kind: Literal["paragraph", "list", "links", "button"]
    lines: list[str] = field(default_factory=list)
    url: str = ""
    urls: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def links(self) -> list[tuple[str, str, str]]:
        """What each says, where it leads, what is said under it."""
        return list(zip(self.lines, self.urls, self.notes, strict=True))


@dataclass(frozen=True)
class Rendered:
    subject: str
    text: str
    html: str
    link: str = ""  # of its first button


def render(template: str, context: dict[str, Any], *, first_name: str, why: str, stop_url: str) -> Rendered:
    """Render a mail. `stop_url` is "" for a kind that cannot be stopped."""
    with translation.override(settings.LANGUAGE_CODE):
        engine = _engine()
        subject, blocks = _parse(engine.get_template(template).render(Context(context, autoescape=False)))
        name = _one_line(first_name)[:NAME_LENGTH].strip()
        frame = {
            "site": settings.SITE_NAME,
            "site_url": absolute("/"),
            "subject": subject,
            "greeting": f"Bonjour {name}," if name else "Bonjour,",
            "blocks": blocks,
            "why": why,
            "stop_url": stop_url,
        }
        pages = engines["django"]
        link = next((block.url for block in blocks if block.kind == "button"), "")
        return Rendered(subject, _text(frame), pages.get_template("emails/base.html").render(frame), link)


def _parse(rendered: str) -> tuple[str, list[Block]]:
    lines = rendered.split(_END)
    while lines and not lines[0].strip():
        lines.pop(0)
    subject = _one_line(_plain(lines.pop(0) if lines else ""))
    if len(subject) > SUBJECT_LENGTH:
        subject = subject[: SUBJECT_LENGTH - 1].rstrip() + "…"
    blocks: list[Block] = []
    open_paragraph = False
    for raw in lines:
        line = raw.strip(" \n")
        if not line:
            open_paragraph = False
        elif line.startswith(_ITEM):
            if not (blocks and blocks[-1].kind == "list"):
                blocks.append(Block("list"))
            blocks[-1].lines.append(_one_line(_plain(line.removeprefix(_ITEM))))
            open_paragraph = False
        elif line.startswith(_LINK) and (found := _BUTTON_LINE.fullmatch(line.removeprefix(_LINK))):
            if not (blocks and blocks[-1].kind == "links"):
                blocks.append(Block("links"))
            blocks[-1].lines.append(_one_line(_plain(found["label"])))
            blocks[-1].urls.append(absolute(_plain(found["url"])))
            blocks[-1].notes.append("")
            open_paragraph = False
        elif line.startswith(_NOTE) and blocks and blocks[-1].kind == "links":
            blocks[-1].notes[-1] = _one_line(_plain(line.removeprefix(_NOTE)))
            open_paragraph = False
        elif line.startswith(_BUTTON) and (found := _BUTTON_LINE.fullmatch(line.removeprefix(_BUTTON))):
            blocks.append(
                Block("button", [_one_line(_plain(found["label"]))], absolute(_plain(found["url"])))
            )
            open_paragraph = False
        else:
            typed = [part.strip() for part in clean(_plain(line)).split("\n") if part.strip()]
            if open_paragraph:
                blocks[-1].lines.extend(typed)
            elif typed:
                blocks.append(Block("paragraph", typed))
                open_paragraph = True
    return subject, blocks


def _plain(text: str) -> str:
    """Marks that stand in the middle of a line are the characters they were."""
    return (
        text.replace(_LINK, "- → ")
        .replace(_ITEM, "- ")
        .replace(_BUTTON, "→ ")
        .replace(_NOTE, "· ")
        .replace(_END, " ")
    )


def _one_line(text: str) -> str:
    """No line end of any sort: this goes into headers. A non-breaking space stays one."""
    return re.sub(r"[^\S\u00a0\u202f]+", " ", clean(text)).strip()


def _link(label: str, url: str, note: str) -> str:
    return f"- {label}{NBSP}:\n  {url}" + (f"\n  {note}" if note else "")


def _text(frame: dict[str, Any]) -> str:
    parts = [frame["greeting"]]
    for block in frame["blocks"]:
        if block.kind == "list":
            parts.append("\n".join(f"- {line}" for line in block.lines))
        elif block.kind == "links":
            parts.append("\n".join(_link(*link) for link in block.links))
        elif block.kind == "button":
            parts.append(f"{block.lines[0]}{NBSP}:\n{block.url}")
        else:
            parts.append("\n".join(block.lines))
    parts.append(f"L’équipe {frame['site']}")
    end = [
        f"Pourquoi ce message{NBSP}? {frame['why']}",
        "Ce message est automatique, merci de ne pas y répondre.",
    ]
    if frame["stop_url"]:
        end.append(f"Ne plus recevoir ces messages{NBSP}:\n{frame['stop_url']}")
    parts.append("-- \n" + "\n".join(end))
    return "\n\n".join(parts) + "\n"
