# SPDX-License-Identifier: MIT
# Every state of a model of the wait protocol, by Spin. Included by the root Makefile; a part of `make formal`.

.PHONY: formal-ipc
formal: formal-ipc
formal-ipc: $(SETUP)
	@$(PYTHON) -m kernel_ipc.formal.check --folder $(KIPC_BUILD)/formal
