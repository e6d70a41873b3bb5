// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { ACCESS_ERRORS } from './access.ts';
import { ADVISORY_ERRORS } from './advisory.ts';
import { API_ERRORS } from './api.ts';
import { CLUSTER_ERRORS } from './cluster.ts';
import { COMPLIANCE_ERRORS } from './compliance.ts';
import { CONTENT_ERRORS } from './content.ts';
import type { ErrorEntry } from './entry.ts';
import { KUBE_ERRORS } from './kube.ts';
import { NODE_ERRORS } from './node.ts';
import { POLICY_ERRORS } from './policy.ts';
import { POLICY_FILE_ERRORS } from './policy-files.ts';
import { POLICY_IMPORT_ERRORS } from './policy-import.ts';
import { REGISTRY_ERRORS } from './registry.ts';
import { SCAN_ERRORS } from './scan.ts';
import { SENSOR_ERRORS } from './sensor.ts';
import { SETUP_ERRORS } from './setup.ts';
import { SIGNATURE_ERRORS } from './signature.ts';
import { STORE_ERRORS } from './store.ts';
import { SUPPLY_CHAIN_ERRORS } from './supply-chain.ts';
import { WIRE_ERRORS } from './wire.ts';
import { YAML_ERRORS } from './yaml.ts';

/** Every error code of the product with title, remedy and HTTP status; checked both ways against the docs. */
export const ERRORS = {
  ...API_ERRORS,
  ...ACCESS_ERRORS,
  ...STORE_ERRORS,
  ...WIRE_ERRORS,
  ...SENSOR_ERRORS,
  ...NODE_ERRORS,
  ...ADVISORY_ERRORS,
  ...CONTENT_ERRORS,
  ...COMPLIANCE_ERRORS,
  ...POLICY_IMPORT_ERRORS,
  ...SIGNATURE_ERRORS,
  ...REGISTRY_ERRORS,
  ...SCAN_ERRORS,
  ...SUPPLY_CHAIN_ERRORS,
  ...SETUP_ERRORS,
  ...KUBE_ERRORS,
  ...POLICY_ERRORS,
  ...YAML_ERRORS,
  ...POLICY_FILE_ERRORS,
  ...CLUSTER_ERRORS,
} as const satisfies Readonly<Record<string, ErrorEntry>>;
export type ErrorCode = keyof typeof ERRORS;
