from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("outbound", "0016_outside_number_term")]
    operations = [
        migrations.AlterField(
            model_name="visabatch",
            name="outside_number",
            field=models.CharField(blank=True, max_length=60, verbose_name="外部编号"),
        ),
    ]
