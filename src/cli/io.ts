/** What the command line has of the world: everything outside comes in here, so that a test is a function call. */

export interface Output {
  /** False: full; `drain` follows when there is room again. */
  write(text: string): boolean
  once(event: 'drain', listener: () => void): unknown
  readonly isTTY?: boolean
  readonly columns?: number
  readonly rows?: number
}

export interface Io {
  readonly stdin: AsyncIterable<Uint8Array | string> & { readonly isTTY?: boolean }
  readonly stdout: Output
  readonly stderr: Output
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  /** Calls the listener at every Ctrl-C from now on; what it returns stops that. */
  readonly onInterrupt: (listener: () => void) => () => void
  /** Ends the process at once. */
  readonly exit: (code: number) => void
}

/** What every command takes. */
export interface Manner {
  /** Machine-readable events on stderr, one JSON object a line. */
  readonly json?: boolean
  /** More detail; stack traces. */
  readonly verbose?: boolean
  /** Failures and the end only. */
  readonly quiet?: boolean
  /** `--no-color` makes it false. */
  readonly color?: boolean
}

/** Writes and waits until there is room for more. */
export const write = async (output: Output, text: string): Promise<void> => {
  if (!output.write(text)) await new Promise<void>(resolve => output.once('drain', resolve))
}
