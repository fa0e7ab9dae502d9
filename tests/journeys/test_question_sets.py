"""CJVSF changes the questions in a browser: drafts move without a loss, and what is signed stays as it is."""

import pytest

from agreements import documents
from agreements.models import Answer, Printing, Version
from portal.foundation import pdf
from tests import factories
from tests.journeys.people import Person
from tests.journeys.surroundings import wait_until

pytestmark = [pytest.mark.thorough, pytest.mark.journey, pytest.mark.django_db(transaction=True)]

REWORDED = "Which need in this prison does it meet, and how do you know?"
PART = "The change that you want to see"
ADDED = "Which languages can you work in?"
SET = "/manage/question-sets/agreement/"


def test_new_questions_are_published_a_draft_loses_nothing_and_a_signed_pdf_stays(cast, visit, worker):
    signed = factories.bring_to("in force", cast)
    draft = cast.start()
    factories.answer_all(draft, by=cast.contributor)
    answers = answers_of(draft)
    prison, cjvsf, charity = (visit(user) for user in (cast.hoo, cast.cjvsf, cast.contributor))
    wait_until(lambda: Printing.objects.exclude(printed_at=None).exists())
    before = pdf_of(prison, signed)

    cjvsf_writes_new_questions(cjvsf)
    cjvsf_publishes(cjvsf)
    the_charity_moves_its_draft(charity, draft)

    assert answers_of(draft) == answers
    assert pdf_of(prison, signed) == before
    assert before.startswith(printed_again(signed))


def cjvsf_writes_new_questions(cjvsf: Person) -> None:
    cjvsf.go(SET)
    cjvsf.press("Begin a draft of the next version")
    cjvsf.follow("Edit S1-06")
    cjvsf.page.get_by_label("Question", exact=True).fill(REWORDED)
    cjvsf.press("Save in the draft")
    cjvsf.follow("Add a question to S1 ")
    cjvsf.page.get_by_label("Question", exact=True).fill(ADDED)
    cjvsf.page.get_by_label("Short text").check()
    cjvsf.page.get_by_label("The partner").check()
    cjvsf.press("Add to the draft")
    cjvsf.follow("Edit part S1-04.outcome")
    cjvsf.page.get_by_label("Part", exact=True).fill(PART)
    cjvsf.press("Save in the draft")
    cjvsf.follow("Edit choices of S2-01")
    cjvsf.page.get_by_role("group", name="Partly").get_by_label("Retire this choice").check()
    cjvsf.page.get_by_label("New choices").fill("Only in part")
    cjvsf.press("Save in the draft")
    cjvsf.follow("Edit the title and introduction of S1")
    cjvsf.page.get_by_label("Title").fill("What you would like to do")
    cjvsf.press("Save in the draft")
    cjvsf.follow("Retire S1-09")
    cjvsf.press("Retire S1-09")


def cjvsf_publishes(cjvsf: Person) -> None:
    for side in ("partner", "prison"):
        cjvsf.go(f"{SET}preview/?side={side}&section=S1")
    cjvsf.go(f"{SET}compare/")
    told = (ADDED, PART, "Only in part", "What you would like to do")
    assert [words for words in told if words not in cjvsf.text] == []
    cjvsf.go(SET)
    cjvsf.follow_button("Publish")
    cjvsf.press("Publish")
    assert "is published" in cjvsf.text


def the_charity_moves_its_draft(charity: Person, draft: Version) -> None:
    address = f"/agreements/{draft.agreement.reference}/"
    charity.go(address)
    charity.follow("See what has changed and decide")
    assert [heading for heading in ("Added", "Removed", "Reworded or changed") if heading not in charity.text] == []
    charity.press("Move to the newer questions")
    charity.go(f"{address}sections/S1/")
    assert ADDED in charity.text
    assert PART in charity.text
    assert REWORDED in charity.text


def answers_of(version: Version) -> dict[str, object]:
    """Every answer in the record, also that to a question which is no longer asked."""
    return dict(Answer.objects.filter(version=version, replaced_at=None).values_list("question_id", "value"))


def pdf_of(person: Person, version: Version) -> bytes:
    printing = Printing.objects.get(version=version, kind=Printing.Kind.FINAL)
    answer = person.page.request.get(f"/agreements/{version.agreement.reference}/pdf/{printing.pk}/")
    assert answer.headers["content-type"] == "application/pdf"
    return answer.body()


def printed_again(version: Version) -> bytes:
    printing = Printing.objects.get(version=version, kind=Printing.Kind.FINAL)
    return pdf.from_html(printing.html, attachments={"agreement.json": documents.as_bytes(printing.data)})
