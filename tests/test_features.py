"""docs/features.md names, for each feature that is promised, the test that plays its line."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROW = re.compile(r"^\| ([A-Z][0-9]+) \|.*\| `(tests/[\w/]+\.py)::(test_\w+)` \|$", re.MULTILINE)
ROWS = ROW.findall((ROOT / "docs" / "features.md").read_text())
PROMISED = """
    A1 A2 A3 A4 A6
    B1 B2 B4 B5 B6 B7 B8 B10
    C2 C3 C4
    D1 D2 D6
    E1 E2 E3 E4 E5
    F1 F2 F3 F4 F5 F7 F8 F9 F10
    G2 G3 G5 G7
    H1 H3 H4 H5 H6 H8
    I1 I2 I3 I4 I5 I6 I8
    J1 J2 J3 J5 J6 J7
    K1 K7
    L1 L2 L5 L7 L8
    N1 N2 N4 N5
    O1 O2 O4
    P5 P6 P7 P9
"""


@pytest.mark.parametrize("feature", PROMISED.split())
def test_a_promised_feature_has_its_row(feature):
    assert feature in {row[0] for row in ROWS}


@pytest.mark.parametrize(("feature", "file", "name"), ROWS)
def test_the_test_that_a_row_names_is_there(feature, file, name):
    tree = ast.parse((ROOT / file).read_text())
    assert name in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_every_row_of_the_table_is_read():
    lines = [
        line for line in (ROOT / "docs" / "features.md").read_text().splitlines() if re.match(r"\| [A-Z][0-9]", line)
    ]
    assert len(lines) == len(ROWS)
