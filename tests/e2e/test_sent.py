"""What agents do in their mail client, and what follows from it: sending an answer, asking inside, moving mails."""

import email
import email.policy
import imaplib
import json
import time

import pytest

from mails import KO_LEGAL, mail, sample
from servers import wait_for
from test_steer import complaint, kinds, only_case, said, show

HEAD = """
agents:
  - {name: kim, display: 김민지, address: kim@shop.example}
  - {name: lee, display: 이서준, address: lee@shop.example, role: lead}
colleagues: [works.example]
"""


@pytest.fixture
def daemon(make_triaged, user):
    return make_triaged([user], head=HEAD, account_extra="    sent: Sent\n    solved: Triage/Solved\n"
                        "    not_a_threat: Triage/Not-a-threat\n    mine: {Triage/Kim: kim}\n    poll: 5\n")


def append(dovecot, user, folder, data):
    with dovecot.client(user) as client:
        client.create(folder)
        assert client.append(folder, None, imaplib.Time2Internaldate(time.time()), data)[0] == "OK"


def move(dovecot, user, source, target):
    with dovecot.client(user) as client:
        client.create(target)
        assert client.select(source)[0] == "OK" and client.uid("move", "1:*", target)[0] == "OK"


def answer(daemon, case, text="", sender="kim@shop.example", to="", cc=""):
    """An answer as an agent's mail program writes it, with a Message-ID of its own."""
    first = show(daemon, case)["mails"][0]
    return mail(text or "확인하고 있습니다.", sender=sender, to=to or first["from"], subject="Re: " + first["subject"],
                references=[first["message_id"]], headers=[("Cc", cc)] if cc else [])


def event(daemon, case, kind):
    return [e for e in show(daemon, case)["events"] if e["kind"] == kind]


def test_a_draft_that_is_sent_moves_the_case_on(daemon, dovecot, user):
    case = complaint(daemon, dovecot, user)
    assert only_case(daemon)["turn"] == "us"
    (_, _, draft), = dovecot.messages(user, "Drafts")
    template = event(daemon, case, "draft")[0]["data"]["template"]
    append(dovecot, user, "Sent", draft)
    wait_for("it is noticed", lambda: "sent" in kinds(daemon, case))
    sent, = event(daemon, case, "sent")
    assert sent["data"]["draft"] == template and show(daemon, case)["stage"] == "acknowledged"
    head = only_case(daemon)
    assert head["turn"] == "customer" and not head["waiting_since"]
    assert "the customer's turn for" in daemon.ctl("case", "show", case).stdout
    assert [m["outgoing"] for m in show(daemon, case)["mails"]] == [False, True]
    # The customer answers that mail, and it is our turn again.
    ours = email.message_from_bytes(draft, policy=email.policy.default)["Message-ID"]
    dovecot.deliver(user, sample(KO_LEGAL, references=[ours]))
    wait_for("their answer", lambda: kinds(daemon, case).count("mail") == 2)
    assert only_case(daemon)["turn"] == "us"


