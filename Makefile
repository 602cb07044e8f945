# SPDX-License-Identifier: MIT
# Every entry point of Belfry. `make help` lists them; each folder's rules are in its own .mk file.

BUILD := build
DESIGN ?= mailbox
PYTHON := $(BUILD)/venv/bin/python
CC := gcc
CXX := g++
CLANG ?= clang
RISCV ?= riscv64-unknown-elf-
WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wvla -Werror
MAKEFLAGS += --no-builtin-rules
# `make V=1` shows every command.
QUIET := $(if $(V),,@)
SUBMAKE = $(MAKE) --no-print-directory $(if $(V),,-s)
JOBS ?= $(shell nproc)

# Tools and Python packages are there once this file is; everything that runs a tool is ordered after it.
SETUP := $(BUILD)/setup.stamp

.PHONY: help
help:
	@echo 'make run       set up what is missing, then wake-ups and zero-copy on the reference mailbox, measured'
	@echo 'make test      every test: engine, mailbox, IPC core, harness, co-simulation'
	@echo 'make bench     speed against baselines, each ratio taken in one run'
	@echo 'make regress   the mailbox alone, random, against its reference model: a million transactions a profile'
	@echo 'make formal    proofs of the mailbox, and planted bugs that each must refute'
	@echo 'make mutate    mutants of the mailbox, and the share of them that the checks catch'
	@echo 'make coverage  lines, toggles and cover properties of the mailbox that runs have reached'
	@echo 'make synth     cells, flip-flops and longest path of the mailbox in three sizes'
	@echo 'make budgets   instructions that each operation of the IPC core costs on the SoC, beside those that are kept'
	@echo 'make bench-ipc the IPC core alone, beside pipes, futexes, ck_ring and others'
	@echo 'make coverage-ipc  lines and branches of the IPC core that its tests reach, with a gate'
	@echo 'make mutate-ipc  faults planted in the IPC core, and the share of them that its tests find'
	@echo 'make fuzz      inputs made up for the IPC core, FUZZ_SECONDS (600) a target'
	@echo 'make features  the rows of requirements that the IPC core meets, each with its tests'
	@echo 'make register-reference  the registers of the mailbox as pages for people who write drivers'
	@echo 'make build     everything that the others need, without running it'
	@echo 'make doctor    each tool, its version, the least version, and what is degraded without it'
	@echo 'make lint      warnings, formats and types of C, SystemVerilog and Python'
	@echo 'make format    formats C and Python'
	@echo 'make list      the programs and designs that can be simulated'
	@echo 'make clean     removes build/, the tools stay'
	@echo 'DESIGN=name takes the design rtl/name instead of the reference mailbox (rtl/mailbox).'

$(SETUP): harness/setup/install.sh harness/setup/packages.txt requirements.txt
	@sh harness/setup/install.sh $(BUILD)
	@touch $@

include rtl/rtl.mk
include kernel_ipc/kernel_ipc.mk
include sim/sim.mk
include firmware/firmware.mk
include harness/harness.mk
include rtl/formal/formal.mk
include rtl/mutation/mutation.mk
include rtl/coverage/coverage.mk
include rtl/synthesis/synthesis.mk
include kernel_ipc/bench/bench.mk
include kernel_ipc/fuzz/fuzz.mk
include kernel_ipc/formal/formal.mk
include kernel_ipc/tools/coverage.mk
include kernel_ipc/mutation/mutation.mk

.PHONY: setup build run test bench doctor list lint format clean
setup: $(SETUP)

# In a make of its own, so that set-up is over before anything asks for a compiler or a Python package.
build: $(SETUP)
	@$(SUBMAKE) -j$(JOBS) sim block firmware

run: build
	@$(PYTHON) -m harness showcase --design $(DESIGN)

test: build
	@$(SUBMAKE) -j$(JOBS) kernel_ipc-tests sim-tests kernel_ipc-proofs
	@$(SUBMAKE) -j$(JOBS) --output-sync=target test-sim block-test test-kernel_ipc
	@$(SUBMAKE) test-harness

bench: build
	@status=0; $(PYTHON) -m harness bench --design $(DESIGN) || status=1; $(SUBMAKE) bench-ipc || status=1; exit $$status

# The doctor comes before the treatment: it needs no set-up.
doctor:
	@$(if $(wildcard $(PYTHON)),$(PYTHON),python3) -c 'import sys; from harness import doctor; sys.exit(doctor.main())'

list: build
	@$(PYTHON) -m harness list

lint: build
	@$(SUBMAKE) lint-c lint-rtl lint-python

C_FILES = $(shell git ls-files --cached --others --exclude-standard '*.c' '*.h')

PYTHON_FOLDERS := harness kernel_ipc rtl sim

.PHONY: lint-c lint-python
lint-c: $(SETUP)
	@$(BUILD)/venv/bin/clang-format --dry-run --Werror $(C_FILES)
	@sh harness/setup/lint_c.sh

lint-python: $(SETUP)
	@$(PYTHON) -m ruff check --config harness/ruff.toml $(PYTHON_FOLDERS)
	@$(PYTHON) -m ruff format --check --config harness/ruff.toml $(PYTHON_FOLDERS)
	@$(PYTHON) -m mypy --config-file harness/mypy.ini $(PYTHON_FOLDERS)

format: $(SETUP)
	@$(BUILD)/venv/bin/clang-format -i $(C_FILES)
	@$(PYTHON) -m ruff format --config harness/ruff.toml $(PYTHON_FOLDERS)

clean:
	rm -rf $(BUILD)
