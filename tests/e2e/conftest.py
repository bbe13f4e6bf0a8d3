"""Fixtures: one certificate authority and one Dovecot for the run, a fresh triaged and fresh mailboxes for each test."""

import os
import shutil
import subprocess
import tempfile
import uuid
from pathlib import Path

import pytest

from servers import Authority, Clock, Dovecot, Triaged

ROOT = Path(__file__).resolve().parents[2]
LOG_SHOWN = 8000  # of a daemon's log, when its test failed


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """A failed test shows what its daemons logged: the next run may not fail."""
    report = (yield).get_result()
    if report.when != "call" or not report.failed:
        return
    for value in item.funcargs.values():
        for daemon in getattr(value, "made", [value] if isinstance(value, Triaged) else []):
            if daemon.log.exists():
                report.sections.append((f"log of {daemon.directory.name}", daemon.log.read_text(errors="replace")[-LOG_SHOWN:]))


@pytest.fixture(scope="session")
def build():
    return Path(os.environ.get("BUILD", ROOT / "build/obj")).resolve()


@pytest.fixture(scope="session")
def hooked():
    """Programs built with TRIAGED_TEST_HOOKS."""
    return Path(os.environ.get("HOOKED", ROOT / "build/obj-hooks")).resolve()


@pytest.fixture(scope="session")
def workplace():
    # Short: a Unix socket's path may have 107 bytes.
    path = Path(tempfile.mkdtemp(prefix="triaged-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="session")
def authority(workplace):
    return Authority(workplace / "ca")


@pytest.fixture(scope="session")
def dovecot(workplace, authority):
    server = Dovecot(workplace / "dovecot", authority).start()
    yield server
    server.stop()


@pytest.fixture
def user():
    """A mailbox nobody has used yet."""
    return "u" + uuid.uuid4().hex[:10]


@pytest.fixture
def triaged(workplace, build, dovecot, user):
    """The daemon, watching that mailbox, not yet started."""
    os.chdir(ROOT)
    daemon = Triaged(workplace / user, build, dovecot, accounts=(user,))
    yield daemon
    daemon.kill()


@pytest.fixture
def make_triaged(workplace, build, dovecot):
    """Makes daemons with other settings; all of them end with the test."""
    os.chdir(ROOT)
    made = []

    def make(accounts, server=None, name=None, **settings):
        daemon = Triaged(workplace / (name or accounts[0]), build, server or dovecot, accounts=accounts, **settings)
        made.append(daemon)
        return daemon

    make.made = made
    yield make
    for daemon in made:
        daemon.kill()


@pytest.fixture
def clock(workplace, user):
    """Moves the time of the daemons that make_timed makes."""
    return Clock(workplace / (user + ".clock"))


@pytest.fixture
def make_timed(workplace, hooked, dovecot, clock):
    """make_triaged for daemons whose clock a test moves."""
    os.chdir(ROOT)
    made = []

    def make(accounts, server=None, name=None, **settings):
        daemon = Triaged(workplace / (name or accounts[0]), hooked, server or dovecot, accounts=accounts, clock=clock, **settings)
        made.append(daemon)
        return daemon

    make.made = made
    yield make
    for daemon in made:
        daemon.kill()


@pytest.fixture(scope="session")
def nspawn_possible():
    return os.getuid() == 0 and shutil.which("systemd-nspawn") and subprocess.run(
        ["unshare", "-m", "true"], capture_output=True).returncode == 0
