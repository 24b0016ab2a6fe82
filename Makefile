# `make run` starts the product, `make test` runs every check. Both set themselves up; a second call is quick.
.DEFAULT_GOAL := help
SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input
# For two cores. Of all the tests many wait, for a browser or a process; the quick ones have mypy beside them.
WORKERS ?= 3
QUICK_WORKERS ?= 2
PYTEST := $(BIN)/pytest --dist worksteal --numprocesses
QUICK := not slow and not browser and not postgres and not redis and not chaos
# Compiled files save every process a second.
export PYTHONDONTWRITEBYTECODE :=
# Threads of OpenBLAS spin while they wait, and take the cores from the other workers.
export OPENBLAS_NUM_THREADS := 1
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-annotate --no-header

.PHONY: help run test check slow test-spark release setup setup-test lock clean

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "make %-12s %s\n", $$1, $$2}' Makefile

run: setup ## set up and start the service with its embedded database
	@exec $(BIN)/minping serve

ifdef T
test: setup-test ## set up and run every check and test; T=path runs the tests there
	$(BIN)/pytest $(T)
else
test: setup-test
	@$(call beside_mypy,$(PYTEST) $(WORKERS) --durations 15)
endif

check: setup-test ## ruff, mypy, import-linter and the quick tests, in about a minute
	@$(call beside_mypy,$(PYTEST) $(QUICK_WORKERS) --quiet -m "$(QUICK)" tests/unit tests/laws)

# mypy has one process only, so the others work beside it; its findings come last.
beside_mypy = found=$$(mktemp); $(BIN)/mypy >$$found 2>&1 & checking=$$!; \
	$(BIN)/ruff check && $(BIN)/ruff format --check && $(BIN)/lint-imports && $(1); tested=$$?; \
	wait $$checking; checked=$$?; cat $$found; rm $$found; test $$tested = 0 && test $$checked = 0

slow: setup-test ## measure every test and write tests/slow.txt anew
	$(PYTEST) $(WORKERS) --durations 0 --write-slow

release: setup-test ## what a release still lacks, with the tests of older installations and of a restore
	@$(BIN)/python tools/release.py check

setup: $(VENV)/.minping ## install what the service needs
setup-test: $(VENV)/.tests $(VENV)/.system ## install what the tests need

test-spark: $(VENV)/.spark ## install Spark (450 MB; needs Java 17) and run the scan on it
	$(BIN)/pytest -m spark tests/contract/test_spark.py

lock: $(VENV)/.tests ## write the hashed locks anew from pyproject.toml
	$(LOCK) --extra build pyproject.toml --output-file requirements.txt
	$(LOCK) --extra build --extra dev --constraint requirements.txt pyproject.toml --output-file requirements-dev.txt
	echo pyspark | $(LOCK) --constraint requirements-dev.txt --output-file requirements-spark.txt -

clean: ## remove the virtual environment and the caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis minping.egg-info

$(BIN)/python:
	@sh tools/venv.sh $(VENV)

# The project's own commands are linked to this folder, so that a change of the code needs no new installation.
$(VENV)/.minping: requirements.txt pyproject.toml | $(BIN)/python
	@echo "Installing what the service needs (a minute or two, once) …"
	@$(INSTALL) --require-hashes --requirement requirements.txt
	@$(INSTALL) --no-deps --no-build-isolation --no-index --editable .
	@touch $@

$(VENV)/.tests: requirements-dev.txt $(VENV)/.minping
	@echo "Installing what the tests need (a minute, once) …"
	@$(INSTALL) --require-hashes --requirement requirements-dev.txt
	@touch $@

$(VENV)/.spark: requirements-spark.txt $(VENV)/.tests
	@java -version >/dev/null 2>&1 || { echo "Spark needs Java 17: apt-get install openjdk-17-jre-headless"; exit 1; }
	@echo "Installing Spark (450 MB, a minute or two, once) …"
	@$(INSTALL) --require-hashes --no-build-isolation --requirement requirements-spark.txt
	@touch $@

$(VENV)/.system: tools/system.sh | $(BIN)/python
	@sh tools/system.sh
	@touch $@
