"""HTML in, PDF out: PDF/A-3 and PDF/UA-1 in one file, and the same bytes for the same words, on any machine.

The only file that knows WeasyPrint (and its lower halves pydyf and fontTools).
"""

import logging
import os
import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from mimetypes import guess_type
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pydyf
from fontTools.ttLib import TTFont
from weasyprint import CSS, HTML, Attachment
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

STATIC = Path(__file__).resolve().parents[2] / "static"
FONTS = STATIC / "fonts"

# A line for each page printed would drown what matters in the log.
logging.getLogger("weasyprint.progress").setLevel(logging.WARNING)

# A file may claim two standards, but PDF/A wants every property outside its own list to be described first.
PDF_UA_IDENTIFIER = b"""
<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" pdfuaid:part="1"/>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>The part of ISO 14289 that this file conforms to</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
"""


def from_html(html: str, *, attachments: Mapping[str, bytes] = {}, large_print: bool = False) -> bytes:
    """Print a whole document; `print.css` is added here, and attachments are keyed by file name (`agreement.json`)."""
    stylesheet, fonts = _shared()
    document = HTML(string=html, url_fetcher=FETCHER)
    _prepare(document.etree_element, large_print=large_print)
    named = sorted(attachments.items())
    return document.write_pdf(
        stylesheets=[stylesheet],
        font_config=fonts,
        attachments=[Attachment(string=data, name=name, relationship="Data") for name, data in named],
        pdf_variant="pdf/a-3a",
        finisher=_finish,
    )


def _end_every_stream_plainly() -> None:
    """Put CR LF before each endstream, where pydyf puts LF alone.

    Compressed data may end in CR. Then CR LF would stand there by chance, and the length would seem one byte too long,
    which PDF/A forbids. After CR LF of our own, the data ends where its length says, whatever its last byte is.
    """
    plain = pydyf.Stream.data.fget
    pydyf.Stream.data = property(lambda stream: plain(stream).removesuffix(b"\nendstream") + b"\r\nendstream")


_end_every_stream_plainly()


class PortalFetcher(URLFetcher):
    """Serves the portal's own static files (`portal:fonts/x.woff2`) and pictures inside the document (`data:image/`).

    Everything else is refused: the picture is left out and the rest is printed.
    """

    def __init__(self) -> None:
        super().__init__(allowed_protocols={"portal", "data"}, allow_redirects=False)

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
        if url.startswith("portal:"):
            return _own_file(url)
        if url.startswith("data:image/"):
            return super().fetch(url, headers)
        raise ValueError(f"Only the portal's own files are printed, not {url[:80]}")


FETCHER = PortalFetcher()


def _own_file(url: str) -> URLFetcherResponse:
    path = (STATIC / unquote(urlsplit(url).path)).resolve()
    if not path.is_relative_to(STATIC):
        raise ValueError(f"{url[:80]} is outside the portal's static files")
    return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": guess_type(path.name)[0] or "text/plain"})


@cache
def _shared() -> tuple[CSS, FontConfiguration]:
    """Parsed once per process: the fonts alone are nine files to unpack and to register."""
    fonts = _bundled_fonts()
    return CSS(url="portal:css/print.css", url_fetcher=FETCHER, font_config=fonts), fonts


def _bundled_fonts() -> FontConfiguration:
    # Fontconfig reads its file name from the environment, and only at this moment.
    before = os.environ.get("FONTCONFIG_FILE")
    os.environ["FONTCONFIG_FILE"] = str(FONTS / "fonts.conf")
    try:
        return FontConfiguration()
    finally:
        del os.environ["FONTCONFIG_FILE"]
        if before is not None:
            os.environ["FONTCONFIG_FILE"] = before


def _prepare(root, *, large_print: bool) -> None:
    if not root.get("lang") or not root.findtext("head/title", "").strip():
        raise ValueError("A document needs a title and a language: without them the PDF isn't accessible.")
    if large_print:
        root.set("class", f"{root.get('class', '')} large-print".strip())
    for element in root.iter():
        element.text = _printable(element.text)
        element.tail = _printable(element.tail)


def _printable(text: str | None) -> str | None:
    """Say the name of a character that no bundled font has: PDF/A bars the empty box, which says nothing anyway."""
    return text and _unprintable().sub(lambda match: _name_of(match[0]), text)


@cache
def _unprintable() -> re.Pattern[str]:
    covered = TTFont(FONTS / "DejaVuSans.ttf", lazy=True).getBestCmap()
    return re.compile("[^\t\n\r\f" + "".join(re.escape(chr(code)) for code in sorted(covered)) + "]")


def _name_of(character: str) -> str:
    if unicodedata.category(character) in ("Cc", "Cf") or "VARIATION SELECTOR" in unicodedata.name(character, ""):
        return ""
    return f"[{unicodedata.name(character, f'U+{ord(character):04X}').lower()}]"


def _finish(document, pdf: pydyf.PDF) -> None:
    _claim_both_standards(pdf)
    _say_where_links_lead(document)
    _settle_attachments(pdf)


def _referenced(pdf: pydyf.PDF, reference: bytes | str) -> pydyf.Object:
    return pdf.objects[int(reference.split()[0])]


def _claim_both_standards(pdf: pydyf.PDF) -> None:
    metadata = _referenced(pdf, pdf.catalog["Metadata"])
    metadata.stream = [metadata.stream[0].replace(b"</rdf:RDF>", PDF_UA_IDENTIFIER + b"</rdf:RDF>")]
    metadata.compress = False


def _say_where_links_lead(document) -> None:
    """Read out the words of a link, where WeasyPrint would have its address read."""
    for page in document.pages:
        for _, _, _, box in page.links:
            if annotation := box.link_annotation:
                annotation["Contents"] = pydyf.String(" ".join("".join(box.element.itertext()).split()))


def _settle_attachments(pdf: pydyf.PDF) -> None:
    """Name each attachment once, and drop the moment of printing: it would make the same words different bytes."""
    references = pdf.catalog.get("AF", [])
    references[:] = dict.fromkeys(references)
    for reference in references:
        parameters = _referenced(pdf, _referenced(pdf, reference)["EF"]["F"]).extra["Params"]
        del parameters["CreationDate"], parameters["ModDate"]
