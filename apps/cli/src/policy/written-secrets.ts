// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AdmissionViolation, Result, SecretRule } from '@bartizan/contracts';
import { err, failure, ok } from '@bartizan/contracts/result';
import {
  type AdmissionRequest,
  type AdmissionRuleSet,
  fieldPath,
  podPlaces,
} from '@bartizan/engine/admission';
import { contentHash } from '@bartizan/engine/revision';
import {
  compileSecretRules,
  findInManifest,
  type ManifestSecret,
  makeHashKey,
  SecretScanner,
  searchTexts,
  secretAction,
} from '@bartizan/scan/secrets';
import type { ApiFailure } from '../api/client.ts';
import type { FindSecrets, PolicyFinding } from './judge-manifests.ts';
import { isMapping } from './kubernetes-object.ts';
import type { ReportedRule, ReportedViolation } from './reported.ts';

/** The search for secrets that are written into manifests. */
export interface WrittenSecrets {
  readonly rules: readonly ReportedRule[];
  /** What `admission.credential-in-environment` asks, as at admission. */
  readonly credentialsIn: (name: string, value: string) => readonly string[];
  /** Secrets of objects, judged with these rules: who answers for one by an exception is named by them. */
  readonly finder: (set: AdmissionRuleSet, nowMs: number) => FindSecrets;
}

/** The rules that come with the product; they were checked when it was built. */
function builtInSecretRules(checkout: string): Result<SecretRule[], ApiFailure> {
  const folder = join(checkout, 'content', 'secrets');
  try {
    const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
    return ok(names.map((name): SecretRule => JSON.parse(readFileSync(join(folder, name), 'utf8'))));
  } catch (error) {
    return err(failure('E_CONTENT', folder, error));
  }
}

const reported = (rule: SecretRule): ReportedRule => ({
  ...{ id: rule.id, severity: rule.severity, title: rule.title, description: rule.description },
  fix: { action: secretAction({ rule, kind: 'manifest' }) },
  references: [],
});

/** A secret in the words of a violation. Nothing of the value is in it but the preview and a hash with a key of this run. */
function violationOf(
  { match, steps, shownSteps }: ManifestSecret,
  exception: string | undefined,
): ReportedViolation {
  const { preview, fingerprint, verification, severity } = match;
  const path = fieldPath(shownSteps);
  const { title } = match.rule;
  const message = {
    en: `${title.en} in ${match.path}: ${preview}`,
    ja: `${match.path} に「${title.ja}」があります：${preview}`,
  };
  const state = exception === undefined ? 'violated' : 'excepted';
  const told: AdmissionViolation & Pick<PolicyFinding, 'secret'> = {
    ...{ rule: match.rule.id, revision: contentHash(match.rule), title, severity, mode: 'warn', state, path },
    ...{ actual: preview, message, patch: [], secret: { preview, fingerprint, verification } },
    ...(exception === undefined ? {} : { exception }),
  };
  return {
    ...{ rule: { ...reported(match.rule), severity }, state, place: match, steps, path, mode: 'warn' },
    ...{ actual: preview, allowed: undefined, patch: [] },
    messageIn: (language) => message[language],
    describe: () => told,
  };
}

/** The exception of somebody who answers for secrets of a rule in an object; one for certain images is about those. */
const exceptionFor = (
  { exceptions }: AdmissionRuleSet,
  {
    rule,
    request,
    nowMs,
  }: { readonly rule: string; readonly request: AdmissionRequest; readonly nowMs: number },
): string | undefined =>
  exceptions.find(
    ({ exception, coversRule, coversRequest }) =>
      exception.expiresAtMs > nowMs &&
      (exception.images ?? []).length === 0 &&
      coversRule(rule) &&
      coversRequest(request),
  )?.exception.id;

/** Prepares the search, with the rules and the detector that objects of a cluster are searched with. */
export function writtenSecrets(checkout: string): Result<WrittenSecrets, ApiFailure> {
  const rules = builtInSecretRules(checkout);
  if (!rules.ok) return rules;
  const set = compileSecretRules(rules.value);
  if (!set.ok) return set;
  const scanner = new SecretScanner(set.value, { hashKey: makeHashKey(), now: Date.now });
  return ok({
    rules: rules.value.map(reported),
    credentialsIn: (name, value) => [
      ...new Set(
        searchTexts(scanner, [{ kind: 'text', path: 'env', text: `${name}=${value}` }]).matches.map(
          ({ rule }) => rule.id,
        ),
      ),
    ],
    finder: (judgedBy, nowMs) => (object, request) => {
      if (!isMapping(object)) return { secrets: [], cut: [] };
      const rows = judgedBy.podPaths.get(`${request.group}/${request.resource}`);
      const { places } = podPlaces(rows, object);
      const { secrets, cut } = findInManifest(scanner, object.kind, object, places);
      return {
        cut,
        secrets: secrets.map((secret) => {
          const asked = { rule: secret.match.rule.id, request, nowMs };
          return { violation: violationOf(secret, exceptionFor(judgedBy, asked)), within: secret.within };
        }),
      };
    },
  });
}
