"""Collects the words of the public pages for translators, and compiles what they wrote: python -m script.messages

Babel reads and writes the catalogues, so that nobody needs the programs of GNU gettext. It comes with `script/setup --dev`.
"""

from io import BytesIO
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

from agreements.eligibility import CASES, HEADLINES
from directory.facets import FACETS

ROOT = Path(__file__).resolve().parent.parent
PO = ROOT / "locale" / "gd" / "LC_MESSAGES" / "django.po"
MO = PO.with_suffix(".mo")
# The templates of the public pages, and of what stands around them.
TEMPLATES = (
    "agreements/start.html",
    "agreements/start_result.html",
    "agreements/verify.html",
    "base.html",
    "components/account.html",
    "components/footer.html",
    "components/language.html",
    "components/navigation.html",
    "components/pagination.html",
    "directory/_facets.html",
    "directory/_listing.html",
    "directory/_result.html",
    "directory/_state.html",
    "directory/inside.html",
    "directory/inside_prison.html",
    "directory/inside_prison_list.html",
    "directory/organisation_list.html",
    "directory/organisation_page.html",
    "directory/prison_list.html",
    "directory/prison_page.html",
    "directory/search.html",
    "directory/service_page.html",
    "home/front.html",
    "shelf/accessibility.html",
    "shelf/complaint_made.html",
    "shelf/complaints.html",
    "shelf/privacy.html",
)
MODULES = ("portal/home/context.py", "portal/home/shelf/forms.py")
KEYWORDS = {"gettext": None, "pgettext": ((1, "c"), 2), "_": None}


def collected() -> Catalog:
    """Every message of these templates and modules, and the labels and results that a template gets as a variable."""
    found = Catalog(locale="gd", project="Partnership Agreements portal", charset="utf-8", fuzzy=False)
    for path in [ROOT / "templates" / name for name in TEMPLATES] + [ROOT / name for name in MODULES]:
        for message in messages(path):
            found.add(message, locations=[(str(path.relative_to(ROOT)), 1)])
    for facet in FACETS:
        found.add(facet.label, locations=[("directory/facets.py", 1)])
    for words in (*HEADLINES.values(), *(case.reason for case in CASES)):
        found.add(words, locations=[("agreements/eligibility.py", 1)])
    return found


def messages(path: Path) -> list[str]:
    """What a file says to translators. A template is turned into Python first, as Django itself does it."""
    text = path.read_text(encoding="utf-8")
    source = unindented(templatize(text, origin=str(path))) if path.suffix == ".html" else text
    rows = extract("python", BytesIO(source.encode()), keywords=KEYWORDS)
    return [message for _, message, _, _ in rows if isinstance(message, str)]


def unindented(source: str) -> str:
    """What stood around a template's tags is indented in ways that Python can't read."""
    return "\n".join(line.strip() for line in source.splitlines())


def translated() -> Catalog:
    with PO.open("rb") as file:
        return read_po(file, locale="gd")


def compiled(catalog: Catalog) -> bytes:
    file = BytesIO()
    write_mo(file, catalog)
    return file.getvalue()


def main() -> None:
    catalog = translated()
    catalog.update(collected(), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    with PO.open("wb") as file:
        write_po(file, catalog, width=120, include_lineno=False, sort_output=True)
    MO.write_bytes(compiled(translated()))
    missing = [message.id for message in catalog if message.id and not message.string]
    print(f"{len(catalog)} messages, {len(missing)} without Gaelic", *missing, sep="\n")


if __name__ == "__main__":
    main()
