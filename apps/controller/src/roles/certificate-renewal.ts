// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { CertificateAuthority, ServerCertificate } from '@bartizan/adapters/pki';
import type { Log } from '../ports.ts';
import type { Report } from '../report/build-report.ts';
import type { AgentServer } from '../sense/agent-server.ts';
import type { StartOptions } from '../settings.ts';

const NAMES = ['localhost', '127.0.0.1', '::1'];

/** The names of the certificate of our ports. */
export const certificateNames = (options: StartOptions): string[] => [
  ...new Set([...NAMES, ...(options.publicNames ?? [])]),
];

interface Parts {
  readonly authority: CertificateAuthority;
  readonly certificate: ServerCertificate;
  readonly options: StartOptions;
  readonly log: Log;
  readonly agents: AgentServer;
  readonly report: Report;
}

/** What takes a new certificate into use in time, without closing what is open. */
export function certificateRenewal(parts: Parts): () => Promise<void> {
  const { authority, certificate, options, log, agents, report } = parts;
  let inUse = `${certificate.certificatePem}${authority.caPem()}`;
  return async () => {
    const current = await authority.serverCertificate(certificateNames(options));
    if (!current.ok) return log.error({ code: current.error.code }, 'the certificate cannot be renewed now');
    const { keyPem, certificatePem } = current.value;
    const wanted = `${certificatePem}${authority.caPem()}`;
    if (wanted === inUse) return;
    agents.useTls({ keyPem, chainPem: certificatePem, caPem: authority.caPem() });
    report.useTls({ keyPem, chainPem: certificatePem });
    inUse = wanted;
    log.info({}, 'a new certificate is in use');
  };
}
