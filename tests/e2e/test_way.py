"""The whole way: a mailbox is watched, judged, remembered, routed, and a reply draft lies in Drafts."""

import email
import email.policy
import json
import os
import stat

from mails import (AUTO_REPLY, EN_LEGAL, EN_QUESTION, KO_ABUSE, KO_LEGAL, KO_QUESTION, KO_VIOLENCE, bounce, mail, sample)
from servers import PASSWORD, RULES, wait_for


def parsed(raw):
    return email.message_from_bytes(raw, policy=email.policy.default)


def drafts(dovecot, user):
    return dovecot.messages(user, "Drafts")


def test_threat_that_comes_while_idling_gets_case_folder_and_draft(triaged, dovecot, user):
    triaged.start()
    wait_for("the account is watched", lambda: '"watching"' in triaged.ctl("status", "--json").stdout)
    original = sample(KO_LEGAL, message_id="<angry-1@customer.example>")
    dovecot.deliver(user, original)
    wait_for("a draft", lambda: dovecot.count(user, "Drafts") == 1)
    wait_for("the mail is moved", lambda: dovecot.count(user, "INBOX") == 0)

    (_, flags, raw), = drafts(dovecot, user)
    assert {"\\Draft", "\\Seen"} <= flags
    draft = parsed(raw)
    assert draft["To"].addresses[0].addr_spec == "seojun@customer.example"
    assert draft["From"].addresses[0].addr_spec == f"help@{user}.example"
    assert draft["In-Reply-To"] == "<angry-1@customer.example>"
    assert draft["References"] == "<angry-1@customer.example>"
    assert draft["Subject"].startswith("Re: 환불 문의")
    body = draft.get_content()
    assert "박서준" in body and "> " in body and "공기청정기" in body

    queue = json.loads(triaged.ctl("queue", "--json").stdout)
    case, = queue["cases"]
    assert case["customer"] == "seojun@customer.example"
    assert {"threat.legal", "threat.regulator", "demand.refund"} <= set(case["flags"])
    shown = triaged.ctl("case", "show", case["id"]).stdout
    assert "내용증명" in shown or "소비자원" in shown

    moved = [folder for folder in ("Triage/Threats", "Triage/Urgent") if dovecot.count(user, folder)]
    assert len(moved) == 1
    (_, flags, stored), = dovecot.messages(user, moved[0])
    assert "\\Seen" not in flags
    assert stored.endswith(original.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
    triaged.stop()


def test_ordinary_questions_are_left_alone(triaged, dovecot, user):
    triaged.once()
    dovecot.deliver(user, sample(KO_QUESTION), sample(EN_QUESTION))
    triaged.once()
    assert dovecot.count(user, "INBOX") == 2
    assert drafts(dovecot, user) == []
    for _, flags, _ in dovecot.messages(user, "INBOX"):
        assert flags <= {"\\Recent"}


def test_mail_from_before_the_first_connect_is_never_touched(triaged, dovecot, user):
    dovecot.deliver(user, sample(KO_ABUSE))
    triaged.once()
    triaged.once()
    assert dovecot.count(user, "INBOX") == 1
    assert drafts(dovecot, user) == []


def test_since_takes_waiting_mail_in(make_triaged, dovecot, user):
    dovecot.deliver(user, sample(EN_LEGAL))
    daemon = make_triaged([user], account_extra="    since: 2020-01-01\n")
    daemon.once()
    assert len(drafts(dovecot, user)) == 1


def test_automatic_mail_never_gets_a_draft(triaged, dovecot, user):
    triaged.once()
    dovecot.deliver(user, sample(AUTO_REPLY), bounce(),
                    sample(EN_LEGAL, headers=[("List-Id", "<talk.customer.example>"), ("Precedence", "list")]))
    triaged.once()
    assert drafts(dovecot, user) == []


def test_reply_joins_its_case_and_a_stranger_does_not(triaged, dovecot, user):
    triaged.once()
    dovecot.deliver(user, sample(EN_LEGAL, message_id="<first@customer.example>"))
    triaged.once()
    (_, _, raw), = drafts(dovecot, user)
    ours = parsed(raw)["Message-ID"]
    dovecot.deliver(user, sample(EN_LEGAL, subject="Re: Order 5521", references=["<first@customer.example>", ours],
                                 body="Still waiting. My lawyer will sue you on Monday.\n"))
    dovecot.deliver(user, sample(KO_LEGAL, references=[ours]))
    triaged.once()
    triaged.start()
    cases = {c["customer"]: c for c in json.loads(triaged.ctl("queue", "--json").stdout)["cases"]}
    assert set(cases) == {"jane@customer.example", "seojun@customer.example"}
    jane = json.loads(triaged.ctl("case", "show", "--json", cases["jane@customer.example"]["id"]).stdout)
    assert len([m for m in jane["mails"] if not m.get("outgoing")]) == 2
    triaged.stop()


def test_english_threat_gets_an_english_draft(triaged, dovecot, user):
    triaged.once()
    dovecot.deliver(user, sample(EN_LEGAL))
    triaged.once()
    (_, _, raw), = drafts(dovecot, user)
    body = parsed(raw).get_content()
    assert "Jane Doe" in body and "> " in body
    assert "습니다" not in body


def test_mail_that_the_desk_passes_on_is_the_customers(triaged, dovecot, user):
    triaged.once()
    dovecot.deliver(user, mail(
        "나의 iPhone에서 보냄\n\n---------- Forwarded message ---------\n보낸사람: 오하늘 <haneul@customer.example>\n"
        "Date: 2026년 11월 2일 (월) 오전 9:12\nSubject: 세탁기 환불\nTo: <help@shop.example>\n\n"
        "환불해 주지 않으시면 소비자원에 신고하겠습니다.\n\n오하늘 드림\n",
        subject="Fwd: 세탁기 환불", sender=f"상담실 <help@{user}.example>"))
    triaged.once()
    (_, _, raw), = drafts(dovecot, user)
    draft = parsed(raw)
    assert draft["To"].addresses[0].addr_spec == "haneul@customer.example"
    assert draft["Subject"].startswith("Re: 세탁기 환불")
    assert "오하늘 고객님" in draft.get_content() and "소비자원에 신고" in draft.get_content()
    triaged.start()
    case, = json.loads(triaged.ctl("queue", "--json").stdout)["cases"]
    assert case["customer"] == "haneul@customer.example"
    assert f"passed on by help@{user}.example" in triaged.ctl("case", "show", case["id"]).stdout
    triaged.stop()


def test_odd_mails_end_somewhere(triaged, dovecot, user):
    """Without headers, without Message-ID, with two: each is judged, none is lost, the box goes on."""
    triaged.once()
    two = sample(KO_VIOLENCE, message_id="<one@customer.example>").replace(
        b"Message-ID: <one@customer.example>", b"Message-ID: <one@customer.example>\nMessage-ID: <two@customer.example>")
    nested = b"From: n@customer.example\nMIME-Version: 1.0\n" + b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (i, i) for i in range(1000)) + b"\n\nhello\n"
    dovecot.deliver(user, b"\n\nno headers at all, I will sue you\n", sample(EN_LEGAL, message_id=""), two, nested,
                    sample(EN_LEGAL, sender="Last One <last@customer.example>"))
    triaged.once()
    triaged.start()
    status = json.loads(triaged.ctl("status", "--json").stdout)
    customers = {c["customer"] for c in json.loads(triaged.ctl("queue", "--json").stdout)["cases"]}
    assert {"jane@customer.example", "jh@customer.example", "last@customer.example"} <= customers
    assert status["accounts"][0]["folders"][0]["problem"] == ""
    triaged.stop()


