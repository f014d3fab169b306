"""Names of problems and parts of sentences that several rules share."""

from chainrule.lab.diagnose import remedies as use

CONTRADICTORY = "contradictory rows"
NO_FIT = "loss and output that don't fit"
NOTHING = "nothing to learn from"
OVERFITTING = "overfitting"
OUTLYING = "outliers"
NO_ACTIVATION = "no activation between layers"
SMALL = "starting weights too small"
TOO_HIGH = "learning rate too high"
TOO_LOW = "learning rate too low"
UNLIKE = "validation data unlike the training data"
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
    "{how}{from} {trial.origin}, {trial.steps} steps at the learning rate {trial.rate} bring the training loss from "
    "{trial.before} to {trial.loss}, at {other.rate:1} to {other.loss}{restarted}."
)
