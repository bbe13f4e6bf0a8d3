/*
 * test_reply: the new words of replies as each client writes them (tests/fixtures/reply), and the
 * promises of reply.h.
 *
 * A fixture is NAME.txt or NAME.html with NAME.new: the words expected, compared without white
 * space.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "filters/limits.h"
#include "filters/reply.h"

#define FIXTURES "tests/fixtures/reply"

static char *
read_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	char *text = calloc(1, 65536);

	assert_non_null(text);
	if (!f) {
		free(text);
		return NULL;
	}
	(void)!fread(text, 1, 65535, f);
	fclose(f);
	return text;
}

static void
squeeze(char *s)
{
	char *to = s;

	for (; *s; s++)
		if (!isspace((unsigned char)*s))
			*to++ = *s;
	*to = 0;
}

/* Splits, checks what every split must keep to, and returns the text of one kind (to be freed). */
static char *
split(const char *text, size_t len, const struct html_quote *quotes, size_t quote_count,
      enum segment_kind kind)
{
	struct arena *a = arena_new(0);
	struct segment *segments;
	size_t count, end = 0, n = 0;
	char *out = calloc(1, len + 1);

	assert_non_null(out);
	assert_int_equal(reply_split(a, text, len, quotes, quote_count, true, &segments, &count),
			 0);
	assert_true(count <= LIMIT_SEGMENTS);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(segments[i].offset, end);
		assert_true(segments[i].length > 0);
		assert_true(i == 0 || segments[i].kind != segments[i - 1].kind);
		end += segments[i].length;
		if (segments[i].kind == kind) {
			memcpy(out + n, text + segments[i].offset, segments[i].length);
			n += segments[i].length;
		}
	}
	assert_int_equal(end, len);
	arena_free(a);
	return out;
}

static void
is(const char *text, enum segment_kind kind, const char *want)
{
	char *got = split(text, strlen(text), NULL, 0, kind);

	assert_string_equal(got, want);
	free(got);
}

static bool
fixture(const char *name)
{
	char path[512];
	char *want, *text, *got;
	struct arena *a = arena_new(0);
	struct html_result html = { 0 };
	bool same;

	snprintf(path, sizeof path, FIXTURES "/%s.new", name);
	want = read_file(path);
	snprintf(path, sizeof path, FIXTURES "/%s.html", name);
	text = read_file(path);
	if (text) {
		assert_int_equal(html_text(a, text, strlen(text), &html), 0);
	} else {
		snprintf(path, sizeof path, FIXTURES "/%s.txt", name);
		text = read_file(path);
		assert_non_null(text);
		html.text = text;
		html.len = strlen(text);
	}
	got = split(html.text, html.len, html.quotes, html.quote_count, SEGMENT_NEW);
	squeeze(got);
	squeeze(want);
	same = strcmp(got, want) == 0;
	if (strstr(name, "forward")) {
		char *passed_on = split(html.text, html.len, html.quotes, html.quote_count,
					SEGMENT_FORWARDED);

		same &= passed_on[0] != 0;
		free(passed_on);
	}
	if (!same)
		print_error("%s:\n  got  %s\n  want %s\n", name, got, want);
	free(want);
	free(text);
	free(got);
	arena_free(a);
	return same;
}

static void
test_fixtures(void **state)
{
	DIR *dir = opendir(FIXTURES);
	unsigned run = 0, bad = 0;

	(void)state;
	assert_non_null(dir);
	for (struct dirent *entry; (entry = readdir(dir));) {
		char *dot = strrchr(entry->d_name, '.');

		if (!dot || strcmp(dot, ".new") != 0)
			continue;
		*dot = 0;
		run++;
		bad += !fixture(entry->d_name);
	}
	closedir(dir);
	assert_true(run >= 150);
	assert_int_equal(bad, 0);
}

