"""The third page of rules: what is left if nothing else explains a run, and what goes with any other problem."""

from chainrule.lab.diagnose import remedies as use
from chainrule.lab.diagnose.checks import learnable, optimisation, validation
from chainrule.lab.diagnose.rule import ProblemRule
from chainrule.lab.diagnose.rules.names import NOTHING, OVERFITTING, TOO_LOW, UNLIKE
from chainrule.training.stopping import EarlyStopping

LAST_RESORT = (  # a loss that stays, for no reason found
    ProblemRule(
        TOO_LOW,
        optimisation.falls_slowly,
        "The training loss falls steadily since epoch {since}, but by little: {steps} steps more at the learning rate "
        "{rate} bring it from {loss} to {own loss}, at {better rate:1} to {loss tried}.",
        {"Try {optimizer}.": None},
        may_pass=True,
    ),
    ProblemRule(
        NOTHING,
        learnable.nothing_to_learn,
        "On held-out rows the network is {how}: after learning the other rows, its loss there is {loss} at best, "
        "where always answering the mean has {loss of the mean}, and learning shuffled targets, which tell nothing, "
        "{loss shuffled} with luck. So these rows don't show that x tells about the targets.{why}",
        {
            "Check that each row of y belongs to the same row of x; if so, take features that tell more, or more "
            "rows.": None
        },
        even_if_learnt=True,
        may_pass=True,
    ),
    ProblemRule(
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
    ProblemRule(
        "a class never answered",
        learnable.never_answered,
        "{what} never answered, although {rows} of the {rows of} are of it ({share:.1%}): the accuracy hides it.",
        {"{advice}.": None},
        unless=(TOO_LOW, NOTHING, "plateau"),
        even_if_learnt=True,
        may_pass=True,
    ),
)

BESIDES = (  # what goes with any other problem
    ProblemRule(
        UNLIKE,
        validation.unlike,
        "The validation loss was never lower than {lowest}, at epoch {epoch}, no better than without learning{how}.",
        {"{advice}.": None},
        unless=(NOTHING,),
        even_if_learnt=True,
        may_pass=True,
    ),
    ProblemRule(
        OVERFITTING,
        validation.overfitting,
        "The validation loss was lowest at epoch {epoch}, {lowest}, and rose to {last} while the training loss fell to "
        "{training loss}.",
        {
            "Stop at the lowest: EarlyStopping(20); or learn from more data, with a penalty, or with Dropout(0.2).": (
                lambda run: {"early_stopping": EarlyStopping(20)}
            )
        },
        unless=(NOTHING, UNLIKE),
        even_if_learnt=True,
        may_pass=True,
    ),
    ProblemRule(
        OVERFITTING,
        validation.learnt_by_heart,
        "The {rows} rows are learnt {how}: their loss is {training loss}, that of the rows held out {last}, where "
        "always answering the mean gives {mean loss}.",
        {"{advice}.": None},
        unless=(NOTHING, UNLIKE),
        even_if_learnt=True,
        may_pass=True,
    ),
)
