# The two commands: `make report` (pages from the embedded study) and `make test` (all that CI runs).
# Needs only GNU make and Python 3.11; `make help` lists the rest.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:

# the first of these that runs and is new enough
PYTHON ?= $(shell for candidate in python3.11 python3 python3.12 python3.13; do \
	$$candidate -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && \
	{ echo $$candidate; exit; }; done; echo python3)
VENV ?= .venv
BIN := $(VENV)/bin
STUDY ?= simulated
PYTEST_ARGS ?= -n auto --dist loadscope

# One thread per process: figures are then the same on every run, and parallel pages do not compete.
export OPENBLAS_NUM_THREADS := 1
export OMP_NUM_THREADS := 1
export MKL_NUM_THREADS := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1

PIP := $(BIN)/python -m pip install --quiet
PINS := requirements.txt requirements-dev.txt

# Stamps: each part of the environment is built once, and again when its file changes.
CREATED := $(VENV)/.created
RUNTIME := $(VENV)/.runtime
DEVELOPMENT := $(VENV)/.development
PACKAGE := $(VENV)/.package

.PHONY: help report test check notebooks lab qualify pins clean environment environment-dev

help: ## list the targets
	@echo "usage: make TARGET [STUDY=name] [PYTHON=python3.11]"
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-18s %s\n", $$1, $$2 }'

report: environment ## build the environment and make the pages of STUDY (simulated)
	$(BIN)/cxanalytics run $(STUDY)

test: check ## build the environment and run all that CI runs
	$(BIN)/python -m pytest --nbval --durations=20 $(PYTEST_ARGS) tests notebooks

check: environment-dev ## lint, format, types, import contracts, notebook outputs, pins
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python scripts/check_notebooks.py
	@if grep -n '://' $(PINS); then echo "the pins must carry no address"; exit 1; fi

notebooks: environment-dev ## execute the notebooks on the simulated study and store their outputs
	$(BIN)/cxanalytics notebooks

lab: environment ## open JupyterLab with the recommendation notebook ready to run
	$(BIN)/jupyter lab notebooks/02_recommendation.ipynb

qualify: environment-dev ## the long measurements: coverage, recovery, scale (hours)
	@for script in benchmarks/qualify_*.py; do \
		[ -e "$$script" ] || { echo "benchmarks/ holds no qualify_*.py"; exit 1; }; \
		echo "== $$script"; $(BIN)/python "$$script" || exit 1; \
	done

pins: environment-dev ## resolve requirements*.txt again (UPGRADE=1: to the newest versions)
	$(BIN)/python scripts/pins.py $(if $(UPGRADE),--upgrade)

clean: ## remove the environment and the caches (outputs/ stays)
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find src tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

environment: $(RUNTIME) $(PACKAGE) ## only build what a run needs

environment-dev: $(DEVELOPMENT) $(PACKAGE) ## only build what the tests need

$(CREATED):
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "cxanalytics needs Python 3.11 or newer; '$(PYTHON)' is $$("$(PYTHON)" --version 2>&1 | head -n 1)."; \
		echo "Name another one: make PYTHON=/path/to/python3.11"; exit 1; }
	@echo "Building the environment in $(VENV) (about two minutes, once)"
	@"$(PYTHON)" -m venv $(VENV) || { \
		echo "'$(PYTHON) -m venv' failed; on Debian and Ubuntu install python3-venv, then run again."; \
		rm -rf $(VENV); exit 1; }
	@touch $@

$(RUNTIME): requirements.txt | $(CREATED)
	@$(PIP) --require-hashes -r requirements.txt
	@touch $@

$(DEVELOPMENT): requirements-dev.txt | $(CREATED)
	@$(PIP) --require-hashes -r requirements-dev.txt
	@touch $@ $(RUNTIME)

$(PACKAGE): pyproject.toml | $(RUNTIME)
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@
