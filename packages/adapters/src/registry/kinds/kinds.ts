// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { ACR } from './acr.ts';
import { ARTIFACTORY } from './artifactory.ts';
import { DOCKER } from './docker.ts';
import { ECR } from './ecr.ts';
import { GITHUB } from './github.ts';
import { GITLAB } from './gitlab.ts';
import { GOOGLE } from './google.ts';
import { HARBOR } from './harbor.ts';
import { IBM_CLOUD } from './ibm-cloud.ts';
import type { RegistryAccess, RegistryKind } from './kind.ts';
import { NEXUS } from './nexus.ts';
import { OPENSHIFT } from './openshift.ts';
import { RED_HAT } from './red-hat.ts';

/** Every kind of registry: a kind of the contracts without an entry does not compile. */
export const KINDS: { readonly [K in RegistryAccess['kind']]: RegistryKind } = {
  docker: DOCKER,
  ecr: ECR,
  acr: ACR,
  google: GOOGLE,
  artifactory: ARTIFACTORY,
  openshift: OPENSHIFT,
  'red-hat': RED_HAT,
  nexus: NEXUS,
  gitlab: GITLAB,
  'ibm-cloud': IBM_CLOUD,
  harbor: HARBOR,
  github: GITHUB,
};
