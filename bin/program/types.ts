/** What `main` is told to do once the line is parsed: the exit code comes back. */
export type Action = () => Promise<number> | number;

/** Called once, by the command that the line names. */
export type Choose = (action: Action) => void;
