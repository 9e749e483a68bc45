/** The stack Edge with the network that it stands in, and nothing else of an environment. */

import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { validate, type EdgeProfile } from '../../../core/profile/index.ts';
import { demo } from '../../../environments/index.ts';
import { EdgeStack } from '../../../lib/stacks/edge-stack.ts';
import { NetworkStack } from '../../../lib/stacks/network-stack.ts';
import { testApp, type Resource, type TemplateJson } from '../synth.ts';

export interface Made {
  readonly stack: EdgeStack;
  readonly json: TemplateJson;
}

export function makeStack(
  edge: Partial<EdgeProfile> = {},
  { app = testApp(), name = 'Edge', ...fields }: { app?: App; name?: string; [field: string]: unknown } = {},
): EdgeStack {
  const tiers = { ...demo.tiers, edge: { ...demo.tiers.edge!, ...edge } };
  const { profile } = validate({ ...demo, ...fields, tiers });
  const env = { region: profile.region };
  const { vpc } = new NetworkStack(app, `${name}Network`, { profile, env });
  return new EdgeStack(app, name, { profile, edge: profile.tiers.edge!, web: profile.tiers.web!, vpc, env });
}

export function made(edge: Partial<EdgeProfile> = {}, fields: Readonly<Record<string, unknown>> = {}): Made {
  const stack = makeStack(edge, fields);
  return { stack, json: Template.fromStack(stack).toJSON() as TemplateJson };
}

/** Resources of a type, by logical id. */
export function ofType({ json }: Made, type: string): readonly (readonly [string, Resource])[] {
  return Object.entries(json.Resources).filter(([, { Type }]) => Type === type);
}
