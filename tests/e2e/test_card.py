"""The customer's card: wishes, deal-breakers, standing and figures, shown before anyone answers."""

import email
import email.policy
import json

from mails import KO_LEGAL, sample
from servers import wait_for

SEOJUN = "seojun@customer.example"


def card(daemon, *words, refused=False):
    answer = daemon.ctl("customer", *words, check=False)
    if refused:
        assert answer.returncode in (1, 2) and answer.stdout == "", (answer.returncode, answer.stdout)
        return answer.stderr
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


def shown(daemon, address=SEOJUN):
    return json.loads(card(daemon, "show", "--json", address))


def started(triaged):
    triaged.start()
    wait_for("the account is watched", lambda: '"watching"' in triaged.ctl("status", "--json").stdout)


def complaint(triaged, dovecot, user, **headers):
    drafts = dovecot.count(user, "Drafts")
    dovecot.deliver(user, sample(KO_LEGAL, **headers))
    wait_for("its draft", lambda: dovecot.count(user, "Drafts") == drafts + 1)
    return next(c["id"] for c in json.loads(triaged.ctl("queue", "--json").stdout)["cases"] if c["customer"] == SEOJUN)


def newest_draft(dovecot, user):
    return email.message_from_bytes(dovecot.messages(user, "Drafts")[-1][2], policy=email.policy.default)


def test_what_a_customer_wants_is_read_before_anyone_answers(triaged, dovecot, user):
    started(triaged)
    assert "remembered" in card(triaged, "wish", SEOJUN.upper(), "writes in the evening only")
    assert "remembered" in card(triaged, "never", SEOJUN, "세금계산서를 회사로 보내지 말 것\r\nBcc: evil@x.example")
    case = complaint(triaged, dovecot, user)
    draft = newest_draft(dovecot, user)
    # Some mail programs send every field of a draft: not even its header may tell the customer.
    assert draft["Bcc"] is None and draft["Cc"] is None
    for told in (draft.get_content(), *map(str, draft.values())):
        assert "세금계산서" not in told and "evening" not in told
    page = json.loads(triaged.ctl("case", "show", "--json", case).stdout)
    assert [(m["number"], m["kind"]) for m in page["minds"]] == [(2, "never"), (1, "wish")]
    assert all(m["by"] and m["at"] for m in page["minds"])
    event, = [e for e in page["events"] if e["kind"] == "card"]
    assert event["data"] == {"never": ["세금계산서를 회사로 보내지 말 것 Bcc: evil@x.example"], "wish": ["writes in the evening only"]}
    text = triaged.ctl("case", "show", case).stdout
    assert text.index("세금계산서") < text.index("severity"), "at the top"
    assert card(triaged, "show", SEOJUN).index("세금계산서") < card(triaged, "show", SEOJUN).index("address")


def test_a_wish_is_taken_back_and_the_card_remembers_who_did_what(triaged, dovecot, user):
    started(triaged)
    card(triaged, "wish", SEOJUN, "call, do not write")
    card(triaged, "never", SEOJUN, "tell nobody but the CEO")
    assert "customer show numbers them" in card(triaged, "unwish", SEOJUN, "3", refused=True)
    assert "customer show numbers them" in card(triaged, "unwish", SEOJUN, "0", refused=True)
    assert "taken back" in card(triaged, "unwish", SEOJUN, "1")
    assert "taken back already" in card(triaged, "unwish", SEOJUN, "1", refused=True)
    page = shown(triaged)
    assert [(m["kind"], m["text"]) for m in page["minds"]] == [("never", "tell nobody but the CEO")]
    assert len(page["card_log"]) == 3 and page["card_log"][2].endswith("took back wish: call, do not write")
    assert "is no mail address" in card(triaged, "wish", "seojun", "x", refused=True)
    assert "say: customer never" in card(triaged, "never", SEOJUN, refused=True)
    assert "longer than" in card(triaged, "never", SEOJUN, "x" * 301, refused=True)
    for n in range(19):
        card(triaged, "wish", SEOJUN, f"wish {n}")
    assert "take one back first" in card(triaged, "never", SEOJUN, "one more", refused=True)
    assert len(shown(triaged)["minds"]) == 20, "no deal-breaker is dropped silently"


def test_a_card_does_not_make_a_first_time_writer_known(triaged, dovecot, user):
    started(triaged)
    card(triaged, "wish", SEOJUN, "short answers")
    assert shown(triaged)["mails"] == 0
    complaint(triaged, dovecot, user)
    page = shown(triaged)
    assert (page["mails"], page["cases"]) == (1, 1) and page["first"] and page["minds"]


