/*
 * test_html: what is shown, what is hidden, what the structure marks, and that hostile pages stay
 * cheap.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "filters/html.h"
#include "filters/limits.h"

static struct html_result
render_bytes(struct arena *a, const char *html, size_t len)
{
	struct html_result r;

	assert_int_equal(html_text(a, html, len, &r), 0);
	assert_int_equal(strlen(r.text), r.len);
	for (size_t i = 0, end = 0; i < r.quote_count; i++) {
		assert_true(r.quotes[i].offset >= end);
		end = r.quotes[i].offset + r.quotes[i].length;
		assert_true(end <= r.len);
	}
	return r;
}

static struct html_result
render(struct arena *a, const char *html)
{
	return render_bytes(a, html, strlen(html));
}

static void
shows(const char *html, const char *want)
{
	struct arena *a = arena_new(0);

	assert_string_equal(render(a, html).text, want);
	arena_free(a);
}

/* The words "shown" and "secret" go where they say. */
static void
hides(const char *html)
{
	struct arena *a = arena_new(0);
	struct html_result r = render(a, html);

	if (strstr(r.text, "secret") || !strstr(r.text, "shown") || !strstr(r.hidden, "secret") ||
	    strstr(r.hidden, "shown"))
		fail_msg("%s\nshown: %s\nhidden: %s", html, r.text, r.hidden);
	arena_free(a);
}

/* The marked stretches, a letter for each kind, and the first one's text. */
static void
marks(const char *html, const char *kinds, const char *first)
{
	struct arena *a = arena_new(0);
	struct html_result r = render(a, html);
	char got[32] = "";

	for (size_t i = 0; i < r.quote_count && i + 1 < sizeof got; i++)
		got[i] = "NQSF"[r.quotes[i].kind];
	if (strcmp(got, kinds) != 0)
		fail_msg("%s\nmarks %s, not %s in: %s", html, got, kinds, r.text);
	if (first) {
		assert_int_equal(r.quotes[0].length, strlen(first));
		assert_memory_equal(r.text + r.quotes[0].offset, first, strlen(first));
	}
	arena_free(a);
}

static void
test_blocks(void **state)
{
	(void)state;
	shows("", "");
	shows("plain words", "plain words");
	shows("<p>one</p><p>two\n  three</p>", "one\n\ntwo three");
	shows("<div>one</div><div>two<br></div><div><br></div><div>three</div>",
	      "one\ntwo\n\nthree");
	shows("a<b>b</b>c <i>d</i>", "abc d");
	shows("<p class=MsoNormal>one</p><p class=MsoNormal>two</p>", "one\ntwo");
	shows("<ul><li>a<li>b</ul><ol><li>c</li><li>d</li></ol>", "- a\n- b\n1. c\n2. d");
	shows("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table>",
	      "a\tb\nc\td");
	shows("<pre>a\n  b</pre>", "a\n  b");
	shows("<div>a<hr>b</div>", "a\n----------\nb");
	shows("<img alt=\"our logo\" src=x>hello", "[our logo]hello");
}

static void
test_entities_and_links(void **state)
{
	(void)state;
	shows("a&amp;b &lt;c&gt; &#44032;&#xAC01;&nbsp;&copy;", "a&b <c> 가각 \xc2\xa9");
	shows("<a href=\"https://shop.example/a\">here</a> it is",
	      "here <https://shop.example/a> it is");
	shows("<a href=\"https://shop.example/\">shop.example</a>", "shop.example");
	shows("<a href=\"mailto:a@example.com?subject=x\">a@example.com</a>", "a@example.com");
	shows("<a href=\"mailto:a@example.com\">Hana</a>", "Hana <a@example.com>");
	shows("<a href=\"javascript:alert(1)\">click</a>", "click");
	shows("<meta charset=euc-kr><body>한글</body>", "한글");
}

