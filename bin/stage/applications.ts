/** The example application and its control, as tasks of the sandbox. */

import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { output, type Outputs } from '../../ops/outputs.ts';
import { putQuotasOverride, readQuotasProgress } from '../../ops/quotas.ts';
import type { DrillPlace, DrillTask } from '../../proving/drills/index.ts';
import type { SandboxClient } from '../../proving/sandbox/index.ts';
import type { Target } from '../../ops/target.ts';
import { cacheVariables } from './cache-variables.ts';
import { leaseEpoch, putQuotasInForce, type QuotasDesk } from './quotas.ts';

/** The application that the sandbox drives; its name is also its database user and schema. */
export const APPLICATION = 'shop';
const LOOPBACK = '127.0.0.1';
/** Twice what HS256 asks for. */
const TOKEN_KEY_BYTES = 64;
/** Only an environment with a throttled resource has one. */
export const THROTTLE_TABLE_OUTPUT = 'ThrottleTableName';

type Applications = Pick<DrillPlace, 'tokenKey' | 'application' | 'startTask' | 'endTask' | 'setQuotas'>;

export function applications(client: SandboxClient, target: Target, outputs: Outputs): Applications {
  const tokenKey = randomBytes(TOKEN_KEY_BYTES).toString('base64url');
  const startTask: DrillPlace['startTask'] = async (name, kind, env): Promise<DrillTask> => {
    const { entry, env: always } = application(kind, outputs);
    const { pid, port } = await client.runTask({
      name,
      roleArn: output(outputs, 'ShopRoleArn'),
      entry,
      env: { ...always, SHOP_TOKEN_KEY: tokenKey, ...env },
    });
    return { name, pid, port, address: LOOPBACK, url: `http://${LOOPBACK}:${port}` };
  };
  return {
    tokenKey,
    application: async (kind) => (await startTask(kind, kind, {})).url,
    startTask,
    endTask: (name) => client.endTask(name),
    setQuotas: async (resource, document, instance) => {
      const parameter = { env: output(outputs, 'Environment'), resource };
      if (document === null || instance === undefined) {
        await putQuotasOverride(target, parameter, document);
        return null;
      }
      const throttleTable = output(outputs, THROTTLE_TABLE_OUTPUT);
      const tables = { stateTable: output(outputs, 'StateTableName'), throttleTable };
      const desk: QuotasDesk = {
        put: (value) => putQuotasOverride(target, parameter, value),
        progress: () => readQuotasProgress(target, tables, resource),
        epochOf: leaseEpoch,
      };
      return putQuotasInForce(desk, document, instance);
    },
  };
}

function application(
  kind: 'shop' | 'control',
  outputs: Outputs,
): { entry: string; env: Record<string, string> } {
  const file = kind === 'shop' ? 'main' : 'control';
  const here = import.meta.filename;
  const throttleTable = outputs[THROTTLE_TABLE_OUTPUT];
  return {
    entry: path.resolve(path.dirname(here), `../../examples/shop/${file}${path.extname(here)}`),
    env: {
      HOST: LOOPBACK,
      PORT: '0',
      UNDERSTUDY_ENV: output(outputs, 'Environment'),
      UNDERSTUDY_STATE_TABLE: output(outputs, 'StateTableName'),
      DATABASE_ENDPOINT: output(outputs, 'ClusterEndpoint'),
      DATABASE_READER_ENDPOINT: output(outputs, 'ReaderEndpoint'),
      DATABASE_NAME: output(outputs, 'DatabaseName'),
      DATABASE_USER: APPLICATION,
      ...(throttleTable === undefined ? {} : { UNDERSTUDY_THROTTLE_TABLE: throttleTable }),
      ...cacheVariables(outputs),
    },
  };
}
