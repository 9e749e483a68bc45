/** The web ACLs of a template. Requests that they look at, refused ones too, are the reader's to know. */

import { pricer } from './template.ts';
import type { CostTemplate, Estimate, PriceFile } from './types.ts';

export interface EdgeRulesCostInput {
  readonly template: CostTemplate;
  readonly prices: PriceFile;
  readonly requestsPerMonth: number;
}

export function estimateEdgeRules({ template, prices, requestsPerMonth }: EdgeRulesCostInput): Estimate {
  const acls = Object.values(template.Resources).filter(({ Type }) => Type === 'AWS::WAFv2::WebACL');
  const rules = acls.reduce((sum, { Properties }) => {
    const listed = Properties?.['Rules'];
    return sum + (Array.isArray(listed) ? listed.length : 0);
  }, 0);
  const price = pricer(prices);
  const items = [
    price('wafWebAclMonth', 'Web ACLs', acls.length, `${acls.length} web ACLs`),
    price('wafRuleMonth', 'Rules', rules, `${rules} rules, the exemption among them`),
    price(
      'wafRequest',
      'Requests looked at',
      acls.length === 0 ? 0 : requestsPerMonth,
      'whatever becomes of them',
    ),
  ];
  return { items, usd: items.reduce((sum, item) => sum + item.usd, 0) };
}
