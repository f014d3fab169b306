"""The page for everybody: axe finds nothing in any view, the keyboard reaches everything, each term explains itself."""

from collections.abc import Callable
from typing import Any

from axe import faults, faults_in_looks
from chainrule.interfaces.play.catalogue import catalogue
from pages import STEP

Opened = Callable[..., Any]


def focused(page: Any) -> str:
    """What has the focus: its name, label or id."""
    return str(
        page.evaluate("(e => e.name || e.ariaLabel || e.id || e.textContent.slice(0, 30))(document.activeElement)")
    )


LOOKS = ("light", "dark", "contrast")


def test_a_look_is_chosen(opened: Opened):
    page = opened()
    page.click("summary:has-text('Look')")
    for look in LOOKS:
        page.select_option("select[name=look]", look)
        assert page.get_attribute("html", "data-look") == look


def test_axe_finds_nothing_in_any_view(opened: Opened):
    page = opened(is_new=True)
    page.wait_for_selector(".first")
    page.wait_for_function(f"() => {STEP} >= 30")
    assert faults(page) == [], "while it trains"
    page.click("button.main:text('Pause')")  # a page that trains would take half of the time
    assert faults_in_looks(page, *LOOKS) == {}
    page.click(".first .close")
    for tab in ("layers", "samples", "confusion"):
        page.click(f"#tab-{tab}")
        page.wait_for_selector("[role=tabpanel] :is(table, .layers)")
        assert faults_in_looks(page, *LOOKS) == {}, tab
    popups = (".menu summary", ".menu details + details summary", ".menu details:last-child summary")
    for summary in (*popups, ".hidden summary", "fieldset summary"):
        page.locator(summary).first.click()
        assert faults_in_looks(page, *LOOKS) == {}, summary
        page.keyboard.press("Escape")
    page.click("#tab-doctor")
    page.click(".doctor > button")
    page.wait_for_selector(".doctor article, .doctor div > p:not(.hint)", timeout=60_000)
    page.hover("#unit-0-0")
    page.wait_for_selector("#card canvas")
    assert faults_in_looks(page, *LOOKS) == {}, "the doctor and a unit"
    page.click("#tab-samples")
    page.hover(".samples tbody tr")
    page.wait_for_selector(".reading")
    assert faults_in_looks(page, *LOOKS) == {}, "a sample that is pointed at"
    page.select_option("select[name=set]", "own")
    page.wait_for_selector(".brushes")
    page.focus("input[name=learning_rate]")
    page.keyboard.press("Tab")
    page.wait_for_selector("#tip:not([hidden])")
    assert faults_in_looks(page, *LOOKS) == {}, "own points and an explanation"


def test_every_control_is_reached_by_the_tab_key_and_explains_itself(opened: Opened):
    page = opened()
    seen: list[str] = []
    unexplained = []
    page.evaluate("document.activeElement.blur()")
    for _ in range(90):
        page.keyboard.press("Tab")
        name = focused(page)
        if name in seen[:3] and len(seen) > 20:
            break
        seen.append(name)
        is_field = page.evaluate("document.activeElement.matches('.field *')")
        if is_field and page.locator("#tip:not([hidden])").count() == 0:
            unexplained.append(name)
    assert unexplained == []
    needed = {"set", "optimizer", "loss", "seed", "speed", "unit-0-0", "tab-doctor", "panel", "x1"}
    assert needed <= {each if each != "Layer 1, unit 1" else "unit-0-0" for each in seen}
    assert any("Look" in each for each in seen)
    visible = page.locator(
        "button:visible:enabled:not([tabindex='-1']):not(.term), select:visible, .field input:visible"
    )
    assert len(seen) >= visible.count()


def test_each_of_the_librarys_names_has_a_line(opened: Opened):
    page = opened()
    known = catalogue()
    names = [*known["data"], *known["activations"], *known["initializers"], *known["losses"], *known["optimizers"]]
    settings = [each["name"] for kind in ("optimizers", "schedules") for part in known[kind].values() for each in part]
    missing = page.evaluate(
        """async ([names, settings]) => {
            const { choices, hints, words } = await import('/page/words.js');
            return [...names.filter(each => !choices[each]), ...settings.filter(each => !hints[each]),
                    ...Object.keys(hints).filter(each => !hints[each])];
        }""",
        [[*names, *known["schedules"]], settings],
    )
    assert missing == []
    assert page.locator(".field:not([data-hint])").count() == 0


