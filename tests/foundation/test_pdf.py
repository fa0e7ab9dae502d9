"""One PDF for archives and for screen readers, made of nothing but its own words."""

import hashlib
import json
import os
import subprocess
import sys
import threading
from base64 import b64encode
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import BytesIO
from pathlib import Path

import page
import pikepdf
import pypdf
import pytest
from django.template import Context, Template
from weasyprint.urls import URLFetcher

from portal.foundation import pdf

REPRESENTATIVE = Path(__file__).with_name("representative.html")
ATTACHMENTS = {"agreement.json": b'{"reference": "PA-7K3QXN"}', "answers.json": b"{}"}
SECRET = "CONTENTS-OF-A-PRIVATE-FILE"


@pytest.fixture(scope="module")
def printed() -> bytes:
    return pdf.from_html(REPRESENTATIVE.read_text(), attachments=ATTACHMENTS)


@pytest.fixture
def opened(printed):
    with pikepdf.open(BytesIO(printed)) as document:
        yield document


def document_of(body: str, *, head: str = "", title: str = "Agreement") -> str:
    return f'<!doctype html><html lang="en-GB"><head><title>{title}</title>{head}</head><body>{body}</body></html>'


def text_of(content: bytes) -> str:
    pages = pypdf.PdfReader(BytesIO(content)).pages
    return " ".join(" ".join(sheet.extract_text() for sheet in pages).split())


def elements_of(document: pikepdf.Pdf) -> list[pikepdf.Object]:
    """Every element of the structure tree, in reading order."""
    return list(_below(document.Root.StructTreeRoot))


def _below(element: pikepdf.Object):
    children = element.get("/K", [])
    for child in children if isinstance(children, pikepdf.Array) else [children]:
        if isinstance(child, pikepdf.Dictionary) and "/S" in child:
            yield child
            yield from _below(child)


def tags_of(content: bytes) -> list[str]:
    with pikepdf.open(BytesIO(content)) as document:
        return [str(element.S) for element in elements_of(document)]


# Standards


@pytest.mark.parametrize("profile", [page.ValidationProfile.PDF_A_3A, page.ValidationProfile.PDF_UA_1])
@pytest.mark.parametrize("large_print", [False, True])
def test_a_printed_document_meets_both_standards_with_no_failure(profile, large_print):
    content = pdf.from_html(REPRESENTATIVE.read_text(), attachments=ATTACHMENTS, large_print=large_print)

    assert [failure.message for failure in page.validate_pdf_bytes(content, profile=profile).failures] == []


def test_both_standards_are_named_in_metadata_that_anyone_can_read_without_unpacking(printed):
    assert b'pdfaid:part="3"' in printed
    assert b'pdfaid:conformance="A"' in printed
    assert b'pdfuaid:part="1"' in printed


def test_the_document_is_tagged_and_says_its_language_and_title(opened):
    root = opened.Root

    assert root.MarkInfo.Marked is True
    assert root.Lang == "en-GB"
    assert root.ViewerPreferences.DisplayDocTitle is True
    assert opened.docinfo.Title == "Partnership Agreement “Drama at Example Prison”"
    assert root.StructTreeRoot.K[0].S == "/Document"


def test_the_tree_has_the_headings_lists_pictures_and_tables_of_the_words(printed):
    tags = tags_of(printed)

    assert [tag for tag in tags if tag in {"/H1", "/H2", "/H3"}] == ["/H1", "/H2", "/H3", "/H2"]
    assert tags.count("/Figure") == 2
    assert tags.count("/L") == 3
    # The table runs over two pages or more, and repeats its header on each.
    assert tags.count("/Table") >= 2
    assert tags.count("/TH") == 30 + 3 * tags.count("/Table")


def test_every_picture_has_its_alternative(opened):
    figures = [element for element in elements_of(opened) if element.S == "/Figure"]

    assert [str(figure.Alt) for figure in figures] == ["Two bars: 3 sessions and 5 sessions", "A red dot"]


def test_every_answer_cell_names_its_row_and_column_header(opened):
    identified = {str(element.ID) for element in elements_of(opened) if element.S == "/TH" and "/ID" in element}
    cells = [element for element in elements_of(opened) if element.S == "/TD" and "/A" in element]

    assert len(cells) == 60
    assert all(len(cell.A.Headers) == 2 for cell in cells)
    assert {str(header) for cell in cells for header in cell.A.Headers} <= identified


