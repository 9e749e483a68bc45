/** Delivers the access logs of nodes to the bucket of their balancer (guide "Access log files"). */

import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import type { ObjectSink, World } from '../kernel/index.ts';
import type { LoadBalancer } from './model.ts';

export interface FinishedLog {
  readonly file: string;
  /** Epoch ms. */
  readonly endAt: number;
  /** Address of the node. */
  readonly address: string;
}

/** A bucket that is gone takes nothing: AWS drops the logs, too. */
export async function deliverLog(
  world: World,
  buckets: ObjectSink,
  balancer: LoadBalancer,
  log: FinishedLog,
): Promise<void> {
  try {
    const bucket = balancer.attributes.get('access_logs.s3.bucket') ?? '';
    buckets.put(bucket, logKey(world, balancer, log), await fs.readFile(log.file));
  } catch (error) {
    world.log('elb', 'an access log is lost', { balancer: balancer.name, error: String(error) });
  } finally {
    await fs.rm(log.file, { force: true });
  }
}

const RANDOM_BYTES = 4;

function logKey(world: World, balancer: LoadBalancer, { endAt, address }: FinishedLog): string {
  const { accountId, region } = world;
  const prefix = balancer.attributes.get('access_logs.s3.prefix') ?? '';
  const iso = new Date(endAt).toISOString();
  const day = iso.slice(0, 10).replaceAll('-', '/');
  const end = `${iso.slice(0, 16).replaceAll(/[-:]/g, '')}Z`;
  const file = [
    accountId,
    'elasticloadbalancing',
    region,
    `app.${balancer.name}.${balancer.id}`,
    end,
    address,
    `${randomBytes(RANDOM_BYTES).toString('hex')}.log.gz`,
  ].join('_');
  const folder = `AWSLogs/${accountId}/elasticloadbalancing/${region}/${day}`;
  return `${prefix === '' ? '' : `${prefix}/`}${folder}/${file}`;
}
