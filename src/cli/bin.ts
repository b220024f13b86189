#!/usr/bin/env node
import process from 'node:process'
import { main } from './main.ts'

// `decant run … | head`: whoever reads has had enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))
process.stderr.on('error', () => {})

const code = await main(process.argv.slice(2), {
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
})
// What was written may still be on its way; what is open otherwise - an unread stdin, a kept connection - is not waited for.
process.stdout.write('', () => process.exit(code))
