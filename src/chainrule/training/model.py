"""A model: a network with its parameters. It predicts, keeps itself in a file, and belongs to no thread."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from chainrule.core import evaluate
from chainrule.core.arrays import Array, count
from chainrule.core.calls import arithmetic, total
from chainrule.core.catalogue import from_dict
from chainrule.core.checks import check_samples, check_state, check_theta
from chainrule.core.description import Description, check_kind, check_member
from chainrule.core.errors import ChainruleError, SettingError, choose, listing
from chainrule.core.foreign import said
from chainrule.core.losses import Loss
from chainrule.core.network import Network
from chainrule.training.data.standardizer import Standardizer
from chainrule.training.files.limits import LIMIT, Size, check_text
from chainrule.training.files.npz import Archive, load_checked, save_checked
from chainrule.training.files.reading import Source, reading
from chainrule.training.files.storage import FilePath
from chainrule.training.metrics.by_name import METRICS, OF_QUANTITIES, answers_to_questions, class_numbers, of_answers

FORMAT = "chainrule model 1"

EARLY = ("theta", "description")
ARRAYS = (*EARLY, "state")
"""The arrays of a file, which has a checksum of them; of one from before there were states and checksums."""

LONGEST_DESCRIPTION = 2**24
"""The most characters of the description in a model's file: enough for a million names of classes."""

DESCRIBED = ("network", "loss", "standardizer", "target_standardizer")
PARTS = {*DESCRIBED, "classes", "engine", "features", "format", "layout"}
"""The parts of a model that are descriptions; and all parts of the description in its file."""


def sigmoid(z: Array) -> Array:
    """1 / (1 + e^-z), for any z."""
    a: Array = np.exp(-np.logaddexp(0.0, -z))
    return a


def softmax(z: Array) -> Array:
    """e^z divided by its sum over the outputs, which are last."""
    powers = np.exp(z - z.max(axis=-1, keepdims=True))
    shares: Array = powers / total(powers, axis=-1, keepdims=True)
    return shares


LINKS: dict[str, Callable[[Array], Array]] = {"identity": lambda z: z, "sigmoid": sigmoid, "softmax": softmax}
"""Functions from the network's outputs to probabilities, by the name of the loss's link."""


