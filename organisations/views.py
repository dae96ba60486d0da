"""Directory, public page, sign-up by steps, the members' space, team, settings, invitations."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.db.models import Case, F, IntegerField, When
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from jeveuxagir.accounts import limits, nonces, todo
from jeveuxagir.common.clock import now
from jeveuxagir.common.errors import NotAllowed, RuleBroken, Stale
from jeveuxagir.common.phones import phone_in_words
from jeveuxagir.common.text import fold, plural
from jeveuxagir.partners import rna, sirene
from jeveuxagir.partners.registry import Closed
from jeveuxagir.territories.models import Commune
from jeveuxagir.territories.text import SortName, Unaccent

from . import forms, joining, numbers, policies, services, spaces, verification
from .duplicates import named_like
from .enums import Checked, Kind, MemberRole, State
from .models import JoinRequest, Membership, Organisation
from .spaces import SignedIn, SpaceRequest

PAGE = 24
#: How like a name must be to be shown when no name holds what was typed.
DIRECTORY_LIKENESS = 0.3
STEPS = ["Votre type d’organisation", "Son identité", "Son adresse", "Sa présentation", "Relire et envoyer"]

# --- public ---------------------------------------------------------------------------------------------------


@login_not_required
@require_GET
def directory(request: HttpRequest) -> HttpResponse:
    """Validated organisations, by name, kind and department."""
    form = forms.DirectoryForm(request.GET or None)
    found = (
        Organisation.objects.public().select_related("commune__department").order_by(SortName("name"), "pk")
    )
    asked: dict[str, Any] = {}
    if form.is_bound:
        form.is_valid()
        asked = {name: value for name, value in form.cleaned_data.items() if value}
    if asked.get("type"):
        found = found.filter(kind=asked["type"])
    if asked.get("departement"):
        found = found.filter(commune__department=asked["departement"])
    if asked.get("missions"):
        for keep in spaces.with_missions:
            found = keep(found)
    name = asked.get("nom", "")
    all_kept, is_near = found, False
    for word in fold(name).split():
        found = found.annotate(folded=Unaccent(F("name"))).filter(folded__icontains=word)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    if name and not page.paginator.count:  # nobody by that name: names that are like it
        near = named_like(all_kept, name, DIRECTORY_LIKENESS).order_by("-likeness", "pk")
        page = Paginator(near, PAGE).get_page(request.GET.get("page"))
        is_near = bool(page.paginator.count)
    context = {"form": form, "page_obj": page, "asked": asked, "is_near": is_near}
    return render(request, "organisations/directory.html", context)


@login_not_required
@require_GET
def public(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """What anybody may read of a validated organisation."""
    organisation = get_object_or_404(
        Organisation.objects.public().select_related("commune__department"), pk=pk
    )
    if slug != organisation.slug:
        return redirect(organisation, permanent=True)
    return render(
        request,
        "organisations/public.html",
        {
            "organisation": organisation,
            "facts": _public_facts(organisation),
            "is_member": policies.is_member(request.user, organisation),
            "has_owner": organisation.memberships.owners().exists(),
            "panels": spaces.panels_of("organisation.public", request, organisation),
        },
    )


def _public_facts(organisation: Organisation) -> list[tuple[str, Any]]:
    place = ", ".join(
        filter(None, [organisation.street, organisation.commune.label if organisation.commune else ""])
    )
    return [
        ("Type", organisation.get_kind_display().capitalize()),
        ("Adresse", place),
        ("Téléphone", phone_in_words(organisation.phone)),
        ("Numéro RNA", organisation.rna),
        ("Numéro SIREN", organisation.siren),
        ("Niveau de preuve", organisation.get_proof_level_display().capitalize()),
    ]


# --- sign-up --------------------------------------------------------------------------------------------------


@login_not_required
@require_GET
def sign_up(request: HttpRequest) -> HttpResponse:
    """Step 1: what each kind can do here. Sent by GET, it writes nothing."""
    asked = "type" in request.GET
    form = forms.KindForm(request.GET if asked else None)
    if asked and form.is_valid():
        return redirect(f"{reverse('organisations:sign_up_identity')}?type={form.cleaned_data['type']}")
    drafts = []
    if request.user.is_authenticated:
        drafts = list(
            Organisation.objects.of_person(request.user.person).filter(state=State.DRAFT).order_by("-pk")
        )
    return render(
        request,
        "organisations/sign_up_kind.html",
        {"form": form, "kinds": forms.KINDS, "drafts": drafts, **_step(1)},
    )


@require_http_methods(["GET", "HEAD", "POST"])
def sign_up_identity(request: SignedIn) -> HttpResponse:
    """Step 2 makes the draft: a double click makes one."""
    kind = request.GET.get("type", "")
    if kind not in Kind.values:
        return redirect("organisations:sign_up")
    if "fill" in request.POST:
        return _fill(request, Kind(kind), _step(2))
    form = forms.IdentityForm(request.POST or None, kind=kind)
    known = None
    if form.is_valid():
        data = services.OrganisationData(kind=kind, **_identity(form))
        try:
            asked = _ask_registry(form.cleaned_data)
            verification.refuse_closed(asked)
            with nonces.once(nonces.actor_key(request), form.cleaned_data["nonce"]) as sent:
                if sent.first:
                    organisation = services.create_draft(actor=request.user, data=data)
                    verification.keep(organisation, asked)
                    sent.outcome = reverse("organisations:sign_up_step", args=[organisation.pk, "adresse"])
            return redirect(sent.outcome)
        except RuleBroken as broken:
            known = _known(broken, _number_typed(form))
            _show(form, broken)
    context = {
        "form": form,
        "kind": Kind(kind),
        "back": reverse("organisations:sign_up"),
        "known": known,
        "may_fill": _may_fill(),
        **_step(2),
    }
    return render(request, "organisations/sign_up_step.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def sign_up_step(request: SignedIn, pk: int, step: str) -> HttpResponse:
    """Steps 2 to 4 of a draft that exists: each keeps what was typed."""
    organisation = _own_draft(request, pk)
    number = {"identite": 2, "adresse": 3, "presentation": 4}[step]
    if step == "identite" and "fill" in request.POST:
        return _fill(request, Kind(organisation.kind), {"organisation": organisation, **_step(2)})
    known = None
    form = _step_form(step, organisation, request.POST or None)
    if form.is_valid():
        changed = _identity(form) if step == "identite" else form.cleaned_data
        data = services.OrganisationData(**{**services.data_of(organisation).__dict__, **changed})
        following = {"identite": "adresse", "adresse": "presentation"}.get(step)
        try:
            asked = _ask_registry(form.cleaned_data) if step == "identite" else None
            verification.refuse_closed(asked)
            services.update(organisation, actor=request.user, version=None, data=data)
            if asked is not None:
                verification.keep(organisation, asked)
            if following and "resume" not in request.GET:
                return redirect("organisations:sign_up_step", pk=pk, step=following)
            return redirect("organisations:sign_up_summary", pk=pk)
        except RuleBroken as broken:
            known = _known(broken, _number_typed(form))
            _show(form, broken)
    back = {
        "identite": reverse("organisations:sign_up"),
        "adresse": reverse("organisations:sign_up_step", args=[pk, "identite"]),
        "presentation": reverse("organisations:sign_up_step", args=[pk, "adresse"]),
    }[step]
    kind = Kind(organisation.kind)
    said = verification.latest(organisation) if step in ("identite", "adresse") else None
    context = {
        "form": form,
        "kind": kind,
        "back": back,
        "organisation": organisation,
        "known": known,
        "said": said if said and said.seen_name else None,
        "may_fill": step == "identite" and _may_fill(),
        **_step(number),
    }
    return render(request, "organisations/sign_up_step.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def sign_up_summary(request: SignedIn, pk: int) -> HttpResponse:
    """Step 5: read again, correct a line, send."""
    organisation = _own_draft(request, pk)
    refused = None
    if request.method == "POST":
        try:
            services.submit(organisation, actor=request.user)
            messages.success(
                request,
                "Votre inscription est envoyée. La brigade de votre département la relit sous 5 jours ouvrés, "
                "et vous écrit.",
            )
            return redirect(organisation.space_url)
        except RuleBroken as broken:
            refused = broken
    sections = [
        ("Identité", "identite", _identity_facts(organisation)),
        (
            "Adresse et contact",
            "adresse",
            [
                ("Adresse", organisation.street),
                ("Commune", organisation.commune.label if organisation.commune else "à compléter"),
                ("Adresse électronique", organisation.email),
                ("Téléphone", phone_in_words(organisation.phone)),
            ],
        ),
        (
            "Présentation",
            "presentation",
            [
                ("Présentation", organisation.description or "à compléter"),
                ("Site internet", organisation.website),
            ],
        ),
    ]
    context = {"organisation": organisation, "sections": sections, "refused": refused, **_step(5)}
    return render(request, "organisations/sign_up_summary.html", context, status=409 if refused else 200)


def _step(number: int) -> dict[str, Any]:
    return {
        "step": number,
        "steps": len(STEPS),
        "step_title": STEPS[number - 1],
        "next_title": STEPS[number] if number < len(STEPS) else "",
    }


def _own_draft(request: SignedIn, pk: int) -> Organisation:
    mine = Organisation.objects.of_person(request.user.person).select_related("commune__department")
    organisation = get_object_or_404(mine, pk=pk, state__in=[State.DRAFT, State.REFUSED])
    if not policies.can_manage(request.user, organisation):
        raise Http404
    return organisation


def _step_form(step: str, organisation: Organisation, posted: Any) -> Any:
    if step == "identite":
        initial = {
            name: getattr(organisation, name) for name in ("name", "rna", "siren", "siret", "is_research")
        }
        if organisation.kind not in numbers.WITH_RNA:
            initial["siret"] = organisation.siret or organisation.siren
        return forms.IdentityForm(posted, kind=organisation.kind, initial=initial)
    if step == "adresse":
        initial = {name: getattr(organisation, name) for name in ("street", "commune", "email", "phone")}
        return forms.AddressForm(posted, initial=_with_registry(initial, organisation))
    initial = {"description": organisation.description, "website": organisation.website}
    return forms.PresentationForm(posted, initial=initial)


def _with_registry(initial: dict[str, Any], organisation: Organisation) -> dict[str, Any]:
    """What is still empty, as the registry has it."""
    said = verification.latest(organisation)
    if said is None or said.outcome not in (Checked.MATCH, Checked.OTHER_NAME):
        return initial
    if not initial["street"] and not initial["commune"]:
        initial["street"] = _readable(said.seen_street)[:160]
        initial["commune"] = Commune.objects.filter(pk=said.seen_commune).first()
    return initial


def _readable(text: str) -> str:
    """Registries shout."""
    return text.capitalize() if text.isupper() else text


def _may_fill() -> bool:
    return sirene.is_plugged_in() or rna.is_plugged_in()


def _ask_registry(values: dict[str, Any]) -> verification.Asked | None:
    return verification.look_up(
        rna_number=values.get("rna", ""), siren=values.get("siren", ""), siret=values.get("siret", "")
    )


def _fill(request: SignedIn, kind: Kind, context: dict[str, Any]) -> HttpResponse:
    """« Remplir depuis le registre » : what is empty is filled, what was typed stays, the registry's words beside."""
    typed = {name: value for name, value in request.POST.dict().items() if name != "csrfmiddlewaretoken"}
    asked, trouble, known, number = None, "", None, ""
    try:
        limits.require("registry_account", request.user.pk)
        rna_typed = typed.get("rna", "") if kind in numbers.WITH_RNA else ""
        rna_number, siren, siret = numbers.identity(
            kind=kind,
            rna_typed=rna_typed,
            siren_typed=typed.get("siren", ""),
            siret_typed=typed.get("siret", ""),
        )
        found = {"rna": rna_number, "siren": siren, "siret": siret}
        number = siren or found["rna"]
        data = services.OrganisationData(kind=kind, name="", rna=found["rna"], siren=siren)
        services.refuse_known(data, but=context.get("organisation"))
        asked = _ask_registry(found)
        if asked is None:
            trouble = "Écrivez d’abord le numéro de votre organisation, puis demandez au registre."
        elif asked.record is None:
            trouble = {
                Checked.UNKNOWN: "Le registre ne connaît pas ce numéro. Vérifiez-le ; s’il est tout récent, continuez.",
            }.get(
                verification.outcome_of(asked, ""),
                "Le registre ne répond pas. Continuez sans lui : nous vérifierons votre numéro plus tard.",
            )
        elif isinstance(asked.answer, Closed):
            trouble = verification.closed_sentence(asked)
        elif not typed.get("name", "").strip():
            typed["name"] = _readable(asked.record.name)
    except RuleBroken as broken:
        trouble = broken.message
        known = _known(broken, number)
    form = forms.IdentityForm(initial=typed, kind=kind)
    shown = {
        "form": form,
        "kind": kind,
        "back": reverse("organisations:sign_up"),
        "may_fill": True,
        "registry": asked.record if asked else None,
        "trouble": trouble,
        "known": known,
    }
    return render(request, "organisations/sign_up_step.html", {**shown, **context})


