/* What the process does to itself before anything else. */
#ifndef LC_CLI_HARDEN_H
#define LC_CLI_HARDEN_H

/* Files are made for us alone (children get the umask that we were started with), no core dump, no
 * tracing by others of the same user, a closed pipe is an error and not a signal, and the three
 * standard streams are open, so that no file of ours becomes one of them. Cannot fail in a way that
 * matters: each is a second lock. */
void lc_harden(void);

#endif
