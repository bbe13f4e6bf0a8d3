"""Two cases about one matter are made one by hand, one about two matters two; later mails find their way."""

import email
import email.policy
import json

from mails import EN_LEGAL, KO_ABUSE, KO_LEGAL, KO_QUESTION, sample
from servers import wait_for

SEOJUN = "박서준 <seojun@customer.example>"


def show(daemon, case):
    return json.loads(daemon.ctl("case", "show", "--json", case).stdout)


def queue(daemon):
    return {c["id"]: c for c in json.loads(daemon.ctl("queue", "--json").stdout)["cases"]}


def kinds(daemon, case):
    return [e["kind"] for e in show(daemon, case)["events"]]


def said(daemon, *words):
    answer = daemon.ctl("case", *words, check=False)
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


def refused(daemon, *words):
    answer = daemon.ctl("case", *words, check=False)
    assert answer.returncode in (1, 2) and answer.stdout == "", (answer.returncode, answer.stdout)
    return answer.stderr


def started(triaged):
    triaged.start()
    wait_for("the account is watched", lambda: '"watching"' in triaged.ctl("status", "--json").stdout)


def judged(triaged, dovecot, user, *mails):
    """Delivers one by one; the ids of the cases that they opened, in order."""
    opened = []
    for mail in mails:
        before = set(queue(triaged))
        dovecot.deliver(user, mail)
        fresh = wait_for("a new case", lambda: set(queue(triaged)) - before)
        opened += fresh
    return opened


def test_two_cases_become_one_and_later_mails_join_it(triaged, dovecot, user):
    started(triaged)
    first, second = judged(triaged, dovecot, user, sample(KO_LEGAL, message_id="<m1@customer.example>"),
                           sample(KO_ABUSE, sender="박서준 <seojun+home@customer.example>", message_id="<m2@customer.example>"))
    drafts = wait_for("both drafts", lambda: dovecot.count(user, "Drafts") == 2 and dovecot.messages(user, "Drafts"))
    said(triaged, "promise", second, "call back", "--until", "+2h")
    said(triaged, "promise", second, "sent a form", "--until", "+1d")
    said(triaged, "fact", first, "situation", "the box was wet")
    said(triaged, "fact", second, "situation", "the box was dented")
    said(triaged, "fact", second, "interim", "lend a phone", "--until", "+3d")
    said(triaged, "cause", second, "the carrier")
    said(triaged, "stage", second, "investigating")
    said(triaged, "kept", second, "2")
    flags = set(show(triaged, first)["flags"]) | set(show(triaged, second)["flags"])
    assert "--reason" in refused(triaged, "merge", first, second)
    stranger, = judged(triaged, dovecot, user, sample(EN_LEGAL, message_id="<m3@customer.example>"))
    assert "is not the other's to read" in refused(triaged, "merge", first, stranger, "--reason", "typo")
    assert "itself" in refused(triaged, "merge", first, first, "--reason", "x")
    assert "no case C99" in refused(triaged, "merge", first, "C99", "--reason", "x")
    assert "is no case" in refused(triaged, "merge", first, "what", "--reason", "x")
    said(triaged, "hold", second, "--until", "+1h", "--reason", "lawyer")
    assert "on hold" in refused(triaged, "merge", first, second, "--reason", "x")
    said(triaged, "release", second)
    assert "1 mail and 2 open promises" in said(triaged, "merge", first, second, "--reason", "the same order")
    one, other = show(triaged, first), show(triaged, second)
    assert set(one["flags"]) == flags and one["messages"] == 2 and one["state"] == "open"
    assert [m["message_id"] for m in one["mails"]] == ["<m1@customer.example>", "<m2@customer.example>"]
    assert one["mails"][1]["evidence"], "with what raised its flags"
    assert one["participants"] == ["seojun@customer.example"], "a subaddress is the same person"
    assert [(p["text"], p["state"]) for p in one["promises"]] == [("call back", "open"), ("lend a phone", "open")] and one["promise_due"]
    assert sorted((p["text"], p["state"]) for p in other["promises"]) == [("call back", "moved"), ("lend a phone", "moved"), ("sent a form", "kept")]
    assert one["orders"] == ["20931"] and other["orders"] == [], "a matter is found by its orders"
    assert (one["situation"], one["interim"], one["cause"]) == ("the box was wet", "lend a phone", "the carrier")
    assert one["stage"] == "investigating", "the matter is as far as it went in either"
    assert (other["state"], other["merged"], other["mails"], other["messages"]) == ("solved", first, [], 0)
    assert one["record_sound"] and other["record_sound"]
    assert one["events"][-1]["kind"] == "merged-in" and other["events"][-1]["kind"] == "merged"
    assert set(queue(triaged)) == {first, stranger}
    assert f"became a part of {first}: the same order" in triaged.ctl("case", "show", second).stdout
    assert f"{second} of seojun+home@customer.example became a part of this case, 1 mail, 2 open promises: the same order; stage: investigating; as this " \
        "case has its own, left behind: situation: the box was dented" in triaged.ctl("case", "show", first).stdout
    said(triaged, "call-off", first, "2", "--reason", "none left")
    assert show(triaged, first)["interim"] == "", "the measure goes on as what that promise is of"

    # What refers to a mail of the other one, or to the draft that was laid out there, joins the one.
    draft = [email.message_from_bytes(d[2], policy=email.policy.default) for d in drafts if b"seojun+home" in d[2]][0]
    for n, parent in enumerate(("<m2@customer.example>", draft["Message-ID"])):
        dovecot.deliver(user, sample(KO_QUESTION, sender="박서준 <seojun+home@customer.example>", references=[parent]))
        wait_for("it joins", lambda: show(triaged, first)["messages"] == 3 + n)
    assert set(queue(triaged)) == {first, stranger} and show(triaged, second)["messages"] == 0

    # Only a note can be made in what is a part of another.
    assert f"merged into {first}" in refused(triaged, "reopen", second)
    assert f"merged into {first} already" in refused(triaged, "merge", first, second, "--reason", "again")
    said(triaged, "note", second, "the paper file lies with the first")
    said(triaged, "draft", first, "acknowledge")
    wait_for("a draft to who wrote last", lambda: any(
        b"seojun+home" in d[2] and b"template=acknowledge" in d[2] for d in dovecot.messages(user, "Drafts")[2:]))


