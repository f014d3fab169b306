"""What the library says on the page, in German: every sentence that it can say has its line."""

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

import chainrule as cr
from axe import faults
from cases import CASES, OPTIMIZERS
from chainrule.interfaces import play
from chainrule.interfaces.play.catalogue import catalogue
from chainrule.interfaces.play.scene import Scene
from chainrule.interfaces.play.stage import changeable
from chainrule.lab import diagnose
from chainrule.lab.diagnose.rules.course import COURSE, SETTINGS
from chainrule.lab.diagnose.rules.names import RATES
from chainrule.lab.diagnose.rules.rest import BESIDES, LAST_RESORT
from chainrule.lab.diagnose.rules.start import FIRST, START
from chainrule.lab.explain.content import Content
from chainrule.lab.explain.matrices.matrix import MatrixContent
from chainrule.lab.explain.notations.notation import Notation
from chainrule.lab.tables.account import account_of
from derivations import DERIVATIONS, WEIGHTS
from sentences import written

ROOM = Path(play.__file__).parent
CHECKS = Path(diagnose.__file__).parent / "checks"

GERMAN = {
    ast.literal_eval(key)
    for path in (ROOM / "page/words/said/de").glob("*.js")
    for key in re.findall(r"""^  ("[^"]*"|'[^']*'):""", path.read_text(encoding="utf-8"), re.MULTILINE)
}
"""What has a line in German, as the library writes it."""

PLAIN = Notation()


def test_every_sentence_of_an_explanation_has_its_german_form(english: Callable[[Iterable[str]], list[str]]):
    texts = [text for step in steps() for text in texts_of_step(step)]
    texts += [text for make in DERIVATIONS.values() for text in texts_of(make())]
    but_for_digits = {re.sub("[0-9]+|[₀-₉]+|[⁰¹²³⁴-⁹]+", "7", text): text for text in texts}
    assert len(but_for_digits) > 200
    assert english(but_for_digits.values()) == []


def steps() -> Iterator[cr.explain]:
    """Steps of every case, and of every optimizer."""
    n = 4
    rich = {"penalty": cr.L2(0.1), "clip": 0.01, "sample_weight": WEIGHTS[:n], "seed": 0}
    for k, case in enumerate(CASES.values()):
        x, y = case.data(n)
        settings = rich if k % 2 else {"samples": [1, 3]}
        yield cr.explain(case.network, case.network.initialize(0), x, y, case.loss, cr.SGD(0.1), **settings)
    network = cr.mlp(2, 3, 1)
    x, y = cr.datasets.xor()
    for optimizer in OPTIMIZERS.values():
        yield cr.explain(network, network.initialize(0), x, y, cr.HalfSquaredError(), optimizer, steps=2, clip=100.0)


def texts_of_step(step: Any) -> Iterator[str]:
    """What is said of a step, of some of its weights and units, and of the matrices of its layers."""
    yield from texts_of(step.overview())
    for each in step.layers:
        unit = [1] * (each.z.ndim - 1)
        yield from texts_of(step.unit(each.number, unit if len(unit) > 1 else 1))
        for name, array in each.parameters.items():
            from_ = [1] * (array.ndim - 1) if name == "weights" else name
            yield from texts_of(
                step.weight(each.number, 1, from_[0] if name == "weights" and len(from_) == 1 else from_)
            )
        try:
            yield from texts_of_matrices(step.matrices(each.number, unit if len(unit) > 1 else 1))
        except cr.SettingError as error:
            yield str(error)


def texts_of(derivation: Content) -> Iterator[str]:
    """All texts of a derivation, with its formulas as text."""
    yield from (derivation.title, derivation.lead)
    if derivation.key:
        yield derivation.key
    for section in derivation.sections:
        yield section.title
        if section.remark:
            yield PLAIN.note(section.remark)
        for each in section.equations:
            if each.remark:
                yield PLAIN.note(each.remark)


def texts_of_matrices(form: MatrixContent) -> Iterator[str]:
    """All texts of a layer's matrices."""
    yield from (form.title, form.lead)
    for section in form.sections:
        yield section.title
        for each in section.equations:
            yield each.result.shape
            if each.note:
                yield PLAIN.note(each.note)


