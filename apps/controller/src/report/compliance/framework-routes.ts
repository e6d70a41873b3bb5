// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { reportStream } from '@bartizan/adapters/report';
import { AUDIT_PACK_JAPAN, type ReportFormat } from '@bartizan/contracts';
import type { ReportHead } from '@bartizan/engine/frameworks';
import { answers, refuse, reply } from '../api/route-handler.ts';
import { FrameworkDesk } from './framework-desk.ts';
import type { GatherParts } from './gather.ts';

interface Parts extends GatherParts {
  readonly version: string;
}

/** Answers that an API answer carries; reports carry all of them. */
const ANSWERS_MAX = 5000;
const EXTENSIONS: Readonly<Record<ReportFormat, string>> = {
  pdf: 'pdf',
  csv: 'csv',
  oscal: 'oscal.json',
  json: 'json',
};

/** Frameworks of compliance and their reports. */
export const frameworkHandlers = (parts: Parts) => {
  const desk = new FrameworkDesk(parts);
  return {
    'compliance.frameworks': answers('compliance.frameworks', async ({ scope, caller, query }) => {
      const summaries = await desk.summaries({ scope, owner: caller, run: query.run });
      return summaries.ok ? reply({ frameworks: summaries.value, asOfMs: parts.clock.nowMs() }) : summaries;
    }),
    'compliance.framework': answers('compliance.framework', async ({ scope, caller, params, query }) => {
      const found = await desk.assessments(params.id, { scope, owner: caller, ...query });
      if (!found.ok) return found;
      const [assessment] = found.value;
      return assessment === undefined
        ? refuse('E_NOT_FOUND', `${params.id} is no framework`)
        : reply({ ...assessment, answers: assessment.answers.slice(0, ANSWERS_MAX) });
    }),
    'compliance.report': answers('compliance.report', async ({ scope, caller, query }) => {
      const { framework, format, lang, run, compare } = query;
      const found = await desk.assessments(framework, { scope, owner: caller, run, compare });
      if (!found.ok) return found;
      const atMs = parts.clock.nowMs();
      const head: ReportHead = {
        language: lang,
        scope: `${caller.cluster}/${caller.tenant}`,
        tool: `bartizan ${parts.version}`,
        atMs,
      };
      const day = new Date(atMs).toISOString().slice(0, 10);
      const name = framework === AUDIT_PACK_JAPAN ? AUDIT_PACK_JAPAN : (found.value[0]?.id ?? 'report');
      return reply(undefined, {
        file: {
          stream: reportStream(format, found.value, head),
          name: `bartizan-${name}-${lang}-${day}.${EXTENSIONS[format]}`,
        },
      });
    }),
  };
};
