"""The brigade's admin: a site of its own, scoped to the member's territory. It reads, and calls services to write."""

from collections.abc import Callable
from functools import update_wrapper
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.admin import AdminSite, ModelAdmin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest, PermissionDenied
from django.db.models import Count, F, Model, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, include, path, reverse
from django.utils.text import capfirst
from django.views.decorators.http import require_POST

from jeveuxagir.accounts import grants, reads, roles
from jeveuxagir.common.errors import NotAllowed, RuleBroken
from jeveuxagir.common.text import fold
from jeveuxagir.territories.text import Unaccent

from . import cockpit, desk, forms, history, saved

#: departments counted above a list
PLACES_SHOWN = 24


def refuse_nul(request: HttpRequest) -> None:
    """The admin hands addresses to PostgreSQL as they are, which knows no NUL."""
    values = [value for _, values in request.GET.lists() for value in values]
    if any("\x00" in text for text in (request.path_info, *values)):
        raise BadRequest


class BrigadeSite(AdminSite):
    """At /brigade/. The second factor is asked for by the accounts' middleware before anything here runs."""

    site_title = "Brigade"
    site_header = "Brigade"
    index_title = "À faire"
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        return roles.is_brigade(request.user)

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Anonymous people sign in by the site's own page; whoever is no brigade member finds nothing here."""
        inner = super().admin_view(view, cacheable)

        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not self.has_permission(request):
                raise Http404
            refuse_nul(request)
            return inner(request, *args, **kwargs)

        return update_wrapper(guarded, view)

    def get_urls(self) -> list[URLPattern | URLResolver]:
        from . import alliance_records, examples, tool_views

        urls: list[URLPattern | URLResolver] = [path("", self.admin_view(self.index), name="index")]
        urls += [path(route, self.admin_view(view), name=name) for route, view, name in tool_views.ROUTES]
        start = self.admin_view(alliance_records.start)
        urls.append(path("alliances/commencer/", start, name="start_alliance"))
        found = self.admin_view(alliance_records.detected)
        urls.append(path("alliances/groupes/", found, name="groups"))
        urls.append(
            path("exemples/importer/", self.admin_view(examples.import_examples), name="import_examples")
        )
        model = self.admin_view(examples.import_template)
        urls.append(path("exemples/importer/modele/", model, name="import_template"))
        report = self.admin_view(examples.import_report)
        urls.append(path("exemples/importer/<int:pk>/", report, name="import_report"))
        for model, admin in self._registry.items():
            info = (model._meta.app_label, model._meta.model_name)
            assert isinstance(admin, BrigadeAdmin), info
            urls.append(path(f"{admin.path}/", include(admin.urls)))
        return urls

    def index(self, request: HttpRequest, extra_context: Any = None) -> TemplateResponse:
        """The cockpit: what is late, mine, nobody's."""
        context = {**self.each_context(request), "title": "À faire", **cockpit.of(request.user)}
        return TemplateResponse(request, "brigades/cockpit.html", context)

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        return {
            "title": "Brigade",
            "menu": self.menu(request),
            "territory": cockpit.territory(request.user),
            "shortcuts": desk.has_shortcuts(request.user),
            "site_url": "/",
            "is_popup": False,
            "is_nav_sidebar_enabled": False,
        }

    def menu(self, request: HttpRequest) -> list[tuple[str, str]]:
        """(label, path) of each list this member may open."""
        entries = [("À faire", reverse("brigade:index"))]
        entries += [
            (admin.short_label or admin.menu_label, admin.list_url())
            for admin in sorted(
                (one for one in self._registry.values() if isinstance(one, BrigadeAdmin)),
                key=lambda one: one.menu_order,
            )
            if admin.has_module_permission(request)
        ]
        entries.append(("Réponses types", reverse("brigade:answers")))
        if grants.may_give_any(request.user):  # type: ignore[arg-type]
            entries.append(("Équipe et droits", reverse("accounts:team")))
        return entries


site = BrigadeSite(name="brigade")


