/* The manual page, made from the command tables. */
#ifndef LC_CLI_MAN_H
#define LC_CLI_MAN_H

/* man(7) source on standard output. */
void lc_man_print(void);

#endif
