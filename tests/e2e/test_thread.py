"""triagectl thread: which stored mails belong together, which case each would join, and why."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from mails import EN_LEGAL, mail, sample

GOLDEN = Path(__file__).resolve().parents[1] / "fixtures" / "golden" / "thread.txt"
START = 1767603600  # 2026-01-05 09:00
DAY = 86400
LEE = "이서연 <seoyeon@customer.example>"


def stored(number, subject, sender, message_id, references=None, days=0.0):
    return number, mail("자세한 내용은 아래와 같습니다.\n", subject=subject, sender=sender, message_id=message_id, references=references,
                        date=START + int(days * DAY))


MAILS = dict([
    stored("01", "주전자에서 물이 샙니다", LEE, "<k1@customer.example>"),
    stored("02", "Re: 주전자에서 물이 샙니다", "상담 <help@shop.example>", "<s1@shop.example>", ["<k1@customer.example>"], 0.1),
    # From a subaddress, with another subject.
    stored("03", "아직도 샙니다", "Lee <Seoyeon+shop@customer.example>", "<k2@customer.example>",
           ["<k1@customer.example>", "<s1@shop.example>"], 0.2),
    # Somebody in Cc answers, and goes on.
    stored("04", "Re: 주전자에서 물이 샙니다", "neighbour@other.example", "<n1@other.example>", ["<k1@customer.example>"], 1),
    stored("05", "Re: 주전자에서 물이 샙니다", "neighbour@other.example", "<n2@other.example>", ["<n1@other.example>"], 1.5),
    # What a phone's mailer leaves.
    stored("06", "답장: 주전자에서 물이 샙니다", LEE, "<k3@phone.example>", None, 5),
    stored("07", "주전자에서 물이 샙니다", LEE, "<k4@phone.example>", None, 6),
    # One Message-ID for everything, and none at all.
    stored("08", "The lamp hums at night", "ann@first.example", "<1@localhost>", None, 7),
    stored("09", "Toaster order 20931", "bob@second.example", "<1@localhost>", None, 8),
    stored("10", "Re: Toaster order 20931", "bob@second.example", "<b2@second.example>", ["<1@localhost>"], 9),
    stored("11", "A first question", "cho@third.example", "", None, 10),
    stored("12", "A second question", "dan@fourth.example", "", None, 11),
    # Too late for the subject.
    stored("13", "Re: The lamp hums at night", "ann@first.example", "<a2@first.example>", None, 40),
])


def thread(build, *arguments, **options):
    return subprocess.run([build / "triagectl", "thread", *map(str, arguments)], capture_output=True, text=True, timeout=60, **options)


@pytest.fixture
def folder(tmp_path):
    # Dates, not names, give the order.
    for number, text in MAILS.items():
        (tmp_path / f"{99 - int(number)}.eml").write_bytes(text)
    return tmp_path


def rows(result):
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_every_join_is_explained(build, folder):
    result = thread(build, ".", cwd=folder)
    assert result.returncode == 0, result.stderr
    if os.environ.get("GOLDEN_WRITE"):
        GOLDEN.write_text(result.stdout)
    assert result.stdout == GOLDEN.read_text()


def test_json_of_every_mail(build, folder):
    found = rows(thread(build, "--json", ".", cwd=folder))
    assert all(list(row) == ["message_id", "thread", "case", "parent", "why"] for row in found)
    assert [(row["thread"], row["case"], row["parent"], row["why"]) for row in found] == [
        ("<k1@customer.example>", "C1", "", "new"),
        ("<k1@customer.example>", "C2", "<k1@customer.example>", "not-a-participant"),
        ("<k1@customer.example>", "C1", "<k1@customer.example>", "references"),
        ("<k1@customer.example>", "C3", "<k1@customer.example>", "not-a-participant"),
        ("<k1@customer.example>", "C3", "<n1@other.example>", "in-reply-to"),
        ("<k3@phone.example>", "C1", "<k2@customer.example>", "subject"),
        ("<k4@phone.example>", "C4", "", "new"),
        ("./91.eml", "C5", "", "new"),
        ("./90.eml", "C6", "", "new"),
        ("./90.eml", "C6", "<1@localhost>", "in-reply-to"),
        ("./88.eml", "C7", "", "new"),
        ("./87.eml", "C8", "", "new"),
        ("<a2@first.example>", "C9", "", "new"),
    ]
    assert [row["message_id"] for row in found if row["thread"] == "./88.eml"] == [""]


def test_an_mbox_says_the_same(build, folder, tmp_path):
    known = [row for row in rows(thread(build, "--json", ".", cwd=folder)) if row["thread"].startswith("<")]
    box = tmp_path / "box"
    box.write_bytes(b"".join(b"From x@y.example Mon Jan  5 09:00:00 2026\n" + text + b"\n" for text in MAILS.values()))
    with box.open("rb") as stream:
        piped = rows(thread(build, "--json", "-", stdin=stream))
    assert known == [row for row in piped if row["thread"].startswith("<")]


def test_mistakes_are_said(build, folder, tmp_path):
    result = thread(build, tmp_path / "missing.eml", folder / "98.eml")
    assert result.returncode == 1 and "1 mails, 1 threads, 1 cases" in result.stdout
    assert result.stderr.startswith("triagectl: ") and "missing.eml" in result.stderr
    for arguments in ((), ("--bogus", "x")):
        result = thread(build, *arguments)
        assert result.returncode == 2 and result.stdout == "" and result.stderr.startswith("triagectl thread: ")
    with open("/dev/full", "w") as full:
        result = subprocess.run([build / "triagectl", "thread", "--json", folder], stdout=full, stderr=subprocess.PIPE, text=True)
    assert result.returncode == 1 and "cannot write" in result.stderr


def test_no_mail_is_no_thread(build, tmp_path):
    result = thread(build, tmp_path)
    assert result.returncode == 0 and result.stdout == "0 mails, 0 threads, 0 cases\n"
    assert rows(thread(build, "--json", tmp_path)) == []


def test_the_daemon_joins_alike(triaged, build, tmp_path):
    subject, sender = "Order 5521 came broken", "Ann <ann@customer.example>"
    for number, changes in enumerate([
            dict(sender=sender, subject=subject, message_id="<a1@customer.example>"),
            dict(sender="ann+shop@customer.example", subject="still broken", references=["<a1@customer.example>"]),
            dict(sender="Ann+x@customer.example", subject=f"RE: {subject}"),
            dict(sender=sender, subject=subject),
            dict(sender="eve@other.example", subject=f"Re: {subject}"),
            dict(sender="eve@other.example", subject=f"Re: {subject}", references=["<a1@customer.example>"])]):
        (tmp_path / f"{number}.eml").write_bytes(sample(EN_LEGAL, **changes))
    result = subprocess.run([build / "triagectl", "simulate", "--json", "--config", triaged.config, tmp_path], capture_output=True,
                            text=True, timeout=60)
    assert result.returncode == 0, result.stderr
    assert [(row["case"], row["joined"]) for row in map(json.loads, result.stdout.splitlines())] == [
        ("C1", "new"), ("C1", "in-reply-to"), ("C1", "subject"), ("C2", "new"), ("C3", "new"), ("C4", "new")]
