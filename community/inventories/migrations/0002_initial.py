import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('inventories', '0001_initial'),
        ('organisations', '0002_initial'),
        ('projects', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='importedrecord',
            name='project',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='provenance', to='projects.project'),
        ),
        migrations.AddField(
            model_name='importedchange',
            name='record',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='changes', to='inventories.importedrecord'),
        ),
        migrations.AddField(
            model_name='importrun',
            name='organisations',
            field=models.ManyToManyField(help_text='Those this run created.', related_name='+', to='organisations.organisation'),
        ),
        migrations.AddField(
            model_name='importedrecord',
            name='created_in',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='created_records', to='inventories.importrun'),
        ),
        migrations.AddField(
            model_name='importedchange',
            name='run',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='inventories.importrun'),
        ),
        migrations.AddConstraint(
            model_name='importedrecord',
            constraint=models.UniqueConstraint(fields=('source', 'record_key'), name='imported_record_once'),
        ),
        migrations.AddConstraint(
            model_name='importedchange',
            constraint=models.UniqueConstraint(fields=('run', 'record'), name='imported_change_once'),
        ),
    ]
