from django.db import migrations


class Migration(migrations.Migration):
    """Where one person wrote both debriefs, the second keeps its words without its author: the audit knows who it was."""

    dependencies = [("sponsorships", "0003_true_days")]

    operations = [
        migrations.RunSQL(
            """
            UPDATE sponsorships_debrief AS second SET author_id = NULL
            FROM sponsorships_debrief AS first
            WHERE first.sponsorship_id = second.sponsorship_id AND first.author_id = second.author_id
                AND first.id < second.id
            """,
            migrations.RunSQL.noop,
        )
    ]
