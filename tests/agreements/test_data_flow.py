"""Who sends what to whom, and what an agreement leaves open."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agreements import flows
from agreements.models import Answer, Status, Version
from agreements.reading import read
from portal.foundation import clock
from tests import factories

pytestmark = pytest.mark.django_db

ITEM = {
    "item": "Date of release",
    "about": "participants",
    "category": "offence",
    "justification": "To plan support",
    "direction": "prison-to-partner",
}
ROUTE = {"for": "Date of release", "frequency": "weekly", "method": "Secure email"}
KEPT = {"for": "Date of release", "period": "12 months", "trigger": "the end of support", "method": "Deleted"}
COMPLETE = {"S3-27": "yes", "S3-28": ["prison-to-partner"], "ISA-09": [ITEM], "ISA-10": [ROUTE], "ISA-15": [KEPT]}


def version_with(answers: dict, cast: factories.Cast | None = None, **fields) -> Version:
    cast = cast or factories.Cast()
    version = cast.start()
    for question_id, value in answers.items():
        Answer.objects.create(version=version, question_id=question_id, value=value, by=cast.contributor)
    Version.objects.filter(pk=version.pk).update(**fields)
    return factories.fresh(version)


def flow_of(**changes) -> flows.Flow:
    answers = COMPLETE | {key.replace("_", "-"): value for key, value in changes.items()}
    return flows.flow(read(version_with(answers)))


def test_an_item_that_is_settled_has_no_gap():
    flow = flow_of()

    assert flow.gap_count == 0
    assert flow.items[0] == flows.Item(
        name="Date of release",
        about="People who take part",
        category="Criminal offence",
        why="To plan support",
        ways=(("prison", "partner"),),
        direction="From the prison to the partner",
        route="Weekly: Secure email",
        kept="12 months, the end of support, Deleted",
        gaps=(),
    )


@pytest.mark.parametrize(
    ("changes", "gap"),
    [
        ({"ISA_09": [ITEM | {"justification": ""}]}, "It isn’t said why it is needed (ISA-09)."),
        ({"ISA_10": [ROUTE | {"method": ""}]}, "It isn’t said how it is sent (ISA-10)."),
        ({"ISA_10": [ROUTE | {"frequency": ""}]}, "It isn’t said how often it is sent (ISA-10)."),
        ({"ISA_15": [KEPT | {"period": ""}]}, "It isn’t said how long it is kept (ISA-15)."),
        ({"ISA_15": [KEPT | {"method": ""}]}, "It isn’t said how it is destroyed (ISA-15)."),
    ],
)
def test_what_is_left_open_about_an_item_is_a_gap(changes, gap):
    assert flow_of(**changes).items[0].gaps == (gap,)


@pytest.mark.parametrize("routes", [None, [ROUTE | {"for": "Name"}], [ROUTE | {"for": "The date of release"}]])
def test_the_route_of_another_item_counts_for_nothing(routes):
    assert flow_of(ISA_10=routes).items[0].gaps == (
        "It isn’t said how it is sent (ISA-10).",
        "It isn’t said how often it is sent (ISA-10).",
    )


@pytest.mark.parametrize(
    ("changes", "gap"),
    [
        ({"S3_27": None}, "It isn’t said whether personal information will pass between the two sides (S3-27)."),
        (
            {"S3_28": ["prison-to-partner", "to-third-parties"]},
            "Information goes to third parties (S3-28), but no data item does (ISA-09).",
        ),
        (
            {"S3_28": []},
            "A data item goes from the prison to the partner (ISA-09), but the agreement doesn’t say so (S3-28).",
        ),
    ],
)
def test_what_the_agreement_and_its_annex_say_differently_is_a_gap(changes, gap):
    assert flow_of(**changes).gaps == (gap,)


def test_information_sharing_without_any_item_is_a_gap():
    assert flow_of(ISA_09=None, ISA_10=None, ISA_15=None).gaps[0] == "No data item is listed (ISA-09)."


def test_nothing_is_sent_when_nothing_is_shared():
    flow = flow_of(S3_27="no")

    assert (flow.items, flow.gaps, flow.arrows) == ((), (), ())


def test_an_item_that_goes_both_ways_is_on_two_arrows():
    flow = flow_of(ISA_09=[ITEM | {"direction": "both"}], S3_28=["prison-to-partner", "partner-to-prison"])

    assert [(arrow.sender, arrow.receiver, arrow.label) for arrow in flow.arrows] == [
        ("prison", "partner", "1 item"),
        ("partner", "prison", "1 item"),
    ]


@pytest.fixture
def cast() -> factories.Cast:
    return factories.Cast()


def page_of(client, version: Version, user) -> str:
    client.force_login(user)
    return client.get(f"/agreements/{version.agreement.reference}/data-flow/").content.decode()


def test_the_page_marks_gaps_in_words_and_draws_the_arrows(client, cast):
    page = page_of(client, version_with(COMPLETE | {"ISA-10": []}, cast), cast.contributor)

    assert '<span class="gap">Gap:</span> It isn’t said how it is sent' in page
    assert "From the prison to the partner: 1 item, 1 with gaps" in page
    assert page.count("<title") == 2


def test_the_page_shows_the_other_agreements_of_this_prison_that_one_may_see(client, cast):
    other = factories.Cast()
    in_force = {"status": Status.IN_FORCE, "status_since": clock.now()}
    mine, theirs = version_with(COMPLETE, cast, **in_force), version_with(COMPLETE, other, **in_force)
    elsewhere = version_with(COMPLETE, factories.Cast("EDI"), **in_force)
    for version in (mine, theirs, elsewhere):
        version.agreement.sent_at = clock.now()
        version.agreement.save()

    for_the_prison, for_the_partner = page_of(client, mine, cast.hoo), page_of(client, mine, cast.contributor)

    assert theirs.agreement.reference in for_the_prison
    assert elsewhere.agreement.reference not in for_the_prison
    assert theirs.agreement.reference not in for_the_partner


def test_a_stranger_does_not_learn_that_it_exists(client, cast):
    client.force_login(cast.stranger)

    version = version_with(COMPLETE, cast)

    assert client.get(f"/agreements/{version.agreement.reference}/data-flow/").status_code == 404


def test_three_other_agreements_cost_as_many_queries_as_one(client, cast):
    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            page_of(client, mine, cast.cjvsf)
        return len(seen)

    mine = version_with(COMPLETE, cast, status=Status.IN_FORCE)
    version_with(COMPLETE, factories.Cast(), status=Status.IN_FORCE)
    queries()
    one = queries()
    version_with(COMPLETE, factories.Cast(), status=Status.IN_FORCE)
    version_with(COMPLETE, factories.Cast(), status=Status.IN_FORCE)

    assert queries() == one