static void
test_hidden(void **state)
{
	(void)state;
	hides("shown<script>secret()</script>");
	hides("<style>secret{}</style>shown");
	hides("<!-- secret -->shown");
	hides("<title>secret</title>shown");
	hides("shown<div style='display:none'>secret</div>");
	hides("shown<div style='DISPLAY : None !important'><b>secret</b></div>");
	hides("<div style='visibility:hidden'>secret<span "
	      "style='visibility:visible'>shown</span></div>");
	hides("<div style='font-size:0'>secret<span style='font-size:12px'>shown</span></div>");
	hides("<div style='font-size:0px'><span style='font-size:2em'>secret</span></div>shown");
	hides("shown<span style='color:#fff'>secret</span>");
	hides("shown<font color=white>secret</font>");
	hides("<div style='background-color:#000;color:#FFF'>shown<span style='color:rgb(1, 1, "
	      "1)'>secret</span></div>");
	hides("<table bgcolor=\"#112233\"><tr><td><font color=\"#112233\">secret</font><font "
	      "color=red>shown</font></table>");
	hides("shown<div style='opacity:0'>secret</div>");
	hides("shown<div style='max-height:0;overflow:hidden'>secret</div>");
	hides("shown<div style='text-indent:-9999px'>secret</div>");
	hides("shown<p hidden>secret</p>");
	hides("shown<span style='color:transparent'>secret</span>");
}

static void
test_not_hidden(void **state)
{
	(void)state;
	shows("<div style='font-size:0.9em'>a</div>", "a");
	shows("<div style='background:url(x.png);color:#fff'>a</div>", "a");
	shows("<div style='overflow:hidden;height:100px'>a</div>", "a");
	shows("<div style='display:nonesuch'>a</div>", "a");
	shows("<div style='color'>a</div>", "a");
}

/* What touches on the page touches in the text, and what does not, does not. */
static void
test_words_joined(void **state)
{
	(void)state;
	shows("re<span style=display:none>xyz</span>fund me or I s<b></b>ue", "refund me or I sue");
	shows("re<span style=display:none> x y </span>fund", "refund");
	shows("re<span style=display:none>\n<p>x</p>\n</span>fund", "refund");
	shows("re<div style=display:none>x<br></div>fund", "refund");
	shows("re<!-- x -->fund", "refund");
	shows("re<font color=white>x y</font>fund", "refund");
	shows("re<span style='font-size:0'> </span>fund", "refund");
	shows("re<script>x</script>f<style>y</style>u<title>z</title>nd", "refund");
	shows("re<input type=hidden value=x>fund", "refund");
	shows("re<i>f</i><b>u</b><span>n<font>d</font></span>", "refund");
	shows("re<wbr>fund", "refund");
	shows("r&#101;&#x66;u&#110d", "refund");
	shows("re<a href='http://x.example'>fu</a>nd now", "refund <http://x.example> now");
	shows("<a href='http://x.example'>a</a><a href='http://y.example'>b</a>.",
	      "ab. <http://x.example> <http://y.example>");
	shows("<a href='http://x.example'>여기</a>를 보세요", "여기를 <http://x.example> 보세요");
	shows("re<img src=x width=0 height=0 alt=z>fund now", "refund [z] now");
	shows("re<ruby>f<rt>x</rt>u<rp>(</rp><rt>y</rt></ruby>nd<br>now", "refund (xy)\nnow");
	shows("a<div>b</div>c", "a\nb\nc");
	shows("a<p>b</p>c", "a\n\nb\n\nc");
	shows("a<br>b", "a\nb");
	shows("a</br>b", "a\nb");
	shows("a</p>b", "a\n\nb");
	shows("a<div style=color:white>x</div>b", "a\nb");
	shows("<bdo dir=rtl>eus lliw I</bdo> now", "I will sue now");
	shows("<bdo dir=rtl>요세주해불환</bdo>", "환불해주세요");
	shows("<span style='unicode-bidi:bidi-override;direction:rtl'>eus</span>", "sue");
	shows("<div dir=rtl>abc</div><bdo>abc</bdo>", "abc\nabc");
}

