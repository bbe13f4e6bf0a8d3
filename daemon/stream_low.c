/*
 * stream_low: a stream as libetpan's lowest layer. Its read never returns 0: libetpan spins on an
 * end of file inside a literal, and stops on an error.
 */
#include "stream_internal.h"

#include <stdlib.h>
#include <libetpan/mailstream.h>
#include <libetpan/mailstream_low.h>

/*
 * libetpan moves what is left of its buffer after every line, so a larger one is slower; literals
 * go past it.
 */
#define MAILSTREAM_BUFFER 8192

static ssize_t
low_read(mailstream_low *low, void *bytes, size_t size)
{
	ssize_t n = stream_read(low->data, bytes, size);

	return n < 0 ? -1 : n;
}

static ssize_t
low_write(mailstream_low *low, const void *bytes, size_t len)
{
	return stream_write(low->data, bytes, len) < 0 ? -1 : (ssize_t)len;
}

static int
low_close(mailstream_low *low)
{
	(void)low;
	return 0;
}

static int
low_get_fd(mailstream_low *low)
{
	return ((struct stream *)low->data)->fd;
}

static void
low_free(mailstream_low *low)
{
	free(low);
}

static mailstream_low_driver low_driver = {
	.mailstream_read = low_read,
	.mailstream_write = low_write,
	.mailstream_close = low_close,
	.mailstream_get_fd = low_get_fd,
	.mailstream_free = low_free,
};

mailstream *
stream_mailstream(struct stream *s)
{
	mailstream_low *low = mailstream_low_new(s, &low_driver);
	mailstream *stream;

	if (low == NULL)
		return NULL;
	stream = mailstream_new(low, MAILSTREAM_BUFFER);
	if (stream == NULL)
		free(low);
	return stream;
}
