"""Names the tables whose changes invalidate no page: those of Django, Wagtail and other libraries, and of packages that
show nothing to visitors. A table that neither this module nor its package declares invalidates all pages."""

from __future__ import annotations

from core.row_changes import never_shown

never_shown(
    *("account", "auth", "contenttypes", "django_tasks_database", "mfa", "sessions", "taggit"),
    *("wagtail_localize", "wagtailadmin", "wagtailsearch", "wagtailusers"),
    *("audit", "contact", "mail", "notifications", "operations", "search"),
    # Drafts, reviews and comments. The published content is in the page's own row.
    *(
        f"wagtailcore.{name}"
        for name in (
            *("revision", "workflow", "workflowcontenttype", "workflowpage", "workflowstate", "workflowtask"),
            *("task", "taskstate", "groupapprovaltask", "comment", "commentreply", "pagesubscription"),
            *("pagelogentry", "modellogentry", "referenceindex", "uploadedfile", "apitoken"),
            *("groupcollectionpermission", "grouppagepermission", "groupsitepermission"),
        )
    ),
    "wagtailimages.rendition",
)