@dataclass(frozen=True, eq=False)
class Model:
    """A network and its theta, (P,), or (K, P) for a population; `model[k]` is one member.

    loss: the loss it was trained by, whose link `probabilities` and `classify` apply.
    standardizer: applied to every x first, where there is one.
    target_standardizer: of the targets that the network learnt; undone in what it predicts.
    classes: names for the class numbers 0, 1, ...
    features: names for the columns of x.
    state: the running statistics that the network predicts by, (S,) or (K, S); S is 0 where no layer keeps any.
    engine: what made the calls of its training, in words.

    What a run doesn't know of its data is added to its model: `dataclasses.replace(run.model, standardizer=...)`.

    >>> from chainrule.core.network import mlp
    >>> network = mlp(2, 4, 1)
    >>> Model(network, np.zeros(network.n_parameters)).predict([[0.0, 1.0]])
    array([[0.5]])
    """

    network: Network
    theta: Array = field(repr=False)
    loss: Loss | None = None
    standardizer: Standardizer | None = None
    target_standardizer: Standardizer | None = None
    classes: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    state: Array = field(default=None, repr=False)  # type: ignore[arg-type]  # never None once checked
    engine: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        check_kind("a Model's network", Network, "a Network such as mlp(2, 4, 1)", self.network)
        check_kind("a Model's loss", (Loss, type(None)), "a loss such as SquaredError() or None", self.loss)
        for standardizer in (self.standardizer, self.target_standardizer):
            check_kind("a Model's standardizer", (Standardizer, type(None)), "a Standardizer or None", standardizer)
        object.__setattr__(self, "theta", check_theta(self.network, self.theta).copy())
        lead, dtype = self.theta.shape[:-1], self.theta.dtype
        object.__setattr__(self, "state", check_state(self.network, self.state, lead, dtype).copy())
        n_outputs = self.network.output_shape[0]
        if self.target_standardizer is not None and len(self.target_standardizer.mean) != n_outputs:
            raise SettingError(
                f"a Model's target_standardizer must be of {n_outputs} outputs; got {self.target_standardizer}."
            )
        _check_names("classes", self.classes, max(2, n_outputs))
        _check_names("features", self.features, count(self.network.input_shape))
        check_kind("a Model's engine", str, "a text", self.engine)

    @property
    def population(self) -> int | None:
        """K, or None for a single network."""
        return len(self.theta) if self.theta.ndim == 2 else None

    def __getitem__(self, k: int) -> "Model":
        """Member k of a population, as a model of its own."""
        if self.population is None:
            raise SettingError("this model is a single network; only a population has members to choose from.")
        check_member(k)
        if not -self.population <= k < self.population:
            raise IndexError(
                f"a population of {self.population} has members 0 to {self.population - 1}; got {said(k)}."
            )
        return replace(self, network=self.network.member(k), theta=self.theta[k], state=self.state[k])

    def __iter__(self) -> Iterator["Model"]:
        return (self[k] for k in range(1 if self.population is None else self.population))

    def predict(self, x: ArrayLike) -> Array:
        """The last layer's output for x (n, *input_shape), in the targets' unit: (n, O), or (K, n, O)."""
        if self.standardizer is not None:
            x = self.standardizer.apply(check_samples(self.network.input_shape, x))
        x = check_samples(self.network.input_shape, x, dtype=self.theta.dtype)
        outputs = evaluate.predict(self.network, self.theta, self.state, x)
        if self.target_standardizer is not None:
            scale, mean = np.array((self.target_standardizer.scale, self.target_standardizer.mean), outputs.dtype)
            outputs = outputs * scale + mean
        return outputs

    def probabilities(self, x: ArrayLike) -> Array:
        """The outputs through the loss's link: a sigmoid or softmax for a cross-entropy, else as they are.

        x (n, *input_shape); (n, O), or (K, n, O). Raises what `Network.predict` raises.
        """
        outputs = self.predict(x)
        with arithmetic():
            return LINKS[self.loss.link if self.loss is not None else "identity"](outputs)

    def classify(self, x: ArrayLike) -> Array:
        """The most probable class of each sample: its number or name, (n,) or (K, n).

        One output is class 1 where it is 0.5 or more. With several outputs the largest wins, unless the loss is
        a binary cross-entropy: then each output is a question of its own, and the result is (n, O) of 0 and 1.
        """
        chosen = self._chosen(self.probabilities(x))
        return np.array(self.classes)[chosen] if self.classes and not self._asks_questions else chosen

    @property
    def _asks_questions(self) -> bool:
        """Whether each output answers a yes/no question of its own."""
        return self.loss is not None and self.loss.link == "sigmoid" and self.network.output_shape[0] > 1

    def _chosen(self, probabilities: Array) -> Array:
        """The numbers of the most probable classes."""
        if self._asks_questions:
            return (probabilities >= 0.5).astype(np.intp)
        if probabilities.shape[-1] == 1:
            return (probabilities[..., 0] >= 0.5).astype(np.intp)
        return np.asarray(probabilities.argmax(axis=-1))

    def score(self, x: ArrayLike, y: ArrayLike, metric: str | None = None) -> Any:
        """Score the model on x and y by a metric: accuracy for a cross-entropy, else R², unless named.

        `metric`: of classes accuracy, log_loss, confusion_matrix, and a value per class of precision, recall, f1; of
        two classes roc_auc, average_precision; of quantities r2, mean_squared_error, root_mean_squared_error,
        mean_absolute_error. The functions of these names say more.
        y (n,) or (n, O); classes by their numbers, as `train` takes them, or by the model's names. A float, or (K,).
        Raises SettingError for an unknown metric, DataError for a class that the model doesn't have.
        """
        if metric is None:
            metric = "r2" if self.loss is None or self.loss.link == "identity" else "accuracy"
        measure = choose("metric", metric, METRICS)
        metric = measure.__name__
        if metric in OF_QUANTITIES:
            return measure(y, self.predict(x))
        probabilities = self.probabilities(x)
        if self._asks_questions:
            truth = answers_to_questions(metric, y, probabilities.shape[-2:])
        else:
            truth = class_numbers(metric, y, self.classes)
        return of_answers(metric, truth, self._chosen(probabilities), probabilities)

    def save(self, path: FilePath) -> None:
        """Write the model to a NumPy file (.npz): theta, state, the description as JSON, and a checksum of the three.

        The file is written whole, or not at all.

        Raises FileError where the file can't be written.
        """
        import json  # large: only where a file is written or read

        described: dict[str, Description | None] = {name: getattr(self, name) for name in DESCRIBED}
        description: dict[str, Any] = {name: each and each.to_dict() for name, each in described.items()}
        names = {"classes": list(self.classes), "features": list(self.features), "engine": self.engine}
        description |= names | {"format": FORMAT, "layout": layout(self.network)}
        save_checked(path, {"theta": self.theta, "state": self.state, "description": np.array(json.dumps(description))})

    @staticmethod
    def load(path: FilePath, max_size: Size = LIMIT) -> "Model":
        """The model that `save` wrote. Nothing in the file is executed.

        `max_size`: the most bytes that its arrays may take, or a text such as "4 GiB".
        Raises FileError for a file that isn't there, isn't a model, is damaged or was changed, is larger than that, or
        lays out its parameters otherwise.
        """
        expected, mend = "a chainrule model that can be read here", "train it, and save it again with Model.save()"
        with reading(path, expected, mend, max_size) as source:
            is_early = sorted(Archive(source).names) == sorted(EARLY)
            arrays = Archive(source).read(EARLY, "biufU") if is_early else load_checked(source, ARRAYS)
            description = _read_json(source, str(arrays["description"]))
            try:
                return _from_description(arrays["theta"], arrays.get("state"), description)
            except ChainruleError as error:
                raise ValueError(str(error)) from None