def _number_typed(form: Any) -> str:
    return form.cleaned_data.get("siren") or form.cleaned_data.get("rna") or ""


def _known(broken: RuleBroken, number: str) -> dict[str, str] | None:
    """The way on when the number is already held here: ask to join."""
    if not isinstance(broken, services.AlreadyHere):
        return None
    organisation = broken.organisation
    if organisation.state not in joining.OPEN_STATES:
        return None
    url = reverse("organisations:join", args=[organisation.pk, "organisation"])
    return {"url": f"{url}?{urlencode({'numero': number})}"}


def _identity(form: Any) -> dict[str, Any]:
    wanted = ("name", "rna", "siren", "siret", "is_research")
    return {name: form.cleaned_data[name] for name in wanted if name in form.cleaned_data}


def _identity_facts(organisation: Organisation) -> list[tuple[str, Any]]:
    lacking = numbers.missing(
        kind=organisation.kind, rna=organisation.rna, siren=organisation.siren, siret=organisation.siret
    )
    return [
        ("Type", organisation.get_kind_display().capitalize()),
        ("Nom", organisation.name),
        ("RNA", organisation.rna),
        ("SIREN", organisation.siren),
        ("SIRET", organisation.siret),
        ("Numéro officiel", "à compléter" if lacking else ""),
        ("Niveau de preuve", verification.words_for_members(organisation)),
        ("Organisme de recherche", "oui" if organisation.is_research else ""),
    ]


