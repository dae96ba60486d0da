from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("participations", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="participation",
            name="known_sequence",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="participation",
            name="moved_from",
            field=models.CharField(blank=True, max_length=200, verbose_name="ancien horaire"),
        ),
        migrations.AlterField(
            model_name="participation",
            name="decline_reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("full", "il n’y a plus de place"),
                    ("profile", "le profil ne correspond pas à la mission"),
                    ("dates", "les disponibilités ne correspondent pas"),
                    ("unreachable", "la personne n’a pas répondu"),
                    ("mission_off", "la mission n’a pas lieu"),
                    ("closed", "la mission est fermée"),
                    ("other", "autre raison"),
                ],
                max_length=12,
                verbose_name="raison du refus",
            ),
        ),
    ]
