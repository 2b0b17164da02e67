# HiveFrame's commands. `make run` and `make test` each do all their own set-up in .venv.
#
#   make run     install the core and the example's needs, then run examples/flights.py
#   make test    install everything, check the code, run the tests
#   make setup   the developer's full environment
#   make check   lint, types and the floors, without the tests
#   make bench   the benchmarks' short form, some minutes; BENCH_ARGS="--only latency" picks some
#   make bench-full   all of them, with the peers: hours; goes on where it was stopped

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup run test check format bench bench-full clean

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
INSTALL := PIP_DISABLE_PIP_VERSION_CHECK=1 $(BIN)/python -m pip install --quiet --constraint constraints.txt --editable
PYTEST_ARGS ?= -n 2
BENCH_ARGS ?=

help:
	@sed -n '3,8s/^# *//p' Makefile

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "HiveFrame needs Python 3.11 or newer; name one with PYTHON=/path/to/python"; exit 1; }
	$(PYTHON) -m venv $(VENV)

# The stamps make a second call free; a full environment serves `make run` as well.
$(VENV)/.installed-run: pyproject.toml constraints.txt | $(BIN)/python
	$(INSTALL) '.[example]'
	@touch $@

$(VENV)/.installed-dev: pyproject.toml constraints.txt | $(BIN)/python
	$(INSTALL) '.[dev]'
	$(BIN)/python -m pip install --quiet --no-deps 'delta-spark>=4.4,<5'  # for its tests; it asks for all of PySpark
	@touch $(VENV)/.installed-run $@

setup: $(VENV)/.installed-dev

run: $(VENV)/.installed-run
	$(BIN)/hiveframe run examples/flights.py

check: $(VENV)/.installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: check
	$(BIN)/python -m pytest $(PYTEST_ARGS)

format: $(VENV)/.installed-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/.installed-dev
	$(BIN)/python -m benchmarks.all short $(BENCH_ARGS)

bench-full: $(VENV)/.installed-dev
	$(BIN)/python -m benchmarks.all full $(BENCH_ARGS)

clean:
	rm -rf $(VENV) .cache .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
