"""Every action and condition of the policy, and the drafts, as a real server and an independent mail parser see them."""

import base64
import email
import email.header
import email.policy
import email.utils
import hashlib
import hmac
import http.server
import json
import socketserver
import ssl
import threading
from contextlib import contextmanager

import pytest

from mails import (AUTO_REPLY, EN_ABUSE, EN_LEGAL, EN_PUBLICITY, EN_QUESTION, KO_ABUSE, KO_COMPENSATION, KO_LEGAL,
                   KO_QUESTION, KO_VIOLENCE, bounce, mail, sample)
from servers import RULES, Dovecot, OpenSMTPD, wait_for

KO_SUE = dict(KO_LEGAL, body=KO_LEGAL["body"] + "환불해 주지 않으면 고소하겠습니다.\n")

SEVERITY = """
severity:
  - critical: threat.violence
  - high: threat
  - normal: abuse or demand
  - low: signal
"""


@pytest.fixture
def with_policy(make_triaged, workplace, user):
    """Makes a daemon whose policy is the one given; templates: {"en/name": text}, laid over the shipped ones."""
    def make(rules, templates=None, **settings):
        own = workplace / (user + "-rules")
        own.mkdir(exist_ok=True)
        (own / "policy.yaml").write_text(SEVERITY + "rules:\n" + rules)
        for name, text in (templates or {}).items():
            path = own / "templates" / (name + ".txt")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return make_triaged([user], rules=[RULES, own], **settings)
    return make


def judged(daemon, dovecot, user, *mails):
    """Delivers after the account was seen once, so that the mails are new, and deals with them."""
    daemon.once()
    dovecot.deliver(user, *mails)
    return daemon.once()


@contextmanager
def running(daemon):
    daemon.start()
    try:
        yield daemon
    finally:
        daemon.stop()


def parsed(raw):
    return email.message_from_bytes(raw, policy=email.policy.default)


def only_draft(dovecot, user, folder="Drafts"):
    (_, flags, raw), = dovecot.messages(user, folder)
    assert {"\\Draft", "\\Seen"} <= flags
    return parsed(raw)


# The mailbox

def test_keyword_flag_copies_and_move(with_policy, dovecot, user):
    daemon = with_policy("""
  - name: everything
    if: {flags: threat.legal}
    do:
      - move: Sorted/Law
      - keyword: $TriageThreat
      - copy: Archive/One
      - flag
      - copy: 보관함/둘
      - keyword: Second
      - keyword: $TriageThreat
      - move: Sorted/Never
""")
    original = sample(KO_SUE, headers=[("X-Shop", "20931")])
    judged(daemon, dovecot, user, original, sample(KO_QUESTION))
    (_, flags, raw), = dovecot.messages(user, "Sorted/Law")
    assert flags - {"\\Recent"} == {"\\Flagged", "$TriageThreat", "Second"}
    assert parsed(raw)["X-Shop"] == "20931"
    for folder in ("Archive/One", "보관함/둘"):
        (_, flags, copied), = dovecot.messages(user, folder)
        assert copied == raw and "\\Seen" not in flags
    assert dovecot.count(user, "Sorted/Never") == 0
    (_, flags, raw), = dovecot.messages(user, "INBOX")
    assert flags <= {"\\Recent"}, "the question fits no rule"
    daemon.once()
    assert [dovecot.count(user, f) for f in ("Sorted/Law", "Archive/One", "보관함/둘", "Drafts")] == [1, 1, 1, 0]


def test_stop_ends_the_list_and_the_first_draft_and_move_win(with_policy, dovecot, user):
    daemon = with_policy("""
  - {name: first, if: {flags: threat}, do: [{move: A}, {draft: legal}, {keyword: one}]}
  - {name: second, if: {flags: threat}, do: [{move: B}, {draft: refund}, {keyword: two}], stop: true}
  - {name: third, do: [{keyword: three}, {copy: C}]}
""")
    judged(daemon, dovecot, user, sample(EN_LEGAL), sample(EN_QUESTION))
    (_, flags, _), = dovecot.messages(user, "A")
    assert flags - {"\\Recent"} == {"one", "two"}
    (_, flags, _), = dovecot.messages(user, "INBOX")
    assert flags - {"\\Recent"} == {"three"}
    assert "template=legal" in only_draft(dovecot, user)["X-Triaged-Draft"]
    assert dovecot.count(user, "B") == 0 and dovecot.count(user, "C") == 1


