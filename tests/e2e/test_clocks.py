"""Clocks: the time a test moves, targets in business time, and what happens when they pass."""

import email
import email.policy
import imaplib
import json
import time
from datetime import datetime, timezone

from mails import KO_QUESTION, sample
from servers import wait_for
from test_sent import HEAD, answer, append
from test_steer import complaint, kinds, only_case, said, show


def test_a_promise_falls_due_when_the_clock_is_moved(make_timed, clock, dovecot, user):
    """Days go by in no time, for the daemon, for triagectl and for the mail server's dates alike."""
    daemon = make_timed([user])
    case = complaint(daemon, dovecot, user)
    said(daemon, "promise", case, "call back", "--until", "+2d")
    clock.move(days=1, hours=23, minutes=31)
    wait_for("it is due soon", lambda: "due-soon" in kinds(daemon, case))
    assert "promise due in 2" in daemon.ctl("queue").stdout
    clock.move(hours=1)
    wait_for("it is overdue", lambda: "overdue" in kinds(daemon, case))
    case, = json.loads(daemon.ctl("queue", "--json").stdout)["cases"]
    assert case["overdue"] and "waiting_since" in case


WEEK = """    time_zone: UTC
    hours: {mon-fri: "09:00-18:00"}
    holidays: [2031-01-01]
"""
CLOCKS = "clocks: {high: {first: 4h, next: 2h, resolve: 3d}}\n"


def monday(hour, day=6):
    """A Monday in January 2031; day 1 is a holiday."""
    return datetime(2031, 1, day, hour, tzinfo=timezone.utc)


