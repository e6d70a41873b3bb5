// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** Fakes of what an agent speaks with: a controller on the wire, its certificates. For tests only. */
export { type Holder, makeAuthority, type TestAuthority } from './certificates.ts';
export { FakeController, type FakeControllerOptions, type Received } from './fake-controller.ts';
