# make run   starts the studio          make test  proves that it works
# Both install what they need into .venv and .build; neither needs an activated environment.
SHELL := /bin/sh
PYTHON ?= python3
UV := .build/uv/bin/uv
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=
export UV_NO_PROGRESS := 1
export UV_LINK_MODE := copy
# Some images forbid Python to keep compiled modules; without them every start takes a second longer.
export UV_COMPILE_BYTECODE := 1

.PHONY: run test test-real venv dev web lock reference bench clean help

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  %-12s %s\n", $$1, $$2}' Makefile

run: venv web ## start the studio (make run ARGS="--port-offset 20000 --workspace DIR")
	@exec $(BIN)/comfystudio up $(ARGS)

test: dev web ## lint, types, contracts, every test
	@tools/test.sh

test-real: dev web ## contract suite against the ComfyUI that COMFYUI_SOURCE names
	@test -n "$$COMFYUI_SOURCE" || { echo "Set COMFYUI_SOURCE to a ComfyUI checkout that has its venv."; exit 2; }
	@$(BIN)/pytest -m real_comfyui tests/contract tests/comfy tests/clients tests/browser/test_real_comfyui.py

$(UV): tools/bootstrap.sh
	@tools/bootstrap.sh "$(PYTHON)"

venv: $(VENV)/.installed

# With the test packages there, the test lock (which holds the other one's packages too) is what is synced to.
SYNC = $(UV) pip sync -q --require-hashes --python $(BIN)/python $(1) && \
	$(UV) pip install -q --no-deps --no-build-isolation --python $(BIN)/python -e .

$(VENV)/.installed: requirements.lock pyproject.toml $(UV)
	@echo "Installing ComfyStudio's packages into $(VENV)"
	@test -x $(BIN)/python || $(UV) venv -q --python "$(PYTHON)" $(VENV)
	@if test -e $(VENV)/.dev; then $(call SYNC,requirements-test.lock); else $(call SYNC,requirements.lock); fi
	@touch $@

dev: $(VENV)/.dev

$(VENV)/.dev: $(VENV)/.installed requirements-test.lock
	@echo "Installing what the tests need into $(VENV)"
	@$(call SYNC,requirements-test.lock)
	@touch $@

web: venv ## build the pages when their sources changed
	@$(BIN)/python tools/build_web.py

lock: $(UV) ## write the lock files anew
	@$(UV) pip compile -q --generate-hashes --no-emit-index-url --no-header --group build pyproject.toml -o requirements.lock
	@$(UV) pip compile -q --generate-hashes --no-emit-index-url --no-header --group build --group test pyproject.toml -c requirements.lock -o requirements-test.lock

reference: venv ## write docs/reference anew
	@$(BIN)/python tools/reference.py

bench: dev web ## every figure that the docs quote
	@$(BIN)/python -m benchmarks $(ARGS)

clean: ## remove what was installed and built
	rm -rf $(VENV) .build web/node_modules src/comfystudio/web/static
