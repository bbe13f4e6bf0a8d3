"""make bench: the figures, measured on this machine now. Medians of several runs; nothing here is a test.

The mails are those of BENCH_MAIL (a folder of mails; default: the shared test data beside the checkout) or, when there is
no such folder, made up on the spot (said in the output).
"""

import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "e2e"))

from mails import EN_LEGAL, EN_QUESTION, sample
from servers import Authority, Dovecot, Triaged, wait_for

BOX = "bench"
WAITING = 5000
LATENCY_MAILS = 200
LONE_MAILS = 5


def row(what, value, bar=""):
    print(f"{what:58} {value:>22} {bar:>16}", flush=True)


def corpus():
    folder = Path(os.environ.get("BENCH_MAIL", "../shared/data/mail/ham"))
    if folder.is_dir():
        return [re.sub(rb"^From [^\n]*\n", b"", p.read_bytes()) for p in sorted(folder.iterdir())
                if p.is_file() and re.match(r"\d", p.name)], str(folder.name)
    print("(no mail folder: made-up mails are used; BENCH_MAIL=DIR names one)")
    return [sample(EN_QUESTION, body="An ordinary question. " * (i % 60 + 5) + "\n") for i in range(2500)], "made up"


def resident(process, field="VmRSS"):
    text = Path(f"/proc/{process.pid}/status").read_text()
    return int(re.search(rf"{field}:\s+(\d+)", text).group(1)) / 1024


def fill(dovecot, user, mails):
    """Puts mails into a Maildir as a delivery would, without the cost of thousands of deliveries."""
    owner = dovecot.mail.stat()
    new = dovecot.mail / user / "new"
    for path in (new.parent, new, new.parent / "cur", new.parent / "tmp"):
        path.mkdir()
        os.chown(path, owner.st_uid, owner.st_gid)
    for i, data in enumerate(mails):
        path = new / f"{time.time_ns()}.M{i}.bench"
        path.write_bytes(data)
        os.chown(path, owner.st_uid, owner.st_gid)
    with dovecot.client(user) as client:
        client.select("INBOX")      # Dovecot numbers them now, so that this is not part of what is measured


def intake(build, place, dovecot, mails, round_):
    user = f"{BOX}{round_}"
    # Every mail once: the second copy of a mail gets another identity, or it would be known already.
    unique = [b"X-Copy: %d\nMessage-ID: <bench.%d.%d@example.com>\n" % (round_, round_, i) +
              re.sub(rb"(?im)^message-id:.*\n(?:[ \t].*\n)*", b"", mails[i % len(mails)]) for i in range(WAITING)]
    fill(dovecot, user, unique)
    daemon = Triaged(place / user, build, dovecot, accounts=(user,), account_extra="    since: 1990-01-01\n")
    started = time.monotonic()
    daemon.start(wait=False)
    # The accounts start right after the socket is there: rules are loaded, nothing has been read.
    wait_for("triaged starts", daemon.socket.exists, 60, 0.001)
    begun = time.monotonic()

    def done():
        status = json.loads(daemon.ctl("status", "--json").stdout)["accounts"][0]
        return status["state"] == "watching" and status["judged"] + status["parked"] >= WAITING
    log_line = re.compile(r"(\d+) judged")
    wait_for("the intake", done, 120, 0.05)
    took = time.monotonic() - begun
    memory, peak = resident(daemon.process), resident(daemon.process, "VmHWM")
    judged = sum(int(n) for n in log_line.findall(daemon.log.read_text()))
    daemon.stop()
    return judged / took, memory, peak, begun - started


