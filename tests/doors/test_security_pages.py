"""docs/security.md and docs/faults.md name tests that are there, and every threat has its row."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = ("security.md", "faults.md")
NAMED = sorted(
    {
        found
        for page in PAGES
        for found in re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", (ROOT / "docs" / page).read_text())
    }
)
THREATS = [f"S{number:02}" for number in range(1, 22)] + [f"P{number:02}" for number in range(1, 15)]


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_a_test_that_is_named_is_there(file, name):
    tree = ast.parse((ROOT / file).read_text())
    assert not name or name in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_every_threat_has_one_row_that_says_something():
    rows = re.findall(r"^\| ([SP]\d\d) \|.*\| (.+) \|$", (ROOT / "docs" / "faults.md").read_text(), re.MULTILINE)
    assert [name for name, _ in rows] == THREATS
    assert all(len(said) > 15 for _, said in rows)
