"""The house: imports point one way, `core` imports NumPy alone, and `import chainrule` loads nothing else."""

import ast
import functools
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

import chainrule

SOURCE = Path(chainrule.__file__).parent
RINGS = ("core", "training", "lab", "interfaces")
ALLOWED = {"core": {"numpy"}, "training": {"numpy"}}
"""What a ring may import at all, beyond the standard library. Optional imports stand inside functions."""
OPTIONAL = {"training": {"mnist1d", "pandas", "sklearn", "threadpoolctl"}}


def imported(path: Path) -> list[tuple[str, bool]]:
    """Every module that a file imports, and whether at its top."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    top = {id(node) for node in tree.body}
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(alias.name, id(node) in top) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found += [(f"{node.module}.{alias.name}", id(node) in top) for alias in node.names]
    return found


@pytest.mark.parametrize("ring", RINGS)
def test_imports_only_point_inwards(ring: str):
    outer = RINGS[RINGS.index(ring) + 1 :]
    for path in (SOURCE / ring).rglob("*.py"):
        for module, _ in imported(path):
            assert not any(module.startswith(f"chainrule.{each}") for each in outer), f"{path} imports {module}"


FILES = {".".join(path.relative_to(SOURCE.parent).with_suffix("").parts): path for path in SOURCE.rglob("*.py")}
"""Every file of the package, by the name of its module; a folder's is its `__init__`."""


@functools.cache
def arrows() -> dict[str, set[str]]:
    """The files that each file imports, anywhere in it: inside functions and for type checkers, too."""
    found: dict[str, set[str]] = {}
    for name, path in FILES.items():
        targets = set()
        for module, _ in imported(path):
            candidates = (
                module,
                f"{module}.__init__",
                module.rpartition(".")[0],
                f"{module.rpartition('.')[0]}.__init__",
            )
            targets |= {next((each for each in candidates if each in FILES), name)}
        found[name] = targets - {name}
    return found


def circles(graph: dict[str, set[str]]) -> list[str]:
    """What lies on a circle of arrows, or behind one: nothing where a topological order exists."""
    left = {name: set(targets) for name, targets in graph.items()}
    while free := [name for name, targets in left.items() if not targets & left.keys()]:
        for name in free:
            del left[name]
    return sorted(left)


def test_no_circle_among_files():
    assert circles(arrows()) == []


PAGE = SOURCE / "interfaces/play/page"
BROUGHT = re.compile(r"""^(?:import|export)\b[^;]*?["'](\.[^"']+)["'];""", re.MULTILINE)
"""An import of a module of the page, or what it hands on of it."""


def test_no_circle_among_the_modules_of_the_page():
    graph = {
        str(path): {str((path.parent / each).resolve()) for each in BROUGHT.findall(path.read_text(encoding="utf-8"))}
        for path in PAGE.resolve().rglob("*.js")
    }
    assert sum(map(len, graph.values())) > 150
    assert circles(graph) == []


FOLDERS = sorted({".".join(name.split(".")[:depth]) for name in FILES for depth in range(1, name.count(".") + 1)})


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_rooms_of_a_folder_import_each_other_one_way(folder: str):
    """Files and folders in a folder: no room imports one above it."""

    def room(name: str) -> str | None:
        inside = name.removeprefix(f"{folder}.")
        return None if inside == name else inside.split(".")[0]

    rooms: dict[str, set[str]] = {}
    for name, targets in arrows().items():
        here = room(name)
        if here is not None and here != "__init__":  # a folder's face hands names on, and is imported by nothing inside
            rooms.setdefault(here, set()).update({room(each) for each in targets} - {here, None, "__init__"})
    assert circles(rooms) == []


def test_a_circle_would_be_found():
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": set()}) == ["a", "b", "c"]


@pytest.mark.parametrize("ring", ALLOWED)
def test_the_inner_rings_know_numpy_alone(ring: str):
    for path in (SOURCE / ring).rglob("*.py"):
        for module, at_top in imported(path):
            name = module.split(".")[0]
            allowed = ALLOWED[ring] | (set() if at_top else OPTIONAL.get(ring, set()))
            assert name in sys.stdlib_module_names | {"chainrule"} | allowed, f"{path} imports {module}"


def test_using_chainrule_loads_numpy_only():
    """A whole training run, in a fresh interpreter: nothing is loaded but NumPy and the standard library."""
    program = """
import sys
before = set(sys.modules)
import chainrule as cr
x, y = cr.datasets.xor()
cr.train(cr.mlp(2, 4, 1), x, y, loss=cr.HalfSquaredError(), optimizer=cr.SGD(0.5), epochs=3).model.predict(x)
print(*sorted({name.split(".")[0] for name in set(sys.modules) - before}))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = {name for name in done.stdout.split() if "cython" not in name}  # what numpy.random was compiled with
    assert loaded - sys.stdlib_module_names == {"numpy", "chainrule"}


def test_importing_chainrule_loads_no_engine():
    """A program that never trains doesn't wait for it."""
    program = "import sys, chainrule; print([name for name in sys.modules if name.startswith('chainrule.core.engine')])"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout == "[]\n"


@pytest.mark.parametrize("package", [chainrule, chainrule.datasets], ids=lambda package: package.__name__)
def test_the_public_names_are_the_ones_that_type_checkers_see(package: ModuleType):
    """A lazy package lists its names twice, for the interpreter and for the type checker."""
    tree = ast.parse(Path(package.__file__).read_text(encoding="utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If))
    seen = {alias.asname: node.module for node in block.body for alias in node.names}
    assert sorted(seen) == dir(package) == package.__all__
    for name, home in seen.items():
        assert getattr(package, name) is getattr(import_module(home), name)


def test_an_unknown_name_is_answered_with_the_known_ones():
    with pytest.raises(AttributeError, match=r"chainrule has no 'Denze'; it has .*Dense"):
        _ = chainrule.Denze


def test_every_public_name_has_a_docstring_with_an_example():
    bases = {"datasets", "Description", "Layer", "Loss", "Optimizer", "Initializer", "Schedule"}
    results = {
        "Comparison",
        "Ending",
        "Explanation",
        "LayerCheck",
        "Table",
        "Record",
        "Run",
        "Training",
        "Derivation",
    }  # made by what has an example
    for name in set(chainrule.__all__) - bases - results:
        public = getattr(chainrule, name)
        is_error = isinstance(public, type) and issubclass(public, Exception)
        assert public.__doc__, name
        assert is_error or ">>>" in public.__doc__, name
