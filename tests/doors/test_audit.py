"""Whoever changes the audit is found: by its chains, and by the daily digest that is kept outside."""

import datetime as dt
import json
import random
import runpy
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from directory.anchoring import mail_audit_digest
from directory.models import Role
from portal.foundation import audit, clock
from portal.foundation.guards import DROP
from portal.foundation.models import AuditEvent, Notification
from tests import factories

pytestmark = pytest.mark.django_db

VERIFIER = Path(__file__).parents[2] / "script" / "verify-audit-export"
TABLE = "foundation_auditevent"
TAMPERINGS = 100
only_postgresql = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has no TRUNCATE")


@pytest.fixture
def written() -> audit.Anchor:
    """Five chains of six lines each, and the digest that was mailed of them."""
    who = factories.user("Ailsa Ünal")
    for number in range(6):
        for chain in range(5):
            audit.record(
                "something", about=f"thing:{chain}", by=who, words=f"Line {number} \u2028 “quoted”", number=number
            )
    return audit.anchor(clock.now())


@pytest.fixture
def guards_off() -> Iterator[None]:
    """As the owner of the database may: the triggers are gone."""
    connection.check_constraints()
    with transaction.atomic():
        with connection.cursor() as cursor:
            for event in ("update", "delete"):
                cursor.execute(DROP[connection.vendor].format(name=f"{TABLE}_no_{event}", table=TABLE))
        yield
        transaction.set_rollback(True)


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def some_line(dice: random.Random) -> AuditEvent:
    return dice.choice(list(AuditEvent.objects.filter(about__startswith="thing:")))


def change(line: AuditEvent, **fields: Any) -> None:
    AuditEvent.objects.filter(pk=line.pk).update(**fields)


def edit(dice: random.Random) -> None:
    fields = {
        "event": "something else",
        "by": "user:0",
        "by_name_sha256": "Mallory",
        "at": clock.now() - dt.timedelta(days=1),
        "detail": {"words": "Other words"},
        "digest": "0" * 64,
        "previous": "1" * 64,
        "about": "another thing",
    }
    name = dice.choice(list(fields))
    change(some_line(dice), **{name: fields[name]})


def delete(dice: random.Random) -> None:
    some_line(dice).delete()


def cut_the_tail(dice: random.Random) -> None:
    line = some_line(dice)
    AuditEvent.objects.filter(about=line.about, number__gte=line.number).delete()


def lose_a_chain(dice: random.Random) -> None:
    AuditEvent.objects.filter(about=some_line(dice).about).delete()


def reorder(dice: random.Random) -> None:
    one = some_line(dice)
    other = dice.choice(list(AuditEvent.objects.filter(about=one.about).exclude(pk=one.pk)))
    change(one, number=1000)
    change(other, number=one.number)
    change(one, number=other.number)


def rewrite_from(line: AuditEvent) -> None:
    """Hash the rest of the chain again, so that it holds by itself."""
    before = AuditEvent.objects.filter(about=line.about, number__lt=line.number).order_by("number").last()
    previous = before.digest if before else ""
    for each in AuditEvent.objects.filter(about=line.about, number__gte=line.number).order_by("number"):
        each.previous = previous
        previous = audit.digest(each)
        change(each, previous=each.previous, digest=previous)


def edit_and_hash_the_rest(dice: random.Random) -> None:
    line = some_line(dice)
    change(line, by_name_sha256="Mallory")
    rewrite_from(line)


def insert_and_hash_the_rest(dice: random.Random) -> None:
    line = some_line(dice)
    for later in AuditEvent.objects.filter(about=line.about, number__gte=line.number).order_by("-number"):
        change(later, number=later.number + 1)
    line.pk, line.by_name_sha256 = None, "Mallory"
    line.save(force_insert=True)
    rewrite_from(line)


def insert(dice: random.Random) -> None:
    line = some_line(dice)
    line.pk, line.number, line.event = None, 7, "never happened"
    line.at -= dt.timedelta(seconds=1)
    line.digest = audit.digest(line)
    line.save(force_insert=True)


KINDS: tuple[Callable[[random.Random], None], ...] = (
    edit,
    delete,
    insert,
    cut_the_tail,
    lose_a_chain,
    reorder,
    edit_and_hash_the_rest,
    insert_and_hash_the_rest,
)


def exported() -> list[dict[str, Any]]:
    return [json.loads(line) for line in audit.exported()]


