// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { visibleText } from '@bartizan/contracts/words';
import type { Formats } from '../../format/use-format.ts';
import type { Translate } from '../../i18n/messages.ts';
import { isOnlyNamed } from '../../widgets/process-forest.ts';
import type { Process } from '../../widgets/process-tree.tsx';
import type { EventDetail } from './event-detail.ts';

/** No Markdown is read in a span of code; a line break or backquote in a name would end it. */
const code = (text: string): string =>
  `\`${visibleText(text.replaceAll('`', "'").replaceAll(/[\r\n\t\v\f\u2028\u2029]+/g, ' '))}\``;

/** The user is not known of an ancestor of which only the name is. */
const idsOf = (process: Process): string =>
  isOnlyNamed(process) ? `pid ${process.pid}` : `pid ${process.pid}, uid ${process.uid}`;

/** An event as Markdown for a ticket or a chat, in the language of the reader. */
export const eventMarkdown = (event: EventDetail, formats: Formats, t: Translate): string => {
  const { workload, chain, decision } = event;
  const processes = chain === undefined ? [] : [...chain.ancestors].reverse().concat(chain.process);
  const lines = [
    `### ${formats.text(event.title)}`,
    '',
    // The sentence holds names and command lines: as text, an image in one of them would be fetched by who reads it.
    code(formats.text(event.message)),
    '',
    `- ${t('event.when')}: ${formats.exact(event.occurredAtMs)}`,
    `- ${t('field.severity')}: ${t(`severity.${event.severity}`)}`,
    `- ${t('field.verdict')}: ${t(`verdict.${decision.verdict}`)}`,
    `- ${t('field.workload')}: ${code([workload.namespace, workload.name].filter((part) => part !== '').join('/'))}`,
    `- ${t('field.rule')}: ${decision.reasons.map((reason) => code(`${reason.rule}@${reason.revision.slice(0, 10)}`)).join(', ')}`,
    ...(event.attack.length > 0 ? [`- ${t('field.attack')}: ${event.attack.join(', ')}`] : []),
    `- ID: ${code(event.id)}`,
    ...(processes.length > 0 ? ['', `**${t('event.processes')}**`, ''] : []),
    ...processes.map(
      (process, depth) =>
        `${'  '.repeat(depth)}- ${code(process.arguments.join(' ') || process.executable || process.name)} (${idsOf(process)})`,
    ),
    '',
    `**${t('event.fix')}**: ${formats.text(event.fix)}`,
  ];
  return `${lines.join('\n')}\n`;
};