def test_a_chain_of_merges_leads_to_its_end(triaged, dovecot, user):
    started(triaged)
    a, b, c = judged(triaged, dovecot, user, *(sample(EN_LEGAL, sender=f"{n} <x+{n}@customer.example>", message_id=f"<{n}@customer.example>")
                                               for n in "abc"))
    said(triaged, "merge", b, a, "--reason", "one")
    said(triaged, "solve", c)
    said(triaged, "merge", c, b, "--reason", "two")
    assert (show(triaged, c)["state"], show(triaged, c)["messages"]) == ("open", 3), "what is open stays open"
    assert "merged" in refused(triaged, "merge", a, c, "--reason", "a circle")
    dovecot.deliver(user, sample(KO_QUESTION, sender="a <x+a@customer.example>", references=["<a@customer.example>"]))
    wait_for("it joins the last", lambda: show(triaged, c)["messages"] == 4)


def test_cases_of_two_accounts_stay_apart(make_triaged, dovecot):
    daemon = make_triaged(accounts=("shop-one", "shop-two")).start()
    wait_for("both are watched", lambda: daemon.ctl("status", "--json").stdout.count('"watching"') == 2)
    dovecot.deliver("shop-one", sample(KO_LEGAL))
    dovecot.deliver("shop-two", sample(KO_LEGAL))
    wait_for("both cases", lambda: len(queue(daemon)) == 2)
    assert "stay apart" in refused(daemon, "merge", *queue(daemon), "--reason", "x")


def test_a_case_is_split_where_another_matter_begins(triaged, dovecot, user):
    started(triaged)
    case, = judged(triaged, dovecot, user, sample(KO_QUESTION | {"sender": SEOJUN, "subject": "환불 문의"} | {"body": KO_LEGAL["body"]},
                                                  message_id="<s1@customer.example>"))
    # The third answers the second; the fourth came later, but answers the first and stays.
    for n, mail, parent in ((2, KO_ABUSE, 1), (3, KO_QUESTION, 2), (4, KO_QUESTION, 1)):
        dovecot.deliver(user, sample(mail, sender=SEOJUN, message_id=f"<s{n}@customer.example>", references=[f"<s{parent}@customer.example>"]))
        wait_for("it joined", lambda: show(triaged, case)["messages"] == n)
    page = show(triaged, case)
    numbers = [m["id"] for m in page["mails"]]
    assert f"M{numbers[1]}" in triaged.ctl("case", "show", case).stdout
    assert "abuse.insult" in page["flags"]
    assert "--reason" in refused(triaged, "split", case, f"M{numbers[1]}")
    assert "at least one has to stay" in refused(triaged, "split", case, f"M{numbers[0]}", "--reason", "x")
    assert "is no mail" in refused(triaged, "split", case, "M999999", "--reason", "x")
    assert "is no mail" in refused(triaged, "split", case, "first", "--reason", "x")
    said(triaged, "promise", case, "call back", "--until", "+2h")
    assert "; what was decided before stays: 1 open promise" in \
        said(triaged, "split", case, f"M{numbers[1]}", "--reason", "another order")
    assert "the new case C2, 2 mails: another order; stays here: 1 open promise" in triaged.ctl("case", "show", case).stdout
    fresh = (set(queue(triaged)) - {case}).pop()
    old, new = show(triaged, case), show(triaged, fresh)
    assert [m["id"] for m in old["mails"]] == [numbers[0], numbers[3]]
    assert [m["id"] for m in new["mails"]] == numbers[1:3]
    assert (old["messages"], new["messages"]) == (2, 2) and new["linked"] == case
    assert "abuse.insult" in new["flags"] and "abuse.insult" not in old["flags"] and "threat.legal" in old["flags"]
    assert old["severity"] != "none" and new["severity"] != "none"
    assert old["waiting_since"] and new["waiting_since"] >= old["waiting_since"] and new["turn"] == "us"
    assert new["customer"] == "seojun@customer.example" and old["record_sound"] and new["record_sound"]
    assert kinds(triaged, case)[-1] == "split" and kinds(triaged, fresh)[-1] == "split-off"
    assert json.loads(triaged.ctl("customer", "show", "--json", new["customer"]).stdout)["cases"] == 2

    # Answers go where the mail is that they answer; a correction weighs what is there.
    for parent, where, count in (("<s2@customer.example>", fresh, 3), ("<s1@customer.example>", case, 3)):
        dovecot.deliver(user, sample(KO_QUESTION, sender=SEOJUN, references=[parent]))
        wait_for("it joins", lambda: show(triaged, where)["messages"] == count)
    assert "no mail of" in refused(triaged, "correct", case, "-abuse.insult")

    # And back again: nothing is there twice.
    said(triaged, "merge", case, fresh, "--reason", "it was one after all")
    whole = show(triaged, case)
    assert len(whole["mails"]) == whole["messages"] == 6 and len({m["id"] for m in whole["mails"]}) == 6
    assert "abuse.insult" in whole["flags"] and whole["record_sound"]
