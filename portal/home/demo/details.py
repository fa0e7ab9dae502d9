"""What both sides agree on in the details (stage 3, and the dates of stage 4)."""

from collections.abc import Sequence

from portal.home.demo.scene import Answers, Scene
from portal.home.demo.specification import timetable

# Questions of both sides that the prison answers in these stories; the partner answers the others.
BY_THE_PRISON = frozenset({"S3-05", "S3-06", "S3-19", "S3-20", "S3-24", "S3-33"})
INSURERS = ("Quernstone Mutual", "Strathmarrow Assurance", "Lorne and Northern")
TOPICS = (
    ("security", "Security manager", 24),
    ("personal-safety", "Training officer", 24),
    ("suicide-prevention", "Training officer", 36),
    ("manipulation", "Security manager", 24),
    ("data", "Third sector coordinator", 12),
    ("keys", "Operations manager", 12),
    ("fire-health-safety", "Health and safety officer", 36),
)


def partner_details(scene: Scene) -> Answers:
    return delivery(scene) | getting_a_place(scene) | who_comes(scene) | keeping_safe(scene) | together(scene)


def delivery(scene: Scene) -> Answers:
    most = scene.here.choice((6, 8, 10, 12))
    texts = scene.word("S3-02")
    answers: Answers = {
        "S3-01": [slot | {"capacity": most} for slot in timetable(scene)],
        "S3-02": {"provides": scene.about["provides"]} | ({"details": texts} if texts else {}),
        "S3-03": {"brings": "yes", "items": items(scene)},
        "S3-04": equipment(scene),
        "S3-07": scene.word("S3-07"),
        "S3-09": scene.about["plan"],
    }
    if "community" in scene.service.where:
        where = f"{scene.partner.plan.town}, or near the person's home"
        weeks = scene.same.choice((4, 12, 26))
        answers["S3-08"] = {"continues": scene.about["continues"], "where": where, "weeks": weeks}
    return answers


def items(scene: Scene) -> list[dict[str, object]]:
    return [
        {"item": item, "quantity": quantity, "stays": stays, "electronic": electronic}
        for item, quantity, stays, electronic in scene.about["items"]
    ]


def equipment(scene: Scene) -> Answers:
    electronic = [item for item, _, _, is_electronic in scene.about["items"] if is_electronic == "yes"]
    if not electronic:
        return {"needed": "no"}
    reason = "The activity needs it; it has no network and leaves with the worker"
    return {"needed": "yes", "items": [{"item": each, "reason": reason, "approval": "approved"} for each in electronic]}


def getting_a_place(scene: Scene) -> Answers:
    ways = ("self", "staff", "case-management", "health", "chaplaincy", "agency")
    heard = ("induction", "posters", "in-cell-media", "staff", "peer")
    return {
        "S3-10": ["self", *scene.here.sample(ways[1:], scene.here.randint(1, 3))],
        "S3-11": {
            "checker": "Third sector coordinator",
            "against": scene.about["against"],
            "days": scene.here.choice((5, 7, 10, 14)),
        },
        "S3-12": {"voluntary": "yes", "stops": scene.word("S3-12")},
        "S3-13": scene.here.sample(heard, scene.here.randint(2, 4)),
    }


def who_comes(scene: Scene) -> Answers:
    """Posts and counts, never names."""
    posts = [(scene.about["worker"], "paid", scene.same.randint(1, 3))]
    if scene.same.random() < 0.6:
        posts.append((scene.about["volunteer"], "volunteer", scene.same.randint(2, 6)))
    lived = scene.partner.plan.need in ("peer-support", "drugs-and-alcohol") or scene.same.random() < 0.25
    return {
        "S3-14": [
            {"post": post, "paid": paid, "number": number, "hours": scene.same.choice((3, 6, 12))}
            for post, paid, number in posts
        ],
        "S3-15": [{"for": post, "regulated": "adults" if paid == "paid" else "no"} for post, paid, _ in posts],
        "S3-16": [
            {"for": post, "members": number} | ({"earliest_expiry": scene.day(700)})
            if paid == "paid"
            else {"for": post, "members": 0}
            for post, paid, number in posts
        ],
        "S3-17": [clearance(scene, post, number) for post, _, number in posts],
        "S3-18": {"lived_experience": "yes", "fairly": scene.word("S3-18")} if lived else {"lived_experience": "no"},
    }


