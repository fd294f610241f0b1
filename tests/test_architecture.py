"""The house rules that a machine can check, each shown to fail on a planted violation.

A rule is a function from a root folder to the sentences that say what is wrong under it. It reads the source as
text; nothing of the app is imported. Why the rules are as they are: docs/architecture.md.
"""

import ast
from collections import Counter
from collections.abc import Callable
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from statistics import median

import pytest

from tests.page_rules import (
    custom_elements_get_their_data,
    only_api_js_talks_to_the_server,
    pages_name_no_other_host,
    scripts_are_not_wide,
    sizes_come_from_the_tokens,
)
from tests.source_reading import (
    JAVASCRIPT_IMPORT,
    app_imports,
    files,
    function_lengths,
    import_graph,
    imports,
    javascript_part,
    knows,
    names_of,
    part_of,
    rooms,
    running_imports,
    ways,
)  # fmt: skip

ROOT = Path(__file__).parent.parent
ROOMS = rooms(ROOT)
Rule = Callable[[Path], list[str]]

# The parts of `app` that each part may import: arrows point from the first to the others, never back.
PYTHON_ARROWS = {
    "core": {"core"},
    "files": {"core", "files"},
    "runs": {"core", "files", "runs", "tuning"},
    "settings": {"core"},
    "web": {"core", "files", "runs", "settings", "web"},
    "logs": {"settings"},
    "main": {"core", "files", "runs", "settings", "web"},
    "commands": {"commands", "core", "files", "runs", "settings"},
    "connections": {"core", "web"},
    "server": {"commands", "connections", "main", "logs", "settings"},
    "cli": set(),  # it loads commands by name
    "tuning": set(),
    "__main__": {"cli", "tuning"},
}
# Inside a part, folder by folder: what each may import of the part. A file beside the folders is named by itself.
# The core, from below: errors; networks and pictures; datasets and convolution; training; classification.
_MATERIALS = {"errors", "finite_json", "checkpoints", "shares"}
_BELOW_TRAINING = _MATERIALS | {"networks", "pictures", "datasets"}
_BELOW_INSPECTION = _BELOW_TRAINING | {"convolution", "training", "classification"}
FOLDER_ARROWS = {
    "app/core": {
        **{alone: set() for alone in ("errors", "states", "shares", "finite_json")},
        "checkpoints": {"errors"},
        "pictures": {"errors", "pictures", "pictures/containers"},
        "pictures/containers": {"errors", "pictures/containers"},
        "networks": {"errors", "networks"},
        "datasets": _MATERIALS | {"pictures", "datasets"},
        "convolution": {"errors", "pictures", "convolution", "convolution/programs"},
        "convolution/programs": {"errors", "pictures", "convolution", "convolution/programs"},
        "training": _BELOW_TRAINING | {"training"},
        "questions": _BELOW_TRAINING | {"convolution", "training", "questions"},
        "classification": _BELOW_INSPECTION,
        "classification/inspection": _BELOW_INSPECTION | {"classification/inspection"},
        "lessons": _BELOW_INSPECTION | {"states", "lessons", "lessons/figures"},
        "lessons/figures": _BELOW_INSPECTION | {"lessons/figures"},
    },
    "app/runs": {
        "store": {"store"},
        "trainer": {"store", "trainer"},
        "executor": {"store", "executor"},
        "cluster": {"store", "trainer", "cluster"},
    },
    # "" is what lies beside the folders: rooms know it, it knows no room, and no room another.
    "app/web": {
        "": {"", "tasks"},
        **{part: {"", "tasks", part} for part in (*ROOMS, "questions", "classrooms")},
        "front": {"", "front"},
        "tasks": {"work"},  # for type checkers alone
        "work": {"", "training", "work"},
        "rooms": {"", "rooms", *ROOMS},
        "lessons": {"", "tasks", "rooms", "lessons"},
        "pages": {"", "front", "lessons", "rooms", "pages"},
    },
}
# What submits, starts and counts runs trains none: by no way does it import the training loop, or PyTorch.
WATCHERS = ("app.runs.store.", "app.runs.executor.", "app.web.training.run_metrics")
TRAINERS = ("torch", "safetensors.torch", "app.core.training.training")
LARGEST_FOLDER = 25
LONGEST_CHAIN = 13
NOT_IN_CORE = {"fastapi", "starlette", "pydantic_settings", "sqlalchemy", "structlog", "typer", "rich", "os.environ"}
# Rooms know what is shared, never each other; the training room's parts point one way too.
ROOM = {"rooms", "shared", "api.js", "calls", "vendor"}
JAVASCRIPT_ARROWS = {
    "convolution": ROOM | {"convolution", "convolution/stage"},
    "classification": ROOM | {f"classification{at}" for at in ("", "/gradients", "/making", "/columns", "/picture")},
    "classification/gradients": ROOM | {"classification/gradients", "classification/making"},
    "classification/making": ROOM | {f"classification/{part}" for part in ("making", "columns", "picture")},
    **{leaf: ROOM | {leaf} for leaf in ("convolution/stage", "classification/columns", "classification/picture")},
    "training": ROOM | {f"training{at}" for at in ("", "/stage", "/runs", "/seeing", "/charts", "/builder")},
    "training/stage": ROOM | {f"training/{part}" for part in ("stage", "runs", "seeing", "charts", "builder")},
    "training/runs": ROOM | {"training/runs", "training/charts", "training/builder"},
    "training/seeing": ROOM | {"training/seeing", "training/runs", "training/builder"},
    "training/charts": ROOM | {"training/charts", "training/builder"},
    "training/builder": ROOM | {"training/builder"},
    **{part: ROOM | {part} for part in ("docs", "front", "classrooms", "lessons", "rooms")},
    "calls": {"api.js"},
    "api.js": {"recorded", "shared", "vendor"},
    "shared": {"shared", "vendor"},
    "theme.js": set(),
}

