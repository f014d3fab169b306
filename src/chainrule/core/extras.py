"""Extras: what to type where a part of chainrule needs a package that isn't installed.

The advice follows from how chainrule itself was installed, which pip notes beside it in `direct_url.json`.
Source: PyPA's specification "Recording the Direct URL Origin of installed distributions".
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from chainrule.core.errors import MissingExtraError


def missing_extra(what: str, extra: str) -> MissingExtraError:
    """The error of a part that needs an extra. what: the beginning of its sentence, "figures need Matplotlib".

    >>> str(missing_extra("figures need Matplotlib", "report"))[:36]
    'figures need Matplotlib: pip install'
    """
    return MissingExtraError(f"{what}: {advice(extra)}.")


def advice(extra: str) -> str:
    """The command that installs an extra of chainrule, as it was installed here.

    Double quotes, which every shell knows: cmd.exe hands single ones on to pip.
    """
    import json  # here: only this sentence needs these modules
    from importlib import metadata

    try:
        distribution = metadata.distribution("chainrule")
    except metadata.PackageNotFoundError:  # run from its source, as with PYTHONPATH=src
        root = Path(__file__).resolve().parents[3]
        is_clone = (root / "pyproject.toml").is_file()
        return f'pip install "{root}[{extra}]"' if is_clone else f'pip install "chainrule[{extra}]"'
    origin = json.loads(distribution.read_text("direct_url.json") or "{}")
    return command(extra, origin, distribution.requires or ())


def command(extra: str, origin: Mapping[str, Any], requires: Any = ()) -> str:
    """The command for a package of this origin. requires: its requirements, for an origin that has gone since.

    >>> command("cli", {})
    'pip install "chainrule[cli]"'
    >>> git = {"url": "https://example.org/chainrule.git", "vcs_info": {"vcs": "git", "commit_id": "1101ff7"}}
    >>> command("cli", git)
    'pip install "chainrule[cli] @ git+https://example.org/chainrule.git@1101ff7"'
    >>> command("cli", {"url": "file:///no/such/folder"}, ["numpy>=2.1", 'rich>=13.9; extra == "cli"'])
    'pip install "rich>=13.9"'
    """
    from urllib.parse import urlsplit
    from urllib.request import url2pathname

    url = origin.get("url", "")
    if not url:  # from an index
        return f'pip install "chainrule[{extra}]"'
    if "vcs_info" in origin:
        version_control = origin["vcs_info"]
        return f'pip install "chainrule[{extra}] @ {version_control["vcs"]}+{url}@{version_control["commit_id"]}"'
    if not url.startswith("file:"):
        return f'pip install "chainrule[{extra}] @ {url}"'
    path = Path(url2pathname(urlsplit(url).path))
    if not path.exists():  # a wheel that was deleted, say: then the packages themselves
        by_extra = (each.replace("'", '"').partition(";") for each in requires)
        wanted = (name.strip() for name, _, marker in by_extra if marker.strip() == f'extra == "{extra}"')
        return "pip install " + " ".join(f'"{each}"' for each in wanted)
    editable = "-e " if origin.get("dir_info", {}).get("editable") else ""
    return f'pip install {editable}"{path}[{extra}]"'
