"""What people say of verdicts: by triagectl, and by taking a mail out of the folder we moved it to."""

import json

from mails import EN_ABUSE, KO_LEGAL, sample
from servers import wait_for


def only_case(daemon):
    case, = json.loads(daemon.ctl("queue", "--json").stdout)["cases"]
    return case


def show(daemon, case):
    return json.loads(daemon.ctl("case", "show", "--json", case).stdout)


def stats(daemon):
    return {r["rule"]: r for r in json.loads(daemon.ctl("rules", "stats", "--json").stdout)["rules"]}


def watched(daemon):
    wait_for("the account is watched", lambda: '"watching"' in daemon.ctl("status", "--json").stdout)


def folder_of_it(dovecot, user):
    return next(f for f in ("Triage/Threats", "Triage/Urgent", "Triage/Abuse") if dovecot.count(user, f))


def test_a_case_is_corrected_and_its_flags_and_severity_follow(triaged, dovecot, user):
    triaged.start()
    watched(triaged)
    dovecot.deliver(user, sample(KO_LEGAL))
    wait_for("a case", lambda: json.loads(triaged.ctl("queue", "--json").stdout)["cases"])
    wait_for("its draft", lambda: dovecot.count(user, "Drafts") == 1)
    case = only_case(triaged)
    assert {"threat.legal", "threat.regulator"} <= set(case["flags"]) and case["severity"] == "high"
    rules = {e["rule"] for m in show(triaged, case["id"])["mails"] for e in m["evidence"] if e["flag"] == "threat.legal"}
    assert rules
    before = stats(triaged)
    assert all(before[r]["hits"] == 1 and before[r]["wrong"] == 0 and before[r]["ns"] > 0 for r in rules), {r: before[r] for r in rules}

    said = triaged.ctl("case", "correct", case["id"], "+signal.evidence", "-threat.legal", "-threat.regulator")
    assert said.returncode == 0, said.stderr
    assert said.stdout.startswith(f"{case['id']} is now normal: ") and "signal.evidence" in said.stdout
    now = only_case(triaged)
    assert "threat.legal" not in now["flags"] and "signal.evidence" in now["flags"] and now["severity"] == "normal"
    page = show(triaged, case["id"])
    event = page["events"][-1]
    assert page["record_sound"] and event["kind"] == "corrected"
    assert event["data"]["change"] == "-threat.legal -threat.regulator +signal.evidence"
    assert page["mails"][0]["flags"] == case["flags"], "the record of what was judged stays"
    assert all(stats(triaged)[r]["wrong"] == 1 for r in rules)
    assert "corrected" in triaged.ctl("case", "show", case["id"]).stdout

    # Taken back: as if nothing had been said.
    assert triaged.ctl("case", "correct", case["id"], "-signal.evidence", "+threat.legal", "+threat.regulator").returncode == 0
    assert sorted(only_case(triaged)["flags"]) == sorted(case["flags"]) and only_case(triaged)["severity"] == "high"
    assert all(stats(triaged)[r]["wrong"] == 0 for r in rules)

    for words, status, sentence in ((["-abuse.hate"], 1, "no mail of"), (["+threat.legal"], 1, "already"),
                                    (["+threat.legl"], 2, "did you mean threat.legal?"), ([], 2, "say which flags"),
                                    (["+threat.legal", "-threat.legal"], 2, "the same flag")):
        wrong = triaged.ctl("case", "correct", case["id"], *words, check=False)
        assert wrong.returncode == status and sentence in wrong.stderr, wrong.stderr
    missing = triaged.ctl("case", "correct", "C999", "-threat.legal", check=False)
    assert missing.returncode == 1 and "no case C999" in missing.stderr
    assert "looked at" in triaged.ctl("rules", "stats").stdout
    triaged.stop()


def test_taking_a_mail_out_of_its_folder_says_that_the_flag_was_wrong(triaged, dovecot, user):
    triaged.start()
    watched(triaged)
    dovecot.deliver(user, sample(KO_LEGAL), sample(EN_ABUSE))
    wait_for("both are moved", lambda: dovecot.count(user, "INBOX") == 0)
    folder = folder_of_it(dovecot, user)
    assert dovecot.count(user, folder) == 1
    wait_for("nothing is waiting", lambda: len(json.loads(triaged.ctl("queue", "--json").stdout)["cases"]) == 2)
    with dovecot.client(user) as client:
        client.select(f'"{folder}"')
        assert client.uid("MOVE", "1:*", "INBOX")[0] == "OK"

    def corrected():
        answer = triaged.api("GET", "/v1/corrections")
        return answer["mails"]

    wait_for("the correction", corrected)
    mail, = corrected()
    assert set(mail["wrong"]) & {"threat.legal", "threat.regulator"} and mail["missing"] == []
    assert {r["rule"] for r in mail["rules"]}
    case = next(c for c in json.loads(triaged.ctl("queue", "--json").stdout)["cases"] if c["id"] == mail["case"])
    assert not set(case["flags"]) & set(mail["wrong"])
    event = show(triaged, mail["case"])["events"][-1]
    assert event["kind"] == "corrected" and event["actor"] == "mailbox" and event["data"]["moved_to"] == "INBOX"
    assert dovecot.count(user, "INBOX") == 1, "it stays where the person put it"

    # The same mail once more out of INBOX and back says nothing new.
    events = len(show(triaged, mail["case"])["events"])
    with dovecot.client(user) as client:
        client.select("INBOX")
        client.uid("MOVE", "1:*", f'"{folder}"')
        client.select(f'"{folder}"')
        client.uid("MOVE", "1:*", "INBOX")
    again = sample(EN_ABUSE, message_id="<later@customer.example>")
    dovecot.deliver(user, again)
    wait_for("later mail is dealt with", lambda: len(json.loads(triaged.ctl("queue", "--json").stdout)["cases"]) >= 2
             and dovecot.count(user, "INBOX") == 1)
    assert len(corrected()) == 1 and len(show(triaged, mail["case"])["events"]) == events
    triaged.stop()
