"""Three runs that go wrong: what the doctor says of each, and the loss with what it says to try."""

import chainrule as cr

EPOCHS = 500
SEED = 0

settings = {"loss": cr.BinaryCrossEntropy(), "epochs": EPOCHS, "seed": SEED}
x, y = cr.datasets.moons(200, noise=0.1, seed=SEED)
for network, times, rate in (
    (cr.mlp(2, *[8] * 10, 1, activation="sigmoid", output="identity"), 1, 0.5),
    (cr.mlp(2, 16, 16, 1, activation="relu", output="identity"), 1, 10.0),
    (cr.mlp(2, 16, 1, activation="tanh", output="identity"), 1000, 0.5),
):
    settings |= {"network": network, "x": times * x, "y": y, "optimizer": cr.SGD(rate)}
    try:
        run = cr.train(**settings)
    except cr.DivergenceError as error:
        run = error.run
    first, *others = cr.diagnose(run, times * x, y)
    cured = cr.train(**first.treated(**settings))
    print(first, run.final_loss, cured.final_loss)
