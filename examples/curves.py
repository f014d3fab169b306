"""The learning curves of every start on both tasks, and the band that they lie in."""

import numpy as np

import chainrule as cr

EPOCHS = 100_000
RECORD_EVERY = 500
STARTS = 32
SEED = 0

network = cr.mlp(2, 4, 4, 1, initializer=cr.Normal())
settings = {"loss": cr.HalfSquaredError(), "epochs": EPOCHS, "record_every": RECORD_EVERY}
# xor: all starts at once, as one population
run = cr.train(network, *cr.datasets.xor(), optimizer=cr.SGD(0.2), population=STARTS, seed=SEED, **settings)
xor = 2 * run.history["loss"]  # (records, starts): the mean squared error
# linear: each start has points of its own, and `train` gives a population the same ones: so they take turns
runs = [
    cr.train(network, *cr.datasets.linear(n=100, seed=seed), optimizer=cr.SGD(0.8), seed=seed, **settings)
    for seed in range(SEED, SEED + STARTS)
]
linear = np.stack([2 * run.history["loss"] for run in runs], axis=1)
for loss in (linear, xor):
    low, median, high = np.percentile(loss, [5, 50, 95], axis=1)
    print(low[-1], median[-1], high[-1])
