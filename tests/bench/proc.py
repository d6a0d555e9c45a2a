"""What the kernel counts: processor time and memory of a process, and how busy the machine is with others (proc(5))."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Self

TICK_S = 1 / os.sysconf("SC_CLK_TCK")


def cpu_s(pid: int) -> float:
    """Processor time that all threads of the process have used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * TICK_S


def thread_cpu_s(pid: int, thread: int) -> float:
    """Processor time of one thread; the main thread has the process's number."""
    fields = Path(f"/proc/{pid}/task/{thread}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * TICK_S


def rss_kib(pid: int) -> int:
    """Resident memory."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise ProcessLookupError(pid)


def busy_s() -> float:
    """Processor time that anybody has used on this machine."""
    user, nice, system, _idle, _iowait, irq, softirq, steal, *_ = map(
        int, Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]
    )
    return (user + nice + system + irq + softirq + steal) * TICK_S


@dataclass(frozen=True)
class Reading:
    """The counters at one moment: `server` and `loop` of the measured process, `own` of this one."""

    server_s: float
    loop_s: float
    own_s: float
    busy_s: float

    @classmethod
    def take(cls, pid: int) -> Self:
        return cls(cpu_s(pid), thread_cpu_s(pid, pid), cpu_s(os.getpid()), busy_s())

    def minus(self, earlier: "Reading") -> "Reading":
        return Reading(
            self.server_s - earlier.server_s,
            self.loop_s - earlier.loop_s,
            self.own_s - earlier.own_s,
            self.busy_s - earlier.busy_s,
        )

    @property
    def foreign_s(self) -> float:
        """Processor time of everybody else: noise."""
        return max(0.0, self.busy_s - self.server_s - self.own_s)
