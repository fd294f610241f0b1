"""The house rules that a machine can check, each shown to fail on a planted violation.

A rule is a function from a root folder to the sentences that say what is wrong under it. It reads the source as
text; nothing of the app is imported. Why the rules are as they are: docs/architecture.md.
"""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

import pytest

ROOT = Path(__file__).parent.parent
Rule = Callable[[Path], list[str]]

# The parts of `app` that each part may import: arrows point from the first to the others, never back.
PYTHON_ARROWS = {
    "core": {"core"},
    "runs": {"core", "runs", "tuning"},
    "settings": {"core"},
    "web": {"core", "runs", "settings", "web"},
    "logs": {"settings"},
    "main": {"core", "runs", "settings", "web"},
    "commands": {"commands", "core", "runs", "settings"},
    "cli": {"commands", "core", "runs", "settings", "web", "main", "logs"},
    "tuning": set(),
    "__main__": {"cli", "tuning"},
}
NOT_IN_CORE = {"fastapi", "starlette", "pydantic_settings", "sqlalchemy", "structlog", "typer", "rich", "os.environ"}
# Rooms know what is shared, never each other; the training room's parts point one way too.
ROOM = {"rooms", "shared", "api.js", "vendor"}
JAVASCRIPT_ARROWS = {
    "convolution": ROOM | {"convolution"},
    "classification": ROOM | {"classification"},
    "training": ROOM | {"training", "training/runs", "training/seeing", "training/charts", "training/builder"},
    "training/runs": ROOM | {"training/runs", "training/charts", "training/builder"},
    "training/seeing": ROOM | {"training/seeing", "training/runs", "training/builder"},
    "training/charts": ROOM | {"training/charts", "training/builder"},
    "training/builder": ROOM | {"training/builder"},
    "rooms": ROOM,
    "api.js": {"shared"},
    "shared": {"shared", "vendor"},
    "theme.js": set(),
}
JAVASCRIPT_IMPORT = re.compile(r"""(?:\bfrom\s*|^import\s*|\bimport\(\s*|\bURL\(\s*)["']([^"']+)["']""", re.MULTILINE)
LOADED_FROM_ELSEWHERE = re.compile(r"""(\bsrc(set)?\s*=\s*["']|<link[^>]+href\s*=\s*["']|\burl\(["']?)(https?:)?//""")

# One noun, one row: who has read one row has read them all.
NOUNS = ("convolution", "classification", "training")
ROW = (
    "app/core/{noun}/{noun}.py",
    "app/web/{noun}/{noun}.py",
    "templates/{noun}/{noun}.html",
    "static/js/{noun}/{noun}.js",
    "tests/core/{noun}/test_{noun}.py",
    "tests/web/{noun}/test_{noun}.py",
    "tests/browser/test_{noun}.py",
)

SOURCES = ("app/**/*.py", "benchmarks/**/*.py", "static/js/**/*.js", "static/css/**/*.css", "templates/**/*.html",
           "tests/**/*.py", "tests/**/*.*js")  # fmt: skip
LONGEST_FILE = 300
LONGEST_FUNCTION = 50
MEDIAN_FUNCTION = 8


def python_imports_point_one_way(root: Path) -> list[str]:
    """No part of app imports one that is above it."""
    return [
        f"{path.relative_to(root)} imports {name}"
        for path in files(root, "app/**/*.py")
        for name in app_imports(path)
        if (part := part_of(root, path)) and name.split(".")[1] not in PYTHON_ARROWS.get(part, set())
    ]


