"""The diagram in docs/ is generated from the table of steps."""

from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import pytest

from agreements.models import Status
from agreements.steps import STEPS

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="module")
def script() -> ModuleType:
    loader = SourceFileLoader("life_cycle", str(ROOT / "script" / "life-cycle"))
    module = module_from_spec(spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


def test_the_life_cycle_page_says_what_the_table_of_steps_says(script):
    assert script.PAGE.read_text(encoding="utf-8") == script.page(), "run script/life-cycle --write"


def test_the_diagram_has_one_arrow_for_every_step_out_of_every_status(script):
    arrows = [line for line in script.diagram() if "-->" in line and "[*]" not in line]
    assert len(arrows) == sum(len(step.sources) for step in STEPS)


def test_the_page_lists_every_status_and_every_step_once(script):
    assert [row[0] for row in script.status_rows()] == [status.label for status in Status]
    assert [row[0] for row in script.step_rows()] == [step.label for step in STEPS]
