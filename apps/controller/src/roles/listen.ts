// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { err, type Failure, failure, ok, type Result } from '@bartizan/contracts';
import type { Report } from '../report/build-report.ts';
import type { AgentServer } from '../sense/agent-server.ts';
import type { StartOptions } from '../settings.ts';

/** Opens the ports of agents and of people. */
export async function listen(
  { host, port, agentHost, agentPort }: StartOptions,
  agents: AgentServer,
  report: Report,
): Promise<Result<{ port: number; agentPort: number }, Failure>> {
  try {
    const opened = await agents.listen(agentHost, agentPort);
    const address = await report.server.listen({ host, port });
    return ok({ port: Number(new URL(address).port), agentPort: opened });
  } catch (cause) {
    const taken = cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE';
    return err(
      failure(
        taken ? 'E_PORT_TAKEN' : 'E_CONTROLLER_START',
        cause instanceof Error ? cause.message : 'cannot listen',
        cause,
      ),
    );
  }
}
