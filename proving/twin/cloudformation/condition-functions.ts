/** Names of the functions that yield true or false. They stand in Conditions and Rules only. */

const CONDITION_FUNCTIONS = new Set([
  'Condition',
  'Fn::And',
  'Fn::Or',
  'Fn::Not',
  'Fn::Equals',
  'Fn::Contains',
  'Fn::EachMemberEquals',
  'Fn::EachMemberIn',
]);

export function isConditionFunction(name: string): boolean {
  return CONDITION_FUNCTIONS.has(name);
}
