"""`chainrule explain DATA`: one training step with its numbers; a weight's gradient worked out."""

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from chainrule.core.description import COUNT_OR_ZERO
from chainrule.core.engine.choice import asked
from chainrule.core.errors import SettingError
from chainrule.interfaces.cli.chosen_engine import chooses_engine
from chainrule.interfaces.cli.described import describe, file_of
from chainrule.interfaces.cli.option import own, takes
from chainrule.interfaces.cli.options import DATA, LOSS, NETWORK, OPTIMIZER, OPTIONS, options
from chainrule.interfaces.cli.outputs import PAGE, Saving, check_outputs
from chainrule.interfaces.cli.readers import place, several, whole
from chainrule.interfaces.cli.terminal.encoding import writable
from chainrule.interfaces.cli.terminal.output import Bars, examples, say
from chainrule.interfaces.cli.terminal.page import show
from chainrule.interfaces.cli.terminal.walk import walk_through
from chainrule.lab.experiments.asked_table import true_classes
from chainrule.lab.experiments.experiment import Experiment
from chainrule.lab.experiments.prepared import Prepared, prepare
from chainrule.lab.experiments.samples import Samples
from chainrule.lab.explain.derivation import Derivation
from chainrule.lab.explain.explanation import Explanation
from chainrule.lab.explain.explanation import explain as explain_step
from chainrule.training.data.columns.frames import raw_of
from chainrule.training.files.storage import write_text
from chainrule.training.model import Model

TIMED_RUNS = 100
"""A compiled step that is listed is made so often, to show what each of its operations takes."""

EXAMPLES = examples(
    "chainrule explain xor --sample 3",
    "chainrule explain xor --sample 3 --weight 2:1:3",
    "chainrule explain xor --sample 3 --weight 2:1:bias --steps 1000 --optimizer adam",
    "chainrule explain xor --weight 3:1:2 --follow 20 --html weight.html",
    "chainrule explain xor --sample 3 --walk",
    'chainrule explain digits --network "conv(4,3) relu pool(2) flatten dense(10)" --sample 0 --weight 1:1:1,3,3',
    "chainrule explain xor --model xor.npz --sample 20 --unit 2:4",
    "chainrule explain worked.csv --start worked.toml --weight 2:1:1",
    "chainrule explain xor --program",
)

WHAT, HOW = "What is explained", "How it is shown"
"""Panels of the help page."""


