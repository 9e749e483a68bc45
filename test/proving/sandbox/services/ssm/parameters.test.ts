/** Parameter Store through the real client. */

import * as SSM from '@aws-sdk/client-ssm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BusEvent } from '../../../../../proving/sandbox/kernel/index.ts';
import { type SsmPart, createSsm } from '../../../../../proving/sandbox/services/ssm/index.ts';
import { type Stage, failure, openStage } from '../stage.ts';

let stage: Stage<SsmPart>;
let ssm: SSM.SSMClient;
let events: BusEvent[];

beforeEach(async () => {
  events = [];
  stage = await openStage((world) =>
    createSsm(world, { bus: { publish: (event) => void events.push(event) } }),
  );
  ssm = new SSM.SSMClient(stage.operator);
});

afterEach(async () => {
  ssm.destroy();
  await stage.stop();
});

const put = (Name: string, Value: string, more: Partial<SSM.PutParameterCommandInput> = {}) =>
  ssm.send(new SSM.PutParameterCommand({ Name, Value, Type: 'String', ...more }));
const get = (Name: string, more: object = {}) => ssm.send(new SSM.GetParameterCommand({ Name, ...more }));

describe('a parameter', () => {
  it('comes back with version, ARN and type', async () => {
    expect(await put('/demo/a', '1')).toMatchObject({ Version: 1, Tier: 'Standard' });
    const { Parameter } = await get('/demo/a');
    expect(Parameter).toMatchObject({
      Name: '/demo/a',
      Value: '1',
      Type: 'String',
      Version: 1,
      ARN: 'arn:aws:ssm:us-east-1:123456789012:parameter/demo/a',
      DataType: 'text',
      LastModifiedDate: expect.any(Date),
    });
    expect(stage.part.get('/demo/a')).toBe('1');
    expect((await get('arn:aws:ssm:us-east-1:123456789012:parameter/demo/a')).Parameter?.Value).toBe('1');
  });

  it('is written over only when asked for, and keeps its history', async () => {
    await put('/demo/a', '1', { Description: 'first' });
    expect(await failure(put('/demo/a', '2'))).toBeInstanceOf(SSM.ParameterAlreadyExists);
    expect(await put('/demo/a', '2', { Overwrite: true })).toMatchObject({ Version: 2 });
    expect((await get('/demo/a')).Parameter?.Value).toBe('2');
    expect((await get('/demo/a:1')).Parameter?.Value).toBe('1');
    expect(await failure(get('/demo/a:3'))).toBeInstanceOf(SSM.ParameterVersionNotFound);
    const page = await ssm.send(new SSM.GetParameterHistoryCommand({ Name: '/demo/a', MaxResults: 1 }));
    expect(page.Parameters).toMatchObject([{ Version: 1, Value: '1', Description: 'first' }]);
    const next = await ssm.send(
      new SSM.GetParameterHistoryCommand({ Name: '/demo/a', MaxResults: 1, NextToken: page.NextToken }),
    );
    expect(next.Parameters).toMatchObject([
      { Version: 2, LastModifiedUser: 'arn:aws:iam::123456789012:user/operator' },
    ]);
    expect(next.NextToken).toBeUndefined();
  });

  it('keeps a hundred versions', async () => {
    for (let i = 1; i <= 102; i += 1) await put('/demo/a', `${i}`, { Overwrite: true });
    const versions: number[] = [];
    for await (const page of SSM.paginateGetParameterHistory({ client: ssm }, { Name: '/demo/a' })) {
      versions.push(...(page.Parameters ?? []).map(({ Version = 0 }) => Version));
    }
    expect([versions.length, versions[0], versions.at(-1)]).toEqual([100, 3, 102]);
  });

  it('is unreadable without decryption when it is a SecureString', async () => {
    await put('/demo/s', 'hidden', { Type: 'SecureString' });
    expect((await get('/demo/s')).Parameter?.Value).not.toContain('hidden');
    expect((await get('/demo/s', { WithDecryption: true })).Parameter?.Value).toBe('hidden');
  });

  it('is gone after its deletion', async () => {
    await put('/demo/a', '1');
    await ssm.send(new SSM.DeleteParameterCommand({ Name: '/demo/a' }));
    expect(await failure(get('/demo/a'))).toBeInstanceOf(SSM.ParameterNotFound);
    const again = ssm.send(new SSM.DeleteParameterCommand({ Name: '/demo/a' }));
    expect(await failure(again)).toBeInstanceOf(SSM.ParameterNotFound);
    await put('/demo/b', '1');
    const many = await ssm.send(new SSM.DeleteParametersCommand({ Names: ['/demo/a', '/demo/b'] }));
    expect(many).toMatchObject({ DeletedParameters: ['/demo/b'], InvalidParameters: ['/demo/a'] });
  });
});

