/* hand_over.pml: the shutdown of the services one after the other (FIG. 12), as cscc does it.
 *
 * Services 1, 2, 3 end in this order. Two drivers make one invariant: a callback begins only after
 * every predecessor is gone.
 *   - A living coordinator tells each "your turn" when the pidfd of the one before is readable
 *     (daemon/core/group_machine, daemon/adapters/coordinator).
 *   - A service whose connection ends looks at the component lock's word; released, or owner died,
 *     it goes: it finds its turn by the death of its predecessors (client/service/session_machine,
 *     common/reactor/async_wait_turn). With the policy `adopt` it first waits for a successor.
 *
 * A child looks once more between its identity and its exec whether its coordinator lives: that is
 * what makes "no identity" mean "was never there" (daemon/adapters/process_context must do it).
 *
 * At any point the coordinator, its successor and every service may be killed, and a service may
 * hang for ever (a loop, a SIGSTOP). Service 1, the last to be started, may just be being spawned.
 * A process is a state and a loop of steps, like the machines in the code: that keeps a dead one
 * from counting as many states as there are places to die at.
 *
 * Left out: time - a deadline passes for who hangs or was never alive, and for nobody else; the
 * start again; how the successor gets its locks, and a coordinator that is stopped (both are in
 * take_over.pml); members that end side by side (they only wait for fewer).
 *
 * run_models checks it: as it is, it passes. Broken on purpose, each must fail by an assertion:
 *   -DBROKEN_MUTEX_HAND_OVER   the patent's drawing: the turn comes with the mutex, not with the
 *                              predecessor's death
 *   -DBROKEN_NO_DEADLINE       nobody ends one that hangs: no kernel timer, no kill
 *   -DBROKEN_GO_NOT_FINAL      who went registers again when a successor is there
 *   -DBROKEN_EXEC_WITHOUT_LOOK a child of a dead coordinator goes on to its exec: those who looked
 *                              before it was in the table never see it
 *   -DBROKEN_TURN_NOT_FINAL    the end of the connection begins a search for a turn that has come
 *                              already
 */
#ifndef CRASHES
#define CRASHES 2
#endif
#ifndef HANGS
#define HANGS 1
#endif

#define NOBODY 0 /* the pid of init, which is no member */
#define SERVICES 3
#define COORDINATOR 4
#define SUCCESSOR 5
#define MEMBERS 6

byte mutex = NOBODY; /* for BROKEN_MUTEX_HAND_OVER alone */

mtype:life = { runs, hangs, gone }; /* gone: its pidfd is readable */
mtype:policy = { restart, adopt };
mtype:session = {
    none,
    cloned, named, cleared, executing, /* to its exec, and alive() */
    registered, looking, waiting, reconnecting, going, in_turn
};
mtype:phase = { standing_by, taking_over, adopting, watching, releasing, ending };

mtype:life life[MEMBERS] = runs;

/* .state, which every service can read */
mtype:policy on_coordinator_failure = restart;
bool steady;
byte primary = COORDINATOR;  /* what the epoch says: there are two at most */
byte owner = COORDINATOR;    /* of the component lock: took it last and did not release it */
bool in_table[MEMBERS];      /* its identity is written */

#define word_is_free (owner == NOBODY)
#define word_is_held (owner != NOBODY && life[owner] != gone)
#define owner_died (owner != NOBODY && life[owner] == gone)
#define adoptable (owner_died && on_coordinator_failure == adopt && steady)

/* of a service */
mtype:session session[MEMBERS] = none;
byte peer[MEMBERS];        /* the other end of its connection */
byte told_by[MEMBERS];     /* who sent it "your turn" */
byte waits_for[MEMBERS];   /* the predecessor that it looks at */
bool timer_armed[MEMBERS]; /* the kernel's, which kills it */
byte looks[MEMBERS];       /* while it waits for a successor */
bool went[MEMBERS];
bool called_back[MEMBERS];
bool given_up[MEMBERS]; /* by a successor of another user, which may not kill it */

/* of a coordinator */
mtype:phase phase[MEMBERS] = standing_by;
byte turn_of[MEMBERS] = 1;
bool closed[MEMBERS]; /* its sockets: the kernel does that after it has marked the lock */

#define listens(c) (phase[c] != standing_by && phase[c] != taking_over && phase[c] != adopting)

/* of everybody else */
bool may_kill; /* services of one user may end each other */
byte crashes_left = CRASHES;
byte hangs_left = HANGS;

inline end(p)
{
    session[p] = none;
    peer[p] = NOBODY;
    told_by[p] = NOBODY;
    waits_for[p] = NOBODY;
    timer_armed[p] = false;
    looks[p] = 0;
    went[p] = false;
    called_back[p] = false;
    given_up[p] = false;
    phase[p] = standing_by;
    turn_of[p] = 1;
    if
    :: mutex == p -> mutex = NOBODY
    :: else
    fi;
    life[p] = gone /* the last: whoever ends itself can do nothing after it */
}

