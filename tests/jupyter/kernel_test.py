"""The Jupyter kernel as a front-end uses it, by jupyter_client, and a notebook
run by nbconvert. ORTHORUN names the program. `make test-jupyter` runs it."""

import base64
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.path.abspath(os.environ.get("ORTHORUN", "orthorun"))
FOLDER = tempfile.mkdtemp()
NOTEBOOK = os.path.join(ROOT, "docs", "notebooks", "depth_sweep.ipynb")

# Everything that Jupyter and orthorun would keep at home goes into the folder.
os.environ.update(
    HOME=FOLDER,
    JUPYTER_DATA_DIR=os.path.join(FOLDER, "jupyter"),
    JUPYTER_RUNTIME_DIR=os.path.join(FOLDER, "runtime"),
    IPYTHONDIR=os.path.join(FOLDER, "ipython"),
    XDG_STATE_HOME=os.path.join(FOLDER, "state"),
    PYDEVD_DISABLE_FILE_VALIDATION="1",
)
os.chdir(FOLDER)

from jupyter_client.manager import KernelManager  # noqa: E402


def setUpModule():
    subprocess.run([PROGRAM, "--install-jupyter"], check=True, stdout=subprocess.DEVNULL)


def tearDownModule():
    shutil.rmtree(FOLDER, ignore_errors=True)


def is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


class KernelTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.manager = KernelManager(kernel_name="orthorun")
        cls.manager.start_kernel()
        cls.client = cls.manager.blocking_client()
        cls.client.start_channels()
        cls.client.wait_for_ready(timeout=60)

    @classmethod
    def tearDownClass(cls):
        cls.client.stop_channels()
        cls.manager.shutdown_kernel(now=True)

    # --- helpers -------------------------------------------------------------

    def outputs(self, message_id, timeout=30):
        """What a request shows until it is idle: pairs of kind and content."""
        found = []
        while True:
            message = self.client.get_iopub_msg(timeout=timeout)
            if message["parent_header"].get("msg_id") != message_id:
                continue
            kind, content = message["msg_type"], message["content"]
            if kind == "status" and content["execution_state"] == "idle":
                return found
            if kind not in ("status", "execute_input"):
                found.append((kind, content))

    def reply(self, message_id, timeout=30):
        while True:
            message = self.client.get_shell_msg(timeout=timeout)
            if message["parent_header"].get("msg_id") == message_id:
                return message["content"]

    def run_cell(self, code, **options):
        """The reply, and what the cell shows."""
        options.setdefault("stop_on_error", False)
        message_id = self.client.execute(code, **options)
        reply = self.reply(message_id)
        return reply, self.outputs(message_id)

    def result(self, code):
        """The data of a cell's value."""
        reply, shown = self.run_cell(code)
        self.assertEqual(reply["status"], "ok", reply)
        values = [c for kind, c in shown if kind == "execute_result"]
        self.assertEqual(len(values), 1, shown)
        self.assertEqual(values[0]["execution_count"], reply["execution_count"])
        return values[0]["data"]

    def text(self, code):
        return self.result(code)["text/plain"]

    def session_pid(self):
        return int(self.text("io.open('/proc/self/stat'):read('n')"))

    def start_and_wait(self, code):
        """Sends a cell that prints `begun`; its id once that has come."""
        message_id = self.client.execute(code, stop_on_error=False)
        while True:
            message = self.client.get_iopub_msg(timeout=30)
            if message["msg_type"] == "stream" and "begun" in message["content"]["text"]:
                return message_id

    # --- tests ---------------------------------------------------------------

    def test_it_says_what_it_is(self):
        info = self.reply(self.client.kernel_info())
        self.assertEqual(info["language_info"]["name"], "lua")
        self.assertEqual(info["language_info"]["pygments_lexer"], "lua")
        self.assertEqual(info["language_info"]["file_extension"], ".lua")
        self.assertIn("orthorun", info["banner"])
        self.assertIn("Lua 5.4", info["banner"])
        self.assertRegex(info["implementation_version"], r"^\d+\.\d+\.\d+$")

    def test_twenty_cells_share_one_session(self):
        self.run_cell("local sum = 0; list = {}")
        for k in range(1, 20):
            reply, shown = self.run_cell(f"sum = sum + {k}; list[{k}] = sum")
            self.assertEqual((reply["status"], shown), ("ok", []))
        self.assertEqual(self.text("sum, #list, list[4]"), "190\t19\t10")
        self.assertEqual(self.text("_ + 1"), "191")

    def test_matrices_networks_and_results_are_tables(self):
        data = self.result("ortho.matrix{{1, 2}, {3, 4}}")
        self.assertIn("<td>1</td><td>2</td>", data["text/html"])
        self.assertIn("matrix 2x2", data["text/plain"])
        data = self.result("ortho.mlp{width = 8, depth = 3, rng = ortho.rng(1)}")
        self.assertIn("<td>linear</td>", data["text/html"])
        data = self.result(
            "ortho.sweep{ name = 's', grid = { x = { 1, 2, 3 } },"
            " trial = function(p) return { y = 2 * p.x } end }:run()"
        )
        self.assertIn("<th>x</th><th>y</th>", data["text/html"])
        self.assertEqual(list(self.result("6 * 7")), ["text/plain"])

    def test_plots_are_shown_in_the_page(self):
        _, shown = self.run_cell("local p = ortho.plot({1, 2, 3}, {3, 4, 9})\nprint 'below'; p")
        self.assertEqual([kind for kind, _ in shown], ["display_data", "stream"])
        picture = shown[0][1]["data"]["image/svg+xml"]
        self.assertTrue(picture.startswith("<svg"))
        self.assertIn("text/plain", shown[0][1]["data"])
        self.assertIn('src="data:image/svg+xml;base64,', shown[0][1]["data"]["text/html"])

    def test_errors_have_their_line_and_traceback(self):
        reply, shown = self.run_cell("local function f()\n  error 'deep'\nend\nf()")
        self.assertEqual(reply["status"], "error")
        self.assertEqual(shown[0][0], "error")
        self.assertRegex(reply["evalue"], r"^cell \d+:2: deep$")
        self.assertEqual(reply["ename"], "Error")
        self.assertIn("in local 'f'", shown[0][1]["traceback"][1])
        self.assertEqual(shown[0][1]["traceback"][2], "  line 4 of this cell")
        reply, _ = self.run_cell("x = = 1")
        self.assertIn("unexpected symbol", reply["evalue"])
        reply, _ = self.run_cell("ortho.init.orthogonal{gian = 2}")
        self.assertIn("gain", reply["evalue"])

    def test_streams_keep_their_order(self):
        _, shown = self.run_cell(
            "print 'one'; io.stderr:write 'two\\n'; os.execute 'echo three'; print 'four'"
        )
        self.assertEqual(
            [(c["name"], c["text"]) for _, c in shown],
            [("stdout", "one\n"), ("stderr", "two\n"), ("stdout", "three\nfour\n")],
        )

    def test_completion(self):
        code = "s = 'ü😀' ortho.init.orthogonal{ga"
        reply = self.reply(self.client.complete(code))
        self.assertEqual(reply["matches"], ["gain="])
        self.assertEqual(code[reply["cursor_start"] : reply["cursor_end"]], "ga")
        self.run_cell("W = ortho.matrix.eye(2)")
        reply = self.reply(self.client.complete("W:singul\nx = 1", 8))
        self.assertEqual(reply["matches"], ["singular_values"])
        reply = self.reply(self.client.complete("ortho.mlp{init = 'ortho"))
        self.assertEqual(reply["matches"], ["orthogonal"])

    def test_help_is_shown(self):
        reply = self.reply(self.client.inspect("ortho.init.orthogonal{ga"))
        self.assertTrue(reply["found"])
        self.assertIn("Haar", reply["data"]["text/plain"])
        self.assertFalse(self.reply(self.client.inspect("nobody_knows"))["found"])
        _, shown = self.run_cell("?svd")
        self.assertIn("A:svd()", shown[0][1]["text"])

    def test_is_complete(self):
        reply = self.reply(self.client.is_complete("for i = 1, 3 do"))
        self.assertEqual((reply["status"], reply["indent"]), ("incomplete", "  "))
        self.assertEqual(self.reply(self.client.is_complete("x = 1"))["status"], "complete")
        self.assertEqual(self.reply(self.client.is_complete("x = = 1"))["status"], "invalid")

    def test_history(self):
        self.run_cell("first_of_history = 1;")
        self.run_cell("secret = 2;", store_history=False)
        self.run_cell("last_of_history = 3;")
        reply = self.reply(self.client.history(hist_access_type="tail", n=2))
        self.assertEqual(
            [line[2] for line in reply["history"]], ["first_of_history = 1;", "last_of_history = 3;"]
        )
        reply = self.reply(
            self.client.history(hist_access_type="search", pattern="first_of*", n=10, unique=True)
        )
        self.assertEqual([line[2] for line in reply["history"]], ["first_of_history = 1;"])

    def test_unicode_and_a_megabyte(self):
        self.assertEqual(self.text("'Gruß 😀 ' .. utf8.len('ü')"), "Gruß 😀 1")
        self.assertEqual(self.text("x = '" + "ä" * 500000 + "'; #x"), "1000000")
        reply, shown = self.run_cell("print '\\xff'")
        self.assertEqual(shown[0][1]["text"], "\ufffd\n")

    def test_a_flood_is_cut(self):
        reply, shown = self.run_cell("for i = 1, 400000 do print(i, 'more text in the line') end")
        text = "".join(c["text"] for kind, c in shown)
        self.assertEqual(reply["status"], "ok")
        self.assertLess(len(text), 1100000)
        self.assertIn("bytes of output left out", text)
        self.assertTrue(text.endswith("400000\tmore text in the line\n"))

    def test_a_silent_cell_shows_nothing(self):
        before = self.text("1")
        reply, shown = self.run_cell("print 'x'; hidden = 5; hidden", silent=True)
        self.assertEqual((before, reply["status"], shown), ("1", "ok", []))
        self.assertEqual(self.text("hidden"), "5")

    def test_input_is_asked_for(self):
        message_id = self.client.execute("name = io.read(); 'hello ' .. name", allow_stdin=True)
        self.client.get_stdin_msg(timeout=20)
        self.client.input("Jörg")
        self.assertEqual(self.reply(message_id)["status"], "ok")
        results = [c for kind, c in self.outputs(message_id) if kind == "execute_result"]
        self.assertEqual(results[0]["data"]["text/plain"], "hello Jörg")
        reply, _ = self.run_cell("io.read()", allow_stdin=False)
        self.assertIn("no keyboard", reply["evalue"])
        message_id = self.client.execute("io.read()", allow_stdin=True, stop_on_error=False)
        self.client.get_stdin_msg(timeout=20)
        self.manager.interrupt_kernel()
        self.assertEqual(self.reply(message_id)["ename"], "Interrupted")

    def test_progress_is_one_display(self):
        _, shown = self.run_cell(
            "ortho.sweep{ name = 'slow', grid = { x = { 1, 2, 3, 4 } },"
            " trial = function(p) os.execute 'sleep 0.4' print('in', p.x) return { y = 1 } end,"
            " args = { '--jobs', '2' } }:run();"
        )
        first = [c for kind, c in shown if kind == "display_data"]
        later = [c for kind, c in shown if kind == "update_display_data"]
        self.assertEqual(len(first), 1)
        self.assertIn("/4", first[0]["data"]["text/plain"])
        self.assertEqual(later[-1]["data"]["text/plain"], "")
        for content in later:
            self.assertEqual(content["transient"], first[0]["transient"])
        printed = "".join(c["text"] for kind, c in shown if kind == "stream")
        self.assertEqual(sorted(re.findall(r"in\t\d", printed)), ["in\t1", "in\t2", "in\t3", "in\t4"])

    def interrupt_svd(self, interrupt):
        self.run_cell("A = ortho.rng(1):normal(3000, 3000); kept = 7")
        message_id = self.start_and_wait("print 'begun'\nU, s, V = A:svd()")
        time.sleep(0.7)
        begin = time.monotonic()
        interrupt()
        reply = self.reply(message_id)
        self.assertLess(time.monotonic() - begin, 1.0)
        self.assertEqual(reply["ename"], "Interrupted")
        self.assertEqual(self.text("kept, A:rows()"), "7\t3000")

    def test_a_signal_stops_a_long_svd(self):
        self.interrupt_svd(self.manager.interrupt_kernel)

    def test_an_interrupt_request_stops_a_long_svd(self):
        def request():
            message = self.client.session.msg("interrupt_request", {})
            self.client.control_channel.send(message)

        self.interrupt_svd(request)

    def test_interrupts_stop_nothing_but_the_cell(self):
        message_id = self.start_and_wait("print 'begun'\nwhile true do pcall(error) end")
        self.manager.interrupt_kernel()
        self.assertEqual(self.reply(message_id)["ename"], "Interrupted")
        self.manager.interrupt_kernel()  # there is nothing to stop
        time.sleep(0.2)
        self.assertEqual(self.text("6 * 7"), "42")

    def test_a_session_that_ends_is_followed_by_another(self):
        self.run_cell("kept = 7")
        for code, how in (
            ("print 'bye' os.exit(3)", "exit status 3"),
            ("os.execute 'kill -SEGV $PPID'", "SIGSEGV"),
            ("os.execute 'kill -9 $PPID'", "was killed"),
        ):
            reply, shown = self.run_cell(code)
            self.assertEqual(reply["ename"], "SessionEnded")
            self.assertIn(how, reply["evalue"])
            self.assertEqual(self.text("6 * 7"), "42")
        self.assertEqual(self.text("rawget(_G, 'kept')"), "nil")
        reply, _ = self.run_cell("quit")
        self.assertEqual(reply["payload"][0]["source"], "ask_exit")
        self.assertEqual(self.text("1 + 1"), "2")


