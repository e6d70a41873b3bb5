// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Static } from 'typebox';
import { ClusterId, DottedId, OpaqueId, TenantId } from '../ids.ts';
import { AttackTechniques, CONTROL_IDS, OwaspItems } from '../owasp.ts';
import {
  choice,
  decimal,
  flag,
  inline,
  instant,
  integer,
  labels,
  list,
  localText,
  object,
  optional,
  text,
  toldText,
} from '../schema.ts';
import { SeveritySchema } from '../severity.ts';
import { PackageUse } from './image.ts';
import { FindingStatement } from './vex.ts';
import { WorkloadRef } from './workload.ts';

/** What a package is where its name alone misleads: none of these holds the code that advisories under its name are about. */
export const PACKAGE_ROLES = ['translations', 'documentation', 'editor-extension'] as const;

/** A software package found in a file system. */
export const Package = object('Package', 'A software package found in a file system', {
  name: text('Name', 512),
  version: text('Version', 256),
  ecosystem: text('OSV ecosystem, e.g. Debian:12, npm, PyPI, Go, Maven', 64),
  purl: text('Package URL', 1024),
  cataloger: text('Cataloger that found it', 64),
  sourceName: optional(text('Source package', 512)),
  sourceVersion: optional(text('Version of the source package', 256)),
  architecture: optional(text('Architecture', 32)),
  module: optional(text('Module and stream it was built for (rpm modularity label), e.g. nodejs:18', 256)),
  role: optional(choice(PACKAGE_ROLES, 'What it is, where its name alone would mislead')),
  ownedBy: optional(
    text('Distribution package that owns its files: only the feed of the distribution judges it', 512),
  ),
  cpe: optional(text('CPE 2.3 name that the catalogue declares for the product', 256)),
  layer: optional(text('Diff id of the image layer that brought it', 128)),
  locations: list(text('Path', 4096), 'Where it was found', 32),
  licenses: optional(list(text('Licence', 256), 'Licences as declared', 32)),
  use: optional(PackageUse),
});
export type Package = Static<typeof Package>;

/** Whether the advisories can judge an ecosystem at all. */
export const COVERAGES = ['covered', 'partial', 'no-data', 'not-covered'] as const;
export const CoverageEntry = inline('Coverage of one ecosystem', {
  ecosystem: text('OSV ecosystem', 64),
  state: choice(COVERAGES, 'no-data: nothing in the pack; not-covered: we cannot judge it'),
  packages: integer('Packages of this ecosystem', '1'),
  withoutData: integer('Of those, packages the pack says nothing about', '1'),
  asOf: optional(text('Date of the data, YYYY-MM-DD', 10)),
  reason: optional(toldText('Why it is not covered', 512)),
});
export type CoverageEntry = Static<typeof CoverageEntry>;

/** A vulnerability as the advisories describe it. */
export const Vulnerability = object('Vulnerability', 'A vulnerability as the advisories describe it', {
  id: text('Id of the source, e.g. CVE-2024-3094 or GHSA-...', 128),
  aliases: list(text('Alias', 128), 'Other ids of the same flaw', 64),
  advisories: optional(
    list(text('Advisory id', 128), 'Advisories that name it; one may bundle several flaws', 64),
  ),
  summary: optional(text('What it is', 2000)),
  severity: SeveritySchema,
  severitySource: optional(text('Who rated it', 128)),
  score: optional(decimal('CVSS base score', '1', { maximum: 10 })),
  ratings: optional(
    list(
      inline('What one source says', {
        severity: SeveritySchema,
        source: text('Who says so', 128),
        score: optional(decimal('CVSS base score', '1', { maximum: 10 })),
      }),
      'Every rating; the one that is shown first',
      16,
    ),
  ),
  cvss: list(text('CVSS vector', 256), 'CVSS vectors', 8),
  cwe: list(text('CWE id', 16), 'Weaknesses', 32),
  knownExploited: flag('In the KEV catalogue'),
  knownExploitedOn: optional(text('KEV: added on, YYYY-MM-DD', 10)),
  ransomware: optional(flag('KEV: used by ransomware')),
  epss: optional(decimal('EPSS probability', '1', { maximum: 1 })),
  epssPercentile: optional(decimal('EPSS percentile', '1', { maximum: 1 })),
  epssOn: optional(text('EPSS: scored on, YYYY-MM-DD', 10)),
  publishedAt: optional(text('Published, RFC 3339', 32)),
  references: list(text('URL', 2048), 'References', 16),
});
export type Vulnerability = Static<typeof Vulnerability>;

/** One step of the path that led a matcher to its finding. */
export const WhyStep = inline('One step of the explanation', {
  step: text('Step, e.g. source-package, range, comparator', 64),
  detail: toldText('What was compared with what', 1000),
  rule: optional(text('Rule that spoke, e.g. match.source-package', 64)),
});

export const FIX_STATES = [
  'fixed',
  'not-fixed',
  'deferred',
  'wont-fix',
  'paid-channel',
  'unknown',
  'configuration',
] as const;
/** What is fixed where. */
export const Fix = inline('How to remove the finding', {
  state: choice(FIX_STATES, 'deferred: put off by the vendor; paid-channel: only in a line not attached to'),
  version: optional(text('First fixed version', 256)),
  channel: optional(text('Product line or repository that carries the fix', 64)),
  action: localText('What to do', 2000),
  command: optional(text('A command or patch that does it', 4000)),
});

