#!/usr/bin/python3
"""measure.py COMMAND...: runs it and adds a last line of JSON to what it says:
its processor seconds, and the peak of its memory in MiB. That is the memory of
all its processes: what each has for itself, and once what they share. Looks
every few milliseconds, so times are better measured without it. GNU time runs
the command: of a process started from here the system would count our size."""
import json, os, subprocess, sys, tempfile, threading


def descendants(pid):
    found = [pid]
    for parent in found:
        for thread in os.listdir(f'/proc/{parent}/task'):
            with open(f'/proc/{parent}/task/{thread}/children') as f:
                found += map(int, f.read().split())
    return found[1:]


def memory(pid):
    """KiB of a process's own, and shared with others."""
    own = shared = 0
    with open(f'/proc/{pid}/smaps_rollup') as f:
        for line in f:
            name, *rest = line.split()
            if name.startswith('Private_'): own += int(rest[0])
            elif name.startswith('Shared_'): shared += int(rest[0])
    return own, shared


def together(pid):
    sizes = []
    for member in descendants(pid):
        try: sizes.append(memory(member))
        except OSError: pass  # it has just ended
    return sum(own for own, _ in sizes) + max((s for _, s in sizes), default=0)


def watch(pid, found, done):
    while not done.wait(0.003):
        try: found.append(together(pid))
        except OSError: pass


with tempfile.NamedTemporaryFile('r') as told:
    child = subprocess.Popen(['/usr/bin/time', '-q', '-f', '%M %U %S', '-o', told.name, *sys.argv[1:]])
    found, done = [], threading.Event()
    thread = threading.Thread(target=watch, args=(child.pid, found, done))
    thread.start()
    status = child.wait()
    done.set()
    thread.join()
    largest, user, system = map(float, told.read().split())
print(json.dumps(dict(cpu=round(user + system, 2), peak=round(max([largest] + found) / 1024, 1))))
sys.exit(status)
