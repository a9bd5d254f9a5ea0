# The two commands for people: make run, make test. PORT= chooses the port, PYTHON= the Python to build with.
PYTHON ?= python3
PORT ?= 8000
PYTEST_ARGS ?= -n 2
IN_VENV := .venv/bin/python
SERVERS := $(IN_VENV) -m portal.embedded

.DEFAULT_GOAL := help
.PHONY: help run test check demo clean lock machine browser free-port

help:
	@echo "make run     the whole portal on this machine, at http://127.0.0.1:$(PORT)/ (PORT=8080 make run: another port)"
	@echo "make test    all checks and all tests"
	@echo "make check   all checks, no tests"
	@echo "make demo    200 made-up dossiers for the portal of make run"
	@echo "make lock    renew the locked versions of all dependencies"
	@echo "make clean   remove everything that the other commands made, data included"

run: free-port .venv/installed
	@exec $(SERVERS) -- $(IN_VENV) -m portal.run --port $(PORT)

test: check browser
	@$(IN_VENV) manage.py translations compile
	@exec $(SERVERS) --name test -- $(IN_VENV) -m pytest $(PYTEST_ARGS)

check: .venv/installed
	@exec $(SERVERS) --name test -- $(IN_VENV) -m portal.house_checks

demo: .venv/installed
	@exec $(SERVERS) -- $(IN_VENV) manage.py load_demo --dossiers 200

machine:
	@$(PYTHON) portal/machine.py

free-port:
	@$(PYTHON) portal/machine.py --port $(PORT)

browser: .venv/installed
	@$(PYTHON) portal/machine.py --chromium

.venv/installed: requirements-dev.lock | machine
	@echo "Installing the locked Python packages into .venv …"
	@.venv/bin/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear .venv
	@$(IN_VENV) -m pip install -qq --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

# Versions and hashes come from the public registry alone; the header is ours, so that no path gets into the files.
LOCK := $(IN_VENV) -m uv pip compile --no-config --universal --generate-hashes --python-version 3.11 \
	--upgrade --no-header --no-annotate --no-emit-index-url --quiet pyproject.toml
LOCK_HEADER := \# Versions and file hashes. Written by “make lock” from pyproject.toml; not to be edited.
lock: .venv/installed
	@$(IN_VENV) -m pip install -qq --disable-pip-version-check uv
	@$(LOCK) --output-file var/requirements.lock
	@$(LOCK) --group dev --output-file var/requirements-dev.lock
	@for file in requirements.lock requirements-dev.lock; do \
		(echo "$(LOCK_HEADER)"; cat var/$$file) > $$file && rm var/$$file; done

clean:
	@if [ -d var/embedded ]; then $$(test -x $(IN_VENV) && echo $(IN_VENV) || echo $(PYTHON)) -m portal.embedded --remove-data; fi
	@rm -rf .venv var .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	@rm -f locale/*/LC_MESSAGES/*.mo
