"""An agreed action. The words on the page are those of the ACT questions of the agreement's own set."""

from agreements.models import Action, Version
from directory.models import Post
from portal.foundation.doubts import Questioned
from portal.foundation.forms import ChoiceField, DateField, ShortTextField

# Question id -> the field that it words.
WORDED = {
    "ACT-01": "what",
    "ACT-02": "owner",
    "ACT-03": "post_title",
    "ACT-04": "before_first_session",
    "ACT-05": "due_on",
}
YES_NO = (("yes", "Yes"), ("no", "No"))


class ActionForm(Questioned):
    what = ShortTextField(max_length=250)
    owner = ChoiceField(choices=Action.Owner.choices)
    post_title = ShortTextField(max_length=120)
    before_first_session = ChoiceField(choices=YES_NO)
    due_on = DateField()

    def __init__(self, *args, version: Version, action: Action | None = None, **kwargs):
        if action:
            kwargs["initial"] = {name: getattr(action, name) for name in WORDED.values()} | {
                "before_first_session": "yes" if action.before_first_session else "no"
            }
        super().__init__(*args, **kwargs)
        questions = version.question_set.words.questions
        for question_id, name in WORDED.items():
            if question_id in questions:
                self.fields[name].label = questions[question_id].text
                self.fields[name].help_text = questions[question_id].help
                self.fields[name].error_messages["required"] = f"Answer “{questions[question_id].text}”"

    def values(self, version: Version) -> dict:
        """The action's columns, with the post of that title when one side has it."""
        given = {name: self.cleaned_data[name] for name in WORDED.values()}
        given["before_first_session"] = given["before_first_session"] == "yes"
        agreement = version.agreement
        posts = Post.objects.filter(organisation=agreement.organisation) | Post.objects.filter(
            establishment=agreement.establishment
        )
        return given | {"post": posts.filter(title__iexact=given["post_title"]).first()}
