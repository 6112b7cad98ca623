# Everything sets itself up: on a fresh machine `make demo` and `make test` need Python 3.11 with pip, and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PYTEST_ARGS ?=

.PHONY: env demo test lint bench browser compiled clean

env: $(READY)

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV) 2>/dev/null || { $(PYTHON) -m venv --without-pip $(VENV) && $(PYTHON) -m pip --python $(BIN)/python install --quiet pip; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $(READY)

demo: env
	$(BIN)/xtcmon demo $(if $(HEADLESS),--headless,)

browser:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || \
	{ command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get install -y -qq chromium >/dev/null; } || \
	echo "no chromium here and no right to install it: the browser tests will be skipped"

lint: env
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Where Python is told not to keep bytecode (PYTHONDONTWRITEBYTECODE), every process of every test would compile our modules again.
compiled: env
	$(BIN)/python -m compileall -q monitor workers dashboards

# What only computes is shared by two processes; what runs processes, threads, sockets or a browser has the machine to itself.
test: lint browser compiled
ifeq ($(strip $(PYTEST_ARGS)),)
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m "not browser and not processes"; first=$$?; \
	$(BIN)/python -m pytest -m "browser or processes" && exit $$first
else
	$(BIN)/python -m pytest $(PYTEST_ARGS)
endif

bench: env
	$(BIN)/xtcmon bench all

clean:
	rm -rf $(VENV) demo-output .pytest_cache .mypy_cache .ruff_cache .hypothesis
