"""Fields and widgets that speak GOV.UK: each error is a sentence that says what to do."""

import datetime
import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import validate_email
from django.utils.datastructures import MultiValueDict

from portal.foundation import uploads

YES_NO = (("yes", "Yes"), ("no", "No"))
DATE_PARTS = ("day", "month", "year")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
YEARS = range(1900, 2200)
WHOLE_NUMBER = re.compile(r"-?(?:[0-9]{1,12}|[0-9]{1,3}(?:,[0-9]{3}){1,3})")
MONEY = re.compile(r"£?([0-9]{1,12}|[0-9]{1,3}(?:,[0-9]{3}){1,3})(\.[0-9]{1,2})?")
TIME = re.compile(r"([01]?[0-9]|2[0-3])[:.]([0-5][0-9])")


TOO_LONG = {"max_length": "Use %(limit_value)d characters or fewer. You have used %(show_value)d"}


class ShortTextField(forms.CharField):
    """One line. There is no maxlength in the page, because a browser that cuts pasted text loses it."""

    default_error_messages = TOO_LONG

    def __init__(self, *, autocomplete: str = "", width: int | None = None, **kwargs: Any):
        super().__init__(**kwargs)
        if autocomplete:
            self.widget.attrs["autocomplete"] = autocomplete
        if width:
            self.widget.attrs["class"] = f"govuk-input--width-{width}"

    def to_python(self, value: Any) -> str:
        return super().to_python(value).replace("\n", " ").replace("\t", " ")

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {}


class TextField(forms.CharField):
    """Several lines, with a counter where there is a longest text."""

    widget = forms.Textarea
    default_error_messages = TOO_LONG

    def __init__(self, *, rows: int = 5, **kwargs: Any):
        super().__init__(**kwargs)
        self.widget.attrs["rows"] = rows
        self.widget.attrs.pop("cols", None)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"class": "govuk-js-character-count"} if self.max_length else {}


class EmailField(ShortTextField):
    widget = forms.EmailInput
    default_validators = [validate_email]
    default_error_messages = {"invalid": "Enter an email address in the right format, like name@example.org"}


class WholeNumberField(forms.Field):
    """Takes 1,200 for 1200, and refuses 1.5, 1e3 and the digits of other scripts."""

    widget = forms.TextInput(attrs={"inputmode": "numeric", "class": "govuk-input--width-5"})

    def __init__(self, *, least: int | None = None, most: int | None = None, unit: str = "", **kwargs: Any):
        self.least, self.most, self.suffix = least, most, unit
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> int | None:
        text = without_spaces(value)
        if not text:
            return None
        if not WHOLE_NUMBER.fullmatch(text):
            raise ValidationError("Enter a whole number in figures, like 12", code="invalid")
        return int(text.replace(",", ""))

    def validate(self, value: int | None) -> None:
        super().validate(value)
        if value is None:
            return
        if self.least is not None and value < self.least:
            raise ValidationError(f"Enter a number that is {self.least:,} or more", code="least")
        if self.most is not None and value > self.most:
            raise ValidationError(f"Enter a number that is {self.most:,} or less", code="most")


