"""Owners: who is given a case, who acts while they are away, and what happens when a customer asks for their superior."""

import datetime
import email
import email.policy
import json
import subprocess

import pytest

from mails import EN_LEGAL, EN_SELFHARM, KO_ABUSE, KO_BOSS, KO_LEGAL, KO_VIOLENCE, sample
from servers import wait_for
from test_actions import StubSmtp, judged, running, smtp, with_policy  # noqa: F401 (fixtures)
from test_steer import complaint, drafts, kinds, said, show, with_template

assert StubSmtp

TODAY = datetime.datetime.now(datetime.timezone.utc).date()
YESTERDAY, TOMORROW = TODAY - datetime.timedelta(days=1), TODAY + datetime.timedelta(days=1)

TEAM = """agents:
  - {name: kim, display: 김지원, address: kim@%(user)s.example}
  - {name: lee, display: 이민아, address: lee@%(user)s.example}
  - {name: mina, display: 박미나, address: mina@%(user)s.example, role: lead}
"""


def owners(daemon):
    """{case: owner}"""
    return {c["id"]: c["owner"] for c in json.loads(daemon.ctl("queue", "--json").stdout)["cases"]}


def mails(count, start=0):
    return [sample(EN_LEGAL, sender=f"w{i}@customer.example", subject=f"Order {i}") for i in range(start, start + count)]


def away(**people):
    """The team, some of them with absences: name=(from, until, deputy)."""
    text = TEAM
    for name, (begin, end, deputy) in people.items():
        deputy = f", deputy: {deputy}" if deputy else ""
        text = text.replace(f"name: {name},", f"name: {name}, away: [{{from: {begin}, until: {end}{deputy}}}],")
    return text


ROUND = "  - {name: turns, if: {flags: threat}, do: [{assign: {among: [kim, lee, mina], by: round-robin}}, {draft: legal}]}\n"
LOAD = "  - {name: load, if: {flags: threat}, do: [{assign: {among: [kim, lee], by: least-loaded}}, {draft: legal}]}\n"


def test_round_robin_goes_on_after_a_restart(with_policy, dovecot, user):  # noqa: F811
    daemon = with_policy(ROUND, head=TEAM % {"user": user})
    judged(daemon, dovecot, user, *mails(2))
    judged(daemon, dovecot, user, *mails(3, 2))
    with running(daemon):
        assert owners(daemon) == {"C1": "kim", "C2": "lee", "C3": "mina", "C4": "kim", "C5": "lee"}
        event = next(e for e in show(daemon, "C4")["events"] if e["kind"] == "assigned")
        assert event["data"]["owner"] == "kim" and event["data"]["reason"] == "turns"
        # Who wrote before stays with their agent, and it is nobody's turn for that.
        dovecot.deliver(user, sample(EN_LEGAL, sender="w1@customer.example", subject="Another matter"))
        wait_for("the same agent", lambda: owners(daemon).get("C6") == "lee")
        dovecot.deliver(user, *mails(1, 9))
        wait_for("the next one", lambda: owners(daemon).get("C7") == "mina")


def test_the_least_loaded_is_given_the_next_case(with_policy, dovecot, user):  # noqa: F811
    daemon = with_policy(LOAD, head=TEAM % {"user": user})
    judged(daemon, dovecot, user, *mails(4))
    with running(daemon):
        assert owners(daemon) == {"C1": "kim", "C2": "lee", "C3": "kim", "C4": "lee"}
        said(daemon, "assign", "C1", "lee")             # kim has one, lee three
        dovecot.deliver(user, *mails(2, 4))
        wait_for("kim is given two", lambda: [owners(daemon).get(c) for c in ("C5", "C6")] == ["kim", "kim"])
        for case in ("C2", "C4"):
            said(daemon, "solve", case)                 # kim three, lee one
        dovecot.deliver(user, *mails(1, 6))
        wait_for("what is solved weighs nothing", lambda: owners(daemon).get("C7") == "lee")
        said(daemon, "reopen", "C2")                    # three and three; lee was given one last
        dovecot.deliver(user, *mails(1, 7))
        wait_for("who was given one longest ago", lambda: owners(daemon).get("C8") == "kim")


