# SPDX-License-Identifier: MIT
# The SoC's software: every programs/*.c becomes $(BUILD)/firmware/$(DESIGN)/<name>.elf, for one hart or two.
# Included by the root Makefile, which sets BUILD, DESIGN, RISCV, WARNINGS and QUIET.

FIRMWARE_OUT := $(BUILD)/firmware/$(DESIGN)
FIRMWARE_COMMON := $(wildcard firmware/soc/*.c firmware/soc/*.S firmware/kernel/*.c firmware/kernel/*.S \
	firmware/drivers/*.c firmware/programs/support/*.c firmware/programs/support/*.S)
FIRMWARE_PROGRAMS := $(wildcard firmware/programs/*.c)
# With the suite of waits that hosts run, too.
FIRMWARE_IPC := $(KIPC_ALL_SOURCES) $(wildcard kernel_ipc/tests/blocking_*.c)
# The reference mailbox's registers, whichever design is simulated: a driver finds out at run time if it fits.
FIRMWARE_REGISTERS := $(BUILD)/designs/mailbox/registers/mailbox_registers.h

FIRMWARE_OBJECTS := $(patsubst %,$(FIRMWARE_OUT)/objects/%.o,$(FIRMWARE_COMMON))
# An archive, so that a program carries the objects of the IPC core that it uses, and no others.
FIRMWARE_IPC_OBJECTS := $(patsubst %,$(FIRMWARE_OUT)/objects/%.o,$(FIRMWARE_IPC))
FIRMWARE_IPC_ARCHIVE := $(FIRMWARE_OUT)/objects/libkernel_ipc.a
# The examples of the IPC core, whose sources are the host's: example_<name>.elf.
FIRMWARE_EXAMPLES := $(wildcard kernel_ipc/examples/*.c)
FIRMWARE_EXAMPLE_OBJECT := $(FIRMWARE_OUT)/objects/firmware/examples/example_soc.c.o
FIRMWARE_ELFS := $(patsubst firmware/programs/%.c,$(FIRMWARE_OUT)/%.elf,$(FIRMWARE_PROGRAMS)) \
	$(patsubst kernel_ipc/examples/%.c,$(FIRMWARE_OUT)/example_%.elf,$(FIRMWARE_EXAMPLES))

# No float and no library: registers x1 to x31 are the whole context, and nothing runs that is not in this tree.
# -mno-relax because relaxation addresses data through gp, which this firmware leaves alone.
FIRMWARE_ARCHITECTURE := -march=rv64imac_zicsr -mabi=lp64 -mcmodel=medany -mno-relax
FIRMWARE_FLAGS := $(FIRMWARE_ARCHITECTURE) -g -O2 -ffreestanding -fno-common -fno-pic -fno-stack-protector \
	-fno-asynchronous-unwind-tables -fno-tree-loop-distribute-patterns \
	-Ifirmware -Ikernel_ipc/include -Ikernel_ipc/tests -isystem firmware/soc/freestanding -isystem $(dir $(FIRMWARE_REGISTERS)) \
	'-DKIPC_TRACE_HEADER="kernel/kipc_trace_soc.h"' -MD -MP
FIRMWARE_CFLAGS := -std=gnu11 $(WARNINGS) $(FIRMWARE_FLAGS)

# What a call with words in s8 to s11 goes through between two threads: it must not touch them, nor save them.
FIRMWARE_WORD_SOURCES := kernel_ipc/src/call_words.c kernel_ipc/src/syscall_words.c \
	$(addprefix firmware/kernel/,ecall.c ipc_scheduler.c ipc_port.c scheduler.c)
$(patsubst %,$(FIRMWARE_OUT)/objects/%.o,$(FIRMWARE_WORD_SOURCES)): FIRMWARE_CFLAGS += \
	-ffixed-s8 -ffixed-s9 -ffixed-s10 -ffixed-s11

$(FIRMWARE_OUT)/objects/%.c.o: %.c firmware/firmware.mk | $(FIRMWARE_REGISTERS)
	@mkdir -p $(@D)
	@echo '  riscv    $<'
	$(QUIET)$(RISCV)gcc $(FIRMWARE_CFLAGS) -c $< -o $@

$(FIRMWARE_OUT)/objects/%.S.o: %.S firmware/firmware.mk
	@mkdir -p $(@D)
	@echo '  riscv    $<'
	$(QUIET)$(RISCV)gcc $(FIRMWARE_FLAGS) -c $< -o $@

$(FIRMWARE_IPC_ARCHIVE): $(FIRMWARE_IPC_OBJECTS)
	$(QUIET)rm -f $@
	$(QUIET)$(RISCV)ar rcsD $@ $^

FIRMWARE_LINK = $(RISCV)gcc $(FIRMWARE_ARCHITECTURE) -nostdlib -nostartfiles -static -Wl,--fatal-warnings \
	-Wl,-T,firmware/soc/linker.ld -Wl,-Map,$(@:.elf=.map) -Wl,--no-warn-rwx-segments $(filter %.o %.a,$^) -o $@

$(FIRMWARE_OUT)/%.elf: $(FIRMWARE_OUT)/objects/firmware/programs/%.c.o $(FIRMWARE_OBJECTS) $(FIRMWARE_IPC_ARCHIVE) \
  firmware/soc/linker.ld
	@echo '  link     $@'
	$(QUIET)$(FIRMWARE_LINK)

# Each system call done well: these sources are this program's alone.
FIRMWARE_CALLS := $(patsubst %,$(FIRMWARE_OUT)/objects/%.o,$(wildcard firmware/programs/support/calls/*.c))
$(FIRMWARE_OUT)/system_calls.elf: $(FIRMWARE_CALLS)

# An example's main is called by the program's, and finds example.h and <string.h> where a host has them, too.
$(FIRMWARE_OUT)/objects/kernel_ipc/examples/%.c.o: FIRMWARE_CFLAGS += -Dmain=example_main
$(FIRMWARE_EXAMPLE_OBJECT): FIRMWARE_CFLAGS += -isystem kernel_ipc/examples
$(FIRMWARE_OUT)/example_%.elf: $(FIRMWARE_OUT)/objects/kernel_ipc/examples/%.c.o $(FIRMWARE_EXAMPLE_OBJECT) \
  $(FIRMWARE_OBJECTS) $(FIRMWARE_IPC_ARCHIVE) firmware/soc/linker.ld
	@echo '  link     $@'
	$(QUIET)$(FIRMWARE_LINK)

.PHONY: firmware
firmware: $(FIRMWARE_ELFS)

FIRMWARE_PROGRAM_OBJECTS := $(patsubst %,$(FIRMWARE_OUT)/objects/%.o,$(FIRMWARE_PROGRAMS) $(FIRMWARE_EXAMPLES)) \
	$(FIRMWARE_EXAMPLE_OBJECT)
.SECONDARY: $(FIRMWARE_OBJECTS) $(FIRMWARE_IPC_OBJECTS) $(FIRMWARE_PROGRAM_OBJECTS) $(FIRMWARE_CALLS)
-include $(patsubst %.o,%.d,$(FIRMWARE_OBJECTS) $(FIRMWARE_IPC_OBJECTS) $(FIRMWARE_PROGRAM_OBJECTS) $(FIRMWARE_CALLS))

# What each operation of the IPC core costs, beside what budgets.toml says; `make budgets RENEW=1` writes it there.
.PHONY: budgets
budgets: build
	@$(PYTHON) -m harness.budgets $(if $(RENEW),--renew)
