/*
 * test_html_hidden: what a reader sees and what not, by styles, style sheets, attributes and
 * crossed tags: tricks that hide words from the rules, and tricks that show the rules words that
 * nobody sees.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "filters/html.h"
#include "filters/limits.h"

static unsigned failures;

/* Whether "secret" is kept from the text while "shown" is in it; prints what went wrong. */
static void
look(const char *html, int secret_is_seen)
{
	struct arena *a = arena_new(0);
	struct html_result r;

	assert_int_equal(html_text(a, html, strlen(html), &r), 0);
	if (!strstr(r.text, "shown") || !!strstr(r.text, "secret") != secret_is_seen ||
	    (!secret_is_seen && !strstr(r.hidden, "secret"))) {
		print_error("%s: %s\n  shown:  %s\n  hidden: %s\n",
			    secret_is_seen ? "should be seen" : "should be hidden", html, r.text,
			    r.hidden);
		failures++;
	}
	arena_free(a);
}

static void
hidden(const char *const *pages, size_t count)
{
	failures = 0;
	for (size_t i = 0; i < count; i++)
		look(pages[i], 0);
	assert_int_equal(failures, 0);
}

static void
seen(const char *const *pages, size_t count)
{
	failures = 0;
	for (size_t i = 0; i < count; i++)
		look(pages[i], 1);
	assert_int_equal(failures, 0);
}

/* Styles of one element: "secret" within, "shown" behind. */
static void
styles(const char *element, const char *const *list, size_t count, int secret_is_seen)
{
	failures = 0;
	for (size_t i = 0; i < count; i++) {
		char html[1000];

		snprintf(html, sizeof html, "<%s style=\"%s\">secret</%s>shown", element, list[i],
			 element);
		look(html, secret_is_seen);
	}
	assert_int_equal(failures, 0);
}

#define COUNT(list) (sizeof(list) / sizeof *(list))

static void
test_styles_that_hide(void **state)
{
	static const char *const list[] = {
		"display:none",
		"DISPLAY : None",
		"display:none !important",
		"display:none!important;display:block",
		"display:none;display:nonsense",
		"display/**/:none",
		"display:/* a;b:c */none",
		"dis\\70lay:none",
		"dis\\000070 lay:none",
		"display:n\\6f ne",
		"color:red;display:none",
		"font-family:'a;b';display:none",
		"background:url(data:image/png;base64,xyz);display:none",
		"visibility:hidden",
		"visibility:collapse",
		"font-size:0",
		"font-size:0px",
		"font-size:0.1px",
		"font-size:1px",
		"font-size:1pt",
		"font-size:0.01em",
		"font-size:1%",
		"font-size:0rem",
		"font:0/0 a",
		"font:bold 1px/20px arial",
		"font-size:12px;font-size:0",
		"opacity:0",
		"opacity:0.01",
		"opacity:1%",
		"color:#fff",
		"color:#FFFFFF",
		"color:white",
		"color:#fefefe",
		"color:rgb(255,255,255)",
		"color:rgb(100%,100%,100%)",
		"color:rgba(255, 255, 255, 1)",
		"color:rgb(255 255 255 / 50%)",
		"color:rgba(0,0,0,0)",
		"color:rgba(0,0,0,.02)",
		"color:#0000",
		"color:#ffffff80",
		"color:hsl(0,0%,100%)",
		"color:hsl(240deg 100% 99%)",
		"color:snow",
		"color:transparent",
		"-webkit-text-fill-color:transparent",
		"-webkit-text-fill-color:#fff;color:black",
		"background:#000;color:#000",
		"background:black none;color:#010101",
		"background-color:navy;color:#000080",
		"max-height:0;overflow:hidden",
		"height:0;overflow:hidden",
		"height:1px;overflow:hidden;width:1px;position:absolute",
		"width:0;overflow:hidden",
		"line-height:0;overflow:hidden",
		"position:absolute;left:-9999px",
		"position:absolute;left:-999em",
		"position:fixed;top:-5000px",
		"position:absolute;clip:rect(0 0 0 0)",
		"position:absolute;clip:rect(1px,1px,1px,1px)",
		"clip-path:inset(100%)",
		"clip-path:circle(0)",
		"text-indent:-9999px",
		"transform:scale(0)",
		"transform:scaleY(0.0)",
		"-webkit-transform:scale(0,0)",
		"transform:translateX(-9999px)",
		"mso-hide:all;display:none;font-size:1px;line-height:1px;max-height:0",
	};

	(void)state;
	styles("div", list, COUNT(list), 0);
}

