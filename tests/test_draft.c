/*
 * draft: the words of every shipped template, whole mails byte by byte, threading, quoting, and
 * strangers' names.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <errno.h>

#include "daemon/draft.h"
#include "daemon/draft_mime.h"
#include "daemon/draft_words.h"
#include "golden.h"
#include "header_block.h"

#define NOW_MS 1795318245000 /* Sunday, 22 November 2026, 03:30:45 UTC */
#define FIELDS                                                                                     \
	"From To Subject Date Message-ID In-Reply-To References X-Triaged-Draft MIME-Version "     \
	"Content-Type "                                                                            \
	"Content-Transfer-Encoding "

static const char *const template_names[] = { "abuse",
					      "acknowledge",
					      "compensation",
					      "conduct-notice",
					      "conduct-restriction",
					      "conduct-warning",
					      "delay",
					      "extortion",
					      "firm",
					      "hand-over",
					      "interim",
					      "internal-date-question",
					      "legal",
					      "menace",
					      "on-track",
					      "our-mistake",
					      "parting",
					      "proactive-notice",
					      "promise-early",
					      "publicity",
					      "refund",
					      "repeat",
					      "satisfaction",
					      "self-harm",
					      "shared-loss",
					      "small-service",
					      "solution",
					      "superior",
					      "thanks",
					      "ultimatum",
					      "violence" };

static struct arena *arena;
static struct account_config account;
static const struct agent_config owner = {
	.name = "jiwon", .display = "김지원", .address = "jiwon@example.com", .role = "agent"
};
static const struct agent_config owner_en = {
	.name = "roe", .display = "Jane Roe", .address = "roe@example.com", .role = "agent"
};
static const struct case_record case_ = { .id = 12 };

static struct message *
message(const char *mail)
{
	struct message *m;

	assert_int_equal(message_read(arena, mail, strlen(mail), false, &m), 0);
	return m;
}

static const char mail_ko[] =
	"From: =?UTF-8?B?7ZmN6ri464+Z?= <hong@example.net>\r\nTo: support@example.com\r\n"
	"Subject: =?UTF-8?B?66y47J2Y65Oc66a964uI64uk?=\r\nDate: Sun, 22 Nov 2026 09:30:00 +0900\r\n"
	"Message-ID: <one@example.net>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; "
	"charset=UTF-8\r\n"
	"Content-Transfer-Encoding: 8bit\r\n\r\n"
	"주문한 상품이 파손되어 왔습니다.\r\n환불해 주세요.\r\n";

static const char mail_en[] =
	"From: \"Doe, Jane\" <Jane.Doe@Example.org>\r\nReply-To: jane@home.example\r\nTo: "
	"support@example.com\r\n"
	"Subject: RE: Re[2]: broken kettle, third time, and nobody has called me back since the "
	"first of this month\r\n"
	"Date: Sat, 21 Nov 2026 18:05:00 -0500\r\n"
	"Message-ID: <two@example.org>\r\nReferences: <zero@example.org> "
	"<one@example.com>\r\nIn-Reply-To: <one@example.com>\r\n\r\n"
	"I will take you to court = period.\r\n\r\nFrom now on I keep records.\r\n\r\n"
	"On Fri, 20 Nov 2026 at 10:00, Support <support@example.com> wrote:\r\n> We are sorry.\r\n";

static struct draft_input
input(const struct message *original, const struct template *t, const char *language)
{
	return (struct draft_input){
		.account = &account,
		.owner = !strcmp(language, "ko") ? &owner : &owner_en,
		.original = original,
		.case_ = &case_,
		.template = t,
		.template_name = "refund",
		.language = language,
		.message_id = "<triaged.12.7.abcdef@example.com>",
		.flags = 0,
		.now_ms = NOW_MS,
	};
}

static struct template *template(const char *text)
{
	struct problems problems = { .count = 0 };
	struct template *t = NULL;

	if (template_parse("t.txt", text, strlen(text), draft_variables, &problems, &t) < 0)
		fail_msg("%s", golden_problems(arena, &problems));
	problems_free(&problems);
	return t;
}

