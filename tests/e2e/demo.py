"""make demo: the whole way on a private mail server, and what there is to see afterwards.

Starts a Dovecot of its own with a throw-away certificate authority, delivers sample mails, runs the real triaged against
it, and shows the queue, the folders and two drafts. Then one complaint lives its whole life, days in seconds. Leaves nothing
behind; with KEEP=1 it keeps running until Enter or Ctrl-C.
"""

import contextlib
import email
import email.policy
import json
import os
import shutil
import signal
import sys
import tempfile
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from mails import (AUTO_REPLY, EN_ABUSE, EN_LEGAL, EN_PUBLICITY, EN_QUESTION, EN_SELFHARM, KO_ABUSE, KO_BOSS,
                   KO_COMPENSATION, KO_LEGAL, KO_QUESTION, KO_VIOLENCE, bounce, sample)
from life import AGENTS, FOLDERS, Life
from servers import PASSWORD, Authority, Clock, Dovecot, Triaged, wait_for

BOX = "shop"
COLOUR = sys.stdout.isatty() and "NO_COLOR" not in os.environ


def head(text):
    print(f"\n\033[1m{text}\033[0m" if COLOUR else f"\n{text}", flush=True)


def say(text):
    print(text, flush=True)


def deliver(dovecot):
    first = sample(KO_LEGAL, message_id="<first@customer.example>")
    dovecot.deliver(BOX, first, *(sample(kind) for kind in (
        KO_VIOLENCE, KO_ABUSE, KO_BOSS, KO_COMPENSATION, KO_QUESTION, EN_LEGAL, EN_PUBLICITY, EN_ABUSE, EN_QUESTION,
        EN_SELFHARM, AUTO_REPLY)), bounce())
    dovecot.deliver(BOX, sample(KO_LEGAL, subject="Re: 환불 문의 (주문 20931)", references=["<first@customer.example>"], body=(
        "벌써 네 번째 메일입니다. 오늘까지 답이 없으면 바로 고소하겠습니다.\n\n"
        "> 안녕하세요. 지난주에 받은 공기청정기가 켜지지도 않습니다.\n")))
    return 14


def watched(daemon):
    return all(a["state"] == "watching" for a in json.loads(daemon.ctl("status", "--json").stdout)["accounts"])


def settled(daemon, dovecot, judged, drafts):
    account = json.loads(daemon.ctl("status", "--json").stdout)["accounts"][0]
    return account["judged"] >= judged and dovecot.count(BOX, "Drafts") >= drafts


def show_folders(dovecot):
    with dovecot.client(BOX) as client:
        names = sorted(line.decode().rsplit('"/" ', 1)[1].strip('"') for line in client.list()[1])
    for name in ["INBOX"] + [n for n in names if n != "INBOX"]:
        mails = dovecot.messages(BOX, name)
        if not mails:
            continue
        say(f"  {name}  ({len(mails)})")
        if name == "Drafts":
            continue
        for _, flags, raw in mails:
            m = email.message_from_bytes(raw, policy=email.policy.default)
            marks = " ".join(sorted(f for f in flags if not f.startswith("\\") or f == "\\Flagged"))
            say(f"      {str(m['From'])[:38]:38}  {str(m['Subject'])[:34]}" + (f"   [{marks}]" if marks else ""))


def show_draft(dovecot, address):
    for _, _, raw in dovecot.messages(BOX, "Drafts"):
        m = email.message_from_bytes(raw, policy=email.policy.default)
        if address not in str(m["To"]):
            continue
        for name in ("From", "To", "Subject", "In-Reply-To"):
            say(f"  | {name}: {m[name]}")
        say("  |")
        for line in m.get_content().splitlines():
            say(f"  | {line}")
        return
    raise SystemExit(f"no draft to {address}: the demo did not work")


def show(daemon, dovecot):
    head("The queue: who waits, why, and the words that say so   (triagectl queue)")
    say(daemon.ctl("queue").stdout.rstrip())
    head("Where the mails lie now (ordinary questions stay where they were)")
    show_folders(dovecot)
    head("A Korean reply draft, for a person to read and send")
    show_draft(dovecot, "seojun@customer.example")
    head("An English one")
    show_draft(dovecot, "jane@customer.example")


def day(clock, text):
    head(f"{clock.now():%A %H:%M}  {text}")


def excerpt(draft, lines=9):
    """The first lines of a draft's own words."""
    text = draft.get_content().split("\n>")[0].strip().splitlines()
    for line in text[:lines]:
        say(f"  | {line}")
    if len(text) > lines:
        say("  | ...")


