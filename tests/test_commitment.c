/*
 * commitment: what we promise by when, in both languages, and what only looks like it.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/template.h"
#include "filters/commitment.h"
#include "filters/limits.h"

static struct arena *arena;

static int
setup(void **state)
{
	(void)state;
	arena = arena_new(0);
	return arena == NULL;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static void
describe(struct buf *b, const struct commitment *c)
{
	static const char *const parts[] = { "",           " morning", " noon",
					     " afternoon", " evening", " midnight" };
	const struct due *d = &c->due;

	switch (d->kind) {
	case DUE_MINUTES:
		buf_printf(b, "minutes %d", d->count);
		break;
	case DUE_DAYS:
		buf_printf(b, "days %d", d->count);
		break;
	case DUE_WORKING_DAYS:
		buf_printf(b, "working %d", d->count);
		break;
	case DUE_WEEKDAY:
		buf_printf(b, "weekday %d", d->weekday);
		if (d->weeks != DUE_COMING)
			buf_printf(b, " week %d", d->weeks);
		break;
	case DUE_DATE:
		buf_printf(b, "date ");
		if (d->year)
			buf_printf(b, "%d-", d->year);
		if (d->month)
			buf_printf(b, "%d-", d->month);
		buf_printf(b, "%d", d->day);
		if (d->months != DUE_COMING)
			buf_printf(b, " month %d", d->months);
		break;
	case DUE_WEEK_END:
		buf_printf(b, "week %d", d->weeks);
		break;
	case DUE_MONTH_END:
		buf_printf(b, d->month ? "end of %d" : "month %d", d->month ? d->month : d->months);
		break;
	}
	if (d->hour >= 0)
		buf_printf(b, " %d:%02d%s", d->hour, d->minute, d->half ? "?" : "");
	else
		buf_printf(b, "%s", parts[d->part]);
	buf_printf(b, "%s%s %s", d->either ? " either" : "", d->before ? " before" : "",
		   c->by_mail ? "mail" : "act");
}

static struct commitment *
find(const char *text, size_t len, size_t *ret_count)
{
	struct commitment *list;

	assert_int_equal(commitments_find(arena, text, len, &list, ret_count), 0);
	return list;
}

/* What a text promises, "; " between; "-" for nothing. */
static const char *
promises(const char *text)
{
	struct buf b = { .arena = arena };
	size_t count;
	struct commitment *list = find(text, strlen(text), &count);

	if (count == 0)
		return "-";
	for (size_t i = 0; i < count; i++) {
		assert_true(list[i].offset + list[i].length <= strlen(text));
		assert_true(strlen(list[i].text) <= COMMITMENT_TEXT_MAX);
		if (i > 0)
			buf_printf(&b, "; ");
		describe(&b, &list[i]);
	}
	return buf_string(&b);
}

static unsigned wrong;

static void
expect(const char *text, const char *expected)
{
	const char *got = promises(text);

	if (strcmp(got, expected) != 0) {
		print_error("%s\n\twanted %s\n\tgot    %s\n", text, expected, got);
		wrong++;
	}
}

struct row {
	const char *text, *promises;
};

