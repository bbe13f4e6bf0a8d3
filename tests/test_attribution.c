/*
 * test_attribution: what a header block says of its mail, as each client and language writes it.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "filters/attribution.h"

#define LINES_MAX 64

static size_t
lines_of(const char *text, struct line *lines)
{
	size_t n = 0;

	while (*text && n < LINES_MAX) {
		size_t len = strcspn(text, "\n");

		lines[n++] = line_trim(text, len);
		text += len + (text[len] == '\n');
	}
	return n;
}

static void
same(const char *text, const char *what, struct line got, const char *want)
{
	if (got.len == strlen(want) && memcmp(got.at, want, got.len) == 0)
		return;
	print_error("%s\n%s: got \"%.*s\", want \"%s\"\n", text, what, (int)got.len, got.at, want);
	fail();
}

static void
says(const char *text, const char *name, const char *address, const char *date, const char *subject)
{
	struct line lines[LINES_MAX];
	struct header_block b;
	size_t count = lines_of(text, lines);

	if (!header_block_read(lines, count, &b)) {
		print_error("no header block: %s\n", text);
		fail();
	}
	same(text, "name", b.name, name);
	same(text, "address", b.address, address);
	same(text, "date", b.date, date);
	same(text, "subject", b.subject, subject);
}

/* A block of one sender line and enough else to be one. */
static void
sender(const char *value, const char *name, const char *address)
{
	char text[512];

	snprintf(text, sizeof text, "From: %s\nDate: 2 Mar 2026 15:20\nSubject: chair\n", value);
	says(text, name, address, "2 Mar 2026 15:20", "chair");
}

static void
test_senders(void **state)
{
	(void)state;
	sender("Hana Kim <hana@example.com>", "Hana Kim", "hana@example.com");
	sender("\"Kim, Hana\" <hana.kim+x@mail.example.com>", "Kim, Hana",
	       "hana.kim+x@mail.example.com");
	sender("'Hana' via Help <help@example.com>", "Hana' via Help", "help@example.com");
	sender("\"김하나\"<hana@example.com>;", "김하나", "hana@example.com");
	sender("(주)예시상사 <sales@example.com>", "(주)예시상사", "sales@example.com");
	sender("김하나(구매팀) <hana@example.com>", "김하나(구매팀)", "hana@example.com");
	sender("김하나(hana@example.com)", "김하나", "hana@example.com");
	sender("hana@example.com [김하나]", "김하나", "hana@example.com");
	sender("hana@example.com (Hana Kim)", "Hana Kim", "hana@example.com");
	sender("Hana Kim [mailto:hana@example.com]", "Hana Kim", "hana@example.com");
	sender("Hana Kim [hana@example.com]", "Hana Kim", "hana@example.com");
	sender("Hana <hana@example.com<mailto:hana@example.com>>", "Hana", "hana@example.com");
	sender("Hana <mailto:hana@example.com>", "Hana", "hana@example.com");
	sender("hana@example.com <hana@example.com>", "", "hana@example.com");
	sender("\"hana@example.com\" <hana@example.com>", "", "hana@example.com");
	sender("'hana@example.com' <hana@example.com>", "", "hana@example.com");
	sender("hana@example.com", "", "hana@example.com");
	sender("<hana@example.com>", "", "hana@example.com");
	sender("*Hana Kim* <hana@example.com>", "Hana Kim", "hana@example.com");
	sender("hana@example.com님", "", "hana@example.com");
	sender("Hana Kim", "Hana Kim", "");
	sender("O'Hara <o'hara@example.com>", "O'Hara", "o'hara@example.com");
	sender("Hana Kim\n<hana@example.com>", "Hana Kim", "hana@example.com");
	sender("@ <@> \"", "@ <@>", "");
}

