"""Where one agreement plays: who, what, when, and the dice for its words."""

import datetime as dt
import random
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from portal.home.demo.bank import PlannedService, common, words_about
from portal.home.demo.cast import Partner, Prison
from portal.home.demo.stories import Story

Answers = dict[str, Any]


@dataclass
class Scene:
    """Words that a service says in every prison come from dice of its own (`same`), the others from `here`."""

    story: Story
    partner: Partner
    service: PlannedService
    prison: Prison
    happened: list[dt.datetime]
    begins: dt.date
    ends: dt.date
    here: random.Random
    others: list[str]
    memory: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def same(self) -> random.Random:
        return random.Random(self.service.name)

    @cached_property
    def about(self) -> dict[str, Any]:
        return words_about(self.partner.plan.need)

    @cached_property
    def shares_information(self) -> bool:
        """Work that goes on outside, and some of the other, needs to pass personal information."""
        return "community" in self.service.where or self.here.random() < 0.2

    def word(self, key: str, dice: random.Random | None = None) -> str:
        """One of the texts of the bank: about the need, or about any service."""
        texts = self.about.get(key) or common()[key]
        return self.fill((dice or self.here).choice(texts) if isinstance(texts, list) else texts)

    def fill(self, text: str) -> str:
        words = {
            "others": " and ".join(self.others),
            "year": self.begins.year - self.same.randint(3, 9),
            "years": self.same.randint(4, 15),
        }
        return text.format(**words)

    def day(self, days: int) -> str:
        """So many days after the first day of the agreement, as an answer holds it."""
        return (self.begins + dt.timedelta(days=days)).isoformat()

    @property
    def mailbox(self) -> str:
        return self.partner.organisation.public_email
