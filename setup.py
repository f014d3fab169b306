"""What pyproject.toml cannot say: the optional extension, and the examples, which lie elsewhere than in the package."""

import os
import shutil
import sys
import sysconfig
from glob import glob
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_py import build_py

FLAGS = ["-std=c11", "-O3", "-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math", "-fvisibility=hidden", "-g0"]

engine = Extension(
    "chainrule.core.engine._engine",
    sorted(glob("engine/*.c")),
    depends=glob("engine/*.h"),
    define_macros=[("Py_LIMITED_API", "0x030B0000")],
    extra_compile_args=[*FLAGS, *os.environ.get("CFLAGS", "").split()],  # a packager's flags come last: they win
    libraries=["m"],
    py_limited_api=True,
    optional=True,  # without a C compiler NumPy does the work
)
has_lock = not sysconfig.get_config_var("Py_GIL_DISABLED")  # an interpreter without it takes no limited API
has_vectors = sys.platform != "win32"  # Microsoft's compiler has no vector extensions
is_tried = has_lock and has_vectors


class WithExamples(build_py):
    """Packages the examples beside the report, which shows them. An editable install finds them where they are."""

    def run(self) -> None:
        """Copy the packages, and the examples."""
        super().run()
        if not self.editable_mode:
            target = Path(self.build_lib, "chainrule", "lab", "report", "examples")
            shutil.copytree("examples", target, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))


class NamedByContents(bdist_wheel):
    """A wheel that holds no extension, because there was no compiler, is named as one that fits every system."""

    def run(self) -> None:
        """Compile, then pack."""
        self.run_command("build_ext")
        if not all(map(os.path.exists, self.get_finalized_command("build_ext").get_outputs())):
            self.distribution.ext_modules = []
            self.root_is_pure, self.py_limited_api = True, False
        super().run()


setup(
    ext_modules=[engine] if is_tried else [],
    cmdclass={"bdist_wheel": NamedByContents, "build_py": WithExamples},
    options={"bdist_wheel": {"py_limited_api": "cp311"}} if is_tried else {},
)
