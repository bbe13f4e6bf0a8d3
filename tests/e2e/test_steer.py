"""What people do with cases: give them away, note, hold, promise, solve; and what triaged does of it by itself."""

import email
import email.policy
import json
import subprocess

from mails import KO_ABUSE, KO_BOSS, KO_LEGAL, sample
from servers import wait_for


def only_case(daemon):
    case, = json.loads(daemon.ctl("queue", "--json").stdout)["cases"]
    return case


def show(daemon, case):
    return json.loads(daemon.ctl("case", "show", "--json", case).stdout)


def kinds(daemon, case):
    return [e["kind"] for e in show(daemon, case)["events"]]


def said(daemon, *words, user=None):
    answer = daemon.ctl("case", *words, check=False, user=user)
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
    case = only_case(triaged)["id"]
    wait_for("all that was planned", lambda: all(e["state"] == "done" for e in show(triaged, case)["outbox"]))
    return case


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
    assert "more than a year away" in refused(triaged, "hold", case, "--until", "+367d", "--reason", "x")
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
    # The reminder of this one would be past already.
    assert "promise 2" in said(triaged, "promise", case, "send the invoice", "--until", "+1m")
    assert "several open promises" in refused(triaged, "kept", case)
    assert "is kept" in said(triaged, "kept", case, "1")
    assert "has ended" in refused(triaged, "kept", case, "1")
    assert "has no promise 9" in refused(triaged, "kept", case, "9")
    assert "say why" in refused(triaged, "call-off", case, "2")
    assert "called off" in said(triaged, "call-off", case, "2", "--reason", "told the customer")
    assert "is solved" in said(triaged, "solve", case)
    assert kinds(triaged, case)[-5:] == ["promised", "promised", "kept", "called-off", "solved"]


def test_an_overdue_promise_goes_to_the_top_even_after_a_restart(make_timed, clock, dovecot, user):
    daemon = make_timed([user])
    case = complaint(daemon, dovecot, user)
    dovecot.deliver(user, sample(KO_LEGAL, sender="other@example.org"))
    wait_for("two cases", lambda: len(json.loads(daemon.ctl("queue", "--json").stdout)["cases"]) == 2)
    second = next(c["id"] for c in json.loads(daemon.ctl("queue", "--json").stdout)["cases"] if c["id"] != case)
    said(daemon, "promise", second, "call back", "--until", "+1m")
    assert json.loads(daemon.ctl("queue", "--json").stdout)["cases"][0]["id"] == case
    daemon.stop()
    clock.move(minutes=2)
    daemon.start()
    wait_for("it is overdue", lambda: "overdue" in kinds(daemon, second))
    top = json.loads(daemon.ctl("queue", "--json").stdout)["cases"][0]
    assert top["id"] == second and top["overdue"]
    assert "promise overdue for" in daemon.ctl("queue").stdout
    said(daemon, "kept", second)
    assert json.loads(daemon.ctl("queue", "--json").stdout)["cases"][0]["id"] == case
    assert show(daemon, second)["record_sound"]


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


def drafts(dovecot, user):
    return [email.message_from_bytes(raw, policy=email.policy.default) for _, _, raw in dovecot.messages(user, "Drafts")]


def with_template(dovecot, user, name):
    return [m for m in drafts(dovecot, user) if f"template={name}" in m.get("X-Triaged-Draft", "")]


def drafted(triaged, dovecot, user, case, name, *words):
    """The draft that is laid out when one is asked for; name: the template that must have been chosen."""
    before = len(with_template(dovecot, user, name))
    assert f"from the template {name} " in said(triaged, "draft", case, *words)
    wait_for(f"the draft {name}", lambda: len(with_template(dovecot, user, name)) == before + 1)
    return with_template(dovecot, user, name)[-1]


