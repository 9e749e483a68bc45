/** Which types can be deployed, and how. */

import { fail, type ResourceDefinition } from '../../twin/cloudformation/index.ts';
import type { ResourceProvider, World } from '../kernel/index.ts';
import { type CustomResources, isCustom } from './custom-resources.ts';
import { INERT_TYPES, inertProvider } from './inert/index.ts';

export type TypeKind = 'enacted' | 'inert' | 'custom';

export interface ResourceTypes {
  kindOf(type: string): TypeKind | null;
  /** The provider of a type that `kindOf` knows. */
  provider(type: string): ResourceProvider;
  /** Throws TemplateError naming every type that is neither enacted nor inert, with its resources. */
  check(resources: Iterable<ResourceDefinition>): void;
  /** Types refused so far, for the report. */
  readonly refused: ReadonlySet<string>;
}

export function createResourceTypes(
  world: World,
  providers: ReadonlyMap<string, ResourceProvider>,
  custom: CustomResources,
): ResourceTypes {
  const refused = new Set<string>();
  const kindOf = (type: string): TypeKind | null => {
    if (providers.has(type)) return 'enacted';
    if (isCustom(type)) return 'custom';
    return INERT_TYPES.has(type) ? 'inert' : null;
  };
  return {
    refused,
    kindOf,
    provider(type) {
      const given = providers.get(type);
      if (given !== undefined) return given;
      if (isCustom(type)) return custom.provider(type);
      const inert = INERT_TYPES.get(type);
      return inert === undefined
        ? fail(`Unrecognized resource types: [${type}]`, '')
        : inertProvider(inert, world);
    },
    check(resources) {
      const unknown = [...resources].filter(({ type }) => kindOf(type) === null);
      if (unknown.length === 0) return;
      for (const { type } of unknown) refused.add(type);
      const types = [...new Set(unknown.map(({ type }) => type))].join(', ');
      const named = unknown.map(({ logicalId, type }) => `${logicalId} (${type})`).join(', ');
      fail(
        `Template format error: Unrecognized resource types: [${types}]. ` +
          `The sandbox neither enacts these resources nor knows them as inert: ${named}. Nothing was changed.`,
        '',
      );
    },
  };
}
