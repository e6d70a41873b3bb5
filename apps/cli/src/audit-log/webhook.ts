// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { isAbsolute, join, resolve } from 'node:path';
import { type AuditLogStatus, err, failure, ok, type Result } from '@bartizan/contracts';
import type { ApiFailure } from '../api/client.ts';
import { type CliContext, clientOf, perform, usage } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { makeFolder, writeAtomic } from '../instance/files.ts';
import { type Format, renderList } from '../output/render.ts';
import { AUDIT_POLICY, apiServerFlags, webhookKubeconfig } from './webhook-files.ts';

/** Flags of `cluster audit-webhook`. */
export interface WebhookFlags {
  readonly name?: string;
  readonly server?: string;
  readonly dir?: string;
  readonly days?: number;
  readonly othersEndIn?: number;
}

const DAYS = 365;
const KUBECONFIG = 'bartizan-audit-webhook.kubeconfig';
const POLICY = 'bartizan-audit-policy.yaml';

/** Where an API server reaches the controller; the path belongs to it alone. */
function serverOf(text: string | undefined): Result<URL, ApiFailure> {
  if (text === undefined) return usage('--server https://HOST:PORT');
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url === undefined || url.protocol !== 'https:' ? usage(`--server ${text}`) : ok(url);
}

function writeBoth(dir: string, kubeconfig: string): Result<readonly [string, string], ApiFailure> {
  const folder = isAbsolute(dir) ? dir : resolve(dir);
  const paths = [join(folder, KUBECONFIG), join(folder, POLICY)] as const;
  try {
    makeFolder(folder, 0o700);
    writeAtomic(paths[0], kubeconfig);
    writeAtomic(paths[1], AUDIT_POLICY, 0o644);
    return ok(paths);
  } catch (cause) {
    return err(failure('E_POLICY_FILE', `${folder}: ${cause instanceof Error ? cause.message : ''}`, cause));
  }
}

/** `cluster audit-webhook`: makes a key for an API server and the files it is started with. */
export const runAuditWebhook = (context: CliContext, flags: WebhookFlags): Promise<void> =>
  perform(context, async () => {
    const { t } = context;
    const server = serverOf(flags.server);
    if (!server.ok) return server;
    const client = await clientOf(context);
    if (!client.ok) return client;
    const made = await client.value.call('audit-log.source', {
      body: {
        name: flags.name ?? 'cluster',
        expiresInDays: flags.days ?? DAYS,
        ...(flags.othersEndIn === undefined ? {} : { othersEndInHours: flags.othersEndIn }),
      },
    });
    if (!made.ok) return made;
    const { path, expiresAtMs, retired, ...target } = made.value;
    const kubeconfig = webhookKubeconfig({ ...target, url: new URL(path, server.value).href });
    const written = writeBoth(flags.dir ?? 'bartizan-audit', kubeconfig);
    if (!written.ok) return written;
    const [kubeconfigPath, policyPath] = written.value;
    context.process.stdout.write(`${apiServerFlags(kubeconfigPath, policyPath).join('\n')}\n`);
    const until = new Date(expiresAtMs).toISOString();
    const lines = [
      t('audit-webhook.written', { kubeconfig: kubeconfigPath, policy: policyPath }),
      t('audit-webhook.next', { until }),
      ...(retired === 0
        ? []
        : [t('audit-webhook.retired', { count: retired, hours: flags.othersEndIn ?? 0 })]),
    ];
    context.process.stderr.write(`${lines.join('\n')}\n`);
    return ok(EXIT.fine);
  });

type Row = readonly [name: string, value: string];

function rowsOf({ t }: CliContext, status: AuditLogStatus): Row[] {
  const time = (ms: number | undefined): string => (ms === undefined ? '-' : new Date(ms).toISOString());
  return [
    [t('audit-status.since'), time(status.sinceMs)],
    [t('audit-status.last'), time(status.lastBatchAtMs)],
    [t('audit-status.delay'), status.delayMs === undefined ? '-' : `${status.delayMs} ms`],
    [t('audit-status.ahead'), `${status.aheadMs} ms`],
    [t('audit-status.batches'), String(status.batches)],
    [t('audit-status.busy'), String(status.busy)],
    [t('audit-status.events'), String(status.events)],
    [t('audit-status.judged'), String(status.judged)],
    [t('audit-status.repeated'), String(status.repeated)],
    [t('audit-status.broken'), String(status.broken)],
    [t('audit-status.detections'), String(status.detections)],
    [t('audit-status.told'), String(status.told)],
    [t('audit-status.shed'), String(status.shed)],
    ...status.files.map((file): Row => [`${file.name}:${file.path}`, fileText(t, file)]),
  ];
}

/** How far a log file is read, and what was not. */
const fileText = (t: CliContext['t'], file: AuditLogStatus['files'][number]): string =>
  [
    t('audit-status.file', { position: file.position, behind: file.behindBytes, lines: file.lines }),
    t('audit-status.file-lost', {
      broken: file.broken,
      rotations: file.rotations,
      gaps: file.gaps,
      skipped: file.skippedBytes,
    }),
    ...(file.problem === undefined ? [] : [t(`audit-status.problem-${file.problem}`)]),
  ].join('; ');

/** `audit-log status`: how the audit log of the API servers comes in. */
export const runStatus = (context: CliContext, flags: { readonly output: Format }): Promise<void> =>
  perform(context, async () => {
    const client = await clientOf(context);
    if (!client.ok) return client;
    const status = await client.value.call('audit-log.status', {});
    if (!status.ok) return status;
    renderList<Row>(context.process, flags.output, {
      items: rowsOf(context, status.value),
      columns: [
        { field: 'name', heading: context.t('column.name'), value: ([name]) => name },
        { field: 'value', heading: context.t('column.value'), value: ([, value]) => value },
      ],
      whole: status.value,
    });
    return ok(EXIT.fine);
  });
