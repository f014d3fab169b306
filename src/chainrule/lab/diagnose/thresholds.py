"""Every threshold of the doctor, each with the trial or the source that set it.

"Trials" are runs on points, digits and MNIST-1D by settings that a person might choose: about a hundred that are sound,
which must stay without findings, and about fifty that go wrong (`tests/lab/diagnose`).
"""

# How two losses compare

LOWER, CLEARLY_LOWER, MUCH_LOWER = 0.9, 0.8, 0.5
"""A loss is lower than another below 0.9 of it, clearly lower below 0.8, much lower below half of it.

LOWER: on samples held out, layers with a Tanh() between them reached 0.99 and more of the loss of linear ones where the
rest was noise, 0.81 on MNIST-1D, 0.2 on products of two features.
"""

GETS_DOWN = 0.95
FLED = 1.05
FAR_ABOVE = 1.5
SLOW = 0.7

# What a run has learnt

LEARNT, UNLEARNT = 0.12, 0.3
"""A run has learnt with at most the one fraction of the targets' variance unexplained (beyond their noise). With less
than the other it isn't finished, rather than too slow."""

NOISE, BESIDES_NOISE = 1.3, 0.07
"""Or with at most this many times the noise and this much more: the noise is itself an estimate, from neighbours."""

NEGLIGIBLE = 0.02
"""A fraction too small to matter, for rounding and noise make as much: targets so little out of reach, so little left
to explain, answers so little worse than the mean. Inputs or targets of this size are unscaled: they hardly differ."""

CREEPS, STANDS = 0.1, 0.01

OF_A_GUESS = 0.05

# Layers and data

SAME = 1e-6
"""Numbers are the same where they differ by less than this fraction of their size: 30 times float32's rounding."""

FLAT = 0.05
"""A sigmoid or tanh is saturated where its slope is below this fraction of its largest: at |z| > 4.4 and 2.2."""

MOST, ALMOST_ALL = 0.5, 0.9
"""Fractions of a layer's units or outputs. Trained units may well be saturated for most samples, untrained ones not."""

VANISHED = 3e-3
"""Gradients vanish where a layer's error is below this fraction of the largest behind it.

A sigmoid passes a quarter at most: five layers in a row pass 0.001 (Glorot and Bengio, 2010, 2.3 and figure 7).
"""

EXPLODED = 30.0
"""Gradients explode where a layer's output is this many times the inputs' size, with nothing in front to bound it."""

LARGE, APART = 10.0, 100.0
"""Inputs and targets are unscaled above the one; features are unscaled if one is as many times the other as the second.

Starts keep the variance of inputs of about 1 (LeCun et al., "Efficient BackProp", 1998, 4.3; Glorot and Bengio, 2010).
In trials on points and digits inputs of up to 6 learnt as well as standardised ones; from 10 on SGD began to fail.
"""

UNSURE = 0.1

MOST_CLASSES = 20
"""Whole numbers 0, 1, ... up to this many look like the numbers of classes."""

# Settings

USUAL_DROPOUT = 0.5
"""Dropout up to this rate is usual (Srivastava et al., "Dropout", 2014, 7.3)."""

HEAVY_MOMENTUM, USUAL_MOMENTUM = 0.95, 0.9
"""A momentum above the one is tried at the other: it remembers 1 / (1 - μ) steps (Sutskever et al., 2013)."""

REST = 1 / 30
"""The strength advised leaves this fraction of the way down: what is small in a trial may matter in a long run."""

HARDLY_MOVED = 1e-3
"""A run whose parameters moved by less than this fraction of themselves has hardly begun: any lower loss shows it."""

# What trials cost

MOST_STEPS, FEWEST_STEPS = 300, 30

BUDGET = 2.5e8
"""A trial makes about this many multiplications, forward: some tenths of a second."""

LARGE_BUDGET, LARGE_BATCH, LARGE_SAMPLES = 1.5e9, 32, 128
"""Where a network is so large that this isn't enough for a few steps: this much, in small batches of few samples."""

AN_ACTIVATION = 10
"""An activation costs about as much as this many multiplications in a product of matrices."""

LOWEST_RATE, HIGHEST_RATE = 1e-8, 1e4
"""The rates on trial lie between these, and a decade around the run's own."""

LONGER = 3
"""A rate that did well is tried beside a tenth of it for this many times the steps."""

PROLONGED, PROLONGED_MOST, PROLONGED_MOST_LARGE = (3, 10), 5000, 90
"""A run is prolonged to these multiples of its steps, by no more than 5,000, or 90 of a large network."""

HELD_OUT = 0.25

# Samples

MOST_SAMPLES, FEWEST_SAMPLES, MOST_NUMBERS = 500, 64, 2_000_000
"""Samples inspected, drawn at random: rows a step apart would coincide with data that alternate. Fewer of large
networks: this many numbers of all activations."""

MOST_LEARNT = 4000
"""Samples for the trial of activations in a linear network: 500 of MNIST-1D are learnt by heart, linear or not."""

# The doctor

VISITS = 4
ALARM = 10.0
