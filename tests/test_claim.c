/* What customers ask for, and what they merely tell. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "filters/claim.h"

/* "KRW 50000; refund" for a body, with the orders after a bar. */
static const char *
asked(struct arena *arena, const char *subject, const char *body)
{
	char *mail = arena_printf(arena,
				  "From: a@example.org\nSubject: %s\nContent-Type: text/plain; "
				  "charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n%s\n",
				  subject, body);
	struct buf out = { .arena = arena };
	struct message *m;
	struct claims claims;

	assert_int_equal(message_read(arena, mail, strlen(mail), false, &m), 0);
	assert_int_equal(claims_read(arena, m, &claims), 0);
	for (size_t i = 0; i < claims.count; i++) {
		const struct claim *c = &claims.list[i];
		const char *part = strcmp(c->part, "body") == 0 ? m->body : m->subject;

		assert_memory_equal(part + c->offset, c->text, c->length);
		if (c->kind == CLAIM_SUM)
			buf_printf(&out, "%s%s %lld", i ? "; " : "", c->currency,
				   (long long)c->units);
		else
			buf_printf(&out, "%s%s", i ? "; " : "", claim_kind_name(c->kind));
	}
	for (size_t i = 0; i < claims.order_count; i++)
		buf_printf(&out, "|%s", claims.orders[i]);
	return buf_string(&out);
}

static void
check(const char *const (*rows)[2], size_t count)
{
	size_t wrong = 0;

	for (size_t i = 0; i < count; i++) {
		struct arena *arena = arena_new(0);
		const char *got = asked(arena, "hello", rows[i][0]);

		if (strcmp(got, rows[i][1]) != 0) {
			print_error("\"%s\": got \"%s\", not \"%s\"\n", rows[i][0], got,
				    rows[i][1]);
			wrong++;
		}
		arena_free(arena);
	}
	assert_int_equal(wrong, 0);
}

#define CHECK(rows) check(rows, sizeof(rows) / sizeof((rows)[0]))

static void
what_is_asked_for_is_found(void **state)
{
	static const char *const rows[][2] = {
		{ "I want my $20 back.", "USD 2000" },
		{ "Refund the $20.50 I paid.", "USD 2050" },
		{ "I demand £1,200 in damages.", "GBP 120000; damages" },
		{ "Please refund me 50 euros now.", "refund; EUR 5000" },
		{ "Pay me USD 1000 or I go to the press.", "USD 100000" },
		{ "I want a full refund.", "full refund" },
		{ "Please send me a replacement.", "replacement" },
		{ "I would like a free month and a voucher.", "free month; voucher" },
		{ "5만 원을 환불해 주세요.", "KRW 50000; refund" },
		{ "위자료 백만 원을 지급해 주십시오.", "damages; KRW 1000000" },
		{ "보상금으로 3만 5천 원을 요구합니다.", "damages; KRW 35000" },
		{ "₩20,000 돌려 주세요.", "KRW 20000" },
		{ "10만원 보상 안 하면 신고하겠습니다.", "KRW 100000; damages" },
		{ "결제한 5만 원을 환불해 주세요.", "KRW 50000; refund" },
		{ "5만 원이 아니라 10만 원을 보상해 주세요.", "KRW 100000; damages" },
		{ "전액 환불 부탁드립니다.", "full refund" },
		{ "환불 안 되면 고소하겠습니다.", "refund" },
		{ "환불이 안 된다고 하니 교환해 주세요.", "replacement" },
		{ "한 달 무료로 해 주시길 바랍니다.", "free month" },
		{ "I want compensation for my ruined holiday.", "damages" },
		{ "I am seeking £150 for distress.", "GBP 15000" },
		{ "We require $200 for lost time.", "USD 20000" },
		{ "I expect two months free.", "free month" },
		{ "I'd like a gift card.", "voucher" },
		{ "Please replace my kettle.", "replacement" },
		{ "합당한 보상 바랍니다.", "damages" },
		{ "새 제품으로 바꿔 주세요.", "replacement" },
		{ "환불 요청합니다.", "refund" },
		{ "위자료 삼만 원을 지급해 주십시오.", "damages; KRW 30000" },
		{ "이십오만 삼천원 환불해 주세요.", "KRW 253000; refund" },
		{ "오천원이라도 보상해 주세요.", "KRW 5000; damages" },
		{ "위자료로 30만 지급해 주세요.", "damages; KRW 300000" },
		{ "오천 원을 보상해 주세요.", "KRW 5000; damages" },
		{ "I want fifty dollars back.", "USD 5000" },
		{ "Pay me a hundred and twenty-five pounds.", "GBP 12500" },
		{ "I demand two thousand five hundred euros.", "EUR 250000" },
	};

	(void)state;
	CHECK(rows);
}

