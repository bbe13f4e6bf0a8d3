"""Reading mail, measured on mail that nobody here wrote: how much of what a writer said is found, and nothing else.

The mails are in TRIAGED_DATA (default: the shared test data beside the checkout); without them these tests are skipped.
"""

import collections
import json
import os
import re
import subprocess
import time
from pathlib import Path

import pytest

from servers import RULES

DATA = Path(os.environ.get("TRIAGED_DATA", Path(__file__).resolve().parents[3] / "shared/data"))
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="no test data beside the checkout (TRIAGED_DATA=DIR names it)")
SANITIZED = "address" in os.environ.get("BUILD", "")


def squeezed(text):
    return re.sub(r"\s+", "", text)


def new_words(build, data):
    out = subprocess.run([str(build / "triagectl"), "text", "--part", "new", "-"], input=data, capture_output=True, timeout=60)
    assert out.returncode == 0, out.stderr
    return out.stdout.decode()


def as_mail(text):
    return b"From: a@customer.example\nSubject: x\nContent-Type: text/plain; charset=utf-8\n\n" + text


@needs_data
def test_new_words_of_replies(build):
    folder = DATA / "reply/discourse"
    equal, cut = 0, []
    paths = sorted((folder / "emails").iterdir())
    for path in paths:
        got = squeezed(new_words(build, as_mail(path.read_bytes())))
        want = (folder / "trimmed" / path.name).read_text()
        equal += got == squeezed(want)
        # Lines marked as somebody else's stay quoted here, also between answers.
        cut += [f"{path.name}: {line}" for line in want.splitlines()
                if squeezed(line) and not line.startswith(">") and squeezed(line) not in got]
    assert not cut, "words of the writer's own were cut"
    assert equal >= 0.9 * len(paths), f"{equal} of {len(paths)}"


def expected_words(text):
    """The words below the header block, without the lines that only name an attachment and its size."""
    body = text.split("\n\n", 1)[1] if "\n\n" in text else ""
    lines = [line for line in body.splitlines() if not re.match(r"- .*, [\d.]+ ?(bytes|KB|MB)$", line)]
    # The header of a mail inside has its date as some other time zone says it.
    lines = [line for line in lines if not re.match(r"Date: \w+ \d+, \d{4} at ", line)]
    # An address is shown without the name of its scheme.
    return re.findall(r"\w+", "\n".join(lines).replace("mailto:", ""))


@needs_data
def test_words_of_rendered_mails(build):
    poor = {}
    for path in sorted((DATA / "mail/render/input").iterdir()):
        words = expected_words((DATA / "mail/render/expected" / (path.stem + ".txt")).read_text(errors="replace"))
        out = subprocess.run([str(build / "triagectl"), "text", str(path)], capture_output=True, text=True, errors="replace")
        have, run = collections.Counter(re.findall(r"\w+", out.stdout)), squeezed(out.stdout)
        missing = []
        for word in words:
            if have[word] > 0:
                have[word] -= 1
            elif word not in run:
                missing.append(word)
        if len(missing) > 0.01 * len(words):
            poor[path.name] = f"{len(missing)} of {len(words)}"
    assert not poor


@needs_data
@pytest.mark.parametrize("folder", ["mail/torture/mikel", "mail/torture/mime4j", "mail/torture/rspamd", "mail/torture/webklex",
                                    "mail/torture/zbateson"])
def test_odd_mails_are_read(build, folder):
    for path in sorted(p for p in (DATA / folder).rglob("*") if p.is_file()):
        begun = time.monotonic()
        out = subprocess.run([str(build / "triagectl"), "text", str(path)], capture_output=True, timeout=60)
        assert out.returncode == 0, (path, out.stderr)
        assert SANITIZED or time.monotonic() - begun < 1, path
    out = subprocess.run([str(build / "triagectl"), "scan", "--json", "--rules", str(RULES), str(DATA / folder)],
                         capture_output=True, text=True, timeout=300)
    # What is left out is said: a mail read in part is no failure of reading.
    errors = [json.loads(line)["error"] for line in out.stdout.splitlines()]
    assert all(error is None or error.startswith("read in part") for error in errors), out.stderr


@needs_data
def test_ordinary_mails_are_read_whole(build):
    out = subprocess.run([str(build / "triagectl"), "scan", "--json", "--rules", str(RULES), str(DATA / "mail/ham")],
                         capture_output=True, text=True, timeout=600)
    judged = [json.loads(line) for line in out.stdout.splitlines()]
    partly = [one["source"] for one in judged if one["error"] is not None]
    assert len(judged) >= 2500 and len(partly) <= 1, partly     # one is encrypted
