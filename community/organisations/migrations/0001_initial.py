import community.organisations.models
import core.audience
import django.db.models.deletion
import django.db.models.functions.comparison
import knowledge.models.rendered
import modelcluster.fields
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('knowledge', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Organisation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=250, verbose_name='name')),
                ('slug', models.SlugField(max_length=120, unique=True, verbose_name='slug')),
                ('key', models.CharField(db_index=True, editable=False, help_text='name_key(name), for matching', max_length=250)),
                ('kind', models.CharField(db_index=True, max_length=30, validators=[community.organisations.models.validate_kind], verbose_name='kind')),
                ('code', models.CharField(blank=True, max_length=20, null=True, unique=True, verbose_name='public code')),
                ('description', models.TextField(blank=True, verbose_name='about')),
                ('description_en', models.TextField(blank=True, verbose_name='about, in English')),
                ('website', models.URLField(blank=True, verbose_name='website')),
                ('email_domain', models.CharField(blank=True, db_index=True, max_length=100, verbose_name='e-mail domain')),
                ('claimed_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='claimed')),
                ('is_reference', models.BooleanField(default=False, help_text='Known only from an inventory.', verbose_name='reference')),
                ('audience', core.audience.AudienceField(blank=True, default=community.organisations.models.everybody, editable=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('country', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='knowledge.place', verbose_name='country')),
                ('place', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='organisations', to='knowledge.place', verbose_name='place')),
            ],
            options={
                'verbose_name': 'organisation',
                'verbose_name_plural': 'organisations',
                'ordering': [django.db.models.functions.comparison.Collate(models.F('name'), 'sv-x-icu')],
            },
            bases=(knowledge.models.rendered.ShowsMarkdown, models.Model),
        ),
        migrations.CreateModel(
            name='MergeCandidate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('likeness', models.FloatField(help_text='From 0 to 1.', verbose_name='similarity')),
                ('dismissed_at', models.DateTimeField(blank=True, null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='merge_candidates', to='organisations.organisation')),
                ('other', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organisations.organisation')),
            ],
            options={
                'ordering': ['-likeness', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(default='member', max_length=10, verbose_name='role')),
                ('confirmed_at', models.DateTimeField(blank=True, null=True, verbose_name='confirmed')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to='organisations.organisation')),
            ],
        ),
        migrations.CreateModel(
            name='Alias',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=250, verbose_name='name')),
                ('key', models.CharField(db_index=True, editable=False, help_text='name_key(name), for matching', max_length=250)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='aliases', to='organisations.organisation')),
            ],
            options={
                'verbose_name': 'other name',
                'verbose_name_plural': 'other names',
            },
        ),
        migrations.CreateModel(
            name='PlannedOrganisation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=250, verbose_name='name')),
                ('kind', models.CharField(blank=True, max_length=30, validators=[community.organisations.models.validate_kind], verbose_name='kind')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('known', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='planned', to='organisations.organisation')),
                ('member', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='planned_organisation', to=settings.AUTH_USER_MODEL)),
                ('place', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='knowledge.place')),
            ],
        ),
        migrations.CreateModel(
            name='Statement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=10, verbose_name='kind')),
                ('text', models.CharField(max_length=300, verbose_name='text')),
                ('text_en', models.CharField(blank=True, max_length=300, verbose_name='text in English')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('areas', modelcluster.fields.ParentalManyToManyField(blank=True, to='knowledge.area', verbose_name='areas of society')),
                ('organisation', modelcluster.fields.ParentalKey(on_delete=django.db.models.deletion.CASCADE, related_name='statements', to='organisations.organisation')),
                ('technologies', modelcluster.fields.ParentalManyToManyField(blank=True, to='knowledge.technology', verbose_name='technologies')),
            ],
            options={
                'ordering': ['kind', 'pk'],
            },
        ),
        migrations.AddIndex(
            model_name='organisation',
            index=models.Index(fields=['key', 'country'], name='organisation_match'),
        ),
        migrations.AddIndex(
            model_name='organisation',
            index=models.Index(django.db.models.functions.comparison.Collate(models.F('name'), 'sv-x-icu'), models.F('id'), name='organisation_by_name'),
        ),
        migrations.AddConstraint(
            model_name='mergecandidate',
            constraint=models.UniqueConstraint(fields=('organisation', 'other'), name='merge_candidate_once'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.UniqueConstraint(fields=('organisation', 'member'), name='membership_once'),
        ),
        migrations.AddConstraint(
            model_name='alias',
            constraint=models.UniqueConstraint(fields=('organisation', 'key'), name='alias_once'),
        ),
        migrations.AddIndex(
            model_name='statement',
            index=models.Index(fields=['organisation', 'kind'], name='statement_of'),
        ),
    ]
