import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('members', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Inbox',
            fields=[
                ('member', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='inbox', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('version', models.PositiveBigIntegerField(default=0)),
                ('frequency', models.CharField(choices=[('daily', 'every day'), ('weekly', 'once a week')], default='daily', max_length=10)),
                ('hour', models.PositiveSmallIntegerField(default=7)),
                ('weekday', models.PositiveSmallIntegerField(default=0)),
                ('quiet_from', models.PositiveSmallIntegerField(default=19, null=True)),
                ('quiet_until', models.PositiveSmallIntegerField(default=7, null=True)),
                ('digest_due', models.DateTimeField(help_text='When what waits is mailed; empty: nothing waits.', null=True)),
                ('feed_token', models.UUIDField(null=True, unique=True)),
            ],
        ),
        migrations.CreateModel(
            name='Mute',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=40)),
                ('since_event', models.PositiveBigIntegerField()),
                ('last_event', models.PositiveBigIntegerField()),
                ('seen_event', models.PositiveBigIntegerField(default=0)),
                ('mailed_event', models.PositiveBigIntegerField(default=0)),
                ('on_site', models.BooleanField(default=True)),
                ('told_at', models.DateTimeField(db_index=True)),
            ],
            options={
                'verbose_name': 'notice',
                'verbose_name_plural': 'notices',
            },
        ),
        migrations.CreateModel(
            name='Choice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=40)),
                ('on_site', models.BooleanField(default=True)),
                ('at_once', models.BooleanField(default=False)),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notice_choices', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Event',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=40)),
                ('key', models.CharField(max_length=100)),
                ('happened_at', models.DateTimeField(db_index=True)),
                ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
    ]
