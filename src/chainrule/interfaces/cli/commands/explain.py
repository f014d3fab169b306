"""`chainrule explain DATA`: one training step with its numbers; a weight's gradient worked out."""

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from chainrule.core.arrays import Array
from chainrule.core.errors import SettingError
from chainrule.core.losses import Loss
from chainrule.core.network import Network
from chainrule.core.optimizers import Optimizer
from chainrule.interfaces.cli.described import describe
from chainrule.interfaces.cli.named_places import place_in, samples_in
from chainrule.interfaces.cli.option import takes
from chainrule.interfaces.cli.options import DATA, LOSS, NETWORK, OPTIMIZER, OPTIONS, options
from chainrule.interfaces.cli.outputs import check_outputs
from chainrule.interfaces.cli.terminal.encoding import writable
from chainrule.interfaces.cli.terminal.output import Bars, examples, remark, say
from chainrule.interfaces.cli.terminal.page import show
from chainrule.interfaces.cli.terminal.walk import walk_through
from chainrule.lab.experiments.prepared import Prepared, prepare
from chainrule.lab.experiments.samples import Samples
from chainrule.lab.explain.derivation import Derivation
from chainrule.lab.explain.explanation import Explanation
from chainrule.lab.explain.explanation import explain as explain_step
from chainrule.training.data.targets import targets_for
from chainrule.training.files.storage import replacing
from chainrule.training.model import Model

EXAMPLES = examples(
    "chainrule explain xor --sample 3",
    "chainrule explain xor --sample 3 --weight 2:1:3",
    "chainrule explain xor --sample 3 --weight 2:1:bias --steps 1000 --optimizer adam",
    "chainrule explain xor --weight 3:1:2 --follow 20 --html weight.html",
    "chainrule explain xor --sample 3 --walk",
    'chainrule explain digits --network "conv(4,3) relu pool(2) flatten dense(10)" --sample 0 --weight 1:1:1,3,3',
    "chainrule explain xor --model xor.npz --sample 20 --unit 2:4",
)

P = "What is explained"
Sample = Annotated[
    str | None,
    typer.Option("--sample", metavar="N,...", rich_help_panel=P, help="The step on these samples alone, from 0."),
]
Follow = Annotated[
    int | None,
    typer.Option(
        "--follow", metavar="N", rich_help_panel=P, help="Of several samples, the one that is followed layer by layer."
    ),
]
WeightPlace = Annotated[
    str | None,
    typer.Option(
        "--weight", metavar="LAYER:TO:FROM", rich_help_panel=P, help="One weight; FROM may be bias, or scale."
    ),
]
UnitPlace = Annotated[
    str | None, typer.Option("--unit", metavar="LAYER:UNIT", rich_help_panel=P, help="One unit's δ = ∂L/∂z.")
]
Steps = Annotated[
    int, typer.Option("--steps", metavar="N", min=0, rich_help_panel=P, help="Train so many full-batch steps first.")
]
ModelFile = Annotated[
    Path | None,
    typer.Option("--model", metavar="MODEL.npz", rich_help_panel=P, help="Start from what train --save wrote."),
]
P = "How it is shown"
Html = Annotated[
    Path | None, typer.Option("--html", metavar="OUT.html", rich_help_panel=P, help="A page, with the network drawn.")
]
AsLatex = Annotated[bool, typer.Option("--latex", rich_help_panel=P, help="Print LaTeX.")]
AsJson = Annotated[bool, typer.Option("--json", rich_help_panel=P, help="Print JSON.")]
Walk = Annotated[
    bool, typer.Option("--walk", rich_help_panel=P, help="Walk from weight to weight with the arrow keys.")
]