def test_our_fault_is_solved_first_and_compensated_after(make_triaged, dovecot, user):
    """Scene 1: listen, get the authority, ask production for the date, promise it, offer the solution, then ask whether it settles it."""
    daemon = make_triaged([user], head="agents:\n  - {name: root, display: 김지원, role: lead, authority: '₩50,000'}\n")
    case = complaint(daemon, dovecot, user)
    said(daemon, "assign", case, "root")
    inside = drafted(daemon, dovecot, user, case, "internal-date-question", "internal-date-question")
    assert inside["To"].addresses[0].addr_spec == inside["From"].addresses[0].addr_spec, "not to the customer"
    assert inside["In-Reply-To"] is None and ">" not in inside.get_content().split("\n\n")[0]
    assert "seojun@customer.example" not in inside.as_string()

    said(daemon, "fault", case, "ours", "--reason", "the wrong batch")
    assert "over the authority of root (₩50,000)" in refused(daemon, "approve", case, "60,000원", "--reason", "late")
    assert "over the authority of root (nothing)" in refused(daemon, "approve", case, "$5", "--reason", "late")
    assert "no sum of money" in refused(daemon, "approve", case, "a lot", "--reason", "late")
    assert "say why" in refused(daemon, "approve", case, "₩20,000")
    draft = drafted(daemon, dovecot, user, case, "solution")
    assert "원" not in draft.get_content().split("드림")[0].replace("고객지원", "").replace("지원", ""), "no sum that was not approved"
    assert "20,000원 is approved" in said(daemon, "approve", case, "2만원", "--reason", "a week without it")
    said(daemon, "promise", case, "새 제품 발송", "--until", "+3d")
    draft = drafted(daemon, dovecot, user, case, "solution")
    text = draft.get_content()
    assert "새 제품 발송" in text and "20,000원" in text and "저희 잘못" in text
    assert draft["To"].addresses[0].addr_spec == "seojun@customer.example"
    assert draft["In-Reply-To"] == show(daemon, case)["mails"][0]["message_id"]
    said(daemon, "kept", case)
    said(daemon, "stage", case, "fulfilling")
    drafted(daemon, dovecot, user, case, "satisfaction")
    said(daemon, "solve", case)
    drafted(daemon, dovecot, user, case, "thanks")
    page = show(daemon, case)
    why = [e["data"]["why"] for e in page["events"] if e["kind"] == "draft-asked"]
    assert "solution with its date comes first" in why[1] and "playbook, line" in why[1]
    assert page["record_sound"] and "unknown" not in text


def test_a_baseless_demand_is_answered_once_from_the_record(triaged, dovecot, user):
    """Scene 3."""
    case = complaint(triaged, dovecot, user)
    said(triaged, "fault", case, "baseless")
    text = drafted(triaged, dovecot, user, case, "firm").get_content()
    assert "보내 주신 메일 “환불 문의 (주문 20931)”" in text and "받아들일 수 없습니다" in text


def test_whoever_made_the_mistake_themselves_is_met_half_way(triaged, dovecot, user):
    """Scene 2."""
    case = complaint(triaged, dovecot, user)
    said(triaged, "fault", case, "shared")
    drafted(triaged, dovecot, user, case, "shared-loss")
    said(triaged, "fault", case, "theirs")
    drafted(triaged, dovecot, user, case, "small-service")


def test_the_ladder_goes_up_step_by_step_and_each_step_is_told_once(triaged, dovecot, user):
    """Scene 4: abusive conduct is defined, told, and has an end."""
    case = complaint(triaged, dovecot, user)
    assert "step by step: after nothing comes notice" in refused(triaged, "conduct", case, "restricted", "--reason", "insults")
    assert "which act" in refused(triaged, "conduct", case, "notice")
    assert "is no step" in refused(triaged, "conduct", case, "ban", "--reason", "insults")
    assert "on no step" in refused(triaged, "conduct", case, "clear", "--reason", "calm again")
    assert "parting tells a customer that they are at the step parted, and this one is at none; first: case conduct C1 parted" in \
        refused(triaged, "draft", case, "parting")
    for step, template in (("notice", "conduct-notice"), ("warning", "conduct-warning"), ("restricted", "conduct-restriction"),
                           ("parted", "parting")):
        told = said(triaged, "conduct", case, step, "--reason", "insults on the phone")
        assert f"at the step {step}" in told and "no draft of this case" not in told
        drafted(triaged, dovecot, user, case, template)
        drafted(triaged, dovecot, user, case, "repeat")
    card = json.loads(triaged.ctl("customer", "show", "--json", "SEOJUN@customer.example").stdout)
    assert card["conduct"] == "parted" and len(card["conduct_log"]) == 4
    assert "insults on the phone" in triaged.ctl("customer", "show", "seojun@customer.example").stdout
    said(triaged, "conduct", case, "clear", "--reason", "reviewed")
    assert json.loads(triaged.ctl("customer", "show", "--json", "seojun@customer.example").stdout)["conduct"] == ""
    said(triaged, "conduct", case, "notice", "--reason", "insults again")
    assert "no draft of this case told them of the notice yet" in said(triaged, "conduct", case, "warning", "--reason", "and again")
    said(triaged, "conduct", case, "clear", "--reason", "reviewed")
    assert triaged.ctl("customer", "show", "stranger@example.org", check=False).returncode == 1


