"""Real servers on loopback ports, private to one test run: a throw-away CA, Dovecot (IMAP, LMTP), OpenSMTPD.

Everything lives below one temporary directory and ends with stop(). Used by the tests, the demo and the benchmarks.
"""

import contextlib
import grp
import http.client
import imaplib
import json
import os
import pwd
import shutil
import signal
import smtplib
import socket
import ssl
import subprocess
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

PASSWORD = "open-sesame-42"
RULES = os.environ.get("E2E_RULES", "rules")
# Each IDLE of Dovecot takes one of the system's inotify instances (128 of a user, as a rule), and a test with many mailboxes takes
# all of them. Who gets none is told of new mail by Dovecot's own polling, which is every 30 s unless it is said.
IDLE_CHECK = 2


def free_ports(count):
    """So many different ports: each is held until all are known."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for s in sockets:
            s.bind(("127.0.0.1", 0))
        return [s.getsockname()[1] for s in sockets]


def free_port():
    return free_ports(1)[0]


def wait_for(what, test, seconds=20.0, interval=0.02):
    """Asks test() until it gives something true; says what was waited for when it does not in time."""
    deadline = time.monotonic() + seconds
    while True:
        value = test()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {seconds} s")
        time.sleep(interval)


def run(*command, **options):
    return subprocess.run(command, check=True, capture_output=True, text=True, **options)


class Authority:
    """A certificate authority that exists for minutes only, and a certificate for localhost."""

    def __init__(self, directory):
        self.directory = Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.ca = self.directory / "ca.pem"
        self.cert = self.directory / "server.pem"
        self.key = self.directory / "server.key"
        ca_key = self.directory / "ca.key"
        run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
            "-subj", "/CN=throw-away CA", "-addext", "basicConstraints=critical,CA:TRUE",
            "-addext", "keyUsage=critical,keyCertSign,cRLSign", "-keyout", str(ca_key), "-out", str(self.ca))
        request = self.directory / "server.csr"
        run("openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj",
            "/CN=localhost", "-keyout", str(self.key), "-out", str(request))
        extensions = self.directory / "server.ext"
        extensions.write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\nbasicConstraints=CA:FALSE\n")
        run("openssl", "x509", "-req", "-in", str(request), "-CA", str(self.ca), "-CAkey", str(ca_key), "-CAcreateserial",
            "-days", "2", "-extfile", str(extensions), "-out", str(self.cert))


class Dovecot:
    """A private Dovecot: any user name, one password, Maildir, IDLE, MOVE, UIDPLUS, SPECIAL-USE."""

    def __init__(self, directory, authority, quota=None, extra=""):
        self.directory = Path(directory)
        self.authority = authority
        self.imap_port, self.imaps_port, self.lmtp_port = free_ports(3)
        self.mail = self.directory / "mail"
        self.run_directory = self.directory / "run"
        for path in (self.directory, self.mail, self.run_directory):
            path.mkdir(parents=True, exist_ok=True)
        root = os.getuid() == 0
        # Mail files need an owner that is not root; without root, Dovecot's helpers run as the caller.
        user = "mail" if root else pwd.getpwuid(os.getuid()).pw_name
        group = "mail" if root else grp.getgrgid(os.getgid()).gr_name
        uid, gid = pwd.getpwnam(user).pw_uid, grp.getgrnam(group).gr_gid
        if root:
            os.chown(self.mail, uid, gid)
            for path in (self.directory, *self.directory.parents):
                if path == Path("/tmp") or path == Path("/"):
                    break
                path.chmod(0o755)
        unprivileged = "" if root else f"""
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
}}
"""
        quota_lines = "" if quota is None else f"""
mail_plugins = $mail_plugins quota
protocol imap {{
  mail_plugins = $mail_plugins imap_quota
}}
plugin {{
  quota = maildir:User quota
  quota_rule = *:storage={quota}
}}
"""
        self.config = self.directory / "dovecot.conf"
        self.config.write_text(f"""
