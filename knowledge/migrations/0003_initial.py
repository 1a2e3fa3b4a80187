import django.db.models.deletion
import modelcluster.contrib.taggit
import modelcluster.fields
import taggit.managers
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('knowledge', '0002_initial'),
        ('subjects', '0001_initial'),
        ('taggit', '0006_rename_taggeditem_content_type_object_id_taggit_tagg_content_8fc721_idx'),
        ('wagtailcore', '0098_apitoken'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='file',
            name='subject',
            field=models.OneToOneField(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='%(class)s', to='subjects.subject'),
        ),
        migrations.AddField(
            model_name='file',
            name='tags',
            field=taggit.managers.TaggableManager(blank=True, help_text=None, through='taggit.TaggedItem', to='taggit.Tag', verbose_name='tags'),
        ),
        migrations.AddField(
            model_name='file',
            name='uploaded_by_user',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, to=settings.AUTH_USER_MODEL, verbose_name='uploaded by user'),
        ),
        migrations.AddField(
            model_name='place',
            name='parent',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='knowledge.place', verbose_name='parent'),
        ),
        migrations.AddIndex(
            model_name='policytext',
            index=models.Index(fields=['code', 'in_force'], name='knowledge_p_code_fdaceb_idx'),
        ),
        migrations.AddConstraint(
            model_name='renderedtext',
            constraint=models.UniqueConstraint(fields=('source', 'version'), name='rendered_text_once'),
        ),
        migrations.AddField(
            model_name='reviewanswer',
            name='author',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='reviewanswer',
            name='review',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='answers', to='wagtailcore.taskstate'),
        ),
        migrations.AddField(
            model_name='taggedpage',
            name='content_object',
            field=modelcluster.fields.ParentalKey(on_delete=django.db.models.deletion.CASCADE, related_name='tagged_items', to='knowledge.knowledgepage'),
        ),
        migrations.AddField(
            model_name='taggedpage',
            name='tag',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tagged_pages', to='knowledge.tag'),
        ),
        migrations.AddField(
            model_name='knowledgepage',
            name='tags',
            field=modelcluster.contrib.taggit.ClusterTaggableManager(blank=True, help_text='A comma-separated list of tags.', through='knowledge.TaggedPage', to='knowledge.Tag', verbose_name='Tags'),
        ),
        migrations.AddField(
            model_name='technology',
            name='parent',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='knowledge.technology', verbose_name='parent'),
        ),
        migrations.AddField(
            model_name='knowledgepage',
            name='technologies',
            field=modelcluster.fields.ParentalManyToManyField(blank=True, to='knowledge.technology', verbose_name='technologies'),
        ),
        migrations.AddField(
            model_name='knowledgepage',
            name='themes',
            field=modelcluster.fields.ParentalManyToManyField(blank=True, to='knowledge.theme', verbose_name='themes'),
        ),
        migrations.AddField(
            model_name='work',
            name='subject',
            field=models.OneToOneField(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='%(class)s', to='subjects.subject'),
        ),
        migrations.AddField(
            model_name='knowledgepage',
            name='work',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='pages', to='knowledge.work', verbose_name='work'),
        ),
        migrations.AddField(
            model_name='usecasepage',
            name='place',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='knowledge.place', verbose_name='place'),
        ),
    ]
