from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_lazy as _

from community.projects.views import history, participations, projects

app_name = "projects"
urlpatterns = [
    path("", projects.projects, name="list"),
    path(_("mine/"), projects.mine, name="mine"),
    path(_("write/"), projects.write, name="write"),
    path(_("use-cases/<int:pk>/adopt/"), participations.adopt_work, name="adopt_work"),
    path(
        _("participations/<int:pk>/edit/"), participations.update_participation, name="update_participation"
    ),
    path(_("participations/<int:pk>/leave/"), participations.leave, name="leave"),
    path("<int:pk>-<slug:slug>/", projects.project, name="project"),
    path(_("<int:pk>/edit/"), projects.edit, name="edit"),
    path(_("<int:pk>/publish/"), projects.publish, name="publish"),
    path(_("<int:pk>/discard/"), projects.discard, name="discard"),
    path(_("<int:pk>/withdraw/"), projects.withdraw, name="withdraw"),
    path(_("<int:pk>/delete/"), projects.delete, name="delete"),
    path(_("<int:pk>/readers/"), projects.change_visibility, name="visibility"),
    path(_("<int:pk>/adopt/"), participations.adopt, name="adopt"),
    path(_("<int:pk>/history/"), history.history, name="history"),
    path(_("<int:pk>/history/<int:revision>/restore/"), history.restore, name="restore"),
]
