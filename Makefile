# Four commands on a machine that has Python ≥ 3.11 and make. Each sets up .venv by itself.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
.DEFAULT_GOAL := help

.PHONY: help run test check bench format lock

help: ## What can be done here
	@sed -nE 's/^([a-z]+):[^#]*## (.*)/make \1 – \2/p' Makefile

run: $(VENV)/runs ## Start everything on http://127.0.0.1:8080 with SQLite in var/
	@$(BIN)/python -m bot run

# Compiled tests are kept, wherever the machine says that nothing be written beside the source: two times eight seconds.
test: export PYTHONPYCACHEPREFIX := $(CURDIR)/$(VENV)/compiled
test: export PYTHONDONTWRITEBYTECODE :=
test: $(VENV)/develops ## The whole suite; BOT_TEST_DEEP=1 tries more examples
	@$(BIN)/python -m tests.prepare
	@$(BIN)/python -m pytest -p tests.engines -n auto --maxprocesses 8 --dist loadgroup

check: $(VENV)/develops ## Format, lint, types, import contracts, content and sentences
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/python -m bot check

bench: $(VENV)/develops ## Benchmarks: one table, and bench/results/
	@$(BIN)/python -m bench

format: $(VENV)/develops ## Put the code into its form
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format .

lock: ## Renew the lock files (needs uv)
	uv pip compile -q pyproject.toml --extra install --extra dev --universal --python-version 3.11 \
	  --generate-hashes --no-annotate --no-header --no-emit-index-url --no-emit-find-links -o requirements-dev.lock
	grep -vE '^    ' requirements-dev.lock | sed 's/ \\$$//' > .constraints
	uv pip compile -q pyproject.toml --extra install -c .constraints --universal --python-version 3.11 \
	  --generate-hashes --no-annotate --no-header --no-emit-index-url --no-emit-find-links -o requirements.lock
	rm .constraints

$(VENV)/made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Cần Python 3.11 trở lên; máy này có: $$($(PYTHON) --version 2>&1)."; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null \
	  || { echo "Python máy này thiếu venv: cài gói python3-venv rồi chạy lại."; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@touch $@

define install
	@echo "Đang cài thư viện vào $(VENV) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(1)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation .
	@rm -rf build ban_so.egg-info
endef

$(VENV)/runs: $(VENV)/made requirements.lock pyproject.toml
	$(call install,requirements.lock)
	@touch $@

$(VENV)/develops: $(VENV)/made requirements-dev.lock pyproject.toml
	$(call install,requirements-dev.lock)
	@touch $@ $(VENV)/runs
