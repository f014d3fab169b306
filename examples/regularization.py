"""Batch normalisation and dropout on handwritten digits, on and off."""

import chainrule as cr

EPOCHS = 10
STARTS = 8
SEED = 0


def regularized(norm, drop):
    """Two convolutions and a Dense layer, with batch normalisation and dropout where asked."""
    first, second = ([cr.Conv2D(channels, 3, padding="same"), *norm, cr.ReLU(), cr.MaxPool(2)] for channels in (8, 16))
    return cr.Network((1, 8, 8), [*first, *second, cr.Flatten(), *drop, cr.Dense(10)])


networks = [
    regularized([], []),
    regularized([cr.BatchNorm()], []),
    regularized([], [cr.Dropout(0.3)]),
    regularized([cr.BatchNorm()], [cr.Dropout(0.3)]),
]
experiment = cr.Experiment(
    cr.DataSet("digits"),
    network=networks[0],
    loss=cr.SoftmaxCrossEntropy(),
    optimizer=cr.Adam(0.003),
    epochs=EPOCHS,
    starts=STARTS,
    seed=SEED,
    batch_size=32,
    dtype="float32",
)
comparison = cr.compare(experiment, network=networks, level=0.05)
for row in comparison.summary():
    print("digits", row.label, row.median, row.low, row.high, row.succeeded, row.diverged)
