# The two commands for people: make run, make test. PORT= chooses the port, PYTHON= the Python.
PYTHON ?= python3
PORT ?= 8000
ARGS ?=
IN_VENV := .venv/bin/python
SYSTEM := $(PYTHON) portal/dev/system_packages.py
SERVERS := $(IN_VENV) -m portal.dev.embedded
TEST_SERVERS := $(SERVERS) --name test
# System packages and Python packages are installed at the same time.
SET_UP := $(SYSTEM) --before-install && $(MAKE) --no-print-directory -j2 papers

.DEFAULT_GOAL := help
.PHONY: help run test check format demo fuzz chaos lock clean free-port papers browser ready venv

help:
	@echo "make run      the whole portal on this machine, at http://127.0.0.1:$(PORT)/"
	@echo "make test     all checks and all tests, in a new order each time"
	@echo "make check    all checks, no tests"
	@echo "make fuzz     10,000 and more hostile requests to every address as each kind of person"
	@echo "make format   format the code and repair what can be repaired without thinking"
	@echo "make demo     200 made-up dossiers for the portal of make run, also while it runs"
	@echo "make chaos    kill, pause and flood a whole portal, and count what was lost (20 minutes)"
	@echo "make lock     renew the locked versions of all dependencies"
	@echo "make clean    remove everything that the other commands made, data included"
	@echo
	@echo "PORT=8080 make run                    on another port"
	@echo "make test ARGS=tests/dossiers         only the tests of a folder or file, no checks"
	@echo "make test ARGS='-k receive -n 0'      anything that pytest understands"
	@echo "make test ARGS=--randomly-seed=1234  the order of an earlier run; it prints this number"

run: free-port
	@$(SET_UP) .venv/installed-run
	@exec $(SERVERS) --exclusive -- $(IN_VENV) -m portal.dev.run --port $(PORT)

# With ARGS: a browser only where they ask for browser tests.
test: $(if $(ARGS),ready $(findstring browser,$(ARGS)),check browser)
	@$(IN_VENV) manage.py translations compile
	@exec $(TEST_SERVERS) -- $(IN_VENV) -m pytest -n 2 $(ARGS)

# FUZZ_SEED= repeats an earlier run; it prints its seed.
FUZZ_REQUESTS ?= 10000
fuzz: export FUZZ_REQUESTS := $(FUZZ_REQUESTS)
fuzz: ready
	@$(IN_VENV) manage.py translations compile
	@exec $(TEST_SERVERS) -- $(IN_VENV) -m pytest tests/fuzz --show-capture=no $(ARGS)

check: ready
	@exec $(TEST_SERVERS) -- $(IN_VENV) -m portal.dev.checks

format: ready
	@$(IN_VENV) -m ruff check --fix
	@$(IN_VENV) -m ruff format

demo:
	@$(SET_UP) .venv/installed-run
	@SITE_URL=http://127.0.0.1:$(PORT) exec $(SERVERS) -- $(IN_VENV) manage.py load_demo --dossiers 200

chaos: ready
	@exec $(IN_VENV) -m portal.dev.chaos --faults "$(FAULTS)"

free-port:
	@$(SYSTEM) --port $(PORT)

papers:
	@$(SYSTEM) --papers

browser: ready
	@$(SYSTEM) --chromium

ready:
	@$(SET_UP) .venv/installed

venv:
	@$(IN_VENV) -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear .venv

# The run set is part of the dev set: who has that needs no other.
INSTALL = $(IN_VENV) -m pip install -qq --disable-pip-version-check --no-compile --require-hashes -r
.venv/installed-run: requirements-run.lock | venv
	@echo "Installing the locked Python packages into .venv …"
	@$(INSTALL) $<
	@touch $@

.venv/installed: requirements-dev.lock | venv
	@echo "Installing the locked Python packages for development into .venv …"
	@$(INSTALL) $<
	@touch .venv/installed-run $@

# Versions and hashes come from the public registry alone; the header is ours, so that no path gets
# into the files. The smaller sets are locked to the versions of the largest.
LOCK := $(IN_VENV) -m uv pip compile --no-config --universal --generate-hashes \
	--python-version 3.11 --no-header --no-annotate --no-emit-index-url --quiet pyproject.toml
LOCK_HEADER := \# Versions and file hashes. Written by “make lock” from pyproject.toml; not to be edited.
lock: ready
	@$(IN_VENV) -m pip install -qq --disable-pip-version-check uv
	@$(LOCK) --upgrade --group dev --output-file var/requirements-dev.lock
	@$(LOCK) --constraint var/requirements-dev.lock --group run --output-file var/requirements-run.lock
	@$(LOCK) --constraint var/requirements-dev.lock --output-file var/requirements.lock
	@for file in requirements.lock requirements-run.lock requirements-dev.lock; do \
		(echo "$(LOCK_HEADER)"; cat var/$$file) > $$file && rm var/$$file; done

clean:
	@if [ -d var/embedded ]; then \
		$$(test -x $(IN_VENV) && echo $(IN_VENV) || echo $(PYTHON)) -m portal.dev.embedded --remove-data; fi
	@rm -rf .venv var .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	@rm -f locale/*/LC_MESSAGES/*.mo
