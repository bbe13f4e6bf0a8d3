"""The installed service under a real systemd.

systemd boots as PID 1 of a container whose root is an overlay of this machine's, kept in memory; the network is this machine's, so
the Dovecot of the tests is reached on loopback. All mounts belong to a mount namespace of the container's own and are gone with it.
"""

import json
import os
import shutil
import signal
import subprocess
import textwrap
import time
import uuid
from pathlib import Path

import pytest

from conftest import ROOT
from mails import KO_LEGAL, sample
from servers import PASSWORD, wait_for

PREPARE_AND_BOOT = """
set -eu
mkdir -p /run/systemd/nspawn
mount -t tmpfs tmpfs /run/systemd/nspawn
mount -t tmpfs -o mode=755 tmpfs "$1"
mkdir "$1/upper" "$1/scratch" "$1/root"
cp -a "$2/." "$1/upper/"
mount -t overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/scratch" overlay "$1/root"
rm -rf "$1"/root/etc/systemd/system/*.wants
exec systemd-nspawn --quiet --register=no --keep-unit --directory="$1/root" --link-journal=no --boot --console=pipe \\
    systemd.unit=basic.target
"""


class NotPossible(Exception):
    pass


class Machine:
    """A booted systemd, until stop()."""

    def __init__(self, directory, files):
        self.directory = directory
        self.log = directory / "boot.log"
        (directory / "mount").mkdir(parents=True)
        with open(self.log, "w") as log:
            self.process = subprocess.Popen(
                ["unshare", "--mount", "--propagation=private", "sh", "-c", PREPARE_AND_BOOT, "sh", str(directory / "mount"),
                 str(files)], stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                env=dict(os.environ, SYSTEMD_NSPAWN_UNIFIED_HIERARCHY="1"))
        self.leader = None
        self.cgroups = []

    def boot(self):
        try:
            wait_for("systemd boots", self.booted, seconds=60)
        except AssertionError as error:
            raise NotPossible(str(error)) from error

    def booted(self):
        if self.process.poll() is not None:
            raise NotPossible(" ".join(self.log.read_text().split())[-300:])
        if not self.leader:
            children = open(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read().split()
            found = [c for c in children if open(f"/proc/{c}/comm").read() == "systemd\n"]
            self.leader = found[0] if found else None
            self.cgroups = self.made_cgroups() if found else []
        return self.leader and self.run("systemctl", "is-system-running", check=False).stdout.strip() in ("running", "degraded")

    def made_cgroups(self):
        """What systemd-nspawn makes beside itself (PATH/supervisor) and leaves to a service manager to take away."""
        paths = [line.split(":", 2)[2].strip() for line in open(f"/proc/{self.process.pid}/cgroup")]
        parents = {Path(mount + path).parent for path in paths if path.endswith("/supervisor")
                   for mount in ("/sys/fs/cgroup", "/sys/fs/cgroup/unified", "/sys/fs/cgroup/systemd")}
        return [parent / name for parent in parents for name in ("payload", "supervisor") if (parent / name).is_dir()]

    def run(self, *command, check=True, text=None):
        result = subprocess.run(["nsenter", "-t", self.leader, "-m", "-u", "-i", "-n", "-p", "-C", *command], input=text,
                                capture_output=True, text=True, timeout=120)
        if check and result.returncode != 0:
            raise AssertionError(f"{' '.join(command)}: {result.returncode}\n{result.stdout}{result.stderr}{self.journal()[-2000:]}")
        return result

    def systemctl(self, *command, **options):
        return self.run("systemctl", *command, **options)

    def journal(self):
        return self.run("journalctl", "-u", "triaged", "--no-pager", "-o", "cat", check=False).stdout

    def show(self, name):
        return self.systemctl("show", "triaged", "--value", "-p", name).stdout.strip()

    def write(self, path, text, mode="644"):
        self.run("sh", "-c", 'mkdir -p "${1%/*}" && cat >"$1" && chmod "$2" "$1"', "sh", path, mode, text=text)

    def drop_in(self, text):
        """Changes the service by a drop-in; None takes it away. The service is not restarted."""
        path = "/run/systemd/system/triaged.service.d/test.conf"
        if text is None:
            self.run("rm", "-f", path)
        else:
            self.write(path, textwrap.dedent(text))
        self.systemctl("daemon-reload")

    def status(self):
        return json.loads(self.run("triagectl", "status", "--json").stdout)

    def stop(self):
        if self.process.poll() is None and self.leader:
            os.kill(int(self.leader), signal.SIGKILL)
        elif self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(30)
        for top in self.cgroups:
            # Its processes end with their leader, but not in the same moment.
            wait_for("its processes are gone", lambda group=Path(top): not group.exists() or is_empty(group))
            for path, _, _ in os.walk(top, topdown=False):
                os.rmdir(path)


def is_empty(group):
    """Whether no process is left in a control group and in those below it."""
    events = group / "cgroup.events"
    if events.exists():
        return "populated 0" in events.read_text()
    return not any((Path(path) / "cgroup.procs").read_text() for path, _, _ in os.walk(group))


def make(build, *targets):
    return subprocess.run(["make", "--no-print-directory", "-C", str(ROOT), f"BUILD={build}", "PREFIX=/usr", *targets],
                          capture_output=True, text=True, timeout=600)


@pytest.fixture(scope="module")
def own_build(workplace, build):
    """The build in a copy, for make install compiles again what knows PREFIX."""
    copy = workplace / "install-build"
    shutil.copytree(build, copy, ignore=shutil.ignore_patterns("test_*", "fuzz_*", "tests"))
    return copy


@pytest.fixture(scope="module")
def installed(workplace, own_build):
    """A DESTDIR with triaged installed."""
    files = workplace / "installed"
    result = make(own_build, "install", f"DESTDIR={files}")
    assert result.returncode == 0, result.stdout + result.stderr
    return files


@pytest.fixture(scope="module")
def machine(workplace, installed, build, dovecot, nspawn_possible):
    if not nspawn_possible:
        pytest.skip("a systemd cannot be booted here: that takes root, systemd-nspawn and mounts")
    if b"__asan_init" in (build / "triaged").read_bytes():
        pytest.skip("sanitizers need memory and calls that the service's sandbox takes away")
    files = workplace / "machine-files"
    shutil.copytree(installed, files, symlinks=True)
    (files / "etc/machine-id").write_text(uuid.uuid4().hex + "\n")
    shutil.copy(dovecot.authority.ca, files / "etc/triaged/ca.pem")
    password = files / "etc/triaged/credentials/shop"
    password.write_text(PASSWORD + "\n")
    password.chmod(0o600)
    (files / "etc/triaged/triaged.yaml").write_text(configuration(dovecot))
    machine = Machine(workplace / "machine", files)
    try:
        machine.boot()
        yield machine
    except NotPossible as reason:
        pytest.skip(f"a systemd cannot be booted here: {reason}")
    finally:
        machine.stop()


def configuration(dovecot, user="systemd", head=""):
    return f"""{head}
accounts:
  - name: {user}
    host: localhost
    port: {dovecot.imaps_port}
    ca_file: /etc/triaged/ca.pem
    user: {user}
    password_credential: shop
    identity: {{name: 행복상점, address: help@shop.example}}
"""


@pytest.fixture
def service(machine):
    """triaged, started anew."""
    machine.systemctl("reset-failed", "triaged", check=False)
    machine.systemctl("restart", "triaged")
    yield machine
    machine.drop_in(None)


def watching(machine):
    return any(f.get("state") == "watching" or '"watching"' in json.dumps(f) for f in machine.status()["accounts"])


def test_exposure_is_low(installed):
    unit = installed / "usr/lib/systemd/system/triaged.service"
    result = subprocess.run(["systemd-analyze", "security", "--offline=true", "--no-pager", "--threshold=15", str(unit)],
                            capture_output=True, text=True)
    assert result.returncode == 0 and "Overall exposure level" in result.stdout, result.stdout + result.stderr


def test_uninstall_leaves_what_is_the_companys(workplace, own_build):
    files = workplace / "uninstalled"
    assert make(own_build, "install", f"DESTDIR={files}").returncode == 0
    found = {str(p.relative_to(files)) for p in files.rglob("*") if p.is_file()}
    assert {"usr/sbin/triaged", "usr/bin/triagectl", "usr/share/triaged/rules/policy.yaml", "etc/triaged/triaged.yaml",
            "usr/lib/systemd/system/triaged.service", "usr/share/man/man8/triaged.8"} <= found
    own = files / "etc/triaged/triaged.yaml"
    own.write_text("accounts: []\n")
    assert make(own_build, "install", f"DESTDIR={files}").returncode == 0
    assert own.read_text() == "accounts: []\n", "installing again must not overwrite the configuration"
    assert make(own_build, "uninstall", f"DESTDIR={files}").returncode == 0
    assert [str(p.relative_to(files)) for p in files.rglob("*") if p.is_file()] == ["etc/triaged/triaged.yaml"]


def test_mail_gets_its_draft_inside_the_sandbox(service, dovecot):
    assert service.show("ActiveState") == "active"
    assert service.show("Type") == "notify"
    wait_for("the account is watched", lambda: watching(service))
    dovecot.deliver("systemd", sample(KO_LEGAL))
    wait_for("a draft", lambda: dovecot.count("systemd", "Drafts") == 1)
    wait_for("the mail is moved", lambda: dovecot.count("systemd", "INBOX") == 0)
    said = service.journal()
    assert PASSWORD not in said and "공기청정기" not in said


def test_status_says_that_patterns_are_interpreted(service):
    rules = service.status()["rules"]
    assert rules["jit"] is False and rules["jit_why"]
    assert rules["jit_why"] in service.run("triagectl", "status").stdout


def test_reload_takes_good_rules_and_refuses_bad_ones(service):
    before = service.status()["rules"]
    path = "/etc/triaged/rules.d/shop.yaml"
    try:
        service.write(path, "rules:\n  - id: shop.broken\n    flag: threat.legal\n    match: ['(']\n")
        assert service.systemctl("reload", "triaged", check=False).returncode != 0
        assert f"{path}:4:" in service.journal()
        assert service.show("ActiveState") == "active"
        assert service.status()["rules"]["hash"] == before["hash"]
        service.write(path, "rules:\n  - id: shop.fine\n    flag: threat.legal\n    match: ['the shop fine print']\n")
        service.systemctl("reload", "triaged")
        after = service.status()["rules"]
        assert after["count"] == before["count"] + 1 and after["hash"] != before["hash"]
    finally:
        service.run("rm", "-f", path)


def test_watchdog_kills_and_systemd_restarts(service):
    service.drop_in("""
        [Service]
        WatchdogSec=1
        RestartSec=100ms
        """)
    service.systemctl("restart", "triaged")
    first, restarts = service.show("MainPID"), int(service.show("NRestarts"))
    service.run("kill", "-STOP", first)
    wait_for("the watchdog has triaged restarted", lambda: service.show("ActiveState") == "active" and
             service.show("MainPID") not in (first, "0"), seconds=40)
    assert int(service.show("NRestarts")) > restarts
    wait_for("it answers again", lambda: service.run("triagectl", "status", check=False).returncode == 0)


def test_stops_within_five_seconds(service):
    wait_for("the account is watched", lambda: watching(service))
    begun = time.monotonic()
    service.systemctl("stop", "triaged")
    assert time.monotonic() - begun <= 5
    assert service.show("Result") == "success" and service.show("ExecMainStatus") == "0"


def test_missing_credentials_stop_an_account_not_the_service(service):
    service.run("mv", "/etc/triaged/credentials", "/etc/triaged/credentials.away")
    try:
        service.systemctl("restart", "triaged")
        assert service.show("ActiveState") == "active"
        wait_for("status says what is missing",
                 lambda: 'credential \\"shop\\"' in service.run("triagectl", "status", "--json").stdout)
    finally:
        service.run("mv", "/etc/triaged/credentials.away", "/etc/triaged/credentials")


def test_wrong_configuration_is_not_tried_again_and_again(service, dovecot):
    try:
        service.write("/etc/triaged/triaged.yaml", "accounts: 1\n")
        assert service.systemctl("restart", "triaged", check=False).returncode != 0
        assert service.show("ActiveState") == "failed"
        assert "/etc/triaged/triaged.yaml:1:" in service.journal()
    finally:
        service.write("/etc/triaged/triaged.yaml", configuration(dovecot))


def test_members_of_the_socket_group_may_ask(service, dovecot):
    """As triaged.yaml(5) says how."""
    asks = ("setpriv", "--reuid=65534", "--clear-groups", "--regid=support", "triagectl", "status")
    service.run("groupadd", "--force", "support")
    assert service.run(*asks, check=False).returncode == 1
    try:
        service.write("/etc/triaged/triaged.yaml", configuration(dovecot, head="socket_group: support"))
        service.drop_in("""
            [Service]
            SupplementaryGroups=support
            PrivateUsers=no
            SystemCallFilter=@chown
            """)
        service.systemctl("restart", "triaged")
        service.run(*asks)
    finally:
        service.write("/etc/triaged/triaged.yaml", configuration(dovecot))


def test_by_hand_first_then_as_a_service(machine, dovecot):
    """The way of README.md, and by hand once more between two starts of the service."""
    by_hand = ("env", "CREDENTIALS_DIRECTORY=/etc/triaged/credentials")
    machine.systemctl("stop", "triaged")
    machine.run("rm", "-rf", "/var/lib/triaged", "/var/lib/private/triaged")
    assert "well" in machine.run(*by_hand, "triaged", "--check").stdout
    machine.run(*by_hand, "triagectl", "account", "test", "systemd")
    machine.run(*by_hand, "triaged", "--once")
    machine.systemctl("start", "triaged")
    wait_for("the account is watched", lambda: watching(machine))
    machine.systemctl("stop", "triaged")
    machine.run(*by_hand, "triaged", "--once")
    machine.systemctl("start", "triaged")
    wait_for("the account is watched again", lambda: watching(machine))
