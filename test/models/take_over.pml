/* take_over.pml: who is the coordinator, and what becomes of the group (FIG. 8 to 11), as cscc does
 * it.
 *
 * A primary, its standby, one more standby that whoever leads spawns when there is none, and a
 * `csccmgr stop` contend for the daemon lock. It is robust and only ever tried: free, held, or its
 * owner died, as the kernel writes it; the wake-up is the owner's pidfd. Silence is the missing
 * heartbeat. Anybody may be killed, stopped (SIGSTOP) and continued at any point; a service may
 * fail. A killed process is `dying` for a while: its locks read "owner died", its pidfd does not
 * say gone yet.
 *
 * Left out: how services find their turn (hand_over.pml); time - who is silent may be fenced, and
 * who waits for a successor may tire, at any moment; the first start; the number of retries; that
 * the standby is replaced more than once.
 *
 * run_models checks it: as it is, it passes. Broken on purpose, each must fail by an assertion:
 *   -DBROKEN_NO_FENCE       a take-over on silence alone
 *   -DBROKEN_NO_HEARTBEAT   a take-over on death alone: a stopped primary has a standby for nothing
 *   -DBROKEN_WANTED_LATE    `wanted` = down is written after the first action of a stop
 *   -DBROKEN_WIN_IS_ENOUGH  who gets the lock of one that died leads at once: between the death it
 *                           saw and its try another may have had the lock, led, and be dying
 *   -DBROKEN_LATE_STANDBY   who gets the lock of a group that was cleaned up cleans up again: the
 *                           names may be those of the next start by then
 */
#ifndef KILLS
#define KILLS 2
#endif
#ifndef STOPS
#define STOPS 1
#endif
#ifndef FAILURES
#define FAILURES 1
#endif

#define NOBODY 0 /* the pid of init, which is no member */
#define PRIMARY 1
#define STANDBY 2
#define SPARE 3
#define MANAGER 4
#define MEMBERS 5

mtype:life = { unborn, runs, stopped, dying, gone };
mtype:policy = { restart, adopt, stop };
mtype:service = { down, up, going };
mtype:state = { starting, steady, recovering, stopping, ended };
mtype:phase = {
    born, watching, fencing, contending, won, deciding, /* on the way to lead */
    raising, leading, ordering, releasing, falling, dismissing, closing, removing, leaving,
    asking, waiting, done /* csccmgr alone */
};

mtype:life life[MEMBERS] = unborn;
mtype:service first = up;  /* the two services, in the order in which they go down */
mtype:service second = up;

/* .state */
mtype:policy on_coordinator_failure = restart;
bool wanted_up = true;
mtype:state state = steady;
byte epoch = 1;
byte leader = PRIMARY;  /* the identity that was published with the epoch */
byte standby = NOBODY;  /* the identity of the standby: it writes that itself */
byte daemon_lock = PRIMARY;
byte component_lock = PRIMARY;

/* What the kernel writes into its locks. */
#define has_died(p) (life[p] == dying || life[p] == gone)
#define is_to_be_had(lock) (lock == NOBODY || has_died(lock))
#define is_adoptable (on_coordinator_failure == adopt && state == steady && wanted_up)

/* of one member */
mtype:phase phase[MEMBERS] = born;
byte victim[MEMBERS]; /* whom it fences */
byte child[MEMBERS];  /* the standby that it spawned */
bool leads[MEMBERS];
byte ordered = NOBODY; /* who got csccmgr's order to stop */

/* of everybody else */
bool stop_begun; /* something was done to stop the group */
bool objects = true;
byte kills_left = KILLS;
byte stops_left = STOPS;
byte failures_left = FAILURES;

inline kill(p)
{
    if
    :: life[p] == runs || life[p] == stopped -> life[p] = dying
    :: else
    fi
}

inline fence()
{
    who = victim[_pid];
    kill(who);
    who = NOBODY;
    victim[_pid] = NOBODY
}

/* --- on the way to lead: the same for a standby and for csccmgr */

#define other_leads(me, p) (p != me && leads[p] && life[p] != gone)