def test_every_page_is_read_in_the_order_of_its_structure(opened):
    assert {str(sheet.Tabs) for sheet in opened.pages} == {"/S"}


def test_links_are_read_out_by_their_words_and_hang_in_the_tree(opened):
    links = [element for element in elements_of(opened) if element.S == "/Link"]
    annotations = [child.Obj for link in links for child in link.K if isinstance(child, pikepdf.Dictionary)]

    assert [str(annotation.Contents) for annotation in annotations] == ["guidance", "all the answers"]
    assert all(annotation.F == 4 for annotation in annotations)
    assert len(opened.pages[0].Annots) == 2


def test_a_document_without_a_language_or_a_title_is_refused():
    with pytest.raises(ValueError, match="title and a language"):
        pdf.from_html("<!doctype html><html><head><title>Agreement</title></head><body></body></html>")
    with pytest.raises(ValueError, match="title and a language"):
        pdf.from_html(document_of("", title=" "))


# Attachments


def test_attachments_are_json_about_the_whole_document_named_once_and_undated(opened):
    files = list(opened.Root.AF)

    assert [str(file.UF) for file in files] == ["agreement.json", "answers.json"]
    assert {str(file.AFRelationship) for file in files} == {"/Data"}
    assert {str(file.EF.F.Subtype) for file in files} == {"/application/json"}
    assert files[0].EF.F.read_bytes() == ATTACHMENTS["agreement.json"]
    assert all(set(file.EF.F.Params.keys()) == {"/CheckSum", "/Size"} for file in files)


def test_a_document_may_have_no_attachment():
    with pikepdf.open(BytesIO(pdf.from_html(document_of("<h1>Words</h1>")))) as document:
        assert "/AF" not in document.Root


# The same words, the same bytes


def test_the_same_words_are_the_same_bytes_again(printed):
    assert pdf.from_html(REPRESENTATIVE.read_text(), attachments=dict(reversed(ATTACHMENTS.items()))) == printed


def test_other_words_are_other_bytes_and_another_file_id(printed):
    other = pdf.from_html(REPRESENTATIVE.read_text().replace("Quoted", "quoted"), attachments=ATTACHMENTS)

    ids = [bytes(pypdf.PdfReader(BytesIO(content)).trailer["/ID"][0].original_bytes) for content in (printed, other)]
    assert ids[0] != ids[1]


@pytest.mark.parametrize("seed", ["1", "2"])
def test_another_process_in_another_time_zone_prints_the_same_bytes(printed, seed):
    program = (
        "import sys, json; from hashlib import sha256; from portal.foundation import pdf;"
        "html, attachments = json.load(sys.stdin);"
        "attachments = {name: text.encode() for name, text in attachments.items()};"
        "print(sha256(pdf.from_html(html, attachments=attachments)).hexdigest())"
    )
    words = [REPRESENTATIVE.read_text(), {name: data.decode() for name, data in ATTACHMENTS.items()}]
    told = subprocess.run(
        [sys.executable, "-c", program],
        input=json.dumps(words),
        env={**os.environ, "PYTHONHASHSEED": seed, "TZ": "Asia/Tokyo", "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert told.stdout.strip() == hashlib.sha256(printed).hexdigest()


# Letters


def test_only_bundled_fonts_are_used_whatever_the_machine_has(opened):
    fonts = {str(font.BaseFont).split("+")[1] for sheet in opened.pages for font in sheet.Resources.Font.values()}

    assert {"Portal", "Portal-Bold", "Portal-Italic"} <= fonts
    assert all(font.startswith("Portal") for font in fonts)


def test_printing_leaves_the_fonts_of_other_programs_alone(monkeypatch):
    monkeypatch.setenv("FONTCONFIG_FILE", "/somewhere/fonts.conf")
    pdf._bundled_fonts()
    assert os.environ["FONTCONFIG_FILE"] == "/somewhere/fonts.conf"

    monkeypatch.delenv("FONTCONFIG_FILE")
    pdf._bundled_fonts()
    assert "FONTCONFIG_FILE" not in os.environ


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Gàidhlig Łódź ŵ Привіт ελπίδα ✓ €5", "Gàidhlig Łódź ŵ Привіт ελπίδα ✓ €5"),
        ("well done 🧑", "well done [adult]"),
        ("&#129489;", "[adult]"),
        ("中", "[cjk unified ideograph-4e2d]"),
        ("\ue000", "[u+e000]"),
        ("in\u2060vis\ufe0fible\x0b", "invisible"),
    ],
)
def test_a_letter_that_no_font_has_is_named_and_an_invisible_one_is_left_out(written, read):
    content = pdf.from_html(document_of(f"<h1>{written}</h1>"))

    assert text_of(content) == f"{read} Page 1 of 1"
    assert page.is_pdf_compliant_bytes(content, profile=page.ValidationProfile.PDF_UA_1)


