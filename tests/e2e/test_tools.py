"""triaged --check, passwords, triagectl and the API as an operator meets them: what is said, and with which exit status."""

import email
import email.policy
import grp
import json
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import time
from pathlib import Path

import pytest

from mails import (AUTO_REPLY, EN_ABUSE, EN_LEGAL, EN_PUBLICITY, EN_QUESTION, EN_SELFHARM, KO_ABUSE, KO_BOSS,
                   KO_COMPENSATION, KO_LEGAL, KO_QUESTION, KO_VIOLENCE, bounce, mail, sample)
from servers import RULES, Authority, free_port, wait_for

root_only = pytest.mark.skipif(os.getuid() != 0, reason="becoming another user needs root")


def account(daemon, name):
    status = json.loads(daemon.ctl("status", "--json").stdout)
    return next(a for a in status["accounts"] if a["name"] == name)


def program(build, name, *arguments, **options):
    return subprocess.run([str(build / name), *map(str, arguments)], capture_output=True, text=True, timeout=60, **options)


def check(daemon, build):
    return program(build, "triaged", "--check", "--config", daemon.config)


def replaced(daemon, old, new):
    text = daemon.config.read_text()
    assert old in text
    daemon.config.write_text(text.replace(old, new))


# triaged --check

def test_check_of_a_good_configuration(triaged, build):
    result = check(triaged, build)
    assert result.returncode == 0, result.stderr
    assert re.fullmatch(r"1 accounts?, \d+ rules, \d+ templates, set [0-9a-f]{12}: well\n", result.stdout)
    assert result.stderr == ""
    assert not triaged.state.exists(), "looking changes nothing"


MISTAKES = """accounts:
  - name: "bad name"
    host: imap.example.com
    tls: maybe
    port: 99999
    user: a@example.com
    password: open-sesame-42
    polll: 5
    identity: {address: "no address"}
    time_zone: Mars/Olympus
    since: yesterday
  - name: second
    host: imap.example.com
    tls: none
    user: b
    password_file: /nonexistent/password
    password_command: echo no
webhooks:
  - {name: hook, url: "ftp://hook.example.com"}
smtp: {url: "smtp://mail.example.com", from: x@example.com, starttls: false}
store_max: lots
"""


def test_check_names_every_mistake_in_one_run(build, tmp_path):
    config = tmp_path / "triaged.yaml"
    config.write_text(MISTAKES)
    result = program(build, "triaged", "--check", "--config", config)
    assert result.returncode == 2
    places = [tuple(map(int, m.groups())) for m in re.finditer(rf"^{config}:(\d+):(\d+): error: ", result.stderr, re.M)]
    assert places == sorted(places)
    assert {line for line, _ in places} == {2, 4, 5, 7, 8, 9, 10, 11, 12, 14, 17, 19, 20, 21}
    assert "14 mistakes" in result.stderr and 'did you mean "poll"' in result.stderr
    assert "open-sesame" not in result.stderr + result.stdout, "what may be a password is not repeated"


def test_check_names_mistakes_of_policy_rules_and_templates(make_triaged, build, user, workplace):
    own = workplace / (user + "-rules")
    (own / "templates/en").mkdir(parents=True)
    (own / "policy.yaml").write_text("severity:\n  - high: thraet\nrules:\n  - name: a\n    do:\n      - draft: legl\n"
                                     "      - notify: jiwon\n      - move: '*'\n")
    (own / "shop.yaml").write_text("rules:\n  - id: x.open\n    flag: threat.legal\n    match: ['(']\n"
                                   "  - id: x.sample\n    flag: threat.legal\n    match: [sue]\n    test: {hit: [nothing]}\n")
    (own / "templates/en/legal.txt").write_text("Subject: Re: {{subjct}}\n\nDear {{#threat}}\n")
    daemon = make_triaged([user], rules=[RULES, own])
    result = check(daemon, build)
    assert result.returncode == 2
    for place in ("policy.yaml:2:", "policy.yaml:6:", "policy.yaml:7:", "policy.yaml:8:", "shop.yaml:4:", "shop.yaml:8:",
                  "legal.txt:1:", "legal.txt:3:"):
        assert re.search(rf"/{place}\d+: error: ", result.stderr), place + "\n" + result.stderr
    assert 'there is no template "legl"' in result.stderr and "did you mean threat?" in result.stderr


