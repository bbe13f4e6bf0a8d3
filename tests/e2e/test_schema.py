"""The schemas for editors and the loader say the same of whole files: the shipped ones, good ones, and bad ones.

tests/test_schema.c compares their keys, words and bounds. YAML is read here as editors read it (YAML 1.2: dates are texts, yes is a
word).
"""

import json
import re
import subprocess
from pathlib import Path

import jsonschema
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "tests" / "fixtures" / "rules"
SCHEMA = {name: jsonschema.Draft7Validator(json.loads((ROOT / "rules" / "schema" / f"{name}.schema.json").read_text()),
                                           format_checker=jsonschema.FormatChecker()) for name in ("rules", "policy")}


class Editor(yaml.SafeLoader):
    yaml_implicit_resolvers = {}


for tag, pattern, first in [("bool", r"true|false", "tf"), ("int", r"-?[0-9]+", "-0123456789"),
                            ("float", r"-?[0-9]*\.[0-9]+|-?[0-9]+\.[0-9]*", "-.0123456789"), ("null", r"~|null|", ["~", "n", ""])]:
    Editor.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(rf"(?:{pattern})\Z"), list(first))


def complaints(schema, text):
    return [f"{'/'.join(map(str, e.absolute_path))}: {e.message}" for e in SCHEMA[schema].iter_errors(yaml.load(text, Editor))]


def mistakes(build, *paths):
    """What keeps the file from being loaded, and ids that tools could not be given."""
    result = subprocess.run([build / "triagectl", "rules", "check", "--json", *paths], capture_output=True, text=True, timeout=60)
    assert result.stderr == ""
    return [p["text"] for p in json.loads(result.stdout)["problems"]
            if p["level"] == "error" or p["text"].startswith("an id is made")]


SHIPPED = [p for p in sorted((ROOT / "rules").rglob("*.yaml")) if p.name not in ("policy.yaml", "playbook.yaml")]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda p: str(p.relative_to(ROOT)))
def test_shipped_rules(path):
    assert complaints("rules", path.read_text()) == []


def test_shipped_policy():
    assert complaints("policy", (ROOT / "rules" / "policy.yaml").read_text()) == []


@pytest.mark.parametrize("path", sorted((ROOT / "rules").rglob("*.yaml")), ids=lambda p: str(p.relative_to(ROOT)))
def test_where_a_shipped_file_names_its_schema_it_is_there(path):
    first = path.read_text().split("\n", 1)[0]
    named = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", first)
    if named:
        wanted = "policy" if path.name == "policy.yaml" else "rules"
        assert (path.parent / named.group(1)).resolve() == ROOT / "rules" / "schema" / f"{wanted}.schema.json"
    else:
        assert "yaml-language-server" not in path.read_text(), "the line must be the first"


def test_the_schemas_are_valid_and_not_taken_for_rules(build):
    for validator in SCHEMA.values():
        validator.check_schema(validator.schema)
    listed = subprocess.run([build / "triagectl", "rules", "list", "--json", "--rules", ROOT / "rules"], capture_output=True, text=True)
    assert "schema" not in listed.stdout + listed.stderr


RULE = "id: x.y\nflag: threat.legal\n"

GOOD = r"""
match: 'abc'
match: ['abc', 'def']
match: 1004
match: 'abc' | unless: []
match: 'abc' | unless: 'abcd'
all: ['abc', 'def']
all: ['abc', 'def'] | within: 40
match: 'abc' | all: 'def'
match: 'abc' | all: ['def'] | within: 1000
match: 'abc' | score: -3.5
match: 'abc' | score: 100
match: 'abc' | score: 2 | max: 6
match: 'abc' | in: body
match: 'abc' | in: [subject, body, quoted, signature, attachment-name, from, 'header:X-Form']
match: 'abc' | view: squeezed
match: 'abc' | header: {x-form: 'contact', list-id: 7}
match: 'abc' | language: ko
match: 'abc' | expires: 2028-02-29
match: 'abc' | enabled: false
match: 'abc' | state: shadow
match: 'abc' | why: says that they will sue
match: 'abc' | test: {}
match: 'abc' | test: {hit: 'abc', miss: ['ab', '12']}
match: 'abc' | enabled: false | test: {hit: 12}
when: demand and not (abuse or signal.churn)
when: demand | score: 3 | state: shadow | enabled: true | expires: 2099-01-01 | why: x
""".strip().split("\n")

