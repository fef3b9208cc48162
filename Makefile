# Everything that is installed lives in .venv and frontend/node_modules; `make clean` takes it away again.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory
# What can go side by side does: packages come over the network while the page is built.
ifeq ($(MAKELEVEL),0)
MAKEFLAGS += --jobs=2
endif
SHELL := /bin/sh

PORT ?= 8000
TORCH ?= torch==2.13.0
PEERS ?= autograd==1.9.1 tinygrad==0.14.0 micrograd==0.1.0
FUZZ ?= 10
FONTTOOLS ?= fonttools[woff]==4.68.0

venv := .venv
bin := $(venv)/bin
python := $(bin)/python
page := $(python) scripts/page.py
pip := $(python) -m pip --disable-pip-version-check --quiet install --constraint constraints.txt
# The page is built beside it, at the same time.
install := CHAINRULE_PAGE=beside $(pip) --no-build-isolation --editable
# As many processes as there are cores; what shares a costly fixture stays together.
side_by_side := --numprocesses auto --dist loadgroup
# One more for browsers, which wait now and then.
with_browsers = --numprocesses $$($(python) -c 'import os; print((os.cpu_count() or 1) + 1)') --dist loadgroup
# A plugin that each process would load for three seconds, for one file of tests.
no_schemas := -p no:schemathesis
packages := frontend/node_modules/.package-lock.json
built := server/chainrule/static/index.html
# Folders too, so that a file which was taken away is noticed.
page_sources := $(shell find frontend/src -path frontend/src/i18n/paraglide -prune \
	-o \( -type d -o -type f ! -name '*.test.ts' \) -print) \
	$(wildcard frontend/*.html frontend/*.js frontend/*.json frontend/*.ts frontend/project.inlang/settings.json)

.PHONY: help run dev test fuzz parity lint format types golden fonts bench screenshots constraints clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 22

run: $(venv)/.app $(built) ## build what is missing and serve on 127.0.0.1:8000 (PORT=… changes it)
	@exec $(bin)/chainrule serve --port $(PORT)

dev: $(venv)/.test $(packages) ## serve with hot reload on both sides
	@exec $(python) scripts/dev.py --port $(PORT)

test: $(venv)/.test $(built) ## every check there is, but for PyTorch
	@$(python) scripts/chromium.py
	@$(MAKE) test-server test-lint
	@$(MAKE) --output-sync=target test-browser test-page

# Services and browsers wait now and then, and leave a part of the cores to what never waits.
.PHONY: test-server test-lint test-browser test-page
test-server: $(venv)/.test $(built)
	$(bin)/pytest $(side_by_side)

# What these say comes in one piece each, between the lines of the tests.
test-lint: $(venv)/.test $(packages)
	@$(MAKE) --output-sync=target lint-server
	@$(MAKE) --output-sync=target lint-page

test-browser: $(venv)/.test $(built)
	$(bin)/pytest $(with_browsers) $(no_schemas) tests/e2e

test-page: $(packages)
	@$(page) npm run --silent test

# What it finds is kept in .hypothesis, and tried first the next time.
fuzz: $(venv)/.test ## try each property on FUZZ=10 times as many examples, new ones each time
	CHAINRULE_FUZZ=$(FUZZ) $(bin)/pytest $(side_by_side) -m hypothesis

# PyTorch goes into a folder of its own: `make test` must see the same machine before and after.
parity: $(venv)/.test $(venv)/.torch ## compare with the real PyTorch (2.13)
	PYTHONPATH=$(CURDIR)/$(venv)/torch $(bin)/pytest $(side_by_side) $(no_schemas) tests/parity

.PHONY: lint-server lint-page
lint: lint-server lint-page ## ruff, mypy, svelte-check and eslint alone

lint-server: $(venv)/.test
	$(bin)/ruff check .
	$(bin)/ruff format --check .
	$(bin)/mypy

lint-page: $(packages)
	@$(page) npm run --silent check
	@$(page) npm run --silent lint && echo "eslint: no problems"

format: $(venv)/.test $(packages) ## let ruff and prettier have their way
	$(bin)/ruff check --fix --exit-zero --quiet .
	$(bin)/ruff format .
	@$(page) npm run --silent format

types: $(venv)/.test $(packages) ## write frontend/src/protocol.gen.ts from the server's schema
	@$(python) scripts/generate_types.py

golden: $(venv)/.test ## write the golden traces in tests/golden anew
	@$(python) scripts/generate_golden.py

# Its answer is the same each time only where sets are walked in the same order.
fonts: $(venv)/.test $(packages) ## cut the first files of the page's fonts anew
	@$(pip) '$(FONTTOOLS)'
	@PYTHONHASHSEED=0 $(python) scripts/fonts.py

bench: $(venv)/.test $(venv)/.torch $(venv)/.peers $(built) ## measure, and print what was measured
	@$(python) scripts/chromium.py
	$(python) -m benchmarks

screenshots: $(venv)/.test $(built) ## take the pictures of the README anew
	@$(python) scripts/chromium.py
	$(python) scripts/screenshots.py

constraints: $(venv)/.test ## renew constraints.txt from the newest versions that fit
	@$(python) scripts/constraints.py

clean: ## take away all that was installed or built
	rm -rf $(venv) frontend/node_modules frontend/.svelte-check frontend/src/i18n/paraglide server/chainrule/static build dist
	rm -rf .mypy_cache .pytest_cache .ruff_cache .hypothesis .schemathesis test-results

# An environment, the tools that build, the page, the package in place, what the tests need.

$(venv)/.python:
	@found=; for candidate in $(or $(PYTHON),python3 python3.14 python3.13 python3.12 python3.11); do \
		if $$candidate -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			found=$$candidate; break; fi; done; \
	if [ -z "$$found" ]; then \
		echo "chainrule: Python 3.11 or newer is needed, and $(or $(PYTHON),python3) is" \
			"$$($(or $(PYTHON),python3) --version 2>&1 | tail -n 1)" >&2; exit 1; fi; \
	if ! $$found -c 'import ensurepip, venv' 2>/dev/null; then \
		echo "chainrule: this Python cannot make environments: install its venv package" \
			"(Debian, Ubuntu: apt install python3-venv)" >&2; exit 1; fi; \
	echo "Making an environment in $(venv)"; \
	$$found -m venv $(venv)
	@touch $@

$(venv)/.tools: $(venv)/.python constraints.txt
	@echo "Installing the build tools"
	@$(pip) hatchling editables $$($(python) scripts/page.py requirements)
	@touch $@

$(packages): frontend/package-lock.json | $(venv)/.tools
	@echo "Installing the page's packages"
	@$(page) install

$(built): $(page_sources) $(packages) | $(venv)/.tools
	@echo "Building the page"
	@$(page) build

$(venv)/.app: pyproject.toml hatch_build.py constraints.txt $(venv)/.tools
	@echo "Installing the Python packages"
	@$(install) .
	@touch $@

$(venv)/.test: pyproject.toml hatch_build.py constraints.txt $(venv)/.tools
	@echo "Installing the Python packages, and what the tests need"
	@$(install) '.[test]'
	@touch $(venv)/.app $@

# What is compared with, in a folder of its own for the same reason.
$(venv)/.peers: constraints.txt | $(venv)/.test
	@echo "Installing $(PEERS)"
	@rm -rf $(venv)/peers
	@$(pip) --no-deps --target $(venv)/peers $(PEERS)
	@touch $@

$(venv)/.torch: constraints.txt | $(venv)/.test
	@echo "Installing $(TORCH)"
	@rm -rf $(venv)/torch
	@$(pip) --target $(venv)/torch '$(TORCH)'
	@touch $@
