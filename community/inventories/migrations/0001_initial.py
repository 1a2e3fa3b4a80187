from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='ImportedChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('before', models.JSONField()),
            ],
        ),
        migrations.CreateModel(
            name='ImportedRecord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(max_length=60, verbose_name='source')),
                ('record_id', models.CharField(db_index=True, max_length=250, verbose_name='published record id')),
                ('record_key', models.CharField(editable=False, help_text='id_key(record_id): look-alikes share it.', max_length=250)),
                ('owner', models.CharField(editable=False, help_text='The organisation as published, for matching.', max_length=300)),
                ('digest', models.CharField(help_text='Of the record as published: the same again changes nothing.', max_length=64)),
                ('licence', models.CharField(blank=True, max_length=120, verbose_name='licence')),
                ('attribution', models.CharField(blank=True, max_length=300, verbose_name='attribution')),
                ('contact', models.CharField(blank=True, help_text='Never an e-mail address.', max_length=200, verbose_name='contact')),
                ('url', models.URLField(blank=True, max_length=500, verbose_name='published at')),
            ],
        ),
        migrations.CreateModel(
            name='ImportLease',
            fields=[
                ('source', models.CharField(max_length=60, primary_key=True, serialize=False)),
                ('holder', models.UUIDField()),
                ('ends_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='ImportRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(db_index=True, max_length=60, verbose_name='source')),
                ('file_name', models.CharField(max_length=250, verbose_name='file')),
                ('started_at', models.DateTimeField(auto_now_add=True)),
                ('finished_at', models.DateTimeField(null=True)),
                ('undone_at', models.DateTimeField(null=True)),
                ('counts', models.JSONField(default=dict)),
            ],
            options={
                'verbose_name': 'import',
                'verbose_name_plural': 'imports',
                'ordering': ['-started_at'],
            },
        ),
    ]
