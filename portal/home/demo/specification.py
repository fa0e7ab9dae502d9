"""What the prison says in the service specification (stage 2)."""

from typing import Any

from portal.home.demo.scene import Answers, Scene

ROOMS = ("Group room 1", "Group room 2", "Chaplaincy room", "Learning centre", "Interview room 3", "Multi-purpose room")
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
SLOTS = (("09:15", "11:30"), ("09:30", "11:00"), ("13:45", "15:30"), ("14:00", "16:00"))
LEISURE = ("arts-and-creativity", "sport-and-physical-activity")
EVENING = ("17:45", "19:30")
BASIS = ("needs-analysis", "population-data", "case-management", "prisoner-feedback", "inspection")


def specification(scene: Scene) -> Answers:
    return need(scene) | room_for_it(scene) | limits(scene)


def need(scene: Scene) -> Answers:
    about, dice = scene.about, scene.here
    details = dice.choice(("", scene.word("S2-02")))
    return {
        "S2-01": dice.choices(("yes", "partly"), (5, 1))[0],
        "S2-02": {"basis": dice.sample(BASIS, dice.randint(1, 3))} | ({"details": details} if details else {}),
        "S2-03": {
            "community_justice_outcomes": about["national"],
            "hmips_standards": about["hmips"],
            "national_strategy_actions": about["strategy"],
            "prison_priorities": about["priority"],
        },
        "S2-04": {"overlap": dice.choice(("none", "complementary", "partial")), "managed": about["overlap"]},
    }


def room_for_it(scene: Scene) -> Answers:
    some = scene.here.random() < 0.4
    explanation = scene.word("S2-05") if some else ""
    return {
        "S2-05": {"units": ["some" if some else "all"]} | ({"explanation": explanation} if explanation else {}),
        "S2-06": scene.here.choice((6, 8, 10, 12, 15)),
        "S2-07": timetable(scene),
    }


def timetable(scene: Scene) -> list[dict[str, Any]]:
    """The slots that the prison offers: the same ones come back as what was agreed."""
    if "timetable" not in scene.memory:
        need = scene.partner.plan.need
        slots = (*SLOTS, EVENING) if need in LEISURE else SLOTS
        room = "Gym" if need == "sport-and-physical-activity" else scene.here.choice(ROOMS)
        scene.memory["timetable"] = [
            {"day": day, "starts": starts, "ends": ends, "space": room}
            for day in sorted(scene.here.sample(DAYS, scene.here.randint(1, 3)), key=DAYS.index)
            for starts, ends in [scene.here.choice(slots)]
        ]
    return scene.memory["timetable"]


def limits(scene: Scene) -> Answers:
    beyond = scene.here.random() < 0.12
    why = {"from_whom": ["programmes"], "details": scene.word("S2-10")} if beyond else {}
    owner = "Third sector coordinator" if scene.prison.writer not in scene.prison.approvers else "Programmes manager"
    return {
        "S2-08": scene.word("S2-08") or "None",
        "S2-09": scene.here.choice(("escorted", "unescorted", "keys")),
        "S2-10": {"needed": "yes" if beyond else "no"} | why,
        "S2-11": {"commits": "no"},
        "S2-12": {
            "owner": {"post": owner, "email": scene.prison.mailbox},
            "deputy": {"post": scene.prison.establishment.approver_title, "email": scene.prison.mailbox},
        },
    }
