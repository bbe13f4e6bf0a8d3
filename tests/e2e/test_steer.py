"""What people do with cases: give them away, note, hold, promise, solve; and what triaged does of it by itself."""

import json
import time

from mails import KO_LEGAL, sample
from servers import wait_for


def only_case(daemon):
    case, = json.loads(daemon.ctl("queue", "--json").stdout)["cases"]
    return case


def show(daemon, case):
    return json.loads(daemon.ctl("case", "show", "--json", case).stdout)


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


def complaint(triaged, dovecot, user, **headers):
    triaged.start()
    wait_for("the account is watched", lambda: '"watching"' in triaged.ctl("status", "--json").stdout)
    dovecot.deliver(user, sample(KO_LEGAL, **headers))
    wait_for("its draft", lambda: dovecot.count(user, "Drafts") == 1)
    return only_case(triaged)["id"]


def test_a_person_steers_a_case_and_the_record_says_so(triaged, dovecot, user):
    case = complaint(triaged, dovecot, user)
    assert "noted" in said(triaged, "note", case, "the parcel was found")
    assert "ours" in said(triaged, "fault", case, "ours", "--reason", "wrong size packed")
    assert "investigating" in said(triaged, "stage", case, "investigating")
    assert "solved" in said(triaged, "solve", case, "--reason", "sent again")
    assert json.loads(triaged.ctl("queue", "--json").stdout)["cases"] == []
    assert "open again" in said(triaged, "reopen", case)
    page = show(triaged, case)
    assert (page["fault"], page["stage"], page["state"]) == ("ours", "investigating", "open") and page["record_sound"]
    tail = page["events"][-5:]
    assert [e["kind"] for e in tail] == ["noted", "fault", "stage", "solved", "reopened"]
    assert all(e["actor"] not in ("", "triaged", "customer") for e in tail), "a person did it"
    assert tail[1]["data"]["reason"] == "wrong size packed"
    text = triaged.ctl("case", "show", case).stdout
    assert "the parcel was found" in text and "fault" in text


def test_a_hold_has_an_end_and_a_reason_and_stops_drafts(triaged, dovecot, user):
    case = complaint(triaged, dovecot, user)
    assert "an end and a reason" in refused(triaged, "hold", case, "--until", "+1h")
    assert "passed already" in refused(triaged, "hold", case, "--until", "2020-01-01 10:00", "--reason", "x")
    assert "is no time" in refused(triaged, "hold", case, "--until", "soon", "--reason", "x")
    assert "on hold until" in said(triaged, "hold", case, "--until", "+2h", "--reason", "the lawyer reads it first")
    assert show(triaged, case)["hold"]["reason"] == "the lawyer reads it first"
    first = show(triaged, case)["mails"][0]["message_id"]
    dovecot.deliver(user, sample(KO_LEGAL, references=[first]))
    wait_for("the second mail", lambda: kinds(triaged, case).count("mail") == 2)
    wait_for("it is said", lambda: "left-out" in kinds(triaged, case))
    why = next(e for e in show(triaged, case)["events"] if e["kind"] == "left-out")["data"]["why"]
    assert "on hold until" in why
    assert dovecot.count(user, "Drafts") == 1, "nobody answers a case on hold"
    assert "not on hold any more" in said(triaged, "release", case)
    assert "is not on hold" in refused(triaged, "release", case)
    dovecot.deliver(user, sample(KO_LEGAL, references=[first]))
    wait_for("a draft again", lambda: dovecot.count(user, "Drafts") == 2)


def test_a_promise_is_followed_until_it_is_kept(triaged, dovecot, user):
    case = complaint(triaged, dovecot, user)
    assert "needs a time" in refused(triaged, "promise", case, "call back")
    assert "passed already" in refused(triaged, "promise", case, "call back", "--until", "2020-01-01")
    assert "promise 1" in said(triaged, "promise", case, "call back", "--until", "+2h")
    promise, = show(triaged, case)["promises"]
    assert promise["text"] == "call back" and promise["state"] == "open"
    assert only_case(triaged)["promise_due"] == promise["due"] and not only_case(triaged)["overdue"]
    assert "open promise" in refused(triaged, "solve", case)
    assert "promise due in" in triaged.ctl("queue").stdout
    # An hour before it is due the record says so; here at once.
    assert "promise 2" in said(triaged, "promise", case, "send the invoice", "--until", "+1m")
    assert "several open promises" in refused(triaged, "kept", case)
    assert "is kept" in said(triaged, "kept", case, "1")
    assert "has ended" in refused(triaged, "kept", case, "1")
    assert "has no promise 9" in refused(triaged, "kept", case, "9")
    assert "say why" in refused(triaged, "call-off", case, "2")
    assert "called off" in said(triaged, "call-off", case, "2", "--reason", "told the customer")
    assert "is solved" in said(triaged, "solve", case)
    assert kinds(triaged, case)[-5:] == ["promised", "promised", "kept", "called-off", "solved"]


def test_an_overdue_promise_goes_to_the_top_even_after_a_restart(triaged, dovecot, user):
    case = complaint(triaged, dovecot, user)
    dovecot.deliver(user, sample(KO_LEGAL, sender="other@example.org"))
    wait_for("two cases", lambda: len(json.loads(triaged.ctl("queue", "--json").stdout)["cases"]) == 2)
    second = next(c["id"] for c in json.loads(triaged.ctl("queue", "--json").stdout)["cases"] if c["id"] != case)
    due = time.time() + 60
    said(triaged, "promise", second, "call back", "--until", "+1m")
    assert json.loads(triaged.ctl("queue", "--json").stdout)["cases"][0]["id"] == case
    triaged.stop()
    triaged.start()
    wait_for("it is overdue", lambda: "overdue" in kinds(triaged, second), 90)
    assert time.time() >= due - 1
    top = json.loads(triaged.ctl("queue", "--json").stdout)["cases"][0]
    assert top["id"] == second and top["overdue"]
    assert "promise overdue for" in triaged.ctl("queue").stdout
    said(triaged, "kept", second)
    assert json.loads(triaged.ctl("queue", "--json").stdout)["cases"][0]["id"] == case
    assert show(triaged, second)["record_sound"]


def test_what_makes_no_sense_is_refused_in_words(triaged, dovecot, user):
    case = complaint(triaged, dovecot, user)
    before = kinds(triaged, case)
    assert "nobody is called" in refused(triaged, "assign", case, "nobody-here")
    assert "whose fault" in refused(triaged, "fault", case, "mine")
    assert "is no stage" in refused(triaged, "stage", case, "later")
    assert "there is no case C999" in refused(triaged, "note", "C999", "hello")
    assert "named like C12" in refused(triaged, "note", "twelve", "hello")
    assert "say: case note" in refused(triaged, "note", case)
    assert "is open" in refused(triaged, "reopen", case)
    assert "longer than" in refused(triaged, "note", case, "x" * 3000)
    assert kinds(triaged, case) == before