def whole_life(life, clock):
    """One complaint from the first mail to the thanks, with an agent who works in the mail client."""
    clock.to(next_monday(clock.now()))
    day(clock, "a customer writes; nobody has answered yet")
    case = life.writes("어제 받은 공기청정기가 켜지지 않습니다. 금요일에 집들이라 꼭 필요합니다. 환불하거나 바로 바꿔 주세요.\n"
                       "안 되면 소비자원에 신고하겠습니다.\n")
    life.says("assign", case, "root")
    life.says("note", case, "전화로 10분 들음. 금요일 집들이 때문에 급함")
    first, _ = life.asks_for_draft(case, "acknowledge")
    excerpt(first)
    life.sends(case, first)
    say("  sent from Drafts; triaged found it in Sent: the stage, whose turn it is, and the promise in it are kept")

    clock.move(hours=1)
    day(clock, "our own people are asked for the date before the customer is told one")
    life.says("fault", case, "ours", "--reason", "출하 검사에서 빠진 불량")
    life.says("ask", case, "같은 제품을 언제 출고할 수 있습니까?", "--until", "+3h")
    life.says("approve", case, "₩30,000", "--reason", "집들이 전까지 이틀을 쓰지 못함")
    life.says("kept", case, "2")
    life.says("promise", case, "새 제품 도착", "--until", f"{clock.now() + timedelta(days=3):%Y-%m-%d} 12:00")
    offer, template = life.asks_for_draft(case)
    say(f"  the playbook chose {template}: the solution first, what was approved after it")
    excerpt(offer, 14)
    life.sends(case, offer)
    life.writes("네, 그렇게 해 주시면 됩니다. 고맙습니다.\n", answering=offer)
    say("  " + life.events(case, "alarm")[-1]["data"]["text"])
    life.says("stage", case, "agreed")

    due = next(p["due"] for p in life.page(case)["promises"] if p["text"] == "새 제품 도착")
    clock.to_text(due, minutes=-50)
    day(clock, "a promise is due soon")
    life.happens(case, "due-soon")
    say(life.daemon.ctl("queue").stdout.rstrip())
    clock.to_text(due, minutes=5)
    day(clock, "it was not kept: to the top of the queue, and the next draft says so before the customer does")
    life.happens(case, "overdue")
    late, template = life.asks_for_draft(case)
    say(f"  the playbook chose {template}")
    excerpt(late)
    life.sends(case, late)

    clock.move(hours=3)
    day(clock, "the parcel has arrived; does that settle it?")
    for promise in life.page(case)["promises"]:
        if promise["state"] == "open":
            life.says("kept", case, str(promise["number"]))
    life.says("stage", case, "fulfilling")
    check, _ = life.asks_for_draft(case)
    excerpt(check)
    life.sends(case, check)
    life.writes("잘 받았습니다. 고맙습니다.\n", answering=check)

    clock.move(hours=2)
    day(clock, "solved; thank them, also for having complained")
    life.says("solve", case, "--reason", "고객이 확인함")
    thanks, _ = life.asks_for_draft(case)
    excerpt(thanks)
    head(f"Its whole record   (triagectl case show {case})")
    say(life.daemon.ctl("case", "show", case).stdout.rstrip())
    head("What the lead reads the next morning   (triagectl digest)")
    clock.move(days=1)
    say(life.daemon.ctl("digest", "--language", "en").stdout.rstrip())


def next_monday(now):
    return (now + timedelta(days=7 - now.weekday())).replace(hour=9, minute=30, second=0, microsecond=0)


def keep(daemon, dovecot):
    head("Still running. Look around, from another terminal:")
    ctl = daemon.build / "triagectl"
    say(f"  {ctl} status --socket {daemon.socket}")
    say(f"  {ctl} queue --socket {daemon.socket}")
    say(f"  {ctl} case show C1 --socket {daemon.socket}")
    say(f"  an IMAP client: localhost:{dovecot.imaps_port} (TLS, authority {dovecot.authority.ca})")
    say(f"      user {BOX}, password '{PASSWORD}'")
    say(f"  deliver more by LMTP to {BOX} at 127.0.0.1:{dovecot.lmtp_port}; the log is {daemon.log}")
    # Without a terminal there is no Enter: it runs until it is told to end.
    head("Enter or Ctrl-C ends it." if sys.stdin.isatty() else f"kill {os.getpid()} ends it.")
    try:
        if sys.stdin.isatty():
            sys.stdin.readline()
        else:
            signal.pause()
    except KeyboardInterrupt:
        pass


def main():
    build = Path(os.environ["BUILD"]).resolve()
    place = Path(tempfile.mkdtemp(prefix="triaged-demo-"))
    place.chmod(0o755)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(1))
    # Whatever happens, what was started ends and what was written goes, in this order backwards.
    with contextlib.ExitStack() as ending:
        ending.callback(shutil.rmtree, place, ignore_errors=True)
        head("A private mail server and an empty support mailbox")
        dovecot = Dovecot(place / "dovecot", Authority(place / "ca"))
        ending.callback(dovecot.stop)
        dovecot.start()
        daemon = Triaged(place / "triaged", build, dovecot, accounts=(BOX,), account_extra="    since: 2020-01-01\n")
        count = deliver(dovecot)
        say(f"  {count} mails came in over night: threats, abuse, demands, questions, a reply, an auto-reply, a bounce")
        ending.callback(daemon.stop)
        head("triaged starts")
        daemon.start()
        wait_for("triaged watches the mailbox", lambda: watched(daemon))
        say("  it has read them all and now idles; two more mails arrive ...")
        waiting = dovecot.count(BOX, "Drafts")
        dovecot.deliver(BOX, sample(EN_PUBLICITY, sender="Lou Reed-Shaw <lou@customer.example>", subject="Last chance"),
                        sample(KO_COMPENSATION, sender="오하늘 <haneul@customer.example>", subject="보상 요청"))
        wait_for("their drafts", lambda: settled(daemon, dovecot, count + 2, waiting + 2))
        wait_for("it idles again", lambda: watched(daemon))
        show(daemon, dovecot)
        head("One complaint's whole life, in fast-forward")
        clock = Clock(place / "clock")
        timed = Triaged(place / "life", Path(os.environ["HOOKED"]).resolve(), dovecot, accounts=("life",), head=AGENTS,
                        account_extra=FOLDERS, clock=clock)
        ending.callback(timed.stop)
        whole_life(Life(timed, dovecot, "life").start(), clock)
        head("Where to go next")
        say("  make test                          run everything")
        say(f"  {build.relative_to(Path.cwd())}/triagectl scan MAIL...       judge mail of your own, nothing is changed")
        say("  README.md, \"A real mailbox\"        point it at yours")
        if os.environ.get("KEEP") == "1":
            keep(daemon, dovecot)


if __name__ == "__main__":
    main()