def latency(build, place, dovecot):
    daemon = Triaged(place / "latency", build, dovecot, accounts=("latency",)).start()
    wait_for("watched", lambda: json.loads(daemon.ctl("status", "--json").stdout)["accounts"][0]["state"] == "watching")
    drafts = dovecot.mail / "latency" / ".Drafts"
    times = []
    for i in range(LATENCY_MAILS):
        before = count_files(drafts)
        data = sample(EN_LEGAL, sender=f"Customer {i} <c{i}@customer.example>")
        begun = time.monotonic()
        dovecot.deliver("latency", data)
        while count_files(drafts) == before:
            if time.monotonic() - begun > 30:
                raise SystemExit("a draft did not come within 30 s")
            time.sleep(0.0005)
        times.append((time.monotonic() - begun) * 1000)
    lone = []
    for i in range(LONE_MAILS):
        time.sleep(3)               # until triaged no longer asks by itself and relies on IDLE alone
        before = count_files(drafts)
        begun = time.monotonic()
        dovecot.deliver("latency", sample(EN_LEGAL, sender=f"Lone {i} <l{i}@customer.example>"))
        wait_for("a draft", lambda: count_files(drafts) > before, 30, 0.0005)
        lone.append((time.monotonic() - begun) * 1000)
    daemon.stop()
    return sorted(times), statistics.median(lone)


def count_files(maildir):
    return sum(len(os.listdir(maildir / sub)) for sub in ("new", "cur") if (maildir / sub).is_dir())


def scan(build, folder):
    times = []
    count = 0
    for _ in range(5):
        begun = time.monotonic()
        out = subprocess.run([str(build / "triagectl"), "scan", "--json", "--rules", "rules", str(folder)],
                             capture_output=True, text=True)
        times.append(time.monotonic() - begun)
        count = out.stdout.count("\n")
    return count / statistics.median(times)


def diff(build, folder):
    """Two sets of rules loaded, and every mail judged by both."""
    times = []
    for _ in range(3):
        begun = time.monotonic()
        subprocess.run([str(build / "triagectl"), "rules", "diff", "rules", "rules", str(folder)], capture_output=True)
        times.append(time.monotonic() - begun)
    return statistics.median(times)


def alone(build, program, folder):
    """A part measured alone: bench_filters (reading, judging, by stage) and bench_rules (the gate) print it themselves."""
    out = subprocess.run([str(build / program), "rules", str(folder)], capture_output=True, text=True)
    print(out.stdout, end="", flush=True)
    if out.returncode != 0:
        print(f"{program} failed ({out.returncode}): {out.stderr.strip()}")


def main():
    build = Path(os.environ["BUILD"]).resolve()
    place = Path(tempfile.mkdtemp(prefix="triaged-bench-"))
    place.chmod(0o755)
    mails, name = corpus()
    print(f"{'what':58} {'measured':>22} {'bar':>16}")
    dovecot = Dovecot(place / "dovecot", Authority(place / "ca")).start()
    try:
        rates, memory, peaks, starts = zip(*(intake(build, place, dovecot, mails, i) for i in range(3)))
        row(f"intake of {WAITING} waiting mails ({name}), durable", f"{statistics.median(rates):,.0f} mails/s", ">= 4,000")
        row("  start before it: loading and trying the rules", f"{statistics.median(starts):.2f} s")
        row("resident memory after it", f"{statistics.median(memory):.1f} MB", "<= 60 MB")
        row("  highest during it", f"{statistics.median(peaks):.1f} MB")
        times, lone = latency(build, place, dovecot)
        row(f"delivery -> draft, IDLE, {LATENCY_MAILS} mails on end: median", f"{statistics.median(times):.1f} ms", "<= 50 ms")
        row("  p99", f"{times[int(len(times) * 0.99) - 1]:.1f} ms", "<= 250 ms")
        row("  a mail after seconds of quiet (Dovecot holds it back 0.5 s)", f"{lone:.1f} ms")
        folder = place / "mails"
        folder.mkdir()
        for i, data in enumerate(mails):
            (folder / f"{i:05}.eml").write_bytes(data)
        row(f"scan of {len(mails)} mails, shipped packs", f"{scan(build, folder):,.0f} mails/s", ">= 10,000")
        row(f"rules diff over {len(mails)} mails", f"{diff(build, folder):.2f} s", "<= 2 s")
        alone(build, "bench_filters", folder)
        alone(build, "bench_rules", folder)
    finally:
        dovecot.stop()
        shutil.rmtree(place, ignore_errors=True)


if __name__ == "__main__":
    main()
