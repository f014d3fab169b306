"""The doctor's round through the starts of the reference lab."""

import numpy as np

from chainrule.lab.diagnose.diagnosis import Findings, diagnose
from chainrule.lab.report.reference import TASKS
from chainrule.lab.report.starts import Outcome
from chainrule.training.stopping import Ending
from chainrule.training.history import History, Record
from chainrule.training.run import Run, Setup


def diagnose_starts(outcome: Outcome) -> tuple[Findings, ...]:
    """What ails each start of a task: K tuples of findings, most of them empty where a run is long enough.

    >>> from chainrule.lab.report.reference import Lab
    >>> from chainrule.lab.report.starts import train_task
    >>> len(diagnose_starts(train_task(Lab(epochs=40, starts=2), "xor")))
    2
    """
    lab, task = outcome.lab, TASKS[outcome.task]
    starts = lab.network.initialize(lab.seeds, lab.starts)
    state = np.empty(0)
    found = []
    for k, seed in enumerate(lab.seeds):
        history = History()
        for epoch, loss in zip(outcome.epochs.tolist(), outcome.losses[:, k] / 2, strict=True):
            history.append(Record(epoch, lab.epochs, epoch, float(loss), starts[k]))
        run = Run(
            model=outcome.model[k],
            history=history,
            final_loss=float(outcome.final[k]) / 2,  # the loss that is trained is half the mean squared error
            ending=Ending("finished", lab.epochs),
            setup=Setup(starts[k], state, lab.optimizer(task), lab.epochs, None, (seed,)),
        )
        found.append(diagnose(run, *lab.training(task, k).points()))
    return tuple(found)
