"""The parties of an alliance by world, what each brings, its roles, its leaving; and the invitations."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jeveuxagir.accounts import nonces
from jeveuxagir.common.clock import now
from jeveuxagir.common.errors import NotAllowed, RuleBroken
from jeveuxagir.common.text import of

from . import policies, services
from .enums import OPEN_INVITATIONS, College, InvitationState
from .forms import InviteForm, LeaveForm, PartyForm, RolesForm
from .models import AllianceInvitation, Party
from .spaces import AllianceRequest, owed_by, party_required, third_vote
from .views import space_context


@party_required()
@never_cache
@require_safe
def parties(request: AllianceRequest, pk: int, slug: str) -> HttpResponse:
    """Who is in, by world; who was invited; who left."""
    return render(request, "alliances/parties.html", _context(request, InviteForm()))


def _context(request: AllianceRequest, form: InviteForm) -> dict[str, Any]:
    alliance = request.alliance
    live = list(alliance.parties.live().in_order())
    mine = {party.pk for party in request.acting}
    may_invite = policies.can_invite(request.user, alliance) and not alliance.is_closed
    by_college = [
        (college.label, found)
        for college in College
        if (found := [(party, party.pk in mine) for party in live if party.college == college])
    ]
    return {
        **space_context(request),
        "by_college": by_college,
        "total": len(live),
        "empty": [college.label for college in College if college not in {party.college for party in live}],
        "gone": list(
            alliance.parties.filter(left_at__isnull=False)
            .select_related("replaced_by")
            .order_by("-left_at")[:20]
        ),
        "may_invite": may_invite,
        "invitations": _invitations(request) if may_invite else [],
        "form": form,
    }


def _invitations(request: AllianceRequest) -> list[dict[str, Any]]:
    """Those that wait, then the latest answers."""
    rows = request.alliance.invitations.exclude(state__in=[InvitationState.JOINED, InvitationState.CANCELLED])
    before = now() - services.RESEND_AFTER
    return [
        {
            "row": row,
            "is_open": row.state in OPEN_INVITATIONS,
            # who typed an address reads it again; one that an organisation or an introduction gave is not shown
            "email": row.email
            if row.organisation_id is None and row.invited_by_id == request.user.pk
            else "",
            "may_resend": row.state in OPEN_INVITATIONS and row.sent_at <= before,
        }
        for row in rows.order_by("-sent_at", "-pk")[:60]
    ]


# --- one party --------------------------------------------------------------------------------------------------


@party_required(act=True)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def party(request: AllianceRequest, pk: int, slug: str, party_pk: int) -> HttpResponse:
    """What one's own party brings, and who signs for it."""
    mine = _own(request, party_pk)
    signatories = services.signatories(mine)
    initial = {
        "brings": mine.brings,
        "functions": list(mine.functions.all()),
        "skills": list(mine.skills.all()),
        "signatory": mine.signatory_id,
        "capacity": mine.capacity,
    }
    form = PartyForm(request.POST or None, signatories=signatories, initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                services.set_party(mine, actor=request.user, **form.cleaned_data)
                messages.success(request, "C’est enregistré.")
                return redirect("alliances:parties", pk=pk, slug=slug)
            except RuleBroken as broken:
                form.add_error(None, broken.message)
                status = 409
    context = {**space_context(request), "form": form, "party": mine, "may_leave": True}
    return render(request, "alliances/party.html", context, status=status)


@party_required(act=True, animate=True)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def roles(request: AllianceRequest, pk: int, slug: str, party_pk: int) -> HttpResponse:
    """Who animates, facilitates, funds: said by who animates. A trusted third party is decided on by all."""
    other = _live(request, party_pk)
    names = ("is_animator", "is_facilitator", "is_funder")
    initial = {name: getattr(other, name) for name in names}
    form = RolesForm(request.POST or None, college=other.college, initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            values = {"is_facilitator": False, **form.cleaned_data}
            try:
                services.set_roles(other, actor=request.user, **values)
                messages.success(request, f"Les rôles {of(other.name)} sont enregistrés.")
                return redirect("alliances:parties", pk=pk, slug=slug)
            except RuleBroken as broken:
                form.add_error(None, broken.message)
                status = 409
    third_url = next((where(request.alliance, other) for where in third_vote), "")
    context = {**space_context(request), "form": form, "party": other, "third_url": third_url}
    return render(request, "alliances/roles.html", context, status=status)


@party_required(act=True)
@require_POST
def renounce_third(request: AllianceRequest, pk: int, slug: str, party_pk: int) -> HttpResponse:
    """The trusted third party gives its mandate back."""
    mine = _own(request, party_pk)
    try:
        services.renounce_third(mine, actor=request.user)
        messages.success(request, f"{mine.name} n’est plus tiers de confiance. Les parties sont prévenues.")
    except RuleBroken as refusal:
        messages.error(request, refusal.message)
    return redirect("alliances:parties", pk=pk, slug=slug)


@party_required(act=True)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: AllianceRequest, pk: int, slug: str, party_pk: int) -> HttpResponse:
    """What is owed is listed first, then who takes it over. Who animates may hand over an absent party's place."""
    leaving = _live(request, party_pk)
    is_mine = leaving.pk in {party.pk for party in request.acting}
    animates = any(party.is_animator for party in request.acting)
    if not is_mine and not animates:
        raise NotAllowed("Seule une personne qui agit pour cette partie, ou qui anime, ouvre cette page.")
    kept = "" if is_mine else services.why_kept(leaving)
    others = request.alliance.parties.live().exclude(pk=leaving.pk)
    must = not is_mine or (leaving.is_animator and not others.filter(is_animator=True).exists())
    form = LeaveForm(request.POST or None, successors=others.order_by("name", "pk"), must=must)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            successor, reason = form.cleaned_data["successor"], form.cleaned_data["reason"]
            try:
                if is_mine:
                    services.leave(leaving, actor=request.user, reason=reason, successor=successor)
                else:
                    services.replace(leaving, actor=request.user, by=successor, reason=reason)
            except RuleBroken as broken:
                form.add_error(None, broken.message)
                status = 409
            else:
                messages.success(
                    request, f"{leaving.name} a quitté l’alliance. Les autres parties sont prévenues."
                )
                still = policies.can_read(request.user, request.alliance)
                return redirect(request.alliance.space_url if still else "accounts:my_space")
    context = {
        **space_context(request),
        "form": form,
        "party": leaving,
        "is_mine": is_mine,
        "kept": kept,
        "owed": owed_by(leaving),
        "must": must,
        "alone": not others.exists(),
    }
    return render(request, "alliances/leave.html", context, status=status)


def _live(request: AllianceRequest, pk: int) -> Party:
    return get_object_or_404(request.alliance.parties.live().select_related("organisation", "person"), pk=pk)


def _own(request: AllianceRequest, pk: int) -> Party:
    """A party the person acts for; another of the alliance is refused, a foreign one does not exist."""
    found = _live(request, pk)
    if found.pk not in {party.pk for party in request.acting}:
        raise NotAllowed("Cette page est pour qui agit au nom de cette partie.")
    return found


# --- invitations ------------------------------------------------------------------------------------------------


@party_required(act=True)
@never_cache
@require_POST
def invite(request: AllianceRequest, pk: int, slug: str) -> HttpResponse:
    _may_invite(request)
    form = InviteForm(request.POST)
    status = 422
    if form.is_valid():
        values = {name: form.cleaned_data[name] for name in ("name", "college", "email", "message")}
        try:
            with nonces.once(nonces.actor_key(request), form.cleaned_data["nonce"]) as sent:
                if sent.first:
                    services.invite(request.alliance, actor=request.user, **values)
                    sent.outcome = request.alliance.space_url
            messages.success(
                request,
                f"L’invitation est partie à {values['email']}. La réponse se donne sans créer de compte.",
            )
            return redirect("alliances:parties", pk=pk, slug=slug)
        except RuleBroken as broken:
            form.add_error(None, broken.message)
            status = 409
    return render(request, "alliances/parties.html", _context(request, form), status=status)


@party_required(act=True)
@require_POST
def resend_invitation(request: AllianceRequest, pk: int, slug: str, invitation_pk: int) -> HttpResponse:
    invitation = _invitation(request, invitation_pk)
    try:
        services.resend_invitation(invitation, actor=request.user)
        messages.success(request, f"L’invitation {of(invitation.name)} est repartie, avec un nouveau lien.")
    except RuleBroken as refusal:
        messages.error(request, refusal.message)
    return redirect("alliances:parties", pk=pk, slug=slug)


@party_required(act=True)
@require_POST
def cancel_invitation(request: AllianceRequest, pk: int, slug: str, invitation_pk: int) -> HttpResponse:
    invitation = _invitation(request, invitation_pk)
    try:
        services.cancel_invitation(invitation, actor=request.user)
        messages.success(
            request, f"L’invitation {of(invitation.name)} est retirée : son lien ne marche plus."
        )
    except RuleBroken as refusal:
        messages.error(request, refusal.message)
    return redirect("alliances:parties", pk=pk, slug=slug)


def _may_invite(request: AllianceRequest) -> None:
    if not policies.can_invite(request.user, request.alliance):
        raise NotAllowed("La partie qui anime, ou celle qui facilite, invite.")


def _invitation(request: AllianceRequest, pk: int) -> AllianceInvitation:
    _may_invite(request)
    found = request.alliance.invitations.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found
