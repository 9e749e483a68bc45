/** AWS::SSM::Parameter. */

import { beforeEach, describe, expect, it } from 'vitest';
import type { BusEvent, ResourceProvider } from '../../../../../proving/sandbox/kernel/index.ts';
import { type SsmPart, createSsm } from '../../../../../proving/sandbox/services/ssm/index.ts';
import { request } from '../../identity/fixture.ts';
import { testWorld } from '../../wire/world.ts';

let ssm: SsmPart;
let provider: ResourceProvider;
let events: BusEvent[];

beforeEach(() => {
  events = [];
  ssm = createSsm(testWorld(), { bus: { publish: (event) => void events.push(event) } });
  provider = ssm.providers?.[0] as ResourceProvider;
});

const properties = { Name: '/demo/a', Type: 'String', Value: '1', Description: 'd', Tags: { a: 'b' } };

describe('AWS::SSM::Parameter', () => {
  it('is made, changed in place and deleted', async () => {
    const made = await provider.create(request(provider, 'P', properties));
    expect(made).toEqual({ physicalId: '/demo/a', attributes: { Type: 'String', Value: '1' } });
    const changed = await provider.update({
      ...request(provider, 'P', { ...properties, Value: '2' }),
      physicalId: '/demo/a',
      previous: properties,
    });
    expect(changed.attributes).toEqual({ Type: 'String', Value: '2' });
    expect(ssm.get('/demo/a')).toBe('2');
    await provider.delete({ ...request(provider, 'P', properties), physicalId: '/demo/a' });
    expect(ssm.get('/demo/a')).toBeUndefined();
    expect(events.map(({ detail }) => detail['operation'])).toEqual(['Create', 'Update', 'Delete']);
  });

  it('has a name from the stack when it is given none', async () => {
    const made = await provider.create(request(provider, 'P', { Type: 'String', Value: '1' }));
    expect(made.physicalId).toBe('Demo-P-ABC123');
  });

  it('is refused where the name is taken, since the template does not own it', async () => {
    await provider.create(request(provider, 'P', properties));
    await expect(provider.create(request(provider, 'Q', properties))).rejects.toMatchObject({
      code: 'ParameterAlreadyExists',
    });
  });

  it('names the property that is wrong', async () => {
    const make = (more: object) => provider.create(request(provider, 'P', { ...properties, ...more }));
    await expect(make({ Type: 'Number' })).rejects.toThrow(
      'Type = "Number": must be one of String, StringList',
    );
    await expect(make({ Value: undefined })).rejects.toThrow('Value = nothing: is required');
    await expect(make({ Policies: '[]' })).rejects.toThrow('does not enact parameter policies');
    expect(events).toEqual([]);
  });
});
