"""Three runs that go wrong with settings that a person might choose: the doctor's diagnosis, and its advice tried."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from chainrule.core.errors import DivergenceError
from chainrule.core.losses import BinaryCrossEntropy
from chainrule.core.network import Network, mlp
from chainrule.core.optimizers import SGD
from chainrule.lab.diagnose.diagnosis import diagnose
from chainrule.lab.diagnose.finding import Finding
from chainrule.lab.figures.axes import log_scale, title_and_legend
from chainrule.lab.figures.files import Figure, one_panel
from chainrule.lab.figures.svg import COLOR
from chainrule.lab.report.bands import Results, number, number_or_none, rounded, undecided
from chainrule.lab.report.chapters.chapter import Answers, Chapter, Scale, Work
from chainrule.training.data.sets.points import moons
from chainrule.training.loop import iterate
from chainrule.training.run import Run

if TYPE_CHECKING:
    from matplotlib.axes import Axes

POINTS, NOISE = 200, 0.1
"""The two moons that all three learn."""

EPOCHS_OF_A_COMPARISON, FEWEST = 40, 100
"""Epochs of a comparison per epoch here, and the fewest epochs here."""

SIZE = (330, 250)
"""The size of a panel, in CSS pixels."""


@dataclass(frozen=True)
class Wrong:
    """A run that goes wrong, by gradient descent. times: a factor on the inputs."""

    title: str
    network: Network
    rate: float
    times: float = 1.0


RUNS = {
    "deep": Wrong(
        "Ten layers of sigmoids",
        mlp(2, *[8] * 10, 1, activation="sigmoid", output="identity"),
        0.5,
    ),
    "fast": Wrong(
        "ReLUs in a hurry",
        mlp(2, 16, 16, 1, activation="relu", output="identity"),
        10.0,
    ),
    "unscaled": Wrong(
        "Metres as millimetres",
        mlp(2, 16, 1, activation="tanh", output="identity"),
        0.5,
        times=1000.0,
    ),
}
"""The three runs by name."""


def epochs(scale: Scale) -> int:
    """Epochs of each run.

    >>> epochs(Scale(20_000)), epochs(Scale(500))
    (500, 100)
    """
    return max(FEWEST, scale.epochs // EPOCHS_OF_A_COMPARISON)


class GoingWrong(Chapter):
    """Three runs that go wrong, what the doctor says of each, and the run with what it says to try."""

    name = "going-wrong"
    title = "Three runs go wrong"

    def work(self, scale: Scale) -> Work:
        """One job, since the three runs are short."""
        return {"runs": ((go_wrong, (epochs(scale), scale.seed)), 2 * len(RUNS))}

    def results(self, scale: Scale, answers: Answers) -> Results:
        """The settings and the numbers of each run."""
        return {"points": POINTS, "noise": NOISE, "epochs": epochs(scale), "seed": scale.seed, "runs": answers["runs"]}

    def constants(self, scale: Scale) -> dict[str, Any]:
        """The settings of its runs."""
        return {"EPOCHS": epochs(scale), "SEED": scale.seed}

    def figures(self, found: Results, answers: Answers) -> dict[str, Figure]:
        """The two curves of each run."""
        figures: dict[str, Figure] = {}
        for name, each in found["runs"].items():
            figures |= one_panel(
                partial(_curves, each=each),
                name=f"going-wrong-{name}",
                title=f"{each['title']}: the loss over epochs",
                description="The loss on a logarithmic axis, of the run that went wrong, dashed, and of the one with "
                "what the doctor said to try. The text beside it holds the numbers.",
                size=SIZE,
            )
        return figures


def go_wrong(epochs: int, seed: int, report: Callable[[int, int], object]) -> dict[str, Results]:
    """Train, diagnose, and train again as the doctor advises: each run's numbers, ready for JSON."""
    found = {}
    for i, (name, wrong) in enumerate(RUNS.items()):
        x, y = moons(POINTS, noise=NOISE, seed=seed)
        settings: dict[str, Any] = {"network": wrong.network, "x": wrong.times * x, "y": y}
        settings |= {"loss": BinaryCrossEntropy(), "optimizer": SGD(wrong.rate), "epochs": epochs, "seed": seed}
        run = _train(settings)
        report(2 * i + 1, 2 * len(RUNS))
        findings: tuple[Finding, ...] = diagnose(run, settings["x"], settings["y"])
        treated = findings[0].treated(**settings) if findings else settings
        cured = _train(treated)
        report(2 * i + 2, 2 * len(RUNS))
        found[name] = {
            "title": wrong.title,
            "settings": f"{wrong.network!r}, {settings['optimizer']!r}, seed {seed}",
            "findings": [each.to_dict() for each in findings],
            "tried": tried(findings[0], wrong.network) if findings else "",
            "sick": _numbers(run, settings),
            "cured": _numbers(cured, treated),
        }
    return found


def tried(finding: Finding, network: Network) -> str:
    """The changes that a finding advises, in short; for a network, the layers that are new in it."""
    texts = {name: repr(value) for name, value in finding.changes.items() if value is not None}
    if "standardizer" in texts:
        texts["standardizer"] = "Standardizer.fit(x)"
    if "network" in texts:
        had, has = ({repr(leaf.layer) for leaf in each.leaves} for each in (network, finding.changes["network"]))
        texts["network"] = ", ".join(sorted(has - had)) or "the default start"
    return ", ".join(texts.values())


def _train(settings: dict[str, Any]) -> Run:
    """A run, which may have diverged."""
    training = iterate(**settings)
    try:
        for _ in training:
            pass
    except DivergenceError:
        pass
    return training.result()


def _numbers(run: Run, settings: dict[str, Any]) -> Results:
    """The loss and the accuracy of a run, and whether it answers 0.5 everywhere."""
    losses = run.history["loss"]
    return {
        "ending": str(run.ending),
        "final_loss": number_or_none(run.final_loss),
        "accuracy": number(run.model.score(settings["x"], settings["y"], "accuracy")),
        "undecided": undecided(run.model.probabilities(settings["x"])),
        "curve": {"epoch": run.history["epoch"].tolist(), "loss": rounded(losses, 5)},
    }


def _curves(axes: "Axes", each: Results) -> None:
    """The loss of the run that went wrong, and of the one with the doctor's advice, if it had any."""
    shown: list[tuple[Results, str, str, Any]] = [(each["sick"], "as it was", COLOR["class 0"], (0, (4, 2)))]
    if each["findings"]:
        shown.append((each["cured"], "with what was tried", COLOR["run"], "solid"))
    losses = [loss for run, *_ in shown for loss in run["curve"]["loss"]]
    for run, label, color, style in shown:
        axes.plot(run["curve"]["epoch"], run["curve"]["loss"], color=color, linestyle=style, label=label)
    log_scale(axes, "y", min(losses), max(losses))
    axes.set_xlim(left=0)
    axes.set_xlabel("epoch")
    axes.set_ylabel("cross-entropy")
    title_and_legend(axes, "")
