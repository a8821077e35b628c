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
AT_DESK int cmd_contact_add(const struct invocation *in);
AT_DESK int cmd_contact_list(const struct invocation *in);
AT_DESK int cmd_contact_key(const struct invocation *in);
AT_DESK int cmd_mail_take(const struct invocation *in);
AT_DESK int cmd_mail_list(const struct invocation *in);
AT_DESK int cmd_report_list(const struct invocation *in);
AT_DESK int cmd_report_same(const struct invocation *in);
AT_DESK int cmd_report_show(const struct invocation *in);
AT_DESK int cmd_report_thank(const struct invocation *in);
AT_DESK int cmd_report_close(const struct invocation *in);
AT_DESK int cmd_report_open(const struct invocation *in);
AT_DESK int cmd_report_bin(const struct invocation *in);
AT_DESK int cmd_incident_make(const struct invocation *in);
AT_DESK int cmd_incident_list(const struct invocation *in);
AT_DESK int cmd_incident_show(const struct invocation *in);
AT_DESK int cmd_incident_join(const struct invocation *in);
AT_DESK int cmd_incident_split(const struct invocation *in);
AT_DESK int cmd_incident_merge(const struct invocation *in);
AT_DESK int cmd_incident_unmerge(const struct invocation *in);
AT_DESK int cmd_incident_queue(const struct invocation *in);
AT_DESK int cmd_incident_claim(const struct invocation *in);
AT_DESK int cmd_incident_release(const struct invocation *in);
AT_DESK int cmd_incident_snooze(const struct invocation *in);
AT_DESK int cmd_incident_edit(const struct invocation *in);
AT_DESK int cmd_incident_happened(const struct invocation *in);
AT_DESK int cmd_incident_forget(const struct invocation *in);
AT_DESK int cmd_incident_course(const struct invocation *in);
AT_DESK int cmd_incident_judge(const struct invocation *in);
AT_DESK int cmd_incident_link(const struct invocation *in);
AT_DESK int cmd_incident_unlink(const struct invocation *in);
AT_DESK int cmd_incident_close(const struct invocation *in);
AT_DESK int cmd_incident_reopen(const struct invocation *in);
AT_DESK int cmd_request_make(const struct invocation *in);
AT_DESK int cmd_request_remind(const struct invocation *in);
AT_DESK int cmd_request_consent(const struct invocation *in);
AT_DESK int cmd_request_findings(const struct invocation *in);
AT_DESK int cmd_request_list(const struct invocation *in);
AT_DESK int cmd_contact_network(const struct invocation *in);
AT_DESK int cmd_list_import(const struct invocation *in);
AT_DESK int cmd_list_show(const struct invocation *in);
AT_DESK int cmd_list_check(const struct invocation *in);
AT_DESK int cmd_list_ask(const struct invocation *in);
AT_DESK int cmd_letter_list(const struct invocation *in);
AT_DESK int cmd_letter_advice(const struct invocation *in);
AT_DESK int cmd_letter_show(const struct invocation *in);
AT_DESK int cmd_letter_send(const struct invocation *in);
AT_DESK int cmd_letter_withdraw(const struct invocation *in);
AT_DESK int cmd_letter_resend(const struct invocation *in);
AT_DESK int cmd_letter_settle(const struct invocation *in);
AT_DESK int cmd_indicator_add(const struct invocation *in);
AT_DESK int cmd_indicator_list(const struct invocation *in);
AT_DESK int cmd_indicator_remove(const struct invocation *in);
AT_DESK int cmd_indicator_find(const struct invocation *in);
AT_DESK int cmd_watch_add(const struct invocation *in);
AT_DESK int cmd_watch_list(const struct invocation *in);
AT_DESK int cmd_watch_show(const struct invocation *in);
AT_DESK int cmd_watch_check(const struct invocation *in);
AT_DESK int cmd_watch_confirm(const struct invocation *in);
AT_DESK int cmd_watch_end(const struct invocation *in);
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
