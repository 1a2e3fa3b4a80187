import core.audience
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=20)),
                ('object_id', models.BigIntegerField()),
                ('organisation_id', models.BigIntegerField(null=True)),
                ('audience', core.audience.AudienceField(blank=True, default=core.audience._no_tokens, editable=False)),
                ('dated', models.DateTimeField(db_index=True, null=True)),
                ('starts', models.DateTimeField(null=True)),
                ('ends', models.DateTimeField(null=True)),
                ('deadline', models.DateTimeField(null=True)),
                ('confirmed', models.DateTimeField(null=True)),
                ('record', models.JSONField()),
                ('as_of', models.BigIntegerField(default=0, help_text='When the record began to be read, in nanoseconds.')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('kind', 'object_id'), name='search_entry_once')],
            },
        ),
        migrations.CreateModel(
            name='EntryFacet',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('field', models.CharField(max_length=20)),
                ('code', models.CharField(max_length=60)),
                ('entry', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='facets', to='search.entry')),
            ],
            options={
                'indexes': [models.Index(fields=['field', 'code', 'entry'], name='search_facet_code')],
                'constraints': [models.UniqueConstraint(fields=('entry', 'field', 'code'), name='search_facet_once')],
            },
        ),
    ]
