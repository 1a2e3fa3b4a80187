import django.db.models.deletion
import django.db.models.functions.comparison
import knowledge.models.rendered
import knowledge.models.story
import modelcluster.contrib.taggit
import modelcluster.fields
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('knowledge', '0003_initial'),
        ('organisations', '0002_initial'),
        ('subjects', '0001_initial'),
        ('wagtailcore', '0098_apitoken'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Project',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('live', models.BooleanField(default=True, editable=False, verbose_name='live')),
                ('has_unpublished_changes', models.BooleanField(default=False, editable=False, verbose_name='has unpublished changes')),
                ('first_published_at', models.DateTimeField(blank=True, db_index=True, null=True, verbose_name='first published at')),
                ('last_published_at', models.DateTimeField(editable=False, null=True, verbose_name='last published at')),
                ('go_live_at', models.DateTimeField(blank=True, null=True, verbose_name='go live date/time')),
                ('expire_at', models.DateTimeField(blank=True, null=True, verbose_name='expiry date/time')),
                ('expired', models.BooleanField(default=False, editable=False, verbose_name='expired')),
                ('locked', models.BooleanField(default=False, editable=False, verbose_name='locked')),
                ('locked_at', models.DateTimeField(editable=False, null=True, verbose_name='locked at')),
                ('problem', models.TextField(blank=True, verbose_name='the problem')),
                ('how_it_works', models.TextField(blank=True, verbose_name='how it works')),
                ('data_used', models.TextField(blank=True, verbose_name='data used')),
                ('result', models.TextField(blank=True, help_text='Number, unit and how it was measured.', verbose_name='result')),
                ('cost', models.TextField(blank=True, verbose_name='cost and time')),
                ('partners_text', models.TextField(blank=True, verbose_name='suppliers and partners')),
                ('law', models.TextField(blank=True, verbose_name='legal questions and how they were resolved')),
                ('went_wrong', models.TextField(blank=True, verbose_name='what went wrong')),
                ('do_again', models.TextField(blank=True, verbose_name='would we do it again?')),
                ('title', models.CharField(help_text='Start with a verb: “Answer questions about …”.', max_length=250, verbose_name='title')),
                ('benefit', models.CharField(blank=True, help_text='One sentence: who benefits, and how.', max_length=300, verbose_name='benefit')),
                ('stage', knowledge.models.story.StageField(db_index=True, max_length=12, verbose_name='stage')),
                ('stop_reason', models.CharField(blank=True, help_text='It helps others more than most success stories.', max_length=300, verbose_name='why it stopped')),
                ('offers', models.TextField(blank=True, verbose_name='we can share')),
                ('seeks', models.TextField(blank=True, verbose_name='we look for')),
                ('language', models.CharField(default='sv', max_length=2, verbose_name='language')),
                ('description', models.TextField(blank=True, verbose_name='description')),
                ('is_reference', models.BooleanField(default=False, editable=False, verbose_name='reference')),
                ('is_private', models.BooleanField(default=False, editable=False, help_text="A draft of a member who waits to be confirmed: the author's alone.")),
                ('unpublished_by_staff', models.BooleanField(default=False, editable=False, help_text='In the admin, where staff and editors can publish it again.')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('areas', modelcluster.fields.ParentalManyToManyField(blank=True, related_name='projects', to='knowledge.area', verbose_name='areas of society')),
                ('author', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='projects', to=settings.AUTH_USER_MODEL)),
                ('contact', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='contact')),
                ('derived_from', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='derived_projects', to='knowledge.work')),
                ('latest_revision', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='wagtailcore.revision', verbose_name='latest revision')),
                ('live_revision', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='wagtailcore.revision', verbose_name='live revision')),
                ('locked_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='locked_%(class)ss', to=settings.AUTH_USER_MODEL, verbose_name='locked by')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='projects', to='organisations.organisation', verbose_name='organisation')),
                ('place', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='projects', to='knowledge.place', verbose_name='place')),
                ('subject', models.OneToOneField(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='%(class)s', to='subjects.subject')),
                ('technologies', modelcluster.fields.ParentalManyToManyField(blank=True, related_name='projects', to='knowledge.technology', verbose_name='technologies')),
                ('themes', modelcluster.fields.ParentalManyToManyField(blank=True, related_name='projects', to='knowledge.theme', verbose_name='themes')),
            ],
            options={
                'verbose_name': 'project',
                'verbose_name_plural': 'projects',
            },
            bases=(knowledge.models.rendered.ShowsMarkdown, models.Model),
        ),
        migrations.CreateModel(
            name='TaggedProject',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('content_object', modelcluster.fields.ParentalKey(on_delete=django.db.models.deletion.CASCADE, related_name='tagged_items', to='projects.project')),
                ('tag', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tagged_projects', to='knowledge.tag')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='project',
            name='tags',
            field=modelcluster.contrib.taggit.ClusterTaggableManager(blank=True, help_text='A comma-separated list of tags.', through='projects.TaggedProject', to='knowledge.Tag', verbose_name='tags'),
        ),
        migrations.AddIndex(
            model_name='project',
            index=models.Index(fields=['-first_published_at', '-id'], name='project_newest'),
        ),
        migrations.AddIndex(
            model_name='project',
            index=models.Index(condition=models.Q(('is_reference', False)), fields=['-first_published_at', '-id'], name='project_own_newest'),
        ),
        migrations.AddIndex(
            model_name='project',
            index=models.Index(condition=models.Q(('is_reference', False)), fields=['-last_published_at', '-id'], name='project_own_updated'),
        ),
        migrations.AddIndex(
            model_name='project',
            index=models.Index(django.db.models.functions.comparison.Collate(models.F('title'), 'sv-x-icu'), models.OrderBy(models.F('id'), descending=True), condition=models.Q(('is_reference', False)), name='project_own_by_name'),
        ),
        migrations.AddIndex(
            model_name='project',
            index=models.Index(fields=['stage', '-first_published_at'], name='project_stage_newest'),
        ),
    ]
