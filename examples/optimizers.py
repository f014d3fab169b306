"""Optimizers, each at four learning rates, on both tasks: the final losses, and how many starts succeed."""

import chainrule as cr

EPOCHS = 20_000
STARTS = 8
SEED = 0

optimizers = [
    cr.SGD(0.1),
    cr.Momentum(0.1),
    cr.RMSprop(0.1),
    cr.Adam(0.1, bias_correction=False),
    cr.Adam(0.1),
]
for data in (cr.DataSet("linear", n=100, seed=SEED), cr.DataSet("xor")):
    experiment = cr.Experiment(
        data,
        network=cr.Perceptron((4, 4), initializer=cr.Normal()),
        optimizer=cr.Adam(0.01),
        epochs=EPOCHS,
        starts=STARTS,
        seed=SEED,
        dtype="float32",
    )
    comparison = cr.compare(experiment, optimizer=optimizers, learning_rate=[0.01, 0.1, 1.0, 10.0], level=0.01)
    for row in comparison.summary():
        print(data.name, row.label, row.median, row.low, row.high, row.succeeded, row.diverged)