def test_large_print_is_larger():
    html = document_of("<h1>Words</h1>" + "<p>Some more words in the same line.</p>" * 40)

    sheets = [len(pypdf.PdfReader(BytesIO(pdf.from_html(html, large_print=large))).pages) for large in (False, True)]
    assert sheets[1] > sheets[0]


# Words stay words


@pytest.mark.parametrize(
    "words",
    [
        "<script>alert(1)</script>",
        "<h2>A heading</h2></p></td><table><tr><td>",
        '"><img src=x onerror=alert(1)>',
        "<style>* { display: none }</style>",
        "<!-- <title> &lt;b&gt; -->",
        "]]></html><html lang='fr'>",
    ],
)
def test_markup_in_an_answer_is_printed_as_the_words_it_is(words):
    template = Template(document_of("<h1>Answer</h1><p>{{ words }}</p>"))
    harmless = pdf.from_html(template.render(Context({"words": "Nothing special"})))
    content = pdf.from_html(template.render(Context({"words": words})))

    assert text_of(content) == f"Answer {words} Page 1 of 1"
    assert tags_of(content) == tags_of(harmless)


# Nothing is fetched

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="90">{}</svg>'
REACHES = {
    "img": '<img alt="x" src="{target}">',
    "object": '<object data="{target}"></object>',
    "embed": '<embed src="{target}">',
    "background": '<div style="height: 2cm; background: url({target})">x</div>',
    "border image": '<div style="border: 1cm solid; border-image: url({target}) 1">x</div>',
    "list marker": '<ul style="list-style-image: url({target})"><li>x</li></ul>',
    "content": "<style>p::before {{ content: url({target}) }}</style><p>x</p>",
    "page background": "<style>@page {{ background: url({target}) }}</style>",
    "stylesheet": '<link rel="stylesheet" href="{target}">',
    "import": '<style>@import url("{target}");</style>',
    "font": '<style>@font-face {{ font-family: f; src: url("{target}") }}</style><p style="font-family: f">x</p>',
    "attached by link": '<link rel="attachment" href="{target}">',
    "attached by anchor": '<a rel="attachment" href="{target}">x</a>',
    "image in an inline svg": SVG.format('<title>x</title><image width="300" height="90" href="{target}"/>'),
    "relative to a base": '<base href="{folder}"><img alt="x" src="{name}">',
    "image in a picture in the page": '<img alt="x" src="data:image/svg+xml;base64,{picture}">',
    "font in a picture in the page": '<img alt="x" src="data:image/svg+xml;base64,{lettered}">',
}
# What WeasyPrint 70 doesn't follow by itself; a later one may.
MAY_REACH = {
    "use in an inline svg": SVG.format('<title>x</title><use href="{target}#part"/>'),
    "import in a picture in the page": '<img alt="x" src="data:image/svg+xml;base64,{imported}">',
}


def _reaching(snippet: str, target: str) -> str:
    folder, _, name = target.rpartition("/")
    inner = {
        "picture": SVG.format(f'<image width="300" height="90" href="{target}"/>'),
        "lettered": SVG.format(f'<style>@font-face {{ font-family: g; src: url("{target}") }}</style>'),
        "imported": SVG.format(f'<style>@import url("{target}");</style><text y="20">x</text>'),
    }
    encoded = {key: b64encode(svg.encode()).decode() for key, svg in inner.items()}
    return document_of(snippet.format(target=target, folder=folder + "/", name=name, **encoded))


@contextmanager
def _listening(private: Path):
    """A web server on this machine that answers with a picture, and with a way to a private file."""
    hits: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            hits.append(self.path)
            redirect = self.path.startswith("/redirect")
            self.send_response(302 if redirect else 200)
            self.send_header("Location", private.as_uri())
            self.send_header("Content-Type", "image/svg+xml")
            self.end_headers()
            self.wfile.write(private.read_bytes())

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", hits
    server.shutdown()
    server.server_close()