def test_a_draft_is_known_by_its_words_and_own_words_beside_it_are_not(daemon, dovecot, user):
    """Mail programs give a draft another Message-ID and other lines; what an agent wrote instead of it offers nothing."""
    case = complaint(daemon, dovecot, user)
    said(daemon, "fault", case, "ours")
    said(daemon, "draft", case, "solution")
    wait_for("the solution", lambda: dovecot.count(user, "Drafts") == 2)
    append(dovecot, user, "Sent", answer(daemon, case, "주문 번호를 알려 주시겠습니까? 확인되는 대로 연락드리겠습니다."))
    wait_for("it is noticed", lambda: "sent" in kinds(daemon, case))
    sent, = event(daemon, case, "sent")
    assert "draft" not in sent["data"] and sent["data"]["instead_of"] == "solution" and show(daemon, case)["stage"] == "acknowledged"

    draft = next(raw for _, _, raw in dovecot.messages(user, "Drafts") if b"template=solution" in raw)
    text = email.message_from_bytes(draft, policy=email.policy.default).get_content().replace("\r\n", "\n")
    changed = text.replace("[조치 내용]", "새 제품 발송").replace("[날짜와 시각]", "[내일 정오]").replace(". ", ".\n")
    append(dovecot, user, "Sent", answer(daemon, case, changed))
    wait_for("it is noticed", lambda: kinds(daemon, case).count("sent") == 2)
    sent = event(daemon, case, "sent")[-1]
    assert sent["data"]["draft"] == "solution" and show(daemon, case)["stage"] == "offered"
    assert "with the draft solution, known by its words" in daemon.ctl("case", "show", case).stdout

    said(daemon, "ask", case, "재제작에 며칠이 걸립니까?", "--until", "+1d")
    wait_for("the question", lambda: dovecot.count(user, "Drafts") == 3)
    append(dovecot, user, "Sent", answer(daemon, case, "오늘 중으로 일정을 알려 드리겠습니다."))
    wait_for("it is noticed", lambda: kinds(daemon, case).count("sent") == 3)
    assert not {"draft", "instead_of"} & set(event(daemon, case, "sent")[-1]["data"]), "a question to our own people is no answer to them"


def test_an_answer_without_a_draft_is_noticed_and_its_writer_becomes_the_owner(daemon, dovecot, user):
    daemon.start()
    wait_for("the account is watched", lambda: '"watching"' in daemon.ctl("status", "--json").stdout)
    dovecot.deliver(user, sample(KO_LEGAL))
    wait_for("its case", lambda: json.loads(daemon.ctl("queue", "--json").stdout)["cases"])
    case = only_case(daemon)["id"]
    append(dovecot, user, "Sent", answer(daemon, case, cc="expert@other.example"))
    wait_for("it is noticed", lambda: "assigned" in kinds(daemon, case))
    sent, = event(daemon, case, "sent")
    assert sent["actor"] == "kim" and only_case(daemon)["owner"] == "kim"
    # Whom we wrote to may answer into the case, a stranger may not.
    ours = show(daemon, case)["mails"][-1]["message_id"]
    dovecot.deliver(user, mail("제가 확인해 보겠습니다.", sender="expert@other.example", references=[ours]),
                    sample(KO_LEGAL, sender="stranger@other.example", references=[ours]))
    wait_for("both came", lambda: len(json.loads(daemon.ctl("queue", "--json").stdout)["cases"]) == 2)
    assert kinds(daemon, case).count("mail") == 2


def test_two_agents_who_answer_at_once_are_told(daemon, dovecot, user):
    case = complaint(daemon, dovecot, user)
    append(dovecot, user, "Sent", answer(daemon, case))
    append(dovecot, user, "Sent", answer(daemon, case, "환불해 드리겠습니다.", sender="lee@shop.example"))
    wait_for("both are noticed", lambda: kinds(daemon, case).count("sent") == 2)
    alarm, = event(daemon, case, "alarm")
    assert alarm["data"]["text"].startswith("kim answered the same mail at ")
    assert show(daemon, case)["owner"] == "kim", "the owner stays the owner"


def test_asking_inside_is_no_answer(daemon, dovecot, user):
    case = complaint(daemon, dovecot, user)
    append(dovecot, user, "Sent", answer(daemon, case, "재제작에 며칠이 걸립니까?", to="line@works.example"))
    wait_for("it is noticed", lambda: "asked-inside" in kinds(daemon, case))
    page = show(daemon, case)
    assert page["stage"] == "investigating" and page["turn"] == "colleagues" and page["waiting_since"]
    assert "our own people were asked" in daemon.ctl("case", "show", case).stdout


