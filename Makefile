# Everything here runs in .venv and node_modules, which `make` fills itself: it needs Python >= 3.11 with venv, and make.
# After the installation nothing uses the network.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

GIVEN_PYTHON := $(PYTHON)
PYTHON ?= python3
BIN := .venv/bin
RUN := $(BIN)/python
UV := $(BIN)/uv pip install --quiet --python $(BIN)/python --constraint constraints.txt
UV_VERSION := 0.13.9
MANAGE := $(RUN) manage.py

VAR_DIR ?= var
override VAR_DIR := $(abspath $(VAR_DIR))
export VAR_DIR
# The file that manage.py opens too where DATABASE_URL is not set.
DEMO_DATABASE_URL := sqlite:///$(VAR_DIR)/luohe.sqlite3
# The demo has its own SQLite file and broker, whatever the environment says.
DEMO = env -u DATABASE_OWNER_URL -u CELERY_BROKER_URL DATABASE_URL=$(DEMO_DATABASE_URL) $(MANAGE)
SERVE_DATABASE_URL := $(or $(DATABASE_URL),$(DEMO_DATABASE_URL))
DEMO_PASSWORD_FILE := $(VAR_DIR)/demo_password
PORT ?= 8000
WORKERS ?= 2
ARGS ?=

.PHONY: help venv install install-dev messages demo data serve test check conformance bench faults fuzz constraints clean

help:  ## these lines
	@grep -hE '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 16

## ---------------------------------------------------------------- installation

# The environment that exists is kept, unless PYTHON names another version or it does not run (an interrupted or moved one).
venv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "make: $(PYTHON) is missing or older than Python 3.11; name another one, e.g.  make demo PYTHON=python3.12" >&2; exit 1; }
	@version='import sys; print("%d.%d" % sys.version_info[:2])'; \
	if [ -e .venv ]; then \
		have=$$($(RUN) -c "$$version" 2>/dev/null || echo none); \
		want=$$([ -n "$(GIVEN_PYTHON)" ] && $(PYTHON) -c "$$version" || echo "$$have"); \
		if [ "$$have" = none ] || [ "$$have" != "$$want" ]; then echo "make: .venv runs Python $$have, making it afresh"; rm -rf .venv; fi; \
	fi; \
	if [ ! -x $(BIN)/uv ]; then \
		$(PYTHON) -m venv .venv || { echo "make: $(PYTHON) cannot make a virtual environment; on Debian: apt-get install python3-venv" >&2; exit 1; }; \
		$(RUN) -m pip install --quiet --disable-pip-version-check "uv==$(UV_VERSION)"; \
		$(RUN) -c 'import pathlib, sysconfig; pathlib.Path(sysconfig.get_path("purelib"), "luohe.pth").write_text("$(CURDIR)\n")'; \
	fi  # the .pth lets a bare `.venv/bin/pytest` find tests.plugins

install: venv .venv/.runtime node_modules/.package-lock.json messages .venv/.kernels

install-dev: install .venv/.dev

.venv/.runtime: requirements.txt constraints.txt | venv
	@echo "make: installing requirements.txt"
	@$(UV) -r requirements.txt || $(RUN) -m pip install --quiet --disable-pip-version-check -r requirements.txt -c constraints.txt
	@touch $@

.venv/.dev: requirements-dev.txt constraints.txt .venv/.runtime | venv
	@echo "make: installing requirements-dev.txt"
	@$(UV) -r requirements-dev.txt || $(RUN) -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt -c constraints.txt
	@touch $@

# npm of the system where Node.js is 20 or later, else one from a wheel.
node_modules/.package-lock.json: package.json package-lock.json .npmrc | .venv/.runtime
	@echo "make: installing package-lock.json"
	@if ! node -e 'process.exit(+process.versions.node.split(".")[0] < 20)' 2>/dev/null || ! command -v npm >/dev/null; then \
		$(UV) -r requirements-node.txt; export PATH="$(CURDIR)/$(BIN):$$PATH"; \
	fi; npm ci --no-audit --no-fund --loglevel=error
	@touch $@

