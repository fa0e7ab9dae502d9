"""A format for dumpdata and loaddata that keeps everything: Django's JSON cuts the microseconds that the audit's chains hold,
and its XML the blanks at the ends of words, without which frozen words are no longer those that were signed."""

import datetime as dt
from typing import Any

from django.core.serializers import json


class Encoder(json.DjangoJSONEncoder):
    def default(self, o: Any) -> Any:
        return o.isoformat() if isinstance(o, dt.datetime) else super().default(o)


class Serializer(json.Serializer):
    def _init_options(self) -> None:
        super()._init_options()
        self.json_kwargs["cls"] = Encoder


Deserializer = json.Deserializer
