#!/usr/bin/env python3
"""members.py: what a guarded member costs against a library one, and both against other supervisors.

    members.py BIN [--members N] [--rounds N] [--only NAME,...]

Everybody starts the same N processes (bench_member), side by side, knows of each that it is ready
where it can know that, and stops them all. Measured from outside, alike for all: a byte that each
writes into a FIFO when it is ready, the end of file when the last is gone, and the proportional
memory (PSS) of every process that is there beside the members. Prints a table; judges nothing.
"""

import argparse
import os
import pathlib
import signal
import statistics
import subprocess
import sys
import tempfile
import time

PATIENCE = 60.0  # seconds, for whatever is waited for


def run(*words, env=None, quiet=True):
    out = subprocess.DEVNULL if quiet else None
    subprocess.run(words, check=True, env=env, stdout=out, stderr=out, timeout=PATIENCE)


def children_of(pid):
    found = []
    for task in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += [int(word) for word in task.read_text().split()]
        except OSError:
            pass  # it has just ended
    return found


def descendants_of(pid):
    found = []
    for child in children_of(pid):
        found += [child, *descendants_of(child)]
    return found


def pss_kib(pid):
    try:
        for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    except OSError:
        pass
    return 0


def name_of(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""


def write(path, text, mode=0o644):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)


class Supervisor:
    """One way to run the members; `begin` starts them all, `end` stops them all."""

    def __init__(self, folder, bench):
        self.folder = folder
        self.bench = bench
        self.process = None

    def start_process(self, *words, **kind):
        self.process = subprocess.Popen(words, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL, **kind)

    def roots(self):
        return [self.process.pid]

    def clean_up(self):
        if self.process:
            self.process.wait(PATIENCE)


class Cscc(Supervisor):
    """A group whose only step has all the members."""

    readiness = "api"

    def __init__(self, folder, bench):
        super().__init__(folder, bench)
        self.name = f"csccbench-{os.getpid()}"
        self.env = {"PATH": "/usr/bin:/bin", "CSCC_RUNTIME_DIR": str(folder / "run"),
                    "CSCC_LOG_DIR": str(folder / "log"), "CSCC_CONFIG": str(folder / "group.cfg")}
        for place in ("run", "log"):
            (folder / place).mkdir()
        write(folder / "group.cfg", self.configuration())

    def configuration(self):
        ids = [f"m{n}" for n in range(self.bench.members)]
        tables = [
            f'[[cs_components]]\nid = "{i}"\nlock_name = "lock_{i}"\n'
            f'executable_name = "{self.bench.member}"\narguments = ["{self.bench.fifo}"]\n'
            f'startup_timeout = "30s"\nshutdown_timeout = "30s"\noutput = "null"\n'
            f'readiness = "{self.readiness}"\n' for i in ids]
        step = "[[" + ", ".join(f'"{i}"' for i in ids) + "]]"
        return "".join(tables) + (
            f'[cscc_environment]\nexecutable_name = "{self.bench.bin}/csccd"\n'
            f'lock_name = "standby"\nstartup_sequence = {step}\nshutdown_sequence = {step}\n'
            'startup_timeout = "60s"\nshutdown_timeout = "60s"\nrestart_retry_counter = 1\n'
            'restart_time_span = "60s"\n[csccd_environment]\nlock_shared_daemon_name = "daemon"\n'
            'lock_shared_daemon_comp_name = "comp"\nsem_shared_daemon_comp_name = "services.sock"\n'
            '[csccmgr_environment]\nlock_shared_name = "memory"\nlock_shared_mgr_name = "manager"\n'
            'sem_shared_daemon_mgr_name = "control.sock"\n'
            f'mem_shared_name = "{self.name}"\n')

    def begin(self):
        run(f"{self.bench.bin}/csccmgr", "start", env=self.env)

    def end(self):
        run(f"{self.bench.bin}/csccmgr", "stop", env=self.env)

    def roots(self):
        roots = []
        for pid in map(int, filter(str.isdigit, os.listdir("/proc"))):
            try:
                words = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()
            except OSError:
                continue
            if name_of(pid) == "csccd" and self.name.encode() in words:
                roots.append(pid)
        return roots


class CsccGuarded(Cscc):
    """The same, behind cscc-guard."""

    readiness = "fd"


class S6(Supervisor):
    """s6-svscan over a folder of services that say when they are ready."""

    def begin(self):
        scan = self.folder / "scan"
        for n in range(self.bench.members):
            write(scan / f"m{n}/run", f"#!/bin/sh\nREADY_FD=3 exec {self.bench.member} "
                                      f"{self.bench.fifo}\n", 0o755)
            write(scan / f"m{n}/notification-fd", "3\n")
        self.start_process("s6-svscan", str(scan))

    def end(self):
        run("s6-svscanctl", "-t", str(self.folder / "scan"))