def test_every_rule_of_the_doctor_has_its_german_form(english: Callable[[Iterable[str]], list[str]]):
    rules = (*FIRST, *START, *SETTINGS, *COURSE, *LAST_RESORT, *BESIDES)
    templates = dict.fromkeys(text for rule in rules for text in (rule.sentence, *rule.remedies))
    assert [each for each in templates if each not in GERMAN and each not in IN_PARTS] == []
    names = [rule.illness.replace("{kind}", kind) for rule in rules for kind in ("sigmoid", "tanh")]
    assert english([*names, *(text for parts in IN_PARTS.values() for text in parts)]) == []


IN_PARTS = {
    "{how}{advised}.": [
        "The loss was down to 0.1 at epoch 7, and ended at 0.3; restarted at rate 0.1, 300 steps reach 0.05.",
    ],
    RATES: [
        f"{how}{origin}, 300 steps at the learning rate 3.0 bring the training loss from 0.2 to 0.1, at 0.1 to 0.05"
        f"{more}."
        for more in ("", "; restarted at rate 0.1, 1,300 steps reach 0.05")
        for how, origin in (
            ("", "From the start"),
            ("", "From where the run ended"),
            ("The loss is no longer finite at epoch 7; ", "from the start"),
            ("The loss was down to 0.1 at epoch 7, and is at 0.3; ", "from where the run is"),
            ("The loss ended at 0.3, above 0.1 at the start; ", "from where the run ended"),
        )
    ],
    "{when} {dead} of the {units} units of {layer}{others} are 0 for {run.every_sample}: they learn nothing.{cost}": [
        "At the start 3 of the 4 units of layer 1, ReLU() (5 of 8 in the network) are 0 for every sample: they learn "
        "nothing. From here, 300 steps bring the training loss to 0.3, from a usual start to 0.1.",
    ],
    "{advice}": ["Leave it out.", "Try L2(0.01).", "Try clip=3.0.", "Try a rate of 0.2."],
    "{advice}.": [
        "Check these rows; correct them or leave them out.",
        "If 999 stands for a missing value, fill in the median 3, or leave these rows out.",
        "Add rows of that class, or features that tell it from the others.",
        "Give all classes the same weight, and judge each by itself.",
        "Scale them as the training data: with the Standardizer fitted to those.",
        "Check that their columns have the same order, and that each row of their y belongs to the same row of x.",
        "Learn from more data, or with a smaller network.",
        "Learn from more data, or with L2(0.01).",
    ],
}
"""Templates that are filled with whole sentences: what may stand in them."""

PHRASES = {"how", "why", "where", "what", "found", "answers", "are", "best", "which", "much", "others", "names", "cost"}
"""Fields of the doctor's sentences that are filled with words."""


def test_the_phrases_of_the_doctors_checks_have_their_german_form(english: Callable[[Iterable[str]], list[str]]):
    found = [text for path in CHECKS.glob("*.py") for text in phrases(path)]
    assert len(found) > 30
    assert english(each for each in found if re.search("[a-z]{3}", each) and not each.endswith(" ")) == []


