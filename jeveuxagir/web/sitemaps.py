"""What search engines may list: public pages, open missions, validated organisations."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.sitemaps import Sitemap
from django.contrib.sitemaps import views as sitemap_views
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from missions.models import Mission
from organisations.models import Organisation


class OurSitemap(Sitemap):
    limit = 5000

    def get_urls(
        self, page: int | str = 1, site: Any = None, protocol: str | None = None
    ) -> list[dict[str, Any]]:
        """Addresses come from SITE_URL, never from the Host header."""
        protocol, _, domain = settings.SITE_URL.rstrip("/").partition("://")
        return super().get_urls(page, type("Site", (), {"domain": domain})(), protocol)


class Pages(OurSitemap):
    changefreq = "weekly"

    def items(self) -> list[str]:
        return ["home", "help", "how_we_match", "legal", "accessibility", "privacy"]

    def location(self, item: str) -> str:
        return reverse(f"web:{item}")


class Missions(OurSitemap):
    changefreq = "daily"

    def items(self) -> Any:
        return Mission.objects.open().only("pk", "slug", "updated_at").order_by("pk")

    def lastmod(self, mission: Mission) -> Any:
        return mission.updated_at


class Organisations(OurSitemap):
    changefreq = "weekly"

    def items(self) -> Any:
        return Organisation.objects.public().only("pk", "slug").order_by("pk")


SITEMAPS: dict[str, Any] = {
    "pages": Pages,
    "missions": Missions,
    "organisations": Organisations,
}


@login_not_required
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """One line per page of each section, with addresses from SITE_URL."""
    base = settings.SITE_URL.rstrip("/")
    addresses = []
    for name, sitemap in SITEMAPS.items():
        path = base + reverse("web:sitemap", args=[name])
        pages = sitemap().paginator.num_pages
        addresses += [path] + [f"{path}?p={page}" for page in range(2, pages + 1)]
    return render(request, "web/sitemap_index.xml", {"addresses": addresses}, content_type="application/xml")


@login_not_required
@require_safe
def section(request: HttpRequest, section: str) -> HttpResponse:
    return sitemap_views.sitemap(request, SITEMAPS, section=section)
