"""With JavaScript and without. The suite plays with; what CI plays besides, script/test -m thorough, without."""

import pytest

WITH = pytest.param(True, id="with JavaScript")
both_ways = pytest.mark.parametrize(
    "javascript", [pytest.param(False, id="without JavaScript", marks=pytest.mark.thorough), WITH]
)