inline take_the_lead()
{
    assert(!other_leads(_pid, PRIMARY) && !other_leads(_pid, STANDBY));
    assert(!other_leads(_pid, SPARE) && !other_leads(_pid, MANAGER));
    assert(!leads[_pid]); /* one epoch a process */
    assert(epoch < 250);
    epoch++;
    leader = _pid;
    leads[_pid] = true
}

/* What was won is the word's, not the last leader's: that one must be gone, too. */
#ifdef BROKEN_WIN_IS_ENOUGH
#define may_lead true
#else
#define may_lead (leader == NOBODY || life[leader] == gone)
#endif

inline contend(lost)
{
    if
    :: is_to_be_had(daemon_lock) -> daemon_lock = _pid; phase[_pid] = won
#ifdef BROKEN_NO_FENCE
    :: life[daemon_lock] == stopped -> daemon_lock = _pid; phase[_pid] = deciding; take_the_lead()
#endif
    :: else -> phase[_pid] = lost
    fi
}

/* --- one that leads */

#define all_up (first == up && second == up)
#define all_down (first == down && second == down)
#define is_ordered (ordered == _pid)

inline check_spawn()
{
    assert(wanted_up && !stop_begun); /* an order to stop is never undone by a crash */
    assert(leader == _pid)
}

inline want_down()
{
#ifndef BROKEN_WANTED_LATE
    wanted_up = false;
#endif
    state = stopping;
    phase[_pid] = releasing
}

/* What a new leader finds decides what it does; the component lock stays as it was found, unless
 * the services are to live on. */
inline decide()
{
    if
#ifndef BROKEN_LATE_STANDBY
    :: state == ended -> phase[_pid] = leaving /* cleaned up: nothing here is ours any more */
    :: state != ended && !wanted_up -> phase[_pid] = falling
#else
    :: !wanted_up -> phase[_pid] = falling
#endif
    :: is_adoptable && component_lock != NOBODY -> component_lock = _pid; phase[_pid] = leading
    :: wanted_up && !(is_adoptable && component_lock != NOBODY) ->
       if
       :: on_coordinator_failure == stop -> phase[_pid] = ordering
       :: else -> state = recovering; phase[_pid] = falling
       fi
    fi
}

inline release_component_lock()
{
    if
    :: state == stopping -> stop_begun = true
    :: else
    fi;
    if
    :: component_lock == _pid -> component_lock = NOBODY
    :: else
    fi;
    phase[_pid] = falling
}

inline fall()
{
    if
    :: wanted_up && !is_ordered -> state = starting; component_lock = _pid; phase[_pid] = raising
    :: else -> wanted_up = false; state = stopping; phase[_pid] = dismissing
    fi
}

/* It leaves the group to nobody: names first, the lock last. */
inline leave()
{
    if
    :: daemon_lock == _pid -> daemon_lock = NOBODY
    :: else
    fi;
    leader = NOBODY;
    leads[_pid] = false
}

#define is_gone(p) (p == NOBODY || p == _pid || life[p] == gone)
#define is_seen_off(p) (p == NOBODY || p == _pid || has_died(p))

