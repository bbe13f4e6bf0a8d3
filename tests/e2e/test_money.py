"""What customers ask for, which orders they name, and what they were given."""

import email
import email.policy
import json

from mails import mail
from servers import RULES, Dovecot, wait_for

AGENTS = "agents:\n  - {name: root, display: 김지원, role: lead, authority: ['₩90,000', '$40']}\n"
PAID_AND_ASKS = ("5만 원 주고 산 주전자가 샙니다.\n주문번호 2024-1182 입니다.\n위자료 3만 원을 지급해 주세요.\n"
                 "안 되면 소비자원에 신고하겠습니다.\n")


def cases(daemon):
    return json.loads(daemon.ctl("queue", "--json").stdout)["cases"]


def show(daemon, case):
    return json.loads(daemon.ctl("case", "show", "--json", case).stdout)


def deliver(daemon, dovecot, user, *mails):
    """The case numbers of the mails, in their order."""
    found = []
    for one in mails:
        before = {c["id"] for c in cases(daemon)}
        dovecot.deliver(user, one)
        wait_for("its case", lambda known=before: {c["id"] for c in cases(daemon)} - known)
        found += {c["id"] for c in cases(daemon)} - before
    return found


def three_cases(daemon, dovecot, user):
    """Cases of one customer."""
    return deliver(daemon, dovecot, user, *(mail("I want a refund or I will sue you.", subject)
                                            for subject in ("kettle leaks", "toaster burns", "lamp broken")))


def start(daemon):
    daemon.start()
    wait_for("the account is watched", lambda: '"watching"' in daemon.ctl("status", "--json").stdout)


def test_what_is_asked_for_is_shown_with_its_place_and_what_was_paid_is_not(triaged, dovecot, user):
    start(triaged)
    case, = deliver(triaged, dovecot, user, mail(PAID_AND_ASKS))
    page = show(triaged, case)
    labels = [a["label"] for a in page["asks_for"]]
    assert "₩30,000" in labels and "damages" in labels and "₩50,000" not in labels
    asked = next(a for a in page["asks_for"] if a["label"] == "₩30,000")
    assert (asked["part"], asked["text"], asked["currency"], asked["units"]) == ("body", "3만 원", "KRW", 30000)
    assert PAID_AND_ASKS.encode()[asked["offset"]:][:asked["length"]].decode() == "3만 원"
    assert page["orders"] == ["2024-1182"] and page["mails"][0]["asks_for"] == page["asks_for"]
    event = next(e for e in page["events"] if e["kind"] == "mail")
    assert "₩30,000" in event["data"]["asks_for"] and event["data"]["orders"] == "2024-1182"
    text = triaged.ctl("case", "show", case).stdout
    assert "asks for  ₩30,000 (body: “3만 원”)" in text and "orders    2024-1182" in text
    wait_for("its draft", lambda: dovecot.count(user, "Drafts") > 0)
    for _, _, raw in dovecot.messages(user, "Drafts"):
        body = email.message_from_bytes(raw, policy=email.policy.default).get_content()
        own = "\n".join(line for line in body.splitlines() if not line.startswith(">"))
        assert "30,000" not in own and "3만" not in own, "no draft names the customer's sum but in their own quoted words"
    assert page["record_sound"]


def test_other_cases_with_the_order_and_with_the_claim_are_named(triaged, dovecot, user):
    start(triaged)
    jane, sam = "Jane <jane@customer.example>", "Sam <sam@customer.example>"
    first, second, third, other = deliver(
        triaged, dovecot, user,
        mail("I want a full refund or I will sue you. Order #A-1234.", "kettle leaks", jane),
        mail("I want a full refund or I will sue you. Order #B-9999.", "toaster burns", jane),
        mail("Refund me or I will sue you. order number a-1234", "my kettle", sam),
        mail("I want a full refund or I will sue you. Order #C-5555.", "lamp broken", sam))
    page = show(triaged, second)
    assert [c["case"] for c in page["same_claim"]] == [first] and page["same_order"] == []
    page = show(triaged, third)
    assert [(c["case"], c["same"]) for c in page["same_order"]] == [(first, "A-1234")]
    assert page["same_claim"] == [], "a refund is not a full refund"
    assert f"see also  {first} (open), jane@customer.example: names order A-1234 too" in \
        triaged.ctl("case", "show", third).stdout
    assert show(triaged, other)["same_claim"] == [], "another customer's claim is no repetition"


