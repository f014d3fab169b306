"""The code of a page's run: the scripts that repeat it as it is now, by `lab/scripts`."""

from chainrule.core.errors import ChainruleError, DataError
from chainrule.interfaces.play.saved import Answer
from chainrule.interfaces.play.scene import IMAGES, OWN, TABLE, Data
from chainrule.interfaces.play.stage import Stage
from chainrule.lab.scripts.library import library_script
from chainrule.lab.scripts.plain import numpy_script
from chainrule.lab.scripts.recipe import Recipe, Samples
from chainrule.lab.scripts.source import text
from chainrule.training.data.sets.points import BY_NAME
from chainrule.training.training import Training

FIRST_EPOCHS = 100
"""The epochs of a script of a run that has made no step."""

SCRIPTS = {"library": library_script, "numpy": numpy_script}

INPUTS = {
    "x1": "x1",
    "x2": "x2",
    "x1²": "x1 * x1",
    "x2²": "x2 * x2",
    "x1 x2": "x1 * x2",
    "sin x1": "np.sin(x1)",
    "sin x2": "np.sin(x2)",
}
"""The inputs that are made of a point, as source: those of `training/data/plane.py`."""


def code(stage: Stage, training: Training, is_known: bool) -> Answer:
    """Each script with the name of its file; where there is none, a sentence says why.

    is_known: whether the run's setup says how it came here.

    >>> from chainrule.interfaces.play.playing import Playing
    >>> playing = Playing()
    >>> print(code(playing.stage, playing.training, is_known=True)["library"]["text"][:58])
    \"\"\"100 steps of Adam(0.03) on 16 samples.\"\"\"
    <BLANKLINE>
    import numpy
    """
    found: Answer = {"step": training.state.step}
    for name, script in SCRIPTS.items():
        try:
            found[name] = {"file": f"{name}_run.py", "text": script(recipe(stage, training, is_known))}
        except ChainruleError as error:
            found[name] = {"sentence": str(error)}
    return found


def recipe(stage: Stage, training: Training, is_known: bool) -> Recipe:
    """The run as a recipe. Raises DataError where its past isn't known."""
    if not is_known:
        raise DataError(
            "how this run came to its weights isn't known: it was opened from a file that doesn't say so, or was "
            "changed too often. Reset it, and its code is here."
        )
    whole = Recipe(stage.network, stage.loss, _samples(stage), training.setup, training.state.step)
    steps = whole.steps or FIRST_EPOCHS * whole.n_batches
    return Recipe(whole.network, whole.loss, whole.samples, whole.setup, steps)


def _samples(stage: Stage) -> Samples:
    """The samples that are learnt: by the name of their set, where they have one."""
    data, learnt = stage.scene.data, stage.learnt
    if data.name not in (OWN, TABLE):
        return Samples(learnt.x, learnt.y, lines=tuple(_lines(stage)))
    note = ""
    if data.table is not None and data.name == TABLE:
        note = f"The rows of {text(data.table.file[-60:])} that are learnt, as the playground standardised them."
    return Samples(learnt.x, learnt.y, note=note)


def _lines(stage: Stage) -> list[str]:
    """A data set with a name, split and made inputs as the stage does."""
    data, n_outputs = stage.scene.data, stage.network.output_shape[0]
    lines = [f"x, y = cr.datasets.{data.name}({'' if data.name == IMAGES else _settings(data)})"]
    if data.name == IMAGES:
        n = len(stage.learnt) + len(stage.test)
        lines.append(f"rows = np.random.default_rng({data.seed}).permutation(len(x))[:{n}]  # some of the images")
        lines.append("x, y = x[rows], y[rows]")
    if len(stage.test):
        seed = f", seed={data.seed}" if data.seed else ""
        stratified = ", stratify=True" if stage.n_classes else ""
        lines.append(f"rows, *_ = cr.split(np.arange(len(x)), y, {data.test!r}{seed}{stratified})  # some are held out")
        lines.append("x, y = x[np.sort(rows)], y[np.sort(rows)]")
    if data.name != IMAGES and stage.scene.inputs != ("x1", "x2"):
        made = ", ".join(INPUTS[name] for name in stage.scene.inputs)
        lines += ["x1, x2 = x.T", f"x = np.stack([{made}], axis=1)"]
    if stage.learnt.y.ndim == 2 and n_outputs > 1:
        lines.append(f"y = np.eye({n_outputs})[y.reshape(-1).astype(int)]  # zeros and a one")
    return lines


def _settings(data: Data) -> str:
    """The settings of a data set that aren't its defaults."""
    function = BY_NAME[data.name]
    taken = function.__code__.co_varnames[: function.__code__.co_argcount]
    given = {"n": data.n, "noise": data.noise, "seed": data.seed or None}
    return ", ".join(f"{name}={each!r}" for name, each in given.items() if each is not None and name in taken)
