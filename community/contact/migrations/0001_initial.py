from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='ContactMessage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('accessibility', 'Accessibility problem'), ('contact', 'Question or comment')], max_length=20, verbose_name='about')),
                ('text', models.TextField(verbose_name='message')),
                ('page', models.CharField(blank=True, max_length=300, verbose_name='about which page')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='answer to')),
                ('sent_at', models.DateTimeField(auto_now_add=True, verbose_name='sent')),
                ('answered_at', models.DateTimeField(blank=True, null=True, verbose_name='answered')),
                ('note', models.TextField(blank=True, verbose_name='what was done')),
            ],
            options={
                'verbose_name': 'message to the site',
                'verbose_name_plural': 'messages to the site',
                'ordering': ['-sent_at', '-pk'],
            },
        ),
    ]
