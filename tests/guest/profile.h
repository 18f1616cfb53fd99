/* SPDX-License-Identifier: GPL-2.0-only */
/* Cases of the group `profile` in files of their own. */
#ifndef PROFILE_H
#define PROFILE_H

struct t;

/* profile_error.c: PROFILE=flaky fails what it was asked to, nothing else. */
void profile_error_flush(struct t *t);
void profile_error_read(struct t *t);
void profile_error_write(struct t *t);

/* profile_order.c: vnvme completes in the order of arrival, or not: its profile. */
void profile_order(struct t *t);

/* profile_guard.c: PROFILE=pi checks what it is given. */
void profile_guard(struct t *t);

/* profile_limits.c: PROFILE=vnvme-16k changes its limits while it runs. */
void profile_limits(struct t *t);
void profile_limits_running(struct t *t);

#endif
