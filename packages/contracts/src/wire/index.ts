// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/**
 * What a node agent needs of the contracts while it runs, and nothing else: it runs on every node, and the schemas of
 * routes, registries or policies are no use to it there. Types come from the contracts as a whole.
 */
export { eventId, mayShed, STREAMS } from '../events/envelope.ts';
export { DEFAULT_TENANT, LOCAL_CLUSTER } from '../ids.ts';
export { ActionLevel } from '../nouns/node.ts';
export { parser } from '../parser.ts';
export { Configure, ControllerMessage, EnrollResponse } from './messages.ts';
export { clusterNodeText, enrollProof, joinTokenId, renewProof } from './proof.ts';
export {
  WIRE_ENROLL_PATH,
  WIRE_FRAME_BYTES_MAX,
  WIRE_FRAME_INFLATED_BYTES_MAX,
  WIRE_RENEW_PATH,
  WIRE_STREAM_PATH,
  WIRE_VERSION,
  WIRE_VERSION_OLDEST,
  WIRE_VERSION_STATE,
} from './protocol.ts';
