"""Other IMAP servers than Dovecot, and many mailboxes in one process.

Courier and Cyrus cannot be installed beside Dovecot: their packages exclude each other. They run here when their packages
are unpacked (apt-get download, then dpkg -x) below the folder E2E_PEERS:

    E2E_PEERS/courier   courier-imap courier-base courier-authlib courier-authdaemon courier-authlib-userdb
                        libcourier-unicode4 gamin libgamin0 libidn12 libltdl7
    E2E_PEERS/cyrus     cyrus-imapd cyrus-common libical3 libxapian30 libzephyr4 libclamav12 libmspack0
                        sasl2-bin libsasl2-modules-db

It needs root: each server gets a mount namespace of its own with its tree laid over the system's.
"""

import email
import email.policy
import imaplib
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import time
from pathlib import Path

import pytest

from mails import EN_LEGAL, KO_LEGAL, KO_QUESTION, sample
from servers import PASSWORD, Dovecot, free_port, wait_for

COURIER = """
grep -q ^courier: /etc/passwd || echo 'courier:x:8:8::/:/usr/sbin/nologin' >> /etc/passwd
mkdir -p /run/courier/authdaemon /etc/courier/shared
rm -rf /etc/courier/userdb*
for name in {users}; do
    mkdir -p {work}/mail/$name
    maildirmake.courier {work}/mail/$name/Maildir
    echo "$name	uid=8|gid=8|home={work}/mail/$name|imappw=$(openssl passwd -1 {password})" >> /etc/courier/userdb
done
chown -R 8:8 {work}/mail /run/courier
chmod 700 /etc/courier/userdb
makeuserdb
cat {cert} {key} > {work}/both.pem
chown 8 {work}/both.pem
sed -i -e 's/^authmodulelist=.*/authmodulelist="authuserdb"/' /etc/courier/authdaemonrc
set -a
/usr/lib/courier/courier-authlib/authdaemond &
. /etc/courier/imapd
. /etc/courier/imapd-ssl
prefix=/usr exec_prefix=/usr sbindir=/usr/sbin bindir=/usr/bin
IMAP_TLS=1 TLS_CERTFILE={work}/both.pem TLS_CACHEFILE= TLS_DHPARAMS= IMAP_EMPTYTRASH=
exec couriertcpd -address=127.0.0.1 -maxprocs=40 -maxperip=40 -nodnslookup -noidentlookup {port} /usr/bin/couriertls \
    -server -tcpd /usr/lib/courier/courier/imaplogin /usr/bin/imapd Maildir
"""

CYRUS = """
grep -q ^cyrus: /etc/passwd || echo 'cyrus:x:8:8::/var/lib/cyrus:/bin/sh' >> /etc/passwd
mkdir -p {work}/lib {work}/spool {work}/run /var/lib/cyrus /run/cyrus
cat > {work}/imapd.conf <<END
configdirectory: {work}/lib
proc_path: {work}/run/proc
mboxname_lockpath: {work}/run/lock
defaultpartition: default
partition-default: {work}/spool
idlesocket: {work}/run/idle
lmtpsocket: {work}/run/lmtp
notifysocket: {work}/run/notify
cyrus_user: cyrus
admins: cyrus
altnamespace: yes
unixhierarchysep: yes
autocreate_quota: 0
autocreate_inbox_folders: Drafts | Sent
xlist-drafts: Drafts
sasl_pwcheck_method: auxprop
sasl_auxprop_plugin: sasldb
sasl_mech_list: PLAIN LOGIN
sasl_sasldb_path: {work}/sasldb
tls_server_cert: {cert}
tls_server_key: {work}/server.key
imapidlepoll: 1
tls_sessions_db_path: {work}/lib/tls.db
END
cat > {work}/cyrus.conf <<END
START {{
  recover cmd="/usr/lib/cyrus/bin/ctl_cyrusdb -C {work}/imapd.conf -r"
  idled cmd="/usr/lib/cyrus/bin/idled -C {work}/imapd.conf"
}}
SERVICES {{
  imaps cmd="/usr/lib/cyrus/bin/imapd -s -U 30 -C {work}/imapd.conf" listen="127.0.0.1:{port}" prefork=1 maxchild=50
}}
EVENTS {{
}}
END
cp {key} {work}/server.key
for name in {users}; do echo {password} | saslpasswd2 -p -c -f {work}/sasldb -u {host} $name; done
chown -R 8:8 {work} /run/cyrus /var/lib/cyrus
exec /usr/lib/cyrus/bin/master -C {work}/imapd.conf -M {work}/cyrus.conf -p {work}/master.pid -l 32
"""


