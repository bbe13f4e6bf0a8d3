"""triagectl rules check, test and list, as people and as programs read them."""

import json
import os
import re
import shutil
import subprocess
import textwrap
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
FIXTURES = TESTS / "fixtures" / "rules"
SHIPPED = TESTS.parent / "rules"


def ctl(build, *arguments, cwd=FIXTURES):
    return subprocess.run([Path(build).resolve() / "triagectl", "rules", *map(str, arguments)], capture_output=True,
                          text=True, timeout=120, cwd=cwd)


def golden(name, text):
    path = TESTS / "fixtures" / "golden" / name
    if os.environ.get("GOLDEN_WRITE"):
        path.write_text(text)
    assert text == path.read_text()


def without_time(text):
    return re.sub(r"in \d+\.\d\d s", "in 0.12 s", text)


# check

def test_check_shows_mistakes_in_their_lines(build):
    result = ctl(build, "check", "check")
    golden("rules-check.txt", result.stdout)
    assert (result.returncode, result.stderr) == (2, "")


def test_check_shows_what_is_wrong_with_rules_that_load(build):
    result = ctl(build, "check", "lints")
    golden("rules-lint.txt", result.stdout)
    assert (result.returncode, result.stderr) == (2, ""), "a failing sample keeps a reload from happening"


def test_check_shows_mistakes_in_changes(build):
    result = ctl(build, "check", "--rules", "good", "changes")
    golden("rules-changes.txt", result.stdout)
    assert (result.returncode, result.stderr) == (2, "")


def width(text):
    return sum(2 if "\u1100" <= c <= "\u11ff" or "\u3130" <= c <= "\u318f" or "\uac00" <= c <= "\ud7a3" else 1 for c in text)


def test_every_mark_stands_under_its_place(build):
    found = json.loads(ctl(build, "check", "--json", "check").stdout)
    lines = ctl(build, "check", "check").stdout.splitlines()
    marks = [i for i, line in enumerate(lines) if re.fullmatch(r" +\| +\^", line)]
    placed = [p for p in found["problems"] if p["column"]]
    assert len(marks) == len(placed) > 20
    for i, problem in zip(marks, placed):
        shown = lines[i - 1][len("    1 | "):]
        at = lines[i].index("^") - len("    1 | ")
        prefix = next(n for n in range(len(shown) + 1) if width(shown[:n]) == at)
        rest = problem["source"][problem["column"] - 1:].replace("\t", " ")
        assert rest.startswith(shown[prefix:].rstrip("…"))


def test_check_as_json(build):
    result = ctl(build, "check", "--json", "lints")
    found = json.loads(result.stdout)
    assert set(found) == {"problems", "problems_elsewhere", "found", "elsewhere", "rules", "templates"}
    levels = [p["level"] for p in found["problems"]]
    assert found["found"] == {"errors": levels.count("error"), "warnings": levels.count("warning"),
                              "notes": levels.count("note")}
    nested = next(p for p in found["problems"] if "repeat within a repeat" in p["text"])
    assert (nested["file"], nested["line"], nested["column"]) == ("lints/en/lints.yaml", 6, 39)
    assert nested["source"].startswith("    match: ['you will") and nested["hint"]
    assert result.returncode == 2


def test_check_of_a_sound_set_says_so_and_ends_with_0(build):
    result = ctl(build, "check", "good")
    assert result.stdout == "0 errors, 0 warnings, 0 notes in 3 rules and 1 template\n"
    assert (result.returncode, result.stderr) == (0, "")


def test_check_ends_with_1_when_only_warnings_are_found(build, tmp_path):
    shutil.copytree(FIXTURES / "good", tmp_path / "rules")
    rules = tmp_path / "rules" / "en" / "good.yaml"
    rules.write_text(rules.read_text().replace("define:", "define:\n  spare: 'x'"))
    result = ctl(build, "check", "rules", cwd=tmp_path)
    assert result.returncode == 1
    assert "rules/en/good.yaml:4:3: warning: no pattern uses the macro {spare}\n" in result.stdout
    assert result.stdout.endswith("\n0 errors, 1 warning, 0 notes in 3 rules and 1 template\n")


