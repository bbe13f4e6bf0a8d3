"""How a mail joins its case by other ways than references: colleagues, our token in the subject, Gmail's conversations."""

import json
import re
import socketserver
import subprocess
import threading

import pytest

from mails import EN_LEGAL, sample
from servers import wait_for
from test_actions import judged, running
from test_steer import drafts, kinds, refused, said, show

ANN = "Ann Lee <ann@acme.example>"
BEN = "Ben Park <ben@acme.example>"


def cases(daemon):
    return {c["id"]: c["messages"] for c in json.loads(daemon.ctl("queue", "--json").stdout)["cases"]}


def first_mail(daemon, dovecot, user, sender=ANN):
    judged(daemon, dovecot, user, sample(EN_LEGAL, sender=sender, message_id="<first@acme.example>"))


def test_a_colleague_joins_only_after_the_case_allows_it(triaged, dovecot, user):
    first_mail(triaged, dovecot, user)
    judged(triaged, dovecot, user, sample(EN_LEGAL, sender=BEN, references=["<first@acme.example>"], message_id="<b1@acme.example>"))
    with running(triaged):
        assert cases(triaged) == {"C1": 1, "C2": 1} and show(triaged, "C2")["linked"] == "C1"
        assert "whoever writes from acme.example may join" in said(triaged, "allow-colleagues", "C1", "--reason", "their purchasing dept.")
        event = show(triaged, "C1")["events"][-1]
        assert event["kind"] == "colleagues" and event["data"] == {"allowed": "yes", "domain": "acme.example", "reason": "their purchasing dept."}
        assert "already" in refused(triaged, "allow-colleagues", "C1")
        assert "neither yes nor no" in refused(triaged, "allow-colleagues", "C1", "perhaps")
        dovecot.deliver(user, sample(EN_LEGAL, sender=BEN, references=["<first@acme.example>"], message_id="<b2@acme.example>"))
        wait_for("it joins", lambda: cases(triaged).get("C1") == 2)
        page = show(triaged, "C1")
        assert page["mails"][1]["joined"] == "in-reply-to, colleague"
        assert "answers a mail of the case; its writer is a colleague of the customer's" in triaged.ctl("case", "show", "C1").stdout
        assert "opened the case" in triaged.ctl("case", "show", "C1").stdout
        # Who works elsewhere does not.
        dovecot.deliver(user, sample(EN_LEGAL, sender="eve@acme.example.evil", references=["<first@acme.example>"]))
        wait_for("a case of their own", lambda: cases(triaged).get("C3") == 1)
        assert "only its participants" in said(triaged, "allow-colleagues", "C1", "no")
        dovecot.deliver(user, sample(EN_LEGAL, sender="Carl <carl@acme.example>", references=["<first@acme.example>"]))
        wait_for("not any more", lambda: cases(triaged).get("C4") == 1)
        assert show(triaged, "C1")["record_sound"]


@pytest.mark.parametrize("domain", ["gmail.com", "naver.com", "daum.net", "Outlook.com"])
def test_neighbours_at_a_public_provider_are_no_colleagues(triaged, dovecot, user, domain):
    first_mail(triaged, dovecot, user, sender=f"ann@{domain}")
    with running(triaged):
        why = refused(triaged, "allow-colleagues", "C1")
        assert f"anybody can have an address at {domain.lower()}" in why and "Cc" in why
        assert "colleagues" not in kinds(triaged, "C1")


def token(dovecot, user):
    found = re.search(r"\[C1-[a-z2-9]{6}\]$", drafts(dovecot, user)[0]["Subject"])
    assert found, drafts(dovecot, user)[0]["Subject"]
    return found.group(0)


@pytest.fixture
def with_token(make_triaged, dovecot, user):
    daemon = make_triaged([user], account_extra="    subject_token: true\n")
    first_mail(daemon, dovecot, user)
    return daemon


