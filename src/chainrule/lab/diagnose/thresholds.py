"""Every threshold of the doctor, with the trial or the source that set it; and what trials may cost.

"In trials" means on about a hundred sound runs, in which nothing may be found, and fifty that go wrong, on points,
digits and MNIST-1D (`tests/lab/diagnose`).
"""

# How two losses compare

LOWER, CLEARLY_LOWER, FAR_LOWER, MUCH_LOWER = 0.9, 0.8, 0.7, 0.5
"""The fractions of a loss below which another is lower, clearly lower, and so on; which one a check asks for depends on
what speaks against its problem: early stopping, for example, has its reasons to end a run.

LOWER: in trials, on samples held out, a Tanh() between linear layers led to 0.99 and more of their loss where the rest
was noise, to 0.81 on MNIST-1D, and to 0.2 on products of two features.
"""

WORSE = 1.05
"""A run ended worse than it began above this many times its first loss."""

# What a run has learnt

LEARNT, NOISE, BESIDES_NOISE = 0.12, 1.3, 0.07
"""A run has learnt where it leaves at most the first fraction of the targets' variance, or the second times their
estimated noise and the third. In trials sound runs leave less, those that go wrong more."""

UNLEARNT = 0.3
"""A run is too slow, or stopped too soon, only where it leaves this fraction of the variance: else it is nearly done.
"""

ONLY_BEGUN = 150
"""A run of fewer steps has only begun: where it gets on, it is told to go on, whatever another rate does. In trials
runs of 5 to 100 steps at usual rates got lower at ten times the rate, too, for so short a way."""

SHORT_PATIENCE = 5
"""A patience of so many epochs is suspected in any case."""

FEWEST_RECORDS = 16
"""A loss falls steadily or not by this many records at least."""

NEGLIGIBLE = 0.02
"""A fraction too small to matter, as rounding and noise make it: of the targets' spread that lies out of reach, of
their variance that is left, of a loss that falls, of the usual size of inputs and targets."""

# Layers

SAME = 1e-6
"""Numbers are the same that differ by less than this fraction of their size: a few times float32's rounding."""

FLAT = 0.05
"""A sigmoid or tanh is saturated where its slope is below this fraction of its largest: at |z| > 4.4 and 2.2."""

MOST, ALMOST_ALL = 0.5, 0.9
"""Fractions of a layer's units or outputs. Trained units may well be saturated for most samples, untrained ones not."""

VANISHED = 3e-3
"""Gradients vanish where a layer's error is below this fraction of the largest behind it; and a run has hardly begun
whose parameters have moved by less than this fraction of themselves.

A sigmoid passes a quarter at most: five layers in a row pass 0.001 (Glorot and Bengio, 2010, 2.3 and figure 7).
"""

EXPLODED = 30.0
"""Gradients explode where a layer's output is this many times the inputs' size, with nothing in front to bound it."""

WRONG_GRADIENT, ASIDE, CHECKED_SAMPLES = 1e-3, 1e-2, 8
"""A gradient is wrong that differs from central differences by more than this part of its largest number; right ones
differ by less than 1e-6. They are compared this far from the run's parameters, away from kinks, on so many samples."""

# Data

LARGE = 10.0
"""Inputs and targets are unscaled if they are larger; features, if one is as much larger than 1 as another is smaller.

Starts keep the variance of inputs of about 1 (LeCun et al., "Efficient BackProp", 1998, 4.3; Glorot and Bengio, 2010).
In trials inputs of up to 6 learnt as well as standardised ones; from 10 on SGD began to fail.
"""

OUTLYING, CODED = 100.0, 10.0
"""A value is outlying the first times the width of the middle half away from the median; the second, where several
rows have the very same. Of a million rows drawn from an exponential none is as far as 15, of a lognormal one few."""

MOST_CLASSES = 20
"""Whole numbers 0, 1, ... up to this many look like the numbers of classes."""

GAP = 0.3
"""Rows are learnt much better than others where their loss is below this fraction of that of rows held out, and those
are far from learnt: in trials, of training R² 0.90 beside 0.22, and at 0.85 beside 0.45."""

BY_HEART = 1e-3
"""Rows are learnt by heart, however much is left of those held out, where their loss is below this fraction of it."""

UNLIKE = 3.0
"""Features of validation data are of another size from this many deviations on, or below one by as much."""

RARE = 0.07
"""A class is rare that has at most this share of the rows."""

FEWEST_ROWS, SHUFFLES = 40, 19
"""Whether the targets depend on x is asked of so many rows, beside so many shuffles of the targets: one in twenty of
those that don't will seem to."""

# Settings

USUAL_DROPOUT = 0.5
"""A dropout above this rate is suspected in any case (Srivastava et al., "Dropout", 2014, 7.3)."""

HEAVY_MOMENTUM, USUAL_MOMENTUM, SHORT_MEMORY = 0.95, 0.9, 0.9
"""A momentum above the first is tried at the second: it remembers 1 / (1 - μ) steps (Sutskever et al., 2013). A mean of
squared gradients, of RMSprop and Adam, below the third is tried at its default (Kingma and Ba, 2015, 6.4)."""

REST = 1 / 30
"""The strength advised leaves this fraction of the way down: what is small in a trial may matter in a long run."""

USUAL_RUNNING = 0.1
"""The momentum of running statistics that is advised where a smaller one leaves them behind: `BatchNorm`'s default."""

LEAST_BATCH = 16
"""Batch normalisation with fewer samples per batch is tried with this many: its error rises below about that number
(Wu and He, "Group normalization", 2018, figure 1)."""

OUTPUTS_PER_UNIT, SOME_UNITS = 4, 16
"""A hidden layer is narrow that has one unit, or less than one for so many outputs; where no other hidden layer is
wider, it is tried with the second, or so many for each output. Digits need more than 2 numbers (Hinton and
Salakhutdinov, 2006, figure 3)."""

# What trials cost

MOST_STEPS, FEWEST_STEPS, LONGER = 300, 30, 3
"""Steps of a trial, and the factor by which it is longer where two settings differ little."""

BUDGET = 2.5e8
"""A trial makes about this many multiplications, forward: some tenths of a second."""

LARGE_BUDGET, LARGE_BATCH, LARGE_SAMPLES = 6 * BUDGET, 32, 128
"""The budget, samples per step and samples for a network so large that this isn't enough for a few steps."""

AN_ACTIVATION = 10
"""An activation costs about as much as this many multiplications in a product of matrices."""

LOWEST_RATE, HIGHEST_RATE = 1e-8, 1e4
"""The learning rates on trial lie between these, and a decade around the run's own."""

MOST_PROLONGED = 5000
"""Steps by which a run is prolonged at most."""

MOST_SAMPLES, FEWEST_SAMPLES, MOST_NUMBERS = 500, 64, 2_000_000
"""Samples inspected: of large networks as many as make this many numbers in all layers."""

MOST_LEARNT, HELD_OUT = 4000, 0.25
"""Samples for the trial of activations, and how many of them are held out: 500 of MNIST-1D are learnt by heart."""

# The `Doctor`

VISITS, ALARM = 4, 10.0
"""A run under way is diagnosed after each quarter but the last, and once between, if the loss rises to this many times
the first."""
