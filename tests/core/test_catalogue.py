"""The catalogue reads what descriptions wrote, imports no more than it needs, and calls nothing but their classes."""

import subprocess
import sys

import pytest

import chainrule as cr
from chainrule.core.catalogue import every_kind


def printed(program: str) -> str:
    """What a program prints in a fresh interpreter."""
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.strip()


def test_reading_a_network_imports_its_own_layers_only():
    program = """
import sys
import chainrule as cr
layers = [{"type": "Dense", "units": 4}, {"type": "Sigmoid"}, {"type": "BatchNorm"}]
network = cr.from_dict({"type": "Network", "input_shape": [2], "layers": layers})
print(network)
print(*sorted(name.split(".")[-1] for name in sys.modules if name.startswith("chainrule.core.layers.")))
"""
    assert printed(program).splitlines()[-1] == "base dense normalize shape"


@pytest.mark.parametrize("kind", ["Adam", "Cosine", "L2", "He", "SoftmaxCrossEntropy", "ELU", "Conv1D", "Network"])
def test_all_of_core_is_known_from_the_start(kind: str):
    program = f"from chainrule.core.catalogue import every_kind, from_dict; print({kind!r} in every_kind())"
    assert printed(program) == "True"


@pytest.mark.parametrize("kind", ["Buffers", "Layer", "Description", "print", None, 3])
def test_nothing_but_descriptions_can_be_read(kind: object):
    with pytest.raises(cr.FileError, match=r"unknown description|fields"):
        cr.from_dict({"type": kind, "anything": 1})


def test_a_users_class_is_named_with_its_module():
    class Tanh(cr.Layer):
        pass

    try:
        assert every_kind()["Tanh"] is cr.Tanh
        assert Tanh in every_kind().values()
        assert "." in Tanh.kind()
    finally:
        del cr.Description.known[Tanh.kind()]