class Peer:
    """One of those servers, in namespaces that end with it. Speaks like servers.Dovecot as far as the tests need it."""

    def __init__(self, kind, script, directory, authority, users):
        self.tree = Path(os.environ.get("E2E_PEERS", "/nonexistent")) / kind
        self.work = Path(directory) / kind
        self.authority = authority
        self.imaps_port = free_port()
        self.first = users[0]
        self.process = None
        self.script = script.format(users=" ".join(users), work=self.work, password=PASSWORD, cert=authority.cert,
                                    key=authority.key, port=self.imaps_port, host=socket.gethostname())

    def start(self):
        if os.getuid() != 0:
            pytest.skip("laying another server's packages over the system needs root")
        if not self.tree.is_dir():
            pytest.skip(f"no packages are unpacked in {self.tree} (E2E_PEERS; see the top of this file)")
        self.work.mkdir()
        layer = self.work.parent / (self.work.name + "-layer")
        layer.mkdir()
        mounts = f"set -e\nmount -t tmpfs tmpfs {layer}\nmount -t tmpfs tmpfs /run\n"
        for name in ("usr", "etc", "var"):
            mounts += (f"mkdir -p {layer}/{name}.upper {layer}/{name}.work {self.tree}/{name}\n"
                       f"mount -t overlay overlay -o lowerdir={self.tree}/{name}:/{name},upperdir={layer}/{name}.upper,"
                       f"workdir={layer}/{name}.work /{name}\n")
        self.log = open(self.work.parent / (self.work.name + ".log"), "w")
        self.process = subprocess.Popen(["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c",
                                         mounts + self.script], stdout=self.log, stderr=self.log)
        wait_for(f"{self.work.name} answers", self.answers, 30)
        return self

    def answers(self):
        if self.process.poll() is not None:
            raise AssertionError(f"{self.work.name} ended:\n" + Path(self.log.name).read_text())
        try:
            with self.client(self.first):
                return True
        except (OSError, imaplib.IMAP4.error):
            return False

    def stop(self):
        if self.process:
            self.process.kill()
            self.process.wait()
            self.log.close()
            self.process = None

    def client(self, user):
        client = imaplib.IMAP4_SSL("127.0.0.1", self.imaps_port, timeout=20,
                                   ssl_context=ssl.create_default_context(cafile=str(self.authority.ca)))
        client.login(user, PASSWORD)
        return client

    def deliver(self, user, *mails):
        with self.client(user) as client:
            for data in mails:
                status, text = client.append("INBOX", None, None, data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
                assert status == "OK", text

    messages = Dovecot.messages
    count = Dovecot.count


@pytest.fixture(params=[("courier", COURIER, "INBOX."), ("cyrus", CYRUS, "")], ids=["courier", "cyrus"])
def peer(request, workplace, authority, user):
    kind, script, prefix = request.param
    users = [user, user + "b"]
    server = Peer(kind, script, workplace / (user + "-peer"), authority, users)
    server.prefix = prefix
    (workplace / (user + "-peer")).mkdir()
    try:
        yield server.start()
    finally:
        server.stop()


def parsed(raw):
    return email.message_from_bytes(raw, policy=email.policy.default)


def folders(server, user):
    with server.client(user) as client:
        return [re.split(r' "[./]" ', line.decode())[-1].strip('"') for line in client.list()[1]]


def test_the_basic_way_on_another_server(peer, make_triaged, build, user):
    # Courier looks once a minute while a client idles: our own poll must find the mail.
    daemon = make_triaged([user], server=peer, name=user + "-t", account_extra="    poll: 5\n")
    tested = subprocess.run([build / "triagectl", "account", "test", user, "--config", daemon.config], capture_output=True,
                            text=True)
    assert tested.returncode == 0, tested.stdout
    daemon.start()
    status = lambda: json.loads(daemon.ctl("status", "--json").stdout)["accounts"][0]
    wait_for("watched", lambda: status()["state"] == "watching")
    original = sample(KO_LEGAL, message_id="<peer-1@customer.example>")
    peer.deliver(user, original, sample(KO_QUESTION))
    wait_for("the move", lambda: peer.count(user, "INBOX") == 1, 30)
    drafts, = [f for f in folders(peer, user) if f.endswith("Drafts")]
    wait_for("the draft", lambda: peer.count(user, drafts) == 1)
    (_, flags, raw), = peer.messages(user, drafts)
    assert {"\\Draft", "\\Seen"} <= flags and parsed(raw)["In-Reply-To"] == "<peer-1@customer.example>"
    moved, = [f for f in folders(peer, user) if re.search(r"Triage[./]\w+$", f)]
    (_, flags, raw), = peer.messages(user, moved)
    assert parsed(raw)["Message-ID"] == "<peer-1@customer.example>" and "\\Seen" not in flags and "\\Deleted" not in flags
    assert "$TriageThreat" in flags
    (_, flags, raw), = peer.messages(user, "INBOX")
    assert "\\Deleted" not in flags and "\\Seen" not in flags
    case = json.loads(daemon.ctl("case", "show", "C1", "--json").stdout)
    assert [e["state"] for e in case["outbox"]] == ["done"] * len(case["outbox"])
    daemon.stop()
    daemon.once()
    assert peer.count(user, drafts) == 1 and peer.count(user, moved) == 1


def test_kill_in_the_middle_repeats_nothing_on_another_server(peer, make_triaged, user):
    """Without MOVE a move is a copy, a flag and an expunge; killed anywhere in between there is one copy in the end."""
    daemon = make_triaged([user], server=peer, name=user + "-k", account_extra="    poll: 5\n")
    daemon.once()
    for i in range(6):
        daemon.start()
        peer.deliver(user, sample(EN_LEGAL, message_id=f"<kill-{i}@customer.example>", sender=f"c{i}@customer.example"))
        time.sleep(0.02 * i)        # a different moment each time; whichever it is must do
        daemon.process.send_signal(signal.SIGKILL)
        daemon.process.wait()
    daemon.once()
    assert peer.count(user, "INBOX") == 0
    drafts, = [f for f in folders(peer, user) if f.endswith("Drafts")]
    moved, = [f for f in folders(peer, user) if re.search(r"Triage[./]\w+$", f)]
    sent = [f"<kill-{i}@customer.example>" for i in range(6)]
    assert sorted(parsed(raw)["In-Reply-To"] for _, _, raw in peer.messages(user, drafts)) == sent
    assert sorted(parsed(raw)["Message-ID"] for _, _, raw in peer.messages(user, moved)) == sent


# Many mailboxes

MANY = 200

# Dovecot for hundreds of sessions: one login process for many.
CROWD = """
default_client_limit = 4000
default_process_limit = 1000
service imap-login {
  service_count = 0
  process_min_avail = 1
  client_limit = 1000
}
service imap {
  process_limit = 1000
}
"""


def resident(process):
    return int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{process.pid}/status").read_text()).group(1))


def busy(process):
    """Processor seconds so far, user and system."""
    fields = Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def watching(daemon):
    return sum(a["state"] == "watching" for a in json.loads(daemon.ctl("status", "--json").stdout)["accounts"])


def test_many_idle_mailboxes_and_a_dead_server_among_them(make_triaged, workplace, authority, user, capsys):
    server = Dovecot(workplace / (user + "-crowd"), authority, extra=CROWD).start()
    silent = socket.socket()
    try:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        one = make_triaged([user], server=server, name=user + "-one")
        one.start()
        wait_for("one is watched", lambda: watching(one) == 1)
        alone = resident(one.process)
        one.stop()

        names = [f"{user}{i:03}" for i in range(MANY)]
        daemon = make_triaged([*names, "dead", "closed"], server=server, name=user + "-many")
        text = daemon.config.read_text()
        head, tail = text.split("- name: dead", 1)
        dead, closed = tail.split("- name: closed", 1)
        here = f"port: {server.imaps_port}"
        daemon.config.write_text(head + "- name: dead" + dead.replace(here, f"port: {silent.getsockname()[1]}") +
                                 "- name: closed" + closed.replace(here, f"port: {free_port()}"))
        daemon.start()
        wait_for("all others are watched", lambda: watching(daemon) == MANY, 60)
        each = (resident(daemon.process) - alone) / MANY
        before, begun = busy(daemon.process), time.monotonic()
        time.sleep(3)               # what is measured is doing nothing
        used, took = busy(daemon.process) - before, time.monotonic() - begun
        with capsys.disabled():
            print(f"\n        {MANY} idle mailboxes: {each:.0f} KiB each above {alone} KiB for one; "
                  f"{used * 1000:.0f} ms of processor time in {took:.0f} s")
        # One thread that spins would take 3 s; every mailbox looking about ten times a second, some 0.3 s. Nothing is due in
        # these seconds but the watchdog and the two failing accounts.
        assert used < 0.15
        begun = time.monotonic()
        server.deliver(names[MANY // 2], sample(EN_LEGAL))
        wait_for("a draft", lambda: server.count(names[MANY // 2], "Drafts") == 1, 30)
        states = {a["name"]: a for a in json.loads(daemon.ctl("status", "--json").stdout)["accounts"]}
        assert states["closed"]["error"] and states["dead"]["state"] != "watching"
        daemon.stop()
    finally:
        silent.close()
        server.stop()
