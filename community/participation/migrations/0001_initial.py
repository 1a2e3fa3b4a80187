import django.db.models.deletion
import knowledge.models.story
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('organisations', '0002_initial'),
        ('subjects', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Participation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(max_length=10, verbose_name='role')),
                ('stage', knowledge.models.story.StageField(blank=True, db_index=True, max_length=12, verbose_name='stage')),
                ('note', models.CharField(blank=True, max_length=300, verbose_name='note')),
                ('since', models.DateField(blank=True, null=True, verbose_name='since')),
                ('results', models.CharField(blank=True, max_length=300, verbose_name='results')),
                ('is_reference', models.BooleanField(default=False, editable=False, verbose_name='reference')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('author', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='participations', to='organisations.organisation')),
                ('subject', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='participations', to='subjects.subject', verbose_name='what it takes part in')),
            ],
            options={
                'verbose_name': 'participation',
                'verbose_name_plural': 'participations',
                'ordering': ['created_at', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('subject', 'organisation', 'role'), name='participation_once')],
            },
        ),
    ]
