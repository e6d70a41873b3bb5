// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionNative } from '@bartizan/contracts';
import type { AdmissionDesk } from '../../admission-ports.ts';
import type { Caller } from '../access/caller.ts';
import { namesVersion } from '../http/etag.ts';
import { answers, reply } from './route-handler.ts';

interface Parts {
  readonly admission: AdmissionDesk;
}

const authorOf = ({ cluster, tenant, name }: Caller) => ({ owner: { cluster, tenant }, name });

const replyOf = (native: AdmissionNative) => reply(native, { version: native.revision });

/** Rules that the API server holds by itself, and reports of ours in it. */
export const admissionNativeHandlers = ({ admission }: Parts) => ({
  'admission.native': answers('admission.native', ({ caller }) =>
    Promise.resolve(replyOf(admission.native(authorOf(caller).owner))),
  ),
  'admission.native.put': answers('admission.native.put', async ({ caller, body, ifMatch }) => {
    const { rules } = body;
    const isBasedOn = (revision: string): boolean => namesVersion(ifMatch ?? '*', revision);
    const chosen = await admission.chooseNative(authorOf(caller), { rules, isBasedOn });
    if (!chosen.ok) return chosen;
    return reply(chosen.value, {
      version: chosen.value.revision,
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