describe('what is refused', () => {
  it.each([
    ['a name with a blank', '/demo/a b', {}, 'ValidationException'],
    ['a name that AWS keeps for itself', '/aws/a', {}, 'ValidationException'],
    ['a path without a leading slash', 'demo/a', {}, 'ValidationException'],
    ['sixteen levels', '/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16', {}, 'HierarchyLevelLimitExceededException'],
    ['an unknown type', '/demo/a', { Type: 'Number' }, 'UnsupportedParameterType'],
    ['no type for a new parameter', '/demo/a', { Type: undefined }, 'ValidationException'],
    [
      'a value that does not fit the pattern',
      '/demo/a',
      { AllowedPattern: '\\d+' },
      'ParameterPatternMismatchException',
    ],
    ['a pattern that is none', '/demo/a', { AllowedPattern: '(' }, 'InvalidAllowedPatternException'],
    ['an unknown tier', '/demo/a', { Tier: 'Gold' }, 'ValidationException'],
    [
      'tags together with overwrite',
      '/demo/a',
      { Overwrite: true, Tags: [{ Key: 'a', Value: 'b' }] },
      'ValidationException',
    ],
    ['policies', '/demo/a', { Policies: '[{}]' }, 'ValidationException'],
  ])('%s, and nothing is made', async (_name, name, more, code) => {
    expect((await failure(put(name, 'text', more as never))).name).toBe(code);
    expect((await ssm.send(new SSM.DescribeParametersCommand({}))).Parameters).toEqual([]);
    expect(events).toEqual([]);
  });

  it('an empty value', async () => {
    expect((await failure(put('/demo/a', ''))).message).toContain("'/demo/a' needs a value");
  });

  it('a value that is too long for its tier, and a way back from the advanced tier', async () => {
    const long = 'x'.repeat(4097);
    expect((await failure(put('/demo/a', long))).message).toContain(
      'Standard tier parameters support a maximum',
    );
    expect((await put('/demo/a', long, { Tier: 'Intelligent-Tiering' })).Tier).toBe('Advanced');
    expect((await put('/demo/a', 'short', { Overwrite: true })).Tier).toBe('Advanced');
    const back = put('/demo/a', 'short', { Overwrite: true, Tier: 'Standard' });
    expect((await failure(back)).message).toContain("can't downgrade");
    expect((await failure(put('/demo/b', 'x'.repeat(8193), { Tier: 'Advanced' }))).message).toContain('8192');
  });
});