static struct template *
shipped(const char *language, const char *name)
{
	char path[200];
	char *text;
	struct template *t;

	snprintf(path, sizeof(path), "rules/templates/%s/%s.txt", language, name);
	text = golden_read(path, NULL);
	t = template(text);
	free(text);
	return t;
}

/* Flags under which a template is chosen, so that its sections are seen. */
static flag_set
flags_of(const char *name)
{
	if (!strcmp(name, "legal"))
		return 1u << FLAG_THREAT_LEGAL | 1u << FLAG_THREAT_REGULATOR |
		       1u << FLAG_DEMAND_REFUND;
	if (!strcmp(name, "abuse") || !strcmp(name, "compensation") || !strcmp(name, "publicity"))
		return 1u << FLAG_DEMAND_REFUND;
	if (!strcmp(name, "ultimatum"))
		return 1u << FLAG_DEMAND_REFUND | 1u << FLAG_DEMAND_ULTIMATUM;
	return 0;
}

/* What a case may be like when a template is asked for. */
static void
case_for(const char *name, struct case_record *c, struct draft_input *in)
{
	static const struct promise_record promise = { .number = 1,
						       .text = "새 제품 발송",
						       .due_ms = NOW_MS + 26 * 3600 * 1000 };
	static const struct promise_record done = { .number = 2,
						    .text = "수거",
						    .due_ms = NOW_MS + 5 * 3600 * 1000,
						    .ended_ms = NOW_MS - 20 * 3600 * 1000 };
	static const struct {
		const char *name, *fault, *approved;
	} cases[] = {
		{ "solution", "ours", "20,000원" },
		{ "our-mistake", "ours", "" },
		{ "delay", "ours", "" },
		{ "on-track", "shared", "" },
		{ "shared-loss", "shared", "" },
		{ "small-service", "theirs", "" },
		{ "firm", "baseless", "" },
		{ "promise-early", "", "" },
		{ "satisfaction", "", "" },
	};

	c->fault = c->approved = "";
	if (strcmp(name, "interim") == 0) {
		c->interim = (struct measure){ .text = "대체품 발송",
					       .due_ms = NOW_MS - 2 * 3600 * 1000,
					       .done_ms = NOW_MS - 20 * 3600 * 1000 };
		c->lasting = (struct measure){ .text = "전원부 교체",
					       .due_ms = NOW_MS + 50 * 3600 * 1000 };
	}
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		if (strcmp(cases[i].name, name) != 0)
			continue;
		c->fault = cases[i].fault;
		c->approved = cases[i].approved;
		in->promise = &promise;
		if (strcmp(name, "promise-early") == 0 || strcmp(name, "satisfaction") == 0)
			in->done = &done;
	}
	if (strcmp(name, "conduct-restriction") == 0)
		in->conduct_ms = NOW_MS + INT64_C(90) * 24 * 3600 * 1000;
	if (strcmp(name, "firm") == 0)
		in->record = json_pack("[{s:s, s:s}, {s:s, s:s}]", "date", "2026년 11월 20일",
				       "what", "보내 주신 메일 “환불 문의”", "date",
				       "2026년 11월 21일", "what", "약속드린 일: 기록 확인");
}

static void
every_template_in(const char *language, const struct message *original)
{
	char path[200];
	DIR *d;
	struct dirent *e;
	int count = 0;

	snprintf(path, sizeof(path), "rules/templates/%s", language);
	d = opendir(path);
	assert_non_null(d);
	while ((e = readdir(d))) {
		struct template *t;
		struct draft_input in;
		struct case_record c;
		const char *subject, *body, *name;
		json_t *values;

		if (!strstr(e->d_name, ".txt"))
			continue;
		name = arena_strndup(arena, e->d_name, strlen(e->d_name) - 4);
		t = shipped(language, name);
		in = input(original, t, language);
		in.flags = flags_of(name);
		c = case_;
		in.case_ = &c;
		case_for(name, &c, &in);
		values = draft_values(&in);
		assert_non_null(values);
		assert_int_equal(template_render(t, values, arena, &subject, &body), 0);
		json_decref(values);
		json_decref((json_t *)(uintptr_t)in.record);
		template_free(t);
		snprintf(path, sizeof(path), "tests/fixtures/draft/%s-%s.golden", language, name);
		golden_check(path, arena_printf(arena, "%s\n\n%s", subject, body));
		count++;
	}
	closedir(d);
	assert_int_equal(count, sizeof(template_names) / sizeof(*template_names));
}