# The owner

AGENTS = """
agents:
  - {name: jiwon, display: 김지원, address: jiwon@%(user)s.example, role: senior}
  - {name: sam, display: Sam Park, role: agent}
"""


def test_assign_gives_the_case_an_owner_who_stays(with_policy, dovecot, user):
    daemon = with_policy("""
  - {name: korean, if: {flags: threat, language: ko}, do: [{assign: jiwon}, {draft: legal}]}
  - {name: others, if: {flags: threat or demand}, do: [{assign: sam}, {draft: legal}]}
""", head=AGENTS % {"user": user})
    judged(daemon, dovecot, user, sample(KO_LEGAL, message_id="<k1@customer.example>"), sample(EN_LEGAL))
    with running(daemon):
        cases = {c["customer"]: c for c in json.loads(daemon.ctl("queue", "--json").stdout)["cases"]}
        assert cases["seojun@customer.example"]["owner"] == "jiwon"
        assert cases["jane@customer.example"]["owner"] == "sam"
        number = cases["seojun@customer.example"]["id"]
        dovecot.deliver(user, sample(EN_LEGAL, sender="박서준 <seojun@customer.example>", references=["<k1@customer.example>"]))
        wait_for("the case goes on", lambda: '"messages":2' in daemon.ctl("case", "show", "--json", number).stdout)
        page = json.loads(daemon.ctl("case", "show", "--json", number).stdout)
        assert page["owner"] == "jiwon", "an owner is not replaced by a rule"
        shown = daemon.ctl("case", "show", number).stdout
        assert "jiwon" in shown and "korean" in shown
        assert "jiwon" in daemon.ctl("queue").stdout
    bodies = {d["To"].addresses[0].addr_spec + d["X-Triaged-Draft"]: d.get_content() for d in
              (parsed(raw) for _, _, raw in dovecot.messages(user, "Drafts"))}
    assert any("김지원" in body for to, body in bodies.items() if to.startswith("seojun"))
    assert any("Sam Park" in body for to, body in bodies.items() if to.startswith("jane"))


# Notices

class StubSmtp(socketserver.ThreadingTCPServer):
    """SMTP as far as a fault needs it: `fault` is None, "refuse" (550 to RCPT), "later" (451) or "gone" (closes after the dot)."""
    daemon_threads = True
    allow_reuse_address = True

    class Session(socketserver.StreamRequestHandler):
        def say(self, line):
            self.wfile.write(line.encode() + b"\r\n")

        def handle(self):
            server = self.server
            server.sessions += 1
            self.say("220 stub")
            while line := self.rfile.readline():
                verb = line.split()[0].upper() if line.split() else b""
                if verb in (b"EHLO", b"HELO", b"MAIL", b"RSET", b"NOOP"):
                    self.say("250 well")
                elif verb == b"RCPT":
                    server.receivers.append(line.decode().strip())
                    self.say({"refuse": "550 5.1.1 no such person", "later": "451 4.3.0 later"}.get(server.fault, "250 well"))
                elif verb == b"DATA":
                    self.say("354 go on")
                    data = b""
                    while (line := self.rfile.readline()) not in (b".\r\n", b""):
                        data += line
                    server.mails.append(data)
                    if server.fault == "gone":
                        return
                    self.say("250 taken")
                elif verb == b"QUIT":
                    self.say("221 bye")
                    return
                else:
                    self.say("502 no")

    def __init__(self):
        super().__init__(("127.0.0.1", 0), StubSmtp.Session)
        self.fault, self.sessions, self.mails, self.receivers = None, 0, [], []
        self.port = self.server_address[1]


@pytest.fixture
def smtp():
    with StubSmtp() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def smtp_head(user, port):
    return AGENTS % {"user": user} + f"smtp: {{url: 'smtp://127.0.0.1:{port}', from: triaged@{user}.example}}\n"


NOTIFY = "  - {name: tell, if: {flags: threat}, do: [{notify: jiwon}, {draft: legal}]}\n"