def _check_names(what: str, names: object, n: int) -> None:
    """Raise SettingError unless these are n names, or none at all."""
    if not isinstance(names, tuple) or not all(isinstance(each, str) for each in names):
        raise SettingError(f"a Model's {what} must be a tuple of names; got {said(names)}.")
    if len(names) not in (0, n):
        raise SettingError(f"a Model's {what} must be {n} names; got {said(names)}.")


def _read_json(source: Source, text: str) -> dict[str, Any]:
    """A model's description. Raises what JSON raises, ValueError for another format or other parts."""
    import json

    check_text(f"{source.name}, description", text, longest=LONGEST_DESCRIPTION, longest_line=LONGEST_DESCRIPTION)
    description = json.loads(text)
    if not isinstance(description, dict) or description.get("format") != FORMAT:
        found = description.get("format") if isinstance(description, dict) else None
        raise ValueError(f"it should be of the format '{FORMAT}', got {said(found)}")
    description.setdefault("engine", "")  # of files that were written before there was a choice
    if description.keys() != PARTS:
        raise ValueError(f"its description should hold {listing(PARTS)}; got {said(listing(description))}")
    return description


def _from_description(theta: Array, state: Array | None, description: dict[str, Any]) -> Model:
    """The model of a description, if it describes this theta and this state."""
    parts: dict[str, Any] = {name: description[name] and from_dict(description[name]) for name in DESCRIBED}
    if layout(parts["network"]) != description["layout"]:
        raise ValueError("its parameters are stored in another layout than this version's")
    for name in ("classes", "features"):
        names = description[name]
        if not isinstance(names, list) or not all(isinstance(each, str) for each in names):
            raise ValueError(f"its {name} should be a list of names, got {said(names)}")
        parts[name] = tuple(names)
    parts |= {"theta": theta, "state": state, "engine": description["engine"]}
    return Model(**parts)


def layout(network: Network) -> list[list[Any]]:
    """The layout of theta and the state: for each array its layer, name, shape of the matrix, start."""
    return [
        [leaf.number, parameter.name, list(parameter.matrix), start]
        for leaf in network.leaves
        for parameters, start in ((leaf.signature.parameters, leaf.start), (leaf.signature.state, leaf.state_start))
        for parameter in parameters
    ]