def test_what_was_sent_of_other_things_is_left_alone(daemon, dovecot, user):
    case = complaint(daemon, dovecot, user)
    before = kinds(daemon, case)
    append(dovecot, user, "Sent", mail("점심 같이 하시겠어요?", sender="kim@shop.example", to="friend@example.net"))
    append(dovecot, user, "Sent", answer(daemon, case, sender="forger@example.net"))
    append(dovecot, user, "Sent", answer(daemon, case))
    wait_for("the last is noticed", lambda: "sent" in kinds(daemon, case))
    assert kinds(daemon, case).count("sent") == 1 and "sent" not in before
    # Moved out of the folder and back it is the same mail.
    move(dovecot, user, "Sent", "Archive")
    move(dovecot, user, "Archive", "Sent")
    append(dovecot, user, "Sent", answer(daemon, case, "두 번째 답변입니다."))
    wait_for("the second is noticed", lambda: kinds(daemon, case).count("sent") == 2)


def test_an_answer_while_on_hold_is_told(daemon, dovecot, user):
    case = complaint(daemon, dovecot, user)
    said(daemon, "hold", case, "--until", "+2h", "--reason", "the lawyer reads it first")
    append(dovecot, user, "Sent", answer(daemon, case))
    wait_for("it is told", lambda: "alarm" in kinds(daemon, case))
    assert "while on hold until" in event(daemon, case, "alarm")[0]["data"]["text"]


def test_the_folders_that_people_steer_by_are_there(daemon, dovecot, user):
    daemon.once()
    with dovecot.client(user) as client:
        listed = b"\n".join(client.lsub()[1]).decode()
    for folder in ("Triage/Solved", "Triage/Not-a-threat", "Triage/Kim"):
        assert f" {folder}\n" in listed + "\n", "people see it, and need not make it"
    daemon.start()
    wait_for("it is watched", lambda: '"watching"' in daemon.ctl("status", "--json").stdout)
    account, = json.loads(daemon.ctl("status", "--json").stdout)["accounts"]
    assert [f["problem"] for f in account["folders"]] == [""] * len(account["folders"])
    assert "is not read" not in daemon.log.read_text()
    daemon.stop()


def test_moving_a_mail_says_that_it_is_no_threat(daemon, dovecot, user):
    case = complaint(daemon, dovecot, user)
    wait_for("it was moved", lambda: dovecot.count(user, "Triage/Threats") == 1)
    assert any(flag.startswith("threat.") for flag in show(daemon, case)["flags"])
    move(dovecot, user, "Triage/Threats", "Triage/Not-a-threat")
    wait_for("the case follows", lambda: "corrected" in kinds(daemon, case))
    page = show(daemon, case)
    assert not any(flag.startswith("threat.") or flag == "extortion" for flag in page["flags"])
    assert page["events"][-1]["data"]["moved_to"] == "Triage/Not-a-threat"
    assert page["mails"][0]["folder"] == "Triage/Not-a-threat"
    assert "corrected by a person, now: " in daemon.ctl("case", "show", case).stdout


def test_moving_a_mail_takes_its_case_over(daemon, dovecot, user):
    case = complaint(daemon, dovecot, user)
    wait_for("it was moved", lambda: dovecot.count(user, "Triage/Threats") == 1)
    move(dovecot, user, "Triage/Threats", "Triage/Kim")
    wait_for("the case is kim's", lambda: show(daemon, case)["owner"] == "kim")
    last = event(daemon, case, "assigned")[-1]
    assert last["actor"] == "kim" and "moved to Triage/Kim" in last["data"]["reason"]


def test_moving_a_mail_back_opens_its_case_again(daemon, dovecot, user):
    case = complaint(daemon, dovecot, user)
    wait_for("it was moved", lambda: dovecot.count(user, "Triage/Threats") == 1)
    move(dovecot, user, "Triage/Threats", "Triage/Solved")
    wait_for("it is solved", lambda: kinds(daemon, case)[-1] == "solved")
    move(dovecot, user, "Triage/Solved", "INBOX")
    wait_for("it is open again", lambda: kinds(daemon, case)[-1] == "reopened")
    assert show(daemon, case)["mails"][0]["folder"] == "INBOX" and "corrected" not in kinds(daemon, case)


