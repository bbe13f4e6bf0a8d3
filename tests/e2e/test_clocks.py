"""Clocks: the time a test moves, targets in business time, and what happens when they pass."""

import json

from servers import wait_for
from test_steer import complaint, kinds, said


def test_a_promise_falls_due_when_the_clock_is_moved(make_timed, clock, dovecot, user):
    """Days go by in no time, for the daemon, for triagectl and for the mail server's dates alike."""
    daemon = make_timed([user])
    case = complaint(daemon, dovecot, user)
    said(daemon, "promise", case, "call back", "--until", "+2d")
    clock.move(days=1, hours=23, minutes=30)
    wait_for("it is due soon", lambda: kinds(daemon, case)[-1] == "due-soon")
    assert "promise due in 2" in daemon.ctl("queue").stdout
    clock.move(hours=1)
    wait_for("it is overdue", lambda: kinds(daemon, case)[-1] == "overdue")
    case, = json.loads(daemon.ctl("queue", "--json").stdout)["cases"]
    assert case["overdue"] and "waiting_since" in case
