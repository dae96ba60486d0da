from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("missions", "0002_hosts_by_state"),
    ]

    operations = [
        migrations.AddField(
            model_name="mission",
            name="draft_step",
            field=models.PositiveSmallIntegerField(default=0, verbose_name="étape du brouillon"),
        ),
        migrations.AddField(
            model_name="slot",
            name="sequence",
            field=models.PositiveIntegerField(default=0, verbose_name="déplacements"),
        ),
    ]
