"""What somebody uploads: looked at before it is kept, without unpacking anything, and never shown by the portal."""

import io
import unicodedata
import warnings
import zipfile
from collections.abc import Callable, Mapping, Sequence

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from PIL import Image, UnidentifiedImageError

LARGEST_FILE = 10 * 1024 * 1024
# What a file of each kind begins with, so that a renamed programme is refused.
BEGINNINGS = {
    "pdf": b"%PDF-",
    "docx": b"PK\x03\x04",
    "odt": b"PK\x03\x04",
    "png": b"\x89PNG\r\n",
    "jpg": b"\xff\xd8\xff",
    "jpeg": b"\xff\xd8\xff",
}
# What is inside a document of each kind that is an archive.
INSIDE = {"docx": "word/document.xml", "odt": "content.xml"}
FORMATS = {"png": "PNG", "jpg": "JPEG", "jpeg": "JPEG"}
MOST_ENTRIES, LARGEST_UNPACKED, LARGEST_RATIO = 2000, 100 * 1024 * 1024, 200
MOST_PIXELS = 40_000_000
KEPT_NAME = 150


def check(upload: UploadedFile, kinds: Sequence[str]) -> None:
    """Refuses what is too large, of another kind than it says, or a bomb. Each refusal says what to do."""
    if upload.size > LARGEST_FILE:
        raise ValidationError(f"“{upload.name}” is larger than 10 MB. Choose a smaller file", code="size")
    if not kinds:
        return
    kind = ending(upload.name)
    if kind not in {*kinds, *(["jpeg"] if "jpg" in kinds else [])}:
        raise ValidationError(f"“{upload.name}” must be one of these: {', '.join(kinds)}", code="kind")
    upload.seek(0)
    is_its_kind = upload.read(8).startswith(BEGINNINGS.get(kind, b"")) and LOOKS.get(kind, _anything)(upload, kind)
    upload.seek(0)
    if not is_its_kind:
        raise ValidationError(
            f"“{upload.name}” can’t be read as a {kind} file: it is damaged, or of another kind", code="kind"
        )


def ending(name: str) -> str:
    return name.rpartition(".")[2].lower()


def clean_name(name: str) -> str:
    """As the person named it, without what could mislead: folders, control characters, and marks that turn the text."""
    plain = "".join(letter for letter in name if unicodedata.category(letter) not in ("Cc", "Cf", "Cs", "Zl", "Zp"))
    stem, dot, kind = plain.replace("/", "_").replace("\\", "_").strip(" .").rpartition(".")
    return f"{stem[: KEPT_NAME - len(kind) - 1]}{dot}{kind}"[:KEPT_NAME] or "file"


def content_of(upload: UploadedFile) -> bytes:
    """What is kept. A picture is drawn anew: nothing that was hidden in the file, or said where it was taken, stays."""
    upload.seek(0)
    kind = ending(upload.name)
    if kind not in FORMATS:
        return upload.read()
    with Image.open(upload) as picture:
        drawn = io.BytesIO()
        mode = "RGB" if FORMATS[kind] == "JPEG" else "RGBA"
        picture.convert(mode).save(drawn, FORMATS[kind])
        return drawn.getvalue()


def _anything(upload: UploadedFile, kind: str) -> bool:
    return True


def _is_picture(upload: UploadedFile, kind: str) -> bool:
    """Its size is read from its first bytes, before a single pixel is."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(upload, formats=[FORMATS[kind]])
            if picture.width * picture.height > MOST_PIXELS:
                raise Image.DecompressionBombError
            picture.load()
    except Image.DecompressionBombError:
        raise ValidationError(f"“{upload.name}” has too many pixels. Choose a smaller picture", code="bomb") from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
        return False
    return True


def _is_document(upload: UploadedFile, kind: str) -> bool:
    """The list of contents alone is read: how much there would be, and whether a programme is among it."""
    try:
        with zipfile.ZipFile(upload) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return False
    unpacked = sum(entry.file_size for entry in entries)
    is_bomb = unpacked > min(LARGEST_UNPACKED, LARGEST_RATIO * upload.size) or len(entries) > MOST_ENTRIES
    if is_bomb:
        raise ValidationError(f"“{upload.name}” unpacks to far more than a document does", code="bomb")
    names = {entry.filename for entry in entries}
    if any(name.lower().endswith("vbaproject.bin") or name.startswith("Basic/") for name in names):
        raise ValidationError(f"“{upload.name}” has macros in it. Save it without them", code="macros")
    return INSIDE[kind] in names


LOOKS: Mapping[str, Callable[[UploadedFile, str], bool]] = {
    **dict.fromkeys(FORMATS, _is_picture),
    **dict.fromkeys(INSIDE, _is_document),
}
