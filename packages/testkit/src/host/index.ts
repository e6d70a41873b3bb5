// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** What tests of an agent need: a fake controller with its certificates, a real agent, real runc containers. For tests only. */
export { AgentProcess, until } from './agent-process.ts';
export { type Holder, makeAuthority, type TestAuthority } from './certificates.ts';
export { FakeController, type FakeControllerOptions, type Received } from './fake-controller.ts';
export { RuncContainers, type RuncWish } from './runc-containers.ts';
