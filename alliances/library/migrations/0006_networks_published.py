from django.db import migrations

#: those that were there are public since they were written; the next loading gives their names to their addresses
FORWARD = """
UPDATE library_network SET state = 'published', published_at = now(), reviewed_at = now(), slug = coalesce(code, slug)
WHERE state = 'draft'
"""


class Migration(migrations.Migration):
    dependencies = [("library", "0005_network_sheets")]

    operations = [migrations.RunSQL(FORWARD, migrations.RunSQL.noop)]
