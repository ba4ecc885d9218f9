"""A page in headless Chromium, driven by its DevTools protocol."""
import base64
import json
import pathlib
import shutil
import subprocess
import time

import websocket

NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]


def program():
    return next((found for found in map(shutil.which, NAMES) if found), None)


class Page:
    def __init__(self, address, folder):
        self.process = subprocess.Popen(
            [program(), "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
             "--remote-debugging-port=0", "--remote-allow-origins=*", "--window-size=1280,900",
             f"--user-data-dir={folder}/browser", "about:blank"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        place = pathlib.Path(folder) / "browser" / "DevToolsActivePort"
        self.wait(lambda: place.exists() and len(place.read_text().split()) == 2, "the browser")
        port, path = place.read_text().split()
        self.socket = websocket.create_connection(f"ws://127.0.0.1:{port}{path}", timeout=120, max_size=None)
        self.count = 0
        # What the browser has told of by itself.
        self.events = []
        self.session = None
        target = self.send("Target.createTarget", url=address)["targetId"]
        self.session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]

    def send(self, method, **parameters):
        self.count += 1
        message = {"id": self.count, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        self.socket.send(json.dumps(message))
        while True:
            answer = json.loads(self.socket.recv())
            if answer.get("id") == self.count:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]
            if "method" in answer:
                self.events.append(answer)

    def run(self, script):
        """The value of a script, which may be a promise."""
        result = self.send("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in result:
            raise RuntimeError(f"{script}: {result['exceptionDetails']}")
        return result["result"].get("value")

    @staticmethod
    def wait(condition, what, seconds=120):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = condition()
            if found:
                return found
            time.sleep(0.05)
        raise TimeoutError(f"{what} does not come")

    def until(self, script, what=None, seconds=120):
        """Waits until a script is true."""
        def holds():
            try:
                return self.run(script)
            except RuntimeError:
                return None
        return self.wait(holds, what or script, seconds)

    def picture(self, path):
        data = self.send("Page.captureScreenshot", format="png")["data"]
        pathlib.Path(path).write_bytes(base64.b64decode(data))

    def close(self):
        self.socket.close()
        self.process.terminate()
        self.process.wait()