/* Layout tables and empty paragraphs as mailers write them leave no runs of empty lines. */
static void
test_layout(void **state)
{
	(void)state;
	shows("<table><tr><td>&nbsp;</td></tr><tr><td> </td></tr><tr><td>&nbsp;</td></tr></table>"
	      "a<table><tr><td>&nbsp;<td>&nbsp;</tr><tr><td>b<td><td></td><td>c</td></tr></table>",
	      "a\n\nb\tc");
	shows("<table><tr><td><table><tr><td>a</td></tr></table></td></tr><tr><td><table><tr><td>b"
	      "</table></table>c",
	      "a\nb\nc");
	shows("a<br><br><br><br><br>b", "a\n\nb");
	shows("<p>a</p><p>&nbsp;</p><p>&nbsp;</p><p>b</p>", "a\n\nb");
	shows("<p class=MsoNormal>a</p><p class=MsoNormal>&nbsp;</p><p class=MsoNormal>b</p>",
	      "a\n\nb");
	shows("<div>a</div><div>&nbsp;</div><div>b</div>", "a\n\nb");
	shows("a&nbsp;&nbsp;b&nbsp; c", "a  b c");
	shows("<table><tr><th>Order<th>Price<tr><td>chair<td>30</table>",
	      "Order\tPrice\nchair\t30");
	shows("<ol><li>a<ol><li>b</ol><li>c</ol>", "1. a\n1. b\n2. c");
	shows("<ul><li><p>a</p></li><li><p>b</p></li></ul>", "- a\n\n- b");
	shows("<select><option>a<option>b</select>", "a\nb");
	shows("a<input value='b  c'>", "a [b c]");
	shows("<td>a</td><td>b</td>", "a\nb");
}

