"""The craft of handling complaints: a test for each of its rules, and for each of its scenes, from the mail to the draft, the
route or the reminder."""

import json
import re
import subprocess

import pytest

from life import AGENTS, FOLDERS, Life
from servers import wait_for

KO = ("지난주에 받은 공기청정기가 켜지지도 않습니다. 금요일까지 환불해 주세요.\n", "환불 문의 (주문 20931)", "박서준 <seojun@customer.example>")
EN = ("The kettle you sent leaks. I want my money back by Friday.\n", "Order 5521, still broken", "Jane Doe <jane@customer.example>")
CALM = {"ko": ("네, 그렇게 해 주시면 됩니다. 고맙습니다.\n",), "en": ("Yes, that is fine with me. Thank you.\n",)}
NOTHING_GIVEN = re.compile(r"죄송|보상(?:해|을) (?:드리|해 드리)|책임을 인정|sorry|apologi[sz]e|our fault|compensat", re.I)


@pytest.fixture(params=["ko", "en"])
def language(request):
    return request.param


@pytest.fixture
def life(make_timed, dovecot, user):
    return Life(make_timed([user], head=AGENTS, account_extra=FOLDERS), dovecot, user).start()


def complains(life, language="ko", body=None):
    text, subject, life.customer = KO if language == "ko" else EN
    life.address = life.customer.split("<")[1].rstrip(">")
    return life.writes(body or text, subject=subject)


# The rules.

def test_listen_first_buy_a_little_time_make_no_excuses(life, language):
    case = complains(life, language)
    life.says("assign", case, "kim")
    draft, template = life.asks_for_draft(case)
    text = draft.get_content().split("\n>")[0]
    assert template == "acknowledge" and draft["To"].addresses[0].addr_spec == life.address
    assert ("김민지" in text) and re.search(r"까지 다시 연락|by \d+ (?:am|pm) on", text), "who has it, and when the next word comes"
    assert not NOTHING_GIVEN.search(text), "no excuse, no admission"
    life.sends(case, draft)
    assert life.page(case)["stage"] == "acknowledged" and life.page(case)["turn"] == "customer"
    promise, = life.page(case)["promises"]
    assert promise["state"] == "open", "when the next word comes is a promise, and followed"


def test_abusive_conduct_is_defined_and_the_person_is_taken_out_of_it(life):
    case = complains(life, body="이 멍청한 것들아, 씨발 일을 이따위로 하냐? 환불해 줘.\n")
    wait_for("it is kept apart", lambda: life.dovecot.count(life.user, "Triage/Abuse") == 1)
    text = life.has_draft("abuse").get_content().split("\n>")[0]
    assert "씨발" not in text and "멍청" not in text, "no anger is copied"
    assert "씨발" not in life.daemon.ctl("case", "show", case).stdout, "the front line does not read it again"
    for step, template in (("notice", "conduct-notice"), ("warning", "conduct-warning"), ("restricted", "conduct-restriction")):
        life.says("conduct", case, step, "--reason", "욕설")
        assert life.asks_for_draft(case)[1] == template
    assert life.card()["conduct"] == "restricted" and life.card()["conduct_until"]


def test_you_never_lose_your_customer_to_your_boss(life):
    case = complains(life)
    life.says("assign", case, "kim")
    again = life.writes("윗사람 바꿔 주세요. 책임자가 직접 연락 주시기 바랍니다.\n", subject="책임자 연결")
    page = life.page(again)
    assert page["owner"] == "kim" and "alarm" in life.kinds(again)
    stranger = life.writes("윗사람 바꿔 주세요. 책임자가 직접 연락 주시기 바랍니다.\n", subject="책임자 연결", sender="최은영 <ey@new.example>")
    assert life.page(stranger)["owner"] in ("lead", "senior", "root"), "a first-time writer goes to the superior"
    life.says("hold", case, "--until", "+1d", "--reason", "법무팀 검토")
    assert "on hold until" in life.refused("draft", case)


@pytest.mark.parametrize("fault, template", [("ours", "solution"), ("shared", "shared-loss"), ("theirs", "small-service"),
                                             ("baseless", "firm")])
def test_fault_decides_the_line(life, fault, template):
    case = complains(life)
    life.says("fault", case, fault, "--reason", "기록을 확인함")
    assert life.asks_for_draft(case)[1] == template