describe('reading many', () => {
  beforeEach(async () => {
    for (const name of ['/demo/a', '/demo/b/1', '/demo/b/2', '/demon/x']) await put(name, name);
  });

  it('by name tells which are not there', async () => {
    const found = await ssm.send(
      new SSM.GetParametersCommand({ Names: ['/demo/a', '/demo/zz', '/demo/b/1:1'] }),
    );
    expect(found.Parameters?.map(({ Name }) => Name)).toEqual(['/demo/a', '/demo/b/1']);
    expect(found.InvalidParameters).toEqual(['/demo/zz']);
    const Names = Array.from({ length: 11 }, (_, i) => `/demo/${i}`);
    expect((await failure(ssm.send(new SSM.GetParametersCommand({ Names })))).message).toContain(
      'at most 10',
    );
  });

  it('by path stays on its level, or goes to the bottom, page by page', async () => {
    const flat = await ssm.send(new SSM.GetParametersByPathCommand({ Path: '/demo' }));
    expect(flat.Parameters?.map(({ Name }) => Name)).toEqual(['/demo/a']);
    const seen: (string | undefined)[] = [];
    let pages = 0;
    const all = SSM.paginateGetParametersByPath(
      { client: ssm, pageSize: 2 },
      { Path: '/demo/', Recursive: true },
    );
    for await (const page of all) {
      pages += 1;
      seen.push(...(page.Parameters ?? []).map(({ Name }) => Name));
    }
    expect(seen).toEqual(['/demo/a', '/demo/b/1', '/demo/b/2']);
    expect(pages).toBe(2);
    const wrong = ssm.send(new SSM.GetParametersByPathCommand({ Path: 'demo' }));
    expect((await failure(wrong)).message).toContain('must begin with a slash');
    const many = ssm.send(new SSM.GetParametersByPathCommand({ Path: '/demo', MaxResults: 11 }));
    expect((await failure(many)).message).toContain('from 1 to 10');
  });

  it.each([
    [{ Key: 'Name', Option: 'Contains', Values: ['/b/'] }, ['/demo/b/1', '/demo/b/2']],
    [{ Key: 'Name', Option: 'BeginsWith', Values: ['/demon'] }, ['/demon/x']],
    [{ Key: 'Name', Values: ['/demo/a'] }, ['/demo/a']],
    [{ Key: 'Path', Option: 'OneLevel', Values: ['/demo'] }, ['/demo/a']],
    [{ Key: 'Path', Option: 'Recursive', Values: ['/demo'] }, ['/demo/a', '/demo/b/1', '/demo/b/2']],
    [{ Key: 'Type', Values: ['SecureString'] }, []],
  ])('by filter %j', async (filter, names) => {
    const { Parameters } = await ssm.send(new SSM.DescribeParametersCommand({ ParameterFilters: [filter] }));
    expect(Parameters?.map(({ Name }) => Name)).toEqual(names);
  });

  it('refuses a filter that is none', async () => {
    const filter = { Key: 'Colour', Values: ['red'] };
    const answer = ssm.send(new SSM.DescribeParametersCommand({ ParameterFilters: [filter] }));
    expect(await failure(answer)).toBeInstanceOf(SSM.InvalidFilterKey);
  });
});

describe('every change', () => {
  it('is told to the event bus with what AWS tells', async () => {
    await put('/demo/a', '1', { Description: 'why' });
    await put('/demo/a', '2', { Overwrite: true });
    await ssm.send(new SSM.DeleteParameterCommand({ Name: '/demo/a' }));
    const event = (detail: object) => ({
      source: 'aws.ssm',
      'detail-type': 'Parameter Store Change',
      detail: { name: '/demo/a', type: 'String', ...detail },
      resources: ['arn:aws:ssm:us-east-1:123456789012:parameter/demo/a'],
    });
    expect(events).toEqual([
      event({ operation: 'Create', description: 'why' }),
      event({ operation: 'Update' }),
      event({ operation: 'Delete' }),
    ]);
  });
});

describe('a role', () => {
  it('reads and writes what its policy names', async () => {
    const role = new SSM.SSMClient(
      await stage.asRole('tuner', {
        Effect: 'Allow',
        Action: ['ssm:GetParametersByPath', 'ssm:PutParameter'],
        Resource: 'arn:aws:ssm:us-east-1:123456789012:parameter/demo/overrides*',
      }),
    );
    const write = (Name: string) =>
      role.send(new SSM.PutParameterCommand({ Name, Value: '1', Type: 'String' }));
    await write('/demo/overrides/a');
    await role.send(new SSM.GetParametersByPathCommand({ Path: '/demo/overrides', Recursive: true }));
    expect(await failure(write('/demo/defaults/a'))).toMatchObject({
      name: 'AccessDeniedException',
      $metadata: { httpStatusCode: 400 },
      message: expect.stringContaining(
        'ssm:PutParameter on resource: arn:aws:ssm:us-east-1:123456789012:parameter/demo/defaults/a',
      ),
    });
    role.destroy();
  });
});
