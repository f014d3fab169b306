"""Run commands of chainrule inside the tests' own process."""

import re

from typer.testing import CliRunner, Result

from chainrule.interfaces.cli.app import app


def invoke(*words: object, **environment: str) -> Result:
    """Run a command, `invoke("train", "xor")`, whose output goes into a pipe of 80 columns."""
    runner = CliRunner(env={"COLUMNS": "80", "LINES": "24"} | environment)
    return runner.invoke(app, [str(word) for word in words], prog_name="chainrule", catch_exceptions=False)


def output_of(*words: object, **environment: str) -> str:
    """What a command prints on stdout. It must end well, and on stderr tell no more than a table, diagnosis, advice."""
    result = invoke(*words, **environment)
    complaints = [line for line in told(result).splitlines() if not line.startswith(("Diagnosis: ", "Advice: "))]
    assert (result.exit_code, complaints) == (0, [])
    return result.stdout


def lines_of(*words: object, **environment: str) -> list[str]:
    """The lines of `output_of`."""
    return output_of(*words, **environment).splitlines()


def told(result: Result) -> str:
    """What a command prints on stderr, without how it read a table."""
    account = re.match(r"(?s).*?: [^\n]*[\d,]+ rows?, [\d,]+ columns?[^\n]*\nTarget .*?\n\n", result.stderr)
    return result.stderr[account.end() :] if account else result.stderr
