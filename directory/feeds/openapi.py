"""The description of the open addresses for programs: OpenAPI 3.1, made from the table of what stands there."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from django.conf import settings

from directory.feeds.answers import MOST_PER_PAGE, PER_PAGE
from directory.feeds.resources import OPEN_REFERRAL, OWN, Resource, Shape

Schema = dict[str, Any]
ROOT = "/api/v1/"
HSDS = ROOT + "open-referral/"
PLAIN: Mapping[type, Schema] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    bool: {"type": "boolean"},
    dt.date: {"type": "string", "format": "date"},
    type(None): {"type": "null"},
}
PROBLEM: Schema = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {name: {"type": "string"} for name in ("type", "title", "detail")} | {"status": {"type": "integer"}},
    "additionalProperties": False,
}


def document() -> Schema:
    paths: dict[str, Any] = {}
    for name, resource in OWN.items():
        paths |= _own(name, resource)
    for name, shape in OPEN_REFERRAL.items():
        paths |= _hsds(name, shape)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "The directory of Partnership Agreements",
            "version": "1",
            "summary": "What the public pages say, for programs. No key is needed.",
            "license": {"name": "CC BY 4.0", "identifier": "CC-BY-4.0"},
        },
        "servers": [{"url": settings.SITE_URL}],
        "paths": paths,
        "components": {"schemas": {"Problem": PROBLEM} | {r.record.__name__: _whole(r) for r in OWN.values()}},
    }


def _own(name: str, resource: Resource) -> dict[str, Any]:
    one = {"$ref": f"#/components/schemas/{resource.record.__name__}"}
    filters = [_parameter(each, {"type": "string"}) for each in resource.filters]
    listing = _answers(f"list_{name}", resource.about, _page("items", one), [*filters, *_paging()])
    by = {"name": "reference", "in": "path", "required": True, "schema": {"type": "string"}}
    return {
        f"{ROOT}{name}": {"get": listing},
        f"{ROOT}{name}/{{reference}}": {"get": _answers(f"read_{name}", f"One of {name}", one, [by])},
    }


def _hsds(name: str, shape: Shape) -> dict[str, Any]:
    about = f"Open Referral UK: {name.replace('_', ' ')}"
    one = {"type": "object", "required": ["id"], "properties": {"id": {"type": "string", "format": "uuid"}}}
    by = {"name": "identifier", "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}
    listing = _answers(f"hsds_list_{name}", about, _page("contents", one), _paging())
    return {
        f"{HSDS}{name}": {"get": listing},
        f"{HSDS}{name}/{{identifier}}": {"get": _answers(f"hsds_read_{name}", f"{about}, one", one, [by])},
    }


def _answers(name: str, about: str, schema: Schema, parameters: list[Schema]) -> Schema:
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        "operationId": name,
        "summary": about,
        "parameters": parameters,
        "responses": {
            "200": {"description": about, "content": {"application/json": {"schema": schema}}},
            "400": {"description": "A parameter is wrong", "content": problem},
            "404": {"description": "There is no such thing, or it isn’t public", "content": problem},
        },
    }


def _parameter(name: str, schema: Schema) -> Schema:
    return {"name": name, "in": "query", "required": False, "schema": schema}


def _paging() -> list[Schema]:
    page = {"type": "integer", "minimum": 1, "default": 1}
    return [_parameter("page", page), _parameter("per_page", page | {"default": PER_PAGE, "maximum": MOST_PER_PAGE})]


PAGE_OF_ITEMS = {"total": int, "page": int, "per_page": int, "pages": int, "next": str | None, "previous": str | None}
PAGE_OF_CONTENTS = {
    **dict.fromkeys(("total_items", "total_pages", "page_number", "size"), int),
    **dict.fromkeys(("first_page", "last_page", "empty"), bool),
}


def _page(rows: str, one: Schema) -> Schema:
    facts = PAGE_OF_ITEMS if rows == "items" else PAGE_OF_CONTENTS
    return _object({name: _schema(kind) for name, kind in facts.items()} | {rows: {"type": "array", "items": one}})


def _whole(resource: Resource) -> Schema:
    return _object(_properties(resource.record) | {"page": {"type": "string", "format": "uri"}})


def _properties(record: type) -> dict[str, Schema]:
    hints = get_type_hints(record)
    return {field.name: _schema(hints[field.name]) for field in fields(record)}


def _schema(kind: Any) -> Schema:
    if is_dataclass(kind):
        return _object(_properties(kind))  # type: ignore[arg-type]
    if get_origin(kind) is tuple:
        return {"type": "array", "items": _schema(get_args(kind)[0])}
    if isinstance(kind, UnionType):
        return {"anyOf": [_schema(each) for each in get_args(kind)]}
    return PLAIN[kind]


def _object(properties: dict[str, Schema]) -> Schema:
    required = list(properties)
    return {"type": "object", "required": required, "properties": properties, "additionalProperties": False}
