"""How often mail comes, and when somebody is away."""

from typing import Any

from directory.models import Frequency, Post
from portal.foundation.forms import ChoiceField, DateField, PortalForm

HINTS = {
    Frequency.DAILY.value: "At 7 in the morning, and only when there is something to tell",
    Frequency.WEEKLY.value: "On Mondays at 7 in the morning",
}
EVERY_POST = "all"


class FrequencyForm(PortalForm):
    frequency = ChoiceField(
        label="How often do you want mail about reviews, actions and changes?",
        help_text="Mail that says it’s your turn always comes at once.",
        choices=Frequency.choices,
        hints=HINTS,
    )


class AbsenceForm(PortalForm):
    from_on = DateField(label="First day away", help_text="For example, 21 11 2026")
    until_on = DateField(label="Last day away", help_text="For example, 4 12 2026")

    def __init__(self, *args: Any, posts: tuple[Post, ...], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.posts = {str(post.pk): post for post in posts}
        own = [(number, str(post)) for number, post in self.posts.items()]
        self.fields["post"] = ChoiceField(
            label="From which of your posts?", choices=[(EVERY_POST, "All of them"), *own], initial=EVERY_POST
        )

    def clean(self) -> None:
        super().clean()
        first, last = self.cleaned_data.get("from_on"), self.cleaned_data.get("until_on")
        if first and last and last < first:
            self.add_error("until_on", "The last day away must be on or after the first")

    def values(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {
            "from_on": given["from_on"],
            "until_on": given["until_on"],
            "post": self.posts.get(given["post"]),
        }
