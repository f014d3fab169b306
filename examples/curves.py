"""The learning curves of every start on both tasks, and the band that they lie in."""

import numpy as np

import chainrule as cr

EPOCHS = 100_000
RECORD_EVERY = 500
STARTS = 32
SEED = 0

network = cr.mlp(2, 4, 4, 1, initializer=cr.Normal())
settings = {"loss": cr.HalfSquaredError(), "epochs": EPOCHS, "record_every": RECORD_EVERY}
settings |= {"population": STARTS, "seed": SEED}
x, y = cr.datasets.xor()  # (21, 2), (21, 1): the same points for all starts
run = cr.train(network, x, y, optimizer=cr.SGD(0.2), **settings)
xor = 2 * run.history["loss"]  # (records, starts): the mean squared error
draws = [cr.datasets.linear(n=100, seed=seed) for seed in range(SEED, SEED + STARTS)]
x, y = (np.stack(each) for each in zip(*draws, strict=True))  # (starts, 100, 2), (starts, 100, 1): each its own
run = cr.train(network, x, y, optimizer=cr.SGD(0.8), **settings)
linear = 2 * run.history["loss"]
for loss in (linear, xor):
    low, median, high = np.percentile(loss, [5, 50, 95], axis=1)
    print(low[-1], median[-1], high[-1])
