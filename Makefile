# make report   sets up and runs the main job: the reference laboratory, as a page in report/
# make test     sets up and passes the tests
# make soak     the property tests, with twenty times as many examples
# make check    the linters and the type checker
# make format   formats the code
# make bench    chainrule beside its peers (benchmarks/README.md); BENCH=--quick for a look

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: report test soak check format bench clean

report: $(VENV)/.report
	$(BIN)/chainrule report --out report

test: $(VENV)/.dev
	$(BIN)/python -m pytest -n 2 -q

soak: $(VENV)/.dev
	CHAINRULE_SOAK=$${CHAINRULE_SOAK:-20} $(BIN)/python -m pytest -n 2 -q tests -m hypothesis

check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.dev
	$(BIN)/python -m benchmarks $(BENCH)

clean:
	rm -rf $(VENV) report

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "chainrule needs Python 3.11 or later; set PYTHON=...")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.report: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --editable '.[report]'
	touch $@

$(VENV)/.dev: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	touch $@