# Once for all processes that plan later, and before tests run side by side; about a minute.
.venv/.kernels: $(wildcard routing/engine/*.py routing/engine/kernel/*.py routing/engine/plain/*.py) | .venv/.runtime
	@echo "make: compiling the planner's kernels"
	@$(MANAGE) compile_kernels
	@touch $@

messages: .venv/.runtime  ## compile the gettext catalogs (Babel; no gettext needed)
	@for catalog in */locale/*/LC_MESSAGES/*.po; do \
		[ -e "$$catalog" ] || continue; \
		[ "$${catalog%.po}.mo" -nt "$$catalog" ] || $(BIN)/pybabel --quiet compile --input-file "$$catalog" --output-file "$${catalog%.po}.mo"; \
	done

## ---------------------------------------------------------------- the product

demo: install data  ## from nothing to a committed plan of the fixture's day, in the terminal
	@$(DEMO) demo $(ARGS)

data: install
	@$(RUN) -m logistics.embedded  # refuses while a demo or `make serve` runs on this data
	@mkdir -p $(VAR_DIR) && rm -f $(VAR_DIR)/luohe.sqlite3-wal $(VAR_DIR)/luohe.sqlite3-shm
	@[ ! -e $(VAR_DIR)/luohe.sqlite3 ] || mv $(VAR_DIR)/luohe.sqlite3 $(VAR_DIR)/luohe.before.sqlite3  # somebody's work, maybe
	@$(DEMO) migrate --verbosity 0
	@umask 077; [ -s $(DEMO_PASSWORD_FILE) ] || $(RUN) -c 'import secrets; print(secrets.token_urlsafe(12))' > $(DEMO_PASSWORD_FILE)
	@DEMO_PASSWORD=$$(cat $(DEMO_PASSWORD_FILE)) LOG_LEVEL=ERROR $(DEMO) load_fixtures --users  # ERROR: no broker runs yet, and need not

serve: install  ## web, API, worker and beat on the demo's data, until Ctrl-C (PORT=8000)
	@if [ -z "$(DATABASE_URL)" ] && [ ! -e $(VAR_DIR)/luohe.sqlite3 ]; then $(MAKE) --no-print-directory data; fi
	@DATABASE_URL=$(SERVE_DATABASE_URL) $(MANAGE) migrate --verbosity 0 $(if $(DATABASE_OWNER_URL),--database owner)
	@$(if $(DATABASE_URL),,DEMO_PASSWORD=$$(cat $(DEMO_PASSWORD_FILE))) DATABASE_URL=$(SERVE_DATABASE_URL) exec $(MANAGE) serve --port $(PORT) $(ARGS)

## ---------------------------------------------------------------- tests and checks

PYTEST := $(RUN) -m pytest --durations=8 $(ARGS)

test: check  ## checks, then every test: on SQLite, on PostgreSQL, in a browser
	TEST_DATABASE=sqlite $(PYTEST) -n $(WORKERS) --ignore tests/browser
	TEST_DATABASE=postgresql $(PYTEST) -n $(WORKERS) --ignore tests/browser --database-tests-only
	TEST_DATABASE=postgresql $(PYTEST) tests/browser

check: install-dev  ## style, types, import contracts, migrations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(MANAGE) makemigrations --check --dry-run --verbosity 0

conformance:  ## public instances, real temperature logs, GS1's schema against our own arithmetic: DATA=FOLDER
ifeq ($(DATA),)
	@echo "make conformance needs public data that this project does not carry. Put it into one folder and name it: make conformance DATA=FOLDER"
	@echo "  FOLDER/instances/  VRP instances (.vrp) with their best known solutions (.sol): PyVRP/Instances and VROOM-Project/vroom-scripts on GitHub; read today"
	@echo "  FOLDER/nab/        real temperature logs and labels.json: numenta/NAB on GitHub, data/realKnownCause; read today"
	@echo "  FOLDER/epcis/      EPCIS-JSON-Schema.json: gs1/EPCIS on GitHub; read today"
	@exit 2
else
	@[ -d "$(DATA)" ] || { echo "make: DATA=$(DATA) is no folder" >&2; exit 2; }
	@$(MAKE) --no-print-directory install-dev
	CONFORMANCE_DATA="$(abspath $(DATA))" TEST_DATABASE=sqlite $(PYTEST) -n $(WORKERS) tests/conformance
endif

# Targets whose content later issues bring say so and fail: an empty success would be a lie.
bench: install-dev  ## every benchmark with its goal (ARGS=--quick for one small case each)
	@[ -e $(VAR_DIR)/luohe.sqlite3 ] || $(MAKE) --no-print-directory data
	@$(DEMO) benchmark all $(ARGS)

KILLS ?= 40
SEED ?= 20261124
DEEP_HISTORIES ?= 10000
DB_HISTORIES_TEST := tests/warehouses/test_histories_in_the_database.py
faults: install-dev  ## kill -9 over every process while readings come in, and 10,000 histories: KILLS=300 SEED=N LONG=1
	KILLS=$(KILLS) SEED=$(SEED) TEST_DATABASE=postgresql $(PYTEST) tests/faults
	HISTORIES=$(DEEP_HISTORIES) TEST_DATABASE=sqlite $(PYTEST) -n $(WORKERS) tests/warehouses/compliance/test_histories.py
	$(if $(and $(LONG),$(wildcard $(DB_HISTORIES_TEST))),DB_HISTORIES=$(DEEP_HISTORIES) TEST_DATABASE=postgresql $(PYTEST) -n $(WORKERS) $(DB_HISTORIES_TEST))

fuzz:
	@echo "make fuzz: schemathesis against the API comes with issue \"The carriers' API\" (5)" >&2; exit 2

constraints: venv  ## resolve the requirements files anew into constraints.txt
	@{ sed '/^[^#]/,$$d' constraints.txt; $(BIN)/uv pip compile --universal --python-version 3.11 --no-header --no-annotate --no-emit-index-url \
		--no-emit-find-links --quiet requirements.txt requirements-dev.txt requirements-node.txt; } > .venv/constraints.txt
	@mv .venv/constraints.txt constraints.txt

clean:  ## remove the environment, the front-end packages and all run-time data
	@$(RUN) -m logistics.embedded 2>/dev/null || [ ! -x $(RUN) ]
	rm -rf .venv node_modules $(VAR_DIR)
