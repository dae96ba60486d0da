"""The stock admin at /administration/: technical staff only, every table to read, nothing to write.

Fields that hold personal data or secrets are left out: whoever mends the platform has no need to read people.
"""

from collections.abc import Callable
from functools import cache, update_wrapper
from typing import Any

from django.apps import apps
from django.contrib.admin import AdminSite, ModelAdmin
from django.contrib.admin.utils import display_for_field
from django.contrib.auth.views import redirect_to_login
from django.db.models import Field, ForeignKey, Model
from django.forms import Media
from django.http import Http404, HttpRequest
from django.urls import path, reverse
from django.utils.text import capfirst

from jeveuxagir.accounts import roles

from .site import refuse_nul
from .technical_words import heading

#: The apps shown, each with all its tables.
APPS = (
    *("territories", "taxonomies", "audit", "notifications", "accounts", "moderation"),
    *("organisations", "requests", "missions", "participations", "proposals", "feeds", "ideas"),
    *("alliances", "challenges", "events"),
    *("skill_needs", "offers", "sponsorships", "pairings"),
)
_SECRET = ("password", "token", "nonce", "actor_key", "secret")
#: what people wrote about people, what a match knew of one, what a relay said of an address
_WRITTEN = (
    *("idea.answer", "moderationnote.text", "participation.cancel_reason", "engagementrequest.closed_reason"),
    *("matchrun.inputs", "message.last_error", "suppression.reason"),
    *("sponsorship.end_reason", "dayentry.refused_reason", "debrief.went_well", "debrief.to_improve"),
    *("convention.articles", "convention.document", "convention.summary", "pairing.note", "pairing.inputs"),
    # an employer's, for itself alone
    "valuation.amount",
)
_LONG = ("TextField", "JSONField", "ArrayField", "GeneratedField", "ManyToManyField")
_COLUMNS = 7


class TechnicalSite(AdminSite):
    site_title = "Administration technique"
    site_header = "Administration technique"
    index_title = "Tables"
    index_template = "brigades/technical_index.html"
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        return roles.has(request.user, "technical")

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        inner = super().admin_view(view, cacheable)

        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not self.has_permission(request):
                raise Http404
            refuse_nul(request)
            return inner(request, *args, **kwargs)

        return update_wrapper(guarded, view)

    def get_urls(self) -> list[Any]:
        """Reading only: no form of its own to sign in, sign out or change a password, nor to search people."""
        return [
            url
            for url in super().get_urls()
            if getattr(url, "name", None)
            not in (
                "login",
                "logout",
                "password_change",
                "password_change_done",
                "autocomplete",
                "view_on_site",
            )
        ]


site = TechnicalSite(name="admin")


def is_shown(field: "Field[Any, Any]") -> bool:
    """Neither personal nor secret."""
    if getattr(field, "is_personal", False) or f"{field.model._meta.model_name}.{field.name}" in _WRITTEN:
        return False
    return not any(word in field.name for word in _SECRET)


def column(field: "Field[Any, Any]") -> str:
    """A foreign key is shown by its number: the row it names may be a person."""
    return field.attname if isinstance(field, ForeignKey) else field.name


@cache
def cell(field: "Field[Any, Any]") -> Callable[[Model], Any]:
    """A column of a list, a line of a row: the value under its French name."""

    def shown(row: Model) -> Any:
        value = getattr(row, column(field))
        return value if isinstance(field, ForeignKey) else display_for_field(value, field, "–")

    shown.__name__ = column(field)
    shown.short_description = heading(field)  # type: ignore[attr-defined]
    shown.admin_order_field = field.name  # type: ignore[attr-defined]
    return shown


class ReadOnly(ModelAdmin):
    list_per_page = 50
    list_max_show_all = 0
    show_full_result_count = False
    actions = None
    view_on_site = False
    change_form_template = "brigades/technical_form.html"
    change_list_template = "brigades/technical_list.html"

    @property
    def media(self) -> Media:
        """No script: pages that are only read need none, and jQuery writes inline styles."""
        return Media()

    def has_module_permission(self, request: HttpRequest) -> bool:
        return roles.has(request.user, "technical")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return roles.has(request.user, "technical")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def lookup_allowed(self, lookup: str, value: Any, request: Any = None) -> bool:
        return lookup in {field for field in self.list_filter if isinstance(field, str)} | {
            f"{field}__exact" for field in self.list_filter if isinstance(field, str)
        }

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [cell(field) for field in self.opts.fields if is_shown(field)]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.get_fields(request, obj)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).order_by("-pk")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        title = capfirst(str(self.opts.verbose_name_plural))
        return super().changelist_view(request, {"title": title} | (extra_context or {}))

    def get_urls(self) -> list[Any]:
        """The list, the row, and nothing that writes."""
        wrap, info = self.admin_site.admin_view, (self.opts.app_label, self.opts.model_name)
        return [
            path("", wrap(self.changelist_view), name="{}_{}_changelist".format(*info)),
            path("<path:object_id>/lire/", wrap(self.change_view), name="{}_{}_change".format(*info)),
        ]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        """Titles name the row by its number: its words may be somebody's name."""
        number = f"n° {context['original'].pk}"
        list_url = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
        context |= {
            "subtitle": None,
            "title": f"{self.opts.verbose_name} {number}",
            "original": number,
            "list_url": list_url,
        }
        return super().render_change_form(request, context, *args, **kwargs)


def admin_of(model: type[Model]) -> type[ReadOnly]:
    shown = [
        field for field in model._meta.fields if is_shown(field) and field.get_internal_type() not in _LONG
    ]
    filters = [field.name for field in shown if field.choices][:2]
    shown.sort(key=lambda field: not field.primary_key)  # its number first
    columns = [cell(field) for field in shown[:_COLUMNS]]
    return type(f"{model.__name__}ReadOnly", (ReadOnly,), {"list_display": columns, "list_filter": filters})


for _label in APPS:
    for _model in apps.get_app_config(_label).get_models():
        if not _model._meta.proxy:
            site.register(_model, admin_of(_model))
