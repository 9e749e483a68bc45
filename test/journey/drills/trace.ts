/** One trace id, and where the sandbox knows it from: each seam is asked for itself. */

import fs from 'node:fs';
import https from 'node:https';
import { randomBytes } from 'node:crypto';
import { Resolver } from 'node:dns/promises';
import { gunzipSync } from 'node:zlib';
import {
  DescribeLoadBalancerAttributesCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { Client } from 'pg';
import { createPlace, targetOf } from '../../../bin/stage/place.ts';
import { output, readOutputs, type Outputs } from '../../../ops/outputs.ts';
import { runningSandbox, sandboxClient, type SandboxCard } from '../../../proving/sandbox/index.ts';
import { logsBelow } from '../logs.ts';

export interface Reply {
  readonly status: number;
  readonly body: string;
}

export class TraceStage {
  /** As X-Ray and the balancers write it. */
  readonly root = `1-${randomBytes(4).toString('hex')}-${randomBytes(12).toString('hex')}`;
  readonly #stateDir: string;
  readonly #card: SandboxCard;
  readonly #outputs: Outputs;

  private constructor(stateDir: string, card: SandboxCard, outputs: Outputs) {
    this.#stateDir = stateDir;
    this.#card = card;
    this.#outputs = outputs;
  }

  static async open(stateDir: string): Promise<TraceStage> {
    const card = runningSandbox(stateDir)!;
    return new TraceStage(stateDir, card, await readOutputs(targetOf(card), 'Demo'));
  }

  /** Through the public name, with the trace, which is sampled. */
  async ask(method: string, path: string, body?: object): Promise<Reply> {
    const url = new URL(path, output(this.#outputs, 'EdgeUrl'));
    const resolver = new Resolver();
    resolver.setServers([this.#card.dns]);
    const [address = ''] = await resolver.resolve4(url.hostname);
    const options: https.RequestOptions = {
      method,
      host: address,
      servername: url.hostname,
      path,
      ca: fs.readFileSync(this.#card.caFile),
      headers: { host: url.hostname, 'x-amzn-trace-id': `Root=${this.root};Sampled=1` },
      agent: false,
    };
    return new Promise((resolve, reject) => {
      const request = https.request(options, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
      });
      request.once('error', reject);
      request.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  /** Lines of the tier's log that tell of the trace. */
  toldBy(tier: 'web' | 'service'): readonly string[] {
    return logsBelow(this.#stateDir)
      .flatMap(({ text }) => text.split('\n'))
      .filter((line) => line.includes(this.root))
      .map((line) => line.replaceAll('\\"', '"'))
      .filter((line) => line.includes(`"tier":"${tier}"`));
  }

  /** Lines of the balancers' access logs, as they were delivered to the bucket. */
  async accessLog(): Promise<readonly string[]> {
    const { url: endpoint, region, operator: credentials } = this.#card;
    const elb = new ElasticLoadBalancingV2Client({ endpoint, region, credentials });
    const s3 = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
    const [LoadBalancerArn = ''] = output(this.#outputs, 'Balancers').split('=');
    const { Attributes = [] } = await elb.send(
      new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn }),
    );
    const Bucket = Attributes.find(({ Key }) => Key === 'access_logs.s3.bucket')?.Value ?? '';
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
    const texts = await Promise.all(
      Contents.map(async ({ Key }) => {
        const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: Key! }));
        const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array();
        return (Key!.endsWith('.gz') ? gunzipSync(bytes) : Buffer.from(bytes)).toString();
      }),
    );
    return texts.flatMap((text) => text.split('\n')).filter((line) => line.includes(this.root));
  }

  /** Roles of the members with a session whose statement bears the trace. */
  async databaseRoles(): Promise<readonly string[]> {
    const client = sandboxClient(this.#card);
    const place = createPlace({
      client,
      outputs: this.#outputs,
      stage: 'Demo',
      versions: {},
      say: () => undefined,
    });
    const roles: string[] = [];
    for (const { role, address, endpoint } of await place.members()) {
      const session = new Client(await place.connection(address, endpoint));
      await session.connect();
      const text = `select 1 from pg_stat_activity where pid <> pg_backend_pid() and query like $1`;
      const { rowCount } = await session.query(text, [`%trace=${this.root}%`]);
      if ((rowCount ?? 0) > 0) roles.push(role);
      await session.end();
    }
    return roles;
  }
}
