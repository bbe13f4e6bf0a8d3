"""Faults of real servers and disks: each is said clearly, held to one account, and over when it is mended."""

import json
import re
import shutil
import subprocess
import time

import pytest

from mails import EN_LEGAL, KO_ABUSE, KO_LEGAL, KO_QUESTION, mail, sample
from servers import RULES, Authority, Dovecot, wait_for


def account(daemon, name):
    status = json.loads(daemon.ctl("status", "--json").stdout)
    return next(a for a in status["accounts"] if a["name"] == name)


def test_wrong_password_leaves_other_accounts_untouched(make_triaged, dovecot, user):
    bad = user + "bad"
    daemon = make_triaged([user, bad])
    wrong = daemon.directory / "wrong"
    wrong.write_text("not the password\n")
    text = daemon.config.read_text()
    head, tail = text.split(f"name: {bad}", 1)
    daemon.config.write_text(head + f"name: {bad}" + tail.replace(str(daemon.password), str(wrong), 1))
    daemon.start()
    wait_for("the refusal is in the status", lambda: "password" in account(daemon, bad)["error"].lower())
    failed = account(daemon, bad)
    assert failed["state"] == "not connected" and failed["retry_ms"] > time.time() * 1000 + 10000
    assert "not the password" not in json.dumps(failed) + daemon.log.read_text()
    wait_for("the other account is watched", lambda: account(daemon, user)["state"] == "watching")
    dovecot.deliver(user, sample(EN_LEGAL))
    wait_for("its draft", lambda: dovecot.count(user, "Drafts") == 1)
    daemon.stop()


def test_unknown_authority_is_refused(make_triaged, dovecot, user, workplace):
    other = Authority(workplace / (user + "-ca"))
    daemon = make_triaged([user])
    daemon.config.write_text(daemon.config.read_text().replace(str(dovecot.authority.ca), str(other.ca)))
    result = daemon.once(check=False)
    assert result.returncode == 1
    assert "certificate" in result.stderr


def test_full_quota_delays_the_draft_and_nothing_else(make_triaged, workplace, authority, user):
    server = Dovecot(workplace / (user + "-q"), authority, quota="40K").start()
    try:
        daemon = make_triaged([user], server=server, name=user + "-t")
        daemon.once()
        server.deliver(user, mail("x" * 70 + "\n" * 1, subject="ballast"), sample(EN_LEGAL))
        with server.client(user) as client:
            for _ in range(200):
                if client.append("INBOX", None, None, mail("y" * 60 + "\n", subject="fill"))[0] != "OK":
                    break
        daemon.once()
        daemon.start()
        assert server.count(user, "Drafts") == 0
        wait_for("the refusal is told", lambda: "quota" in daemon.ctl("case", "show", "C1", "--json").stdout.lower())
        status = daemon.ctl("status").stdout
        assert re.search(r"^  1 action is waiting: .*quota.*\n      draft .* of C1; tried \d+ time", status, re.M | re.I), status
        assert "nothing needs a person" not in status
        daemon.stop()
        with server.client(user) as client:
            client.select("INBOX")
            client.uid("store", "1:*", "+FLAGS", "\\Deleted")
            client.expunge()
        daemon.once()
        assert server.count(user, "Drafts") == 1
    finally:
        server.stop()


def test_drafts_folder_is_made_when_missing(triaged, dovecot, user):
    triaged.once()
    with dovecot.client(user) as client:
        client.delete("Drafts")
    dovecot.deliver(user, sample(EN_LEGAL))
    triaged.once()
    assert dovecot.count(user, "Drafts") == 1


