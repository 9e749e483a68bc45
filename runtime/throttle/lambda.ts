/** The throttle in front of a Lambda handler behind API Gateway or a function URL. */

import { decide, headersFor, type Identify } from './decide.ts';
import { saysOverload } from './http-answer.ts';
import type { Throttle } from './throttle.ts';

export interface LambdaAnswer {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string | number | boolean>>;
  readonly body?: string;
}

interface LambdaContextLike {
  getRemainingTimeInMillis(): number;
}

/** What cannot end before the function's own time-out is not begun. */
export function throttleLambda<Event, Answer extends LambdaAnswer>(
  throttle: Throttle,
  identify: Identify<Event>,
  handler: (event: Event, context: LambdaContextLike) => Promise<Answer>,
): (event: Event, context: LambdaContextLike) => Promise<Answer | LambdaAnswer> {
  return async (event, context) => {
    const remainingMs = context.getRemainingTimeInMillis();
    const identified = await identify(event);
    const deadlineMs = Math.min(identified.deadlineMs ?? remainingMs, remainingMs);
    const incoming = { ...identified, deadlineMs };
    const decision = await decide(throttle, incoming);
    const limits = headersFor(throttle, incoming);
    if ('answer' in decision) {
      const { status, headers, body } = decision.answer;
      return { statusCode: status, headers: { ...limits, ...headers }, body };
    }
    let dropped = false;
    try {
      const answer = await handler(event, context);
      dropped = saysOverload(answer.statusCode);
      return { ...answer, headers: { ...answer.headers, ...limits } };
    } finally {
      decision.pass.done({ dropped });
    }
  };
}