static void
test_kinds(void **state)
{
	(void)state;
	is("", SEGMENT_NEW, "");
	is("\n\nhello\n\n", SEGMENT_NEW, "\n\nhello\n\n");
	is("new\n> a\n>\n> b\nmore\n", SEGMENT_QUOTED, "> a\n>\n> b\n");
	is("new\n> a\n>\n> b\nmore\n", SEGMENT_NEW, "new\nmore\n");
	is("new\n-- \nHana\n", SEGMENT_SIGNATURE, "-- \nHana\n");
	is("new\nSent from my iPhone\n", SEGMENT_SIGNATURE, "Sent from my iPhone\n");
	is("see\n---------- Forwarded message ---------\nFrom: a@example.com\nSubject: x\n\nold",
	   SEGMENT_FORWARDED,
	   "---------- Forwarded message ---------\nFrom: a@example.com\nSubject: x\n\nold");
	is("From: a@example.com\nDate: 2 Mar 2026\nSubject: x\n\nold", SEGMENT_NEW, "");
	is("new\nFrom: a@example.com\nDate: 2 Mar 2026\nSubject: x\n\nold", SEGMENT_QUOTED,
	   "From: a@example.com\nDate: 2 Mar 2026\nSubject: x\n\nold");
	/* A colleague's signature is no word of their own about what they pass on. */
	is("Kim Du-ri\nSample Trading\nTel: +82 2 123 4567\nduri@example.com\n\n"
	   "---------- Forwarded message ---------\nFrom: a@example.com\nSubject: x\n\nold",
	   SEGMENT_NEW, "");
}

/* A mail with one line above another's header block, marked or not. */
static void
below_title(const char *title, enum segment_kind kind)
{
	static const char fields[] = "From: Hana <hana@example.com>\nDate: 2026-03-02 15:20\n"
				     "To: help@shop.example\nSubject: chair\n\nold\n";
	char text[2048], tail[1024], mark = kind == SEGMENT_FORWARDED ? '>' : ' ';
	size_t n = 0;

	snprintf(tail, sizeof tail, "%s\n\n%s", title, fields);
	snprintf(text, sizeof text, "new\n\n%s", tail);
	is(text, SEGMENT_NEW, "new\n\n");
	is(text, kind, tail);
	/* The same with '>' before each line, as some programs pass mails on. */
	snprintf(text, sizeof text, "new\n\n");
	for (const char *at = tail, *end; (end = strchr(at, '\n')); at = end + 1) {
		n = strlen(text);
		snprintf(text + n, sizeof text - n, "%c %.*s\n", mark, (int)(end - at), at);
	}
	is(text, SEGMENT_NEW, "new\n\n");
	is(text, kind, text + 5);
}