static void
test_styles_that_show(void **state)
{
	static const char *const list[] = {
		"display:block",
		"display:none;display:block",
		"display:none;display:inline-block!important",
		"display:no/**/ne",
		"display:none-such",
		"display\\3anone",
		"font-family:';display:none;'",
		"background:url(a;display:none)",
		"color:rgb(0,0,0;display:none)",
		"x-display:none",
		"displaynone",
		"visibility:hidden;visibility:visible",
		"font-size:0.8em",
		"font-size:11px",
		"font-size:0;font-size:small",
		"font-size:0;font:12px arial",
		"font-size:0;font-size:calc(1px + 1em)",
		"font-size:0 0",
		"font-size:-1px",
		"opacity:0;opacity:1",
		"opacity:0.6",
		"color:#eee",
		"color:white;color:black",
		"color:white;background:#000",
		"color:white;background:url(dark.png)",
		"color:white;background:linear-gradient(#000,#333)",
		"color:white;background-image:url(x)",
		"color:white;background:var(--dark)",
		"color:var(--ink)",
		"color:color(srgb 1 1 1)",
		"color:white;-webkit-text-fill-color:black",
		"color:white;text-shadow:0 0 2px black",
		"color:transparent;text-shadow:0 0 0 #000",
		"color:transparent;background:linear-gradient(red,blue);-webkit-background-clip:"
		"text",
		"color:white;filter:invert(1)",
		"color:white;mix-blend-mode:difference",
		"color:rgba(0,0,0,.5)",
		"background-color:rgba(0,0,0,.7);color:white",
		"overflow:hidden;height:100px",
		"height:0",
		"max-height:0",
		"height:0;overflow:hidden;padding-top:40px",
		"max-height:0;min-height:50px;overflow:hidden",
		"height:0;overflow:visible",
		"left:-9999px",
		"position:relative;left:-20px",
		"position:absolute;left:20px",
		"clip:rect(0 0 0 0)",
		"position:absolute;clip:auto",
		"text-indent:-20px",
		"line-height:0",
		"line-height:1;overflow:hidden",
		"transform:scale(1)",
		"transform:rotate(0)",
		"mso-hide:all",
		"text-decoration:line-through",
	};

	(void)state;
	styles("div", list, COUNT(list), 1);
}

/* Sizes and places mean nothing to an element in the line. */
static void
test_inline_has_no_box(void **state)
{
	static const char *const shows[] = {
		"height:0;overflow:hidden",
		"width:0;overflow:hidden",
		"text-indent:-9999px",
		"transform:scale(0)",
	};
	static const char *const hides[] = {
		"display:inline-block;height:0;overflow:hidden",
		"position:absolute;height:0;overflow:hidden",
		"float:left;width:0;overflow:hidden",
		"display:none",
	};

	(void)state;
	styles("span", shows, COUNT(shows), 1);
	styles("span", hides, COUNT(hides), 0);
}

static void
test_inherited(void **state)
{
	static const char *const hides[] = {
		"shown<div style=display:none><p style=display:block>secret</p></div>",
		"shown<div style=opacity:0><b style=opacity:1>secret</b></div>",
		"<div style=visibility:hidden>secret<b style=visibility:visible>shown</b></div>",
		"<div style=font-size:0>secret<b style=font-size:12px>shown</b></div>",
		"<div style=font-size:0><b style=font-size:3em>secret</b></div>shown",
		"<body bgcolor=black text=white>shown<font color=black>secret</font>",
		"<body style='background:#222;color:#eee'>shown<font color=#222>secret</font>",
		"<table bgcolor=#112233><tr><td><font color=112233>secret</font>"
		"<font color=white>shown",
		"<table><tr bgcolor=red><td style='color:red'>secret<td bgcolor=white>shown",
		"<html style='background:#000'><body text=white>shown<b style=color:#000>secret",
		"shown<p hidden>secret</p>",
		"shown<p HIDDEN=''>secret</p>",
		"shown<div style='color:#fff'><p>secret</p></div>",
		"shown<font color='#FFFFFF' size=1>secret</font>",
	};
	static const char *const shows[] = {
		"shown<p hidden style=display:block>secret</p>",
		"shown<div aria-hidden=true>secret</div>",
		"shown<table bgcolor=black><tr><td style='color:white'>secret",
		"shown<table><tr><td background=x.png><font color=white>secret",
		"shown<table><tr><td bgcolor=#000><table><tr><td><font color=#fff>secret",
		"shown<div style=color:white><a href=http://x.example>secret</a></div>",
		"shown<div style=color:white><mark>secret</mark></div>",
		"shown<div style=color:white><button>secret</button></div>",
		"shown<div style='font-size:0'><textarea>secret</textarea></div>",
		"shown<div style='font-size:0'><table><tr><td>secret",
		"shown<table height=0 width=0><tr><td height=0 width=0>secret",
		"shown<table><tr><td style='height:0;overflow:hidden'>secret",
		"shown<div style='text-indent:-9999px'>x<br>secret</div>",
		"shown<font size=-7>secret</font>",
		"shown<font size=0>secret</font>",
		"<font color=white>secret</font>shown<body bgcolor=black text=white>",
		"<p style=color:#fff>secret</p><html style='background:#000'>shown",
		"shown<div style='display:none' style=''></div><div style='' "
		"style='display:none'>secret",
	};

	(void)state;
	hidden(hides, COUNT(hides));
	seen(shows, COUNT(shows));
}

