/**
 * A resource type that stands for something this machine does not have. It gets an identity and the attributes
 * that CloudFormation documents, so that what refers to it resolves; nothing runs behind it.
 */

import type { ResourceRequest, World } from '../../kernel/index.ts';

export interface InertResource {
  readonly type: string;
  /** Top-level properties whose change needs a replacement, as CloudFormation documents it. */
  readonly replaceOn: readonly string[];
  /** What `Ref` returns. */
  identify(request: ResourceRequest, world: World): string;
  /** What `Fn::GetAtt` returns. Depends on nothing but its arguments, so that an update keeps what it must. */
  attributes(physicalId: string, request: ResourceRequest, world: World): Readonly<Record<string, unknown>>;
}

/** A property as text; empty when it is left out. */
export function textOf(request: ResourceRequest, property: string): string {
  const value = request.properties[property];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

export function listOf(request: ResourceRequest, property: string): readonly unknown[] {
  const value = request.properties[property];
  return Array.isArray(value) ? (value as unknown[]) : [];
}
