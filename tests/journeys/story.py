"""One agreement, from the first question to the sealed PDF: what three people do in a browser, act by act."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import page as page_validation
from django.conf import settings

from agreements import documents
from agreements.models import Printing, Version
from portal.foundation import pdf, seal
from portal.foundation.models import Notification
from portal.foundation.outbox import UNSENT
from tests import factories
from tests.journeys.people import Person
from tests.journeys.surroundings import MailServer, wait_until

# Which answers matter to the story; every other one is any that fits.
NEEDS_AN_AGREEMENT = {"ELG-02": ["trust"], "ELG-03": "no", "ELG-04": "no", "ELG-05": "no", "ELG-06": "no"}
ANSWERS = factories.PARTICULAR | {
    "S1-01": "Drama in the chapel, twice a week",
    "S2-11": {"commits": "no"},
    "S3-27": "yes",
    "ISA-01": [{"organisation": "The charity"}, {"organisation": "The prison", "role": "joint-controller"}],
    "ISA-04": {"prison": "part-3", "partner": "uk-gdpr"},
}
PRIVATE = "Drama in the chapel"


@dataclass
class Stage:
    """Who plays, and what the story is about once it has begun."""

    charity: Person
    prison: Person
    cjvsf: Person
    reference: str = ""

    @property
    def address(self) -> str:
        return f"/agreements/{self.reference}/"


def play(cast: factories.Cast, visit: Callable[..., Person], mail_server: MailServer, **browsers: bool) -> None:
    """`browsers` says whether they have JavaScript, and whether each page is looked at with axe."""
    people = (cast.signatory, cast.hoo, cast.cjvsf)
    stage = Stage(*(visit(user, has_session=False, **browsers) for user in people))
    the_charity_checks_whether_it_needs_an_agreement(stage)
    it_starts_one(stage, cast)
    it_drafts_the_outline_and_sends_it(stage)
    the_prison_specifies_the_service_and_accepts(stage)
    both_agree_the_details(stage)
    they_agree_actions(stage)
    a_comment_holds_it_up_until_it_is_resolved(stage)
    the_prison_returns_a_question_and_gets_an_answer(stage)
    the_prison_approves_the_words_that_it_saw(stage)
    both_sign(stage)
    sealed = the_pdf_arrives(stage.prison)
    it_meets_both_standards_and_bears_a_seal(sealed)
    the_same_words_give_the_same_bytes_before_the_seal(sealed)
    anyone_can_check_it(stage, sealed)
    cjvsf_sees_how_it_went(stage)
    the_mails_arrive(mail_server, stage)


def the_charity_checks_whether_it_needs_an_agreement(stage: Stage) -> None:
    charity = stage.charity
    charity.go("/")
    charity.go("/start/")
    while charity.page.url.endswith(("/start/", "/start/#more")):
        charity.fill(NEEDS_AN_AGREEMENT)
        charity.press("Continue")
    assert charity.heading == "You need a Partnership Agreement"


def it_starts_one(stage: Stage, cast: factories.Cast) -> None:
    charity = stage.charity
    charity.follow_button("Go on")
    charity.sign_in()
    charity.fill({"establishment": str(cast.prison.pk), "service_name": "Drama"})
    charity.press("Continue")
    assert "Who you will deal with at" in charity.text
    charity.press("Start the agreement")
    stage.reference = re.search(r"PA-\w+", charity.page.url)[0]


def it_drafts_the_outline_and_sends_it(stage: Stage) -> None:
    charity = stage.charity
    charity.follow("Outline proposal")
    charity.press_in_place("Add another outcome")
    charity.fill_and_continue(ANSWERS)
    charity.follow("Check all answers")
    charity.take("Send the outline to the prison", stage.address)
    assert "With the prison" in charity.text


def the_prison_specifies_the_service_and_accepts(stage: Stage) -> None:
    prison = stage.prison
    prison.go("/account/login/")
    prison.sign_in()
    prison.follow("Drama")
    prison.follow("Service specification")
    prison.fill_and_continue(ANSWERS)
    prison.take("Accept the outline: its funding is secured", stage.address)


def both_agree_the_details(stage: Stage) -> None:
    stage.prison.go(f"{stage.address}sections/S3A/")
    stage.prison.fill(ANSWERS)
    stage.prison.press("Save and come back later")
    stage.charity.go(f"{stage.address}sections/S3A/")
    stage.charity.fill_and_continue(ANSWERS)
    for section in ("ISA-3", "S4"):
        stage.prison.go(f"{stage.address}sections/{section}/")
        stage.prison.fill(ANSWERS)
        stage.prison.press("Save and come back later")
    for page in ("words/", "data-flow/", "consent-form/standard/", "compare/", "history/", "check/"):
        stage.charity.go(stage.address + page)


def they_agree_actions(stage: Stage) -> None:
    charity = stage.charity
    charity.go(stage.address)
    charity.follow("Agreed actions")
    charity.press("Add the practical set-up actions")
    charity.follow_button("Add an action")
    charity.fill({"what": "Tell the halls", "owner": "prison"})
    charity.press("Save the action")
    assert "Tell the halls" in charity.text


def a_comment_holds_it_up_until_it_is_resolved(stage: Stage) -> None:
    address = f"{stage.address}questions/S3-07/comments/"
    stage.prison.go(address)
    stage.prison.page.get_by_label("Your comment").fill("Is this true of the weekend?")
    stage.prison.press("Add the comment")
    stage.charity.take("Send it for approval", stage.address)
    assert "Before you can do this" in stage.charity.text
    stage.charity.go(address)
    stage.charity.press("Mark as resolved")
    stage.charity.take("Send it for approval", stage.address)
    assert "For approval" in stage.charity.text


def the_prison_returns_a_question_and_gets_an_answer(stage: Stage) -> None:
    charity = stage.charity
    stage.prison.take("Return it for changes", stage.address, questions=["S3-07"], note="Say who is there at weekends")
    charity.go(f"{stage.address}sections/S3B/")
    assert "It isn’t open for you to change now" in charity.text
    charity.go(f"{stage.address}sections/S3A/")
    assert "Say who is there at weekends" in charity.text
    charity.fill({"S3-07": "The residential officer is there at weekends too"})
    charity.press("Save and come back later")
    charity.take("Send it for approval", stage.address)


def the_prison_approves_the_words_that_it_saw(stage: Stage) -> None:
    prison = stage.prison
    prison.go(stage.address)
    prison.follow_button("Approve")
    assert "The residential officer is there at weekends too" in prison.text
    seen = prison.page.locator(".portal-code").first.inner_text()
    prison.press("Approve")
    assert version_of(stage).documents.get(overtaken_at=None).sha256 == seen


def both_sign(stage: Stage) -> None:
    for person in (stage.charity, stage.prison):
        person.go(stage.address)
        person.follow_button("Sign")
        person.fill({"password": factories.PASSWORD, "code": person.code()})
        person.press("Sign")
    assert "In force" in stage.prison.text


def the_pdf_arrives(person: Person) -> bytes:
    """The page says where it is: with JavaScript it brings itself up to date, without somebody looks again."""
    ready = person.page.get_by_role("link", name="Final, sealed (PDF)")
    if not person.mirror:
        ready.wait_for(timeout=60_000)
    while not ready.count():
        person.follow("Look again")
    with person.page.expect_download() as download:
        ready.click()
    return download.value.path().read_bytes()


def it_meets_both_standards_and_bears_a_seal(sealed: bytes) -> None:
    for profile in (page_validation.ValidationProfile.PDF_A_3A, page_validation.ValidationProfile.PDF_UA_1):
        failures = page_validation.validate_pdf_bytes(sealed, profile=profile).failures
        assert [failure.message for failure in failures] == []
    assert seal.check(sealed, trusted=seal.known_certificates(settings.SEAL_KNOWN_CERTIFICATES)).genuine


def the_same_words_give_the_same_bytes_before_the_seal(sealed: bytes) -> None:
    printing = Printing.objects.get(kind=Printing.Kind.FINAL)
    attached = {"agreement.json": documents.as_bytes(printing.data)}
    once, again = (pdf.from_html(printing.html, attachments=attached) for _ in range(2))
    assert once == again == sealed[: len(once)]


def anyone_can_check_it(stage: Stage, sealed: bytes) -> None:
    anyone = stage.cjvsf
    check(anyone, sealed)
    assert "This document is genuine" in anyone.text
    assert "in force since" in anyone.text
    middle = len(sealed) // 2
    check(anyone, sealed[:middle] + bytes([sealed[middle] ^ 1]) + sealed[middle + 1 :])
    assert "This file has been changed since it was sealed" in anyone.text


def check(anyone: Person, content: bytes) -> None:
    anyone.go("/verify/")
    file = {"name": "agreement.pdf", "mimeType": "application/pdf", "buffer": content}
    anyone.page.locator("input[type=file]").set_input_files(file)
    anyone.press("Check it")


def cjvsf_sees_how_it_went(stage: Stage) -> None:
    cjvsf = stage.cjvsf
    cjvsf.go("/account/login/")
    cjvsf.sign_in()
    assert cjvsf.heading.startswith("Hello")
    cjvsf.go("/agreements/")
    cjvsf.follow("Drama")
    cjvsf.follow("History")
    cjvsf.go("/manage/question-sets/")


def the_mails_arrive(mail_server: MailServer, stage: Stage) -> None:
    """All that can't wait for a digest: complete as plain text, and without a word of an answer."""
    wait_until(lambda: not Notification.objects.filter(UNSENT, at_once=True).exists())
    assert len(mail_server.mails) == Notification.objects.exclude(sent_at=None).count() > 0
    for mail in mail_server.mails:
        plain, html = (mail.get_body([kind]).get_content() for kind in ("plain", "html"))
        assert stage.reference in plain
        assert [link for link in re.findall(r'href="([^"]+)"', html) if link not in plain] == []
        assert PRIVATE not in plain + html


def version_of(stage: Stage) -> Version:
    return Version.objects.get(agreement__reference=stage.reference)
