/*
 * commitment: sentences of ours that promise something by a time, and those that only look so.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "filters/commitment.h"

static struct arena *arena;

/* "days 1 12:00 mail", "" for none. */
static const char *
found(const char *text)
{
	static const char *const kinds[] = { "minutes", "days",  "working", "weekday",
					     "week",    "month", "date" };
	static char line[200];
	struct commitment *list;
	size_t count;
	const struct due *d;
	int n;

	arena_reset(arena);
	assert_int_equal(commitments_find(arena, text, strlen(text), &list, &count), 0);
	if (count == 0)
		return "";
	d = &list[0].due;
	n = snprintf(line, sizeof(line), "%s ", kinds[d->kind]);
	switch (d->kind) {
	case DUE_MINUTES:
	case DUE_DAYS:
	case DUE_WORKING_DAYS:
		n += snprintf(line + n, sizeof(line) - (size_t)n, "%d", d->count);
		break;
	case DUE_WEEKDAY:
		n += snprintf(line + n, sizeof(line) - (size_t)n, "%d/%d", d->day, d->weeks);
		break;
	case DUE_WEEK_END:
		n += snprintf(line + n, sizeof(line) - (size_t)n, "%d", d->weeks);
		break;
	case DUE_MONTH_END:
		n += snprintf(line + n, sizeof(line) - (size_t)n, "%d", d->months);
		break;
	case DUE_DATE:
		n += snprintf(line + n, sizeof(line) - (size_t)n, "%d-%d-%d", d->year, d->month,
			      d->day);
		break;
	}
	if (d->hour >= 0)
		n += snprintf(line + n, sizeof(line) - (size_t)n, " %d:%02d", d->hour, d->minute);
	if (list[0].by_mail)
		n += snprintf(line + n, sizeof(line) - (size_t)n, " mail");
	if (count > 1)
		snprintf(line + n, sizeof(line) - (size_t)n, " and more");
	return line;
}

struct row {
	const char *text, *says;
};

static void
check(const struct row *rows, size_t count)
{
	int wrong = 0;

	for (size_t i = 0; i < count; i++)
		if (strcmp(found(rows[i].text), rows[i].says) != 0) {
			print_error("%s\n    gives \"%s\", not \"%s\"\n", rows[i].text,
				    found(rows[i].text), rows[i].says);
			wrong++;
		}
	assert_int_equal(wrong, 0);
}

static void
korean_promises(void **state)
{
	static const struct row rows[] = {
		{ "내일 오전까지 연락드리겠습니다.", "days 1 12:00 mail" },
		{ "오늘 중으로 답변드릴게요.", "days 0 mail" },
		{ "금요일 정오까지 교환품을 발송하겠습니다.", "weekday 5/-1 12:00" },
		{ "영업일 기준 3일 이내에 환불 처리해 드리겠습니다.", "working 3" },
		{ "3영업일 이내로 입금됩니다.", "working 3" },
		{ "12월 3일(목) 오후 2시까지 기사님이 방문하실 예정입니다.", "date 0-12-3 14:00" },
		{ "이번 주 안에 원인을 확인해 말씀드리겠습니다.", "week 0 mail" },
		{ "다음 주 화요일까지 새 제품을 보내 드리겠습니다.", "weekday 2/1" },
		{ "이틀 안에 다시 안내드리겠습니다.", "days 2 mail" },
		{ "2시간 이내에 회신드리겠습니다.", "minutes 120 mail" },
		{ "월말까지 처리하겠습니다.", "month 0" },
		{ "늦어도 모레까지 결과를 알려 드리겠습니다.", "days 2 mail" },
		{ "12/3까지 입고될 예정입니다.", "date 0-12-3" },
		{ "내일 오전 10시에 전화드리겠습니다.", "days 1 10:00" },
		{ "오늘 오후 5시 30분까지 메일로 답변드리겠습니다.", "days 0 17:30 mail" },
		{ "2026-12-03까지 보내 드릴 예정입니다.", "date 2026-12-3" },
		{ "15일까지 환불해 드리겠습니다.", "date 0-0-15" },
		{ "2~3일 이내로 받아 보실 수 있습니다.", "days 3" },
		{ "일주일 이내에 수리를 마치겠습니다.", "days 7" },
		{ "다음 주 중으로 일정을 안내해 드리겠습니다.", "week 1 mail" },
		{ "월요일 오전 중에 담당자가 연락드릴 예정입니다.", "weekday 1/-1 12:00 mail" },
		{ "내일까지 확인해서 말씀드릴게요", "days 1 mail" },
		{ "말씀하신 내용은 오늘 담당 부서에 전달하였고, 금요일까지 결과를 알려 "
		  "드리겠습니다.",
		  "weekday 5/-1 mail" },
		{ "금일 18시 이전까지 연락드리겠습니다.", "days 0 18:00 mail" },
		{ "오는 목요일까지 재발송해 드리겠습니다.", "weekday 4/-1" },
		{ "다음 달 5일까지 입금해 드리겠습니다.", "date 0-0-5" },
		{ "하루 안에 결과를 회신하겠습니다.", "days 1 mail" },
		{ "다음 영업일까지 다시 연락드리겠습니다.", "working 1 mail" },
		{ "- 기한: 12월 3일(목) 오후 2시 30분", "date 0-12-3 14:30" },
	};

	(void)state;
	check(rows, sizeof(rows) / sizeof(*rows));
}