def test_approvals_add_up_for_the_customer(dovecot, user, make_triaged):
    daemon = make_triaged([user], head=AGENTS)
    start(daemon)
    jane = "Jane <jane@customer.example>"
    first, second = deliver(daemon, dovecot, user,
                            mail("I want a refund or I will sue you.", "kettle leaks", jane),
                            mail("I want a refund or I will sue you.", "toaster burns", jane))

    def approve(*words):
        return daemon.ctl("case", "approve", *words).stdout

    assert approve(first, "₩20,000", "--reason", "a week late").strip() == \
        f"₩20,000 is approved in {first}; with this, ₩20,000 in 12 months"
    assert "with this, ₩60,000 in 12 months" in approve(second, "₩40,000", "--reason", "burnt table")
    assert "with this, ₩50,000 in 12 months" in approve(first, "₩10,000", "--reason", "less was meant")
    assert "with this, $5 in 12 months" in approve(second, "$5", "--reason", "paid in dollars")
    page = json.loads(daemon.ctl("customer", "show", "--json", "jane@customer.example").stdout)
    assert [(t["currency"], t["year"], t["ever"]) for t in page["approved"]] == \
        [("KRW", "₩10,000", "₩10,000"), ("USD", "$5", "$5")]
    assert [(a["case"], a["amount"], a["reason"], a["by"], a["replaced"]) for a in page["approvals"]] == [
        (first, "₩20,000", "a week late", "root", True), (second, "₩40,000", "burnt table", "root", True),
        (first, "₩10,000", "less was meant", "root", False), (second, "$5", "paid in dollars", "root", False)]
    text = daemon.ctl("customer", "show", "jane@customer.example").stdout
    assert "₩10,000 in 12 months, ₩10,000 ever" in text and "a week late (replaced later)" in text
    daemon.stop()
    daemon.start()
    assert json.loads(daemon.ctl("customer", "show", "--json", "jane@customer.example").stdout) == page


def test_a_refused_approval_is_not_counted(dovecot, user, make_triaged):
    daemon = make_triaged([user], head=AGENTS)
    start(daemon)
    case, = deliver(daemon, dovecot, user, mail("I want a refund or I will sue you.", "kettle leaks"))
    refused = daemon.ctl("case", "approve", case, "₩90,001", "--reason", "x", check=False)
    assert refused.returncode == 1 and "over the authority of root (₩90,000); nobody in triaged.yaml may approve it" in refused.stderr
    page = json.loads(daemon.ctl("customer", "show", "--json", "minji@customer.example").stdout)
    assert page["approvals"] == [] and page["approved"] == []


def test_authority_is_that_of_the_role_and_a_refusal_names_who_may(dovecot, user, make_triaged):
    daemon = make_triaged([user], head="authority: {agent: '₩10,000', senior: '₩50,000', lead: ['₩200,000', '$100']}\n"
                          "agents: [{name: root}, {name: lee, role: senior}, {name: mina, role: lead}]\n")
    start(daemon)
    case, = deliver(daemon, dovecot, user, mail("I want a refund or I will sue you.", "kettle leaks"))
    refused = daemon.ctl("case", "approve", case, "₩30,000", "--reason", "x", check=False)
    assert "₩30,000 is over the authority of root (₩10,000); it may be approved by lee, mina" in refused.stderr
    refused = daemon.ctl("case", "approve", case, "$5", "--reason", "x", check=False)
    assert "$5 is over the authority of root (nothing); it may be approved by mina" in refused.stderr
    refused = daemon.ctl("case", "approve", case, "₩10,000", check=False)
    assert "say why it is right to give this" in refused.stderr
    daemon.ctl("case", "approve", case, "₩10,000", "--reason", "a week late")
    assert show(daemon, case)["approved"] == "₩10,000"


