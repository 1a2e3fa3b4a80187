# Samverka: `make run` to try it, `make test` and `make check` before you send a change. `make help` lists the rest.
PYTHON ?= python3
PORT ?= 8000
DATA_DIR ?= var
VENV := .venv
BIN := $(VENV)/bin
UV := uv==0.13.9
export PORT DATA_DIR
export PYTHONPATH := .:site
# Compiled modules are kept, whatever the environment says: starting takes half the time.
unexport PYTHONDONTWRITEBYTECODE

# The developers' lock holds everything the other one does, at the same versions: where it is installed, it serves both.
DEVELOPMENT := $(VENV)/development.stamp
RUNNING := $(or $(wildcard $(DEVELOPMENT)),$(VENV)/running.stamp)

.PHONY: help run test check hook services bench lock messages format
.DEFAULT_GOAL := help

help: ## This list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

run: $(RUNNING) ## The whole site on one machine: http://localhost:8000 (PORT=, DATA_DIR=)
	@$(BIN)/python site/manage.py serve

test: $(DEVELOPMENT) ## All tests, with every server that can be had here (ARGS= goes to pytest)
	@$(BIN)/python -m tests.support.suite $(ARGS)

check: $(DEVELOPMENT) ## Style, types, import contracts, templates, migrations, translations, wording
	@$(BIN)/python -m tests.support.checks

hook: ## Run `make check` before each commit
	@git config core.hooksPath .githooks

services: $(DEVELOPMENT) ## PostgreSQL, Redis and Elasticsearch for development, until Ctrl-C
	@$(BIN)/python -m tests.support.services

bench: $(DEVELOPMENT) ## Measurements, written beside their code in bench/ (ARGS= picks some)
	@$(BIN)/python -m bench $(ARGS)

format: $(DEVELOPMENT) ## Lay out the code as `make check` wants it
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format .

messages: $(DEVELOPMENT) ## Bring locale/ up to date with the code, ready to be translated
	@$(BIN)/python -m tests.support.translations --write

lock: $(BIN)/uv ## Pin the newest versions that fit pyproject.toml
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --upgrade \
		--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" \
		--output-file requirements.lock pyproject.toml
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" \
		--constraints requirements.lock --extra dev --output-file requirements-dev.lock pyproject.toml

$(BIN)/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Samverka needs Python 3.11 or newer: make PYTHON=python3.11 …")'
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check $(UV)

$(VENV)/running.stamp: requirements.lock | $(BIN)/uv
	@$(BIN)/uv pip sync --quiet --require-hashes --python $(BIN)/python requirements.lock
	@touch $@

$(DEVELOPMENT): requirements-dev.lock | $(BIN)/uv
	@$(BIN)/uv pip sync --quiet --require-hashes --python $(BIN)/python requirements-dev.lock
	@touch $@
