/* SPDX-License-Identifier: MIT */
/* The IPC core's trace points as static marks. Named by KIPC_TRACE_HEADER when kernel_ipc is built for the SoC. */
#ifndef KERNEL_KIPC_TRACE_SOC_H
#define KERNEL_KIPC_TRACE_SOC_H

#include "soc/mark.h"

#define KIPC_TRACE(event, a, b) BELFRY_MARK("kipc." #event, a, b)
#define KIPC_TRACE_PAYLOAD(stage, address, length) BELFRY_MARK("payload." #stage, address, length)

#endif
