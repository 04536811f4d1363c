# The whole workshop. `make demo` and `make test` need nothing but a fresh Debian/Ubuntu with Python 3.11.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
RUN_PACKAGES := python3-venv libgl1 libglib2.0-0
TEST_PACKAGES := $(RUN_PACKAGES) libegl1 libgl1-mesa-dri liberasurecode-dev gcc python3-dev
SUDO := $(shell [ "$$(id -u)" = 0 ] || command -v sudo)

.PHONY: help demo test check format bench clean

help:
	@echo "make demo    install what is needed and run the shipped clip through the whole program"
	@echo "make test    install everything and run the tests"
	@echo "make check   lint, types and import rules"
	@echo "make format  format the code"
	@echo "make bench   the standing benchmark"

demo: $(VENV)/.runtime
	$(BIN)/python app.py demo

test: $(VENV)/.all
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile

check: $(VENV)/.all
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.all
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.all
	$(BIN)/python app.py benchmark

# Debian packages are installed only where they are missing and only where apt-get exists.
define install_packages
	@mkdir -p $(VENV)
	@if command -v apt-get >/dev/null 2>&1; then \
	  missing=""; \
	  for package in $(1); do \
	    dpkg-query -W -f='$${Status}' $$package 2>/dev/null | grep -q "ok installed" || missing="$$missing $$package"; \
	  done; \
	  if [ -n "$$missing" ]; then \
	    echo "installing Debian packages:$$missing"; \
	    $(SUDO) apt-get update -qq && DEBIAN_FRONTEND=noninteractive $(SUDO) apt-get install -y -qq $$missing >/dev/null; \
	  fi; \
	fi
	@touch $@
endef

$(VENV)/.run-packages:
	$(call install_packages,$(RUN_PACKAGES))

$(VENV)/.test-packages:
	$(call install_packages,$(TEST_PACKAGES))

$(VENV)/bin/python: | $(VENV)/.run-packages
	$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: pyproject.toml | $(VENV)/bin/python
	@echo "installing the program into $(VENV) (about a minute)"
	@$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(VENV)/.all: pyproject.toml | $(VENV)/.test-packages $(VENV)/bin/python
	@echo "installing everything into $(VENV) (about 7 GB, mostly the training library; some minutes)"
	@$(BIN)/python -m pip install --quiet --editable '.[train,synthetic,text,cluster,openvino,dev]'
	@touch $@ $(VENV)/.runtime

clean:
	rm -rf $(VENV) build dist
