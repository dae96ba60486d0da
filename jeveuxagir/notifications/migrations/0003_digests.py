"""One choice a kind (at once, once a day, never) instead of yes or no; messages that wait for a digest."""

import django.db.models.deletion
from django.db import migrations, models

RHYTHMS = [("immediate", "Tout de suite"), ("daily", "Une fois par jour"), ("never", "Jamais")]


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("notifications", "0002_spoken_index"),
    ]

    operations = [
        migrations.AddField(
            model_name="preference",
            name="rhythm",
            field=models.CharField(
                choices=RHYTHMS, default="immediate", max_length=10, verbose_name="rythme"
            ),
            preserve_default=False,
        ),
        migrations.RunSQL(
            "UPDATE notifications_preference SET rhythm = 'never' WHERE NOT wanted",
            "UPDATE notifications_preference SET wanted = (rhythm <> 'never')",
        ),
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="preference", name="wanted", field=models.BooleanField(default=True)
        ),
        migrations.RemoveField(model_name="preference", name="wanted"),
        migrations.AddField(
            model_name="message",
            name="link",
            field=models.TextField(blank=True, default="", verbose_name="lien"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="message",
            name="digest",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="lines",
                to="notifications.message",
                verbose_name="récapitulatif",
            ),
        ),
        migrations.AlterField(
            model_name="message",
            name="state",
            field=models.CharField(
                choices=[
                    ("pending", "à envoyer"),
                    ("claimed", "pris en charge"),
                    ("sending", "en cours d’envoi"),
                    ("sent", "envoyé"),
                    ("failed", "non remis"),
                    ("cancelled", "annulé"),
                    ("grouped", "attend le récapitulatif"),
                    ("told", "dit dans un récapitulatif"),
                ],
                default="pending",
                max_length=10,
                verbose_name="état",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("digest__isnull", False), ("state", "told")),
                    models.Q(models.Q(("state", "told"), _negated=True), ("digest__isnull", True)),
                    _connector="OR",
                ),
                name="message_told_in_digest",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("state", "grouped")), fields=["created_at"], name="message_grouped"
            ),
        ),
    ]
