"""Form fields for the facts of a record. The same fields stand in the site's forms and in the admin's."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from core.fields import check_name
from core.text import one_line

NOT_STATED = _("Not stated")
MOST_ITEMS = 20
SPARE_ROWS = 2
LONGEST_TITLE = 200

Choices = Sequence[tuple[str, Any]]


class CodeChoiceField(forms.ChoiceField):
    """One code, or nothing."""

    def __init__(self, codes: Callable[[], Choices], **kwargs: Any) -> None:
        super().__init__(choices=lambda: [("", NOT_STATED), *codes()], required=False, **kwargs)


class CodesChoiceField(forms.MultipleChoiceField):
    """Several codes, as checkboxes."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, codes: Callable[[], Choices], **kwargs: Any) -> None:
        super().__init__(choices=codes, required=False, **kwargs)


class YesNoSelect(forms.NullBooleanSelect):
    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.choices = [("unknown", NOT_STATED), ("true", _("Yes")), ("false", _("No"))]


class YesNoChoiceField(forms.NullBooleanField):
    widget = YesNoSelect


class ReuseItemsWidget(forms.Widget):
    """A row of inputs for each item, and two empty rows."""

    template_name = "knowledge/reuse_items.html"
    PARTS = ("kind", "title", "url", "licence")
    use_fieldset = True

    kinds: Callable[[], Choices]
    licences: Callable[[], Choices]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        items = [dict(item) for item in value or []]
        items += [{}] * min(SPARE_ROWS, MOST_ITEMS - len(items))
        rows = [{**item, "id": f"id_{name}-{number}"} for number, item in enumerate(items)]
        return {
            **context,
            "rows": rows,
            "kinds": [("", NOT_STATED), *self.kinds()],
            "licences": [("", NOT_STATED), *self.licences()],
            "longest": LONGEST_TITLE,
        }

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """Render with the site's templates. Django's renderer of forms finds only its own."""
        return render_to_string(self.template_name, self.get_context(name, value, attrs))

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[dict[str, str]] | None:
        """The rows that are not empty. At most `MOST_ITEMS` and one are read, so that the field can refuse more."""
        columns = [data.getlist(f"{name}-{part}") for part in self.PARTS]
        rows = [dict(zip(self.PARTS, cells, strict=True)) for cells in zip(*columns, strict=False)]
        stripped = [{part: text.strip() for part, text in row.items()} for row in rows[: MOST_ITEMS + 1]]
        return [row for row in stripped if any(row.values())]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return f"{name}-title" not in data

    def id_for_label(self, id_: str) -> str:
        return ""


class ReuseItemsField(forms.Field):
    """Things that others can reuse. Cleans to a list of {kind, title, url, licence}; kind and licence are codes.

    `kinds` and `licences` give the choices. An error names the row that it is about.
    """

    widget = ReuseItemsWidget

    def __init__(self, kinds: Callable[[], Choices], licences: Callable[[], Choices], **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)
        self.kinds, self.licences = kinds, licences
        self.widget.kinds, self.widget.licences = kinds, licences

    def clean(self, value: Any) -> list[dict[str, str]]:
        rows = value or []
        if len(rows) > MOST_ITEMS:
            raise ValidationError(_("List at most %(count)s things."), params={"count": MOST_ITEMS})
        faults = [fault for number, row in enumerate(rows, 1) for fault in self.faults_of(row, number)]
        if faults:
            raise ValidationError(faults)
        return [{**row, "title": one_line(row["title"])} for row in rows]

    def faults_of(self, row: dict[str, str], number: int) -> Iterable[ValidationError]:
        def fault(said: str | Promise) -> ValidationError:
            return ValidationError(_("Row %(number)s: %(said)s"), params={"number": number, "said": said})

        if not row["title"]:
            yield fault(_("Write what it is."))
        if len(row["title"]) > LONGEST_TITLE:
            yield fault(_("The title is too long."))
        try:
            check_name(row["title"])
        except ValidationError as error:
            yield fault(error.messages[0])
        if row["url"]:
            try:
                forms.URLField(assume_scheme="https", max_length=500).clean(row["url"])
            except ValidationError:
                yield fault(_("The link is not a web address. It should begin with https://."))
        for part, choices in (("kind", self.kinds), ("licence", self.licences)):
            if row[part] and row[part] not in dict(choices()):
                yield fault(_("Choose from the list."))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return (initial or []) != (data or [])