static void
test_references(void **state)
{
	(void)state;
	shows("&#146;&#x93;&#128;", "\xe2\x80\x99\xe2\x80\x9c\xe2\x82\xac");
	shows("&hellip;&apos;&NewLine;&period;&Tab;x", "\xe2\x80\xa6' . x");
	shows("&amp &lt&gt; &copy2026 &notit; &notin;", "& <> \xc2\xa9"
							"2026 \xc2\xac"
							"it; \xe2\x88\x89");
	shows("&nosuch; & && &; &# &#; &#x; &#xg; &amp;lt;",
	      "&nosuch; & && &; &# &#; &#x; &#xg; &lt;");
	shows("&#0;&#xd800;&#x110000;&#99999999999999999999;",
	      "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
	shows("&Acy;&nGt;&bne;&Kopf;",
	      "\xd0\x90\xe2\x89\xab\xe2\x83\x92=\xe2\x83\xa5\xf0\x9d\x95\x82");
	shows("&CounterClockwiseContourIntegral;&CounterClockwiseContourIntegralx;",
	      "\xe2\x88\xb3&CounterClockwiseContourIntegralx;");
	shows("<a href='http://x.example/?a=1&copy=2&amp;b&lt'>x</a>",
	      "x <http://x.example/?a=1&copy=2&b<>");
	shows("<img alt='&quot;a&#39;'>", "[\"a']");
	shows("<p style='display:&#110;one'>x</p>y", "y");
	shows("<title>&lt;b></title><textarea>&lt;b></textarea>", "<b>");
	shows("<script>&lt;</script>&zwnj;&shy;x", "\xe2\x80\x8c\xc2\xadx");
}

static void
test_marks(void **state)
{
	(void)state;
	marks("new<blockquote>old<br>er</blockquote>more", "Q", "old\ner");
	marks("new<blockquote type=cite>a<blockquote>b</blockquote>c</blockquote>", "Q", "a\nb\nc");
	marks("<blockquote style='margin:0 0 0 40px;border:none;padding:0px'>mine</blockquote>", "",
	      NULL);
	marks("new<div class=gmail_signature>Hana</div>", "S", "Hana");
	marks("new<div class=gmail_quote><div class=gmail_attr>On a day X "
	      "wrote:</div><blockquote>old</blockquote>"
	      "answer</div>",
	      "QQ", "On a day X wrote:");
	marks("new<div class=gmail_quote>On a day X wrote:<blockquote>old</blockquote></div>", "QQ",
	      NULL);
	marks("new<div class=gmail_quote><div class=gmail_attr>---------- Forwarded "
	      "message<br>From: x</div>old"
	      "<blockquote>older</blockquote></div>",
	      "F", NULL);
	marks("new<div class=gmail_quote><div class=gmail_attr>---------- Forwarded "
	      "message<br>From: x</div>old</div>",
	      "F", NULL);
	marks("new<div class=gmail_quote>------ Original message ------<br>From: "
	      "x<blockquote>old</blockquote></div>",
	      "QQ", NULL);
	marks("new<div class='x_yahoo_quoted yiv12yahoo_quoted'>old</div>", "Q", "old");
	marks("<div class=moz-cite-prefix>X wrote:</div><blockquote>old</blockquote><pre "
	      "class=moz-signature>-- \nH</pre>",
	      "QQS", "X wrote:");
	marks("new<span id=OLK_SRC_BODY_SECTION>old</span>", "Q", "old");
	marks("<div>new<hr><div id=x_divRplyFwdMsg>De: a<br>Fecha: b</div><p>old</div>later", "Q",
	      "De: a\nFecha: b\n\nold");
	marks("new<div><div style='border:none;border-top:solid #B5C4DF 1.0pt'>Von: a<br>An: "
	      "b@example.com</div></div><p>old",
	      "Q", "Von: a\nAn: b@example.com\n\nold");
	marks("new<div style='border:none;border-top:solid #E1E1E1 1.0pt'>just a box</div>more", "",
	      NULL);
}

/* `count` times `piece`, then `end`. */
static char *
page(const char *piece, size_t count, const char *end)
{
	size_t n = strlen(piece), tail = strlen(end);
	char *html = malloc(n * count + tail + 1);

	assert_non_null(html);
	for (size_t i = 0; i < count; i++)
		memcpy(html + i * n, piece, n);
	memcpy(html + n * count, end, tail + 1);
	return html;
}

static void
hostile(const char *piece, size_t count, const char *end, unsigned notes, const char *text_end)
{
	struct arena *a = arena_new(32u << 20);
	char *html = page(piece, count, end);
	struct html_result r = render(a, html);
	size_t n = strlen(text_end);

	assert_int_equal(r.notes & notes, notes);
	assert_true(r.len <= LIMIT_TEXT_BYTES);
	assert_true(r.len >= n);
	assert_string_equal(r.text + r.len - n, text_end);
	free(html);
	arena_free(a);
}

static void
test_limits(void **state)
{
	(void)state;
	hostile("<div>", 100000, "deep", NOTE_CUT_HTML, "deep"); /* LIMIT_HTML_DEPTH */
	hostile("<b>", LIMIT_HTML_DEPTH / 2, "fine", 0, "fine");
	hostile("<br>", LIMIT_HTML_NODES + 10000, "<b>last</b>", NOTE_CUT_HTML,
		"last");                                            /* LIMIT_HTML_NODES */
	hostile("<b>x</i>", 100000, "last", NOTE_CUT_HTML, "last"); /* LIMIT_HTML_WALK */
	hostile("<p>words ", 1 << 19, "lost", NOTE_CUT_HTML, "");   /* LIMIT_HTML_BYTES */
	hostile("word ", 1 << 18, "", NOTE_CUT_TEXT, "word");       /* LIMIT_TEXT_BYTES */
	hostile("<blockquote>q</blockquote>n ", LIMIT_SEGMENTS * 2, "", 0,
		"n"); /* LIMIT_SEGMENTS */
	hostile("<b", LIMIT_HTML_UNCLOSED * 2, " end", 0, "<b end");
	/* LIMIT_HTML_FORMATTING: fourteen kinds, of each three */
	hostile("<p><b><i><u><s><em><strong><small><big><tt><code><font><nobr><strike><a>", 3,
		"</p><p>last", NOTE_CUT_HTML, "last");
}

/* One tag: `before`, `count` times `piece`, `after`. */
static struct html_result
one_tag(struct arena *a, const char *before, const char *piece, size_t count, const char *after)
{
	char *middle = page(piece, count, after), *html = arena_printf(a, "%s%s", before, middle);

	assert_non_null(html);
	free(middle);
	return render(a, html);
}

static void
test_one_hostile_tag(void **state)
{
	struct arena *a = arena_new(0);
	struct html_result r = one_tag(a, "<b", " abc=1", 100000, ">after</b>");

	(void)state;
	assert_int_equal(r.notes, 0);
	assert_string_equal(r.text, "after");
	r = one_tag(a, "<b style='", "a:b;", LIMIT_HTML_DECLARATIONS, "display:none'>seen</b>");
	assert_string_equal(r.text, "seen");
	r = one_tag(a, "<a href='http://", "u", LIMIT_HTML_URL * 2, "'>link</a>");
	assert_true(r.len < LIMIT_HTML_URL + 20);
	/* A style too long to be read hides nothing. */
	r = one_tag(a, "<b style='a:\"", "x", LIMIT_HTML_VALUES / 2,
		    "\";&#100;isplay:none'>gone</b>");
	assert_string_equal(r.text, "");
	r = one_tag(a, "<b style='a:\"", "x", LIMIT_HTML_VALUES, "\";&#100;isplay:none'>seen</b>");
	assert_string_equal(r.text, "seen");
	arena_free(a);
}

/*
 * Pieces that the parser gets must not cut a character, an entity or a tag: move each over every
 * boundary.
 */
static void
test_piece_boundaries(void **state)
{
	(void)state;
	for (size_t pad = 6100; pad < 8300; pad += 1) {
		struct arena *a = arena_new(0);
		char *html = page("x", pad, "가&amp;나<b title='>'>다</b>");
		struct html_result r = render(a, html);

		assert_string_equal(r.text + pad, "가&나다");
		free(html);
		arena_free(a);
	}
}

static void
test_odd_bytes(void **state)
{
	struct arena *a = arena_new(0);

	(void)state;
	assert_string_equal(render_bytes(a, "re\0fund", 7).text, "refund");
	assert_string_equal(render(a, "a < b and 3<4").text, "a < b and 3<4");
	assert_string_equal(render(a, "</div></p></b>x").text, "x");
	/* The parser alone would throw away what comes after these. */
	assert_string_equal(render(a, "<html><body>a</body></html>b").text, "ab");
	assert_string_equal(render(a, "<body>a</BODY ><p>b</html\n x=1><html><body>c").text,
			    "a\n\nbc");
	assert_string_equal(render(a, "<!DOCTYPE html></div>x").text, "x");
	assert_string_equal(render(a, "a<![if !mso]>b<![endif]>c<!--[if mso]>d<![endif]-->e").text,
			    "abce");
	assert_string_equal(
		render(a, "<body bgcolor=black text=white>a<b style=color:white>b").text, "ab");
	arena_free(a);
}

static void
test_out_of_memory(void **state)
{
	(void)state;
	for (size_t limit = 1000; limit < 60000; limit += 700) {
		struct arena *a = arena_new(limit);
		struct html_result r;
		char *html = page("<blockquote>word</blockquote><a href=http://a.example>b</a>",
				  100, "");
		int result = html_text(a, html, strlen(html), &r);

		assert_true(result == 0 || result == -12);
		free(html);
		arena_free(a);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_blocks),           cmocka_unit_test(test_entities_and_links),
		cmocka_unit_test(test_hidden),           cmocka_unit_test(test_not_hidden),
		cmocka_unit_test(test_words_joined),     cmocka_unit_test(test_layout),
		cmocka_unit_test(test_references),       cmocka_unit_test(test_marks),
		cmocka_unit_test(test_limits),           cmocka_unit_test(test_one_hostile_tag),
		cmocka_unit_test(test_piece_boundaries), cmocka_unit_test(test_odd_bytes),
		cmocka_unit_test(test_out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
