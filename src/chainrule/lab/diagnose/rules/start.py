"""The first page of rules: what a run begins with, which makes all else meaningless or comes before it."""

from chainrule.lab.diagnose import remedies as use
from chainrule.lab.diagnose import thresholds
from chainrule.lab.diagnose.checks import data, layers, own_parts, rows, signals, starts
from chainrule.lab.diagnose.rule import ProblemRule
from chainrule.lab.diagnose.rules.names import (
    CONTRADICTORY,
    DEAD,
    NO_FIT,
    NOTHING,
    OUTLYING,
    PASS_MORE,
    SATURATED,
    SMALL,
    STANDARDIZE,
    VANISHING,
)
from chainrule.training.data.standardizer import Standardizer

FIRST = (  # what makes all else meaningless
    ProblemRule(
        "a target that never varies",
        data.never_varies,
        "What was learnt is not defined: the target never varies. It is {target} in all {rows} rows, so that "
        "its variance, by which R² divides, is 0.",
        {"Take another target, or rows in which it varies.": None},
        even_if_learnt=True,
        certain=True,
    ),
    ProblemRule(
        NOTHING,
        data.inputs_never_vary,
        "No input varies: all {rows:,} rows of x are the same, so that no answer is better than the targets' mean.",
        {"Check how x was read, or take features that vary.": None},
        even_if_learnt=True,
        certain=True,
    ),
    ProblemRule(
        CONTRADICTORY,
        rows.contradicted,
        "{contradicted} of {inputs} inputs have {answers}, so mixed that they tell next to nothing: the best answer to "
        "each leaves a loss of {least}, where always answering the mean has {mean loss}.",
        {"Look where these rows come from, or add a feature that tells them apart.": None},
        even_if_learnt=True,
        certain=True,
    ),
    ProblemRule(
        "a wrong backward",
        own_parts.wrong_backward,
        "The gradient of {what} is wrong: it differs from central differences by {error:2} times its largest number. "
        "Steps along it needn't lead down, whatever the other settings.",
        {"Correct the backward function of {part}; check_gradient(network, x, y, loss) compares it.": None},
        even_if_learnt=True,
        certain=True,
    ),
    ProblemRule(
        "diverged",
        data.not_finite,
        "The parameters {found}: the run that they are from diverged.",
        {"Train anew at a smaller learning rate; diagnose(run, x, y) says which.": None},
    ),
)

START = (  # what a run begins with: the data before the weights
    ProblemRule(
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
    ProblemRule(
        NO_FIT,
        data.logits_held_back,
        "{run.loss} takes any number as a logit, but {run.network.last_layer} lets only numbers {reach} through.",
        {'Leave {run.network.last_layer} out of the last layer: output="identity".': use.without_output},
        even_if_learnt=True,
        certain=True,
    ),
    ProblemRule(
        NO_FIT,
        data.classes_as_quantities,
        "The targets are the whole numbers 0 to {highest}, which look like classes; {run.loss} learns them as a "
        "quantity and, rounded, gets {right:.0%} of them right, where the nearest neighbour gets "
        "{nearest neighbour right:.0%}.",
        {"If they are classes, take SoftmaxCrossEntropy() and {classes} outputs.": None},
        even_if_learnt=True,
    ),
    ProblemRule(
        "symmetric start",
        signals.symmetric_start,
        "All {units} units of {layer} {start} the same weights, {zero}so that they get the same gradient and stay one "
        "unit.",
        {"Draw the weights at random, the default.": use.default_start},
        even_if_learnt=True,
        certain=True,
    ),
    ProblemRule(
        OUTLYING,
        rows.outliers,
        "Far from all others, {feature} {is} {value} {where}; half of the rows are from {low} to {high}. Such values "
        "rule the gradient, and standardising with them makes the others alike.",
        {"{advice}.": None},
        even_if_learnt=True,
    ),
    ProblemRule(
        CONTRADICTORY,
        rows.contradictory,
        "{rows} of the {rows of} rows have an x that occurs with another target, too. Whatever is learnt, a loss of "
        "{least} is left on them, where always answering the mean has {mean loss}{best}.",
        {"Look where these rows come from: keep one of each, or add a feature that tells them apart.": None},
        even_if_learnt=True,
    ),
    ProblemRule(
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
    ProblemRule(
        "unscaled inputs",
        data.unscaled_inputs,
        "{how}, but initial weights suit inputs of about 1.",
        {"Standardise them: Standardizer.fit(x).apply(x).": lambda run: {"standardizer": Standardizer.fit(run.x)}},
        unless=(OUTLYING,),
        even_if_learnt=True,
    ),
    ProblemRule(
        NO_FIT,
        layers.dead_output,
        "The output layer's {run.network.last_layer} is 0 for {stuck:.0%} of the samples though their targets are not: "
        "where it is 0 no gradient comes through. The training loss is {loss}; with another output, {steps} "
        "steps from a start reach {loss without}.",
        {"Take another output: {advice}.": None},
    ),
    ProblemRule(
        "exploding gradients",
        signals.exploding_start,
        "{run.at_start.when} the numbers grow through the layers {much}, at {layer}, and the gradients with them.",
        {"Start with smaller weights: He() for the ReLU family, Glorot() for others, the defaults.": use.default_start},
    ),
    ProblemRule(
        "saturated {kind}s",
        lambda run: signals.saturated(run.at_untrained_start, thresholds.MOST),
        SATURATED,
        {"Start with smaller weights: Glorot(), the default.": use.default_start},
    ),
    ProblemRule(
        SMALL,
        starts.small_weights,
        "The weights of {layer} begin at {part:1} times the size that suits it, and of inputs of about {inputs:1} the "
        "last layer makes {outputs:1}: next to nothing comes through, and as little of the gradient comes back. From "
        "this start, {steps} steps bring {which loss} to {loss}, from the default one to {loss with the default}.",
        {"Start with larger weights: He() for the ReLU family, Glorot() for others, the defaults.": use.default_start},
        unless=("symmetric start", NO_FIT),
    ),
    ProblemRule(
        "dead ReLUs",
        starts.dead_start,
        DEAD + "{cost}",
        {"Start with the default weights and biases, and try LeakyReLU(0.1).": use.leaky_start},
        unless=(NO_FIT, SMALL),
        even_if_learnt=True,
    ),
    ProblemRule(
        "vanishing gradients",
        lambda run: signals.vanishing(run.at_untrained_start),
        VANISHING,
        PASS_MORE,
        unless=(SMALL,),
    ),
)
