/*
 * test_charset: declared, wrongly declared, undeclared and broken text comes out as valid UTF-8,
 * and never empty.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>

#include "filters/charset.h"
#include "filters/message.h"

static struct arena *arena;

static int
setup(void **state)
{
	(void)state;
	arena = arena_new(0);
	return arena ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

/* UTF-8 to a charset by the C library, as a mailer would have done it. */
static size_t
encode(const char *charset, const char *text, char *out, size_t room)
{
	iconv_t cd = iconv_open(charset, "UTF-8");
	char *in = (char *)(uintptr_t)text, *at = out;
	size_t left = strlen(text), free_bytes = room;

	assert_true(cd != (iconv_t)-1);
	assert_int_not_equal(iconv(cd, &in, &left, &at, &free_bytes), (size_t)-1);
	iconv(cd, NULL, NULL, &at, &free_bytes);
	iconv_close(cd);
	return room - free_bytes;
}

static unsigned
reads_bytes(const char *label, const char *bytes, size_t len, const char *want)
{
	const char *text;
	size_t text_len;
	unsigned notes = 0;

	assert_int_equal(charset_to_utf8(arena, label, bytes, len, &text, &text_len, &notes), 0);
	assert_string_equal(text, want);
	assert_int_equal(text_len, strlen(want));
	return notes;
}

#define reads_literal(label, bytes, want) reads_bytes(label, bytes, sizeof(bytes) - 1, want)

/* text, sent in `really`, declared as label, comes out as text. */
static unsigned
reads(const char *label, const char *really, const char *text)
{
	char bytes[1024];

	return reads_bytes(label, bytes, encode(really, text, bytes, sizeof(bytes)), text);
}

static void
declared_charsets(void **state)
{
	static const char *const korean[] = { "euc-kr",        "EUC_KR",        "ks_c_5601-1987",
					      "KSC5601",       "x-windows-949", "csEUCKR",
					      "cseuckr",       "cp949",         "MS949",
					      "uhc",           "\"euc-kr\"",    "korean",
					      "ks_c_5601-1989" };

	(void)state;
	for (size_t i = 0; i < sizeof(korean) / sizeof(*korean); i++) {
		assert_int_equal(reads(korean[i], "CP949", "환불 부탁드립니다. 똠방각하 펲시"), 0);
		assert_int_equal(reads(korean[i], "CP949", "가"), 0);
	}
	assert_int_equal(reads("utf-8", "UTF-8", "안녕 – é"), 0);
	assert_int_equal(reads("iso-2022-kr", "ISO-2022-KR", "주문 취소 please"), 0);
	assert_int_equal(reads("johab", "JOHAB", "주문 취소 부탁"), 0);
	assert_int_equal(reads("iso-2022-jp", "ISO-2022-JP", "注文をキャンセル ok"), 0);
	assert_int_equal(reads("Shift_JIS", "CP932", "ありがとう①"), 0);
	assert_int_equal(reads("x-sjis", "CP932", "ありがとう"), 0);
	assert_int_equal(reads("euc-jp", "EUC-JP", "テスト"), 0);
	assert_int_equal(reads("gb18030", "GB18030", "你好，我要退款"), 0);
	assert_int_equal(reads("gb2312", "GB18030", "你好，我要退款"), 0);
	assert_int_equal(reads("big5", "BIG5", "我要退款"), 0);
	assert_int_equal(reads("iso-8859-1", "CP1252", "déjà vu – 5 €"), 0);
	assert_int_equal(reads("windows-1252", "CP1252", "“déjà”"), 0);
	assert_int_equal(reads("iso-8859-9", "CP1254", "şu ışık"), 0);
	assert_int_equal(reads("iso-8859-2", "ISO-8859-2", "żółć"), 0);
	assert_int_equal(reads("koi8-r", "KOI8-R", "Привет"), 0);
	assert_int_equal(reads("windows-1251", "CP1251", "Привет, как дела"), 0);
	assert_int_equal(reads("utf-7", "UTF-7", "환불 + 1"), 0);
	assert_int_equal(reads("utf-16", "UTF-16", "환불 now"), 0);
	assert_int_equal(reads("utf-16le", "UTF-16LE", "환불 now"), 0);
	assert_int_equal(reads("utf-16be", "UTF-16BE", "환불 now"), 0);
	assert_int_equal(reads("utf-16", "UTF-16BE", "refund now"), 0);
	assert_int_equal(reads("utf-16", "UTF-16LE", "refund now"), 0);
	assert_int_equal(reads("utf-32", "UTF-32", "환불 now"), 0);
}

/* Half-width kana and vendors' characters, which ISO-2022-JP has not by the letter. */
static void
japanese_as_it_is_sent(void **state)
{
	(void)state;
	assert_int_equal(reads_literal("iso-2022-jp", "\x1b$B-!\x1b(B a \x1b(I1\x1b(B", "① a ｱ"),
			 0);
	assert_int_equal(reads_literal("iso-2022-jp", "\x1b$BCmJ8\nabc", "注文\nabc"), 0);
}