static const struct row korean[] = {
	{ "12월 3일(목) 오후 2시까지 기사님이 방문하실 예정입니다.", "date 12-3 14:00 act" },
	{ "내일 오전까지 연락드리겠습니다", "days 1 morning mail" },
	{ "내일 오후 12시까지 연락드리겠습니다.", "days 1 12:00 mail" },
	{ "내일 낮 12시까지 연락드리겠습니다.", "days 1 12:00 mail" },
	{ "내일 낮 1시까지 연락드리겠습니다.", "days 1 13:00 mail" },
	{ "내일 저녁 7시 반까지 연락드리겠습니다.", "days 1 19:30 mail" },
	{ "내일 밤 12시까지 연락드리겠습니다.", "days 1 midnight mail" },
	{ "내일 점심 11시까지 연락드리겠습니다.", "days 1 11:00 mail" },
	{ "We will call you by 12 pm tomorrow.", "days 1 12:00 act" },
	{ "금요일 정오까지 교환품을 발송하겠습니다", "weekday 5 noon act" },
	{ "영업일 기준 3일 이내에 환불 처리해 드리겠습니다", "working 3 act" },
	{ "12월 3일(목) 오후 2시까지 답변드리겠습니다.", "date 12-3 14:00 mail" },
	{ "오늘 중으로 답변드릴게요", "days 0 mail" },
	{ "이번 주 안에 발송해 드리겠습니다.", "week 0 act" },
	{ "다음 주 화요일까지 회신드리겠습니다.", "weekday 2 week 1 mail" },
	{ "이틀 안에 연락드리겠습니다", "days 2 mail" },
	{ "2시간 이내에 전화드리겠습니다.", "minutes 120 act" },
	{ "월말까지 환불해 드리겠습니다", "month 0 act" },
	{ "늦어도 모레까지 알려 드리겠습니다.", "days 2 mail" },
	{ "12/3까지 보내드리겠습니다", "date 12-3 act" },
	{ "내일 다시 연락드리겠습니다.", "days 1 mail" },
	{ "11월 24일(화) 오후 5시 30분까지 결과나 진행 상황을 알려 드리겠습니다.",
	  "date 11-24 17:30 mail" },
	{ "2026. 12. 3.까지 처리해 드리겠습니다.", "date 2026-12-3 act" },
	{ "2026년 12월 3일까지 처리해 드리겠습니다.", "date 2026-12-3 act" },
	{ "2026-12-03까지 처리해 드리겠습니다.", "date 2026-12-3 act" },
	{ "12. 3.(목)까지 회신드리겠습니다.", "date 12-3 mail" },
	{ "오늘 중으로 연락드리고 금요일까지 발송하겠습니다.", "days 0 mail; weekday 5 act" },
	{ "금요일까지 환불 처리됩니다.", "weekday 5 act" },
	{ "2~3일 내로 도착할 예정입니다", "days 3 act" },
	{ "다음주 월요일 오전 10시에 방문하겠습니다.", "weekday 1 week 1 10:00 act" },
	{ "3영업일 이내에 환불해 드리겠습니다.", "working 3 act" },
	{ "3 영업일 내 환불 처리될 예정입니다.", "working 3 act" },
	{ "다음 영업일까지 일정을 알려 드리겠습니다.", "working 1 mail" },
	{ "내일모레까지 수리를 마치겠습니다.", "days 2 act" },
	{ "사흘 내로 새 제품을 받아 보실 수 있습니다.", "days 3 act" },
	{ "이번 달 말까지 환급해 드리겠습니다.", "month 0 act" },
	{ "다음 달 5일까지 정산해 드리겠습니다.", "date 5 month 1 act" },
	{ "15일까지 입금해 드리겠습니다.", "date 15 act" },
	{ "11월 말까지 교체를 완료하겠습니다.", "end of 11 act" },
	{ "연말까지 개선하겠습니다.", "date 12-31 act" },
	{ "오후 3시까지 회신드리겠습니다.", "days 0 15:00 mail" },
	{ "금일 오후 6시 전까지 안내해 드리겠습니다.", "days 0 18:00 mail" },
	{ "금일 중 회신드리겠습니다.", "days 0 mail" },
	{ "명일 오전 중으로 유선으로 안내드리겠습니다.", "days 1 morning act" },
	{ "오늘 오후에 다시 전화드릴게요.", "days 0 afternoon act" },
	{ "내일오전까지 답변드리겠습니다.", "days 1 morning mail" },
	{ "이번주 금요일까지 발송 완료하겠습니다.", "weekday 5 week 0 act" },
	{ "다음 주 초까지 답변드리겠습니다.", "weekday 2 week 1 mail" },
	{ "다음 주 중으로 방문 일정을 잡아 알려 드리겠습니다.", "week 1 mail" },
	{ "금주 내로 처리하겠습니다.", "week 0 act" },
	{ "차주 화요일까지 처리하겠습니다.", "weekday 2 week 1 act" },
	{ "30분 안에 전화드리겠습니다.", "minutes 30 act" },
	{ "한 시간 이내로 확인해서 연락드리겠습니다.", "minutes 60 mail" },
	{ "24시간 이내에 답변드릴 예정입니다.", "minutes 1440 mail" },
	{ "일주일 이내에 새 제품을 보내 드리겠습니다.", "days 7 act" },
	{ "2주 안에 보고드리겠습니다.", "days 14 mail" },
	{ "늦어도 다음 주 수요일 오전까지는 꼭 알려 드리겠습니다.",
	  "weekday 3 week 1 morning mail" },
	{ "담당자가 내일 오전 11시까지 연락드릴 예정입니다.", "days 1 11:00 mail" },
	{ "새 담당자가 11월 24일(화) 오후 5시까지 먼저 연락드리겠습니다.",
	  "date 11-24 17:00 mail" },
	{ "확인 후 오늘 안으로 회신드리겠습니다.", "days 0 mail" },
	{ "퇴근 전까지 결과를 말씀드리겠습니다.", "days 0 mail" },
	{ "자정까지 복구하겠습니다.", "days 0 midnight act" },
	{ "금요일(27일)까지 발송해 드리겠습니다.", "date 27 act" },
	{ "내일(11/29) 정오까지 답장드리겠습니다.", "date 11-29 noon mail" },
	{ "토요일 전까지 처리해 드리겠습니다.", "weekday 6 before act" },
	{ "교환품은 12월 5일에 출고될 예정입니다.", "date 12-5 act" },
	{ "기사님이 모레 오후 2시에서 4시 사이에 방문할 예정입니다.", "days 2 16:00 act" },
	{ "사진을 보내 주시면 금요일까지 교환해 드리겠습니다.", "weekday 5 act" },
	{ "빠짐없이 확인하여 내일 중으로 답변드리겠습니다.", "days 1 mail" },
	{ "금요일까지 차질 없이 발송하겠습니다.", "weekday 5 act" },
	{ "내일까지 빠짐없이 처리해 드리겠습니다.", "days 1 act" },
	{ "금요일까지 발송해 드릴 것을 약속드립니다.", "weekday 5 act" },
	{ "내일 발송 예정.", "days 1 act" },
	{ "주말까지 설치를 끝내겠습니다.", "weekday 0 act" },
	{ "열흘 안에 정산하겠습니다.", "days 10 act" },
	{ "오늘 저녁까지 답변 드리겠습니다.", "days 0 evening mail" },
	{ "12월3일까지 처리하겠습니다.", "date 12-3 act" },
	{ "내일 10시까지 연락드리겠습니다.", "days 1 10:00? mail" },
	{ "금요일 오전 10:30까지 연락드리겠습니다.", "weekday 5 10:30 mail" },
	{ "이 달 안에 환불하겠습니다.", "month 0 act" },
	{ "이달 말까지 환불하겠습니다.", "month 0 act" },
	{ "오늘 확인해 보고 내일 연락드리겠습니다.", "days 1 mail" },
	{ "어제 통화에서 말씀드린 대로 금요일까지 발송하겠습니다.", "weekday 5 act" },
	{ "금요일까지 발송해 드리고, 발송되면 바로 연락드리겠습니다.", "weekday 5 act" },
	{ "안녕하세요. 고객님, 내일까지 답변드리겠습니다. 감사합니다", "days 1 mail" },
	{ "고객님 안녕하세요 내일까지 답변드리겠습니다 감사합니다", "days 1 mail" },
	{ "11월 30일(월)까지 환불 처리 후 연락드리겠습니다.", "date 11-30 mail" },
	{ "월요일에서 수요일 사이에 방문드리겠습니다.", "weekday 3 act" },
	{ "금요일이나 늦어도 다음 주 월요일까지 보내드리겠습니다.", "weekday 1 week 1 act" },
	{ "내일 오전 중 택배 기사님이 수거하러 방문드릴 예정이니 참고 부탁드립니다.",
	  "days 1 morning act" },
	{ "내일까지 환불해 드릴 예정이오니 조금만 기다려 주시기 바랍니다.", "days 1 act" },
	{ "금요일까지 발송해 드릴 테니 걱정하지 마세요.", "weekday 5 act" },
	{ "금요일까지는 꼭 받으실 수 있게 하겠습니다.", "weekday 5 act" },
	{ "내일까지 답 드릴게요!", "days 1 act" },
	{ "낼까지 연락드릴게요", "days 1 mail" },
	{ "내일 오후 2시쯤 전화드리겠습니다.", "days 1 14:00 act" },
	{ "5일 내로 처리해 드리겠습니다.", "days 5 act" },
	{ "업무일 기준 2일 안에 답변드리겠습니다.", "working 2 mail" },
	{ "오늘부터 3일 이내에 답변드리겠습니다.", "days 3 mail" },
	{ "오는 금요일까지 답변드리겠습니다.", "weekday 5 mail" },
	{ "금주 금요일까지 답변드리겠습니다.", "weekday 5 week 0 mail" },
	{ "불편을 드려 죄송하며, 12월 3일까지 교환품이 도착하도록 조치하겠습니다.",
	  "date 12-3 act" },
	{ "다음 주에 연락드리겠습니다.", "week 1 mail" },
	{ "다음 달에 연락드리겠습니다.", "month 1 mail" },
	{ "3월 2일 개강에 맞춰 내일까지 발송하겠습니다.", "days 1 act" },
	{ "내일은 꼭 연락드리겠습니다.", "days 1 mail" },
	{ "11월 27일에 주문하신 제품은 12월 2일에 도착할 예정입니다.", "date 12-2 act" },
	{ "주문번호 20261203 건은 내일까지 처리하겠습니다.", "days 1 act" },
	{ "Friday까지 연락드리겠습니다.", "weekday 5 mail" },
	{ "오늘 안에 메일 드릴게요.", "days 0 mail" },
	{ "오늘 5시까지 메일 드리겠습니다.", "days 0 5:00? mail" },
	{ "금요일까지, 늦어도 월요일까지 보내드리겠습니다.", "weekday 1 act" },
	{ "금요일, 늦어도 다음 주 월요일까지 보내드리겠습니다.", "weekday 1 week 1 act" },
	{ "내일 오전에 확인하고 오후 3시까지 연락드리겠습니다.", "days 1 15:00 mail" },
	{ "오늘 중으로 원인을 확인해서 내일 정오까지 알려 드리겠습니다.",
	  "days 0 act; days 1 noon mail" },
	{ "고객님, 오늘 오후 5시 이전까지 확인하여 다시 전화 드리겠습니다.", "days 0 17:00 act" },
	{ "택배사 확인 후 익일 오전까지 회신 드리도록 하겠습니다.", "days 1 morning mail" },
	{ "환불은 영업일 기준 3~5일 이내에 완료될 예정입니다.", "working 5 act" },
	{ "교환 상품은 오늘 출고되어 내일 도착할 예정입니다.", "days 0 act; days 1 act" },
	{ "내일 중으로 담당 부서에서 고객님께 직접 연락을 드릴 예정입니다.", "days 1 mail" },
	{ "늦어도 12월 4일 금요일까지는 결과를 메일로 안내해 드리겠습니다.", "date 12-4 mail" },
	{ "해당 건은 금주 중 처리 완료 후 문자로 안내드리겠습니다.", "week 0 mail" },
	{ "11/30(월) 14시까지 회신드리겠습니다.", "date 11-30 14:00 mail" },
	{ "11월 30일 월요일 오전 중에 회신드릴 수 있도록 하겠습니다.", "date 11-30 morning mail" },
	{ "월요일 오전까지 확인해서 말씀드릴게요.", "weekday 1 morning mail" },
	{ "주말이라 확인이 어려워 월요일에 다시 연락드리겠습니다.", "weekday 1 mail" },
	{ "조금만 기다려 주시면 오늘 안으로 답변드리겠습니다.", "days 0 mail" },
	{ "불편을 드려 죄송합니다 내일까지는 꼭 해결해 드리겠습니다 감사합니다", "days 1 act" },
	{ "제가 직접 챙겨서 이번 주 목요일까지 받으실 수 있도록 하겠습니다.",
	  "weekday 4 week 0 act" },
	{ "제작에 일주일 정도 걸려 12월 7일경 발송될 예정입니다.", "date 12-7 act" },
	{ "12월 초에 발송해 드리겠습니다.", "date 12-5 act" },
	{ "다음 주 월요일(11/30)까지 재발송하겠습니다.", "date 11-30 act" },
	{ "1시간 내로 다시 연락드릴게요.", "minutes 60 mail" },
	{ "오늘 6시 전에 연락드리겠습니다.", "days 0 6:00? mail" },
	{ "금일 18:00까지 답변 드리겠습니다.", "days 0 18:00 mail" },
	{ "10분 뒤에 다시 전화드리겠습니다.", "minutes 10 act" },
	{ "이번 건은 팀장님께 보고드렸고 내일 오후 3시까지 방침을 정해 알려 드리겠습니다.",
	  "days 1 15:00 mail" },
	{ "약속드린 대로 금요일까지 꼭 보내드릴게요.", "weekday 5 act" },
	{ "새 부품은 12월 2일 입고 예정이며 3일까지 교체해 드리겠습니다.",
	  "date 12-2 act; date 3 act" },
	{ "금요일까지 처리 계획을 알려 드리겠습니다.", "weekday 5 mail" },
	{ "금요일까지 배송 예정일을 안내드리겠습니다.", "weekday 5 mail" },
	{ "금요일까지 발송 예정인 상품을 안내드리겠습니다.", "weekday 5 mail" },
	{ "6월에 발송하겠습니다.", "end of 6 act" },
	{ "금요일까지 발송할 계획입니다.", "weekday 5 act" },
	{ "내일 테니스 대회에 가겠습니다.", "days 1 act" },
};

