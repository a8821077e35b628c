/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Changing what is said of an incident: what it is, and the fields that the reports' sentences need (mission 1.34). Each change is
 * a line of its timeline, with what stood there before. */
#ifndef DESK_INCIDENT_EDIT_H
#define DESK_INCIDENT_EDIT_H

#include "desk/incident/incident.h"

enum edit_field {
	EDIT_TITLE,
	EDIT_CATEGORY, /* of INCIDENT_SET */
	EDIT_BRAND,
	EDIT_INDUSTRY,
	EDIT_ORIGIN,   /* of the brand: "", "domestic", "foreign", "unknown" */
	EDIT_HOSTING,  /* "rental", "dynamic address", "intruded server", … */
	EDIT_CARRIER,
	EDIT_COUNTRY,  /* of the host: two letters, "" */
	EDIT_FIRST_SEEN, /* a time; "" nobody knows */
	EDIT_LEAD_IN,  /* what led there */
	EDIT_CAMPAIGN,
	EDIT_PORTS,    /* "22/tcp,80/tcp" */
	EDIT_FIELDS
};

/* NULL leaves a field as it is. Gives how many changed. -EINVAL: a category, an origin, a country, a time or a port that is none. */
int edit_incident(struct db *db, const struct incident *i, const char *const values[EDIT_FIELDS], const struct doing *doing,
		  struct error *err);

/* "22/tcp,80/tcp", "" none; of the arena. */
int edit_ports_of(struct db *db, int64_t incident_id, struct arena *arena, const char **ret, struct error *err);

#endif
