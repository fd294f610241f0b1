"""What docs/security.md says is tested, is."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_each_threat_names_tests_that_exist() -> None:
    rows = re.findall(
        r"^\|(?! threat|---)(.*)\|(.*)\|(.*)\|$", (ROOT / "docs/security.md").read_text("utf-8"), re.MULTILINE
    )

    named = [re.findall(r"`([a-z_/]+)`", tests) for _, _, tests in rows if "test_" in tests]

    assert len(named) > 15
    missing = [name for names in named for name in names if not (ROOT / f"tests/{name}.py").is_file()]
    assert missing == []