static void
test_titles(void **state)
{
	static const char *const forwarded[] = {
		"---------- Forwarded message ---------",
		"-------- Forwarded Message --------",
		"Begin forwarded message:",
		"----- Forwarded Message -----",
		"-----Forwarded message-----",
		"----- Forwarded by Kim/Shop on 2026-03-02 -----",
		"Forwarded message:",
		"---------- 전달된 메시지 ---------",
		"-------- 전달된 메시지 --------",
		"전달된 메시지 시작:",
		"---------- 전달된 메일 ----------",
		"--------- 전달된 메일 ---------",
		"----- 전달된 메시지 -----",
		"-------- 전달한 메시지 --------",
		"---------- 転送されたメッセージ ---------",
		"-------- 転送メッセージ --------",
		"転送されたメッセージ:",
		"---------- 转发的邮件 ----------",
		"---------- 转发的邮件信息 ----------",
		"-------- 转发的消息 --------",
		"开始转发的邮件：",
		"以下是转发的邮件:",
		"---- 转发的原邮件 ----",
		"---------- 轉寄的郵件 ---------",
		"開始轉寄郵件：",
		"-------- 轉寄郵件 --------",
		"---------- Weitergeleitete Nachricht ---------",
		"Anfang der weitergeleiteten Nachricht:",
		"-------- Weitergeleitete Nachricht --------",
		"Anfang der weitergeleiteten E‑Mail:",
		"-------- Message transféré --------",
		"Début du message réexpédié :",
		"Début du message transféré :",
		"----- Message transmis -----",
		"---------- Message transféré ---------",
		"---------- Mensaje reenviado ----------",
		"Inicio del mensaje reenviado:",
		"-------- Mensaje reenviado --------",
		"---------- Mensagem encaminhada ---------",
		"Início da mensagem encaminhada:",
		"Início da mensagem reencaminhada:",
		"-------- Mensagem reencaminhada --------",
		"Inizio messaggio inoltrato:",
		"-------- Messaggio Inoltrato --------",
		"---------- Messaggio inoltrato ----------",
		"Begin doorgestuurd bericht:",
		"-------- Doorgestuurd bericht --------",
		"Vidarebefordrat brev:",
		"Vidarebefordrat mejl:",
		"-------- Vidarebefordrat meddelande --------",
		"Start på videresendt besked:",
		"-------- Videresendt meddelelse --------",
		"Videresendt melding:",
		"-------- Videresendt melding --------",
		"Välitetty viesti alkaa:",
		"-------- Välitetty viesti / Fwd.Msg --------",
		"----- Edelleenlähetetty viesti -----",
		"Początek przekazywanej wiadomości:",
		"-------- Treść przekazanej wiadomości --------",
		"----- Przekazana wiadomość -----",
		"Začátek přeposílané zprávy:",
		"-------- Přeposlaná zpráva --------",
		"Начало переадресованного сообщения:",
		"-------- Перенаправленное сообщение --------",
		"-------- Пересылаемое сообщение --------",
		"Початок листа, що пересилається:",
		"-------- Переслане повідомлення --------",
		"İleti başlangıcı:",
		"-------- İletilen İleti --------",
		"---------- Yönlendirilen ileti ---------",
		"---------- Thư được chuyển tiếp ---------",
		"Bắt đầu thư được chuyển tiếp:",
		"Αρχή προωθημένου μηνύματος:",
		"-------- Προωθημένο μήνυμα --------",
		"Továbbított levél kezdete:",
		"-------- Továbbított üzenet --------",
		"Începe mesajul redirecționat:",
	};
	static const char *const original[] = {
		"-----Original Message-----",
		"-------- Original message --------",
		"----- Original Message -----",
		"----- Reply message -----",
		"-----원본 메시지-----",
		"--------- 원본 메일 ---------",
		"---------- 원본 메일 ----------",
		"-------- 원본 메시지 --------",
		"-------- 원본 이메일 --------",
		"-----원본메시지-----",
		"------------ 원본 메일 내용 ------------",
		"-----원래 메시지-----",
		"-----Ursprüngliche Nachricht-----",
		"-------- Ursprüngliche Nachricht --------",
		"-------- Originalnachricht --------",
		"-----Message d'origine-----",
		"-----Message d’origine-----",
		"-------- Message original --------",
		"-------- Message d'origine --------",
		"-----Mensaje original-----",
		"-----Mensagem original-----",
		"-----Messaggio originale-----",
		"-----Oorspronkelijk bericht-----",
		"-------- Oorspronkelijk bericht --------",
		"-----Ursprungligt meddelande-----",
		"-------- Originalmeddelande --------",
		"-----Oprindelig meddelelse-----",
		"-----Opprinnelig melding-----",
		"-----Alkuperäinen viesti-----",
		"-----Wiadomość oryginalna-----",
		"-------- Oryginalna wiadomość --------",
		"-----Původní zpráva-----",
		"-------- Původní zpráva --------",
		"-----Исходное сообщение-----",
		"-------- Исходное сообщение --------",
		"-------- Первоначальное сообщение --------",
		"-----Вихідне повідомлення-----",
		"-----Özgün İleti-----",
		"-------- Orijinal mesaj --------",
		"-----Thư gốc-----",
		"-----Eredeti üzenet-----",
		"-----Αρχικό μήνυμα-----",
		"-----元のメッセージ-----",
		"-----邮件原件-----",
		"------------------ 原始邮件 ------------------",
		"------------------ Original ------------------",
		"-----原始邮件-----",
		"---- 回复的原邮件 ----",
		"-----原始郵件-----",
		"-----Mesaj original-----",
	};

	(void)state;
	for (size_t i = 0; i < sizeof forwarded / sizeof *forwarded; i++)
		below_title(forwarded[i], SEGMENT_FORWARDED);
	for (size_t i = 0; i < sizeof original / sizeof *original; i++)
		below_title(original[i], SEGMENT_QUOTED);
}

