/*
 * notice: the words of a mail to one of us: that a complaint needs somebody, and where to look.
 */
#include "notice.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "card.h"
#include "policy.h"

struct words {
	const char *wanted, *reference, *severity, *flags, *customer, *subject, *owner, *nobody,
		*mail, *record, *never, *wish;
	const char *severities[SEVERITY_CRITICAL + 1];
};

static const struct words korean = {
	.wanted = "확인 요청",
	.reference = "접수 번호",
	.severity = "심각도",
	.flags = "분류",
	.customer = "고객",
	.subject = "제목",
	.owner = "담당",
	.nobody = "미정",
	.mail = "원문은 메일함에 있습니다.",
	.record = "처리 기록은 아래 명령으로 볼 수 있습니다.",
	.never = "절대 금지",
	.wish = "고객 요청",
	.severities = { "없음", "낮음", "보통", "높음", "긴급" },
};

static const struct words english = {
	.wanted = "needs a look",
	.reference = "Case",
	.severity = "Severity",
	.flags = "Flags",
	.customer = "Customer",
	.subject = "Subject",
	.owner = "Owner",
	.nobody = "nobody yet",
	.mail = "The mail itself is in the mailbox.",
	.record = "The record:",
	.never = "Never",
	.wish = "Wish",
	.severities = { "none", "low", "normal", "high", "critical" },
};

static void
add_flags(struct buf *b, flag_set flags)
{
	const char *between = "";

	for (int f = 0; f < FLAG_COUNT; f++)
		if (flags & 1u << f) {
			buf_printf(b, "%s%s", between, flag_name((enum flag)f));
			between = ", ";
		}
}

/* What must not happen first: it is read before the rest. */
static void
add_minds(struct buf *b, const struct words *w, const struct customer_record *customer)
{
	struct mind mind;

	for (int round = 0; customer && round < 2; round++)
		for (size_t i = 0; i < customer->mind_count && i < CARD_MINDS_EVER; i++)
			if (card_mind(b->arena, customer->minds[i], &mind) &&
			    mind.never == (round == 0))
				buf_printf(b, "%s: %s\n", mind.never ? w->never : w->wish,
					   mind.text);
}

int
notice_text(struct arena *arena, const char *language, const struct message_record *mail,
	    const char *owner, const struct customer_record *customer, const char **ret_subject,
	    const char **ret_body)
{
	const struct words *w = strcmp(language, "ko") == 0 ? &korean : &english;
	struct buf subject = { .arena = arena }, body = { .arena = arena };
	int severity = severity_by_name(mail->severity);

	buf_printf(&subject, "[%s] ", mail->account);
	if (mail->case_id) {
		buf_printf(&subject, "C%" PRIu64 " ", mail->case_id);
		buf_printf(&body, "%s: C%" PRIu64 "\n", w->reference, mail->case_id);
	}
	buf_printf(&subject, "%s: ", w->wanted);
	add_flags(&subject, mail->hits);
	add_minds(&body, w, customer);
	buf_printf(&body, "%s: %s\n%s: ", w->severity, w->severities[severity < 0 ? 0 : severity],
		   w->flags);
	add_flags(&body, mail->hits);
	buf_printf(&body, "\n%s: %s\n%s: %s\n%s: %s\n\n%s\n", w->customer, mail->from, w->subject,
		   mail->subject, w->owner, *owner ? owner : w->nobody, w->mail);
	if (mail->case_id)
		buf_printf(&body, "%s\n    triagectl case show C%" PRIu64 "\n", w->record,
			   mail->case_id);
	*ret_subject = buf_string(&subject);
	*ret_body = buf_string(&body);
	return *ret_subject && *ret_body ? 0 : -ENOMEM;
}

const char *
notice_away(struct arena *arena, const char *language, const char *owner, const char *until,
	    const char *acts)
{
	if (!until)
		return NULL;
	return arena_printf(arena,
			    strcmp(language, "ko") == 0 ? "%s (%s까지 부재, %s 대행)"
							: "%s (away until %s, %s acts)",
			    owner, until, acts);
}

const char *
notice_superior(struct arena *arena, const char *language, const char *body, const char *owner)
{
	return arena_printf(
		arena,
		strcmp(language, "ko") == 0
			? "%s\n고객이 책임자를 찾고 있어 알려 드립니다. 담당자는 그대로 %s입니다.\n"
			  "고객에게 먼저 연락하지 마시고, 담당자와 의논해 주십시오. 답장은 "
			  "담당자가 "
			  "보냅니다.\n"
			: "%s\nThe customer asks for somebody above their agent. %s stays in "
			  "charge "
			  "of them.\nPlease do not write to the customer yourself; talk it over "
			  "with "
			  "the owner, who answers.\n",
		body, owner);
}
