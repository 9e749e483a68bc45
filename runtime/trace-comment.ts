/** Marks a statement with the trace that it belongs to, so that whoever looks at the database's sessions finds it. */

const TRACE_LENGTH_MAX = 128;
const NOT_OF_A_TRACE = /[^0-9a-f-]/g;

/**
 * The statement with a comment at its end. Of the id only `0-9`, `a-f` and `-` are taken over, so that nothing in it can
 * end the comment. Without any of these the statement stays as it is.
 * @param trace the root id of X-Amzn-Trace-Id, or the trace id of a `traceparent`
 */
export function withTraceComment(statement: string, trace: string | null | undefined): string {
  const id = (trace ?? '').slice(0, TRACE_LENGTH_MAX).toLowerCase().replaceAll(NOT_OF_A_TRACE, '');
  return id === '' ? statement : `${statement} /* trace=${id} */`;
}
