"""Drives a kernel for test/kernel: one JSON request a line on stdin, one JSON answer a line on stdout."""
import json
import queue
import subprocess
import sys
import time

from jupyter_client.manager import KernelManager

kernel_name, folder = sys.argv[1:]
manager = KernelManager(kernel_name=kernel_name)
began = time.time()
# Node makes a pipe that it inherits non-blocking, for us too.
manager.start_kernel(cwd=folder, stdout=subprocess.DEVNULL)
client = manager.client()
client.start_channels()
client.wait_for_ready(timeout=600)


def plain(message):
    return {"type": message["msg_type"], "content": message["content"], "parent": message["parent_header"].get("msg_id")}


def execute(code, interrupt_at=None, interrupts=1, timeout=600, answer=None, more=(), settle=0, **options):
    """Runs a cell, queues `more` behind it before the first has ended, and interrupts it when it has printed `interrupt_at`."""
    start = time.time()
    ids = [client.execute(text, allow_stdin=answer is not None, **options) for text in [code, *more]]
    replies, messages, idle, took = {}, [], set(), {}
    deadline = start + timeout
    while time.time() < deadline and not (replies.keys() >= set(ids) and idle.issuperset(ids)):
        if answer is not None:
            try:
                client.get_stdin_msg(timeout=0)
                client.input(answer)
            except queue.Empty:
                pass
        try:
            message = client.get_shell_msg(timeout=0.005)
            # Answers to earlier questions, as whether the kernel is ready, may still come.
            if message["parent_header"]["msg_id"] in ids:
                replies[message["parent_header"]["msg_id"]] = message["content"]
                took.setdefault("replied", time.time())
        except queue.Empty:
            pass
        collect(messages, idle)
        if interrupt_at is not None and any(interrupt_at in m["content"].get("text", "") for m in messages if m["type"] == "stream"):
            interrupt_at = None
            took["sent"] = time.time()
            for _ in range(interrupts):
                manager.interrupt_kernel()
    if settle:
        time.sleep(settle)
        collect(messages, idle)
    return {
        "replies": [replies.get(i) for i in ids],
        "messages": [[m for m in messages if m["parent"] == i and m["type"] != "status"] for i in ids],
        "seconds": time.time() - start,
        "stopped": took["replied"] - took["sent"] if "sent" in took and "replied" in took else None,
    }


def collect(messages, idle):
    while True:
        try:
            message = client.get_iopub_msg(timeout=0.005)
        except queue.Empty:
            return
        messages.append(plain(message))
        if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
            idle.add(message["parent_header"]["msg_id"])


def ask(method, **arguments):
    wanted = getattr(client, method)(**arguments)
    while True:
        reply = client.get_shell_msg(timeout=600)
        if reply["parent_header"].get("msg_id") == wanted:
            return reply["content"]


def comm(type, content):
    """Sends a comm message as a browser does, and returns what comes back."""
    message = client.session.msg(type, content)
    client.shell_channel.send(message)
    messages = []
    while not any(m["parent"] == message["header"]["msg_id"] and m["content"].get("execution_state") == "idle" for m in messages):
        collect(messages, set())
    return [m for m in messages if m["type"] != "status"]


def restart():
    manager.restart_kernel(now=False)
    client.wait_for_ready(timeout=600)
    return {}


def last(code):
    """Runs a cell that ends the kernel, and returns what it showed and the kernel's exit status."""
    wanted = client.execute(code)
    process = manager.provisioner.process
    process.wait()
    messages = []
    while not any(m["type"] == "stream" for m in messages):
        collect(messages, set())
    return {"messages": [m for m in messages if m["parent"] == wanted], "status": process.returncode}


def interrupt(code):
    """Restarts the kernel, and interrupts a cell that it got while it loaded the compiler."""
    manager.restart_kernel(now=True)
    ask("kernel_info")
    wanted = client.execute(code)
    time.sleep(0.05)
    manager.interrupt_kernel()
    while True:
        reply = client.get_shell_msg(timeout=600)
        if reply["parent_header"].get("msg_id") == wanted:
            return reply["content"]


def alive():
    return manager.is_alive()


def pid():
    return manager.provisioner.pid


OPERATIONS = {f.__name__: f for f in (execute, ask, comm, restart, last, interrupt, alive, pid)}
print(json.dumps({"ready": time.time() - began}), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    operation = OPERATIONS[request.pop("operation")]
    print(json.dumps(operation(**request), default=str), flush=True)
client.stop_channels()
manager.shutdown_kernel(now=False)
