# One command to see it (make run), one to check it (make check); make help lists the rest.
SHELL := /bin/sh
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PEERS := benchmarks/.venv
PARALLEL := -n auto --maxprocesses 4 --dist worksteal
CATALOGUES := src/roster/translations
KEYWORDS := -k lazy_gettext -k marked -k ErrorCode:3 -k AppException:2 -k ValidationError
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check

.PHONY: help run install test check style types contracts fix messages bench pictures lock clean

help: ## List what make can do
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-10s %s\n", $$1, $$2}'

run: install ## Serve on 127.0.0.1:$PORT (8000), with a PostgreSQL of its own and demo people
	@exec $(BIN)/roster serve

install: $(STAMP) ## Prepare .venv; a second time it does nothing, and needs no network

$(STAMP): requirements-dev.txt setup.cfg pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Roster needs Python 3.11 or newer; PYTHON=python3.12 make chooses one.")'
	@echo "Preparing $(VENV); the first time this takes a minute."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(PIP) install --require-hashes -r requirements-dev.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $(STAMP)

test: install ## All tests, on a real PostgreSQL and in a real Chromium; ARGS="-k name" chooses
	@$(BIN)/python -m pytest $(or $(ARGS),$(PARALLEL))

check: style types contracts ## What CI runs: style, types, contracts, all tests with branch coverage
	@$(MAKE) --no-print-directory test ARGS="$(PARALLEL) --cov --cov-report=term $(ARGS)"

style: install ## ruff: rules and layout
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: install ## mypy, strict
	@$(BIN)/mypy

contracts: install ## import-linter: the layers of setup.cfg
	@$(BIN)/lint-imports --no-cache

fix: install ## Let ruff mend what it can
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

messages: install ## Extract the strings of pages, bring the translations up to date, compile them
	@$(BIN)/pybabel --quiet extract -F babel.cfg $(KEYWORDS) --no-location --sort-output --omit-header -o .messages.pot .
	@$(BIN)/pybabel --quiet update -i .messages.pot -d $(CATALOGUES) --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date --width 118
	@$(BIN)/pybabel --quiet compile -d $(CATALOGUES)
	@rm .messages.pot

bench: install $(PEERS)/.installed ## Roster beside bare Flask and its peers; ARGS=--quick takes three minutes
	@$(BIN)/python benchmarks/transaction.py
	@$(BIN)/python benchmarks/compare.py $(ARGS)

$(PEERS)/.installed: benchmarks/requirements.txt
	@test -x $(PEERS)/bin/python || $(PYTHON) -m venv $(PEERS)
	@$(PEERS)/bin/python -m pip --quiet --disable-pip-version-check install --require-hashes -r benchmarks/requirements.txt
	@touch $@

pictures: install ## Take the pictures of README.md and docs/ anew, with demo people in a Chromium
	@$(BIN)/python docs/pictures/take.py

lock: install ## Compile setup.cfg into the hashed requirements
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --custom-compile-command "make lock" setup.cfg -o requirements.txt
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --custom-compile-command "make lock" --extra dev --constraint requirements.txt setup.cfg -o requirements-dev.txt

clean: ## Remove what was built; instance/ stays
	@rm -rf $(VENV) build src/*.egg-info .pytest_cache .mypy_cache .ruff_cache .coverage