static const char *const korean_none[] = {
	"평일 오전 9시부터 오후 6시까지 상담해 드립니다.",
	"월요일부터 금요일까지 상담해 드립니다.",
	"안내일정은 따로 없습니다.",
	"말씀하신 대로 금요일까지 받지 못하셨군요.",
	"사진을 내일까지 보내 주시면 확인하겠습니다",
	"금요일까지 회신 부탁드립니다",
	"어제 발송했습니다",
	"금요일에 발송했습니다.",
	"영업시간은 오후 6시까지입니다.",
	"오후 6시까지 상담 가능합니다",
	"고객센터는 평일 오후 6시까지 운영합니다.",
	"금요일까지는 어렵습니다.",
	"금요일까지 발송하기는 어려울 것 같습니다.",
	"답장을 받으면 다음 영업일까지 확인 결과를 알려 드리겠습니다.",
	"12월 3일 주문하신 상품은 환불해 드리겠습니다.",
	"12월 3일 주문 건은 환불해 드리겠습니다.",
	"고객님께 11월 24일까지 다시 연락드려야 합니다.",
	"제한은 11월 24일까지입니다.",
	"금요일까지 답변이 없으시면 종결하겠습니다.",
	"금요일까지 회신이 없을 경우 자동으로 종결됩니다.",
	"내일까지 발송하겠다고 하셨는데 아직 안 왔습니다.",
	"지난 금요일까지 처리하겠다고 안내해 드렸습니다.",
	"금요일까지 발송해 드릴까요?",
	"내일까지 연락드리면 될까요?",
	"금요일까지 발송할 수 있습니다.",
	"금요일까지 발송될 수 있을 것 같습니다.",
	"금요일까지 발송되도록 노력하겠습니다.",
	"12월 3일까지 물품을 보관하겠습니다.",
	"회신은 금요일까지 기다리겠습니다.",
	"내일까지 주소를 알려 주십시오.",
	"내일 오전까지 사진을 첨부해 주세요.",
	"모레까지 반송해 주시기 바랍니다.",
	"이번 주 안에 방문하시면 됩니다.",
	"쿠폰은 12월 31일까지 사용하실 수 있습니다.",
	"12월 3일부터 배송이 시작됩니다.",
	"내일부터 정상 운영됩니다.",
	"금요일은 휴무입니다.",
	"주말에는 상담을 하지 않습니다.",
	"매주 금요일까지 접수된 건은 다음 주에 처리합니다.",
	"금요일까지 처리하지 못할 것 같습니다.",
	"금요일까지 약속드릴 수 없습니다.",
	"“금요일까지 환불해 드리겠습니다”라는 말씀을 들으셨다고요.",
	"\"내일까지 연락드리겠습니다\"라고 안내받으셨습니다.",
	"수령 후 7일 이내에 교환해 드리겠습니다.",
	"반품이 확인되면 3영업일 이내에 환불해 드리겠습니다.",
	"제품이 입고되면 2일 안에 발송하겠습니다.",
	"답장을 받는 대로 3일 이내에 처리해 드리겠습니다.",
	"3일 전에 발송했습니다.",
	"3일 동안 지켜보겠습니다.",
	"최대한 빨리 연락드리겠습니다.",
	"곧 알려 드리겠습니다.",
	"확인되는 대로 바로 안내해 드리겠습니다.",
	"제한이 끝나면 전과 같이 응대합니다.",
	"오늘 주신 메일 잘 읽었습니다.",
	"오늘 통화한 내용을 정리해 보내 드리겠습니다.",
	"내일 방문할 기사 연락처를 안내해 드리겠습니다.",
	"자살예방 상담전화 109(24시간)",
	"지금 위급한 상황이면 119",
	"12월 3일자 메일은 확인했습니다.",
	"다음 주 화요일까지 휴무임을 안내드립니다.",
	"설 연휴로 내일까지 배송이 중단됩니다.",
	"금요일까지 보내 주시겠습니까",
	"금요일까지 결제해 주셔야 발송됩니다.",
	"내일까지 도착하지 않으면 환불해 드리겠습니다.",
	"도착 예정일은 금요일까지로 예상됩니다.",
	"고객님께서 내일까지 연락 주신다고 하셨습니다.",
	"금요일 배송 건으로 연락드립니다.",
	"늦어도 그 두 시간 전까지 답장 부탁드립니다.",
	"빠르면 내일 답변을 받아 보실 것 같습니다.",
	"접수일로부터 3일 이내에 답변드리겠습니다.",
	"금요일 오후에 보내 드려도 될까요?",
	"환불은 카드사에 따라 영업일 기준 3~5일 정도 소요됩니다.",
	"내일 오전 9시 30분에 전화드려도 괜찮으실까요?",
	"지난주 금요일까지 보내드리기로 했는데 늦어져 죄송합니다.",
	"고객센터 운영시간은 평일 오전 9시부터 오후 6시까지이며, 주말은 쉽니다.",
	"오후 6시 이후 문의는 다음 영업일에 답변드립니다.",
	"보증 기간은 구매일로부터 1년까지입니다.",
	"취소는 출고 전까지 가능하며, 이후에는 반품으로 처리됩니다.",
	"내일까지 입금이 확인되지 않으면 주문이 자동으로 취소됩니다.",
	"오늘까지 접수된 건에 한해 내일 발송됩니다.",
	"금요일까지 보내드리기로 약속드렸으나 하루 늦어질 것 같습니다.",
	"3일 안에 처리 안 되면 다시 연락 주세요.",
	"6월로 다시 예약할게요.",
	"내일 예정된 일정을 말해 주세요.",
	"금요일까지 발송되는지 확인하겠습니다.",
};

