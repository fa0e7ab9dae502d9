"""A worker that writes the exports which wait, slowly enough to be watched and killed: it rests after each row.

python -m tests.faults.scribe SECONDS
"""

import datetime as dt
import sys
import time
from typing import Any

import django

LEASE = dt.timedelta(seconds=1.5)


def main() -> None:
    django.setup()
    from portal.exports import making
    from portal.foundation import jobs

    say, rest = making.say, float(sys.argv[1])

    def say_and_rest(export: Any, **progress: int) -> None:
        say(export, **progress)
        time.sleep(rest)

    making.EVERY, making.say, jobs.LEASE = 1, say_and_rest, LEASE
    while making.Export.objects.filter(made_at=None, given_up_at=None, cancelled_at=None).exists():
        making.make_exports()
        time.sleep(0.1)


if __name__ == "__main__":
    main()
