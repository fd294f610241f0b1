"""How the rules of test_architecture read the source: as text, without importing anything of the app."""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

JAVASCRIPT_IMPORT = re.compile(r"""(?:\bfrom\s*|^import\s*|\bimport\(\s*|\bURL\(\s*)["']([^"']+)["']""", re.MULTILINE)


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


def starting_imports(path: Path) -> Iterator[str]:
    """What is imported when a file is: not in a function, not for type checkers."""
    tree = ast.parse(path.read_text("utf-8"))
    return imports(ast.Module([node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)], []))


def app_imports(path: Path) -> Iterator[str]:
    """What a file imports of `app`, but for its bare name."""
    return _of_app(path, ast.parse(path.read_text("utf-8")))


def running_imports(path: Path) -> Iterator[str]:
    """The same without what only type checkers see: nothing is imported there."""
    return _of_app(path, _WithoutTypes().visit(ast.parse(path.read_text("utf-8"))))


class _WithoutTypes(ast.NodeTransformer):
    def visit_If(self, node: ast.If) -> ast.AST | None:
        return None if ast.unparse(node.test) == "TYPE_CHECKING" else self.generic_visit(node)


def _of_app(path: Path, tree: ast.AST) -> Iterator[str]:
    within = path.parts[len(path.parts) - path.parts[::-1].index("app") - 1 : -1]
    return (name for name in imports(tree, ".".join(within)) if name.startswith("app."))


def import_graph(root: Path, read: Callable[[Path], Iterator[str]] = app_imports) -> dict[str, set[str]]:
    """Every module of app with the modules that it imports; importing a folder's file is not importing the folder."""
    paths = {".".join(path.relative_to(root).with_suffix("").parts): path for path in files(root, "app/**/*.py")}
    graph: dict[str, set[str]] = {name: set() for name in paths}
    for name, path in paths.items():
        for found in read(path):
            module = found if found in paths else found.rpartition(".")[0]
            graph[name] |= {module} & paths.keys()
    return graph


def ways(graph: dict[str, set[str]], start: str) -> Iterator[tuple[str, ...]]:
    """For each module that `start` reaches, itself included, a way to it."""
    seen, waiting = {start}, [(start,)]
    while waiting:
        yield (way := waiting.pop())
        for other in sorted(graph[way[-1]] - seen):
            seen.add(other)
            waiting.append((*way, other))


def names_of(root: Path, module: str) -> set[str]:
    """All that the module's file imports, also inside functions."""
    return set(imports(ast.parse((root / f"{module.replace('.', '/')}.py").read_text("utf-8"))))


def knows(arrows: dict[str, set[str]], importer: str, imported: str) -> bool:
    """Whether the folder of one may import that of the other; both as places inside a part, "pictures/images"."""
    allowed = arrows.get(folder_of(arrows, importer.removesuffix(".py")), set())
    return importer == "__init__.py" or folder_of(arrows, imported) in allowed


def folder_of(arrows: dict[str, set[str]], place: str) -> str:
    """The most exact folder in the table that a place lies in; else "" where that is one, or the place itself."""
    found = [folder for folder in arrows if place == folder or place.startswith(folder + "/")]
    return max(found, key=len, default="" if "" in arrows else place)


def rooms(root: Path) -> list[str]:
    """The names of the rooms in app/web/rooms.py, in order."""
    tree = ast.parse((root / "app/web/rooms.py").read_text("utf-8"))
    made = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == "Room"]
    return [ast.literal_eval(call.args[0]) for call in made]


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
