# Everything a newcomer needs. Each target does its own set-up and may be run again at any time.
PYTHON ?= python3
VENV := .venv
PORT ?= 8000
BIN := $(VENV)/bin
UV := $(BIN)/uv pip install --quiet --python $(BIN)/python

# What was compiled once is kept, whatever the machine says: the tests start the program hundreds of times.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup demo test check bench screens lock sbom test-setup
.DEFAULT_GOAL := help

help: ## list these targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-9s %s\n", $$1, $$2}'

setup: $(VENV)/.installed ## make .venv with the product in it, nothing else

$(VENV)/.uv:
	@$(PYTHON) -c 'import sys; sys.exit("Casework Inbox needs Python 3.11 or newer") if sys.version_info < (3, 11) else 0'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==0.13.9
	@touch $@

$(VENV)/.installed: $(VENV)/.uv requirements.lock pyproject.toml hatch_build.py frontend/package-lock.json
	@$(UV) --require-hashes -r requirements.lock
	@$(UV) --no-deps --reinstall-package casework-inbox -e .
	@touch $@

$(VENV)/.developing: $(VENV)/.installed requirements-dev.lock
	@$(UV) --require-hashes -r requirements-dev.lock
	@touch $@

demo: setup ## start the product with a believable demo office (PORT=8000)
	@trap : INT; $(BIN)/inbox demo --port $(PORT) || test $$? -eq 130

check: $(VENV)/.developing ## formatter, linter, types, import rules, templates
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

test-setup: $(VENV)/.developing ## what the tests need: servers, a browser, axe
	@bash tests/setup.sh

test: check test-setup ## run all tests (sets up real mail servers, PostgreSQL and a browser)
	@$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder

bench: test-setup ## measure; JSON lines on standard output, a table on standard error
	@$(BIN)/python -m bench

screens: test-setup ## screenshots of every screen and state, with the full axe run
	@$(BIN)/python -m tests.browser.screens

sbom: ## what the product is made of, as CycloneDX on standard output, from the lock files
	@$(PYTHON) sbom.py

lock: $(VENV)/.uv ## resolve the dependencies again
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command "make lock" pyproject.toml -o requirements.lock
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command "make lock" -c requirements.lock --group dev pyproject.toml -o requirements-dev.lock
