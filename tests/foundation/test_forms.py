"""The portal's forms: sentences instead of codes, links that lead to a control, and markup for everyone."""

import datetime
from decimal import Decimal

import pytest
from crispy_forms import layout
from crispy_forms.utils import render_crispy_form
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.forms import formset_factory
from django.template import Context, Template
from django.utils.datastructures import MultiValueDict
from hypothesis import given
from hypothesis import strategies as st

from portal.foundation import forms as portal
from tests import markup

OPTIONS = (("new", "New"), ("old", "Old"), ("none", "None of these"))
ANY_TEXT = st.text(max_size=30)


class Everything(portal.PortalForm):
    title = portal.ShortTextField(label="Title", help_text="Short", max_length=10)
    story = portal.TextField(label="Story", max_length=20)
    email = portal.EmailField(label="Email", autocomplete="email")
    people = portal.WholeNumberField(label="How many people?", least=1, most=5000, unit="people")
    amount = portal.MoneyField(label="Amount")
    starts = portal.DateField(label="Start date", help_text="For example 21 11 2026")
    agreed = portal.YesNoField(label="Is it agreed?")
    kind = portal.ChoiceField(label="Kind", choices=OPTIONS, hints={"old": "From before"})
    kinds = portal.MultipleChoiceField(label="Kinds", choices=OPTIONS, exclusive="none")
    year = forms.ChoiceField(label="Year", choices=OPTIONS)
    sure = forms.BooleanField(label="I am sure")
    leaflet = portal.FileField(label="Leaflet", kinds=["pdf", "jpg"])
    secret = forms.CharField(widget=forms.HiddenInput, required=False)


class Optional(Everything):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.required = False


def rendered(form: forms.Form) -> str:
    return Template("{% load crispy_forms_tags %}{{ form|crispy }}").render(Context({"form": form}))


def cleaned(field: forms.Field, *values: str):
    """What a lone field reads of what was typed, or the sentence that it answers."""
    form = type("Lone", (portal.PortalForm,), {"it": field})
    names = ["it-day", "it-month", "it-year"] if isinstance(field, portal.DateField) else ["it"]
    bound = form(MultiValueDict({name: [value] for name, value in zip(names, values, strict=True)}))
    return bound.cleaned_data["it"] if bound.is_valid() else bound.errors["it"][0]


def test_an_empty_form_asks_for_each_thing_by_name():
    assert [message for message, _ in Everything({}).error_summary()] == [
        "Enter title",
        "Enter story",
        "Enter email",
        "Answer “How many people?”",
        "Enter amount",
        "Enter start date",
        "Answer “Is it agreed?”",
        "Select kind",
        "Select kinds",
        "Select year",
        "Tick “I am sure”",
        "Choose leaflet",
    ]


def test_every_link_of_the_summary_leads_to_a_control():
    form = Everything({})
    html = rendered(form)
    targets = [target for _, target in form.error_summary()]
    assert [target for target in targets if not markup.takes_the_focus(html, target)] == []
    assert len(set(targets)) == 12


def test_a_field_can_say_better_what_it_wants():
    class Decline(portal.PortalForm):
        reason = portal.TextField(label="Reason", error_messages={"required": "Say why you decline"})

    assert Decline({}).error_summary() == [("Say why you decline", "id_reason")]


def test_an_error_of_the_whole_form_leads_nowhere():
    form = Optional({})
    form.add_error(None, "Somebody else has signed")
    assert form.error_summary() == [("Somebody else has signed", "")]


@pytest.mark.parametrize("form", [Everything(), Everything({}), Optional({"kind": "other", "starts-day": "1"})])
def test_the_markup_is_sound_with_and_without_errors(form):
    assert markup.faults(rendered(form)) == []


def test_hint_unit_error_and_counter_describe_the_control():
    root = markup.page(rendered(Everything({})))
    described = {name: root.xpath(f"//*[@name='{name}']/@aria-describedby") for name in ("title", "story", "people")}
    assert described == {
        "title": ["id_title-hint id_title-error"],
        "story": ["id_story-error id_story-info"],
        "people": ["id_people-suffix id_people-error"],
    }


def test_hint_and_error_of_a_date_describe_the_group():
    root = markup.page(rendered(Everything({})))
    assert root.xpath("//fieldset[.//input[@name='starts-day']]/@aria-describedby") == [
        "id_starts-hint id_starts-error"
    ]


