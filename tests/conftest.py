"""What every test run says in its last lines: the checks that were left out for want of a program. And Ctrl-C works."""

import signal

import pytest

# A shell that starts the tests in its background has them ignore Ctrl-C, and programs that they start as well; tests of
# Ctrl-C would wait for ever.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Each reason for skipping that begins with "Left out", once."""
    skipped = [each.longrepr for each in terminalreporter.stats.get("skipped", [])]
    reasons = {each[2].removeprefix("Skipped: ") for each in skipped if isinstance(each, tuple)}
    for reason in sorted(reasons):
        if reason.startswith("Left out"):
            terminalreporter.write_line(reason, yellow=True)
