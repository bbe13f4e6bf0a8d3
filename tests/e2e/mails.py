"""Sample mails in our own words: what a small shop's support box sees in a week."""

import email.utils
import itertools
import time
from email.message import EmailMessage

_serial = itertools.count(1)


def mail(body, subject="문의드립니다", sender="김민지 <minji@customer.example>", to="help@shop.example", message_id=None,
         references=None, headers=(), date=None):
    """A complete RFC 5322 mail as bytes. message_id "" leaves the field out."""
    m = EmailMessage()
    m["From"] = sender
    m["To"] = to
    m["Subject"] = subject
    m["Date"] = email.utils.formatdate(date or time.time(), localtime=False)
    if message_id != "":
        m["Message-ID"] = message_id or f"<{time.time_ns()}.{next(_serial)}@customer.example>"
    if references:
        m["In-Reply-To"] = references[-1]
        m["References"] = " ".join(references)
    for name, value in headers:
        m[name] = value
    m.set_content(body)
    return m.as_bytes()


KO_LEGAL = dict(subject="환불 문의 (주문 20931)", sender="박서준 <seojun@customer.example>", body=(
    "안녕하세요. 지난주에 받은 공기청정기가 켜지지도 않습니다.\n"
    "세 번이나 전화했는데 매번 기다리라고만 하시네요. 이번 주 금요일까지 환불해 주세요.\n"
    "환불이 안 되면 내용증명을 보내고 소비자원에 신고하겠습니다.\n"))
KO_VIOLENCE = dict(subject="기사 이름 대라", sender="정호 <jh@customer.example>", body=(
    "물건을 던져 놓고 간 기사 누구냐. 내일 매장으로 찾아가서 다 때려 부숴 버릴 거니까 각오해라.\n"))
KO_ABUSE = dict(subject="장난하냐", sender="이도윤 <doyun@customer.example>", body=(
    "이 멍청한 것들아, 씨발 일을 이따위로 하냐? 너희는 머리가 없냐?\n"))
KO_BOSS = dict(subject="책임자 연결", sender="최은영 <eunyoung@customer.example>", body=(
    "상담원분하고는 더 이야기할 게 없습니다. 윗사람 바꿔 주세요. 팀장이든 사장이든 책임자가 직접 연락 주시기 바랍니다.\n"))
KO_COMPENSATION = dict(subject="행사를 망쳤습니다", sender="한지우 <jiwoo@customer.example>", body=(
    "돌잔치 전날까지 답례품이 오지 않아 다른 데서 급하게 샀습니다.\n그 비용과 정신적 피해에 대한 위자료까지 보상해 주세요.\n"))
KO_QUESTION = dict(subject="배송 조회 부탁드립니다", sender="김민지 <minji@customer.example>", body=(
    "안녕하세요. 어제 주문한 머그컵이 언제쯤 출발하는지 알 수 있을까요? 천천히 알려 주셔도 됩니다. 감사합니다.\n"))
EN_LEGAL = dict(subject="Order 5521, still broken", sender="Jane Doe <jane@customer.example>", body=(
    "Hello,\n\nthe kettle you sent leaks and nobody answers. I want my money back by Friday.\n"
    "If I don't hear from you by then, you will hear from my lawyer.\n\nJane Doe\n"))
EN_PUBLICITY = dict(subject="Terrible", sender="Sam Hill <sam@customer.example>", body=(
    "Refund me today or I will post this all over Facebook and leave one-star reviews everywhere I can.\n"))
EN_ABUSE = dict(subject="joke", sender="Rick Moss <rick@customer.example>", body=(
    "You useless idiots. Are you too fucking stupid to read an order number?\n"))
EN_QUESTION = dict(subject="Opening hours", sender="Ann Lee <ann@customer.example>", body=(
    "Hi, are you open on Saturday? I would like to pick up my order then. Thanks, Ann\n"))
EN_SELFHARM = dict(subject="I give up", sender="Pat Gray <pat@customer.example>", body=(
    "You took my deposit and I can't pay the rent. I don't want to live any more. Maybe tonight I will end my life.\n"))
AUTO_REPLY = dict(subject="부재중 자동응답", sender="김민지 <minji@customer.example>", headers=[("Auto-Submitted", "auto-replied")],
                  body="휴가 중입니다. 환불 문의는 다음 주에 답하겠습니다. 고소하겠습니다.\n")


def bounce(to="help@shop.example"):
    """A delivery status notification (RFC 3464) that carries an angry mail inside."""
    boundary = "b0undary"
    return (f"From: MAILER-DAEMON@mx.customer.example\r\nTo: {to}\r\nSubject: Undelivered Mail Returned to Sender\r\n"
            f"Date: {email.utils.formatdate()}\r\nMessage-ID: <{time.time_ns()}.bounce@mx.customer.example>\r\n"
            "Auto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
            f"Content-Type: multipart/report; report-type=delivery-status; boundary={boundary}\r\n\r\n"
            f"--{boundary}\r\nContent-Type: text/plain\r\n\r\nThe address was not found.\r\n"
            f"--{boundary}\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.customer.example\r\n\r\n"
            "Final-Recipient: rfc822; nobody@customer.example\r\nAction: failed\r\nStatus: 5.1.1\r\n"
            f"--{boundary}\r\nContent-Type: message/rfc822\r\n\r\nFrom: {to}\r\nSubject: refund or I sue\r\n\r\n"
            f"I will sue you.\r\n--{boundary}--\r\n").encode()


def sample(kind, **changes):
    return mail(**{**kind, **changes})
