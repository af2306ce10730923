# SPDX-License-Identifier: LGPL-3.0-or-later
"""A user process in Python, with nothing but the standard library.

    from semper import Process

    process = Process()
    process.ready()
    while process.wait(3):
        process.metrics(gauges={"load": os.getloadavg()[0]})

One thread does everything: a process that hangs sends no heartbeat, and is seen as hung. The
frames are those of docs/protocol.md.
"""

import atexit
import collections
import json
import os
import select
import signal
import socket
import time

MAXIMUM_FRAME = 64 * 1024
MAXIMUM_MESSAGES = 1024


class RequestError(Exception):
    """For on_request to raise: the asker gets the code, the text and the data (a dict)."""

    def __init__(self, code, text, data=None):
        super().__init__(text)
        self.code = code
        self.data = data


class Process:
    """One process beside its service, as `semper serve` started it."""

    def __init__(self, on_request=None):
        """Says hello and waits for the welcome, for at most 20 s. Raises ConnectionError.

        on_request answers what the service asks: a function from a payload to a payload, both
        dicts. What it raises is told to the asker.
        """
        self.name = os.environ["SEMPER_PROCESS"]
        self.instance = int(os.environ["SEMPER_INSTANCE"])
        self.settings = {}
        self.stop_requested = False
        #: Payloads that the service sent, oldest first, to be taken out. Past 1024 the oldest go,
        #: and are counted.
        self.messages = collections.deque(maxlen=MAXIMUM_MESSAGES)
        self.messages_missed = 0
        self._on_request = on_request
        self._received = b""
        self._beat = None
        self._next_beat = 0.0
        self._worked_pause = 0.0
        self._next_worked = 0.0
        self._welcomed = False
        self._stop_on_signals()
        self._socket = self._connect()
        # The token is for this launch alone: what this process starts must not have it.
        self.send("hello", process=self.name, instance=self.instance,
                  token=os.environ.pop("SEMPER_TOKEN"))
        deadline = time.monotonic() + 20
        while not self._welcomed:
            if time.monotonic() > deadline:
                raise ConnectionError("no welcome from the hub within 20 s")
            self._turn(0.5)

    def send(self, kind, **fields):
        """Sends one frame. Raises ValueError for one that is too long."""
        frame = json.dumps({"type": kind, **fields}).encode() + b"\n"
        if len(frame) > MAXIMUM_FRAME:
            raise ValueError(f"a frame has at most {MAXIMUM_FRAME} bytes, not {len(frame)}")
        self._socket.sendall(frame)

    def ready(self, ready=True):
        self.send("ready", ready=ready)

    def status(self, text):
        self.send("status", text=text)

    def worked(self):
        """It has got something done; for stalled_after_ms of its configuration. Cheap to call."""
        now = time.monotonic()
        if self._worked_pause and now >= self._next_worked:
            self.send("worked")
            self._next_worked = now + self._worked_pause

    def metrics(self, gauges=None, counters=None, histograms=None, report=None):
        """All of them each time; counters count since the launch."""
        self.send("metrics", gauges=gauges or {}, counters=counters or {},
                  histograms=histograms or {}, report=report or {})

    def wait(self, seconds):
        """Lets time go by and beats meanwhile. False, and at once, when an end was asked for."""
        deadline = time.monotonic() + seconds
        while not self.stop_requested:
            rest = deadline - time.monotonic()
            if rest <= 0:
                return True
            self._turn(rest)
        return False

    def _connect(self):
        if "SEMPER_SOCKET" in os.environ:
            hub = socket.socket(socket.AF_UNIX)
            hub.connect(os.environ["SEMPER_SOCKET"])
            return hub
        return socket.socket(fileno=int(os.environ.pop("SEMPER_SOCKET_FD")))

    def _stop_on_signals(self):
        def stop(_number, _frame):
            self.stop_requested = True

        # The handler alone would not end a select() that runs.
        self._woken, wakes = socket.socketpair()
        self._woken.setblocking(False)
        wakes.setblocking(False)
        signal.set_wakeup_fd(wakes.detach(), warn_on_full_buffer=False)
        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        # A stop is asked for by frame and by signal. While Python ends, which is when it puts the
        # default back, the signal may still be on its way and must not be what ends the process.
        atexit.register(self._ignore_signals)

    @staticmethod
    def _ignore_signals():
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)

    def _turn(self, seconds):
        if self._beat:
            seconds = min(seconds, max(0.0, self._next_beat - time.monotonic()))
        readable, _, _ = select.select([self._socket, self._woken], [], [], seconds)
        if self._woken in readable:
            self._woken.recv(64)
        if self._socket in readable:
            self._receive()
        if self._beat and time.monotonic() >= self._next_beat:
            self.send("heartbeat")
            self._next_beat = time.monotonic() + self._beat

    def _receive(self):
        data = self._socket.recv(MAXIMUM_FRAME)
        if not data:
            raise ConnectionError("the hub closed the connection")
        *lines, self._received = (self._received + data).split(b"\n")
        for line in lines:
            self._take(json.loads(line))

    def _take(self, frame):
        kind = frame["type"]
        if kind == "welcome":
            self._welcomed = True
            self.settings = frame.get("settings", {})
            beat = frame.get("heartbeat_ms", 0)
            self._beat = beat / 1000 if beat > 0 else None
            self._worked_pause = frame.get("worked_ms", 0) / 1000
        elif kind == "stop":
            self.stop_requested = True
        elif kind == "message":
            self.messages_missed += len(self.messages) == MAXIMUM_MESSAGES
            self.messages.append(frame["payload"])
        elif kind == "request":
            self._answer(frame)
        elif kind == "error":
            raise ConnectionError(f"the hub refused: {frame['code']}: {frame['detail']}")

    def _answer(self, request):
        if request["method"] != "process.ask":
            self._refuse(request, "unknown_method", request["method"])
        elif self._on_request is None:
            self._refuse(request, "no_handler", f"{self.name} answers no requests")
        else:
            try:
                result = self._on_request(request["params"]["payload"])
                self.send("response", id=request["id"], result=result)
            except RequestError as error:
                self._refuse(request, error.code, str(error), error.data)
            except Exception as error:  # whatever it is, it is the asker's answer
                self._refuse(request, "handler_failed", str(error))

    def _refuse(self, request, code, detail, data=None):
        error = {"code": code, "detail": detail[:4096]}
        if data:
            error["data"] = data
        self.send("response", id=request["id"], error=error)