def test_the_token_in_the_subject_leads_back_to_its_case(with_token, dovecot, user):
    ours = token(dovecot, user)
    # A mailer that keeps nothing but the subject, and a customer who writes before it.
    judged(with_token, dovecot, user, sample(EN_LEGAL, sender=ANN, subject=f"your letter, re order {ours}"))
    assert [m["Subject"].count("[C1-") for m in drafts(dovecot, user)] == [1, 1], "it does not pile up"
    assert drafts(dovecot, user)[1]["Subject"].endswith(ours) and ours not in drafts(dovecot, user)[1].get_content().split(">")[0]
    # Whoever else got hold of it is no participant for that.
    judged(with_token, dovecot, user, sample(EN_LEGAL, sender="eve@other.example", subject=f"Fwd: {ours}"))
    with running(with_token):
        assert cases(with_token) == {"C1": 2, "C2": 1}
        assert show(with_token, "C1")["mails"][1]["joined"] == "subject-token"
        assert "has the case's token in its subject" in with_token.ctl("case", "show", "C1").stdout
        assert show(with_token, "C2")["linked"] == "C1" and "token-ignored" not in kinds(with_token, "C2")


def test_the_token_of_a_merged_case_leads_to_where_it_went(with_token, dovecot, user):
    ours = token(dovecot, user)
    judged(with_token, dovecot, user, sample(EN_LEGAL, sender=ANN, subject="another matter"))
    with running(with_token):
        said(with_token, "merge", "C2", "C1", "--reason", "one order")
    judged(with_token, dovecot, user, sample(EN_LEGAL, sender=ANN, subject=f"the first once more {ours}"))
    with running(with_token):
        assert cases(with_token) == {"C2": 3} and show(with_token, "C1")["state"] == "solved"


def test_a_forged_token_is_ignored_and_that_is_said(with_token, dovecot, user):
    ours = token(dovecot, user)
    forged = ours[:-2] + ("a" if ours[-2] != "a" else "b") + "]"
    judged(with_token, dovecot, user, sample(EN_LEGAL, sender=ANN, subject=f"another matter {forged}"),
           sample(EN_LEGAL, sender="eve@other.example", subject="x [C99-222222]"))
    with running(with_token):
        assert cases(with_token) == {"C1": 1, "C2": 1, "C3": 1}
        for case, words in (("C2", forged), ("C3", "[C99-222222]")):
            event = next(e for e in show(with_token, case)["events"] if e["kind"] == "token-ignored")
            assert event["data"]["token"] == words and show(with_token, case)["linked"] is None


def test_without_the_setting_subjects_have_no_token(triaged, dovecot, user):
    first_mail(triaged, dovecot, user)
    assert "[C1" not in drafts(dovecot, user)[0]["Subject"]
    judged(triaged, dovecot, user, sample(EN_LEGAL, sender=ANN, subject="ticket [C99-222222]"))
    with running(triaged):
        assert "token-ignored" not in kinds(triaged, "C2")


# Gmail

class Gmail(socketserver.ThreadingTCPServer):
    """As much of an IMAP server as triaged needs, with X-GM-EXT-1: mails are (conversation, bytes), in one INBOX without IDLE."""
    daemon_threads = True
    allow_reuse_address = True

    class Session(socketserver.StreamRequestHandler):
        def say(self, text):
            self.wfile.write(text.encode() + b"\r\n")

        def rows(self, what):
            """The UIDs of a set as "3", "3:9", "3:*"."""
            for part in what.split(","):
                first, _, last = part.partition(":")
                last = last or first
                end = len(self.server.mails) if last == "*" else int(last)
                yield from (u for u in range(int(first), end + 1) if u <= len(self.server.mails))

        def fetch(self, tag, words):
            items = words.partition(" ")[2]
            for uid in self.rows(words.partition(" ")[0]):
                conversation, raw = self.server.mails[uid - 1]
                if "BODY.PEEK[]" in items:
                    found = re.search(r"<(\d+)\.(\d+)>", items)
                    part = raw[int(found[1]):int(found[1]) + int(found[2])] if found else raw
                    mark = f"<{found[1]}>" if found else ""
                    self.wfile.write(f"* {uid} FETCH (UID {uid} BODY[]{mark} {{{len(part)}}}\r\n".encode() + part + b")\r\n")
                elif "RFC822.SIZE" in items:
                    assert "X-GM-THRID" in items, items
                    self.say(f'* {uid} FETCH (X-GM-THRID {conversation} UID {uid} RFC822.SIZE {len(raw)} '
                             f'INTERNALDATE "01-Jan-2026 00:00:00 +0000")')
            self.say(f"{tag} OK done")

        def handle(self):
            self.say("* OK IMAP4rev1 ready")
            while line := self.rfile.readline():
                tag, _, rest = line.decode().strip().partition(" ")
                verb = rest.partition(" ")[0].upper()
                if verb == "CAPABILITY":
                    self.say("* CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR UIDPLUS MOVE X-GM-EXT-1")
                elif verb in ("SELECT", "EXAMINE"):
                    self.say(f"* {len(self.server.mails)} EXISTS")
                    self.say("* OK [UIDVALIDITY 7] x")
                    self.say(f"* OK [UIDNEXT {len(self.server.mails) + 1}] x")
                    self.say("* OK [PERMANENTFLAGS (\\Deleted \\Flagged \\*)] x")
                elif verb == "STATUS":
                    self.say(f"* STATUS INBOX (UIDVALIDITY 7 UIDNEXT {len(self.server.mails) + 1} MESSAGES {len(self.server.mails)})")
                elif verb == "LIST":
                    self.say('* LIST (\\HasNoChildren) "/" INBOX')
                elif rest.upper().startswith("UID FETCH"):
                    self.fetch(tag, rest[10:])
                    continue
                elif rest.upper().startswith("UID SEARCH"):
                    self.say("* SEARCH")
                self.say(f"{tag} OK done")
                if verb == "LOGOUT":
                    return

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Gmail.Session)
        self.mails = []