class MoneyField(forms.Field):
    """Pounds sterling as a Decimal with two places. A comma must part thousands: 12,50 is not 1250."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "class": "govuk-input--width-10"})
    prefix = "£"

    def to_python(self, value: Any) -> Decimal | None:
        text = without_spaces(value)
        if not text:
            return None
        if not (match := MONEY.fullmatch(text)):
            raise ValidationError("Enter an amount in pounds, like 12,000 or 12000.50", code="invalid")
        return Decimal(match[1].replace(",", "") + (match[2] or "")).quantize(Decimal("0.01"))

    def prepare_value(self, value: Any) -> Any:
        return None if value is None else str(value).removesuffix(".00")


class TimeField(forms.Field):
    """A time of day on the 24-hour clock, kept as 09:30. Takes 9:30 and 9.30 as well; am and pm are refused."""

    widget = forms.TextInput(attrs={"class": "govuk-input--width-5"})

    def to_python(self, value: Any) -> str:
        text = without_spaces(value)
        if text and not (match := TIME.fullmatch(text)):
            raise ValidationError("Enter a time on the 24-hour clock, like 10:30", code="invalid")
        return f"{int(match[1]):02}:{match[2]}" if text else ""


class DateInput(forms.Widget):
    """Three boxes, named <field>-day, <field>-month and <field>-year."""

    use_fieldset = True

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> tuple[str, ...] | None:
        if self.value_omitted_from_data(data, files, name):
            return None
        return tuple(str(data.get(f"{name}-{part}", "")).strip() for part in DATE_PARTS)

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return not any(f"{name}-{part}" in data for part in DATE_PARTS)


class DateField(forms.Field):
    """Its initial value may be a date or an ISO text; what was typed comes back part by part."""

    widget = DateInput

    def to_python(self, value: tuple[str, ...] | None) -> datetime.date | None:
        if not value or not any(value):
            return None
        parts = dict(zip(DATE_PARTS, value, strict=True))
        for part in DATE_PARTS:
            if not parts[part]:
                raise ValidationError(f"Enter the {part} of the date too, like 21 11 2026", code=part)
        return real_date(**parts)

    def prepare_value(self, value: Any) -> tuple[str, ...]:
        if isinstance(value, tuple):
            return value
        year, month, day = (*str(value or "").split("-"), "", "", "")[:3]
        return tuple(part.lstrip("0") for part in (day, month, year))


class Choices:
    """What radios and checkboxes have in common: a hint for an option, and one that excludes all others."""

    def __init__(self, *, hints: Mapping[str, str] | None = None, exclusive: str = "", **kwargs: Any):
        super().__init__(**kwargs)
        self.widget.hints, self.widget.exclusive = hints or {}, exclusive


class ChoiceField(Choices, forms.ChoiceField):
    widget = forms.RadioSelect
    default_error_messages = {"invalid_choice": "Choose from the list: “%(value)s” is not in it"}


class YesNoField(ChoiceField):
    def __init__(self, **kwargs: Any):
        super().__init__(choices=YES_NO, **kwargs)


class MultipleChoiceField(Choices, forms.MultipleChoiceField):
    widget = forms.CheckboxSelectMultiple
    default_error_messages = {"invalid_choice": "Choose from the list: “%(value)s” is not in it"}

    def validate(self, value: Sequence[str]) -> None:
        super().validate(value)
        if self.widget.exclusive in value and len(value) > 1:
            alone = dict(self.choices)[self.widget.exclusive]
            raise ValidationError(f"Choose “{alone}” alone, or take its tick away", code="exclusive")


class FilesInput(forms.FileInput):
    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: MultiValueDict, name: str) -> list[UploadedFile]:
        return files.getlist(name) if hasattr(files, "getlist") else list(filter(None, [files.get(name)]))


class FileField(forms.FileField):
    """One upload. Kinds are endings of file names; the file must also begin as files of its kind do."""

    widget = forms.FileInput
    default_error_messages = {
        "empty": "The file is empty. Choose another one",
        "max_length": "Give the file a name of %(max)d characters or fewer, then choose it again",
    }

    def __init__(self, *, kinds: Iterable[str] = (), max_length: int = 150, **kwargs: Any):
        super().__init__(max_length=max_length, **kwargs)
        self.kinds = tuple(kinds)
        if kinds:
            self.widget.attrs["accept"] = ",".join(f".{kind}" for kind in kinds)

    def to_python(self, data: Any) -> UploadedFile | None:
        if upload := super().to_python(data):
            uploads.check(upload, self.kinds)
        return upload


class FilesField(FileField):
    """A list of uploads, empty when there are none."""

    widget = FilesInput

    def __init__(self, *, multiple: bool = True, **kwargs: Any):
        super().__init__(**kwargs)
        self.widget.attrs["multiple"] = multiple

    def clean(self, data: list[UploadedFile], initial: Any = None) -> list[UploadedFile]:
        cleaned = [super(FilesField, self).clean(upload) for upload in data or [None]]
        return [upload for upload in cleaned if upload]


def real_date(day: str, month: str, year: str) -> datetime.date:
    if not re.fullmatch("[0-9]{4}", year):
        raise ValidationError("Write the year with 4 figures, like 2026", code="year")
    if int(year) not in YEARS:
        raise ValidationError(f"Check the year: {year} is too far from today", code="year")
    if not (number := month_number(month)):
        raise ValidationError("Enter a real month: a number from 1 to 12, or its name", code="month")
    try:
        if not re.fullmatch("[0-9]{1,2}", day):
            raise ValueError
        return datetime.date(int(year), number, int(day))
    except ValueError:
        raise ValidationError("Enter a real date, like 21 11 2026", code="day") from None


def month_number(text: str) -> int | None:
    """Takes 11, Nov and November."""
    if re.fullmatch("[0-9]{1,2}", text):
        return int(text) if 1 <= int(text) <= 12 else None
    return MONTHS.index(text[:3].lower()) + 1 if text[:3].lower() in MONTHS else None


def without_spaces(value: Any) -> str:
    return re.sub(r"\s", "", str(value if value is not None else ""))
