/*
 * ctl_show: the verbs of `triagectl case` and `triagectl customer`. Arguments and answers as in
 * ctl.h.
 */
#ifndef DAEMON_CTL_SHOW_H
#define DAEMON_CTL_SHOW_H

int
case_correct(int argc, char **argv);

/* `triagectl case export C12 DIR`, `triagectl case verify DIR`. */
int
case_export(int argc, char **argv);

int
case_verify(int argc, char **argv);

/* `triagectl customer forget ADDRESS`. */
int
customer_forget(int argc, char **argv);

/* `triagectl case VERB`, see steer.h. */
int
case_steer(int argc, char **argv);

/* `triagectl customer import FILE.csv`. */
int
customer_import(int argc, char **argv);

#endif
