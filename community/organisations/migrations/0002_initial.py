import django.db.models.deletion
import django.db.models.functions.comparison
import modelcluster.fields
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('knowledge', '0002_initial'),
        ('organisations', '0001_initial'),
        ('subjects', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='organisation',
            name='subject',
            field=models.OneToOneField(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='%(class)s', to='subjects.subject'),
        ),
        migrations.AddField(
            model_name='mergecandidate',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='merge_candidates', to='organisations.organisation'),
        ),
        migrations.AddField(
            model_name='mergecandidate',
            name='other',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organisations.organisation'),
        ),
        migrations.AddField(
            model_name='membership',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to='organisations.organisation'),
        ),
        migrations.AddField(
            model_name='alias',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='aliases', to='organisations.organisation'),
        ),
        migrations.AddField(
            model_name='plannedorganisation',
            name='known',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='planned', to='organisations.organisation'),
        ),
        migrations.AddField(
            model_name='plannedorganisation',
            name='member',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='planned_organisation', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='plannedorganisation',
            name='place',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='knowledge.place'),
        ),
        migrations.AddField(
            model_name='statement',
            name='areas',
            field=modelcluster.fields.ParentalManyToManyField(blank=True, to='knowledge.area', verbose_name='areas of society'),
        ),
        migrations.AddField(
            model_name='statement',
            name='organisation',
            field=modelcluster.fields.ParentalKey(on_delete=django.db.models.deletion.CASCADE, related_name='statements', to='organisations.organisation'),
        ),
        migrations.AddField(
            model_name='statement',
            name='technologies',
            field=modelcluster.fields.ParentalManyToManyField(blank=True, to='knowledge.technology', verbose_name='technologies'),
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