def test_several_accounts_in_one_process(make_triaged, dovecot, user):
    other = user + "b"
    daemon = make_triaged([user, other])
    daemon.once()
    dovecot.deliver(user, sample(KO_LEGAL))
    dovecot.deliver(other, sample(EN_LEGAL))
    daemon.once()
    assert len(drafts(dovecot, user)) == len(drafts(dovecot, other)) == 1


def test_starttls(make_triaged, dovecot, user):
    daemon = make_triaged([user], tls="starttls")
    daemon.once()
    dovecot.deliver(user, sample(EN_LEGAL))
    daemon.once()
    assert len(drafts(dovecot, user)) == 1


def test_korean_folder_names(make_triaged, dovecot, user, workplace):
    rules = workplace / (user + "-rules")
    rules.mkdir()
    (rules / "policy.yaml").write_text(
        "severity:\n  - high: threat\nrules:\n  - name: 위협\n    if: {flags: threat}\n    do:\n      - move: 분류/위협 & 협박\n")
    daemon = make_triaged([user], rules=[RULES, rules])
    daemon.once()
    dovecot.deliver(user, sample(KO_LEGAL))
    daemon.once()
    assert dovecot.count(user, "분류/위협 & 협박") == 1


def test_same_mail_delivered_twice_gets_one_draft(triaged, dovecot, user):
    triaged.once()
    twice = sample(EN_LEGAL)
    dovecot.deliver(user, twice, twice)
    triaged.once()
    assert len(drafts(dovecot, user)) == 1
    assert dovecot.count(user, "INBOX") == 0
    triaged.start()
    attention = json.loads(triaged.ctl("status", "--json").stdout)["attention"]
    assert not attention["parked"] and not attention["troubled"]
    triaged.stop()


def test_what_a_person_moves_back_stays_there(triaged, dovecot, user):
    triaged.once()
    dovecot.deliver(user, sample(EN_LEGAL))
    triaged.once()
    folder, = [f for f in ("Triage/Threats", "Triage/Urgent", "Triage/Demands") if dovecot.count(user, f)]
    with dovecot.client(user) as client:
        client.select(f'"{folder}"')
        client.uid("move", "1:*", "INBOX")
    triaged.once()
    assert dovecot.count(user, "INBOX") == 1
    assert len(drafts(dovecot, user)) == 1


def test_api_socket_is_private(triaged):
    triaged.start()
    mode = os.stat(triaged.socket).st_mode
    assert stat.S_ISSOCK(mode) and not mode & stat.S_IRWXO
    triaged.stop()
    assert not triaged.socket.exists()


def test_log_holds_no_secret_and_no_body(triaged, dovecot, user):
    triaged.once()
    dovecot.deliver(user, sample(KO_LEGAL))
    triaged.start()
    wait_for("a draft", lambda: dovecot.count(user, "Drafts") == 1)
    triaged.stop()
    log = triaged.log.read_text()
    assert PASSWORD not in log and "공기청정기" not in log and "내용증명" not in log
