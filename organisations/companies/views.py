"""An employer's people, domains, codes and sites; joining one's employer; one's own employers."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jeveuxagir.accounts import nonces
from jeveuxagir.common.errors import NotAllowed, RuleBroken
from jeveuxagir.common.text import of, plural
from organisations.spaces import SignedIn, SpaceRequest, panels_of

from . import forms, policies, seen, services
from .models import Employee, JoinCode, MailDomain, Site
from .spaces import context_of, coordinators_only

PAGE = 50


# --- the employer's people ------------------------------------------------------------------------------------


@coordinators_only
@require_safe
def people(request: SpaceRequest, pk: int, slug: str) -> HttpResponse:
    """Who works there and joined, as each chose to be seen."""
    lines = seen.lines(request.organisation)
    page = Paginator(lines, PAGE).get_page(request.GET.get("page", "1")[:12])
    context = {
        "page": page,
        "total": len(lines),
        "unnamed": sum(line.label == seen.NOBODY for line in lines),
    }
    return render(request, "companies/people.html", context_of(request) | context)


def _act(back: str, verb: Callable[..., str]) -> Any:
    """A POST of one of these pages: done, told, back to the page; a refusal is told there too."""

    @coordinators_only
    @require_POST
    def act(request: SpaceRequest, pk: int, slug: str, **which: Any) -> HttpResponse:
        try:
            messages.success(request, verb(request, **which))
        except NotAllowed:
            raise
        except RuleBroken as broken:
            messages.error(request, broken.message)
        return redirect(back, pk=pk, slug=slug)

    return act


def _end(request: SpaceRequest, employee: int) -> str:
    found = get_object_or_404(
        Employee.objects.of_organisation(request.organisation).select_related("organisation"), pk=employee
    )
    services.end(found, actor=request.user)
    return "C’est fait. La personne est prévenue, et ce qu’elle a fait reste compté."


end = _act("companies:people", _end)


# --- who may join ---------------------------------------------------------------------------------------------


@never_cache
@coordinators_only
@require_safe
def access(request: SpaceRequest, pk: int, slug: str) -> HttpResponse:
    return _access(request)


def _access(request: SpaceRequest, *, status: int = 200, **bound: Any) -> HttpResponse:
    organisation = request.organisation
    codes = list(
        JoinCode.objects.of_organisation(organisation)
        .filter(revoked_at__isnull=True)
        .select_related("site")
        .order_by("-pk")[:PAGE]
    )
    context = {
        "domains": MailDomain.objects.of_organisation(organisation).live().order_by("domain"),
        "codes": [code for code in codes if not code.is_invitation],
        "invitations": [code for code in codes if code.is_invitation],
        "domain_form": bound.get("domain_form") or forms.DomainForm(auto_id="id_domaine_%s"),
        "code_form": bound.get("code_form")
        or forms.CodeForm(organisation=organisation, auto_id="id_code_%s"),
        "invite_form": bound.get("invite_form")
        or forms.InviteForm(organisation=organisation, auto_id="id_invitation_%s"),
    }
    return render(request, "companies/access.html", context_of(request) | context, status=status)


def _access_form(
    name: str, make: Callable[[SpaceRequest], Any], field: str, verb: Callable[[SpaceRequest, Any], str]
) -> Any:
    """One of the three forms of the page: what is refused comes back with what was typed."""

    @never_cache
    @coordinators_only
    @require_POST
    def act(request: SpaceRequest, pk: int, slug: str) -> HttpResponse:
        form = make(request)
        if form.is_valid():
            try:
                messages.success(request, verb(request, form.cleaned_data))
                return redirect("companies:access", pk=pk, slug=slug)
            except NotAllowed:
                raise
            except RuleBroken as broken:
                form.add_error(field, broken.message)
        return _access(request, status=422, **{name: form})

    return act


def _declare(request: SpaceRequest, typed: dict[str, Any]) -> str:
    made = services.declare_domain(request.organisation, actor=request.user, email=typed["email"])
    return (
        f"Un message est parti vers l’adresse donnée. Ouvrez son lien en étant connecté à votre compte : "
        f"« {made.domain} » sera confirmé."
    )


def _make_code(request: SpaceRequest, typed: dict[str, Any]) -> str:
    with nonces.once(nonces.actor_key(request), typed.pop("nonce")) as sent:
        if sent.first:
            code = services.make_code(request.organisation, actor=request.user, **typed)
            people = plural(code.most_uses, "personne")
            sent.outcome = f"Le code {code.in_words} est prêt : donnez-le à {people} au plus."
    return sent.outcome


def _invite(request: SpaceRequest, typed: dict[str, Any]) -> str:
    services.invite(request.organisation, actor=request.user, **typed)
    return f"L’invitation est partie. Elle sert une fois, pendant {services.INVITATION_DAYS} jours."


declare_domain = _access_form(
    "domain_form", lambda r: forms.DomainForm(r.POST, auto_id="id_domaine_%s"), "email", _declare
)
make_code = _access_form(
    "code_form",
    lambda r: forms.CodeForm(r.POST, organisation=r.organisation, auto_id="id_code_%s"),
    "most_uses",
    _make_code,
)
invite = _access_form(
    "invite_form",
    lambda r: forms.InviteForm(r.POST, organisation=r.organisation, auto_id="id_invitation_%s"),
    "email",
    _invite,
)


def _release(request: SpaceRequest, mail_domain: int) -> str:
    found = get_object_or_404(MailDomain.objects.of_organisation(request.organisation), pk=mail_domain)
    services.release_domain(found, actor=request.user)
    return f"« {found.domain} » est retiré : personne ne rejoint plus par ce domaine. Qui est venu reste."


def _revoke(request: SpaceRequest, code: int) -> str:
    found = get_object_or_404(JoinCode.objects.of_organisation(request.organisation), pk=code)
    services.revoke_code(found, actor=request.user)
    return "C’est retiré : ce lien ne sert plus à personne."


release_domain = _act("companies:access", _release)
revoke_code = _act("companies:access", _revoke)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_domain(request: SignedIn, token: str) -> HttpResponse:
    """The link of the mail: a coordinator of the employer confirms by a button; others are told why not."""
    found = services.mail_domain_of(token)
    may = found is not None and policies.can_coordinate(request.user, found.organisation)
    context = {"found": found if may else None, "error": ""}
    if may and found is not None and request.method == "POST":
        try:
            services.confirm_domain(found, actor=request.user)
            messages.success(request, f"« {found.domain} » est confirmé.")
            return redirect("companies:access", found.organisation_id, found.organisation.slug)
        except RuleBroken as broken:
            context["error"] = broken.message
    status = 422 if context["error"] else 200 if may else 404
    return render(request, "companies/confirm_domain.html", context, status=status)


# --- sites ----------------------------------------------------------------------------------------------------


@never_cache
@coordinators_only
@require_http_methods(["GET", "HEAD", "POST"])
def sites(request: SpaceRequest, pk: int, slug: str) -> HttpResponse:
    """The open sites, and one more."""
    form = forms.SiteForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            services.add_site(request.organisation, actor=request.user, **form.cleaned_data)
            messages.success(request, "Le site est ajouté.")
            return redirect("companies:sites", pk=pk, slug=slug)
        except NotAllowed:
            raise
        except RuleBroken as broken:
            _show(form, broken)
    rows = (
        Site.objects.of_organisation(request.organisation)
        .open()
        .select_related("commune")
        .annotate(people=Count("employees", filter=Q(employees__until__isnull=True)))
        .order_by("name")
    )
    status = 422 if form.is_bound else 200
    return render(
        request, "companies/sites.html", context_of(request) | {"sites": rows, "form": form}, status=status
    )


@never_cache
@coordinators_only
@require_http_methods(["GET", "HEAD", "POST"])
def site(request: SpaceRequest, pk: int, slug: str, site: int) -> HttpResponse:
    found = get_object_or_404(
        Site.objects.of_organisation(request.organisation).open().select_related("commune", "organisation"),
        pk=site,
    )
    initial = {name: getattr(found, name) for name in ("name", "street", "siret", "commune")}
    form = forms.SiteForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_bound and form.is_valid():
        try:
            services.change_site(found, actor=request.user, **form.cleaned_data)
            messages.success(request, "C’est enregistré.")
            return redirect("companies:sites", pk=pk, slug=slug)
        except NotAllowed:
            raise
        except RuleBroken as broken:
            _show(form, broken)
    status = 422 if form.is_bound else 200
    return render(
        request, "companies/site.html", context_of(request) | {"site_row": found, "form": form}, status=status
    )


def _close_site(request: SpaceRequest, site: int) -> str:
    found = get_object_or_404(
        Site.objects.of_organisation(request.organisation).select_related("organisation"), pk=site
    )
    services.close_site(found, actor=request.user)
    return f"« {found.name} » n’est plus proposé."


close_site = _act("companies:sites", _close_site)


def _show(form: Any, broken: RuleBroken) -> None:
    field = {"site_name_once": "name", "siret": "siret", "site_siret_once": "siret"}.get(broken.code)
    form.add_error(field, broken.message)


# --- one's own employers --------------------------------------------------------------------------------------


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: SignedIn) -> HttpResponse:
    """By one's own work address, or with a code: who it is, then what it will see, then a button."""
    typed = request.POST if request.method == "POST" else request.GET if "code" in request.GET else None
    code_form, shown_form, code = forms.TypedCodeForm(typed), None, None
    if code_form.is_bound and code_form.is_valid():
        try:
            code = services.find_code(code_form.cleaned_data["code"], actor=request.user)
        except RuleBroken as broken:
            code_form.add_error("code", broken.message)
    if code is not None and _works_there(request, code.organisation_id):
        messages.info(request, f"Vous faites déjà partie {of(code.organisation.name)}.")
        return redirect("companies:mine")
    if code is not None:
        shown_form = forms.ShownForm(
            request.POST if request.method == "POST" else None, organisation=code.organisation
        )
        del shown_form.fields["site"]
        if request.method == "POST" and shown_form.is_valid():
            try:
                services.join_by_code(code, actor=request.user, shown=shown_form.cleaned_data["shown"])
                messages.success(request, f"Vous avez rejoint {code.organisation.name}.")
                return redirect("companies:mine")
            except RuleBroken as broken:
                shown_form.add_error(None, broken.message)
    bad = (code_form.is_bound and code_form.errors) or (shown_form is not None and shown_form.errors)
    context = {
        "joined": list(
            Employee.objects.of_person(request.user.person)
            .live()
            .select_related("organisation")
            .order_by("organisation__name")
        ),
        "employers": [] if code else services.employers_of_domains(request.user),
        "code_form": code_form,
        "code": code,
        "shown_form": shown_form,
        "form": code_form,
    }
    return render(request, "companies/join.html", context, status=422 if bad else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join_by_domain(request: SignedIn, organisation: int) -> HttpResponse:
    """An employer whose domain is that of one's own address; any other is nobody's business: 404."""
    mine = {found.pk: found for found in services.employers_of_domains(request.user)}
    found = mine.get(organisation)
    if found is None:
        if _works_there(request, organisation):
            return redirect("companies:mine")
        raise Http404
    form = forms.ShownForm(request.POST if request.method == "POST" else None, organisation=found)
    if form.is_bound and form.is_valid():
        try:
            services.join_by_domain(found, actor=request.user, **form.cleaned_data)
            messages.success(request, f"Vous avez rejoint {found.name}.")
            return redirect("companies:mine")
        except NotAllowed:
            raise
        except RuleBroken as broken:
            form.add_error(None, broken.message)
    status = 422 if form.is_bound else 200
    return render(request, "companies/join_by_domain.html", {"employer": found, "form": form}, status=status)


def _works_there(request: SignedIn, organisation: int) -> bool:
    return Employee.objects.of_person(request.user.person).live().filter(organisation=organisation).exists()


@never_cache
@require_safe
def mine(request: SignedIn) -> HttpResponse:
    return _mine(request)


def _mine(request: SignedIn, bound: dict[int, Any] | None = None, status: int = 200) -> HttpResponse:
    rows = Employee.objects.of_person(request.user.person).select_related("organisation", "site")
    live = list(rows.live().order_by("organisation__name", "pk"))
    lines = [
        {
            "row": row,
            "form": (bound or {}).get(row.pk) or _shown_form(row),
        }
        for row in live
    ]
    context = {
        "lines": lines,
        "past": rows.filter(until__isnull=False).order_by("-until")[:20],
        "panels": panels_of("my_employers", request, request.user.person),
    }
    return render(request, "companies/mine.html", context, status=status)


def _shown_form(row: Employee, posted: Any = None) -> forms.ShownForm:
    return forms.ShownForm(
        posted,
        organisation=row.organisation,
        initial={"shown": row.shown, "site": row.site},
        auto_id=f"id_{row.pk}_%s",
    )


def _own(request: SignedIn, employee: int) -> Employee:
    return get_object_or_404(
        Employee.objects.of_person(request.user.person).live().select_related("organisation"), pk=employee
    )


@require_POST
def choose(request: SignedIn, employee: int) -> HttpResponse:
    found = _own(request, employee)
    form = _shown_form(found, request.POST)
    if form.is_valid():
        try:
            services.choose(found, actor=request.user, **form.cleaned_data)
            messages.success(request, "C’est enregistré.")
            return redirect("companies:mine")
        except RuleBroken as broken:
            form.add_error(None, broken.message)
    return _mine(request, {found.pk: form}, status=422)


@require_POST
def leave(request: SignedIn, employee: int) -> HttpResponse:
    found = _own(request, employee)
    try:
        services.leave(found, actor=request.user)
        messages.success(request, f"Vous ne faites plus partie des personnes {of(found.organisation.name)}.")
    except RuleBroken as broken:
        messages.error(request, broken.message)
    return redirect("companies:mine")
