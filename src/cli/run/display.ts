import type { Io, Manner } from '../io.ts'
import { blockLines } from '../terminal/block.ts'
import { type Failed, failedLines } from '../terminal/failed.ts'
import { Live } from '../terminal/live.ts'
import { count } from '../terminal/numbers.ts'
import { noteLine, PlainPace, progressLine, startLine } from '../terminal/plain.ts'
import { inFlightOf, type RunState } from '../terminal/run-state.ts'
import { progressOf, screenOf } from '../terminal/screen.ts'
import { type Ending, endLines } from '../terminal/summary.ts'
import { safeJson } from '../terminal/text.ts'

/** Shows a run while it goes on. */
export interface Display {
  /** Something is different now. */
  changed(): void
  /** Ctrl-C was pressed once. */
  stopping(): void
  failed(failed: Failed, isNewKind: boolean): void
  /** What is no failure and yet to be known at once. */
  note(text: string): void
  /** Runs what writes to the terminal outside of the display. */
  around(print: () => void): void
  /** Takes away what moves; also when the run broke. */
  close(): void
  end(ending: Ending, notes: readonly string[]): void
}

export const displayOf = (state: () => RunState, asked: string | undefined, manner: Manner, io: Io): Display => {
  if (manner.json) return jsonDisplay(state, io)
  const mode = manner.quiet ? 'none' : progressOf(io.env, io.stderr, asked)
  const screen = () => screenOf(io.env, io.stderr, manner)
  const print = (lines: readonly string[]): void => void io.stderr.write(lines.map(line => `${line}\n`).join(''))
  const end = (ending: Ending, notes: readonly string[]): void => {
    print([...endLines(ending, screen()), ...notes.map(noteLine)])
  }
  if (mode === 'live') {
    const live = new Live(io.stderr, () => blockLines(state(), screen()))
    live.changed()
    return {
      changed: () => live.changed(),
      stopping: () => live.changed(),
      failed: (failed, isNewKind) => {
        if (isNewKind) live.above(() => print(failedLines(failed, screen())))
        else live.changed()
      },
      note: text => live.above(() => print([noteLine(text)])),
      around: write => live.above(write),
      close: () => live.end(),
      end,
    }
  }
  const speaks = mode === 'plain'
  const pace = new PlainPace(performance.now())
  if (speaks) print([startLine(state())])
  return {
    changed: () => {
      if (speaks && pace.due(state(), performance.now())) print([progressLine(state())])
    },
    stopping: () => print([`finishing ${count(inFlightOf(state()))}, again to stop now`]),
    failed: (failed, isNewKind) => {
      if (isNewKind) print(failedLines(failed, screen()))
    },
    note: text => {
      if (!manner.quiet) print([noteLine(text)])
    },
    around: write => write(),
    close: () => {},
    end,
  }
}

/** The same facts for programs. */
const jsonDisplay = (state: () => RunState, io: Io): Display => {
  const say = (event: string, facts: object): void => void io.stderr.write(`${safeJson({ event, ...facts })}\n`)
  const told = ({ cost, ...run }: RunState) => ({
    ...run,
    knownCost: cost,
    ...(run.unpriced === 0 && { cost }),
  })
  const pace = new PlainPace(performance.now())
  say('start', told(state()))
  return {
    changed: () => {
      if (pace.due(state(), performance.now())) say('progress', told(state()))
    },
    stopping: () => say('stopping', { inFlight: inFlightOf(state()) }),
    failed: ({ next, ...failed }) => say('failed', failed),
    note: text => say('note', { text }),
    around: write => write(),
    close: () => {},
    end: ({ run, ...ending }, notes) => say('end', { ...told(run), ...ending, ...(notes.length > 0 && { notes }) }),
  }
}
