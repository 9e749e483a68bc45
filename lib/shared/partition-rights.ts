import type * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';

/**
 * Allows actions on some partitions of a table only.
 * @param partitions values of `pk`; `*` and `?` stand for any characters
 */
export function grantOnPartitions(
  table: dynamodb.ITable,
  grantee: iam.IGrantable,
  rights: { readonly actions: readonly string[]; readonly partitions: readonly string[] },
): iam.Grant {
  const patterns = rights.partitions.some((partition) => /[*?]/.test(partition));
  const operator = patterns ? 'ForAllValues:StringLike' : 'ForAllValues:StringEquals';
  return iam.Grant.addToPrincipal({
    grantee,
    actions: [...rights.actions],
    resourceArns: [table.tableArn],
    conditions: {
      [operator]: { 'dynamodb:LeadingKeys': [...rights.partitions] },
      // Without it a request that carries no key at all would pass a condition on all of none.
      Null: { 'dynamodb:LeadingKeys': 'false' },
    },
  });
}
