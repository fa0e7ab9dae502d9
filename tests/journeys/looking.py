"""What is wrong with a page, whoever looks at it: axe's findings, errors of the browser, and what doesn't fit."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Page, Route

# A narrow phone, or 400% zoom on a wide screen (WCAG 1.4.10).
NARROW = {"width": 320, "height": 640}
WIDE = {"width": 1100, "height": 900}
SETTINGS = {"resultTypes": ["violations"], "preload": False}
TOO_WIDE = """() => document.documentElement.scrollWidth <= document.documentElement.clientWidth ? [] :
    [...document.querySelectorAll("body *")]
        .filter(element => element.getBoundingClientRect().right > document.documentElement.clientWidth)
        .map(element => element.outerHTML.slice(0, 120)).slice(0, 3)"""


class Lookout:
    """Hears what the browser complains of on a page, its content security policy included."""

    def __init__(self, page: Page):
        self.complaints: list[str] = []
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _note(self, message: ConsoleMessage) -> None:
        # A refused form is answered 4xx on purpose, and Chromium complains of every such answer.
        if message.type == "error" and "the server responded with a status of 4" not in message.text:
            self.complaints.append(message.text)


def assert_accessible(page: Page, lookout: Lookout, mirror: Page | None) -> None:
    """Nothing that axe finds at any impact, nothing that Chromium complains of, nothing beyond the edge at 320 px.

    Axe is JavaScript itself: where that is off, it looks at the page in `mirror`, without the page's own scripts.
    """
    found = [*axe_findings(mirrored(page, mirror) if mirror else page), *lookout.complaints, *beyond_the_edge(page)]
    assert not found, "\n".join([page.url, *found])


def axe_findings(page: Page) -> list[str]:
    violations = Axe().run(page, options=SETTINGS).response["violations"]
    return [f"{finding['id']}: {node['html'][:200]}" for finding in violations for node in finding["nodes"]]


def beyond_the_edge(page: Page) -> list[str]:
    page.set_viewport_size(NARROW)
    too_wide = page.evaluate(TOO_WIDE)
    page.set_viewport_size(WIDE)
    return too_wide


def mirrored(page: Page, mirror: Page) -> Page:
    html = page.content()

    def answer(route: Route) -> None:
        if route.request.resource_type == "document":
            route.fulfill(body=html, content_type="text/html; charset=utf-8")
        elif route.request.resource_type == "script":
            route.abort()
        else:
            route.continue_()

    mirror.route("**/*", answer)
    mirror.goto(page.url)
    mirror.unroute("**/*")
    return mirror
