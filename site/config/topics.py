"""Tables of Django, Wagtail and other libraries, and of packages that show nothing to visitors, whose changes leave
the cache as it is. A table that is not named here, nor declared by its package, invalidates all pages."""

from __future__ import annotations

from core.row_changes import never_shown

never_shown(
    *("account", "auth", "contenttypes", "django_tasks_database", "mfa", "sessions", "taggit"),
    *("wagtail_localize", "wagtailadmin", "wagtailsearch", "wagtailusers"),
    *("audit", "contact", "mail", "notifications", "operations", "search"),
    # A draft, its reviews and comments; what was published is in the page's own row.
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
