"""The matrices and the proof on the page: what meets lights up, keys and clicks follow, and the marks are there."""

from collections.abc import Callable
from typing import Any

from axe import faults

Opened = Callable[..., Any]

FOLLOWED = '[data-picks="weight"] [data-lights="result"] .lit[data-row="{row}"]'
"""The entry of a gradient that is followed."""


def lit(equation):
    cell = equation.locator('[data-lights="result"] mtd.lit')
    return [cell.get_attribute(f"data-{axis}") for axis in ("row", "column")]


def test_a_gradient_s_entry_lights_what_meets_in_it_and_is_followed(opened: Opened):
    page = opened()
    page.get_by_role("button", name="Look inside").click()
    page.get_by_role("tab", name="Matrices").click()
    gradient = page.locator('.of-matrices[data-picks="weight"]').first
    cell = gradient.locator('[data-lights="result"] mtd[data-row="2"][data-column="1"]')
    cell.hover()
    assert (
        gradient.locator('[data-lights="row"] mtd.pointed').evaluate_all("all => all.map(each => each.dataset.row)")
        == ["2"] * 5
    )
    assert gradient.locator('[data-lights="column"] mtd.pointed').count() == 5
    assert gradient.locator('[data-lights="result"] mtd').evaluate_all(
        "all => all.every(each => /[✓◇]$/.test(each.textContent))"
    )
    assert faults(page) == []
    cell.click()
    page.wait_for_selector(FOLLOWED.format(row=2))
    assert lit(gradient) == ["2", "1"]
    gradient.locator(".product").focus()
    page.keyboard.press("ArrowUp")
    page.wait_for_selector(FOLLOWED.format(row=1))
    assert lit(gradient) == ["1", "1"]
    page.get_by_role("tab", name="Chain").click()  # the same weight
    page.get_by_role("heading", name="Layer 1: the weight to unit 2 from input 2").wait_for()


def test_the_proof_has_a_row_for_each_layer_and_follows_the_step(opened: Opened):
    page = opened()
    page.get_by_role("button", name="Look inside").click()
    page.get_by_role("tab", name="Proof").click()
    page.get_by_role("heading", name="Step 1", exact=True).wait_for()
    assert page.locator(".proven tbody tr").count() == 3
    assert page.locator(".proven tbody td:last-child").all_inner_texts() == ["✓ agrees"] * 3
    assert faults(page) == []
    page.get_by_role("button", name="Step", exact=True).click()
    page.get_by_role("heading", name="Step 2", exact=True).wait_for()
