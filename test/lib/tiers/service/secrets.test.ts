/** Secrets of tasks, as the templates have them: where they are and who may read them, and never a value. */

import { beforeAll, describe, expect, it } from 'vitest';
import { demo } from '../../../../environments/index.ts';
import { grantedRights } from '../../security/granted.ts';
import { resourcesOf, synthesize, theOnly, type Synthesized } from '../../synth.ts';

const ARN = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:shop/payment-AbCdEf';
const READ = 'secretsmanager:GetSecretValue on ';

let made: Synthesized;
beforeAll(() => {
  const entry = 'examples/shop/main.ts';
  const secrets = { KEY: { generate: 'token-key' }, PAYMENT: ARN, MAIL: 'shop/mail' };
  const web = { ...demo.tiers.web!, secrets: { KEY: { generate: 'token-key' } } };
  const canary = { entry, version: 'next', tasks: 3, secrets: { NEW: { generate: 'new-key' } } };
  made = synthesize({ tiers: { ...demo.tiers, web, service: { shop: { entry, secrets, canary } } } });
});

const secretsOf = (family: string): Record<string, unknown> => {
  const [, task] = resourcesOf(made.json.compute, 'AWS::ECS::TaskDefinition').find(
    ([, { Properties }]) => Properties['Family'] === family,
  )!;
  const [container] = task.Properties['ContainerDefinitions'];
  return Object.fromEntries((container.Secrets ?? []).map(({ Name, ValueFrom }: any) => [Name, ValueFrom]));
};
const readers = (role: string): readonly string[] =>
  (grantedRights(made.json).get(role) ?? []).filter((right) => right.startsWith('secretsmanager:'));

describe('a secret of a task', () => {
  it('that is generated is one for all that name it, made beside the state and kept as the data is', () => {
    const secrets = resourcesOf(made.json.state, 'AWS::SecretsManager::Secret');
    expect(secrets).toHaveLength(2);
    expect(secrets.map(([, { Properties }]) => Properties['GenerateSecretString'])).toEqual([
      { ExcludePunctuation: true, PasswordLength: 64 },
      { ExcludePunctuation: true, PasswordLength: 64 },
    ]);
    expect(secretsOf('demo-shop')['KEY']).toEqual(secretsOf('demo-web-tier')['KEY']);
    expect(resourcesOf(made.json.compute, 'AWS::SecretsManager::Secret')).toEqual([]);
    const kept = synthesize({ deletionProtection: true });
    expect(theOnly(kept.json.state, 'AWS::SecretsManager::Secret').DeletionPolicy).toBe('Retain');
  });

  it('stands in the definition by its ARN, and never among the plain variables', () => {
    expect(Object.keys(secretsOf('demo-shop'))).toEqual(['KEY', 'PAYMENT', 'MAIL']);
    expect(secretsOf('demo-shop')['PAYMENT']).toBe(ARN);
    expect(Object.keys(secretsOf('demo-shop-canary'))).toEqual(['KEY', 'PAYMENT', 'MAIL', 'NEW']);
    for (const [, { Properties }] of resourcesOf(made.json.compute, 'AWS::ECS::TaskDefinition')) {
      const names = Properties['ContainerDefinitions'][0].Environment.map(({ Name }: any) => Name);
      expect(names).not.toEqual(expect.arrayContaining(['KEY']));
    }
  });

  it('is read by what starts these very tasks, and nothing else of the environment may', () => {
    const mail = 'arn:aws:secretsmanager:us-east-1:<account>:secret:shop/mail-??????';
    const key = expect.stringMatching(/^secretsmanager:GetSecretValue on <.*[Tt]okenkey>$/);
    const stable = [key, `${READ}${ARN}`, `${READ}${mail}`];
    expect(readers('WebTasksExecutionRole')).toEqual([key]);
    expect(readers('ServiceshopStableTasksExecutionRole').toSorted()).toEqual(expect.arrayContaining(stable));
    expect(readers('ServiceshopStableTasksExecutionRole')).toHaveLength(3);
    expect(readers('ServiceshopCanaryTasksExecutionRole')).toHaveLength(4);
    for (const role of ['WebRole', 'ApplicationshopRole', 'dns-failover']) expect(readers(role)).toEqual([]);
  });

  it('is readable before a task starts', () => {
    for (const [, { DependsOn = [], Properties }] of resourcesOf(
      made.json.compute,
      'AWS::ECS::TaskDefinition',
    )) {
      expect(
        DependsOn.filter((id) => id.includes('ReadSecrets')),
        Properties['Family'],
      ).toHaveLength(1);
    }
  });

  it('is not made where nobody asks for it', () => {
    const entry = 'examples/shop/main.ts';
    const { json } = synthesize({ tiers: { ...demo.tiers, service: { shop: { entry } } } });
    expect(resourcesOf(json.state, 'AWS::SecretsManager::Secret')).toEqual([]);
  });
});
