"""triagectl rules score and diff as those who tune rules meet them. GOLDEN_WRITE=1 writes the expected texts anew, to be read by a person."""

import json
import os
import pty
import subprocess
from pathlib import Path

import pytest

from servers import RULES

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = "tests/fixtures/measure"
ALL = [f"{FIXTURES}/{name}" for name in ("rows.ndjson", "posts.ndjson", "sorted")]
DATA = Path(os.environ.get("TRIAGED_DATA", ROOT.parent / "shared/data"))


def rules(build, tool, *arguments, **options):
    return subprocess.run([str(build / "triagectl"), "rules", tool, *map(str, arguments)], capture_output=True, text=True, timeout=60,
                          cwd=ROOT, **options)


def golden(name, text):
    path = ROOT / "tests/fixtures/golden" / name
    if os.environ.get("GOLDEN_WRITE"):
        path.write_text(text)
    assert text == path.read_text(), f"differs from {path}"


def score(build, *arguments, **options):
    return rules(build, "score", "--rules", f"{FIXTURES}/rules", *arguments, **options)


def score_json(build, *arguments):
    result = score(build, "--json", *arguments)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


# score

def test_score_for_people(build):
    result = score(build, "--errors", *ALL)
    assert (result.returncode, result.stderr) == (0, "")
    golden("rules-score.txt", result.stdout)


def test_score_json_tells_the_same(build):
    result = score(build, "--json", "--errors", *ALL)
    assert (result.returncode, result.stderr) == (0, "")
    golden("rules-score.json", json.dumps(json.loads(result.stdout), indent=1, ensure_ascii=False) + "\n")


def test_score_does_not_depend_on_threads(build):
    one, many = (score(build, "--errors", "--threads", n, *ALL).stdout for n in (1, 8))
    assert one == many


def test_scope_and_unsure_bound_what_is_judged(build):
    counts = score_json(build, f"{FIXTURES}/posts.ndjson")
    assert list(counts["families"]) == ["abuse"], "a demand that hits out of scope is nobody's fault"
    assert counts["flags"] == {}, "which flag of the family would have been right is not known"
    rows = score_json(build, f"{FIXTURES}/rows.ndjson")
    assert rows["flags"]["demand.refund"]["mails"] == 7, "not judged where readers differ"


def test_quotes_are_not_scored(build):
    assert score_json(build, f"{FIXTURES}/rows.ndjson")["flags"]["abuse.insult"]["fp"] == 0


def test_score_says_every_mistake_and_goes_on(build):
    result = score(build, f"{FIXTURES}/broken.ndjson", f"{FIXTURES}/missing.ndjson", f"{FIXTURES}/mail", f"{FIXTURES}/sorted")
    assert result.returncode == 1
    lines = result.stderr.splitlines()
    assert lines[0] == (f'triagectl: {FIXTURES}/broken.ndjson:2: there is no flag or family "threat.leagl" (in "flags"); '
                        "did you mean threat.legal?")
    assert lines[1].startswith(f"triagectl: {FIXTURES}/broken.ndjson:3:61: is not JSON: ")
    assert lines[2] == f'triagectl: {FIXTURES}/broken.ndjson:4: "body" is missing'
    assert lines[3].startswith(f"triagectl: {FIXTURES}/missing.ndjson: cannot be read: ")
    assert all("is no labelled mail" in line for line in lines[4:7]) and len(lines) == 7
    assert "broken.ndjson: 1 mail, 0 wrong\n" in result.stdout and "all together: 3 mails" in result.stdout


def test_score_reads_rows_from_a_pipe(build):
    row = json.dumps({"body": "I will sue", "flags": ["threat.legal"]})
    result = score(build, "--json", "-", input=row)
    assert json.loads(result.stdout)["flags"]["threat.legal"]["tp"] == 1


def test_colour_on_a_terminal_only(build):
    def on_terminal(**environment):
        main, side = pty.openpty()
        subprocess.run([str(build / "triagectl"), "rules", "score", "--rules", f"{FIXTURES}/rules", ALL[2]], stdout=side, cwd=ROOT,
                       timeout=60, check=True, env={**os.environ, "TERM": "xterm", **environment})
        os.close(side)
        text = os.read(main, 65536).decode()
        os.close(main)
        return text

    assert "\033[" in on_terminal(NO_COLOR="")
    assert "\033[" not in on_terminal(NO_COLOR="1")
    assert "\033[" not in score(build, ALL[2]).stdout