def test_notice_arrives_through_a_real_mail_server(with_policy, dovecot, user, workplace):
    if not OpenSMTPD.usable():
        pytest.skip("OpenSMTPD needs root and the package opensmtpd")
    server = OpenSMTPD(workplace / (user + "-smtpd"), dovecot.lmtp_port).start()
    try:
        daemon = with_policy(NOTIFY, head=smtp_head(user, server.port))
        judged(daemon, dovecot, user, sample(KO_SUE))
        box = f"jiwon@{user}.example"
        wait_for("the notice", lambda: dovecot.count(box, "INBOX") == 1)
        (_, _, raw), = dovecot.messages(box, "INBOX")
        notice = parsed(raw)
        assert notice["To"] == box and notice["From"].addresses[0].addr_spec == f"triaged@{user}.example"
        assert notice["Auto-Submitted"] == "auto-generated"
        body = notice.get_content()
        assert "C1" in notice["Subject"] and "threat.legal" in notice["Subject"]
        assert "seojun@customer.example" in body and "환불 문의" in body and "triagectl case show C1" in body
        assert "공기청정기" not in body, "the mail's text stays in the mailbox"
        daemon.once()
        assert dovecot.count(box, "INBOX") == 1
    finally:
        server.stop()


def troubled(daemon):
    return json.loads(daemon.ctl("status", "--json").stdout)["attention"]["troubled"]


@pytest.mark.parametrize("fault,state,said", [("refuse", "failed", "550"), ("gone", "unknown", "may have been delivered")])
def test_notice_that_fails_is_shown_and_never_sent_twice(with_policy, dovecot, user, smtp, fault, state, said):
    smtp.fault = fault
    daemon = with_policy(NOTIFY, head=smtp_head(user, smtp.port))
    judged(daemon, dovecot, user, sample(EN_LEGAL))
    sessions, mails = smtp.sessions, len(smtp.mails)
    assert sessions == 1
    smtp.fault = None
    for _ in range(2):          # twice, each a restart
        with running(daemon):
            entry, = troubled(daemon)
            assert entry["kind"] == "notify" and entry["state"] == state and entry["case"] == "C1"
            assert said in entry["error"]
            shown = daemon.ctl("status").stdout
            assert "needs a person" in shown and f"jiwon@{user}.example" in shown and "C1" in shown
            assert entry["error"] in daemon.ctl("case", "show", "C1").stdout
        daemon.once()
    assert smtp.sessions == sessions and len(smtp.mails) == mails
    assert dovecot.count(user, "Drafts") == 1, "the draft does not wait for the notice"


def test_notice_put_off_by_the_server_is_tried_again(with_policy, dovecot, user, smtp):
    smtp.fault = "later"
    daemon = with_policy(NOTIFY, head=smtp_head(user, smtp.port))
    judged(daemon, dovecot, user, sample(EN_LEGAL))
    assert smtp.sessions == 1 and smtp.mails == []
    smtp.fault = None
    daemon.once()
    assert len(smtp.mails) == 1
    with running(daemon):
        assert troubled(daemon) == []


def test_nothing_but_notices_leaves_by_smtp(with_policy, dovecot, user, smtp):
    daemon = with_policy(NOTIFY + "  - {name: rest, if: {severity: low+}, do: [{draft: acknowledge}]}\n",
                         head=smtp_head(user, smtp.port))
    judged(daemon, dovecot, user, sample(KO_ABUSE), sample(EN_ABUSE), sample(KO_COMPENSATION), sample(EN_QUESTION), bounce())
    assert dovecot.count(user, "Drafts") == 3
    assert smtp.sessions == 0
    dovecot.deliver(user, sample(EN_LEGAL))
    daemon.once()
    assert smtp.receivers == [f"RCPT TO:<jiwon@{user}.example>"]


# Webhooks

