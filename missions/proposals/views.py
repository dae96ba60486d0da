"""« Je veux agir », the page of a request with its proposals, and the confirmation of an address."""

import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jeveuxagir.accounts import guardians, limits, nonces, terms
from jeveuxagir.accounts import services as accounts
from jeveuxagir.accounts.bots import count_sending
from jeveuxagir.accounts.models import Person, UnconfirmedContact, User
from jeveuxagir.accounts.services import user_of
from jeveuxagir.common.client_address import client_address
from jeveuxagir.common.clock import today
from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.common.registries import filings
from jeveuxagir.notifications.services import send
from missions.participations import cautions
from missions.participations import services as participations
from missions.participations.models import Departure
from volunteers.requests import services as requests
from volunteers.requests.enums import LIVE_STATES, MATCHED_STATES, State
from volunteers.requests.forms import GroupFields
from volunteers.requests.models import EngagementRequest

from . import matching, policies, services
from .draft import SUMMARY, Draft
from .forms import SCREENS, Answer, Decline, Pause, Who, initial_of, request_data
from .models import Proposal
from .summaries import lines_of_forms, lines_of_request

# --- filing a request


@login_not_required
@require_safe
def new(http: HttpRequest) -> HttpResponse:
    """Start, or go on where the draft was left."""
    draft = Draft(http)
    slug = next((s for s in draft.slugs if s not in draft.typed), SUMMARY)
    return redirect("proposals:screen", slug)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def screen(http: HttpRequest, slug: str) -> HttpResponse:
    """One screen; what was typed is kept when it is sent, right or wrong."""
    draft = Draft(http)
    if slug == SUMMARY:
        return _summary(http, draft)
    form_class = draft.screen(slug)
    if form_class is None:
        return redirect("proposals:new")
    if http.method == "POST":
        draft.keep(slug, http.POST)
        form = draft.form(form_class, just_sent=True)
        if form.is_valid():
            done = draft.first_wrong() is None
            return redirect(
                "proposals:screen", SUMMARY if done and "retour" in http.GET else draft.after(slug)
            )
    else:
        form = draft.form(form_class)
    return render(http, "proposals/screen.html", _steps(draft, slug) | {"form": form, "screen": form_class})


def _steps(draft: Draft, slug: str) -> dict[str, Any]:
    position = draft.slugs.index(slug)
    titles = [s.title for s in draft.screens] + ["Vérifier et envoyer"]  # type: ignore[attr-defined]
    return {
        "slug": slug,
        "step": position + 1,
        "steps": len(titles),
        "step_title": titles[position],
        "next_title": titles[position + 1] if position + 1 < len(titles) else "",
        "previous": draft.before(slug),
        "template": f"proposals/screens/{slug}.html",
    }


def _summary(http: HttpRequest, draft: Draft) -> HttpResponse:
    wrong = draft.first_wrong()
    if wrong:
        return redirect("proposals:screen", wrong)
    checked = draft.checked()
    error = ""
    if http.method == "POST":
        try:
            with nonces.once(nonces.actor_key(http), http.POST.get("nonce", "")) as sent:
                if sent.first:
                    sent.outcome = _file(http, draft, checked)
            draft.forget()
            return redirect(sent.outcome)
        except RuleBroken as refusal:
            error = refusal.message
    data = request_data(checked)
    person = http.user.person if http.user.is_authenticated else None
    ages = draft.ages(checked)
    preview = matching.run_for_draft(data, ages, person=person) if _may_preview(http) else None
    context = _steps(draft, SUMMARY) | {
        "lines": lines_of_forms(checked),
        "preview": preview.candidates if preview else (),
        "previewed": preview is not None,
        "error": error,
        "nonce": http.POST.get("nonce") or nonces.new_nonce(),
        "contact": next((f.cleaned_data for f in checked if isinstance(f, Who)), None),
    }
    return render(http, "proposals/summary.html", context, status=422 if error else 200)


def _may_preview(http: HttpRequest) -> bool:
    return limits.hit("preview_address", client_address(http))


@transaction.atomic
def _file(http: HttpRequest, draft: Draft, checked: list[Any]) -> str:
    """File the request; gives where to go next."""
    data = request_data(checked)
    who = checked[-1]
    if http.user.is_authenticated:
        person = http.user.person
        if "birth_date" in getattr(who, "cleaned_data", {}):
            accounts.set_age(person, birth_date=who.cleaned_data["birth_date"])
            if guardians.needs_guardian(person):
                guardians.announce(person, email=who.cleaned_data["guardian_email"])
        request = requests.file(data=data, person=person, actor=user_of(http))
        messages.success(http, "Votre demande est enregistrée. Nous cherchons des missions dès maintenant.")
        return request.get_absolute_url()
    count_sending(http, who.cleaned_data["proof"])
    contact, token = accounts.keep_contact(commune=data.commune, **who.contact())
    requests.file(data=data, contact=contact)
    ask_to_confirm(contact, token)
    http.session["confirm_address"] = contact.email
    return reverse("proposals:sent")