static const struct row english[] = {
	{ "I'll call you back by Friday noon.", "weekday 5 noon act" },
	{ "I'll call you back by Friday noon", "weekday 5 noon act" },
	{ "We will refund you within 3 working days.", "working 3 act" },
	{ "You will have the new part by 12 December.", "date 12-12 act" },
	{ "We will write again tomorrow morning.", "days 1 morning mail" },
	{ "We will let you know by close of business on Tuesday.", "weekday 2 mail" },
	{ "You will get it by the end of next week.", "week 1 act" },
	{ "I will get back to you no later than 5 pm.", "days 0 17:00 mail" },
	{ "We'll call you within the hour.", "minutes 60 act" },
	{ "Our technician will be with you on Monday at 10:30.", "weekday 1 10:30? act" },
	{ "We will reply in the next two days.", "days 2 mail" },
	{ "You will have the result, or hear where things stand, by 5 pm on Tuesday, 24 November.",
	  "date 11-24 17:00 mail" },
	{ "By Friday, we will ship the part and call you.", "weekday 5 act" },
	{ "I’ll send an update this afternoon at 3.", "days 0 15:00 mail" },
	{ "Your refund will be in your account within 3–5 business days.", "working 5 act" },
	{ "We will start as soon as we hear from you and have it done by 5 pm on Tuesday, 24 "
	  "November.",
	  "date 11-24 17:00 act" },
	{ "You will hear from us by 5.30 pm on Tuesday, 24 November.", "date 11-24 17:30 mail" },
	{ "I will write to you again by tomorrow.", "days 1 mail" },
	{ "We will send the replacement on Thursday.", "weekday 4 act" },
	{ "We will send the replacement next Friday.", "weekday 5 week 1 act" },
	{ "We will ship it this week.", "week 0 act" },
	{ "You will receive your replacement by December 3rd, 2026.", "date 2026-12-3 act" },
	{ "You'll receive it by Dec. 3.", "date 12-3 act" },
	{ "We shall reply by the 15th.", "date 15 mail" },
	{ "You will have our decision by the end of the month.", "month 0 act" },
	{ "We will finish the repair by the end of November.", "end of 11 act" },
	{ "I will get back to you by the end of the next working day.", "working 1 mail" },
	{ "You can expect our answer by Monday.", "weekday 1 mail" },
	{ "We promise to deliver it by Wednesday.", "weekday 3 act" },
	{ "I promise you will have it by Wednesday evening.", "weekday 3 evening act" },
	{ "We are going to replace it by Friday.", "weekday 5 act" },
	{ "We will update you by EOD.", "days 0 mail" },
	{ "I'll ring you in half an hour.", "minutes 30 act" },
	{ "I'll ring you in an hour.", "minutes 60 act" },
	{ "We will email you within 24 hours.", "minutes 1440 mail" },
	{ "We will be in touch within two to three days.", "days 3 mail" },
	{ "We will have it fixed before Friday.", "weekday 5 before act" },
	{ "We'll have an engineer with you before noon tomorrow.", "days 1 noon act" },
	{ "We will call you at 5 tomorrow.", "days 1 5:00? act" },
	{ "I will call you tonight.", "days 0 evening act" },
	{ "I will call you tomorrow at 10 a.m.", "days 1 10:00 act" },
	{ "We will call you on 3 December at 14:00.", "date 12-3 14:00 act" },
	{ "We'll refund the full amount by 2026-12-03.", "date 2026-12-3 act" },
	{ "We will pay it by 12/3.", "date 12-3 either act" },
	{ "We will pay it by 13/12/2026.", "date 2026-12-13 act" },
	{ "The part will be shipped by Monday and fitted by Wednesday.",
	  "weekday 1 act; weekday 3 act" },
	{ "We will call you today, and the refund will be with you by Friday.",
	  "days 0 act; weekday 5 act" },
	{ "I am sending the replacement tomorrow.", "days 1 act" },
	{ "If you send us the photos, we will have a new one with you by Friday.",
	  "weekday 5 act" },
	{ "The visit is scheduled to take place on Monday at 9 am.", "weekday 1 9:00 act" },
	{ "A colleague will contact you by midday on Wednesday.", "weekday 3 noon mail" },
	{ "They will write to you by Friday.", "weekday 5 mail" },
	{ "We will check the order and the payment, and you will have the result by Friday.",
	  "weekday 5 mail" },
	{ "As soon as possible, and by Friday at the latest, we will reply.", "weekday 5 mail" },
	{ "We will reply by Friday at the latest.", "weekday 5 mail" },
	{ "We will reply early next week.", "weekday 2 week 1 mail" },
	{ "We will look into it in the course of today.", "days 0 act" },
	{ "I will look after this myself and write to you again by tomorrow evening.",
	  "days 1 evening mail" },
	{ "I am looking after what you wrote to us about and will write to you again by Friday.",
	  "weekday 5 mail" },
	{ "Tomorrow morning I will call the warehouse and write to you.", "days 1 morning act" },
	{ "You will have it by: 5 pm on Tuesday, 24 November", "date 11-24 17:00 act" },
	{ "We will not keep you waiting: we will reply by Friday.", "weekday 5 mail" },
	{ "We cannot ship today, but we will ship on Monday.", "weekday 1 act" },
	{ "Please send us the receipt, and we will refund you by Friday.", "weekday 5 act" },
	{ "We'll be with you in two hours' time.", "minutes 120 act" },
	{ "WE WILL CALL YOU BACK BY FRIDAY NOON.", "weekday 5 noon act" },
	{ "We will get it delivered on Friday.", "weekday 5 act" },
	{ "We will have a reply for you on Friday, 4 December, at noon.", "date 12-4 noon mail" },
	{ "We will confirm by midnight on Sunday.", "weekday 0 midnight mail" },
	{ "We will reply by the day after tomorrow.", "days 2 mail" },
	{ "We will reply on the morning of 3 December.", "date 12-3 morning mail" },
	{ "We will be on the 2nd floor on Friday.", "weekday 5 act" },
	{ "We will send it with your order on 3 December.", "date 12-3 act" },
	{ "You will get your money back by Friday.", "weekday 5 act" },
	{ "We'll get back to you by phone by Friday.", "weekday 5 act" },
	{ "I have asked the warehouse and will write to you by Friday.", "weekday 5 mail" },
	{ "We have ordered the part and you will have it by Friday.", "weekday 5 act" },
	{ "The part has been ordered and will be with you on 3 December.", "date 12-3 act" },
	{ "Your parcel was shipped today and will reach you by Friday.", "weekday 5 act" },
	{ "I checked with production: the remake will be ready on Thursday and you will have it on "
	  "Friday.",
	  "weekday 4 act; weekday 5 act" },
	{ "We're sorry. We'll have it sorted by tomorrow lunchtime.", "days 1 noon act" },
	{ "We'll do what we can and will call you by Friday either way.", "weekday 5 act" },
	{ "I understand that you need it by Friday, and I will call you today.", "days 0 act" },
	{ "We know that you have been waiting since Monday; we will reply by Friday.",
	  "weekday 5 mail" },
	{ "If anything is left, please tell us. I will call you tomorrow.", "days 1 act" },
	{ "We will call you on Monday or Tuesday.", "weekday 2 act" },
	{ "We will call you between 2 pm and 4 pm on Friday.", "weekday 5 16:00 act" },
	{ "Expect our call by Friday.", "weekday 5 act" },
	{ "Let me check this and get back to you by Friday.", "weekday 5 mail" },
	{ "Let me get back to you tomorrow.", "days 1 mail" },
	{ "Your refund will be processed in 5-7 business days.", "working 7 act" },
	{ "You'll hear back from me by COB Friday.", "weekday 5 mail" },
	{ "I’ll follow up by end of day tomorrow.", "days 1 mail" },
	{ "I'll follow up by end of day.", "days 0 mail" },
	{ "By the end of today I will have an answer for you.", "days 0 mail" },
	{ "We will reply within one business day.", "working 1 mail" },
	{ "We will ship on Dec 3, 2026 at 3pm.", "date 2026-12-3 15:00 act" },
	{ "We will pay by 3 Dec.", "date 12-3 act" },
	{ "I will be there on Monday at nine.", "weekday 1 9:00? act" },
	{ "We will refund you by next week.", "week 1 act" },
	{ "We will write to you by this Friday.", "weekday 5 mail" },
	{ "We will write to you by Friday this week.", "weekday 5 week 0 mail" },
	{ "We will write to you by Friday next week.", "weekday 5 week 1 mail" },
	{ "We will write to you this coming Monday.", "weekday 1 mail" },
	{ "We will ship your order by Friday.", "weekday 5 act" },
	{ "We will answer your message by Friday.", "weekday 5 mail" },
	{ "I will get back to you on your refund by Friday.", "weekday 5 mail" },
	{ "We will get the part from the supplier on Monday and will ship it on Tuesday.",
	  "weekday 1 act; weekday 2 act" },
	{ "I have forwarded this to our warehouse team and someone will be in touch with you by "
	  "tomorrow lunchtime.",
	  "days 1 noon mail" },
	{ "I'm really sorry about the delay; I'll chase the courier and let you know by 3pm today.",
	  "days 0 15:00 mail" },
	{ "A replacement will go out to you first thing Monday morning.", "weekday 1 morning act" },
	{ "Your refund of £30 will reach your account within five working days.", "working 5 act" },
	{ "We'll have an answer for you by the end of play on Thursday.", "weekday 4 mail" },
	{ "I'll keep you posted and you'll hear from me no later than Wednesday the 2nd.",
	  "date 2 mail" },
	{ "Our engineer will visit on Tuesday, December 1, between 9 and 11 am.",
	  "date 12-1 11:00 act" },
	{ "We will get this sorted out for you by the close of business today.", "days 0 act" },
	{ "I'll be in touch again on or before 4 December.", "date 12-4 mail" },
	{ "We'll follow up with you in 2 to 3 business days.", "working 3 mail" },
	{ "We'll ship a new one today if you reply before 2 pm.", "days 0 act" },
	{ "I will escalate this today and update you by tomorrow, 5 pm.",
	  "days 0 act; days 1 17:00 mail" },
	{ "I'll update you at 5 pm tomorrow at the latest.", "days 1 17:00 mail" },
	{ "We promise you'll have a full report by next Wednesday at noon.",
	  "weekday 3 week 1 noon act" },
	{ "I'm away until Monday, but my colleague will call you tomorrow.", "days 1 act" },
	{ "I will call you back in 15 minutes.", "minutes 15 act" },
	{ "We will call you back in the afternoon.", "days 0 afternoon act" },
	{ "The technician will come by on Thursday afternoon, 3 December.",
	  "date 12-3 afternoon act" },
	{ "We'll write to you again on Monday, 30 November 2026 at 9:00.",
	  "date 2026-11-30 9:00? mail" },
	{ "We'll send the invoice to your home address by Monday.", "weekday 1 act" },
	{ "I'll have the replacement shipped by tomorrow.", "days 1 act" },
	{ "We can confirm that your replacement will be shipped on 3 December.", "date 12-3 act" },
	{ "As promised, we will call you tomorrow.", "days 1 act" },
	{ "As we promised on Monday, the part will arrive on Thursday.", "weekday 4 act" },
	{ "Thanks for waiting since Monday. We'll have it to you by Wednesday.", "weekday 3 act" },
	{ "Your order, placed on 3 November, will ship by Friday.", "weekday 5 act" },
	{ "The item you bought on 3 November will be replaced by Friday.", "weekday 5 act" },
	{ "You will be refunded by Friday.", "weekday 5 act" },
	{ "You'll be hearing from us tomorrow.", "days 1 mail" },
	{ "I will personally make sure that this reaches you by Friday.", "weekday 5 act" },
	{ "We'll make sure you get it by Friday.", "weekday 5 act" },
	{ "I'll ask them to call you by Friday.", "weekday 5 act" },
	{ "I will call you at 9 tonight.", "days 0 21:00 act" },
	{ "I will call you at 9 this morning.", "days 0 9:00 act" },
	{ "I will call you at nine tonight.", "days 0 21:00 act" },
};

