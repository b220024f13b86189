/** The exit codes of every command; documented in the README and in `decant --help`. */
export const exits = {
  /** All done. */
  done: 0,
  /** A fault of the command line itself. */
  bug: 1,
  /** The command cannot be carried out as it was written: arguments, files, the extractor's module, its schema. */
  usage: 2,
  /** Some or all records failed. */
  failed: 3,
  /** Stopped: by the budget, by a key that is missing or refused, or because everything failed alike. */
  stopped: 4,
  /** Ended by Ctrl-C. */
  interrupted: 130,
} as const