@pytest.fixture
def private(tmp_path) -> Path:
    file = tmp_path / "private.svg"
    file.write_text(SVG.format(f'<g id="part"><text y="20">{SECRET}</text></g>'))
    return file


def _tells_the_secret(content: bytes) -> bool:
    with pikepdf.open(BytesIO(content)) as document:
        attached = [file.get_file().read_bytes() for file in document.attachments.values()]
    return SECRET in text_of(content) or any(SECRET.encode() in data for data in [content, *attached])


@pytest.mark.parametrize("snippet", (REACHES | MAY_REACH).values(), ids=(REACHES | MAY_REACH).keys())
def test_a_document_reaches_neither_the_network_nor_a_file(snippet, private):
    with _listening(private) as (origin, hits):
        for target in (f"{origin}/picture.svg", f"{origin}/redirect.svg", private.as_uri()):
            content = pdf.from_html(_reaching("<p>Printed</p>" + snippet, target))

            assert "Printed" in text_of(content)
            assert not _tells_the_secret(content)
    assert hits == []


@pytest.mark.parametrize("snippet", REACHES.values(), ids=REACHES.keys())
def test_twin_the_same_document_does_reach_them_when_weasyprint_fetches_as_it_likes(snippet, private, monkeypatch):
    pdf._shared()
    monkeypatch.setattr(pdf, "FETCHER", URLFetcher())
    with _listening(private) as (origin, hits):
        pdf.from_html(_reaching(snippet, f"{origin}/picture.svg"))
    assert hits == ["/picture.svg"]


def test_twin_a_private_file_is_printed_when_weasyprint_fetches_as_it_likes(private, monkeypatch):
    pdf._shared()
    monkeypatch.setattr(pdf, "FETCHER", URLFetcher())
    assert _tells_the_secret(pdf.from_html(_reaching(REACHES["img"], private.as_uri())))
    assert _tells_the_secret(pdf.from_html(_reaching(REACHES["attached by link"], private.as_uri())))


@pytest.mark.parametrize(
    "url",
    [
        "portal:../manage.py",
        "portal:css/../../manage.py",
        "portal:%2e%2e/manage.py",
        "portal:..%2fmanage.py",
        "portal:/etc/passwd",
        "portal:///etc/passwd",
        "portal://localhost/etc/passwd",
        "portal:css",
        "portal:no-such-file.css",
        "portal:css/print.css\0.png",
        "data:text/css,p{}",
        "data:,words",
        "file:///etc/passwd",
        "http://127.0.0.1/",
        "https://www.example.org/",
        "ftp://www.example.org/",
        "print.css",
    ],
)
def test_only_addresses_inside_the_static_folder_are_served(url):
    with pytest.raises((ValueError, OSError)):
        pdf.FETCHER.fetch(url)


def test_a_link_that_leads_out_of_the_static_folder_is_not_followed(tmp_path, monkeypatch, private):
    static = tmp_path / "static"
    static.mkdir()
    (static / "picture.svg").symlink_to(private)
    monkeypatch.setattr(pdf, "STATIC", static.resolve())

    with pytest.raises(ValueError, match="outside"):
        pdf.FETCHER.fetch("portal:picture.svg")


def test_the_portals_own_files_are_served_with_their_type():
    served = pdf.FETCHER.fetch("portal:css/print.css")

    assert served.read() == (pdf.STATIC / "css" / "print.css").read_bytes()
    assert served.content_type == "text/css"


def test_no_stream_seems_longer_or_shorter_than_its_length_whatever_byte_it_ends_in():
    """Of many documents some have compressed data that ends in CR, as one in 256 does."""
    made = b"".join(
        pdf.from_html(f'<html lang="en-GB"><title>{n}</title><body><p>Words {n * 7919}</p></body></html>')
        for n in range(12)
    )
    assert made.count(b"endstream") == made.count(b"\r\nendstream") > 12


def test_twin_data_that_ends_in_cr_would_be_taken_for_one_byte_less():
    """pydyf's own LF after a last CR reads as the end of the line CR LF."""
    assert (b"data\r" + b"\n" + b"endstream").removesuffix(b"\r\nendstream") != b"data\r"
    assert (b"data\r" + b"\r\n" + b"endstream").removesuffix(b"\r\nendstream") == b"data\r"