@chooses_engine
@takes(*options(*DATA, *NETWORK, *LOSS, *OPTIMIZER, "seed"))
def explain(
    data: Annotated[
        str,
        typer.Argument(metavar="DATA", help="A data set's name; a table's file; an .npz; or - for standard input."),
    ] = "xor",
    sample: Annotated[str | None, own("The step on these samples alone, from 0.", "N,...", WHAT)] = None,
    follow: Annotated[
        int | None,
        own("Of several samples, the one that is followed layer by layer.", "N", WHAT, read=whole(COUNT_OR_ZERO)),
    ] = None,
    weight: Annotated[str | None, own("One weight; FROM may be bias, or scale.", "LAYER:TO:FROM", WHAT)] = None,
    unit: Annotated[str | None, own("One unit's δ = ∂L/∂z.", "LAYER:UNIT", WHAT)] = None,
    steps: Annotated[
        int, own("Train this many full-batch steps first. \\[0]", "N", WHAT, read=whole(COUNT_OR_ZERO))
    ] = 0,
    model: Annotated[Path | None, own("Start from what train --save wrote.", "MODEL.npz", WHAT)] = None,
    html: Annotated[Path | None, own("A page, with the network drawn.", "OUT.html", HOW)] = None,
    latex: Annotated[bool, own("Print LaTeX.", "", HOW, "--latex")] = False,
    as_json: Annotated[bool, own("Print JSON.", "", HOW, "--json")] = False,
    program: Annotated[bool, own("List and time the step, or list NumPy's calls.", "", HOW, "--program")] = False,
    walk: Annotated[bool, own("Go from weight to weight with the arrow keys.", "", HOW, "--walk")] = False,
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

    With --walk, left and right change FROM, up and down TO, Page Up and Page Down
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
    if program and (weight or unit or sample or walk or latex or as_json or html is not None):
        raise SettingError(
            "--program lists the step on all samples; leave --weight, --unit, --sample, --walk, --html, --latex "
            "and --json out."
        )
    check_outputs({"--html": (html, PAGE)}, {"DATA": file_of(data), "--model": model})
    experiment, samples = describe(data, settings)
    chosen = None if sample is None else tuple(several(int, COUNT_OR_ZERO)("--sample", sample))
    if model is None:
        prepared = prepare(experiment, samples)
        theta = prepared.start()
        filled = None if prepared.columns is None else prepared.columns.filled(prepared.learnt.x)
    else:
        for name in ("network", "layers", "activation", "output", "bias", "initializer", "start", "loss"):
            if name in settings:
                raise SettingError(f"{OPTIONS[name].flag} is the model's own; leave it out beside --model.")
        saved = Model.load(model)
        prepared, theta = prepared_as(saved, model, experiment, samples), saved.theta
        columns = saved.columns
        filled = None if columns is None else columns.filled(raw_of(columns.kinds, samples.table))
    if program:
        training = prepared.begin(epochs=1, theta=theta, engine="numpy" if asked() == "numpy" else "compiled")
        say(training.program(runs=TIMED_RUNS))
        return
    with Bars() as bars:
        step = explain_step(
            *(prepared.network, theta, prepared.encoded(prepared.learnt), prepared.targets(prepared.learnt)),
            *(prepared.experiment.loss, experiment.optimizer),
            standardizer=prepared.standardizer,
            target_standardizer=prepared.target_standardizer,
            features=prepared.features,
            filled=filled,
            targets=prepared.learnt.target_names if prepared.target_standardizer is not None else (),
            steps=steps,
            samples=chosen,
            seed=experiment.seed,
            penalty=experiment.penalty,
            clip=experiment.clip,
            sample_weight=prepared.sample_weight,
            progress=bars,
        )
    step = step if model is None else replace(step, model=model.name)
    if walk:
        walk_through(step, place("--weight", weight or "1:1:1"), follow)
        return
    derivation = work_out(step, weight, unit, follow)
    saving = Saving()
    if html is not None:
        from chainrule.lab.explain.notations.document import document

        saving.save("page", html, lambda path: write_text(path, document(derivation)))
    if latex:
        say(derivation.latex().rstrip())
    elif as_json:
        text = json.dumps(derivation.to_dict(), ensure_ascii=False, indent=1)
        say(text if writable(text) == text else json.dumps(derivation.to_dict(), indent=1))
    elif html is None or sys.stdout.isatty():
        show(derivation)
    saving.end()


def prepared_as(model: Model, path: Path, experiment: Experiment, samples: Samples) -> Prepared:
    """The samples, all of them, prepared for another step of a saved model: by its network, its loss and its scales."""
    if model.population is not None or model.loss is None:
        raise SettingError(f"{path} should be one network with its loss. Save a run's model, or one member's.")
    as_saved = replace(experiment, network=model.network, loss=model.loss, test="training", standardize=False)
    if samples.classes and model.classes and samples.classes != model.classes:
        names = np.array(samples.classes, object)[samples.class_numbers]
        y = true_classes(model, samples.target, names, lambda row: f"sample {row} of {samples.name}")
        samples = replace(samples, y=y, n_classes=len(model.classes), classes=model.classes)
    if model.columns is not None or (samples.kinds and model.features):
        samples = replace(samples, x=model.encoded(samples.table), kinds=(), features=model.features)
    prepared = prepare(as_saved, samples)
    return replace(prepared, standardizer=model.standardizer, target_standardizer=model.target_standardizer)


def work_out(step: Explanation, weight: str | None, unit: str | None, follow: int | None) -> Derivation:
    """The derivation that is asked for: of a weight, a unit, or the whole step, for one of its samples."""
    if weight is not None:
        layer, to, from_ = place("--weight", weight)
        return step.weight(layer, to, from_, follow)
    if unit is not None:
        layer, index = place("--unit", unit)
        return step.unit(layer, index, follow)
    return step.overview(follow)
