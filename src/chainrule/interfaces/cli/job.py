"""A run to be done: the settings and the data met, everything described, nothing computed yet."""

from dataclasses import dataclass, replace

from chainrule.core.arrays import Array
from chainrule.core.losses import HalfSquaredError, Loss, SquaredError
from chainrule.core.network import Network, shape_text
from chainrule.core.optimizers import Optimizer
from chainrule.core.penalties import L2
from chainrule.interfaces.cli.advice import as_options
from chainrule.interfaces.cli.data import Data
from chainrule.interfaces.cli.parts import Parts, share_out
from chainrule.interfaces.cli.settings import Settings, targets_for, units
from chainrule.lab.diagnose.diagnosis import diagnose
from chainrule.lab.diagnose.finding import Finding
from chainrule.lab.experiments.prepared import learns_scale
from chainrule.lab.report.reference import Lab
from chainrule.training.data.standardizer import Standardizer
from chainrule.training.history import Record
from chainrule.training.loop import Training, iterate
from chainrule.training.metrics import mean_squared_error
from chainrule.training.model import Model
from chainrule.training.run import Run
from chainrule.training.stopping import EarlyStopping, Ending

INTERRUPTIONS = ("interrupted", "stopped by the caller")
"""What an ending says after Ctrl-C: inside a step, or between two records."""


@dataclass(frozen=True, eq=False)
class Job:
    """A run: `start()` begins it, `model()` is what it came to.

    A quantity from a file is standardised like its features: the log's loss is then of the standardised target.
    """

    settings: Settings
    parts: Parts
    network: Network
    loss: Loss
    optimizer: Optimizer
    epochs: int

    @property
    def log_epochs(self) -> tuple[int, ...]:
        """The epochs of the log: at most 20, evenly spaced, as in the report."""
        return Lab(epochs=self.epochs).log_epochs

    def start(self) -> Training:
        """The run under way. Raises what is wrong with the settings or the data."""
        settings, parts = self.settings, self.parts
        return iterate(
            self.network,
            *self.learnable(parts.learnt),
            loss=self.loss,
            optimizer=self.optimizer,
            epochs=self.epochs,
            batch_size=settings.batch_size,
            seed=settings.seed,
            dtype=settings.dtype,
            record_every=Lab(epochs=self.epochs).record_every,
            validation=None if parts.validation is None else self.learnable(parts.validation),
            early_stopping=None if settings.early_stopping is None else EarlyStopping(settings.early_stopping),
            penalty=None if settings.penalty is None else L2(settings.penalty),
            clip=settings.clip,
        )

    @property
    def target_standardizer(self) -> Standardizer | None:
        """The scale of a quantity from a file: a network with free outputs learns it from its mean, in deviations."""
        is_free = learns_scale(self.network, self.loss)
        if self.parts.standardizer is None or self.parts.learnt.n_classes or not is_free:
            return None
        return Standardizer.fit(self.parts.learnt.targets.reshape(len(self.parts.learnt), -1))

    def shown_loss(self, record: Record) -> float:
        """The loss as the log shows it: of squared errors the full mean, without a penalty, as in the reference lab."""
        if isinstance(self.loss, SquaredError | HalfSquaredError) and self.settings.penalty:
            x, y = self.learnable(self.parts.learnt)
            return float(mean_squared_error(y, self.network.predict(record.theta, x, record.state)))
        return self.loss_factor * float(record.loss)

    @property
    def loss_factor(self) -> float:
        """From the loss to the one that is shown."""
        return 2.0 / self.network.output_shape[0] if isinstance(self.loss, HalfSquaredError) else 1.0

    @property
    def loss_name(self) -> str:
        """What the shown loss is."""
        return "mean squared error" if isinstance(self.loss, SquaredError | HalfSquaredError) else "loss"

    @property
    def features(self) -> tuple[str, ...]:
        """The names of the columns of a file."""
        data = self.parts.learnt
        return () if data.named or len(self.network.input_shape) > 1 else data.features

    def model(self, run: Run) -> Model:
        """The model of a run, with what it must know of the data: their scale and the names of their classes."""
        data = self.parts.learnt
        return replace(
            run.model,
            standardizer=self.parts.standardizer,
            target_standardizer=self.target_standardizer,
            classes=data.classes,
            features=self.features,
        )

    def diagnosis(self, run: Run) -> list[str]:
        """What ails a run, a line for each finding, with the options to try; and which loss is spoken of.

        Of a run that was interrupted only what wouldn't have passed.
        """
        named = replace(run, model=replace(run.model, features=self.features))
        found: tuple[Finding, ...] = diagnose(named, *self.learnable(self.parts.learnt))
        if isinstance(run.ending, Ending) and run.ending.reason in INTERRUPTIONS:
            found = tuple(each for each in found if not each.may_pass)
        lines = []
        for each in found:
            options = as_options(each.changes, self)
            lines.append(f"{each} Options: {options}." if options else str(each))
        if self.loss_factor != 1.0 and any("loss" in each.evidence or "loss" in each.sentence for each in found):
            times = f"the log's {self.loss_name} is {self.loss_factor:g} times as large"
            lines[0] += f" (Losses are {self.loss}'s; {times}.)"
        return lines

    def summary(self) -> str:
        """The data and the run in two lines."""
        data, network = self.parts.learnt, self.network
        standardized = " (a loss of 1 is what its mean would have)" if self.target_standardizer else ""
        kind = f"{data.n_classes} classes" if data.n_classes else f"the quantity {data.target}{standardized}"
        kind = f"{data.n_classes} classes ({', '.join(data.classes)})" if data.classes else kind
        sizes = (*network.input_shape, *units(self.settings.layers or ""), *network.output_shape)
        layers = self.settings.network or f"{'-'.join(map(str, sizes))} {self.settings.activation}"
        return (
            f"{data.name}: {len(data):,} samples to learn, {shape_text(network.input_shape)} features, {kind}\n"
            f"{' '.join(layers.split())}, {network.n_parameters:,} parameters, "
            f"{self.loss}, {self.optimizer}, {self.epochs:,} epochs"
        )

    def learnable(self, data: Data) -> tuple[Array, Array]:
        """Samples and targets as the network and the loss take them."""
        scale, target_scale = self.parts.standardizer, self.target_standardizer
        x, y = data.x if scale is None else scale.apply(data.x), targets_for(self.loss, data)[0]
        return x, y if target_scale is None else target_scale.apply(y.reshape(len(y), -1))


def describe(settings: Settings, data: Data, test: float | None, validation: float | None, standardize: bool) -> Job:
    """The job that settings and data make together; gaps in the settings are filled with what suits the data."""
    settings = settings.suited_to(data)
    loss = settings.build_loss()
    network = settings.describe_network().build(data.x.shape[1:], targets_for(loss, data)[1], loss)
    parts = share_out(data.shaped(network.input_shape), test, validation, standardize, settings.seed)
    return Job(settings, parts, network, loss, settings.build_optimizer(), settings.epochs or 1)
