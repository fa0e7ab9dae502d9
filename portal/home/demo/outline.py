"""What the partner says in the outline (stage 1)."""

import random

from portal.home.demo.bank import populations_of
from portal.home.demo.scene import Answers, Scene

FUNDERS = (
    "Ardnevis Foundation",
    "Strathmarrow Community Fund",
    "The Quernstone Trust",
    "Inverlorne Benevolent Fund",
    "Glenfarran Family Trust",
)


def outline(scene: Scene) -> Answers:
    return what_and_for_whom(scene) | how_much(scene) | why_here(scene)


def what_and_for_whom(scene: Scene) -> Answers:
    service, about = scene.service, scene.about
    same = random.Random(service.name)
    also = [same.choice(about["also"])] if same.random() < 0.4 else []
    answers: Answers = {
        "S1-01": service.summary,
        "S1-02": list(service.where),
        "S1-03": list(service.activities),
        "S1-04": [
            {"outcome": outcome, "measure": measure}
            for outcome, measure in same.sample(about["outcomes"], same.randint(2, len(about["outcomes"])))
        ],
        "S1-05": [scene.partner.plan.need, *also],
        "S1-08": people_here(scene),
        "S1-15": scene.word("S1-15", same),
        "S1-16": scene.word("track", same),
        "S1-17": scene.word("S1-17", same),
    }
    optional = {"S1-09": about["excluded"], "S1-10": list(service.characteristics)}
    return answers | {key: value for key, value in optional.items() if value}


def people_here(scene: Scene) -> list[str]:
    held = populations_of(scene.prison.establishment.code)
    wanted = [each for each in scene.service.populations if each in held]
    extra = {"children-and-families": ["parents", "families"]}.get(scene.partner.plan.need, [])
    staff = ["prison-staff"] if "training-for-staff" in scene.service.activities else []
    return wanted or [*held[:3], *extra, *staff]


def why_here(scene: Scene) -> Answers:
    return {
        "S1-06": scene.word("evidence"),
        "S1-07": scene.word("different"),
        "S1-18": {
            "main": contact(scene, "Service manager", scene.partner.writer.name),
            "deputy": contact(scene, "Chief executive", ""),
        },
    }


def contact(scene: Scene, post: str, name: str) -> dict[str, str]:
    given = {"post": post, "email": scene.mailbox, "phone": scene.partner.phone}
    return given | ({"name": name} if name else {})


def how_much(scene: Scene, *, secured: bool | None = None) -> Answers:
    """Places, sessions, dates and money. `secured` is None as the story begins."""
    at_once, weeks = scene.here.choice((6, 8, 10, 12, 15, 20)), scene.same.choice((6, 8, 10, 12))
    years = max((scene.ends - scene.begins).days / 365, 1)
    answers: Answers = {
        "S1-11": {"at_once": at_once, "in_total": int(at_once * 52 / weeks * years)},
        "S1-12": {
            "sessions_per_week": scene.same.randint(1, 4),
            "minutes": scene.same.choice((45, 60, 90, 120)),
            "weeks": weeks,
            "intake": scene.same.choice(("rolling", "fixed")),
        },
        "S1-13": {"start": scene.begins.isoformat(), "end": scene.ends.isoformat()},
        "S1-14": funding(scene, secured="support" not in scene.story.beats),
    }
    return answers


def funding(scene: Scene, *, secured: bool) -> list[dict[str, str]]:
    """One grant or two. The last one lasts as long as the agreement."""
    first, second = scene.here.sample(FUNDERS, 2)
    status = "secured" if secured else scene.here.choice(("applied-for", "not-yet-applied"))
    rows = [
        {
            "funder": first,
            "amount": f"{scene.here.randint(8, 90) * 500}.00",
            "starts": scene.day(-20),
            "ends": scene.ends.isoformat(),
            "status": status,
        }
    ]
    if scene.here.random() < 0.35:
        own = scene.here.random() < 0.5
        name = scene.partner.plan.name if own else second
        rows.append(rows[0] | {"funder": name, "amount": f"{scene.here.randint(4, 20) * 250}.00", "status": "secured"})
    return rows
