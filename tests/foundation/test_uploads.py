"""What somebody uploads: kinds by content, bombs before they are unpacked, pictures drawn anew, names cleaned."""

import io
import resource
import struct
import time
import zipfile
import zlib

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from portal.foundation import uploads

KINDS = ("pdf", "docx", "odt", "png", "jpg")
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def upload(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def archive(*names: str, content: bytes = b"<x/>", compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as file:
        for name in names:
            file.writestr(name, content)
    return out.getvalue()


def picture(kind: str = "PNG", size: tuple[int, int] = (4, 3), **more) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, kind, **more)
    return out.getvalue()


def png_that_says_it_is(width: int, height: int) -> bytes:
    """A header alone: whoever trusted it would ask for a gigabyte."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + header
    return (
        b"\x89PNG\r\n\x1a\n"
        + struct.pack(">I", 13)
        + chunk
        + struct.pack(">I", zlib.crc32(chunk))
        + b"\0\0\0\0IDAT"
        + b"\0" * 8
    )


def refusal(name: str, content: bytes) -> str:
    with pytest.raises(ValidationError) as refused:
        uploads.check(upload(name, content), KINDS)
    return refused.value.code


GOOD = {
    "a.pdf": b"%PDF-1.7",
    "a.docx": archive("word/document.xml", "[Content_Types].xml"),
    "a.odt": archive("content.xml"),
    "a.png": picture(),
    "a.jpg": picture("JPEG"),
    "a.JPEG": picture("JPEG"),
}
BAD = {
    "a programme": ("eicar.pdf", EICAR, "kind"),
    "a page": ("a.pdf", b"<html><script>alert(1)</script>", "kind"),
    "a drawing with scripts": ("a.svg", b"<svg onload='x()'/>", "kind"),
    "a document with macros": ("a.docm", archive("word/document.xml"), "kind"),
    "macros under another name": ("a.docx", archive("word/document.xml", "word/vbaProject.bin"), "macros"),
    "macros of an office": ("a.odt", archive("content.xml", "Basic/Standard/Module1.xml"), "macros"),
    "two endings": ("a.pdf.exe", b"%PDF-", "kind"),
    "an archive that is no document": ("a.docx", archive("anything.txt"), "kind"),
    "half an archive": ("a.docx", b"PK\x03\x04" + b"x" * 50, "kind"),
    "a picture of another kind": ("a.png", picture("JPEG"), "kind"),
    "half a picture": ("a.jpg", picture("JPEG")[:40], "kind"),
    "a picture and a page": ("a.png", b"\x89PNG\r\n\x1a\n<script>alert(1)</script>", "kind"),
    "many pixels": ("a.png", png_that_says_it_is(30_000, 30_000), "bomb"),
    "a document of zeros": ("a.docx", archive("word/document.xml", content=b"\0" * 50_000_000), "bomb"),
    "a document of many parts": ("a.odt", archive("content.xml", *map(str, range(2100)), content=b""), "bomb"),
    "no ending": ("a", b"%PDF-", "kind"),
}


@pytest.mark.parametrize("name", GOOD)
def test_a_file_of_each_kind_is_taken(name):
    uploads.check(upload(name, GOOD[name]), KINDS)


@pytest.mark.parametrize("what", BAD)
def test_what_is_refused(what):
    name, content, code = BAD[what]
    began, before = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert refusal(name, content) == code
    assert time.monotonic() - began < 5
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300_000


def test_eleven_megabytes_are_refused():
    assert refusal("a.pdf", b"%PDF-" + b"0" * 11_000_000) == "size"


@pytest.mark.parametrize("name", ["a.docx", "a.png"])
def test_twin_without_looking_inside_bombs_come_through(name, monkeypatch):
    monkeypatch.setattr(uploads, "LOOKS", {})
    content = png_that_says_it_is(30_000, 30_000) if name == "a.png" else archive("x", content=b"\0" * 50_000_000)
    uploads.check(upload(name, content), KINDS)


@pytest.mark.parametrize(("name", "kind"), [("a.jpg", "JPEG"), ("a.png", "PNG")])
def test_a_picture_is_drawn_anew_without_what_was_hidden_in_it(name, kind):
    exif = Image.Exif()
    exif[0x010E] = "CANARY where it was taken"
    content = picture(kind, exif=exif) + b"CANARY behind the end"
    kept = uploads.content_of(upload(name, content))
    assert (b"CANARY" in content, b"CANARY" in kept) == (True, False)
    assert Image.open(io.BytesIO(kept)).size == (4, 3)


def test_other_files_are_kept_as_they_are():
    assert uploads.content_of(upload("a.pdf", b"%PDF-1.7 words")) == b"%PDF-1.7 words"


NAMES = {
    "plan.pdf": "plan.pdf",
    "../../etc/passwd.pdf": "_.._etc_passwd.pdf",
    "C:\\Users\\plan.pdf": "C:_Users_plan.pdf",
    "a\r\nSet-Cookie: x.pdf": "aSet-Cookie: x.pdf",
    "a\x00.pdf": "a.pdf",
    "fdp\u202e.exe.pdf": "fdp.exe.pdf",
    "zero\u200bwidth.pdf": "zerowidth.pdf",
    "Ailsa’s plan Ünal.pdf": "Ailsa’s plan Ünal.pdf",
    "…" * 300 + ".pdf": "…" * 146 + ".pdf",
    "\x00": "file",
}


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_a_name_is_cleaned_and_keeps_its_ending(name):
    assert uploads.clean_name(name) == NAMES[name]
