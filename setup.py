"""What pyproject.toml cannot say: the optional extension, and the examples, which lie elsewhere than in the package."""

import shutil
import sys
import sysconfig
from glob import glob
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_py import build_py

FLAGS = ["-std=c11", "-O3", "-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math", "-fvisibility=hidden", "-g0"]

engine = Extension(
    "chainrule.core.engine._engine",
    sorted(glob("engine/*.c")),
    depends=glob("engine/*.h"),
    define_macros=[("Py_LIMITED_API", "0x030B0000")],
    extra_compile_args=[] if sys.platform == "win32" else FLAGS,
    py_limited_api=True,
    optional=True,  # without a C compiler NumPy does the work
)
has_lock = not sysconfig.get_config_var("Py_GIL_DISABLED")  # an interpreter without it takes no limited API


class WithExamples(build_py):
    """Packages the examples beside the report, which shows them. An editable install finds them where they are."""

    def run(self) -> None:
        """Copy the packages, and the examples."""
        super().run()
        if not self.editable_mode:
            target = Path(self.build_lib, "chainrule", "lab", "report", "examples")
            shutil.copytree("examples", target, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))


setup(
    ext_modules=[engine] if has_lock else [],
    cmdclass={"build_py": WithExamples},
    options={"bdist_wheel": {"py_limited_api": "cp311"}} if has_lock else {},
)
