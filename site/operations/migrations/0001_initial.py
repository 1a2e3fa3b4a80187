from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='JobRun',
            fields=[
                ('job', models.CharField(max_length=200, primary_key=True, serialize=False)),
                ('period', models.DateTimeField()),
                ('task_id', models.UUIDField(null=True)),
            ],
            options={
                'default_permissions': (),
            },
        ),
    ]