proctype daemon() provided (life[_pid] == runs)
{
    byte who;
    do
    /* a standby: its identity first, like every process that is exec'd */
    :: atomic { phase[_pid] == born -> standby = _pid; phase[_pid] = watching }
    :: atomic { phase[_pid] == watching && daemon_lock == NOBODY -> phase[_pid] = contending }
    :: atomic { phase[_pid] == watching && life[daemon_lock] == gone -> phase[_pid] = contending }
#ifndef BROKEN_NO_HEARTBEAT
    :: atomic {
           phase[_pid] == watching && life[daemon_lock] == stopped ->
#ifdef BROKEN_NO_FENCE
           phase[_pid] = contending
#else
           victim[_pid] = daemon_lock;
           phase[_pid] = fencing
#endif
       }
#endif
    :: atomic { phase[_pid] == fencing -> fence(); phase[_pid] = watching }
    :: atomic { phase[_pid] == contending -> contend(watching) }
    :: atomic { phase[_pid] == won && may_lead -> take_the_lead(); phase[_pid] = deciding }
    :: atomic { phase[_pid] == deciding -> decide() }

    /* the group comes up, in the opposite order */
    :: atomic { phase[_pid] == raising && second == down -> check_spawn(); second = up }
    :: atomic { phase[_pid] == raising && second == up && first == down ->
                check_spawn(); first = up }
    :: atomic { phase[_pid] == raising && all_up -> state = steady; phase[_pid] = leading }

    /* a failure: the end of a service, or that it does not come to a new leader in time */
    :: atomic { phase[_pid] == leading && !all_up -> state = recovering; phase[_pid] = releasing }
    :: atomic { phase[_pid] == leading && life[SPARE] == unborn &&
                (_pid == STANDBY || has_died(STANDBY)) -> life[SPARE] = runs; child[_pid] = SPARE }
    :: atomic { (phase[_pid] == leading || phase[_pid] == raising) && is_ordered ->
                phase[_pid] = ordering }
    :: atomic { phase[_pid] == ordering -> want_down() }
    :: atomic { phase[_pid] == releasing -> release_component_lock() }
    :: atomic { phase[_pid] == falling && wanted_up && is_ordered -> phase[_pid] = ordering }
    :: atomic { phase[_pid] == falling && all_down -> fall() }

    /* the end: services, standby, objects, primary */
    :: atomic { phase[_pid] == dismissing && !is_seen_off(standby) -> kill(standby) }
    /* its own child it knows before the table does */
    :: atomic { phase[_pid] == dismissing && !is_seen_off(child[_pid]) ->
                who = child[_pid]; kill(who); who = NOBODY }
    :: atomic { phase[_pid] == dismissing && is_gone(standby) && is_gone(child[_pid]) ->
                phase[_pid] = closing }
    :: atomic { phase[_pid] == closing -> state = ended; phase[_pid] = removing }
    :: atomic { phase[_pid] == removing -> assert(objects); objects = false;
                phase[_pid] = leaving }
    :: atomic { phase[_pid] == leaving -> leave(); life[_pid] = dying }
    od
}

/* --- csccmgr stop */

#define answers(p) (p != NOBODY && life[p] == runs && leads[p])
#define is_silent(p) (p != NOBODY && life[p] == stopped)

proctype manager() provided (life[_pid] == runs)
{
    byte who;
    do
    :: atomic { phase[_pid] == asking && !objects -> phase[_pid] = done }
    :: atomic { phase[_pid] == asking && objects && answers(daemon_lock) ->
                ordered = daemon_lock; phase[_pid] = waiting }
    :: atomic { phase[_pid] == asking && objects && is_silent(daemon_lock) ->
                victim[_pid] = daemon_lock; phase[_pid] = fencing }
    :: atomic { phase[_pid] == asking && objects &&
                (daemon_lock == NOBODY || life[daemon_lock] == gone) -> phase[_pid] = contending }
    :: atomic { phase[_pid] == waiting && !objects -> phase[_pid] = done }
    :: atomic { phase[_pid] == waiting && life[ordered] == gone -> phase[_pid] = asking }
    :: atomic { phase[_pid] == waiting && life[ordered] == stopped ->
                victim[_pid] = ordered; phase[_pid] = fencing }
    :: atomic { phase[_pid] == fencing -> fence(); phase[_pid] = asking }
    :: atomic { phase[_pid] == contending -> contend(asking) }
    :: atomic { phase[_pid] == won && may_lead -> take_the_lead(); phase[_pid] = deciding }

    :: atomic {
           phase[_pid] == deciding ->
           if
           :: state == ended -> phase[_pid] = removing
           :: else -> phase[_pid] = ordering
           fi
       }
    :: atomic { phase[_pid] == ordering -> want_down(); phase[_pid] = dismissing }
    :: atomic { phase[_pid] == dismissing && !is_seen_off(standby) -> kill(standby) }
    :: atomic { phase[_pid] == dismissing && is_gone(standby) -> phase[_pid] = releasing }
    :: atomic { phase[_pid] == releasing -> stop_begun = true; component_lock = NOBODY;
                phase[_pid] = falling }
    :: atomic { phase[_pid] == falling && all_down -> phase[_pid] = closing }
    :: atomic { phase[_pid] == closing -> wanted_up = false; state = ended;
                phase[_pid] = removing }
    :: atomic { phase[_pid] == removing -> objects = false; phase[_pid] = leaving }
    :: atomic { phase[_pid] == leaving -> leave(); phase[_pid] = done }
    :: atomic { phase[_pid] == done -> assert(all_down && !objects); life[_pid] = dying }
    od
}