def test_check_of_one_file_loads_it_with_its_folder_and_shows_its_mistakes_first(build):
    result = ctl(build, "check", "check/policy.yaml")
    assert result.returncode == 2
    own, others = result.stdout.split("\n6 errors, 0 warnings, 0 notes\n\nin the files that they are loaded with:\n")
    assert "check/policy.yaml:4:5: error: there is no severity" in own and "mistakes.yaml" not in own
    counted = re.fullmatch(r"(\d\d) errors, (\d) warnings, 1 note", others.splitlines()[-1])
    assert others.count(": error: ") == int(counted[1]) and others.count(": warning: ") == int(counted[2])
    found = json.loads(ctl(build, "check", "--json", "check/policy.yaml").stdout)
    assert len(found["problems"]) == 6 and len(found["problems_elsewhere"]) == int(counted[1]) + int(counted[2]) + 1


def test_check_tells_of_a_rule_that_is_changed_twice(build, tmp_path):
    (tmp_path / "a.yaml").write_text("rules:\n  - {id: en.sue, score: 6, unless: nice}\n")
    (tmp_path / "b.yaml").write_text("rules:\n  - {id: en.sue, unless: fine, enabled: true}\n")
    assert ctl(build, "check", "--rules", FIXTURES / "good", "--rules", ".", cwd=tmp_path).returncode == 0
    (tmp_path / "c.yaml").write_text("rules:\n  - {id: en.sue, score: 7}\n")
    result = ctl(build, "check", "--rules", FIXTURES / "good", "--rules", ".", cwd=tmp_path)
    assert "./c.yaml:2:18: warning: score of the rule en.sue is changed at ./a.yaml:2, too\n" in result.stdout
    assert result.returncode == 1


def test_check_tells_of_folders_that_no_language_has(build, tmp_path):
    shutil.copytree(FIXTURES / "good", tmp_path / "rules")
    (tmp_path / "rules" / "en").rename(tmp_path / "rules" / "eng")
    shutil.copytree(tmp_path / "rules" / "templates" / "en", tmp_path / "rules" / "templates" / "fr")
    result = ctl(build, "check", "rules", cwd=tmp_path)
    assert result.returncode == 1
    assert "rules/eng: warning: is not the name of a language: its rules are judged in every mail\n" in result.stdout
    assert "rules/templates/fr: warning: is not the name of a language: no mail is answered from it\n" in result.stdout


def test_check_tells_of_every_file_that_is_not_read(build, tmp_path):
    rules = tmp_path / "rules"
    shutil.copytree(FIXTURES / "good", rules)
    for folder in ("en/nested", "ko.yaml", "playbook.yaml", "templates/en/old"):
        (rules / folder).mkdir()
        (rules / folder / "x.yaml").write_text("rules: []\n")
    for name in ("shop.txt", "shop.yaml.txt", "shop.yaml.disabled", "shop.yaml~", "README.md", "en/b.txt", ".hidden.yaml"):
        (rules / name).write_text("rules: []\n")
    (rules / "zero.yaml").write_text("")
    (rules / "comment.yaml").write_text("# nothing yet\n")
    result = ctl(build, "check", "rules", cwd=tmp_path)
    found = re.findall(r"^rules/(\S+): (\w+): (.*)$", result.stdout, re.M)
    assert sorted(found) == [
        ("en/b.txt", "note", "is not read"), ("en/nested", "warning", "is a folder: nothing in it is read"),
        ("ko.yaml", "warning", "is a folder: nothing in it is read"),
        ("playbook.yaml", "warning", "is a folder: nothing in it is read"),
        ("shop.txt", "note", "is not read"), ("shop.yaml.disabled", "note", "is not read"),
        ("shop.yaml.txt", "warning", "is not read"), ("templates/en/old", "warning", "is a folder: nothing in it is read"),
        ("zero.yaml", "warning", "is empty")]
    assert result.returncode == 1


def test_check_of_a_folder_or_an_empty_file_by_its_name(build, tmp_path):
    (tmp_path / "a.yaml").mkdir()
    (tmp_path / "b.yaml").write_text("")
    for name, text in (("a.yaml", "is a folder and no file"), ("b.yaml", "is empty")):
        result = ctl(build, "check", "--rules", FIXTURES / "good", name, cwd=tmp_path)
        assert f"{name}: warning: {text}\n" in result.stdout and result.returncode == 1


