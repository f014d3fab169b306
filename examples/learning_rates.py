"""Learning rates on both tasks, by plain gradient descent: the final losses, and how many starts succeed."""

import chainrule as cr

EPOCHS = 20_000
STARTS = 8
SEED = 0

for data in (cr.DataSet("linear", n=100, seed=SEED), cr.DataSet("xor")):
    experiment = cr.Experiment(
        data,
        network=cr.Perceptron((4, 4), initializer=cr.Normal()),
        optimizer=cr.SGD(1.0),
        epochs=EPOCHS,
        starts=STARTS,
        seed=SEED,
        dtype="float32",
    )
    comparison = cr.compare(experiment, learning_rate=[0.001, 0.01, 0.1, 1.0, 10.0, 30.0, 100.0, 300.0], level=0.01)
    for row in comparison.summary():
        print(data.name, row.label, row.median, row.low, row.high, row.succeeded, row.diverged)
