/*
 * test_attribution: the line above a quote, and what a header block says of its mail, as each
 * client and language writes them.
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
	if (got.len == strlen(want) && (!got.len || memcmp(got.at, want, got.len) == 0))
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

static void
trusted(const char *text, enum trust want)
{
	struct line lines[LINES_MAX];
	size_t count = lines_of(text, lines), n = 0;
	enum trust got = attribution_find(lines, count, &n);

	if (got != want || (want != TRUST_NONE && n != count)) {
		print_error("%s: trust %d, want %d; %zu lines\n", text, (int)got, (int)want, n);
		fail();
	}
}

/* With an address set apart: what follows unmarked is quoted, too. */
static void
test_with_address(void **state)
{
	static const char *const texts[] = {
		"On Mon, Mar 2, 2026 at 3:20 PM Chair Shop <help@shop.example> wrote:",
		"On Mon, Mar 2, 2026 at 3:20\xe2\x80\xaf"
		"PM Chair Shop <help@shop.example> wrote:",
		"On Mar 2, 2026, at 3:20\xe2\x80\xaf"
		"PM, Chair Shop <help@shop.example> wrote:",
		"On 2 Mar 2026, at 15:20, Chair Shop <help@shop.example> wrote:",
		"On Monday, 2 March 2026 at 03:20:11 pm GMT+9, Chair Shop <help@shop.example> "
		"wrote:",
		"On Mon, Mar 2, 2026, 3:20 PM Chair Shop <help@shop.example> wrote:",
		"On Mon, 2 Mar 2026 15:20:11 +0900\nChair Shop <help@shop.example> wrote:",
		"On Monday, March 2nd, 2026 at 3:20 PM, Chair Shop <help@shop.example>\nwrote:",
		"---- On Mon, 02 Mar 2026 15:20:11 +0900 Chair Shop <help@shop.example> wrote ----",
		"--- On Mon, 3/2/26, Chair Shop <help@shop.example> wrote:",
		"Chair Shop <help@shop.example> wrote (2 Mar 2026 15:20):",
		"On March 2, 2026 3:20:11 PM GMT+09:00, Chair Shop <help@shop.example> wrote:",
		"In a message dated 3/2/2026 3:20:11 PM Korea Standard Time, help@shop.example "
		"writes:",
		"On Mon, Mar 2, 2026 at 3:20 PM Chair Shop [mailto:help@shop.example] wrote:",
		"On Mon, Mar 2, 2026 at 3:20 PM 'Chair Shop' via Support <\nsupport@shop.example> "
		"wrote:",
		"On Mon, Mar 2, 2026 at 3:20 PM Chair Shop "
		"<help@shop.example\n<mailto:help@shop.example>> wrote:",
		"2026년 3월 2일 (월) 오후 3:20, Chair Shop <help@shop.example>님이 작성:",
		"2026년 3월 2일 (월) PM 3:20, 가구상담실 <help@shop.example>님이 작성:",
		"2026년 3월 2일 월요일, 가구상담실<help@shop.example>님이 작성한 메시지:",
		"2026. 3. 2. 오후 3:20, 가구상담실 <help@shop.example> 작성:",
		"2026. 3. 2., 오후 3:20, 가구상담실 <help@shop.example> 작성:",
		"2026. 3. 2. 15:20, 가구상담실 <help@shop.example> 작성:",
		"2026년 3월 2일, 오후 3:20, 가구상담실 <help@shop.example> 작성:",
		"On 2026년 3월 2일 (월) at 오후 3:20 가구상담실 <help@shop.example> wrote:",
		"2026년 3월 2일 월요일 오후 03시 20분 11초 GMT+9, "
		"가구상담실<help@shop.example>님이 작성:",
		"2026년 3월 2일 (월) 15:20, 가구상담실\n<help@shop.example>님이 작성:",
		"2026년 3월 2일 (월) 오후 3:20, 가구상담실 <help@shop.example>님이\n작성:",
		"가구상담실 <help@shop.example> 님이 2026년 3월 2일 (월) 오후 3:20에 작성:",
		"2026/03/02 15:20, 가구상담실 <help@shop.example> 님이 쓰신 글:",
		"2026年3月2日(月) 15:20 家具店 <help@shop.example>:",
		"2026/03/02 15:20、家具店 <help@shop.example>のメール:",
		"2026年3月2日 15:20、家具店 <help@shop.example> のメール：",
		"2026年3月2日(月) 15:20 に、家具店 <help@shop.example> さんは書きました:",
		"2026年3月2日月曜日 15時20分11秒 JST, 家具店 <help@shop.example>のメッセージ:",
		"2026年3月2日(月) 15:20 家具店\n<help@shop.example>:",
		"On Mon, 2 Mar 2026 15:20:11 +0900\n家具店 <help@shop.example> さんは書きました:",
		"家具店 <help@shop.example> 于2026年3月2日周一 15:20写道：",
		"在 2026年3月2日，15:20，家具店 <help@shop.example> 写道：",
		"2026年3月2日 下午3:20，家具店 <help@shop.example> 写道：",
		"在 2026-03-02 15:20:11，\"家具店\" <help@shop.example> 写道：",
		"At 2026-03-02 15:20:11, \"家具店\" <help@shop.example> wrote:",
		"家具店 <help@shop.example>于2026年3月2日 周一下午3:20写道：",
		"2026年3月2日星期一 GMT+8 15:20:11，家具店 <help@shop.example> 写道：",
		"家具店 <help@shop.example> 於 2026年3月2日 週一 下午3:20寫道：",
		"家具店 <help@shop.example> 於 2026年3月2日 下午3:20 寫道：",
		"在 2026年3月2日 週一，家具店 <help@shop.example> 寫道：",
		"Am Mo., 2. März 2026 um 15:20 Uhr schrieb Stuhlhaus <help@shop.example>:",
		"Am 02.03.2026 um 15:20 schrieb Stuhlhaus <help@shop.example>:",
		"Stuhlhaus <help@shop.example> schrieb am Mo. 2. März 2026 um 15:20:",
		"Am Montag, 2. März 2026 um 15:20:11 MEZ hat Stuhlhaus <help@shop.example> "
		"Folgendes geschrieben:",
		"Am 2. März 2026 15:20:11 MEZ schrieb Stuhlhaus <help@shop.example>:",
		"Am Mo., 2. März 2026 um 15:20 Uhr schrieb Stuhlhaus\n<help@shop.example>:",
		"Le lun. 2 mars 2026 à 15:20, Boutique <help@shop.example> a écrit :",
		"Le 2 mars 2026 à 15:20, Boutique <help@shop.example> a écrit :",
		"Le lundi 2 mars 2026 à 15:20:11 UTC+1, Boutique <help@shop.example> a écrit :",
		"Le lun. 2 mars 2026 à 15 h 20, Boutique <help@shop.example> a écrit :",
		"Le lun. 2 mars 2026, 15:20, Boutique <help@shop.example> a\xc2\xa0"
		"écrit\xc2\xa0"
		":",
		"El lun, 2 mar 2026 a las 15:20, Tienda (<help@shop.example>) escribió:",
		"El 2 mar 2026, a las 15:20, Tienda <help@shop.example> escribió:",
		"El lunes, 2 de marzo de 2026, 15:20:11 CET, Tienda <help@shop.example> escribió:",
		"El lun., 2 de mar. de 2026 3:20 p. m., Tienda <help@shop.example> escribió:",
		"El lun, 2 mar 2026 a la(s) 3:20 p.m., Tienda (help@shop.example) escribió:",
		"Em seg., 2 de mar. de 2026 às 15:20, Loja <help@shop.example> escreveu:",
		"Em 2 de mar. de 2026, à(s) 15:20, Loja <help@shop.example> escreveu:",
		"Em segunda-feira, 2 de março de 2026 15:20:11 BRT, Loja <help@shop.example> "
		"escreveu:",
		"Loja <help@shop.example> escreveu no dia segunda, 2/03/2026 à(s) 15:20:",
		"No dia 02/03/2026, às 15:20, Loja <help@shop.example> escreveu:",
		"Il giorno lun 2 mar 2026 alle ore 15:20 Negozio <help@shop.example> ha scritto:",
		"Il giorno 2 mar 2026, alle ore 15:20, Negozio <help@shop.example> ha scritto:",
		"Il lunedì 2 marzo 2026 alle ore 15:20:11 CET, Negozio <help@shop.example> ha "
		"scritto:",
		"Op ma 2 mrt 2026 om 15:20 schreef Winkel <help@shop.example>:",
		"Op 2 mrt. 2026, om 15:20 heeft Winkel <help@shop.example> het volgende "
		"geschreven:",
		"Op maandag 2 maart 2026 15:20:11 CET schreef Winkel <help@shop.example>:",
		"Den mån 2 mars 2026 kl 15:20 skrev Butik <help@shop.example>:",
		"2 mars 2026 kl. 15:20 skrev Butik <help@shop.example>:",
		"Den måndag 2 mars 2026 15:20:11 CET skrev Butik <help@shop.example> följande:",
		"Den man. 2. mar. 2026 kl. 15.20 skrev Butik <help@shop.example>:",
		"Den 2. mar. 2026 kl. 15.20 skrev Butik <help@shop.example>:",
		"man. den 2. mar. 2026 kl. 15.20 skrev Butik <help@shop.example>:",
		"man. 2. mars 2026 kl. 15:20 skrev Butikk <help@shop.example>:",
		"2. mars 2026 kl. 15:20 skrev Butikk <help@shop.example>:",
		"Butikk <help@shop.example> skrev følgende den 2. mars 2026 kl. 15:20:",
		"ma 2. maalisk. 2026 klo 15.20 Kauppa (help@shop.example) kirjoitti:",
		"Kauppa <help@shop.example> kirjoitti 2.3.2026 kello 15.20:",
		"maanantai 2. maaliskuuta 2026 klo 15.20.11 UTC+2 Kauppa <help@shop.example> "
		"kirjoitti:",
		"pon., 2 mar 2026 o 15:20 Sklep <help@shop.example> napisał(a):",
		"Wiadomość napisana przez Sklep <help@shop.example> w dniu 2 mar 2026, o godz. "
		"15:20:",
		"W dniu poniedziałek, 2 marca 2026 15:20:11 CET Sklep <help@shop.example> "
		"napisał(a):",
		"Dnia 2 marca 2026 15:20 Sklep <help@shop.example> napisał(a):",
		"po 2. 3. 2026 v 15:20 odesílatel Obchod <help@shop.example> napsal:",
		"2. 3. 2026 v 15:20, Obchod <help@shop.example>:",
		"Dne pondělí 2. března 2026 15:20:11 SEČ, Obchod <help@shop.example> napsal(a):",
		"пн, 2 мар. 2026 г. в 15:20, Магазин <help@shop.example>:",
		"2 мар. 2026 г., в 15:20, Магазин <help@shop.example> написал(а):",
		"Понедельник, 2 марта 2026, 15:20 +03:00 от Магазин <help@shop.example>:",
		"02.03.2026, 15:20, \"Магазин\" <help@shop.example>:",
		"пн, 2 бер. 2026 р. о 15:20 Крамниця <help@shop.example> пише:",
		"2 бер. 2026 р. о 15:20 Крамниця <help@shop.example> написав(-ла):",
		"Mağaza <help@shop.example>, 2 Mar 2026 Pzt, 15:20 tarihinde şunu yazdı:",
		"Mağaza <help@shop.example> şunları yazdı (2 Mar 2026 15:20):",
		"2 Mart 2026 Pazartesi 15:20:11 GMT+3 tarihinde, Mağaza <help@shop.example> şunu "
		"yazdı:",
		"Vào Th 2, 2 thg 3, 2026 vào lúc 15:20 Cửa hàng <help@shop.example> đã viết:",
		"Vào 15:20, Th 2, 2 thg 3, 2026 Cửa hàng <help@shop.example> đã viết:",
		"Vào ngày 2 thg 3, 2026, lúc 15:20, Cửa hàng <help@shop.example> viết:",
		"Στις Δευ 2 Μαρ 2026 στις 3:20 μ.μ., ο/η Κατάστημα <help@shop.example> έγραψε:",
		"Στις 2 Μαρ 2026, 3:20 μ.μ., ο χρήστης Κατάστημα <help@shop.example> έγραψε:",
		"Bolt <help@shop.example> ezt írta (időpont: 2026. márc. 2., H, 15:20):",
		"2026. márc. 2. dátummal, 15:20 időpontban Bolt <help@shop.example> írta:",
		"Bolt <help@shop.example> írta (2026. márc. 2. 15:20):",
		"În lun., 2 mar. 2026 la 15:20, Magazin <help@shop.example> a scris:",
		"Pada Sen, 2 Mar 2026 pukul 15.20 Toko <help@shop.example> menulis:",
		"เมื่อ จ. 2 มี.ค. 2026 เวลา 15:20 Shop <help@shop.example> เขียนว่า:",
	};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		trusted(texts[i], TRUST_ALL);
}