def test_an_answer_to_an_offer_is_pointed_out_and_a_new_complaint_starts_again(daemon, dovecot, user):
    case = complaint(daemon, dovecot, user)
    said(daemon, "draft", case, "solution")
    wait_for("the offer", lambda: dovecot.count(user, "Drafts") == 2)
    offer = dovecot.messages(user, "Drafts")[-1][2]
    append(dovecot, user, "Sent", offer)
    wait_for("it is noticed", lambda: show(daemon, case)["stage"] == "offered")
    ours = email.message_from_bytes(offer, policy=email.policy.default)["Message-ID"]
    dovecot.deliver(user, mail("네, 그렇게 해 주시면 됩니다. 고맙습니다.", sender=KO_LEGAL["sender"], references=[ours]))
    wait_for("it is pointed out", lambda: any("do they agree?" in e["data"]["text"] for e in event(daemon, case, "alarm")))
    assert "the answer went out with [조치 내용] unfilled" in daemon.ctl("case", "show", case).stdout
    said(daemon, "stage", case, "agreed")
    said(daemon, "promise", case, "교환품 발송", "--until", "+1d")
    assert show(daemon, case)["stage"] == "fulfilling"
    dovecot.deliver(user, sample(KO_LEGAL, references=[ours]))
    wait_for("it starts again", lambda: show(daemon, case)["stage"] == "investigating")
    assert event(daemon, case, "stage")[-1]["data"]["reason"] == "the customer is not content"


def test_what_we_promise_in_a_mail_is_followed_and_kept_by_the_next(daemon, dovecot, user):
    case = complaint(daemon, dovecot, user)
    append(dovecot, user, "Sent", answer(daemon, case, (
        "안녕하십니까. 확인해 보니 저희 잘못입니다.\n\n모레 오전까지 원인을 확인해 연락드리겠습니다.\n"
        "교환품은 다음 주 화요일까지 보내 드리겠습니다.\n사진을 내일까지 보내 주시면 더 빠릅니다.\n")))
    wait_for("both promises", lambda: len(show(daemon, case)["promises"]) == 2)
    first, second = show(daemon, case)["promises"]
    assert first["text"] == "모레 오전까지 원인을 확인해 연락드리겠습니다" and first["by"] == "kim"
    assert second["text"] == "교환품은 다음 주 화요일까지 보내 드리겠습니다"
    assert first["due"] < second["due"] and only_case(daemon)["promise_due"] == first["due"]
    append(dovecot, user, "Sent", answer(daemon, case, "원인은 전원부입니다. 교환품은 다음 주 화요일까지 보내 드리겠습니다."))
    wait_for("the word is kept", lambda: "kept" in kinds(daemon, case))
    first, second = show(daemon, case)["promises"]
    assert (first["state"], second["state"]) == ("kept", "open"), "a parcel is sent by hand, not by mail"


def test_the_acknowledgement_that_is_sent_is_a_promise(daemon, dovecot, user):
    case = complaint(daemon, dovecot, user)
    said(daemon, "draft", case, "acknowledge")
    wait_for("the draft", lambda: dovecot.count(user, "Drafts") == 2)
    append(dovecot, user, "Sent", dovecot.messages(user, "Drafts")[-1][2])
    wait_for("its promise", lambda: show(daemon, case)["promises"])
    promise, = show(daemon, case)["promises"]
    assert promise["text"].endswith("까지 다시 연락드리겠습니다") and promise["state"] == "open"


def test_a_sent_answer_that_offers_what_nobody_approved_is_told(make_triaged, dovecot, user):
    daemon = make_triaged([user], head=HEAD.replace("colleagues", "  - {name: root, role: lead, authority: '100,000원'}\ncolleagues"),
                          account_extra="    sent: Sent\n    poll: 5\n")
    case = complaint(daemon, dovecot, user)

    def sends(text):
        before = len(event(daemon, case, "sent"))
        append(dovecot, user, "Sent", answer(daemon, case, text))
        wait_for("it is noticed", lambda: len(event(daemon, case, "sent")) == before + 1)
        return [e["data"]["text"] for e in event(daemon, case, "alarm")]

    assert sends("요청하신 보상 50만 원은 지급이 어렵습니다. 결제하신 3만 원은 확인했습니다.") == []
    told = sends("3만 원을 환불해 드리겠습니다.")
    assert told == ["this answer offers 30,000원, but nothing is approved in the case; is it meant? then case approve it"]
    daemon.ctl("case", "approve", case, "30,000원", "--reason", "새는 제품")
    assert sends("3만 원을 환불해 드리겠습니다.") == told
    assert sends("3만 원 쿠폰 2장을 보내 드리겠습니다.")[-1].startswith("this answer offers 60,000원 in all, but only 30,000원 is approved")
    assert "look here: this answer offers 30,000원" in daemon.ctl("case", "show", case).stdout


