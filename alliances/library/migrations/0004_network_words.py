from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("library", "0003_categories_and_functions")]

    operations = [
        migrations.RenameField("network", "name", "title"),
        migrations.RenameField("network", "text", "summary"),
        migrations.AddField(
            "network",
            "slug",
            models.SlugField(default="reseau", editable=False, max_length=80),
            preserve_default=False,
        ),
    ]
