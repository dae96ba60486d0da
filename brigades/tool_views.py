"""A member's tools: saved filters, texts of answers, how they like to work, when they are away."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from jeveuxagir.accounts.models import User
from jeveuxagir.accounts.services import user_of
from jeveuxagir.common.errors import NotAllowed, RuleBroken
from jeveuxagir.moderation import absences

from . import answers, desk, saved, scopes
from .forms import AbsenceForm, AnswerForm, SaveFilterForm
from .models import AnswerTemplate, SavedFilter


def _admin_of(queue: str) -> Any:
    from .site import BrigadeAdmin, site

    found = (one for one in site._registry.values() if isinstance(one, BrigadeAdmin) and one.key() == queue)
    admin = next(found, None)
    if admin is None:
        raise Http404
    return admin


def _page(request: HttpRequest, template: str, status: int = 200, **context: Any) -> TemplateResponse:
    from .site import site

    return TemplateResponse(request, template, {**site.each_context(request), **context}, status=status)


# --- saved filters ---------------------------------------------------------------------------------------------


@require_POST
def save_filter(request: HttpRequest) -> HttpResponse:
    """From the list itself: its filters come in `query`."""
    admin = _admin_of(request.POST.get("queue", ""))
    if not admin.has_module_permission(request):
        raise Http404
    user = user_of(request)
    query = saved.kept(request.POST.get("query", ""), admin.params(request))
    form = SaveFilterForm(request.POST, user=user)
    back = f"{admin.list_url()}?{query or admin.base_query()}"
    if not form.is_valid():
        messages.error(request, str(next(iter(form.errors.values()))[0]))
        return redirect(back)
    code = form.cleaned_data["department"]
    try:
        saved.keep(
            actor=user,
            queue=admin.key(),
            name=form.cleaned_data["name"],
            query=query,
            department=scopes.departments(user).get(code=code) if code else None,
            is_default=form.cleaned_data["is_default"],
        )
    except NotAllowed:
        raise
    except RuleBroken as broken:
        messages.error(request, broken.message)
    else:
        messages.success(request, f"Le filtre « {form.cleaned_data['name']} » est enregistré.")
    return redirect(back)


def _own_filter(request: HttpRequest, pk: int) -> tuple[SavedFilter, str]:
    row = get_object_or_404(SavedFilter, pk=pk, owner=user_of(request))
    admin = _admin_of(row.queue)
    return row, f"{admin.list_url()}?{admin.base_query()}"


@require_POST
def delete_filter(request: HttpRequest, pk: int) -> HttpResponse:
    row, back = _own_filter(request, pk)
    saved.forget(row, actor=user_of(request))
    messages.success(request, f"Le filtre « {row.name} » est supprimé.")
    return redirect(back)


@require_POST
def open_filter_first(request: HttpRequest, pk: int) -> HttpResponse:
    row, back = _own_filter(request, pk)
    first = request.POST.get("premier") == "oui"
    saved.open_first(row, actor=user_of(request), first=first)
    messages.success(
        request, f"« {row.name} » s’ouvrira d’abord." if first else "La liste s’ouvrira de nouveau en entier."
    )
    return redirect(back)


# --- texts of answers --------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def answer_list(request: HttpRequest) -> HttpResponse:
    """Every member reads them; leads write them."""
    user = user_of(request)
    may_write = answers.writes_any(user)
    if request.method == "POST" and not may_write:
        raise NotAllowed("Les responsables de brigade écrivent les réponses types.")
    form = AnswerForm(request.POST or None, user=user) if may_write else None
    status = 200
    if form is not None and request.method == "POST":
        if _write(request, user, form, None):
            return redirect("brigade:answers")
        status = 422
    rows = [(row, may_write and answers.can_write(user, row.department)) for row in answers.visible(user)]
    return _page(
        request, "brigades/answers.html", status, title="Réponses types", rows=rows, form=form, answer=None
    )


@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Change one."""
    user = user_of(request)
    row = _writable(user, pk)
    initial = {name: getattr(row, name) for name in ("kind", "decision", "title", "text")}
    form = AnswerForm(
        request.POST if request.method == "POST" else None,
        user=user,
        initial={**initial, "department": row.department_id or ""},
    )
    status = 200
    if request.method == "POST":
        if _write(request, user, form, row):
            return redirect("brigade:answers")
        status = 422
    return _page(request, "brigades/answers.html", status, title=row.title, rows=[], form=form, answer=row)


@require_POST
def delete_answer(request: HttpRequest, pk: int) -> HttpResponse:
    user = user_of(request)
    row = _writable(user, pk)
    answers.forget(row, actor=user)
    messages.success(request, f"« {row.title} » est supprimée.")
    return redirect("brigade:answers")


def _writable(user: User, pk: int) -> AnswerTemplate:
    row = get_object_or_404(answers.visible(user), pk=pk)
    if not answers.can_write(user, row.department):
        raise Http404
    return row


def _write(request: HttpRequest, user: User, form: AnswerForm, row: AnswerTemplate | None) -> bool:
    if not form.is_valid():
        return False
    wanted = dict(form.cleaned_data)
    code = wanted.pop("department")
    department = answers.writable_departments(user).filter(code=code).first() if code else None
    try:
        answers.write(actor=user, department=department, answer=row, **wanted)
    except RuleBroken as broken:
        form.add_error("text" if broken.code == "text" else None, broken.message)
        return False
    messages.success(request, f"« {wanted['title']} » est enregistrée.")
    return True


# --- my desk -----------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def my_desk(request: HttpRequest) -> HttpResponse:
    """When I am away and who stands in; the keys; my filters."""
    user = user_of(request)
    form, status = AbsenceForm(user=user, initial=_absence_values(user)), 200
    if request.method == "POST":
        what = request.POST.get("quoi")
        if what == "touches":
            desk.set_shortcuts(actor=user, on=request.POST.get("touches") == "oui")
            messages.success(request, "C’est noté.")
            return redirect("brigade:desk")
        if what == "retour":
            absences.cancel(actor=user)
            messages.success(request, "Votre absence est annulée.")
            return redirect("brigade:desk")
        form, status = AbsenceForm(request.POST, user=user), 422
        if form.is_valid():
            try:
                absences.announce(actor=user, **form.cleaned_data)
            except RuleBroken as broken:
                form.add_error("ends_on" if broken.code == "dates" else None, broken.message)
            else:
                messages.success(request, "Votre absence est notée.")
                return redirect("brigade:desk")
    filters = [
        (row, reverse(f"brigade:{row.queue}_changelist"))
        for row in SavedFilter.objects.filter(owner=user).order_by("queue", "name")
    ]
    return _page(
        request,
        "brigades/desk.html",
        status,
        title="Mon poste",
        form=form,
        absence=absences.of(user),
        saved_filters=filters,
    )


def _absence_values(user: User) -> dict[str, Any]:
    absence = absences.of(user)
    if absence is None:
        return {}
    return {"starts_on": absence.starts_on, "ends_on": absence.ends_on, "deputy": absence.deputy_id}


#: (path, view, name) under /brigade/
ROUTES: list[tuple[str, Any, str]] = [
    ("filtres/", save_filter, "filters"),
    ("filtres/<int:pk>/supprimer/", delete_filter, "filter_delete"),
    ("filtres/<int:pk>/ouvrir-d-abord/", open_filter_first, "filter_first"),
    ("reponses-types/", answer_list, "answers"),
    ("reponses-types/<int:pk>/", answer, "answer"),
    ("reponses-types/<int:pk>/supprimer/", delete_answer, "answer_delete"),
    ("mon-poste/", my_desk, "desk"),
]
