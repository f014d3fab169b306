"""The doctor on one page: every problem, in the order in which one causes another.

The first that is found is the most probable first cause. The checks are in `checks/`, their thresholds with the reasons
in `thresholds.py`.
"""

from collections.abc import Iterable

import numpy as np

from chainrule.core.penalties import L2
from chainrule.lab.diagnose import remedies as use
from chainrule.lab.diagnose import thresholds
from chainrule.lab.diagnose.checks import data, layers, learnable, optimisation, own_parts, settings, signals
from chainrule.lab.diagnose.finding import Finding
from chainrule.lab.diagnose.rule import Rule
from chainrule.lab.diagnose.trials.tried import TriedRun
from chainrule.training.data.standardizer import Standardizer
from chainrule.training.stopping import EarlyStopping

NO_FIT = "loss and output that don't fit"
NOTHING = "nothing to learn from"
OUTLYING = "outlying rows"
NO_USE = "a layer that does nothing"
TOO_HIGH = "learning rate too high"
TOO_LOW = "learning rate too low"
BLOCKED = (TOO_HIGH, "dead ReLUs", "saturated sigmoids", "saturated tanhs")
"""Problems that let nothing through the layers."""

DEAD = "{when} {dead} of the {units} units of {layer}{others} are 0 for {run.every_sample}: they learn nothing."
SATURATED = (
    "{when} {saturated:.0%} of the outputs of {layer} lie where it is flat, so that little of the gradient comes "
    "through."
)
VANISHING = "{when} {how_much} of the error at {behind} comes back to {layer}, which learns next to nothing."
PASS_MORE = {
    "Take Tanh() or ReLU() with the start that suits it, fewer layers, or BatchNorm() or Residual(...).": (
        use.passing_more
    ),
    "Take BatchNorm() in front of the activations, Residual(...), or fewer layers.": use.normalized,
}
STANDARDIZE = (
    "Standardise them: Standardizer.fit(y).apply(y), y as columns; a Model's target_standardizer undoes it in what is "
    "predicted."
)
RATES = (
    "{how}{from} {trial.origin}, {trial.steps} steps at the learning rate {trial.rate} bring the loss from "
    "{trial.before} to {trial.loss}, at {other.rate:1} to {other.loss}{restarted}."
)

NOT_FINITE = Rule(
    "diverged",
    data.not_finite,
    "The parameters {found}: the run that they are from diverged.",
    {"Train anew at a smaller learning rate; diagnose(run, x, y) says which.": None},
)

NEVER_VARIES = Rule(
    "a target that never varies",
    data.never_varies,
    "What was learnt is not defined: the target never varies. It is {target} in all {rows} rows, so that its variance, "
    "by which R² divides, is 0.",
    {"Take another target, or rows in which it varies.": None},
    even_if_learnt=True,
    certain=True,
)

INPUTS_NEVER_VARY = Rule(
    NOTHING,
    data.inputs_never_vary,
    "All {rows:,} rows of x are the same: no answer is better than the targets' mean.",
    {"Check how x was read, or take features that vary.": None},
    even_if_learnt=True,
    certain=True,
)

WRONG_BACKWARD = Rule(
    "a wrong backward",
    own_parts.wrong_backward,
    "The gradient of {what} is wrong: it differs from central differences by {error:2} times its largest number. Steps "
    "along it needn't lead down, whatever the other settings.",
    {"Correct the backward function of {part}; check_gradient(network, x, y, loss) compares it.": None},
    even_if_learnt=True,
    certain=True,
)