static void
what_is_told_is_not_asked_for(void **state)
{
	static const char *const rows[][2] = {
		{ "I paid $20 for this.", "" },
		{ "It cost me $20 and I need help with the setup.", "" },
		{ "You charged me $20 twice.", "" },
		{ "I do not want your $20.", "" },
		{ "I was offered $20 by your shop.", "" },
		{ "I don't want a refund.", "" },
		{ "Please explain your refund policy.", "" },
		{ "Thank you for the refund, please close this.", "" },
		{ "The replacement arrived.", "" },
		{ "My order is 20 dollars cheaper elsewhere.", "" },
		{ "5만 원 주고 샀습니다.", "" },
		{ "5만 원 주고 산 제품을 환불해 주세요.", "refund" },
		{ "5만 원짜리 제품을 교환해 주세요.", "replacement" },
		{ "5만 원이 청구되었습니다. 확인해 주세요.", "" },
		{ "환불 규정을 알려 주세요.", "" },
		{ "환불 받았습니다. 감사합니다.", "" },
		{ "5만 원 환불은 필요 없습니다.", "" },
		{ "I want the £20 plan.", "" },
		{ "I want to buy a gift card.", "" },
		{ "I need help checking my refund status.", "" },
		{ "They want my money back in their pocket.", "" },
		{ "What is covered by the compensation scheme? I need to know.", "" },
		{ "환불해 달라는 건 아니에요.", "" },
		{ "손님이 환불해 달라고 하시는데 어떻게 처리하나요?", "" },
		{ "보상 담당자 연락처를 알려 주세요.", "" },
		{ "보상을 바라는 건 아닙니다.", "" },
		{ "쿠폰을 썼는데 할인이 안 됐습니다. 확인해 주세요.", "" },
		{ "I want the $1.234 part.", "" },
		{ "See below.\n\nOn 3 May 2026, Kim wrote:\n> I want $50 back\n", "" },
		{ "I want $99999999999999999999 back. 999999999999천만 원 주세요.", "" },
	};

	(void)state;
	CHECK(rows);
}

static void
orders_are_found(void **state)
{
	static const char *const rows[][2] = {
		{ "My order #A-1234 is broken.", "|A-1234" },
		{ "Order no. 20241182, order number: 20241182", "|20241182" },
		{ "주문번호 2024-1182 입니다. 송장번호: 88120001", "|2024-1182|88120001" },
		{ "invoice 8812 and order 2", "|8812" },
		{ "I will order 20 more", "" },
		{ "in order to complain", "" },
	};

	(void)state;
	CHECK(rows);
}

static void
a_mail_full_of_sums_is_bounded(void **state)
{
	struct arena *arena = arena_new(0);
	struct buf body = { .arena = arena };
	size_t count = 1;
	const char *got;

	(void)state;
	for (int i = 1; i < 400; i++)
		buf_printf(&body, "I want $%d back.\n\n", i);
	got = asked(arena, "hello", buf_string(&body));
	for (const char *p = got; *p; p++)
		count += *p == ';';
	assert_int_equal(count, CLAIM_MAX);
	arena_free(arena);
}