def test_the_front_line_need_not_read_abuse_again(triaged, dovecot, user):
    triaged.start()
    wait_for("the account is watched", lambda: '"watching"' in triaged.ctl("status", "--json").stdout)
    dovecot.deliver(user, sample(KO_ABUSE, subject="씨발 장난하냐"))
    wait_for("its draft", lambda: dovecot.count(user, "Drafts") == 1)
    case = only_case(triaged)["id"]
    for text in (triaged.ctl("queue").stdout, triaged.ctl("queue", "--json").stdout, triaged.ctl("case", "show", case).stdout,
                 triaged.ctl("case", "show", "--json", case).stdout):
        assert "씨발" not in text and "멍청" not in text and "hidden" in text
    assert "unmasked" not in kinds(triaged, case)
    shown = triaged.ctl("case", "show", "--unmask", "--reason", "the lawyer asked", case).stdout
    assert "씨발" in shown and "멍청" in shown
    event = show(triaged, case)["events"][-1]
    assert event["kind"] == "unmasked" and event["data"]["reason"] == "the lawyer asked"


def test_bring_me_your_boss(make_triaged, dovecot, user):
    """Scene 5: the owner stays owner, and is told first; a first-time writer has no owner to be told."""
    daemon = make_triaged([user], head="agents:\n  - {name: root, display: 김지원, role: agent}\n  - {name: mina, role: lead}\n")
    case = complaint(daemon, dovecot, user)
    dovecot.deliver(user, sample(KO_BOSS))
    wait_for("the stranger's case", lambda: len(json.loads(daemon.ctl("queue", "--json").stdout)["cases"]) == 2)
    stranger = next(c["id"] for c in json.loads(daemon.ctl("queue", "--json").stdout)["cases"] if c["id"] != case)
    assert "alarm" not in kinds(daemon, stranger)
    said(daemon, "assign", case, "root")
    assert json.loads(daemon.ctl("customer", "show", "--json", "seojun@customer.example").stdout)["owner"] == "root"
    # Months later, another matter of the same customer: it is their owner's, who is told.
    dovecot.deliver(user, sample(KO_BOSS, sender="박서준 <seojun@customer.example>"))
    wait_for("the third case", lambda: len(json.loads(daemon.ctl("queue", "--json").stdout)["cases"]) == 3)
    third = next(c for c in json.loads(daemon.ctl("queue", "--json").stdout)["cases"] if c["id"] not in (case, stranger))
    assert third["owner"] == "root"
    assert kinds(daemon, third["id"]).index("assigned") < kinds(daemon, third["id"]).index("alarm")
    assert "asks for your superior" in daemon.ctl("case", "show", third["id"]).stdout
    wait_for("the owner's reply", lambda: "제가" in "".join(m.get_content() for m in with_template(dovecot, user, "superior")))
    # Given away by hand, the customer goes along.
    said(daemon, "assign", third["id"], "mina")
    assert json.loads(daemon.ctl("customer", "show", "--json", "seojun@customer.example").stdout)["owner"] == "mina"


def test_agents_solve_a_case_by_moving_its_mail(make_triaged, dovecot, user):
    daemon = make_triaged([user], account_extra="    solved: Triage/Solved\n    poll: 5\n")
    case = complaint(daemon, dovecot, user)
    said(daemon, "promise", case, "call back", "--until", "+2h")
    wait_for("it was moved", lambda: dovecot.count(user, "Triage/Threats") == 1)

    def move(source, target):
        with dovecot.client(user) as client:
            client.create(target)
            client.select(source)
            assert client.uid("move", "1:*", target)[0] == "OK"

    move("Triage/Threats", "Triage/Solved")
    wait_for("it is said why not", lambda: "left-open" in kinds(daemon, case))
    assert "open promise" in show(daemon, case)["events"][-1]["data"]["why"] and only_case(daemon)["id"] == case
    assert "corrected" not in kinds(daemon, case), "a mail that is put away was judged well"
    said(daemon, "kept", case)
    move("Triage/Solved", "Triage/Threats")
    move("Triage/Threats", "Triage/Solved")
    wait_for("it is solved", lambda: kinds(daemon, case)[-1] == "solved")
    assert "moved to Triage/Solved" in show(daemon, case)["events"][-1]["data"]["reason"]
    assert json.loads(daemon.ctl("queue", "--json").stdout)["cases"] == []