BAD = r"""
why: no pattern
match: []
match: ''
match:
match: {a: b}
match: [['abc']]
match: 'abc' | mach: 'abc'
all: 'abc'
all: ['abc']
match: 'abc' | all: []
match: 'abc' | within: 5
match: 'abc' | all: 'def' | within: 0
match: 'abc' | all: 'def' | within: 1001
match: 'abc' | all: 'def' | within: 2.5
match: 'abc' | all: 'def' | within: near
match: 'abc' | score: 101
match: 'abc' | score: -100.5
match: 'abc' | score: '6'
match: 'abc' | score: high
match: 'abc' | max: 0
match: 'abc' | max: 101
match: 'abc' | in: bodi
match: 'abc' | in: []
match: 'abc' | in: 'header:'
match: 'abc' | in: 'header:two words'
match: 'abc' | in: {body: true}
match: 'abc' | view: round
match: 'abc' | header: {}
match: 'abc' | header: x-form
match: 'abc' | header: {'x form': 'a'}
match: 'abc' | header: {x-form: ''}
match: 'abc' | language: und
match: 'abc' | expires: tomorrow
match: 'abc' | expires: 2027-13-01
match: 'abc' | expires: 2027-02-30
match: 'abc' | expires: 1999-01-01
match: 'abc' | expires: 2027-1-1
match: 'abc' | enabled: yes
match: 'abc' | enabled: 'true'
match: 'abc' | state: off
match: 'abc' | why: ''
match: 'abc' | why: "two\nlines"
match: 'abc' | test: 'abc'
match: 'abc' | test: {hits: 'abc'}
match: 'abc' | test: {hit: [['abc']]}
match: 'abc' | test: {hit: }
when: ''
when: demand | match: 'abc'
when: demand | in: body
when: demand | max: 9
when: [demand]
""".strip().split("\n")

FILES_GOOD = ["", "pack: x\n", "rules:\n", "define:\nrules: []\n", "define: {a_b-1: 'abc'}\nrules: []\n"]

FILES_BAD = ["- a\n", "rule: []\n", "rules: {a: b}\n", "rules: [text]\n", "define: 'abc'\n", "define: {1a: 'abc'}\n", "define: {far: 'abc'}\n",
             "define: {a: ['abc']}\n", "define: {a: ''}\n", "rules:\n  - match: 'abc'\n    flag: extortion\n",
             "rules:\n  - {id: x, match: 'abc'}\n", "rules:\n  - {id: x, match: 'abc', flag: threat}\n", "rules:\n  - {id: x, flag: extortion}\n",
             "rules:\n  - {id: 'X Y', match: 'abc', flag: extortion}\n", "rules:\n  - {id: '.x', match: 'abc', flag: extortion}\n",
             "rules:\n  - {id: [x], match: 'abc', flag: extortion}\n"]

CHANGES_GOOD = ["{id: en.sue, score: 6}", "{id: en.sue, state: shadow, enabled: true}", "{id: en.sue, unless: ['abc']}"]

CHANGES_BAD = ["{id: en.sue, scor: 6}", "{id: en.sue, score: 6, why: x}", "{id: en.sue, score: 6, view: plain}", "{score: 6}",
               "{id: en.sue, state: gone}", "{id: en.sue, enabled: 0}"]

# What an editor cannot know.
BEYOND = ["match: '(abc'", "match: 'abc {nosuch}'", "match: '*abc'", "match: '(?:abc)?'", "match: 'abc' | score: 6 | max: 5",
          "when: threat and", "when: nosuch", "match: 'abc' | test: {hit: 'abd'}"]


def rule_of(lines):
    return "rules:\n  - " + "\n    ".join((RULE + lines.replace(" | ", "\n")).split("\n")) + "\n"


def both(build, tmp_path, text, base=()):
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    (tmp_path / "base").mkdir(exist_ok=True)
    (tmp_path / "base" / "policy.yaml").write_text("severity: [{low: signal}]\nrules: []\n")
    folder = base or [tmp_path / "base"]
    loader = mistakes(build, *[a for f in folder for a in ("--rules", f)], path)
    return complaints("rules", text), loader


@pytest.mark.parametrize("line", GOOD)
def test_good_rules(build, tmp_path, line):
    assert both(build, tmp_path, rule_of(line)) == ([], [])


@pytest.mark.parametrize("line", BAD)
def test_bad_rules(build, tmp_path, line):
    editor, loader = both(build, tmp_path, rule_of(line))
    assert editor and loader, (editor, loader)


@pytest.mark.parametrize("line", BEYOND)
def test_what_only_the_loader_knows(build, tmp_path, line):
    editor, loader = both(build, tmp_path, rule_of(line))
    assert editor == [] and loader, (editor, loader)


@pytest.mark.parametrize("text", FILES_GOOD)
def test_good_files(build, tmp_path, text):
    assert both(build, tmp_path, text) == ([], [])


