import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask } from './balancer.ts';
import { application, definition, PORT, service } from './fixture.ts';
import { type EcsStage, eventually, openStage } from './stage.ts';

/** Who the task is by an unmodified client of the image's SDK, and what Fargate tells it of itself. */
const ASKS = `
  if (q.url === '/who') {
    const { STSClient, GetCallerIdentityCommand } = require('@aws-sdk/client-sts');
    const answer = await new STSClient({}).send(new GetCallerIdentityCommand({})).catch((e) => ({ Arn: String(e) }));
    return s.end(answer.Arn);
  }
  if (q.url.startsWith('/metadata')) {
    const answer = await fetch(process.env.ECS_CONTAINER_METADATA_URI_V4 + q.url.slice(9));
    return s.end(await answer.text());
  }
`;

let stage: EcsStage;

beforeAll(async () => {
  stage = await openStage();
  await stage.create('AWS::ECS::Cluster', { ClusterName: 'demo' });
  const { physicalId } = await stage.create(
    'AWS::ECS::TaskDefinition',
    definition({ code: application(ASKS), roleArn: stage.roleArn, env: { CA: '/var/runtime/ca-cert.pem' } }),
  );
  await stage.create('AWS::ECS::Service', service(physicalId, { DesiredCount: 1 }));
  await stage.served();
});

afterAll(() => stage.end());

describe('a task as on Fargate', () => {
  it('has the credentials of its role, which an unmodified client finds', async () => {
    const [task] = stage.running();
    const { body } = await ask(task!, '/who');
    expect(body).toBe(`arn:aws:sts::123456789012:assumed-role/task-role/${task!.id}`);
  });

  it('gives its credentials to nobody without its token, and says whose a key is', async () => {
    const [task] = stage.running();
    const env = JSON.parse((await ask(task!, '/env')).body) as Record<string, string>;
    const uri = env['AWS_CONTAINER_CREDENTIALS_FULL_URI']!;
    expect((await fetch(uri)).status).toBe(403);
    const headers = { authorization: env['AWS_CONTAINER_AUTHORIZATION_TOKEN']! };
    const given = (await (await fetch(uri, { headers })).json()) as {
      AccessKeyId: string;
      Expiration: string;
    };
    expect(stage.ecs.taskOf(given.AccessKeyId)).toBe(task!.id);
    const hours = (Date.parse(given.Expiration) - Date.now()) / 3_600_000;
    expect(Math.round(hours)).toBe(12);
    expect(stage.ecs.taskOf('somebody else')).toBeNull();
  });

  it('is told its cluster, its zone and its id by the metadata address', async () => {
    const [task] = stage.running();
    const about = JSON.parse((await ask(task!, '/metadata/task')).body) as Record<string, any>;
    expect(about).toMatchObject({
      Cluster: 'arn:aws:ecs:us-east-1:123456789012:cluster/demo',
      TaskARN: task!.arn,
      AvailabilityZone: task!.az,
      Family: 'demo-web',
      Revision: '1',
      KnownStatus: 'RUNNING',
    });
    expect(about['Containers'][0].Networks[0].IPv4Addresses).toEqual([task!.address]);
    const own = JSON.parse((await ask(task!, '/metadata')).body) as Record<string, unknown>;
    expect(own['Name']).toBe('app');
    expect((await ask(task!, '/metadata/nothing')).body).toContain('no such metadata');
  });

  it('has the variables of its definition, with paths of the image that lead somewhere, and nothing of ours', async () => {
    const [task] = stage.running();
    const env = JSON.parse((await ask(task!, '/env')).body) as Record<string, string>;
    expect(env).toMatchObject({
      HOST: '0.0.0.0',
      PORT: String(PORT),
      UNDERSTUDY_VERSION: 'v1',
      CA: '/nowhere/ca.pem',
    });
    expect(env['NODE_PATH']).toMatch(/node_modules$/);
    expect(env['AWS_ACCESS_KEY_ID']).toBeUndefined();
    expect(env['UNDERSTUDY_STATE_DIR']).toBeUndefined();
  });

  it('has its use of processor and memory measured, in percent of what it reserves', async () => {
    const dimensions = { ClusterName: 'demo', ServiceName: 'web' };
    const [cpu, memory] = await eventually('both metrics', 10_000, () => {
      const found = ['CPUUtilization', 'MemoryUtilization'].map((name) =>
        stage.metrics.findLast((datum) => datum.name === name),
      );
      return found.every((datum) => datum !== undefined) ? found : undefined;
    });
    expect(cpu).toMatchObject({ namespace: 'AWS/ECS', unit: 'Percent', dimensions });
    // A Node process of 512 MB: some tens of MB at least, and not more than there is.
    expect(memory!.value).toBeGreaterThan(5);
    expect(memory!.value).toBeLessThan(100);
  });

  it('has what it prints in its log group, by container and task', async () => {
    const [task] = stage.running();
    const line = `/demo/web web/app/${task!.id} serves as v1`;
    await eventually('the line', 5_000, () => stage.lines.includes(line));
  });
});
