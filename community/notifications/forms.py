from __future__ import annotations

from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from community.notifications import kinds
from community.notifications.kinds import Kind
from community.notifications.models import Frequency, Inbox
from community.notifications.preferences import Preference

HOURS = [(hour, f"{hour:02}.00") for hour in range(24)]
NEVER = "never"
FREQUENCIES = [*Frequency.choices, (NEVER, _("never"))]
AT_ONCE, DIGEST, OFF = ("at_once", _("immediately")), ("digest", _("in the digest")), ("off", _("not at all"))


class SettingsForm(forms.Form):
    """All settings of notices: the preference for each kind, the time of digests, and the quiet hours."""

    frequency = forms.ChoiceField(label=_("Send the digest"), choices=FREQUENCIES)
    weekday = forms.TypedChoiceField(
        label=_("Weekday (if once a week)"), choices=[*WEEKDAYS.items()], coerce=int
    )
    hour = forms.TypedChoiceField(label=_("At what time"), choices=HOURS, coerce=int)
    quiet_from = forms.TypedChoiceField(
        label=_("From"),
        choices=[("", _("no quiet hours")), *HOURS],
        coerce=int,
        empty_value=None,
        required=False,
    )
    quiet_until = forms.TypedChoiceField(
        label=_("Until"),
        choices=[("", _("no quiet hours")), *HOURS],
        coerce=int,
        empty_value=None,
        required=False,
    )

    newsletter = forms.BooleanField(label=_("I want the newsletter"), required=False)

    def __init__(
        self,
        data: Any = None,
        *,
        inbox: Inbox,
        preferences: dict[str, Preference],
        gets_digest: bool,
        gets_newsletter: bool | None,
    ) -> None:
        """Asks about the kinds in `preferences`. `gets_newsletter` None: the member has no confirmed address, so the
        form does not offer the newsletter."""
        initial = {name: getattr(inbox, name) for name in ("weekday", "hour", "quiet_from", "quiet_until")}
        initial["frequency"] = inbox.frequency if gets_digest else NEVER
        initial["newsletter"] = gets_newsletter
        super().__init__(data, initial=initial)
        if gets_newsletter is None:
            del self.fields["newsletter"]
        self.kinds = [kind for kind in kinds.all_kinds() if kind.code in preferences]
        for kind in self.kinds:
            preference = preferences[kind.code]
            self.fields[f"site_{kind.code}"] = forms.BooleanField(
                label=_("On the site"), required=False, initial=preference.on_site
            )
            self.fields[f"mail_{kind.code}"] = forms.ChoiceField(
                label=_("By e-mail"),
                choices=[AT_ONCE, DIGEST, OFF][not kind.needs_answer :],
                initial=preference.mail,
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if (cleaned.get("quiet_from") is None) != (cleaned.get("quiet_until") is None):
            self.add_error(
                "quiet_until", _("Choose both a start and an end for the quiet hours, or neither.")
            )
        return cleaned

    def rows(self) -> list[tuple[Kind, forms.BoundField, forms.BoundField]]:
        """(kind, its field for the site, its field for mail)."""
        return [(kind, self[f"site_{kind.code}"], self[f"mail_{kind.code}"]) for kind in self.kinds]

    def preferences(self) -> dict[str, Preference]:
        said = self.cleaned_data
        return {
            kind.code: Preference(said[f"site_{kind.code}"], said[f"mail_{kind.code}"]) for kind in self.kinds
        }