static void
wrong_declarations(void **state)
{
	(void)state;
	assert_int_equal(reads("utf-8", "CP949", "고객센터에 문의드립니다"), NOTE_CHARSET_GUESSED);
	assert_int_equal(reads("euc-kr", "UTF-8", "고객센터에 문의드립니다"), NOTE_CHARSET_GUESSED);
	assert_int_equal(reads("iso-8859-1", "UTF-8", "고객센터 café"), NOTE_CHARSET_GUESSED);
	assert_int_equal(reads("us-ascii", "UTF-8", "고객센터"), NOTE_CHARSET_GUESSED);
	assert_int_equal(reads("us-ascii", "CP949", "고객센터"), NOTE_CHARSET_GUESSED);
	assert_int_equal(reads("iso-8859-1", "CP949", "고객센터에 문의드립니다"),
			 NOTE_CHARSET_GUESSED);
	assert_int_equal(reads("iso-2022-kr", "CP949", "고객센터에 문의"), NOTE_CHARSET_GUESSED);
	assert_int_equal(reads("utf-16", "UTF-8", "plain after all, 환불"), NOTE_CHARSET_GUESSED);
	assert_int_equal(reads("utf-8", "CP1252", "déjà vu, über"), NOTE_CHARSET_GUESSED);
	assert_int_equal(reads("us-ascii", "ISO-2022-KR", "주문 취소"), NOTE_CHARSET_GUESSED);
	assert_int_equal(reads("utf-8", "ISO-2022-JP", "注文"), NOTE_CHARSET_GUESSED);
}

static void
undeclared(void **state)
{
	(void)state;
	assert_int_equal(reads("", "UTF-8", "plain ascii"), 0);
	assert_int_equal(reads("", "UTF-8", "환불"), NOTE_CHARSET_GUESSED);
	assert_int_equal(reads("", "CP949", "환불해 주세요 ㅠㅠ"), NOTE_CHARSET_GUESSED);
	assert_int_equal(reads("unknown-8bit", "CP949", "ㅋㅋㅋ"), NOTE_CHARSET_GUESSED);
	assert_int_equal(reads("x-nonsense", "CP1252", "Café crème, naïve"), NOTE_CHARSET_GUESSED);
	assert_int_equal(reads("", "GB18030", "你好，我要退款，谢谢您"), NOTE_CHARSET_GUESSED);
	assert_int_equal(reads("", "UTF-16", "환불 now"), NOTE_CHARSET_GUESSED);
	/*
	 * Names of the C library's converters that are not in the table, and its option syntax,
	 * mean nothing.
	 */
	assert_int_equal(reads("EBCDIC-US", "UTF-8", "환불"), NOTE_CHARSET_GUESSED);
	assert_int_equal(reads("UTF-8//IGNORE", "UTF-8", "환불"), NOTE_CHARSET_GUESSED);
}

static void
broken_bytes(void **state)
{
	const unsigned both = NOTE_BROKEN_TEXT;

	(void)state;
	assert_int_equal(reads_literal("utf-8", "환\xed\x99 불", "환\xef\xbf\xbd 불"), both);
	assert_int_equal(reads_literal("utf-8", "abc\xff", "abcÿ"), NOTE_CHARSET_GUESSED);
	assert_int_equal(reads_literal("utf-8", "고객\xf0\x9f\x98", "고객\xef\xbf\xbd"), both);
	assert_int_equal(reads_literal("euc-kr", "\xb0\xa1\xb0\xa1\xff z\xb0",
				       "가가\xef\xbf\xbd z\xef\xbf\xbd"),
			 both);
	assert_int_equal(reads_literal("euc-kr", "\xff", "\xef\xbf\xbd"), both);
	assert_int_equal(reads_literal("windows-1252", "a\x81z", "a\xef\xbf\xbdz"), both);
	assert_int_equal(reads_literal("utf-16le", "a\0b\0c", "ab\xef\xbf\xbd"), both);
	assert_int_equal(reads_literal("utf-8", "a\0b",
				       "a\xef\xbf\xbd"
				       "b"),
			 both);
	/* A surrogate written as UTF-8 (CESU-8) and an overlong form are not UTF-8. */
	assert_int_equal(reads_literal("utf-8", "가나다\xed\xa0\xbd",
				       "가나다\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"),
			 both);
	assert_int_equal(reads_literal("utf-8", "가나다\xc0\xaf", "가나다\xef\xbf\xbd\xef\xbf\xbd"),
			 both);
}

static void
line_ends_and_marks(void **state)
{
	(void)state;
	assert_int_equal(reads_literal("utf-8", "a\r\nb\rc\nd\r\r\ne\r", "a\nb\nc\nd\ne\n"), 0);
	assert_int_equal(reads_literal("utf-8", "a\r\rb", "a\n\nb"), 0);
	assert_int_equal(reads_literal("utf-8", "\xef\xbb\xbfhello", "hello"), 0);
	assert_int_equal(reads_literal("utf-8", "\0\r\n\0", "\xef\xbf\xbd\n\xef\xbf\xbd"),
			 NOTE_BROKEN_TEXT);
	assert_int_equal(reads_literal("", "", ""), 0);
}

