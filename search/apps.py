from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SearchConfig(AppConfig):
    name = "search"
    verbose_name = _("Search")

    def ready(self) -> None:
        from community.organisations.signals import organisations_changed
        from community.projects.signals import projects_changed
        from knowledge.signals import work_changed
        from search import builders, checks, eligibility, receivers  # noqa: F401
        from search.sources import Source, register, sources

        register(
            Source(
                name="work",
                kinds=("use_case", "guide", "article"),
                indexable=eligibility.indexable_works,
                published=eligibility.published_works,
                is_indexable=eligibility.work_is_indexable,
                build=builders.build_work,
                changed=work_changed,
                changed_ids=lambda fact: [fact.work_id],
            )
        )
        register(
            Source(
                name="project",
                kinds=("project",),
                indexable=eligibility.indexable_projects,
                published=eligibility.published_projects,
                is_indexable=eligibility.project_is_indexable,
                build=builders.build_project,
                changed=projects_changed,
                changed_ids=lambda fact: fact.project_ids,
            )
        )
        register(
            Source(
                name="organisation",
                kinds=("organisation",),
                indexable=eligibility.indexable_organisations,
                published=eligibility.published_organisations,
                is_indexable=eligibility.organisation_is_indexable,
                build=builders.build_organisation,
                changed=organisations_changed,
                changed_ids=lambda fact: fact.organisation_ids,
                dependants=eligibility.shown_with_organisations,
            )
        )
        for source in sources():
            receivers.follow(source)
