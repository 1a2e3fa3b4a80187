import core.audience
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('organisations', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Subject',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=30)),
                ('visibility', models.CharField(choices=[('public', 'Everyone'), ('members', 'Members who have signed in'), ('organisation', 'Only those who represent the organisation'), ('room', 'Only those in the room')], default='public', max_length=12, verbose_name='who may see it')),
                ('is_out', models.BooleanField(default=False)),
                ('audience', core.audience.AudienceField(blank=True, default=core.audience._no_tokens, editable=False)),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='subjects', to='organisations.organisation')),
            ],
            options={
                'default_permissions': (),
            },
        ),
    ]
