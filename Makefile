# For Linux and macOS. `make` alone prints this list; what README.md says works without make, too.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: help report test soak oldest check format bench lock audit engine kernels sanitize wheels clean

# Without kept bytecode, each of the hundreds of programs that the tests start would compile chainrule again.
unexport PYTHONDONTWRITEBYTECODE

BUILT_FROM := pyproject.toml setup.py $(wildcard engine/*.c engine/*.h)

help:                      ## print this list
	@echo "Usage: make TARGET, where TARGET is one of"
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  %-8s %s\n", $$1, $$2 }' Makefile

report: $(VENV)/.report    ## train the reference network and write report/index.html (some minutes)
	$(BIN)/chainrule report --out report

# An idle process takes over tests of the other. A third one would gain little, and browsers would wait for a core.
test: $(VENV)/.dev         ## run all tests
	$(BIN)/python -m pytest -n 2 --dist worksteal -q

soak: $(VENV)/.dev         ## run the property tests with twenty times as many examples, and longer storms
	CHAINRULE_SOAK=$${CHAINRULE_SOAK:-20} $(BIN)/python -m pytest -n 2 --dist worksteal -q tests -m "hypothesis or soak"

oldest: $(VENV)/.oldest     ## test core and training with the oldest dependencies that pyproject.toml allows
	$(VENV)/oldest/bin/python -m pytest -n 2 -q tests/core tests/training src/chainrule/core src/chainrule/training

check: $(VENV)/.dev        ## run the linter, the formatter's check and the type checker
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/.dev       ## format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.dev        ## time chainrule and its peers; BENCH=--quick for a short run
	$(BIN)/python -m benchmarks $(BENCH)

lock: $(VENV)/.dev         ## write requirements.lock: every dependency of `all`, with hashes, for one Python
	$(BIN)/uv pip compile --quiet --no-header --generate-hashes --python $(BIN)/python --extra all --output-file requirements.lock pyproject.toml

audit: lock                ## ask for known vulnerabilities of what requirements.lock names (needs a network)
	$(BIN)/uv tool run pip-audit --require-hashes --disable-pip --requirement requirements.lock

engine: $(VENV)/.dev       ## compile the engine anew, into src
	$(BIN)/python setup.py --quiet build_ext --inplace

kernels: $(VENV)/.dev      ## write the engine's catalogue of fused kernels anew, and compile it
	PYTHONPATH=tests $(BIN)/python engine/catalogue.py
	$(BIN)/python setup.py --quiet build_ext --inplace

sanitize: $(VENV)/.dev     ## test the engine with gcc's sanitizers of memory and of undefined behaviour (Linux)
	.ci/sanitize

wheels: $(VENV)/.dev       ## build and try what a release offers, into dist (needs a network)
	.ci/wheels

clean:                     ## remove the virtual environment, the report, and what was built
	rm -rf $(VENV) report build dist

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "chainrule needs Python 3.11 or later; set PYTHON=...")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.report: $(BUILT_FROM) | $(BIN)/python
	$(BIN)/python -m pip install --quiet --editable ".[report]"
	touch $@

$(VENV)/.dev: $(BUILT_FROM) | $(BIN)/python
	$(BIN)/python -m pip install --quiet --editable ".[dev]"
	touch $@

$(VENV)/.oldest: pyproject.toml | $(VENV)/.dev
	$(BIN)/python -m venv $(VENV)/oldest
	$(BIN)/uv pip install --quiet --python $(VENV)/oldest --resolution lowest-direct --editable ".[dev]"
	touch $@