def core_knows_only_its_subject(root: Path) -> list[str]:
    """No HTTP, no database, no environment, no print in the core."""
    wrong = []
    for path in files(root, "app/core/**/*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        used = {name.split(".")[0] for name in imports(tree)}
        used |= {ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        used |= {"print" for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == "print"}
        wrong += [f"{path.relative_to(root)} uses {name}" for name in sorted(used & (NOT_IN_CORE | {"print"}))]
    return wrong


def javascript_imports_point_one_way(root: Path) -> list[str]:
    """Rooms import what is shared and never each other; what is shared knows no server."""
    scripts = root / "static/js"
    return [
        f"{path.relative_to(root)} imports {target} ({imported})"
        for path in files(root, "static/js/**/*.js")
        for target in JAVASCRIPT_IMPORT.findall(path.read_text("utf-8"))
        if (imported := javascript_part(scripts, path, target))
        not in JAVASCRIPT_ARROWS.get(javascript_part(scripts, path, f"./{path.name}"), set())
    ]


def custom_elements_get_their_data(root: Path) -> list[str]:
    """A custom element is given its data by property: it never asks the server."""
    return [
        f"{path.relative_to(root)} defines an element and imports {target}"
        for path in files(root, "static/js/**/*.js")
        if "customElements.define(" in (text := path.read_text("utf-8"))
        for target in JAVASCRIPT_IMPORT.findall(text)
        if target.endswith("/api.js")
    ]


def only_api_js_talks_to_the_server(root: Path) -> list[str]:
    """Only api.js contains "/api/" and fetches."""
    return [
        f"{path.relative_to(root)} contains {found.group()}"
        for path in files(root, "static/js/**/*.js")
        if path != root / "static/js/api.js"
        for found in re.finditer(r"/api/|\bfetch\(|\bXMLHttpRequest\b|\bEventSource\b", path.read_text("utf-8"))
    ]


def pages_name_no_other_host(root: Path) -> list[str]:
    """The app works with no internet: nothing that a page loads comes from elsewhere."""
    return [
        f"{path.relative_to(root)} loads {found.group()}"
        for pattern in ("templates/**/*.html", "static/css/**/*.css")
        for path in files(root, pattern)
        for found in LOADED_FROM_ELSEWHERE.finditer(path.read_text("utf-8"))
    ]


def every_noun_has_its_row(root: Path) -> list[str]:
    """The noun names a file in every folder."""
    rows = [place.format(noun=noun) for noun in NOUNS for place in ROW]
    return [f"{place} is missing" for place in rows if not (root / place).is_file()]


def files_are_held_in_the_head(root: Path) -> list[str]:
    """No source file is longer than LONGEST_FILE lines."""
    lengths = {path: len(path.read_text("utf-8").splitlines()) for pattern in SOURCES for path in files(root, pattern)}
    return [f"{path.relative_to(root)} has {n} lines" for path, n in lengths.items() if n > LONGEST_FILE]


def functions_are_seen_at_once(root: Path) -> list[str]:
    """No Python function is longer than LONGEST_FUNCTION lines, and the median in app is short."""
    wrong = [
        f"{path.relative_to(root)}: {name} has {n} lines"
        for pattern in SOURCES
        if pattern.endswith(".py")
        for path in files(root, pattern)
        for name, n in function_lengths(path)
        if n > LONGEST_FUNCTION
    ]
    lengths = [n for path in files(root, "app/**/*.py") for _, n in function_lengths(path)]
    if lengths and median(lengths) > MEDIAN_FUNCTION:
        wrong.append(f"the median function of app has {median(lengths)} lines")
    return wrong


RULES_AND_VIOLATIONS: list[tuple[Rule, str, str, str]] = [
    (python_imports_point_one_way, "app/core/pictures/images.py", "from app.web import errors\n", "app.web"),
    (
        python_imports_point_one_way,
        "app/core/pictures/images.py",
        "def late():\n    import app.settings\n",
        "app.settings",
    ),
    (python_imports_point_one_way, "app/core/errors.py", "from ..web import errors\n", "app.web"),
    (python_imports_point_one_way, "app/core/pictures/images.py", "from app import runs\n", "app.runs"),
    (python_imports_point_one_way, "app/runs/store/store.py", "import app.web.errors\n", "app.web.errors"),
    (python_imports_point_one_way, "app/web/pages.py", "from app.main import create_app\n", "app.main"),
    (python_imports_point_one_way, "app/web/pages.py", "from app.stranger import x\n", "app.stranger"),
    (core_knows_only_its_subject, "app/core/pictures/images.py", "from fastapi import HTTPException\n", "fastapi"),
    (
        core_knows_only_its_subject,
        "app/core/pictures/images.py",
        "import os\nhome = os.environ['HOME']\n",
        "os.environ",
    ),
    (core_knows_only_its_subject, "app/core/pictures/images.py", "print(1)\n", "print"),
    (javascript_imports_point_one_way, "static/js/shared/grid.js", 'import { x } from "../api.js";\n', "api.js"),
    (javascript_imports_point_one_way, "static/js/shared/dom.js", 'import "../convolution/a.js";\n', "convolution"),
    (
        javascript_imports_point_one_way,
        "static/js/rooms/a.js",
        'const x = await import("../training/b.js");\n',
        "training",
    ),
    (
        javascript_imports_point_one_way,
        "static/js/classification/a.js",
        'import "../convolution/b.js";\n',
        "convolution",
    ),
    (
        javascript_imports_point_one_way,
        "static/js/convolution/a.js",
        'import "../training/runs/b.js";\n',
        "training/runs",
    ),
    (javascript_imports_point_one_way, "static/js/training/builder/a.js", 'import "../runs/b.js";\n', "training/runs"),
    (javascript_imports_point_one_way, "static/js/training/a.js", 'import "https://cdn.org/x.js";\n', "cdn"),
    (
        custom_elements_get_their_data,
        "static/js/convolution/a.js",
        'import { x } from "../api.js";\ncustomElements.define("a-b", B);\n',
        "api.js",
    ),
    (only_api_js_talks_to_the_server, "static/js/training/a.js", 'const address = "/api/kernels";\n', "/api/"),
    (only_api_js_talks_to_the_server, "static/js/shared/grid.js", "await fetch(address);\n", "fetch("),
    (
        pages_name_no_other_host,
        "templates/shared/base.html",
        '<script src="https://cdn.org/x.js"></script>\n',
        "https://",
    ),
    (pages_name_no_other_host, "static/css/base.css", 'a { background: url("//cdn.org/x.png"); }\n', "//"),
    (every_noun_has_its_row, "app/core/convolution/convolution.py", "", "app/web/convolution/convolution.py"),
    (files_are_held_in_the_head, "templates/long.html", "<br>\n" * 301, "301 lines"),
    (files_are_held_in_the_head, "tests/js/long.test.mjs", "\n" * 301, "301 lines"),
    (functions_are_seen_at_once, "app/core/long.py", "def long():\n" + "    x = 1\n" * 50, "51 lines"),
    (functions_are_seen_at_once, "app/core/long.py", "def wordy():\n" + "    x = 1\n" * 8, "median"),
]
RULES = list(dict.fromkeys(rule for rule, *_ in RULES_AND_VIOLATIONS))


@pytest.mark.parametrize("rule", RULES)
def test_the_house_keeps_the_rule(rule: Rule) -> None:
    wrong = rule(ROOT)

    assert not wrong, f"{rule.__doc__}\n" + "\n".join(wrong)


@pytest.mark.parametrize(("rule", "place", "text", "named"), RULES_AND_VIOLATIONS)
def test_a_planted_violation_is_found(rule: Rule, place: str, text: str, named: str, tmp_path: Path) -> None:
    planted = tmp_path / place
    planted.parent.mkdir(parents=True)
    planted.write_text(text, "utf-8")

    wrong = rule(tmp_path)

    assert any(named in sentence for sentence in wrong)


def test_the_rules_look_at_files_that_exist() -> None:
    for pattern in SOURCES:
        assert list(files(ROOT, pattern)), f"no file matches {pattern}: the rules would watch nothing"


def files(root: Path, pattern: str) -> Iterator[Path]:
    """Files of ours in reading order; what set-up copied is not ours."""
    return (path for path in sorted(root.glob(pattern)) if "vendor" not in path.parts and path.is_file())


def imports(tree: ast.AST, package: str = "") -> Iterator[str]:
    """Dotted names of what is imported, also inside functions; relative ones seen from `package`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: -node.level + 1 or None] if node.level else []
            yield from (".".join([*above, *filter(None, [node.module]), name.name]) for name in node.names)


def app_imports(path: Path) -> Iterator[str]:
    """What a file imports of `app`, but for its bare name."""
    within = path.parts[len(path.parts) - path.parts[::-1].index("app") - 1 : -1]
    found = imports(ast.parse(path.read_text("utf-8")), ".".join(within))
    return (name for name in found if name.startswith("app."))


def part_of(root: Path, path: Path) -> str:
    """core, web, main ...; empty for app/__init__.py."""
    name = path.relative_to(root / "app").parts[0].removesuffix(".py")
    return "" if name == "__init__" else name


def javascript_part(scripts: Path, path: Path, target: str) -> str:
    """The folder that an import leads to, under static/js or "vendor", or a file beside those folders; what is neither
    comes back as it is written."""
    static = scripts.parent.resolve()
    place = static / target.removeprefix("/static/") if target.startswith("/static/") else path.parent / target
    if not place.resolve().is_relative_to(static) or ":" in target:
        return target
    parts = place.resolve().relative_to(static).parts
    if parts[0] != "js":
        return parts[0]
    return "/".join(parts[1:-1]) or parts[-1]


def function_lengths(path: Path) -> Iterator[tuple[str, int]]:
    """Each function's name and its lines, from `def` to its end."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1
