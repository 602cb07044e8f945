# SPDX-License-Identifier: MIT
# Inputs that the fuzzer makes up, guided by what they reach. Included by the root Makefile.
#   make fuzz                           each target for FUZZ_SECONDS (600)
#   make fuzz FUZZ_TARGET=kernel        one of them
#   build/kernel_ipc/fuzz/fuzz_X FILE   repeats a finding, which lies in build/kernel_ipc/fuzz/findings
# The corpus stays in build/kernel_ipc/fuzz/corpus and grows. A finding that is fixed goes to kernel_ipc/fuzz/inputs/X,
# which every run begins with.

KIPC_FUZZ_TARGETS := kernel shared message syscall words lanes
FUZZ_SECONDS ?= 600
FUZZ_TARGET ?= $(KIPC_FUZZ_TARGETS)
KIPC_FUZZ_BUILD := $(KIPC_BUILD)/fuzz
KIPC_FUZZ_FLAGS := -g -O1 -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
KIPC_FUZZ_WORLD := $(addprefix kernel_ipc/,fuzz/world.c fuzz/world_handles.c fuzz/audit.c fuzz/audit_memory.c \
  fuzz/furniture.c tests/fake_memory.c)
KIPC_FUZZ_SOURCES_kernel := $(KIPC_FUZZ_WORLD) \
  $(addprefix kernel_ipc/fuzz/calls_,process.c synchronisation.c channel.c transfer.c region.c)
KIPC_FUZZ_SOURCES_words := $(KIPC_FUZZ_SOURCES_kernel) kernel_ipc/fuzz/calls_words.c kernel_ipc/fuzz/fibers.c
KIPC_FUZZ_SOURCES_shared := kernel_ipc/fuzz/peer.c
KIPC_FUZZ_SOURCES_lanes := kernel_ipc/fuzz/peer.c
KIPC_FUZZ_SOURCES_syscall := $(KIPC_FUZZ_WORLD)
KIPC_FUZZ_PROGRAMS := $(KIPC_FUZZ_TARGETS:%=$(KIPC_FUZZ_BUILD)/fuzz_%)

$(KIPC_FUZZ_BUILD)/%.o: kernel_ipc/%.c kernel_ipc/fuzz/fuzz.mk
	@mkdir -p $(@D)
	@echo '  cc       $< (fuzz)'
	$(QUIET)$(KIPC_CLANG) $(KIPC_FLAGS) -Ikernel_ipc/fuzz -Ikernel_ipc/tests $(KIPC_FUZZ_FLAGS) -c $< -o $@

define KIPC_FUZZ_RULES
$(KIPC_FUZZ_BUILD)/fuzz_$(1): $(patsubst kernel_ipc/%.c,$(KIPC_FUZZ_BUILD)/%.o,kernel_ipc/fuzz/fuzz_$(1).c \
  $(KIPC_FUZZ_SOURCES_$(1)) $(KIPC_ALL_SOURCES))
	$(QUIET)$(KIPC_CLANG) -fsanitize=fuzzer,address,undefined $$^ -o $$@
endef
$(foreach target,$(KIPC_FUZZ_TARGETS),$(eval $(call KIPC_FUZZ_RULES,$(target))))
-include $(wildcard $(KIPC_FUZZ_BUILD)/*/*.d)

.PHONY: fuzz fuzz-short
fuzz: build
	@$(SUBMAKE) -j$(JOBS) $(FUZZ_TARGET:%=$(KIPC_FUZZ_BUILD)/fuzz_%)
	@set -e; for target in $(FUZZ_TARGET); do sh kernel_ipc/fuzz/run.sh $(KIPC_FUZZ_BUILD) $$target $(FUZZ_SECONDS); done

# The same inputs each time, and no more than a few seconds.
fuzz-short: $(KIPC_FUZZ_PROGRAMS)
	@set -e; for target in $(KIPC_FUZZ_TARGETS); do sh kernel_ipc/fuzz/run.sh $(KIPC_FUZZ_BUILD) $$target short; done
test-kernel_ipc: fuzz-short
kernel_ipc-tests: $(KIPC_FUZZ_PROGRAMS)
