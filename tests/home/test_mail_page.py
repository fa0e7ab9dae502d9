"""The demonstration shows the mail that it would send; a real portal has no such page."""

import re
from pathlib import Path

import pytest
from django.core.mail import EmailMultiAlternatives, get_connection
from django.urls import reverse

LINK = "http://127.0.0.1:8000/agreements/PA-7K3QXN/"


@pytest.fixture
def outbox_folder(settings, tmp_path) -> Path:
    settings.DEMO = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    settings.EMAIL_FILE_PATH.mkdir()
    return settings.EMAIL_FILE_PATH


def send(*subjects: str, html: str = "<p>In HTML</p>") -> None:
    """All over one connection, as the sweep does: they end up in one file."""
    with get_connection() as connection:
        for subject in subjects:
            text = f"Something about {subject}.\n\nOpen it:\n{LINK}\n"
            mail = EmailMultiAlternatives(
                subject, text, "portal@example.org", ["somebody@example.org"], connection=connection
            )
            mail.attach_alternative(html, "text/html")
            mail.send()


def addresses_in(page) -> list[str]:
    return re.findall(r'href="(/mail/[^"]+)"', page.content.decode())


@pytest.mark.django_db
def test_an_empty_folder_is_said_to_be_empty(outbox_folder, client):
    assert "There is none yet" in client.get(reverse("mail_list")).content.decode()


@pytest.mark.django_db
def test_a_folder_that_does_not_exist_yet_is_empty_too(outbox_folder, client):
    outbox_folder.rmdir()
    assert client.get(reverse("mail_list")).status_code == 200


@pytest.mark.django_db
def test_the_newest_message_comes_first(outbox_folder, client):
    send("The first", "The second")
    page = client.get(reverse("mail_list")).content.decode()
    assert 0 < page.index("The second") < page.index("The first")


@pytest.mark.django_db
def test_a_message_is_read_with_its_links(outbox_folder, client):
    send("The first", "The second")
    newest, _ = addresses_in(client.get(reverse("mail_list")))
    page = client.get(newest).content.decode()
    assert "Something about The second." in page
    assert f'href="{LINK}"' in page
    assert "Something about The first." not in page


@pytest.mark.django_db
def test_the_html_of_a_message_is_never_rendered(outbox_folder, client):
    send("A <b>bold</b> subject", html="<script>alert(1)</script>")
    [address] = addresses_in(client.get(reverse("mail_list")))
    page = client.get(address).content.decode()
    assert "alert(1)" not in page
    assert "A &lt;b&gt;bold&lt;/b&gt; subject" in page


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["nothing-1", "secret-1", "secret", "-1"])
def test_a_name_reaches_no_other_file(outbox_folder, client, name):
    send("The first")
    (outbox_folder.parent / "secret.log").write_bytes(b"Subject: secret\n\n\n" + b"-" * 79 + b"\n")
    assert client.get(reverse("mail_detail", args=[name])).status_code == 404


@pytest.mark.django_db
def test_a_message_beyond_the_last_is_not_found(outbox_folder, client):
    send("The first")
    [address] = addresses_in(client.get(reverse("mail_list")))
    assert client.get(address).status_code == 200
    assert client.get(address.replace("-1/", "-2/")).status_code == 404


@pytest.mark.django_db
def test_a_real_portal_has_no_such_page(outbox_folder, client, settings):
    send("The first")
    [address] = addresses_in(client.get(reverse("mail_list")))
    settings.DEMO = False
    assert client.get(reverse("mail_list")).status_code == 404
    assert client.get(address).status_code == 404


@pytest.mark.django_db
def test_only_reading_is_allowed(outbox_folder, client):
    assert client.post(reverse("mail_list")).status_code == 405
