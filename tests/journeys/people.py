"""Somebody in front of a browser: they go, follow, press and fill in, and every page they come to is looked at."""

import time
from collections.abc import Mapping
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page

from portal.foundation.models import User
from tests import factories
from tests.journeys.filling import fill_section
from tests.journeys.looking import Lookout, assert_accessible

STEP = 30
TIME_TO_TYPE = 5


class Person:
    """`user` is none for somebody who doesn't sign in; `mirror` is where axe looks when JavaScript is off."""

    def __init__(self, page: Page, user: User | None = None, mirror: Page | None = None, *, looks: bool = True):
        self.page, self.user, self.mirror, self.looks = page, user, mirror, looks
        self.lookout = Lookout(page)
        self.last_step = 0

    def go(self, address: str) -> None:
        self.page.goto(address)
        self.look()

    def follow(self, words: str) -> None:
        self._click("link", words)

    def press(self, words: str) -> None:
        self._click("button", words)

    def take(self, step: str, address: str, **said: Any) -> None:
        """A step of the agreement: its button leads to a page that asks, and there it is pressed again."""
        self.go(address)
        self.follow_button(step)
        self.fill(said)
        self.press(step)

    def follow_button(self, words: str) -> None:
        """A link that looks like a button, and says that it is one."""
        self._click("button", words)

    def _click(self, role: str, words: str) -> None:
        with self.page.expect_navigation():
            self.page.locator("main").get_by_role(role, name=words).first.click()
        self.look()

    def fill(self, particular: Mapping[str, Any]) -> None:
        """Fill in everything on the page, with these answers and others that fit."""
        fill_section(self.page, particular)

    def fill_and_continue(self, particular: Mapping[str, Any]) -> None:
        """Section by section, as long as there is one with something for this person; what answers open as well."""
        while "/sections/" in self.page.url:
            self.fill(particular)
            self.press("Save and continue")
            errors = self.page.locator(".govuk-error-summary").all_inner_texts()
            assert not errors, errors

    def press_in_place(self, words: str) -> None:
        """A button that changes a part of the page; without JavaScript the whole page comes again."""
        if self.mirror:
            return self.press(words)
        self.page.locator("main").get_by_role("button", name=words).first.click()
        self.page.wait_for_load_state("networkidle")
        return self.look()

    def look(self) -> None:
        if self.looks:
            assert_accessible(self.page, self.lookout, self.mirror)

    @property
    def text(self) -> str:
        return " ".join(self.page.locator("main").inner_text().split())

    @property
    def heading(self) -> str:
        return self.page.locator("h1").inner_text()

    def sign_in(self) -> None:
        """On the page that asks for it: address, password, code."""
        self.page.get_by_label("Email").fill(self.user.email)
        self.page.get_by_label("Password").fill(factories.PASSWORD)
        self.press("Sign in")
        self.page.get_by_label("Code").fill(self.code())
        self.press("Sign in")

    def code(self) -> str:
        """The app's code, or a recovery code when that one has been used or is about to change: a code counts once."""
        step, gone = divmod(time.time(), STEP)
        if step == self.last_step or gone > STEP - TIME_TO_TYPE:
            return RecoveryCodes.activate(self.user).get_unused_codes()[0]
        self.last_step = step
        app = Authenticator.objects.get(user=self.user, type=Authenticator.Type.TOTP)
        return format_hotp_value(hotp_value(decrypt(app.data["secret"]), int(step)))


def signed_in(page: Page, user: User, site: str) -> Page:
    """Somebody who has signed in before the story begins."""
    client = Client()
    client.force_login(user)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": site}])
    return page