def when(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def breaches(daemon, case):
    return [e["data"]["clock"] for e in show(daemon, case)["events"] if e["kind"] == "breach"]


def timed(make_timed, user, **settings):
    return make_timed([user], account_extra=WEEK, head=CLOCKS, **settings)


def test_an_answer_is_due_in_working_time_and_late_after_it(make_timed, clock, dovecot, user):
    daemon = timed(make_timed, user)
    clock.to(datetime(2030, 12, 31, 16, tzinfo=timezone.utc))  # a Tuesday; tomorrow is a holiday
    case = complaint(daemon, dovecot, user)
    listed = only_case(daemon)
    assert listed["severity"] == "high" and listed["answer"]["clock"] == "first" and not listed["answer"]["late"]
    assert abs((when(listed["answer"]["due"]) - datetime(2031, 1, 2, 11, tzinfo=timezone.utc)).total_seconds()) < 60
    assert abs((when(listed["solution"]["due"]) - datetime(2031, 1, 6, 16, tzinfo=timezone.utc)).total_seconds()) < 60
    assert "answer due in 42 h" in daemon.ctl("queue").stdout
    assert "solution due in 5 days, by 2031-01-06 16:0" in daemon.ctl("case", "show", case).stdout
    clock.to(datetime(2031, 1, 2, 10, 50, tzinfo=timezone.utc))
    assert "answer due in 10 min" in daemon.ctl("queue").stdout and breaches(daemon, case) == []
    clock.move(minutes=20)
    wait_for("the breach", lambda: breaches(daemon, case) == ["first"])
    assert only_case(daemon)["answer"]["late"]
    assert "answer late by 9 min" in daemon.ctl("queue").stdout or "answer late by 10 min" in daemon.ctl("queue").stdout
    page = show(daemon, case)
    event = page["events"][-1]
    assert event["kind"] == "breach" and event["actor"] == "triaged" and event["data"]["due"].startswith("2031-01-02 11:0")
    assert page["record_sound"] and "the first answer is late" in daemon.log.read_text()
    assert "late: our first answer, due " in daemon.ctl("case", "show", case).stdout


def test_a_reply_promises_a_word_for_a_day_of_work(make_timed, clock, dovecot, user):
    """Tuesday's mail, before a holiday, is told of Thursday."""
    daemon = timed(make_timed, user)
    clock.to(datetime(2030, 12, 31, 16, tzinfo=timezone.utc))
    complaint(daemon, dovecot, user)
    (_, _, raw), = dovecot.messages(user, "Drafts")
    text = email.message_from_bytes(raw, policy=email.policy.default).get_content()
    assert "1월 2일(목) 오후 5시" in text and "1월 1일" not in text


def test_breaches_survive_restarts_and_jumps_of_the_clock(make_timed, clock, dovecot, user):
    daemon = timed(make_timed, user)
    clock.to(monday(9))
    case = complaint(daemon, dovecot, user)
    daemon.stop()
    clock.to(monday(9, 13))
    daemon.start()
    wait_for("both were passed meanwhile", lambda: sorted(breaches(daemon, case)) == ["first", "resolve"])
    clock.to(monday(9))
    daemon.stop()
    daemon.start()
    clock.to(monday(12, 13))
    assert "solution late by" in daemon.ctl("queue").stdout
    daemon.ctl("case", "note", case, "nothing happens twice")
    assert sorted(breaches(daemon, case)) == ["first", "resolve"]


def test_the_clock_of_an_answer_stands_still_on_hold(make_timed, clock, dovecot, user):
    daemon = timed(make_timed, user)
    clock.to(monday(9))
    case = complaint(daemon, dovecot, user)
    clock.to(monday(10))
    said(daemon, "hold", case, "--until", "2031-01-07 10:00", "--reason", "the lawyer reads it")
    clock.to(monday(17))
    assert breaches(daemon, case) == [] and only_case(daemon)["answer"]["due"].startswith("2031-01-07T13:0")
    said(daemon, "release", case)
    assert only_case(daemon)["answer"]["due"].startswith("2031-01-07T11:0")
    clock.to(monday(11, 7))
    clock.move(minutes=2)
    wait_for("the breach", lambda: breaches(daemon, case) == ["first"])


def test_a_solved_case_has_no_clocks_and_a_reopened_one_has(make_timed, clock, dovecot, user):
    daemon = timed(make_timed, user)
    clock.to(monday(9))
    case = complaint(daemon, dovecot, user)
    said(daemon, "solve", case)
    page = show(daemon, case)
    assert page["answer"] is None and page["solution"] is None
    clock.to(monday(9, 13))
    said(daemon, "reopen", case)
    page = show(daemon, case)
    assert page["answer"] is None and page["solution"]["due"].startswith("2031-01-16T09:0"), page["solution"]
    dovecot.deliver(user, sample(KO_QUESTION, sender="박서준 <seojun@customer.example>",
                                 headers=[("In-Reply-To", page["mails"][0]["message_id"])]))
    wait_for("the clock runs again", lambda: show(daemon, case)["answer"])
    assert breaches(daemon, case) == []


def test_an_answer_stops_the_clock_and_the_next_mail_starts_it_again(make_timed, clock, dovecot, user):
    daemon = make_timed([user], account_extra=WEEK + "    sent: Sent\n    poll: 5\n", head=HEAD + CLOCKS)
    clock.to(monday(9))
    case = complaint(daemon, dovecot, user)
    first = show(daemon, case)["mails"][0]
    clock.to(monday(10))
    append(dovecot, user, "Sent", answer(daemon, case))
    wait_for("the answer is noticed", lambda: "sent" in kinds(daemon, case))
    page = show(daemon, case)
    assert page["answer"] is None and page["turn"] == "customer" and page["solution"]
    clock.to(monday(17))
    dovecot.deliver(user, sample(KO_QUESTION, sender="박서준 <seojun@customer.example>", references=[first["message_id"]]))
    wait_for("the clock runs again", lambda: show(daemon, case)["answer"])
    page = show(daemon, case)
    assert page["answer"]["clock"] == "next" and page["answer"]["due"].startswith("2031-01-07T10:0"), page["answer"]
    assert breaches(daemon, case) == []
    clock.to(monday(10, 7))
    clock.move(minutes=5)
    wait_for("the breach", lambda: breaches(daemon, case) == ["next"])


def test_an_answer_that_crossed_with_a_mail_does_not_stop_its_clock(make_timed, clock, dovecot, user):
    """The answer was sent before the customer wrote again, and is noticed after."""
    daemon = make_timed([user], account_extra=WEEK + "    sent: Sent\n    poll: 5\n", head=HEAD + CLOCKS)
    clock.to(monday(9))
    case = complaint(daemon, dovecot, user)
    with dovecot.client(user) as client:
        an_hour_ago = imaplib.Time2Internaldate(time.time() - 3600)
        assert client.append("Sent", None, an_hour_ago, answer(daemon, case))[0] == "OK"
    wait_for("it is noticed", lambda: "sent" in kinds(daemon, case))
    page = show(daemon, case)
    assert page["answer"]["clock"] == "first" and page["turn"] == "us" and page["waiting_since"]