def _show(form: Any, broken: RuleBroken) -> None:
    """A refusal, beside the field it is about when there is one."""
    form.add_error(forms.field_for(form, broken.code), broken.message)


# --- joining --------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def join(request: SignedIn, pk: int, slug: str) -> HttpResponse:
    """« J’en fais partie » : a public organisation, or one whose number is known. Nothing is said of its members."""
    number = numbers.compact(request.GET.get("numero", ""))
    reachable = Organisation.objects.filter(state__in=joining.OPEN_STATES).select_related(
        "commune__department"
    )
    organisation = get_object_or_404(reachable, pk=pk)
    is_mine = policies.is_member(request.user, organisation)
    waiting = organisation.join_requests.waiting().filter(person=request.user.person).first()
    knows_number = bool(number) and number in (organisation.rna, organisation.siren)
    if not (organisation.is_verified or knows_number or is_mine or waiting):
        raise Http404
    has_owner = organisation.memberships.owners().exists()
    form_class = forms.JoinForm if has_owner else forms.ClaimForm
    form = form_class(request.POST or None, initial={"number": number})
    if "withdraw" in request.POST and waiting is not None:
        joining.withdraw(waiting, actor=request.user)
        messages.success(request, "Votre demande est retirée.")
        return redirect("organisations:directory")
    if form.is_valid():
        try:
            joining.ask(organisation, actor=request.user, **form.cleaned_data)
            messages.success(
                request,
                f"Votre demande est envoyée. {'Les responsables répondent' if has_owner else 'La brigade répond'} "
                "ici et par courriel.",
            )
            return redirect(request.get_full_path())
        except RuleBroken as broken:
            _show(form, broken)
    context = {
        "organisation": organisation,
        "form": form,
        "is_mine": is_mine,
        "waiting": waiting,
        "has_owner": has_owner,
        "days": joining.DAYS,
        # what the sign-up does not tell of a number, this page does not tell either
        "is_named": organisation.is_verified or is_mine,
        "number": number if knows_number else waiting.number if waiting else "",
    }
    return render(request, "organisations/join.html", context)