static int
note_sum(void *context, const struct claim *sum)
{
	struct buf *out = context;

	assert_int_equal(sum->kind, CLAIM_SUM);
	buf_printf(out, "%s %lld at %zu, %zu; ", sum->currency, (long long)sum->units, sum->offset,
		   sum->length);
	return 0;
}

static int
stop_at_once(void *context, const struct claim *sum)
{
	(void)sum;
	++*(int *)context;
	return 7;
}

/* Of our own words every sum counts, whatever is said of it. */
static void
sums_are_found_whatever_is_said_of_them(void **state)
{
	static const char *const rows[][2] = {
		{ "You paid $20, and we refund $5.50.", "USD 2000 at 9, 3; USD 550 at 28, 5; " },
		{ "3만원 환불", "KRW 30000 at 0, 7; " },
		{ "삼만 원, 오십만원, 천오백원", "KRW 30000 at 0, 10; KRW 500000 at 12, 12; "
						 "KRW 1500 at 26, 12; " },
		{ "fifty bucks, a thousand won, ninety-nine pounds",
		  "USD 5000 at 0, 11; KRW 1000 at 13, 14; GBP 9900 at 29, 18; " },
		{ "백 원장님, 이만 원래대로, 만 원인", "" },
		{ "30.000원, 1억 2천만 원", "KRW 30000 at 0, 9; KRW 120000000 at 11, 16; " },
		{ "일억 이천만 원", "KRW 120000000 at 0, 20; " },
		{ "$30k, $1.5m, 3 million won", "USD 3000000 at 0, 4; USD 150000000 at 6, 5; "
						"KRW 3000000 at 13, 13; " },
		{ "€30,50 or 1.000,50 €", "EUR 3050 at 0, 8; EUR 100050 at 12, 12; " },
		{ "30불 30불량 100엔 10엔진 30 quid", "USD 3000 at 0, 5; JPY 100 at 15, 6; "
						      "GBP 3000 at 31, 7; " },
		{ "$1.234, 12,34원, $5,0000", "" },
		/* Words that end or begin as a currency does. */
		{ "직원 2명, 전원 2초, 병원 3층, 3 원인 조사, 2 원격 점검, 20931 원복, 30만 "
		  "원하시는 분",
		  "" },
		{ "1 and 2 won't fit, we won 2 awards, a Euro 5 plug, 5 pounds of sugar, 만원 버스",
		  "" },
		{ "30-dollar voucher, 30 US dollars, 30元, CHF 30, \\30,000",
		  "USD 3000 at 0, 9; USD 3000 at 19, 13; CNY 3000 at 34, 5; CHF 3000 at 41, 6; "
		  "KRW 30000 at 49, 7; " },
		{ "30만 환불, 현금 5만을 드립니다", "KRW 300000 at 0, 5; KRW 50000 at 21, 4; " },
		/* More than fits a number. */
		{ "ninety nine hundred hundred hundred hundred hundred million dollars",
		  "USD 1000000000000 at 36, 31; " },
		{ "30만 보상, 5만 배상", "KRW 300000 at 0, 5; KRW 50000 at 14, 4; " },
		{ "보상 대상은 30만 명입니다. 3만 개 교환, 조회수 3만", "" },
		{ "3만 원인데, 3만원만, 30,000원권", "KRW 30000 at 0, 8; KRW 30000 at 16, 7; "
						     "KRW 30000 at 28, 9; " },
		{ "refund-$5, A-1234 dollars", "USD 500 at 7, 2; " },
		{ "call 010-1234-5678 by 5 pm on 3 May, order 20,000", "" },
		{ "a pound of flesh, one and two, 오 원, someone dollars", "" },
		{ "", "" },
	};
	struct arena *arena = arena_new(0);
	int calls = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buf out = { .arena = arena };

		assert_int_equal(
			claim_sums_each(arena, rows[i][0], strlen(rows[i][0]), note_sum, &out), 0);
		buf_printf(&out, "%s", "");
		assert_string_equal(buf_string(&out), rows[i][1]);
	}
	assert_int_equal(claim_sums_each(arena, "$1 $2", 5, stop_at_once, &calls), 7);
	assert_int_equal(calls, 1);
	arena_free(arena);
}

