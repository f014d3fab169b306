"""What pyproject.toml cannot say: the optional extension, and the examples, which lie elsewhere than in the package."""

import os
import shutil
import sys
import sysconfig
from concurrent.futures import ThreadPoolExecutor
from glob import glob
from pathlib import Path
from typing import Any

from setuptools import Extension, setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_ext import build_ext
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


class SideBySide(build_ext):
    """Compiles files in parallel: nearly all of the time goes into three, the kernels for each set of instructions."""

    def build_extension(self, ext: Extension) -> None:
        """Compile each file by a call of its own, as many at once as there are cores."""
        compile_all = self.compiler.compile

        def compile_each(sources: list[str], **settings: Any) -> list[str]:
            with ThreadPoolExecutor(os.cpu_count()) as pool:
                found = pool.map(lambda source: compile_all([source], **settings), sources)
                return [file for files in found for file in files]

        self.compiler.compile = compile_each
        super().build_extension(ext)


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
    cmdclass={"bdist_wheel": NamedByContents, "build_ext": SideBySide, "build_py": WithExamples},
    options={"bdist_wheel": {"py_limited_api": "cp311"}} if is_tried else {},
)