static void
korean_without_promises(void **state)
{
	static const struct row rows[] = {
		{ "사진을 내일까지 보내 주시면 확인하겠습니다.", "" },
		{ "금요일까지 회신 부탁드립니다.", "" },
		{ "어제 발송했습니다.", "" },
		{ "지난 금요일에 이미 환불해 드렸습니다.", "" },
		{ "오늘까지는 답변드리기 어렵습니다.", "" },
		{ "내일까지 괜찮으신가요?", "" },
		{ "평일 오전 9시부터 오후 6시까지 상담해 드립니다.", "" },
		{ "빠른 시일 안에 연락드리겠습니다.", "" },
		{ "최대한 빨리 처리하겠습니다.", "" },
		{ "불편을 드려 죄송합니다.", "" },
		{ "말씀하신 대로 금요일까지 받지 못하셨군요.", "" },
		{ "오늘 문의해 주셔서 감사합니다.", "" },
		{ "내일까지 결제하셔야 합니다.", "" },
		{ "안내일정은 따로 없습니다.", "" },
		{ "주문번호 20931 건을 확인했습니다.", "" },
		{ "12월 3일에 주문하신 제품이 맞습니다.", "" },
		{ "이번 주 내내 기다리셨을 마음을 압니다.", "" },
		{ "월요일부터 금요일까지 운영합니다.", "" },
		{ "내일까지 약속드릴 수 없습니다.", "" },
		{ "3일 동안 연락을 드리지 못했습니다.", "" },
		{ "답장을 받으면 제가 다음 영업일까지 다시 연락드리겠습니다.", "" },
		{ "확인되면 내일까지 연락드리겠습니다.", "" },
		{ "- 원래 기한: 12월 3일(목) 오후 2시 30분", "" },
	};

	(void)state;
	check(rows, sizeof(rows) / sizeof(*rows));
}

static void
english_promises(void **state)
{
	static const struct row rows[] = {
		{ "I'll call you back by Friday noon.", "weekday 5/-1 12:00" },
		{ "We will refund you within 3 working days.", "working 3" },
		{ "You will have the new part by 12 December.", "date 0-12-12" },
		{ "We will write again tomorrow morning.", "days 1 12:00 mail" },
		{ "I will answer by close of business on Tuesday.", "weekday 2/-1 17:00 mail" },
		{ "We'll have this fixed by the end of next week.", "week 1" },
		{ "I will get back to you no later than 5 pm.", "days 0 17:00 mail" },
		{ "I'll write to you within the hour.", "minutes 60 mail" },
		{ "Our technician will call you on Monday at 10:30.", "weekday 1/-1 10:30" },
		{ "You will hear from us in the next two days.", "days 2 mail" },
		{ "By Friday noon, I will send the replacement.", "weekday 5/-1 12:00" },
		{ "I have passed this on, and I'll update you by tomorrow.", "days 1 mail" },
		{ "Your refund will be credited within 5 business days.", "working 5" },
		{ "I will look into it, and write to you by Thursday.", "weekday 4/-1 mail" },
		{ "We will reply today.", "days 0 mail" },
		{ "I'll let you know by December 3rd.", "date 0-12-3 mail" },
		{ "The parcel will be with you by 3 December 2026.", "date 0-12-3" },
		{ "We shall be in touch by the end of the day.", "days 0 17:00 mail" },
		{ "I will send it on 2026-12-03.", "date 2026-12-3" },
		{ "We will get the part to you by the end of the month.", "month 0" },
		{ "I'll email you by next Friday.", "weekday 5/1 mail" },
		{ "We will send a replacement within 24 hours.", "minutes 1440" },
		{ "I will ring you this afternoon.", "days 0 17:00" },
		{ "You will have the result, or hear where things stand, by 5 pm on Monday, 23 "
		  "November.",
		  "date 0-11-23 17:00 mail" },
		{ "We will go through the earlier messages, put together what was done and what "
		  "was "
		  "not, and write to you by 2.30 pm on Monday.",
		  "weekday 1/-1 14:30 mail" },
		{ "I will get back to you by the end of the next working day.", "working 1 mail" },
		{ "- By when: 2.30 pm on Monday, 23 November", "date 0-11-23 14:30" },
		{ "We'll collect it within a week.", "days 7" },
		{ "You'll receive it the day after tomorrow.", "days 2" },
	};

	(void)state;
	check(rows, sizeof(rows) / sizeof(*rows));
}