def ask_to_confirm(contact: UnconfirmedContact, token: str) -> None:
    """One mail with the confirmation link; a known address is asked to sign in, on the same screen."""
    known = accounts.known_address(contact.email)
    send(
        "proposals.confirm_known" if known else "proposals.confirm",
        to=contact.email,
        dedupe_key=f"proposals.confirm:{contact.pk}",
        context={"url": reverse("proposals:confirm", args=[token]), "hours": accounts.CONFIRM_HOURS},
    )


@login_not_required
@require_safe
def sent(http: HttpRequest) -> HttpResponse:
    """ "Ouvrez votre messagerie"."""
    address = http.session.get("confirm_address", "")
    return render(http, "proposals/sent.html", {"address": address, "hours": accounts.CONFIRM_HOURS})


# --- confirming an address (for requests and applications alike)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(http: HttpRequest, token: str) -> HttpResponse:
    """GET shows what will be confirmed; POST confirms it, and signs in."""
    contact = accounts.contact_of_token(token)
    if contact is None:
        return render(http, "proposals/confirm_expired.html", status=410)
    known = accounts.known_address(contact.email)
    theirs = http.user.is_authenticated and http.user.email.casefold() == contact.email.casefold()
    agreed = theirs and terms.accepted(http.user.person)  # type: ignore[union-attr]
    terms_form = (
        None
        if agreed or (known and not theirs)
        else terms.TermsForm(http.POST if http.method == "POST" else None)
    )
    if http.method == "POST":
        if known and not theirs:
            return redirect(f"{reverse('account_login')}?next={http.path}")
        if terms_form is None or terms_form.is_valid():
            return _confirmed(http, contact)
    context = {
        "contact": contact,
        "requests": list(contact.requests.select_related("commune")),
        "participations": list(contact.participations.select_related("mission__organisation", "slot")),
        "lines": [line for filing in filings for line in filing.lines(contact)],
        "must_sign_in": known and not theirs,
        "other_account": http.user.is_authenticated and not theirs,
        "form": terms_form,
    }
    status = 422 if http.method == "POST" else 200
    return render(http, "proposals/confirm.html", context, status=status)


@transaction.atomic
def _confirmed(http: HttpRequest, contact: UnconfirmedContact) -> HttpResponse:
    if not accounts.hold_contact(contact):  # a double click: the first one did it
        if http.user.is_authenticated:
            return redirect("accounts:my_space")
        return render(http, "proposals/confirm_expired.html", status=410)
    user = accounts.open_account(contact, request=None if http.user.is_authenticated else http)
    terms.accept(user.person, actor=user)
    if http.user == user:
        terms.note_accepted(http)
    filed = requests.confirm_contact(contact, user)
    target: str = reverse("accounts:my_space")
    for confirmed in participations.confirm_contact(contact, user):
        title = confirmed.mission.title
        if confirmed.refusal:
            target = confirmed.mission.get_absolute_url()
            messages.error(http, f"Votre adresse est confirmée, mais : {confirmed.refusal.message}")
            continue
        assert confirmed.participation is not None
        target = reverse("participations:mine", args=[confirmed.participation.pk])
        if confirmed.waits_for_guardian:
            messages.info(
                http,
                f"Votre adresse est confirmée. Votre candidature « {title} » part dès que votre parent ou tuteur "
                "a reçu notre message.",
            )
        else:
            messages.success(
                http,
                f"Votre adresse est confirmée et votre candidature « {title} » est envoyée. "
                "L’association a 5 jours pour répondre.",
            )
    if filed:
        target = filed[0].get_absolute_url()
        messages.success(http, "Votre adresse est confirmée. Nous cherchons des missions dès maintenant.")
    for filing in filings:
        for sentence, url in filing.confirm(contact, user):
            target = url
            messages.success(http, sentence)
    accounts.forget_contact(contact)
    return redirect(target)


# --- the page of a request


def _visible(http: HttpRequest, pk: int) -> EngagementRequest:
    """The request if this visitor is its person, or holds its mailed link. Else 404."""
    if http.user.is_authenticated:
        mine = EngagementRequest.objects.of_person(http.user.person).filter(pk=pk)
        own = mine.select_related("person", "commune").prefetch_related("domains", "skills").first()
        if own:
            return own
    request = policies.opened_by_link(http, pk)
    if request is None:
        raise Http404
    return request


