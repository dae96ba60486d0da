from django.db import migrations


class Migration(migrations.Migration):
    """Where one person answered for both sides, the association's answer stays without its author: the audit knows."""

    dependencies = [("pairings", "0001_initial")]

    operations = [
        migrations.RunSQL(
            "UPDATE pairings_pairing SET association_answered_by_id = NULL"
            " WHERE association_answered_by_id = company_answered_by_id",
            migrations.RunSQL.noop,
        )
    ]