base_dir = {self.run_directory}
state_dir = {self.run_directory}
log_path = {self.directory}/dovecot.log
instance_name = triaged-{self.imap_port}
protocols = imap lmtp
listen = 127.0.0.1
ssl = yes
ssl_cert = <{authority.cert}
ssl_key = <{authority.key}
disable_plaintext_auth = yes
mail_location = maildir:{self.mail}/%u
mail_uid = {uid}
mail_gid = {gid}
mailbox_idle_check_interval = {IDLE_CHECK} secs
first_valid_uid = 1
mail_max_userip_connections = 5000
postmaster_address = postmaster@example.com
hostname = mail.example.com
auth_mechanisms = plain login
passdb {{
  driver = static
  args = password={PASSWORD}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={self.mail}/%u allow_all_users=yes
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Drafts {{
    special_use = \\Drafts
    auto = subscribe
  }}
  mailbox Sent {{
    special_use = \\Sent
    auto = subscribe
  }}
}}
service imap-login {{
  inet_listener imap {{
    port = {self.imap_port}
  }}
  inet_listener imaps {{
    port = {self.imaps_port}
    ssl = yes
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    port = {self.lmtp_port}
  }}
}}
{quota_lines}
{unprivileged}
{extra}
""")
        self.process = None

    def start(self):
        self.process = subprocess.Popen(["dovecot", "-F", "-c", str(self.config)], stdout=subprocess.DEVNULL,
                                        stderr=subprocess.PIPE, start_new_session=True)
        wait_for("Dovecot answers", self.answers)
        return self

    def answers(self):
        if self.process.poll() is not None:
            raise AssertionError("Dovecot ended: " + self.process.stderr.read().decode())
        try:
            with self.client("probe"):
                return True
        except OSError:
            return False

    def stop(self):
        if not self.process:
            return
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.process.stderr.close()
        self.process = None

    def client(self, user):
        """An independent IMAP client, logged in."""
        client = imaplib.IMAP4_SSL("127.0.0.1", self.imaps_port,
                                   ssl_context=ssl.create_default_context(cafile=str(self.authority.ca)))
        client.login(user, PASSWORD)
        return client

    def deliver(self, user, *mails):
        """Delivers as a mail server does: LMTP, one transaction a mail."""
        with smtplib.LMTP("127.0.0.1", self.lmtp_port) as lmtp:
            for mail in mails:
                data = mail if isinstance(mail, bytes) else mail.encode()
                lmtp.sendmail("bounce@customer.example", [user], data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))

    def messages(self, user, folder):
        """[(uid, flags, bytes)] of a folder, in order; [] when it is missing."""
        with self.client(user) as client:
            if client.select(quote(folder), readonly=True)[0] != "OK":
                return []
            found = client.uid("search", None, "ALL")[1][0].split()
            result = []
            for uid in found:
                data = client.uid("fetch", uid, "(FLAGS BODY.PEEK[])")[1]
                if not isinstance(data[0], tuple):
                    continue  # it went between the two commands
                flags = imaplib.ParseFlags(data[0][0])
                if not flags and len(data) > 1 and isinstance(data[1], bytes):
                    flags = imaplib.ParseFlags(data[1])
                result.append((int(uid), {f.decode() for f in flags}, data[0][1]))
            return result

    def count(self, user, folder):
        with self.client(user) as client:
            if client.select(quote(folder), readonly=True)[0] != "OK":
                return 0
            return len(client.uid("search", None, "ALL")[1][0].split())


def quote(folder):
    encoded = folder.encode("utf-7").decode() if folder.isascii() else modified_utf7(folder)
    return '"' + encoded.replace("\\", "\\\\").replace('"', '\\"') + '"'


def modified_utf7(text):
    """RFC 3501 5.1.3."""
    out, pending = [], ""

    def flush():
        nonlocal pending
        if pending:
            import base64
            packed = base64.b64encode(pending.encode("utf-16-be")).decode().rstrip("=").replace("/", ",")
            out.append("&" + packed + "-")
            pending = ""

    for c in text:
        if " " <= c <= "~":
            flush()
            out.append("&-" if c == "&" else c)
        else:
            pending += c
    flush()
    return "".join(out)


class OpenSMTPD:
    """A private SMTP server that hands everything to an LMTP port. Needs root."""

    def __init__(self, directory, lmtp_port):
        self.directory = Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.config = self.directory / "smtpd.conf"
        self.config.write_text(f"""
