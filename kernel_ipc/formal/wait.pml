/* SPDX-License-Identifier: MIT */
/*
 * The wait protocol of src/wait.c on a ring between two sides that both wait: for room, and for something to receive.
 *
 * Each side stores through a buffer that becomes visible later, in order, as processors do it; a sequenced store goes
 * on only when its buffer is empty. Wake tokens are flags that a stranger may set at any time (stale), and a wait may
 * end by time-out; both as often as STALE and TIMEOUTS say.
 *
 * LIGHT: the sides publish without waiting for their buffer, and who registers makes the other one's run empty once.
 *
 * Checked: nobody sleeps for ever while the other side has come by what it waits for (an invalid end state), a
 * registration is notified at most once (an assertion), nothing overruns (an assertion).
 */
#ifndef SLOTS
#define SLOTS 1
#endif
#ifndef MESSAGES
#define MESSAGES 3
#endif
#ifndef TIMEOUTS
#define TIMEOUTS 1
#endif
#ifndef STALE
#define STALE 1
#endif
#ifndef LIGHT
#define LIGHT 0
#endif

/* Side 0 produces, side 1 consumes. Words in shared memory; each has one writer. */
byte index[2];        /* tail, head */
byte registration[2]; /* odd: that side waits */
bool token[2];        /* of the scheduler */

/* For the rules alone: the last registration of a side for which the other one notified it. */
byte notified[2];

/* Stores on their way to memory: which word, and its value. */
chan buffer[2] = [2] of { bit, byte };
#define INDEX 0
#define REGISTRATION 1

proctype drain(bit side)
{
    byte value;
end:
    do
    :: atomic { buffer[side] ? INDEX, value -> index[side] = value }
    :: atomic { buffer[side] ? REGISTRATION, value -> registration[side] = value }
    od
}

inline store(word, value)
{
    buffer[side] ! word, value
}

inline wait_until_visible()
{
    empty(buffer[side])
}

/* The port's fence_all: at one moment the other side has nothing on its way. */
inline fence_all()
{
    if
    :: LIGHT == 1 -> empty(buffer[1 - side])
    :: LIGHT == 0 -> skip
    fi
}

/* ki_store_published */
inline publish()
{
    store(INDEX, mine);
    if
    :: LIGHT == 1 -> skip
    :: LIGHT == 0 -> wait_until_visible()
    fi
}

/* Room for the producer, something to receive for the consumer; looks at the other side's index. */
inline look()
{
    atomic {
        seen = index[1 - side];
        assert(side == 1 -> (seen - mine <= SLOTS) : (mine - seen <= SLOTS));
        holds = (side == 0 -> (mine - seen < SLOTS) : (seen != mine));
    }
}

/* kipc_wait_prepare */
inline prepare()
{
    number = number + 1;
    store(REGISTRATION, number);
    wait_until_visible();
    fence_all()
}

/* kipc_wait_cancel: a release, which may become visible late */
inline cancel()
{
    number = number + 1;
    store(REGISTRATION, number)
}

/* The port's block: a token, or the time. */
inline block()
{
    if
    :: atomic { token[side] -> token[side] = false; has_timed_out = false }
    :: atomic { timeouts > 0 -> timeouts = timeouts - 1; has_timed_out = true }
    fi
}

/* kipc_wait_until; a caller that is told of a time-out comes again */
inline wait_until_it_holds()
{
    do
    :: look();
       if
       :: holds -> break
       :: else -> skip
       fi;
       prepare();
       look();
       if
       :: holds -> cancel(); break
       :: else -> skip
       fi;
       block();
       cancel();
       if
       :: has_timed_out -> look(); if :: holds -> break :: else -> skip fi
       :: else -> skip
       fi
    od
}

/* kipc_wake_waiter, after a publish */
inline wake()
{
    seen = registration[1 - side];
    if
    :: seen % 2 == 0 -> served = 0
    :: seen % 2 == 1 && seen == served -> skip
    :: seen % 2 == 1 && seen != served ->
       served = seen;
       atomic {
           assert(notified[1 - side] != seen);
           notified[1 - side] = seen;
           token[1 - side] = true
       }
    fi
}

proctype end_of_ring(bit side)
{
    byte mine = 0;     /* own index */
    byte seen;
    byte number = 0;   /* own registration */
    byte served = 0;
    byte timeouts = TIMEOUTS;
    bool holds;
    bool has_timed_out;
    do
    :: mine == MESSAGES -> break
    :: mine < MESSAGES ->
       wait_until_it_holds();
       mine = mine + 1;
       publish();
       wake()
    od
}

proctype stranger()
{
    byte left = STALE;
end:
    do
    :: left > 0 -> atomic { left = left - 1; token[0] = true }
    :: left > 0 -> atomic { left = left - 1; token[1] = true }
    od
}

init
{
    atomic {
        run drain(0);
        run drain(1);
        run end_of_ring(0);
        run end_of_ring(1);
        run stranger()
    }
}