/* Our program runs in it; a child before its exec has done nothing that could need an order. */
#define executes(p) \
    (life[p] != gone && session[p] != cloned && session[p] != named && session[p] != cleared)
#define stands_before(p) (executes(p) && !given_up[p])

/* A deadline has passed: of one that hangs, or of one whom nobody will ever tell. */
#define never_alive(p)                                                                            \
    (session[p] == cloned || session[p] == named || session[p] == cleared ||                      \
     session[p] == executing)
#ifdef BROKEN_NO_DEADLINE
#define is_late(p) false
#define timer_fires(p) false
#else
#define is_late(p) (life[p] == hangs || (life[p] == runs && never_alive(p)))
#define timer_fires(p) (life[p] == hangs && timer_armed[p])
#endif

/* --- a service */

inline begin_callback()
{
    assert(_pid <= 1 || !stands_before(1));
    assert(_pid <= 2 || !stands_before(2));
    assert(!called_back[_pid]); /* once in a process */
    called_back[_pid] = true;
    timer_armed[_pid] = true;
    session[_pid] = in_turn
}

/* The kernel marks the lock before the end of file, so the word is true at the first look. One
 * limit holds for the whole wait for a successor, however often there is reason to look again. */
#ifndef LOOKS
#define LOOKS 2
#endif
inline look_at_word()
{
    if
    :: word_is_held -> session[_pid] = reconnecting
    :: word_is_free -> session[_pid] = going
    :: adoptable && looks[_pid] < LOOKS -> session[_pid] = waiting; looks[_pid]++
    :: adoptable && looks[_pid] == LOOKS -> session[_pid] = going
    :: owner_died && !adoptable -> session[_pid] = going
    fi;
    peer[_pid] = NOBODY
}

/* Go is final, and arms the kernel's timer. The nearest predecessor is the first to be waited for;
 * death is permanent, so the order does not matter. */
#define must_go (session[_pid] == going && !went[_pid])
inline go()
{
    went[_pid] = true;
    timer_armed[_pid] = true;
    waits_for[_pid] = _pid - 1
}
#define searches (session[_pid] == going && went[_pid])
#define is_seen_off(p) (!in_table[p] || life[p] == gone || given_up[p])

/* FIG. 12 as drawn: whoever gets the mutex looks whether it is next, moves the sequence on
 * (step 1216), runs its callback and hands the mutex on (1222) - and only then ends. */

byte next = 1;

proctype service() provided (life[_pid] == runs)
{
    byte who;
    do
    /* Between clone and exec: the identity first, then the look. A look that still finds the
     * coordinator alive came before its death, so whoever looks after that finds the identity. */
    :: atomic { session[_pid] == cloned -> in_table[_pid] = true; session[_pid] = named }
    :: atomic {
           session[_pid] == named ->
           if
#ifndef BROKEN_EXEC_WITHOUT_LOOK
           :: life[COORDINATOR] == gone -> end(_pid)
#endif
           :: else -> session[_pid] = cleared
           fi
       }
    :: atomic { session[_pid] == cleared -> session[_pid] = executing }
    /* alive(): fails without the coordinator that we were born under */
    :: atomic {
           session[_pid] == executing ->
           if
           :: life[COORDINATOR] == gone -> end(_pid)
           :: else -> session[_pid] = registered; peer[_pid] = COORDINATOR
           fi
       }

    /* What was sent before the end of file is received before it. */
    :: atomic { session[_pid] == registered && told_by[_pid] == peer[_pid] -> begin_callback() }
    :: atomic {
           session[_pid] == registered && told_by[_pid] != peer[_pid] && closed[peer[_pid]] ->
           session[_pid] = looking
       }
    :: atomic { session[_pid] == looking -> look_at_word() }
    :: atomic { session[_pid] == waiting && primary != COORDINATOR -> session[_pid] = reconnecting }
    :: atomic { session[_pid] == waiting -> session[_pid] = going } /* takeover_timeout */
    :: atomic { session[_pid] == reconnecting && !word_is_held -> session[_pid] = looking }
    :: atomic {
           session[_pid] == reconnecting && word_is_held && listens(owner) ->
           assert(!went[_pid]);
           looks[_pid] = 0;
           session[_pid] = registered;
           peer[_pid] = owner
       }

    :: atomic { must_go -> go() }
#ifndef BROKEN_MUTEX_HAND_OVER
    :: atomic { searches && waits_for[_pid] == NOBODY -> begin_callback() }
    :: atomic { searches && waits_for[_pid] != NOBODY && is_seen_off(waits_for[_pid]) ->
                waits_for[_pid]-- }
    :: atomic {
           searches && waits_for[_pid] != NOBODY && !is_seen_off(waits_for[_pid]) &&
           is_late(waits_for[_pid]) ->
           who = waits_for[_pid];
           if
           :: may_kill -> end(who)
           :: else -> given_up[who] = true
           fi;
           who = NOBODY
       }
#else
    :: atomic { searches && mutex == NOBODY -> mutex = _pid }
    :: atomic {
           searches && mutex == _pid ->
           if
           :: next == _pid || life[next] == gone -> next = _pid + 1; begin_callback()
           :: else -> mutex = NOBODY
           fi
       }
    :: atomic { session[_pid] == in_turn && mutex == _pid -> mutex = NOBODY }
#endif
#ifdef BROKEN_GO_NOT_FINAL
    :: atomic { searches && word_is_held -> session[_pid] = reconnecting }
#endif
#ifdef BROKEN_TURN_NOT_FINAL
    :: atomic { session[_pid] == in_turn && closed[told_by[_pid]] -> session[_pid] = looking }
#endif
    :: atomic { session[_pid] == in_turn && mutex != _pid -> end(_pid) }
    od
}

