"""The machine and the software that the numbers were measured with."""

import datetime
import io
import os
import platform
import subprocess
from contextlib import redirect_stdout
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_info

import chainrule
from benchmarks.worker import available_cores

PACKAGES = ("numpy", "torch", "jax", "jaxlib", "scikit-learn", "scipy", "threadpoolctl")


def describe() -> dict[str, str]:
    """The machine, its software and the date, by name."""
    found = {
        "date": datetime.date.today().isoformat(),
        "processor": processor(),
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
    return found


def processor() -> str:
    """The processor's name, if the system tells it, with its family: a virtual machine may hide the name."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    fields = {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    name = fields.get("model name", platform.machine())
    numbers = [f"{each} {fields[each]}" for each in ("cpu family", "model") if each in fields]
    return f"{name} ({', '.join(numbers)})" if numbers else name


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