def family_counts(rows, verdicts):
    """The same counts by another hand: sums by flag, and once a mail where a family is labelled as a whole."""
    counts = {}
    for row, got in zip(rows, verdicts):
        want, scope, unsure = set(row["flags"]), row.get("scope"), set(row.get("unsure", []))
        for family in ("threat", "abuse", "demand", "signal"):
            mine = {f for f in got if f.startswith(family + ".")}
            if scope is not None and not any(s == family or s.startswith(family + ".") for s in scope):
                continue
            c = counts.setdefault(family, {"tp": 0, "fp": 0, "fn": 0})
            if family in want or (scope and family in scope):
                hit, there = bool(mine), any(w == family or w.startswith(family + ".") for w in want)
                c["tp"] += hit and there
                c["fp"] += hit and not there
                c["fn"] += there and not hit
                continue
            for flag in {f for f in mine | want if f.startswith(family + ".")} - unsure:
                if scope is None or flag in scope:
                    c["tp"] += flag in mine and flag in want
                    c["fp"] += flag in mine and flag not in want
                    c["fn"] += flag in want and flag not in mine
    return counts


@pytest.mark.parametrize("name", ["mails-ko", "mails-en", "letters-en", "ko-kodoli", "en-support"])
def test_counts_are_those_of_scan(build, tmp_path, name):
    path = DATA / "text" / f"{name}.ndjson"
    if not path.exists():
        pytest.skip(f"needs {path}")
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    for number, row in enumerate(rows):
        (tmp_path / f"{number:05}.eml").write_text(
            f"From: Writer <writer@example.com>\nSubject: {row.get('subject', '')}\nMIME-Version: 1.0\n"
            f"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{row['body']}\n")
    scanned = subprocess.run([str(build / "triagectl"), "scan", "--json", "--rules", str(RULES), str(tmp_path)], capture_output=True,
                             text=True, timeout=120, check=True).stdout.splitlines()
    verdicts = [{f for f, v in json.loads(line)["flags"].items() if v["verdict"] == "hit"} for line in scanned]
    counted = json.loads(rules(build, "score", "--json", "--rules", RULES, path).stdout)["families"]
    assert {f: {k: c[k] for k in ("tp", "fp", "fn")} for f, c in counted.items()} == family_counts(rows, verdicts)


# diff

OLD, NEW = f"{FIXTURES}/rules", f"{FIXTURES}/rules:{FIXTURES}/rules.d"


def test_diff_for_people(build):
    result = rules(build, "diff", OLD, NEW, f"{FIXTURES}/mail")
    assert (result.returncode, result.stderr) == (1, "")
    golden("rules-diff.txt", result.stdout)


def test_diff_json_tells_the_same(build):
    result = rules(build, "diff", "--json", OLD, NEW, f"{FIXTURES}/mail")
    assert (result.returncode, result.stderr) == (1, "")
    objects = [json.loads(line) for line in result.stdout.splitlines()]
    golden("rules-diff.json", "".join(json.dumps(o, indent=1, ensure_ascii=False) + "\n" for o in objects))
    assert objects[0]["changed"] == len(objects) - 1


def test_diff_backwards_is_the_mirror(build):
    there, back = (json.loads(rules(build, "diff", "--json", *sides, f"{FIXTURES}/mail").stdout.splitlines()[0])
                   for sides in ((OLD, NEW), (NEW, OLD)))
    assert {f: (c["gained"], c["lost"]) for f, c in there["flags"].items()} == \
           {f: (c["lost"], c["gained"]) for f, c in back["flags"].items()}


def test_diff_of_the_same_rules_is_nothing(build):
    result = rules(build, "diff", OLD, OLD, f"{FIXTURES}/mail")
    assert (result.returncode, result.stdout, result.stderr) == (0, "3 mails, 0 changed\n", "")
    result = rules(build, "diff", "--json", OLD, OLD, f"{FIXTURES}/mail")
    assert result.returncode == 0 and json.loads(result.stdout)["changed"] == 0


