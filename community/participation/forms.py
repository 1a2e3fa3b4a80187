from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import DecimalValidator
from django.utils.translation import gettext_lazy as _

from community.participation.evidence import number_in_words, unit_label
from community.participation.models import Measure, Result, validate_month
from community.participation.services import ResultInput
from core.fields import NameFormField
from core.forms import RequiredMessageMixin
from core.sorting import by_label

NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")


class MeasureField(forms.ModelChoiceField):
    """A measure with its unit, or none: the member then writes words of their own."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            queryset=Measure.objects.none(),
            to_field_name="code",
            required=False,
            empty_label=_("Choose a measure"),
            **kwargs,
        )

    def label_from_instance(self, obj: Measure) -> str:
        unit = unit_label(obj.unit)
        return f"{obj.label}: {unit} {obj.phrase}" if unit else f"{obj.label}: {obj.phrase}"


class NumberField(forms.CharField):
    """A number with a decimal comma or point and at most two decimals. Spaces between thousands are allowed."""

    WRONG = _(
        "Write a number with at most two decimals, such as 12,5. Write thousands without a comma or a point."
    )

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            required=False, max_length=30, widget=forms.TextInput(attrs={"inputmode": "decimal"}), **kwargs
        )

    def prepare_value(self, value: Any) -> Any:
        return number_in_words(value) if isinstance(value, Decimal) else value

    def clean(self, value: Any) -> Decimal | None:
        typed = "".join(str(super().clean(value)).split()).replace("−", "-").replace(",", ".")
        if not typed:
            return None
        if not NUMBER.fullmatch(typed):
            raise forms.ValidationError(self.WRONG, code="number")
        number = Decimal(typed)
        try:
            DecimalValidator(12, 2)(number)
        except forms.ValidationError as error:
            raise forms.ValidationError(self.WRONG, code="number") from error
        return number


class MonthField(forms.CharField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            required=False,
            max_length=20,
            validators=[validate_month],
            widget=forms.TextInput(attrs={"type": "month", "placeholder": "2025-03"}),
            **kwargs,
        )


class ResultForm(RequiredMessageMixin, forms.Form):
    """One measured result. Every field keeps what was typed when the form is shown again."""

    measure = MeasureField(
        label=_("What did you measure?"),
        help_text=_("Results in the same measure are added up with those of others."),
    )
    other_measure = NameFormField(
        label=_("What did you measure, in your own words?"),
        max_length=100,
        required=False,
        help_text=_("Only if the measure is not in the list."),
    )
    unit = forms.CharField(
        label=_("Unit"), max_length=40, required=False, help_text=_("Only for a measure in your own words.")
    )
    value = NumberField(
        label=_("Number"),
        help_text=_(
            "18 means for example 18 percent fewer calls. If it got worse, put a minus sign before it."
        ),
    )
    low = NumberField(label=_("Lowest"), help_text=_("Instead of one number: the lowest and the highest."))
    high = NumberField(label=_("Highest"))
    how_measured = forms.CharField(
        label=_("How was it measured?"),
        max_length=300,
        help_text=_("One sentence: where the number comes from, and what is uncertain about it."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    baseline = forms.CharField(
        label=_("Compared with what?"),
        max_length=150,
        required=False,
        help_text=_("For example the same months a year earlier."),
    )
    n = forms.IntegerField(
        label=_("How many cases is it based on?"), required=False, min_value=1, max_value=2_000_000_000
    )
    period_start = MonthField(label=_("From month"))
    period_end = MonthField(label=_("To month"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        measure: Any = self.fields["measure"]
        measure.queryset = Measure.objects.order_by(by_label())

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        self.check_measure(data)
        self.check_number(data)
        start, end = data.get("period_start"), data.get("period_end")
        if start and end and end < start:
            self.add_error("period_end", _("The last month cannot be before the first."))
        return data

    def check_measure(self, data: dict[str, Any]) -> None:
        measure = data.get("measure")
        if measure is None:
            if "measure" in data and "other_measure" in data and not data["other_measure"]:
                self.add_error("measure", _("Choose a measure, or write your own below."))
            return
        chosen = {"name": measure.label, "unit": unit_label(measure.unit) or measure.phrase}
        if data.get("other_measure"):
            self.add_error(
                "other_measure",
                _("You have chosen “%(name)s” above. Empty this field, or choose no measure there.") % chosen,
            )
        if data.get("unit"):
            self.add_error("unit", _("“%(name)s” is always in %(unit)s. Empty this field.") % chosen)

    def check_number(self, data: dict[str, Any]) -> None:
        if not {"value", "low", "high"} <= data.keys():
            return
        value, low, high = data["value"], data["low"], data["high"]
        if value is not None:
            for name in ("low", "high"):
                if data[name] is not None:
                    self.add_error(name, _("Fill in either one number, or the lowest and the highest."))
        elif low is None and high is None:
            self.add_error("value", _("Fill in a number, or the lowest and the highest."))
        elif low is None or high is None:
            self.add_error("low" if low is None else "high", _("Fill in both the lowest and the highest."))
        elif low > high:
            self.add_error("high", _("The highest number cannot be lower than the lowest."))

    def given(self) -> ResultInput:
        return ResultInput(**self.cleaned_data)

    @staticmethod
    def initial_of(result: Result) -> dict[str, Any]:
        names = [name for name in ResultForm.base_fields if name not in ("measure", "unit")]
        return {
            **{name: getattr(result, name) for name in names},
            "measure": result.measure and result.measure.code,
            "unit": "" if result.measure else result.unit,
        }