static void
test_sheets(void **state)
{
	static const char *const hides[] = {
		"<style>.x{display:none}</style>shown<p class=x>secret",
		"<style>.x{display:none}</style>shown<p class='a x b'>secret",
		"<STYLE TYPE='text/css'>\n<!--\n.x { DISPLAY: none }\n-->\n</STYLE>shown<p "
		"class=x>secret",
		"<style>/* a */ #x /* b */ {display:none}</style>shown<p id=x>secret",
		"<style>x-tag{display:none}</style>shown<x-tag>secret</x-tag>",
		"<style>p.x{visibility:hidden}</style>shown<p class=x>secret",
		"<style>.a.x{font-size:0}</style>shown<p class='x a'>secret",
		"<style>h1,.y , .x{color:#fff}</style>shown<p class=x>secret",
		"<style>body .x{display:none}</style>shown<p class=x>secret",
		"<style>html body .x{display:none}</style>shown<p class=x>secret",
		"<style>@media screen{.x{display:none}}</style>shown<p class=x>secret",
		"<style>@media only screen{.x{display:none}}</style>shown<p class=x>secret",
		"<style>@media all,print{.x{display:none}}</style>shown<p class=x>secret",
		"<style>@import url(a;b); @charset 'x'; .x{display:none}</style>shown<p "
		"class=x>secret",
		"<style>@font-face{font-family:a;src:url(})} .x{display:none}</style>shown<p "
		"class=x>secret",
		"<style>.\\78{display:none}</style>shown<p class=x>secret",
		"<style>.x{display:none!important}</style>shown<p class=x "
		"style=display:block>secret",
		"<style>#i{color:white} .x{color:red}</style>shown<p id=i class=x>secret",
		"<style>.x{color:red} .x{color:white}</style>shown<p class=x>secret",
		"<style>p.x{color:white} .x{color:red}</style>shown<p class=x>secret",
		"<p class=x>secret</p>shown<style>.x{display:none}</style>",
		"<div class=x>secret<style>.x{display:none}</style></div>shown",
		"<style>.x{position:absolute;left:-9999px}</style>shown<p class=x>secret",
		"<style>.d{background:#000;color:#fff}.x{color:#000}</style><div "
		"class=d>shown<span class=x>secret",
		"<style media=screen>.x{display:none}</style>shown<p class=x>secret",
		"<style>}.x{display:none}</style>shown<p class=y>shown</p><p class=x>secret",
	};
	static const char *const shows[] = {
		"<style>.x{display:none}</style>shown<p class=xy>secret",
		"<style>.x{display:none}</style>shown<p class=X>secret",
		"<style>.x{display:none}</style>shown<p class=x style=display:block>secret",
		"<style>.x{display:none}.x{display:block}</style>shown<p class=x>secret",
		"<style>.x{display:none}</style>shown<p "
		"class=x>secret<style>.x{display:block}</style>",
		"<style>.x{display:none} p.x{display:block}</style>shown<p class=x>secret",
		"<style>.x{display:none} div .x{display:block}</style>shown<p class=x>secret",
		"<style>.x{display:none} .x:not(.y){display:block}</style>shown<p class=x>secret",
		"<style>.x{display:none} [class=x]{display:block}</style>shown<p class=x>secret",
		"<style>.x{display:none} @media (min-width:1px){.x{display:block}}</style>shown<p "
		"class=x>secret",
		"<style>@media print{.x{display:none}}</style>shown<p class=x>secret",
		"<style media=print>.x{display:none}</style>shown<p class=x>secret",
		"<style>@media (max-width:600px){.x{display:none}}</style>shown<p class=x>secret",
		"<style>@media screen and (max-width:600px){.x{display:none}}</style>shown<p "
		"class=x>secret",
		"<style>@supports (display:grid){.x{display:none}}</style>shown<p class=x>secret",
		"<style>@media (prefers-color-scheme:dark){.x{color:#fff}}</style>shown<p "
		"class=x>secret",
		"<style>div .x{display:none}</style>shown<p class=x>secret",
		"<style>div>.x{display:none}</style>shown<p class=x>secret",
		"<style>.x:hover{display:none}</style>shown<p class=x>secret",
		"<style>.x::before{display:none}</style>shown<p class=x>secret",
		"<style>.x[lang]{display:none}</style>shown<p class=x>secret",
		"<style>.x{mso-hide:all}</style>shown<p class=x>secret",
		"<style>/*.x{display:none}*/</style>shown<p class=x>secret",
		"<style>.y{content:'.x{display:none}'}</style>shown<p class=x>secret",
		"<!-- <style>.x{display:none}</style> -->shown<p class=x>secret",
		"<textarea><style>.x{display:none}</style></textarea>shown<p class=x>secret",
		"<b title='<style>.x{display:none}</style>'>shown<p class=x>secret",
		"<style>.x{display:none}</style>shown<p class=x style='all:unset'>secret",
		"<style>.x{color:#fff} .dark .x{background:#000}</style>shown<p class=x>secret",
		"<style>.x{display:none</style>shown<p class=xx>secret",
	};

	(void)state;
	hidden(hides, COUNT(hides));
	seen(shows, COUNT(shows));
}

