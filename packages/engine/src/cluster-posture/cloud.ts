// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { PodEndpoint, Reach, Reachability } from '../reachability/index.ts';
import type { CloudAccount, PostureObjects, PosturePod } from './read-objects.ts';

/** Where clouds answer instances about themselves, credentials included (RFC 3927 link-local address). */
export const METADATA_ADDRESS = '169.254.169.254';

/** The clouds that the nodes run in; none: no node says that it is in one. */
export const cloudsOf = ({ nodes }: PostureObjects): string[] =>
  [...new Set(nodes.map(({ cloud }) => cloud).filter((cloud) => cloud !== ''))].sort();

/** Whether network policies let a pod connect to the metadata service. */
export const reachesMetadata = (reachability: Reachability, pod: PodEndpoint): Reach =>
  reachability.ask({
    from: pod,
    to: { kind: 'address', address: METADATA_ADDRESS },
    protocol: 'TCP',
    port: 80,
  }).reach;

/** The role in the cloud that a pod has by its service account. */
export const roleOfPod = (objects: PostureObjects, pod: PosturePod): CloudAccount | undefined =>
  objects.accounts.find(({ namespace, name }) => namespace === pod.namespace && name === pod.serviceAccount);