class BrigadeAdmin(ModelAdmin):
    """A list and a page per row, read-only; what may be done is a POST of its own that calls a service."""

    #: the path under /brigade/ and the words of the menu
    path: str = ""
    menu_label: str = ""
    short_label: str = ""
    #: the lower, the earlier in the menu; the others keep the order they were registered in
    menu_order: int = 50
    #: a sentence under the list's title
    lead: str = ""
    empty: str = "Rien ici pour le moment."
    change_list_template = "brigades/list.html"
    page_template = "brigades/page.html"
    list_per_page = 50
    list_max_show_all = 0
    show_full_result_count = False
    actions = None
    #: the first column is the link
    list_display_links = None
    #: paths searched without accents
    search_words: tuple[str, ...] = ()
    search_hint: str = ""

    # --- rights: deny, but reading within one's scope

    def scoped(self, user: Any) -> "QuerySet[Any]":
        """The rows this member sees."""
        raise NotImplementedError

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        rows = self.scoped(request.user)
        if self.ordering or not rows.query.order_by:  # a list may have an order of its own, by what it counts
            rows = rows.order_by(*(self.ordering or ("-pk",)))
        return rows

    def has_module_permission(self, request: HttpRequest) -> bool:
        return roles.is_brigade(request.user)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return roles.is_brigade(request.user)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def lookup_allowed(self, lookup: str, value: Any, request: Any = None) -> bool:
        """Only our own filters: nobody reads a column by guessing in the address bar."""
        return lookup in {getattr(wanted, "parameter_name", "") for wanted in self.get_list_filter(request)}

    # --- paths

    def url_name(self, what: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{what}"

    def list_url(self) -> str:
        return reverse(f"brigade:{self.url_name('changelist')}")

    def object_url(self, pk: Any) -> str:
        return reverse(f"brigade:{self.url_name('change')}", args=[pk])

    def key(self) -> str:
        """How this list is named in what members save."""
        return f"{self.opts.app_label}_{self.opts.model_name}"

    def row_url(self, pk: Any, query: str) -> str:
        """A row's page, opened from the list with these filters."""
        return self.object_url(pk)

    def base_query(self) -> str:
        """What asks for the whole list, whatever opens first."""
        return "q="

    def list_query(self, request: HttpRequest) -> str:
        """The filters of the list this request comes from (`file`), kept to what this list knows."""
        given = request.POST.get("file") or request.GET.get("file") or ""
        return saved.kept(given, self.params(request))

    def params(self, request: HttpRequest) -> set[str]:
        return {"q", "o", *(getattr(one, "parameter_name", "") for one in self.get_list_filter(request))}

    def back_url(self, request: HttpRequest, obj: Any) -> str:
        """Where an act leads when it stays on the row."""
        return self.object_url(obj.pk)

    def back_to_list(self, request: HttpRequest) -> str:
        return self.list_url()

    def act_url(self, pk: Any, act: str) -> str:
        return reverse(f"brigade:{self.url_name(act)}", args=[pk])

    def get_urls(self) -> list[Any]:
        wrap = self.admin_site.admin_view
        urls = [
            path("", wrap(self.changelist_view), name=self.url_name("changelist")),
            path("<int:object_id>/", wrap(self.change_view), name=self.url_name("change")),
            path("<int:object_id>/historique/", wrap(self.history_view), name=self.url_name("history")),
        ]
        for act in self.acts():
            view = require_POST(self._act_view(act))
            urls.append(path(f"<int:object_id>/{act.path}/", wrap(view), name=self.url_name(act.path)))
        return urls

    # --- acts: a POST on one row

    def acts(self) -> list["Act"]:
        return []

    def _act_view(self, act: "Act") -> Callable[..., HttpResponse]:
        def view(request: HttpRequest, object_id: int) -> HttpResponse:
            obj = self.get_or_404(request, object_id)
            try:
                done = act.do(request, obj)
            except RuleBroken as broken:
                if isinstance(broken, NotAllowed):
                    raise
                messages.error(request, broken.message)
                return redirect(self.back_url(request, obj))
            if isinstance(done, HttpResponse):
                return done
            messages.success(request, done)
            wanted = request.POST.get("retour", "")
            return redirect(self.back_to_list(request) if wanted == "liste" else self.back_url(request, obj))

        view.__name__ = f"{self.opts.model_name}_{act.path}"
        return view

    # --- the list

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        return self.search_words

    def get_search_results(
        self, request: HttpRequest, queryset: "QuerySet[Any]", search_term: str
    ) -> tuple["QuerySet[Any]", bool]:
        """Each word, without accents, in one of the fields."""
        words = fold(search_term[:100]).split()[:6]
        names = {f"_searched{index}": Unaccent(F(field)) for index, field in enumerate(self.search_words)}
        queryset = queryset.alias(**names)
        for word in words:
            found = Q(pk__in=[])
            for name in names:
                found |= Q(**{f"{name}__icontains": word})
            queryset = queryset.filter(found)
        return queryset, False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        if request.method != "GET" and request.method != "HEAD":
            raise PermissionDenied
        if not request.GET and (first := saved.default_of(request.user, self.key())):
            return redirect(f"{self.list_url()}?{first}")
        query = saved.kept(request.GET.urlencode(), self.params(request))
        context = {
            "title": self.menu_label,
            "lead": self.lead,
            "empty": self.empty,
            "search_hint": self.search_hint,
            "list_url": f"{self.list_url()}?{self.base_query()}",
            "tabs": [],
            "bulk": None,
            "query": query,
            "queue_key": self.key(),
            "saved": saved.tabs(request.user, self.key(), query),
            "save_form": forms.SaveFilterForm(user=request.user, auto_id="id_filtre_%s") if query else None,
            "places": self.places(request),
            **(extra_context or {}),
        }
        return super().changelist_view(request, context)

    def places(self, request: HttpRequest) -> list[tuple[str, str, int]]:
        """(department, address, number) of what waits, for members of several departments."""
        return []

    def count_places(
        self, request: HttpRequest, rows: "QuerySet[Any]", path: str
    ) -> list[tuple[str, str, int]]:
        """One query, whatever the number of departments; none for a member of one."""
        codes = roles.departments_of(request.user)
        if codes is not roles.EVERYWHERE and len(codes) < 2:
            return []
        counted = (
            rows.order_by()
            .values(f"{path}__code", f"{path}__name")
            .annotate(number=Count("pk", distinct=True))
            .order_by("-number", f"{path}__code")[:PLACES_SHOWN]
        )
        return [
            (
                f"{line[f'{path}__name']} ({line[f'{path}__code']})",
                f"?{urlencode({'departement': line[f'{path}__code']})}",
                line["number"],
            )
            for line in counted
            if line[f"{path}__code"]
        ]

    # --- the page

    def get_or_404(self, request: HttpRequest, object_id: Any) -> Any:
        """The row, within the member's scope: the list's own queryset, so that list = page = history."""
        obj = self.get_queryset(request).filter(pk=object_id).first()
        if obj is None:
            raise Http404
        return obj

    def change_view(
        self, request: HttpRequest, object_id: Any, form_url: str = "", extra_context: Any = None
    ) -> TemplateResponse:
        obj = self.get_or_404(request, object_id)
        return self.page(request, obj)

    def people(self, request: HttpRequest, obj: Any) -> tuple[str, list[int | None]]:
        """The sort of page for the read log, and the persons whose data this member reads on it."""
        return "", []

    def noted(self, request: HttpRequest, obj: Any) -> TemplateResponse | None:
        """Write who is looked at; the page that refuses when it is one person too many today."""
        page, people = self.people(request, obj)
        if not people or reads.note(request.user, people, page):  # type: ignore[arg-type]
            return None
        context = {
            **self.admin_site.each_context(request),
            "title": "Limite du jour atteinte",
            "quota": reads.QUOTA,
        }
        return TemplateResponse(request, "brigades/quota.html", context, status=429)

    def page(self, request: HttpRequest, obj: Any, status: int = 200, **extra: Any) -> TemplateResponse:
        refused = self.noted(request, obj)
        if refused is not None:
            return refused
        context = {
            **self.page_context(request, obj),
            "links": self.links(request, obj),
            "related": [],
            **self.describe(request, obj),
            **extra,
        }
        return TemplateResponse(request, self.page_template, context, status=status)

    def page_context(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        return {
            **self.admin_site.each_context(request),
            "title": self.title_of(obj),
            "object": obj,
            "opts": self.opts,
            "list_label": self.menu_label,
            "list_url": self.list_url(),
            "history_url": reverse(f"brigade:{self.url_name('history')}", args=[obj.pk]),
        }

    def title_of(self, obj: Any) -> str:
        return capfirst(str(obj))

    def describe(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        """`facts` [(label, value)] and `texts` [(label, long text)], and what the page's template needs more."""
        return {"facts": [], "texts": []}

    def links(self, request: HttpRequest, obj: Any) -> list[tuple[str, str]]:
        """(label, path) of what goes with it, each only if the member sees it."""
        return []

    def history_subjects(self, obj: Any) -> list[Any]:
        return [obj]

    def hidden_person(self, request: HttpRequest, obj: Any) -> int | None:
        """The person behind a pair, when the member may not know who it is."""
        return None

    def history_view(
        self, request: HttpRequest, object_id: Any, extra_context: Any = None
    ) -> TemplateResponse:
        obj = self.get_or_404(request, object_id)
        refused = self.noted(request, obj)
        if refused is not None:
            return refused
        context = {
            **self.page_context(request, obj),
            "object_url": self.object_url(obj.pk),
            "lines": history.of(*self.history_subjects(obj), hidden=self.hidden_person(request, obj)),
        }
        return TemplateResponse(request, "brigades/history.html", context)


class Act:
    """A verb on one row: `do(request, obj)` calls a service, and gives a sentence or a response."""

    def __init__(self, act_path: str, do: Callable[[HttpRequest, Any], str | HttpResponse]) -> None:
        self.path = act_path
        self.do = do


def register(model: type[Model]) -> Callable[[type[BrigadeAdmin]], type[BrigadeAdmin]]:
    def decorate(admin_class: type[BrigadeAdmin]) -> type[BrigadeAdmin]:
        site.register(model, admin_class)
        return admin_class

    return decorate