static int
note_times(void *context, const struct claim *sum)
{
	struct buf *out = context;

	buf_printf(out, "%s%s%s%lld", out->len ? ";" : "", sum->currency, *sum->currency ? " " : "",
		   (long long)sum->units);
	if (sum->times != 1)
		buf_printf(out, " x%lld", (long long)sum->times);
	return 0;
}

/* What has no currency is in hundredths; x0 has no end. */
static void
sums_of_ours_without_a_currency_and_given_several_times(void **state)
{
	static const char *const rows[][2] = {
		{ "현금 30000", "3000000" },
		{ "환불 30000을 드립니다", "3000000" },
		{ "30000 환불해 드리겠습니다", "3000000" },
		{ "현금으로 30,000을 보내 드립니다", "3000000" },
		{ "보상금은 30000입니다", "3000000" },
		{ "포인트 3000 적립", "300000" },
		{ "합의금 500만", "KRW 5000000" },
		{ "a refund of 30", "3000" },
		{ "refund you 30 by Friday", "3000" },
		{ "We will credit up to 30 to your account", "3000" },
		{ "compensation: 30", "3000" },
		{ "gift card of 50", "5000" },
		{ "a goodwill gesture of 30", "3000" },
		{ "30 cash or 20 in vouchers", "3000;2000" },
		{ "30 off your next order", "3000" },
		{ "10,000 store credit", "1000000" },
		{ "coupons of 20,000 each", "2000000 x0" },
		{ "a fiver, a tenner, two grand", "500;1000;200000" },
		{ "₹500, 500 rupees, CAD 30, 100바트", "XXX 50000;XXX 50000;XXX 3000;XXX 10000" },
		{ "參萬원, 三萬 원, ③만원", "KRW 30000;KRW 30000;KRW 30000" },
		{ "three coupons of $20", "USD 2000 x3" },
		{ "three $20 vouchers", "USD 2000 x3" },
		{ "3 x $20, $20 x 3", "USD 2000 x3;USD 2000 x3" },
		{ "$20 twice", "USD 2000 x2" },
		{ "on 3 May two vouchers of $20", "USD 2000 x2" },
		{ "$20 a month", "USD 2000 x0" },
		{ "$20 a month for 6 months", "USD 2000 x6" },
		{ "each week $20", "USD 2000 x0" },
		{ "2만 원 쿠폰 3장", "KRW 20000 x3" },
		{ "2만 원권 상품권 세 장", "KRW 20000 x3" },
		{ "쿠폰 3장 2만 원", "KRW 20000 x3" },
		{ "2만 원씩", "KRW 20000 x0" },
		{ "2만 원씩 3회", "KRW 20000 x3" },
		{ "매월 2만원, 1인당 2만 원", "KRW 20000 x0;KRW 20000 x0" },
		{ "a $20 refund and 2 coupons", "USD 2000" },
		{ "refund $15\n- 28 November: your email", "USD 1500" },
		{ "$20-30, 20-30 dollars, 2~3만 원, 이삼만 원",
		  "USD 3000;USD 3000;KRW 30000;KRW 30000" },
		{ "A$50, HK$50, 500THB, 홍콩달러 없이 500홍콩달러",
		  "XXX 5000;XXX 5000;XXX 50000;XXX 50000" },
		{ "fifty cents, 50¢, 50센트, 50 pence", "USD 50;USD 50;USD 50;GBP 50" },
		{ "30 000원, 30'000원, 30·000원", "KRW 30000;KRW 30000;KRW 30000" },
		{ "배송비오천원, 금삼만원, 2만 구천 원", "KRW 5000;KRW 30000;KRW 29000" },
		{ "몇만 원 정도, 3만 드리겠습니다, 계좌로 50000 넣어 드림",
		  "90000000;3000000;5000000" },
		{ "마일리지 5,000점, we owe you 500, a voucher for 30", "500000;50000;3000" },
		{ "a dozen $20 coupons, $20 (x10)", "USD 2000 x12;USD 2000 x10" },
		{ "several $20 coupons", "USD 2000 x0" },
		{ "$20 off your next 3 orders", "USD 2000 x0" },
		{ "twice the $20, 2만 원의 3배, 2만 원 5회",
		  "USD 2000 x2;KRW 20000 x3;KRW 20000 x5" },
		{ "하루당 2만 원", "KRW 20000 x0" },
		{ "다달이 2만 원", "KRW 20000 x0" },
		{ "more than $20", "USD 2000 x0" },
		{ "2만 원 이상", "KRW 20000 x0" },
		{ "쿠폰 10개, 2만 원", "KRW 20000 x10" },
		{ "쿠폰 10장 (각 2만 원)", "KRW 20000 x10" },
		{ "명함 500매 재인쇄하고 2만 원 환불", "KRW 20000" },
		{ "티켓 2매 취소, 2만 원 환불", "KRW 20000" },
		{ "매주 점검하고 2만 원 환불", "KRW 20000" },
		{ "send 2 cards and refund $20", "USD 2000" },
		{ "refund $20 to 2 cards and call weekly", "USD 2000" },
		{ "3 coupons, $20 in all", "USD 2000" },
		{ "박스 3개, 2만 원 환불", "KRW 20000" },
		{ "쿠폰 2장과 2만 원", "KRW 20000" },
		{ "상자 3개를 다시 보내고 2만 원 환불", "KRW 20000" },
		{ "3주 안에 2만 원을, 해당 2만 원", "KRW 20000;KRW 20000" },
		{ "We tried 3 times. $20 is yours", "USD 2000" },
		{ "refund within 3 working days, on 3 June or by 12 May", "" },
		{ "refund order 12345, invoice 884 refund, order 20,000 refund", "" },
		{ "refund to the card ending 1234, coupon code 1234, credit card 1234", "" },
		{ "a 30% discount, refund 100 % of it", "" },
		{ "we paid 3 times, 2 refunds, refund 2 of the items, refund 3-5 days", "" },
		{ "오류 코드 404 원인 파악, 쿠폰 2026, 쿠폰은 2027까지, 할인 20", "" },
		{ "보상 대상 고객 1,200, 환불 대상 1,200 건, 쿠폰 대상 30,000 명", "" },
		{ "a 1 pound bag, 5 back issues, 30 off-white tiles, 12 off the shelf", "" },
		{ "gift card 1234 5678, 3만 건을 다시 확인해 드리겠습니다", "" },
		{ "1,500ml 제품으로 교환해 드리겠습니다, 1,200대를 수리해 드리겠습니다", "" },
		{ "call 02-123-4567 about the refund, 12/5 refund, by 5 pm refund the rest", "" },
		{ "a grand gesture, the grand total, 2 grand pianos", "" },
		{ "환불은 3영업일 안에, 환불 2건, 환불 12월 5일까지, 환불 3시까지", "" },
		{ "환불 접수번호 12345, 주문 20931 환불, 카드 끝자리 1234로 환불", "" },
		{ "환불 문의는 1588-1234, 현금 영수증 2장, 보상 2차 심사, 환불 2026년 5월", "" },
	};
	struct arena *arena = arena_new(0);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buf out = { .arena = arena };

		assert_int_equal(
			claim_sums_each(arena, rows[i][0], strlen(rows[i][0]), note_times, &out),
			0);
		buf_printf(&out, "%s", "");
		assert_string_equal(buf_string(&out), rows[i][1]);
	}
	arena_free(arena);
}