def test_check_says_what_a_rule_file_is_that_is_none(build, tmp_path):
    os.mkfifo(tmp_path / "pipe.yaml")
    (tmp_path / "gone.yaml").symlink_to("nothing")
    (tmp_path / "loop.yaml").symlink_to("loop.yaml")
    result = ctl(build, "check", "--rules", FIXTURES / "good", ".", cwd=tmp_path)
    assert "./gone.yaml: error: cannot be read: No such file or directory\n      = it is a link that leads nowhere" in result.stdout
    assert "./loop.yaml: error: cannot be read: " in result.stdout and "= it is a link that leads back to itself" in result.stdout
    assert "./pipe.yaml: error: is a pipe or a device and no file\n" in result.stdout
    assert result.returncode == 2


def test_check_of_a_file_elsewhere_looks_at_it_as_a_change(build, tmp_path):
    shop = tmp_path / "shop.yaml"
    shop.write_text("rules:\n  - id: en.sue\n    scor: 3\n")
    result = ctl(build, "check", "--rules", "good", shop)
    assert result.returncode == 2
    assert result.stdout.startswith(f"{shop}:3:5: error: a change of a rule has no key \"scor\"\n")
    assert '      = did you mean "score"?\n' in result.stdout
    shop.write_text("rules:\n  - id: en.sue\n    score: 6\n")
    assert ctl(build, "check", "--rules", "good", shop).returncode == 0


def test_check_of_a_template_by_itself(build, tmp_path):
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "hello.txt").write_text("Subject: {{subject}}\n\n{{nobody}}\n")
    result = ctl(build, "check", "--rules", "good", tmp_path / "en" / "hello.txt")
    assert result.returncode == 2
    assert result.stdout.startswith(f"{tmp_path}/en/hello.txt:3:1: error: there is no variable \"nobody\"\n")
    assert result.stdout.endswith("\n1 error, 0 warnings, 0 notes in 3 rules and 0 templates\n")


def check_rules(build, tmp_path, text, name="shop.yaml"):
    (tmp_path / name).write_text("rules:\n" + text)
    return ctl(build, "check", "--rules", FIXTURES / "good", tmp_path / name, cwd=tmp_path)


def test_check_names_patterns_that_no_sample_tries(build, tmp_path):
    rule = "  - id: shop.tea\n    flag: threat.legal\n    match: [%s]\n    test: {hit: ['teapot board', 't e a c u p'], miss: 'tea'}\n"
    result = check_rules(build, tmp_path, rule % "'teapot board', 'teacup', 'teapot { gap }board', 'teapot\\nboard', 'tea caddy'")
    notes = re.findall(r"(\d+:\d+): note: no sample of shop.tea matches this pattern", result.stdout)
    assert notes == ["4:39", "4:62", "4:79"], "the one that a person reads in a sample is tried"
    assert "4:47: warning: this { belongs to no macro" in result.stdout
    assert "4:69: warning: the folded view never holds what \\n stands for" in result.stdout
    result = check_rules(build, tmp_path, rule % "'teapot board', 'teacup', 'tea caddy'")
    assert result.returncode == 0 and result.stdout.endswith("0 errors, 0 warnings, 1 note in 4 rules and 1 template\n")
    many = rule % ("'teapot board', 'teacup'" + "".join(f", 'tea{n} for two'" for n in range(21)))
    result = check_rules(build, tmp_path, many)
    assert "note: no sample matches this pattern, nor 20 others; they belong to 1 rule\n" in result.stdout


def test_check_names_a_circle_of_needless_rules_in_one_direction(build, tmp_path):
    rule = "  - {id: shop.%s, flag: threat.menace, match: tea for two, test: {hit: tea for two, miss: tea}}\n"
    result = check_rules(build, tmp_path, "".join(rule % n for n in "abcd"))
    named = re.findall(r"note: shop.(.) hits nothing in its samples that shop.(.) ", result.stdout)
    assert [n for n, _ in named] == ["a", "b", "c"], "one of them must stay"


