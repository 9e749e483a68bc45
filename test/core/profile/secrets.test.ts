import { describe, expect, it } from 'vitest';
import { generatedSecretsOf, validate } from '../../../core/profile/index.ts';
import { front } from './front.ts';
import { faultsOf } from './profiles.ts';

const ARN = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:shop/token-key-AbCdEf';

describe('secrets of a task', () => {
  it('are named by a name, an ARN, or what the environment makes', () => {
    const secrets = { A: 'shop/token-key', B: ARN, C: { generate: 'token-key' } };
    const { web } = validate(front({ web: { secrets } })).profile.tiers;
    expect(web!.secrets).toEqual({
      A: { kind: 'name', name: 'shop/token-key' },
      B: { kind: 'arn', arn: ARN },
      C: { kind: 'generated', name: 'token-key' },
    });
  });

  it('of a canary are added to those of the first version', () => {
    const service = {
      secrets: { A: { generate: 'one' }, B: { generate: 'two' } },
      canary: { entry: 'src/next.ts', version: 'next', secrets: { B: { generate: 'three' } } },
    };
    const [shop] = validate(front({ service })).profile.tiers.service;
    expect(shop!.canary!.secrets).toEqual({
      A: { kind: 'generated', name: 'one' },
      B: { kind: 'generated', name: 'three' },
    });
  });

  it('that are generated are one for each name, however many tasks ask for it', () => {
    const secrets = { KEY: { generate: 'token-key' }, OTHER: { generate: 'another' }, GIVEN: 'given' };
    const { web, service } = validate(front({ web: { secrets }, service: { secrets } })).profile.tiers;
    expect(generatedSecretsOf([web!, ...service])).toEqual(['another', 'token-key']);
  });
});

describe('a bad secret is refused', () => {
  type Row = readonly [what: string, web: object, field: string, rule: RegExp, fix: RegExp];
  const rows: readonly Row[] = [
    [
      'a value by mistake',
      { secrets: { KEY: 'hunter2, a password!' } },
      'secrets.KEY',
      /the name of a secret/,
      /generate/,
    ],
    [
      'a name that ends as an ARN does',
      { secrets: { KEY: 'shop-AbCdEf' } },
      'secrets.KEY',
      /six characters/,
      /whole ARN/,
    ],
    [
      'an ARN without its end',
      { secrets: { KEY: ARN.slice(0, -7) } },
      'secrets.KEY',
      /whole ARN/,
      /<six characters>/,
    ],
    [
      'a field of a secret',
      { secrets: { KEY: `${ARN}:password::` } },
      'secrets.KEY',
      /nothing after/,
      /copy it/,
    ],
    [
      'a parameter',
      { secrets: { KEY: 'arn:aws:ssm:us-east-1:123456789012:parameter/a' } },
      'secrets.KEY',
      /of a secret/,
      /copy it/,
    ],
    [
      'a name in capitals',
      { secrets: { KEY: { generate: 'TokenKey' } } },
      'secrets.KEY.generate',
      /lower-case/,
      /token-key/,
    ],
    ['nothing to generate', { secrets: { KEY: {} } }, 'secrets.KEY.generate', /is required/, /token-key/],
    [
      'a word that is none',
      { secrets: { KEY: { generated: 'a' } } },
      'secrets.KEY.generated',
      /not a field/,
      /did you mean generate/,
    ],
    ['a list', { secrets: { KEY: ['a'] } }, 'secrets.KEY', /must be an object/, /./],
    [
      'a variable of the kit',
      { secrets: { UNDERSTUDY_ENV: 'a' } },
      'secrets.UNDERSTUDY_ENV',
      /the kit or AWS/,
      /another name/,
    ],
    ['the port', { secrets: { PORT: 'a' } }, 'secrets.PORT', /the kit or AWS/, /another name/],
    [
      'credentials of AWS',
      { secrets: { AWS_SECRET_ACCESS_KEY: 'a' } },
      'secrets.AWS_SECRET_ACCESS_KEY',
      /the kit or AWS/,
      /./,
    ],
    ['a variable with a dash', { secrets: { 'a-b': 'a' } }, 'secrets.a-b', /digits and underscores/, /./],
    [
      'a variable that is plain too',
      { environment: { KEY: 'x' }, secrets: { KEY: 'a' } },
      'secrets.KEY',
      /environment too/,
      /one of the two/,
    ],
  ];

  it.each(rows)('%s', (_what, web, field, rule, fix) => {
    const faults = faultsOf(front({ web }));
    const fault = faults.find((one) => one.field === `tiers.web.${field}`);
    expect(fault?.rule).toMatch(rule);
    expect(fault?.fix).toMatch(fix);
  });

  it('without showing what was written, which may be the secret itself', () => {
    const profile = front({ web: { secrets: { KEY: 'hunter2, a password!', PORT: 'hunter2' } } });
    expect(() => validate(profile)).toThrow(/tiers\.web\.secrets\.KEY/);
    expect(() => validate(profile)).not.toThrow(/hunter2/);
  });

  it('in a canary, against the variables of the first version', () => {
    const service = { environment: { KEY: 'x' }, canary: { entry: 'src/next.ts', secrets: { KEY: 'a' } } };
    expect(faultsOf(front({ service })).map(({ field }) => field)).toEqual([
      'tiers.service.shop.canary.secrets.KEY',
    ]);
  });
});
