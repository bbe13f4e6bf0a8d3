"""kill -9 at every journal step: no mail is lost, none judged twice, no second draft, no second move.

The hook kills the program before and after each durable commit, so that every action on the server falls into a gap
between two steps: done but not yet written down, or written down as started and not yet done.
"""

import json
import signal

import pytest

from mails import EN_LEGAL, KO_ABUSE, KO_QUESTION, sample
from servers import RULES

STEPS_MAX = 60

COPYING_POLICY = """
severity:
  - high: threat or abuse or demand
rules:
  - name: keep a copy, mark, answer, move
    if: {flags: threat or abuse or demand}
    do:
      - copy: Archive/Angry
      - keyword: $Angry
      - flag
      - draft: acknowledge
      - move: Triage/Angry
"""


def folders(dovecot, user, names):
    return {name: dovecot.count(user, name) for name in names}


def cases(daemon):
    daemon.start()
    found = json.loads(daemon.ctl("queue", "--json").stdout)["cases"]
    shown = [json.loads(daemon.ctl("case", "show", "--json", c["id"]).stdout) for c in found]
    status = json.loads(daemon.ctl("status", "--json").stdout)
    daemon.stop()
    return shown, status


def crash_everywhere(make, dovecot, hooked, user, settings, expected):
    """Kills at step 1, 2, 3 ... until a run gets through; checks each time what the next, whole run leaves behind."""
    for step in range(1, STEPS_MAX):
        box = f"{user}s{step}"
        daemon = make([box], **settings)
        daemon.once()
        dovecot.deliver(box, sample(EN_LEGAL), sample(KO_ABUSE), sample(KO_QUESTION))
        killed = daemon.once(hooks=hooked, check=False, TRIAGED_CRASH_AT=str(step))
        if killed.returncode == 0:
            return step - 1
        assert killed.returncode == -signal.SIGKILL, killed.stderr
        daemon.once()
        assert folders(dovecot, box, expected) == expected, f"killed at step {step}"
        daemon.once()
        assert folders(dovecot, box, expected) == expected, f"after one more run; killed at step {step}"
        shown, status = cases(daemon)
        assert len(shown) == 2, f"killed at step {step}"
        for case in shown:
            assert len([m for m in case["mails"] if not m.get("outgoing")]) == 1, f"killed at step {step}"
        assert not status["attention"]["parked"] and not status["attention"]["troubled"], f"killed at step {step}"
    raise AssertionError("the program never got through: is the hook counting?")


def test_killed_at_every_step(make_triaged, dovecot, hooked, user):
    expected = {"INBOX": 1, "Drafts": 2}
    steps = crash_everywhere(make_triaged, dovecot, hooked, user, {}, expected)
    assert steps >= 6, "intake, start and finish of the actions are three commits"


def test_killed_at_every_step_with_every_kind_of_action(make_triaged, dovecot, hooked, user, workplace):
    rules = workplace / (user + "-rules")
    rules.mkdir()
    (rules / "policy.yaml").write_text(COPYING_POLICY)
    expected = {"INBOX": 1, "Drafts": 2, "Archive/Angry": 2, "Triage/Angry": 2}
    steps = crash_everywhere(make_triaged, dovecot, hooked, user, {"rules": [RULES, rules]}, expected)
    assert steps >= 6


@pytest.fixture(scope="module")
def dovecot_without_move(workplace, authority):
    from servers import Dovecot
    server = Dovecot(workplace / "nomove", authority, extra="""
protocol imap {
  imap_capability = IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE LITERAL+ UIDPLUS SPECIAL-USE
}
""").start()
    yield server
    server.stop()


def test_killed_at_every_step_where_the_server_cannot_move(make_triaged, dovecot_without_move, hooked, user, workplace):
    rules = workplace / (user + "-rules")
    rules.mkdir()
    (rules / "policy.yaml").write_text(COPYING_POLICY)
    expected = {"INBOX": 1, "Drafts": 2, "Archive/Angry": 2, "Triage/Angry": 2}
    crash_everywhere(make_triaged, dovecot_without_move, hooked, user,
                     {"rules": [RULES, rules], "server": dovecot_without_move}, expected)
