from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_lazy as _

from community.projects.views import history, projects, use_cases

app_name = "projects"
urlpatterns = [
    path("", projects.projects, name="list"),
    path(_("mine/"), projects.mine, name="mine"),
    path(_("write/"), projects.write, name="write"),
    path(_("write-use-case/"), use_cases.write_use_case, name="write_use_case"),
    path(_("use-cases/<int:pk>/"), use_cases.read_use_case, name="read_use_case"),
    path(_("use-cases/<int:pk>/edit/"), use_cases.edit_use_case, name="edit_use_case"),
    path(_("use-cases/<int:pk>/submit/"), use_cases.submit_use_case, name="submit_use_case"),
    path(_("use-cases/<int:pk>/delete/"), use_cases.delete_use_case, name="delete_use_case"),
    path(_("use-cases/<int:pk>/adopt/"), projects.adopt_work, name="adopt_work"),
    path(_("participations/<int:pk>/edit/"), projects.update_participation, name="update_participation"),
    path(_("participations/<int:pk>/leave/"), projects.leave, name="leave"),
    path("<int:pk>-<slug:slug>/", projects.project, name="project"),
    path(_("<int:pk>/edit/"), projects.edit, name="edit"),
    path(_("<int:pk>/publish/"), projects.publish, name="publish"),
    path(_("<int:pk>/discard/"), projects.discard, name="discard"),
    path(_("<int:pk>/withdraw/"), projects.withdraw, name="withdraw"),
    path(_("<int:pk>/delete/"), projects.delete, name="delete"),
    path(_("<int:pk>/readers/"), projects.change_visibility, name="visibility"),
    path(_("<int:pk>/adopt/"), projects.adopt, name="adopt"),
    path(_("<int:pk>/history/"), history.history, name="history"),
    path(_("<int:pk>/history/<int:revision>/restore/"), history.restore, name="restore"),
]