# --- the members' space ---------------------------------------------------------------------------------------


@spaces.membership_required()
@require_GET
def space(request: SpaceRequest, pk: int, slug: str) -> HttpResponse:
    """What do I have to do? first, then the figures."""
    organisation = request.organisation
    membership = request.membership
    here = [line for line in todo.of(request) if line.url.startswith(organisation.space_url)]
    said = {line.url for line in here}
    return render(
        request,
        "organisations/space.html",
        {
            **space_context(request),
            "to_do": here[:TO_DO_SHOWN],
            "more": max(0, len(here) - TO_DO_SHOWN),
            "tasks": [task for task in _tasks(organisation, membership) if task["url"] not in said],
            "waiting": services.waiting_edit(organisation),
            "panels": spaces.panels_of("organisation_space", request, organisation),
        },
    )


def space_context(request: SpaceRequest) -> dict[str, Any]:
    """What organisations/space_base.html needs."""
    organisation = request.organisation
    membership = request.membership
    return {
        "organisation": organisation,
        "membership": membership,
        "menu": spaces.menu_of(organisation, membership, request.path),
        "state_kind": STATE_KINDS[organisation.state],
    }


#: what waits for this member here; the rest on their own page
TO_DO_SHOWN = 5

STATE_KINDS: dict[str, str] = {
    State.DRAFT: "neutral",
    State.PENDING: "info",
    State.VALIDATED: "success",
    State.REFUSED: "error",
    State.SUSPENDED: "warning",
    State.CLOSED: "neutral",
}