def test_authority_is_for_a_customer_in_whatever_cases(dovecot, user, make_triaged):
    daemon = make_triaged([user], head="authority: {agent: '₩30,000', lead: '₩200,000'}\nsocket_group: games\n"
                          "agents: [{name: root}, {name: games, role: lead}]\n")
    start(daemon)
    first, second, third = three_cases(daemon, dovecot, user)
    daemon.ctl("case", "approve", first, "₩20,000", "--reason", "late")
    refused = daemon.ctl("case", "approve", second, "₩20,000", "--reason", "late", check=False)
    assert "₩20,000 is over the authority of root: ₩30,000 for a customer in 12 months, and ₩20,000 was given to this one" in refused.stderr
    daemon.ctl("case", "approve", second, "₩10,000", "--reason", "late")
    daemon.ctl("case", "approve", first, "₩15,000", "--reason", "less was meant")
    # Nobody takes back what they could not have given.
    daemon.ctl("case", "approve", third, "₩100,000", "--reason", "burnt table", user="games")
    refused = daemon.ctl("case", "approve", third, "₩1,000", "--reason", "oops", check=False)
    assert "taking back ₩100,000 is over the authority of root (₩30,000); it may be approved by games" in refused.stderr
    refused = daemon.ctl("case", "approve", third, "none", "--reason", "oops", check=False)
    assert "taking back ₩100,000 is over the authority" in refused.stderr
    taken = daemon.ctl("case", "approve", third, "none", "--reason", "it was another customer", user="games").stdout
    assert f"nothing is approved in {third}, instead of ₩100,000; with this, ₩25,000 in 12 months" in taken
    page = show(daemon, third)
    assert page["approved"] == "" and page["events"][-1]["data"]["amount"] == "nothing" and page["record_sound"]
    refused = daemon.ctl("case", "approve", third, "none", "--reason", "again", check=False)
    assert f"nothing is approved in {third}" in refused.stderr
    for reason in ("  ", "\u202e"):
        assert daemon.ctl("case", "approve", third, "₩1,000", "--reason", reason, check=False).returncode == 1
    swallowed = daemon.ctl("case", "approve", third, "₩1,000", "--reason", "--until", check=False)
    assert '--reason needs a value, not "--until"' in swallowed.stderr


def test_a_draft_that_waits_is_not_laid_out_with_what_was_approved_before(workplace, authority, user, make_triaged):
    server = Dovecot(workplace / (user + "-w"), authority).start()
    try:
        daemon = make_triaged([user], server=server, name=user + "-t", head=AGENTS)
        start(daemon)
        case, = deliver(daemon, server, user, mail("주전자가 샙니다. 환불 안 해 주면 고소하겠습니다."))
        wait_for("its draft", lambda: len(drafts(server, user)) == 1)
        daemon.ctl("case", "fault", case, "ours")
        daemon.ctl("case", "approve", case, "30,000원", "--reason", "새는 제품")
        server.stop()
        # Sessions outlive the server for a while.
        wait_for("the loss is noticed", lambda: json.loads(daemon.ctl("status", "--json").stdout)["accounts"][0]["error"], 40)
        daemon.ctl("case", "draft", case, "solution")
        daemon.ctl("case", "approve", case, "1,000원", "--reason", "부분 환불로 합의")
        server.start()
        wait_for("the draft is given up", lambda: any(e["kind"] == "failed" for e in show(daemon, case)["events"]), 40)
        event = next(e for e in show(daemon, case)["events"] if e["kind"] == "failed")
        assert "it says 30,000원, and now 1,000원 is approved: ask for it again" in event["data"]["note"]
        assert not any("30,000" in d for d in drafts(server, user))
        daemon.ctl("case", "draft", case, "solution")
        wait_for("the new one names what is approved", lambda: any("1,000원" in d for d in drafts(server, user)))
        daemon.stop()
    finally:
        server.stop()