/** What a place is in. */
export const SOURCE_KINDS = [
  'file',
  'deleted-file',
  'image-config',
  'environment',
  'manifest',
  'text',
] as const;

/** A place in a file, in an image's configuration, in an environment or in an object of a cluster. */
export const SourceLocation = inline('Where in the subject', {
  kind: choice(
    SOURCE_KINDS,
    'What it is in; deleted-file: hidden by a later layer and still in the image; environment: of a first process; manifest: an object of a cluster',
  ),
  path: text('Path of the file, or name of the field', 4096),
  line: integer('Line, from 1', '1'),
  column: integer('Column in bytes, from 1', '1'),
  layer: optional(text('Layer that brought it', 128)),
});
export type SourceLocation = Static<typeof SourceLocation>;

/** What checking a secret without the network said. */
export const VERIFICATIONS = ['verified', 'plausible', 'unverified'] as const;

/** What is kept of a secret: never its value. */
export const SecretEvidence = inline('What is kept of a secret', {
  preview: text('At most the first four characters, and the length', 64),
  fingerprint: text('Keyed hash (HMAC-SHA-256, hexadecimal), the same for the same value', 64),
  verification: choice(
    VERIFICATIONS,
    'verified: its checksum or key holds; plausible: nothing to check; unverified: a check failed',
  ),
});
export type SecretEvidence = Static<typeof SecretEvidence>;

export const FINDING_KINDS = [
  'vulnerability',
  'pending-update',
  'posture',
  'secret',
  'malware',
  'end-of-life',
  'policy',
] as const;

/** Something that is wrong and can be fixed. */
export const Finding = object('Finding', 'Something that is wrong and can be fixed', {
  id: OpaqueId,
  cluster: ClusterId,
  tenant: TenantId,
  kind: choice(FINDING_KINDS, 'Kind'),
  title: localText('What is wrong, in one sentence', 512),
  severity: SeveritySchema,
  subject: WorkloadRef,
  node: optional(text('Node id', 64)),
  check: optional(DottedId),
  package: optional(Package),
  vulnerability: optional(Vulnerability),
  location: optional(SourceLocation),
  secret: optional(SecretEvidence),
  evidence: list(text('One piece of evidence', 2000), 'What was seen', 64),
  why: list(WhyStep, 'How the verdict was reached', 32),
  fix: Fix,
  owasp: OwaspItems,
  attack: AttackTechniques,
  state: choice(
    ['open', 'fixed', 'accepted', 'explained'],
    'State; explained: a VEX statement says that it does not apply here, or is fixed',
  ),
  acceptance: optional(
    inline('Accepted risk', {
      owner: text('Who answers for it', 256),
      reason: text('Why', 2000),
      expiresAtMs: instant('When it comes back'),
      exception: optional(OpaqueId),
    }),
  ),
  // The workload that runs the image and has the same finding: totals count it there alone.
  countedAt: optional(OpaqueId),
  statement: optional(FindingStatement),
  groupKey: text('Findings removed by the same act share this key', 512),
  firstSeenAtMs: instant('First seen'),
  lastSeenAtMs: instant('Last seen'),
});
export type Finding = Static<typeof Finding>;

/** The verdict of one posture check on one subject. `unknown` and `not-applicable` never count as passed. */
export const CheckResult = object('CheckResult', 'The verdict of one posture check on one subject', {
  check: DottedId,
  cluster: ClusterId,
  tenant: TenantId,
  subject: WorkloadRef,
  outcome: choice(['pass', 'fail', 'unknown', 'not-applicable'], 'Outcome'),
  severity: SeveritySchema,
  title: localText('What is checked', 512),
  evidence: list(text('One piece of evidence', 2000), 'What was seen', 64),
  fix: optional(Fix),
  owasp: OwaspItems,
  checkedAtMs: instant('Checked'),
});
export type CheckResult = Static<typeof CheckResult>;

/** One row of the scorecard. Score = passed / evaluated by severity weight; absent below 50 % coverage. */
export const ScorecardRow = object('ScorecardRow', 'One item of the OWASP Kubernetes Top 10', {
  control: choice(CONTROL_IDS, 'Control'),
  owasp: OwaspItems,
  title: localText('Title', 256),
  score: optional(
    integer('Passed share by severity weight; absent below 50 % coverage', 'percent', { maximum: 100 }),
  ),
  coverage: integer('Evaluated share of the checks that exist for this item', 'percent', { maximum: 100 }),
  passed: integer('Checks passed', '1'),
  failed: integer('Checks failed', '1'),
  unknown: integer('Checks without an answer', '1'),
  notYetCovered: list(localText('Something', 512), 'What the product does not look at yet', 64),
  reason: optional(localText('Why there is no score', 512)),
  incomplete: optional(localText('What the numbers of open findings and the fixes leave out', 512)),
  openFindings: labels('Open findings per severity (numbers as text)'),
  events: integer('Security events in the range', '1'),
  topFixes: list(
    inline('A fix', {
      title: localText('What to do', 512),
      removes: integer('Findings it removes', '1'),
      groupKey: text('Group', 512),
    }),
    'Acts that remove most',
    5,
  ),
  trend: list(
    integer('Score of one day', 'percent', { maximum: 100 }),
    'Scores of the last days, oldest first',
    31,
  ),
});
export type ScorecardRow = Static<typeof ScorecardRow>;
