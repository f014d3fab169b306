"""The start shown of each task, trained alone, and its answers to the test points."""

import chainrule as cr

EPOCHS = 100_000
SEEDS = {"linear": 0, "xor": 0}
TEST_SEED = 32

network = cr.mlp(2, 4, 4, 1, initializer=cr.Normal())
linear, linear_test = (cr.datasets.linear(n=100, seed=seed) for seed in (SEEDS["linear"], TEST_SEED))
xor = cr.datasets.xor()
for training, test, learning_rate, seed in (
    (linear, linear_test, 0.8, SEEDS["linear"]),
    (xor, xor, 0.2, SEEDS["xor"]),
):
    loss, optimizer = cr.HalfSquaredError(), cr.SGD(learning_rate)
    run = cr.train(network, *training, loss=loss, optimizer=optimizer, epochs=EPOCHS, seed=seed)
    x_test, y_test = test
    prediction = run.model.predict(x_test)
    accuracy = run.model.score(x_test, y_test, "accuracy")
    print(accuracy)