@pytest.mark.parametrize("text", FILES_BAD)
def test_bad_files(build, tmp_path, text):
    editor, loader = both(build, tmp_path, text)
    assert editor and loader, (editor, loader)


@pytest.mark.parametrize("entry", CHANGES_GOOD)
def test_good_changes(build, tmp_path, entry):
    assert both(build, tmp_path, f"rules:\n  - {entry}\n", [FIXTURES / "good"]) == ([], [])


@pytest.mark.parametrize("entry", CHANGES_BAD)
def test_bad_changes(build, tmp_path, entry):
    editor, loader = both(build, tmp_path, f"rules:\n  - {entry}\n", [FIXTURES / "good"])
    assert editor and loader, (editor, loader)


POLICY = "severity: [{low: signal}]\n"

POLICY_GOOD = ["rules: []", "rules: []\nthresholds: {}", "rules: []\nthresholds: {threat: 6, threat.legal: 4.5}",
               "rules: [{name: a, do: []}]", "rules: [{name: a, if: {}, do: [flag], stop: true}]",
               "rules: [{name: a, do: [flag, keyword: $Triage.a_b-c, copy: A/B, move: 'A b', draft: hello]}]",
               "rules: [{name: a, do: [notify: kim, webhook: hook, assign: kim]}]",
               "rules: [{name: a, if: {flags: threat and not abuse, severity: high+, language: [ko, und]}, do: []}]",
               "rules: [{name: a, if: {severity: [low, normal], automatic: [bounce, own], account: [a, b]}, do: []}]",
               "rules: [{name: a, if: {automatic: false, customer: first-time, case: new, undetermined: true, duplicate: false}, do: []}]"]

POLICY_BAD = ["ruls: []", "rules:", "rules: {}", "rules: []\nthresholds: {treat: 5}", "rules: []\nthresholds: {threat: 0}",
              "rules: []\nthresholds: {threat: 1001}", "rules: []\nthresholds: [threat]", "rules: [{do: []}]", "rules: [{name: a}]",
              "rules: [{name: a, do: flag}]", "rules: [{name: a, do: [], else: []}]", "rules: [{name: a, do: [flog]}]",
              "rules: [{name: a, do: [flag: x]}]", "rules: [{name: a, do: [move]}]", "rules: [{name: a, do: [{move: A, copy: B}]}]",
              "rules: [{name: a, do: [move: /A]}]", "rules: [{name: a, do: [move: A/]}]", "rules: [{name: a, do: [copy: 'A*']}]",
              "rules: [{name: a, do: [keyword: \\Seen]}]", "rules: [{name: a, do: [keyword: 'a b']}]", "rules: [{name: a, do: [], stop: maybe}]",
              "rules: [{name: a, if: {langage: ko}, do: []}]", "rules: [{name: a, if: {language: fr}, do: []}]",
              "rules: [{name: a, if: {severity: hi}, do: []}]", "rules: [{name: a, if: {severity: [high++]}, do: []}]",
              "rules: [{name: a, if: {automatic: robot}, do: []}]", "rules: [{name: a, if: {customer: old}, do: []}]",
              "rules: [{name: a, if: {case: first-time}, do: []}]", "rules: [{name: a, if: {undetermined: maybe}, do: []}]",
              "rules: [{name: a, if: {duplicate: 'true'}, do: []}]", "rules: [{name: a, if: {account: []}, do: []}]",
              "rules: [{name: a, if: [], do: []}]", "rules: [{name: a, if: {flags: ''}, do: []}]"]


def both_of_policy(build, tmp_path, text):
    (tmp_path / "templates" / "en").mkdir(parents=True)
    (tmp_path / "templates" / "en" / "hello.txt").write_text("Subject: x\n\nx\n")
    (tmp_path / "policy.yaml").write_text(text)
    return complaints("policy", text), mistakes(build, tmp_path)


@pytest.mark.parametrize("text", POLICY_GOOD)
def test_good_policies(build, tmp_path, text):
    assert both_of_policy(build, tmp_path, POLICY + text + "\n") == ([], [])


@pytest.mark.parametrize("text", POLICY_BAD)
def test_bad_policies(build, tmp_path, text):
    editor, loader = both_of_policy(build, tmp_path, POLICY + text + "\n")
    assert editor and loader, (editor, loader)


@pytest.mark.parametrize("text", ["rules: []\n", "severity: []\nrules: []\n", "severity: {low: signal}\nrules: []\n", "[]\n",
                                  "severity: [{mid: signal}]\nrules: []\n", "severity: [{low: signal, high: threat}]\nrules: []\n"])
def test_bad_severities(build, tmp_path, text):
    editor, loader = both_of_policy(build, tmp_path, text)
    assert editor and loader, (editor, loader)
