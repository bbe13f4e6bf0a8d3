"""What is kept of people and mails: exported whole with its mails, checked, forgotten on request and by age."""

import hashlib
import json
import shutil
import subprocess

from mails import KO_ABUSE, KO_LEGAL, KO_QUESTION, mail, sample
from servers import wait_for
from test_steer import complaint, kinds, only_case, refused, said, show

FILES = ["SHA256SUMS", "case.json", "events.ndjson", "mails", "manifest.json", "timeline.html", "timeline.txt"]
SEOJUN = "seojun@customer.example"


def verify(daemon, folder):
    return subprocess.run([daemon.build / "triagectl", "case", "verify", folder], capture_output=True, text=True, timeout=60)


def export(daemon, case, folder, *words):
    return daemon.ctl("case", "export", case, str(folder), "--config", str(daemon.config), *words, check=False)


def manifest(folder):
    return json.loads((folder / "manifest.json").read_text())


def settled(daemon):
    """Nothing is planned any more."""
    status = json.loads(daemon.ctl("status", "--json").stdout)
    return not status["attention"]["waiting"]


def store_holds(daemon, *words):
    """What of the words is found in what the daemon tells of anything."""
    told = [daemon.ctl("queue", "--json").stdout, daemon.ctl("status", "--json").stdout]
    for number in range(1, 8):
        answer = daemon.ctl("case", "show", "--unmask", "--json", f"C{number}", check=False)
        told.append(answer.stdout)
        told.append(json.dumps(daemon.api("GET", f"/v1/cases/C{number}/events"), ensure_ascii=False))
    return [w for w in words if any(w in t for t in told)]


def forget(daemon, address, *words):
    return daemon.ctl("customer", "forget", address, *words, check=False)


def test_the_record_is_exported_with_its_mails_and_every_byte_is_checked(triaged, dovecot, user, tmp_path):
    case = complaint(triaged, dovecot, user)
    wait_for("it was moved", lambda: dovecot.count(user, "Triage/Threats") == 1)
    said(triaged, "note", case, "<b>the parcel</b> was found & opened")
    folder = tmp_path / "record"
    result = export(triaged, case, folder, "--reason", "for the lawyer")
    assert result.returncode == 0 and str(folder) in result.stdout, result.stderr
    assert sorted(p.name for p in folder.iterdir()) == FILES
    listed = json.loads((folder / "manifest.json").read_text())
    raw = (folder / "mails" / "0001.eml").read_bytes()
    (_, flags, there), = dovecot.messages(user, "Triage/Threats")
    assert raw == there and "\\Seen" not in flags, "as it lies there, and not read"
    first = listed["mails"][0]
    assert hashlib.sha256(raw).hexdigest() == first["digest"] and first["state"] == "as judged"
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


def test_a_changed_mail_is_found_though_all_sums_are_made_anew(triaged, dovecot, user, tmp_path):
    case = complaint(triaged, dovecot, user)
    wait_for("it was moved", lambda: dovecot.count(user, "Triage/Threats") == 1)
    folder = tmp_path / "record"
    assert export(triaged, case, folder).returncode == 0
    event = next(json.loads(line) for line in (folder / "events.ndjson").read_text().splitlines() if '"kind":"mail"' in line)
    assert event["data"]["digest"] == manifest(folder)["mails"][0]["digest"], "the chain vouches for the mail"
    assert subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=folder, capture_output=True).returncode == 0
    (folder / "note.txt").write_text("put in")
    assert "note.txt was not exported" in verify(triaged, folder).stderr
    (folder / "note.txt").unlink()
    path = folder / "mails/0001.eml"
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b"Subject", b"subject"))
    old, new = hashlib.sha256(whole).hexdigest(), hashlib.sha256(path.read_bytes()).hexdigest()
    listed = (folder / "manifest.json").read_text().replace(old, new)
    (folder / "manifest.json").write_text(listed)
    lines = [line for line in (folder / "SHA256SUMS").read_text().splitlines() if not line.endswith("manifest.json")]
    lines.append(hashlib.sha256(listed.encode()).hexdigest() + "  manifest.json")
    (folder / "SHA256SUMS").write_text("\n".join(lines).replace(old, new) + "\n")
    assert "is not the one that the events tell of" in verify(triaged, folder).stderr