def test_drafts_that_say_what_was_approved_before_are_taken_out_again(dovecot, user, make_triaged):
    daemon = make_triaged([user], head=AGENTS)
    start(daemon)
    case, = deliver(daemon, dovecot, user, mail("주전자가 샙니다. 환불 안 해 주면 고소하겠습니다."))
    wait_for("its draft", lambda: len(drafts(dovecot, user)) == 1)
    daemon.ctl("case", "fault", case, "ours")
    daemon.ctl("case", "approve", case, "30,000원", "--reason", "새는 제품")
    for template in ("solution", "delay", "small-service", "our-mistake"):
        daemon.ctl("case", "draft", case, template)
    wait_for("the drafts", lambda: len(drafts(dovecot, user)) == 5)
    assert sum("30,000원" in d for d in drafts(dovecot, user)) == 3
    # An agent works on one of them: it is another mail now, which is theirs.
    changed = next(raw for _, _, raw in dovecot.messages(user, "Drafts") if b"template=our-mistake" in raw)
    with dovecot.client(user) as client:
        replace_draft(client, changed)
    taken = daemon.ctl("case", "approve", case, "1,000원", "--reason", "부분 환불로 합의").stdout
    assert "instead of 30,000원 (drafts that say so are taken out of Drafts again)" in taken
    wait_for("they are gone", lambda: len(drafts(dovecot, user)) == 3, 40)
    assert sum("30,000원" in d for d in drafts(dovecot, user)) == 1
    wait_for("all of it is said", lambda: {e["kind"] for e in show(daemon, case)["events"]} >= {"withdrawn", "draft-stays"})
    events = [(e["kind"], e["data"]["template"]) for e in show(daemon, case)["events"] if e["kind"] in ("withdrawn", "draft-stays")]
    assert sorted(events) == [("draft-stays", "our-mistake"), ("withdrawn", "small-service"), ("withdrawn", "solution")]
    text = daemon.ctl("case", "show", case).stdout
    assert "took the draft solution out of the drafts folder again: it gives 30,000원, more than is approved now" in text
    assert "somebody changed it, so it stays in the drafts folder: look at it" in text
    # What was sent or thrown away needs no word, and nothing is taken out twice.
    before = len(show(daemon, case)["events"])
    daemon.ctl("case", "approve", case, "2,000원", "--reason", "배송비도")
    daemon.ctl("case", "draft", case, "solution")
    wait_for("a new one", lambda: any("2,000원" in d for d in drafts(dovecot, user)))
    assert {e["kind"] for e in show(daemon, case)["events"][before:]} <= {"approved", "draft-asked", "draft", "why"}
    assert show(daemon, case)["record_sound"]


