# SPDX-License-Identifier: MIT
# Hardware: register generation and lint. Included by the root Makefile, which sets BUILD, PYTHON, QUIET and SETUP.

PEAKRDL ?= $(PYTHON) -m peakrdl
VERILATOR ?= verilator

# Every design folder that describes its registers in SystemRDL.
RTL_REGISTER_SOURCES := $(wildcard rtl/*/*.rdl)
RTL_REGISTER_DESIGNS := $(sort $(notdir $(patsubst %/,%,$(dir $(RTL_REGISTER_SOURCES)))))

# One run makes the decoder, its package, the named codes and the Python map; the C header comes from the same file. The
# stamp stands for all of them, so that a parallel make generates them once.
define rtl_registers_rule
$(BUILD)/designs/$(1)/registers/.stamp: rtl/$(1)/$(1).rdl rtl/registers.py | $(SETUP)
	@echo '  registers $(1)'
	$$(QUIET)$$(PYTHON) rtl/registers.py rtl/$(1)/$(1).rdl --output $$(@D)
	$$(QUIET)$$(PEAKRDL) c-header rtl/$(1)/$(1).rdl --std gnu11 -o $$(@D)/$(1)_registers.h
	$$(QUIET)touch $$@
$(addprefix $(BUILD)/designs/$(1)/registers/$(1)_registers,.sv _pkg.sv .h _codes.h .json): \
		$(BUILD)/designs/$(1)/registers/.stamp ;
endef
$(foreach design,$(RTL_REGISTER_DESIGNS),$(eval $(call rtl_registers_rule,$(design))))

RTL_REGISTER_STAMPS := $(foreach design,$(RTL_REGISTER_DESIGNS),$(BUILD)/designs/$(design)/registers/.stamp)

.PHONY: registers
registers: $(RTL_REGISTER_STAMPS)

# Lint of the reference design as it is synthesized, and again with its checkers bound in.
RTL_LINT_SOURCES := $(addprefix $(BUILD)/designs/mailbox/registers/mailbox_registers,_pkg.sv .sv) \
	$(sort $(wildcard rtl/lib/*.sv)) $(sort $(wildcard rtl/mailbox/*.sv))
RTL_LINT_CHECKERS := $(sort $(wildcard rtl/checkers/*.sv))

.PHONY: lint-rtl
lint-rtl: $(BUILD)/designs/mailbox/registers/.stamp
	$(QUIET)$(VERILATOR) --lint-only -Wall --top-module mailbox rtl/lint.vlt $(RTL_LINT_SOURCES)
	$(QUIET)$(VERILATOR) --lint-only -Wall --assert --top-module mailbox rtl/lint.vlt $(RTL_LINT_SOURCES) \
		$(RTL_LINT_CHECKERS)
