"""Two members save the same page at the same instant: one saves, the other is shown both values. Real commits."""

import re
import threading
from html import unescape
from typing import Any

from django.db import connections
from django.test import Client
from django.urls import reverse

from missions.models import Mission
from tests.factories import make_member, make_mission

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def test_of_two_members_who_save_at_once_one_saves_and_the_other_sees_both_titles(committed_db: None) -> None:
    mission = make_mission(state="draft", title="Le titre de départ")
    organisation = mission.organisation
    page = reverse("missions:edit", args=[organisation.pk, organisation.slug, mission.pk, "titre"])
    titles = ["Lire des histoires aux enfants", "Raconter des histoires aux enfants"]
    ready = threading.Barrier(len(titles))
    answers: dict[str, Any] = {}

    def save(client: Client, title: str, hidden: dict[str, str]) -> None:
        try:
            ready.wait(timeout=10)
            answers[title] = client.post(page, hidden | {"title": title, "domain": "education"})
        finally:
            connections.close_all()

    threads = []
    for title in titles:
        client = Client()
        client.force_login(make_member(organisation), backend=BACKEND)
        html = client.get(page).content.decode()
        hidden = {
            name: unescape(found[1])
            for name in ("version", "before")
            if (found := re.search(rf'name="{name}" value="([^"]*)"', html))
        }
        threads.append(threading.Thread(target=save, args=(client, title, hidden)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(answer.status_code for answer in answers.values()) == [302, 409]
    saved = Mission.objects.get().title
    [(typed, refused)] = [(title, answer) for title, answer in answers.items() if answer.status_code == 409]
    shown = refused.content.decode()
    assert saved != typed
    assert saved in shown
    assert f'value="{typed}"' in shown
