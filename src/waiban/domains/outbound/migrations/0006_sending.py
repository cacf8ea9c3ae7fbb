import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import waiban.kernel.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0003_step_times_and_feeds'),
        ('files', '0002_is_kept'),
        ('offices', '0002_setting_of'),
        ('outbound', '0005_plans'),
        ('people', '0004_same_person'),
    ]

    operations = [
        migrations.CreateModel(
            name='Objection',
            fields=[
                ('id', models.UUIDField(default=waiban.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False, verbose_name='编号')),
                ('readers', django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), default=list, editable=False, size=None, verbose_name='可见范围')),
                ('received_on', models.DateField(verbose_name='收到日期')),
                ('how', models.CharField(choices=[('visit', '当面'), ('call', '电话'), ('letter', '来信'), ('message', '邮件或消息'), ('box', '意见箱')], max_length=8, verbose_name='反映方式')),
                ('by_whom', models.CharField(blank=True, help_text='Empty: unsigned.', max_length=80, verbose_name='反映人')),
                ('words', models.TextField(max_length=2000, verbose_name='反映的问题')),
                ('answer', models.TextField(blank=True, max_length=2000, verbose_name='答复')),
                ('answered_on', models.DateField(null=True, verbose_name='答复日期')),
                ('recorded_by_post_id', models.UUIDField(verbose_name='记录岗位')),
                ('answered_by_post_id', models.UUIDField(null=True, verbose_name='答复岗位')),
            ],
            options={
                'verbose_name': '公示异议',
                'verbose_name_plural': '公示异议',
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='SendingPart',
            fields=[
                ('id', models.UUIDField(default=waiban.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False, verbose_name='编号')),
                ('readers', django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), default=list, editable=False, size=None, verbose_name='可见范围')),
                ('number', models.CharField(max_length=60, verbose_name='编号')),
                ('title', models.CharField(max_length=200, verbose_name='团组名称')),
                ('channel', models.CharField(choices=[('foreign', '国外'), ('hk_macao', '港澳'), ('mixed', '国外和港澳'), ('taiwan', '台湾')], max_length=8, verbose_name='出行渠道')),
                ('depart', models.DateField(null=True, verbose_name='离境日期')),
                ('return_on', models.DateField(null=True, verbose_name='入境')),
                ('content', models.JSONField(help_text='Own members whole; others by unit and head count.', verbose_name='派员内容')),
                ('state', models.CharField(choices=[('asked', '征求意见'), ('agreed', '已同意，办理中'), ('ready', '已办齐'), ('refused', '不同意派员'), ('dropped', '已减员')], default='asked', max_length=8, verbose_name='派员状态')),
                ('reason', models.CharField(blank=True, max_length=400, verbose_name='理由')),
                ('plan_item', models.CharField(blank=True, max_length=200, verbose_name='列入计划的事项')),
                ('plan_reason', models.CharField(blank=True, max_length=400, verbose_name='未列入计划的理由')),
                ('share_cny', models.DecimalField(decimal_places=2, max_digits=14, null=True, verbose_name='本单位承担经费')),
                ('asked_on', models.DateField(verbose_name='征求意见日期')),
            ],
            options={
                'verbose_name': '派员单位办理',
                'verbose_name_plural': '派员单位办理',
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.RemoveConstraint(
            model_name='internalnotice',
            name='one_notice_in_force_a_unit',
        ),
        migrations.AddField(
            model_name='internalnotice',
            name='phase',
            field=models.CharField(choices=[('before', '行前公示'), ('after', '事后公示')], default='before', max_length=8, verbose_name='公示阶段'),
        ),
        migrations.AddField(
            model_name='internalnotice',
            name='taken_down_on',
            field=models.DateField(null=True, verbose_name='撤下日期'),
        ),
        migrations.AddField(
            model_name='internalnotice',
            name='unanswered',
            field=models.PositiveSmallIntegerField(default=0, help_text='Objections without an answer: known to those who may not read them.', verbose_name='未答复的异议'),
        ),
        migrations.AddField(
            model_name='objection',
            name='notice',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='received', to='outbound.internalnotice', verbose_name='内部公示'),
        ),
        migrations.AddField(
            model_name='sendingpart',
            name='case',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.case', verbose_name='办件'),
        ),
        migrations.AddField(
            model_name='sendingpart',
            name='office',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='offices.office', verbose_name='外办'),
        ),
        migrations.AddField(
            model_name='sendingpart',
            name='organiser',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.unit', verbose_name='组团单位'),
        ),
        migrations.AddField(
            model_name='sendingpart',
            name='trip',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='parts', to='outbound.trip', verbose_name='因公临时出国(境)'),
        ),
        migrations.AddField(
            model_name='sendingpart',
            name='unit',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.unit', verbose_name='派员单位'),
        ),
        migrations.AddField(
            model_name='attachment',
            name='part',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='attachments', to='outbound.sendingpart', verbose_name='派员单位办理'),
        ),
        migrations.AddField(
            model_name='internalnotice',
            name='part',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='notices', to='outbound.sendingpart', verbose_name='派员单位办理'),
        ),
        migrations.AddIndex(
            model_name='internalnotice',
            index=models.Index(fields=['-until', '-id'], name='notice_by_end'),
        ),
        migrations.AddConstraint(
            model_name='internalnotice',
            constraint=models.UniqueConstraint(condition=models.Q(('replaced', False)), fields=('trip', 'unit', 'phase'), name='one_notice_in_force_a_unit'),
        ),
        migrations.AddIndex(
            model_name='objection',
            index=django.contrib.postgres.indexes.GinIndex(fields=['readers'], name='outbound_objection_r'),
        ),
        migrations.AddConstraint(
            model_name='objection',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('answer', ''), ('answered_on', None)), models.Q(models.Q(('answer', ''), _negated=True), ('answered_on__isnull', False)), _connector='OR'), name='an_answered_objection_has_its_day'),
        ),
        migrations.AddIndex(
            model_name='sendingpart',
            index=django.contrib.postgres.indexes.GinIndex(fields=['readers'], name='outbound_sendingpart_r'),
        ),
        migrations.AddConstraint(
            model_name='sendingpart',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'dropped'), _negated=True), fields=('trip', 'unit'), name='one_part_in_force_a_unit'),
        ),
    ]
