# SPDX-License-Identifier: MIT
# Hardware: register generation and lint. Included by the root Makefile, which sets BUILD, PYTHON, QUIET and SETUP.

PEAKRDL ?= $(PYTHON) -m peakrdl
VERILATOR ?= verilator

RTL_GENERATORS := $(wildcard rtl/registers/*.py) rtl/design_table.py
RTL_DESIGNS := $(patsubst rtl/%/design.toml,%,$(wildcard rtl/*/design.toml))
# The SystemRDL of a design: its own, or that of the design that it is a variant of.
rtl_base = $(if $(wildcard rtl/$(1)/design.toml),$(shell sed -n 's|^base = "\.\./\(.*\)"$$|\1|p' rtl/$(1)/design.toml))
rtl_registers = $(wildcard $(foreach folder,$(1) $(call rtl_base,$(1)),rtl/$(folder)/$(folder).rdl))
RTL_REGISTER_DESIGNS := $(foreach design,$(RTL_DESIGNS),$(if $(call rtl_registers,$(design)),$(design)))

# One run makes the decoders, their package, the named codes and the Python map; the C header comes from the same file.
# The stamp stands for all of them, so that a parallel make generates them once.
# $(1): design, $(2): SystemRDL file, $(3): what its outputs are called
define rtl_registers_rule
$(BUILD)/designs/$(1)/registers/.stamp: $(2) $(dir $(2))design.toml rtl/$(1)/design.toml $(RTL_GENERATORS) | $(SETUP)
	@echo '  registers $(1)'
	$$(QUIET)$$(PYTHON) -m rtl.registers.generate $(2) --design rtl/$(1) --output $$(@D)
	$$(QUIET)$$(PEAKRDL) c-header $(2) --std gnu11 -o $$(@D)/$(3).h
	$$(QUIET)touch $$@
$(addprefix $(BUILD)/designs/$(1)/registers/$(3),.sv _pkg.sv .h _codes.h .json): \
		$(BUILD)/designs/$(1)/registers/.stamp ;
endef
$(foreach design,$(RTL_REGISTER_DESIGNS),$(foreach source,$(call rtl_registers,$(design)),\
	$(eval $(call rtl_registers_rule,$(design),$(source),$(basename $(notdir $(source)))_registers))))

RTL_REGISTER_STAMPS := $(foreach design,$(RTL_REGISTER_DESIGNS),$(BUILD)/designs/$(design)/registers/.stamp)

.PHONY: registers
registers: $(RTL_REGISTER_STAMPS)

# The reference for people who write drivers; index.html can be opened as a file, without a server and a network.
RTL_REFERENCE := $(BUILD)/designs/$(DESIGN)/registers/html

$(RTL_REFERENCE)/index.html: $(call rtl_registers,$(DESIGN)) rtl/registers/reference.py | $(SETUP)
	@echo '  html     $(DESIGN)'
	@rm -rf $(@D)
	$(QUIET)$(PEAKRDL) html $< --title '$(DESIGN): registers' -o $(@D)
	$(QUIET)$(PYTHON) -m rtl.registers.reference $(@D)

.PHONY: register-reference
register-reference: $(RTL_REFERENCE)/index.html
	@echo $<

# Lint of the reference design as it is synthesized, and again with its checkers bound in, with each set of parameters.
RTL_LINT_DESIGNS := $(foreach design,$(RTL_DESIGNS),$(if $(filter mailbox,$(design) $(call rtl_base,$(design))),$(design)))
RTL_LINT_SOURCES := $(addprefix $(BUILD)/designs/mailbox/registers/mailbox_registers,_pkg.sv .sv) \
	$(sort $(wildcard rtl/lib/*.sv)) $(sort $(wildcard rtl/mailbox/*.sv))
RTL_LINT_CHECKERS := $(sort $(wildcard rtl/checkers/*.sv))

.PHONY: lint-rtl $(RTL_LINT_DESIGNS:%=lint-rtl-%)
lint-rtl: $(RTL_LINT_DESIGNS:%=lint-rtl-%)
$(RTL_LINT_DESIGNS:%=lint-rtl-%): lint-rtl-%: $(BUILD)/designs/mailbox/registers/.stamp
	$(QUIET)$(VERILATOR) --lint-only -Wall --top-module mailbox $$($(PYTHON) -m rtl.design_table rtl/$*) rtl/lint.vlt \
		$(RTL_LINT_SOURCES)
	$(QUIET)$(VERILATOR) --lint-only -Wall --assert --top-module mailbox $$($(PYTHON) -m rtl.design_table rtl/$*) \
		rtl/lint.vlt $(RTL_LINT_SOURCES) $(RTL_LINT_CHECKERS)
