# SPDX-License-Identifier: MIT
# Formal proofs of the hardware. Included by the root Makefile, which sets PYTHON, QUIET and SETUP. `make formal
# PROOF="fifo timer"` takes the named proofs alone; rtl/formal/README.md says what is proven.

.PHONY: formal
formal: $(BUILD)/designs/mailbox/registers/.stamp
	$(QUIET)$(PYTHON) -m rtl.formal.prove $(PROOF)
