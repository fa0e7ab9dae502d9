"""What somebody says about a question, and whom they tell."""

from django import forms

from portal.foundation.doubts import Questioned
from portal.foundation.forms import TextField
from portal.foundation.models import User


class CommentForm(Questioned):
    text = TextField(label="Your comment", max_length=2000)
    mentions = forms.ModelMultipleChoiceField(
        label="Tell somebody about it",
        help_text="They get an email with a link, not with your words.",
        queryset=User.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["mentions"].queryset = people
        if not people.exists():
            del self.fields["mentions"]
