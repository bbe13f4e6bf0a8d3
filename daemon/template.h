/*
 * template: Mustache-style texts: {{variable}}, {{#section}}..{{/section}},
 * {{^inverted}}..{{/inverted}}, {{! comment}}.
 *
 * The output is plain text; nothing is HTML-escaped, and values are never read as templates. A tag
 * of a section or comment alone on its line takes the line with it. A template file begins with
 * header lines ("Subject: ...") and an empty line, then the body. A value put into a header line
 * loses control characters and line breaks, so it cannot inject another header. A name that is not
 * among the known variables is refused when the template is loaded, with file:line:column.
 */
#ifndef DAEMON_TEMPLATE_H
#define DAEMON_TEMPLATE_H

#include <stddef.h>
#include <jansson.h>

#include "filters/arena.h"
#include "filters/err.h"

#define TEMPLATE_BYTES_MAX (64u << 10)   /* of a file */
#define TEMPLATE_OUTPUT_MAX (256u << 10) /* of what is rendered */
#define TEMPLATE_DEPTH_MAX 16            /* sections in sections */

struct template;

/*
 * known: NULL-terminated list of variable names ("customer.name"); NULL: not checked. All mistakes
 * go to problems.
 */
int
template_parse(const char *name, const char *text, size_t len, const char *const *known,
	       struct problems *problems, struct template **ret_template);

void
template_free(struct template *t);

/*
 * Renders with the values of a JSON object (dots go into objects; arrays repeat a section). Missing
 * values are empty; false, null, "", 0, empty arrays and empty objects close a section. ret_subject
 * is "" when the template has none. 0, -ENOMEM, or -E2BIG when the text would grow past
 * TEMPLATE_OUTPUT_MAX.
 */
int
template_render(const struct template *t, const json_t *values, struct arena *arena,
		const char **ret_subject, const char **ret_body);

#endif