static int
note_offer(void *context, const struct claim *sum)
{
	*(bool *)context |= sum->offered;
	return 0;
}

/* Of what we wrote: what gives something, not what tells of it or turns it down. */
static void
an_offer_is_told_from_a_refusal(void **state)
{
	static const char *const offers[] = {
		"We will refund $20 to your card.",
		"I have credited $30 to your account.",
		"A voucher of $30 is on its way.",
		"You'll receive a $30 coupon.",
		"If you send it back, we will refund $20.",
		"3만 원을 환불해 드리겠습니다.",
		"2만 원 쿠폰을 보내 드렸습니다.",
		"3만원 환불 처리했습니다.",
		"반품해 주시면 3만 원을 환불해 드리겠습니다.",
		"요청하신 대로 3만 원을 고객님께서 알려 주신 국민은행 계좌로 이번 주 금요일 "
		"오후까지 "
		"환불해 드리겠습니다.",
		"재고가 없어 3만 원을 돌려드릴게요.",
		"사과의 뜻으로 3만 원을 드리겠습니다.",
		"배송비 3천 원은 저희가 부담하겠습니다.",
		"환불 금액은 3만 원입니다.",
		"3만 원 환불 완료.",
		"Please accept a $30 voucher.",
		"As you asked, we will refund $30.",
		"We cannot replace it, but we will pay you $30.",
		"A refund of $30 is on the way.",
		"Refund: $30",
	};
	static const char *const none[] = {
		"You paid $20 on 3 May, and we see it.",
		"You asked for a refund of $500. We cannot pay that.",
		"We cannot refund the $500.",
		"The fee is $20, we know.",
		"결제하신 3만 원이 확인되었습니다.",
		"요청하신 보상 50만 원은 지급이 어렵습니다.",
		"말씀하신 환불 50만 원은 검토할 예정입니다.",
		"59,000원 주전자를 새 제품으로 보내 드리겠습니다.",
		"5만 원 이상 구매하시면 무료로 보내 드립니다.",
		"반품 배송비 5,000원을 보내 주시면 교환해 드리겠습니다.",
		"3만 원 환불 여부는 확인 후 알려 드리겠습니다.",
		"환불 시 배송비 3,000원이 공제됩니다.",
		"지난 5월에 이미 3만 원을 환불해 드렸습니다.",
		"결제 금액: 3만 원\n교환품을 내일 보내 드리겠습니다.",
		"Order total: $30\nWe will send you a discount code.",
		"We must decline the $500 compensation.",
		"We already refunded $30 on 3 May.",
		"We will look into the $500 refund.",
		"We charged $30 to your credit card.",
		"A restocking fee of $5 will be deducted from the refund.",
	};
	struct arena *arena = arena_new(0);

	(void)state;
	for (size_t i = 0; i < sizeof(offers) / sizeof(offers[0]); i++) {
		bool offered = false;

		assert_int_equal(
			claim_sums_each(arena, offers[i], strlen(offers[i]), note_offer, &offered),
			0);
		if (!offered)
			fail_msg("%s", offers[i]);
	}
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		bool offered = false;

		assert_int_equal(
			claim_sums_each(arena, none[i], strlen(none[i]), note_offer, &offered), 0);
		if (offered)
			fail_msg("%s", none[i]);
	}
	arena_free(arena);
}

static void
the_subject_asks_too(void **state)
{
	struct arena *arena = arena_new(0);

	(void)state;
	assert_string_equal(
		asked(arena, "I want a full refund of $30 for order A-1234", "see subject"),
		"full refund; USD 3000|A-1234");
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_asked_for_is_found),
		cmocka_unit_test(what_is_told_is_not_asked_for),
		cmocka_unit_test(orders_are_found),
		cmocka_unit_test(a_mail_full_of_sums_is_bounded),
		cmocka_unit_test(sums_are_found_whatever_is_said_of_them),
		cmocka_unit_test(sums_of_ours_without_a_currency_and_given_several_times),
		cmocka_unit_test(an_offer_is_told_from_a_refusal),
		cmocka_unit_test(the_subject_asks_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