def test_check_names_a_circle_of_macros(build, tmp_path):
    (tmp_path / "m.yaml").write_text("define:\n  a: 'x{b}'\n  b: 'y{c}{d}'\n  c: 'z{a}'\n  d: d\n  e: 'e{e}'\nrules:\n"
                                     "  - {id: shop.a, flag: threat.legal, match: 'kettle {a}{e}{D}', test: {hit: a, miss: b}}\n")
    result = ctl(build, "check", "--rules", FIXTURES / "good", "m.yaml", cwd=tmp_path)
    assert "m.yaml:2:3: warning: the macro {a} uses itself: {a}, {b} of line 3, {c} of line 4, {a} of line 2\n" in result.stdout
    assert "m.yaml:6:3: warning: the macro {e} uses itself: {e}, {e} of line 6\n" in result.stdout
    assert result.stdout.count("uses itself") == 2
    (tmp_path / "m.yaml").write_text("define:\n  d: d\n  b: b\nrules:\n"
                                     "  - {id: shop.a, flag: threat.legal, match: 'kettle {b}{D}', test: {hit: a, miss: b}}\n")
    assert "= did you mean {d}?\n" in ctl(build, "check", "--rules", FIXTURES / "good", "m.yaml", cwd=tmp_path).stdout


def test_check_warns_of_samples_that_the_language_keeps_out(build, tmp_path):
    result = check_rules(build, tmp_path, """  - {id: shop.a, flag: threat.legal, language: en, match: 고소하겠, test: {hit: 고소하겠습니다, miss: 맛}}
  - {id: shop.b, flag: threat.legal, language: ko, match: sue you, test: {hit: [I will sue you, sue you 고소합니다], miss: sue}}
  - {id: shop.c, flag: threat.legal, language: en, match: sue you, test: {hit: sue you, miss: 고소합니다}}
""")
    assert result.returncode == 1
    assert "2:77: warning: the sample is ko, and shop.a looks at en mails only\n" in result.stdout
    assert "3:81: warning: the sample is en, and shop.b looks at ko mails only\n" in result.stdout
    assert result.stdout.count("warning:") == 2


def test_check_of_what_is_not_there(build):
    result = ctl(build, "check", "nowhere")
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == "triagectl: cannot check nowhere: No such file or directory\n"
    assert ctl(build, "check", "--frobnicate").returncode == 2


def test_check_without_a_policy_is_not_well(build, tmp_path):
    result = ctl(build, "check", tmp_path)
    assert result.returncode == 2
    assert f"error: no rule directory holds a policy.yaml: {tmp_path}\n" in result.stdout
    assert "--rules SHIPPED --rules CHANGES" in result.stdout
    result = ctl(build, "test", "--rules", tmp_path, "--rules", FIXTURES / "nowhere")
    assert result.stderr.endswith(f"cannot test the rules in {tmp_path}, {FIXTURES}/nowhere: see the errors above\n")


def test_the_examples_of_the_readme_hold(build, tmp_path):
    """What stands there for rules.d fits the shipped rules."""
    blocks = re.findall(r"(?:^ {4,}.*\n)+", (SHIPPED / "README.md").read_text(), re.M)
    examples = [textwrap.dedent(b) for b in blocks if re.search(r"^ +rules:$", b, re.M)]
    assert len(examples) == 2
    for number, example in enumerate(examples):
        (tmp_path / f"{number}.yaml").write_text(example)
    result = ctl(build, "check", "--rules", SHIPPED, *sorted(tmp_path.iterdir()))
    assert result.returncode == 0, result.stdout


# test

def test_samples_that_fail_are_shown(build):
    result = ctl(build, "test", "--rules", "check")
    golden("rules-test.txt", without_time(result.stdout))
    assert (result.returncode, result.stderr) == (1, "")


def test_samples_of_some_rules(build):
    result = ctl(build, "test", "--rules", "good", "en.*")
    assert without_time(result.stdout) == ("  ok    en.sue  2 hit, 1 miss\n"
                                           "  ok    en.trial  1 hit, 1 miss\n"
                                           "5 passed, 0 failed; 2 rules in 0.12 s\n")
    assert result.returncode == 0
    result = ctl(build, "test", "--rules", "good", "en.sue", "en.sew")
    assert result.returncode == 2 and result.stderr == "triagectl: there is no rule en.sew; see triagectl rules list\n"