/* Without one, or without the day: only marked lines are quoted. */
static void
test_without_address(void **state)
{
	static const char *const texts[] = {
		"On 02/03/2026 15:20, Chair Shop wrote:",
		"On 2026-03-02 15:20, Chair Shop wrote:",
		"At 03:20 PM 3/2/2026, Chair Shop wrote:",
		"2026-03-02 오후 3:20에 가구상담실 이(가) 쓴 글:",
		"26. 3. 2. 15:20에 가구상담실 이(가) 쓴 글:",
		"가구상담실님이 2026년 3월 2일 오후 3:20에 작성:",
		"On 2026/03/02 15:20, 家具店 wrote:",
		"2026/03/02 午後3:20、家具店のメール:",
		"在 2026/3/2 15:20, 家具店 写道:",
		"於 2026/3/2 下午 03:20，家具店 提到:",
		"Am 02.03.26 um 15:20 schrieb Stuhlhaus:",
		"Am Montag, dem 02.03.2026 um 15:20 +0100 schrieb Stuhlhaus:",
		"Le 02/03/2026 à 15:20, Boutique a écrit :",
		"El 02/03/2026 a las 15:20, Tienda escribió:",
		"Em 02/03/2026 15:20, Loja escreveu:",
		"Il 02/03/2026 15:20, Negozio ha scritto:",
		"Op 02-03-2026 om 15:20 schreef Winkel:",
		"Den 2026-03-02 kl. 15:20, skrev Butik:",
		"Den 02.03.2026 kl. 15.20 skrev Butik:",
		"Den 02.03.2026 15:20, skrev Butikk:",
		"Kauppa kirjoitti 2.3.2026 klo 15.20:",
		"W dniu 02.03.2026 o 15:20, Sklep pisze:",
		"Dne 02. 03. 26 v 15:20 Obchod napsal(a):",
		"02.03.2026 15:20, Магазин пишет:",
		"В Пн, 02/03/2026 в 15:20 +0300, Магазин пишет:",
		"02.03.26 15:20, Крамниця пише:",
		"2.03.2026 15:20 tarihinde Mağaza yazdı:",
		"Στις 2/3/26 15:20, ο/η Κατάστημα έγραψε:",
		"2026. 03. 02. 15:20 keltezéssel, Bolt írta:",
	};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		trusted(texts[i], TRUST_WITH_QUOTE);
}

