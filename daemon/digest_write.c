/*
 * digest_write: the page of a digest as text, and as HTML that loads nothing.
 */
#include <stdio.h>
#include <string.h>

#include "digest_page.h"

#define BAR_CELLS 20
#define FONT "font-family:'Malgun Gothic','Apple SD Gothic Neo','Noto Sans KR',sans-serif;"

static const char *
string(const json_t *object, const char *name)
{
	const char *value = json_string_value(json_object_get(object, name));

	return value ? value : "";
}

static int
share_of(const json_t *row)
{
	json_int_t share = json_integer_value(json_object_get(row, "share"));

	return share < 1 ? 1 : share > 100 ? 100 : (int)share;
}

static void
text_chart(struct buf *b, const json_t *chart)
{
	json_t *row;
	size_t i;

	if (!json_is_object(chart))
		return;
	buf_printf(b, "\n%s\n", string(chart, "title"));
	json_array_foreach(json_object_get(chart, "rows"), i, row)
	{
		int cells = share_of(row) * BAR_CELLS / 100;

		buf_printf(b, "  %s ", string(row, "label"));
		for (int n = 0; n < (cells ? cells : 1); n++)
			buf_printf(b, "█");
		buf_printf(b, " %s", string(row, "count"));
		if (*string(row, "note"))
			buf_printf(b, " (%s)", string(row, "note"));
		buf_printf(b, "\n");
	}
}

static void
text_section(struct buf *b, const json_t *section)
{
	json_t *row;
	size_t i;

	buf_printf(b, "\n%s\n", string(section, "title"));
	json_array_foreach(json_object_get(section, "rows"), i, row)
	{
		if (*string(row, "id"))
			buf_printf(b, "  %s [%s] %s\n      %s\n", string(row, "id"),
				   string(row, "label"), string(row, "head"), string(row, "text"));
		else
			buf_printf(b, "  %s\n      %s\n", string(row, "head"), string(row, "text"));
	}
	if (*string(section, "more"))
		buf_printf(b, "  %s\n", string(section, "more"));
}

const char *
digest_text(struct arena *arena, const json_t *page)
{
	struct buf b = { .arena = arena };
	json_t *one;
	size_t i;

	buf_printf(&b, "%s\n\n", string(page, "title"));
	json_array_foreach(json_object_get(page, "lines"), i, one)
		buf_printf(&b, "%s\n", json_string_value(one));
	text_chart(&b, json_object_get(page, "chart"));
	json_array_foreach(json_object_get(page, "sections"), i, one) text_section(&b, one);
	buf_printf(&b, "\n%s\n", string(page, "footer"));
	return buf_string(&b);
}

/* Whatever it holds, it stays text. */
static void
put(struct buf *b, const char *text)
{
	for (; *text; text++)
		switch (*text) {
		case '&':
			buf_add(b, "&amp;", 5);
			break;
		case '<':
			buf_add(b, "&lt;", 4);
			break;
		case '>':
			buf_add(b, "&gt;", 4);
			break;
		case '"':
			buf_add(b, "&quot;", 6);
			break;
		case '\'':
			buf_add(b, "&#39;", 5);
			break;
		default:
			buf_add_char(b, *text);
		}
}

static const char *
colour_of(const char *severity)
{
	static const char *const colours[][2] = { { "critical", "#b42318" },
						  { "high", "#dc6803" },
						  { "normal", "#2e6fbb" },
						  { "low", "#5f7d8c" } };

	for (size_t i = 0; i < sizeof(colours) / sizeof(*colours); i++)
		if (strcmp(colours[i][0], severity) == 0)
			return colours[i][1];
	return "#8a949e";
}

static void
html_heading(struct buf *b, const char *text)
{
	buf_printf(b, "<h2 style=\"font-size:16px;margin:24px 0 8px\">");
	put(b, text);
	buf_printf(b, "</h2>\n");
}