START = (  # what a run begins with: the data before the weights
    Rule(
        NO_FIT,
        data.targets_out_of_reach,
        "{run.network.last_layer} only gives numbers {reach}, but {outside:.0%} of the targets lie outside: they go "
        "from {lowest target:g} to {highest target:g}.",
        {
            "Leave {run.network.last_layer} out of the last layer, or bring the targets into its range.": (
                use.without_output
            )
        },
        even_if_learnt=True,
        certain=True,
    ),
    Rule(
        NO_FIT,
        data.logits_held_back,
        "{run.loss} takes any number as a logit, but {run.network.last_layer} lets only numbers {reach} through.",
        {'Leave {run.network.last_layer} out of the last layer: output="identity".': use.without_output},
        even_if_learnt=True,
        certain=True,
    ),
    Rule(
        NO_FIT,
        data.classes_as_quantities,
        "The targets are the whole numbers 0 to {highest}, which look like classes; {run.loss} learns them as a "
        "quantity and, rounded, gets {right:.0%} of them right, where the nearest neighbour gets "
        "{nearest neighbour right:.0%}.",
        {"If they are classes, take SoftmaxCrossEntropy() and {classes} outputs.": None},
        even_if_learnt=True,
    ),
    Rule(
        "symmetric start",
        signals.symmetric_start,
        "All {units} units of {layer} {start} the same weights, {zero}so that they get the same gradient and stay one "
        "unit.",
        {"Draw the weights at random, the default.": use.default_start},
        even_if_learnt=True,
        certain=True,
    ),
    Rule(
        OUTLYING,
        data.outlying_rows,
        "{rows} of the {rows of} rows {lies} far away from all others, up to {value} in {feature}, where half of the "
        "rows are from {low} to {high}. Such rows rule the gradient, and standardising makes the others alike.",
        {"Check these rows; correct them or leave them out.": None},
        even_if_learnt=True,
    ),
    Rule(
        "unscaled targets",
        data.unscaled_targets,
        "The targets{which} lie around {mean} with a deviation of {deviation}, but an untrained network answers "
        "around 0 with a deviation of about 1; {run.what_is_left}.",
        {
            STANDARDIZE + " The learning rate that goes with it: {optimizer}.": use.standardized_targets_and_rate,
            STANDARDIZE: lambda run: {"target_standardizer": Standardizer.fit(run.targets)},
        },
        unless=(OUTLYING,),
    ),
    Rule(
        "unscaled inputs",
        data.unscaled_inputs,
        "{how}, but initial weights suit inputs of about 1.",
        {"Standardise them: Standardizer.fit(x).apply(x).": lambda run: {"standardizer": Standardizer.fit(run.x)}},
        unless=(OUTLYING,),
        even_if_learnt=True,
    ),
    Rule(
        NO_FIT,
        layers.dead_output,
        "The output layer's {run.network.last_layer} is 0 for {stuck:.0%} of the samples though their targets are not: "
        "where it is 0 no gradient comes through. The run is at a loss of {loss}; with another output, {steps} "
        "steps from a start reach {loss without}.",
        {"Take another output: {advice}.": None},
    ),
    Rule(
        "exploding gradients",
        signals.exploding_start,
        "{run.at_start.when} the numbers grow through the layers {much}, at {layer}, and the gradients with them.",
        {"Start with smaller weights: He() for the ReLU family, Glorot() for others, the defaults.": use.default_start},
    ),
    Rule(
        "saturated {kind}s",
        lambda run: signals.saturated(run.at_start, thresholds.MOST),
        SATURATED,
        {"Start with smaller weights: Glorot(), the default.": use.default_start},
    ),
    Rule(
        "dead ReLUs",
        lambda run: signals.dead(run.at_start),
        DEAD,
        {"Start with the default weights and biases, and try LeakyReLU(0.1).": use.leaky_start},
        unless=(NO_FIT,),
    ),
    Rule("vanishing gradients", lambda run: signals.vanishing(run.at_start), VANISHING, PASS_MORE),
)