def test_compensation_needs_authority_and_a_reason(life, language):
    case = complains(life, language)
    life.says("assign", case, "root")
    life.says("fault", case, "ours")
    before, _ = life.asks_for_draft(case, "compensation")
    assert not re.search(r"\d원|[$]\d", before.get_content().split("\n>")[0]), "no figure that was not approved"
    sum_, said = ("₩20,000", "20,000원") if language == "ko" else ("$20", "$20")
    assert "say why" in life.refused("approve", case, sum_)
    assert "over the authority" in life.refused("approve", case, "₩60,000" if language == "ko" else "$60", "--reason", "late")
    life.says("approve", case, sum_, "--reason", "a week without it")
    after, _ = life.asks_for_draft(case, "solution")
    assert said in after.get_content().split("\n>")[0]
    assert life.events(case, "approved")[0]["data"]["reason"] == "a week without it"


def test_production_is_asked_for_the_date_before_it_is_promised(life, clock):
    case = complains(life)
    life.says("ask", case, "재제작에 며칠이 걸립니까?", "--until", "+1d")
    question = life.has_draft("internal-date-question")
    assert "customer.example" not in question.as_string(), "the customer knows nothing of it"
    life.sends(case, text="재제작에 며칠이 걸립니까?", to="line@works.example")
    assert life.page(case)["stage"] == "investigating" and life.page(case)["turn"] == "colleagues"
    clock.move(days=1, hours=1)
    life.happens(case, "no-answer")
    life.says("kept", case)
    assert life.kinds(case)[-1] == "answered"


def test_a_promise_is_kept_and_its_slip_is_told_before_it_is_due(life, clock):
    case = complains(life)
    life.says("assign", case, "kim")
    life.sends(case, text="확인하고 있습니다. 모레 오전까지 원인을 확인해 연락드리겠습니다.")
    promise, = life.page(case)["promises"]
    assert promise["by"] == "kim"
    clock.to_text(promise["due"], minutes=-59)
    life.happens(case, "due-soon")
    clock.move(hours=2)
    life.happens(case, "overdue")
    assert life.queue()[0]["id"] == case and life.queue()[0]["overdue"]
    draft, template = life.asks_for_draft(case)
    assert template == "delay" and "모레 오전까지" in draft.get_content()
    life.sends(case, draft)
    assert life.page(case)["promises"][0]["state"] == "kept"


def test_situation_cause_measures_schedule_agreement_and_confirmation(life, language):
    case = complains(life, language)
    korean = language == "ko"
    life.says("fact", case, "situation", "저녁에만 꺼집니다" if korean else "it leaks when it is full")
    life.says("fact", case, "interim", "대체품 발송" if korean else "a replacement by courier", "--until", "+1d")
    life.says("fact", case, "lasting", "전원부 교체" if korean else "a new seal for all of them", "--until", "+5d")
    plan, _ = life.asks_for_draft(case, "interim")
    text = plan.get_content()
    for words in (("저녁에만 꺼집니다", "대체품 발송", "전원부 교체") if korean else
                  ("it leaks when it is full", "a replacement by courier", "a new seal for all of them")):
        assert words in text
    assert len(life.page(case)["promises"]) == 2, "each measure has its date"
    life.sends(case, plan)
    life.says("stage", case, "offered")
    life.writes(*CALM[language], answering=plan)
    assert "do they agree?" in life.happens(case, "alarm")["data"]["text"]
    life.says("stage", case, "agreed")
    life.says("kept", case, "1")
    life.says("kept", case, "2")
    life.says("stage", case, "fulfilling")
    assert life.asks_for_draft(case)[1] == "satisfaction"


def test_it_is_settled_at_once_and_reopened_when_it_is_not(life, language):
    case = complains(life, language)
    life.says("stage", case, "fulfilling")
    draft, template = life.asks_for_draft(case)
    assert template == "satisfaction"
    life.sends(case, draft)
    assert life.page(case)["stage"] == "confirmed"
    life.says("solve", case)
    life.writes(KO[0] if language == "ko" else EN[0], answering=draft)
    page = life.page(case)
    assert page["state"] == "open" and page["stage"] == "investigating" and "reopened" in life.kinds(case)


def test_records_are_detailed_and_timed_and_show_our_own_mistakes(life, tmp_path):
    case = complains(life)
    life.says("note", case, "전화로 30분 통화, 배송이 늦어 화가 나 있음")
    life.sends(case, text="확인하고 있습니다.")
    events = life.page(case)["events"]
    assert all(e["at"] and e["actor"] for e in events) and life.page(case)["record_sound"]
    assert [e["at"] for e in events] == sorted(e["at"] for e in events)
    draft, _ = life.asks_for_draft(case, "our-mistake")
    assert draft["To"].addresses[0].addr_spec == life.address, "told before they ask"


def test_a_threat_of_exposure_is_answered_calmly_and_from_facts(life, language):
    korean = language == "ko"
    case = complains(life, language, body=("현금으로 백만 원을 보상하지 않으면 인터넷 커뮤니티에 전부 올리겠습니다.\n" if korean else
                                           "Pay me 500 dollars in compensation or I will post all of this on Facebook.\n"))
    page = life.page(case)
    assert "extortion" in page["flags"] and page["severity"] == "high" and page["mails"][0]["evidence"]
    text = life.has_draft("extortion").get_content().split("\n>")[0]
    assert not re.search(r"백만|500", text) and not NOTHING_GIVEN.search(text)