def _tasks(organisation: Organisation, membership: Membership) -> list[dict[str, str]]:
    """What waits for this member in this app; upper apps add theirs by panels."""
    if membership.role != MemberRole.OWNER:
        return []
    if organisation.state in (State.DRAFT, State.REFUSED):
        return [
            {
                "title": "Terminer l’inscription",
                "text": "Votre fiche n’est pas encore envoyée à la brigade."
                if organisation.state == State.DRAFT
                else "Votre inscription a été refusée. Vous pouvez la corriger et l’envoyer de nouveau.",
                "url": reverse("organisations:sign_up_summary", args=[organisation.pk]),
                "action": "Relire et envoyer",
            }
        ]
    tasks = []
    asking = organisation.join_requests.for_owners().count()
    if asking:
        tasks.append(
            {
                "title": plural(asking, "demande à rejoindre l’équipe", "demandes à rejoindre l’équipe"),
                "text": "Acceptez en choisissant un rôle, ou refusez en disant pourquoi.",
                "url": f"{organisation.space_url}equipe/#demandes",
                "action": "Répondre",
            }
        )
    if organisation.state == State.VALIDATED and organisation.may_host and not organisation.email:
        tasks.append(
            {
                "title": "Donner une adresse de contact",
                "text": "Les bénévoles ne savent pas comment vous écrire.",
                "url": f"{organisation.space_url}reglages/",
                "action": "Compléter",
            }
        )
    return tasks


