from django.conf import settings
from django.db import migrations, models

STATES = [
    ("proposed", "en attente de réponse"),
    ("agreed", "oui des deux côtés"),
    ("declined", "sans suite"),
    ("expired", "sans réponse à temps"),
    ("withdrawn", "retirée"),
    ("ended", "arrêtée"),
]
FAILED, LIVE = ["declined", "broken"], ["drafted", "employer", "association", "signed", "running"]


def end_what_is_over(apps, schema_editor):
    """What both had agreed to, whose sponsorship came to nothing since, and none goes on."""
    lent = (
        apps.get_model("sponsorships", "Sponsorship")
        .objects.order_by()
        .filter(need=models.OuterRef("need"), offer=models.OuterRef("offer"))
    )
    failed = lent.filter(state__in=FAILED, state_changed_at__gte=models.OuterRef("state_changed_at"))
    rows = (
        apps.get_model("pairings", "Pairing")
        .objects.filter(state="agreed")
        .exclude(models.Exists(lent.filter(state__in=LIVE)))
    )
    last = failed.order_by("-state_changed_at").values("state_changed_at")[:1]
    for row in rows.annotate(over_at=models.Subquery(last)).filter(over_at__isnull=False):
        row.state, row.state_changed_at = "ended", row.over_at
        row.save(update_fields=["state", "state_changed_at"])


class Migration(migrations.Migration):
    dependencies = [
        ("offers", "0008_communes"),
        ("pairings", "0004_announcements"),
        ("skill_needs", "0005_label_without_comma"),
        ("sponsorships", "0009_label_without_comma"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="pairing", name="pairing_agreed_by_both"),
        migrations.AlterField(
            model_name="pairing",
            name="state",
            field=models.CharField(choices=STATES, default="proposed", max_length=10, verbose_name="état"),
        ),
        migrations.AddConstraint(
            model_name="pairing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("association_answer", "yes"), ("company_answer", "yes")),
                    models.Q(("state__in", ["agreed", "ended"]), _negated=True),
                    _connector="OR",
                ),
                name="pairing_agreed_by_both",
            ),
        ),
        migrations.RunPython(end_what_is_over, migrations.RunPython.noop, elidable=True),
    ]