def test_our_own_people_are_asked_for_the_date_first(make_timed, clock, dovecot, user):
    daemon = make_timed([user])
    case = complaint(daemon, dovecot, user)
    assert "say until when you need to know" in refused(daemon, "ask", case, "how long does the remake take?")
    assert "a question to our own people" in said(daemon, "ask", case, "재제작에 며칠이 걸립니까?", "--until", "+1m")
    wait_for("the question", lambda: dovecot.count(user, "Drafts") == 2)
    question = email.message_from_bytes(dovecot.messages(user, "Drafts")[-1][2], policy=email.policy.default)
    assert "customer.example" not in str(question["To"]) and not question["In-Reply-To"]
    assert "재제작에 며칠이 걸립니까?" in question.get_content() and "까지 답장 부탁드립니다." in question.get_content()
    promise, = show(daemon, case)["promises"]
    assert promise["inside"] and not only_case(daemon)["promise_due"], "the customer was promised nothing"
    clock.move(minutes=2)
    wait_for("it is said", lambda: "no-answer" in kinds(daemon, case))
    assert not only_case(daemon)["overdue"]
    assert "our own people have not answered" in daemon.ctl("case", "show", case).stdout
    said(daemon, "kept", case)
    assert kinds(daemon, case)[-1] == "answered"


def test_a_second_question_is_asked_and_the_first_is_not_asked_again(triaged, dovecot, user):
    case = complaint(triaged, dovecot, user)
    for n, question in enumerate(("재제작에 며칠이 걸립니까?", "여분의 충전기가 있습니까?")):
        said(triaged, "ask", case, question, "--until", "+1d")
        wait_for("the question", lambda: dovecot.count(user, "Drafts") == n + 2)
        draft = email.message_from_bytes(dovecot.messages(user, "Drafts")[-1][2], policy=email.policy.default)
        assert question in draft.get_content()
    said(triaged, "fault", case, "unknown")
    assert "fault: unknown" in triaged.ctl("case", "show", case).stdout
    assert "says nothing about whose fault it is" in refused(triaged, "fault", case, "x" + "가" * 40)


def test_a_plan_is_told_with_situation_measures_and_dates(triaged, dovecot, user):
    case = complaint(triaged, dovecot, user)
    assert "say what it is" in refused(triaged, "fact", case, "weather", "rain")
    assert "a situation has no date" in refused(triaged, "fact", case, "situation", "x", "--until", "+1d")
    said(triaged, "fact", case, "situation", "저녁에만 전원이 꺼집니다")
    said(triaged, "fact", case, "interim", "대체품을 보내 드립니다", "--until", "+1d")
    said(triaged, "fact", case, "lasting", "전원부를 바꾼 새 제품으로 교환해 드립니다", "--until", "+5d")
    assert [p["text"] for p in show(triaged, case)["promises"]] == ["대체품을 보내 드립니다", "전원부를 바꾼 새 제품으로 교환해 드립니다"]
    said(triaged, "draft", case, "interim")
    wait_for("the plan", lambda: dovecot.count(user, "Drafts") == 2)
    text = email.message_from_bytes(dovecot.messages(user, "Drafts")[-1][2], policy=email.policy.default).get_content()
    for words in ("상황: 저녁에만 전원이 꺼집니다", "임시 조치: 대체품을 보내 드립니다", "근본 조치: 전원부를 바꾼 새 제품으로 교환해 드립니다"):
        assert words in text
    assert "[날짜와 시각]" not in text and "[임시 조치]" not in text
    page = triaged.ctl("case", "show", case).stdout
    assert "저녁에만 전원이 꺼집니다" in page