static const char *const english_none[] = {
	"please send the photos by Friday",
	"Could you send us the receipt by Friday.",
	"We sent it on Friday.",
	"We cannot promise by Friday.",
	"We can't promise it by Friday.",
	"Will you be at home by Friday?",
	"Shall we call you by Friday?",
	"You will have our answer by the end of the working day after that.",
	"We will send you the schedule by the end of the working day after your reply.",
	"Our office will be closed on Friday.",
	"Our office is open until 6 pm.",
	"We are open on Monday at 9 am.",
	"\"We will call you by Friday\" is what you wrote.",
	"“We will call you by Friday” was not kept.",
	"> We will call you by Friday.",
	"The order you placed on 3 December will be refunded.",
	"If you send the photos by Friday, we will refund you.",
	"I need to get back to the customer by 5 pm on Tuesday, so please answer at least two "
	"hours before that.",
	"Without your reply by Friday we will close the case.",
	"We would like to call you tomorrow.",
	"We will try to ship it by Friday.",
	"We hope to ship it by Friday.",
	"We could send it by Friday.",
	"We may be able to send it by Friday.",
	"It should arrive within 3 days.",
	"You need to reply by Friday.",
	"You will need to return it by Friday.",
	"You will have to return it within 14 days.",
	"We have received your mail on Monday.",
	"We will refund you within 3 days of receiving the parcel.",
	"We will refund you within 3 days after we receive it.",
	"If you return it, we will refund you within 3 days.",
	"Once we have it, you will get a refund within 5 working days.",
	"We will wait for your reply until Friday.",
	"We will keep your order until Friday.",
	"I will be back in the office on Monday.",
	"We were told that it would arrive by Friday.",
	"You wrote that we will call you by Friday.",
	"You said we will call you by Friday.",
	"Our records show that it was delivered on 3 December.",
	"The offer will expire on Friday.",
	"Monday will be a holiday.",
	"Friday is a public holiday.",
	"I will be away from Monday.",
	"We will check the delivery you received on Monday.",
	"We will look at your Friday order.",
	"We will look into the mail of 3 December.",
	"Thank you for your call on Monday.",
	"Please reply with a number and a good time to call.",
	"In danger right now: 911 in the United States.",
	"We will look into it as soon as possible.",
	"We will write to you as soon as it is done.",
	"We will limit how we respond for a set time.",
	"We have decided to limit how we respond until 5 pm on Friday.",
	"Already promised: a new part, by 5 pm on Tuesday",
	"Original date: 5 pm on Tuesday, 24 November",
	"Finished on: 24 November 2026",
	"We are here 24/7.",
	"We will never ship it by Friday.",
	"We won't be able to ship by Friday.",
	"Unless it arrives by Friday, we will refund you.",
	"When it arrives on Friday we will write.",
	"You asked whether we will call by Friday.",
	"Kindly let us know by Friday.",
	"Let me know by tomorrow whether this works for you.",
	"Your contract ends on 3 December.",
	"I called you yesterday at 5 pm.",
	"We have already shipped it, and it arrived on Monday.",
	"We will probably ship it on Friday.",
	"Nobody told you that we will call by Friday.",
	"I know you need it by Friday.",
	"You asked us to reply by Friday.",
	"You asked us to reply by Friday. We will.",
	"If anything is left, please tell us. We will get back to you by the end of the next "
	"working day.",
	"I'd like to call you tomorrow.",
	"We would be glad if we may call you tomorrow.",
	"Replacement ships tomorrow.",
	"We aim to reply within one business day.",
	"We reply within one business day.",
	"Our team will contact you in the next few days.",
	"We will be closed from 24 December until 2 January.",
	"We will be with you from Monday.",
	"The refund will take 3 working days.",
	"Your bank will need up to 5 working days.",
	"A replacement is going out today.",
	"You should receive it by Friday.",
	"The engineer is booked for Tuesday between 9 and 11 am.",
	"I'll get this done ASAP.",
	"Please allow 5 working days for the refund to appear.",
	"The sale ends on Friday and we will not extend it.",
	"If you haven't heard from us by Friday, please call us.",
	"If you have not received it by Monday, I will send a new one.",
	"You have my word: the part ships tomorrow.",
	"We will do everything we can to have it with you by Friday.",
	"We expect to have news by Friday.",
	"I'm out of the office until Monday and will reply then.",
	"We can confirm that the refund was issued on 3 December.",
	"You will be charged on Friday.",
	"I'll let the team know that you need it by Friday.",
	"Rest assured that you will have it before Christmas.",
};

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static void
expect_all(const struct row *rows, size_t count)
{
	wrong = 0;
	for (size_t i = 0; i < count; i++)
		expect(rows[i].text, rows[i].promises);
	assert_int_equal(wrong, 0);
}

