"""What many recent cases share: found, said with its figures, and told to the customers in drafts."""

import email
import email.policy
import json

from mails import mail
from test_money import deliver, show, start
from servers import wait_for

WORDS = ["the kettle battery swells", "battery swells, kettle smells", "kettle: battery swells again"]


def complaints(*subjects, first=0):
    return [mail("I want my money back or I will sue you.\n", subject, f"Kim <kim{first + i}@customer.example>")
            for i, subject in enumerate(subjects)]


def groups(daemon, *words):
    return json.loads(daemon.ctl("recurring", "--json", *words).stdout)["groups"]


def drafts(dovecot, user, template):
    found = [email.message_from_bytes(raw, policy=email.policy.default) for _, _, raw in dovecot.messages(user, "Drafts")]
    return [m for m in found if f"template={template}" in m.get("X-Triaged-Draft", "")]


def test_a_word_that_many_cases_share_is_found_and_each_open_case_gets_a_draft(triaged, dovecot, user):
    start(triaged)
    assert "nothing recurs among the 0 cases of the last 14 days" in triaged.ctl("recurring").stdout
    ids = deliver(triaged, dovecot, user, *complaints(*WORDS, "lamp arrived late", "toaster is loud"))
    group, = groups(triaged)
    assert group["kind"] == "word" and "battery" in group["what"] and set(group["cases"]) == set(ids[:3])
    assert (group["recent"], group["of"], group["before"], group["before_of"]) == (3, 5, 0, 0)
    assert group["why"] == f"3 of the last 5 cases say \"{group['what']}\", 0 of the 0 before"
    text = triaged.ctl("recurring").stdout
    assert group["why"] in text and all(i in text for i in ids[:3])
    assert groups(triaged, "--account", user) == [group]
    assert "no account is called" in triaged.ctl("recurring", "--account", "nobody", check=False).stderr

    triaged.ctl("case", "hold", ids[1], "--until", "+2h", "--reason", "the lawyer reads it")
    triaged.ctl("case", "solve", ids[2])
    said = triaged.ctl("recurring", "draft", group["what"], "--reason", "batch 7").stdout
    assert f"1 draft from the template proactive-notice on the way: {ids[0]}" in said
    assert f"left out: {ids[1]}, it is on hold by root: the lawyer reads it" in said
    assert f"left out: {ids[2]}, it is solved" in said
    wait_for("the draft", lambda: len(drafts(dovecot, user, "proactive-notice")) == 1)
    draft, = drafts(dovecot, user, "proactive-notice")
    assert draft["To"].addresses[0].addr_spec == "kim0@customer.example"
    asked = [e for e in show(triaged, ids[0])["events"] if e["kind"] == "draft-asked"]
    assert [e["data"]["reason"] for e in asked] == [f"recurring \"{group['what']}\": batch 7"]
    assert asked[0]["actor"] == "root" and show(triaged, ids[0])["record_sound"]
    assert not [e for e in show(triaged, ids[1])["events"] if e["kind"] == "draft-asked"]

    triaged.ctl("case", "release", ids[1])
    again = json.loads(triaged.ctl("recurring", "draft", group["what"], "--json").stdout)
    assert again["drafted"] == [ids[1]], "asked again, only the one that was left out gets its draft"
    assert {o["case"]: o["why"] for o in again["left_out"]} == \
        {ids[0]: "it has this draft already", ids[2]: "it is solved"}
    wait_for("the second draft", lambda: len(drafts(dovecot, user, "proactive-notice")) == 2)


def test_a_cause_set_by_hand_makes_a_group(triaged, dovecot, user):
    start(triaged)
    first, second = deliver(triaged, dovecot, user, *complaints("lamp arrived late", "toaster is loud"))
    assert groups(triaged) == []
    assert f"the cause of {first} is: wrong batch" in \
        triaged.ctl("case", "cause", first, "wrong", "batch", "--reason", "seen in the depot").stdout
    assert groups(triaged) == [], "one case is no group"
    triaged.ctl("case", "cause", second, "Wrong Batch")
    group, = groups(triaged)
    assert (group["what"].lower(), group["kind"], set(group["cases"])) == ("wrong batch", "cause", {first, second})
    assert "have the cause" in group["why"]
    page = show(triaged, first)
    event = page["events"][-1]
    assert page["cause"] == "wrong batch" and (event["kind"], event["data"]["reason"]) == ("cause", "seen in the depot")
    assert "cause     wrong batch" in triaged.ctl("case", "show", first).stdout
    triaged.stop()
    triaged.start()
    assert groups(triaged) == [group]
    said = triaged.ctl("recurring", "draft", "wrong batch", "--template", "interim").stdout
    assert "2 drafts from the template interim" in said
    wait_for("both drafts", lambda: len(drafts(dovecot, user, "interim")) == 2)
    triaged.ctl("case", "cause", second, "none")
    assert groups(triaged) == [] and show(triaged, second)["cause"] == ""


def test_what_makes_no_sense_is_refused(triaged, dovecot, user):
    start(triaged)
    ids = deliver(triaged, dovecot, user, *complaints(*WORDS))
    what = groups(triaged)[0]["what"]

    def refused(*words):
        answer = triaged.ctl("recurring", *words, check=False)
        assert answer.returncode in (1, 2) and answer.stdout == ""
        return answer.stderr

    assert "nothing called \"gold\" recurs" in refused("draft", "gold")
    assert "there is no template \"nonsense\"; there are: " in refused("draft", what, "--template", "nonsense")
    assert "from 1 to 90" in refused("--days", "0")
    assert "from 1 to 90" in refused("--days", "-3")
    assert "say: recurring" in refused("draft")
    assert "go with recurring draft" in refused("--template", "interim")
    assert all("draft-asked" not in [e["kind"] for e in show(triaged, i)["events"]] for i in ids)


def test_abuse_is_not_kept_as_a_word(triaged, dovecot, user):
    start(triaged)
    deliver(triaged, dovecot, user, *[
        mail("You useless idiots. Are you too fucking stupid? The battery swells.\nI will sue you.", f"battery {word}",
             f"Kim <kim{i}@customer.example>") for i, word in enumerate(("swells", "bulges", "leaks"))])
    text = triaged.ctl("recurring").stdout
    assert "battery" in text and "fucking" not in text and "stupid" not in text and "idiot" not in text