def test_a_draft_that_is_covered_stays_and_one_of_a_merged_case_goes(dovecot, user, make_triaged):
    daemon = make_triaged([user], head=AGENTS)
    start(daemon)
    first, second, _ = three_cases(daemon, dovecot, user)
    wait_for("their drafts", lambda: len(drafts(dovecot, user)) == 3)
    daemon.ctl("case", "approve", first, "$30", "--reason", "late")
    daemon.ctl("case", "promise", first, "refund $15", "--until", "+2d")
    daemon.ctl("case", "draft", first, "delay")
    daemon.ctl("case", "draft", first, "small-service")
    wait_for("its drafts", lambda: len(drafts(dovecot, user)) == 5)
    assert "taken out" not in daemon.ctl("case", "approve", first, "$40", "--reason", "burnt").stdout
    daemon.ctl("case", "merge", second, first, "--reason", "the same order")
    assert show(daemon, second)["approved"] == "$40"
    assert f"approved $40: burnt (in {first}, " in daemon.ctl("case", "show", second).stdout, "where it came from is told here too"
    # The owner corrects a figure: as many bytes as before, and not ours any more.
    changed = next(raw for _, _, raw in dovecot.messages(user, "Drafts") if b"$30" in raw)
    with dovecot.client(user) as client:
        replace_draft(client, changed, changed.replace(b"$30", b"$20"))
    daemon.ctl("case", "draft", second, "small-service")
    wait_for("another draft", lambda: any("$40" in d for d in drafts(dovecot, user)))
    assert "taken out of Drafts again" in daemon.ctl("case", "approve", second, "$20", "--reason", "less was meant").stdout
    wait_for("the draft of the case, and that of the merged one", lambda: {"withdrawn", "draft-stays"} <= {
        e["kind"] for c in (first, second) for e in show(daemon, c)["events"]}, 40)
    assert {"withdrawn", "draft-stays"} <= {e["kind"] for e in show(daemon, second)["events"]}, "the case that goes on says so"
    texts = drafts(dovecot, user)
    assert any("refund $15" in d for d in texts) and any("$20" in d for d in texts), "what is approved, and what is somebody's, stays"
    assert not any("$40" in d or "$30" in d for d in texts)


def replace_draft(client, raw, by=None):
    """What a mail program does when a draft is edited and keeps its Message-ID."""
    client.append("Drafts", "(\\Draft \\Seen)", None, by or raw.replace(b"\r\n\r\n", b"\r\nX-Edited: yes\r\n\r\n", 1))
    client.select("Drafts")
    _, (found,) = client.uid("SEARCH", "HEADER", "Message-ID", email.message_from_bytes(raw)["Message-ID"].strip())
    client.uid("STORE", found.split()[0].decode(), "+FLAGS", "(\\Deleted)")
    client.expunge()


def test_who_is_forgotten_leaves_no_order_claim_or_sum(dovecot, user, make_triaged):
    daemon = make_triaged([user], head=AGENTS)
    start(daemon)
    jane, sam = "Jane <jane@customer.example>", "Sam <sam@customer.example>"
    first, other = deliver(daemon, dovecot, user,
                           mail("I want a full refund or I will sue you. Order #A-1234.", "kettle leaks", jane),
                           mail("Refund me or I will sue you. Order #A-1234.", "my kettle", sam))
    daemon.ctl("case", "cause", first, "wrong batch")
    daemon.ctl("case", "approve", first, "₩20,000", "--reason", "late")
    assert [c["case"] for c in show(daemon, other)["same_order"]] == [first]
    daemon.ctl("customer", "forget", "--yes", "--reason", "they asked", "jane@customer.example")
    wait_for("it is erased", lambda: show(daemon, other)["same_order"] == [])
    page = show(daemon, first)
    assert (page["orders"], page["asks_for"], page["cause"]) == ([], [], "") and page["record_sound"]
    assert show(daemon, other)["orders"] == ["A-1234"], "the other customer's case keeps its own"
    assert json.loads(daemon.ctl("recurring", "--json").stdout)["cases"] == 1


def drafts(dovecot, user):
    """What the drafts say themselves, without what they quote."""
    bodies = [email.message_from_bytes(raw, policy=email.policy.default).get_content()
              for _, _, raw in dovecot.messages(user, "Drafts")]
    return ["\n".join(line for line in body.splitlines() if not line.startswith(">")) for body in bodies]


