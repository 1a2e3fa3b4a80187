import community.organisations.models
import django.db.models.deletion
import django.db.models.functions.comparison
import knowledge.models.rendered
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('knowledge', '0002_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Alias',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=250, verbose_name='name')),
                ('key', models.CharField(db_index=True, editable=False, help_text='name_key(name), for matching', max_length=250)),
            ],
            options={
                'verbose_name': 'other name',
                'verbose_name_plural': 'other names',
            },
        ),
        migrations.CreateModel(
            name='MergeCandidate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('likeness', models.FloatField(help_text='From 0 to 1.', verbose_name='similarity')),
                ('dismissed_at', models.DateTimeField(blank=True, null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'ordering': ['-likeness', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='PlannedOrganisation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=250, verbose_name='name')),
                ('kind', models.CharField(blank=True, max_length=30, validators=[community.organisations.models.validate_kind], verbose_name='kind')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
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
            ],
            options={
                'ordering': ['kind', 'pk'],
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
            ],
        ),
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
    ]
