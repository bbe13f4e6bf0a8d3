/*
 * html_mark: what mail clients write around other people's words. See html_mark.h. Linear in the
 * attributes.
 */
#include "html_mark.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "html_css.h"

struct known {
	const char *word; /* ends in '*': begins so */
	enum html_mark mark;
};

static const struct known classes[] = {
	{ "gmail_attr", MARK_QUOTED },
	{ "gmail_quote", MARK_GMAIL },
	{ "gmail_signature", MARK_SIGNATURE },
	{ "gmail_signature_prefix", MARK_SIGNATURE },
	{ "moz-cite-prefix", MARK_QUOTED },
	{ "moz-signature", MARK_SIGNATURE },
	{ "moz-forward-container", MARK_FORWARDED },
	{ "yahoo_quoted", MARK_QUOTED },
	{ "yahoo-quoted-begin", MARK_QUOTED },
	{ "protonmail_quote", MARK_QUOTED },
	{ "protonmail_signature_block", MARK_SIGNATURE },
	{ "ms-outlook-mobile-reference-message", MARK_QUOTED },
	{ "tutanota_quote", MARK_QUOTED },
	{ "skiff_quote", MARK_QUOTED },
	{ "zmail_extra", MARK_QUOTED },
	{ "front-blockquote", MARK_QUOTED },
	{ "freshdesk_quote", MARK_QUOTED },
	{ "missive_quote", MARK_QUOTED },
	{ "fernand_quote", MARK_QUOTED },
	{ "outreach-quote", MARK_QUOTED },
	{ "notion-mail-quote", MARK_QUOTED },
	{ "hs_reply", MARK_QUOTED },
	{ "replyContent", MARK_HEADED },
};

static const struct known ids[] = {
	{ "yahoo_quoted*", MARK_QUOTED },
	{ "reply-intro", MARK_QUOTED },
	{ "OLK_SRC_BODY_SECTION", MARK_QUOTED },
	{ "mail-editor-reference-message-container", MARK_QUOTED },
	{ "composeWebView_previouse_content", MARK_QUOTED },
	{ "divRplyFwdMsg", MARK_REST },
	{ "appendonsend", MARK_REST },
	{ "stopSpelling", MARK_REST },
	{ "replySplit", MARK_REST },
	{ "zwchr", MARK_REST },
	{ "isReplyContent", MARK_HEADED },
	{ "isForwardContent", MARK_HEADED },
	{ "origbody", MARK_HEADED },
	{ "reply139content", MARK_HEADED },
	{ "replyContent", MARK_HEADED },
	{ "Signature", MARK_SIGNATURE },
	{ "ms-outlook-mobile-signature", MARK_SIGNATURE },
	{ "AppleMailSignature", MARK_SIGNATURE },
	{ "lineBreakAtBeginningOfSignature", MARK_SIGNATURE },
	{ "ymail_android_signature", MARK_SIGNATURE },
	{ "composer_signature", MARK_SIGNATURE },
};

static const struct known names[] = {
	{ "messageReplySection", MARK_QUOTED },
	{ "messageSignatureSection", MARK_SIGNATURE },
	{ "quote", MARK_QUOTED },
};

static enum html_mark
known_word(struct span word, const struct known *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		size_t want = strlen(list[i].word);
		bool prefix = list[i].word[want - 1] == '*';

		want -= prefix;
		if ((prefix ? word.len >= want : word.len == want) &&
		    ((*word.at ^ *list[i].word) & 0x5f) == 0 &&
		    strncasecmp(word.at, list[i].word, want) == 0)
			return list[i].mark;
	}
	return MARK_NONE;
}

/* Bytes of what a web mailer put before a foreign name, 0 when there is nothing. */
static size_t
foreign_prefix(struct span word)
{
	size_t n = 0;

	if (word.len > 2 && strncmp(word.at, "x_", 2) == 0)
		return 2; /* Outlook on the web */
	if (word.len > 3 && strncmp(word.at, "ecx", 3) == 0)
		return 3; /* Hotmail */
	if (word.len > 3 && strncmp(word.at, "yiv", 3) == 0)
		n = 3; /* Yahoo */
	else if (word.len > 3 && strncmp(word.at, "m_", 2) == 0)
		n = 2 + (word.at[2] == '-'); /* Gmail */
	if (!n || n >= word.len || !isdigit((unsigned char)word.at[n]))
		return 0;
	while (n < word.len && isdigit((unsigned char)word.at[n]))
		n++;
	return n;
}

/* A name as its client wrote it, whatever others put around it. */
static enum html_mark
word_mark(struct span word, const struct known *list, size_t count)
{
	static const char suffix[] = "_mr_css_attr"; /* Mail.ru */
	enum html_mark mark;
	size_t n = sizeof suffix - 1;

	if (word.len > n && memcmp(word.at + word.len - n, suffix, n) == 0)
		word.len -= n;
	while ((mark = known_word(word, list, count)) == MARK_NONE && (n = foreign_prefix(word)))
		word = (struct span){ word.at + n, word.len - n };
	/* Yahoo's newer prefix runs into the name. */
	if (mark == MARK_NONE && word.len > 3 && strncmp(word.at, "ydp", 3) == 0)
		for (n = 3; n < word.len && n < 16 && mark == MARK_NONE; n++)
			mark = known_word((struct span){ word.at + n, word.len - n }, list, count);
	return mark;
}

