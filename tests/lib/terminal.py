#!/usr/bin/env python3
"""Types into a program that runs on a terminal of its own, and waits for what it shows.

usage: terminal.py COMMAND [WORD...] <STEPS

Steps, one a line: `send TEXT` (with Python's escapes: \\t, \\r, \\x03 is Ctrl-C), `expect TEXT` (shown
since the last expect), `editing` (the program reads key by key, as a line editor does), `end` (the
program ends by itself). What was shown goes to standard output.
Exit status: the program's; 99 when a step was not met in time.
"""
import os
import pty
import select
import signal
import sys
import termios
import time

PATIENCE_S = 60  # for one step; a step that is met takes none of it


def main():
    steps = [line.rstrip("\n") for line in sys.stdin if line.strip()]
    child, terminal = pty.fork()
    if child == 0:
        os.environ["TERM"] = "xterm"
        os.execvp(sys.argv[1], sys.argv[1:])
    shown = bytearray()
    looked = 0

    def read(until):
        """False at the end of the program's output."""
        ready, _, _ = select.select([terminal], [], [], max(0.0, until - time.monotonic()))
        if not ready:
            give_up("nothing more was shown")
        try:
            piece = os.read(terminal, 65536)
        except OSError:  # Linux: the other side is closed
            return False
        shown.extend(piece)
        return bool(piece)

    def give_up(why):
        sys.stdout.write(shown.decode(errors="replace"))
        sys.stdout.write(f"\nterminal.py: {step!r}: {why}\n")
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        sys.exit(99)

    for step in steps:
        verb, _, text = step.partition(" ")
        wanted = text.encode().decode("unicode_escape").encode()
        until = time.monotonic() + PATIENCE_S
        if verb == "send":
            os.write(terminal, wanted)
        elif verb == "expect":
            while (at := shown.find(wanted, looked)) == -1:
                if not read(until):
                    give_up("the program has ended")
            looked = at + len(wanted)
        elif verb == "editing":
            while termios.tcgetattr(terminal)[3] & termios.ICANON:
                if time.monotonic() > until:
                    give_up("it does not")
                time.sleep(0.01)
        elif verb == "end":
            while read(until):
                pass
        else:
            give_up("expected send, expect, editing or end")
    sys.stdout.write(shown.decode(errors="replace"))
    os.close(terminal)
    _, status = os.waitpid(child, 0)
    sys.exit(os.waitstatus_to_exitcode(status) & 255)


main()
