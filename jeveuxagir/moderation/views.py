"""« Signaler » : anybody says what is wrong on a page."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from jeveuxagir.common.errors import RuleBroken

from . import reports
from .clocks import DAYS_TO_DECIDE
from .forms import ReportForm


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """One page for every page of the site: `?page=` says which."""
    person = request.user.person if request.user.is_authenticated else None
    asked = request.POST.get("page", "") if request.method == "POST" else request.GET.get("page", "")
    subject = reports.subject_of(asked)
    status = 200
    if request.method == "POST":
        form = ReportForm(request.POST, request=request, signed_in=person is not None)
        if form.is_valid():
            values = {name: form.cleaned_data.get(name, "") for name in ("why", "details", "email")}
            try:
                reports.report(subject, person=person, **values)
                return redirect("moderation:reported")
            except RuleBroken as refusal:
                form.add_error(None, refusal.message)
        elif form.is_of_a_bot:  # it learns nothing, and makes nothing
            return redirect("moderation:reported")
        status = 422
    else:
        form = ReportForm(signed_in=person is not None)
    context = {"form": form, "subject": subject, "is_page": subject.kind == reports.PAGE, "person": person}
    return render(request, "moderation/report.html", context, status=status)


@login_not_required
@require_safe
def reported(request: HttpRequest) -> HttpResponse:
    return render(request, "moderation/reported.html", {"days": DAYS_TO_DECIDE})
