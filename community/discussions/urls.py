from __future__ import annotations

from django.urls import path

from community.discussions import views

app_name = "discussions"
urlpatterns = [
    path("<int:thread_id>/", views.thread, name="thread"),
    path("<int:thread_id>/posts/", views.post, name="post"),
    path("<int:thread_id>/posts/<int:number>/edit/", views.edit, name="edit"),
    path("<int:thread_id>/posts/<int:number>/remove/", views.remove, name="remove"),
    path("<int:thread_id>/lock/", views.lock, name="lock"),
    path("<int:thread_id>/unlock/", views.unlock, name="unlock"),
    path("<int:thread_id>/changes/", views.changes, name="changes"),
]
