"""The portal as its visitors see it: without DEBUG, which would show them faults; with it, static files need no gathering."""

import os

from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
settings.DEBUG = False

from portal.wsgi import application  # noqa: E402

__all__ = ["application"]