class Receiver(http.server.ThreadingHTTPServer):
    """HTTPS with the test's certificate; answers[] are the statuses to come, then 200."""
    daemon_threads = True

    class Session(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.server.requests.append((self.path, dict(self.headers), body))
            self.send_response(self.server.answers.pop(0) if self.server.answers else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    def __init__(self, authority):
        super().__init__(("127.0.0.1", 0), Receiver.Session)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(authority.cert, authority.key)
        self.socket = context.wrap_socket(self.socket, server_side=True)
        self.requests, self.answers = [], []
        self.url = f"https://localhost:{self.server_address[1]}/hook?desk=1"


@pytest.fixture
def receiver(authority):
    with Receiver(authority) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


HOOK = "  - {name: call, if: {flags: threat}, do: [{webhook: desk}, {keyword: called}]}\n"


def webhook_head(receiver, authority, workplace, user):
    secret = workplace / (user + "-secret")
    secret.write_text("schlüssel-9\n")
    return f"webhooks:\n  - {{name: desk, url: '{receiver.url}', ca_file: {authority.ca}, secret_file: {secret}}}\n"


def test_webhook_body_key_and_signature(with_policy, dovecot, user, receiver, authority, workplace):
    daemon = with_policy(HOOK, head=webhook_head(receiver, authority, workplace, user))
    judged(daemon, dovecot, user, sample(KO_SUE, message_id="<hook@customer.example>"), sample(EN_QUESTION))
    (path, headers, body), = receiver.requests
    assert path == "/hook?desk=1"
    assert headers["Content-Type"] == "application/json"
    assert headers["X-Triaged-Signature"] == "sha256=" + hmac.new("schlüssel-9".encode(), body, hashlib.sha256).hexdigest()
    event = json.loads(body)
    assert event["event"] == "mail.judged" and event["case"] == "C1" and event["account"] == user
    assert event["message_id"] == "<hook@customer.example>" and event["from"] == "seojun@customer.example"
    assert event["severity"] == "high" and "threat.legal" in event["flags"] and event["subject"].startswith("환불 문의")
    assert "공기청정기" not in body.decode(), "the mail's text is not handed out"
    daemon.once()
    assert len(receiver.requests) == 1


@pytest.mark.parametrize("status", [500, 429])
def test_webhook_is_repeated_with_the_same_key_until_it_is_taken(with_policy, dovecot, user, receiver, authority, workplace,
                                                                 status):
    receiver.answers = [status]
    daemon = with_policy(HOOK, head=webhook_head(receiver, authority, workplace, user))
    judged(daemon, dovecot, user, sample(KO_LEGAL), sample(EN_LEGAL))
    failed = receiver.requests[0][1]["Idempotency-Key"]
    with running(daemon):
        wait_for("both are taken", lambda: len(receiver.requests) == 3)
        assert troubled(daemon) == []
    sent = {}
    for _, headers, body in receiver.requests:
        sent.setdefault(headers["Idempotency-Key"], []).append(body)
    assert len(sent) == 2, "one key a mail"
    assert len(sent.pop(failed)) == 2 and len(sent.popitem()[1]) == 1
    assert receiver.requests[0][2] in [body for _, headers, body in receiver.requests[1:] if headers["Idempotency-Key"] == failed]


def test_webhook_that_is_refused_is_given_up_and_shown(with_policy, dovecot, user, receiver, authority, workplace):
    receiver.answers = [410]
    daemon = with_policy(HOOK, head=webhook_head(receiver, authority, workplace, user))
    judged(daemon, dovecot, user, sample(KO_LEGAL))
    daemon.once()
    assert len(receiver.requests) == 1
    with running(daemon):
        entry, = troubled(daemon)
        assert entry["kind"] == "webhook" and entry["state"] == "failed" and "410" in entry["error"]
        assert "webhook desk" in daemon.ctl("status").stdout
    assert len(receiver.requests) == 1


def test_webhook_of_an_unknown_authority_gets_nothing(with_policy, dovecot, user, receiver, authority, workplace):
    head = webhook_head(receiver, authority, workplace, user).replace(f"ca_file: {authority.ca}, ", "")
    daemon = with_policy(HOOK, head=head)
    judged(daemon, dovecot, user, sample(KO_LEGAL))
    assert receiver.requests == []
    with running(daemon):
        wait_for("the case tells", lambda: "certificate" in daemon.ctl("case", "show", "C1").stdout)


# Conditions

CONDITIONS = {
    "f-legal": "{flags: threat.legal}",
    "f-family": "{flags: threat}",
    "f-logic": "{flags: (threat or abuse) and not demand}",
    "s-high": "{severity: high}",
    "s-normal-up": "{severity: normal+}",
    "s-list": "{severity: [none, critical]}",
    "l-ko": "{language: ko}",
    "l-en-und": "{language: [en, und]}",
    "a-true": "{automatic: true}",
    "a-false": "{automatic: false}",
    "a-kinds": "{automatic: [bounce, list]}",
    "acc-this": "{account: %(user)s}",
    "acc-other": "{account: %(user)sb}",
    "c-known": "{customer: known}",
    "c-first": "{customer: first-time}",
    "case-known": "{case: known}",
    "case-new": "{case: new}",
    "undetermined": "{undetermined: true}",
    "duplicate": "{duplicate: true}",
    "all-of": "{flags: threat, language: en, customer: first-time, automatic: no}",
}


def test_conditions(with_policy, make_triaged, dovecot, user, workplace):
    rules = "".join(f"  - {{name: {name}, if: {text % {'user': user}}, do: [{{keyword: {name}}}]}}\n"
                    for name, text in CONDITIONS.items())
    with_policy(rules)
    daemon = make_triaged([user, user + "b"], rules=[RULES, workplace / (user + "-rules")], head="message_max: 64K\n",
                          account_extra="    language: ko\n")
    twice = sample(EN_LEGAL, subject="twice", sender="Twin <twin@customer.example>")
    person = {"a-false", "acc-this", "case-new"}
    sent = [
        ("threat", sample(EN_LEGAL, subject="threat", message_id="<t@customer.example>"),
         person | {"f-legal", "f-family", "s-high", "s-normal-up", "l-en-und", "c-first", "all-of"}),
        ("again", sample(EN_LEGAL, subject="again", references=["<t@customer.example>"]),
         (person | {"f-legal", "f-family", "s-high", "s-normal-up", "l-en-und", "c-known", "case-known"}) - {"case-new"}),
        ("violence", sample(KO_VIOLENCE, subject="violence"),
         person | {"f-family", "f-logic", "s-normal-up", "s-list", "l-ko", "c-first"}),
        ("abuse", sample(KO_ABUSE, subject="abuse"), person | {"f-logic", "s-normal-up", "l-ko", "c-first"}),
        ("question", sample(KO_QUESTION, subject="배송"), person | {"s-list", "l-ko", "c-first"}),
        ("numbers", mail("20931 20932\n", subject="12", sender="n@customer.example"), person | {"s-list", "l-en-und", "c-first"}),
        ("auto", sample(AUTO_REPLY, subject="부재중"), None),
        ("list", sample(EN_QUESTION, subject="list", sender="l@customer.example", headers=[("List-Id", "<l.example>")]),
         {"a-true", "a-kinds", "acc-this", "case-new", "c-first", "s-list", "l-en-und"}),
        ("big", mail("nothing to see here\n" * 8000, subject="big", sender="big@customer.example"), None),
        ("twice", twice, person | {"f-legal", "f-family", "s-high", "s-normal-up", "l-en-und", "c-first", "all-of"}),
        ("second", twice, None),
    ]
    daemon.once()
    for _, data, _ in sent:
        dovecot.deliver(user, data)
    dovecot.deliver(user + "b", sample(EN_QUESTION))
    daemon.once()
    found = [flags - {"\\Recent"} for _, flags, _ in dovecot.messages(user, "INBOX")]
    for (name, _, expected), keywords in zip(sent, found):
        if expected is not None:
            assert keywords == expected, name
    by_name = {name: keywords for (name, _, _), keywords in zip(sent, found)}
    assert {"a-true", "acc-this", "c-known"} <= by_name["auto"] and not by_name["auto"] & {"a-kinds", "a-false"}
    assert "undetermined" in by_name["big"] and not any("undetermined" in k for n, k in by_name.items() if n != "big")
    assert "duplicate" in by_name["second"] and not any("duplicate" in k for n, k in by_name.items() if n != "second")
    (_, flags, _), = dovecot.messages(user + "b", "INBOX")
    assert "acc-other" in flags and "acc-this" not in flags


# Drafts

ANSWER = "  - {name: answer, if: {automatic: false}, do: [{draft: plain}]}\n"
PLAIN = {"en/plain": "Subject: Re: {{subject}}\n\n{{salutation}},\n\nwe read it.\n\n{{signature}}\n",
         "ko/plain": "Subject: Re: {{subject}}\n\n{{salutation}}, 안녕하십니까.\n\n읽었습니다.\n\n{{signature}}\n"}
FIELDS = {"From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "X-Triaged-Draft", "MIME-Version",
          "Content-Type", "Content-Transfer-Encoding"}


def test_draft_is_threaded(with_policy, dovecot, user):
    chain = [f"<m{i}@customer.example>" for i in range(30)]
    long_id = "<" + "x" * 120 + "@customer.example>"
    daemon = with_policy(ANSWER, PLAIN)
    judged(daemon, dovecot, user,
           sample(EN_QUESTION, subject="RE: Re[2]: 답장: FW: your kettle", references=chain, message_id=long_id),
           sample(KO_QUESTION, subject="회신: Re: 머그컵", message_id="<ko@customer.example>"),
           sample(EN_QUESTION, subject="", message_id="<empty@customer.example>"),
           sample(EN_QUESTION, subject="No id", message_id=""))
    found = {d["Subject"]: d for d in (parsed(raw) for _, _, raw in dovecot.messages(user, "Drafts"))}
    draft = found["Re: FW: your kettle"]
    references = draft["References"].split()
    assert draft["In-Reply-To"].strip() == long_id and references[-1] == long_id
    assert references[0] == chain[0] and references[1:-1] == chain[-(len(references) - 2):] and len(references) <= 21
    assert found["Re: 머그컵"]["References"] == "<ko@customer.example>"
    assert found["Re: your message"]["In-Reply-To"] == "<empty@customer.example>"
    assert found["Re: No id"]["In-Reply-To"] is None and found["Re: No id"]["References"] is None
    assert len({d["Message-ID"] for d in found.values()}) == 4


def test_draft_goes_to_the_reply_address(with_policy, dovecot, user):
    daemon = with_policy(ANSWER, PLAIN)
    judged(daemon, dovecot, user,
           sample(EN_QUESTION, subject="other", headers=[("Reply-To", "Home <home@private.example>")]),
           sample(EN_QUESTION, subject="ours", sender="Web Form <form@shop.example>",
                  headers=[("Reply-To", f"help@{user}.example, real@customer.example")]),
           sample(EN_QUESTION, subject="nobody", sender=f"Form <help@{user}.example>"))
    to = {d["Subject"]: [a.addr_spec for a in d["To"].addresses] for d in
          (parsed(raw) for _, _, raw in dovecot.messages(user, "Drafts"))}
    assert to == {"Re: other": ["home@private.example"], "Re: ours": ["real@customer.example"]}


def word(text, encoding="B"):
    if encoding == "B":
        return "=?UTF-8?B?" + base64.b64encode(text.encode()).decode() + "?="
    return "=?UTF-8?Q?" + "".join(f"={b:02X}" for b in text.encode()) + "?="


HOSTILE = [
    # name, From display, Subject as written in the header; expected display, expected subject
    ("line breaks", word("Eve\r\nBcc: victim@example.org"), word("hello\r\nBcc: victim@example.org\r\n\r\nbody"),
     None, "Re: hello Bcc: victim@example.org body"),
    ("bare line feeds", word("Eve\nX-Evil: 1", "Q"), word("one\ntwo\rthree\vfour\x00", "Q"), None, "Re: one two three four\ufffd"),
    ("right to left", word("‮gnp.exe‬ Kim"), word("‮txt.exe⁦abc⁩"), "gnp.exe Kim", "Re: txt.exeabc"),
    ("encoded words inside", word("=?UTF-8?Q?=0D=0ABcc:_x@example.org?="), word("=?UTF-8?Q?=0D=0ABcc:_x@example.org?= end"),
     None, "Re: =?UTF-8?Q?=0D=0ABcc:_x@example.org?= end"),
    ("specials", '"Smith; \\"Bob\\", <b@evil.example> (x)"', 'a "quoted" <b@evil.example>, \\ (comment)',
     None, 'Re: a "quoted" <b@evil.example>, \\ (comment)'),
    ("ten kilobytes", word("김" * 100), " ".join(["long"] * 2500), None, None),
    ("ten kilobytes, one word", "x" * 2000, "y" * 10000, None, None),
    ("emoji", word("👩‍👩‍👧 가족"), word("🎉" * 60), None, None),
]


def displayed(raw, field):
    """The display name, read as RFC 2047 says: the newer parser keeps the white space between encoded words of a phrase."""
    value = email.message_from_bytes(raw)[field]
    name, _ = email.utils.parseaddr(value.replace("\r\n", ""))
    return str(email.header.make_header(email.header.decode_header(name)))


@pytest.mark.parametrize("name,display,subject,expected_display,expected_subject", HOSTILE, ids=[h[0] for h in HOSTILE])
def test_hostile_headers_stay_values(with_policy, dovecot, user, name, display, subject, expected_display, expected_subject):
    raw = (f"From: {display}\n <eve@customer.example>\nTo: help@shop.example\nSubject: {subject}\n"
           "Message-ID: <evil@customer.example>\nDate: Mon, 02 Nov 2026 10:00:00 +0900\n"
           "Content-Type: text/plain; charset=utf-8\n\n안녕하세요. 배송 문의입니다.\n.\n\nFrom nobody\n").encode()
    daemon = with_policy(ANSWER, PLAIN)
    judged(daemon, dovecot, user, raw)
    draft = only_draft(dovecot, user)
    assert sorted(draft.keys()) == sorted(FIELDS), "each field once, none besides"
    assert not draft.defects
    receiver, = draft["To"].addresses
    assert receiver.addr_spec == "eve@customer.example"
    (_, _, stored), = dovecot.messages(user, "Drafts")
    shown = displayed(stored, "To")
    if expected_display is not None:
        assert shown == expected_display
    assert not any(c in shown for c in "\r\n\u202e\u2066") and len(shown) <= 64
    if expected_subject is not None:
        assert draft["Subject"] == expected_subject
    assert draft["Subject"].startswith("Re: ") and len(draft["Subject"]) <= 400
    assert max(len(line) for line in stored.split(b"\r\n")) <= 78
    body = draft.get_content()
    assert "> 안녕하세요. 배송 문의입니다.\n> .\n>\n> From nobody\n" in body.replace("\r\n", "\n")
    assert "victim" not in body and "evil.example" not in body


def test_draft_speaks_the_customers_language_and_quotes_new_words_only(with_policy, dovecot, user):
    korean = sample(KO_LEGAL, body=KO_LEGAL["body"] + "\n2026년 11월 1일 (일) 오전 9:00, 행복상점 <help@shop.example>님이 작성:\n"
                    "> 지난번 답변입니다.\n> 죄송합니다.\n")
    daemon = with_policy(ANSWER, PLAIN)
    judged(daemon, dovecot, user, korean, sample(EN_LEGAL))
    found = {d["To"].addresses[0].addr_spec: d for d in (parsed(raw) for _, _, raw in dovecot.messages(user, "Drafts"))}
    body = found["seojun@customer.example"].get_content()
    assert "박서준 고객님" in body and "읽었습니다" in body and "> 세 번이나 전화했는데" in body
    assert "님이 작성:" in body and "지난번 답변입니다" not in body
    body = found["jane@customer.example"].get_content()
    assert "Dear Jane Doe" in body and "we read it" in body and "> the kettle you sent leaks" in body
    assert "Jane Doe wrote:" in body
    assert found["jane@customer.example"]["From"].addresses[0].display_name == "행복상점 고객지원"


def test_own_template_replaces_the_shipped_one_of_its_language(with_policy, dovecot, user):
    daemon = with_policy("  - {name: answer, if: {flags: threat}, do: [{draft: legal}]}\n",
                         {"en/legal": "Subject: Re: {{subject}} [{{case}}]\n\nOur own words for {{customer.name}}."
                                      "{{#threat.legal}} LEGAL{{/threat.legal}}{{^abuse}} POLITE{{/abuse}}\n"})
    judged(daemon, dovecot, user, sample(EN_LEGAL), sample(KO_LEGAL))
    found = {d["To"].addresses[0].addr_spec: d for d in (parsed(raw) for _, _, raw in dovecot.messages(user, "Drafts"))}
    assert found["jane@customer.example"]["Subject"] == "Re: Order 5521, still broken [C1]"
    assert found["jane@customer.example"].get_content().startswith("Our own words for Jane Doe. LEGAL POLITE")
    korean = found["seojun@customer.example"].get_content()
    assert "Our own words" not in korean and "C2" in korean


def test_configured_drafts_folder(with_policy, dovecot, user):
    daemon = with_policy(ANSWER, PLAIN, account_extra="    drafts: 초안/상담\n")
    judged(daemon, dovecot, user, sample(EN_PUBLICITY))
    assert dovecot.count(user, "Drafts") == 0
    only_draft(dovecot, user, "초안/상담")


def test_special_use_drafts_folder_under_another_name(with_policy, workplace, authority, user):
    server = Dovecot(workplace / (user + "-d"), authority)
    server.config.write_text(server.config.read_text().replace("mailbox Drafts {", 'mailbox "임시 보관함" {'))
    server.start()
    try:
        daemon = with_policy(ANSWER, PLAIN, server=server, name=user + "-t")
        judged(daemon, server, user, sample(EN_PUBLICITY))
        only_draft(server, user, "임시 보관함")
        assert server.count(user, "Drafts") == 0
    finally:
        server.stop()
