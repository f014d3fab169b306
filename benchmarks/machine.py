"""The machine and the software that the numbers were measured with."""

import datetime
import io
import os
import platform
import re
import subprocess
from contextlib import redirect_stdout
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_info

import chainrule
from benchmarks.worker import THREADS, available_cores

DISTURBING = ("OPENBLAS_", "CHAINRULE_", "MKL_", "GOMP_")
"""How variables begin that choose kernels, caches, threads or engines. The suite sets the numbers of threads itself."""

VECTORS = {"avx512f": "avx512", "avx2": "avx2"}
"""The names of the vectors by the processor's flags, the widest first."""

PACKAGES = ("numpy", "torch", "jax", "jaxlib", "mlx", "nn-engine-core", "scikit-learn", "scipy", "threadpoolctl")


def describe() -> dict[str, str]:
    """The machine, its software and the date, by name."""
    found = {
        "date": datetime.date.today().isoformat(),
        "processor": processor(),
        "kind of processor": kind(),
        "shown in the README": ", ".join(in_readme()) or "none",
        "cores": f"{len(available_cores())} of {os.cpu_count()}",
        "system": f"{platform.system()} {platform.release()}, {platform.machine()}",
        "Python": f"{platform.python_implementation()} {platform.python_version()}",
        "chainrule": chainrule.__version__,
        "BLAS of NumPy": blas(),
        "C compiler": compiler(),
    }
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found | {f"{name} is set": os.environ[name] for name in disturbing()}


def warnings() -> list[str]:
    """A sentence for each variable of the environment that changes what is measured."""
    return [f"{name} is set: these times aren't those of a user without it; unset it." for name in disturbing()]


def disturbing() -> list[str]:
    """The variables that are set and change what is measured."""
    return sorted(name for name in os.environ if name.startswith(DISTURBING) and name not in THREADS)


def fields() -> dict[str, str]:
    """What Linux says about the processor, by name; elsewhere nothing."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return {}
    return {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in lines)}


def processor() -> str:
    """The processor's name, if the system tells it, with its family: a virtual machine may hide the name."""
    known = fields()
    name = known.get("model name") or platform.processor() or platform.machine()
    numbers = [f"{each} {known[each]}" for each in ("cpu family", "model") if each in known]
    return f"{name} ({', '.join(numbers)})" if numbers else name


def kind() -> str:
    """The kind of processor as the name of a folder: its name, family and model, and its vectors."""
    known = fields()
    flags = known.get("flags", "").split()
    vectors = next((name for flag, name in VECTORS.items() if flag in flags), platform.machine())
    words = (known.get("model name") or platform.processor(), known.get("cpu family"), known.get("model"), vectors)
    return slug(*filter(None, words))


def slug(*words: str) -> str:
    """Words as the name of a folder.

    >>> slug("AMD EPYC 7B13 (R)", "25", "avx2")
    'amd-epyc-7b13-25-avx2'
    """
    plain = re.sub(r"\((r|tm)\)", "", " ".join(words).lower())
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def in_readme() -> list[str]:
    """The kinds of processors whose results the README shows, by the tables that it links to."""
    text = Path(__file__).parent.with_name("README.md").read_text(encoding="utf-8")
    return list(dict.fromkeys(re.findall(r"docs/benchmarks/([^/)]+)/table\.md", text)))


def blas() -> str:
    """NumPy's BLAS library, and the processor that its kernels are made for, if it tells."""
    text = io.StringIO()
    with redirect_stdout(text):
        found = np.show_config(mode="dicts")
    library = (found or {}).get("Build Dependencies", {}).get("blas", {})
    kernels = [each["architecture"] for each in threadpool_info() if "architecture" in each]
    words = (library.get("name", "unknown"), library.get("version", ""), *(f"({each} kernels)" for each in kernels[:1]))
    return " ".join(filter(None, words))


def compiler() -> str:
    """The first line of `cc --version`."""
    try:
        said = subprocess.run(["cc", "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return "not installed"
    return said.partition("\n")[0]
