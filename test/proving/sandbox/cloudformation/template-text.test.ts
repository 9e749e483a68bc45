import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseTemplateText } from '../../../../proving/sandbox/cloudformation/template-text.ts';
import { readTemplate } from '../../../../proving/twin/cloudformation/index.ts';

describe('template text', () => {
  test.each([
    ['!Ref Name', { Ref: 'Name' }],
    ['!GetAtt A.B.C', { 'Fn::GetAtt': 'A.B.C' }],
    ['!GetAtt [A, B]', { 'Fn::GetAtt': ['A', 'B'] }],
    ['!Sub "${A}-x"', { 'Fn::Sub': '${A}-x' }],
    ['!Sub ["${A}", {A: !Ref B}]', { 'Fn::Sub': ['${A}', { A: { Ref: 'B' } }] }],
    ['!Join [":", [a, !Ref B]]', { 'Fn::Join': [':', ['a', { Ref: 'B' }]] }],
    ['!If [C, !Ref "AWS::NoValue", 1]', { 'Fn::If': ['C', { Ref: 'AWS::NoValue' }, 1] }],
    ['!Select [0, !GetAZs ""]', { 'Fn::Select': [0, { 'Fn::GetAZs': '' }] }],
    ['!Not [!Condition C]', { 'Fn::Not': [{ Condition: 'C' }] }],
    ['!ImportValue {"Fn::Sub": "${A}:x"}', { 'Fn::ImportValue': { 'Fn::Sub': '${A}:x' } }],
    ['2012-10-17', '2012-10-17'],
    ['yes', 'yes'],
    ['0123', 123],
  ])('reads %s', (text, expected) => {
    expect(parseTemplateText(`V: ${text}`)).toEqual({ V: expected });
  });

  test('reads JSON', () => {
    expect(parseTemplateText(' {"a": [1]}')).toEqual({ a: [1] });
  });

  test.each([
    ['{"a": ', /JSON not well-formed/],
    ['a: [b', /YAML not well-formed/],
    ['a: !Nonsense b', /Nonsense/],
  ])('refuses %s', (text, message) => {
    expect(() => parseTemplateText(text)).toThrow(message);
  });

  test("reads the CLI's own bootstrap template", () => {
    const root = path.dirname(createRequire(import.meta.url).resolve('aws-cdk/package.json'));
    const text = readFileSync(path.join(root, 'lib/api/bootstrap/bootstrap-template.yaml'), 'utf8');
    const template = readTemplate(parseTemplateText(text));
    expect(template.resources.get('CloudFormationExecutionRole')?.type).toBe('AWS::IAM::Role');
    expect(template.resources.get('StagingBucket')?.deletionPolicy).toBe('Retain');
    expect(template.outputs.get('BootstrapVersion')?.value).toMatch(/^\d+$/);
  });
});
