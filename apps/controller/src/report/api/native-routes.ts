// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionDesk } from '../../admission-ports.ts';
import type { Caller } from '../access/caller.ts';
import { answers, reply } from './route-handler.ts';

interface Parts {
  readonly admission: AdmissionDesk;
}

const authorOf = ({ cluster, tenant, name }: Caller) => ({ owner: { cluster, tenant }, name });

/** Rules that the API server holds by itself, and reports of ours in it. */
export const admissionNativeHandlers = ({ admission }: Parts) => ({
  'admission.native': answers('admission.native', ({ caller }) =>
    Promise.resolve(reply(admission.native(authorOf(caller).owner))),
  ),
  'admission.native.put': answers('admission.native.put', async ({ caller, body }) => {
    const chosen = await admission.chooseNative(authorOf(caller), body.rules);
    if (!chosen.ok) return chosen;
    return reply(chosen.value, {
      target: 'native policies',
      auditDetail: (body.rules.join(', ') || 'none').slice(0, 1000),
    });
  }),
  'admission.reports': answers('admission.reports', ({ caller }) =>
    Promise.resolve(reply(admission.reports(authorOf(caller).owner))),
  ),
  'admission.reports.put': answers('admission.reports.put', async ({ caller, body }) => {
    const chosen = await admission.chooseReports(authorOf(caller), body.on);
    if (!chosen.ok) return chosen;
    return reply(chosen.value, { target: 'policy reports', auditDetail: body.on ? 'on' : 'off' });
  }),
});
