/* SPDX-License-Identifier: MIT */
/*
 * Trace points of the IPC core. They vanish unless the build names a header in KIPC_TRACE_HEADER (with its quotes or
 * angle brackets) that defines one or both of these macros before this header does:
 *
 *   KIPC_TRACE(event, a, b)            event is a bare word of the list below; a and b are integers or pointers
 *   KIPC_TRACE_PAYLOAD(stage, address, length)   stage is a bare word: produce, transit, consume, end
 *
 * Events (object = address of the private endpoint, so one of several can be told from another):
 *   send_enter      a=object  b=length           send_exit       a=object  b=result
 *   receive_enter   a=object  b=capacity         receive_exit    a=object  b=result
 *   block_enter     a=thread  b=registration     block_exit      a=thread  b=result
 *   wake            a=thread  b=registration     (the waking side notifies)
 *   wake_local      a=thread  b=0                (a doorbell's handler wakes the local waiter)
 *   loan, commit, receive, release, abort        a=buffer's address  b=its generation
 *
 * Payload stages, from which a zero-copy ledger is kept (address and length of the memory itself):
 *   produce at loan (length = capacity): the producer may write
 *   transit at commit (exact length): nobody may touch; in move mode for the source and for the remote buffer
 *   consume at receive (exact length): the receiver may read
 *   end at release, at abort, and in move mode for the source when its bytes have arrived
 */
#ifndef KIPC_TRACE_H
#define KIPC_TRACE_H

#ifdef KIPC_TRACE_HEADER
#include KIPC_TRACE_HEADER
#endif

#ifndef KIPC_TRACE
#define KIPC_TRACE(event, a, b) ((void)(a), (void)(b))
#endif

#ifndef KIPC_TRACE_PAYLOAD
#define KIPC_TRACE_PAYLOAD(stage, address, length) ((void)(address), (void)(length))
#endif

#endif
