/**
 * Random choice in proportion to weight: no shared state between clients, so no herd. `random` is in [0, 1).
 * Undefined where every weight is 0.
 */
export function chooseWeighted<Member>(
  members: readonly Member[],
  weightOf: (member: Member) => number,
  random: number,
): Member | undefined {
  let total = 0;
  for (const member of members) total += weightOf(member);
  if (!(total > 0)) return undefined;
  let rest = random * total;
  let last: Member | undefined;
  for (const member of members) {
    const weight = weightOf(member);
    if (weight <= 0) continue;
    last = member;
    rest -= weight;
    if (rest < 0) return member;
  }
  return last;
}
