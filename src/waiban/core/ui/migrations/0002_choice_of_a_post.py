"""Whoever moves to another post starts anew there: the rows of the old one are no longer theirs to see."""

import uuid

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ui", "0001_saved_views")]

    operations = [
        migrations.RemoveConstraint(model_name="listchoice", name="one_choice_an_account_and_list"),
        migrations.RemoveConstraint(model_name="savedview", name="one_view_a_name"),
        migrations.AddField(
            model_name="listchoice",
            name="post_id",
            field=models.UUIDField(default=uuid.UUID(int=0), verbose_name="所属岗位"),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            model_name="listchoice",
            constraint=models.UniqueConstraint(
                fields=("account_id", "post_id", "list_code"), name="one_choice_an_account_post_and_list"
            ),
        ),
        migrations.AddConstraint(
            model_name="savedview",
            constraint=models.UniqueConstraint(
                condition=models.Q(("shared", False)),
                fields=("account_id", "post_id", "list_code", "name"),
                name="one_private_view_a_name",
            ),
        ),
    ]
