/*
 * transport: what is the same for every kind of transport.
 */
#include "transport.h"

#include <errno.h>

bool
transport_lost(int error)
{
	switch (error) {
	case -EPIPE:
	case -ETIMEDOUT:
	case -EPROTO:
	case -ECANCELED:
	case -EKEYREJECTED:
	case -EHOSTUNREACH:
	case -ENOTCONN:
	case -ENOMEM: /* an answer was read in half: what follows cannot be told apart */
		return true;
	default:
		return false;
	}
}
