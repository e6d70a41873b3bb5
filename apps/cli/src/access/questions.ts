// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type AccessAnswer, type AccessGrant, type AccessPath, ok, type Result } from '@bartizan/contracts';
import {
  AccessGraph,
  type Attributes,
  answerPath,
  answerWhatCan,
  answerWhoCan,
  EscalationPaths,
  personOf,
  readAccess,
} from '@bartizan/engine/access';
import type { ApiFailure } from '../api/client.ts';
import { type CliContext, clientOf, perform } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { type Column, renderList } from '../output/render.ts';
import type { PathsFlags, SourceFlags, WhoCanFlags } from './flags.ts';
import { readManifests } from './read-manifests.ts';
import { withTemplatePods } from './template-pods.ts';

/** The graph of manifests; files that could not be read whole stand among what is not known. */
async function graphOf(
  context: CliContext,
  from: readonly string[],
): Promise<Result<{ readonly graph: AccessGraph; readonly unreadable: readonly string[] }, ApiFailure>> {
  const read = await readManifests(context, from);
  if (!read.ok) return read;
  const { objects, unreadable } = read.value;
  return ok({ graph: new AccessGraph(readAccess(withTemplatePods(objects))), unreadable });
}

const isOffline = ({ from }: SourceFlags): boolean => from !== undefined && from.length > 0;

const placeOf = ({ kind, namespace, name }: AccessGrant['binding']): string =>
  `${kind}/${namespace === '' ? '' : `${namespace}/`}${name}`;

/** A rule in a line: verbs, what they are about, and the names it is limited to. */
const ruleOf = ({ rule }: AccessGrant): string => {
  const groups = rule.apiGroups.filter((group) => group !== '');
  const what = [...rule.resources, ...rule.nonResourceURLs].join(',');
  const inGroups = groups.length === 0 ? '' : ` (${groups.join(',')})`;
  const names = rule.resourceNames.length === 0 ? '' : ` [${rule.resourceNames.join(',')}]`;
  return `${rule.verbs.join(',')} ${what}${inGroups}${names}`;
};

const grantColumns = ({ t }: CliContext): Column<AccessGrant>[] => [
  { field: 'subject', heading: t('column.access-subject'), value: ({ subject }) => subject },
  { field: 'binding', heading: t('column.access-binding'), value: ({ binding }) => placeOf(binding) },
  { field: 'role', heading: t('column.access-role'), value: ({ role }) => placeOf(role) },
  { field: 'rule', heading: t('column.access-rule'), value: ruleOf },
];

/** Says what an answer lacks. */
export function tellUnreadable(context: CliContext, unreadable: readonly string[]): void {
  if (unreadable.length > 0)
    context.process.stderr.write(`${context.t('access.partial', { kinds: unreadable.join(', ') })}\n`);
}

function showAnswer(context: CliContext, flags: SourceFlags, answer: AccessAnswer): number {
  const { process, t, language } = context;
  const { grants, total, always, question } = answer;
  renderList(process, flags.output, { items: grants, columns: grantColumns(context), whole: answer });
  if (flags.output === 'table') {
    const lines = [
      t('access.answer', { question: question[language], count: total }),
      ...(always.length === 0 ? [] : [t('access.always', { who: always.join(', ') })]),
    ];
    process.stderr.write(`${lines.join('\n')}\n`);
  }
  if (grants.length < total) process.stderr.write(`${t('access.cut', { count: grants.length, total })}\n`);
  tellUnreadable(context, answer.unreadable);
  return EXIT.fine;
}

/** `RESOURCE[/SUBRESOURCE][.GROUP]`, or a path. */
export function attributesOf(
  { verb, resource }: { readonly verb: string; readonly resource: string },
  { namespace, name }: Pick<WhoCanFlags, 'namespace' | 'name'>,
): Attributes {
  if (resource.startsWith('/')) return { verb, nonResourceURL: resource };
  const dot = resource.indexOf('.');
  const [plural = '', subresource] = (dot === -1 ? resource : resource.slice(0, dot)).split('/');
  return {
    verb,
    group: dot === -1 ? '' : resource.slice(dot + 1),
    resource: plural,
    subresource,
    namespace,
    name,
  };
}

