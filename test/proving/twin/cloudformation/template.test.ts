import { describe, expect, test } from 'vitest';
import { readTemplate } from '../../../../proving/twin/cloudformation/index.ts';

const one = { Resources: { A: { Type: 'AWS::SNS::Topic' } } };
const policies = (template: unknown) => {
  const { deletionPolicy, updateReplacePolicy } = readTemplate(template).resources.get('A')!;
  return [deletionPolicy, updateReplacePolicy];
};

describe('reading a template', () => {
  test.each<[string, unknown, RegExp]>([
    ['no object', 'text', /not an object/],
    ['a stray section', { ...one, Extras: {} }, /Invalid template property or properties \[Extras\]/],
    ['no resources', { Resources: {} }, /At least one Resources member/],
    ['a resource without type', { Resources: { A: {} } }, /must contain a Type member/],
    ['a stray field', { Resources: { A: { Type: 'T', Proprties: {} } } }, /'Proprties'/],
    ['a logical id with a dash', { Resources: { 'A-b': { Type: 'T' } } }, /alphanumeric/],
    [
      'an unknown policy',
      { Resources: { A: { Type: 'T', DeletionPolicy: 'Keep' } } },
      /"Keep" must be one of/,
    ],
    [
      'Snapshot where there are none',
      { Resources: { A: { Type: 'AWS::S3::Bucket', DeletionPolicy: 'Snapshot' } } },
      /does not support Snapshot/,
    ],
    [
      'a transform',
      { ...one, Transform: 'AWS::Serverless-2016-10-31' },
      /Transform "AWS::Serverless-2016-10-31"/,
    ],
    ['an output without value', { ...one, Outputs: { O: {} } }, /Every Outputs member must contain a Value/],
  ])('refuses %s', (_what, document, message) => {
    expect(() => readTemplate(document)).toThrow(message);
  });

  test('deletes unless told otherwise; a cluster leaves a snapshot', () => {
    expect(policies(one)).toEqual(['Delete', 'Delete']);
    expect(policies({ Resources: { A: { Type: 'AWS::RDS::DBCluster' } } })).toEqual(['Snapshot', 'Delete']);
    expect(policies({ Resources: { A: { Type: 'AWS::RDS::DBInstance' } } })).toEqual(['Snapshot', 'Delete']);
    const member = { Type: 'AWS::RDS::DBInstance', Properties: { DBClusterIdentifier: 'c' } };
    expect(policies({ Resources: { A: member } })).toEqual(['Delete', 'Delete']);
  });
});