def test_the_name_under_an_answer_says_who_of_a_shared_address_wrote_it(make_triaged, dovecot, user):
    daemon = make_triaged([user], head="agents:\n  - {name: kim, display: 김민지}\n  - {name: lee, display: Lee Seojun, role: lead}\n",
                          account_extra="    sent: Sent\n    poll: 5\n")
    case = complaint(daemon, dovecot, user)
    shared = f"help@{user}.example"

    def sends(text, quoted=""):
        before = len(event(daemon, case, "sent"))
        append(dovecot, user, "Sent", answer(daemon, case, text + quoted, sender=shared))
        wait_for("it is noticed", lambda: len(event(daemon, case, "sent")) == before + 1)
        return event(daemon, case, "sent")[-1]["actor"]

    assert sends("확인하고 있습니다.\n\n행복상점 고객지원 드림\n") == "somebody"
    assert sends("김민지와 Lee Seojun이 확인합니다.\n") == "somebody", "two names"
    assert sends("확인하고 있습니다.\n", "\n2026년 11월 1일, Lee Seojun 님이 작성:\n> Lee Seojun 드림\n") == "somebody", "quoted"
    for words in ("Dear Lee Seojun,\n\nWe are looking into it.\n\nKind regards,\nSupport\n", "김민지 고객님, 안녕하십니까.\n\n행복상점 드림\n",
                  "담당자 김민지가 내일 연락드리겠습니다.\n\n감사합니다.\n", "My colleague Lee Seojun will call you.\n\nThe team\n"):
        assert sends(words) == "somebody", words
    assert show(daemon, case)["owner"] == ""
    assert sends("확인하고 있습니다.\n\n행복상점 고객지원\n김민지 드림\n") == "kim"
    assert show(daemon, case)["owner"] == "kim", "who answers owns it"
    assert sends("We are looking into it.\n\n-- \nLee Seojun\nSupport\n") == "lee"
    assert sends("확인하고 있습니다.\n\n행복상점 김 민 지 드림\n") == "kim"
    assert sends("We are looking into it.\n\nKind regards,\nLEE SEOJUN\nSupport\n") == "lee"
    assert sends("확인하고 있습니다.\n\n*김민지* (02-123-4567)\n") == "kim"
    assert sends("We are looking into it.\n\nKind regards,\nLee Seojun, Example Shop\n") == "lee"
    assert sends("Lee Seojun, our engineer, will call you.\n\nThe team\n") == "somebody"
    assert "kim         answered" in daemon.ctl("case", "show", case).stdout and ", by the name under it" in daemon.ctl("case", "show", case).stdout


def test_two_things_that_are_due_at_once_are_two_promises(daemon, dovecot, user):
    case = complaint(daemon, dovecot, user)
    append(dovecot, user, "Sent", answer(daemon, case, "교환품은 모레까지 보내 드리겠습니다.\n원인 보고서는 모레까지 작성해 드리겠습니다.\n"))
    wait_for("the promises", lambda: show(daemon, case)["promises"])
    assert [p["text"] for p in show(daemon, case)["promises"]] == ["교환품은 모레까지 보내 드리겠습니다", "원인 보고서는 모레까지 작성해 드리겠습니다"]


def test_a_promise_to_write_that_is_given_again_is_followed_again(daemon, dovecot, user):
    case = complaint(daemon, dovecot, user)
    for n, words in enumerate(("모레 오전까지 연락드리겠습니다.", "사진을 보내 주시겠습니까? 모레 오전까지 연락드리겠습니다.")):
        append(dovecot, user, "Sent", answer(daemon, case, words))
        wait_for("it is noticed", lambda: len(show(daemon, case)["promises"]) == n + 1)
    assert [p["state"] for p in show(daemon, case)["promises"]] == ["kept", "open"] and only_case(daemon)["promise_due"]


