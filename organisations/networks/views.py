"""One's network and the networks one is in: members, their open needs, invitations, templates, figures."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jeveuxagir.accounts import nonces
from jeveuxagir.accounts.services import user_of
from jeveuxagir.common.clock import now
from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.common.text import fold
from jeveuxagir.territories.text import Unaccent
from organisations.models import Organisation
from organisations.policies import HANDLERS
from organisations.spaces import SpaceRequest, membership_required
from organisations.views import space_context

from . import services
from .figures import FEW, figures_of
from .forms import InviteForm, JoinForm, MailForm, TemplateForm
from .models import Affiliation, MailInvitation, Template
from .notifications import space_url
from .sources import open_needs

FORM = ["GET", "HEAD", "POST"]
PAGE = 30
SHOWN = 10
#: what a member or a head does to an affiliation → what is said
VERBS = {
    "accepter": (services.accept, "C’est fait : votre organisation est membre du réseau."),
    "decliner": (services.decline, "L’invitation est déclinée."),
    "annuler": (services.cancel, "L’invitation est annulée."),
    "quitter": (services.end, "C’est terminé : l’autre organisation est prévenue."),
}


@never_cache
@membership_required()
@require_safe
def space(request: SpaceRequest, pk: int, slug: str) -> HttpResponse:
    """The networks it is in, then its own: members, figures, invitations. Readers read."""
    organisation = request.organisation
    mine = Affiliation.objects.of_member(organisation).select_related("head__commune").order_by("state", "pk")
    members = (
        Affiliation.objects.of_head(organisation)
        .select_related("member__commune__department")
        .order_by("-state", "member__name", "pk")
    )
    keys = _members_of(organisation)
    context: dict[str, Any] = {
        **space_context(request),
        "mine": list(mine),
        "page_obj": Paginator(members, PAGE).get_page(request.GET.get("page")),
        "may_act": request.membership.role in HANDLERS,
        "may_head": organisation.is_verified and request.membership.role in HANDLERS,
        "mailed": list(MailInvitation.objects.of_organisation(organisation).order_by("-pk")[:PAGE])
        if request.membership.role in HANDLERS
        else [],
        "now": now(),
    }
    if keys:
        context["figures"] = [("Membres", len(keys))] + [
            (source.label.capitalize(), source.counted(keys)) for source in open_needs
        ]
    return render(request, "networks/space.html", context)


def _members_of(organisation: Organisation) -> list[int]:
    rows = Affiliation.objects.active().filter(head=organisation, member__state="validated")
    return list(rows.values_list("member", flat=True))


@never_cache
@membership_required()
@require_safe
def figures(request: SpaceRequest, pk: int, slug: str) -> HttpResponse:
    """Its members, what they look for and the time that was lent, by year and by place."""
    context = {
        **space_context(request),
        "figures": figures_of(_members_of(request.organisation)),
        "few": FEW,
        "may_head": request.organisation.is_verified and request.membership.role in HANDLERS,
    }
    return render(request, "networks/figures.html", context)


@never_cache
@membership_required()
@require_safe
def needs(request: SpaceRequest, pk: int, slug: str) -> HttpResponse:
    """What its members look for today, by sort."""
    keys = _members_of(request.organisation)
    names = dict(Organisation.objects.public().filter(pk__in=keys).values_list("pk", "name"))
    groups = []
    for source in open_needs:
        found = source.found(keys, PAGE) if keys else []
        if found:
            total = source.counted(keys)
            lines = [(one, names.get(one.organisation, "")) for one in found]
            groups.append({"label": source.label, "lines": lines, "total": total, "more": total - len(lines)})
    return render(
        request,
        "networks/needs.html",
        {
            **space_context(request),
            "groups": groups,
            "members": len(keys),
            "may_head": request.organisation.is_verified and request.membership.role in HANDLERS,
        },
    )


@never_cache
@membership_required(*HANDLERS)
@require_http_methods(FORM)
def invite(request: SpaceRequest, pk: int, slug: str) -> HttpResponse:
    """An organisation of the site, found by its name; else an address."""
    chosen = _chosen(request)
    typed = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    form = InviteForm(request.POST or None)
    status = 200
    if request.method == "POST" and chosen is not None:
        status = 422
        if form.is_valid():
            try:
                with nonces.once(nonces.actor_key(request), form.cleaned_data["nonce"]) as sent:
                    if sent.first:
                        services.invite(
                            actor=request.user,
                            head=request.organisation,
                            member=chosen,
                            message=form.cleaned_data["message"],
                        )
                        messages.success(request, f"L’invitation est partie vers {chosen.name}.")
                        sent.outcome = space_url(request.organisation)
                return redirect("networks:space", pk=pk, slug=slug)
            except RuleBroken as refused:
                form.add_error(None, refused.message)
                status = 409
    context = {
        **space_context(request),
        "chosen": chosen,
        "typed": typed,
        "found": named(typed, request.organisation) if typed else [],
        "form": form,
        "mail_form": MailForm(),
    }
    return render(request, "networks/invite.html", context, status=status)


def _chosen(request: SpaceRequest) -> Organisation | None:
    asked = request.GET.get("a", "")
    if not (asked.isascii() and asked.isdigit() and len(asked) < 19):
        return None
    rows = Organisation.objects.public().exclude(pk=request.organisation.pk)
    return rows.select_related("commune__department").filter(pk=int(asked)).first()


def named(typed: str, besides: Organisation) -> list[Organisation]:
    """Organisations of the site whose name has these words."""
    rows = Organisation.objects.public().exclude(pk=besides.pk).annotate(folded=Unaccent(F("name")))
    for word in fold(typed).split()[:6]:
        rows = rows.filter(folded__icontains=word)
    return list(rows.select_related("commune__department").order_by("name", "pk")[:SHOWN])


@never_cache
@membership_required(*HANDLERS)
@require_http_methods(FORM)
def invite_by_mail(request: SpaceRequest, pk: int, slug: str) -> HttpResponse:
    form = MailForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                with nonces.once(nonces.actor_key(request), form.cleaned_data["nonce"]) as sent:
                    if sent.first:
                        made = services.invite_by_mail(
                            actor=request.user, head=request.organisation, email=form.cleaned_data["email"]
                        )
                        messages.success(request, f"L’invitation est partie vers {made.email}.")
                        sent.outcome = space_url(request.organisation)
                return redirect("networks:space", pk=pk, slug=slug)
            except RuleBroken as refused:
                form.add_error(None, refused.message)
                status = 409
    return render(
        request,
        "networks/invite_by_mail.html",
        {**space_context(request), "form": form, "days": services.DAYS},
        status=status,
    )


@membership_required(*HANDLERS)
@require_POST
def cancel_mail(request: SpaceRequest, pk: int, slug: str, invitation_pk: int) -> HttpResponse:
    rows = MailInvitation.objects.of_organisation(request.organisation)
    try:
        services.cancel_mail_invitation(get_object_or_404(rows, pk=invitation_pk), actor=request.user)
        messages.success(request, "L’invitation est annulée.")
    except RuleBroken as refused:
        messages.error(request, refused.message)
    return redirect("networks:space", pk=pk, slug=slug)


@membership_required(*HANDLERS)
@require_POST
def act(request: SpaceRequest, pk: int, slug: str, affiliation_pk: int, verb: str) -> HttpResponse:
    """Accept, decline, cancel, leave or end."""
    if verb not in VERBS:
        raise Http404
    rows = Affiliation.objects.of_organisation(request.organisation).select_related("head", "member")
    affiliation = get_object_or_404(rows, pk=affiliation_pk)
    service, said = VERBS[verb]
    try:
        service(affiliation, actor=request.user)
        messages.success(request, said)
    except RuleBroken as refused:
        messages.error(request, refused.message)
    return redirect("networks:space", pk=pk, slug=slug)


@never_cache
@require_http_methods(FORM)
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """The link of a mail: which of my organisations joins? One may have to be declared first."""
    found = services.invitation_of(token)
    if found is None:
        return render(request, "networks/unknown.html", status=404)
    user = user_of(request)
    mine = (
        Organisation.objects.of_person(user.person)
        .filter(memberships__person=user.person, memberships__role__in=HANDLERS)
        .exclude(state__in=["closed", "refused"])
        .exclude(pk=found.head_id)
        .distinct()
        .order_by("name")
    )
    form = JoinForm(request.POST or None, organisations=mine)
    over = bool(found.used_at or found.cancelled_at or found.has_expired)
    status = 200
    if request.method == "POST" and not over:
        status = 422
        if form.is_valid():
            try:
                made = services.join_by_mail(found, actor=user, member=form.chosen)
                messages.success(request, f"{made.member.name} est membre du réseau {found.head.name}.")
                return redirect("networks:space", pk=made.member_id, slug=made.member.slug)
            except RuleBroken as refused:
                form.add_error(None, refused.message)
                status = 409
    context = {"invitation": found, "form": form, "any": bool(form.organisations), "over": over}
    return render(request, "networks/invitation.html", context, status=status)


# --- templates ------------------------------------------------------------------------------------------------


@never_cache
@membership_required()
@require_safe
def templates(request: SpaceRequest, pk: int, slug: str) -> HttpResponse:
    """Those it lends, and those it is lent."""
    rows = Template.objects.lent_to(request.organisation).select_related("head")
    context = {
        **space_context(request),
        "own": [one for one in rows if one.head_id == request.organisation.pk],
        "lent": [one for one in rows if one.head_id != request.organisation.pk],
        "may_head": request.organisation.is_verified and request.membership.role in HANDLERS,
    }
    return render(request, "networks/templates.html", context)


@never_cache
@membership_required(*HANDLERS)
@require_http_methods(FORM)
def new_template(request: SpaceRequest, pk: int, slug: str) -> HttpResponse:
    return _write(request, None)


@never_cache
@membership_required(*HANDLERS)
@require_http_methods(FORM)
def template(request: SpaceRequest, pk: int, slug: str, template_pk: int) -> HttpResponse:
    found = get_object_or_404(Template.objects.of_organisation(request.organisation), pk=template_pk)
    return _write(request, found)


def _write(request: SpaceRequest, found: Template | None) -> HttpResponse:
    initial = (
        {"title": found.title, "deliverable": found.deliverable, "context": found.context} if found else {}
    )
    form = TemplateForm(request.POST or None, initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                with nonces.once(nonces.actor_key(request), form.cleaned_data["nonce"]) as sent:
                    if sent.first and found is not None:
                        services.change_template(found, actor=request.user, data=form.words)
                    elif sent.first:
                        services.write_template(
                            actor=request.user, head=request.organisation, data=form.words
                        )
                    sent.outcome = sent.outcome or space_url(request.organisation)
                messages.success(request, "Le modèle est enregistré : vos membres peuvent en partir.")
                return redirect(
                    "networks:templates", pk=request.organisation.pk, slug=request.organisation.slug
                )
            except RuleBroken as refused:
                form.add_error(None, refused.message)
                status = 409
    context = {**space_context(request), "form": form, "template": found}
    return render(request, "networks/template.html", context, status=status)


@membership_required(*HANDLERS)
@require_POST
def retire_template(request: SpaceRequest, pk: int, slug: str, template_pk: int) -> HttpResponse:
    found = get_object_or_404(Template.objects.of_organisation(request.organisation), pk=template_pk)
    try:
        services.retire_template(found, actor=request.user)
        messages.success(request, "Le modèle est retiré.")
    except RuleBroken as refused:
        messages.error(request, refused.message)
    return redirect("networks:templates", pk=pk, slug=slug)
