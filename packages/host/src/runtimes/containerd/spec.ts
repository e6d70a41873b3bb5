// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type FieldReader, readObject } from '../json.ts';
import type { RuntimeMount } from '../runtime.ts';

/** What an OCI runtime specification (config.json) says that we look at. */
export interface SpecFacts {
  readonly cgroupPath: string | undefined;
  readonly privileged: boolean | undefined;
  readonly mounts: readonly RuntimeMount[] | undefined;
  /** The CRI of containerd made it as the sandbox of a pod. */
  readonly isSandbox: boolean;
}

const SPEC_BYTES_MAX = 1024 * 1024;
const MOUNTS_MAX = 256;
/** Written by the CRI of containerd into each specification: `sandbox` or `container`. */
const CONTAINER_TYPE = 'io.kubernetes.cri.container-type';

/** The path that a `cgroupsPath` names; a systemd triple (slice:prefix:name) is resolved to its scope. */
export const cgroupPathOf = (cgroupsPath: string): string | undefined => {
  if (cgroupsPath === '') return undefined;
  const triple = cgroupsPath.split(':');
  if (triple.length !== 3) return cgroupsPath.startsWith('/') ? cgroupsPath : `/${cgroupsPath}`;
  const [slice = '', prefix = '', name = ''] = triple;
  // "a-b.slice" lies in "a.slice" (systemd.slice(5)).
  const parts = slice.replace(/\.slice$/, '').split('-');
  const folders = parts.map((_, index) => `${parts.slice(0, index + 1).join('-')}.slice`);
  return `/${folders.join('/')}/${prefix}-${name}.scope`;
};

const readMounts = (spec: FieldReader): readonly RuntimeMount[] =>
  spec
    .objects('mounts', MOUNTS_MAX)
    .filter(
      (mount) =>
        mount.text('type') === 'bind' || mount.texts('options', 64).some((option) => /^r?bind$/.test(option)),
    )
    .map((mount) => ({
      source: mount.text('source'),
      target: mount.text('destination'),
      readOnly: mount.texts('options', 64).includes('ro'),
    }));

/** What a specification says. */
export const specFacts = (spec: FieldReader): SpecFacts => {
  const devices = spec.object('linux')?.object('resources')?.objects('devices', 64) ?? [];
  const bounding = spec.object('process')?.object('capabilities')?.texts('bounding', 64) ?? [];
  const allowsAllDevices = devices.some(
    (rule) =>
      rule.flag('allow') === true && ['', 'a'].includes(rule.text('type')) && rule.text('access') === 'rwm',
  );
  return {
    cgroupPath: cgroupPathOf(spec.object('linux')?.text('cgroupsPath') ?? ''),
    privileged: allowsAllDevices && bounding.includes('CAP_SYS_ADMIN') && bounding.length > 30,
    mounts: readMounts(spec),
    isSandbox: spec.object('annotations')?.text(CONTAINER_TYPE) === 'sandbox',
  };
};

/** Reads a specification from JSON; what is not one gives nothing. */
export const readSpec = (bytes: Buffer | undefined): SpecFacts => {
  const spec = bytes && bytes.length <= SPEC_BYTES_MAX ? readObject(bytes.toString('utf8')) : undefined;
  return spec
    ? specFacts(spec)
    : { cgroupPath: undefined, privileged: undefined, mounts: undefined, isSandbox: false };
};