static void
english_without_promises(void **state)
{
	static const struct row rows[] = {
		{ "Please send the photos by Friday.", "" },
		{ "If you send the photos by Friday, we will look at them.", "" },
		{ "We sent it on Friday.", "" },
		{ "Our office is closed until Monday.", "" },
		{ "We are open from Monday to Friday.", "" },
		{ "We cannot promise a date by Friday.", "" },
		{ "I won't be able to answer by Friday.", "" },
		{ "Could you reply by tomorrow?", "" },
		{ "Will you be at home on Friday?", "" },
		{ "I will look into this.", "" },
		{ "We will do so as soon as possible.", "" },
		{ "You wrote to us on Monday.", "" },
		{ "Thank you for your message of 3 December.", "" },
		{ "I will wait until Friday.", "" },
		{ "The kettle may arrive by Friday.", "" },
		{ "You have been waiting since last Friday.", "" },
		{ "We would like to solve this today.", "" },
		{ "By the way, thank you for the photos.", "" },
		{ "Once you have sent the form by Friday, we will start.", "" },
		{ "In 2019 we moved.", "" },
		{ "When you reply, I will get back to you by the next working day.", "" },
		{ "- Promised by: 2.30 pm on Monday, 23 November", "" },
	};

	(void)state;
	check(rows, sizeof(rows) / sizeof(*rows));
}

static void
several_in_one_mail(void **state)
{
	static const char text[] = "안녕하십니까.\n\n내일까지 원인을 확인해 연락드리겠습니다.\n"
				   "교환품은 금요일에 발송할 예정입니다.\n\n감사합니다.\n";
	struct commitment *list;
	size_t count;

	(void)state;
	arena_reset(arena);
	assert_int_equal(commitments_find(arena, text, strlen(text), &list, &count), 0);
	assert_int_equal(count, 2);
	assert_string_equal(list[0].text, "내일까지 원인을 확인해 연락드리겠습니다.");
	assert_true(list[0].by_mail);
	assert_false(list[1].by_mail);
	assert_memory_equal(text + list[1].offset, "교환품은", strlen("교환품은"));
}

static void
odd_texts_do_no_harm(void **state)
{
	char *wide = arena_alloc(arena, 100001);
	struct commitment *list;
	size_t count;
	bool by_mail;

	(void)state;
	for (size_t i = 0; i < 100000; i += 4)
		memcpy(wide + i, "by 5", 4);
	wide[100000] = '\0';
	assert_int_equal(commitments_find(arena, wide, 100000, &list, &count), 0);
	assert_int_equal(commitments_find(arena, "", 0, &list, &count), 0);
	assert_int_equal(count, 0);
	assert_string_equal(found("  내일까지\t연락드리겠습니다  "), "days 1 mail");
	assert_int_equal(commitment_by_mail(arena, "답변드리기", &by_mail), 0);
	assert_true(by_mail);
	assert_int_equal(commitment_by_mail(arena, "call back", &by_mail), 0);
	assert_false(by_mail);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(korean_promises),     cmocka_unit_test(korean_without_promises),
		cmocka_unit_test(english_promises),    cmocka_unit_test(english_without_promises),
		cmocka_unit_test(several_in_one_mail), cmocka_unit_test(odd_texts_do_no_harm),
	};
	int r;

	arena = arena_new(0);
	r = cmocka_run_group_tests(tests, NULL, NULL);
	arena_free(arena);
	return r;
}