def test_a_measure_that_is_called_off_is_not_told_and_one_that_is_done_is(triaged, dovecot, user):
    case = complaint(triaged, dovecot, user)

    def promises():
        return [(p["text"], p["state"]) for p in show(triaged, case)["promises"]]

    def plan():
        count = dovecot.count(user, "Drafts")
        said(triaged, "draft", case, "interim")
        wait_for("the plan", lambda: dovecot.count(user, "Drafts") == count + 1)
        draft = email.message_from_bytes(dovecot.messages(user, "Drafts")[-1][2], policy=email.policy.default)
        return draft.get_content().replace("\r\n", "\n")

    said(triaged, "fact", case, "interim", "대체품을 보내 드립니다", "--until", "+1d")
    said(triaged, "fact", case, "interim", "대여품을 보내 드립니다", "--until", "+2d")
    assert promises() == [("대체품을 보내 드립니다", "called off"), ("대여품을 보내 드립니다", "open")]
    assert "called off promise 1, 대체품을 보내 드립니다: the plan was changed" in triaged.ctl("case", "show", case).stdout
    said(triaged, "call-off", case, "2", "--reason", "대여품 재고가 없음")
    page = triaged.ctl("case", "show", case).stdout
    assert "called off promise 2, 대여품을 보내 드립니다: 대여품 재고가 없음" in page
    assert show(triaged, case)["interim"] == "" and "interim  " not in page
    assert "대여품" not in plan()

    said(triaged, "fact", case, "interim", "수리 기사가 방문합니다", "--until", "+1d")
    said(triaged, "fact", case, "lasting", "새 제품으로 교환합니다", "--until", "+5d")
    said(triaged, "kept", case, "3")
    told = plan()
    assert "임시 조치: 수리 기사가 방문합니다\n- 마친 날: " in told and "근본 조치: 새 제품으로 교환합니다\n- 기한: " in told
    page = triaged.ctl("case", "show", case).stdout
    assert "수리 기사가 방문합니다, done " in page and "새 제품으로 교환합니다, by " in page
    assert "has no date" in refused(triaged, "fact", case, "lasting", "none", "--until", "+1d")
    said(triaged, "fact", case, "lasting", "none", "--reason", "부품이 단종됨")
    assert promises()[-1] == ("새 제품으로 교환합니다", "called off") and show(triaged, case)["lasting"] == ""
    assert "부품이 단종됨" in triaged.ctl("case", "show", case).stdout
    assert f"{case} has no lasting measure" in refused(triaged, "fact", case, "lasting", "none")


def test_the_time_that_people_worked_is_added_up(triaged, dovecot, user):
    case = complaint(triaged, dovecot, user)
    assert "45 min of work on C1, all together" in said(triaged, "worked", case, "45m", "--reason", "called the carrier")
    assert "135 min of work on C1" in said(triaged, "worked", case, "1h30m")
    assert "is no time; write it like 45m or 1h30m, at most 24h" in refused(triaged, "worked", case, "25h")
    for wrong in ("soon", "90", "30m1h", "1h30", "0m", "-5m"):
        assert "is no time; write it like 45m or 1h30m, at most 24h" in refused(triaged, "worked", case, "--", wrong)
    assert "C1 has no more than 135 min" in refused(triaged, "worked", case, "back", "3h")
    said(triaged, "worked", case, "back", "1시간 30분", "--reason", "a slip")
    said(triaged, "worked", case, "0h 30m")
    assert show(triaged, case)["worked_minutes"] == 75
    text = triaged.ctl("case", "show", case).stdout
    assert "worked    1 h 15 min" in text and "worked on it for 45 min: called the carrier" in text
    assert "took 90 min of work back: a slip" in text
    assert "1 h 15 min of work, open for 0 hours" in triaged.ctl("customer", "show", "seojun@customer.example").stdout


def test_words_that_begin_with_a_dash_are_told_apart_from_options(triaged, dovecot, user):
    case = complaint(triaged, dovecot, user)
    assert '"-5° in the van" is not understood here; words that begin with - come last, after --' in refused(triaged, "note", case, "-5° in the van")
    assert '"--untli" is not understood here' in refused(triaged, "hold", case, "--untli", "+1d")
    alone = subprocess.run([triaged.build / "triagectl", "case", "hold", case, "--until"], capture_output=True, text=True)
    assert alone.returncode == 2 and "--until needs a value" in alone.stderr
    assert '"--limit" is not understood here' in refused(triaged, "note", case, "x", "--limit", "3")
    early = subprocess.run([triaged.build / "triagectl", "case", "--json", "note", case, "x"], capture_output=True, text=True)
    assert early.returncode == 2 and "the verb comes before all options: case note C12 TEXT" in early.stderr
    said(triaged, "note", case, "--", "-5° in the van")
    assert "-5° in the van" in triaged.ctl("case", "show", case).stdout
