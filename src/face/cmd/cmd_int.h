/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The commands that the table in commands.c names; one file per noun, or per verb where it is long. */
#ifndef FACE_CMD_CMD_INT_H
#define FACE_CMD_CMD_INT_H

#include "face/cmd/command.h"

/* Who works on the case database. These are in hinomi-desk alone, so that a look at the store does not wait for the libraries
 * of a database to be loaded; in hinomi, which is not linked with them, they are NULL, and it becomes hinomi-desk. */
#define AT_DESK __attribute__((weak))

int cmd_observe_import(const struct invocation *in);
int cmd_observe_top(const struct invocation *in);
int cmd_observe_series(const struct invocation *in);
int cmd_observe_cells(const struct invocation *in);
int cmd_observe_count(const struct invocation *in);
int cmd_observe_surges(const struct invocation *in);
int cmd_observe_events(const struct invocation *in);
int cmd_observe_sources(const struct invocation *in);
int cmd_centre_run(const struct invocation *in);
AT_DESK int cmd_observe_quarter(const struct invocation *in);
AT_DESK int cmd_observe_note(const struct invocation *in);
AT_DESK int cmd_surge_list(const struct invocation *in);
AT_DESK int cmd_surge_show(const struct invocation *in);
AT_DESK int cmd_surge_confirm(const struct invocation *in);
AT_DESK int cmd_surge_reject(const struct invocation *in);
AT_DESK int cmd_surge_note(const struct invocation *in);
AT_DESK int cmd_surge_refresh(const struct invocation *in);
AT_DESK int cmd_surge_table(const struct invocation *in);
AT_DESK int cmd_filter_save(const struct invocation *in);
AT_DESK int cmd_filter_list(const struct invocation *in);
AT_DESK int cmd_filter_remove(const struct invocation *in);
AT_DESK int cmd_account_add(const struct invocation *in);
AT_DESK int cmd_account_list(const struct invocation *in);
AT_DESK int cmd_account_change(const struct invocation *in);
AT_DESK int cmd_account_lock(const struct invocation *in);
AT_DESK int cmd_account_unlock(const struct invocation *in);
AT_DESK int cmd_account_password(const struct invocation *in);
AT_DESK int cmd_account_totp(const struct invocation *in);
AT_DESK int cmd_account_sessions(const struct invocation *in);
AT_DESK int cmd_account_remove_session(const struct invocation *in);
AT_DESK int cmd_account_compartment(const struct invocation *in);
AT_DESK int cmd_account_first(const struct invocation *in);
AT_DESK int cmd_audit_list(const struct invocation *in);
AT_DESK int cmd_audit_verify(const struct invocation *in);
AT_DESK int cmd_audit_seal(const struct invocation *in);
int cmd_config_check(const struct invocation *in);
int cmd_config_show(const struct invocation *in);
int cmd_observe_graph(const struct invocation *in);
AT_DESK int cmd_publish_graphs(const struct invocation *in);
int cmd_store_stats(const struct invocation *in);
int cmd_store_verify(const struct invocation *in);
int cmd_store_compact(const struct invocation *in);
int cmd_store_simulate(const struct invocation *in);
int cmd_observe_sensors(const struct invocation *in);
int cmd_sensor_add(const struct invocation *in);
int cmd_sensor_change(const struct invocation *in);
int cmd_sensor_list(const struct invocation *in);
int cmd_sensor_revoke(const struct invocation *in);
int cmd_sense_enrol(const struct invocation *in);
int cmd_sense_check(const struct invocation *in);
int cmd_sense_run(const struct invocation *in);
int cmd_store_export(const struct invocation *in);

#endif