@spaces.membership_required()
@require_GET
def team(request: SpaceRequest, pk: int, slug: str) -> HttpResponse:
    return _team(request, forms.InviteForm())


def _team(request: SpaceRequest, form: forms.InviteForm, status: int = 200) -> HttpResponse:
    organisation = request.organisation
    membership = request.membership
    members = (
        organisation.memberships.live()
        .select_related("person__user")
        .order_by(
            Case(
                *(When(role=role, then=rank) for rank, role in enumerate(MemberRole)),
                output_field=IntegerField(),
            ),
            "person__first_name",
            "pk",
        )
    )
    is_owner = membership.role == MemberRole.OWNER
    people = list(members)
    only_owner = is_owner and sum(member.role == MemberRole.OWNER for member in people) == 1
    asking = (
        organisation.join_requests.for_owners().select_related("person").order_by("pk") if is_owner else []
    )
    invitations = organisation.invitations.open().select_related("invited_by__person").order_by("-pk")
    return render(
        request,
        "organisations/team.html",
        {
            **space_context(request),
            "members": [
                {
                    "row": member,
                    "is_me": member.pk == membership.pk,
                    "form": forms.RoleForm(
                        initial={"role": member.role, "may_sign": member.may_sign},
                        auto_id=f"id_{member.pk}_%s",
                    ),
                }
                for member in people
            ],
            "is_owner": is_owner,
            "invitations": list(invitations) if is_owner else [],
            "resendable_before": now() - services.RESEND_AFTER,
            "asking": [
                {
                    "row": row,
                    "accept": forms.AcceptForm(auto_id=f"id_a{row.pk}_%s"),
                    "decline": forms.DeclineForm(auto_id=f"id_d{row.pk}_%s"),
                }
                for row in asking
            ],
            "only_owner": only_owner and organisation.state != State.CLOSED,
            "successors": [member for member in people if member.pk != membership.pk] if only_owner else [],
            "form": form,
        },
        status=status,
    )


def _team_act(verb: Callable[..., str]) -> Any:
    """A POST of the team page: done, told, back to the page; a refusal is told there too."""

    @spaces.membership_required()
    @require_POST
    def act(request: SpaceRequest, pk: int, slug: str, **which: Any) -> HttpResponse:
        try:
            messages.success(request, verb(request, **which))
        except NotAllowed:
            raise
        except RuleBroken as broken:
            messages.error(request, broken.message)
        return redirect("organisations:team", pk=pk, slug=slug)

    return act


@spaces.membership_required(MemberRole.OWNER)
@require_POST
def invite(request: SpaceRequest, pk: int, slug: str) -> HttpResponse:
    form = forms.InviteForm(request.POST)
    if form.is_valid():
        try:
            invitation = services.invite(request.organisation, actor=request.user, **form.cleaned_data)
            messages.success(
                request,
                f"Invitation envoyée à {invitation.email}. Elle est valable {services.INVITATION_DAYS} jours.",
            )
            return redirect("organisations:team", pk=pk, slug=slug)
        except RuleBroken as broken:
            form.add_error("email", broken.message)
    return _team(request, form)


def _member(request: SpaceRequest, member: int) -> Membership:
    organisation = request.organisation
    return get_object_or_404(
        organisation.memberships.live().select_related("person", "organisation"),
        pk=member,
    )


def _change_role(request: SpaceRequest, member: int) -> str:
    form = forms.RoleForm(request.POST)
    if not form.is_valid():
        raise RuleBroken("Choisissez un rôle dans la liste.", code="role")
    membership = services.change_role(_member(request, member), actor=request.user, **form.cleaned_data)
    return f"{membership.person.full_name} est maintenant : {membership.get_role_display()}."


