"""Pictures are drawn from rows, say what they show in words, and tell nothing by colour alone."""

from xml.etree import ElementTree

from portal.foundation import charts

SVG = "{http://www.w3.org/2000/svg}"


def read(picture):
    return ElementTree.fromstring(picture)


def words(picture):
    return [element.text for element in read(picture).iter(f"{SVG}text")]


def widths(picture):
    """Of the bars, not of the patterns that they are filled with."""
    return [float(bar.get("width")) for bar in read(picture).findall(f"{SVG}rect")]


def test_a_picture_has_a_title_and_says_what_it_shows():
    picture = read(charts.bars("Reviews", "Two late.", [("Late", 2)]))
    title, said = picture.find(f"{SVG}title"), picture.find(f"{SVG}desc")
    assert (picture.get("role"), title.text, said.text) == ("img", "Reviews", "Two late.")
    assert picture.get("aria-labelledby").split() == [title.get("id"), said.get("id")]


def test_bars_are_as_long_as_their_numbers_and_say_them():
    picture = charts.bars("Reviews", "", [("Due", 30), ("Late", 15), ("Held", 0)])
    assert words(picture) == ["Due", "30", "Late", "15", "Held", "0"]
    due, late, held = widths(picture)
    assert (due, held) == (late * 2, 0)


def test_parts_of_a_bar_differ_by_pattern():
    picture = read(charts.stacked("Use", "", [("Perth", (3, 1, 2))], ("A", "B", "C")))
    fills = [bar.get("fill") for bar in picture.findall(f"{SVG}rect")][3:]
    assert fills == ["#17525c", "url(#chart-use-lines)", "url(#chart-use-dots)"]


def test_numbers_are_written_as_the_table_beside_the_picture_writes_them():
    assert words(charts.bars("Sent", "", [("All", 18_560), ("Half", 2.5)])) == ["All", "18,560", "Half", "2.5"]
    assert words(charts.stacked("Sent", "", [("Perth", (1_000, 2))], ("A", "B")))[-1] == "Perth: 1,000 + 2"


def test_a_picture_has_room_on_a_screen_of_320_pixels():
    assert float(read(charts.bars("Sent", "", [("All", 18_560)])).get("width")) <= 290


def test_lines_differ_by_dashes_and_run_as_high_as_their_numbers():
    picture = read(charts.lines("Months", "", ["Jan", "Feb", "Mar"], [("Sent", (0, 5, 10)), ("Signed", (1, 1, 1))]))
    found = [line for line in picture.findall(f"{SVG}polyline") if line.get("points").count(" ") == 2]
    heights = [float(point.split(",")[1]) for point in found[0].get("points").split()]
    assert len({line.get("stroke-dasharray") for line in found}) == 2
    assert heights[0] - heights[1] == heights[1] - heights[2] > 0


def test_what_stands_out_in_a_matrix_is_framed_not_only_coloured():
    picture = read(charts.matrix("Need", "", ["Health"], [("Perth", [("3", True)]), ("Shotts", [("1", False)])]))
    plain, framed = picture.findall(f"{SVG}path")
    assert (plain.get("stroke-width"), framed.get("stroke-width")) == ("0.5", "3")
    assert plain.get("d") != framed.get("d")
    assert [[word.text for word in group] for group in picture.findall(f"{SVG}g")] == [["1"], ["3"]]


def test_words_in_a_picture_are_escaped():
    picture = charts.bars("A & B", "<script>", [("<b>", 1)])
    assert "<b>" in words(picture)
    assert "<script>" not in picture


def test_nothing_to_draw_is_drawn():
    for picture in (charts.bars("A", "", []), charts.stacked("A", "", [], ()), charts.lines("A", "", [], [])):
        assert read(picture).tag == f"{SVG}svg"


def test_no_picture_has_a_style():
    assert "style=" not in charts.bars("A", "", [("B", 1)]) + charts.matrix("A", "", ["B"], [("C", [("1", True)])])