def _actor(http: HttpRequest, request: EngagementRequest) -> User | Person:
    """Who answers: the signed-in person, or the request's person behind a mailed link."""
    if http.user.is_authenticated and http.user.person_id == request.person_id:
        return http.user
    assert request.person is not None
    return request.person


def _own(http: HttpRequest, pk: int) -> EngagementRequest:
    return get_object_or_404(EngagementRequest.objects.of_person(user_of(http).person), pk=pk)


@login_not_required
@require_safe
def by_link(http: HttpRequest, token: str) -> HttpResponse:
    """The link of a proposal mail: opens this request only, for 14 days."""
    pk = policies.request_of_link(token)
    if pk is None:
        return render(http, "proposals/link_expired.html", status=410)
    policies.remember_link(http, pk, token)
    return redirect("proposals:request", pk)


@login_not_required
@never_cache
@require_safe
def request_page(http: HttpRequest, pk: int) -> HttpResponse:
    request = _visible(http, pk)
    return _page(http, request)


def _page(http: HttpRequest, request: EngagementRequest, *, status: int = 200, **forms: Any) -> HttpResponse:
    proposals = list(
        request.proposals.select_related(
            "mission__organisation", "mission__domain", "slot", "participation", "departure"
        )
        .prefetch_related("mission__addresses__commune")
        .order_by("-score", "id")
    )
    opened = [p for p in proposals if p.state == "proposed"]
    slots = services.slots_of(opened, places=request.places)
    for proposal in opened:
        proposal.answer_form = forms.get(f"answer_{proposal.pk}") or Answer(  # type: ignore[attr-defined]
            slots=slots.get(proposal.mission_id, []),
            initial={"slot": proposal.slot_id},
            prefix=f"p{proposal.pk}",
        )
        proposal.decline_form = forms.get(f"decline_{proposal.pk}") or Decline(prefix=f"d{proposal.pk}")  # type: ignore[attr-defined]
    live = request.state in LIVE_STATES
    context = {
        "request_": request,
        "engagement": request,
        "lines": lines_of_request(request),
        "open_proposals": opened,
        "past_proposals": [p for p in proposals if p.state != "proposed"],
        "participations": list(
            request.participations.select_related("mission__organisation", "slot").order_by("-created_at")
        ),
        "by_link": not (http.user.is_authenticated and http.user.person_id == request.person_id),
        "live": live,
        "searching": request.state in MATCHED_STATES and not request.paused_until,
        "can_edit": request.state in (State.QUALIFIED, State.PROPOSED, State.UNSERVED),
        "can_renew": live or request.state == State.WITHDRAWN,
        "pause_form": forms.get("pause") or Pause(initial={"until": today() + datetime.timedelta(days=30)}),
        "expires_on": requests.expires_on(request),
        "guardian_waits": request.person is not None and not guardians.is_cleared(request.person),
    }
    return render(http, "proposals/request.html", context, status=status)


@login_not_required
@require_POST
def accept(http: HttpRequest, pk: int, proposal: int) -> HttpResponse:
    request = _visible(http, pk)
    rows = request.proposals.select_related("mission", "slot").prefetch_related("mission__addresses__commune")
    row = get_object_or_404(rows, pk=proposal)
    slots = services.slots_of([row], places=request.places).get(row.mission_id, [])
    form = Answer(http.POST, slots=slots, prefix=f"p{row.pk}")
    if not form.is_valid():
        return _page(http, request, status=422, **{f"answer_{row.pk}": form})
    actor = _actor(http, request)
    slot = form.cleaned_data["slot"] or row.slot
    if row.state == "proposed" and not row.mission.is_imported and slot is not None:
        warnings = cautions.before_accepting(
            services.person_of(request),
            row.mission,
            slot,
            named=isinstance(actor, User),
            says_distance=any(reason.get("code") == "distance" for reason in row.reasons),
        )
        if form.warn(warnings):
            return _page(http, request, status=200, **{f"answer_{row.pk}": form})
    try:
        result = services.accept(
            row,
            actor=actor,
            slot=form.cleaned_data["slot"],
            message=form.cleaned_data["message"],
        )
    except RuleBroken as refusal:
        messages.error(http, refusal.message)
        return _page(http, _visible(http, pk), status=409, **{f"answer_{row.pk}": form})
    if isinstance(result, Departure):
        return redirect(reverse("participations:leaving", args=[row.mission_id]) + f"?demande={request.pk}")
    messages.success(
        http,
        "Votre candidature est envoyée. L’association a 5 jours pour répondre ; vous recevrez un message.",
    )
    return redirect(request)


