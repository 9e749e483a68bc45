/** An environment without edge, web tier and services is what it was before there were any. */

import { beforeAll, describe, expect, it } from 'vitest';
import { demo } from '../../environments/index.ts';
import { grantedRights } from './security/granted.ts';
import { allResources, functionNamed, resourcesOf, synthesize, type Synthesized } from './synth.ts';

const { database, cache } = demo.tiers;

let made: Synthesized;
let whole: Synthesized;
beforeAll(() => {
  made = synthesize({ tiers: { database, cache: cache! } });
  whole = synthesize();
});

/** Resources as the templates have them; of code, only that it is there: every change of a source is a new bundle. */
const resources = ({ json }: Synthesized): ReadonlyMap<string, string> =>
  new Map(
    allResources(json).map(([id, resource]) => [
      id,
      JSON.stringify(resource, (key, value: unknown) => (key === 'Code' ? 'code' : value)),
    ]),
  );

describe('without edge, web tier and services', () => {
  it('there is no stack of them, no table, no function and no subnet but the isolated ones', () => {
    const { environment, json } = made;
    expect([environment.edge, environment.compute, environment.state.frontTable]).toEqual([null, null, null]);
    expect(() => functionNamed(json, 'dns-failover')).toThrow('no function is named');
    expect(resourcesOf(json.network, 'AWS::EC2::Subnet')).toHaveLength(3);
    expect(resourcesOf(json.network, 'AWS::EC2::NatGateway')).toEqual([]);
    expect(json.state.Outputs).not.toHaveProperty('FrontTableName');
  });

  it('nothing that is made speaks of them: no variable, right, parameter or alarm', () => {
    const spoken = [...resources(made)].filter(
      ([id, text]) => !/PermissionBoundary/.test(id) && WORDS.test(text),
    );
    expect(spoken.map(([id]) => id)).toEqual([]);
    expect([...resources(whole).values()].some((text) => WORDS.test(text))).toBe(true);
  });

  it('every resource has the same logical id as where they are, so that adding them replaces nothing', () => {
    const before = new Set(resources(made).keys());
    const after = resources(whole);
    const gone = [...before].filter((id) => !after.has(id));
    expect(gone).toEqual([]);
  });

  it('no role may do what only the tiers in front need', () => {
    const rights = [...grantedRights(made.json).values()].flat();
    expect(
      rights.filter((right) =>
        /^(route53|elasticloadbalancing|arc-zonal-shift|servicediscovery|s3):/.test(right),
      ),
    ).toEqual([]);
  });
});

const WORDS =
  /FRONT_TABLE|UNDERSTUDY_SERVICES|defaults\/(web|edge|service|strategy)\/|dns-failover|(targets-low|zone-gray|edge-unreachable|record-drifted|deployment-failed|target-unreachable)|aws\.ecs|target-observation/;
