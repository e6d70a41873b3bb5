// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

export {
  type Agreement,
  agreementOf,
  type Difference,
  type Explained,
  packageKey,
  packageSet,
} from './package-set.ts';
export { IMAGE_PEERS, type ImagePeer, MANIFEST_PEER, type Peer, SECRET_PEER } from './peers.ts';
