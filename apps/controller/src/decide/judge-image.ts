// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Facts, Finding, Image, PostureCheck } from '@bartizan/contracts';
import { checkToFinding, evaluateChecks } from '@bartizan/engine';
import type { ScannedImage } from './image-ledger.ts';
import { imageRef } from './image-ref.ts';

/** What reading an image found beside its packages. */
export interface ImageEvidence {
  /** Secrets and harmful files, about this image. */
  readonly findings: readonly Finding[];
  /** Facts of its hygiene for checks, and those that nobody could find out, with the reason. */
  readonly facts: Facts;
  readonly unknown: Readonly<Record<string, string>>;
}

/** Kinds that reading an image speaks about. Malware by the name of a package is the advisories' to say. */
const KINDS: readonly Finding['kind'][] = ['secret', 'malware', 'posture'];

/** Lets the checks of images judge the facts of one: its findings, and which of them nobody could answer this time. */
export function judgeImage(
  image: Image,
  evidence: ImageEvidence,
  { checks, nowMs }: { readonly checks: readonly PostureCheck[]; readonly nowMs: number },
): NonNullable<ScannedImage['found']> {
  const { cluster, tenant } = image;
  const { facts, unknown } = evidence;
  const asked = checks.filter(({ subjects }) => subjects.includes('Image'));
  const byId = new Map(asked.map((check) => [check.id, check]));
  const subject = imageRef(image);
  const results = evaluateChecks(asked, { cluster, tenant, subject, of: 'Image', facts, unknown }, nowMs);
  const failed = results.flatMap((result) => {
    const check = byId.get(result.check);
    return check === undefined ? [] : (checkToFinding(check, result) ?? []);
  });
  return {
    kinds: KINDS,
    findings: [...evidence.findings, ...failed],
    unknownChecks: results.filter(({ outcome }) => outcome === 'unknown').map(({ check }) => check),
  };
}