def test_people_are_thanked(life, language):
    case = complains(life, language)
    life.says("solve", case, "--reason", "sent again")
    draft, template = life.asks_for_draft(case)
    assert template == "thanks" and re.search(r"감사|thank", draft.get_content(), re.I)


def test_most_unhappy_customers_never_say_so(life):
    """What several say is told, with the reason, and everybody concerned hears of it from us first."""
    cases = []
    for n in range(3):
        life.customer = f"고객{n} <customer{n}@customer.example>"
        cases.append(life.writes("배터리가 부풀어 올랐습니다. 환불해 주세요.\n", subject=f"배터리 문제 {n}"))
    groups = json.loads(life.daemon.ctl("recurring", "--json").stdout)["groups"]
    group = next(g for g in groups if "배터리" in g["what"] or "배터리" in " ".join(g["also"]))
    assert set(group["cases"]) == set(cases) and group["why"].startswith("3 of the last 3 cases say")
    before = len(life.drafts())
    life.daemon.ctl("recurring", "draft", group["what"], "--reason", "리콜 대상")
    wait_for("a draft for each", lambda: len(life.drafts("proactive-notice")) == 3)
    assert len(life.drafts()) == before + 3
    assert group["what"] in life.daemon.ctl("digest", "--language", "ko").stdout


# The scenes.

def test_scene_1_our_mistake_and_the_date_is_close(life, language):
    """Listen; get the authority; ask production; the solution first, compensation after; deliver; they are content."""
    case = complains(life, language)
    life.says("assign", case, "root")
    first, _ = life.asks_for_draft(case)
    life.sends(case, first)
    life.says("ask", case, "how long does the remake take?", "--until", "+4h")
    life.says("approve", case, "₩50,000" if language == "ko" else "$50", "--reason", "the wrong batch, 100 % ours")
    life.says("fault", case, "ours", "--reason", "the wrong batch")
    life.says("kept", case, str(len(life.page(case)["promises"])))
    life.says("promise", case, "새 제품 발송" if language == "ko" else "the new one is sent", "--until", "+3d")
    offer, template = life.asks_for_draft(case)
    text = offer.get_content()
    assert template == "solution"
    solution, money = ("새 제품 발송", "50,000원") if language == "ko" else ("the new one is sent", "$50")
    assert text.index(solution) < text.index(money), "solve first, compensate after"
    life.sends(case, offer)
    assert life.page(case)["stage"] == "offered"
    life.writes(*CALM[language], answering=offer)
    life.says("stage", case, "agreed")
    for promise in life.page(case)["promises"]:
        if promise["state"] == "open":
            life.says("kept", case, str(promise["number"]))
    life.says("stage", case, "fulfilling")
    check, template = life.asks_for_draft(case)
    assert template == "satisfaction"
    life.sends(case, check)
    life.says("solve", case)
    assert life.asks_for_draft(case)[1] == "thanks" and life.queue() == []


def test_scene_2_their_own_mistake_and_they_want_something(life):
    case = complains(life)
    life.says("fault", case, "theirs", "--reason", "주소를 잘못 적음")
    draft, template = life.asks_for_draft(case)
    assert template == "small-service" and "[이유]" in draft.get_content(), "a small service is given with its reason"
    life.says("fault", case, "shared")
    assert life.asks_for_draft(case)[1] == "shared-loss"


def test_scene_3_baseless_and_insulting(life, language):
    korean = language == "ko"
    case = complains(life, language)
    life.says("fault", case, "baseless", "--reason", "no such order")
    draft, template = life.asks_for_draft(case)
    text = draft.get_content().split("\n>")[0]
    assert template == "firm" and (KO[1] if korean else EN[1]) in text, "the record is quoted"
    life.sends(case, draft)
    life.writes(KO[0] if korean else EN[0], answering=draft)
    for step in ("notice", "warning", "restricted", "parted"):
        life.says("conduct", case, step, "--reason", "insults")
    assert life.asks_for_draft(case)[1] == "parting"


