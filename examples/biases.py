"""With and without biases on three tasks: the final losses, and how many starts succeed."""

import chainrule as cr

EPOCHS = 20_000
STARTS = 8
SEED = 0

sigmoid = cr.Perceptron((4, 4), initializer=cr.Normal())
tanh = cr.Perceptron((4, 4), activation="tanh", output="sigmoid", initializer=cr.Normal())
for data, network in (
    (cr.DataSet("linear", n=100, seed=SEED), sigmoid),
    (cr.DataSet("xor"), sigmoid),
    (cr.DataSet("circles", n=100, seed=SEED), tanh),
):
    experiment = cr.Experiment(
        data,
        network=network,
        optimizer=cr.Adam(0.01),
        epochs=EPOCHS,
        starts=STARTS,
        seed=SEED,
        dtype="float32",
    )
    comparison = cr.compare(experiment, bias=[True, False], level=0.01)
    for row in comparison.summary():
        print(data.name, row.label, row.median, row.low, row.high, row.succeeded, row.diverged)