def test_a_finger_on_a_word_explains_it_and_changes_nothing(opened: Opened):
    page = opened(width=768, height=1024, has_touch=True)
    before = page.is_checked("input[name=bias]")
    page.locator(".field:has(input[name=bias]) .term").tap()
    page.wait_for_selector("#tip:not([hidden])")
    assert "begins training anew" in page.text_content("#tip")
    assert page.is_checked("input[name=bias]") == before
    page.locator("h1").tap()
    page.wait_for_selector("#tip", state="hidden")


def test_a_unit_and_a_line_tell_their_numbers(opened: Opened):
    page = opened()
    page.focus("#tab-doctor")
    page.focus("#unit-0-0")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    assert focused(page) == "Layer 2, unit 2"
    assert "Layer 2, unit 2" in page.text_content("#card strong")
    assert page.locator("#card dt").all_text_contents() == ["bias", "a₁", "a₂", "a₃", "a₄"]
    page.keyboard.press("ArrowRight")
    assert focused(page) == "Output, unit 1"
    box = page.locator(".network").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 4, box["y"] + box["height"] / 8 * 1.5)
    page.wait_for_selector("#card .one")
    assert page.locator("#card dt").all_text_contents() == ["weight", "gradient", "last step"]


def test_dead_units_are_marked(opened: Opened):
    page = opened()
    page.evaluate(
        """async () => {
            const { change } = await import('/page/run.js');
            change({ hidden: [{ units: 3, activation: 'relu' }], initializer: { type: 'Zeros' }, bias: false });
        }"""
    )
    page.wait_for_selector("[aria-label='Network: 2-3-1']")
    page.hover("#unit-0-1")
    page.wait_for_selector("#card mark:text('dead')")


def test_points_are_drawn_by_the_keyboard(opened: Opened):
    page = opened()
    page.select_option("select[name=set]", "own")
    page.click("button:has-text('Remove all but one')")
    page.wait_for_function("() => document.querySelectorAll('circle').length === 1")
    page.focus(".plane.own svg[role]")
    for key in ("ArrowUp", "ArrowUp", "ArrowLeft", "1", "Enter"):
        page.keyboard.press(key)
    page.wait_for_function("() => document.querySelectorAll(':is(.learnt, .test)').length === 2")
    page.keyboard.press("Delete")
    page.wait_for_function("() => document.querySelectorAll(':is(.learnt, .test)').length === 1")


def test_a_charts_cursor_reads_values_by_the_keyboard(opened: Opened):
    page = opened()
    read = "Number(document.querySelector('.chart .u-value').textContent.replaceAll(',', ''))"
    page.click("button.main")
    page.wait_for_function(f"() => {STEP} >= 100")
    page.click("button.main")
    page.wait_for_selector("button.main:text('Play')")
    page.focus(".chart")
    page.keyboard.press("ArrowLeft")
    page.wait_for_function(f"() => {read} > 0")
    before = page.evaluate(read)
    page.keyboard.press("ArrowLeft")
    page.wait_for_function(f"before => {read} < before", arg=before)


def test_motion_is_reduced_and_the_language_is_said(opened: Opened):
    page = opened(is_new=True, reduced_motion="reduce")
    assert page.evaluate("getComputedStyle(document.querySelector('button')).transitionDuration") == "0s"
    assert page.evaluate("document.documentElement.lang") == "en"
    page.wait_for_timeout(500)
    assert page.text_content(".count").startswith("Step 0 ")
    moving = opened(is_new=True)
    moving.wait_for_function("() => !document.querySelector('.count').textContent.startsWith('Step 0 ')")


def test_nothing_is_wider_than_the_page(opened: Opened):
    page = opened()
    for width, height in ((1280, 800), (1024, 768), (768, 1024), (1600, 1000)):
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        clipped = page.evaluate(
            """() => [...document.querySelectorAll('button, summary, .term, h2, label')]
                .filter(each => each.checkVisibility() && getComputedStyle(each).display !== 'inline')
                .filter(each => each.scrollWidth > each.clientWidth + 1)
                .map(each => each.textContent)"""
        )
        assert clipped == [], width
