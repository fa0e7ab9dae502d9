"""Brings the database up to the code. It can run again at any time, and changes nothing that is up to date.

python -m script.prepare           what every portal needs
python -m script.prepare --demo    and the people, agreements and seal of the demonstration
"""

import os
import sys

import django
from django.core.management import call_command

EVERYWHERE = ["migrate", "createcachetable", "load_question_sets", "load_estate", "index_directory"]
DEMONSTRATION = ["make_seal_key", "load_demo"]


def main(arguments: list[str]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    for name in EVERYWHERE + (DEMONSTRATION if "--demo" in arguments else []):
        call_command(name, verbosity=0)


if __name__ == "__main__":
    main(sys.argv[1:])