static void
test_devices(void **state)
{
	static const char *const lines[] = {
		"Sent from my iPhone",
		"나의 iPhone에서 보냄",
		"내 iPhone에서 보냄",
		"iPhone에서 보냄",
		"나의 iPad에서 보냄",
		"Sent from my Galaxy",
		"내 Galaxy에서 보냄",
		"Galaxy에서 보냄",
		"Samsung Galaxy 스마트폰에서 보냈습니다.",
		"Android용 Outlook에서 보냄",
		"Android용 Outlook 받기",
		"iOS용 Outlook 받기",
		"iOS용 Outlook 다운로드",
		"Outlook for iOS 다운로드",
		"Windows용 메일에서 보냄",
		"Windows 10용 메일에서 보냄",
		"Get Outlook for iOS<https://aka.ms/o0ukef>",
		"Get Outlook for Android",
		"Sent from Outlook for iOS",
		"Sent from Yahoo Mail on Android",
		"Yahoo Mail: 검색, 정리, 장악",
		"Android용 Yahoo Mail에서 보냄",
		"iPhone용 Yahoo Mail에서 보냄",
		"네이버 메일앱에서 보냈습니다.",
		"네이버 메일 앱에서 보냈습니다.",
		"다음 메일 앱에서 보냈습니다.",
		"Daum 메일앱에서 보냈습니다.",
		"카카오메일에서 보냄",
		"카카오메일 앱에서 보냈습니다.",
		"Von meinem iPhone gesendet",
		"Von meinem Samsung Galaxy Smartphone gesendet.",
		"Gesendet von Outlook für iOS",
		"Outlook für iOS beziehen",
		"Envoyé de mon iPhone",
		"Envoyé depuis mon appareil Galaxy",
		"Télécharger Outlook pour iOS",
		"Obtenez Outlook pour Android",
		"Enviado desde mi iPhone",
		"Enviado desde mi Galaxy",
		"Obtener Outlook para iOS",
		"Enviado do meu iPhone",
		"Obter o Outlook para Android",
		"Inviato da iPhone",
		"Inviato dal mio Galaxy",
		"Ottieni Outlook per iOS",
		"Verstuurd vanaf mijn iPhone",
		"Outlook voor iOS downloaden",
		"Skickat från min iPhone",
		"Hämta Outlook för iOS",
		"Sendt fra min iPhone",
		"Hent Outlook til iOS",
		"Lähetetty iPhonesta",
		"Hanki Outlook for iOS",
		"Wysłane z iPhone’a",
		"Wysłano z urządzenia Galaxy",
		"Pobierz aplikację Outlook dla systemu iOS",
		"Odesláno z iPhonu",
		"Získat Outlook pro iOS",
		"Отправлено с iPhone",
		"Отправлено из мобильной Почты Mail",
		"Надіслано з iPhone",
		"iPhone’umdan gönderildi",
		"iPhone'umdan gönderildi",
		"Đã gửi từ iPhone của tôi",
		"Στάλθηκε από το iPhone μου",
		"Az iPhone készülékemről küldve",
		"iPhoneから送信",
		"Galaxyから送信",
		"Outlook for iOS を入手",
		"iOS 版の Outlook を入手する",
		"发自我的iPhone",
		"发自我的 iPhone",
		"發自我的 iPhone",
		"從我的iPhone傳送",
		"获取 Outlook for iOS",
		"發送自我的 Galaxy",
		"取得 iOS 版 Outlook",
		"Trimis de pe iPhone-ul meu",
		"Dikirim dari iPhone saya",
		"Sent from Mail for Windows",
		"Sent from Mail<https://go.microsoft.com/fwlink/?LinkId=550986> for Windows 10",
		"Sent from Proton Mail mobile",
		"Sent from my T-Mobile 5G Device",
		"Enviado desde Outlook para iOS",
		"Sent from Samsung Mobile",
		"Sent from my Samsung Galaxy smartphone.",
		"Sent via the Samsung Galaxy S21, an AT&T 5G smartphone",
		"Von Samsung Mobile gesendet",
		"삼성 Galaxy 스마트폰에서 보냄",
		"Samsung Mobile에서 보냄",
		"LG 휴대폰에서 보냄",
		"모바일에서 보냄",
		"내 스마트폰에서 보냄",
		"스마트폰에서 보냈습니다.",
		"Sent with Spark",
		"Gmail 앱에서 보냄",
		"Sent from Gmail Mobile",
		"Sent from my mobile device",
		"Envoyé à partir de Outlook pour iOS",
	};
	static const char *const words[] = {
		"Sent from your warehouse on 3 March, it arrived broken",
		"사진은 삼성 휴대폰에서 보냈습니다",
		"영수증은 다음 메일로 보냄",
		"I use Outlook for iOS and it shows nothing",
	};

	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		char text[512];

		snprintf(text, sizeof text, "new\n\n%s\n", lines[i]);
		is(text, SEGMENT_SIGNATURE, text + 5);
	}
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		char text[512];

		snprintf(text, sizeof text, "new\n\n%s\n", words[i]);
		is(text, SEGMENT_NEW, text);
	}
}

