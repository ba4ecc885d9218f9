"""Plays a person at a terminal: starts a program on a pseudo-terminal, types, waits for words on the screen, and
reports what the screen showed. A script of steps comes as JSON on standard input, the report goes as JSON to standard
output. Needs Debian's python3-pexpect and python3-pyte.

Every step waits for what it needs, however long the machine takes; the time limit is there for what never comes."""
import json
import re
import signal
import sys
import time

import pexpect
import pyte

# The editor asks for marks around pasted text for as long as it reads.
BEGINS, ENDS = b"\x1b[?2004h", b"\x1b[?2004l"


class Screen(pyte.Screen):
    """Counts how often the whole screen is cleared from its first cell on: tmux keeps what was there as scrolled away."""
    clearings = 0

    def erase_in_display(self, how=0, *args, **kwargs):
        if how == 0 and self.cursor.x == 0 and self.cursor.y == 0:
            self.clearings += 1
        super().erase_in_display(how, *args, **kwargs)


class Player:
    def __init__(self, script):
        self.seconds = script["seconds"]
        self.screen = Screen(script["columns"], script["rows"])
        self.stream = pyte.ByteStream(self.screen)
        self.begun, self.ended = 0, 0
        self.prompted = 0
        self.tail = b""
        self.child = pexpect.spawn(
            script["program"], script["arguments"], env=script["environment"], cwd=script["folder"],
            dimensions=(script["rows"], script["columns"]), timeout=None, echo=True)
        self.child.delaybeforesend = None
        self.report = {"screens": [], "failure": None, "status": None, "signal": None}

    def lines(self):
        return [line.rstrip() for line in self.screen.display]

    def feed(self, wait):
        """Takes in what the program has written; False at its end."""
        try:
            data = self.child.read_nonblocking(65536, timeout=wait)
        except pexpect.TIMEOUT:
            return True
        except pexpect.EOF:
            return False
        self.stream.feed(data)
        joined = self.tail + data
        self.begun += joined.count(BEGINS)
        self.ended += joined.count(ENDS)
        self.tail = joined[-(len(BEGINS) - 1):]
        return True

    def settle(self):
        """Takes in output until none has come for a moment: a courtesy to what is looked at, nothing to rely on."""
        until = time.monotonic() + 0.15
        while time.monotonic() < until and self.feed(0.05):
            pass

    def wait(self, condition):
        until = time.monotonic() + self.seconds
        while not condition():
            if not self.feed(0.05):
                return condition()
            if time.monotonic() > until:
                return False
        return True

    def is_prompted(self):
        """Whether a prompt was on the screen since the last block. The last row of a block typed after it can be shorter."""
        if self.begun > self.ended and self.screen.cursor.x >= len("moco> "):
            self.prompted = self.begun
        return self.begun > self.ended and self.prompted == self.begun

    def wait_for_prompt(self):
        return self.wait(self.is_prompted)

    def matches(self, pattern):
        return re.search(pattern, "\n".join(self.lines()), re.MULTILINE) is not None

    def color(self, word):
        """The color of the first character of a word on the screen, where no wide characters come before it."""
        for y, line in enumerate(self.lines()):
            if word in line:
                return self.screen.buffer[y][line.index(word)].fg
        return None

    def type(self, text):
        self.child.send(text.encode("utf-8"))

    def play(self, step):
        """Whether the step went well."""
        kind, value = step["kind"], step.get("text", "")
        if kind == "type":
            self.type(value)
        elif kind == "enter":
            if not self.wait_for_prompt():
                return False
            ended = self.ended
            self.type(value + "\r")
            return self.wait(lambda: self.ended > ended) and self.wait_for_prompt()
        elif kind == "prompt":
            return self.wait_for_prompt()
        elif kind == "wait":
            return self.wait(lambda: self.matches(value))
        elif kind == "gone":
            return self.wait(lambda: not self.matches(value))
        elif kind == "color":
            return self.wait(lambda: self.color(value) == step["color"])
        elif kind == "cursor":
            return self.wait(lambda: self.screen.cursor.x == step["columns"])
        elif kind == "screen":
            self.settle()
            styles = [
                [self.screen.buffer[y][x].fg for x in range(self.screen.columns)] for y in range(self.screen.lines)]
            self.report["screens"].append({
                "lines": self.lines(), "row": self.screen.cursor.y, "column": self.screen.cursor.x, "colors": styles})
        elif kind == "resize":
            self.settle()
            self.child.setwinsize(step["rows"], step["columns"])
            self.screen.resize(step["rows"], step["columns"])
            self.settle()
        elif kind == "signal":
            self.settle()
            self.child.kill(step["columns"])
        elif kind == "end":
            until = time.monotonic() + self.seconds
            while self.feed(0.05):
                if time.monotonic() > until:
                    return False
            self.child.wait()
            self.report["status"], self.report["signal"] = self.child.exitstatus, self.child.signalstatus
        return True


def main():
    script = json.load(sys.stdin)
    # Tests may run under nohup; the program is to hear its hangups all the same.
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    player = Player(script)
    for step in script["steps"]:
        if not player.play(step):
            what = " ".join(repr(step[key]) for key in ("kind", "text", "color", "columns") if key in step)
            ended = "" if player.child.isalive() else (
                f" (the program has ended: status {player.child.exitstatus}, signal {player.child.signalstatus})")
            player.report["failure"] = f"{what}{ended}: the screen is\n" + "\n".join(player.lines())
            break
    player.child.close(force=True)
    player.report["clearings"] = player.screen.clearings
    json.dump(player.report, sys.stdout)


main()
