import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('notifications', '0001_initial'),
        ('subjects', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='event',
            name='subject',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notice_events', to='subjects.subject'),
        ),
        migrations.AddIndex(
            model_name='inbox',
            index=models.Index(condition=models.Q(('digest_due__isnull', False)), fields=['digest_due'], name='notice_digest_due'),
        ),
        migrations.AddField(
            model_name='mute',
            name='member',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notice_mutes', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='mute',
            name='subject',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notice_mutes', to='subjects.subject'),
        ),
        migrations.AddField(
            model_name='notice',
            name='member',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notices', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='notice',
            name='subject',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notices', to='subjects.subject'),
        ),
        migrations.AddConstraint(
            model_name='choice',
            constraint=models.UniqueConstraint(fields=('member', 'kind'), name='notice_choice_once'),
        ),
        migrations.AddIndex(
            model_name='event',
            index=models.Index(fields=['subject', 'kind', 'id'], name='notice_events_in_order'),
        ),
        migrations.AddConstraint(
            model_name='event',
            constraint=models.UniqueConstraint(fields=('subject', 'kind', 'key'), name='notice_event_once'),
        ),
        migrations.AddConstraint(
            model_name='mute',
            constraint=models.UniqueConstraint(fields=('member', 'subject'), name='notice_mute_once'),
        ),
        migrations.AddIndex(
            model_name='notice',
            index=models.Index(fields=['member', '-told_at', '-id'], name='notice_newest'),
        ),
        migrations.AddIndex(
            model_name='notice',
            index=models.Index(condition=models.Q(('last_event__gt', models.F('seen_event'))), fields=['member'], name='notice_unseen'),
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=models.UniqueConstraint(fields=('member', 'kind', 'subject'), name='notice_once'),
        ),
    ]
