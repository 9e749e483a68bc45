import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { THRESHOLDS } from '../../../core/thresholds/index.ts';
import { allowedPattern } from '../../../lib/control-plane/threshold-parameters.ts';
import {
  STACK_KEYS,
  allResources,
  resourcesOf,
  synthesize,
  type Resource,
  type Synthesized,
} from '../synth.ts';

let made: Synthesized;
beforeAll(() => {
  made = synthesize();
});

const parameter = (name: string): Resource['Properties'] => {
  const found = resourcesOf(made.json.control, 'AWS::SSM::Parameter').find(
    ([, { Properties }]) => Properties['Name'] === name,
  );
  if (found === undefined) throw new Error(`no parameter ${name}`);
  return found[1].Properties;
};

describe('the thresholds in the template', () => {
  it('are one parameter below /defaults for each beside quotas and strategies, and nothing below /overrides', () => {
    const names = allResources(made.json)
      .filter(([, { Type }]) => Type === 'AWS::SSM::Parameter')
      .map(([, { Properties }]) => Properties['Name'] as string)
      .filter((name) => !/^\/understudy\/demo\/defaults\/(quotas|strategy)\//.test(name));
    expect(names.sort()).toEqual(
      THRESHOLDS.map(({ tier, name }) => `/understudy/demo/defaults/${tier}/${name}`).sort(),
    );
  });

  it.each(THRESHOLDS)('$name has its default, unit, range and a pattern', (spec) => {
    const properties = parameter(`/understudy/demo/defaults/${spec.tier}/${spec.name}`);
    expect(properties).toMatchObject({ Type: 'String', Tier: 'Standard', Value: String(spec.default) });
    expect(properties['Description']).toContain(`Unit: ${spec.unit}. Range: ${spec.min} to ${spec.max}.`);
    const pattern = new RegExp(properties['AllowedPattern']);
    for (const legal of [spec.min, spec.max, spec.default]) expect(String(legal)).toMatch(pattern);
    for (const illegal of ['', ' ', 'abc', '-1', '1e3', '1,5', '0x10', `${spec.max}0000000`, 'NaN', '../x']) {
      expect(illegal).not.toMatch(pattern);
    }
  });

  it('accept every legal value by their pattern', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...THRESHOLDS),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (spec, share) => {
          const value = spec.min + (spec.max - spec.min) * share;
          const written = spec.integer ? String(Math.round(value)) : value.toFixed(4);
          expect(written).toMatch(new RegExp(allowedPattern(spec)));
        },
      ),
    );
  });

  it('change alone: one in the profile changes one parameter and nothing else', () => {
    const changed = synthesize({ thresholds: { database: { 'lag-ms-max': 1500 } } });
    for (const key of STACK_KEYS.filter((stack) => stack !== 'control')) {
      expect(changed.json[key]).toEqual(made.json[key]);
    }
    const before = made.json.control.Resources;
    const after = changed.json.control.Resources;
    expect(Object.keys(after)).toEqual(Object.keys(before));
    const different = Object.keys(before).filter(
      (id) => JSON.stringify(before[id]) !== JSON.stringify(after[id]),
    );
    expect(different).toHaveLength(1);
    const [id] = different;
    expect(after[id!]!.Properties['Name']).toBe('/understudy/demo/defaults/database/lag-ms-max');
    expect({ ...after[id!]!.Properties, Value: before[id!]!.Properties['Value'] }).toEqual(
      before[id!]!.Properties,
    );
    expect(after[id!]!.Properties['Value']).toBe('1500');
  });
});
