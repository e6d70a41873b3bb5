// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { goModule } from '../outside.ts';

/** Why a document does not hold to a schema; empty when it does. */
export type Validator = (document: unknown) => string[];

const validatorOf = (schema: object): Validator => {
  const ajv = new Ajv({ strict: false, allErrors: false, validateFormats: true });
  addFormats.default(ajv);
  const validate = ajv.compile(schema);
  return (document) =>
    validate(document)
      ? []
      : (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`);
};

/** A schema of draft 4, read as draft 7: what was called `id` is `$id`, and the name of the draft goes. */
function modernised(schema: Record<string, unknown>): object {
  const { $schema: _draft, id: _id, ...rest } = schema;
  return rest;
}

/** The official schema of SARIF 2.1.0 (OASIS, errata 01), as a Go module carries it: a text in a source file. */
export function sarifSchema(): Validator {
  const source = readFileSync(
    join(goModule('github.com/owenrumney/go-sarif/v3@v3.3.1'), 'pkg/report/v210/sarif/schema.go'),
    'utf8',
  );
  const [, text = ''] = /const schema = `([\s\S]*?)`/.exec(source) ?? [];
  return validatorOf(modernised(JSON.parse(text) as Record<string, unknown>));
}

const text = { type: 'string', minLength: 1 };
const short = { ...text, maxLength: 255 };
const tool = {
  type: 'object',
  required: ['id', 'name', 'version', 'vendor'],
  properties: {
    id: text,
    name: short,
    version: short,
    vendor: { type: 'object', required: ['name'], properties: { name: short } },
  },
};
const time = { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}$' };

/** What GitLab's documentation asks of a container scanning report; its schema is in no registry we can reach. */
export const gitlabContainer: Validator = validatorOf({
  type: 'object',
  required: ['version', 'scan', 'vulnerabilities'],
  properties: {
    version: { type: 'string', pattern: '^15\\.\\d+\\.\\d+$' },
    scan: {
      type: 'object',
      required: ['analyzer', 'scanner', 'start_time', 'end_time', 'status', 'type'],
      properties: {
        analyzer: tool,
        scanner: tool,
        start_time: time,
        end_time: time,
        status: { enum: ['success', 'failure'] },
        type: { const: 'container_scanning' },
        messages: {
          type: 'array',
          items: {
            type: 'object',
            required: ['level', 'value'],
            properties: { level: { enum: ['info', 'warn', 'fatal'] }, value: text },
          },
        },
      },
    },
    vulnerabilities: {
      type: 'array',
      items: {
        type: 'object',
        required: ['id', 'identifiers', 'location'],
        properties: {
          id: text,
          name: short,
          description: { type: 'string', maxLength: 1_048_576 },
          severity: { enum: ['Info', 'Unknown', 'Low', 'Medium', 'High', 'Critical'] },
          solution: { type: 'string', maxLength: 7000 },
          identifiers: {
            type: 'array',
            minItems: 1,
            items: {
              type: 'object',
              required: ['type', 'name', 'value'],
              properties: { type: text, name: text, value: text },
            },
          },
          location: {
            type: 'object',
            required: ['dependency', 'operating_system', 'image'],
            properties: {
              operating_system: short,
              image: { ...short, pattern: '^[^:]+(:\\d+[^:]*)?:[^:]+(:[^:]+)?$' },
              dependency: {
                type: 'object',
                properties: {
                  package: { type: 'object', required: ['name'], properties: { name: short } },
                  version: { type: 'string', maxLength: 255 },
                },
              },
            },
          },
        },
      },
    },
    remediations: { type: 'array' },
  },
});

/** What GitLab's documentation asks of a code quality report. */
export const gitlabQuality: Validator = validatorOf({
  type: 'array',
  items: {
    type: 'object',
    required: ['description', 'check_name', 'fingerprint', 'severity', 'location'],
    properties: {
      description: text,
      check_name: text,
      fingerprint: text,
      severity: { enum: ['info', 'minor', 'major', 'critical', 'blocker'] },
      location: {
        type: 'object',
        required: ['path', 'lines'],
        properties: {
          path: { type: 'string', pattern: '^(?!\\./)(?!/).+' },
          lines: {
            type: 'object',
            required: ['begin'],
            properties: { begin: { type: 'integer', minimum: 1 } },
          },
        },
      },
    },
  },
});
