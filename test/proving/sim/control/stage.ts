/** The control plane with handlers that only write down what reaches them. */

import { ControlPlane } from '../../../../proving/sim/control/control-plane.ts';
import type { FolderName, FunctionPorts } from '../../../../proving/sim/control/defect.ts';
import {
  ACCOUNT,
  CLUSTER,
  ENDPOINT,
  ENVIRONMENT,
  REGION,
  TABLE,
} from '../../../../proving/sim/control/deployment.ts';
import { SimDatabase } from '../../../../proving/sim/database/index.ts';
import { FaultBoard } from '../../../../proving/sim/faults/board.ts';
import { inject } from '../../../../proving/sim/faults/inject.ts';
import type { FaultSpec } from '../../../../proving/sim/faults/spec.ts';
import { randomOf, SimClock, START_MS } from '../../../../proving/sim/kernel/index.ts';
import { AWS_TIMINGS } from '../../../../proving/twin/aurora/index.ts';
import { parseTrigger, type Trigger } from '../../../../lambdas/shared/events.ts';
import { MEMBERS } from '../database/stage.ts';

export interface Delivery {
  readonly at: number;
  readonly folder: FolderName;
  readonly az: string | null;
  readonly event: unknown;
  /** As the function itself would read it. */
  readonly trigger: Trigger;
}

export interface PlaneOptions {
  readonly faults?: readonly FaultSpec[];
  readonly seed?: number;
  /** @default - returns at once */
  readonly handler?: (delivery: Delivery, ports: FunctionPorts) => Promise<unknown>;
}

export function plane({ faults = [], seed = 1, handler }: PlaneOptions = {}) {
  const clock = new SimClock();
  const random = randomOf(seed);
  const database = new SimDatabase({
    clock,
    random: random.fork('database'),
    clusterId: CLUSTER,
    members: MEMBERS,
    timings: AWS_TIMINGS,
    customEndpoints: [ENDPOINT],
  });
  const board = new FaultBoard({ clock, random: random.fork('strikes'), specs: faults });
  const deliveries: Delivery[] = [];
  const rare: string[] = [];
  const control = new ControlPlane({
    clock,
    random: random.fork('control'),
    board,
    database,
    controllers: 'real',
    defect: {
      name: 'recorder',
      handler:
        (_real, ports, { folder, az }) =>
        async (event) => {
          const trigger = parseTrigger(event, {
            account: ACCOUNT,
            region: REGION,
            env: ENVIRONMENT,
            table: TABLE,
            controller: folder,
          });
          const delivery = { at: clock.now() - START_MS, folder, az, event, trigger };
          deliveries.push(delivery);
          await handler?.(delivery, ports);
        },
    },
    overrides: {},
    rare: (name) => rare.push(name),
    note: () => undefined,
  });
  const memberIds = MEMBERS.map(({ id }) => id);
  const heal = inject({ clock, board, database, zones: MEMBERS.map(({ az }) => az), memberIds });
  return {
    clock,
    control,
    database,
    board,
    heal,
    rare,
    deliveries,
    to: (folder: FolderName) => deliveries.filter((delivery) => delivery.folder === folder),
    /** Lets virtual time pass until so many ms after the start. */
    until: (ms: number) => clock.runUntil(START_MS + ms),
  };
}