def clearance(scene: Scene, post: str, number: int) -> Answers:
    granted = scene.here.randint(max(number - 1, 0), number)
    asked = {"for": post, "requested": number, "requested_on": scene.day(-70), "granted": granted}
    return asked | ({"granted_on": scene.day(-21), "earliest_expiry": scene.day(709)} if granted else {})


def keeping_safe(scene: Scene) -> Answers:
    return {
        "S3-21": {"process": scene.word("S3-21")},
        "S3-22": [
            {"kind": kind, "insurer": scene.same.choice(INSURERS), "amount": amount, "expires": scene.day(300)}
            for kind, amount in (("public-liability", "5000000.00"), ("employers-liability", "10000000.00"))
        ],
        "S3-23": {"in_place": "yes", "review_on": scene.day(330)},
        "S3-25": {"policies": ["lone-working", "complaints", "whistleblowing"]},
        "S3-26": scene.word("S3-26"),
        "S3-27": "yes" if scene.shares_information else "no",
        "S3-30": {
            "must_tell": ["harm-self", "harm-others", "escape", "security", "child-protection", "crime"],
            "how": scene.word("S3-30"),
        },
    }


def together(scene: Scene) -> Answers:
    return {
        "S3-31": {"frequency": scene.here.choice(("fortnightly", "monthly", "quarterly"))},
        "S3-32": scene.word("S3-32"),
        "S3-34": risks(scene, scene.about["risks"]),
        "S3-35": {
            "process": scene.word("S3-35"),
            "partner_post": "Chief executive",
            "prison_post": scene.prison.establishment.approver_title,
        },
        "S3-36": {"notice": scene.here.choice((28, 42, 56, 84)), "how": scene.word("S3-36")},
        "S3-37": scene.about["ending"],
        "S4-05": dates(scene),
        "S4-06": {"receivers": ["partner", "prison", "cjvsf"]},
        "S5-01": figures(scene),
    }


def risks(scene: Scene, known: Sequence[Sequence[str]]) -> list[dict[str, str]]:
    levels = ("low", "medium", "medium", "high")
    return [
        {
            "risk": risk,
            "likelihood": scene.here.choice(levels[:3]),
            "impact": scene.here.choice(levels[1:]),
            "action": action,
            "owner": scene.here.choice(("Service manager", "Third sector coordinator")),
        }
        for risk, action in known
    ]


def dates(scene: Scene) -> dict[str, str]:
    first_review = scene.day(min(182, max((scene.ends - scene.begins).days - 14, 1)))
    return {"start": scene.begins.isoformat(), "end": scene.ends.isoformat(), "first_review": first_review}


def figures(scene: Scene) -> list[dict[str, str]]:
    return [
        {
            "indicator": indicator,
            "definition": definition,
            "collector": scene.about["worker"],
            "frequency": scene.same.choice(("monthly", "quarterly")),
        }
        for indicator, definition in scene.about["figures"]
    ]


def prison_details(scene: Scene) -> Answers:
    answers: Answers = {
        "S3-05": scene.here.choice(("escort", "scheduled", "in-hall")),
        "S3-06": scene.here.choice(("nearby", "on-call", "no")),
        "S3-19": [
            {"topic": topic, "provider": provider, "due": scene.day(-7), "refresh": months}
            for topic, provider, months in TOPICS[: scene.here.randint(4, len(TOPICS))]
        ],
        "S3-20": {"process": scene.word("S3-20"), "concern_line": scene.prison.concern_line},
        "S3-24": scene.word("S3-24"),
        "S3-33": scene.word("S3-33"),
    }
    conditions = {"S4-04": scene.word("S4-04")} if scene.here.random() < 0.2 else {}
    return answers | conditions