def test_check_tries_the_passwords(triaged, build):
    triaged.password.unlink()
    result = check(triaged, build)
    assert result.returncode == 2
    assert f"account {triaged.config.parent.name}: " in result.stderr and str(triaged.password) in result.stderr
    assert "well" not in result.stdout


def test_check_says_what_would_not_start(triaged, build, tmp_path):
    well = triaged.config.read_text()
    (tmp_path / "empty.pem").write_text("no certificate\n")
    cases = [
        (f"socket: {triaged.socket}", f"socket: {triaged.socket}\nsocket_group: no-such-group", "no group"),
        (f"socket: {triaged.socket}", f"socket: {tmp_path}/none/api.sock", "make it, or choose another path"),
        (f"socket: {triaged.socket}", f"socket: {tmp_path}", "a directory is there"),
        (f"state_directory: {triaged.state}", f"state_directory: {tmp_path}/empty.pem", "is no directory"),
        (f"state_directory: {triaged.state}", f"state_directory: {tmp_path}/none/state", "make it first"),
        (f"ca_file: {triaged.dovecot.authority.ca}", f"ca_file: {tmp_path}/empty.pem", "no certificate in it"),
        ("    tls: ", "    since: 2999-01-01\n    tls: ", "still to come"),
    ]
    for old, new, said in cases:
        assert old in well
        triaged.config.write_text(well.replace(old, new))
        result = check(triaged, build)
        assert result.returncode == 2 and said in result.stderr, (new, result.stderr)
        assert len(result.stderr.splitlines()) == 1 and "well" not in result.stdout
    triaged.config.write_text(well)
    assert check(triaged, build).returncode == 0


# Passwords

def test_password_command(triaged, dovecot, user):
    replaced(triaged, f"password_file: {triaged.password}", f"password_command: \"echo noise >&2; cat {triaged.password}\"")
    triaged.once()
    dovecot.deliver(user, sample(EN_LEGAL))
    assert triaged.once().stderr.count("noise") == 0
    assert dovecot.count(user, "Drafts") == 1