static void
test_elements(void **state)
{
	static const char *const hides[] = {
		"shown<script>secret</script>",
		"shown<script>if (a</b) '<p>secret</p>'</script>",
		"shown<style>secret</style>",
		"shown<!-- secret -->",
		"shown<!-- > secret -->",
		"shown<!-- -- > secret -->",
		"shown<!-- a --!>shown<!-- secret --!>",
		"shown<!-- secret",
		"shown<![CDATA[secret]]>",
		"shown<?php secret ?>",
		"shown</ secret>",
		"shown<!--[if mso]>secret<![endif]-->",
		"shown<!--[if (gte mso 9)|(IE)]>secret<![endif]-->",
		"<title>secret</title>shown",
		"shown<template>secret</template>",
		"shown<iframe>secret</iframe>",
		"shown<iframe srcdoc='x'>secret<b></iframe>",
		"shown<noframes>secret</noframes>",
		"shown<noembed>secret</noembed>",
		"shown<datalist><option>secret</datalist>",
		"shown<math><annotation>secret</annotation></math>",
		"shown<ruby>a<rp>secret</rp></ruby>",
		"shown<SCRIPT>secret</SCRIPT >",
		"shown<script>secret</scriptx></script>",
	};
	static const char *const shows[] = {
		"shown<!-->secret",
		"shown<!--->secret",
		"shown<!--[if !mso]><!-->secret<!--<![endif]-->",
		"shown<![if !mso]>secret<![endif]>",
		"shown<noscript>secret</noscript>",
		"shown<details><summary>x</summary>secret</details>",
		"shown<svg><text>secret</text></svg>",
		"shown<svg><![CDATA[secret]]></svg>",
		"shown<svg><style><p>secret</svg>",
		"shown<math><mi>secret</mi></math>",
		"shown<object>secret</object>",
		"shown<button>secret</button>",
		"shown<input value=secret>",
		"shown<input type=submit value='secret'>",
		"shown<input placeholder=secret>",
		"shown<select><option>secret</select>",
		"shown<select><option label=secret></select>",
		"shown<img alt=secret>",
		"shown<del>secret</del>",
		"shown<s>secret",
		"shown<marquee>secret</marquee>",
		"shown<xmp>secret</xmp>",
		"shown<xmp><b>secret</xmp>",
		"shown<plaintext>secret",
		"shown<textarea>secret</textarea>",
		"shown<ruby>a<rt>secret</rt></ruby>",
		"shown<unknown-tag>secret",
		"shown<p<b>secret",
		"shown <b secret",
		"shown<a href=\"x>secret</a>",
		"shown<a href='x>secret</a> <b>end",
		"shown<div style='display:none>secret</div>",
		"shown<script></script x>secret",
		"shown<style></style/>secret",
		"shown<br/secret>secret",
		"shown<p/>secret",
		"shown<script/>x</script>secret",
		"shown<input type=hidden value=x>secret",
	};

	(void)state;
	hidden(hides, COUNT(hides));
	seen(shows, COUNT(shows));
}

