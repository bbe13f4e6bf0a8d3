/*
 * scripted_certificates: what scripted.c takes from scripted_certificates.c; tests use scripted.h.
 */
#ifndef TESTS_SCRIPTED_CERTIFICATES_H
#define TESTS_SCRIPTED_CERTIFICATES_H

#include "scripted.h"

#include <gnutls/gnutls.h>

gnutls_certificate_credentials_t
scripted_credentials(enum script_certificate kind);

#endif
