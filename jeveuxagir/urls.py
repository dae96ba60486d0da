"""Every route of the site. Each app owns its own urls.py; this file only mounts them."""

from django.urls import URLPattern, URLResolver, include, path

from brigades.site import site as brigade
from brigades.technical import site as technical
from jeveuxagir.web import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("jeveuxagir.web.urls")),
    path("", include("jeveuxagir.api.urls")),
    path("", include("jeveuxagir.territories.urls")),
    path("", include("jeveuxagir.notifications.urls")),
    path("", include("jeveuxagir.accounts.urls")),
    path("compte/", include("jeveuxagir.accounts.allauth_urls")),
    path("", include("jeveuxagir.moderation.urls")),
    path("", include("missions.alerts.urls")),
    path("", include("missions.resources.urls")),
    path("", include("missions.urls")),
    path("", include("missions.skill_needs.urls")),
    path("", include("missions.participations.urls")),
    path("", include("missions.participations.team_urls")),
    path("", include("missions.proposals.urls")),
    path("", include("organisations.networks.urls")),
    path("", include("missions.offers.urls")),
    path("", include("organisations.companies.urls")),
    path("", include("organisations.api_keys.urls")),
    path("", include("missions.sponsorships.urls")),
    path("", include("missions.pairings.urls")),
    path("", include("missions.impact.urls")),
    path("", include("organisations.urls")),
    path("", include("alliances.urls")),
    path("", include("alliances.governance.urls")),
    path("", include("alliances.evaluations.urls")),
    path("", include("alliances.contributions.urls")),
    path("", include("alliances.indicators.urls")),
    path("", include("alliances.shared_documents.urls")),
    path("", include("alliances.exchanges.urls")),
    path("", include("alliances.texts.urls")),
    path("", include("alliances.introductions.urls")),
    path("bibliotheque/exemples/", include("alliances.examples.urls")),
    path("bibliotheque/", include("alliances.library.urls")),
    path("", include("alliances.events.urls")),
    path("problemes-communs/", include("alliances.challenges.urls")),
    path("idees/", include("alliances.ideas.urls")),
    path("temoignages/", include("alliances.statements.urls")),
    path("glossaire/", include("alliances.glossary.urls")),
    path("", include("alliances.programme.urls")),
    path("brigade/", brigade.urls),
    path("administration/", technical.urls),
    path("sante/", health.alive, name="health_alive"),
    path("sante/pret", health.ready, name="health_ready"),
]

handler400 = "jeveuxagir.web.errors.bad_request"
handler403 = "jeveuxagir.web.errors.forbidden"
handler404 = "jeveuxagir.web.errors.not_found"
handler429 = "jeveuxagir.ui.errors.too_many_requests"
handler500 = "jeveuxagir.web.errors.server_error"