def test_a_mail_that_moved_is_found_one_that_is_gone_is_said(triaged, dovecot, user, tmp_path):
    case = complaint(triaged, dovecot, user)
    wait_for("it was moved", lambda: dovecot.count(user, "Triage/Threats") == 1)
    first = show(triaged, case)["mails"][0]["message_id"]
    dovecot.deliver(user, sample(KO_LEGAL, references=[first]))
    wait_for("the second mail", lambda: kinds(triaged, case).count("mail") == 2)
    wait_for("it was moved", lambda: dovecot.count(user, "Triage/Threats") == 2)
    wait_for("all is done", lambda: settled(triaged))
    triaged.stop()
    triaged.start()
    with dovecot.client(user) as client:
        client.select("Triage/Threats")
        client.create("Triage/Abuse")
        client.uid("move", "1", "Triage/Abuse")
    folder = tmp_path / "moved"
    result = export(triaged, case, folder)
    assert result.returncode == 0, result.stderr
    one = manifest(folder)["mails"][0]
    assert one["state"] == "as judged" and one["found"]["folder"] == "Triage/Abuse"
    # One is deleted; the other is replaced by one with the same Message-ID.
    (_, _, raw), = dovecot.messages(user, "Triage/Abuse")
    with dovecot.client(user) as client:
        for name in ("Triage/Abuse", "Triage/Threats"):
            client.select(name)
            client.store("1:*", "+FLAGS", "\\Deleted")
            client.expunge()
        client.append("Triage/Abuse", None, None, raw.replace(b"Subject", b"SUBJECT"))
    folder = tmp_path / "gone"
    result = export(triaged, case, folder)
    assert result.returncode == 1 and "2 of 2 mails" in result.stderr and "gone" in result.stderr
    states = [m["state"] for m in manifest(folder)["mails"]]
    assert states == ["differs from what was judged", "gone"]
    assert "gone" in (folder / "timeline.txt").read_text() and (folder / "mails/0001.eml").exists()
    check = verify(triaged, folder)
    assert check.returncode == 0 and "2 are not in it as judged" in check.stdout


def test_without_a_mailbox_it_says_what_to_do(triaged, dovecot, user, tmp_path):
    case = complaint(triaged, dovecot, user)
    said_so = refused(triaged, "export", case, str(tmp_path / "a"))
    assert "--config" in said_so and "--no-mails" in said_so and not (tmp_path / "a").exists()
    config = tmp_path / "other.yaml"
    config.write_text(triaged.config.read_text().replace(f"port: {dovecot.imaps_port}", "port: 1"))
    answer = triaged.ctl("case", "export", case, str(tmp_path / "b"), "--config", str(config), check=False)
    assert answer.returncode == 1 and "--no-mails" in answer.stderr and "account test" in answer.stderr
    assert not (tmp_path / "b").exists() and "unmasked" not in kinds(triaged, case)
    said(triaged, "export", case, str(tmp_path / "c"), "--no-mails")
    assert manifest(tmp_path / "c")["mails"][0]["state"] == "left out" and not (tmp_path / "c/mails").exists()
    assert verify(triaged, tmp_path / "c").returncode == 0


def test_a_mail_larger_than_is_read_is_compared_as_far_as_it_was(make_triaged, dovecot, user, tmp_path):
    daemon = make_triaged([user], head="message_max: 64K\n")
    daemon.start()
    wait_for("the account is watched", lambda: '"watching"' in daemon.ctl("status", "--json").stdout)
    dovecot.deliver(user, mail(KO_LEGAL["body"] + "가나다라 마바사\n" * 20000, subject=KO_LEGAL["subject"], sender=KO_LEGAL["sender"]))
    wait_for("its case", lambda: json.loads(daemon.ctl("queue", "--json").stdout)["cases"])
    folder = tmp_path / "record"
    result = export(daemon, only_case(daemon)["id"], folder)
    assert result.returncode == 0, result.stderr
    entry, = manifest(folder)["mails"]
    assert entry["state"] == "as judged" and entry["cut"] == 65536 < entry["bytes"] and entry["sha256"] != entry["digest"]
    assert verify(daemon, folder).returncode == 0


