"""Draw the README's picture of an explained weight anew: `.venv/bin/python docs/one_weight.py`."""

from pathlib import Path

import chainrule as cr
from chainrule.lab.figures.svg import COLOR, save

x, y = cr.datasets.xor()
network = cr.mlp(2, 4, 4, 1, activation="sigmoid", initializer=cr.Normal())
step = cr.explain(network, network.initialize(seed=0), x, y, cr.HalfSquaredError(), cr.SGD(0.5), samples=3)
by_weight, by_gradient = step.weight(layer=2, to=1, from_=3).drawings
# A page gives the drawing its text colour; a file of its own has none around it.
save(
    by_gradient.replace('fill="currentColor"', f'style="fill: {COLOR["ink"]}"'),
    Path(__file__).with_name("one-weight.svg"),
)
