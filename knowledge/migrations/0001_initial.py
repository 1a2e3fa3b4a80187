import django.db.models.deletion
import knowledge.blocks
import knowledge.models.pages
import knowledge.models.rendered
import knowledge.models.story
import modelcluster.fields
import modelsearch.index
import wagtail.fields
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('wagtailcore', '0098_apitoken'),
    ]

    operations = [
        migrations.CreateModel(
            name='KnowledgePage',
            fields=[
                ('page_ptr', models.OneToOneField(auto_created=True, on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to=settings.WAGTAIL_PAGE_MODEL)),
                ('summary', models.CharField(blank=True, help_text='One sentence: who benefits, and how.', max_length=300, verbose_name='summary')),
                ('last_confirmed', models.DateField(blank=True, help_text='When someone last checked that this is still true.', null=True, verbose_name='last confirmed')),
            ],
            options={
                'abstract': False,
            },
            bases=(knowledge.models.pages.VisibleTitle, knowledge.models.pages.NoPagePrivacyMixin, 'wagtailcore.page'),
        ),
        migrations.CreateModel(
            name='File',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(max_length=255, verbose_name='title')),
                ('file', models.FileField(upload_to='documents', verbose_name='file')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('file_size', models.PositiveBigIntegerField(editable=False, null=True)),
                ('file_hash', models.CharField(blank=True, editable=False, max_length=40)),
            ],
            options={
                'verbose_name': 'file',
                'verbose_name_plural': 'files',
                'abstract': False,
            },
            bases=(modelsearch.index.Indexed, models.Model),
        ),
        migrations.CreateModel(
            name='HomePage',
            fields=[
                ('page_ptr', models.OneToOneField(auto_created=True, on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to=settings.WAGTAIL_PAGE_MODEL)),
                ('lead', models.CharField(blank=True, help_text='One sentence about what this is.', max_length=200, verbose_name='lead')),
                ('intro', models.TextField(blank=True, verbose_name='introduction')),
                ('example_searches', models.TextField(blank=True, help_text='One per line, three at most.', verbose_name='example searches')),
            ],
            options={
                'abstract': False,
            },
            bases=(knowledge.models.pages.VisibleTitle, knowledge.models.pages.NoPagePrivacyMixin, 'wagtailcore.page'),
        ),
        migrations.CreateModel(
            name='OperatorInfo',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('operator', models.CharField(blank=True, help_text='The organisation responsible for it, also as the controller of personal data.', max_length=200, verbose_name='who runs the site')),
                ('address', models.TextField(blank=True, verbose_name='postal address')),
                ('email', models.EmailField(blank=True, help_text='Shown to everyone. An e-mail is sent here when someone writes to the site.', max_length=254, verbose_name='e-mail address')),
                ('phone', models.CharField(blank=True, max_length=40, verbose_name='telephone')),
                ('data_protection_email', models.EmailField(blank=True, help_text='If there is one.', max_length=254, verbose_name='e-mail address of the data protection officer')),
                ('security_email', models.EmailField(blank=True, help_text='Shown in security.txt. Without it, the address above is.', max_length=254, verbose_name='e-mail address for security problems')),
                ('legal_basis', models.CharField(blank=True, choices=[('public_interest', 'A task in the public interest (article 6.1 e)'), ('legitimate_interest', 'Legitimate interests (article 6.1 f)'), ('contract', 'A contract: the terms of use (article 6.1 b)')], max_length=20, verbose_name='legal basis')),
                ('processors', models.TextField(blank=True, help_text='Who runs servers and e-mail for you, by name and country, one per line.', verbose_name='processors')),
                ('compliance', models.CharField(choices=[('full', 'Fully compliant'), ('partial', 'Partially compliant'), ('none', 'Not compliant')], default='partial', max_length=10, verbose_name='how far the site complies with the accessibility act')),
                ('assessed_on', models.DateField(blank=True, null=True, verbose_name='last assessed for accessibility')),
                ('assessed_by', models.CharField(blank=True, help_text='Yourselves, or the name of the body that did it for you.', max_length=200, verbose_name='assessed by')),
            ],
            options={
                'verbose_name': 'facts of the site',
                'verbose_name_plural': 'facts of the site',
            },
        ),
        migrations.CreateModel(
            name='Place',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=40, unique=True, verbose_name='code')),
                ('label_sv', models.CharField(max_length=200, verbose_name='label in Swedish')),
                ('label_en', models.CharField(max_length=200, verbose_name='label in English')),
                ('kind', models.CharField(db_index=True, max_length=10, verbose_name='kind')),
            ],
            options={
                'verbose_name': 'place',
                'verbose_name_plural': 'places',
                'ordering': ['code'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='PlainPage',
            fields=[
                ('page_ptr', models.OneToOneField(auto_created=True, on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to=settings.WAGTAIL_PAGE_MODEL)),
                ('code', models.CharField(blank=True, choices=[('about', 'About'), ('contact', 'Contact'), ('accessibility', 'Accessibility statement'), ('terms', 'Terms of use'), ('privacy', 'Personal data'), ('cookies', 'Cookies')], editable=False, max_length=20)),
                ('summary', models.CharField(blank=True, max_length=300, verbose_name='summary')),
                ('body', wagtail.fields.RichTextField(blank=True, verbose_name='text')),
                ('in_force', models.DateField(blank=True, help_text='For the terms and the text on personal data: a new date makes a new version, which every member is asked to read. Until that day the page shows the text in force and announces the new one. A version announced earlier, for another future date, no longer applies. Leave the date unchanged if you only correct the wording.', null=True, verbose_name='in force from')),
            ],
            options={
                'abstract': False,
            },
            bases=(knowledge.models.pages.VisibleTitle, knowledge.models.pages.NoPagePrivacyMixin, 'wagtailcore.page'),
        ),
        migrations.CreateModel(
            name='PolicyText',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(choices=[('about', 'About'), ('contact', 'Contact'), ('accessibility', 'Accessibility statement'), ('terms', 'Terms of use'), ('privacy', 'Personal data'), ('cookies', 'Cookies')], max_length=20)),
                ('language', models.CharField(max_length=10)),
                ('in_force', models.DateField()),
                ('title', models.CharField(max_length=255)),
                ('summary', models.CharField(blank=True, max_length=300)),
                ('body', models.TextField()),
                ('published_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'ordering': ['code', '-in_force', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='RenderedText',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(help_text='SHA-256 of the Markdown.', max_length=64)),
                ('version', models.CharField(max_length=16)),
                ('html', models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name='ReviewAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.TextField()),
                ('sent_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'ordering': ['sent_at', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='SectionPage',
            fields=[
                ('page_ptr', models.OneToOneField(auto_created=True, on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to=settings.WAGTAIL_PAGE_MODEL)),
                ('lists', models.CharField(max_length=20, verbose_name='kind of pages listed')),
                ('intro', models.TextField(blank=True, verbose_name='introduction')),
            ],
            options={
                'abstract': False,
            },
            bases=(knowledge.models.pages.VisibleTitle, knowledge.models.pages.NoPagePrivacyMixin, 'wagtailcore.page'),
        ),
        migrations.CreateModel(
            name='Tag',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(allow_unicode=True, max_length=100, unique=True, verbose_name='slug')),
                ('name', models.CharField(max_length=100, unique=True, verbose_name='name')),
            ],
            options={
                'verbose_name': 'tag',
                'verbose_name_plural': 'tags',
            },
        ),
        migrations.CreateModel(
            name='TaggedPage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Technology',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=40, unique=True, verbose_name='code')),
                ('label_sv', models.CharField(max_length=200, verbose_name='label in Swedish')),
                ('label_en', models.CharField(max_length=200, verbose_name='label in English')),
            ],
            options={
                'verbose_name': 'technology',
                'verbose_name_plural': 'technologies',
                'ordering': ['code'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Theme',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=40, unique=True, verbose_name='code')),
                ('label_sv', models.CharField(max_length=200, verbose_name='label in Swedish')),
                ('label_en', models.CharField(max_length=200, verbose_name='label in English')),
            ],
            options={
                'verbose_name': 'theme',
                'verbose_name_plural': 'themes',
                'ordering': ['code'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Work',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('translation_key', models.UUIDField(unique=True)),
                ('kind', models.CharField(max_length=20)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Area',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=40, unique=True, verbose_name='code')),
                ('label_sv', models.CharField(max_length=200, verbose_name='label in Swedish')),
                ('label_en', models.CharField(max_length=200, verbose_name='label in English')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='knowledge.area', verbose_name='parent')),
            ],
            options={
                'verbose_name': 'area of society',
                'verbose_name_plural': 'areas of society',
                'ordering': ['code'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ArticlePage',
            fields=[
                ('knowledgepage_ptr', models.OneToOneField(auto_created=True, on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to='knowledge.knowledgepage')),
                ('body', wagtail.fields.RichTextField(blank=True, verbose_name='text')),
            ],
            options={
                'verbose_name': 'article',
                'verbose_name_plural': 'articles',
            },
            bases=('knowledge.knowledgepage',),
        ),
        migrations.CreateModel(
            name='GuidePage',
            fields=[
                ('knowledgepage_ptr', models.OneToOneField(auto_created=True, on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to='knowledge.knowledgepage')),
                ('chapters', knowledge.blocks.ChapterField(blank=True, verbose_name='chapters')),
            ],
            options={
                'verbose_name': 'guide',
                'verbose_name_plural': 'guides',
            },
            bases=('knowledge.knowledgepage',),
        ),
        migrations.CreateModel(
            name='UseCasePage',
            fields=[
                ('knowledgepage_ptr', models.OneToOneField(auto_created=True, on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to='knowledge.knowledgepage')),
                ('problem', models.TextField(blank=True, verbose_name='the problem')),
                ('how_it_works', models.TextField(blank=True, verbose_name='how it works')),
                ('data_used', models.TextField(blank=True, verbose_name='data used')),
                ('result', models.TextField(blank=True, help_text='Number, unit and how it was measured.', verbose_name='result')),
                ('cost', models.TextField(blank=True, verbose_name='cost and time')),
                ('partners_text', models.TextField(blank=True, verbose_name='suppliers and partners')),
                ('law', models.TextField(blank=True, verbose_name='legal questions and how they were resolved')),
                ('went_wrong', models.TextField(blank=True, verbose_name='what went wrong')),
                ('do_again', models.TextField(blank=True, verbose_name='would we do it again?')),
                ('stage', knowledge.models.story.StageField(db_index=True, max_length=12, verbose_name='stage')),
                ('stop_reason', models.CharField(blank=True, db_default='', default='', help_text='It helps others more than most success stories.', max_length=300, verbose_name='why it stopped')),
            ],
            options={
                'verbose_name': 'use case',
                'verbose_name_plural': 'use cases',
            },
            bases=('knowledge.knowledgepage', knowledge.models.rendered.ShowsMarkdown, models.Model),
        ),
        migrations.AddField(
            model_name='knowledgepage',
            name='areas',
            field=modelcluster.fields.ParentalManyToManyField(blank=True, to='knowledge.area', verbose_name='areas of society'),
        ),
    ]