def test_a_letter_of_delay_gives_its_promise_a_new_date_and_other_words_are_pointed_out(daemon, dovecot, user):
    case = complaint(daemon, dovecot, user)
    said(daemon, "fact", case, "interim", "대체품 발송", "--until", "+2d")
    said(daemon, "draft", case, "delay")
    wait_for("the letter", lambda: dovecot.count(user, "Drafts") == 2)
    draft = next(raw for _, _, raw in dovecot.messages(user, "Drafts") if b"template=delay" in raw)
    text = email.message_from_bytes(draft, policy=email.policy.default).get_content().replace("\r\n", "\n")
    day = time.strftime("%-m월 %-d일", time.gmtime(time.time() + 9 * 3600 + 6 * 86400))
    append(dovecot, user, "Sent", answer(daemon, case, text.replace("[새 날짜와 시각]", f"{day} 오후 2시").replace("[이유]", "재고 부족")))
    wait_for("the new date", lambda: len(show(daemon, case)["promises"]) == 2)
    page = show(daemon, case)
    assert [(p["text"], p["state"]) for p in page["promises"]] == [("대체품 발송", "called off"), ("대체품 발송", "open")]
    assert page["interim"] == "대체품 발송" and page["interim_due"] == page["promises"][1]["due"], "the measure goes with it"
    assert "unfilled" not in daemon.ctl("case", "show", case).stdout
    append(dovecot, user, "Sent", answer(daemon, case, "정정합니다. 내일까지가 아니라 모레까지 대체품을 보내 드리겠습니다."))
    wait_for("it is pointed out", lambda: "does that take its place?" in daemon.ctl("case", "show", case).stdout)


def test_what_is_promised_in_a_solved_case_opens_it_again(daemon, dovecot, user):
    case = complaint(daemon, dovecot, user)
    said(daemon, "solve", case)
    for words in (("promise", case, "call back", "--until", "+1d"), ("fact", case, "interim", "a loan", "--until", "+1d")):
        assert f"first: case reopen {case}" in daemon.ctl("case", *words, check=False).stderr
    append(dovecot, user, "Sent", answer(daemon, case, "도와드릴 수 있어 다행입니다."))
    wait_for("it is noticed", lambda: "sent" in kinds(daemon, case))
    page = show(daemon, case)
    assert (page["state"], page["turn"]) == ("solved", "")
    append(dovecot, user, "Sent", answer(daemon, case, "교환품은 모레까지 보내 드리겠습니다."))
    wait_for("it is open", lambda: show(daemon, case)["state"] == "open")
    assert "what was sent promises something" in daemon.ctl("case", "show", case).stdout


def test_an_answer_goes_to_the_customer_whatever_a_later_mail_names(daemon, dovecot, user):
    case = complaint(daemon, dovecot, user)
    first = show(daemon, case)["mails"][0]
    dovecot.deliver(user, sample(KO_LEGAL, references=[first["message_id"]], sender="seojun@customer.example",
                                 headers=[("Reply-To", "thief@evil.example")], subject="가" * 90))
    wait_for("its draft", lambda: dovecot.count(user, "Drafts") == 2)
    draft = email.message_from_bytes(dovecot.messages(user, "Drafts")[-1][2], policy=email.policy.default)
    assert draft["To"] == "박서준 <seojun@customer.example>", "known by the case, also the name"
    said(daemon, "fault", case, "baseless")
    said(daemon, "draft", case, "firm")
    wait_for("the record", lambda: dovecot.count(user, "Drafts") == 3)
    draft = email.message_from_bytes(dovecot.messages(user, "Drafts")[-1][2], policy=email.policy.default)
    assert f"보내 주신 메일 “{'가' * 66}”" in draft.get_content(), "a long subject is cut between characters"
