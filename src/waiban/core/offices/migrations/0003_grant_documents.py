import django.contrib.postgres.fields
from django.db import migrations, models

import waiban.core.offices.models


class Migration(migrations.Migration):
    dependencies = [("offices", "0002_setting_of")]

    operations = [
        migrations.AddField(
            model_name="grant",
            name="documents",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=16),
                default=waiban.core.offices.models.own_task_approval,
                help_text="task_approval, confirmation, task_notice: each is drawn only under a grant of its kind.",
                size=None,
                verbose_name="可出的批件",
            ),
        ),
    ]