def test_the_standing_is_decided_by_a_person_with_the_figures_beside_it(triaged, dovecot, user):
    started(triaged)
    case = complaint(triaged, dovecot, user)
    assert "is no standing" in card(triaged, "standing", SEOJUN, "love", "--reason", "x", refused=True)
    assert "--reason" in card(triaged, "standing", SEOJUN, "keep", refused=True)
    assert "nothing was decided" in card(triaged, "standing", SEOJUN, "none", "--reason", "x", refused=True)
    triaged.ctl("case", "note", case, "called them")
    triaged.ctl("case", "fault", case, "theirs")
    assert "keep" in card(triaged, "standing", SEOJUN, "keep", "--reason", "ten years with us")
    page = shown(triaged)
    assert (page["standing"], page["standing_reason"]) == ("keep", "ten years with us")
    assert page["standing_by"] and page["standing_at"]
    assert page["cost"] == {"cases": 1, "open": 1, "worked_minutes": 0, "hours_open": 0, "answers": 0, "acts": 2, "whole": True}
    assert [p["case"] for p in page["past"]] == [case] and page["past"][0]["fault"] == "theirs"
    text = card(triaged, "show", SEOJUN)
    assert "1 case (1 open), 0 h 00 min of work, open for 0 hours, 0 answers of ours, 2 acts by our people" in text and "decided by" in text
    assert "open again" in card(triaged, "standing", SEOJUN, "none", "--reason", "new owner there")
    assert shown(triaged)["standing"] == ""


def test_scene_2_their_own_mistake_and_the_figures_decide(triaged, dovecot, user):
    started(triaged)
    case = complaint(triaged, dovecot, user)
    triaged.ctl("case", "fault", case, "theirs")
    for standing, template in (("share", "shared-loss"), ("part", "firm"), ("keep", "small-service"), ("none", "small-service")):
        card(triaged, "standing", SEOJUN, standing, "--reason", "the figures")
        drafts = dovecot.count(user, "Drafts")
        said = triaged.ctl("case", "draft", case).stdout
        assert f"template {template}" in said and "their fault" in said, "the choice is explained"
        wait_for("the draft", lambda: dovecot.count(user, "Drafts") == drafts + 1)
        assert f"template={template}" in newest_draft(dovecot, user)["X-Triaged-Draft"]


def sheet(tmp_path, data):
    path = tmp_path / "customers.csv"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return str(path)


def test_values_come_from_a_sheet_and_decisions_stay(triaged, dovecot, user, tmp_path):
    started(triaged)
    complaint(triaged, dovecot, user)
    card(triaged, "standing", SEOJUN, "part", "--reason", "loud and empty")
    rows = "".join(f"c{n}@mail.example,\"고객, {n}번\",{n}.50,KRW,2016-03-01,\"note\r\nof {n}\"\r\n" for n in range(250))
    path = sheet(tmp_path, "\ufeffaddress,name,value,currency,since,note\r\n" + rows + f"{SEOJUN.upper()},somebody else,1200000,KRW,2019-05-02,\r\n")
    assert card(triaged, "import", path) == "251 customers imported, 0 lines left out\n"
    page = shown(triaged)
    assert (page["value"], page["currency"], page["since"]) == ("1200000", "KRW", "2019-05-02") and page["imported"]
    assert (page["standing"], page["name"]) == ("part", "박서준"), "what people decided or wrote stays"
    last = shown(triaged, "c249@mail.example")
    assert (last["name"], last["value"], last["note"], last["mails"]) == ("고객, 249번", "249.50", "note of 249", 0)
    assert "1200000 KRW, a customer since 2019-05-02" in card(triaged, "show", SEOJUN)
    card(triaged, "import", sheet(tmp_path, f"value,currency,address\n7,USD,{SEOJUN}\n"))
    assert (shown(triaged)["value"], shown(triaged)["standing"]) == ("7", "part")


def test_a_bad_sheet_is_refused_as_a_whole_or_line_by_line(triaged, dovecot, user, tmp_path):
    started(triaged)
    data = "address,value,currency\ngood@mail.example,5,KRW\nbad,5,KRW\nworse@mail.example,many,KRW\ngood@mail.example,6,KRW\n"
    said = card(triaged, "import", sheet(tmp_path, data), refused=True)
    for line, why in ((3, "no mail address"), (4, "is no number"), (5, "again, as line 2 does")):
        assert f".csv:{line}: " in said and why in said
    assert "so nothing was" in said
    assert "nobody with this address" in card(triaged, "show", "good@mail.example", refused=True)
    answer = triaged.ctl("customer", "import", "--skip-bad", sheet(tmp_path, data))
    assert answer.stdout == "1 customer imported, 3 lines left out\n" and ".csv:4: left out: " in answer.stderr
    assert shown(triaged, "good@mail.example")["value"] == "5"
    assert 'there is no column "age"' in card(triaged, "import", sheet(tmp_path, "address,age\n"), refused=True)
    assert "is empty" in card(triaged, "import", sheet(tmp_path, ""), refused=True)
    assert "never closed" in card(triaged, "import", sheet(tmp_path, 'address,note\na@b.example,"open\n'), refused=True)
    assert "UTF-8" in card(triaged, "import", sheet(tmp_path, "address,name\na@b.example,김\n".encode("cp949")), refused=True)
    assert "cannot read" in card(triaged, "import", str(tmp_path / "none.csv"), refused=True)