static void
expect_none(const char *const *texts, size_t count)
{
	wrong = 0;
	for (size_t i = 0; i < count; i++)
		expect(texts[i], "-");
	assert_int_equal(wrong, 0);
}

static void
what_korean_promises(void **state)
{
	(void)state;
	expect_all(korean, COUNT(korean));
}

static void
what_korean_does_not(void **state)
{
	(void)state;
	expect_none(korean_none, COUNT(korean_none));
}

static void
what_english_promises(void **state)
{
	(void)state;
	expect_all(english, COUNT(english));
}

static void
what_english_does_not(void **state)
{
	(void)state;
	expect_none(english_none, COUNT(english_none));
}

/* Several sentences, lines broken by hand, odd white space, decomposed Korean, quoted lines. */
static void
whole_mails(void **state)
{
	static const struct row mails[] = {
		{ "안녕하세요, 고객님.\n\n확인해 보니 저희 잘못이었습니다. 죄송합니다.\n내일 "
		  "오전까지 "
		  "연락드리겠습니다.\n교환품은 금요일까지 발송하겠습니다.\n\n감사합니다.",
		  "days 1 morning mail; weekday 5 act" },
		{ "Dear Jane,\n\nThank you for your call on Monday. I will call you tomorrow at "
		  "10. "
		  "The new part will be with you by Friday.\n\nPlease send the old one back by "
		  "20 December.\n\nKind regards",
		  "days 1 10:00? act; weekday 5 act" },
		{ "늦어도 다음 주 화요일까지\n교환품을 발송하겠습니다.", "weekday 2 week 1 act" },
		{ "we will have a new one with you\nby Friday noon", "weekday 5 noon act" },
		{ "내일\u00a0오전까지\u3000\u3000연락드리겠습니다", "days 1 morning mail" },
		{ "We\u00a0will   call\tyou \r\nby  Friday   noon.", "weekday 5 noon act" },
		{ "\uff11\uff12월 \uff13일（목） 오후 ２시까지 답변드리겠습니다",
		  "date 12-3 14:00 mail" },
		{ "\u1102\u1162\u110b\u1175\u11af\u1101\u1161\u110c\u1175 "
		  "\u110b\u1167\u11ab\u1105\u1161\u11a8\u1103\u1173\u1105\u1175"
		  "\u1100\u1166\u11bb\u1109\u1173\u11b8\u1102\u1175\u1103\u1161",
		  "days 1 mail" },
		{ "> We will call you by Friday.\nWe will call you by Monday.", "weekday 1 act" },
		{ "고객님 말씀: \u201c금요일까지 환불해 드리겠습니다. 꼭이요.\u201d 확인했습니다.",
		  "-" },
		{ "- 조치: 교환품 발송\n- 기한: 12월 3일(목) 오후 2시", "date 12-3 14:00 act" },
		{ "- What we will do: send a new part\n- By when: 5 pm on Tuesday, 24 November",
		  "date 11-24 17:00 act" },
		{ "- What we promised: a new part\n- Original date: Monday\n- New date: Wednesday\n"
		  "- Why it takes longer: snow",
		  "weekday 3 act" },
		{ "- 기한: [날짜와 시각]", "-" },
		{ "1. 내일까지 원인을 알려 드리겠습니다.\n2. 금요일까지 교환해 드리겠습니다.",
		  "days 1 mail; weekday 5 act" },
		{ "", "-" },
		{ " \n\n ", "-" },
		{ "by Friday", "-" },
		{ "까지", "-" },
		{ "내일까지", "-" },
	};

	(void)state;
	expect_all(mails, COUNT(mails));
}

