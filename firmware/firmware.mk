# SPDX-License-Identifier: MIT
# The SoC's software: every programs/*.c becomes $(BUILD)/firmware/$(DESIGN)/<name>.elf, for one hart or two.
# Included by the root Makefile, which sets BUILD, DESIGN, RISCV, WARNINGS and QUIET.

FIRMWARE_OUT := $(BUILD)/firmware/$(DESIGN)
FIRMWARE_COMMON := $(wildcard firmware/soc/*.c firmware/soc/*.S firmware/kernel/*.c firmware/kernel/*.S \
	firmware/drivers/*.c firmware/programs/support/*.c firmware/programs/support/*.S)
FIRMWARE_PROGRAMS := $(wildcard firmware/programs/*.c)
FIRMWARE_IPC := $(or $(KIPC_SOURCES),$(wildcard kernel_ipc/src/*.c))
# The reference mailbox's registers, whichever design is simulated: a driver finds out at run time if it fits.
FIRMWARE_REGISTERS := $(BUILD)/designs/mailbox/registers/mailbox_registers.h

FIRMWARE_OBJECTS := $(patsubst %,$(FIRMWARE_OUT)/objects/%.o,$(FIRMWARE_COMMON) $(FIRMWARE_IPC))
FIRMWARE_ELFS := $(patsubst firmware/programs/%.c,$(FIRMWARE_OUT)/%.elf,$(FIRMWARE_PROGRAMS))

# No float and no library: registers x1 to x31 are the whole context, and nothing runs that is not in this tree.
# -mno-relax because relaxation addresses data through gp, which this firmware leaves alone.
FIRMWARE_ARCHITECTURE := -march=rv64imac_zicsr -mabi=lp64 -mcmodel=medany -mno-relax
FIRMWARE_FLAGS := $(FIRMWARE_ARCHITECTURE) -g -O2 -ffreestanding -fno-common -fno-pic -fno-stack-protector \
	-fno-asynchronous-unwind-tables -fno-tree-loop-distribute-patterns \
	-Ifirmware -Ikernel_ipc/include -isystem firmware/soc/freestanding -isystem $(dir $(FIRMWARE_REGISTERS)) \
	'-DKIPC_TRACE_HEADER="kernel/kipc_trace_soc.h"' -MD -MP
FIRMWARE_CFLAGS := -std=gnu11 $(WARNINGS) $(FIRMWARE_FLAGS)

$(FIRMWARE_OUT)/objects/%.c.o: %.c firmware/firmware.mk | $(FIRMWARE_REGISTERS)
	@mkdir -p $(@D)
	@echo '  riscv    $<'
	$(QUIET)$(RISCV)gcc $(FIRMWARE_CFLAGS) -c $< -o $@

$(FIRMWARE_OUT)/objects/%.S.o: %.S firmware/firmware.mk
	@mkdir -p $(@D)
	@echo '  riscv    $<'
	$(QUIET)$(RISCV)gcc $(FIRMWARE_FLAGS) -c $< -o $@

$(FIRMWARE_OUT)/%.elf: $(FIRMWARE_OUT)/objects/firmware/programs/%.c.o $(FIRMWARE_OBJECTS) firmware/soc/linker.ld
	@echo '  link     $@'
	$(QUIET)$(RISCV)gcc $(FIRMWARE_ARCHITECTURE) -nostdlib -nostartfiles -static -Wl,--fatal-warnings -Wl,-T,firmware/soc/linker.ld \
		-Wl,-Map,$(@:.elf=.map) -Wl,--no-warn-rwx-segments $(filter %.o,$^) -o $@

.PHONY: firmware
firmware: $(FIRMWARE_ELFS)

.SECONDARY: $(FIRMWARE_OBJECTS) $(patsubst %,$(FIRMWARE_OUT)/objects/%.o,$(FIRMWARE_PROGRAMS))
-include $(patsubst %.o,%.d,$(FIRMWARE_OBJECTS) $(patsubst %,$(FIRMWARE_OUT)/objects/%.d,$(FIRMWARE_PROGRAMS)))
