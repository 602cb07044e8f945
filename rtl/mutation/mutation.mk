# SPDX-License-Identifier: MIT
# How many planted faults the block-level runs find. Included by the root Makefile, which sets PYTHON and SETUP.
#   make mutate               every mutant
#   make mutate SAMPLE=300    that many, chosen by SEED
#   make mutate FILE=pattern  those of some files
#   make mutate THOROUGH=1    all runs for the mutants that survivors.toml explains, too

.PHONY: mutate
mutate: $(BUILD)/designs/mailbox/registers/.stamp $(BLOCK_RUN) $(BLOCK_MEASURE)
	$(QUIET)$(PYTHON) -m rtl.mutation.mutate --programs $(dir $(BLOCK_RUN)) --jobs $(JOBS) \
		$(if $(SAMPLE),--sample $(SAMPLE)) $(if $(SEED),--seed $(SEED)) $(if $(FILE),--file '$(FILE)') \
		$(if $(THOROUGH),--thorough)