def test_who_is_away_is_passed_over(with_policy, dovecot, user):  # noqa: F811
    daemon = with_policy(ROUND, head=away(lee=(YESTERDAY, TODAY, "kim")) % {"user": user})
    judged(daemon, dovecot, user, *mails(3))
    with running(daemon):
        assert owners(daemon) == {"C1": "kim", "C2": "mina", "C3": "kim"}


def test_a_deputy_acts_while_the_owner_is_away_and_the_case_comes_back(with_policy, dovecot, user, smtp):  # noqa: F811
    rules = "  - {name: kim's, if: {flags: threat}, do: [{assign: kim}, {notify: kim}, {draft: legal}]}\n"
    head = f"smtp: {{url: 'smtp://127.0.0.1:{smtp.port}', from: triaged@{user}.example}}\n"
    daemon = with_policy(rules, head=away(kim=(YESTERDAY, TOMORROW, "lee")) % {"user": user} + head)
    judged(daemon, dovecot, user, sample(KO_LEGAL))
    assert smtp.receivers == [f"RCPT TO:<lee@{user}.example>"]
    assert f"kim ({TOMORROW}까지 부재, lee 대행)" in notice(smtp.mails[0])
    assert "이민아" in drafts(dovecot, user)[0].get_content() and "김지원" not in drafts(dovecot, user)[0].get_content()
    with running(daemon):
        case, = json.loads(daemon.ctl("queue", "--json").stdout)["cases"]
        assert case["owner"] == "kim" and case["acting"] == {"agent": "lee", "until": str(TOMORROW)}
        assert f"kim (away until {TOMORROW}, lee acts)" in daemon.ctl("queue").stdout
        assert f"kim (away until {TOMORROW}, lee acts)" in daemon.ctl("case", "show", "C1").stdout
    # Back again: nothing was moved, so that nothing needs to be moved back.
    daemon.head = away(kim=(YESTERDAY, YESTERDAY, "lee")) % {"user": user} + head
    daemon.write_config([user])
    with running(daemon):
        assert "acts" not in daemon.ctl("queue").stdout
        assert json.loads(daemon.ctl("queue", "--json").stdout)["cases"][0]["acting"] is None
        said(daemon, "draft", "C1", "acknowledge")
        wait_for("the owner's draft", lambda: with_template(dovecot, user, "acknowledge"))
        assert "김지원" in with_template(dovecot, user, "acknowledge")[0].get_content()
        assert [e for e in kinds(daemon, "C1") if e == "assigned"] == ["assigned"]


@pytest.mark.parametrize("people,acts", [
    (dict(kim=(TODAY, TODAY, "lee"), lee=(TODAY, TODAY, "kim")), "mina"),       # each other's deputies: the lead
    (dict(kim=(TODAY, TODAY, "lee"), lee=(TODAY, TODAY, "mina")), "mina"),      # down the chain
    (dict(kim=(TODAY, TODAY, None)), "mina"),                                   # none is named
    (dict(kim=(TODAY, TODAY, "lee"), lee=(TODAY, TODAY, None), mina=(TODAY, TODAY, None)), "kim"),  # nobody at all is there
    (dict(kim=(TOMORROW, TOMORROW, "lee")), None),
])
def test_the_chain_of_deputies_ends(with_policy, dovecot, user, people, acts):  # noqa: F811
    daemon = with_policy("  - {name: kim's, if: {flags: threat}, do: [{assign: kim}]}\n", head=away(**people) % {"user": user})
    judged(daemon, dovecot, user, sample(KO_LEGAL))
    with running(daemon):
        case, = json.loads(daemon.ctl("queue", "--json").stdout)["cases"]
        assert case["owner"] == "kim" and (case["acting"] or {"agent": None})["agent"] == acts


def checked(daemon):
    return subprocess.run([daemon.build / "triaged", "--check", "--config", daemon.config], capture_output=True, text=True).stderr


