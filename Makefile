# Everything a developer or a machine runs. After `make setup` the command is .venv/bin/aggregator.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.ready

.PHONY: setup run test check prove bench format

setup: $(STAMP)          ## create .venv with the project and everything that development needs

$(STAMP): pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $(STAMP)

run: setup               ## the daemon with config/aggregator.yaml
	$(BIN)/aggregator -c config/aggregator.yaml run

test: setup              ## every test, samples of the long proofs included
	$(BIN)/python -m pytest -n 2

check: setup             ## lint, format, types, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --cache-dir .import_linter_cache

prove: setup             ## the long proofs at full size, figures printed
	$(BIN)/python -m pytest -s -m prove -o addopts="" --import-mode=importlib tests

bench: setup             ## every benchmark; writes benchmarks/results.json
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[bench]'
	$(BIN)/python -m benchmarks

format: setup            ## rewrite the code in the agreed form
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .
