"""The nights of the platform, for those who answer for it: what the next one erases, what the last one found."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from jeveuxagir.audit import invariants as nightly
from jeveuxagir.audit import statistics
from jeveuxagir.audit.jobs import last_report
from jeveuxagir.common.registries import invariants, personal_data

from . import retention, roles

WHAT = {"request": "demandes", "participation": "candidatures"}
ENDS = {
    "accepted": "acceptées",
    "realised": "réalisées",
    "refused": "refusées",
    "declined": "refusées",
    "withdrawn": "retirées",
    "cancelled": "annulées",
    "absent": "sans la personne",
}


def _words(what: str) -> str:
    """« demandes retirées »."""
    sort, _, end = what.partition(".")
    return f"{WHAT.get(sort, sort)} {ENDS.get(end, end)}".strip()


@never_cache
@require_safe
def kept(request: HttpRequest) -> HttpResponse:
    """Table by table, how many rows are past their time; what stays, and why; what was counted before it went."""
    if not roles.has(request.user, roles.N.NATIONAL, roles.N.TECHNICAL):
        raise Http404
    context = {
        "due": retention.due(),
        "stays": [entry for entry in personal_data if not entry.retention],
        "last": last_report("accounts.retention"),
        "counts": [(cell, _words(cell.what), count) for cell, count in statistics.shown()[:200]],
    }
    return render(request, "accounts/retention.html", context)


@never_cache
@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """The rules that must always hold, and the rows that broke one the last night."""
    if not roles.has(request.user, roles.N.NATIONAL, roles.N.TECHNICAL):
        raise Http404
    last = last_report(nightly.JOB)
    broken: dict[str, list[str]] = last.report.get("broken", {}) if last else {}
    lines = [(invariant.rule, broken.get(name, [])) for name, invariant in invariants.items()]
    context = {
        "last": last,
        "broken": [line for line in lines if line[1]],
        "sound": [rule for rule, rows in lines if not rows],
    }
    return render(request, "accounts/rules.html", context)