def test_mistakes_in_absences_and_choices_are_told_with_their_place(with_policy, user):  # noqa: F811
    head = """agents:
  - {name: kim, superior: kim, away: [{from: 2026-12-24, until: 2026-12-20, deputy: kim}, {from: 2026-02-30, until: soon}]}
  - {name: lee, superior: nobody, time_zone: Asia/Seoull, away: [{from: 2026-12-24, deputy: le}]}
  - {name: mina, away: tomorrow}
"""
    rules = """  - {name: a, if: {conduct: [angry, warning+]}, do: [{assign: {among: [], by: turns}}]}
  - {name: b, do: [{assign: {among: [kim, leee, kim]}}, {notify: {role: boss}}]}
  - {name: c, do: [{assign: {by: round-robin}}, {assign: {role: lead, among: [kim]}}]}
"""
    daemon = with_policy(rules, head=head)
    said_of_config = checked(daemon)
    lines = daemon.config.read_text().splitlines()
    first = lines.index("agents:") + 1
    for row, at, words in ((0, "kim, away", "the superior of kim is kim"), (0, "2026-12-20", "ends before it begins"),
                           (0, "kim}, {", "the deputy of kim is kim"), (0, "2026-02-30", "from must be a day"),
                           (0, "soon", "until must be a day"), (1, "nobody", 'there is no agent "nobody"'), (1, "Asia", "no time zone"),
                           (1, "{from", "needs until"), (1, "le}", 'there is no agent "le"'), (2, "tomorrow", "must be a list")):
        place = f":{first + row + 1}:{lines[first + row].index(at) + 1}: "
        assert any(place in said and words in said for said in said_of_config.splitlines()), (place, words, said_of_config)
    assert 'did you mean "lee"?' in said_of_config
    daemon.head = TEAM % {"user": user}
    daemon.write_config([user])
    said_of_policy = checked(daemon)
    for words in ('no step of conduct "angry"', "must name the agents", 'no way to choose "turns"', 'no agent "leee"', "stands here twice",
                  'no role "boss"', "names nobody", "both say who it is"):
        rows = [row for row in said_of_policy.splitlines() if words in row]
        assert rows and all("policy.yaml:" in row for row in rows), (words, said_of_policy)


def notice(raw):
    return email.message_from_bytes(raw, policy=email.policy.default).get_content()


def notice_subject(raw):
    return email.message_from_bytes(raw, policy=email.policy.default)["Subject"]


BOSS = "  - {name: up, if: {flags: demand.superior}, do: [{draft: superior}]}\n"


def test_the_superior_of_a_known_customers_agent_is_informed_and_the_owner_stays(with_policy, dovecot, user, smtp):  # noqa: F811
    """Scene 5: a boss who appears beside the agent makes them bigger."""
    head = (TEAM % {"user": user}).replace("name: kim,", "name: kim, superior: lee,")
    head += f"smtp: {{url: 'smtp://127.0.0.1:{smtp.port}', from: triaged@{user}.example}}\n"
    daemon = with_policy("  - {name: kim's, if: {flags: threat}, do: [{assign: kim}, {draft: legal}]}\n" + BOSS, head=head)
    judged(daemon, dovecot, user, sample(KO_LEGAL))
    assert smtp.receivers == []
    judged(daemon, dovecot, user, sample(KO_BOSS, sender="박서준 <seojun@customer.example>"))
    assert smtp.receivers == [f"RCPT TO:<lee@{user}.example>"], "the superior, once, and nobody else"
    body = notice(smtp.mails[0])
    assert "담당자는 그대로 kim입니다" in body and "demand.superior" in body
    with running(daemon):
        assert owners(daemon) == {"C1": "kim", "C2": "kim"}
        alarm = next(e for e in show(daemon, "C2")["events"] if e["kind"] == "alarm")
        assert alarm["data"]["owner"] == "kim" and alarm["data"]["superior"] == "lee"
        assert any(o["kind"] == "notify" and o["state"] == "done" for o in show(daemon, "C2")["outbox"])
    draft, = with_template(dovecot, user, "superior")
    assert "김지원" in draft.get_content(), "the reply goes through the owner"


def test_without_a_superior_of_their_own_a_lead_is_informed(with_policy, dovecot, user, smtp):  # noqa: F811
    head = TEAM % {"user": user} + f"smtp: {{url: 'smtp://127.0.0.1:{smtp.port}', from: triaged@{user}.example}}\n"
    daemon = with_policy("  - {name: kim's, if: {flags: threat}, do: [{assign: kim}]}\n" + BOSS, head=head)
    judged(daemon, dovecot, user, sample(KO_LEGAL))
    judged(daemon, dovecot, user, sample(KO_BOSS, sender="박서준 <seojun@customer.example>"))
    assert smtp.receivers == [f"RCPT TO:<mina@{user}.example>"]


def test_a_first_time_writer_who_asks_for_a_superior_is_given_to_one(with_policy, dovecot, user):  # noqa: F811
    daemon = with_policy(BOSS, head=TEAM % {"user": user})
    judged(daemon, dovecot, user, sample(KO_BOSS))
    with running(daemon):
        assert owners(daemon) == {"C1": "mina"} and "alarm" not in kinds(daemon, "C1")
        event = next(e for e in show(daemon, "C1")["events"] if e["kind"] == "assigned")
        assert "asks for a superior" in event["data"]["reason"]
        assert json.loads(daemon.ctl("customer", "show", "--json", "eunyoung@customer.example").stdout)["owner"] == "mina"
    assert "박미나" in drafts(dovecot, user)[0].get_content()


def test_the_policy_wins_when_it_names_somebody_for_who_asks_for_a_superior(with_policy, dovecot, user):  # noqa: F811
    daemon = with_policy(BOSS.replace("do: [", "do: [{assign: lee}, "), head=TEAM % {"user": user})
    judged(daemon, dovecot, user, sample(KO_BOSS))
    with running(daemon):
        assert owners(daemon) == {"C1": "lee"}


# Conduct, with the shipped policy.

def shipped(make_triaged, user, smtp):  # noqa: F811
    head = (TEAM % {"user": user}).replace("  - {name: mina", "  - {name: choi, display: 최서윤, role: senior}\n  - {name: mina")
    head = head.replace("name: kim, display", "name: root, display")        # who the tests are steers as root
    head += f"  - {{name: {LEAD}, role: lead}}\nsocket_group: {LEAD}\n"
    return make_triaged([user], head=head + f"smtp: {{url: 'smtp://127.0.0.1:{smtp.port}', from: triaged@{user}.example}}\n")


LEAD = "games"      # an account of every Debian system: a lead who may steer


def stepped(daemon, case, last):
    for step in ("notice", "warning", "restricted", "parted"):
        said(daemon, "conduct", case, step, "--reason", "insults, again", user=LEAD)
        if step == last:
            return


ABUSER = "이도윤 <doyun@customer.example>"


def folders(dovecot, user, *names):
    return [dovecot.count(user, name) for name in names]


def test_abuse_of_somebody_restricted_goes_to_a_senior_past_the_front_line(make_triaged, dovecot, user, smtp):  # noqa: F811
    """Scene 4: the first duty is to get the person out of it."""
    daemon = shipped(make_triaged, user, smtp)
    judged(daemon, dovecot, user, sample(KO_ABUSE, sender=ABUSER, message_id="<a1@customer.example>"))
    with running(daemon):
        said(daemon, "assign", "C1", "root")
        stepped(daemon, "C1", "warning")
    # A warning is no reason to take anything from the front line.
    judged(daemon, dovecot, user, sample(KO_ABUSE, sender=ABUSER, subject="두 번째"))
    with running(daemon):
        assert owners(daemon)["C2"] == "root"
        alone = daemon.ctl("case", "conduct", "C1", "restricted", "--reason", "insults, again", check=False)
        assert alone.returncode == 1
        assert f"a senior or a lead decides on restricting and parting, and on taking it back (choi, mina, {LEAD}); you are root" in \
            alone.stderr
        said(daemon, "conduct", "C1", "restricted", "--reason", "insults, again", user=LEAD)
        assert "you are root" in daemon.ctl("case", "conduct", "C1", "clear", "--reason", "calm", check=False).stderr
    before = len(drafts(dovecot, user))
    judged(daemon, dovecot, user, sample(KO_ABUSE, sender=ABUSER, subject="세 번째", message_id="<a3@customer.example>"))
    with running(daemon):
        assert owners(daemon) == {"C1": "root", "C2": "root", "C3": "choi"}
        assert [e["data"]["owner"] for e in show(daemon, "C3")["events"] if e["kind"] == "assigned"] == ["root", "choi"]
        # The customer stays with the agent who knows them; this case does not.
        assert json.loads(daemon.ctl("customer", "show", "--json", "doyun@customer.example").stdout)["owner"] == "root"
    assert folders(dovecot, user, "Triage/Senior") == [1]
    draft, = with_template(dovecot, user, "conduct-restriction")
    assert len(drafts(dovecot, user)) == before + 1
    # It was said that such mail is not answered, and it is not.
    judged(daemon, dovecot, user, sample(KO_ABUSE, sender=ABUSER, references=["<a3@customer.example>"]))
    with running(daemon):
        assert kinds(daemon, "C3").count("mail") == 2 and owners(daemon)["C3"] == "choi"
    assert len(drafts(dovecot, user)) == before + 1 and folders(dovecot, user, "Triage/Senior") == [2]
    # A matter without abuse is answered like anybody's.
    judged(daemon, dovecot, user, sample(KO_LEGAL, sender=ABUSER, subject="환불만 해 주세요"))
    with running(daemon):
        assert owners(daemon)["C4"] == "root"


