"""triagectl rules tune: what it proposes loads, helps on the mail it was fitted to, and is not made up from noise."""

import json
import subprocess

import pytest

from mails import KO_LEGAL, sample
from servers import wait_for

RULES = """pack: test
rules:
  - id: en.sue
    flag: threat.legal
    score: 6
    match: ['sue you']
  - id: en.court
    flag: threat.legal
    score: 5
    match: ['court']
  - id: en.lawyer
    flag: threat.legal
    score: 2
    match: ['my lawyer']
  - id: en.pay
    flag: demand.refund
    match: ['pay me back']
"""
POLICY = "severity: [{high: threat}]\nrules: []\n"


def tool(build, place, name, *arguments):
    return subprocess.run([str(build / "triagectl"), "rules", name, *arguments], cwd=place, capture_output=True, text=True,
                          timeout=60)


@pytest.fixture
def place(tmp_path):
    (tmp_path / "rules" / "en").mkdir(parents=True)
    (tmp_path / "rules" / "en" / "test.yaml").write_text(RULES)
    (tmp_path / "rules" / "policy.yaml").write_text(POLICY)
    rows = []
    for i in range(20):
        rows += [{"id": f"s{i}", "body": f"Order {i}: I will sue you.", "flags": ["threat.legal"]},
                 {"id": f"c{i}", "body": f"Order {i}: the tennis court was wet.", "flags": []},
                 {"id": f"l{i}", "body": f"Order {i}: my lawyer has your letter.", "flags": ["threat.legal"]},
                 {"id": f"p{i}", "body": f"Order {i}: pay me back.", "flags": ["demand.refund"]}]
    rows.append({"id": "odd", "body": "They pay me back on Monday, thank you.", "flags": []})
    (tmp_path / "mail.ndjson").write_text("".join(json.dumps(r) + "\n" for r in rows))
    return tmp_path


def test_it_proposes_what_helps_and_no_more(build, place):
    result = tool(build, place, "tune", "--json", "--rules", "rules", "mail.ndjson")
    assert result.returncode == 0, result.stderr
    found = json.loads(result.stdout)
    rules = {r["rule"]: r for r in found["rules"]}
    assert (found["mails"], found["wrong"], found["wrong_proposed"]) == (81, 41, 1)
    assert found["held_back"] == 41 and found["held_back_fitted"] == 1
    assert rules["en.court"]["retire"] and (rules["en.court"]["right"], rules["en.court"]["wrong"]) == (0, 20)
    assert rules["en.court"]["high"] < 0.2
    assert rules["en.lawyer"]["proposed"] == 5 and rules["en.lawyer"]["folds"] == 5
    assert rules["en.sue"]["proposed"] == 6 and rules["en.pay"]["proposed"] == 5, "one wrong hit is no reason"
    assert [r["rule"] for r in found["rules"]][:2] == ["en.court", "en.pay"], "the least precise first"


def test_the_patch_loads_and_the_score_is_better(build, place):
    patch = tool(build, place, "tune", "--rules", "rules", "mail.ndjson")
    assert patch.returncode == 0, patch.stderr
    assert "#   en.court " in patch.stdout and "retire" in patch.stdout and "    score: 5 # was 2" in patch.stdout
    (place / "rules.d").mkdir()
    (place / "rules.d" / "tuned.yaml").write_text(patch.stdout)
    before = json.loads(tool(build, place, "score", "--json", "--rules", "rules", "mail.ndjson").stdout)
    after = tool(build, place, "score", "--json", "--rules", "rules", "--rules", "rules.d", "mail.ndjson")
    assert after.returncode == 0, after.stderr
    assert wrong(before) == 41 and wrong(json.loads(after.stdout)) == 1
    again = tool(build, place, "tune", "--rules", "rules", "--rules", "rules.d", "mail.ndjson")
    assert again.stdout.rstrip().endswith("rules: []")


def wrong(scored):
    return scored["wrong"]


def test_noise_is_no_advice(build, place):
    rows = [{"id": f"n{i}", "body": "I will sue you." if i < 3 else "pay me back", "flags": [] if i == 0 else
             ["threat.legal"] if i < 3 else ["demand.refund"]} for i in range(8)]
    (place / "few.ndjson").write_text("".join(json.dumps(r) + "\n" for r in rows))
    result = tool(build, place, "tune", "--rules", "rules", "few.ndjson")
    assert result.returncode == 0 and "nothing is proposed" in result.stdout
    assert result.stdout.rstrip().endswith("rules: []")


def test_wrong_usage(build, place):
    assert tool(build, place, "tune").returncode == 2
    assert tool(build, place, "tune", "--corrected", "mail.ndjson").returncode == 2
    missing = tool(build, place, "tune", "--rules", "rules", "missing.ndjson")
    assert missing.returncode == 1 and "missing.ndjson" in missing.stderr


def test_from_what_people_corrected(triaged, dovecot, user, build):
    triaged.start()
    wait_for("the account is watched", lambda: '"watching"' in triaged.ctl("status", "--json").stdout)
    dovecot.deliver(user, sample(KO_LEGAL))
    wait_for("its draft", lambda: dovecot.count(user, "Drafts") == 1)
    case, = json.loads(triaged.ctl("queue", "--json").stdout)["cases"]
    triaged.ctl("case", "correct", case["id"], "-threat.legal")
    result = tool(build, ".", "tune", "--json", "--rules", "rules", "--corrected", "--socket", str(triaged.socket))
    assert result.returncode == 0, result.stderr
    found = json.loads(result.stdout)
    flags = {r["flag"]: r for r in found["rules"]}
    assert found["mails"] == 1 and flags["threat.legal"]["wrong"] == 1 and flags["threat.regulator"]["right"] == 1
    triaged.stop()
