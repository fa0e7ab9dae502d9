"""Scotland with a dot for each prison, as numbers for an inline SVG. Where the outline and the points come from stands
in the data. The central belt is drawn a second time, larger, since half of the dots would lie on one another."""

import json
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from directory.models import EstablishmentStatus

DATA = Path(__file__).parent / "data" / "scotland.json"
# A degree of longitude is this much of a degree of latitude, in the middle of Scotland.
NARROWER = math.cos(math.radians(56.8))
SMALLEST, LARGEST = 10.0, 17.0


@dataclass(frozen=True)
class Frame:
    """A part of the world and how many units wide it is drawn: west, south, east, north in degrees."""

    west: float
    south: float
    east: float
    north: float
    width: int

    @property
    def scale(self) -> float:
        return self.width / ((self.east - self.west) * NARROWER)

    @property
    def height(self) -> int:
        return round((self.north - self.south) * self.scale)

    def place(self, longitude: float, latitude: float) -> tuple[float, float]:
        x = (longitude - self.west) * NARROWER * self.scale
        return round(x, 1), round((self.north - latitude) * self.scale, 1)

    def holds(self, longitude: float, latitude: float) -> bool:
        return self.west <= longitude <= self.east and self.south <= latitude <= self.north


SCOTLAND = Frame(-7.8, 54.55, -0.7, 60.95, 400)
CENTRAL_BELT = Frame(-4.95, 55.55, -2.8, 56.6, 560)


class Counted(Protocol):
    """An establishment with the number of services there."""

    code: str
    slug: str
    status: str
    number: int


@dataclass(frozen=True)
class Dot:
    """A prison on the map, under its number in the list beside it."""

    number: int
    establishment: Counted
    x: float
    y: float
    radius: float


@dataclass(frozen=True)
class Drawing:
    """One frame with its land and its dots."""

    frame: Frame
    land: str
    dots: tuple[Dot, ...]


@dataclass(frozen=True)
class Map:
    scotland: Drawing
    central_belt: Drawing
    box: tuple[float, float, float, float]


def draw(estate: Iterable[Counted]) -> Map:
    """The two drawings of what is open of this estate, whose rows carry a `number` of services. Numbered in their order."""
    points = _data()["establishments"]
    open_ones = [(place, row) for place, row in enumerate(estate, start=1) if row.status == EstablishmentStatus.OPEN]
    numbered = [(place, row) for place, row in open_ones if row.code in points]
    most = max((row.number for _, row in numbered), default=0)
    inside = [(place, row) for place, row in numbered if CENTRAL_BELT.holds(*points[row.code])]
    outside = [(place, row) for place, row in numbered if not CENTRAL_BELT.holds(*points[row.code])]
    left, top = SCOTLAND.place(CENTRAL_BELT.west, CENTRAL_BELT.north)
    right, bottom = SCOTLAND.place(CENTRAL_BELT.east, CENTRAL_BELT.south)
    return Map(
        Drawing(SCOTLAND, land(SCOTLAND), tuple(_dots(SCOTLAND, outside, most))),
        Drawing(CENTRAL_BELT, land(CENTRAL_BELT), tuple(_dots(CENTRAL_BELT, inside, most))),
        (left, top, round(right - left, 1), round(bottom - top, 1)),
    )


def radius(number: int, most: int) -> float:
    """The area of a dot grows with the number; none is too small to hold a figure."""
    return round(SMALLEST + (LARGEST - SMALLEST) * math.sqrt(number / most), 1) if most else SMALLEST


def _dots(frame: Frame, rows: Iterable[tuple[int, Counted]], most: int) -> Iterator[Dot]:
    for place, row in rows:
        x, y = frame.place(*_data()["establishments"][row.code])
        yield Dot(place, row, x, y, radius(row.number, most))


@cache
def land(frame: Frame) -> str:
    """The coast as the path of an SVG."""
    rings = [[frame.place(*point) for point in ring] for ring in _data()["outline"]]
    return "".join("M" + "L".join(f"{x:g} {y:g}" for x, y in ring) + "Z" for ring in rings)


@cache
def _data() -> dict[str, Any]:
    return json.loads(DATA.read_text())