class ProcessTest(unittest.TestCase):
    def start(self):
        manager = KernelManager(kernel_name="orthorun")
        manager.start_kernel()
        client = manager.blocking_client()
        client.start_channels()
        client.wait_for_ready(timeout=60)
        self.addCleanup(client.stop_channels)
        self.addCleanup(manager.shutdown_kernel, now=True)
        return manager, client

    def busy_session(self, client):
        """The process of a session that is busy without an end."""
        client.execute("print(io.open('/proc/self/stat'):read('n'))\nwhile true do end")
        while True:
            message = client.get_iopub_msg(timeout=30)
            if message["msg_type"] == "stream":
                return int(message["content"]["text"])

    def wait_for_end(self, pid):
        end = time.monotonic() + 10
        while is_alive(pid) and time.monotonic() < end:
            time.sleep(0.05)
        self.assertFalse(is_alive(pid))

    def test_a_kernel_killed_in_mid_cell_leaves_no_process(self):
        manager, client = self.start()
        pid = self.busy_session(client)
        self.assertTrue(is_alive(pid))
        os.kill(manager.provisioner.pid, signal.SIGKILL)
        self.wait_for_end(pid)

    def test_restart_and_shutdown_in_mid_cell(self):
        manager, client = self.start()
        pid = self.busy_session(client)
        manager.restart_kernel()
        client.wait_for_ready(timeout=60)
        self.wait_for_end(pid)
        pid = self.busy_session(client)
        begin = time.monotonic()
        manager.shutdown_kernel()
        self.assertLess(time.monotonic() - begin, 5)
        self.wait_for_end(pid)

    def first_cell(self, **environment):
        """The reply to a cell of a kernel in this environment."""
        spec = os.path.join(os.environ["JUPYTER_DATA_DIR"], "kernels", "orthorun", "kernel.json")
        with open(spec) as file:
            before = file.read()
        told = json.loads(before)
        told["env"].update(environment)
        with open(spec, "w") as file:
            json.dump(told, file)
        try:
            _, client = self.start()
            return client.execute_interactive("1", output_hook=lambda _: None, timeout=20)["content"]
        finally:
            with open(spec, "w") as file:
                file.write(before)

    def test_a_session_that_cannot_begin_is_told(self):
        for environment, how in (
            ({"ORTHORUN": "/nowhere/orthorun"}, "cannot start /nowhere/orthorun"),
            ({"ORTHORUN": "/bin/echo"}, "sends no JSON"),
            ({"LUA_PATH": "/nowhere/?.lua"}, "needs the module dkjson"),
        ):
            self.assertIn(how, self.first_cell(**environment)["evalue"])

    def test_what_is_printed_before_the_first_cell_is_no_matter(self):
        self.assertEqual(self.first_cell(LUA_INIT="print 'hello'")["status"], "ok")


class NotebookTest(unittest.TestCase):
    def test_nbconvert_runs_the_notebook(self):
        shutil.copy(NOTEBOOK, FOLDER)  # it runs where it is
        subprocess.run(
            [sys.executable, "-m", "nbconvert", "--to", "html", "--execute", "depth_sweep.ipynb"],
            check=True,
            stderr=subprocess.DEVNULL,
        )
        with open(os.path.join(FOLDER, "depth_sweep.html")) as file:
            page = file.read()
        pictures = re.findall(r'src="data:image/svg\+xml;base64,([^"]*)"', page)
        self.assertEqual(len(pictures), 2)
        for picture in pictures:
            self.assertIn(b"orthogonal", base64.b64decode(picture))
        self.assertIn("<th>depth</th>", page)
        self.assertIn("matrix 256x256", page)


if __name__ == "__main__":
    unittest.main()