/* A bar is a table of one cell as wide as its share. */
static void
html_bar(struct buf *b, const json_t *row)
{
	buf_printf(b, "<tr><td width=\"70\" style=\"padding:3px 8px 3px 0\">");
	put(b, string(row, "label"));
	buf_printf(b,
		   "</td><td width=\"45%%\" style=\"padding:3px 0\"><table role=\"presentation\" "
		   "cellspacing=\"0\" cellpadding=\"0\" width=\"%d%%\"><tr><td height=\"14\" "
		   "style=\"background:%s;font-size:1px;line-height:14px\">&nbsp;</td></tr></table>"
		   "</td><td style=\"padding:3px 0 3px 8px\"><b>",
		   share_of(row), colour_of(string(row, "severity")));
	put(b, string(row, "count"));
	buf_printf(b, "</b> <span style=\"color:#667\">");
	put(b, string(row, "note"));
	buf_printf(b, "</span></td></tr>\n");
}

static void
html_chart(struct buf *b, const json_t *chart)
{
	json_t *row;
	size_t i;

	if (!json_is_object(chart))
		return;
	html_heading(b, string(chart, "title"));
	buf_printf(b, "<table role=\"presentation\" cellspacing=\"0\" cellpadding=\"0\" "
		      "width=\"100%%\" style=\"font-size:14px\">\n");
	json_array_foreach(json_object_get(chart, "rows"), i, row) html_bar(b, row);
	buf_printf(b, "</table>\n");
}

static void
html_row(struct buf *b, const json_t *row)
{
	buf_printf(b, "<tr><td width=\"70\" valign=\"top\" style=\"padding:6px 8px 6px "
		      "0;border-top:1px solid #e3e6ea\"><b>");
	put(b, string(row, "id"));
	buf_printf(b, "</b><br><span style=\"color:%s\">", colour_of(string(row, "severity")));
	put(b, string(row, "label"));
	buf_printf(b, "</span></td><td valign=\"top\" style=\"padding:6px 0;border-top:1px solid "
		      "#e3e6ea\">");
	put(b, string(row, "head"));
	buf_printf(b, "<br><span style=\"color:#667\">");
	put(b, string(row, "text"));
	buf_printf(b, "</span></td></tr>\n");
}

static void
html_section(struct buf *b, const json_t *section)
{
	json_t *row;
	size_t i;

	html_heading(b, string(section, "title"));
	buf_printf(b, "<table cellspacing=\"0\" cellpadding=\"0\" width=\"100%%\" "
		      "style=\"font-size:14px\">\n");
	json_array_foreach(json_object_get(section, "rows"), i, row) html_row(b, row);
	buf_printf(b, "</table>\n");
	if (!*string(section, "more"))
		return;
	buf_printf(b, "<p style=\"font-size:14px;color:#667;margin:4px 0\">");
	put(b, string(section, "more"));
	buf_printf(b, "</p>\n");
}

const char *
digest_html(struct arena *arena, const json_t *page)
{
	struct buf b = { .arena = arena };
	json_t *one;
	size_t i;

	buf_printf(&b, "<!doctype html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\"><title>",
		   string(page, "language"));
	put(&b, string(page, "subject"));
	buf_printf(&b,
		   "</title></head>\n<body style=\"margin:0;padding:16px;background:#fff;"
		   "color:#1f2933;line-height:1.5;" FONT "\"><div style=\"max-width:720px\">\n<h1 "
		   "style=\"font-size:20px;margin:0 0 12px\">");
	put(&b, string(page, "title"));
	buf_printf(&b, "</h1>\n");
	json_array_foreach(json_object_get(page, "lines"), i, one)
	{
		buf_printf(&b, "<p style=\"font-size:14px;margin:4px 0\">");
		put(&b, json_string_value(one));
		buf_printf(&b, "</p>\n");
	}
	html_chart(&b, json_object_get(page, "chart"));
	json_array_foreach(json_object_get(page, "sections"), i, one) html_section(&b, one);
	buf_printf(&b, "<p style=\"font-size:12px;color:#889;margin:24px 0 0\">");
	put(&b, string(page, "footer"));
	buf_printf(&b, "</p>\n</div></body></html>\n");
	return buf_string(&b);
}
