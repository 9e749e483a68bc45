/** SQS in the sandbox: queues that are sent to and read by reports. There is no wire service and no consumer. */

import type { QueueMessage } from '../../twin/queue/index.ts';
import type { MetricSink, Part, World } from '../kernel/index.ts';
import { queuePolicyProvider, queueProvider } from './providers.ts';
import { type QueueSender, QueueRegistry } from './registry.ts';

export interface QueuesPart extends Part, QueueSender {
  /** Messages still kept, oldest first. Throws AwsError for an unknown queue (name or ARN). */
  messages(queue: string): readonly QueueMessage[];
  /** How many messages each queue holds, by name: for reports. */
  depths(): Record<string, number>;
}

/** SQS gives its metrics once a minute. */
const METRIC_PERIOD_MS = 60_000;

export function createQueues(world: World, deps: { readonly metrics: MetricSink }): QueuesPart {
  const queues = new QueueRegistry(world);
  let timer: NodeJS.Timeout | undefined;
  const publish = (): void => {
    for (const name of queues.names()) {
      deps.metrics.put({
        namespace: 'AWS/SQS',
        name: 'ApproximateNumberOfMessagesVisible',
        dimensions: { QueueName: name },
        value: queues.visible(name),
        unit: 'Count',
        at: world.now(),
        resolutionS: 60,
      });
    }
  };
  return {
    providers: [queueProvider(queues), queuePolicyProvider(queues)],
    async start() {
      timer = setInterval(publish, world.managed(METRIC_PERIOD_MS));
      timer.unref();
    },
    async stop() {
      clearInterval(timer);
    },
    send: (queueArn, body, options) => queues.send(queueArn, body, options),
    messages: (queue) => queues.messages(queue),
    depths: () => Object.fromEntries(queues.names().map((name) => [name, queues.visible(name)])),
  };
}
