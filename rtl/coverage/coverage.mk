# SPDX-License-Identifier: MIT
# What block-level runs and firmware pass of the design. Included by the root Makefile, which sets BUILD, PYTHON and JOBS.
#   make coverage                 the reference mailbox in its three sizes
#   make coverage DATA=a.dat      with the coverage file of another run (rtl/coverage/README.md)

COVERAGE_DESIGNS ?= mailbox_small mailbox mailbox_large
# Toggles make a model many times larger; one size shows them.
COVERAGE_TOGGLES ?= mailbox_small

.PHONY: coverage
coverage: $(COVERAGE_DESIGNS:%=$(BUILD)/designs/%/registers/.stamp) $(BLOCK_RUN) $(PLUGIN) $(FIRMWARE_ELFS)
	$(QUIET)$(PYTHON) -m rtl.coverage.cover --runner $(BLOCK_RUN) --jobs $(JOBS) \
		$(COVERAGE_DESIGNS:%=--design %) $(COVERAGE_TOGGLES:%=--toggles %) $(DATA:%=--data %)
