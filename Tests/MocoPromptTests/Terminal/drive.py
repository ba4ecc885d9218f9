"""Plays a person at a terminal: starts a program on a pseudo-terminal, types, waits for words on the screen, and
reports what the screen showed. A script of steps comes as JSON on standard input, the report goes as JSON to standard
output. Needs Debian's python3-pexpect and python3-pyte."""
import json
import re
import signal
import sys

import pexpect
import pyte


def main():
    script = json.load(sys.stdin)
    columns, rows = script["columns"], script["rows"]
    screen = pyte.Screen(columns, rows)
    stream = pyte.ByteStream(screen)
    child = pexpect.spawn(
        script["program"], script["arguments"], env=script["environment"], cwd=script["folder"],
        dimensions=(rows, columns), timeout=None, echo=True)
    child.delaybeforesend = None
    seconds = script["seconds"]
    report = {"screens": [], "failure": None, "status": None, "signal": None}

    def lines():
        return [line.rstrip() for line in screen.display]

    def feed(wait):
        """Takes in what the program has written; False at its end."""
        try:
            stream.feed(child.read_nonblocking(65536, timeout=wait))
            return True
        except pexpect.TIMEOUT:
            return True
        except pexpect.EOF:
            return False

    def settle():
        """Takes in output until none has come for a moment."""
        while True:
            try:
                stream.feed(child.read_nonblocking(65536, timeout=0.15))
            except (pexpect.TIMEOUT, pexpect.EOF):
                return

    def wait_for(pattern, absent=False):
        limit = int(seconds / 0.05)
        for _ in range(limit):
            if bool(re.search(pattern, "\n".join(lines()), re.MULTILINE)) != absent:
                return True
            if not feed(0.05):
                return bool(re.search(pattern, "\n".join(lines()), re.MULTILINE)) != absent
        return False

    for step in script["steps"]:
        kind, value = step["kind"], step.get("text", "")
        if kind == "type":
            child.send(value.encode("utf-8"))
        elif kind in ("wait", "gone"):
            if not wait_for(value, absent=kind == "gone"):
                report["failure"] = f"{kind} {value!r}: the screen is\n" + "\n".join(lines())
                break
        elif kind == "screen":
            settle()
            styles = [
                [screen.buffer[y][x].fg for x in range(screen.columns)] for y in range(screen.lines)]
            report["screens"].append({
                "lines": lines(), "row": screen.cursor.y, "column": screen.cursor.x, "colours": styles})
        elif kind == "resize":
            columns, rows = step["columns"], step["rows"]
            settle()
            child.setwinsize(rows, columns)
            screen.resize(rows, columns)
            settle()
        elif kind == "interrupt":
            child.kill(signal.SIGINT)
        elif kind == "end":
            for _ in range(int(seconds / 0.05)):
                if not feed(0.05):
                    break
            else:
                report["failure"] = "the program does not end; the screen is\n" + "\n".join(lines())
                break
            child.wait()
            report["status"], report["signal"] = child.exitstatus, child.signalstatus
    child.close(force=True)
    json.dump(report, sys.stdout)


main()
