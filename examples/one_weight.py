"""One weight of the reference network worked out in full, on one point of xor, some way into its training."""

import chainrule as cr

STEPS = 1_000
SEED = 0

x, y = cr.datasets.xor()
network = cr.mlp(2, 4, 4, 1, initializer=cr.Normal())
theta = network.initialize(seed=SEED)
step = cr.explain(network, theta, x, y, cr.HalfSquaredError(), cr.SGD(0.2), steps=STEPS, samples=3)
print(step.weight(layer=2, to=1, from_=3))
