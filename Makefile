# One command each: run the plant, test everything, check quickly, measure. Stamps in .make keep second runs fast.
# What sets things up speaks on standard error, so that `make bench` and `make urs` print their answer alone.
SHELL := /bin/sh
PORT ?= 8000
DATA ?= ./var
export PORT DATA
BIN := .venv/bin
# Tests make hundreds of databases: in memory where the machine has room for that, as nothing has to survive them.
ROOMY := $(shell df -k --output=avail /dev/shm 2>/dev/null | tail -1)
TEST_TMP := $(shell [ "$(ROOMY)" -gt 4000000 ] 2>/dev/null && echo /dev/shm || echo "$${TMPDIR:-/tmp}")
PYTEST := TMPDIR=$(TEST_TMP) $(BIN)/pytest -q

.PHONY: run test check bench urs fresh-db help
help:
	@echo "make run    set up, build, fill the demonstration plant, serve it on port $(PORT)"
	@echo "make test   everything: Python, TypeScript, browser journeys, both databases"
	@echo "make check  the fast part of it"
	@echo "make bench  measure, as JSON"
	@echo "make urs    requirements and how many tests name each"

.make/packages-run: scripts/system-packages.sh
	@mkdir -p .make && scripts/system-packages.sh run && touch $@
.make/packages-test: scripts/system-packages.sh
	@mkdir -p .make && scripts/system-packages.sh test && touch $@

.make/venv: pyproject.toml scripts/python.sh | .make/packages-run
	@python=$$(scripts/python.sh) && { [ -x $(BIN)/python ] || $$python -m venv .venv; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[server,bridge]'
	@touch $@
.make/venv-dev: .make/venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[server,bridge,dev]'
	@touch $@

.make/node: pwa/package-lock.json pwa/package.json | .make/packages-run
	@cd pwa && npm ci --no-audit --no-fund --loglevel=error >&2
	@touch $@
PWA_SOURCES := $(shell find pwa/src pwa/public pwa/scripts pwa/verifier pwa/index.html pwa/sw.js pwa/vite.config.ts -type f 2>/dev/null)
.make/app: .make/node $(PWA_SOURCES)
	@cd pwa && npm run --silent build >&2
	@touch $@

run: .make/venv .make/app
	@exec $(BIN)/pestle up

check: .make/packages-test .make/venv-dev .make/app
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python scripts/audit.py
	cd pwa && npm run --silent check && npm run --silent test
	$(PYTEST) -n 2 -m "not slow" --ignore=tests/journeys

test: check
	$(PYTEST) -n 2 -m "slow" --ignore=tests/journeys
	$(PYTEST) -n 2 --dist loadfile tests/journeys

bench: .make/packages-test .make/venv-dev .make/app
	@$(BIN)/python -m tests.bench

urs:
	@python3 tests/urs/count.py