listen on 127.0.0.1 port {self.port} hostname mail.example.com
action "local" relay host lmtp://127.0.0.1:{lmtp_port}
match from any for any action "local"
""")
        self.process = None

    @staticmethod
    def usable():
        return os.getuid() == 0 and shutil.which("smtpd") is not None

    def start(self):
        self.process = subprocess.Popen(["smtpd", "-d", "-f", str(self.config)], stdout=subprocess.DEVNULL,
                                        stderr=open(self.directory / "smtpd.log", "w"), start_new_session=True)

        def answers():
            try:
                with smtplib.SMTP("127.0.0.1", self.port, timeout=2) as smtp:
                    return smtp.noop()[0] == 250
            except OSError:
                return False

        wait_for("OpenSMTPD answers", answers)
        return self

    def stop(self):
        if self.process:
            os.killpg(self.process.pid, signal.SIGTERM)
            self.process.wait()
            self.process = None


class Clock:
    """The time that programs built with TRIAGED_TEST_HOOKS believe in: the real one, moved by hand; never slower or faster."""

    def __init__(self, path):
        self.path, self.seconds = Path(path), 0
        self.environment = {"TRIAGED_TEST_CLOCK": str(path)}
        self.set(0)

    def set(self, seconds):
        """This far ahead of the real clock."""
        self.seconds = int(seconds)
        fresh = self.path.with_suffix(".new")
        fresh.write_text(f"{self.seconds}\n")
        fresh.rename(self.path)

    def move(self, **by):
        """move(days=1, hours=2): on from where it is now."""
        self.set(self.seconds + timedelta(**by).total_seconds())

    def now(self):
        return datetime.now(timezone.utc) + timedelta(seconds=self.seconds)

    def to(self, moment):
        """To a datetime that knows its time zone."""
        self.set(self.seconds + (moment - self.now()).total_seconds() + 1)

    def to_text(self, moment, **after):
        """To a moment as triagectl writes it in JSON, or so long after it."""
        self.to(datetime.fromisoformat(moment.replace("Z", "+00:00")) + timedelta(**after))


class Triaged:
    """The real daemon with a configuration of its own, and triagectl talking to it.

    clock: a Clock; build must then be the one with TRIAGED_TEST_HOOKS.
    """

    def __init__(self, directory, build, dovecot, accounts=("shop",), **settings):
        self.directory = Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.build = Path(build)
        self.dovecot = dovecot
        self.socket = self.directory / "api.sock"
        self.state = self.directory / "state"
        self.log = self.directory / "triaged.log"
        self.password = self.directory / "password"
        self.password.write_text(PASSWORD + "\n")
        self.password.chmod(0o600)
        self.config = self.directory / "triaged.yaml"
        self.rules = settings.pop("rules", [RULES])
        self.head = settings.pop("head", "")
        self.account_extra = settings.pop("account_extra", "")
        self.tls = settings.pop("tls", "implicit")
        self.clock = settings.pop("clock", None)
        self.process = None
        self.write_config(accounts)

    def environment(self, extra=None):
        return dict(os.environ, **(self.clock.environment if self.clock else {}), **(extra or {}))

    def account(self, name):
        port = self.dovecot.imaps_port if self.tls == "implicit" else self.dovecot.imap_port
        return f"""
  - name: {name}
    host: localhost
    port: {port}
    tls: {self.tls}
    ca_file: {self.dovecot.authority.ca}
    user: {name}
    password_file: {self.password}
    identity: {{name: "행복상점 고객지원", address: help@{name}.example}}
{self.account_extra}"""

    def write_config(self, accounts):
        self.config.write_text(f"""
state_directory: {self.state}
socket: {self.socket}
rules: [{", ".join(str(r) for r in self.rules)}]
{self.head}
accounts:{"".join(self.account(name) for name in accounts)}
""")

    def start(self, hooks=None, wait=True, **environment):
        env = self.environment(environment)
        env.pop("JOURNAL_STREAM", None)
        with open(self.log, "a") as log:
            self.process = subprocess.Popen([str((hooks or self.build) / "triaged"), "--config", str(self.config)],
                                            stdout=log, stderr=log, env=env)
        if wait:
            wait_for("triaged answers", self.answers)
        return self

    def answers(self):
        if self.process.poll() is not None:
            raise AssertionError(f"triaged ended with {self.process.returncode}:\n" + self.log.read_text())
        return self.socket.exists() and self.ctl("status", "--json", check=False).returncode == 0

    def once(self, hooks=None, check=True, **environment):
        result = subprocess.run([str((hooks or self.build) / "triaged"), "--config", str(self.config), "--once"],
                                capture_output=True, text=True, env=self.environment(environment), timeout=120)
        if check and result.returncode != 0:
            raise AssertionError(f"triaged --once: {result.returncode}\n{result.stderr}")
        return result

    def ctl(self, *arguments, check=True, user=None):
        """user: a name of the system that runs it; by default who runs the tests."""
        where = ["--socket", str(self.socket)] if arguments[0] in ("status", "reload", "queue", "case", "customer", "digest", "recurring") else []
        if arguments[:2] in (("account", "resume"), ("rules", "stats")):
            where = ["--socket", str(self.socket)]
        end = arguments.index("--") if "--" in arguments else len(arguments)
        become = ["setpriv", "--reuid", user, "--regid", user, "--clear-groups"] if user else []
        result = subprocess.run([*become, str(self.build / "triagectl"), *arguments[:end], *where, *arguments[end:]], capture_output=True, text=True,
                                timeout=60, env=self.environment())
        if check and result.returncode != 0:
            raise AssertionError(f"triagectl {' '.join(arguments)}: {result.returncode}\n{result.stderr}{result.stdout}")
        return result

    def api(self, method, path):
        """One call of the API, not by triagectl."""
        connection = http.client.HTTPConnection("localhost", timeout=30)
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.connect(str(self.socket))
        connection.request(method, path)
        answer = json.loads(connection.getresponse().read())
        connection.close()
        return answer

    def stop(self, seconds=5.0):
        """SIGTERM; how long it took. It must end within `seconds`, well."""
        if not self.process:
            return 0.0
        begun = time.monotonic()
        self.process.terminate()
        try:
            status = self.process.wait(seconds + 20)
        finally:
            self.kill()
        took = time.monotonic() - begun
        assert status == 0, f"triaged ended with {status}:\n" + self.log.read_text()
        assert took <= seconds, f"stopping took {took:.1f} s"
        return took

    def kill(self):
        if self.process:
            if self.process.poll() is None:
                self.process.kill()
                self.process.wait()
            self.process = None
