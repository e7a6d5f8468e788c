# Everything a developer does, from a machine with Python 3.11 (to 3.14) and make alone.
#
#   make run     the demonstration on http://127.0.0.1:5000/ (PORT=…, PORTAL_NOW=2018-01-15T10:00)
#   make test    the whole suite, with what it skipped and why (REQUIRE_SERVICES=1: skips nothing)

PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 15))' 2>/dev/null && { echo "$$name"; break; }; done)
FOUND = $(or $(PYTHON),$(error Python 3.11 to 3.14 is needed))
ENVIRONMENT = $(FOUND) tools/environment.py
BIN = .venv/bin
PYTEST = $(BIN)/python -m pytest -p tests.support.programme -n auto --maxprocesses 8 --dist worksteal -q -rs --durations=20 --durations-min=5
S3 = $(if $(filter 1,$(REQUIRE_SERVICES))$(wildcard .venv-s3),$(ENVIRONMENT) .venv-s3 requirements/s3-server.txt,:)

# Where a machine says that no bytecode is to be written, each process would compile six hundred modules anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help run test prove bench shots demo-links lint types lock clean clean-clone base dev .venv/dev
.DEFAULT_GOAL := help

help:
	@sed -n 's/^## //p' Makefile

base:
	@$(ENVIRONMENT) .venv requirements/base.txt

dev:
	@$(ENVIRONMENT) .venv requirements/dev.txt
	@$(S3)

.venv/dev: dev

## make run         the demonstration: web and background work, until Ctrl-C
run: base
	@exec $(BIN)/python -m portal.run

## make demo-links  one JSON object: role → a link that signs in at once
demo-links: base
	@exec $(BIN)/python -m portal.cli demo links

## make test        the whole suite; long programmes are sampled
test: dev
	@$(PYTEST)

## make prove       the whole suite, long programmes in full
prove: dev
	@PROVE=1 $(PYTEST)

## make bench       the benchmark table, and build/bench.json
bench: dev
	@$(BIN)/python -m tests.bench.run

## make shots       a picture of every page, desktop and phone, under build/shots/
shots: dev
	@$(BIN)/python -m tests.shots

## make lint        style, templates, import contracts
lint: dev
	@$(BIN)/ruff check .
	@$(BIN)/lint-imports --no-cache

## make types       mypy, strict
types: dev
	@$(BIN)/mypy

## make clean-clone a fresh clone of what is committed starts, and leaves its tree as it was
clean-clone:
	@$(FOUND) tools/clean_clone.py build/clean-clone

## make lock        compile the locks again from pyproject.toml (UPGRADE=1 takes newer versions)
COMPILE = $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header $(if $(UPGRADE),--upgrade)
lock: dev
	@$(COMPILE) pyproject.toml -o requirements/base.txt
	@$(COMPILE) pyproject.toml --group dev -o requirements/dev.txt
	@$(COMPILE) --group s3-server -o requirements/s3-server.txt

## make clean       removes what was made here: environments, demonstration, builds
clean:
	rm -rf .venv .venv-s3 var build .pytest_cache .mypy_cache .ruff_cache .hypothesis