def test_scene_4_free_service_or_i_report_you(life):
    case = complains(life, body=(
        "요금 안내에 모호한 말이 하나 있던데요. 이번 서비스를 무료로 해 주시고 30만 원을 배상하지 않으면 소비자원에 신고하겠습니다. "
        "예전에도 해 봤고 캡처도 다 해 뒀으니 화면을 고쳐도 소용없습니다.\n"))
    page = life.page(case)
    assert "extortion" in page["flags"] and "signal.evidence" in page["flags"]
    life.has_draft("extortion")
    wait_for("it is kept apart", lambda: life.dovecot.count(life.user, "Triage/Threats") == 1)
    handed, _ = life.asks_for_draft(case, "hand-over")
    life.says("assign", case, "senior", "--reason", "the first duty is to get the person out of it")
    life.sends(case, handed)
    assert life.page(case)["owner"] == "senior"
    for step in ("notice", "warning", "restricted", "parted"):
        life.says("conduct", case, step, "--reason", "extortion")
    parting, template = life.asks_for_draft(case)
    assert template == "parting"
    life.sends(case, parting)
    before = len(life.drafts("parting"))
    life.writes("다시 생각해 주세요. 신고하겠다는 말은 취소합니다.\n", answering=parting)
    assert len(life.drafts("parting")) == before, "neither rage nor pleading reopens it"


def test_scene_5_bring_me_your_boss(life):
    case = complains(life)
    life.says("assign", case, "kim")
    again = life.writes("윗사람 바꿔 주세요. 책임자가 직접 연락 주시기 바랍니다.\n", subject="책임자 연결")
    assert life.page(again)["owner"] == "kim" and "did something slip?" in life.events(again, "alarm")[0]["data"]["text"]
    draft = life.has_draft("superior")
    assert "김민지" in draft.get_content(), "replies go through the owner"
    assert "an end and a reason" in life.refused("hold", again, "--until", "+1d"), "nobody acts is not a plan"
    life.says("hold", again, "--until", "+1d", "--reason", "팀장이 먼저 통화")
    life.sends(again, draft)
    assert "while on hold" in life.events(again, "alarm")[-1]["data"]["text"]


def test_scene_6_the_promise(life, clock):
    case = complains(life)
    life.sends(case, text="금요일 정오까지 교환품을 보내 드리고, 오늘 오후 5시까지 송장 번호를 알려 드리겠습니다.\n"
               "결과는 내일 오전까지 연락드리겠습니다.")
    small = [p for p in life.page(case)["promises"] if "연락드리겠습니다" in p["text"]]
    assert small, "small promises count like big ones"
    clock.to_text(small[0]["due"], hours=1)
    life.happens(case, "overdue")
    early, _ = life.asks_for_draft(case, "promise-early")
    assert "약속드린" in early.get_content()


def test_scene_7_the_fault_that_shows_only_sometimes(life):
    case = complains(life, body="가끔 저녁에만 전원이 꺼집니다. 세 번째 문의입니다. 고쳐 주세요.\n")
    life.says("fact", case, "situation", "저녁에 다른 가전을 함께 쓸 때만 꺼짐")
    life.says("fact", case, "interim", "대체품 발송", "--until", "+1d")
    life.says("fact", case, "lasting", "전원부를 바꾼 제품으로 교환", "--until", "+7d")
    plan, _ = life.asks_for_draft(case, "interim")
    text = plan.get_content()
    order = [text.index(words) for words in ("상황:", "원인:", "임시 조치:", "근본 조치:")]
    assert order == sorted(order) and "괜찮으신지" in text, "and their agreement is asked for"
    life.sends(case, plan)
    assert life.page(case)["stage"] == "investigating"


def test_the_record_protects_the_agent(life, tmp_path):
    case = complains(life)
    life.says("note", case, "전화로 폭언")
    life.sends(case, text="확인하고 있습니다.")
    folder = tmp_path / "record"
    life.daemon.ctl("case", "export", case, str(folder), "--no-mails")
    subprocess.run([life.daemon.build / "triagectl", "case", "verify", folder], check=True, timeout=60)
    assert "전화로 폭언" in (folder / "timeline.txt").read_text()


def test_the_seven_habits_keep_what_each_customer_wants(life):
    case = complains(life)
    for words in (("never", life.address, "청구서를 회사로 보내지 말 것"), ("wish", life.address, "문자로 먼저 연락"),
                  ("standing", life.address, "keep", "--reason", "10년 고객")):
        life.daemon.ctl("customer", *words)
    top = life.daemon.ctl("case", "show", case).stdout
    assert top.index("청구서를 회사로 보내지 말 것") < top.index("mails"), "before anyone answers"
    draft, _ = life.asks_for_draft(case)
    assert "청구서를 회사로" not in draft.as_string() and "청구서를 회사로" not in draft.get_content()
    card = life.card()
    assert card["standing"] == "keep" and card["cost"]["cases"] == 1 and "hours_open" in card["cost"]
    life.says("fault", case, "theirs")
    assert life.asks_for_draft(case)[1] == "small-service", "a little more than asked, for who is worth keeping"
    life.says("conduct", case, "notice", "--reason", "욕설")
    assert "욕설" in life.daemon.ctl("customer", "conduct", life.address).stdout
