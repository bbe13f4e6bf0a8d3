"""A complaint's life: what the customer writes, what an agent does in the mail client and by triagectl, what triaged lays out.

For the tests of the practice and for make demo.
"""

import email
import email.policy
import email.utils
import imaplib
import json
import time

from mails import mail
from servers import wait_for

AGENTS = """
agents:
  - {name: kim, display: 김민지, address: kim@shop.example, superior: lead}
  - {name: senior, display: 한도윤, address: senior@shop.example, role: senior}
  - {name: lead, display: 이서준, address: lead@shop.example, role: lead}
  - {name: root, display: 김지원, address: jiwon@shop.example, role: lead, authority: ['₩50,000', '$50']}
colleagues: [works.example]
"""
FOLDERS = """    sent: Sent
    solved: Triage/Solved
    not_a_threat: Triage/Not-a-threat
    mine: {Triage/Kim: kim}
    poll: 5
"""


def parsed(raw):
    return email.message_from_bytes(raw, policy=email.policy.default)


class Life:
    """One customer's complaint in one mailbox of a running daemon."""

    def __init__(self, daemon, dovecot, user, customer="박서준 <seojun@customer.example>"):
        self.daemon, self.dovecot, self.user, self.customer = daemon, dovecot, user, customer
        self.address = email.utils.parseaddr(customer)[1]

    def start(self):
        self.daemon.start()
        wait_for("the mailbox is watched", lambda: '"watching"' in self.daemon.ctl("status", "--json").stdout)
        return self

    # What the customer does.

    def writes(self, body, subject="환불 문의 (주문 20931)", answering=None, **more):
        """A mail of the customer's; answering: a mail of ours. Returns the number of the case when it is judged."""
        references = [answering["Message-ID"]] if answering is not None else more.pop("references", None)
        subject = "Re: " + subject if references else subject
        data = mail(body, subject=subject, sender=more.pop("sender", self.customer), references=references, **more)
        self.dovecot.deliver(self.user, data)
        wanted = parsed(data)["Message-ID"]
        return wait_for("the mail is judged", lambda: self.case_of(wanted))

    def case_of(self, message_id):
        for case in self.queue():
            if any(m["message_id"] == message_id for m in self.page(case["id"])["mails"]):
                return case["id"]
        return None

    # What there is to see.

    def queue(self):
        return json.loads(self.daemon.ctl("queue", "--json").stdout)["cases"]

    def page(self, case):
        return json.loads(self.daemon.ctl("case", "show", "--json", case).stdout)

    def kinds(self, case):
        return [e["kind"] for e in self.page(case)["events"]]

    def events(self, case, kind):
        return [e for e in self.page(case)["events"] if e["kind"] == kind]

    def happens(self, case, kind, count=1, seconds=20):
        wait_for(f"{kind} in {case}", lambda: self.kinds(case).count(kind) >= count, seconds)
        return self.events(case, kind)[-1]

    def card(self):
        return json.loads(self.daemon.ctl("customer", "show", "--json", self.address).stdout)

    def drafts(self, template=None):
        found = [parsed(raw) for _, _, raw in self.dovecot.messages(self.user, "Drafts")]
        return [m for m in found if not template or f"template={template}" in m.get("X-Triaged-Draft", "")]

    def has_draft(self, template):
        """The newest draft from that template, when it lies there."""
        wait_for(f"a draft from {template}", lambda: self.drafts(template))
        return self.drafts(template)[-1]

    # What an agent does.

    def says(self, *words):
        answer = self.daemon.ctl("case", *words, check=False)
        assert answer.returncode == 0, answer.stderr
        return answer.stdout

    def refused(self, *words):
        answer = self.daemon.ctl("case", *words, check=False)
        assert answer.returncode in (1, 2) and not answer.stdout, (answer.returncode, answer.stdout)
        return answer.stderr

    def asks_for_draft(self, case, *template):
        """The draft that comes when one is asked for, and the template it is from."""
        before = len(self.drafts())
        said = self.says("draft", case, *template)
        wait_for("the draft", lambda: len(self.drafts()) == before + 1)
        return self.drafts()[-1], said.split("from the template ")[1].split()[0]

    def sends(self, case, draft=None, text=None, sender="kim@shop.example", to=None, edit=None):
        """Sends a draft as it is or edited, or a mail of the agent's own: it appears in Sent, as mail programs do it."""
        before = len(self.page(case)["mails"])
        if draft is not None and not edit:
            data = draft.as_bytes()
        else:
            first = [m for m in self.page(case)["mails"] if not m["outgoing"]][-1]
            data = mail(edit(draft.get_content()) if edit else text, subject="Re: " + (first["subject"] or "-"), sender=sender,
                        to=to or first["from"], references=[first["message_id"]])
        with self.dovecot.client(self.user) as client:
            client.create("Sent")
            assert client.append("Sent", None, imaplib.Time2Internaldate(time.time()), data)[0] == "OK"
        wait_for("it is noticed in Sent", lambda: len(self.page(case)["mails"]) > before)
        return parsed(data)

    def moves(self, source, target):
        wait_for(f"a mail in {source}", lambda: self.dovecot.count(self.user, source))
        with self.dovecot.client(self.user) as client:
            client.create(target)
            assert client.select(source)[0] == "OK" and client.uid("move", "1:*", target)[0] == "OK"
