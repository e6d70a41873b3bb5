// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** Settings of a pod that the API server of Kubernetes holds against each other, as its validation reads them. */
export interface TypedPod {
  readonly spec: {
    readonly hostUsers?: boolean;
    readonly hostNetwork?: boolean;
    readonly hostPID?: boolean;
    readonly hostIPC?: boolean;
    readonly resources?: TypedResources;
    readonly volumes?: readonly (Readonly<Record<string, unknown>> & { readonly name: string })[];
    readonly containers: readonly TypedContainer[];
  };
}
interface TypedResources {
  readonly requests?: Readonly<Record<string, string>>;
  readonly limits?: Readonly<Record<string, string>>;
}
interface TypedContainer {
  readonly name: string;
  readonly resources?: TypedResources;
  readonly volumeDevices?: readonly unknown[];
  readonly securityContext?: {
    readonly privileged?: boolean;
    readonly allowPrivilegeEscalation?: boolean;
    readonly capabilities?: { readonly add?: readonly string[] };
  };
}

const UNITS: Readonly<Record<string, number>> = { m: 1, '': 1000, Mi: 1000 * 2 ** 20, Gi: 1000 * 2 ** 30 };
/** A quantity in thousandths; of the few units that tests write. */
function milli(text: string): number {
  const [, digits = '', unit = ''] = /^(\d+)(m|Mi|Gi)?$/.exec(text) ?? [];
  return Number(digits) * (UNITS[unit] ?? Number.NaN);
}

function refusalOfResources(
  { requests = {}, limits = {} }: TypedResources,
  ofPod: TypedResources['limits'],
): string | undefined {
  for (const [name, limit] of Object.entries(limits)) {
    if (milli(requests[name] ?? '0') > milli(limit)) return `requests must not be above limits: ${name}`;
    const most = ofPod?.[name];
    if (most !== undefined && milli(limit) > milli(most))
      return `limits must not be above those of the pod: ${name}`;
  }
  return undefined;
}

function refusalOfSecurity(security: TypedContainer['securityContext']): string | undefined {
  if (security?.allowPrivilegeEscalation !== false) return undefined;
  if (security.privileged) return 'cannot set allowPrivilegeEscalation to false and privileged to true';
  return security.capabilities?.add?.includes('CAP_SYS_ADMIN')
    ? 'cannot set allowPrivilegeEscalation to false and add CAP_SYS_ADMIN'
    : undefined;
}

/** Why the API server refuses a pod for settings that do not go together; nothing when it takes it. */
export function refusalOf({ spec }: TypedPod): string | undefined {
  if (spec.hostUsers === false && (spec.hostNetwork || spec.hostPID || spec.hostIPC))
    return 'host namespaces are forbidden when hostUsers is false';
  if (spec.hostUsers === false && spec.containers.some(({ volumeDevices = [] }) => volumeDevices.length > 0))
    return 'volumeDevices are forbidden when hostUsers is false';
  for (const { name: _name, ...sources } of spec.volumes ?? [])
    if (Object.keys(sources).length > 1) return 'may not specify more than 1 volume type';
  for (const { resources = {}, securityContext } of spec.containers) {
    const refusal =
      refusalOfResources(resources, spec.resources?.limits) ?? refusalOfSecurity(securityContext);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}