def test_the_browser_neither_checks_nor_cuts():
    root = markup.page(rendered(Everything()))
    assert root.xpath("//@required | //@maxlength | //input[@type='number']") == []


def test_autocomplete_is_said_where_it_applies():
    assert markup.page(rendered(Everything())).xpath("//*[@name='email']/@autocomplete") == ["email"]


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        (("21", "11", "2026"), datetime.date(2026, 11, 21)),
        (("1", "nov", "2026"), datetime.date(2026, 11, 1)),
        (("29", "February", "2028"), datetime.date(2028, 2, 29)),
        (("29", "2", "2027"), "Enter a real date, like 21 11 2026"),
        (("", "11", "2026"), "Enter the day of the date too, like 21 11 2026"),
        (("21", "", "2026"), "Enter the month of the date too, like 21 11 2026"),
        (("21", "11", ""), "Enter the year of the date too, like 21 11 2026"),
        (("21", "11", "26"), "Write the year with 4 figures, like 2026"),
        (("21", "13", "2026"), "Enter a real month: a number from 1 to 12, or its name"),
        (("21", "11", "0026"), "Check the year: 0026 is too far from today"),
        (("٢١", "11", "2026"), "Enter a real date, like 21 11 2026"),
        (("-1", "11", "2026"), "Enter a real date, like 21 11 2026"),
        (("", "", ""), None),
    ],
)
def test_a_date_is_read_or_a_sentence_says_what_is_wrong(typed, read):
    assert cleaned(portal.DateField(required=False), *typed) == read


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [(("21", "", "2026"), ["month"]), (("21", "11", "26"), ["year"]), (("31", "2", "2026"), ["day"])],
)
def test_the_link_of_a_wrong_date_leads_to_the_part_that_is_wrong(typed, wrong):
    form = Optional(dict(zip(("starts-day", "starts-month", "starts-year"), typed, strict=True)))
    assert [target for _, target in form.error_summary()] == [f"id_starts-{part}" for part in wrong]


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("12000", Decimal("12000.00")),
        ("£12,000.5", Decimal("12000.50")),
        (" 1 200 ", Decimal("1200.00")),
        ("0", Decimal("0.00")),
        ("", None),
        *(
            (wrong, "Enter an amount in pounds, like 12,000 or 12000.50")
            for wrong in ("12,50", "1e5", "-5", "NaN", "٣", "1.234")
        ),
    ],
)
def test_money_is_read_or_a_sentence_says_what_is_wrong(typed, read):
    assert cleaned(portal.MoneyField(required=False), typed) == read


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("12", 12),
        ("1,200", 1200),
        ("", None),
        ("0", "Enter a number that is 1 or more"),
        ("-3", "Enter a number that is 1 or more"),
        ("5001", "Enter a number that is 5,000 or less"),
        *((wrong, "Enter a whole number in figures, like 12") for wrong in ("1.5", "1e3", "twelve", "١٢", "9" * 400)),
    ],
)
def test_a_number_is_read_or_a_sentence_says_what_is_wrong(typed, read):
    assert cleaned(portal.WholeNumberField(required=False, least=1, most=5000), typed) == read


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("10:30", "10:30"),
        ("9.05", "09:05"),
        (" 23:59 ", "23:59"),
        ("", ""),
        *(
            (wrong, "Enter a time on the 24-hour clock, like 10:30")
            for wrong in ("24:00", "10:60", "10", "10:3", "9am", "2:30 pm", "١٠:٣٠")
        ),
    ],
)
def test_a_time_is_read_or_a_sentence_says_what_is_wrong(typed, read):
    assert cleaned(portal.TimeField(required=False), typed) == read


def test_text_that_is_too_long_is_counted_and_comes_back_whole():
    form = Optional({"story": "a" * 21})
    assert form.errors["story"] == ["Use 20 characters or fewer. You have used 21"]
    assert markup.posted(rendered(form))["story"] == "a" * 21


def test_an_unknown_option_is_refused_by_name():
    assert cleaned(portal.ChoiceField(choices=OPTIONS), "x") == "Choose from the list: “x” is not in it"


