# SPDX-License-Identifier: Apache-2.0
"""The machine's name and the timing of one command. Standard library only."""
import dataclasses
import os
import pathlib
import subprocess
import sys
import tempfile
import time


@dataclasses.dataclass
class Timed:
    """One finished command: seconds of wall time and of the processor (children too), peak memory of its largest process."""
    wall_s: float
    processor_s: float
    peak_mib: float
    stdout: str


def timed(command):
    """Runs a command to its end. Ends this program with the command's last messages if it fails."""
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as messages:
        start = time.perf_counter()
        process = subprocess.Popen(list(map(str, command)), stdin=subprocess.DEVNULL, stdout=output, stderr=messages)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)  # It is reaped; Popen must not look for it.
        output.seek(0)
        messages.seek(0)
        if process.returncode != 0:
            sys.exit(f"{' '.join(map(str, command))}: exit code {process.returncode}\n{messages.read()[-2000:]}")
        return Timed(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, output.read())


def description():
    """{"processor", "cores", "load_1min", "python"}: what belongs beside every number."""
    names = [line.split(":", 1)[1].strip() for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines()
             if line.startswith("model name")]
    return {"processor": names[0] if names else "unknown", "cores": len(os.sched_getaffinity(0)),
            "load_1min": os.getloadavg()[0], "python": sys.version.split()[0]}


def text(machine):
    return f"{machine['processor']}, {machine['cores']} cores, load before the start {machine['load_1min']:.2f}"