static void
words_of_every_template(void **state)
{
	(void)state;
	every_template_in("ko", message(mail_ko));
	every_template_in("en", message(mail_en));
}

static void
check_mail(const struct draft_input *in, const char *fields, const char *golden)
{
	char names[300];
	struct draft_mail mail;
	const char *body;

	assert_int_equal(draft_build(in, arena, &mail), 0);
	assert_int_equal(strlen(mail.text), mail.len);
	assert_true(header_block_names(mail.text, mail.len, names, sizeof(names), &body));
	assert_string_equal(names, fields);
	if (golden)
		golden_check(golden, mail.text);
}

static void
whole_mails(void **state)
{
	struct template *ko = shipped("ko", "refund"), *en = shipped("en", "legal");
	struct draft_input in = input(message(mail_ko), ko, "ko");

	(void)state;
	check_mail(&in, FIELDS, "tests/fixtures/draft/mail-ko.golden");
	in = input(message(mail_en), en, "en");
	in.template_name = "legal";
	in.flags = 1u << FLAG_THREAT_LEGAL;
	check_mail(&in, FIELDS, "tests/fixtures/draft/mail-en.golden");
	template_free(ko);
	template_free(en);
}

/* What the reader of a draft sees: message_read() is an independent reader of it. */
static struct message *
read_back(const struct draft_input *in)
{
	struct draft_mail mail;
	struct message *m;

	assert_int_equal(draft_build(in, arena, &mail), 0);
	assert_int_equal(message_read(arena, mail.text, mail.len, false, &m), 0);
	return m;
}

/*
 * Nobody owns the case and the writer gave no name: no "I" without a name, no gap where a value
 * was.
 */
static void
words_without_names(void **state)
{
	static const char *const languages[] = { "ko", "en" };
	static const char *const never[] = { " 제가", "I will ", "I am ", "  ",     " ,",
					     " .",    "\n,",     "\n ",   "\n\n\n", "{{" };
	const struct message *original = message("From: a@example.net\r\n\r\nhi\r\n");

	(void)state;
	for (size_t i = 0; i < 2 * sizeof(template_names) / sizeof(*template_names); i++) {
		const char *name = template_names[i / 2], *language = languages[i % 2], *subject,
			   *body;
		struct template *t = shipped(language, name);
		struct draft_input in = input(original, t, language);
		json_t *values;

		in.owner = NULL;
		in.case_ = NULL;
		values = draft_values(&in);
		assert_non_null(values);
		assert_int_equal(template_render(t, values, arena, &subject, &body), 0);
		json_decref(values);
		template_free(t);
		/* A person signs this one with their own name before it goes. */
		for (size_t k = strcmp(name, "self-harm") ? 0 : 3;
		     k < sizeof(never) / sizeof(*never); k++) {
			if (strstr(body, never[k]))
				fail_msg("%s/%s says \"%s\":\n%s", language, name, never[k], body);
		}
	}
}

/* Who threatens violence does not learn a colleague's name from us. */
static void
violence_names_nobody(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		struct template *t = shipped(i ? "en" : "ko", "violence");
		struct draft_input in = input(message(mail_en), t, i ? "en" : "ko");
		struct message *m = read_back(&in);

		assert_null(strstr(m->body, in.owner->display));
		assert_non_null(strstr(m->body, "예시상점"));
		template_free(t);
	}
}

static void
reads_back(void **state)
{
	struct template *t = template("\n안녕하십니까.\n");
	struct draft_input in = input(message(mail_ko), t, "ko");
	struct message *m = read_back(&in);

	(void)state;
	assert_string_equal(m->subject, "Re: 문의드립니다");
	assert_string_equal(m->from.list[0].address, "support@example.com");
	assert_string_equal(m->from.list[0].name, "예시상점, 고객지원팀");
	assert_string_equal(m->to.list[0].address, "hong@example.net");
	assert_string_equal(m->to.list[0].name, "홍길동");
	assert_int_equal(m->date, NOW_MS / 1000);
	assert_string_equal(m->in_reply_to, "<one@example.net>");
	assert_int_equal(m->reference_count, 1);
	assert_string_equal(m->body,
			    "안녕하십니까.\n\n2026년 11월 22일 오전 9:30, 홍길동 님이 작성:\n"
			    "> 주문한 상품이 파손되어 왔습니다.\n> 환불해 주세요.\n");
	template_free(t);
}

