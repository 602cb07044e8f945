# SPDX-License-Identifier: MIT
# What the reference mailbox costs in gates and lookup tables. Included by the root Makefile, which sets PYTHON and SETUP.
#   make synth             compares with rtl/synthesis/figures.json, fails if a figure moved by more than 2%
#   make synth RENEW=1     keeps the figures as they are now
#   make synth SIZE=small  one size only

.PHONY: synth
synth: $(RTL_REGISTER_STAMPS)
	$(QUIET)$(PYTHON) -m rtl.synthesis.synthesize --jobs $(JOBS) $(if $(SIZE),--size $(SIZE)) $(if $(RENEW),--renew)