static void
test_signature_is_short(void **state)
{
	char text[4096] = "new\n-- \n";

	(void)state;
	for (int i = 0; i < 20; i++)
		strcat(text, "a line of a poem\n");
	is(text, SEGMENT_NEW, text);
}

static void
test_only_signature_words(void **state)
{
	(void)state;
	/* Nothing would be left: then this is what they want to say. */
	is("Hana Kim\n010-1234-5678\nhana@example.com\n", SEGMENT_NEW,
	   "Hana Kim\n010-1234-5678\nhana@example.com\n");
}

static void
test_marked_by_html(void **state)
{
	const char *text = "new\nold\nsigned\nnew again";
	const struct html_quote quotes[] = { { 4, 3, SEGMENT_QUOTED },
					     { 8, 6, SEGMENT_SIGNATURE } };
	const struct html_quote all = { 0, 24, SEGMENT_QUOTED };
	char *got = split(text, strlen(text), quotes, 2, SEGMENT_NEW);

	(void)state;
	assert_string_equal(got, "new\nnew again");
	free(got);
	/* One blockquote around everything, and nobody named: an editor's habit. */
	got = split(text, strlen(text), &all, 1, SEGMENT_NEW);
	assert_string_equal(got, text);
	free(got);
}

static char *
many(const char *piece, size_t count)
{
	size_t n = strlen(piece);
	char *text = malloc(n * count + 1);

	assert_non_null(text);
	for (size_t i = 0; i < count; i++)
		memcpy(text + i * n, piece, n);
	text[n * count] = 0;
	return text;
}

static void
test_limits(void **state)
{
	static const char *const pieces[] = {
		"> a\nb\n",
		"--\nb\n",
		"From: a\n",
		"On 2 Mar 2026 at 15:20\n",
		"a@example.com:\n\n",
		"\n",
		"-----\n",
		"Sent from my iPhone\n",
		"010-1234-5678\n",
		"-----Original Message-----\nx\n",
		"\xec\x9a\x94 ",
	};

	(void)state;
	for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
		char *text = many(pieces[i], LIMIT_LINES + 10); /* LIMIT_LINES, LIMIT_SEGMENTS */

		free(split(text, strlen(text), NULL, 0, SEGMENT_NEW));
		free(text);
	}
}

static void
test_last_segment_is_new(void **state)
{
	char *text = many("> a\nb\n", LIMIT_SEGMENTS),
	     *got = split(text, strlen(text), NULL, 0, SEGMENT_NEW);

	(void)state;
	assert_int_equal(strcmp(got + strlen(got) - 2, "b\n"), 0);
	assert_non_null(strstr(got, "> a"));
	free(got);
	free(text);
}

static void
test_out_of_memory(void **state)
{
	char *text = many("> a\nb\n", 500);

	(void)state;
	for (size_t limit = 500; limit < 120000; limit += 900) {
		struct arena *a = arena_new(limit);
		struct segment *segments = NULL;
		size_t count = 77;
		int r = reply_split(a, text, strlen(text), NULL, 0, true, &segments, &count);

		if (r < 0) {
			assert_int_equal(r, -12);
			assert_int_equal(count, 77);
		}
		arena_free(a);
	}
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fixtures),
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_titles),
		cmocka_unit_test(test_devices),
		cmocka_unit_test(test_signature_is_short),
		cmocka_unit_test(test_only_signature_words),
		cmocka_unit_test(test_marked_by_html),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_last_segment_is_new),
		cmocka_unit_test(test_out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
