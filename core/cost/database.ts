/** The database tier by itself: what it would cost without self-healing too. */

import type { CostTemplate, Estimate, LineItem, PriceFile } from './types.ts';
import { USAGE } from './usage.ts';

export interface DatabaseInput {
  /** The synthesized Database stack. */
  readonly template: CostTemplate;
  readonly prices: PriceFile;
}

/** Instances, key and secret. Storage, backups and I/O depend on the data and are left to the reader. */
export function estimateDatabase({ template, prices }: DatabaseInput): Estimate {
  const resources = Object.values(template.Resources);
  const classes = resources
    .filter((resource) => resource.Type === 'AWS::RDS::DBInstance')
    .map((resource) => String(resource.Properties?.['DBInstanceClass']));
  const count = (type: string): number => resources.filter((resource) => resource.Type === type).length;
  const items: LineItem[] = [...new Set(classes)].map((name) => instances(name, classes, prices));
  const keys = count('AWS::KMS::Key');
  const secrets = count('AWS::SecretsManager::Secret');
  const { kmsKeyMonth, secretMonth } = prices.prices;
  items.push(
    {
      what: 'Keys',
      because: `${keys} customer keys`,
      quantity: keys,
      price: 'kmsKeyMonth',
      usd: keys * kmsKeyMonth.usd,
    },
    {
      what: 'Secrets',
      because: `${secrets} secrets`,
      quantity: secrets,
      price: 'secretMonth',
      usd: secrets * secretMonth.usd,
    },
  );
  return { items, usd: items.reduce((sum, item) => sum + item.usd, 0) };
}

function instances(name: string, classes: readonly string[], prices: PriceFile): LineItem {
  const price = prices.instanceHours[name];
  if (price === undefined) throw new Error(`the price file of ${prices.date} has no price for ${name}`);
  const members = classes.filter((other) => other === name).length;
  const hours = members * USAGE.hoursPerMonth;
  const because = `${members} members of ${name}, ${USAGE.hoursPerMonth} hours each`;
  return { what: 'Members', because, quantity: hours, price: name, usd: hours * price.usd };
}
