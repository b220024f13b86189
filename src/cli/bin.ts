#!/usr/bin/env node
import process from 'node:process'
import type { Io } from './io.ts'
import { main, mannerOf } from './main.ts'

let unwritten: NodeJS.ErrnoException | undefined
process.stdout.on('error', async (error: NodeJS.ErrnoException) => {
  if (unwritten !== undefined) return
  unwritten = error
  // `decant run … | head`: whoever reads has had enough.
  if (error.code === 'EPIPE') process.exit(0)
  const { exitOf, tell, UsageError } = await import('./failure.ts')
  const told = new UsageError(`Cannot write to stdout: ${error.message}`, undefined, { cause: error })
  tell(told, io, mannerOf(words))
  process.exit(exitOf(told))
})
process.stderr.on('error', () => {})

const words = process.argv.slice(2)
const io: Io = {
  // Opened only by who reads it.
  get stdin() {
    return process.stdin
  },
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  cwd: process.cwd(),
  onInterrupt(listener) {
    process.on('SIGINT', listener)
    return () => process.off('SIGINT', listener)
  },
  exit: process.exit,
}
const code = await main(words, io)
// What was written may still be on its way; what is open otherwise - an unread stdin, a kept connection - is not waited for.
process.stdout.write('', error => {
  if (!error && unwritten === undefined) process.exit(code)
})