def test_no_draft_names_a_sum_without_an_approval(dovecot, user, make_triaged):
    daemon = make_triaged([user], head=AGENTS)
    start(daemon)
    case, = deliver(daemon, dovecot, user, mail("주전자가 샙니다. 환불 안 해 주면 고소하겠습니다.", subject="환불 35,000원"))
    wait_for("its draft", lambda: drafts(dovecot, user))
    for words in (("promise", case, "3만원 환불", "--until", "+2d"), ("promise", case, "삼만 원 환불", "--until", "+2d"),
                  ("fact", case, "situation", "30,000원이 두 번 결제되었습니다."), ("cause", case, "3만 원 오청구"),
                  ("fact", case, "interim", "3만 원 먼저 환불", "--until", "+1d")):
        refused = daemon.ctl("case", *words, check=False)
        assert refused.returncode == 1
        assert f"name 30,000원 and would come into a draft, but nothing is approved in {case}" in refused.stderr
        assert f'case approve {case} "30,000원" --reason' in refused.stderr
    page = show(daemon, case)
    assert (page["promises"], page["cause"]) == ([], "") and not [e for e in page["events"] if e["kind"] in ("promised", "fact")]
    daemon.ctl("case", "ask", case, "3만 원을 환불해도 될까요?", "--until", "+1d")
    wait_for("our own house may be asked", lambda: any("3만 원을 환불해도 될까요?" in d for d in drafts(dovecot, user)))

    daemon.ctl("case", "approve", case, "30,000원", "--reason", "새는 제품")
    refused = daemon.ctl("case", "promise", case, "35,000원 환불", "--until", "+2d", check=False)
    assert f"name 35,000원 and would come into a draft, but only 30,000원 is approved in {case}" in refused.stderr
    daemon.ctl("case", "promise", case, "3만 원 환불", "--until", "+2d")
    daemon.ctl("case", "draft", case, "delay")
    wait_for("the draft names the promise", lambda: any("3만 원 환불" in d for d in drafts(dovecot, user)))

    daemon.ctl("case", "draft", case, "firm")
    wait_for("the record is quoted", lambda: any("보내 주신 메일 “환불 35,000원”" not in d and ": 보내 주신 메일\n" in d for d in drafts(dovecot, user)))

    # What was approved is less now; the promise stands, but no draft repeats its sum.
    daemon.ctl("case", "approve", case, "10,000원", "--reason", "부분 환불로 합의")
    wait_for("the draft that named it is gone", lambda: [e for e in show(daemon, case)["events"] if e["kind"] == "withdrawn"])
    before = len(drafts(dovecot, user))
    daemon.ctl("case", "draft", case, "delay")
    wait_for("another draft", lambda: len(drafts(dovecot, user)) == before + 1)
    assert "3만 원" not in drafts(dovecot, user)[-1]
    event = [e for e in show(daemon, case)["events"] if e["kind"] == "withheld"][-1]
    assert (event["data"]["sum"], event["data"]["text"]) == ("30,000원", "3만 원 환불")
    assert "left out of a draft, as nobody approved 30,000원: 3만 원 환불" in daemon.ctl("case", "show", case).stdout


def test_words_name_no_sum_in_other_guises_and_no_more_together_than_is_approved(dovecot, user, make_triaged):
    daemon = make_triaged([user], head=AGENTS)
    start(daemon)
    case, = deliver(daemon, dovecot, user, mail("Refund me or I will sue you.", "kettle leaks"))

    def promise(words):
        return daemon.ctl("case", "promise", case, words, "--until", "+2d", check=False)

    for words, named in (("현금 30000을 보내 드립니다", "30,000"), ("환불 30000", "30,000"), ("refund you 30 by Friday", "30"),
                         ("a fiver for the trouble", "5"), ("two grand", "2,000"), ("500 rupees", "500"), ("參萬원", "₩30,000")):
        refused = promise(words)
        assert refused.returncode == 1, words
        assert f"these words name {named} and would come into a draft, but nothing is approved in {case}" in refused.stderr
    assert f"case approve {case} SUM --reason" in promise("a refund of 30").stderr

    daemon.ctl("case", "approve", case, "twenty dollars", "--reason", "late")
    assert show(daemon, case)["approved"] == "$20"
    for words, named in (("three coupons of $20", "$60 in all"), ("$20 each", "$20 and more"), ("$15 and $6", "$21 in all"),
                         ("$10 a month for 6 months", "$60 in all"), ("a refund of 30", "30"), ("20,000원 환불", "₩20,000")):
        refused = promise(words)
        assert f"these words name {named} and would come into a draft, but only $20 is approved in {case}" in refused.stderr, words
    for words in ("two coupons of $10", "refund $15 and a coupon of 5", "$20 in all: $15 for the bag and $5 for its way",
                  "refund twenty dollars ($20)"):
        assert promise(words).returncode == 0, words
        page = show(daemon, case)
        daemon.ctl("case", "call-off", case, str(page["promises"][-1]["number"]), "--reason", "another way")
    assert promise("call back within 3 days about the refund").returncode == 0


