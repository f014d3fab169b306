"""The second page of rules: what holds a run back, and what it comes by."""

from chainrule.core.penalties import L2
from chainrule.lab.diagnose import remedies as use
from chainrule.lab.diagnose import thresholds
from chainrule.lab.diagnose.checks import (
    capacity,
    layers,
    learnable,
    normalisation,
    optimisation,
    settings,
    signals,
    unusual,
)
from chainrule.lab.diagnose.rule import ProblemRule
from chainrule.lab.diagnose.rules.names import (
    BLOCKED,
    DEAD,
    NO_ACTIVATION,
    PASS_MORE,
    RATES,
    SATURATED,
    TOO_HIGH,
    TOO_LOW,
    VANISHING,
)

SETTINGS = (  # what holds it back: without it, there may be nothing else to blame
    ProblemRule(
        "running statistics that lag behind",
        normalisation.lagging_statistics,
        "The running mean and variance of {layer}, by which it predicts, lag behind: at momentum {momentum}, "
        "{of the start:.0%} of them is still the 0 and the 1 of the start after {steps} steps. The loss of what is "
        "predicted is {loss}; with the statistics of the data themselves it is {loss with the data's own}.",
        {"Take BatchNorm(momentum={usual}), or train longer.": None},
        even_if_learnt=True,
    ),
    ProblemRule(
        "a rare class",
        learnable.rare_class,
        "Only {share:.1%} of the rows are of class {rare}. The network classifies {recall:.0%} of them correctly, and "
        "{recall of others:.0%} of all other rows: it is right most of the time by answering the others. "
        "After {steps} steps from the start, the loss of rows held out, each class counted alike, is {loss}; it is "
        "{loss when equal} if all classes have the same weight.",
        {
            "Give all classes the same weight: sample_weight={weight} for class {rare}, {other weight} for the most "
            "frequent; and judge each class by itself.": None
        },
        even_if_learnt=True,
    ),
    ProblemRule(
        "held back",
        unusual.unusual,
        "{name} holds the run back. {why}. From the start, {steps} steps with it bring {which loss} to {loss with}, "
        "those with what is advised to {loss without}.",
        {"Try {optimizer}.": None},
        even_if_learnt=True,
    ),
    ProblemRule(
        "held back",
        settings.held_back,
        "{name} holds the run back. {origin}, {steps} steps with it bring the training loss, penalty aside, to "
        "{loss with}, without it to {loss without}.",
        {"{advice}": None},
        may_pass=True,
    ),
    ProblemRule(
        "batches too small",
        normalisation.small_batches,
        "Each batch of {batch} gives {layer} the mean and the variance of only {batch} samples. The training "
        "loss is {loss}; from the start, {steps} steps with batches of {larger} reach {loss with larger}.",
        {"Try batch_size={larger}.": None},
    ),
    ProblemRule(
        "schedule ended",
        settings.ended_schedule,
        "{schedule} is down to less than a fiftieth of its rate at step {step} of {taken}: the rest changes little. "
        "The training loss is {loss}; spread over {steps} steps from the start, it reaches {loss spread out}.",
        {"Spread it over the run: {optimizer}.": None},
    ),
    ProblemRule(
        "a layer too narrow",
        capacity.narrow_layer,
        "All that comes through {layer} {are}. From the start, {steps} steps bring the loss of rows held out to "
        "{loss}, with {units tried} units in it to {loss when wider}.",
        {"Make it wider: {units tried} units.": None},
        even_if_learnt=True,
    ),
    ProblemRule(
        "held back",
        settings.held_back_by_the_data,
        "On the data as they are, each row counted alike, the loss ended at {loss}; restarted on them, {steps} steps "
        "reach {loss alone}: {names} {hold} it back.",
        {"Leave out {keywords}, or weaken {them}.": None},
    ),
)

COURSE = (  # what it comes by: looked for where the start is sound, or the steps would be blamed for it
    ProblemRule(
        TOO_HIGH,
        optimisation.diverged,
        "The loss is no longer finite at epoch {epoch}.",
        {"Try a tenth of the learning rate.": None},
    ),
    ProblemRule(TOO_HIGH, optimisation.overshoots, RATES, {"Try {optimizer}.": None}),
    ProblemRule(TOO_HIGH, optimisation.broke_down, "{how}{advised}.", {"Try {optimizer}.": None}, may_pass=True),
    ProblemRule(
        TOO_HIGH,
        optimisation.too_long_steps,
        "From the start, {steps} steps at the learning rate {rate} bring the training loss to {own loss}, at "
        "{better rate:1} to {loss}: the long steps keep it from settling.",
        {"Try {optimizer}.": None},
        even_if_learnt=True,
    ),
    ProblemRule(
        "dead ReLUs",
        lambda run: signals.dead(run.at_end),
        DEAD,
        {
            "Take a smaller learning rate, {optimizer}, or replace them by LeakyReLU(0.1).": use.gentler,
            "Replace them by LeakyReLU(0.1).": use.leaky,
        },
    ),
    ProblemRule(
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
    ProblemRule(
        "a missing bias",
        layers.without_bias,
        "The last layer has no bias, and the targets lie around {mean} with a deviation of {deviation}; "
        "{run.what_is_left}. The training loss ended at {loss}; with biases, {steps} steps from a start reach "
        "{loss with biases}.",
        {"Leave out bias=False, or standardise the targets.": use.with_biases},
    ),
    ProblemRule(
        NO_ACTIVATION,
        layers.linear_network,
        "The network has no activations: its layers together are one linear map. In {steps} steps from the start "
        "the loss of samples held out falls to {loss}, with a Tanh() between the layers to {loss with activations}.",
        {"Put an activation between the layers, such as Tanh() or ReLU().": use.non_linear},
        unless=(TOO_HIGH,),
        even_if_learnt=True,
    ),
    ProblemRule(
        NO_ACTIVATION,
        layers.linear_layers,
        "There is no activation between {before} and {layer}: together they can learn no more than one of them, and "
        "{run.what_is_left}.",
        {"Put an activation between them, such as Tanh() or ReLU().": use.non_linear},
        unless=(TOO_HIGH,),
    ),
    ProblemRule(
        "a constant layer",
        layers.constant_output,
        "Layer {layer.number}, {layer.place.layer}, gives the same output for {run.every_sample}: the layers behind it "
        "see nothing of the data.",
        {"Restart from other weights, or leave the layer out.": None},
        unless=BLOCKED,
    ),
    ProblemRule(TOO_LOW, optimisation.too_slow, RATES, {"Try {optimizer}.": None}, may_pass=True),
    ProblemRule(
        "stopped too soon",
        optimisation.stopped_early_too_soon,
        "Early stopping ended the run at epoch {epochs} of {run.setup.epochs}, but {steps} steps more bring the "
        "{which loss} from {loss} to {loss later}.",
        {"Give it more patience: {early_stopping}.": None},
        unless=(TOO_LOW,),
        even_if_learnt=True,
    ),
    ProblemRule(
        "too few epochs",
        optimisation.too_few_epochs,
        "After {epochs} epochs the training loss still falls, and {steps} steps more bring it from {loss} to "
        "{loss later}.",
        {"Try {epochs:,} epochs{spread}.": None},
        unless=(TOO_LOW,),
    ),
    ProblemRule(
        "vanishing gradients",
        lambda run: signals.vanishing(run.at_end),
        VANISHING,
        PASS_MORE,
        unless=BLOCKED,
        may_pass=True,
    ),
)