def test_diff_sees_policy_and_what_cannot_be_decided(build, tmp_path):
    new = tmp_path / "new"
    subprocess.run(["cp", "-r", ROOT / FIXTURES / "rules", new], check=True)
    (new / "policy.yaml").write_text("severity:\n  - low: threat or demand\nthresholds: {abuse.insult: 9}\nrules: []\n")
    (tmp_path / "slow.eml").write_text("From: a@example.com\nSubject: late\n\nzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz\n")
    text = (new / "en/measure.yaml").read_text()
    (new / "en/measure.yaml").write_text(text.replace("(?:z+)+[xy]", "zzz[xy]"))
    result = rules(build, "diff", OLD, new, f"{FIXTURES}/mail", tmp_path / "slow.eml")
    assert result.returncode == 1, result.stderr
    assert "  ? signal.churn: undetermined → clear, score 0 of 5\n" in result.stdout
    assert "  - abuse.insult: score 6 of 5 → 9\n" in result.stdout
    assert "  severity: normal → low\n" in result.stdout


def test_diff_refuses_rules_that_are_wrong(build, tmp_path):
    bad = tmp_path / "bad"
    bad.mkdir()
    (bad / "x.yaml").write_text("rules:\n  - id: x.open\n    flag: threat.legal\n    match: ['(']\n")
    result = rules(build, "diff", OLD, f"{OLD}:{bad}", f"{FIXTURES}/mail")
    assert (result.returncode, result.stdout) == (2, "")
    assert f"{bad}/x.yaml:4:" in result.stderr
    missing = rules(build, "diff", OLD, f"{OLD}:{tmp_path}/none", f"{FIXTURES}/mail")
    assert missing.returncode == 2 and f'"{tmp_path}/none" is no folder of rules' in missing.stderr


def test_nothing_to_judge_is_no_answer(build, tmp_path):
    (tmp_path / "none").mkdir()
    (tmp_path / "empty.ndjson").write_text("")
    result = score(build, tmp_path / "empty.ndjson", "/dev/null")
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == f"triagectl: there is no labelled mail in {tmp_path}/empty.ndjson, /dev/null\n"
    result = rules(build, "tune", "--rules", OLD, tmp_path / "empty.ndjson")
    assert (result.returncode, result.stdout) == (1, "") and "there is no labelled mail in" in result.stderr
    result = score(build, tmp_path / "missing")
    assert (result.returncode, result.stdout) == (1, "") and "missing: cannot be read" in result.stderr
    result = rules(build, "diff", OLD, NEW, tmp_path / "none", tmp_path / "missing")
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.endswith(f"there is no mail to judge in {tmp_path}/none, {tmp_path}/missing\n")
    result = rules(build, "explain", "--rules", OLD, tmp_path / "none")
    assert (result.returncode, result.stdout, result.stderr) == (1, "", f"triagectl: there is no mail in {tmp_path}/none\n")


def test_rows_are_not_taken_for_mail(build):
    result = rules(build, "diff", OLD, NEW, f"{FIXTURES}/rows.ndjson")
    assert result.returncode == 1 and f"cannot read {FIXTURES}/rows.ndjson: it is a file of labelled rows" in result.stderr
    result = rules(build, "explain", "--rules", OLD, f"{FIXTURES}/rows.ndjson")
    assert (result.returncode, result.stdout) == (1, "") and "rules score" in result.stderr


# usage

@pytest.mark.parametrize("status, arguments", [
    (2, ()), (2, ("bogus",)), (0, ("help",)), (0, ("score", "--help")), (0, ("diff", "--help")), (2, ("score",)),
    (2, ("score", "--bogus", "x")), (2, ("score", "--threads", "0", "x")), (2, ("diff", "a", "b")), (2, ("diff", "--rules", "x", "y", "z")),
    (2, ("score", "--rules", "/nonexistent", f"{FIXTURES}/rows.ndjson")),
])
def test_usage(build, status, arguments):
    result = subprocess.run([str(build / "triagectl"), "rules", *arguments], capture_output=True, text=True, timeout=60, cwd=ROOT)
    assert result.returncode == status
    assert result.stderr if status else result.stdout.startswith("usage: triagectl rules ")


def test_a_full_disk_is_no_answer(build):
    with open("/dev/full", "w") as full:
        for arguments in (("score", "--rules", OLD, *ALL), ("diff", OLD, NEW, f"{FIXTURES}/mail")):
            result = subprocess.run([str(build / "triagectl"), "rules", *arguments], stdout=full, stderr=subprocess.PIPE, text=True,
                                    cwd=ROOT, timeout=60)
            assert result.returncode == 1 and "cannot write the answer" in result.stderr