static void
test_stories(void **state)
{
	static const char *const texts[] = {
		"On 3 May 2024 I wrote to you:",
		"On 3 May 2024 at 15:20 I told your agent:",
		"5월 3일에 상담원이 이렇게 말했습니다:",
		"아래와 같이 요청서를 작성했습니다:",
		"I wrote:",
		"My demands:",
		"On 3 May 2024 I ordered a chair.",
		"On 3 May 2024 I ordered a chair.\n\n"
		"On 3 May 2024 at 15:20, Shop <help@shop.example> wrote:",
		"Write to hana@example.com\nOn 3 May 2024 at 15:20, Shop <help@shop.example> "
		"wrote:",
		"주문일 2026-03-01\n\n2026. 3. 2. 오후 3:20, 상담실 <help@shop.example> 작성:",
	};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		trusted(texts[i], TRUST_NONE);
	/* A person's sentence: never without marks below it. */
	trusted("On 3 May 2024 at 3:20 PM your agent kim@shop.example wrote:", TRUST_WITH_QUOTE);
	trusted("2024년 5월 3일 오후 3:12에 상담원이 이렇게 작성했습니다:", TRUST_WITH_QUOTE);
}

static void
test_markers(void **state)
{
	static const char *const yes[] = { "##- Please type your reply above this line -##",
					   "--- Reply above this line ---",
					   "Please type your reply above this line",
					   "##- 위에 답장을 작성해 주세요 -##",
					   "--- 이 선 위에 답장을 작성해 주세요 ---" };
	static const char *const no[] = { "I cannot reply above this line in your mails.",
					  "위에 답장을 작성해 주세요라고 되어 있는데 안 됩니다.",
					  "----", "" };

	(void)state;
	for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
		assert_true(attribution_marker(line_trim(yes[i], strlen(yes[i]))));
	for (size_t i = 0; i < sizeof no / sizeof *no; i++)
		assert_false(attribution_marker(line_trim(no[i], strlen(no[i]))));
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
		cmocka_unit_test(test_with_address), cmocka_unit_test(test_without_address),
		cmocka_unit_test(test_stories),      cmocka_unit_test(test_markers),
		cmocka_unit_test(test_senders),      cmocka_unit_test(test_clients),
		cmocka_unit_test(test_languages),    cmocka_unit_test(test_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
