// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fetchFeeds, selectFeeds } from '@bartizan/adapters/advisory-feed';
import { err, failure } from '@bartizan/contracts';
import { buildPack } from '@bartizan/scan';
import { type CliContext, perform, usage } from '../context.ts';
import { readText } from '../instance/files.ts';
import type { Format } from '../output/render.ts';
import { plain } from '../output/width.ts';
import { upload } from './database.ts';

/** Options of `db update`. */
export interface UpdateFlags {
  readonly output: Format;
  readonly force: boolean;
  /** Feeds by id (`osv.npm`) or group (`osv`); all when empty. */
  readonly feed: readonly string[];
  /** `NAME=URL` (feed, group or `*`): a mirror. */
  readonly mirror: readonly string[];
}

/** `db update`: fetches feeds by HTTPS, builds a pack and hands it to the controller. A feed that fails is named. */
export function runDbUpdate(context: CliContext, flags: UpdateFlags): Promise<void> {
  return perform(context, async () => {
    const bases = mirrors(flags.mirror);
    if (bases === undefined) return usage('--mirror NAME=https://HOST/PATH');
    const feeds = selectFeeds(flags.feed);
    if (feeds.length === 0) return usage(`--feed ${flags.feed.join(' ')}`);
    const work = mkdtempSync(join(tmpdir(), 'bartizan-feeds-'));
    const { env, stderr } = context.process;
    const certificates =
      env['NODE_EXTRA_CA_CERTS'] === undefined ? undefined : readText(env['NODE_EXTRA_CA_CERTS']);
    try {
      const outcomes = await fetchFeeds({
        feeds,
        bases,
        directory: join(work, 'feeds'),
        environment: env,
        ...(certificates === undefined ? {} : { certificates }),
        onProgress: ({ feed, result }) =>
          stderr.write(
            `${feed}: ${result.ok ? 'ok' : plain(`${result.error.code} ${result.error.detail}`)}\n`,
          ),
      });
      if (!outcomes.some((outcome) => outcome.result.ok))
        return err(
          failure(
            'E_FEED_UNREACHABLE',
            outcomes
              .map((outcome) => outcome.url)
              .slice(0, 3)
              .join(' '),
          ),
        );
      const file = join(work, 'advisories.pack');
      const built = buildPack({ from: join(work, 'feeds'), to: file, nowMs: Date.now() });
      if (!built.ok) return err(failure(built.error.code, built.error.detail));
      // Made here and now from the feeds: there is nobody else to sign it.
      return await upload(context, file, { ...flags, allowUnsigned: true });
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  });
}

function mirrors(pairs: readonly string[]): Record<string, string> | undefined {
  const bases: Record<string, string> = {};
  for (const pair of pairs) {
    const [, name, url] = /^([A-Za-z0-9._*-]{1,64})=(https?:\/\/\S{1,2000})$/.exec(pair) ?? [];
    if (name === undefined || url === undefined) return undefined;
    bases[name] = url;
  }
  return bases;
}
