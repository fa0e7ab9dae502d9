"""The parts of a dashboard: which panels each has, and how they are made out of what was counted."""

from collections.abc import Callable

from portal.dashboards import on_agreements, on_delivery, on_needs, on_upkeep
from portal.dashboards.counting import Sums
from portal.dashboards.panels import Panel
from portal.dashboards.scope import ESTATE, ORGANISATION, PRISON, Scope

Maker = Callable[[Scope, Sums], list[Panel]]
MAKERS: dict[str, Maker] = {
    "agreements": on_agreements.panels,
    "delivery": on_delivery.panels,
    "needs": on_needs.panels,
    "upkeep": on_upkeep.panels,
}
LABELS = {
    "agreements": "Agreements",
    "delivery": "Reviews and delivery",
    "needs": "What is needed",
    "upkeep": "Actions, posts and mail",
}
PARTS_OF = {
    ESTATE: ("agreements", "delivery", "needs", "upkeep"),
    PRISON: ("agreements", "delivery", "needs", "upkeep"),
    ORGANISATION: ("agreements", "delivery", "upkeep"),
}
