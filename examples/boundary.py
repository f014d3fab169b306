"""The start shown of each task, trained alone, and its answers at every place of a grid."""

import numpy as np

import chainrule as cr

EPOCHS = 100_000
SEEDS = {"linear": 0, "xor": 0}

network = cr.mlp(2, 4, 4, 1, initializer=cr.Normal())
for training, learning_rate, seed in (
    (cr.datasets.linear(n=100, seed=SEEDS["linear"]), 0.8, SEEDS["linear"]),
    (cr.datasets.xor(), 0.2, SEEDS["xor"]),
):
    loss, optimizer = cr.HalfSquaredError(), cr.SGD(learning_rate)
    run = cr.train(network, *training, loss=loss, optimizer=optimizer, epochs=EPOCHS, seed=seed)
    side = np.linspace(0, 1, 101)
    places = np.stack(np.meshgrid(side, side), axis=-1)  # (101, 101, 2): x1 and x2
    answer = run.model.predict(places.reshape(-1, 2)).reshape(101, 101)
    print((answer > 0.5).mean())  # the share of the square that is answered by class 1
