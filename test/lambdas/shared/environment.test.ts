import { describe, expect, it } from 'vitest';
import { InvalidInput } from '../../../core/errors.ts';
import { controllerSettings, EnvironmentReader } from '../../../lambdas/shared/environment.ts';

const GOOD = {
  UNDERSTUDY_ENV: 'demo',
  UNDERSTUDY_FUNCTION: 'replica-pool',
  UNDERSTUDY_STATE_TABLE: 'table',
  AWS_REGION: 'eu-west-1',
  UNDERSTUDY_CLUSTER: 'cluster',
  UNDERSTUDY_MEMBERS: 'db-1=db-1.example,db-2=db-2.example',
};

const read = (variables: Record<string, string | undefined>) => {
  const reader = new EnvironmentReader(variables);
  const settings = controllerSettings(reader, 'observe');
  reader.done('replica-pool');
  return settings;
};

describe('the environment of a function', () => {
  it('is read whole, with defaults for zones, applications and mode', () => {
    expect(read(GOOD)).toEqual({
      env: 'demo',
      functionName: 'replica-pool',
      table: 'table',
      region: 'eu-west-1',
      clusterId: 'cluster',
      memberIds: ['db-1', 'db-2'],
      zones: ['a', 'b', 'c', 'd', 'e', 'f'].map((letter) => `eu-west-1${letter}`),
      applications: [],
      mode: 'observe',
    });
    const given = { UNDERSTUDY_ZONES: 'x1,x2', UNDERSTUDY_APPLICATIONS: 'shop', UNDERSTUDY_MODE: 'act' };
    expect(read({ ...GOOD, ...given })).toMatchObject({
      zones: ['x1', 'x2'],
      applications: ['shop'],
      mode: 'act',
    });
  });

  it.each([
    [{ UNDERSTUDY_ENV: 'Demo!' }, 'UNDERSTUDY_ENV'],
    [{ UNDERSTUDY_STATE_TABLE: '' }, 'UNDERSTUDY_STATE_TABLE'],
    [{ UNDERSTUDY_CLUSTER: undefined }, 'UNDERSTUDY_CLUSTER'],
    [{ UNDERSTUDY_MEMBERS: '' }, 'UNDERSTUDY_MEMBERS'],
    [{ UNDERSTUDY_MEMBERS: 'db-1=h,db-1=h' }, 'UNDERSTUDY_MEMBERS'],
    [{ UNDERSTUDY_MEMBERS: 'db-1' }, 'UNDERSTUDY_MEMBERS'],
    [{ UNDERSTUDY_MEMBERS: 'db-1=a b' }, 'UNDERSTUDY_MEMBERS'],
    [{ UNDERSTUDY_MODE: 'yes' }, 'UNDERSTUDY_MODE'],
  ])('is refused for %j, naming the variable', (change, name) => {
    expect(() => read({ ...GOOD, ...change })).toThrow(name);
  });

  it('names all of its faults at once', () => {
    try {
      read({});
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(InvalidInput);
      expect((error as InvalidInput).faults.length).toBeGreaterThanOrEqual(6);
    }
  });
});
