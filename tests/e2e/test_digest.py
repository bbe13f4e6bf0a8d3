"""The morning's digest: what it says, to whom, and that each day has one, however often the daemon starts or the clock jumps."""

import email
import email.policy
import html.parser
import json
import re
from datetime import datetime, timedelta, timezone

import pytest

from mails import KO_ABUSE, KO_COMPENSATION, KO_LEGAL, sample
from servers import wait_for
from test_actions import smtp  # noqa: F401, a fixture
from test_steer import kinds, said

ZONE = timezone(timedelta(hours=9))
WEEK = '    time_zone: Asia/Seoul\n    hours: {mon-fri: "09:00-18:00"}\n    holidays: [2031-01-07]\n'
HOSTILE = '<img src=x onerror="alert(1)">&amp; 환불'


def at(day, hour, minute=0):
    """January 2031 in Seoul: the 6th is a Monday, the 7th a holiday."""
    return datetime(2031, 1, day, hour, minute, tzinfo=ZONE)


def head(smtp, language="ko", to="[lead@example.com, second@example.com]", more=""):
    return (f"smtp: {{url: 'smtp://127.0.0.1:{smtp.server_address[1]}', from: triaged@example.com}}\n"
            "agents:\n  - {name: jiwon, display: 김지원, role: senior}\n"
            f"digest: {{at: '08:00', to: {to}, language: {language}{more}}}\n")


def digests(smtp):
    return [email.message_from_bytes(m if isinstance(m, bytes) else m.encode(), policy=email.policy.default) for m in smtp.mails]


