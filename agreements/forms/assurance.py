"""Which answers of the profile a draft takes."""

from collections.abc import Sequence
from typing import Any

from agreements.assurance import Offer
from portal.foundation.forms import MultipleChoiceField, PortalForm


class UseForm(PortalForm):
    """What the draft has no answer to is ticked; what would be written over, the person ticks."""

    questions = MultipleChoiceField(label="Which answers do you want to take from the profile?", choices=())

    def __init__(self, data: Any = None, *, offers: Sequence[Offer], **kwargs: Any):
        super().__init__(data, **kwargs)
        self.fields["questions"].choices = [(offer.question.id, offer.question.text) for offer in offers]
        self.initial["questions"] = [offer.question.id for offer in offers if offer.is_new]