@takes(*options(*DATA, *NETWORK, *LOSS, *OPTIMIZER, "seed"))
def explain(
    data: Annotated[str, typer.Argument(metavar="DATA", help="A data set's name; a CSV file; or an .npz.")] = "xor",
    sample: Sample = None,
    follow: Follow = None,
    weight: WeightPlace = None,
    unit: UnitPlace = None,
    steps: Steps = 0,
    model: ModelFile = None,
    html: Html = None,
    latex: AsLatex = False,
    as_json: AsJson = False,
    walk: Walk = False,
    *,
    settings: dict[str, Any],
) -> None:
    """Show one training step with all its numbers, or work one weight's gradient out.

    Every line says what its number is made of, in names and in numbers, and can be
    redone with a pocket calculator.

    Layers are counted from 1, as in a textbook: w⁽²⁾₁,₃ is --weight 2:1:3, of
    layer 2, to unit 1, from unit 3. An activation function belongs to the layer
    in front of it; Flatten isn't counted. In a convolution TO is a channel and
    FROM is channel,row,column in its kernel; a unit of feature maps is
    channel,row,column. Samples are counted from 0, as train and predict print
    them; without --sample the step is on all of them, and the one with the
    largest share of the gradient is followed, or the one that --follow names.

    On a --walk, left and right change FROM, up and down TO, Page Up and Page Down
    the layer, as Up and Down go; j and k scroll, and q ends it.
    """
    if latex and as_json:
        raise SettingError("--latex and --json both write to standard output; choose one.")
    if weight is not None and unit is not None:
        raise SettingError("--weight and --unit are two things to explain; choose one.")
    if walk and (unit is not None or latex or as_json or html is not None):
        raise SettingError(
            "--walk goes from weight to weight in the terminal; leave --unit, --html, --latex and --json out."
        )
    check_outputs({"--html": html})
    experiment, samples = describe(data, settings)
    chosen = None if sample is None else samples_in(sample)
    if model is None:
        ready = of_run(prepare(experiment, samples))
    else:
        for name in ("network", "layers", "activation", "output", "bias", "initializer", "loss"):
            if name in settings:
                raise SettingError(f"{OPTIONS[name].flag} is the model's own; leave it out beside --model.")
        ready = of_model(Model.load(model), model, samples, experiment.optimizer)
    with Bars() as bars:
        step = explain_step(
            *ready,
            steps=steps,
            samples=chosen,
            seed=experiment.seed,
            penalty=experiment.penalty,
            clip=experiment.clip,
            progress=bars,
        )
    step = step if model is None else replace(step, model=model.name)
    if walk:
        walk_through(step, place_in("--weight", weight or "1:1:1"), follow)
        return
    derivation = work_out(step, weight, unit, follow)
    if html is not None:
        from chainrule.lab.explain.notations.document import document

        with replacing(html) as file:
            file.write(document(derivation))
        remark(f"Saved the page: {html}")
    if latex:
        say(derivation.latex().rstrip())
    elif as_json:
        text = json.dumps(derivation.to_dict(), ensure_ascii=False, indent=1)
        say(text if writable(text) == text else json.dumps(derivation.to_dict(), indent=1))
    elif html is None or sys.stdout.isatty():
        show(derivation)


Ready = tuple[Network, Array, Array, Array, Loss, Optimizer]
"""The parts of a step: the network and its theta, x and y as they are learnt, the loss and the optimizer."""


def of_run(prepared: Prepared) -> Ready:
    """The first step of the run that `train` would begin."""
    network, experiment = prepared.network, prepared.experiment
    theta = network.initialize(experiment.seed)
    return (network, theta, *prepared.arrays(prepared.learnt), experiment.loss, experiment.optimizer)


def of_model(model: Model, path: Path, samples: Samples, optimizer: Optimizer) -> Ready:
    """One more step of a model that was saved."""
    if model.population is not None or model.loss is None:
        raise SettingError(f"{path} should be one network with its loss. Save a run's model, or one member's.")
    shaped = samples.shaped(model.network.input_shape)
    x = shaped.x if model.standardizer is None else model.standardizer.apply(shaped.x)
    y, _ = targets_for(model.loss, shaped.targets, shaped.n_classes)
    if model.target_standardizer is not None:
        y = model.target_standardizer.apply(y.reshape(len(y), -1))
    return model.network, model.theta, x, y, model.loss, optimizer


def work_out(step: Explanation, weight: str | None, unit: str | None, follow: int | None) -> Derivation:
    """What is asked for: a weight, a unit, or the whole step; as one of its samples sees it."""
    if weight is not None:
        layer, to, from_ = place_in("--weight", weight)
        return step.weight(layer, to, from_, follow)
    if unit is not None:
        layer, index = place_in("--unit", unit)
        return step.unit(layer, index, follow)
    return step.overview(follow)
