// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type FactSheet, rightsOf, rightsText } from './fact-sheet.ts';

const OTHERS_WRITE = 0o002;

/** Where container runtimes listen, as paths of the host. */
export const RUNTIME_SOCKETS = [
  '/run/docker.sock',
  '/run/containerd/containerd.sock',
  '/run/crio/crio.sock',
  '/run/podman/podman.sock',
  '/run/k3s/containerd/containerd.sock',
];

/** Facts of the sockets of container runtimes on the host. */
export const collectRuntimeSockets = (sheet: FactSheet, root: string, more: readonly string[]): void => {
  const present = [...new Set([...RUNTIME_SOCKETS, ...more])].flatMap((path) => {
    const rights = rightsOf(root, path);
    return rights && !rights.isFolder ? [{ path, rights }] : [];
  });
  sheet.set(
    'runtime-sockets.present',
    present.map((one) => rightsText(one.path, one.rights)),
  );
  const isLoose = ({ rights }: (typeof present)[number]): boolean =>
    (rights.mode & OTHERS_WRITE) !== 0 || rights.uid !== 0;
  sheet.set(
    'runtime-sockets.loose',
    present.filter(isLoose).map((one) => rightsText(one.path, one.rights)),
  );
};