/* --- the services */

#define must_go (component_lock == NOBODY || (has_died(component_lock) && !is_adoptable))
#define may_tire (component_lock != NOBODY && has_died(component_lock) && is_adoptable)

proctype services()
{
    do
    :: atomic { first == up && must_go -> first = going }
    :: atomic { second == up && must_go -> second = going }
    :: atomic { first == up && may_tire -> first = going }
    :: atomic { second == up && may_tire -> second = going }
    :: atomic { first == going -> first = down }
    :: atomic { second == going && first == down -> second = down }
    od
}

/* --- what they stand on */

inline bury(p)
{
    life[p] = gone;
    leads[p] = false;
    victim[p] = NOBODY;
    child[p] = NOBODY;
    phase[p] = done
}

proctype kernel()
{
    do
    :: atomic { life[PRIMARY] == dying -> bury(PRIMARY) }
    :: atomic { life[STANDBY] == dying -> bury(STANDBY) }
    :: atomic { life[SPARE] == dying -> bury(SPARE) }
    :: atomic { life[MANAGER] == dying -> bury(MANAGER) }
    od
}

#define is_alive(p) (life[p] == runs || life[p] == stopped)

#define FATES_OF(p)                                                                               \
    :: atomic { kills_left > 0 && is_alive(p) -> life[p] = dying; kills_left-- }                  \
    :: atomic { stops_left > 0 && life[p] == runs -> life[p] = stopped; stops_left-- }            \
    :: atomic { !quiet && life[p] == stopped -> life[p] = runs }

proctype world()
{
    bool quiet = false;
    do
    FATES_OF(PRIMARY)
    FATES_OF(STANDBY)
    FATES_OF(SPARE)
    FATES_OF(MANAGER)
    :: atomic { !quiet && life[MANAGER] == unborn -> life[MANAGER] = runs }
    :: atomic { failures_left > 0 && first == up -> first = down; failures_left-- }
    :: atomic { failures_left > 0 && second == up -> second = down; failures_left-- }
    :: atomic { !quiet -> quiet = true; kills_left = 0; stops_left = 0; failures_left = 0 }
    od
}

/* --- the end */

#define acts(p) (life[p] == runs || life[p] == dying)
#define somebody_acts (acts(PRIMARY) || acts(STANDBY) || acts(SPARE) || acts(MANAGER))
#define somebody_is_stopped                                                                       \
    (life[PRIMARY] == stopped || life[STANDBY] == stopped || life[SPARE] == stopped ||            \
     life[MANAGER] == stopped)
#define fully_up                                                                                  \
    (all_up && wanted_up && state == steady && life[leader] == runs &&                            \
     phase[leader] == leading && daemon_lock == leader && component_lock == leader)
#define fully_down (all_down && !objects && !somebody_acts)
#define nobody_may_act (!somebody_acts && (all_down || somebody_is_stopped))

/* Nothing in here goes round for ever (run_models checks that there is no cycle), so what becomes
 * of the group is what it is when nobody can take one more step. Somebody acts: up, or down. Nobody
 * does: the services are gone by themselves, unless one that leads is stopped, not dead. */
proctype judge()
{
    timeout;
    assert(fully_up || fully_down || nobody_may_act)
}

init
{
    atomic {
        if
        :: on_coordinator_failure = restart
        :: on_coordinator_failure = adopt
        :: on_coordinator_failure = stop
        fi;
        if
        :: standby = STANDBY; phase[STANDBY] = watching
        :: phase[STANDBY] = born
        fi;
        life[PRIMARY] = runs;
        leads[PRIMARY] = true;
        phase[PRIMARY] = leading;
        child[PRIMARY] = STANDBY;
        life[STANDBY] = runs;
        phase[MANAGER] = asking;
        run daemon();
        run daemon();
        run daemon();
        run manager();
        run services();
        run kernel();
        run world();
        run judge()
    }
}
