// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type ImageReference, isStatementTag, parseReference } from '@bartizan/adapters/registry';
import { err, InvariantError, ok, type Result } from '@bartizan/contracts';
import { fitsPathPattern } from '@bartizan/scan';
import type { ApiFailure } from '../api/client.ts';
import { type CliContext, usage } from '../context.ts';
import { plain } from '../output/width.ts';
import type { Attempt, Attempts, Gathered } from './attempt.ts';
import { imageAttempts } from './image-attempts.ts';
import type { ImageScanFlags, RegistryScanFlags } from './registry-flags.ts';
import { type RegistryImage, RegistrySession, referenceOf, withFaults } from './registry-session.ts';
import { PolicyJudge, readSignaturePolicy } from './signature-policy.ts';

/** Questions to a registry at the same time. */
const AT_ONCE = 4;
const NOTHING = (): void => undefined;

/** Does a step for each item, a few at a time, results in their order. */
async function each<T, R>(items: readonly T[], step: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let at = next++; at < items.length; at = next++) {
      const item = items[at];
      if (item !== undefined) results[at] = await step(item);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return results;
}

const nameOf = ({ host, repository, tag, digest }: ImageReference): string =>
  `${host}/${repository}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;

/** An attempt whose result counts only when the registry gave everything as it said; with what a policy says of it. */
const guarded = (attempt: Attempt, image: RegistryImage, judge: PolicyJudge | undefined): Attempt => ({
  name: attempt.name,
  scan: () =>
    withFaults(async (): Promise<Result<Gathered, ApiFailure>> => {
      const policy = await judge?.judge(image);
      if (policy?.ok === false) return policy;
      const scanned = await attempt.scan();
      const fault = image.fault();
      if (fault !== undefined) return err(fault);
      if (!scanned.ok || policy === undefined) return scanned;
      const { scanned: found } = scanned.value;
      if (found === undefined) throw new InvariantError('the packages of an image are always read');
      return ok({ ...scanned.value, scanned: { ...found, policy: policy.value } });
    }),
});

/** The judge of a call's policy, where it names one. */
function judgeOf({
  policy: path,
}: Pick<ImageScanFlags, 'policy'>): Result<PolicyJudge | undefined, ApiFailure> {
  if (path === undefined) return ok(undefined);
  const policy = readSignaturePolicy(path);
  return policy.ok ? ok(new PolicyJudge(policy.value)) : policy;
}

/** The one image of a registry that `scan image` names. */
export async function registryImage(
  context: CliContext,
  text: string,
  flags: ImageScanFlags,
): Promise<Result<Attempts, ApiFailure>> {
  const reference = referenceOf(text);
  if (!reference.ok) return reference;
  const judge = judgeOf(flags);
  if (!judge.ok) return judge;
  const session = RegistrySession.open(context, flags);
  if (!session.ok) return session;
  const image = await session.value.image(reference.value, [nameOf(reference.value)]);
  if (!image.ok) return image;
  const list = await withFaults(() =>
    imageAttempts(image.value.source, nameOf(reference.value), { context, flags }),
  );
  if (!list.ok) return list;
  return ok({
    list: list.value.map((attempt) => guarded(attempt, image.value, judge.value)),
    isList: list.value.length > 1,
    close: NOTHING,
  });
}

/** A tag that was asked for, with what it led to. */
interface Tagged {
  readonly reference: ImageReference;
  readonly image: Result<RegistryImage, ApiFailure>;
}

const isWanted = (tag: string, { tag: include = [], excludeTag: exclude = [] }: RegistryScanFlags): boolean =>
  (include.length === 0 || include.some((pattern) => fitsPathPattern(tag, pattern))) &&
  !exclude.some((pattern) => fitsPathPattern(tag, pattern));

/** References of a repository: the one it names, or one for each tag that is wanted. */
async function expand(
  session: RegistrySession,
  reference: ImageReference,
  { context, flags }: Pick<ListCall, 'context' | 'flags'>,
): Promise<Result<readonly ImageReference[], ApiFailure>> {
  if (reference.tag !== undefined || reference.digest !== undefined) return ok([reference]);
  const client = await session.client(reference.host);
  const tags = await client.tags(reference.repository);
  if (!tags.ok) return tags;
  // Tags that stand in for referrers or hold signatures are no images.
  const images = tags.value.filter((tag) => !isStatementTag(tag) && isWanted(tag, flags));
  context.process.stderr.write(
    `${plain(context.t('scan.tags', { name: nameOf(reference), count: images.length, all: tags.value.length }))}\n`,
  );
  return ok(images.map((tag) => ({ ...reference, tag })));
}

/** When an image was made, as its own configuration says; the beginning of time where it does not. */
async function madeAtMs({ image }: Tagged): Promise<number> {
  if (!image.ok) return 0;
  const { source } = image.value;
  const made = await withFaults(async () => {
    const choices = await source.images();
    const [choice] = choices.ok ? choices.value : [];
    return choice === undefined ? ok(undefined) : ok(await source.plan(choice));
  });
  const plan = made.ok ? made.value : undefined;
  const at = plan?.ok === true ? Date.parse(plan.value.config.createdAt ?? '') : Number.NaN;
  return Number.isFinite(at) ? at : 0;
}

/** The newest images of one repository; one that could not be asked is kept, so that it is told. */
async function newestOf(tagged: readonly Tagged[], newest: number | undefined): Promise<readonly Tagged[]> {
  if (newest === undefined) return tagged;
  const times = await each(tagged, madeAtMs);
  const order = tagged.map((one, at) => ({
    one,
    at: one.image.ok ? (times[at] ?? 0) : Number.POSITIVE_INFINITY,
  }));
  const digests = new Set<string>();
  const kept: Tagged[] = [];
  for (const { one } of order.sort((left, right) => right.at - left.at)) {
    if (one.image.ok && !digests.has(one.image.value.digest) && digests.size >= newest) continue;
    if (one.image.ok) digests.add(one.image.value.digest);
    kept.push(one);
  }
  return kept;
}

/** What a call about repositories brings. */
interface ListCall {
  readonly context: CliContext;
  readonly flags: RegistryScanFlags;
  readonly judge: PolicyJudge | undefined;
}

/** One attempt an image: tags that lead to the same digest are scanned once, under the first of their names. */
async function attemptsFor(
  tagged: readonly Tagged[],
  { context, flags, judge }: ListCall,
): Promise<readonly Attempt[]> {
  const attempts: Attempt[] = [];
  const seen = new Map<string, string>();
  for (const { reference, image } of tagged) {
    const name = nameOf(reference);
    if (!image.ok) {
      attempts.push({ name, scan: () => Promise.resolve(image) });
      continue;
    }
    const known = seen.get(image.value.digest);
    if (known !== undefined) {
      context.process.stderr.write(`${plain(context.t('scan.same-image', { name, other: known }))}\n`);
      continue;
    }
    seen.set(image.value.digest, name);
    const list = await withFaults(() => imageAttempts(image.value.source, name, { context, flags }));
    if (list.ok) attempts.push(...list.value.map((attempt) => guarded(attempt, image.value, judge)));
    else attempts.push({ name, scan: () => Promise.resolve(list) });
  }
  return attempts;
}

/** Images of repositories: `HOST/REPOSITORY[:TAG]`, filtered by tag and age. */
export async function registryImages(
  context: CliContext,
  texts: readonly string[],
  flags: RegistryScanFlags,
): Promise<Result<Attempts, ApiFailure>> {
  const { newest } = flags;
  if (newest !== undefined && (!Number.isInteger(newest) || newest < 1)) return usage('--newest N');
  const judge = judgeOf(flags);
  if (!judge.ok) return judge;
  const session = RegistrySession.open(context, flags);
  if (!session.ok) return session;
  const list: Attempt[] = [];
  for (const text of texts) {
    const reference = parseReference(text);
    if (!reference.ok) return reference;
    const references = await expand(session.value, reference.value, { context, flags });
    if (!references.ok) return references;
    const tagged = await each(references.value, async (one) => ({
      reference: one,
      image: await withFaults(() => session.value.image(one, [nameOf(one)])),
    }));
    const call: ListCall = { context, flags, judge: judge.value };
    for (const attempt of await attemptsFor(await newestOf(tagged, newest), call)) list.push(attempt);
  }
  if (list.length === 0) return usage('no tag is left to scan');
  return ok({ list, isList: true, close: NOTHING });
}