static void
answers_the_right_one(void **state)
{
	static const struct {
		const char *fields, *to;
	} cases[] = {
		{ "From: a@example.net\r\n", "a@example.net" },
		{ "From: a@example.net\r\nReply-To: b@example.net, c@example.net\r\n",
		  "b@example.net" },
		{ "From: a@example.net\r\nReply-To: support@example.com\r\n", "a@example.net" },
		{ "From: support@example.com\r\nReply-To: b@example.net\r\n", "b@example.net" },
		{ "From: a@example.net\r\nReply-To: undisclosed:;\r\n", "a@example.net" },
		{ "From: SUPPORT@example.com\r\n", NULL },
		{ "From: nobody\r\n", NULL },
		{ "Subject: x\r\n", NULL },
	};
	struct template *t = template("\nx\n");

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct draft_input in = input(
			message(arena_printf(arena, "%s\r\nhello\r\n", cases[i].fields)), t, "en");
		struct draft_mail mail;

		if (cases[i].to)
			assert_string_equal(read_back(&in)->to.list[0].address, cases[i].to);
		else
			assert_int_equal(draft_build(&in, arena, &mail), -EINVAL);
	}
	template_free(t);
}

/* A web form that writes in our name, for a customer in Reply-To. */
static void
never_greets_ourselves(void **state)
{
	static const char *const cases[][3] = {
		{ "From: Our Shop <Support@example.com>\r\nReply-To: b@example.net\r\n", "",
		  "Hello\n\nOn " },
		{ "From: Our Shop <support@example.com>\r\nReply-To: Bea <b@example.net>\r\n",
		  "Bea", "Dear Bea\n\nOn " },
		{ "From: Bea <bea@example.net>\r\nReply-To: b@example.net\r\n", "Bea",
		  "Dear Bea\n\nOn " },
	};
	struct template *t = template("\n{{salutation}}\n");

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct draft_input in = input(
			message(arena_printf(
				arena, "%sDate: Sat, 21 Nov 2026 18:05:00 -0500\r\n\r\nhi\r\n",
				cases[i][0])),
			t, "en");
		const struct message *m = read_back(&in);

		assert_string_equal(m->to.list[0].address, "b@example.net");
		assert_string_equal(m->to.list[0].name, cases[i][1]);
		assert_memory_equal(m->body, cases[i][2], strlen(cases[i][2]));
		assert_null(strstr(m->body, "Our Shop"));
	}
	template_free(t);
}