# One noun, one row: who has read one row has read them all.
ROW = (
    "app/core/{noun}/{noun}.py",
    "app/web/{noun}/{noun}.py",
    "templates/{noun}/{noun}.html",
    "static/js/{noun}/{noun}.js",
    "tests/core/{noun}/test_{noun}.py",
    "tests/web/{noun}/test_{noun}.py",
    "tests/browser/test_{noun}.py",
)

SOURCES = ("app/**/*.py", "benchmarks/**/*.py", "scripts/**/*.py", "static/js/**/*.js", "static/css/**/*.css",
           "templates/**/*.html", "tests/**/*.py", "tests/**/*.*js")  # fmt: skip
LONGEST_FILE = 400
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


def folders_point_one_way(root: Path) -> list[str]:
    """The folders of a part are its architecture: each imports those below it."""
    return [
        f"{path.relative_to(root)} imports {name}"
        for place, arrows in FOLDER_ARROWS.items()
        for path in files(root, f"{place}/**/*.py")
        for name in app_imports(path)
        if name.startswith(place.replace("/", ".") + ".")
        if not knows(arrows, path.relative_to(root / place).as_posix(), "/".join(name.split(".")[2:]))
    ]


def no_file_imports_itself(root: Path) -> list[str]:
    """No circle of imports, and none that reaches through more than LONGEST_CHAIN files."""
    graph = import_graph(root, running_imports)
    try:
        order = list(TopologicalSorter(graph).static_order())
    except CycleError as circle:
        return [f"a circle: {' -> '.join(circle.args[1])}"]
    chains: dict[str, tuple[str, ...]] = {}
    for name in order:
        chains[name] = (name, *max((chains[other] for other in graph[name]), key=len, default=()))
    longest = max(chains.values(), key=len, default=())
    return [f"a chain of {len(longest)}: {' -> '.join(longest)}"] if len(longest) > LONGEST_CHAIN else []


def watchers_do_not_train(root: Path) -> list[str]:
    """None of WATCHERS imports the training loop or PyTorch, however many files lie between."""
    graph = import_graph(root, running_imports)
    return [
        f"{' -> '.join(way)} imports {found}"
        for name in graph
        if name.startswith(WATCHERS)
        for way in ways(graph, name)
        for found in names_of(root, way[-1])
        if f"{found}.".startswith(tuple(f"{trainer}." for trainer in TRAINERS))
    ]


def folders_are_seen_at_once(root: Path) -> list[str]:
    """No folder of the app holds more than LARGEST_FOLDER files."""
    counts = Counter(path.parent for path in files(root, "app/**/*.py"))
    return [f"{folder.relative_to(root)} holds {n} files" for folder, n in counts.items() if n > LARGEST_FOLDER]


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