def test_what_we_answered_is_exported_too(make_triaged, dovecot, user, tmp_path):
    daemon = make_triaged([user], account_extra="    sent: Sent\n    poll: 5\n")
    case = complaint(daemon, dovecot, user)
    first = show(daemon, case)["mails"][0]["message_id"]
    answer = mail("오늘 안에 다시 연락드리겠습니다.", subject="Re: 환불 문의 (주문 20931)", sender=f"행복상점 <help@{user}.example>", to=SEOJUN,
                  references=[first])
    with dovecot.client(user) as client:
        client.append("Sent", "(\\Seen)", None, answer.replace(b"\n", b"\r\n"))
    wait_for("it is noticed", lambda: "sent" in kinds(daemon, case))
    wait_for("it was moved", lambda: dovecot.count(user, "Triage/Threats") == 1)
    folder = tmp_path / "record"
    result = export(daemon, case, folder)
    assert result.returncode == 0, result.stderr
    assert [m["state"] for m in manifest(folder)["mails"]] == ["as judged"] * 2
    assert (folder / "mails/0002.eml").read_bytes() == answer.replace(b"\n", b"\r\n")
    assert verify(daemon, folder).returncode == 0
    assert forget(daemon, SEOJUN, "--reason", "asked", "--yes").returncode == 0
    assert store_holds(daemon, SEOJUN, "20931") == []


def test_a_customer_is_forgotten_and_begins_anew(triaged, dovecot, user, tmp_path):
    case = complaint(triaged, dovecot, user)
    said(triaged, "note", case, "the parcel was found")
    said(triaged, "promise", case, "새 제품 발송", "--until", "+3d")
    first = show(triaged, case)["mails"][0]["message_id"]
    dovecot.deliver(user, sample(KO_QUESTION, sender=f"박서준 <{SEOJUN}>"), sample(KO_LEGAL, sender="다른이 <other@customer.example>"))
    wait_for("two cases", lambda: len(json.loads(triaged.ctl("queue", "--json").stdout)["cases"]) == 2)
    wait_for("two drafts", lambda: dovecot.count(user, "Drafts") == 2)
    wait_for("all is done", lambda: settled(triaged))
    before = show(triaged, case)
    mails = dovecot.count(user, "Triage/Threats"), dovecot.count(user, "INBOX"), dovecot.count(user, "Drafts")

    assert forget(triaged, SEOJUN).returncode == 2, "a reason is needed"
    answer = forget(triaged, SEOJUN, "--reason", "asked by mail")
    assert answer.returncode == 1 and f"{case} of {SEOJUN} is open" in answer.stderr and "--yes" in answer.stderr
    said(triaged, "hold", case, "--until", "+2h", "--reason", "the lawyer reads it")
    assert "is on hold" in forget(triaged, SEOJUN, "--reason", "asked by mail").stderr
    assert "is one of ours" in forget(triaged, f"help@{user}.example", "--reason", "x", "--yes").stderr
    assert "is no address" in forget(triaged, "seojun", "--reason", "x", "--yes").stderr
    answer = forget(triaged, SEOJUN.upper(), "--reason", "asked by mail", "--yes")
    assert answer.returncode == 0 and "1 case of theirs" in answer.stdout and "mailbox was not touched" in answer.stdout, answer.stderr

    page = show(triaged, case)
    assert page["record_sound"] and page["forgotten"] and page["customer"] == page["subject"] == "" and page["mails"] == []
    assert page["severity"] == before["severity"] and page["flags"] == before["flags"] and page["messages"] == before["messages"]
    stone = next(e for e in page["events"] if e["kind"] == "forgotten")
    assert stone["data"]["reason"] == "asked by mail" and stone["actor"] not in ("", "triaged")
    assert all(e["erased"] for e in page["events"] if e["number"] < stone["number"])
    words = [SEOJUN, "박서준", "20931", "the parcel", "새 제품", first, "the lawyer reads"]
    assert store_holds(triaged, *[w for w in words if w != "20931"]) == []
    assert triaged.ctl("customer", "show", SEOJUN, check=False).returncode == 1
    assert "(erased)" in triaged.ctl("case", "show", case).stdout
    assert "was erased" in refused(triaged, "note", case, "more")
    assert (dovecot.count(user, "Triage/Threats"), dovecot.count(user, "INBOX"), dovecot.count(user, "Drafts")) == mails
    assert "say nothing" in forget(triaged, SEOJUN, "--reason", "again").stdout
    # The other's case of the same subject is as it was.
    other, = json.loads(triaged.ctl("queue", "--json").stdout)["cases"]
    assert other["customer"] == "other@customer.example" and show(triaged, other["id"])["record_sound"]

    # What is left is exported and checked.
    folder = tmp_path / "record"
    assert export(triaged, case, folder).returncode == 0
    check = verify(triaged, folder)
    assert check.returncode == 0 and "were erased" in check.stdout
    events = (folder / "events.ndjson").read_text()
    (folder / "events.ndjson").write_text(events.replace('"kind":"opened"', '"kind":"closed"', 1))
    assert "the chain breaks" in verify(triaged, folder).stderr

    # After a restart the mail that lies there is not taken for new; the next one is.
    triaged.stop()
    triaged.start()
    dovecot.deliver(user, sample(KO_LEGAL, references=[first]))
    wait_for("a new case", lambda: len(json.loads(triaged.ctl("queue", "--json").stdout)["cases"]) == 2)
    new = next(c for c in json.loads(triaged.ctl("queue", "--json").stdout)["cases"] if c["id"] != other["id"])
    assert new["customer"] == SEOJUN and new["id"] != case and new["messages"] == 1
    card = json.loads(triaged.ctl("customer", "show", "--json", SEOJUN).stdout)
    assert (card["cases"], card["mails"]) == (1, 1)


