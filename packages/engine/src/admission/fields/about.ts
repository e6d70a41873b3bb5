// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionSubject } from '../pod/evaluation.ts';
import type { CollectionDefinition } from './collections.ts';
import type { AdmissionField } from './field.ts';

/** What a condition, or a part of it, looks at. */
export interface About {
  /** The request: who asks, and for what. */
  readonly ofAsking: boolean;
  /** The object, be it only where it is and what it is called. */
  readonly ofObject: boolean;
  /** What stands in the object, which an update may change. */
  readonly ofContent: boolean;
}

const ASKING: ReadonlySet<AdmissionSubject> = new Set(['request', 'group']);
/** No update changes what stands there. */
const IDENTITY: ReadonlySet<string> = new Set(['metadata.namespace', 'metadata.name', 'kind', 'apiVersion']);
const WHOLE: ReadonlySet<AdmissionSubject> = new Set(['object', 'pod', 'service-account']);

/** What a field looks at; those of items say nothing of the object that their list does not. */
export const aboutField = ({ path, subject }: AdmissionField): About => ({
  ofAsking: ASKING.has(subject),
  ofObject: !ASKING.has(subject),
  ofContent: WHOLE.has(subject) && !(subject === 'object' && IDENTITY.has(path.join('.'))),
});

/** What several parts look at together. */
export const aboutAll = (parts: readonly About[]): About => ({
  ofAsking: parts.some(({ ofAsking }) => ofAsking),
  ofObject: parts.some(({ ofObject }) => ofObject),
  ofContent: parts.some(({ ofContent }) => ofContent),
});

/** What the items of a list look at. */
export const aboutItems = ({ isBeside }: CollectionDefinition, where: About): About => ({
  ofAsking: where.ofAsking,
  ofObject: true,
  ofContent: where.ofContent || isBeside !== true,
});

/** An expression may look at anything. */
export const ABOUT_ANYTHING: About = { ofAsking: true, ofObject: true, ofContent: true };

/**
 * Whether an update can leave all that a condition looks at as it was. One about the request alone, or about who may
 * change which objects, is asked anew each time: the object before would always be its excuse.
 */
export const canBeOfBefore = ({ ofAsking, ofObject, ofContent }: About): boolean =>
  ofObject && (ofContent || !ofAsking);