def _remove(request: SpaceRequest, member: int) -> str:
    leaving = _member(request, member)
    handled = [line for lines in spaces.handling for line in lines(request.organisation, leaving.person)]
    membership = services.remove_member(leaving, actor=request.user)
    name = membership.person.full_name
    if handled:
        return (
            f"{name} ne fait plus partie de l’équipe. À reprendre : {', '.join(handled)}. Tout reste à l’organisation, "
            "et l’équipe peut s’en occuper dès maintenant."
        )
    return f"{name} ne fait plus partie de l’équipe."


def _cancel_invitation(request: SpaceRequest, invitation: int) -> str:
    organisation = request.organisation
    found = get_object_or_404(organisation.invitations.open(), pk=invitation)
    services.cancel_invitation(found, actor=request.user)
    return f"L’invitation de {found.email} est annulée."


def _resend_invitation(request: SpaceRequest, invitation: int) -> str:
    found = get_object_or_404(request.organisation.invitations.open(), pk=invitation)
    services.resend_invitation(found, actor=request.user)
    return f"L’invitation est repartie vers {found.email}, avec un nouveau lien."


def _asked(request: SpaceRequest, asked: int) -> JoinRequest:
    return get_object_or_404(
        request.organisation.join_requests.filter(to_brigade=False).select_related("organisation", "person"),
        pk=asked,
    )


def _accept_join(request: SpaceRequest, asked: int) -> str:
    form = forms.AcceptForm(request.POST)
    if not form.is_valid():
        raise RuleBroken("Choisissez un rôle dans la liste.", code="role")
    membership = joining.accept(_asked(request, asked), actor=request.user, role=form.cleaned_data["role"])
    return f"{membership.person.first_name} rejoint l’équipe : {membership.get_role_display()}."


def _decline_join(request: SpaceRequest, asked: int) -> str:
    form = forms.DeclineForm(request.POST)
    if not form.is_valid():
        raise RuleBroken("Donnez une raison : la personne la lira.", code="reason")
    joining.decline(_asked(request, asked), actor=request.user, reason=form.cleaned_data["reason"])
    return "La demande est refusée. La personne est prévenue."


resend_invitation = _team_act(_resend_invitation)
accept_join = _team_act(_accept_join)
decline_join = _team_act(_decline_join)
change_role = _team_act(_change_role)
remove_member = _team_act(_remove)
cancel_invitation = _team_act(_cancel_invitation)


@spaces.membership_required()
@require_POST
def leave(request: SpaceRequest, pk: int, slug: str) -> HttpResponse:
    organisation = request.organisation
    successor = request.POST.get("successor", "")
    try:
        named = None
        if successor:
            if not (successor.isascii() and successor.isdigit() and len(successor) < 13):
                raise RuleBroken("Choisissez dans la liste qui prend votre suite.", code="successor")
            named = organisation.memberships.live().filter(pk=successor).first()
            if named is None:
                raise RuleBroken("Choisissez dans la liste qui prend votre suite.", code="successor")
        services.leave(organisation, actor=request.user, successor=named)
    except RuleBroken as broken:
        messages.error(request, broken.message)
        return redirect("organisations:team", pk=pk, slug=slug)
    messages.success(request, f"Vous avez quitté « {organisation.name} ».")
    return redirect("/mon-espace/")


