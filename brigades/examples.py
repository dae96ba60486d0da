"""National staff bring examples from another base: the file, then what entered and each line that was refused."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from alliances.examples import importing
from alliances.examples.forms import TOO_BIG, ImportForm
from alliances.examples.models import ImportRun
from jeveuxagir.accounts import nonces
from jeveuxagir.accounts.services import user_of
from jeveuxagir.common.uploads import receive

from . import scopes

SHOWN = 20


@csrf_exempt  # the file's handler must be in place before anything is read; checked just below
@require_http_methods(["GET", "HEAD", "POST"])
def import_examples(request: HttpRequest) -> HttpResponse:
    """One file at a time; sent twice, it is read once."""
    if not scopes.is_national(request.user):
        raise Http404
    if request.method == "POST" and not receive(request):
        form = ImportForm({})
        form.errors.clear()
        form.add_error("file", TOO_BIG)
        return _page(request, form, status=413)
    return _import(request)


@csrf_protect
def _import(request: HttpRequest) -> HttpResponse:
    form = ImportForm(request.POST or None, request.FILES or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            with nonces.once(nonces.actor_key(request), form.cleaned_data["nonce"]) as sent:
                if sent.first:
                    _report, run = importing.read(
                        form.cleaned_data["file"],
                        source=form.cleaned_data["source"],
                        actor=user_of(request),
                    )
                    sent.outcome = reverse("brigade:import_report", args=[run.pk])
            return redirect(sent.outcome)
    return _page(request, form, status)


def _page(request: HttpRequest, form: ImportForm, status: int) -> HttpResponse:
    from .site import site

    context = {
        **site.each_context(request),
        "title": "Importer des exemples",
        "form": form,
        "columns": importing.columns(),
        "runs": list(ImportRun.objects.visible_to(request.user)[:SHOWN]),
    }
    return TemplateResponse(request, "brigades/import_examples.html", context, status=status)


@require_http_methods(["GET", "HEAD"])
def import_template(request: HttpRequest) -> HttpResponse:
    """A file to fill, with its columns and one good line."""
    if not scopes.is_national(request.user):
        raise Http404
    answer = HttpResponse(importing.template(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="exemples-modele.csv"'
    return answer


@require_http_methods(["GET", "HEAD"])
def import_report(request: HttpRequest, pk: int) -> HttpResponse:
    """What one file did, line by line."""
    from .site import site

    if not scopes.is_national(request.user):
        raise Http404
    run = get_object_or_404(ImportRun.objects.visible_to(request.user), pk=pk)
    context = {**site.each_context(request), "title": f"Import : {run.source}", "run": run}
    return TemplateResponse(request, "brigades/import_report.html", context)
