"""Pooling on handwritten digits: by the maximum, by the average, or a convolution that strides."""

import chainrule as cr

EPOCHS = 10
STARTS = 8
SEED = 0


def pooled(*pool, stride=1):
    """Two convolutions with ReLU, each followed by the pool, if there is one."""
    first, second = ([cr.Conv2D(channels, 3, stride, "same"), cr.ReLU(), *pool] for channels in (8, 16))
    return cr.Network((1, 8, 8), [*first, *second, cr.Flatten(), cr.Dense(10)])


networks = [pooled(cr.MaxPool(2)), pooled(cr.AveragePool(2)), pooled(stride=2)]
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
