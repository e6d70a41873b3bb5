// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Procfs } from '../procfs/procfs.ts';
import { openContainerd } from './containerd/containerd.ts';
import { openCri } from './cri/cri.ts';
import { openDocker } from './docker/docker.ts';
import { openRunc } from './runc/runc.ts';
import type { ContainerRuntime } from './runtime.ts';

/** Clients of container runtimes: the closed list. `containerd-cri` and `cri-o` are the same client. */
export const RUNTIME_CLIENTS = ['docker', 'podman', 'cri-o', 'containerd-cri', 'containerd', 'runc'] as const;
export type RuntimeClient = (typeof RUNTIME_CLIENTS)[number];

/** What a client can do. `strength` says who describes a container when several know it: the higher one. */
export interface RuntimeCapabilities {
  readonly strength: number;
  readonly knowsImages: boolean;
  readonly knowsPods: boolean;
  readonly tellsEvents: boolean;
}

/** Who can tell of a container: a client, the conmon that holds it, or (`unknown`) the kernel alone. */
export type Teller = RuntimeClient | 'conmon' | 'unknown';

/** The capabilities of each of them. */
export const RUNTIME_CAPABILITIES: Readonly<Record<Teller, RuntimeCapabilities>> = {
  docker: { strength: 6, knowsImages: true, knowsPods: false, tellsEvents: true },
  podman: { strength: 6, knowsImages: true, knowsPods: false, tellsEvents: true },
  'cri-o': { strength: 5, knowsImages: true, knowsPods: true, tellsEvents: true },
  'containerd-cri': { strength: 5, knowsImages: true, knowsPods: true, tellsEvents: true },
  containerd: { strength: 4, knowsImages: true, knowsPods: false, tellsEvents: true },
  conmon: { strength: 3, knowsImages: true, knowsPods: false, tellsEvents: false },
  runc: { strength: 2, knowsImages: false, knowsPods: false, tellsEvents: true },
  unknown: { strength: 1, knowsImages: false, knowsPods: false, tellsEvents: false },
};

/** Where a runtime is reached. */
export interface RuntimePlace {
  readonly client: RuntimeClient;
  /** Path of its socket, or of its state folder for runc. */
  readonly endpoint: string;
}

/** Where runtimes are by default. */
export const DEFAULT_PLACES: readonly RuntimePlace[] = [
  { client: 'docker', endpoint: '/run/docker.sock' },
  { client: 'podman', endpoint: '/run/podman/podman.sock' },
  { client: 'cri-o', endpoint: '/run/crio/crio.sock' },
  { client: 'containerd', endpoint: '/run/containerd/containerd.sock' },
  { client: 'containerd-cri', endpoint: '/run/containerd/containerd.sock' },
  { client: 'containerd', endpoint: '/run/k3s/containerd/containerd.sock' },
  { client: 'containerd-cri', endpoint: '/run/k3s/containerd/containerd.sock' },
  { client: 'runc', endpoint: '/run/runc' },
];

/** Opens the client of a place; nothing is sent before its first call. */
export const openRuntime = (
  place: RuntimePlace,
  machine: { readonly procfs: Procfs; readonly keyRoot: string | undefined },
): ContainerRuntime => {
  switch (place.client) {
    case 'docker':
    case 'podman':
      return openDocker(place.client, place.endpoint);
    case 'cri-o':
      return openCri('cri-o', place.endpoint);
    case 'containerd-cri':
      return openCri('containerd', place.endpoint);
    case 'containerd':
      return openContainerd(place.endpoint);
    case 'runc':
      return openRunc(place.endpoint, machine);
  }
};
