// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** A fake API server with the faults of real ones, and the cases that hold it to a real one. */
export { KUBE_CASES, type KubeCase, type KubeServer } from './cases.ts';
export { type FakeApiServer, startFakeApiServer } from './fake-api-server.ts';
export { type GivenObject, ObjectStore, type StoredObject } from './object-store.ts';