def found_by_the_portal(known: audit.Anchor) -> bool:
    return any(audit.broken_links()) or audit.anchor(known.at).sha256 != known.sha256


def tamper(times: int, known: audit.Anchor, seed: int) -> list[tuple[str, int]]:
    """Kinds and numbers of the tamperings that the portal, or the verifier that stands alone, didn't find."""
    faults = runpy.run_path(str(VERIFIER))["faults"]
    missed = []
    for number in range(times):
        dice = random.Random(f"{seed}-{number}")
        kind = KINDS[number % len(KINDS)]
        with undone():
            kind(dice)
            found = (found_by_the_portal(known), bool(faults(exported(), [(known.at.isoformat(), known.sha256)])))
        if found != (True, True):
            missed.append((kind.__name__, number))
    return missed


def test_each_of_a_hundred_tamperings_is_found(written, guards_off):
    assert tamper(TAMPERINGS, written, 1) == []


@pytest.mark.thorough
def test_each_of_a_thousand_tamperings_is_found(written, guards_off):
    assert tamper(1000, written, 2) == []


def test_what_is_written_after_the_digest_raises_no_alarm(written):
    faults = runpy.run_path(str(VERIFIER))["faults"]
    alarms = 0
    for number in range(50):
        audit.record("later", about=f"thing:{number % 7}", by=None, number=number)
        alarms += found_by_the_portal(written) + len(faults(exported(), [(written.at.isoformat(), written.sha256)]))
    assert alarms == 0


def test_twin_without_the_digest_a_tail_that_was_cut_is_not_found(written, guards_off):
    cut_the_tail(random.Random(1))
    assert list(audit.broken_links()) == []
    assert found_by_the_portal(written)


def test_the_verifier_stands_alone_and_is_short():
    source = VERIFIER.read_text()
    imports = [line for line in source.splitlines() if line.startswith(("import ", "from "))]
    assert imports == ["import hashlib", "import json", "import sys", "from datetime import datetime"]
    assert len(source.splitlines()) <= 60


def verify(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    file = tmp_path / "audit.jsonl"
    with file.open("w") as out:
        call_command("export_audit", stdout=out)
    command = [sys.executable, "-I", str(VERIFIER), str(file), *arguments]
    return subprocess.run(command, capture_output=True, text=True)


def test_the_verifier_says_that_an_export_holds(written, tmp_path):
    answer = verify(tmp_path, written.at.isoformat(), written.sha256)
    assert (answer.returncode, answer.stdout) == (0, "Every chain holds\n")


def test_the_verifier_names_the_first_broken_link(written, guards_off, tmp_path):
    change(AuditEvent.objects.get(about="thing:3", number=4), by_name_sha256="Mallory")
    answer = verify(tmp_path)
    assert (answer.returncode, answer.stdout) == (1, "thing:3 is broken at line 4\n")


def test_the_command_checks_a_digest(written):
    out = StringIO()
    call_command("verify_audit", "--digest", written.at.isoformat(), written.sha256, stdout=out)
    assert "chains hold" in out.getvalue()
    with pytest.raises(CommandError, match="the digest of"):
        call_command("verify_audit", "--digest", written.at.isoformat(), "0" * 64)


def test_the_digest_is_mailed_to_cjvsf_once_a_day(written):
    factories.hold(factories.post(Role.CJVSF, None))
    tomorrow = clock.now() + dt.timedelta(days=1)
    for hour, queued in ((0, 0), (1, 1), (2, 0), (23, 0)):
        with clock.set_to(tomorrow.replace(hour=hour, minute=30)):
            assert mail_audit_digest() == queued
    mail = Notification.objects.get(template="audit_digest")
    assert mail.addressee == "cjvsf"
    assert mail.context["lines"] == AuditEvent.objects.filter(at__lte=mail.context["moment"]).count()
    assert audit.anchor(dt.datetime.fromisoformat(mail.context["moment"])).sha256 == mail.context["sha256"]


@only_postgresql
def test_nobody_can_empty_the_audit(written):
    with transaction.atomic():
        connection.check_constraints()
        guard = import_module("portal.foundation.migrations.0004_audit_is_not_emptied").Migration.operations[0]
        guard.code(None, SimpleNamespace(connection=connection))
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {TABLE}")
        assert AuditEvent.objects.exists()
        transaction.set_rollback(True)