/* --- a coordinator */

#define the_turn turn_of[_pid]
#define is_with_me(p) (session[p] == registered && peer[p] == _pid)
#define leads (phase[_pid] == ending && the_turn <= SERVICES)

proctype coordinator() provided (life[_pid] == runs)
{
    byte who;
    do
    /* It may be killed before this: then there is no successor. */
    :: atomic {
           phase[_pid] == standing_by && life[COORDINATOR] == gone ->
           primary = _pid;
           phase[_pid] = taking_over
       }
    :: atomic {
           phase[_pid] == taking_over ->
           if
           :: adoptable -> owner = _pid; phase[_pid] = adopting
           :: else -> phase[_pid] = ending /* the lock stays as it was found */
           fi
       }
    :: atomic { phase[_pid] == adopting -> phase[_pid] = watching } /* it listens */

    /* Until there is a reason to go down: a failure, an order. The state is noted before the
     * deed, so nobody adopts what is being shut down. */
    :: atomic { phase[_pid] == watching && !steady && session[1] == registered -> steady = true }
    :: atomic { phase[_pid] == watching -> steady = false; phase[_pid] = releasing }
    :: atomic { phase[_pid] == releasing -> owner = NOBODY; phase[_pid] = ending }

    :: atomic { leads && is_with_me(the_turn) && told_by[the_turn] != _pid ->
                told_by[the_turn] = _pid }
    :: atomic { leads && is_late(the_turn) -> who = the_turn; end(who); who = NOBODY }
    :: atomic { leads && life[the_turn] == gone -> the_turn++ }
    od
}

/* --- what they stand on */

proctype kernel()
{
    do
    :: atomic { life[COORDINATOR] == gone && !closed[COORDINATOR] -> closed[COORDINATOR] = true }
    :: atomic { life[SUCCESSOR] == gone && !closed[SUCCESSOR] -> closed[SUCCESSOR] = true }
    :: atomic { timer_fires(1) -> end(1) }
    :: atomic { timer_fires(2) -> end(2) }
    :: atomic { timer_fires(3) -> end(3) }
    od
}

#define CRASH_OF(p) :: atomic { crashes_left > 0 && life[p] != gone -> end(p); crashes_left-- }
#define HANG_OF(p)                                                                                \
    :: atomic { hangs_left > 0 && life[p] == runs -> life[p] = hangs; hangs_left-- }

proctype world()
{
    do
    CRASH_OF(1)
    CRASH_OF(2)
    CRASH_OF(3)
    CRASH_OF(COORDINATOR)
    CRASH_OF(SUCCESSOR)
    HANG_OF(1)
    HANG_OF(2)
    HANG_OF(3)
    :: atomic { crashes_left + hangs_left > 0 -> crashes_left = 0; hangs_left = 0 }
    od
}

/* --- the end */

/* It hung before it could see the order, so no timer of its own runs, and nobody is left who may
 * end it: it stays until the next order of csccmgr. */
#define nobody_after_1 (life[2] == gone && life[3] == gone)
#define nobody_after_2 (life[3] == gone)
#define nobody_after_3 true
#define is_deserted(p)                                                                            \
    (life[p] == hangs && !timer_armed[p] && life[COORDINATOR] == gone &&                          \
     life[SUCCESSOR] == gone && (!may_kill || nobody_after_##p))
#define at_rest(p) (life[p] == gone || is_deserted(p))

/* Nothing in here goes round for ever (run_models checks that there is no cycle), so all services
 * end if they have ended when nobody can take one more step. */
proctype judge()
{
    timeout;
    assert(at_rest(1) && at_rest(2) && at_rest(3))
}

inline begin_registered(p)
{
    in_table[p] = true;
    session[p] = registered;
    peer[p] = COORDINATOR
}

init
{
    atomic {
        if
        :: on_coordinator_failure = restart
        :: on_coordinator_failure = adopt
        fi;
        if
        :: may_kill = true
        :: may_kill = false
        fi;
        if
        :: session[1] = cloned
        :: begin_registered(1); steady = true
        fi;
        begin_registered(2);
        begin_registered(3);
        phase[COORDINATOR] = watching;
        run service();
        run service();
        run service();
        run coordinator();
        run coordinator();
        run kernel();
        run world();
        run judge()
    }
}
