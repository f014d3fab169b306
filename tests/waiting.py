"""Waiting for what a page's own modules hold: Playwright's wait_for_function doesn't wait for a promise."""

from typing import Any

SECONDS = 20.0


def until(page: Any, condition: str, argument: Any = None) -> None:
    """Wait until a function of JavaScript, perhaps an async one, holds for the argument."""
    page.evaluate(
        f"""async (argument) => {{
            const holds = {condition};
            for (const end = Date.now() + {1000 * SECONDS}; !(await holds(argument)); ) {{
                if (Date.now() > end) throw new Error("it never came to be");
                await new Promise((go) => setTimeout(go, 10));
            }}
        }}""",
        argument,
    )