def alive_in_group(group):
    """Processes of a process group that are more than a zombie."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, of = path.read_text().rsplit(")", 1)[1].split()[:3]
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(of) == group and state != "Z":
            found.append(path)
    return found


def test_password_command_that_hangs_ends_and_is_said(make_triaged, dovecot, user):
    other = user + "b"
    daemon = make_triaged([user, other])
    mark = daemon.directory / "hanging"
    head, tail = daemon.config.read_text().split(f"name: {other}", 1)
    daemon.config.write_text(head + f"name: {other}" + tail.replace(
        f"password_file: {daemon.password}", f"password_command: \"echo $$ > {mark}; sleep 1000 & sleep 1000\"", 1))
    daemon.start()
    wait_for("the other account is watched", lambda: account(daemon, user)["state"] == "watching", 5)
    wait_for("the hanging command is said", lambda: "did not end within 10 seconds" in account(daemon, other)["error"])
    assert account(daemon, other)["state"] == "not connected"
    assert "did not end within 10 seconds" in daemon.ctl("status").stdout
    assert alive_in_group(int(mark.read_text())) == [], "its children ended with it"
    daemon.stop()


def test_stop_is_quick_while_a_password_command_hangs(triaged):
    mark = triaged.directory / "hanging"
    replaced(triaged, f"password_file: {triaged.password}", f"password_command: \"touch {mark}; sleep 1000\"")
    triaged.start()
    wait_for("the command runs", mark.exists)
    triaged.stop(seconds=5.0)


def test_credential(triaged, dovecot, user, build):
    store = triaged.directory / "credentials"
    store.mkdir()
    shutil.copy(triaged.password, store / "box")
    replaced(triaged, f"password_file: {triaged.password}", "password_credential: box")
    without = triaged.once(check=False)
    assert without.returncode == 1 and "CREDENTIALS_DIRECTORY" in without.stderr
    environment = {"CREDENTIALS_DIRECTORY": str(store)}
    triaged.once(**environment)
    dovecot.deliver(user, sample(EN_LEGAL))
    triaged.once(**environment)
    assert dovecot.count(user, "Drafts") == 1
    os.rename(store / "box", store / "triaged_box")      # as the shipped unit hands over a whole folder
    tested = program(build, "triagectl", "account", "test", user, "--config", triaged.config,
                     env=dict(os.environ, **environment))
    assert tested.returncode == 0, tested.stdout


# scan and text

def test_scan_json_is_the_stable_contract(build, tmp_path):
    written = {
        "a.eml": sample(EN_LEGAL, message_id="<a@customer.example>", date=1790000000),
        "b.eml": sample(KO_QUESTION, message_id="<b@customer.example>"),
        "c.eml": sample(AUTO_REPLY, message_id="<c@customer.example>"),
        "d.eml": b"\n\nno headers, I will sue you\n",
    }
    for name, data in written.items():
        (tmp_path / name).write_bytes(data)
    result = program(build, "triagectl", "scan", "--json", "--rules", RULES, tmp_path, tmp_path / "missing.eml")
    assert result.returncode == 1 and "missing.eml" in result.stderr
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [Path(o["source"]).name for o in lines] == list(written), "in input order, and nothing else"
    for o in lines:
        assert list(o) == ["source", "message_id", "date", "from", "subject", "language", "automatic", "severity", "flags",
                           "undetermined", "error"]
        for name, flag in o["flags"].items():
            assert re.fullmatch(r"[a-z]+(\.[a-z]+)?", name)
            assert list(flag) == ["verdict", "score", "threshold", "evidence"] and flag["verdict"] in ("hit", "undetermined")
            for e in flag["evidence"]:
                assert list(e) == ["rule", "at", "part", "offset", "length", "text", "score"]
                assert re.search(r"\.yaml:\d+$", e["at"]) and len(e["text"].encode()) <= e["length"]
    a, b, c, d = lines
    assert a["message_id"] == "<a@customer.example>" and a["date"] == "2026-09-21T14:13:20Z"
    assert a["from"] == "jane@customer.example" and a["subject"] == "Order 5521, still broken" and a["language"] == "en"
    assert a["automatic"] == "no" and a["severity"] in ("high", "critical") and a["error"] is None and a["undetermined"] == []
    assert a["flags"]["threat.legal"]["verdict"] == "hit"
    assert b["flags"] == {} and b["severity"] == "none" and b["language"] == "ko"
    assert c["automatic"] == "reply"
    assert d["message_id"] == "" and d["date"] is None and "threat.legal" in d["flags"]
    again = program(build, "triagectl", "scan", "--json", "--rules", RULES, "-", input=written["a.eml"].decode())
    assert json.loads(again.stdout)["flags"] == a["flags"]


def test_scan_does_not_wait_for_a_pipe_without_a_writer(build, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    result = program(build, "triagectl", "scan", "--rules", RULES, tmp_path / "pipe")
    assert result.returncode == 1 and "start what writes into it first" in result.stderr
    command = f"{build}/triagectl scan --json --rules {RULES} <(sleep 0.2; printf 'From: a@customer.example\\n\\nx\\n')"
    late = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60)
    assert json.loads(late.stdout)["from"] == "a@customer.example", "a writer that is there is waited for"


def test_text_parts(build, tmp_path):
    path = tmp_path / "reply.eml"
    path.write_bytes(mail("New words.\n\nOn Mon, 2 Nov 2026 at 10:00, Shop <help@shop.example> wrote:\n> Old words.\n> More.\n"
                          "\n-- \nJane Doe\nBuyer\n", subject="Re: order"))
    text = {part: program(build, "triagectl", "text", "--part", part, path).stdout for part in ("new", "quoted", "signature")}
    assert text["new"].strip() == "New words."
    assert "Old words." in text["quoted"] and "New words" not in text["quoted"]
    assert "Buyer" in text["signature"] and "words" not in text["signature"]
    whole = program(build, "triagectl", "text", path)
    assert whole.returncode == 0
    for shown in ("Re: order", "[new]", "[quoted]", "[signature]", "New words.", "Old words.", "Buyer"):
        assert shown in whole.stdout
    assert program(build, "triagectl", "text", "--part", "all", path).stdout == whole.stdout
    assert program(build, "triagectl", "text", "--part", "some", path).returncode == 2
    assert program(build, "triagectl", "text", "--hidden", "--views", path).returncode == 2
    assert program(build, "triagectl", "text", tmp_path / "missing").returncode == 1


def test_text_shows_parts_views_and_what_is_hidden(build, tmp_path):
    path = tmp_path / "forward.eml"
    path.write_text("From: kim@shop.example\nTo: support@shop.example\nCc: lee@shop.example\nSubject: Fwd: late\n"
                    "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html; charset=utf-8\n\n"
                    "<p style='display:none'>unseen</p><p>---------- Forwarded message ---------<br>From: Ann &lt;ann@customer.example&gt;"
                    "<br>Date: Mon, 2 Nov 2026 at 10:00<br>Subject: late<br>To: kim@shop.example</p><p>This is sh1t. 시1발.</p>\n"
                    "--b\nContent-Type: application/pdf; name=bill.pdf\nContent-Transfer-Encoding: base64\n\nAAAA\n--b--\n")
    whole = program(build, "triagectl", "text", path).stdout
    for line in ("from        <kim@shop.example>", "to          <support@shop.example>", "cc          <lee@shop.example>",
                 "speaks for  Ann <ann@customer.example>", "part        multipart/mixed", "part          text/html, utf-8",
                 "part          application/pdf, bill.pdf, attached", "attachment  bill.pdf", "[forwarded]", "[new]",
                 "[hidden, not judged]"):
        assert line in whole.splitlines()
    assert program(build, "triagectl", "text", "--hidden", path).stdout.strip() == "unseen"
    assert "Forwarded message" in program(build, "triagectl", "text", "--part", "forwarded", path).stdout
    views = program(build, "triagectl", "text", "--views", "--part", "new", path).stdout
    sections = dict(re.findall(r"^\[(.*?)\]\n(.*?)\n", views, re.M))
    assert sections["new, plain"] == "This is sh1t. 시1발."
    assert sections["new, folded"].strip() == "this is sh1t. 시1발."
    assert "this is shit. 시발." in views and "thisisshit시발" in views
    assert "[subject, plain]" in program(build, "triagectl", "text", "--views", path).stdout


def test_nothing_from_a_mail_reaches_the_terminal_raw(triaged, build, tmp_path):
    path = tmp_path / "esc.eml"
    path.write_bytes(b"From: =?UTF-8?B?G1szMW1FdmU=?= <eve@customer.example>\nSubject: =?UTF-8?B?G10wO293bmVkB2hp?=\n"
                     b"Message-ID: <e@customer.example>\nContent-Type: text/plain; charset=utf-8\n\n"
                     b"\x1b[2J I will sue\x1b]0;x\x07 you. Refund me or I will sue you.\n")
    for arguments in (("scan", "--rules", RULES), ("scan", "--explain", "--rules", RULES), ("scan", "--json", "--rules", RULES),
                      ("text",), ("simulate", "--config", triaged.config), ("simulate", "--drafts", "--config", triaged.config)):
        result = program(build, "triagectl", *arguments, path)
        assert result.returncode == 0, result.stderr
        assert "\x1b" not in result.stdout and "\x07" not in result.stdout, arguments


# simulate

def test_simulate_plans_what_the_real_run_does(triaged, dovecot, user, build, tmp_path):
    kinds = [KO_LEGAL, KO_VIOLENCE, KO_ABUSE, KO_BOSS, KO_COMPENSATION, KO_QUESTION, EN_LEGAL, EN_PUBLICITY, EN_ABUSE,
             EN_QUESTION, EN_SELFHARM, AUTO_REPLY]
    mails = [sample(kind, message_id=f"<{i:02}@customer.example>") for i, kind in enumerate(kinds)]
    mails.append(sample(EN_LEGAL, subject="Re: again", message_id="<90@customer.example>", references=["<06@customer.example>"]))
    for i, data in enumerate(mails):
        (tmp_path / f"{i:02}.eml").write_bytes(data)
    result = program(build, "triagectl", "simulate", "--json", "--config", triaged.config, tmp_path)
    assert result.returncode == 0, result.stderr
    planned = {o["message_id"]: o for o in map(json.loads, result.stdout.splitlines())}
    assert len(planned) == len(mails)
    assert not triaged.state.exists() and dovecot.messages(user, "INBOX") == []

    triaged.once()
    dovecot.deliver(user, *mails)
    triaged.once()
    with dovecot.client(user) as client:
        folders = [line.decode().rsplit(' "/" ', 1)[-1].strip('"') for line in client.list()[1]]
    parse = lambda raw: email.message_from_bytes(raw, policy=email.policy.default)
    lies, keywords = {}, {}
    for folder in set(folders) - {"Drafts", "Sent"}:
        for _, flags, raw in dovecot.messages(user, folder):
            message_id = parse(raw)["Message-ID"]
            lies[message_id], keywords[message_id] = folder, flags - {"\\Recent"}
    drafts = {d["In-Reply-To"]: d for d in (parse(raw) for _, _, raw in dovecot.messages(user, "Drafts"))}
    for message_id, plan in planned.items():
        moves = [a["to"] for a in plan["actions"] if a["action"] == "move"]
        assert lies[message_id] == (moves[0] if moves else "INBOX")
        assert keywords[message_id] == {a["to"] for a in plan["actions"] if a["action"] in ("keyword", "flag")}
        texts = [a["text"] for a in plan["actions"] if a["action"] == "draft"]
        assert (message_id in drafts) == bool(texts)
        if texts:
            would, did = parse(texts[0].encode()), drafts[message_id]
            for field in ("From", "To", "Subject", "References", "X-Triaged-Draft"):
                assert would[field] == did[field]
            assert would.get_content() == did.get_content()
            shown = next(a["draft"] for a in plan["actions"] if a["action"] == "draft")
            assert shown == {"from": str(did["From"]).replace('"', ""), "to": str(did["To"]).replace('"', ""),
                             "subject": did["Subject"], "text": shown["text"]}
            assert shown["text"].split() == did.get_content().split()
    with_drafts = program(build, "triagectl", "simulate", "--drafts", "--config", triaged.config, tmp_path / "06.eml")
    assert "\nSubject: Re: " in with_drafts.stdout and "Triage/Threats" in with_drafts.stdout
    korean = program(build, "triagectl", "simulate", "--drafts", "--config", triaged.config, tmp_path / "00.eml").stdout
    assert "고객님" in korean and "\nTo: " in korean
    assert "base64" not in with_drafts.stdout + korean and "Content-T" not in with_drafts.stdout + korean


# account test

@pytest.mark.parametrize("case", ["good", "name", "port", "certificate", "tls", "password", "folder", "source"])
def test_account_test_says_which_step_fails(make_triaged, build, dovecot, user, workplace, case):
    daemon = make_triaged([user], account_extra="    folders: [INBOX]\n")
    expected = {
        "good": (0, None, ""),
        "name": (1, "name", "nowhere.invalid"),
        "port": (1, "connect", "refused"),
        "certificate": (1, "TLS", "certificate"),
        "tls": (1, "IMAP", "tls"),
        "password": (1, "login", "password"),
        "folder": (1, "Missing", "folders:"),
        "source": (1, "password", "No such file"),
    }
    if case == "name":
        replaced(daemon, "host: localhost", "host: nowhere.invalid")
    elif case == "port":
        replaced(daemon, f"port: {dovecot.imaps_port}", f"port: {free_port()}")
    elif case == "certificate":
        replaced(daemon, str(dovecot.authority.ca), str(Authority(workplace / (user + "-ca")).ca))
    elif case == "tls":
        replaced(daemon, f"port: {dovecot.imaps_port}", f"port: {dovecot.imap_port}")
    elif case == "password":
        daemon.password.write_text("wrong-one\n")
    elif case == "folder":
        replaced(daemon, "folders: [INBOX]", "folders: [INBOX, Missing]")
    elif case == "source":
        daemon.password.unlink()
    status, step, said = expected[case]
    result = program(build, "triagectl", "account", "test", user, "--config", daemon.config)
    assert result.returncode == status, result.stdout
    failed = [line for line in result.stdout.splitlines() if "FAILED" in line]
    if step:
        line, = failed
        assert line.split()[1] == step, result.stdout
        after = result.stdout.split("FAILED", 1)[1]
        assert said in after and "\n          -> " in after
    else:
        assert failed == [] and "IDLE" in result.stdout and "drafts" in result.stdout
    assert "wrong-one" not in result.stdout + result.stderr


# What people read

def test_status_queue_and_case_read_well(make_triaged, dovecot, user, workplace):
    own = workplace / (user + "-rules")
    own.mkdir()
    (own / "policy.yaml").write_text("severity:\n  - critical: signal.selfharm\n  - high: threat\n  - normal: abuse\nrules:\n"
                                     "  - {name: threats, if: {flags: threat}, do: [{move: Triage/Threats}]}\n")
    daemon = make_triaged([user], rules=[RULES, own])
    daemon.once()
    dovecot.deliver(user, sample(KO_LEGAL), sample(EN_SELFHARM), sample(EN_ABUSE))
    daemon.once()
    daemon.start()
    wait_for("watched", lambda: account(daemon, user)["state"] == "watching")
    status = daemon.ctl("status").stdout
    assert re.match(r"triaged \S+, up \d+ min; \d+ rules, set [0-9a-f]{12}, loaded \d+ min ago\n\naccounts\n", status)
    assert re.search(rf"^  {user} +watching +for \d+ min, 0 judged, 0 actions done$", status, re.M)
    assert "nothing needs a person" in status
    queue = daemon.ctl("queue").stdout.splitlines()
    assert queue[0].split() == ["case", "severity", "waiting", "owner", "customer", "subject"]
    assert [line.split()[:2] for line in queue[1::2]] == [["C2", "critical"], ["C1", "high"], ["C3", "normal"]]
    assert "pat@customer.example" in queue[1] and "signal.selfharm" in queue[2] and "“" in queue[2]
    shown = daemon.ctl("case", "show", "C1").stdout
    for words in ("환불 문의 (주문 20931)", "박서준 <seojun@customer.example>", "nobody yet", "\nmails\n", "\nactions\n",
                  "\nhistory\n", "“소비자원에 신고하겠”", "by policy rule", "Triage/Threats UID 1"):
        assert words in shown
    evidence = [line.strip() for line in shown.split("\nactions\n")[0].splitlines() if "“" in line]
    assert len(evidence) == len(set(evidence)), "no words twice"
    nobody = daemon.ctl("queue", "--account", "nobody", check=False)
    assert nobody.returncode == 1 and nobody.stdout == "" and 'no account is called "nobody"' in nobody.stderr
    assert daemon.ctl("queue", "--limit", "1").stdout.endswith("... and more; see --limit\n")
    daemon.stop()


# Reload

def test_sighup_swaps_the_policy(make_triaged, dovecot, user, workplace):
    own = workplace / (user + "-rules")
    own.mkdir()
    policy = "severity:\n  - high: threat\nrules:\n  - {name: a, if: {flags: threat}, do: [{move: %s}]}\n"
    (own / "policy.yaml").write_text(policy % "Before")
    daemon = make_triaged([user], rules=[RULES, own])
    daemon.start()
    wait_for("watched", lambda: account(daemon, user)["state"] == "watching")
    dovecot.deliver(user, sample(EN_LEGAL))
    wait_for("the first move", lambda: dovecot.count(user, "Before") == 1)

    rules = lambda: json.loads(daemon.ctl("status", "--json").stdout)["rules"]
    before = rules()["hash"]
    (own / "policy.yaml").write_text("rules: nonsense\n")
    daemon.process.send_signal(signal.SIGHUP)
    wait_for("the refusal", lambda: rules()["reload_error"])
    assert rules()["hash"] == before and "policy.yaml:1" in rules()["reload_error"] + daemon.log.read_text()
    assert "the last reload was refused" in daemon.ctl("status").stdout

    (own / "policy.yaml").write_text(policy % "After")
    daemon.process.send_signal(signal.SIGHUP)
    wait_for("the new set", lambda: rules()["hash"] != before)
    assert rules()["reload_error"] == ""
    dovecot.deliver(user, sample(EN_PUBLICITY))
    wait_for("the second move", lambda: dovecot.count(user, "After") == 1)
    daemon.stop()


# The API

def ask(path, request, timeout=5.0):
    """Sends bytes to the socket; what comes back until the other side ends, or b""."""
    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(timeout)
        s.connect(str(path))
        answer = b""
        try:
            s.sendall(request)
            while data := s.recv(65536):
                answer += data
        except (BrokenPipeError, ConnectionResetError):
            pass
        return answer


def get(path, method="GET", headers=""):
    return f"{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}\r\n".encode()


AS_NOBODY = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]


@root_only
def test_other_users_are_refused(triaged, build, workplace):
    triaged.start()
    ctl = workplace / "triagectl"
    shutil.copy(build / "triagectl", ctl)
    status = AS_NOBODY + [str(ctl), "status", "--socket", str(triaged.socket)]
    refused = subprocess.run(status, capture_output=True, text=True)
    assert refused.returncode == 1 and "not allowed to use" in refused.stderr and "socket_group" in refused.stderr
    os.chmod(triaged.socket, 0o666)     # the mode is not what protects: credentials are
    refused = subprocess.run(status, capture_output=True, text=True)
    assert refused.returncode == 1 and "not allowed" in refused.stderr and refused.stdout == ""
    triaged.stop()


@root_only
def test_members_of_the_group_are_served(make_triaged, build, user, workplace):
    group = grp.getgrgid(65534).gr_name
    daemon = make_triaged([user], head=f"socket_group: {group}\n")
    daemon.start()
    ctl = workplace / "triagectl-group"
    shutil.copy(build / "triagectl", ctl)
    assert os.stat(daemon.socket).st_gid == 65534 and not os.stat(daemon.socket).st_mode & stat.S_IRWXO
    served = subprocess.run(AS_NOBODY + [str(ctl), "queue", "--socket", str(daemon.socket)], capture_output=True, text=True)
    assert served.returncode == 0 and served.stdout == "no open cases\n", served.stderr
    outside = ["setpriv", "--reuid", "1", "--regid", "1", "--clear-groups", str(ctl), "queue", "--socket", str(daemon.socket)]
    assert subprocess.run(outside, capture_output=True).returncode == 1
    beside = ["setpriv", "--reuid", "1", "--regid", "1", "--groups", "65534", str(ctl), "queue", "--socket", str(daemon.socket)]
    assert subprocess.run(beside, capture_output=True).returncode == 0
    daemon.stop()


def test_garbled_and_oversized_requests(triaged):
    triaged.start()
    for request, status in [
            (get("/v1/status"), 200), (get("/v1/queue?limit=5&account="), 200),
            (get("/v1/queue?limit=0"), 400), (get("/v1/queue?limit=9999999999999999999999"), 400),
            (get("/v1/queue?limit=-1"), 400), (get("/v1/queue?limit=1x"), 400),
            (get("/v1/cases/C1"), 404), (get("/v1/cases/"), 404), (get("/v1/cases/C99999999999999999999999"), 404),
            (get("/v1/cases/..%2f..%2fetc%2fpasswd"), 404), (get("/"), 404), (get("/v1/status", "DELETE"), 405),
            (get("/v1/reload"), 405), (get("/v1/accounts/none/resume?folder=INBOX", "POST", "Content-Length: 0\r\n"), 404),
            (get("/v1/accounts/none/resume", "POST", "Content-Length: 0\r\n"), 400),
            (get("/v1/accounts/" + "a" * 5000 + "/resume?folder=x", "POST", "Content-Length: 0\r\n"), 404),
            (get("/v1/reload", "POST", "Content-Length: 99999999999\r\n"), 413),
            (get("/" + "a" * 100000), 414)]:
        answer = ask(triaged.socket, request)
        assert answer.startswith(f"HTTP/1.1 {status} ".encode()), (request[:80], answer[:200])
        if status not in (200, 414):
            assert "error" in json.loads(answer.split(b"\r\n\r\n", 1)[1])
    chunk = b"8000\r\n" + b"x" * 0x8000 + b"\r\n"
    for request in (b"\x16\x03\x01\x02\x00\x01\x00" * 50, b"\x00" * 4096, b"GET", b"GET /v1/status HTTP/9.9\r\n\r\n",
                    get("/v1/status", headers="X: " + "y" * 200000 + "\r\n"),
                    get("/v1/reload", "POST", "Transfer-Encoding: chunked\r\n") + chunk * 64):
        try:
            ask(triaged.socket, request, timeout=0.5)
        except TimeoutError:
            pass
    assert ask(triaged.socket, get("/v1/status")).startswith(b"HTTP/1.1 200 ")
    triaged.stop()


def test_silent_connections_do_not_lock_the_operator_out(triaged):
    triaged.start()
    silent = []
    try:
        for _ in range(40):
            s = socket.socket(socket.AF_UNIX)
            s.connect(str(triaged.socket))
            silent.append(s)
        wait_for("an answer", lambda: triaged.ctl("status", check=False).returncode == 0, 30)
    finally:
        for s in silent:
            s.close()
    triaged.stop()


# Exit status and help

def test_exit_statuses(triaged, build, tmp_path):
    good, missing = tmp_path / "good.eml", tmp_path / "missing.eml"
    good.write_bytes(sample(EN_QUESTION))
    config = triaged.config
    nowhere = tmp_path / "none.sock"
    triaged.start()
    asking = ("--socket", triaged.socket)
    for status, arguments in [
            (0, ("scan", "--rules", RULES, good)), (1, ("scan", "--rules", RULES, missing, good)), (2, ("scan",)),
            (2, ("scan", "--rules", tmp_path / "no-rules", good)), (2, ("scan", "--bogus", good)),
            (2, ("scan", "--threads", "x", good)),
            (0, ("text", good)), (1, ("text", missing)), (2, ("text",)), (2, ("text", good, good)), (2, ("text", "--bogus", good)),
            (0, ("simulate", "--config", config, good)), (1, ("simulate", "--config", config, missing, good)),
            (2, ("simulate", "--config", config)), (2, ("simulate", "--config", missing, good)),
            (2, ("simulate", "--account", "nobody", "--config", config, good)), (2, ("simulate", "--bogus", good)),
            (2, ("account",)), (2, ("account", "test")), (2, ("account", "test", "nobody", "--config", config)),
            (2, ("account", "test", "x", "--config", missing)), (2, ("account", "resume", "x")),
            (1, ("account", "resume", "nobody", "INBOX", *asking)), (2, ("account", "forget", "x")),
            (0, ("status", *asking)), (1, ("status", "--socket", nowhere)), (2, ("status", "more", *asking)),
            (2, ("status", "--limit", "3")), (2, ("status", "--config", missing)), (0, ("status", "--config", config)),
            (0, ("queue", *asking)), (1, ("queue", "--socket", nowhere)), (2, ("queue", "--limit", "x")),
            (1, ("queue", "--limit", "5000", *asking)),
            (2, ("case",)), (2, ("case", "show")), (2, ("case", "show", "12x", *asking)), (1, ("case", "show", "C77", *asking)),
            (0, ("reload", *asking)), (1, ("reload", "--socket", nowhere)), (2, ("reload", "--json")),
            (2, ("status", "--bogus")), (2, ("account", "test", "--bogus")), (2, ("case", "show", "--bogus")),
            (2, ()), (2, ("bogus",)), (0, ("--version",)), (0, ("help",))]:
        result = program(build, "triagectl", *arguments)
        assert result.returncode == status, (arguments, result.stdout, result.stderr)
        if status == 1:
            assert result.stderr.startswith("triagectl: "), arguments
        if status == 2:
            assert result.stderr and result.stdout == "", arguments
        if "--bogus" in arguments:
            assert result.stderr.startswith(f"triagectl {arguments[0]}: "), arguments
    triaged.stop()
    assert program(build, "triaged", "--check", "--config", missing).returncode == 2
    assert program(build, "triaged", "--bogus").returncode == 2
    assert program(build, "triaged", "more").returncode == 2
    assert program(build, "triaged", "--version").returncode == 0
    with open("/dev/full", "w") as full:
        result = subprocess.run([build / "triagectl", "scan", "--rules", RULES, good], stdout=full, stderr=subprocess.PIPE,
                                text=True)
    assert result.returncode == 1 and "cannot write" in result.stderr


def test_help_of_everything(build):
    whole = program(build, "triagectl", "--help")
    assert whole.returncode == 0 and whole.stderr == ""
    commands = re.findall(r"^  ([a-z]+) ", whole.stdout, re.M)
    assert {"scan", "text", "simulate", "account", "status", "reload", "queue", "case"} <= set(commands)
    for command in commands:
        result = program(build, "triagectl", command, "--help")
        assert result.returncode == 0 and result.stderr == ""
        assert result.stdout.startswith(f"usage: triagectl {command} ")
    assert program(build, "triagectl", "case", "show", "--help").returncode == 0
    result = program(build, "triaged", "--help")
    assert result.returncode == 0 and "--check" in result.stdout and "--once" in result.stdout