static void
re_once(void **state)
{
	static const char *const cases[][2] = {
		{ "Re: a", "a" },
		{ "RE: re : Re[2]: a", "a" },
		{ "답장: 회신: Re: 배송", "배송" },
		{ "Re(3): a", "a" },
		{ "Aw: Sv: a", "a" },
		{ "Re：a", "a" },
		{ "Fwd: a", "Fwd: a" },
		{ "Reading: a", "Reading: a" },
		{ "Re", "Re" },
		{ "re a", "re a" },
		{ "Re[x]: a", "Re[x]: a" },
		{ "Re: ", "" },
		{ "", "" },
		{ " Re:Re:a\tb ", "a b" },
		{ "답변 드립니다", "답변 드립니다" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_string_equal(words_subject(arena, cases[i][0]), cases[i][1]);
}

static void
names_of_strangers(void **state)
{
	static const char *const cases[][2] = {
		{ "Dollars, Fifty", "" }, /* it would be turned round */
		{ "Fifty Cents", "" },
		{ "Jane Doe", "Jane Doe" },
		{ "Doe, Jane", "Jane Doe" },
		{ "\"Jane\"", "Jane" },
		{ "홍길동님", "홍길동" },
		{ "홍길동 고객님", "홍길동" },
		{ "님", "님" },
		{ " 홍\t길\n동 ", "홍 길 동" },
		{ "Jane\r\nBcc: x@example.com", "" },
		{ "jane@example.org", "" },
		{ "{{customer}}", "" },
		{ "<b>Jane</b>", "" },
		{ "http://x.example", "" },
		{ "www.example.org", "" },
		{ "\xe2\x80\xaeJane\xe2\x80\xac", "Jane" },
		{ "Ja\x01\x02ne\x7f", "Jane" },
		{ "12345", "" },
		{ "", "" },
		{ "\xff\xfe", "" },
		{ "O'Neil-Smith Jr.", "O'Neil-Smith Jr." },
		{ "\xe2\x80\x8b", "" },
		{ "a,b,c d", "a,b,c d" },
		{ "Jane2", "" },
		{ "Refund $50 approved", "" },
		{ "fifty dollars for Jane", "" },
		{ "삼만 원 환불", "" },
		{ "오만석", "오만석" },
		{ "천만원", "" },
	};
	char large[10241];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_string_equal(words_name(arena, cases[i][0]), cases[i][1]);
	memset(large, 'a', sizeof(large) - 1);
	large[sizeof(large) - 1] = '\0';
	assert_string_equal(words_name(arena, large), "");
	assert_string_equal(words_salutation(arena, "", true), "고객님");
	assert_string_equal(words_salutation(arena, "홍길동", true), "홍길동 고객님");
	assert_string_equal(words_salutation(arena, "", false), "Hello");
	assert_string_equal(words_signature(arena, "예시상점", "", true), "예시상점 고객지원팀");
	assert_string_equal(words_signature(arena, "예시 고객센터", "김지원", true),
			    "예시 고객센터 김지원");
	assert_string_equal(words_signature(arena, "", "김지원", true), "고객지원팀 김지원");
	assert_string_equal(words_signature(arena, "Example Shop", "", false),
			    "Example Shop customer support");
	assert_string_equal(words_signature(arena, "", "", false), "Customer support");
}

static void
hostile_headers(void **state)
{
	static const char *const names[] = {
		"=?UTF-8?B?SmFuZQ0KQmNjOiB4QGV4YW1wbGUuY29t?=",
		"\"a\\\"b\\\\c (d)\"",
		"=?UTF-8?Q?=E2=80=AEx=00y?=",
		"=?US-ASCII?Q?=3D=3FUTF-8=3FB=3FQQ=3D=3D=3F=3D?=",
	};
	struct template *t = template(
		"Subject: {{subject}} {{customer.name}}\n\n{{customer.name}}{{subject}}\n");
	char large[3000];

	(void)state;
	memset(large, 'x', sizeof(large));
	large[sizeof(large) - 1] = '\0';
	for (size_t i = 0; i < 5; i++) {
		const char *name = i < 4 ? names[i] : large;
		struct draft_input in = input(
			message(arena_printf(
				arena,
				"From: %s <a@example.net>\r\nSubject: %s\r\nMessage-ID: "
				"<x@example.net>\r\nReferences: <a\r\n\tb> b <c\r\n\r\nhi\r\n",
				name, name)),
			t, "en");
		struct message *m;

		check_mail(&in, FIELDS, NULL);
		m = read_back(&in);
		assert_int_equal(m->to.count, 1);
		assert_string_equal(m->to.list[0].address, "a@example.net");
		assert_null(message_header(m, "Bcc"));
	}
	template_free(t);
}

static void
references_are_bounded(void **state)
{
	struct buf mail = { .arena = arena };
	struct template *t = template("\nx\n");
	struct draft_input in;
	struct message *m;

	(void)state;
	buf_printf(&mail, "From: a@example.net\r\nMessage-ID: <last@example.net>\r\nReferences:");
	for (int i = 0; i < 90; i++)
		buf_printf(&mail, " <%d@example.net>\r\n", i);
	buf_printf(&mail, "\r\nhi\r\n");
	in = input(message(buf_string(&mail)), t, "en");
	check_mail(&in, FIELDS, NULL);
	m = read_back(&in);
	assert_int_equal(m->reference_count, DRAFT_REFERENCES_MAX);
	assert_string_equal(m->references[0], "<0@example.net>");
	assert_string_equal(m->references[1], "<72@example.net>");
	assert_string_equal(m->references[DRAFT_REFERENCES_MAX - 1], "<last@example.net>");
	template_free(t);
}

static void
quotes_are_bounded(void **state)
{
	struct buf mail = { .arena = arena };
	struct template *t = template("\nx\n");
	struct draft_input in;
	struct message *m;
	size_t lines = 0;

	(void)state;
	buf_printf(&mail, "From: a@example.net\r\nContent-Type: text/plain; charset=UTF-8\r\n\r\n");
	for (int i = 0; i < 3000; i++)
		buf_printf(&mail, "%d 번째 줄입니다.\r\n", i);
	in = input(message(buf_string(&mail)), t, "ko");
	m = read_back(&in);
	assert_true(m->body_len < DRAFT_QUOTE_MAX + 3000);
	assert_non_null(strstr(m->body, "\n> [...]\n"));
	for (const char *p = m->body; (p = strstr(p, "\n> ")); p++)
		lines++;
	assert_true(lines > 400);
	/* One line of 30 KB of three-byte letters: cut between two of them, not wrapped. */
	mail = (struct buf){ .arena = arena };
	buf_printf(&mail, "From: a@example.net\r\nContent-Type: text/plain; charset=UTF-8\r\n\r\n");
	for (int i = 0; i < 10000; i++)
		buf_printf(&mail, "가");
	in = input(message(buf_string(&mail)), t, "ko");
	check_mail(&in,
		   "From To Subject Date Message-ID X-Triaged-Draft MIME-Version Content-Type "
		   "Content-Transfer-Encoding ",
		   NULL);
	m = read_back(&in);
	assert_int_equal(m->notes & NOTE_BROKEN_TEXT, 0);
	assert_non_null(strstr(m->body, "가가가\n> [...]\n"));
	template_free(t);
}

static void
next_words(void **state)
{
	static const struct {
		int64_t seconds;
		const char *ko, *en;
	} cases[] = {
		{ 1795190400, "11월 23일(월)", "Monday, 23 November" },
		{ 1795318245, "11월 23일(월)", "Monday, 23 November" },
		{ 1795399200, "11월 24일(화)", "Tuesday, 24 November" },
	};
	const struct zone *seoul;

	(void)state;
	assert_int_equal(zone_load(arena, "Asia/Seoul", &seoul), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_string_equal(words_reply_by(arena, NULL, seoul, cases[i].seconds, true),
				    arena_printf(arena, "%s 오후 5시", cases[i].ko));
		assert_string_equal(words_reply_by(arena, NULL, seoul, cases[i].seconds, false),
				    arena_printf(arena, "5 pm on %s", cases[i].en));
	}
	assert_string_equal(words_day(arena, seoul, 1795318245, true), "2026년 11월 22일");
	assert_string_equal(words_attribution(arena, seoul, 0, "홍길동", true),
			    "홍길동 님이 작성:");
	assert_string_equal(words_attribution(arena, NULL, 1795318245, "Jane", false),
			    "On 22 November 2026 at 03:30, Jane wrote:");
}

static void
notices(void **state)
{
	const char *text, *body;
	char names[300];
	size_t len;

	(void)state;
	assert_int_equal(draft_notice(arena, "triaged@example.com", "jiwon@example.com",
				      "<n1@example.com>", NOW_MS, "C12 급함\r\nBcc: x@example.com",
				      "고객: a\x01\x02\r\n.\r\nFrom here\n", &text, &len),
			 0);
	assert_true(header_block_names(text, len, names, sizeof(names), &body));
	assert_string_equal(names, "From To Subject Date Message-ID Auto-Submitted MIME-Version "
				   "Content-Type Content-Transfer-Encoding ");
	assert_int_equal(draft_notice(arena, "a@example.com", "b@example.com\r\nBcc: c@example.com",
				      "<n@example.com>", 0, "", "", &text, &len),
			 -EINVAL);
	assert_int_equal(draft_notice(arena, "a@example.com", "b@example.com", "<n>\r\nX: y", 0, "",
				      "", &text, &len),
			 -EINVAL);
}

static void
notices_with_html(void **state)
{
	const char *text, *body, *plain, *rich;
	char names[300];
	size_t len;

	(void)state;
	assert_int_equal(draft_notice_html(arena, "triaged@example.com", "lead@example.com",
					   "<n1@example.com>", NOW_MS, "아침", "plain words\n",
					   "<p style=\"x\">=_triaged_alternative_=</p>\n", &text,
					   &len),
			 0);
	assert_true(header_block_names(text, len, names, sizeof(names), &body));
	assert_string_equal(names, "From To Subject Date Message-ID Auto-Submitted MIME-Version "
				   "Content-Type ");
	plain = strstr(body, "Content-Type: text/plain");
	rich = strstr(body, "Content-Type: text/html");
	assert_true(plain && rich && plain < rich);
	assert_non_null(strstr(plain, "plain words\r\n"));
	/* The boundary stands where it belongs, and nowhere else. */
	assert_non_null(strstr(rich, "\r\n--=_triaged_alternative_=--\r\n"));
	assert_null(strstr(rich, "<p style=\"x\">=_triaged"));
	assert_non_null(strstr(rich, "=3D_triaged_alternative_=3D"));
}

static void
plain_addresses(void **state)
{
	static const char *const good[] = { "a@b", "a.b+c@example.com", "o'neil@x-y.example",
					    "1@2.3" };
	static const char *const bad[] = {
		"",
		"a",
		"@b",
		"a@",
		"a@b@c",
		"a b@c",
		".a@b",
		"a.@b",
		"a..b@c",
		"a@-b",
		"a@b-",
		"a@b..c",
		"a@b.",
		"a@[1.2.3.4]",
		"\"a\"@b",
		"a@b>",
		"<a@b",
		"a@b,c@d",
		"a@b\r\nBcc: c",
		"홍@b",
		"a@한글.example",
		"a@b c",
		"a;b@c",
		"=?UTF-8?B?YQ==?=@b",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		assert_true(mime_address_plain(good[i]));
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_false(mime_address_plain(bad[i]));
}

static int
setup(void **state)
{
	(void)state;
	arena = arena_new(0);
	account = (struct account_config){
		.name = "support",
		.identity_name = "예시상점, 고객지원팀",
		.identity_address = "support@example.com",
		.company = "예시상점",
		.language = "ko",
		.time_zone = "Asia/Seoul",
	};
	return arena ? zone_load(arena, "Asia/Seoul", &account.zone) : -1;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

/* Noon and midnight are read both ways in figures. */
static void
moments(void **state)
{
	static const struct {
		int64_t at;
		const char *english, *korean;
	} rows[] = {
		{ 1796126400, "noon on Tuesday, 1 December", "12월 1일(화) 낮 12시" },
		{ 1796126400 + 12 * 3600, "midnight at the end of Tuesday, 1 December",
		  "12월 2일(수) 오전 0시" },
		{ 1796126400 + 13 * 3600, "1 am on Wednesday, 2 December",
		  "12월 2일(수) 오전 1시" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		assert_string_equal(words_moment(arena, NULL, rows[i].at, false), rows[i].english);
		assert_string_equal(words_moment(arena, NULL, rows[i].at, true), rows[i].korean);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_of_every_template),
		cmocka_unit_test(words_without_names),
		cmocka_unit_test(violence_names_nobody),
		cmocka_unit_test(whole_mails),
		cmocka_unit_test(reads_back),
		cmocka_unit_test(answers_the_right_one),
		cmocka_unit_test(never_greets_ourselves),
		cmocka_unit_test(re_once),
		cmocka_unit_test(names_of_strangers),
		cmocka_unit_test(hostile_headers),
		cmocka_unit_test(references_are_bounded),
		cmocka_unit_test(quotes_are_bounded),
		cmocka_unit_test(next_words),
		cmocka_unit_test(notices),
		cmocka_unit_test(notices_with_html),
		cmocka_unit_test(moments),
		cmocka_unit_test(plain_addresses),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
