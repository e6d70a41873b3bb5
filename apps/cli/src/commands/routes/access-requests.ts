// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { buildCommand } from '@stricli/core';
import type { AskFlags } from '../../access/requests.ts';
import type { CliContext } from '../../context.ts';
import type { Format } from '../../output/render.ts';
import type { Translate } from '../../text/catalogue.ts';
import {
  anyFlag,
  type ManifestListFlags,
  manifestListFlags,
  maybeOne,
  one,
  outputFlag,
  switchFlag,
  textFlag,
} from '../flags.ts';

const needed = (brief: string, placeholder: string) =>
  ({ kind: 'parsed', parse: String, brief, placeholder }) as const;

const request = (t: Translate) =>
  buildCommand<AskFlags, [string], CliContext>({
    docs: { brief: t('command.access-request') },
    parameters: {
      flags: {
        output: outputFlag(t),
        role: textFlag(t('flag.request-role'), 'ROLE'),
        verb: anyFlag(t('flag.request-verb'), 'VERB'),
        resource: anyFlag(t('flag.request-resource'), 'RESOURCE'),
        name: anyFlag(t('flag.request-name'), 'NAME'),
        namespace: textFlag(t('flag.access-namespace'), 'NAME'),
        for: needed(t('flag.request-for'), 'LENGTH'),
        reason: needed(t('flag.request-reason'), 'TEXT'),
      },
      aliases: { o: 'output', n: 'namespace' },
      positional: one(t('arg.access-subject'), 'SUBJECT'),
    },
    async func(flags, who) {
      const { runAsk } = await import('../../access/requests.ts');
      return runAsk(this, who, flags);
    },
  });

const requests = (t: Translate) =>
  buildCommand<ManifestListFlags, [string?], CliContext>({
    docs: { brief: t('command.access-requests') },
    parameters: {
      flags: manifestListFlags(t, t('flag.requests-output')),
      aliases: { o: 'output' },
      positional: maybeOne(t('arg.maybe-request'), 'ID'),
    },
    async func(flags, id) {
      const { runRequests } = await import('../../access/requests.ts');
      return runRequests(this, id, flags);
    },
  });

const approve = (t: Translate) =>
  buildCommand<
    { readonly output: Format; readonly note?: string; readonly acceptRisk: boolean },
    [string],
    CliContext
  >({
    docs: { brief: t('command.access-approve') },
    parameters: {
      flags: {
        output: outputFlag(t),
        note: textFlag(t('flag.request-note'), 'TEXT'),
        acceptRisk: switchFlag(t('flag.accept-risk')),
      },
      aliases: { o: 'output' },
      positional: one(t('arg.id'), 'ID'),
    },
    async func({ output, note, acceptRisk }, id) {
      const { runApprove } = await import('../../access/requests.ts');
      return runApprove(this, id, { output, acceptRisk, ...(note === undefined ? {} : { decision: note }) });
    },
  });

const refuse = (t: Translate) =>
  buildCommand<{ readonly output: Format; readonly reason: string }, [string], CliContext>({
    docs: { brief: t('command.access-refuse') },
    parameters: {
      flags: { output: outputFlag(t), reason: needed(t('flag.request-note'), 'TEXT') },
      aliases: { o: 'output' },
      positional: one(t('arg.id'), 'ID'),
    },
    async func({ output, reason }, id) {
      const { runRefuse } = await import('../../access/requests.ts');
      return runRefuse(this, id, { output, decision: reason });
    },
  });

const end = (t: Translate) =>
  buildCommand<{ readonly output: Format }, [string], CliContext>({
    docs: { brief: t('command.access-end') },
    parameters: {
      flags: { output: outputFlag(t) },
      aliases: { o: 'output' },
      positional: one(t('arg.id'), 'ID'),
    },
    async func(flags, id) {
      const { runEnd } = await import('../../access/requests.ts');
      return runEnd(this, id, flags);
    },
  });

/** Access for a time: asked, decided, ended. */
export const accessRequestCommands = (t: Translate) => ({
  request: request(t),
  requests: requests(t),
  approve: approve(t),
  refuse: refuse(t),
  end: end(t),
});
