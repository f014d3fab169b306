"""The command: `python -m benchmarks`. It measures, writes JSON, and from that the Markdown table and the plots.

It always ends with a table, of what could be measured.
"""

import argparse
import sys
import textwrap
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from benchmarks import machine
from benchmarks.contenders import CONTENDERS, NUMPY, OURS, missing
from benchmarks.groups import GROUPS
from benchmarks.growth import SWEEPS
from benchmarks.lowering import lowering
from benchmarks.playground import playground
from benchmarks.plots import draw
from benchmarks.report_training import EPOCHS, QUICK_EPOCHS, report_training
from benchmarks.results import Results
from benchmarks.rounds import Show, Teams, measure, processes
from benchmarks.spread import FEWEST
from benchmarks.startup import ROUNDS, start_up
from benchmarks.table import markdown
from benchmarks.tables import tables as reading
from benchmarks.targets import summary
from benchmarks.tasks import Group, Scale
from chainrule.core.engine.extension import tables

PARTS = sorted([*GROUPS, "T6", "growth", "playground", "report", "tables"])
"""The names that `--only` takes."""

PUBLISHED = Path("docs/benchmarks")
"""Where whole runs are kept, a folder for each kind of processor."""

LOOKS = Path("benchmarks/results")
"""Where the results of other runs go."""

EXAMPLES = """
examples:
  python -m benchmarks                       everything
  python -m benchmarks --quick               a first look at everything, in a few minutes
  python -m benchmarks --only T1,T3          some tasks
  python -m benchmarks --only T4 --rounds 15
  python -m benchmarks --contenders chainrule,JAX --only T2
  python -m benchmarks --draw                table and plots again, from the numbers that are there
"""


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measure chainrule beside what a user would pick instead. See benchmarks/README.md.",
        epilog=textwrap.dedent(EXAMPLES),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--only", default="", help=f"tasks, with commas between: {', '.join(PARTS)}")
    parser.add_argument(
        "--contenders", default="", help=f"some, with commas between, of: {'; '.join(CONTENDERS)} (chainrule always)"
    )
    parser.add_argument("--rounds", type=int, help=f"{FEWEST} or more; up to three times as many where times spread")
    parser.add_argument("--quick", action="store_true", help="shorter runs and fewer points: not to be quoted")
    parser.add_argument("--draw", action="store_true", help="measure nothing; write table and plots anew")
    parser.add_argument("--out", type=Path, help=f"a folder ({PUBLISHED}/PROCESSOR for whole runs, else {LOOKS})")
    chosen = parser.parse_args(arguments)
    chosen.only = listed(parser, "--only", chosen.only, ",", PARTS)
    chosen.contenders = listed(parser, "--contenders", chosen.contenders, ",", list(CONTENDERS))
    if chosen.rounds is not None and chosen.rounds < FEWEST:
        parser.error(f"--rounds must be {FEWEST} or more, so that a median has an interval; got {chosen.rounds}.")
    whole = chosen.only == PARTS and chosen.contenders == list(CONTENDERS) and not chosen.quick
    chosen.out = chosen.out or (PUBLISHED / machine.kind() if whole else LOOKS)
    return chosen


def listed(parser: argparse.ArgumentParser, option: str, text: str, mark: str, known: list[str]) -> list[str]:
    """The names in a list, or all names without one. A name may itself hold the separator."""
    left, found = text.strip(), []
    while left:
        name = next((each for each in sorted(known, key=len, reverse=True) if left.startswith(each)), None)
        rest = left[len(name or "") :].strip()
        if name is None or (rest and not rest.startswith(mark)):
            parser.error(f"{option} must be of {', '.join(known)}; got {left!r}.")
        found.append(name)
        left = rest[1:].strip()
    return found or known


def measure_all(found: Results, only: list[str], contenders: list[str], scale: Scale, show: Show) -> None:
    """Measure everything that is asked for, into the results."""
    there = set(contenders) - set(found.missing) | {OURS, NUMPY}
    makes = dict.fromkeys(make for name, of_name in GROUPS.items() if name in only for make in of_name)
    jobs = [(make(scale), scale, found.tasks) for make in makes]
    for axis, sweep in SWEEPS.items() if "growth" in only else ():
        points = found.growth[axis] = []
        fewer = replace(scale, rounds=FEWEST, most_rounds=FEWEST)
        jobs += [(group, fewer, points) for group in sweep.groups(scale)]
    with Teams() as teams:
        for group, of_group, place in sorted(jobs, key=lambda job: processes(job[0])):  # processes live on
            place += measure(of(group, there), of_group, teams, show)
    found.tasks.sort(key=lambda task: task.name[:2])
    short = FEWEST if scale.quick else ROUNDS
    if "T6" in only:
        found.startup = start_up(short, show)
    if "lowering" in only and tables():
        found.lowering = lowering(short, show)
    if "tables" in only:
        found.tables = reading(short, 0.1 if scale.quick else 1.0, show)
    if "playground" in only:
        found.playground = playground(short, show)
    if "report" in only and not (scale.quick and only == PARTS):  # a first look at everything goes without
        found.tasks.append(report_training(QUICK_EPOCHS if scale.quick else EPOCHS, show=show))


def of(group: Group, contenders: set[str]) -> Group:
    """The group, with only these contenders."""
    return replace(group, tasks=tuple(task.only(contenders) for task in group.tasks))


def progress() -> Callable[[str], None]:
    """A progress line on stderr that is overwritten; nothing if stderr is no terminal."""
    if not sys.stderr.isatty():
        return lambda text: None
    return lambda text: print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


def main(arguments: list[str] | None = None) -> int:
    chosen = parse(sys.argv[1:] if arguments is None else arguments)
    chosen.out.mkdir(parents=True, exist_ok=True)
    file, page = chosen.out / "results.json", chosen.out / "table.md"
    show, interrupted = progress(), False
    if chosen.draw:
        results = Results.read(file)
    else:
        rounds = chosen.rounds or (FEWEST if chosen.quick else Scale.rounds)
        scale = Scale(rounds, 2 * rounds if chosen.quick else 3 * rounds, chosen.quick)
        results = Results(machine.describe(), scale.quick, missing(chosen.contenders))
        for warning in machine.warnings():
            print(warning, file=sys.stderr)
        try:
            measure_all(results, chosen.only, chosen.contenders, scale, show)
        except KeyboardInterrupt:
            interrupted = True
    show("")
    results.write(file)
    page.write_text(markdown(results), encoding="utf-8")
    for name, how in results.missing.items():
        print(f"{name} is left out, since it isn't installed: {how}")
    for each in results.judged:
        beside = f", beside {each.against}" if each.against else ""
        print(f"{each.task}{beside}: {each.measured}; at most {each.limit}: {each.verdict}")
    print(summary(results.judged))
    print(f"This processor is {machine.kind()}; the README shows {' and '.join(machine.in_readme()) or 'none'}.")
    print("written:", file, page, *draw(results, chosen.out), sep="\n  ")
    return 130 if interrupted else 0


if __name__ == "__main__":
    sys.exit(main())