def test_a_mail_of_a_forgotten_customer_is_not_judged_again_when_it_moves(triaged, dovecot, user):
    case = complaint(triaged, dovecot, user)
    wait_for("it was moved", lambda: dovecot.count(user, "Triage/Threats") == 1)
    wait_for("all is done", lambda: settled(triaged))
    assert forget(triaged, SEOJUN, "--reason", "asked", "--yes").returncode == 0
    with dovecot.client(user) as client:
        client.select("Triage/Threats")
        client.uid("move", "1:*", "INBOX")
    dovecot.deliver(user, sample(KO_LEGAL, sender="other@customer.example"))
    wait_for("the other's case", lambda: len(json.loads(triaged.ctl("queue", "--json").stdout)["cases"]) == 1)
    assert only_case(triaged)["customer"] == "other@customer.example"
    assert show(triaged, case)["record_sound"]


def test_a_participant_is_erased_from_the_case_of_somebody_else(triaged, dovecot, user):
    triaged.start()
    wait_for("the account is watched", lambda: '"watching"' in triaged.ctl("status", "--json").stdout)
    dovecot.deliver(user, sample(KO_LEGAL, headers=[("Reply-To", "Anna <anna@customer.example>")]))
    wait_for("its draft", lambda: dovecot.count(user, "Drafts") == 1)
    case = only_case(triaged)["id"]
    first = show(triaged, case)["mails"][0]["message_id"]
    dovecot.deliver(user, mail("내용증명을 보내겠습니다. 환불해 주세요.", subject="Re: 비밀 이야기", sender="Anna <anna@customer.example>", references=[first]))
    wait_for("it joined", lambda: kinds(triaged, case).count("mail") == 2)
    wait_for("all is done", lambda: settled(triaged))
    said(triaged, "note", case, "anna@customer.example called")
    answer = forget(triaged, "anna@customer.example", "--reason", "asked")
    assert answer.returncode == 0 and "1 of others" in answer.stdout, answer.stderr + answer.stdout
    page = show(triaged, case)
    assert page["record_sound"] and page["customer"] == SEOJUN and page["participants"] == [SEOJUN] and not page["forgotten"]
    assert len(page["mails"]) == 1 and store_holds(triaged, "anna@", "비밀 이야기") == []
    assert [e["kind"] for e in page["events"] if not e["erased"]][0] == "opened"


