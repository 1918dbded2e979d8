#!/usr/bin/env python3
"""Measures the server: bench/server.py, after 'dotnet build -c Release'; CARTAGE names another program than the plain build's; with STATE_URL, the trivial runs are kept in a run store there. Prints a table; timing decides nothing."""
import concurrent.futures, http.client, json, os, re, shutil, signal, statistics, subprocess, sys, tempfile, time, urllib.parse

HERE = os.path.dirname(os.path.abspath(__file__))
OUT = os.path.join(HERE, "..", "artifacts", "bin")
CARTAGE = os.environ.get("CARTAGE") or os.path.join(OUT, "Cartage.Host", "release", "cartage")
BENCH = os.path.join(OUT, "Cartage.Bench", "release", "Cartage.Bench")


class Server:
    def __init__(self, folder):
        self.folder = folder
        began = time.monotonic()
        self.process = subprocess.Popen([CARTAGE, "serve", "--project", folder, "--url", "http://127.0.0.1:0"], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
        for line in self.process.stderr:
            if found := re.search(r"http://127\.0\.0\.1:(\d+)/ \(stop", line):
                self.port = int(found[1])
                break
        while self.get("/health/ready")[0] != 200:
            time.sleep(0.01)
        self.start = time.monotonic() - began
        self.token = cli("token", "add", "bench", "--scope", "read", "--scope", "run", "--project", folder).strip()

    def ask(self, method, path, body=None, connection=None):
        own = connection or http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Authorization": "Bearer " + getattr(self, "token", "")} if getattr(self, "token", None) else {}
        if body is not None:
            headers["Content-Type"] = "application/json"
        own.request(method, path, json.dumps(body) if body is not None else None, headers)
        answer = own.getresponse()
        return answer.status, answer.read()

    def get(self, path, connection=None):
        return self.ask("GET", path, connection=connection)

    def memory(self):
        with open(f"/proc/{self.process.pid}/status") as status:
            return int(re.search(r"VmRSS:\s+(\d+)", status.read())[1]) / 1024

    def stop(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        self.process.wait()


def cli(*args):
    return subprocess.run([CARTAGE, *args], capture_output=True, text=True, check=True).stdout


def say(what, measured, goal):
    print(f"| {what} | {measured} | {goal} |", flush=True)


def pages(root):
    shop = os.path.join(root, "shop")
    cli("demo", "--no-serve", "--dir", shop)
    run = json.loads(cli("ls", "runs", "--format", "json", "--project", shop))[0]["run"]
    subprocess.run([BENCH, os.path.join(HERE, "sql", "past_runs.sql"), "", os.path.join(shop, ".cartage", "state.duckdb")], check=True)
    starts = []
    for _ in range(3):
        server = Server(shop)
        starts.append(server.start)
        server.stop()
    server = Server(shop)
    say("start until ready, 100,000 past runs", f"{statistics.median(starts):.2f} s", "2 s")
    say("memory after start", f"{server.memory():.0f} MB", "200 MB")
    addresses = ["/", "/runs", "/runs?state=failed", f"/runs/{run}", "/pipelines/bike-store", "/tables", "/tables/bike_store/fact_sales", "/quality", "/quarantine", "/quarantine/bike-store/orders",
                 "/sql?q=" + urllib.parse.quote("select * from sales_by_month"), "/settings", "/api/runs", "/api/tables"]
    everything = []
    for address in addresses:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        for _ in range(3):
            status, _ = server.get(address, connection)
            assert status == 200, (address, status)
        times = []
        for _ in range(60):
            began = time.monotonic()
            server.get(address, connection)
            times.append((time.monotonic() - began) * 1000)
        everything += times
        say(f"page `{address.split('?')[0] if 'sql' in address else address.replace(run, 'RUN')}`, p50 / p95", f"{statistics.median(times):.0f} / {sorted(times)[int(len(times) * .95)]:.0f} ms", "150 ms")
    say("every page together, p95", f"{sorted(everything)[int(len(everything) * .95)]:.0f} ms", "150 ms")
    say("memory after those requests", f"{server.memory():.0f} MB", "–")
    server.stop()


def trivial(root):
    folder = os.path.join(root, "trivial")
    os.makedirs(os.path.join(folder, "pipelines", "one", "models"))
    open(os.path.join(folder, "project.yml"), "w").write("name: trivial\n" + (f"state: {{ type: postgres, url: '{os.environ['STATE_URL']}' }}\n" if "STATE_URL" in os.environ else ""))
    open(os.path.join(folder, "pipelines", "one", "pipeline.yml"), "w").write("description: one task\n")
    open(os.path.join(folder, "pipelines", "one", "models", "n.sql"), "w").write("select 1 as n")
    server = Server(folder)
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    began = time.monotonic()
    for _ in range(1000):
        assert server.ask("POST", "/api/runs", {"selector": "one", "full_refresh": True}, connection)[0] == 202
    wait(server, connection)
    took = time.monotonic() - began
    done = json.loads(server.get("/api/runs?limit=1000&state=succeeded", connection)[1])
    assert len(done) == 1000, len(done)
    say("1,000 trivial one-task runs, each asked for over HTTP and durable", f"{took:.1f} s", "60 s")
    server.stop()


def wait(server, connection):
    while json.loads(server.get("/api/runs?limit=1&state=queued,running", connection)[1]):
        time.sleep(0.05)


def resting(root):
    shop = os.path.join(root, "resting")
    cli("init", "bike-store", shop)
    cli("gen", "bike-store", "--scale", "100", "--project", shop)
    server = Server(shop)
    began = time.monotonic()
    assert server.ask("POST", "/api/runs", {"selector": "bike-store"})[0] == 202
    wait(server, http.client.HTTPConnection("127.0.0.1", server.port, timeout=60))
    assert json.loads(server.get("/api/runs")[1])[0]["state"] == "succeeded"
    say("a run at scale 100, memory at its end", f"{time.monotonic() - began:.1f} s, {server.memory():.0f} MB", "–")
    time.sleep(600)
    say("memory ten minutes after it", f"{server.memory():.0f} MB", "400 MB")
    server.stop()


def killed(root):
    shop = os.path.join(root, "killed")
    cli("demo", "--no-serve", "--dir", shop)
    server = Server(shop)
    ids = [json.loads(server.ask("POST", "/api/runs", {"selector": "bike-store", "full_refresh": i % 2 == 0})[1])["runs"][0] for i in range(50)]
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    while len(json.loads(server.get("/api/runs?limit=100&state=queued", connection)[1])) > 25:
        time.sleep(0.01)
    server.stop(signal.SIGKILL)
    before = cli("query", "select run from cartage.outcomes", "--format", "csv", "--project", shop).split()[1:]
    server = Server(shop)
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    wait(server, connection)
    states = {x["run"]: x["state"] for x in json.loads(server.get("/api/runs?limit=1000", connection)[1])}
    server.stop()
    outcomes = cli("query", "select run from cartage.outcomes", "--format", "csv", "--project", shop).split()[1:]
    assert all(states[x] in ("succeeded", "quarantined") for x in ids), states
    assert len(outcomes) == len(set(outcomes))
    sums = cli("query", "select count(*), sum(total_price_with_discount) from bike_store.fact_sales", "--format", "csv", "--project", shop).split()[1]
    fresh = os.path.join(root, "fresh")
    cli("demo", "--no-serve", "--dir", fresh)
    assert sums == cli("query", "select count(*), sum(total_price_with_discount) from bike_store.fact_sales", "--format", "csv", "--project", fresh).split()[1]
    say("`kill -9` in the middle of 50 runs, started again", f"50 of 50 ended, {len(set(ids) & set(before))} before and {len(ids) - len(set(ids) & set(before))} after, none published twice, tables as of a fresh run", "all, once")


print(f"Load of the machine at the start: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores.\n\n| what | measured | goal |\n|---|---|---|", flush=True)
folder = tempfile.mkdtemp(prefix="cartage-bench-")
try:
    for part in (pages, trivial, killed, resting):
        if len(sys.argv) < 2 or part.__name__ in sys.argv[1:]:
            part(folder)
finally:
    shutil.rmtree(folder, ignore_errors=True)
