"""A small convolutional network learns handwritten digits, on five splits, three starts each."""

import numpy as np

import chainrule as cr

EPOCHS = 20
SEED = 0

network = cr.Network(
    (1, 8, 8),
    [
        *(cr.Conv2D(16, 3, padding="same"), cr.ReLU(), cr.Conv2D(16, 3, padding="same"), cr.ReLU(), cr.MaxPool(2)),
        *(cr.Conv2D(32, 3, padding="same"), cr.ReLU(), cr.MaxPool(2)),
        *(cr.Flatten(), cr.Dropout(0.3), cr.Dense(64), cr.ReLU(), cr.Dense(10)),
    ],
)
x, y = cr.datasets.digits()  # (1797, 1, 8, 8), (1797,)
accuracy = []
for k in range(5):
    learnt, _, held_out, _ = cr.split(np.arange(len(x)), y, test=0.25, seed=k, stratify=True)
    steps = EPOCHS * -(-len(learnt) // 32)
    run = cr.train(
        network,
        x[learnt],
        y[learnt],
        loss=cr.SoftmaxCrossEntropy(),
        optimizer=cr.Adam(cr.Cosine(0.003, steps)),
        epochs=EPOCHS,
        batch_size=32,
        population=3,
        seed=SEED,
        dtype="float32",
    )
    accuracy.append(run.model.score(x[held_out], y[held_out]))
median = np.median(accuracy)
print(median)
