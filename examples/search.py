"""Every learning rate tried on both tasks, and the band of its losses at the epochs that the reference printed."""

import numpy as np

import chainrule as cr

EPOCHS = 20_000
STARTS = 8
SEED = 0

network = cr.mlp(2, 4, 4, 1, initializer=cr.Normal())
settings = {"loss": cr.HalfSquaredError(), "epochs": EPOCHS, "population": STARTS, "seed": SEED, "dtype": "float32"}
xor = cr.datasets.xor()  # (21, 2), (21, 1): the same points for all starts
draws = [cr.datasets.linear(n=100, seed=seed) for seed in range(SEED, SEED + STARTS)]
linear = [np.stack(each) for each in zip(*draws, strict=True)]  # (starts, 100, 2), (starts, 100, 1): each its own
for rate in [0.1, 0.2, 0.25, 0.3, 0.5, 0.8, 1.0]:
    for points in (xor, linear):
        run = cr.train(network, *points, optimizer=cr.SGD(rate), record_every=100, **settings)
        losses = 2 * run.history["loss"][::50]  # the mean squared error at epochs 0, 5000, ...
        low, median, high = np.percentile(losses, [5, 50, 95], axis=1)
        print(rate, *median)
