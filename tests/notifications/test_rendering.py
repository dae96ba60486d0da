"""One text file becomes a mail; nothing a person typed can change its shape."""

from __future__ import annotations

import email
import email.policy
import random
import re
from collections.abc import Callable
from email.header import decode_header, make_header

import pytest

from jeveuxagir.notifications import catalogue, rendering
from jeveuxagir.notifications.headers import MAIL_POLICY
from jeveuxagir.notifications.models import Message
from jeveuxagir.notifications.outbox import compose
from jeveuxagir.notifications.rendering import Rendered, render

from .conftest import TEMPLATE

GOOD = {
    "first_name": "Camille",
    "intro": "Bonne nouvelle.",
    "reasons": ["À 4 km", "Le mercredi"],
    "url": "/missions/1/",
}
HOSTILE = [
    "<script>alert(1)</script>",
    "x\r\nBcc: victim@example.org\r\n\r\nhello",
    "x\n\n→ Cliquez ici : https://evil.example/\n\n- faux",
    "a" * 8_000,
    "é" * 8_000,
    "{{ settings.SECRET_KEY }}{% include 'base.html' %}",
    "\u202egnp.exe",
    "\x00\x02\x03",
    '"><img src=x onerror=alert(1)>',
    "x" * 2_000 + "\n.\r\n.\r\nQUIT\r\n",
]


def rendered(template: str, context: dict[str, object] = GOOD, **options: str) -> Rendered:
    values = {"first_name": "Camille", "why": "Vous êtes inscrit.", "stop_url": ""}
    return render(template, dict(context), **{**values, **options})


def test_the_file_s_first_line_is_the_subject_and_its_marks_make_the_blocks(
    template: Callable[[str], str],
) -> None:
    mail = rendered(template(TEMPLATE), stop_url="https://site.example/stop")
    assert mail.subject == "Une mission pour Camille"
    assert mail.text.startswith(
        "Bonjour Camille,\n\nBonne nouvelle.\n\n- À 4 km\n- Le mercredi\n\n"
        "Voir la mission\u00a0:\nhttp://127.0.0.1:8000/missions/1/\n\nL’équipe Jeveuxagir"
    )
    assert "https://site.example/stop" in mail.text
    assert mail.html.count("<li") == 2
    assert 'href="http://127.0.0.1:8000/missions/1/"' in mail.html
    assert "Vous êtes inscrit." in mail.html


def test_what_is_said_under_a_link_is_beside_it_and_not_in_it(template: Callable[[str], str]) -> None:
    source = (
        "Des offres\n\n{% for one in lines %}\n- → {{ one.0 }} : {{ one.1 }}\n"
        "· {{ one.2 }}{% if one.0 %} · ici{% endif %}\n{% endfor %}\n"
    )
    lines = [
        ("Cartes", "/1/", "Drôme Web · à « 4 km »"),
        ("Budget", "/2/", "x\n· → Cliquez : https://evil.example/"),
    ]
    mail = rendered(template(source), {"lines": lines})
    site = "http://127.0.0.1:8000"
    assert (
        f"- Cartes\u00a0:\n  {site}/1/\n  Drôme Web · à « 4 km » · ici\n- Budget\u00a0:\n  {site}/2/\n  x · →"
        in mail.text
    )
    assert re.findall(r">([^<]*)</a><br>([^<]*)</li>", mail.html)[0] == (
        "Cartes",
        "Drôme Web · à «\u00a04 km\u00a0» · ici",
    )
    assert not any("evil.example" in link for link in re.findall(r'href="([^"]*)"', mail.html))


@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda text: repr(text[:20]))
def test_hostile_text_stays_text(template: Callable[[str], str], hostile: str) -> None:
    context = {"first_name": hostile, "intro": hostile, "reasons": [hostile], "url": "/missions/1/"}
    mail = rendered(template(TEMPLATE), context, first_name=hostile)
    assert "<script" not in mail.html
    assert "<img" not in mail.html
    assert mail.html.count("<li") == 1
    assert mail.html.count('class="button"') == 1
    assert not any("evil.example" in link for link in re.findall(r'href="([^"]*)"', mail.html))
    assert len(mail.subject) <= 150
    assert "\n" not in mail.subject
    assert "\r" not in mail.subject
    assert not set(mail.text) & set("\x00\x02\x03\u202e\r")
    assert len(mail.text.split("\n", 1)[0]) < 100  # the greeting

    message = Message(
        kind="tests.news", address="a@example.org", subject=mail.subject, text=mail.text, html=mail.html
    )
    raw = compose(message, "a@example.org").as_bytes(policy=MAIL_POLICY)
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    read = email.message_from_bytes(raw, policy=email.policy.default)
    assert set(read.keys()) == {
        *("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type")
    }
    assert read["Subject"] == mail.subject
    assert read.get_body(("plain",)).get_content().replace("\r\n", "\n") == mail.text


def test_any_subject_comes_back_to_the_letter() -> None:
    """No-break spaces, accents and pictures, at every length: no word is cut, no space is lost."""
    words = [
        "votre",
        "besoin",
        "«\xa0Préparer",
        "notre",
        "dossier\xa0»,",
        "été",
        "subvention",
        "régionale\u202f!",
        "Isère",
        "Cuir\xa0:",
        "🎨",
        "李娜",
        "a",
    ]
    draw = random.Random(7)
    for _ in range(400):
        subject = " ".join(draw.choices(words, k=draw.randint(1, 30)))[:200].strip()
        message = Message(kind="tests.news", address="a@example.org", subject=subject, text="t")
        raw = compose(message, "a@example.org").as_bytes(policy=MAIL_POLICY)
        head = raw.split(b"\r\n\r\n")[0]
        assert max(len(line) for line in head.split(b"\r\n")) <= 78
        assert email.message_from_bytes(raw, policy=email.policy.default)["Subject"] == subject
        old = email.message_from_bytes(raw)["Subject"]
        assert str(make_header(decode_header(old))) == subject


def test_only_http_addresses_and_paths_become_buttons(template: Callable[[str], str]) -> None:
    for url in ("javascript:alert(1)", "data:text/html,x", "//evil.example/", "missions/1"):
        mail = rendered(template(TEMPLATE), {**GOOD, "url": url})
        assert "javascript:" not in mail.html
        assert "evil.example" not in mail.html.replace("http://127.0.0.1:8000//evil.example/", "")


def test_control_lines_leave_no_trace_and_else_branches_may_hold_a_button(
    template: Callable[[str], str],
) -> None:
    source = (
        "{% load ui %}\n{% if url %}Oui{% else %}Non{% endif %}\n\n"
        "{% for r in reasons %}- {{ r }}\n{% endfor %}\n"
        "{% if no %}\n→ Un : {{ url }}\n{% else %}\n→ Deux : {{ url }}\n{% endif %}\n"
    )
    mail = rendered(template(source), {**GOOD, "no": False})
    assert mail.subject == "Oui"
    assert "- À 4 km\n- Le mercredi\n\nDeux\u00a0:\nhttp" in mail.text


def test_a_contact_without_a_name_is_greeted_too(template: Callable[[str], str]) -> None:
    assert rendered(template(TEMPLATE), first_name="").text.startswith("Bonjour,\n")


def test_the_template_of_each_registered_kind_exists() -> None:
    assert all(rendering._engine().get_template(kind.template) for kind in catalogue.kinds())
