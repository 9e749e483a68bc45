/** An AWS service of the sandbox that does not answer, and how a caller meets it. */

import { output, type Outputs } from '../../ops/outputs.ts';
import { readQuotasProgress } from '../../ops/quotas.ts';
import type { Target } from '../../ops/target.ts';
import type { DrillPlace, ServiceAnswer } from '../../proving/drills/index.ts';
import type { SandboxClient } from '../../proving/sandbox/index.ts';
import { THROTTLE_TABLE_OUTPUT } from './applications.ts';

/** Whoever has heard nothing for so long is answered by nobody, in ms. */
const SILENCE_MS = 1500;
/** Which resource is asked for does not matter: what is not there is an answer, too. */
const RESOURCE = 'quotes';

type ServiceFaults = Pick<DrillPlace, 'setServiceFault' | 'metServiceFault' | 'askLeaseStore'>;

export function serviceFaults(client: SandboxClient, target: Target, outputs: Outputs): ServiceFaults {
  return {
    setServiceFault: (fault) => client.setServiceFault(fault),
    metServiceFault: async () => (await client.status()).serviceFault?.met ?? {},
    askLeaseStore: () => {
      const stateTable = output(outputs, 'StateTableName');
      const tables = { stateTable, throttleTable: output(outputs, THROTTLE_TABLE_OUTPUT) };
      return answerOf(readQuotasProgress(target, tables, RESOURCE));
    },
  };
}

/** @throws whatever the call ends with that is neither an answer nor a reset */
export async function answerOf(call: Promise<unknown>, silenceMs = SILENCE_MS): Promise<ServiceAnswer> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<'silence'>((resolve) => {
    timer = setTimeout(() => resolve('silence'), silenceMs);
  });
  const answer = call.then(
    () => 'answer' as const,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNRESET') return 'reset' as const;
      throw error;
    },
  );
  try {
    return await Promise.race([answer, silence]);
  } finally {
    clearTimeout(timer);
    // A call that nobody waits for any more ends when the fault does.
    answer.catch(() => undefined);
  }
}
