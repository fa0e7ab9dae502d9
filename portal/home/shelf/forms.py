"""A complaint, and the answer to it."""

from django.utils.translation import gettext_lazy as _

from portal.foundation.forms import EmailField, PortalForm, ShortTextField, TextField


class ComplaintForm(PortalForm):
    name = ShortTextField(label=_("Your name"), max_length=120, autocomplete="name")
    email = EmailField(label=_("Your email address"), help_text=_("We answer to it."), autocomplete="email")
    what = TextField(
        label=_("What happened?"),
        help_text=_("Say which information about you it concerns and what you would like us to do."),
        max_length=4000,
        rows=8,
    )


class AnswerForm(PortalForm):
    outcome = TextField(
        label="What you found and what was done", help_text="The person gets these words.", max_length=4000, rows=8
    )