static enum html_mark
list_mark(const struct span *words, const struct known *list, size_t count)
{
	const char *at = words ? words->at : NULL, *end = words ? at + words->len : NULL;
	enum html_mark mark = MARK_NONE;

	while (at && at < end && mark == MARK_NONE) {
		const char *from;

		while (at < end && isspace((unsigned char)*at))
			at++;
		for (from = at; at < end && !isspace((unsigned char)*at); at++)
			;
		if (at > from)
			mark = word_mark((struct span){ from, (size_t)(at - from) }, list, count);
	}
	return mark;
}

static bool
has(const struct span *s, const char *word)
{
	size_t n = strlen(word);

	for (size_t i = 0; s && i + n <= s->len; i++)
		if (strncasecmp(s->at + i, word, n) == 0)
			return true;
	return false;
}

/*
 * Gmail, Outlook and others write "indent more" as a blockquote without a border, Naver's editor
 * decorates with one: the writer's own words.
 */
static bool
own_blockquote(const struct html_token *t)
{
	const struct span *style = html_token_attribute(t, ATTRIBUTE_STYLE),
			  *type = html_token_attribute(t, ATTRIBUTE_TYPE),
			  *class = html_token_attribute(t, ATTRIBUTE_CLASS);

	if (type && css_is(*type, "cite"))
		return false;
	if (has(class, "se2_quote") || has(class, "se-quot"))
		return true;
	return has(style, "margin") && (has(style, "border:none") || has(style, "border: none") ||
					has(style, "border-width: medium medium medium medium"));
}

/*
 * Outlook draws a thin line above the header block of what it quotes; the colour tells the version.
 */
static bool
outlook_line(const struct span *style)
{
	static const char *const colors[] = { "#b5c4df",
					      "#e1e1e1",
					      "#e5e5e5",
					      "rgb(181, 196, 223)",
					      "rgb(225, 225, 225)",
					      "rgb(229, 229, 229)",
					      "rgb(181,196,223)",
					      "rgb(225,225,225)",
					      "rgb(229,229,229)" };

	if (!has(style, "border-top") && !has(style, "border-width:1pt") &&
	    !has(style, "border-width: 1pt"))
		return false;
	if (!has(style, "solid"))
		return false;
	for (size_t i = 0; i < sizeof colors / sizeof *colors; i++)
		if (has(style, colors[i]))
			return true;
	return false;
}

enum html_mark
html_mark_find(const struct html_token *t)
{
	const struct span *style = html_token_attribute(t, ATTRIBUTE_STYLE),
			  *signature = html_token_attribute(t, ATTRIBUTE_SIGNATURE);
	enum html_mark mark;

	if (t->tag->id == TAG_BLOCKQUOTE)
		return own_blockquote(t) ? MARK_NONE : MARK_QUOTED;
	if (!(t->present & (1u << ATTRIBUTE_CLASS | 1u << ATTRIBUTE_ID | 1u << ATTRIBUTE_NAME |
			    1u << ATTRIBUTE_STYLE | 1u << ATTRIBUTE_SIGNATURE)))
		return MARK_NONE;
	mark = list_mark(html_token_attribute(t, ATTRIBUTE_CLASS), classes,
			 sizeof classes / sizeof *classes);
	if (mark == MARK_NONE)
		mark = list_mark(html_token_attribute(t, ATTRIBUTE_ID), ids,
				 sizeof ids / sizeof *ids);
	if (mark == MARK_NONE && t->tag->id != TAG_A && !(t->tag->flags & TAG_FIELD))
		mark = list_mark(html_token_attribute(t, ATTRIBUTE_NAME), names,
				 sizeof names / sizeof *names);
	if (mark == MARK_NONE && signature && css_is(*signature, "true"))
		mark = MARK_SIGNATURE;
	if (mark == MARK_NONE && t->tag->id == TAG_DIV && outlook_line(style))
		mark = MARK_LINE;
	return mark;
}

bool
html_mark_headers(const char *text, size_t len, bool strict)
{
	const char *end = text + (len < 1000 ? len : 1000);
	unsigned fields = 0;
	bool known = !strict;

	for (unsigned line = 0; text < end && line < 7; line++) {
		const char *stop = memchr(text, '\n', (size_t)(end - text));
		size_t n = (size_t)((stop ? stop : end) - text);
		struct span whole = { text, n }, name = { text, n < 40 ? n : 40 };

		fields += has(&name, ":") || has(&name, "\xef\xbc\x9a");
		/* An address, or the year of a date. */
		known |= has(&whole, "@") || has(&whole, "20") || has(&whole, "19");
		text += n + 1;
	}
	return fields >= 2 && known;
}
