"""orthorun as a Jupyter kernel: a process of orthorun --json-repl has the
session, and this file hands requests to it and what it answers to Jupyter. It
knows no Lua. docs/jupyter.md has the lines that both speak.

ORTHORUN in the environment names the program (default: orthorun)."""

import base64
import fnmatch
import json
import os
import signal
import subprocess
import uuid

from ipykernel.kernelapp import IPKernelApp
from ipykernel.kernelbase import Kernel

KILL_AFTER = 2.0  # seconds that a session has to end by itself


class Ended(Exception):
    """The session's process has ended; the argument says how."""


class Session:
    """A process of orthorun --json-repl."""

    def __init__(self):
        program = os.environ.get("ORTHORUN", "orthorun")
        try:
            self.process = subprocess.Popen(
                [program, "--json-repl"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                start_new_session=True,  # an interrupt comes from us, once
            )
        except OSError as error:
            raise Ended(f"cannot start {program}: {error.strerror}") from None
        self.count = 0
        self.ready = self.wait_until_ready()

    def wait_until_ready(self):
        """The first event; LUA_INIT may print before it, and so do errors."""
        said = ""
        while True:
            try:
                message = self.read()
            except Ended as error:
                self.process.kill()
                raise Ended(f"{error}: {said.strip()}" if said else error) from None
            if message["event"] == "ready":
                return message
            said += message.get("text", "")

    def read(self):
        """The next line, as a dict."""
        line = self.process.stdout.readline()
        if not line.endswith(b"\n"):
            raise Ended(self.how())
        try:
            return json.loads(line)
        except ValueError:
            raise Ended(f"sends no JSON: {line[:80]!r}; is ORTHORUN right?") from None

    def how(self):
        """How the process has ended, once it is known that it has."""
        try:
            status = self.process.wait(KILL_AFTER)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = self.process.wait()
        if status == -signal.SIGKILL:
            return "was killed, perhaps for want of memory"
        if status < 0:
            return f"crashed ({signal.Signals(-status).name})"
        return f"has ended with exit status {status}"

    def write(self, request):
        try:
            self.process.stdin.write(json.dumps(request).encode() + b"\n")
            self.process.stdin.flush()
        except OSError:
            raise Ended(self.how()) from None

    def ask(self, op, handle=None, **fields):
        """Sends a request; its reply. Events that come before go to handle."""
        self.count += 1
        self.write({"id": self.count, "op": op, **fields})
        while True:
            message = self.read()
            if "reply" in message:
                if message["id"] == self.count:
                    return message
            elif handle:
                handle(message)

    def interrupt(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)

    def end(self):
        """Ends the process, whatever it does."""
        try:
            self.process.stdin.close()
            self.process.wait(0.2)
        except (OSError, ValueError, subprocess.TimeoutExpired):
            self.process.kill()
        self.process.wait()


class Cell:
    """What an execution sends to the front-ends."""

    def __init__(self, kernel):
        self.kernel = kernel
        self.progress = None  # the display that shows it
        self.error = None

    def handle(self, event):
        method = getattr(self, "on_" + event["event"], None)
        if method:
            method(event)

    def send(self, kind, **content):
        self.kernel.send_response(self.kernel.iopub_socket, kind, content)

    def on_stream(self, event):
        self.send("stream", name=event["name"], text=event["text"])

    def on_display(self, event):
        data = event["data"]
        svg = data.get("image/svg+xml")
        if svg:  # nbconvert 6.5 takes an SVG's contents away, but shows an image
            code = base64.b64encode(svg.encode()).decode()
            data["text/html"] = (
                '<img style="max-width: 100%" alt="plot" '
                f'src="data:image/svg+xml;base64,{code}">'
            )
        self.send("display_data", data=data, metadata={}, transient={})

    def on_result(self, event):
        self.send(
            "execute_result",
            data=event["data"],
            metadata={},
            execution_count=self.kernel.execution_count,
        )

    def on_progress(self, event):
        if not self.progress and not event["text"]:
            return
        kind = "update_display_data" if self.progress else "display_data"
        self.progress = self.progress or uuid.uuid4().hex
        self.send(
            kind,
            data={"text/plain": event["text"]},
            metadata={},
            transient={"display_id": self.progress},
        )

    def on_error(self, event):
        lines = [f"\x1b[31m{line}\x1b[0m" for line in event["message"].split("\n")]
        lines += ["  " + frame for frame in event["traceback"]]
        if event["traceback"] and "line" in event:
            lines.append(f"  line {event['line']} of this cell")
        self.fail(
            "Interrupted" if event.get("interrupted") else "Error",
            event["message"],
            lines,
        )

    def fail(self, name, message, traceback):
        self.error = {"ename": name, "evalue": message, "traceback": traceback}
        self.send("error", **self.error)

    def on_input(self, _event):
        """Asks whoever has sent the cell; an interrupt ends the question."""
        forward = signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            text = self.kernel.raw_input("")
        except KeyboardInterrupt:
            self.kernel.lua.interrupt()
            return
        except EOFError:
            text = ""
        finally:
            signal.signal(signal.SIGINT, forward)
        self.kernel.lua.write({"op": "input", "text": text})


class Silent(Cell):
    """An execution that nobody is to see."""

    def send(self, kind, **content):
        pass


class OrthorunKernel(Kernel):
    implementation = "orthorun"
    implementation_version = "0"
    banner = "orthorun"
    language_info = {
        "name": "lua",
        "version": "5.4",
        "mimetype": "text/x-lua",
        "file_extension": ".lua",
        "pygments_lexer": "lua",
        "codemirror_mode": "lua",
    }

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.lua = None
        self.leaving = False
        try:
            self.begin()
        except Ended:
            pass  # the first cell says so

    def begin(self):
        """The session; a new one where there is none."""
        if self.lua is None:
            self.lua = Session()
            self.implementation_version = self.lua.ready["version"]
            self.banner = self.lua.ready["banner"]
        return self.lua

    def forget(self):
        lua, self.lua = self.lua, None
        if lua:
            lua.end()

    def ask(self, op, **fields):
        """The reply to a request that runs nothing, or {} where it fails."""
        try:
            reply = self.begin().ask(op, **fields)
        except Ended:
            self.forget()
            return {}
        return reply if reply["ok"] else {}

    # --- interrupts: ipykernel calls these around every request -------------

    def pre_handler_hook(self):
        self.saved_sigint_handler = signal.signal(signal.SIGINT, self.on_interrupt)

    def on_interrupt(self, _number, _frame):
        if self.lua:
            self.lua.interrupt()

    # --- requests ------------------------------------------------------------

    def do_execute(
        self,
        code,
        silent,
        store_history=True,
        user_expressions=None,
        allow_stdin=False,
    ):
        cell = (Silent if silent else Cell)(self)
        self._allow_stdin = allow_stdin  # which raw_input looks at
        payload = []
        try:
            reply = self.begin().ask(
                "execute",
                cell.handle,
                code=code,
                name=f"cell {self.execution_count}",
                allow_input=allow_stdin,
                store=store_history and not silent,
            )
            if reply.get("leaves"):
                self.forget()
                payload.append({"source": "ask_exit", "keepkernel": False})
            if not reply["ok"] and not cell.error:
                cell.fail("Error", reply["message"], [reply["message"]])
        except Ended as error:
            self.forget()
            if not self.leaving:
                text = f"the session {error}; its variables are gone, and the next cell begins a new one"
                cell.fail("SessionEnded", text, [f"\x1b[31m{text}\x1b[0m"])
        answer = {"status": "ok", "payload": payload, "user_expressions": {}}
        if cell.error:
            answer = {"status": "error", **cell.error}
        answer["execution_count"] = self.execution_count
        return answer

    def do_complete(self, code, cursor_pos):
        reply = self.ask("complete", code=code, cursor=cursor_pos)
        return {
            "status": "ok",
            "matches": reply.get("matches", []),
            "cursor_start": reply.get("from", cursor_pos),
            "cursor_end": reply.get("to", cursor_pos),
            "metadata": {},
        }

    def do_inspect(self, code, cursor_pos, detail_level=0, omit_sections=()):
        reply = self.ask("inspect", code=code, cursor=cursor_pos)
        found = reply.get("found", False)
        data = reply["data"] if found else {}
        return {"status": "ok", "found": found, "data": data, "metadata": {}}

    def do_is_complete(self, code):
        reply = self.ask("is_complete", code=code)
        return {
            "status": reply.get("status", "unknown"),
            "indent": reply.get("indent", ""),
        }

    def do_history(
        self,
        hist_access_type,
        output,
        raw,
        session=None,
        start=None,
        stop=None,
        n=None,
        pattern=None,
        unique=False,
    ):
        entries = list(enumerate(self.ask("history").get("entries", []), 1))
        if pattern is not None:
            entries = [e for e in entries if fnmatch.fnmatchcase(e[1], pattern)]
        if unique:
            entries = [e for e in {text: (k, text) for k, text in entries}.values()]
        if hist_access_type == "range":
            entries = entries[start or 0 : stop]
        elif n is not None:
            entries = entries[-n:] if n > 0 else []
        lines = [(0, k, (text, None) if output else text) for k, text in entries]
        return {"status": "ok", "history": lines}

    def do_shutdown(self, restart):
        """Comes from another thread, also while a cell runs."""
        self.leaving = True
        if self.lua:
            self.lua.end()
        return {"status": "ok", "restart": restart}


if __name__ == "__main__":
    IPKernelApp.launch_instance(kernel_class=OrthorunKernel)
