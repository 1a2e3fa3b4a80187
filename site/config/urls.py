from __future__ import annotations

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path, re_path, register_converter
from django.utils.translation import gettext_lazy as _
from django.views.generic import RedirectView
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls

from config.api import api
from config.pages import converters, sitemap, terms, views
from config.pages.feed import newest
from knowledge import views as knowledge
from subjects.types import subject_types

handler400 = "config.pages.views.bad_request"
handler500 = "config.pages.database_unavailable.server_error"
register_converter(converters.Day, "date")
register_converter(converters.AreaCode, "area")

# allauth's page for its own limits.
handler429 = "core.limits.too_many_requests"
urlpatterns = [
    path("", include("operations.urls")),
    path(".well-known/security.txt", views.security_txt, name="security_txt"),
    path("robots.txt", views.robots_txt, name="robots_txt"),
    path("sitemap.xml", sitemap.index, name="sitemap"),
    path("sitemap-<slug:kind>-<int:part>.xml", sitemap.part, name="sitemap_part"),
    path("manifest.webmanifest", views.manifest, name="manifest"),
    path("favicon.ico", views.favicon),
    path("admin/login/", views.to_login),
    # Details, addresses and passwords are changed in one place, which asks for the password and confirms.
    path("admin/account/", RedirectView.as_view(pattern_name="members:profile")),
    path("admin/password_reset/", RedirectView.as_view(pattern_name="account_reset_password")),
    path("admin/reports/site-history/", include("community.audit.urls")),
    path("admin/", include(wagtailadmin_urls)),
    path("documents/<int:pk>/", knowledge.file, name="file"),
    path("media/images/<path:name>", knowledge.picture, name="picture"),
    path("api/v1/", api.urls),
    path("api/<path:rest>", views.not_in_the_api),
]

if getattr(settings, "COMPONENTS_PAGE", False):
    urlpatterns += [path("components/", views.components, name="components")]

urlpatterns += i18n_patterns(
    path("accounts/", include("allauth.urls")),
    path(_("search/"), include("search.urls")),
    path(_("projects/"), include("community.use_cases.urls")),
    *(path(one.urls.path, include(one.urls.module)) for one in subject_types() if one.urls),
    path(_("participations/"), include("community.participation.urls")),
    path(_("threads/"), include("community.discussions.urls")),
    path(_("members/"), include("community.members.urls")),
    path(_("notices/"), include("community.notifications.urls")),
    path(_("areas/<area:code>-<slug:slug>/"), terms.area, name="area"),
    path(_("technologies/<slug:code>/"), terms.technology, name="technology"),
    path(_("feed/"), newest, name="feed"),
    path(_("mail/"), include("community.mail.urls")),
    path("", include("community.contact.urls")),
    path(_("versions/<slug:code>/<date:since>/"), views.policy, name="policy"),
    path("", knowledge.page, {"path": ""}, name="home"),
    path("_util/login/", views.to_login),
    re_path(wagtail_urls.serve_pattern, knowledge.page, name="wagtail_serve"),
    path("", include(wagtail_urls)),
    prefix_default_language=False,
)