class Tags(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.seen, self.attributes, self.text = [], set(), [], []

    def handle_starttag(self, tag, attrs):
        self.seen.add(tag)
        self.attributes += attrs
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def checked(document):
    """The HTML is whole, loads nothing and runs nothing."""
    tags = Tags()
    tags.feed(document)
    assert tags.open == [] and not tags.seen & {"img", "script", "link", "style", "iframe", "a"}
    assert not [a for a in tags.attributes if a[0] in ("src", "href") or a[0].startswith("on")]
    assert "url(" not in document and "http" not in document
    return "".join(tags.text)


def watch(daemon):
    daemon.start()
    wait_for("the account is watched", lambda: '"watching"' in daemon.ctl("status", "--json").stdout)


def cases(daemon):
    return {c["customer"].split("@")[0]: c["id"] for c in json.loads(daemon.ctl("queue", "--json").stdout)["cases"]}


@pytest.fixture
def full(make_timed, clock, dovecot, user, smtp):  # noqa: F811
    """A Friday evening with something of everything; the daemon runs."""
    daemon = make_timed([user], account_extra=WEEK, head=head(smtp) + "clocks: {high: {first: 4h}}\n")
    clock.to(at(3, 10))
    daemon.start()
    wait_for("today's digest is made up for", lambda: len(smtp.mails) == 2)
    wait_for("the account is watched", lambda: '"watching"' in daemon.ctl("status", "--json").stdout)
    dovecot.deliver(user, sample(KO_LEGAL, subject=HOSTILE), sample(KO_ABUSE, subject="씨발 장난하냐"), sample(KO_COMPENSATION))
    wait_for("the cases", lambda: len(cases(daemon)) == 3)
    names = cases(daemon)
    said(daemon, "assign", names["seojun"], "jiwon")
    said(daemon, "promise", names["seojun"], "전화 드리기", "--until", "2031-01-03 15:00")
    said(daemon, "promise", names["jiwoo"], "답례품 다시 보내기", "--until", "2031-01-06 17:00")
    said(daemon, "conduct", names["doyun"], "notice", "--reason", "insults")
    said(daemon, "hold", names["doyun"], "--until", "2031-01-08 10:00", "--reason", "법무팀 검토")
    clock.to(at(3, 18))
    wait_for("the promise is overdue", lambda: "overdue" in kinds(daemon, names["seojun"]))
    wait_for("the answer is late", lambda: "breach" in kinds(daemon, names["seojun"]))
    smtp.mails.clear()
    return daemon, names


def test_a_monday_morning_tells_what_happened_since_friday(full, clock, smtp):  # noqa: F811
    daemon, names = full
    clock.to(at(5, 12))
    daemon.ctl("status")
    assert smtp.mails == [], "nobody works on Sundays"
    clock.to(at(6, 8))
    wait_for("the digest", lambda: len(smtp.mails) == 2)
    first, second = digests(smtp)
    assert {first["To"], second["To"]} == {"lead@example.com", "second@example.com"} and first["Message-ID"] != second["Message-ID"]
    assert first["Subject"] == "[triaged] 1월 6일(월) 고객 응대 현황: 진행 중 3건, 기한 지난 약속 1건"
    assert first["From"].addresses[0].addr_spec == "triaged@example.com" and first["Auto-Submitted"] == "auto-generated"
    assert first.get_content_type() == "multipart/alternative"
    plain, rich = [part.get_content() for part in first.iter_parts()]
    shown = checked(rich)
    for text in (plain, shown):
        for heading in ("심각도별 현황", "기한이 지난 약속 (1건)", "오늘까지 지켜야 할 약속 (1건)", "지난 보고 이후 목표 시간을 넘긴 건",
                        "응대 기준 위반으로 조치 중인 고객 (1건)", "답변을 보류한 건 (1건)"):
            assert heading in text, heading
        assert "전화 드리기 · 기한 1월 3일(금) 오후 3시 · 담당 김지원" in text
        assert "답례품 다시 보내기 · 기한 1월 6일(월) 오후 5시 · 담당자 미정" in text
        assert "첫 답변 목표 시각: 1월 3일(금) 오후 2시" in text
        assert "1월 8일(수) 오전 10시까지 보류" in text and "사유: 법무팀 검토" in text
        assert "진행 중인 건은 3건이며, 이 가운데 3건은 고객이 답변을 기다리고 있습니다." in text
        assert "씨발" not in text and "욕설이 있을 수 있어" in text
        assert HOSTILE in text, "as it was written, and only as text"
    assert "<img" not in rich and "width=\"100%\"" in rich


def test_each_day_has_one_digest(full, clock, smtp):  # noqa: F811
    daemon, names = full
    clock.to(at(6, 9))
    wait_for("Monday's", lambda: len(smtp.mails) == 2)
    daemon.stop()
    daemon.start()
    clock.to(at(3, 12))
    daemon.ctl("case", "note", names["jiwoo"], "the clock is wrong")
    clock.to(at(6, 12))
    clock.to(at(7, 12))
    daemon.ctl("case", "note", names["jiwoo"], "a holiday")
    # Down all of Wednesday and Thursday morning: Thursday's is made up for, Wednesday's is not. Tuesday, a holiday, had none either.
    daemon.stop()
    clock.to(at(9, 11))
    daemon.start()
    wait_for("Thursday's", lambda: len(smtp.mails) == 4)
    assert {m["Subject"].split("고객")[0] for m in digests(smtp)[2:]} == {"[triaged] 1월 9일(목) "}
    # A clock that was a year ahead for a moment does not keep the next day from having its own.
    clock.move(days=364)
    wait_for("one for that day", lambda: len(smtp.mails) == 6)
    clock.to(at(10, 8))
    wait_for("Friday's", lambda: len(smtp.mails) == 8)
    assert "1월 10일(금)" in digests(smtp)[-1]["Subject"]


def test_it_can_be_read_at_any_time_in_either_language(full, clock):
    daemon, names = full
    data = json.loads(daemon.ctl("digest", "--json").stdout)
    assert data["day"] == "2031-01-03" and data["overdue"]["count"] == 1 and data["overdue"]["cases"][0]["id"] == names["seojun"]
    assert [s["open"] for s in data["severities"]] == [0, 1, 2, 0, 0] or sum(s["open"] for s in data["severities"]) == 3
    assert data["conduct"]["cases"][0]["subject"] is None and data["breaches"]["cases"][0]["clock"] == "first"
    assert "기한이 지난 약속 (1건)" in daemon.ctl("digest").stdout
    text = daemon.ctl("digest", "--language", "en").stdout
    assert text.startswith("Support digest: Friday, 3 January\n\n3 cases are open; in 3 of them the customer is waiting for an answer.\n")
    assert re.search(r"Promises overdue \(1\)\n  C\d+ \[high\] 박서준 <[^>]*> “<img .*”\n      전화 드리기, due 3 pm on Friday, 3 January, owner: 김지원\n", text)
    assert "Cases on hold (1)" in text and "notice given, until" in text
    assert "Promises overdue (1)" in checked(daemon.ctl("digest", "--html", "--language", "en").stdout)
    for arguments, says in ((("--language", "fr"), "ko or en"), (("--json", "--html"), "exclude"), (("now",), "nothing to name"),
                            (("--account", "nobody"), "no account is called")):
        answer = daemon.ctl("digest", *arguments, check=False)
        assert answer.returncode in (1, 2) and says in answer.stderr
    said(daemon, "kept", names["seojun"])
    said(daemon, "solve", names["seojun"])
    text = daemon.ctl("digest").stdout
    assert "지난 보고 이후 해결한 건 (1건)" in text and "기한이 지난 약속 (" not in text


def test_killed_at_any_step_it_is_never_sent_twice(make_timed, clock, dovecot, user, smtp):  # noqa: F811
    """Killed at each durable step of planning and sending, a step a day; then it was sent, or a person is told that nobody knows."""
    daemon = make_timed([user], account_extra=WEEK, head=head(smtp, to="lead@example.com", more=", days: all"))
    clock.to(at(5, 7))
    watch(daemon)
    daemon.stop()
    for step in range(1, 30):
        smtp.mails.clear()
        unsure = len(troubled(daemon)) if step > 1 else 0
        daemon.stop()
        clock.to(at(5, 9) + timedelta(days=step))
        daemon.start(wait=False, TRIAGED_CRASH_AT=str(step))
        wait_for("it was killed, or has sent it", lambda: daemon.process.poll() is not None or
                 smtp.mails and daemon.ctl("status", check=False).returncode == 0)
        killed = daemon.process.poll() is not None
        daemon.kill()
        daemon.start()
        wait_for("it is settled", lambda: smtp.mails or len(troubled(daemon)) > unsure)
        assert len(smtp.mails) <= 1 and len(troubled(daemon)) <= unsure + 1, f"killed at step {step}"
        if not killed:
            break
    assert step > 4, "planning, starting and finishing are two steps each"
    daemon.stop()


def troubled(daemon):
    found = json.loads(daemon.ctl("status", "--json").stdout)["attention"]["troubled"]
    assert all(e["kind"] == "notify" and e["state"] == "unknown" for e in found)
    return found


def test_a_quiet_day_says_so(make_timed, clock, dovecot, user, smtp):  # noqa: F811
    daemon = make_timed([user], account_extra=WEEK, head=head(smtp, "en", "lead@example.com", ", days: all"))
    clock.to(at(5, 8))
    daemon.start()
    wait_for("Sunday's digest", lambda: len(smtp.mails) == 1)
    message, = digests(smtp)
    assert message["Subject"] == "[triaged] Support digest, Sunday, 5 January: 0 open"
    text = message.get_body(("plain",)).get_content()
    assert "No case is open.\r\nNo promise is overdue, and no target has been missed" in text
    status = json.loads(daemon.ctl("status", "--json").stdout)
    assert status["attention"]["troubled"] == []


def test_a_digest_that_came_into_the_mailbox_is_no_customer(make_timed, clock, dovecot, user, smtp):  # noqa: F811
    daemon = make_timed([user], account_extra=WEEK, head=head(smtp, to="lead@example.com"))
    clock.to(at(6, 8))
    watch(daemon)
    wait_for("the digest", lambda: len(smtp.mails) == 1)
    raw = smtp.mails[0] if isinstance(smtp.mails[0], bytes) else smtp.mails[0].encode()
    dovecot.deliver(user, raw, sample(KO_LEGAL))
    wait_for("the complaint's case", lambda: cases(daemon))
    assert list(cases(daemon)) == ["seojun"]