def test_who_was_parted_with_gets_the_parting_letter_and_nothing_else(make_triaged, dovecot, user, smtp):  # noqa: F811
    daemon = shipped(make_triaged, user, smtp)
    judged(daemon, dovecot, user, sample(KO_ABUSE, sender=ABUSER))
    with running(daemon):
        stepped(daemon, "C1", "parted")
    before = len(drafts(dovecot, user))
    judged(daemon, dovecot, user, sample(KO_LEGAL, sender=ABUSER, message_id="<p1@customer.example>"))
    judged(daemon, dovecot, user, sample(KO_LEGAL, sender=ABUSER, references=["<p1@customer.example>"]))
    assert len(drafts(dovecot, user)) == before + 1 and len(with_template(dovecot, user, "parting")) == 1
    assert folders(dovecot, user, "Triage/Parted") == [2]
    with running(daemon):
        assert kinds(daemon, "C2").count("mail") == 2, "what they write is kept all the same"


@pytest.mark.parametrize("kind,template,folder", [(KO_VIOLENCE, "violence", "Triage/Urgent"), (EN_SELFHARM, "self-harm", "Triage/Urgent")])
def test_danger_is_told_at_once_and_answered_by_a_person(make_triaged, dovecot, user, smtp, kind, template, folder):  # noqa: F811
    daemon = shipped(make_triaged, user, smtp)
    judged(daemon, dovecot, user, sample(kind))
    assert smtp.receivers == [f"RCPT TO:<mina@{user}.example>"], "a lead of ours, nobody else, and the customer never"
    assert "needs a look" in notice_subject(smtp.mails[0]) or "확인 요청" in notice_subject(smtp.mails[0])
    assert len(with_template(dovecot, user, template)) == len(drafts(dovecot, user)) == 1, "its own template, and only laid out"
    assert folders(dovecot, user, folder, "Sent") == [1, 0]
    # Nor does the ladder take anything away from it.
    with running(daemon):
        stepped(daemon, "C1", "parted")
    judged(daemon, dovecot, user, sample(kind, subject="again"))
    assert len(smtp.receivers) == 2 and len(with_template(dovecot, user, template)) == 2


def test_danger_that_nobody_can_be_told_of_is_said_in_the_case(triaged, dovecot, user):
    judged(triaged, dovecot, user, sample(KO_VIOLENCE))
    with running(triaged):
        event = next(e for e in show(triaged, "C1")["events"] if e["kind"] == "left-out")
        assert event["data"]["action"] == "notify" and "nobody of that role" in event["data"]["why"]


def test_a_case_comes_back_by_itself_when_the_days_are_over(make_timed, clock, dovecot, user):
    head = away(kim=(TODAY, TOMORROW, "lee")).replace("name: kim,", "name: kim, time_zone: UTC,") % {"user": user}
    daemon = make_timed([user], head=head)
    case = complaint(daemon, dovecot, user)
    said(daemon, "assign", case, "kim")

    def acting():
        return json.loads(daemon.ctl("queue", "--json").stdout)["cases"][0]["acting"]

    assert acting() == {"agent": "lee", "until": str(TOMORROW)}
    said(daemon, "draft", case, "acknowledge")
    wait_for("the deputy's draft", lambda: with_template(dovecot, user, "acknowledge"))
    clock.move(days=2)
    assert acting() is None
    said(daemon, "draft", case, "repeat")
    wait_for("the owner's draft", lambda: with_template(dovecot, user, "repeat"))
    assert "이민아" in with_template(dovecot, user, "acknowledge")[0].get_content()
    assert "김지원" in with_template(dovecot, user, "repeat")[0].get_content()
    assert owners(daemon) == {case: "kim"} and kinds(daemon, case).count("assigned") == 1
