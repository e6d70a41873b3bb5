// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/**
 * Incidents: what one process chain did within a short time is one thing to look at, however many programs matched.
 * In: security events. Out: the same events, put together. Serves k05 (logging and monitoring).
 */
export { groupIncidents, INCIDENT_GAP_MS, type Incident, incidentOf } from './incident.ts';
