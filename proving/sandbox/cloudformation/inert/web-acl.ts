/** WAF: web ACLs, sets of addresses and what they are attached to. No request is inspected here. */

import { randomUUID } from 'node:crypto';
import type { World } from '../../kernel/index.ts';
import { type InertResource, textOf } from './types.ts';

const NAME_MAX = 128;

/** `Ref` of WAF's resources is `<name>|<id>|<scope>`. */
function named(
  type: string,
  kind: 'webacl' | 'ipset',
  more: typeof labelNamespace = () => ({}),
): InertResource {
  return {
    type,
    replaceOn: ['Name', 'Scope'],
    identify: (request) => {
      const name = textOf(request, 'Name') || request.generateName(NAME_MAX);
      return [name, randomUUID(), textOf(request, 'Scope')].join('|');
    },
    attributes: (physicalId, _request, world) => {
      const [name = '', id = '', scope = ''] = physicalId.split('|');
      const place = scope === 'CLOUDFRONT' ? 'global' : 'regional';
      const resource = `${place}/${kind}/${name}/${id}`;
      const Arn = `arn:${world.partition}:wafv2:${world.region}:${world.accountId}:${resource}`;
      return { Arn, Id: id, ...more(name, world) };
    },
  };
}

function labelNamespace(name: string, { accountId }: World): Readonly<Record<string, string>> {
  return { LabelNamespace: `awswaf:${accountId}:webacl:${name}:` };
}

const association: InertResource = {
  type: 'AWS::WAFv2::WebACLAssociation',
  replaceOn: ['ResourceArn', 'WebACLArn'],
  identify: (request) => request.generateName(NAME_MAX),
  attributes: () => ({}),
};

export const WEB_ACL_TYPES: readonly InertResource[] = [
  named('AWS::WAFv2::WebACL', 'webacl', labelNamespace),
  named('AWS::WAFv2::IPSet', 'ipset'),
  association,
];