static void
other_texts_of_the_mail_are_evidence(void **state)
{
	struct reader r;
	char bytes[64];
	const char *text;
	size_t len;

	(void)state;
	reader_init(&r, arena);
	len = encode("CP1251", "Привет, друг", bytes, sizeof(bytes));
	charset_hint(&r, "windows-1251", 12);
	assert_int_equal(charset_read(&r, "", bytes, len, &text, &len), 0);
	assert_string_equal(text, "Привет, друг");
	/* Korean that plainly is Korean stays so. */
	len = encode("CP949", "고객센터에 문의드립니다", bytes, sizeof(bytes));
	assert_int_equal(charset_read(&r, "", bytes, len, &text, &len), 0);
	assert_string_equal(text, "고객센터에 문의드립니다");
	reader_close(&r);
}

/* Korean in its bytes, whatever was declared; and what is no Korean, as declared. */
static void
korean_under_other_names(void **state)
{
	static const char *const names[] = {
		"iso-8859-1", "windows-1252", "iso-8859-15", "koi8-r",      "windows-1251",
		"tis-620",    "macintosh",    "big5",        "shift_jis",   "johab",
		"utf-16",     "gb2312",       "euc-jp",      "iso-2022-kr",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		assert_int_equal(reads(names[i], "CP949",
				       "주문한 물건이 아직도 오지 않았습니다. 환불해 주세요."),
				 NOTE_CHARSET_GUESSED);
	assert_int_equal(reads("iso-8859-1", "CP949", "환불"), NOTE_CHARSET_GUESSED);
	assert_int_equal(reads("big5", "CP949", "환불해"), NOTE_CHARSET_GUESSED);
	assert_int_equal(reads("euc-kr", "CP949", "환"), 0);
	assert_int_equal(reads("iso-8859-2", "ISO-8859-2", "żółć"), 0);
	assert_int_equal(reads("iso-8859-1", "ISO-8859-1", "ÄÖ, über 20°"), 0);
	assert_int_equal(reads("koi8-r", "KOI8-R", "Верните мне деньги, пожалуйста"), 0);
	assert_int_equal(reads("gb2312", "GB2312", "请把钱退给我，我已经等了三个星期"), 0);
	assert_int_equal(reads("euc-jp", "EUC-JP", "返金してください。三週間待っています"), 0);
	assert_int_equal(reads("big5", "BIG5", "請把錢退給我，我已經等了三個星期"), 0);
}

static void
utf_16_under_other_names(void **state)
{
	static const char *const names[] = { "", "utf-8", "euc-kr" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		assert_int_equal(reads(names[i], "UTF-16LE", "환불해 주세요.\n"),
				 NOTE_CHARSET_GUESSED);
		assert_int_equal(reads(names[i], "UTF-16BE", "refund, please"),
				 NOTE_CHARSET_GUESSED);
	}
	assert_int_equal(reads_literal("utf-8", "re\0fund",
				       "re\xef\xbf\xbd"
				       "fund"),
			 NOTE_BROKEN_TEXT);
}

static void
same_charset_by_other_names(void **state)
{
	(void)state;
	assert_true(charset_same("EUC-KR", 6, "ks_c_5601-1987", 14));
	assert_true(charset_same("x-odd", 5, "X-ODD", 5));
	assert_false(charset_same("x-odd", 5, "x-od", 4));
	assert_false(charset_same("utf-8", 5, "euc-kr", 6));
}

static void
cuts_between_characters(void **state)
{
	(void)state;
	assert_int_equal(utf8_cut("a환불", 7, 10), 7);
	assert_int_equal(utf8_cut("a환불", 7, 6), 4);
	assert_int_equal(utf8_cut("a환불", 7, 4), 4);
	assert_int_equal(utf8_cut("환불", 6, 2), 0);
}

static void
no_memory_is_an_error(void **state)
{
	struct arena *small = arena_new(1000);
	char bytes[2000];
	const char *text;
	size_t len;
	unsigned notes;

	(void)state;
	memset(bytes, 0xb0, sizeof(bytes));
	assert_int_equal(
		charset_to_utf8(small, "euc-kr", bytes, sizeof(bytes), &text, &len, &notes),
		-ENOMEM);
	assert_int_equal(charset_to_utf8(small, "utf-8", bytes, sizeof(bytes), &text, &len, &notes),
			 -ENOMEM);
	assert_int_equal(
		charset_to_utf8(small, "latin1", bytes, sizeof(bytes), &text, &len, &notes),
		-ENOMEM);
	arena_free(small);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(declared_charsets),
		cmocka_unit_test(japanese_as_it_is_sent),
		cmocka_unit_test(wrong_declarations),
		cmocka_unit_test(undeclared),
		cmocka_unit_test(broken_bytes),
		cmocka_unit_test(line_ends_and_marks),
		cmocka_unit_test(other_texts_of_the_mail_are_evidence),
		cmocka_unit_test(korean_under_other_names),
		cmocka_unit_test(utf_16_under_other_names),
		cmocka_unit_test(same_charset_by_other_names),
		cmocka_unit_test(cuts_between_characters),
		cmocka_unit_test(no_memory_is_an_error),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
