"""Which role may do what: the one table. `agreements.permissions` reads it, and the pages show it to those who give posts."""

from collections.abc import Iterable
from dataclasses import dataclass

from directory.models import Role

ABILITIES = {
    "read": "read the agreements of their side",
    "read all": "read every agreement of the estate",
    "draft": "write answers, comments and agreed actions",
    "decide": "take their side’s steps: submit, accept, return, withdraw, pause and end",
    "sign": "sign for the organisation, with a second factor",
    "by policy": "approve and sign where the prison’s policy gives the post a place, with a second factor",
    "needs": "say what the prison needs: write and publish its needs statement, answer ideas",
    "listings": "look after what the directory says of their organisation and its services",
    "people": "invite people to posts, hand posts over and end access",
    "shared": "read what organisations have shared with the funder, until the day that they chose",
    "joining": "accept organisations that ask to join, and change organisations and posts",
    "questions": "change and publish the questions",
}


@dataclass(frozen=True)
class RoleFacts:
    """A role in plain words, and what whoever holds a post of it may do."""

    words: str
    may: frozenset[str]

    @property
    def abilities(self) -> list[str]:
        return [words for key, words in ABILITIES.items() if key in self.may]


def facts(words: str, *may: str) -> RoleFacts:
    return RoleFacts(words, frozenset(may))


ROLES: dict[Role, RoleFacts] = {
    Role.CONTRIBUTOR: facts("Writes the organisation’s part of its agreements.", "read", "draft", "listings"),
    Role.SIGNATORY: facts("Commits the organisation with a signature.", "read", "draft", "decide", "sign"),
    Role.ADMINISTRATOR: facts(
        "Looks after the organisation’s people and agreements. Doesn’t sign.",
        "read",
        "draft",
        "decide",
        "listings",
        "people",
    ),
    Role.HOO: facts(
        "Decides for the prison, and looks after its people.", "read", "draft", "decide", "by policy", "needs", "people"
    ),
    Role.APPROVER: facts("Approves or signs beside the Head of Offender Outcomes.", "read", "draft", "by policy"),
    Role.COORDINATOR: facts("The single point of contact for organisations at the prison.", "read", "draft", "needs"),
    Role.READER: facts("Prison staff who need to know what is agreed.", "read"),
    Role.FUNDER: facts("Funds organisations, and is no party of any agreement.", "shared"),
    Role.CJVSF: facts(
        "Looks after the portal. Never approves or signs.", "read all", "listings", "people", "joining", "questions"
    ),
}


def who_may(ability: str, among: Iterable[Role] = tuple(Role)) -> frozenset[Role]:
    return frozenset(role for role in among if ability in ROLES[role].may)