def test_solved_cases_are_forgotten_when_they_are_old(make_timed, clock, dovecot, user):
    daemon = make_timed([user], head="retention: {solved: 3y, messages: 1y}\n")
    case = complaint(daemon, dovecot, user)
    dovecot.deliver(user, sample(KO_LEGAL, sender="other@customer.example"))
    wait_for("two cases", lambda: len(json.loads(daemon.ctl("queue", "--json").stdout)["cases"]) == 2)
    dovecot.deliver(user, sample(KO_QUESTION, sender="minji@customer.example"))
    wait_for("all is done", lambda: settled(daemon) and dovecot.count(user, "Drafts") == 2)
    wait_for("the question is known", lambda: daemon.ctl("customer", "show", "minji@customer.example", check=False).returncode == 0)
    said(daemon, "solve", case)
    opened = only_case(daemon)["id"]

    # The clock jumps by four years, or triaged did not run so long: nothing is forgotten for a day, restarts or not.
    clock.move(days=4 * 365)
    waits = "nothing is forgotten for a day"        # said once by each daemon that finds it so
    wait_for("it is said", lambda: daemon.log.read_text().count(waits) == 1)
    clock.move(hours=12)
    daemon.stop()
    daemon.start()
    wait_for("the new one has looked, too", lambda: daemon.log.read_text().count(waits) == 2)
    assert show(daemon, case)["customer"] == SEOJUN
    # It is still so after a day: what is old goes, what is open stays.
    clock.move(hours=13)
    wait_for("it is forgotten", lambda: show(daemon, case)["forgotten"])
    page = show(daemon, case)
    assert page["customer"] == "" and page["record_sound"]
    stone = next(e for e in page["events"] if e["kind"] == "forgotten")
    assert stone["actor"] == "triaged" and stone["data"]["cause"] == "retention"
    wait_for("its events are erased", lambda: store_holds(daemon, SEOJUN) == [])
    assert show(daemon, opened)["customer"] == "other@customer.example"
    assert daemon.ctl("customer", "show", SEOJUN, check=False).returncode == 1
    assert "1 solved cases" in daemon.log.read_text()


def test_forgetting_goes_on_after_kill_at_every_step(make_triaged, dovecot, hooked, user):
    """Killed before and after each commit: what is left is done at the next start, and the record is sound all along."""
    done = False
    for step in range(1, 40):
        box = f"{user}s{step}"
        daemon = make_triaged([box])
        daemon.once()
        dovecot.deliver(box, sample(KO_LEGAL))
        daemon.once()
        daemon.start(hooks=hooked, TRIAGED_CRASH_AT=str(step), wait=False)
        wait_for("it answers or died", lambda: daemon.process.poll() is not None or daemon.socket.exists())
        answer = forget(daemon, SEOJUN, "--reason", "asked", "--yes")
        done = answer.returncode == 0
        daemon.kill()
        daemon.socket.unlink(missing_ok=True)
        daemon.start()
        page = show(daemon, "C1")
        assert page["record_sound"], step
        if not done:
            # It went on by itself if it was written down; saying it again does no harm.
            assert forget(daemon, SEOJUN, "--reason", "asked", "--yes").returncode == 0
        page = show(daemon, "C1")
        assert page["record_sound"] and page["customer"] == "", step
        assert sum(e["kind"] == "forgotten" for e in page["events"]) == 1, step
        assert store_holds(daemon, SEOJUN, "박서준") == [], step
        daemon.stop()
        shutil.rmtree(daemon.state)
        if done:
            assert step > 4, "several commits were cut short"
            return
    assert done, "it never came to its end"


def test_a_merged_case_is_exported_checked_and_forgotten(triaged, dovecot, user, tmp_path):
    case = complaint(triaged, dovecot, user)
    dovecot.deliver(user, sample(KO_LEGAL, sender=f"박서준 <{SEOJUN}>", subject="다른 주문 20932"))
    wait_for("two cases", lambda: len(json.loads(triaged.ctl("queue", "--json").stdout)["cases"]) == 2)
    wait_for("two drafts", lambda: dovecot.count(user, "Drafts") == 2)
    wait_for("all is done", lambda: settled(triaged))
    other = next(c["id"] for c in json.loads(triaged.ctl("queue", "--json").stdout)["cases"] if c["id"] != case)
    said(triaged, "merge", case, other, "--reason", "one matter")
    for name, mails in ((case, 2), (other, 1)):
        result = export(triaged, name, tmp_path / name)
        assert result.returncode == 0, result.stderr
        assert len(manifest(tmp_path / name)["mails"]) == mails
        check = verify(triaged, tmp_path / name)
        assert check.returncode == 0, check.stderr
    assert forget(triaged, SEOJUN, "--reason", "asked", "--yes").returncode == 0
    for name in (case, other):
        page = show(triaged, name)
        assert page["record_sound"] and page["forgotten"] and page["mails"] == []
    assert store_holds(triaged, SEOJUN, "박서준", "다른 주문") == []