/* What a person calls a promise: whether a mail keeps it. */
static void
tells_mails_from_acts(void **state)
{
	static const char *const mails[] = { "답변드리기", "결과 회신", "환불 결과 안내",
					     "write back", "an update", "let you know" };
	static const char *const acts[] = { "call back",
					    "call back with the result",
					    "전화로 안내",
					    "교환품 발송",
					    "환불",
					    "send the new part",
					    "" };
	bool mail;

	(void)state;
	for (size_t i = 0; i < COUNT(mails); i++) {
		assert_int_equal(commitment_by_mail(arena, mails[i], &mail), 0);
		assert_true(mail);
	}
	for (size_t i = 0; i < COUNT(acts); i++) {
		assert_int_equal(commitment_by_mail(arena, acts[i], &mail), 0);
		assert_false(mail);
	}
}

static void
says_where_it_stands(void **state)
{
	const char *text = "Hello.\n\nWe  will call\nyou by Friday. Bye.";
	const char *korean_text = "\u1112\u1161. 내일까지 연락드리겠습니다. 끝.";
	size_t count;
	struct commitment *list = find(text, strlen(text), &count);

	(void)state;
	assert_int_equal(count, 1);
	assert_int_equal(list[0].offset, 8);
	assert_memory_equal(text + list[0].offset + list[0].length - 7, "Friday.", 7);
	assert_string_equal(list[0].text, "We will call you by Friday");
	list = find(korean_text, strlen(korean_text), &count);
	assert_int_equal(count, 1);
	assert_ptr_equal(korean_text + list[0].offset, strstr(korean_text, "내일"));
	assert_string_equal(list[0].text, "내일까지 연락드리겠습니다");
	text = "Hello Jane,\nwe will call you by Friday.";
	list = find(text, strlen(text), &count);
	assert_int_equal(count, 1);
	assert_string_equal(list[0].text, "we will call you by Friday");
	text = "김민지 고객님,\n내일까지 연락드리겠습니다.";
	list = find(text, strlen(text), &count);
	assert_int_equal(count, 1);
	assert_string_equal(list[0].text, "내일까지 연락드리겠습니다");
	list = find("- 조치: 발송\n- 담당: 김\n- 기한: 내일",
		    strlen("- 조치: 발송\n- 담당: 김\n- 기한: 내일"), &count);
	assert_int_equal(count, 1);
	assert_string_equal(list[0].text, "발송");
	text = "- What we promised: a new drill\n\n- Original date: 11 December\n\n"
	       "- New date: 2 pm on Monday, 14 December\n";
	list = find(text, strlen(text), &count);
	assert_int_equal(count, 1);
	assert_string_equal(list[0].text, "a new drill");
}

/* The words so often, one after the other. */
static const char *
repeated(const char *words, size_t bytes)
{
	struct buf b = { .arena = arena };

	while (b.len < bytes)
		buf_add(&b, words, strlen(words));
	return buf_string(&b);
}