@pytest.fixture
def gmail():
    with Gmail() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_gmails_conversation_joins_like_a_reference(make_triaged, workplace, dovecot, user, gmail):
    own = workplace / (user + "-rules")
    own.mkdir()
    (own / "policy.yaml").write_text("severity:\n  - high: threat\n  - normal: demand\nrules:\n  - {name: n, if: {severity: low+}, do: []}\n")
    daemon = make_triaged([user], rules=["rules", own])
    daemon.config.write_text(re.sub(r"port: \d+\n    tls: \w+\n    ca_file: .*", f"port: {gmail.server_address[1]}\n    tls: none",
                                    daemon.config.read_text()))
    daemon.once()
    gmail.mails += [(1278455344230334865, sample(EN_LEGAL, sender=ANN)),
                    (1278455344230334865, sample(EN_LEGAL, sender=ANN, subject="something else")),
                    (1278455344230334866, sample(EN_LEGAL, sender=ANN, subject="another conversation")),
                    (1278455344230334865, sample(EN_LEGAL, sender="eve@other.example", subject="a stranger in Cc"))]
    daemon.once()
    with running(daemon):
        assert cases(daemon) == {"C1": 2, "C2": 1, "C3": 1}, daemon.log.read_text()
        assert [m["joined"] for m in show(daemon, "C1")["mails"]] == ["new", "gmail-thread"]
        assert "Gmail has it in the case's conversation" in daemon.ctl("case", "show", "C1").stdout
        assert show(daemon, "C3")["linked"] == "C1" and show(daemon, "C2")["linked"] is None


def test_triagectl_thread_reads_gmails_export(build, tmp_path):
    for number, (conversation, sender, subject) in enumerate([
            ("1278455344230334865", ANN, "first"), ("1278455344230334865", ANN, "another subject"),
            ("1278455344230334866", ANN, "elsewhere"), ("1278455344230334865", "eve@other.example", "in Cc"),
            ("99999999999999999999", ANN, "no number"), ("99999999999999999999", ANN, "nor this")]):
        (tmp_path / f"{number}.eml").write_bytes(sample(
            EN_LEGAL, sender=sender, subject=subject, message_id=f"<g{number}@acme.example>", date=1767603600 + number,
            headers=[("X-GM-THRID", conversation)]))
    result = subprocess.run([build / "triagectl", "thread", "--json", tmp_path], capture_output=True, text=True, timeout=60, check=True)
    rows = [(row["case"], row["why"], row["parent"]) for row in map(json.loads, result.stdout.splitlines())]
    assert rows == [("C1", "new", ""), ("C1", "gmail-thread", "<g0@acme.example>"), ("C2", "new", ""),
                    ("C3", "not-a-participant", "<g1@acme.example>"), ("C4", "new", ""), ("C5", "new", "")]
    people = subprocess.run([build / "triagectl", "thread", tmp_path], capture_output=True, text=True, timeout=60, check=True).stdout
    assert "Gmail has it in one conversation with <g0@acme.example>" in people
