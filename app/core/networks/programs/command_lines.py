"""What a program is told when it is started without a word: the defaults of its argparse."""

from typing import Any

from app.core.networks.programs.builtins import Builtins
from app.core.networks.programs.values import OUTSIDE, Class, Instance, Library, Unknown

Arguments = tuple[Any, ...]
_STORED = {"store_true": False, "store_false": True}


def parse_arguments(
    machine: Builtins, of: Instance, name: str, arguments: Arguments, keywords: dict[str, Any], line: int
) -> Any:
    """A method of an ArgumentParser, whose fields are the defaults so far."""
    if name == "add_argument" and arguments and all(isinstance(one, str) for one in arguments):
        return _add(machine, of, arguments, keywords, line)
    if name in ("parse_args", "parse_known_args"):
        found = Instance(machine.tick(), Class(machine.tick(), "arguments", (Library("argparse"),)), line)
        found.fields.update(of.live())
        return found if name == "parse_args" else (found, machine.items(()))
    return of if name in ("add_argument_group", "add_mutually_exclusive_group") else Unknown(OUTSIDE, line, name)


def _add(machine: Builtins, of: Instance, arguments: Arguments, keywords: dict[str, Any], line: int) -> None:
    long = next((one for one in arguments if one.startswith("--")), arguments[0])
    called = keywords.get("dest", long.lstrip("-").replace("-", "_"))
    action = keywords.get("action")
    value = keywords.get("default", _STORED.get(action) if isinstance(action, str) else None)
    needed = not arguments[0].startswith("-") or keywords.get("required") is True
    machine.write(of, called, Unknown(OUTSIDE, line, str(called)) if needed and value is None else value)
