"""The results as Markdown: targets, tasks, start-up, and sentences on the plots of growth."""

from collections.abc import Iterable, Sequence

from benchmarks.contenders import NUMPY, OURS
from benchmarks.growth import MUCH, sentence, share, split
from benchmarks.lowering import BINDING, Lowering
from benchmarks.playground import Playground
from benchmarks.results import Results
from benchmarks.rounds import Measured
from benchmarks.spread import Spread, figures
from benchmarks.startup import BASE, Startup
from benchmarks.tables import Tables
from benchmarks.targets import summary

RATIO = "chainrule's time / contender's"


def markdown(results: Results) -> str:
    """The whole page, table.md."""
    parts = ["# chainrule beside its peers", method(results)]
    parts += targets(results)
    parts += [part for task in results.tasks for part in of_task(task)]
    if results.startup is not None:
        parts += of_startup(results.startup)
    if results.lowering is not None:
        parts += of_lowering(results.lowering)
    if results.tables is not None:
        parts += of_tables(results.tables)
    if results.playground is not None:
        parts += of_playground(results.playground)
    for axis, points in results.growth.items():
        parts += of_growth(axis, points)
    return "\n\n".join(parts) + "\n"


def method(results: Results) -> str:
    """The machine, the software and how the numbers were taken."""
    lines = [f"- {name}: {value}" for name, value in results.machine.items()]
    lines += [f"- left out, since it isn't installed: {name} (`{how}`)" for name, how in results.missing.items()]
    said = "Medians, with the lowest and highest round in brackets. Below a ratio of 1 chainrule is faster."
    return ("**A quick run: not to be quoted.** " if results.quick else "") + said + "\n\n" + "\n".join(lines)


def targets(results: Results) -> list[str]:
    """The table of the targets that were measured."""
    marks = {"missed": "**missed**"}
    rows = [(t.task, t.against, t.measured, t.limit, marks.get(t.verdict, t.verdict)) for t in results.judged]
    if not rows:
        return []
    said = f"{summary(results.judged)} A target is judged by the median; where its interval is too wide, it is neither."
    return ["## Targets", said, rows_of(("task", "contender", RATIO, "at most", ""), rows)]


def of_task(task: Measured) -> list[str]:
    """The table and the notes of a task."""
    has_memory = bool(task.memory)
    header = ["contender", task.unit, RATIO, "a run", "prepared in"] + ["memory"] * has_memory
    rows = []
    for name, times in task.times.items():
        ratio = "" if name == OURS else task.ratio(name).trusted
        row = [name, str(Spread.of(times)), ratio, f"{task.asked[name]:,}", f"{task.ready[name]:.1f} s"]
        rows.append([*row, f"{task.memory[name]:.0f} MB"] if has_memory else row)
    cores = f"{task.cores} core{'s' * (task.cores > 1)} and as many threads each"
    rounds = f"{max(map(len, task.times.values()), default=0)} rounds"
    notes = [f"{name}: {note}." for name, note in task.notes.items() if name in task.times]
    notes += [f"**{name} is left out**: {why.splitlines()[-1]}" for name, why in task.left_out.items()]
    notes += [f"**{task.disturbed}**"] if task.disturbed else []
    return [f"## {task.name}: {task.what}", f"{cores}, {rounds}.", rows_of(header, rows), *notes, *where_it_goes(task)]


def where_it_goes(task: Measured) -> list[str]:
    """The functions that chainrule's time goes to with NumPy: with these calls it can't take less time."""
    if not task.profile:
        return []
    whole, calls = Spread.of(task.times[NUMPY]).median, sum(count for _, count, _ in task.profile)
    inside = sum(microseconds for *_, microseconds in task.profile)
    said = f"With NumPy, these {calls} calls take {figures(inside)} of {figures(whole)} µs ({inside / whole:.0%}):"
    rows = [(f"`{name}`", str(count), figures(microseconds)) for name, count, microseconds in task.profile]
    return [said, rows_of(("function", "calls", "µs"), rows)]


def of_startup(startup: Startup) -> list[str]:
    """The tables of start-up times and installed sizes."""
    rows = [
        (name, str(Spread.of(times)), "" if name == BASE else str(startup.beyond(name)))
        for name, times in startup.times.items()
    ]
    sizes = [(name, f"{megabytes:,.0f}") for name, megabytes in startup.megabytes.items()]
    return [
        "## T6: start-up",
        f"Fresh interpreters, {len(startup.times[BASE])} rounds.",
        rows_of(("program", "ms", "beyond NumPy's own import, ms"), rows),
        rows_of(("installed, with all that it needs", "MB"), sizes),
    ]


def of_lowering(lowering: Lowering) -> list[str]:
    """The table of the times to bind a step, and to lower it."""
    rows = [
        (
            network,
            part,
            str(Spread.of(times)),
            "" if part == BINDING else lowering.ratio(network, part, BINDING).trusted,
        )
        for network, parts in lowering.times.items()
        for part, times in parts.items()
    ]
    rounds = max(len(times) for parts in lowering.times.values() for times in parts.values())
    return [
        "## Lowering: a step is compiled",
        f"Fresh interpreters on one core, {rounds} rounds.",
        rows_of(("network", "part", "ms", "of the time of binding"), rows),
    ]


def of_tables(tables: Tables) -> list[str]:
    """The table of what reading large files takes."""
    rows = [(file, unit, str(tables.spread(file, unit))) for file, units in tables.taken.items() for unit in units]
    return [
        "## Tables: from a CSV file to a run's arrays",
        "Fresh interpreters, on all cores; without the imports' time, with their memory.",
        rows_of(("file", "unit", "taken"), rows),
    ]


def of_playground(playground: Playground) -> list[str]:
    """The table of what the playground takes."""
    return [
        "## The playground",
        "Headless Chromium, which paints in software, and the server on the same cores; all views open, at full speed.",
        rows_of(("what", "taken"), [(what, str(playground.spread(what))) for what in playground.taken]),
    ]


def of_growth(axis: str, measured: Sequence[Measured]) -> list[str]:
    """The plot, sentences, and the ratios at each point; beside them that of the products alone where they are much."""
    points, products = split(measured)
    if not points:
        return []
    peers = list(dict.fromkeys(name for each in points for name in each.times if name != OURS))
    rows = []
    for each in points:
        alone = products.get(each.point)
        row = [
            f"{each.point:,.0f}",
            *(each.ratio(name).trusted if name in each.times else "" for name in peers),
            "",
            "",
        ]
        if alone is not None and share(each, alone) > MUCH:
            ratios = (f"{name} {alone.ratio(name).trusted}" for name in alone.times if name != OURS)
            row[-2:] = [f"{share(each, alone):.0%}", "; ".join(ratios)]
        rows.append(row)
    header = (axis, *peers, "NumPy's products, of chainrule's time", "ratio of the products alone")
    return [
        *(f"## Growth: {axis}", f"![Time of an epoch against {axis}]({axis}.svg)"),
        *(sentence(axis, points, peer) for peer in peers),
        f"{RATIO}; where the products are over {MUCH:.0%} of it, their own ratio beside it:",
        rows_of(header, rows),
    ]


def rows_of(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