SETTINGS = (  # what holds it back: without it, there may be nothing else to blame
    Rule(
        "a rare class",
        learnable.rare_class,
        "Only {share:.1%} of the rows are of class {rare}, and the network classifies {recall:.0%} of them correctly: "
        "it is right most of the time by answering the other classes. With all classes equally frequent, {steps} "
        "steps from the start bring the loss to {loss}; the run has {loss of the run} there.",
        {
            "Give all classes the same weight: sample_weight={weight} for class {rare}, {other weight} for the most "
            "frequent; and judge each class by itself.": None
        },
        even_if_learnt=True,
    ),
    Rule(
        "held back",
        settings.held_back,
        "{name} holds the run back. {origin}, {steps} steps with it bring the loss of the data to {loss with}, without "
        "it to {loss without}.",
        {"{advice}": None},
        may_pass=True,
    ),
    Rule(
        "batches too small",
        layers.small_batches,
        "Each batch of {batch} gives {layer} the mean and the variance of only {batch} samples. The run is at a "
        "loss of {loss}; from the start, {steps} steps with batches of {larger} reach {loss with larger}.",
        {"Try batch_size={larger}.": None},
    ),
    Rule(
        "schedule ended",
        settings.ended_schedule,
        "{schedule} is down to less than a fiftieth of its rate at step {step} of {taken}: the rest changes little. "
        "The run is at a loss of {loss}; spread over {steps} steps from the start, it reaches {loss spread out}.",
        {"Spread it over the run: {optimizer}.": None},
    ),
    Rule(
        "held back",
        settings.held_back_by_the_data,
        "The run ended at a loss of {loss}, but restarted on the data as they are, {steps} steps reach {loss alone}: "
        "{names} {hold} it back.",
        {"Leave out {keywords}, or weaken {them}.": None},
    ),
)

COURSE = (  # what it comes by: looked for where the start is sound, or the steps would be blamed for it
    Rule(
        "dead ReLUs",
        lambda run: signals.dead(run.at_end),
        DEAD,
        {
            "Take a smaller learning rate, {optimizer}, or replace them by LeakyReLU(0.1).": use.gentler,
            "Replace them by LeakyReLU(0.1).": use.leaky,
        },
    ),
    Rule(
        TOO_HIGH,
        optimisation.diverged,
        "The loss is no longer finite at epoch {epoch}.",
        {"Try a tenth of the learning rate.": None},
    ),
    Rule(TOO_HIGH, optimisation.overshoots, RATES, {"Try {optimizer}.": None}),
    Rule(TOO_HIGH, optimisation.broke_down, "{how}{advised}.", {"Try {optimizer}.": None}, may_pass=True),
    Rule(
        "saturated {kind}s",
        lambda run: signals.saturated(run.at_end, thresholds.ALMOST_ALL),
        SATURATED,
        {
            "Take a smaller learning rate, {optimizer}, or keep the weights small with a penalty: L2(0.001).": (
                use.gentler
            ),
            "Keep the weights small with a penalty: L2(0.001).": lambda run: {"penalty": L2(0.001)},
        },
    ),
    Rule(
        "a missing bias",
        layers.without_bias,
        "The last layer has no bias, and the targets lie around {mean} with a deviation of {deviation}; "
        "{run.what_is_left}. The run ended at a loss of {loss}; with biases, {steps} steps from a start reach "
        "{loss with biases}.",
        {"Leave out bias=False, or standardise the targets.": use.with_biases},
    ),
    Rule(
        NO_USE,
        layers.linear_network,
        "The network has no activations: its layers together are one linear map. Within {steps} steps from the start "
        "the loss of samples held out falls to {loss}, and to {loss with activations} with a Tanh() between the "
        "layers; the run left it at {loss of the run}.",
        {"Put an activation between the layers, such as Tanh() or ReLU().": use.non_linear},
        unless=(TOO_HIGH,),
        even_if_learnt=True,
    ),
    Rule(
        NO_USE,
        layers.linear_layers,
        "There is no activation between {before} and {layer}: together they can learn no more than one of them, and "
        "{run.what_is_left}.",
        {"Put an activation between them, such as Tanh() or ReLU().": use.non_linear},
        unless=(TOO_HIGH,),
    ),
    Rule(
        NO_USE,
        layers.constant_output,
        "Layer {layer.number}, {layer.place.layer}, gives the same output for {run.every_sample}: the layers behind it "
        "see nothing of the data.",
        {"Restart from other weights, or leave the layer out.": None},
        unless=BLOCKED,
    ),
    Rule(TOO_LOW, optimisation.too_slow, RATES, {"Try {optimizer}.": None}, may_pass=True),
    Rule(
        "stopped too soon",
        optimisation.stopped_early_too_soon,
        "Early stopping ended the run at epoch {epochs} of {run.setup.epochs}, but from there {steps} steps more "
        "bring the loss from {loss} to {loss later}.",
        {"Give it more patience: {early_stopping}.": None},
        unless=(TOO_LOW,),
    ),
    Rule(
        "stopped too soon",
        optimisation.too_few_epochs,
        "Too few epochs: after {epochs} the loss still falls, and {steps} steps more bring the loss from {loss} to "
        "{loss later}.",
        {"Try {epochs:,} epochs.": None},
        unless=(TOO_LOW,),
    ),
    Rule(
        "vanishing gradients",
        lambda run: signals.vanishing(run.at_end),
        VANISHING,
        PASS_MORE,
        unless=BLOCKED,
        may_pass=True,
    ),
)