def test_deleted_folder_is_said_and_does_not_hold_up_the_others(make_triaged, dovecot, user):
    with dovecot.client(user) as client:
        client.create("Second")
    daemon = make_triaged([user], account_extra="    folders: [INBOX, Second]\n    poll: 5\n")
    daemon.once()
    with dovecot.client(user) as client:
        client.delete("Second")
    daemon.start()
    wait_for("the missing folder is in the status",
             lambda: any(f["name"] == "Second" and f["problem"] for f in account(daemon, user)["folders"]))
    dovecot.deliver(user, sample(EN_LEGAL))
    wait_for("a draft", lambda: dovecot.count(user, "Drafts") == 1)
    daemon.stop()


def uidvalidity(dovecot, user):
    with dovecot.client(user) as client:
        return int(re.search(rb"UIDVALIDITY (\d+)", client.status("INBOX", "(UIDVALIDITY)")[1][0]).group(1))


def renumber(dovecot, user):
    """Gives INBOX another UIDVALIDITY, as restoring a backup does. Dovecot makes it from the clock's seconds."""
    before = uidvalidity(dovecot, user)
    wait_for("the clock is past the old UIDVALIDITY", lambda: time.time() > before + 1)
    for path in (dovecot.mail / user).iterdir():
        if path.is_file() and path.name.startswith("dovecot") and path.name != "dovecot.mailbox.log":
            path.unlink()
    assert uidvalidity(dovecot, user) != before


def test_uidvalidity_change_judges_nothing_twice(triaged, dovecot, user):
    triaged.once()
    dovecot.deliver(user, *(sample(KO_QUESTION) for _ in range(25)))
    dovecot.deliver(user, sample(EN_LEGAL))
    triaged.once()
    assert dovecot.count(user, "Drafts") == 1
    renumber(dovecot, user)
    dovecot.deliver(user, sample(KO_LEGAL))
    triaged.once()
    assert dovecot.count(user, "Drafts") == 2
    assert dovecot.count(user, "INBOX") == 25
    triaged.start()
    assert account(triaged, user)["folders"][0]["problem"] == ""
    triaged.stop()


def test_unrecognisable_folder_is_parked_and_resumed(triaged, dovecot, user):
    triaged.once()
    dovecot.deliver(user, *(sample(KO_QUESTION) for _ in range(25)))
    triaged.once()
    renumber(dovecot, user)
    with dovecot.client(user) as client:
        client.select("INBOX")
        client.uid("store", "1:*", "+FLAGS", "\\Deleted")
        client.expunge()
    dovecot.deliver(user, *(sample(EN_LEGAL) for _ in range(30)))
    triaged.once()
    assert dovecot.count(user, "Drafts") == 0, "mail that may be old must not be answered"
    triaged.start()
    wait_for("the folder is parked", lambda: "UIDVALIDITY" in account(triaged, user)["folders"][0]["problem"])
    triaged.ctl("account", "resume", user, "INBOX")
    wait_for("it is read again", lambda: account(triaged, user)["folders"][0]["problem"] == "")
    dovecot.deliver(user, sample(KO_LEGAL))
    wait_for("new mail is answered", lambda: dovecot.count(user, "Drafts") == 1)
    triaged.stop()


def test_server_restart_is_survived(make_triaged, workplace, authority, user):
    server = Dovecot(workplace / (user + "-r"), authority).start()
    try:
        daemon = make_triaged([user], server=server, name=user + "-t")
        daemon.start()
        wait_for("watched", lambda: account(daemon, user)["state"] == "watching")
        server.stop()
        wait_for("the loss is noticed", lambda: account(daemon, user)["error"])
        server.start()
        server.deliver(user, sample(EN_LEGAL))
        wait_for("a draft after coming back", lambda: server.count(user, "Drafts") == 1, 40)
        daemon.stop()
    finally:
        server.stop()


