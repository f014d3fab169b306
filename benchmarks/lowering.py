"""Lowering: the time to compile a step beside the time to bind it, for the networks of T1 and T4.

Each round is a fresh interpreter (`python -m benchmarks.lowering`): first a structure that it never saw, then it again.
The times are the processor's: nothing is waited for, and so others on the machine hardly change them.
"""

import gc
import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import chainrule as cr
from benchmarks.spread import Spread, ratios
from benchmarks.tasks import LENET, REFERENCE
from benchmarks.worker import available_cores, surroundings
from chainrule.core.calls import Calls
from chainrule.core.engine.program import lowered
from chainrule.core.objective import Objective
from chainrule.core.optimizers import bind_update
from chainrule.core.parameters import Parameters
from chainrule.core.plan.plan import Plan

ROUNDS = 15
"""The rounds: more than elsewhere, since they are short."""

BINDING, LOWERING, AGAIN = "binding", "lowering", "lowering it again"


@dataclass(frozen=True)
class Lowering:
    """Milliseconds of each part, by network; one number per round."""

    times: dict[str, dict[str, list[float]]]

    def ratio(self, network: str, part: str, than: str) -> Spread:
        """A part's time divided by another's, round by round."""
        return Spread.of(ratios(self.times[network][part], self.times[network][than]))


def lowering(rounds: int = ROUNDS, show: Callable[[str], object] = lambda text: None) -> Lowering:
    """Measure it on one core."""
    times: dict[str, dict[str, list[float]]] = {}
    with surroundings(available_cores()[-1:]):
        for number in range(rounds):
            show(f"lowering: round {number + 1}")
            command = [sys.executable, "-m", "benchmarks.lowering"]
            said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            for network, parts in json.loads(said).items():
                for part, milliseconds in parts.items():
                    times.setdefault(network, {}).setdefault(part, []).append(milliseconds)
    return Lowering(times)


def one_round() -> dict[str, dict[str, float]]:
    """The milliseconds of each part in this interpreter."""
    tasks = {
        "T1": (REFERENCE, cr.HalfSquaredError(), cr.SGD(0.5), 100, "float64"),
        "LeNet": (LENET, cr.SoftmaxCrossEntropy(), cr.Adam(0.001), 32, "float32"),
    }
    found = {}
    for name, task in tasks.items():
        binding, first = once(*task)
        _, again = once(*task)
        found[name] = {BINDING: binding, LOWERING: first, AGAIN: again}
    return found


def once(network: cr.Network, loss: cr.Loss, optimizer: Any, n: int, dtype: str) -> tuple[float, float]:
    """The milliseconds of binding a step, and of lowering it."""
    theta = network.initialize(0, dtype=dtype)
    gc.collect()  # what the imports left: else it falls into one of the two
    begin = time.process_time()
    parameters = Parameters.of(network, theta, slots=optimizer.slots)
    plan = Plan(Objective(network, loss), n, parameters)
    calls = Calls(*plan.value_and_gradient, *bind_update(optimizer, parameters))
    bound = time.process_time()
    lowered(calls, [plan.value, parameters.theta, parameters.gradient, *parameters.slots.values()])
    return 1e3 * (bound - begin), 1e3 * (time.process_time() - bound)


if __name__ == "__main__":
    print(json.dumps(one_round()))
