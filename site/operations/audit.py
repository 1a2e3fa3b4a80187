from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from community.audit.actions import hide_names_of, register_action, register_facts

TASK_RETRIED = register_action("work.retry", _("Retried failed work"))
TASK_DROPPED = register_action("work.drop", _("Dropped failed work"))
register_facts({"task": _("Task")})
hide_names_of("django_tasks_database.DBTaskResult")
