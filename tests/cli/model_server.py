#!/usr/bin/env python3
"""A stand-in for a model server: answers /v1/chat/completions and /v1/completions by rule, and can
be told to misbehave first. Prints its port, then one line a request to the log.

    model_server.py LOG [--fail STATUS:COUNT]... [--hang COUNT:SECONDS] [--die-after N]
                        [--retry-after SECONDS] [--token TOKEN] [--delay SECONDS]
"""
import argparse
import json
import os
import re
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

options = argparse.ArgumentParser()
options.add_argument("log")
options.add_argument("--fail", action="append", default=[])
options.add_argument("--hang", default="0:0")
options.add_argument("--die-after", type=int, default=0)
options.add_argument("--retry-after", type=float, default=0)
options.add_argument("--token")
options.add_argument("--delay", type=float, default=0)
options.add_argument("--port", type=int, default=0)
options = options.parse_args()

lock = threading.Lock()
failures = [int(status) for f in options.fail for status, n in [f.split(":")] for _ in range(int(n))]
hangs, hang_seconds = int(options.hang.split(":")[0]), float(options.hang.split(":")[1])
served = 0
log = open(options.log, "a", encoding="utf-8")


def answer(prompt):
    """A program by rule: lines that begin with NAV go, "junk" goes, DROPME drops the document."""
    if "[doc]\n" not in prompt:
        return "drop_doc()" if "DROPME" in prompt else "keep_doc()"
    calls = [f"remove_lines(start={int(n)}, end={int(n)})" for n in re.findall(r"(?m)^\[(\d+)\]NAV", prompt)]
    if "junk" in prompt:
        calls.append('normalize(source_str="junk", target_str="")')
    return "  " + ("\n".join(calls) or "untouch_doc()") + " "


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def reply(self, status, body, headers=()):
        body = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        global served, hangs
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with lock:
            served += 1
            number = served
            status = failures.pop(0) if failures else 200
            hang = status == 200 and hangs > 0
            hangs -= hang
        if options.die_after and number > options.die_after:
            os._exit(0)
        if hang:
            time.sleep(hang_seconds)
        if options.delay:
            time.sleep(options.delay * (1 + number % 3))
        if options.token and self.headers.get("Authorization") != "Bearer " + options.token:
            status = 401
        if "POISON" in json.dumps(request):
            status = 400
        with lock:
            log.write(f"{status} {self.path}\n")
            log.flush()
        if status != 200:
            headers = [("Retry-After", str(int(options.retry_after)))] if options.retry_after else []
            return self.reply(status, {"error": {"message": "told to fail"}}, headers)
        if self.path == "/v1/chat/completions":
            text = answer(request["messages"][-1]["content"])
            choice = {"index": 0, "message": {"role": "assistant", "content": text}}
        elif self.path == "/v1/completions":
            choice = {"index": 0, "text": answer(request["prompt"])}
        else:
            return self.reply(404, {"error": {"message": "no such path"}})
        self.reply(200, {"id": "x", "choices": [choice], "usage": {}})


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, address):
        pass  # the client gave up waiting


server = Server(("127.0.0.1", options.port), Handler)
print(server.server_port, flush=True)
server.serve_forever()