static void
is_bounded(void **state)
{
	const char *text;
	struct commitment *list;
	size_t count;

	(void)state;
	/* More than are kept. */
	text = repeated("We will call you by Friday. ", 2000);
	find(text, strlen(text), &count);
	assert_int_equal(count, COMMITMENTS_MAX);
	/* Past what is looked at. */
	text = repeated("word ", COMMITMENT_LOOK_AT);
	text = arena_printf(arena, "%s. We will call you by Friday.", text);
	find(text, strlen(text), &count);
	assert_int_equal(count, 0);
	/* One sentence without end. */
	text = arena_printf(arena, "We will call you by Friday %s", repeated("wörd ", 20000));
	list = find(text, strlen(text), &count);
	assert_int_equal(count, 1);
	assert_true(strlen(list[0].text) <= COMMITMENT_TEXT_MAX);
	assert_string_equal(list[0].text + strlen(list[0].text) - strlen("…"), "…");
	text = repeated("내일", LIMIT_TEXT_BYTES);
	find(text, strlen(text), &count);
	text = repeated("by ", LIMIT_TEXT_BYTES);
	find(text, strlen(text), &count);
	text = repeated("\"“", 10000);
	find(text, strlen(text), &count);
	text = repeated("1. ", 10000);
	find(text, strlen(text), &count);
	/* No memory is an error, and never "none". */
	{
		struct arena *small = arena_new(64);

		assert_non_null(small);
		assert_int_equal(commitments_find(small, text, 1000, &list, &count), -12);
		arena_free(small);
	}
}

#define REPLY_KO "11월 24일(화) 오후 5시"
#define REPLY_EN "5 pm on Tuesday, 24 November"
#define DUE_KO "11월 26일(목) 오후 2시 30분"
#define DUE_EN "2.30 pm on Thursday, 26 November"
#define REPLY "date 11-24 17:00 mail"
#define DUE "date 11-26 14:30 act"

/* What a letter promises when all is known, and when nothing is (no date, nobody's name). */
static const struct letter {
	const char *name, *full, *bare;
} letters[] = {
	{ "abuse", REPLY, REPLY },
	{ "acknowledge", REPLY, REPLY },
	{ "compensation", REPLY, REPLY },
	{ "conduct-notice", REPLY, REPLY },
	{ "conduct-restriction", REPLY, REPLY },
	{ "conduct-warning", REPLY, REPLY },
	{ "delay", "-", "-" }, /* the new date is for a person to fill in */
	{ "extortion", REPLY, REPLY },
	{ "firm", "-", "-" },
	{ "hand-over", DUE, "-" }, /* the first date is for a person to fill in */
	{ "interim", "-", "-" },
	{ "internal-date-question", "-", "-" },
	{ "legal", REPLY, REPLY },
	{ "menace", REPLY, REPLY },
	{ "on-track", DUE, "-" },
	{ "our-mistake", "-", "-" },
	{ "parting", DUE, "-" },
	{ "promise-early", "-", "-" },
	{ "publicity", REPLY, REPLY },
	{ "refund", REPLY, REPLY },
	{ "repeat", REPLY, REPLY },
	{ "satisfaction", "-", "-" },
	{ "self-harm", REPLY, REPLY },
	{ "shared-loss", "-", "-" },
	{ "small-service", "-", "-" },
	{ "solution", DUE, "-" },
	{ "superior", REPLY, REPLY },
	{ "thanks", "-", "-" },
	{ "ultimatum", REPLY, REPLY },
	{ "violence", REPLY, REPLY },
};

static json_t *
values(bool korean_text, bool full)
{
	json_t *v =
		json_pack("{s:s, s:s, s:s, s:s, s:s}", "salutation",
			  korean_text ? "홍길동 고객님" : "Dear Jane Doe", "signature",
			  korean_text ? "예시상점 고객지원팀" : "Example Shop customer support",
			  "reply_by", korean_text ? REPLY_KO : REPLY_EN, "today",
			  korean_text ? "2026년 11월 23일" : "23 November 2026", "subject", "x");

	if (full)
		json_object_update_new(
			v, json_pack("{s:s, s:s, s:s, s:{s:s}, s:{s:b}, s:{s:b, s:b}, s:s, s:b, "
				     "s:[{s:s, s:s}]}",
				     "promise", korean_text ? "교환품 발송" : "send the new part",
				     "promise_due", korean_text ? DUE_KO : DUE_EN, "case", "C12",
				     "agent", "name", "Kim", "fault", "ours", 1, "demand", "refund",
				     1, "compensation", 1, "approved_amount", "₩20,000", "overdue",
				     1, "record", "date", "2026-11-20", "what",
				     korean_text ? "교환 요청" : "exchange asked for"));
	assert_non_null(v);
	return v;
}

static const char *
letter_text(const char *language, const char *name, bool full)
{
	static char bytes[TEMPLATE_BYTES_MAX];
	const char *path = arena_printf(arena, "rules/templates/%s/%s.txt", language, name);
	struct problems problems = { 0 };
	const char *subject, *body;
	struct template *t = NULL;
	FILE *file = fopen(path, "r");
	json_t *v = values(strcmp(language, "ko") == 0, full);
	size_t len;

	assert_non_null(file);
	len = fread(bytes, 1, sizeof(bytes), file);
	fclose(file);
	assert_int_equal(template_parse(path, bytes, len, NULL, &problems, &t), 0);
	assert_int_equal(template_render(t, v, arena, &subject, &body), 0);
	template_free(t);
	json_decref(v);
	return body;
}

static void
letters_promise_what_they_promise(void **state)
{
	static const char *const languages[] = { "ko", "en" };

	(void)state;
	wrong = 0;
	for (size_t l = 0; l < COUNT(languages); l++)
		for (size_t i = 0; i < COUNT(letters); i++) {
			print_message("%s/%s\n", languages[l], letters[i].name);
			expect(letter_text(languages[l], letters[i].name, true), letters[i].full);
			expect(letter_text(languages[l], letters[i].name, false), letters[i].bare);
		}
	assert_int_equal(wrong, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_korean_promises, setup, teardown),
		cmocka_unit_test_setup_teardown(what_korean_does_not, setup, teardown),
		cmocka_unit_test_setup_teardown(what_english_promises, setup, teardown),
		cmocka_unit_test_setup_teardown(what_english_does_not, setup, teardown),
		cmocka_unit_test_setup_teardown(whole_mails, setup, teardown),
		cmocka_unit_test_setup_teardown(tells_mails_from_acts, setup, teardown),
		cmocka_unit_test_setup_teardown(says_where_it_stands, setup, teardown),
		cmocka_unit_test_setup_teardown(is_bounded, setup, teardown),
		cmocka_unit_test_setup_teardown(letters_promise_what_they_promise, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