/* Crossed and forgotten tags, as browsers repair them. */
static void
test_crossed_tags(void **state)
{
	static const char *const hides[] = {
		"shown<div style=display:none></span>secret</div>",
		"shown<span style=display:none><div></span>secret</div>",
		"shown<p><b style=color:white>x</p><p>secret</p>",
		"<ul><li style=display:none>secret<li>shown</ul>",
		"<dl><dt style=display:none>secret<dd>shown</dl>",
		"<table><tr style=display:none><td>secret<tr><td>shown</table>",
		"<table><tr><td style=display:none>secret<td>shown</table>",
		"<table style=display:none><tr><td>secret</table>shown",
		"<p style=display:none>secret<div>shown</div>",
		"shown<div style=display:none></body></html>secret</div>",
		"shown<div style=display:none><table></div><tr><td>secret</table></div>",
		"<a href=x style=display:none>secret<a href=y>shown",
		"<select><option style=display:none>secret<option>shown</select>",
		"<h1 style=display:none>secret</h2>shown",
		"<x-y style=display:none>secret</x-z></x-y>shown",
	};
	static const char *const shows[] = {
		"shown<b style=display:none><p>x</b>secret",
		"shown<font style=display:none><div>x</font>secret</div>",
		"shown<p style=display:none>x<p>secret",
		"shown<p style=display:none><ul><li>secret</ul>",
		"shown<table style=display:none>secret</table>",
		"shown<table style=display:none><tr>secret</table>",
		"shown<table style=display:none><div>secret</div></table>",
		"shown<table><tr style=display:none>secret<td>x</table>",
		"shown<td style=display:none>secret",
		"shown<tr style=display:none><td>secret",
		"<div style=color:white><p><font color=black>shown</p>secret</div>",
		"shown<span style=display:none>x</SPAN>secret",
		"shown<i style=display:none></i>secret",
		"shown<br style=display:none>secret",
		"shown<hr style=display:none>secret",
		"shown<img style=display:none>secret",
		"shown<nobr style=display:none>x<nobr>secret",
		"shown<button style=display:none>x<button>secret",
		"shown<table style=display:none><table><tr><td>secret",
	};

	(void)state;
	hidden(hides, COUNT(hides));
	seen(shows, COUNT(shows));
}

/* With too many rules nothing is hidden by them, for the one that shows may be the last. */
static void
test_too_many_rules(void **state)
{
	struct arena *a = arena_new(0);
	struct buf page = { .arena = a };
	struct html_result r;

	(void)state;
	buf_printf(&page, "<style>.x{display:none}");
	for (unsigned i = 0; i < LIMIT_HTML_RULES; i++)
		buf_printf(&page, ".y%u{display:none}", i);
	buf_printf(&page, "</style><p class=x>seen");
	assert_non_null(buf_string(&page));
	assert_int_equal(html_text(a, page.at, page.len, &r), 0);
	assert_string_equal(r.text, "seen");
	arena_free(a);
}

static void
test_too_many_classes(void **state)
{
	struct arena *a = arena_new(0);
	struct buf page = { .arena = a };
	struct html_result r;

	(void)state;
	buf_printf(&page, "<style>.x{display:none}</style><p class='x ");
	for (unsigned i = 0; i < LIMIT_HTML_CLASSES; i++)
		buf_add_char(&page, 'y');
	buf_printf(&page, "'>seen");
	assert_non_null(buf_string(&page));
	assert_int_equal(html_text(a, page.at, page.len, &r), 0);
	assert_string_equal(r.text, "seen");
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_styles_that_hide),
		cmocka_unit_test(test_styles_that_show),
		cmocka_unit_test(test_inline_has_no_box),
		cmocka_unit_test(test_inherited),
		cmocka_unit_test(test_sheets),
		cmocka_unit_test(test_elements),
		cmocka_unit_test(test_crossed_tags),
		cmocka_unit_test(test_too_many_rules),
		cmocka_unit_test(test_too_many_classes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
