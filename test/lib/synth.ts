/** Synthesizes environments for tests: the app's own feature flags, and no bundling. */

import { readFileSync } from 'node:fs';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { vi } from 'vitest';
import type { EnvironmentProfile } from '../../core/profile/index.ts';
import { demo } from '../../environments/index.ts';
import { UnderstudyEnvironment, type UnderstudyEnvironmentProps } from '../../lib/index.ts';

// The rules of the CDK and of cdk-nag have a test of their own; here they would only cost seconds.
process.env['CDK_VALIDATION'] = 'false';

const CDK_JSON = JSON.parse(readFileSync(new URL('../../cdk.json', import.meta.url), 'utf8')) as {
  readonly context: Readonly<Record<string, unknown>>;
};

export const STACK_KEYS = ['network', 'state', 'database', 'cache', 'edge', 'compute', 'control'] as const;
export type StackKey = (typeof STACK_KEYS)[number];

export interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, any>>;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly DependsOn?: readonly string[];
  readonly Metadata?: Readonly<Record<string, any>>;
}

export interface TemplateJson {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs: Readonly<
    Record<string, { readonly Value: unknown; readonly Export?: { readonly Name: unknown } }>
  >;
}

export interface Synthesized {
  readonly environment: UnderstudyEnvironment;
  /** Templates by stack; one that the profile does not ask for is empty. */
  readonly templates: Readonly<Record<StackKey, Template>>;
  readonly json: Readonly<Record<StackKey, TemplateJson>>;
}

/** Several synths in one test take their time on a busy machine. */
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

export function testApp(): App {
  return new App({ context: { ...CDK_JSON.context, 'aws:cdk:bundling-stacks': [] } });
}

/** An environment that differs from the example by the given fields. */
export function synthesize(
  change: Partial<EnvironmentProfile> = {},
  props: Partial<UnderstudyEnvironmentProps> = {},
): Synthesized {
  const profile = { ...demo, ...change };
  const environment = new UnderstudyEnvironment(testApp(), 'Demo', { profile, ...props });
  const entries = STACK_KEYS.map((key) => {
    const stack = environment[key];
    return [key, stack === null ? Template.fromJSON({ Resources: {} }) : Template.fromStack(stack)] as const;
  });
  const templates = Object.fromEntries(entries) as Record<StackKey, Template>;
  const json = Object.fromEntries(entries.map(([key, t]) => [key, t.toJSON()])) as Record<
    StackKey,
    TemplateJson
  >;
  return { environment, templates, json };
}

/** Resources of a type as [logical id, resource]. */
export function resourcesOf(template: TemplateJson, type: string): readonly (readonly [string, Resource])[] {
  return Object.entries(template.Resources).filter(([, resource]) => resource.Type === type);
}

/** All resources of an environment as [stack.logicalId, resource]. */
export function allResources(json: Synthesized['json']): readonly (readonly [string, Resource])[] {
  return STACK_KEYS.flatMap((key) =>
    Object.entries(json[key].Resources).map(([id, resource]) => [`${key}.${id}`, resource] as const),
  );
}

/** The function whose report name is given. */
export function functionNamed(json: Synthesized['json'], reportName: string): readonly [string, Resource] {
  const found = allResources(json).find(
    ([, { Type, Properties }]) =>
      Type === 'AWS::Lambda::Function' &&
      Properties['Environment']?.Variables?.UNDERSTUDY_FUNCTION === reportName,
  );
  if (found === undefined) throw new Error(`no function is named ${reportName}`);
  return found;
}

/** The only resource of a type. */
export function theOnly(template: TemplateJson, type: string): Resource {
  const [found, ...others] = resourcesOf(template, type);
  if (found === undefined || others.length > 0) throw new Error(`${others.length + 1} of ${type}`);
  return found[1];
}