def test_mail_of_25_megabytes(triaged, dovecot, user):
    triaged.once()
    big = (b"From: Big <big@customer.example>\nSubject: photos\nMessage-ID: <big@customer.example>\nMIME-Version: 1.0\n"
           b"Content-Type: multipart/mixed; boundary=bb\n\n--bb\nContent-Type: text/plain\n\n"
           b"Refund me by Friday or I will sue you.\n--bb\nContent-Type: image/jpeg\nContent-Transfer-Encoding: base64\n\n" +
           (b"QUJD" * 19 + b"\n") * (25 * 1024 * 1024 // 77) + b"--bb--\n")
    dovecot.deliver(user, big)
    triaged.once()
    assert dovecot.count(user, "Drafts") == 1
    assert dovecot.count(user, "INBOX") == 0


def mounted(path, size):
    path.mkdir(parents=True)
    return subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=700", "tmpfs", str(path)],
                          capture_output=True).returncode == 0


def test_full_disk_stops_all_action_until_there_is_room(make_triaged, dovecot, user):
    daemon = make_triaged([user])
    if not mounted(daemon.state, "1m"):
        pytest.skip("mounting a small file system is not allowed here")
    try:
        daemon.once()
        ballast = daemon.state / "ballast"
        try:
            with open(ballast, "wb", buffering=0) as f:
                while f.write(b"x" * 4096):
                    pass
        except OSError:
            pass
        dovecot.deliver(user, *(sample(EN_LEGAL, sender=f"c{i}@customer.example") for i in range(40)))
        result = daemon.once(check=False)
        assert result.returncode == 1 and "room" in result.stderr
        assert dovecot.count(user, "Drafts") == 0
        assert dovecot.count(user, "INBOX") == 40
        ballast.unlink()
        subprocess.run(["mount", "-o", "remount,size=64m", str(daemon.state)], check=True)
        daemon.once()
        assert dovecot.count(user, "Drafts") == 40
        assert dovecot.count(user, "INBOX") == 0
    finally:
        daemon.kill()
        subprocess.run(["umount", str(daemon.state)], check=True)


def test_second_daemon_on_the_same_store_is_refused(triaged, user):
    triaged.start()
    second = triaged.once(check=False)
    assert second.returncode == 1
    assert str(triaged.state) in second.stderr
    triaged.stop()


def test_stop_is_quick_while_connecting_to_a_silent_server(make_triaged, user):
    import socket
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        daemon = make_triaged([user])
        port = silent.getsockname()[1]
        daemon.config.write_text(daemon.config.read_text().replace(f"port: {daemon.dovecot.imaps_port}", f"port: {port}"))
        daemon.start()
        connection, _ = silent.accept()
        assert daemon.stop(seconds=5.0) < 5.0
        connection.close()


def test_reload_keeps_the_old_rules_when_the_new_ones_are_wrong(make_triaged, dovecot, user, workplace):
    rules = workplace / (user + "-rules")
    shutil.copytree(RULES, rules)
    daemon = make_triaged([user], rules=[rules])
    daemon.start()
    before = json.loads(daemon.ctl("status", "--json").stdout)["rules"]
    pack = rules / "en" / "threat-legal.yaml"
    whole = pack.read_text()
    pack.write_text(whole + "\n  - id: broken\n    flag: threat.legal\n    match: ['(']\n")
    refused = daemon.ctl("reload", check=False)
    assert refused.returncode == 1
    assert (refused.stderr + refused.stdout).count("threat-legal.yaml") == 1, "said once"
    after = json.loads(daemon.ctl("status", "--json").stdout)["rules"]
    assert after["hash"] == before["hash"] and after["reload_error"]

    pack.write_text("pack: en-threat\nrules: []\n")
    for other in [*rules.glob("ko/*.yaml"), *rules.glob("en/*.yaml")]:
        if other != pack:
            other.unlink()
    (rules / "derived.yaml").unlink(missing_ok=True)
    assert daemon.ctl("reload", check=False).returncode == 1
    assert json.loads(daemon.ctl("status", "--json").stdout)["rules"]["hash"] == before["hash"]
    assert daemon.ctl("reload", "--yes").returncode == 0
    assert json.loads(daemon.ctl("status", "--json").stdout)["rules"]["count"] < before["count"] / 2
    daemon.stop()