def test_none_of_these_stands_alone():
    form = Optional(MultiValueDict({"kinds": ["new", "none"]}))
    assert form.errors["kinds"] == ["Choose “None of these” alone, or take its tick away"]


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.pdf", b"%PDF-1.7", None),
        ("a.JPEG", b"\xff\xd8\xff\xe0", "“a.JPEG” can’t be read as a jpeg file: it is damaged, or of another kind"),
        ("a.exe", b"MZ", "“a.exe” must be one of these: pdf, jpg"),
        ("a.pdf", b"MZ", "“a.pdf” can’t be read as a pdf file: it is damaged, or of another kind"),
        ("a.pdf", b"", "The file is empty. Choose another one"),
        ("a" * 150 + ".pdf", b"%PDF-", "Give the file a name of 150 characters or fewer, then choose it again"),
    ],
)
def test_a_file_is_what_its_name_says(name, content, sentence):
    form = Optional({}, MultiValueDict({"leaflet": [SimpleUploadedFile(name, content)]}))
    assert form.errors.get("leaflet", [None])[0] == sentence


def test_a_file_that_is_too_large_is_refused():
    upload = SimpleUploadedFile("a.pdf", b"%PDF-")
    upload.size = 10 * 1024 * 1024 + 1
    form = Optional({}, MultiValueDict({"leaflet": [upload]}))
    assert form.errors["leaflet"] == ["“a.pdf” is larger than 10 MB. Choose a smaller file"]


def test_the_name_of_a_file_is_normalised_too():
    form = Optional({}, MultiValueDict({"leaflet": [SimpleUploadedFile("a\u202efdp.pdf", b"%PDF-")]}))
    assert form.is_valid()
    assert form.cleaned_data["leaflet"].name == "afdp.pdf"


def test_what_is_typed_is_normalised_before_anything_else_sees_it():
    assert cleaned(portal.ShortTextField(max_length=4), "ca\x00fe\u0301\u200b") == "café"


def test_one_line_stays_one_line():
    assert cleaned(portal.ShortTextField(), "one\r\ntwo\tthree") == "one two three"


@given(
    st.dictionaries(st.sampled_from([*Everything.base_fields, "starts-day", "starts-month", "starts-year"]), ANY_TEXT)
)
def test_whatever_is_posted_gets_an_answer(data):
    form = Optional(data)
    form.is_valid()
    assert markup.faults(rendered(form)) == []


def test_a_valid_form_comes_back_as_it_was_sent():
    sent = {
        "title": "Choir", "story": "We sing.", "email": "choir@example.org", "people": "1,200", "amount": "12000.50",
        "starts-day": "21", "starts-month": "11", "starts-year": "2026", "agreed": "yes", "kind": "old",
        "kinds": "new", "year": "new", "sure": "on", "secret": "s",
    }  # fmt: skip
    assert markup.posted(rendered(Optional(sent))).dict() == sent


def test_stored_values_are_shown_as_people_write_them():
    form = Optional(initial={"starts": datetime.date(2026, 3, 5), "amount": Decimal("12000.00"), "people": 3})
    sent = markup.posted(rendered(form))
    shown = [sent[name] for name in ("starts-day", "starts-month", "starts-year", "amount", "people")]
    assert shown == ["5", "3", "2026", "12000", "3"]


def test_forms_of_other_packages_get_the_same_markup():
    class Foreign(forms.Form):
        login = forms.EmailField(label="Email")
        kind = forms.ChoiceField(choices=OPTIONS, widget=forms.RadioSelect)

    html = rendered(Foreign({}))
    assert markup.faults(html) == []
    assert markup.page(html).xpath("//*[@name='login']/@class") == ["govuk-input govuk-input--error"]


def test_every_part_of_a_crispy_layout_has_its_template():
    form = Optional()
    helper = form.helper
    helper.form_tag = True
    helper.layout = layout.Layout(
        layout.Fieldset("Who", layout.Div("title"), layout.Row(layout.Column("story"))),
        layout.ButtonHolder(layout.Submit("send", "Send")),
    )
    root = markup.page(render_crispy_form(form, helper))
    assert root.xpath("//form//fieldset/legend/text()") == ["Who"]
    assert root.xpath("//button[@type='submit']/text()") == ["Send"]


def test_the_crispy_tag_draws_forms_and_formsets():
    formset = formset_factory(Optional, extra=2)()
    assert len(markup.page(render_crispy_form(formset, Optional().helper)).xpath("//textarea")) == 2
    assert len(markup.page(rendered(formset)).xpath("//textarea")) == 2