static void
test_clients(void **state)
{
	(void)state;
	says("---------- Forwarded message ---------\n보낸사람: 김하나 <hana@example.com>\n"
	     "Date: 2026년 3월 2일 (월) 오후 3:20\nSubject: 의자 환불\nTo: <help@shop.example>\n",
	     "김하나", "hana@example.com", "2026년 3월 2일 (월) 오후 3:20", "의자 환불");
	says("________________________________\n*From:* Hana Kim <hana@example.com>\n"
	     "*Sent:* Monday, 2 March 2026 15:20\n*To:* Help <help@shop.example>\n"
	     "*Subject:* RE: chair: broken\n",
	     "Hana Kim", "hana@example.com", "Monday, 2 March 2026 15:20", "RE: chair: broken");
	says("> Begin forwarded message:\n>\n> From: Hana Kim <hana@example.com>\n"
	     "> Subject: chair\n> Date: 2 March 2026 at 15:20:11 GMT+9\n> To: help@shop.example\n",
	     "Hana Kim", "hana@example.com", "2 March 2026 at 15:20:11 GMT+9", "chair");
	says("--------- 원본 메일 ---------\n보낸사람 : 김하나 <hana@example.com>\n"
	     "받는사람 : <help@shop.example>\n날짜 : 26.03.02 15:20 GMT +0900\n제목 : 환불\n",
	     "김하나", "hana@example.com", "26.03.02 15:20 GMT +0900", "환불");
	says("------------------ 原始邮件 ------------------\n发件人： \"王芳\" "
	     "<wang@example.com>;\n"
	     "发送时间： 2026年3月2日(星期一) 下午3:20\n收件人： \"help\"<help@shop.example>;\n"
	     "主题： 椅子\n",
	     "王芳", "wang@example.com", "2026年3月2日(星期一) 下午3:20", "椅子");
	says("---- 回复的原邮件 ----\n| 发件人 | 王芳<wang@example.com> |\n"
	     "| 发送日期 | 2026年03月02日 15:20 |\n| 收件人 | help@shop.example |\n| 主题 | 椅子 "
	     "|\n",
	     "王芳", "wang@example.com", "2026年03月02日 15:20", "椅子");
	says("-----Original Message-----\nFrom: Hana Kim [mailto:hana@example.com] \n"
	     "Sent: Monday, March 02, 2026 3:20 PM\nTo: help@shop.example\nCc: a@example.com;\n"
	     "  b@example.com\nSubject: chair\n",
	     "Hana Kim", "hana@example.com", "Monday, March 02, 2026 3:20 PM", "chair");
}

static void
test_languages(void **state)
{
	/* sender, date, recipient, subject */
	static const char *const names[][4] = {
		{ "보낸 사람", "보낸 날짜", "받는 사람", "제목" },
		{ "差出人", "送信日時", "宛先", "件名" },
		{ "发件人", "发送时间", "收件人", "主题" },
		{ "寄件者", "寄件日期", "收件者", "主旨" },
		{ "Von", "Gesendet", "An", "Betreff" },
		{ "De", "Envoyé", "À", "Objet" },
		{ "De", "Enviado el", "Para", "Asunto" },
		{ "De", "Enviado em", "Para", "Assunto" },
		{ "Da", "Inviato", "A", "Oggetto" },
		{ "Van", "Verzonden", "Aan", "Onderwerp" },
		{ "Från", "Skickat", "Till", "Ämne" },
		{ "Fra", "Sendt", "Til", "Emne" },
		{ "Lähettäjä", "Lähetetty", "Vastaanottaja", "Aihe" },
		{ "Od", "Wysłano", "Do", "Temat" },
		{ "Od", "Odesláno", "Komu", "Předmět" },
		{ "От", "Отправлено", "Кому", "Тема" },
		{ "Від", "Надіслано", "Кому", "Тема" },
		{ "Kimden", "Gönderildi", "Kime", "Konu" },
		{ "Từ", "Đã gửi", "Đến", "Chủ đề" },
		{ "Από", "Στάλθηκε", "Προς", "Θέμα" },
		{ "Feladó", "Elküldve", "Címzett", "Tárgy" },
	};
	static const char *const forms[] = { "%s: %s\n", "%s : %s\n", "*%s:* %s\n", "> %s: %s\n",
					     "%s：%s\n" };

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		for (size_t f = 0; f < sizeof forms / sizeof *forms; f++) {
			static const char *const values[] = { "Hana <hana@example.com>",
							      "2026-03-02 15:20",
							      "help@shop.example", "x: y" };
			char text[1024] = "";

			for (size_t n = 0; n < 4; n++)
				snprintf(text + strlen(text), sizeof text - strlen(text), forms[f],
					 names[i][n], values[n]);
			says(text, "Hana", "hana@example.com", "2026-03-02 15:20", "x: y");
		}
}

static void
test_none(void **state)
{
	static const char *const texts[] = { "From: Seoul\nTo: Busan\nDate: 3 May 2026\n",
					     "Subject: a chair\n",
					     "I am from: Seoul\nDate: 3 May\n",
					     "-----\nhello\n",
					     "\n\n",
					     "" };
	struct header_block b = { .name = { "x", 1 } };

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct line lines[LINES_MAX];
		size_t count = lines_of(texts[i], lines);

		assert_int_equal(header_block_read(lines, count, &b), 0);
		assert_int_equal(b.name.len, 1);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_senders),
		cmocka_unit_test(test_clients),
		cmocka_unit_test(test_languages),
		cmocka_unit_test(test_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