def test_a_failed_sample_says_what_took_its_match_back(build, tmp_path):
    (tmp_path / "a.yaml").write_text("rules:\n  - id: en.sue\n    unless: 'your company'\n")
    result = ctl(build, "test", "--rules", FIXTURES / "good", "--rules", ".", "en.sue", cwd=tmp_path)
    assert "          but     the unless of ./a.yaml:3 matches “your company”\n" in result.stdout
    assert result.returncode == 1
    found = json.loads(ctl(build, "test", "--json", "--rules", FIXTURES / "good", "--rules", ".", "en.sue", cwd=tmp_path).stdout)
    assert found["rules"][0]["failures"][0]["kept_by"] == "the unless of ./a.yaml:3 matches “your company”"


def test_a_rule_that_is_left_out_is_no_unknown_one(build):
    result = ctl(build, "test", "--rules", "check", "ko.unknown.key", "ko.nothing")
    assert without_time(result.stdout) == ("  FAIL  ko.unknown.key  is left out: see triagectl rules check\n"
                             '        check/ko/mistakes.yaml:11: a rule has no key "mach"\n'
                             "0 passed, 0 failed, 1 rule with mistakes; 1 rule in 0.12 s\n")
    assert result.stderr == "triagectl: there is no rule ko.nothing; see triagectl rules list\n"
    result = ctl(build, "list", "--rules", "check", "--state", "left-out")
    assert "ko.unknown.key  left-out\n    check/ko/mistakes.yaml:9\n    check/ko/mistakes.yaml:11: a rule has no key" in result.stdout
    assert "ko.samples  threat.legal 5, left-out\n" in result.stdout, "for its samples"
    found = [json.loads(line) for line in ctl(build, "list", "--json", "--rules", "check", "--state", "left-out").stdout.splitlines()]
    assert all(r["mistake"]["text"] for r in found) and len(found) == 12
    assert {r["rule"]: r for r in found}["ko.unknown.key"] == {
        "rule": "ko.unknown.key", "flag": None, "state": "left-out", "file": "check/ko/mistakes.yaml", "line": 9,
        "mistake": {"file": "check/ko/mistakes.yaml", "line": 11, "text": 'a rule has no key "mach"'}}
    assert "left-out]" in ctl(build, "list", "--help").stdout


def test_samples_as_json(build):
    result = ctl(build, "test", "--json", "--rules", "check", "ko.samples")
    found = json.loads(result.stdout)
    assert found["passed"] == 2 and found["failed"] == 3 and result.returncode == 1
    assert found["rules"][0]["failures"][0] == {
        "file": "check/ko/mistakes.yaml", "line": 41, "column": 27, "expected": "hit", "answer": "clear",
        "text": "소송을 걸겠습니다", "seen": "소송을 걸겠습니다"}


def test_the_shipped_samples_pass(build):
    result = ctl(build, "test", "--rules", SHIPPED)
    assert result.returncode == 0, result.stdout


# list

def test_list(build):
    result = ctl(build, "list", "--rules", "lints", "--rules", "good-changes")
    golden("rules-list.txt", result.stdout)
    assert (result.returncode, result.stderr) == (0, "")


@pytest.mark.parametrize("arguments, ids", [
    (["--flag", "threat"], ["en.nested", "en.endless"]),
    (["--flag", "signal.churn"], ["en.any"]),
    (["--state", "off"], ["en.off"]),
    (["weak"], ["en.weak", "en.weaker"]),
    (["en.weak"], ["en.weak", "en.weaker"]),
    (["derived.*"], ["derived.never", "derived.always"]),
    (["--flag", "demand", "--state", "live", "*zero"], ["en.zero"]),
])
def test_list_of_some(build, arguments, ids):
    result = ctl(build, "list", "--json", "--rules", "lints", *arguments)
    assert [json.loads(line)["rule"] for line in result.stdout.splitlines()] == ids


def test_list_as_json(build):
    result = ctl(build, "list", "--json", "--rules", "lints", "--rules", "good-changes", "en.strict")
    rule = json.loads(result.stdout)
    assert rule["score"] == 7 and rule["state"] == "shadow" and rule["unless"] == 1
    assert rule["parts"] == ["subject", "body"] and rule["view"] == "folded" and rule["when"] is None
    assert rule["changes"] == [{"file": "good-changes/shop.yaml", "line": 2, "keys": ["score", "state", "unless"]}]


def test_list_refuses_what_it_does_not_know(build):
    assert "did you mean threat.legal?" in ctl(build, "list", "--flag", "threat.legl").stderr
    assert "live, shadow, off or left-out" in ctl(build, "list", "--state", "gone").stderr
