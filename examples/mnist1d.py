"""The authors' convolutional network on MNIST-1D, as it is and shuffled; the table's other rows change the network."""

import numpy as np

import chainrule as cr

EPOCHS = 150
SEED = 0

network = cr.Network(
    (1, 40),
    [
        *(cr.Conv1D(25, 5, stride=2, padding=1), cr.ReLU()),
        *(cr.Conv1D(25, 3, stride=2, padding=1), cr.ReLU()),
        *(cr.Conv1D(25, 3, stride=2, padding=1), cr.ReLU()),
        *(cr.Flatten(), cr.Dense(10)),
    ],
)
for shuffled in (False, True):
    x, y, x_test, y_test = cr.datasets.mnist1d(shuffled=shuffled)  # (4000, 1, 40), (4000,), ...
    training = cr.iterate(
        network,
        x,
        y,
        loss=cr.SoftmaxCrossEntropy(),
        optimizer=cr.Adam(0.01),
        epochs=EPOCHS,
        batch_size=100,
        population=5,
        seed=SEED,
        dtype="float32",
        record_every=1,
    )
    # the models after the last ten epochs
    models = [cr.Model(network, record.theta) for record in training if record.epoch > max(0, EPOCHS - 10)]
    models.append(training.result().model)
    accuracy = np.median([model.score(x_test, y_test, "accuracy") for model in models], axis=0)  # of each start
    median = np.median(accuracy)
    print(median)
