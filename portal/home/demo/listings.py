"""What the directory of the demonstration says besides its agreements: plain lines, services outside them, corrections."""

import random

from directory.keeping import prisons
from directory.models import Listing, Organisation, Origin, Post, Role, Term
from directory.operations.corrections import suggest_correction
from directory.operations.listings import add_listing, change_listing, tell_about_organisation
from portal.foundation import clock
from portal.foundation.models import User
from portal.home.demo.bank import read_file

SEED = 5
# One in so many listings stays without a plain line and unconfirmed.
LEFT_ALONE = 6


def fill_the_directory() -> int:
    """Owners have written plain lines, listed what runs outside the agreements, and readers have said what is wrong."""
    rng, told = random.Random(SEED), read_file("directory.json")
    owners = {post.organisation_id: holder(post) for post in Post.objects.filter(role=Role.CONTRIBUTOR)}
    listings = list(Listing.objects.listed().with_parties().order_by("pk"))
    for number, listing in enumerate(listings):
        if number % LEFT_ALONE:
            write_plain_line(listing, owners[listing.service.organisation_id], told["plain"])
    for row in told["outside"]:
        list_outside(row, rng.choice(list(Organisation.objects.filter(pk__in=owners))), owners)
    for row, listing in zip(told["corrections"], listings, strict=False):
        suggest_correction(listing, by=None, network="demonstration", **row)
    for organisation, about in zip(Organisation.objects.order_by("pk"), told["about"], strict=False):
        told_so = {"website": organisation.website, "public_email": organisation.public_email, "public_phone": ""}
        tell_about_organisation(organisation, by=owners[organisation.pk], about=about, **told_so)
    return Listing.objects.listed().count()


def holder(post: Post) -> User:
    return post.holdings.on(clock.today()).first().user


def write_plain_line(listing: Listing, owner: User, plain: dict[str, str]) -> None:
    needs = [term.slug for term in listing.terms_of("needs")]
    line = next((plain[need] for need in needs if need in plain), "")
    change_listing(listing, by=owner, easy_read=line)


def list_outside(row: dict, organisation: Organisation, owners: dict[int, User]) -> None:
    terms = Term.objects.filter(vocabulary__establishment=None)
    chosen = [terms.get(vocabulary__key=key, slug=slug) for key, slugs in row["terms"].items() for slug in slugs]
    add_listing(
        organisation=organisation,
        service_name=row["name"],
        establishment=prisons().get(code=row["prison"]),
        by=owners[organisation.pk],
        origin=Origin(row["origin"]),
        summary=row["summary"],
        easy_read=row["easy_read"],
        terms=chosen,
        release_areas=[],
    )