/** `access who-can VERB RESOURCE`. */
export const runWhoCan = (
  context: CliContext,
  asked: { readonly verb: string; readonly resource: string },
  flags: WhoCanFlags,
): Promise<void> =>
  perform(context, async () => {
    const attributes = attributesOf(asked, flags);
    if (isOffline(flags)) {
      const known = await graphOf(context, flags.from ?? []);
      if (!known.ok) return known;
      const { graph, unreadable } = known.value;
      return ok(
        showAnswer(context, flags, { ...answerWhoCan(graph, attributes), unreadable: [...unreadable] }),
      );
    }
    const client = await clientOf(context);
    if (!client.ok) return client;
    const { verb } = asked;
    const given =
      'nonResourceURL' in attributes
        ? { verb, path: attributes.nonResourceURL }
        : Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined));
    const answer = await client.value.call('access.who-can', { query: { ...given, verb } });
    return answer.ok ? ok(showAnswer(context, flags, answer.value)) : answer;
  });

const groupsOf = ({ groups = '' }: PathsFlags): string[] => groups.split(',').filter((one) => one !== '');
const queryOf = (user: string, { groups }: PathsFlags) => ({
  user,
  ...(groups === undefined ? {} : { groups }),
});

/** `access what-can SUBJECT`. */
export const runWhatCan = (context: CliContext, who: string, flags: PathsFlags): Promise<void> =>
  perform(context, async () => {
    if (isOffline(flags)) {
      const known = await graphOf(context, flags.from ?? []);
      if (!known.ok) return known;
      const { graph, unreadable } = known.value;
      const answer = answerWhatCan(graph, personOf(who, groupsOf(flags)));
      return ok(showAnswer(context, flags, { ...answer, unreadable: [...unreadable] }));
    }
    const client = await clientOf(context);
    if (!client.ok) return client;
    const answer = await client.value.call('access.what-can', { query: queryOf(who, flags) });
    return answer.ok ? ok(showAnswer(context, flags, answer.value)) : answer;
  });

type Step = AccessPath['steps'][number];

function showPath(context: CliContext, flags: SourceFlags, path: AccessPath): number {
  const { process, t, language } = context;
  const columns: Column<Step>[] = [
    { field: 'from', heading: t('column.access-from'), value: ({ from }) => from },
    { field: 'to', heading: t('column.access-to'), value: ({ to }) => to },
    { field: 'words', heading: t('column.access-words'), value: ({ words }) => words[language] },
    {
      field: 'bindings',
      heading: t('column.access-binding'),
      value: ({ grants }) => [...new Set(grants.map(({ binding }) => placeOf(binding)))].join(' '),
    },
  ];
  if (path.steps.length > 0 || flags.output !== 'table')
    renderList(process, flags.output, { items: path.steps, columns, whole: path });
  if (path.reaches !== 'yes')
    process.stderr.write(
      `${t(path.reaches === 'no' ? 'access.no-path' : 'access.maybe-path', { who: path.subject })}\n`,
    );
  tellUnreadable(context, path.unreadable);
  return path.reaches === 'yes' ? EXIT.findings : EXIT.fine;
}

/** `access paths SUBJECT`. */
export const runPaths = (context: CliContext, who: string, flags: PathsFlags): Promise<void> =>
  perform(context, async () => {
    if (isOffline(flags)) {
      const known = await graphOf(context, flags.from ?? []);
      if (!known.ok) return known;
      const { graph, unreadable } = known.value;
      const path = answerPath(graph, new EscalationPaths(graph), personOf(who, groupsOf(flags)));
      const reaches = path.reaches === 'no' && unreadable.length > 0 ? 'unknown' : path.reaches;
      return ok(showPath(context, flags, { ...path, reaches, unreadable: [...unreadable] }));
    }
    const client = await clientOf(context);
    if (!client.ok) return client;
    const path = await client.value.call('access.paths', { query: queryOf(who, flags) });
    return path.ok ? ok(showPath(context, flags, path.value)) : path;
  });
