"""What search engines may list: public pages, open missions, validated organisations, common problems."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.sitemaps import Sitemap
from django.contrib.sitemaps import views as sitemap_views
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from alliances.challenges.models import Challenge
from alliances.events.models import Event
from alliances.examples.models import Example
from alliances.glossary.models import Term
from alliances.library import kit
from alliances.library.directory import SHELVES
from alliances.library.enums import Interest
from alliances.library.models import Method
from alliances.library.models import Resource as Tool
from alliances.models import Alliance
from alliances.programme.models import Measure
from alliances.programme.reference import chantiers
from jeveuxagir.taxonomies.models import Activity, CatalystFunction, Domain, PartnershipCategory, Sdg
from jeveuxagir.territories.models import Commune, Department, Region
from missions.filters import theme_address
from missions.models import Mission, MissionAddress
from missions.offers.models import Offer
from missions.resources.models import Instrument, Need
from missions.skill_needs.models import SkillNeed
from organisations.models import Organisation

from . import territories


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
        return [
            *(
                "home",
                "needs",
                "help",
                "contact",
                "how_we_match",
                "terms",
                "legal",
                "accessibility",
                "privacy",
            ),
            *("site_map", "territories", "alliances:list", "challenges:list", "events:list"),
            "offers:entry",
            *("resources:list", "resources:orient", "resources:instruments"),
            "skill_needs:list",
            "offers:list",
            "glossary:list",
            "sponsorships:rules",
            "programme:report",
            "programme:measures",
            "programme:pledges",
            "statements:list",
        ]

    def location(self, item: str) -> str:
        return reverse(item if ":" in item else f"web:{item}")


class Missions(OurSitemap):
    changefreq = "daily"

    def items(self) -> Any:
        """Our own: an imported one is listed where it comes from."""
        return Mission.objects.open().filter(source="").only("pk", "slug", "updated_at").order_by("pk")

    def lastmod(self, mission: Mission) -> Any:
        return mission.updated_at


class Organisations(OurSitemap):
    changefreq = "weekly"

    def items(self) -> Any:
        return Organisation.objects.public().only("pk", "slug", "state_changed_at").order_by("pk")

    def lastmod(self, organisation: Organisation) -> Any:
        return organisation.state_changed_at


class Alliances(OurSitemap):
    changefreq = "weekly"

    def items(self) -> Any:
        return Alliance.objects.public().only("pk", "slug", "published_at").order_by("pk")

    def lastmod(self, alliance: Alliance) -> Any:
        return alliance.published_at


class SkillNeeds(OurSitemap):
    changefreq = "daily"

    def items(self) -> Any:
        """Those that may still be met."""
        return SkillNeed.objects.seeking().only("pk", "slug", "updated_at").order_by("pk")

    def lastmod(self, need: SkillNeed) -> Any:
        return need.updated_at


class Offers(OurSitemap):
    changefreq = "daily"

    def items(self) -> Any:
        """Those that anybody may read."""
        return Offer.objects.public().only("pk", "slug", "updated_at").order_by("pk")

    def lastmod(self, offer: Offer) -> Any:
        return offer.updated_at


class Challenges(OurSitemap):
    changefreq = "weekly"

    def items(self) -> Any:
        rows = Challenge.objects.public()
        return rows.only("pk", "slug", "state_changed_at").order_by("pk")

    def lastmod(self, challenge: Challenge) -> Any:
        return challenge.state_changed_at


class Glossary(OurSitemap):
    changefreq = "monthly"

    def items(self) -> Any:
        return Term.objects.public().only("slug", "revised_at")

    def lastmod(self, term: Term) -> Any:
        return term.revised_at


class Programme(OurSitemap):
    """The chantiers and items of the founding report, and the 21 measures."""

    changefreq = "monthly"

    def items(self) -> list[str]:
        parts = [url for one in chantiers() for url in (one.url, *(item.url for item in one.items))]
        return [*parts, *(measure.get_absolute_url() for measure in Measure.objects.order_by("number"))]

    def location(self, item: str) -> str:
        return item


class Vocabulary(OurSitemap):
    """The words of the founding report: goals, categories of partnership, functions of a catalyst."""

    changefreq = "weekly"

    def items(self) -> list[Any]:
        pages: list[Any] = [
            reverse(f"web:{name}") for name in ("vocabulary", "sdgs", "categories", "functions")
        ]
        return [
            *pages,
            *Sdg.objects.order_by("number"),
            *PartnershipCategory.objects.order_by("position"),
            *CatalystFunction.objects.order_by("position"),
        ]

    def location(self, item: Any) -> str:
        return item if isinstance(item, str) else str(item.get_absolute_url())


class Events(OurSitemap):
    changefreq = "daily"

    def items(self) -> Any:
        return Event.objects.public().only("pk", "slug", "updated_at").order_by("pk")

    def lastmod(self, event: Event) -> Any:
        return event.updated_at


class Resources(OurSitemap):
    """Public needs of means, and the sheets of instruments that are not invented."""

    changefreq = "daily"

    def items(self) -> list[Any]:
        sheets = Instrument.objects.public().real().only("slug", "name")
        return [*Need.objects.public().only("pk", "slug", "updated_at").order_by("pk"), *sheets]

    def lastmod(self, item: Any) -> Any:
        return item.updated_at if isinstance(item, Need) else None


class Library(OurSitemap):
    """Its shelves, interests, kit, and each public sheet."""

    changefreq = "weekly"

    def items(self) -> list[Any]:
        pages: list[Any] = [
            *(reverse(f"library:{name}") for name in ("home", "kit", "networks", "maturity")),
            *(reverse("library:shelf", args=[shelf.value]) for shelf in SHELVES),
            *(reverse("library:interest", args=[interest.value]) for interest in Interest),
            *(reverse("library:kit_sheet", args=[code]) for code in kit.sheets()),
        ]
        for model in (Method, Tool):
            pages += model.objects.public().only("pk", "slug", "updated_at").order_by("pk")
        return pages

    def location(self, item: Any) -> str:
        return item if isinstance(item, str) else str(item.get_absolute_url())

    def lastmod(self, item: Any) -> Any:
        return None if isinstance(item, str) else item.updated_at


class Examples(OurSitemap):
    """The list of examples, and each public one."""

    changefreq = "weekly"

    def items(self) -> list[Any]:
        rows = Example.objects.public().only("pk", "slug", "updated_at").order_by("pk")
        return [reverse("examples:list"), *rows]

    def location(self, item: Any) -> str:
        return item if isinstance(item, str) else str(item.get_absolute_url())

    def lastmod(self, item: Any) -> Any:
        return None if isinstance(item, str) else item.updated_at


class Territories(OurSitemap):
    """Regions, departments, and the communes where a mission is open."""

    changefreq = "weekly"

    def items(self) -> list[Any]:
        open_here = MissionAddress.objects.filter(mission__in=Mission.objects.open()).values("commune")
        return [
            *Region.objects.order_by("code"),
            *Department.objects.order_by("code"),
            *Commune.objects.filter(pk__in=open_here).only("code", "slug").order_by("code"),
        ]

    def location(self, item: Region | Department | Commune) -> str:
        if isinstance(item, Region):
            return territories.region_url(item)
        if isinstance(item, Department):
            return territories.department_url(item)
        return territories.commune_url(item)


class Themes(OurSitemap):
    """The domains, activities and goals of which a mission is open."""

    changefreq = "daily"

    def items(self) -> list[Any]:
        open_now = Mission.objects.open()
        return [
            *Domain.objects.active().filter(pk__in=open_now.values("domain")),
            *Activity.objects.active().filter(pk__in=open_now.values("activities")),
            *Sdg.objects.filter(pk__in=open_now.values("sdgs")),
        ]

    def location(self, item: Domain | Activity | Sdg) -> str:
        return theme_address(item)


SITEMAPS: dict[str, Any] = {
    "pages": Pages,
    "missions": Missions,
    "skill_needs": SkillNeeds,
    "offers": Offers,
    "organisations": Organisations,
    "alliances": Alliances,
    "territories": Territories,
    "themes": Themes,
    "challenges": Challenges,
    "events": Events,
    "resources": Resources,
    "glossary": Glossary,
    "programme": Programme,
    "library": Library,
    "vocabulary": Vocabulary,
    "examples": Examples,
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
