from django.db import migrations, models

KINDS = [
    ("high", "Too warm"),
    ("low", "Too cold"),
    ("damp", "Too humid"),
    ("dry", "Too dry"),
    ("budget", "Beyond the band too often"),
    ("slow_return", "Too slow back to the cold"),
]


class Migration(migrations.Migration):
    """Values of an excursion are °C or percent by its kind; humidity, budgets and slow returns are kinds too."""

    dependencies = [("warehouses", "0007_silent_sensors_call_people")]

    operations = [
        migrations.RenameField("excursion", "peak_c", "peak"),
        migrations.RenameField("excursion", "least_c", "least"),
        migrations.RenameField("excursion", "most_c", "most"),
        migrations.RemoveConstraint("excursion", "excursion_kind_known"),
        migrations.AlterField("excursion", "kind", models.CharField(choices=KINDS, max_length=12)),
        migrations.AddConstraint(
            "excursion",
            models.CheckConstraint(
                condition=models.Q(kind__in=[code for code, _ in KINDS]),
                name="excursion_kind_known",
            ),
        ),
    ]