@spaces.membership_required(MemberRole.OWNER)
@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: SpaceRequest, pk: int, slug: str) -> HttpResponse:
    """Edit everything. What is sensitive waits; a concurrent edit is told, nothing typed is lost."""
    organisation = request.organisation
    waiting = services.waiting_edit(organisation)
    latest = services.latest_data(organisation)
    form = forms.SettingsForm(
        request.POST or None, initial={**latest.__dict__, "version": organisation.version}
    )
    differences: list[tuple[str, str, str]] = []
    if form.is_valid():
        typed = form.data_typed()
        try:
            done = services.update(
                organisation, actor=request.user, version=form.cleaned_data["version"], data=typed
            )
            _tell_edit(request, done)
            organisation.refresh_from_db(fields=["slug"])
            return redirect("organisations:settings", pk=pk, slug=organisation.slug)
        except Stale:
            differences = _differences(latest, typed)
            if not differences:  # the same change, made twice
                messages.info(request, "Ces valeurs sont déjà enregistrées.")
                return redirect("organisations:settings", pk=pk, slug=slug)
            form.data = {**form.data.dict(), "version": str(organisation.version)}  # type: ignore[attr-defined]
        except NotAllowed:
            raise
        except RuleBroken as broken:
            _show(form, broken)
    context = {
        **space_context(request),
        "form": form,
        "waiting": waiting,
        "differences": differences,
        "proof": verification.words_for_members(organisation),
    }
    return render(request, "organisations/settings.html", context, status=409 if differences else 200)


def _tell_edit(request: HttpRequest, done: services.Edited) -> None:
    if done.waiting:
        messages.info(
            request,
            f"Envoyé à la brigade : {', '.join(done.waiting)}. Votre page ne change pas avant sa réponse, "
            "sous 5 jours ouvrés.",
        )
    if done.applied or not done.waiting:
        messages.success(request, "Vos changements sont enregistrés.")


def _differences(
    stored: services.OrganisationData, typed: services.OrganisationData
) -> list[tuple[str, str, str]]:
    """(label, what is stored now, what you typed) of each field that differs."""
    form = forms.SettingsForm()
    rows = []
    for name, value in typed.__dict__.items():
        kept = getattr(stored, name)
        if kept != value:
            rows.append((str(form.fields[name].label), _shown(name, kept), _shown(name, value)))
    return rows


def _shown(name: str, value: Any) -> str:
    if name == "kind":
        return Kind(value).label
    if isinstance(value, bool):
        return "oui" if value else "non"
    return str(value or "vide")


@spaces.membership_required(MemberRole.OWNER)
@require_http_methods(["GET", "HEAD", "POST"])
def close(request: SpaceRequest, pk: int, slug: str) -> HttpResponse:
    """Close the organisation, after a page that says what it means."""
    organisation = request.organisation
    if request.method == "POST":
        services.close(organisation, actor=request.user)
        messages.success(request, f"« {organisation.name} » est fermée.")
        return redirect("/mon-espace/")
    ends = [line for lines in spaces.ending for line in lines(organisation)]
    return render(request, "organisations/close.html", {**space_context(request), "ends": ends})


# --- invitations ----------------------------------------------------------------------------------------------


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows what it is; a button accepts or declines, for the address that was invited."""
    found = services.invitation_of(token)
    if found is None:
        raise Http404
    refused = None
    if request.method == "POST":
        if not request.user.is_authenticated:
            return redirect(f"{reverse('account_login')}?next={request.path}")
        try:
            if "decline" in request.POST:
                services.decline_invitation(found, actor=request.user)
                messages.success(request, "Vous avez refusé l’invitation.")
                return redirect("/mon-espace/")
            services.accept_invitation(found, actor=request.user)
            messages.success(request, f"Bienvenue dans l’équipe de « {found.organisation.name} ».")
            return redirect(found.organisation.space_url)
        except RuleBroken as broken:
            refused = broken
    is_mine = request.user.is_authenticated and services.is_for(found, request.user)
    is_member = (
        request.user.is_authenticated
        and Organisation.objects.of_person(request.user.person).filter(pk=found.organisation_id).exists()
    )
    context = {
        "invitation": found,
        "organisation": found.organisation,
        "is_mine": is_mine,
        "is_member": is_member,
        "refused": refused,
        "next": request.path,
        "usable": not (found.accepted_at or found.cancelled_at or found.has_expired),
    }
    return render(request, "organisations/invitation.html", context, status=409 if refused else 200)
