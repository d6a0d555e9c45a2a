# `make run` and `make test` are all you need; both set up what is missing. Needs Python 3.11 or later with venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip --disable-pip-version-check

.PHONY: run test test-fast lint bench lock clean

run: $(VENV)/run.stamp  ## serve on http://localhost:8080, with all data in ./data
	$(BIN)/pushbell serve --data-dir data

test: $(VENV)/test.stamp  ## the whole suite, real browsers included
	.ci/install-programs node firefox-esr chromium Xvfb xdotool setpriv
	$(BIN)/pytest
	node --test tests/web/*.test.js

test-fast: $(VENV)/test.stamp  ## without browsers and long runs
	.ci/install-programs node
	$(BIN)/pytest -m "not long and not browser"
	node --test tests/web/*.test.js

lint: $(VENV)/test.stamp
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

bench: $(VENV)/test.stamp
	$(BIN)/python -m tests.bench

lock:  ## pin what a fresh installation gets today
	rm -rf $(VENV)/lock
	$(PYTHON) -m venv $(VENV)/lock
	$(VENV)/lock/bin/pip --disable-pip-version-check install ".[test]"
	{ echo "# Made by \`make lock\`: the versions that the tests and the Docker image use."; \
	  $(VENV)/lock/bin/pip freeze --exclude pushbell; } > requirements.lock
	rm -rf $(VENV)/lock

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(VENV)/run.stamp: pyproject.toml requirements.lock | $(BIN)/python
	$(PIP) install --constraint requirements.lock --editable .
	touch $@

$(VENV)/test.stamp: pyproject.toml requirements.lock | $(BIN)/python
	$(PIP) install --constraint requirements.lock --editable ".[test]"
	touch $@ $(VENV)/run.stamp

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)
