"""Pictures of rows as SVG, drawn on the server: no script and no style, so that pages and PDFs show the same.

A picture never stands alone: a sentence and a table with the same numbers stand beside it. Colour alone says nothing:
parts differ by their pattern, lines by their dashes and marks, and numbers are written out.
"""

from base64 import b64encode
from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator, slugify

# What a screen of 320 px has room for: nothing is cut off there, and the letters are as large as the words around.
WIDTH, EDGE = 288, 2
INK, DEEP, PALE = "#0b0c0c", "#17525c", "#eef4f4"
LETTERS, MOST_LETTERS = 13, 46
BAR, STEP = 14, 38
WIDEST = WIDTH - 52
PATTERNS = ("solid", "lines", "dots", "empty")
DASHES = ("", "7 4", "2 3")

Rows = Sequence[tuple[str, float]]
Stacks = Sequence[tuple[str, Sequence[int]]]
Cells = Sequence[tuple[str, Sequence[tuple[str, bool]]]]


def bars(title: str, said: str, rows: Rows) -> SafeString:
    """One bar a row, its words above it and its number behind it."""
    most = max((number for _, number in rows), default=0) or 1
    drawn = [
        _words(EDGE, place * STEP + LETTERS, label)
        + _bar(EDGE, place * STEP + LETTERS + 5, WIDEST * number / most, "solid", title)
        + _words(EDGE + WIDEST * number / most + 6, place * STEP + LETTERS + 17, _said(number))
        for place, (label, number) in enumerate(rows)
    ]
    return _picture(title, said, len(rows) * STEP, drawn)


def stacked(title: str, said: str, rows: Stacks, parts: Sequence[str]) -> SafeString:
    """One bar a row, made of parts. A part differs from its neighbours by its pattern; the key stands above."""
    most = max((sum(numbers) for _, numbers in rows), default=0) or 1
    top = len(parts) * 20 + 8
    drawn = [
        _bar(EDGE, place * 20 + 2, 20, PATTERNS[place], title) + _words(30, place * 20 + LETTERS, part)
        for place, part in enumerate(parts)
    ]
    for place, (label, numbers) in enumerate(rows):
        y = top + place * STEP
        drawn.append(_words(EDGE, y + LETTERS, f"{Truncator(label).chars(30)}: {' + '.join(map(_said, numbers))}"))
        drawn.extend(_segments(y + LETTERS + 5, [WIDEST * number / most for number in numbers], title))
    return _picture(title, said, top + len(rows) * STEP, drawn)


def _said(number: float) -> str:
    """As the table beside the picture says it."""
    return f"{number:,}".removesuffix(".0")


def as_address(picture: str) -> str:
    """The picture as the address of an image, for a PDF, in which only images carry words of their own."""
    return f"data:image/svg+xml;base64,{b64encode(picture.encode()).decode()}" if picture else ""


def _segments(y: float, widths: Sequence[float], title: str) -> Iterator[SafeString]:
    for place, width in enumerate(widths):
        if width:
            yield _bar(EDGE + sum(widths[:place]), y, width, PATTERNS[place], title)


def lines(title: str, said: str, moments: Sequence[str], series: Stacks) -> SafeString:
    """One line a series over the same moments. Lines differ by dashes and marks; the key stands above."""
    most = max((number for _, numbers in series for number in numbers), default=0) or 1
    top, height = len(series) * 20 + 12, 150
    left, right = 30, WIDTH - 12
    across = (right - left) / max(len(moments) - 1, 1)
    drawn = [_axis(left, right, top, height, most)]
    drawn += [
        _words(left + across * place, top + height + 18, moments[place], anchor=anchor)
        for place, anchor in _labelled(len(moments))
    ]
    for place, (name, numbers) in enumerate(series):
        points = [(left + across * at, top + height * (1 - number / most)) for at, number in enumerate(numbers)]
        drawn.append(_line(points, place))
        drawn.append(_line([(EDGE + 5, place * 20 + 9), (EDGE + 35, place * 20 + 9)], place))
        drawn.append(_words(48, place * 20 + LETTERS, name))
    return _picture(title, said, top + height + 26, drawn)