def test_promises_and_measures_give_no_more_together_than_is_approved(dovecot, user, make_triaged):
    daemon = make_triaged([user], head=AGENTS)
    start(daemon)
    case, = deliver(daemon, dovecot, user, mail("Refund me or I will sue you.", "kettle leaks"))
    daemon.ctl("case", "approve", case, "$20", "--reason", "late")
    daemon.ctl("case", "promise", case, "refund $15", "--until", "+2d")
    daemon.ctl("case", "promise", case, "refund $15", "--until", "+3d")  # the same, for another day
    refused = daemon.ctl("case", "promise", case, "a $15 voucher", "--until", "+2d", check=False)
    assert "with what was promised before, these words name $30 in all and would come into a draft, but only $20 is approved" in refused.stderr
    assert "case call-off the other promise, or first: case approve" in refused.stderr
    refused = daemon.ctl("case", "fact", case, "interim", "a $10 coupon", check=False)
    assert "these words name $25 in all" in refused.stderr
    daemon.ctl("case", "fact", case, "interim", "a $5 coupon")
    daemon.ctl("case", "fact", case, "interim", "a coupon of $4")  # takes its place
    assert "name $21 in all" in daemon.ctl("case", "fact", case, "lasting", "$2 off", check=False).stderr
    daemon.ctl("case", "cause", case, "$15 was charged twice")  # told, not given
    for template in ("firm", "interim"):
        daemon.ctl("case", "draft", case, template)
    wait_for("the drafts", lambda: len(drafts(dovecot, user)) == 3)
    assert any("a coupon of $4" in d for d in drafts(dovecot, user))
    assert not [e for e in show(daemon, case)["events"] if e["kind"] == "withheld"]
    # What is called off makes room, and is no promise of the record any more.
    for number in ("1", "2"):
        daemon.ctl("case", "call-off", case, number, "--reason", "by voucher instead")
    daemon.ctl("case", "promise", case, "a voucher of $16", "--until", "+2d")
    before = len(drafts(dovecot, user))
    for template in ("solution", "firm"):
        daemon.ctl("case", "draft", case, template)
    wait_for("the drafts", lambda: len(drafts(dovecot, user)) == before + 2)
    solution, firm = drafts(dovecot, user)[-2:]
    assert "What we will do: a voucher of $16" in solution
    assert "promised: a voucher of $16" in firm and "promised: refund $15" not in firm


def test_a_letter_tells_what_is_given_once_and_what_was_done_not_what_is_open(dovecot, user, make_triaged):
    daemon = make_triaged([user], head=AGENTS)
    start(daemon)
    case, = deliver(daemon, dovecot, user, mail("I demand compensation of $40 or I will sue you.", "kettle leaks"))
    daemon.ctl("case", "fault", case, "ours")
    daemon.ctl("case", "approve", case, "$40", "--reason", "a week without it")

    def asked(template):
        before = len(drafts(dovecot, user))
        daemon.ctl("case", "draft", case, template)
        wait_for("the draft", lambda: len(drafts(dovecot, user)) == before + 1)
        return drafts(dovecot, user)[-1]

    assert "Compensation will follow: $40." in asked("solution")
    daemon.ctl("case", "promise", case, "refund the $40", "--until", "+1d")
    text = asked("solution")
    assert "refund the $40" in text and text.count("$40") == 1
    assert "We will cover: $40" in asked("shared-loss") and drafts(dovecot, user)[-1].count("$40") == 1
    daemon.ctl("case", "promise", case, "send a new kettle", "--until", "+3d")
    assert "What was done" not in asked("satisfaction"), "nothing was done yet"
    daemon.ctl("case", "kept", case, "1")
    assert "What was done: refund the $40" in asked("satisfaction")
    assert "Done: refund the $40" in asked("promise-early") and "send a new kettle" not in drafts(dovecot, user)[-1]
    daemon.ctl("case", "kept", case, "2")
    assert "What was done: send a new kettle" in asked("satisfaction")
    daemon.ctl("case", "solve", case)
    assert f"is approved in {case} (which is solved)" in daemon.ctl("case", "approve", case, "$39", "--reason", "x").stdout


