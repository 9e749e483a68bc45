/** Starts the process of a task, with its addresses, its credentials and its logs. */

import path from 'node:path';
import { metadataUri } from '../task/task-metadata.ts';
import { taskEnvironment } from '../task/task-environment.ts';
import { TaskProcess } from '../task/task-process.ts';
import { readSecrets } from './secrets.ts';
import type { Shared } from './shared.ts';
import type { TaskRecord } from './task-record.ts';

/** How many of its last lines are in the sandbox's log when it ends. */
const LAST_LINES = 10;

/** Resolves when the process runs. Rejects when there is none. */
export async function launch(shared: Shared, record: TaskRecord, onExit: () => void): Promise<void> {
  const { world, gateway, network } = shared;
  const { definition, origin, id } = record;
  const secrets = readSecrets(shared, definition, id);
  const gatewayPort = await gateway.start();
  gateway.add({ id, ...origin.addresses });
  const home = path.join(shared.folder, id);
  const endpoint = network.endpointUrl();
  const { taskRoleArn, container } = definition;
  const said: string[] = [];
  const process = new TaskProcess({
    world,
    name: `${origin.service} ${id.slice(0, 8)}`,
    container,
    home,
    unprivileged: shared.unprivileged,
    env: taskEnvironment({
      taskId: id,
      region: world.region,
      container,
      secrets,
      network,
      addresses: origin.addresses,
      gatewayPort,
      home,
      metadataUri: metadataUri(endpoint, id),
      credentials: taskRoleArn === null ? null : shared.credentials.open(id, taskRoleArn, endpoint),
    }),
    onLine(line) {
      said.push(line);
      if (said.length > LAST_LINES) said.shift();
      if (container.logs === null) return;
      const { group, streamPrefix } = container.logs;
      shared.logs.write(group, `${streamPrefix}/${container.name}/${id}`, line);
    },
    onExit(code, signal) {
      world.log('ecs', `a task of ${origin.service} ended`, { task: id, code, signal, said });
      record.exitCode = code;
      record.checks?.stop();
      onExit();
    },
  });
  record.process = process;
  await process.started();
}