def _labelled(number: int) -> list[tuple[int, str]]:
    """The first, the middle and the last moment: more would run into each other."""
    if number < 3:
        return [(0, "start"), (number - 1, "end")][:number]
    return [(0, "start"), (number // 2, "middle"), (number - 1, "end")]


def matrix(title: str, said: str, columns: Sequence[str], rows: Cells) -> SafeString:
    """A square for each row and column. A cell is its words, and whether it stands out: then it is framed, its words bold."""
    side, left, top = 26, 150, 150
    drawn = [
        _draw(
            '<text transform="translate({} {}) rotate(-90)">{}</text>',
            left + side * place + 17,
            top - 6,
            Truncator(column).chars(21),
        )
        for place, column in enumerate(columns)
    ]
    drawn += [_words(EDGE, top + side * down + 17, Truncator(label).chars(21)) for down, (label, _) in enumerate(rows)]
    placed = [
        ((left + side * place, top + side * down, words), is_framed)
        for down, (_, cells) in enumerate(rows)
        for place, (words, is_framed) in enumerate(cells)
    ]
    drawn += [_squares([cell for cell, framed in placed if framed is wanted], side, wanted) for wanted in (False, True)]
    width = left + side * len(columns) + EDGE
    return _picture(title, said, top + len(rows) * side + EDGE, drawn, width=width)


def _squares(cells: Sequence[tuple[float, float, str]], side: float, framed: bool) -> SafeString:
    """All that look alike, as one shape, with their words."""
    return _draw(
        '<path d="{}" fill="{}" stroke="{}" stroke-width="{}"/><g text-anchor="middle" font-weight="{}">{}</g>',
        " ".join(f"M{x} {y}h{side}v{side}h-{side}z" for x, y, _ in cells),
        "#ffffff" if framed else PALE,
        "#b10e1e" if framed else DEEP,
        3 if framed else 0.5,
        700 if framed else 400,
        format_html_join("", '<text x="{}" y="{}">{}</text>', ((x + side / 2, y + 17, words) for x, y, words in cells)),
    )


def _bar(x: float, y: float, width: float, pattern: str, title: str) -> SafeString:
    fill = {"solid": DEEP, "empty": "#ffffff"}.get(pattern, f"url(#{_name(title)}-{pattern})")
    return _draw('<rect x="{}" y="{}" width="{}" height="{}" fill="{}" stroke="{}"/>', x, y, width, BAR, fill, DEEP)


def _words(x: float, y: float, words: str, *, anchor: str = "start", weight: int = 400) -> SafeString:
    return _draw(
        '<text x="{}" y="{}" text-anchor="{}" font-weight="{}">{}</text>',
        x,
        y,
        anchor,
        weight,
        Truncator(words).chars(MOST_LETTERS),
    )


def _axis(left: float, right: float, top: float, height: float, most: int) -> SafeString:
    """The ground and the top of a plot, with their numbers."""
    ground = top + height
    return (
        _draw('<path d="M{} {}H{}M{} {}H{}" stroke="#7fa5ab"/>', left, top, right, left, ground, right)
        + _words(left - 5, top + 5, _said(most), anchor="end")
        + _words(left - 5, ground + 5, "0", anchor="end")
    )


def _line(points: Sequence[tuple[float, float]], place: int) -> SafeString:
    way = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    drawn = _draw(
        '<polyline points="{}" fill="none" stroke="{}" stroke-width="2" stroke-dasharray="{}"/>',
        way,
        DEEP,
        DASHES[place] or "none",
    )
    return drawn + mark_safe("".join(_mark(x, y, place) for x, y in points))


def _mark(x: float, y: float, place: int) -> SafeString:
    """A disc, a square or a triangle."""
    if place == 0:
        return _draw('<circle cx="{}" cy="{}" r="3.5" fill="{}"/>', x, y, DEEP)
    shape = "M{} {}h7v7h-7z" if place == 1 else "M{} {}l7 7h-7z"
    return _draw(f'<path d="{shape}" fill="#ffffff" stroke="{DEEP}"/>', x - 3.5, y - 3.5)


def _draw(shape: str, *values: Any) -> SafeString:
    """The shape with these words and numbers, which it escapes."""
    return format_html(shape, *(f"{value:.1f}" if isinstance(value, float) else value for value in values))


def _name(title: str) -> str:
    return f"chart-{slugify(title)}"


def _picture(title: str, said: str, height: float, drawn: Sequence[SafeString], *, width: float = WIDTH) -> SafeString:
    name = _name(title)
    return format_html(
        '<svg class="portal-chart" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}"'
        ' height="{height}" role="img" aria-labelledby="{name}-title {name}-said" font-size="{letters}" fill="{ink}"'
        ' font-family="Atkinson Hyperlegible, Portal, sans-serif"><title id="{name}-title">{title}</title>'
        '<desc id="{name}-said">{said}</desc>{patterns}{drawn}</svg>',
        width=width,
        height=height,
        name=name,
        letters=LETTERS,
        ink=INK,
        title=title,
        said=said,
        patterns=_patterns(name),
        drawn=mark_safe("".join(drawn)),
    )


def _patterns(name: str) -> SafeString:
    return format_html(
        '<defs><pattern id="{name}-lines" width="6" height="6" patternUnits="userSpaceOnUse"><rect width="6" height="6"'
        ' fill="#ffffff"/><path d="M-1 7L7 -1" stroke="{ink}" stroke-width="1.5"/></pattern><pattern id="{name}-dots"'
        ' width="6" height="6" patternUnits="userSpaceOnUse"><rect width="6" height="6" fill="#ffffff"/>'
        '<circle cx="3" cy="3" r="1.4" fill="{ink}"/></pattern></defs>',
        name=name,
        ink=DEEP,
    )
