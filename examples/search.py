"""Every learning rate tried on both tasks, and the band of its losses at the epochs that the reference printed."""

import numpy as np

import chainrule as cr

EPOCHS = 20_000
STARTS = 8
SEED = 0

network = cr.mlp(2, 4, 4, 1, initializer=cr.Normal())
settings = {"loss": cr.HalfSquaredError(), "epochs": EPOCHS, "record_every": 100, "dtype": "float32"}
for rate in [0.1, 0.2, 0.25, 0.3, 0.5, 0.8, 1.0]:
    optimizer = cr.SGD(rate)
    xor = cr.train(network, *cr.datasets.xor(), optimizer=optimizer, population=STARTS, seed=SEED, **settings)
    linear = [
        cr.train(network, *cr.datasets.linear(n=100, seed=seed), optimizer=optimizer, seed=seed, **settings)
        for seed in range(SEED, SEED + STARTS)
    ]
    for losses in (2 * xor.history["loss"], np.stack([2 * run.history["loss"] for run in linear], axis=1)):
        low, median, high = np.percentile(losses[::50], [5, 50, 95], axis=1)  # epochs 0, 5000, ...
        print(rate, *median)
