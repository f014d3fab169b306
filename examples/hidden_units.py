"""Hidden units on both tasks, 1 to 64 in each of two layers: the final losses, and how many starts succeed."""

import chainrule as cr

EPOCHS = 20_000
STARTS = 8
SEED = 0

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
    comparison = cr.compare(experiment, units=[1, 2, 4, 16, 64], level=0.01)
    for row in comparison.summary():
        print(data.name, row.label, row.median, row.low, row.high, row.succeeded, row.diverged)