def phrases(path: Path) -> Iterator[str]:
    """What a file of checks puts into the fields that are filled with words. Texts that end in a blank go on."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and key.value in PHRASES:
                    yield from written(value)
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id in PHRASES:
            yield from written(node.value)


def test_a_table_is_spoken_of_in_german(
    english: Callable[[Iterable[str]], list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    for k, text in enumerate(TABLES):
        Path(f"{k}.csv").write_text(text, encoding="utf-8")
    accounts = [account_of(cr.read_table(f"{k}.csv")) for k in range(len(TABLES))]
    assert english(text for each in accounts for text in (each.read, each.target, *each.remarks)) == []


TABLES = (
    "size;kind\n1,5;a\n2,5;b\n1,5;b\n;A\n",
    "id,same,day,answer,y\n" + "".join(f"{k},3,202603{10 + k},{k % 2},{k % 2}\n" for k in range(12)),
    "code,name,name,y\n001,a,b,1.5\n002,b,a,\n003,a,a,2.5\n\n,,,\n",
    "x,y\n1,3\n2,5\n",
)
"""Tables that there is much to say of."""


def test_every_refusal_of_the_room_has_its_german_form(english: Callable[[Iterable[str]], list[str]]):
    texts = [text for path in ROOM.rglob("*.py") for text in refusals(path)]
    assert len(texts) > 30
    settings = list(refused_settings())
    assert len(settings) > 20
    assert english([*texts, *settings]) == []


def refused_settings() -> Iterator[str]:
    """What the library says of numbers in the page's fields that it doesn't take."""
    known = catalogue()
    of_optimizers, of_schedules = (
        [
            ({"type": kind}, each)
            for kind, settings in known[name].items()
            for each in settings
            if each["kind"] != "bool"
        ]
        for name in ("optimizers", "schedules")
    )
    usual = {"start": 0.1, "then": 0.1, "steps": 10, "every": 10, "factor": 0.5}
    for value in (-1, 2, 2**63):
        for parts, each in of_optimizers:
            yield from refusal_of({"learning_rate": 0.1} | parts | {each["name"]: value})
        for parts, each in of_schedules:
            names = {other["name"] for other in known["schedules"][parts["type"]]}
            schedule = {name: number for name, number in usual.items() if name in names}
            yield from refusal_of({"type": "SGD", "learning_rate": schedule | parts | {each["name"]: value}})


def refusal_of(optimizer: dict[str, Any]) -> Iterator[str]:
    """The sentence that refuses an optimizer; none, where it is taken."""
    try:
        changeable(Scene(optimizer=optimizer))
    except cr.SettingError as error:
        yield str(error)


def refusals(path: Path) -> Iterator[str]:
    """The sentences of the errors that a file raises, and those that it sends, with "7" for what changes."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and node.exc.args:
            yield from written(node.exc.args[0])
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and key.value == "sentence":
                    yield from written(value)
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == "sentence":
            yield from written(node.value)


LEFT = """() => [
  ...[...document.querySelectorAll("[lang=en]")]
    .filter((each) => !each.closest("pre, figcaption")).map((each) => each.textContent),
  ...[...document.querySelectorAll(".product")]
    .map((each) => each.getAttribute("aria-label")).filter((each) => /new|step/.test(each)),
]"""
"""What stays English on the page, but for the source of the library."""


def test_the_page_speaks_german_in_its_tabs_its_chain_and_its_doctor(opened: Callable[..., Any]):
    page = opened(locale="de-DE")
    assert page.title() == "chainrule-Spielplatz"
    page.click("#unit-1-0")
    page.wait_for_selector(".chain h3:text-is('Schicht 2: Einheit 1')")
    assert page.locator(".chain h4").all_text_contents() == ["Vorwärts", "Verlust", "Rückwärts", "Numerische Probe"]
    assert page.evaluate(LEFT) == [] == faults(page)
    for name in page.eval_on_selector_all(".glass [role=tab]", "all => all.map(each => each.id)"):
        page.click(f"#{name}")
        page.wait_for_timeout(300)
        assert page.evaluate(LEFT) == [], name
    page.click(".glass .bar > button[aria-label='Schließen']")
    for name in page.eval_on_selector_all(".tabs [role=tab]", "all => all.map(each => each.id)"):
        page.click(f"#{name}")
        page.wait_for_timeout(300)
        assert page.evaluate(LEFT) == [], name
    page.click("#tab-doctor")
    page.fill("input[name=learning_rate]", "100")
    page.keyboard.press("Enter")
    page.click("button.main")
    page.wait_for_timeout(1000)
    page.click(".doctor > button")
    page.wait_for_selector(".doctor article button:text-is('Ausprobieren')", timeout=60_000)
    assert page.text_content(".doctor h3") == "Zu hohe Lernrate"
    assert page.evaluate(LEFT) == [] == faults(page)


def test_what_has_no_line_in_german_stays_english_and_is_marked(opened: Callable[..., Any]):
    page = opened(locale="de-DE")
    page.evaluate("async () => (await import('/page/run.js')).notify('There is no word for <b>this</b>. 1,234 rows')")
    page.wait_for_selector(".notices [lang=en]")
    assert page.locator(".notices [lang=en]").all_text_contents() == ["There is no word for <b>this</b>."]
    assert "1\u202f234 Zeilen" in page.text_content(".notices")