LAST_RESORT = (  # a loss that stays, for no reason found
    Rule(
        TOO_LOW,
        optimisation.falls_slowly,
        "The loss falls steadily since epoch {since}, but by little: {steps} steps more at the learning rate {rate} "
        "bring it from {loss} to {own loss}, at {better rate:1} to {loss tried}.",
        {"Try {optimizer}.": None},
        may_pass=True,
    ),
    Rule(
        NOTHING,
        learnable.nothing_to_learn,
        "The network is {how} better than the targets' mean on held-out rows. After learning three quarters of the "
        "rows, its loss on the others is {loss} at best, that of the mean is {loss of the mean}; after learning "
        "shuffled targets it is {loss shuffled}. So nothing in x is found that tells about the targets.",
        {
            "Check that each row of y belongs to the same row of x; if so, take features that tell more, or more "
            "rows.": None
        },
        even_if_learnt=True,
        may_pass=True,
    ),
    Rule(
        "plateau",
        optimisation.plateau,
        "The loss {how} since epoch {since}, and {run.what_is_left}.",
        {
            "Put a hidden layer in front, such as Dense(16), Tanh(): without one only a linear map is learnt.": (
                use.hidden_layer
            ),
            "Start from another seed, with more hidden units.": use.wider,
            "Start from another seed, and take Adam(0.01) or more hidden units.": use.adam,
        },
        unless=(TOO_LOW, NOTHING),
        may_pass=True,
    ),
)

OVERFITTING = "overfitting"
BESIDES = (  # what goes with any other problem
    Rule(
        OVERFITTING,
        optimisation.overfitting,
        "The validation loss was lowest at epoch {epoch}, {lowest}, and rose to {last} while the training loss fell to "
        "{training loss}.",
        {
            "Stop at the lowest: EarlyStopping(20); or learn from more data, with a penalty, or with Dropout(0.2).": (
                lambda run: {"early_stopping": EarlyStopping(20)}
            )
        },
        even_if_learnt=True,
        may_pass=True,
    ),
    Rule(
        OVERFITTING,
        learnable.learnt_by_heart,
        "The {rows} rows are learnt by heart: their loss is {training loss}, that of the rows held out {last}, where "
        "always answering the mean gives {mean loss}.",
        {"{advice}.": None},
        even_if_learnt=True,
        may_pass=True,
    ),
)


def findings(run: TriedRun) -> tuple[Finding, ...]:
    """All problems of a run, each once, the most probable first cause first."""
    with np.errstate(all="ignore"):  # a run that explodes is inspected, too
        if run.under_way and run.falls:
            found = _found(
                run, [rule for rule in (NEVER_VARIES, INPUTS_NEVER_VARY, WRONG_BACKWARD, *START) if rule.certain]
            )
        else:
            stages = (
                (NEVER_VARIES,),
                (INPUTS_NEVER_VARY,),
                (WRONG_BACKWARD,),
                (NOT_FINITE,),
                START,
                SETTINGS,
                COURSE,
                LAST_RESORT,
            )
            found = next((found for stage in stages if (found := _found(run, stage))), {}) | _found(run, BESIDES)
    return tuple(found.values())


def _found(run: TriedRun, rules: Iterable[Rule]) -> dict[str, Finding]:
    """The findings by name: of the rules of one problem the first that applies, and none that another explains."""
    found: dict[str, Finding] = {}
    for rule in rules:
        if not any(name in found for name in (rule.illness, *rule.unless)):
            finding = rule.apply(run)
            if finding is not None:
                found[finding.illness] = finding
    return found
