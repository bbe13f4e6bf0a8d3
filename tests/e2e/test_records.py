"""What is kept of people and mails: exported whole with its mails, checked, forgotten on request and by age."""

import hashlib
import json
import subprocess

from mails import KO_ABUSE, KO_LEGAL, sample
from servers import wait_for
from test_steer import complaint, kinds, only_case, said, show

FILES = ["SHA256SUMS", "case.json", "events.ndjson", "mails", "manifest.json", "timeline.html", "timeline.txt"]


def verify(daemon, folder):
    return subprocess.run([daemon.build / "triagectl", "case", "verify", folder], capture_output=True, text=True, timeout=60)


def export(daemon, case, folder, *words):
    return daemon.ctl("case", "export", case, str(folder), "--config", str(daemon.config), *words, check=False)


def test_the_record_is_exported_with_its_mails_and_every_byte_is_checked(triaged, dovecot, user, tmp_path):
    case = complaint(triaged, dovecot, user)
    wait_for("it was moved", lambda: dovecot.count(user, "Triage/Threats") == 1)
    said(triaged, "note", case, "<b>the parcel</b> was found & opened")
    folder = tmp_path / "record"
    result = export(triaged, case, folder, "--reason", "for the lawyer")
    assert result.returncode == 0 and str(folder) in result.stdout, result.stderr
    assert sorted(p.name for p in folder.iterdir()) == FILES
    manifest = json.loads((folder / "manifest.json").read_text())
    raw = (folder / "mails" / "0001.eml").read_bytes()
    (_, flags, there), = dovecot.messages(user, "Triage/Threats")
    assert raw == there and "\\Seen" not in flags, "as it lies there, and not read"
    mail = manifest["mails"][0]
    assert hashlib.sha256(raw).hexdigest() == mail["digest"] and mail["state"] == "as judged"
    assert "&lt;b&gt;the parcel&lt;/b&gt; was found &amp; opened" in (folder / "timeline.html").read_text()
    assert verify(triaged, folder).returncode == 0 and f"the record of {case} is whole" in verify(triaged, folder).stdout
    assert "exists" in export(triaged, case, folder).stderr
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        whole = path.read_bytes()
        for broken in (whole[:-1], whole[:10] + bytes([whole[10] ^ 1]) + whole[11:], b""):
            path.write_bytes(broken)
            assert verify(triaged, folder).returncode == 1, path.name
        path.unlink()
        assert verify(triaged, folder).returncode != 0, path.name
        path.write_bytes(whole)
    assert verify(triaged, folder).returncode == 0


def test_a_mail_that_is_gone_is_said(triaged, dovecot, user, tmp_path):
    case = complaint(triaged, dovecot, user)
    wait_for("it was moved", lambda: dovecot.count(user, "Triage/Threats") == 1)
    with dovecot.client(user) as client:
        client.select("Triage/Threats")
        client.uid("store", "1:*", "+FLAGS", "\\Deleted")
        client.expunge()
    result = export(triaged, case, tmp_path / "record")
    assert result.returncode == 1 and "the manifest says which" in result.stderr
    assert json.loads((tmp_path / "record" / "manifest.json").read_text())["mails"][0]["state"] == "gone"
    assert verify(triaged, tmp_path / "record").returncode == 0
    assert export(triaged, case, tmp_path / "without", "--no-mails").returncode == 0
    assert not (tmp_path / "without" / "mails").exists()
    dovecot_down = triaged.config.read_text().replace(f"port: {dovecot.imaps_port}", "port: 9")
    (tmp_path / "other.yaml").write_text(dovecot_down)
    result = triaged.ctl("case", "export", case, str(tmp_path / "none"), "--config", str(tmp_path / "other.yaml"), check=False)
    assert result.returncode == 1 and "--no-mails" in result.stderr and not (tmp_path / "none").exists()


def test_abuse_stays_hidden_in_the_timeline_of_an_export(triaged, dovecot, user, tmp_path):
    triaged.start()
    dovecot.deliver(user, sample(KO_ABUSE, subject="씨발 장난하냐"))
    wait_for("its draft", lambda: dovecot.count(user, "Drafts") == 1)
    case = only_case(triaged)["id"]
    wait_for("all is done", lambda: all(e["state"] == "done" for e in show(triaged, case)["outbox"]))
    assert export(triaged, case, tmp_path / "record").returncode == 0
    for name in ("timeline.txt", "timeline.html"):
        assert "씨발" not in (tmp_path / "record" / name).read_text()


def test_a_customer_is_forgotten_and_the_chain_still_holds(triaged, dovecot, user, tmp_path):
    case = complaint(triaged, dovecot, user)
    said(triaged, "note", case, "called seojun@customer.example at home")
    address = "seojun@customer.example"
    assert "is open" in triaged.ctl("customer", "forget", address, "--reason", "asked for it", check=False).stderr
    said(triaged, "solve", case)
    before = len(show(triaged, case)["events"])
    answer = triaged.ctl("customer", "forget", address, "--reason", "asked for it").stdout
    assert "is forgotten: 1 case of theirs" in answer and "the mailbox was not touched" in answer
    page = show(triaged, case)
    assert page["record_sound"] and page["forgotten"] and len(page["events"]) == before + 1
    text = json.dumps(page, ensure_ascii=False)
    for words in ("seojun", "박서준", "환불", "at home", "소비자원"):
        assert words not in text
    assert page["events"][-1]["kind"] == "forgotten" and page["events"][-1]["data"]["reason"] == "asked for it"
    assert triaged.ctl("customer", "show", address, check=False).returncode == 1
    raw = b"".join(p.read_bytes() for p in triaged.state.rglob("*") if p.is_file())
    triaged.stop()
    triaged.start()
    assert show(triaged, case)["record_sound"] and len(raw) > 0
    assert "the records say nothing of" in triaged.ctl("customer", "forget", address, "--reason", "again").stdout
    assert export(triaged, case, tmp_path / "record", "--no-mails").returncode == 0
    assert verify(triaged, tmp_path / "record").returncode == 0
    # A new mail begins anew.
    dovecot.deliver(user, sample(KO_LEGAL))
    wait_for("a new case", lambda: json.loads(triaged.ctl("queue", "--json").stdout)["cases"])
    assert only_case(triaged)["id"] != case


def test_what_is_old_is_forgotten_by_itself(make_timed, clock, dovecot, user):
    daemon = make_timed([user], head="retention: {solved: 90d}\n")
    case = complaint(daemon, dovecot, user)
    said(daemon, "solve", case)
    # A clock that jumps by months may be wrong: a person has a day to set it right.
    clock.move(days=91)
    wait_for("the jump is said", lambda: "the clock went forward" in daemon.log.read_text())
    assert "forgotten" not in kinds(daemon, case)
    clock.move(days=1, minutes=1)
    wait_for("it is forgotten", lambda: "forgotten" in kinds(daemon, case))
    page = show(daemon, case)
    assert page["record_sound"] and not page["customer"] and page["events"][-1]["actor"] == "triaged"