class Runit(Supervisor):
    """runsvdir over a folder of services; it knows nothing of readiness."""

    def begin(self):
        scan = self.folder / "scan"
        for n in range(self.bench.members):
            write(scan / f"m{n}/run",
                  f"#!/bin/sh\nexec {self.bench.member} {self.bench.fifo}\n", 0o755)
        self.start_process("runsvdir", "-P", str(scan))

    def end(self):
        self.process.send_signal(signal.SIGHUP)  # TERM to every runsv, and so to its service


class Supervisord(Supervisor):
    """supervisord with startsecs=0; it knows nothing of readiness."""

    def begin(self):
        programs = "".join(
            f"[program:m{n}]\ncommand={self.bench.member} {self.bench.fifo}\nstartsecs=0\n"
            "stdout_logfile=NONE\nstderr_logfile=NONE\n" for n in range(self.bench.members))
        write(self.folder / "conf", f"[supervisord]\nnodaemon=true\nuser={os.geteuid()}\n"
                                    f"logfile=/dev/null\nlogfile_maxbytes=0\n"
                                    f"pidfile={self.folder}/pid\n" + programs)
        self.start_process("supervisord", "-c", str(self.folder / "conf"))

    def end(self):
        self.process.send_signal(signal.SIGTERM)


class Bench:
    """The members, and what is measured of one supervisor with them."""

    def __init__(self, folder, binaries, members):
        self.bin = binaries
        self.member = binaries / "bench_member"
        self.members = members
        self.folder = folder
        self.fifo = folder / "fifo"

    def read_until(self, fd, count):
        """Reads `count` bytes, or up to the end of file if there is no count."""
        got = 0
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            block = os.read(fd, 4096)
            got += len(block)
            if got == count or (count is None and not block):
                return
            if not block:
                raise RuntimeError("the members ended")
        raise RuntimeError("the members took too long")

    def measure(self, kind):
        if self.fifo.exists():
            self.fifo.unlink()
        os.mkfifo(self.fifo)
        place = pathlib.Path(tempfile.mkdtemp(dir=self.folder))
        supervisor = kind(place, self)
        # A writer of our own, until the first member is there: else there is nobody to read for.
        reading = os.open(self.fifo, os.O_RDONLY | os.O_NONBLOCK)
        writing = os.open(self.fifo, os.O_WRONLY)
        os.set_blocking(reading, True)
        began = time.monotonic()
        supervisor.begin()
        self.read_until(reading, self.members)
        started = time.monotonic()
        os.close(writing)
        memory = self.memory_of(supervisor)
        ending = time.monotonic()
        supervisor.end()
        self.read_until(reading, None)
        ended = time.monotonic()
        os.close(reading)
        supervisor.clean_up()
        return (started - began) * 1000, (ended - ending) * 1000, memory

    def memory_of(self, supervisor):
        pids = set()
        for root in supervisor.roots():
            pids |= {root, *descendants_of(root)}
        return sum(pss_kib(pid) for pid in pids if name_of(pid) != "bench_member")


KINDS = {"cscc-library": Cscc, "cscc-guard": CsccGuarded, "s6": S6, "runit": Runit,
         "supervisord": Supervisord}


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("bin", type=pathlib.Path)
    options.add_argument("--members", type=int, default=20)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--only", help="names of supervisors, with a comma between")
    given = options.parse_args()
    kinds = KINDS if not given.only else {name: KINDS[name] for name in given.only.split(",")}
    figures = {name: [] for name in kinds}
    with tempfile.TemporaryDirectory(prefix="cscc-bench.") as folder:
        bench = Bench(pathlib.Path(folder), given.bin.resolve(), given.members)
        for _ in range(given.rounds):
            for name, kind in kinds.items():  # by turns, so that all see the same machine
                figures[name].append(bench.measure(kind))
    yardstick = [statistics.median(column) for column in zip(*figures[next(iter(kinds))])]
    print(f"{given.members} members, side by side; medians of {given.rounds} rounds; "
          f"in brackets against {next(iter(kinds))}")
    print(f"{'':16}{'start':>18}{'stop':>18}{'memory beside them':>26}")
    for name, rounds in figures.items():
        start, stop, memory = (statistics.median(column) for column in zip(*rounds))
        print(f"{name:16}{start:9.1f} ms ({start / yardstick[0]:4.2f}){stop:9.1f} ms "
              f"({stop / yardstick[1]:4.2f}){memory / 1024:14.2f} MiB ({memory / yardstick[2]:4.2f})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