@login_not_required
@require_POST
def decline(http: HttpRequest, pk: int, proposal: int) -> HttpResponse:
    request = _visible(http, pk)
    row = get_object_or_404(Proposal, pk=proposal, request=request)
    form = Decline(http.POST, prefix=f"d{row.pk}")
    if not form.is_valid():
        return _page(http, request, status=422, **{f"decline_{row.pk}": form})
    return _act(
        http,
        request,
        lambda: services.decline(row, actor=_actor(http, request), **form.cleaned_data),
        "C’est noté : cette mission ne vous sera plus proposée.",
    )


@login_not_required
@require_POST
def others(http: HttpRequest, pk: int) -> HttpResponse:
    request = _visible(http, pk)
    try:
        found = services.ask_for_others(request, actor=_actor(http, request))
    except RuleBroken as refusal:
        messages.error(http, refusal.message)
    else:
        if found:
            messages.success(http, "Voici d’autres missions.")
        else:
            messages.info(
                http,
                "Nous n’avons pas d’autre mission qui convienne aujourd’hui. Nous continuons à chercher "
                "et vous écrirons. Vous pouvez aussi élargir votre demande.",
            )
    return redirect(request)


@login_not_required
@require_POST
def withdraw(http: HttpRequest, pk: int) -> HttpResponse:
    request = _visible(http, pk)
    return _act(
        http,
        request,
        lambda: requests.withdraw(request, actor=_actor(http, request)),
        "Votre demande est retirée. Merci, et à bientôt peut-être.",
    )


@require_POST
def pause(http: HttpRequest, pk: int) -> HttpResponse:
    request = _own(http, pk)
    form = Pause(http.POST)
    if not form.is_valid():
        return _page(http, _visible(http, pk), status=422, pause=form)
    until = form.cleaned_data["until"]
    return _act(
        http,
        request,
        lambda: requests.pause(request, until=until, actor=user_of(http)),
        f"Votre demande est en pause jusqu’au {until:%d/%m/%Y}.",
    )


@require_POST
def resume(http: HttpRequest, pk: int) -> HttpResponse:
    request = _own(http, pk)
    return _act(
        http, request, lambda: requests.resume(request, actor=user_of(http)), "Nous reprenons la recherche."
    )


@require_POST
def renew(http: HttpRequest, pk: int) -> HttpResponse:
    request = _own(http, pk)
    return _act(
        http,
        request,
        lambda: requests.renew(request, actor=user_of(http)),
        "Votre demande est prolongée de 90 jours.",
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit(http: HttpRequest, pk: int) -> HttpResponse:
    """The four screens on one page, filled in."""
    request = _own(http, pk)
    initial = initial_of(request)
    bound = http.POST if http.method == "POST" else None
    forms = [
        screen(bound, initial=initial[screen.slug], prefix=screen.slug, **_person_of(http, screen))  # type: ignore[attr-defined]
        for screen in SCREENS
    ]
    error = ""
    status = 200
    if http.method == "POST":
        valid = [form.is_valid() for form in forms]
        if all(valid):
            try:
                version = http.POST.get("version", "")
                is_number = version.isascii() and version.isdigit() and len(version) < 10
                requests.edit(
                    request,
                    data=request_data(forms),
                    actor=user_of(http),
                    version=int(version) if is_number else None,
                )
            except RuleBroken as refusal:
                error = refusal.message
            else:
                messages.success(http, "Votre demande est modifiée. Nous cherchons à nouveau.")
                return redirect(request)
        status = 422
    request.refresh_from_db(fields=["version"])
    context = {"engagement": request, "forms": forms, "error": error, "version": request.version}
    return render(http, "proposals/edit.html", context, status=status)


def _person_of(http: HttpRequest, screen: Any) -> dict[str, Any]:
    """A screen about a group knows the organisations of who is signed in."""
    return {"person": user_of(http).person} if issubclass(screen, GroupFields) else {}


@require_safe
def mine(http: HttpRequest) -> HttpResponse:
    """My requests, the live ones first."""
    rows = (
        EngagementRequest.objects.of_person(user_of(http).person)
        .select_related("commune")
        .prefetch_related("domains")
        .order_by("-filed_at")
    )
    rows = services.with_open_counts(rows)
    live = [r for r in rows if r.state in LIVE_STATES]
    return render(
        http, "proposals/mine.html", {"live": live, "past": [r for r in rows if r.state not in LIVE_STATES]}
    )


def _act(http: HttpRequest, request: EngagementRequest, verb: Any, said: str) -> HttpResponse:
    """Do it and say so, or say why not; back to the page of the request."""
    try:
        verb()
    except RuleBroken as refusal:
        messages.error(http, refusal.message)
    else:
        messages.success(http, said)
    return redirect(request)
