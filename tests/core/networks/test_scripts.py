"""No script names a type of layer: what a type is and does is told, so that another one is no change of a script."""

import re
from pathlib import Path

import pytest

from app.core.networks.networks import TYPES

SCRIPTS = Path(__file__).parents[3] / "static/js"
# Words that mean something else there: the field `activation`, and the remedy "dropout", which recipes are called by.
OTHERWISE = {
    "training/builder/layer-menu.js": {"activation"},
    "training/builder/network-remedies.js": {"activation"},
    "training/builder/remedies.js": {"dropout"},
    "training/builder/cures.js": {"dropout"},
}
COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)


def named_in(scripts: Path) -> list[str]:
    """Types that stand in quotes or as keys, by script."""
    types = "|".join(TYPES)
    pattern = re.compile(rf"""(?<![\w(])["'`]({types})["'`]|\b({types}):""")
    wrong = []
    for path in sorted(scripts.rglob("*.js")):
        name = path.relative_to(scripts).as_posix()
        found = {quoted or key for quoted, key in pattern.findall(COMMENT.sub("", path.read_text("utf-8")))}
        if found - OTHERWISE.get(name, set()):
            wrong.append(f"{name} names {sorted(found)}")
    return wrong


def test_no_script_names_a_type() -> None:
    assert named_in(SCRIPTS) == []


@pytest.mark.parametrize("line", ['if (type === "flatten") go();', "const WORDS = { max_pooling2d: 1 };", "['dense']"])
def test_a_planted_name_is_found(line: str, tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text(f"// of dense layers\n{line}\n")

    assert len(named_in(tmp_path)) == 1
