# SPDX-License-Identifier: MIT
# How many planted faults the tests of the IPC core find. Included by the root Makefile.
#   make mutate-ipc               200 of them, chosen by SEED (1)
#   make mutate-ipc SAMPLE=0      all, which takes hours
#   make mutate-ipc FILE='ring*'  those of some sources
# build/kernel_ipc/mutation/report.txt has every fault that nobody found. How: mutate.py, sites.py here.

.PHONY: mutate-ipc
mutate-ipc: build
	@$(PYTHON) -m kernel_ipc.mutation.mutate --folder $(KIPC_BUILD)/mutation --jobs $(JOBS) \
	  $(if $(SAMPLE),--sample $(SAMPLE)) $(if $(SEED),--seed $(SEED)) $(if $(FILE),--file '$(FILE)')