def test_no_template_puts_a_sum_together_that_nobody_approved(make_triaged, dovecot, user, workplace):
    """The finished text is looked at, wherever its parts come from; names that hold a sum are names."""
    own = workplace / (user + "-rules") / "templates" / "en"
    own.mkdir(parents=True)
    (own / "parted.txt").write_text("Subject: Re: {{subject}}\n\nWe give you ${{! x }}30.\n")
    (own / "repeats.txt").write_text("Subject: Re: {{subject}}\n\nAbout \u201c{{subject}}\u201d: {{company}} asks for your patience.\n")
    daemon = make_triaged([user], head=AGENTS, rules=[RULES, own.parent.parent], account_extra="    company: 100 Dollar Shop\n")
    start(daemon)
    case, = deliver(daemon, dovecot, user, mail("Refund me or I will sue you.", "refund $500"))
    wait_for("its draft", lambda: len(drafts(dovecot, user)) == 1)
    refused = daemon.ctl("case", "draft", case, "parted", check=False)
    assert f"the draft from the template parted would name $30, which nobody approved in {case}; nothing was made" in refused.stderr
    daemon.ctl("case", "draft", case, "repeats")
    wait_for("another draft", lambda: len(drafts(dovecot, user)) == 2)
    assert "About \u201cyour message\u201d: 100 Dollar Shop asks" in drafts(dovecot, user)[-1]
    raw = dovecot.messages(user, "Drafts")[-1][2]
    assert email.message_from_bytes(raw, policy=email.policy.default)["Subject"] == "Re: refund $500"
    daemon.ctl("case", "approve", case, "$30", "--reason", "late")
    daemon.ctl("case", "draft", case, "parted")
    wait_for("the sum is approved now", lambda: any("We give you $30." in d for d in drafts(dovecot, user)))


def test_a_name_that_turns_into_a_sum_keeps_nobody_from_a_draft(triaged, dovecot, user):
    start(triaged)
    case, = deliver(triaged, dovecot, user, mail("Refund me or I will sue you.", "kettle", sender='"Dollars, Fifty" <a2@customer.example>'))
    wait_for("its draft", lambda: drafts(dovecot, user))
    assert drafts(dovecot, user)[0].startswith("Hello,") and not [e for e in show(triaged, case)["events"] if e["kind"] == "left-out"]


def test_two_cases_with_a_sum_each_are_not_merged_until_one_is_taken_back(dovecot, user, make_triaged):
    daemon = make_triaged([user], head=AGENTS)
    start(daemon)
    first, second, third = three_cases(daemon, dovecot, user)
    daemon.ctl("case", "approve", first, "₩5,000", "--reason", "late")
    daemon.ctl("case", "approve", second, "₩40,000", "--reason", "burnt")
    refused = daemon.ctl("case", "merge", first, second, "--reason", "the same order", check=False)
    assert f"₩5,000 is approved in {first} and ₩40,000 in {second}; take one of them back first" in refused.stderr
    daemon.ctl("case", "merge", third, second, "--reason", "the same order")
    assert show(daemon, third)["approved"] == "₩40,000"
    # From now on a new approval of the case takes the place of the one that came with it.
    assert "with this, ₩15,000 in 12 months" in daemon.ctl("case", "approve", third, "₩10,000", "--reason", "less was meant").stdout
