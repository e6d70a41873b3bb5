// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { err, type Failure, failure, ok, type Result } from '@bartizan/contracts';
import type { InstancePaths } from '../instance/paths.ts';
import { readSecrets } from '../instance/secrets.ts';
import type { PreflightRow } from './preflight.ts';
import { lastLine, runProgram } from './run-program.ts';
import type { InstanceState } from './status.ts';

const LOG_TAIL_BYTES = 512 * 1024;

/** Patterns of secrets that must never leave the machine; each keeps only what kind it was. */
const SECRETS: readonly (readonly [RegExp, string])[] = [
  [/\bbz[a-z]_[A-Za-z0-9_-]{8,}/g, '<token>'],
  [/\b(eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*)/g, '<jwt>'],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----/g, '<private key>'],
  [/\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{8,}/gi, '$1 <secret>'],
  [/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/:@"']+:[^\s/@"']+@/gi, '$1<user>:<secret>@'],
  [/\b(AKIA|ASIA)[A-Z0-9]{16}\b/g, '<aws key>'],
  [/\b(gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|glpat-[A-Za-z0-9_-]{16,})/g, '<token>'],
  [
    /(["']?(?:password|passwd|passphrase|secret|token|api[-_]?key|authorization|cookie|credential)[A-Za-z_-]*["']?\s*[:=]\s*)("(?:[^"\\]|\\.)*"|'[^']*'|[^\s,;}"']+)/gi,
    '$1"<secret>"',
  ],
];

/** The text without secrets: known values of this instance first, then everything that looks like one. */
export function redact(text: string, known: readonly string[] = []): string {
  let safe = text;
  for (const value of known) if (value.length >= 8) safe = safe.replaceAll(value, '<secret>');
  for (const [pattern, replacement] of SECRETS) safe = safe.replace(pattern, replacement);
  return safe;
}

const tail = (path: string): string => {
  const bytes = readFileSync(path);
  return bytes.subarray(Math.max(0, bytes.length - LOG_TAIL_BYTES)).toString('utf8');
};

/** What goes into a bundle besides logs. */
export interface BundleParts {
  readonly rows: readonly PreflightRow[];
  readonly state: InstanceState | undefined;
}

/** Writes a redacted support bundle (tar.gz, 0600) into `folder` and returns its path. */
export async function supportBundle(
  paths: InstancePaths,
  folder: string,
  parts: BundleParts,
): Promise<Result<string, Failure>> {
  const secrets = readSecrets(paths);
  const known = secrets.ok ? [secrets.value.dataKey, secrets.value.localRootToken] : [];
  const work = mkdtempSync(join(tmpdir(), 'bartizan-bundle-'));
  try {
    const put = (name: string, text: string): void =>
      writeFileSync(join(work, name), redact(text, known), { mode: 0o600 });
    put('preflight.json', JSON.stringify(parts.rows, null, 2));
    put('state.json', JSON.stringify(parts.state ?? null, null, 2));
    put('versions.txt', `${process.version}\n${process.platform} ${process.arch}\n`);
    if (existsSync(join(paths.etc, 'instance.json')))
      put('instance.json', readFileSync(join(paths.etc, 'instance.json'), 'utf8'));
    if (existsSync(paths.log))
      for (const name of readdirSync(paths.log)) put(name, tail(join(paths.log, name)));
    const name = `bartizan-${paths.instance}-${new Date().toISOString().replaceAll(/[:.]/g, '-')}.tar.gz`;
    const target = join(folder, name);
    const made = await runProgram('tar', ['-czf', target, '-C', work, '.']);
    if (made.code !== 0) return err(failure('E_STORE_IO', lastLine(made.stderr)));
    await runProgram('chmod', ['600', target]);
    return ok(target);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