def every_noun_has_its_row(root: Path) -> list[str]:
    """The noun names a file in every folder."""
    rows = [place.format(noun=noun) for noun in ROOMS for place in ROW]
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
    (folders_point_one_way, "app/core/pictures/a.py", "from app.core.convolution.steps import Step\n", "convolution"),
    (folders_point_one_way, "app/core/networks/a.py", "from app.core.pictures import images\n", "pictures"),
    (folders_point_one_way, "app/core/datasets/a.py", "from app.core.training.batches import keep\n", "training"),
    (folders_point_one_way, "app/core/convolution/a.py", "import app.core.networks.layers\n", "networks"),
    (folders_point_one_way, "app/core/training/a.py", "from app.core.classification.cards import x\n", "cards"),
    (
        folders_point_one_way,
        "app/core/classification/a.py",
        "def late():\n    from app.core.classification.inspection import units\n",
        "inspection",
    ),
    (folders_point_one_way, "app/core/training/a.py", "from app.core.lessons.chapters import CHAPTERS\n", "lessons"),
    (folders_point_one_way, "app/core/errors.py", "from app.core.pictures import images\n", "pictures"),
    (folders_point_one_way, "app/core/stranger/a.py", "from app.core.errors import N_\n", "errors"),
    (folders_point_one_way, "app/runs/store/a.py", "from app.runs.trainer.lease import Lease\n", "trainer"),
    (folders_point_one_way, "app/runs/executor/a.py", "from app.runs.trainer import attempt\n", "trainer"),
    (folders_point_one_way, "app/runs/trainer/a.py", "from app.runs.executor.trainers import x\n", "executor"),
    (folders_point_one_way, "app/web/pictures.py", "from app.web.training import orders\n", "training"),
    (folders_point_one_way, "app/web/training/a.py", "from app.web.convolution.steps import depth\n", "convolution"),
    (folders_point_one_way, "app/web/classification/a.py", "import app.web.training.training\n", "training"),
    (watchers_do_not_train, "app/runs/store/a.py", "def late():\n    from torch import Tensor\n", "app.runs.store.a"),
    (watchers_do_not_train, "app/runs/executor/a.py", "import safetensors.torch\n", "app.runs.executor.a"),
    (watchers_do_not_train, "app/web/training/run_metrics.py", "import app.core.training.training\n", "training"),
    (no_file_imports_itself, "app/a.py", "from app.a import x\n", "a circle"),
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
        "static/js/classification/columns/a.js",
        'import "../making/b.js";\n',
        "classification/making",
    ),
    (
        javascript_imports_point_one_way,
        "static/js/convolution/a.js",
        'import "../training/runs/b.js";\n',
        "training/runs",
    ),
    (javascript_imports_point_one_way, "static/js/front/a.js", 'import "../convolution/b.js";\n', "convolution"),
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
    (sizes_come_from_the_tokens, "static/css/a.css", "a { font-size: 13px; }\n", "font-size: 13px"),
    (sizes_come_from_the_tokens, "static/css/a.css", "a { font: 400 0.9em/1.5 var(--mono); }\n", "0.9em"),
    (sizes_come_from_the_tokens, "static/css/a.css", "a { font-size: clamp(9px, calc(1px), 13px) }\n", "9px"),
    (sizes_come_from_the_tokens, "static/css/a.css", "a { border-radius: var(--radius-cell) 4px 0 0; }\n", "4px"),
    (sizes_come_from_the_tokens, "static/css/a.css", "a { border-top-left-radius: 50%; }\n", "50%"),
    (every_noun_has_its_row, "app/core/convolution/convolution.py", "", "app/web/convolution/convolution.py"),
    (files_are_held_in_the_head, "templates/long.html", "<br>\n" * 401, "401 lines"),
    (files_are_held_in_the_head, "tests/js/long.test.mjs", "\n" * 401, "401 lines"),
    (scripts_are_not_wide, "static/js/shared/a.js", f"const a = {'1' * 110};\n", "121 characters"),
    (scripts_are_not_wide, "tests/js/a.test.mjs", f'  call("{"x" * 120}");\n', "131 characters"),
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
    plant(tmp_path / place, text)

    wrong = rule(tmp_path)

    assert any(named in sentence for sentence in wrong)


def test_a_long_chain_of_imports_is_found(tmp_path: Path) -> None:
    for number in range(LONGEST_CHAIN):
        plant(tmp_path / f"app/a{number}.py", f"from app.a{number + 1} import x\n")
    plant(tmp_path / f"app/a{LONGEST_CHAIN}.py", "")

    wrong = no_file_imports_itself(tmp_path)

    assert wrong[0].startswith(f"a chain of {LONGEST_CHAIN + 1}: app.a0 -> app.a1")


def test_a_crowded_folder_is_found(tmp_path: Path) -> None:
    for number in range(LARGEST_FOLDER + 1):
        plant(tmp_path / f"app/core/a{number}.py", "")

    assert folders_are_seen_at_once(tmp_path) == ["app/core holds 26 files"]
    assert not folders_are_seen_at_once(ROOT)


def test_the_rules_look_at_files_that_exist() -> None:
    for pattern in SOURCES:
        assert list(files(ROOT, pattern)), f"no file matches {pattern}: the rules would watch nothing"


def plant(place: Path, text: str) -> None:
    """A file of that text, and the folders above it."""
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text, "utf-8")
