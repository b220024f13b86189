import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CassetteError } from '../errors.ts'
import type { Recording } from './interaction.ts'
import { parseCassette } from './read.ts'
import { formatCassette } from './write.ts'

/** Bytes. A recording this large is a mistake or an attack. */
const largestFile = 64 * 1024 * 1024

export const isRecorded = (path: string | URL): boolean => existsSync(path)

/** @throws CassetteError `unreadable` when the file is missing, too large, not UTF-8, or no cassette */
export function readCassette(path: string | URL): Recording {
  const refuse = (problem: string, cause?: unknown): never => {
    throw new CassetteError(`Cannot read cassette '${path}': ${problem}.`, 'unreadable', { cause })
  }
  if (!isRecorded(path)) refuse(`there is no such file; record it with mode 'record'`)
  const { size } = statSync(path)
  if (size > largestFile) refuse(`it has ${size} bytes, more than the ${largestFile} allowed`)
  const bytes = readFileSync(path)
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (error) {
    return refuse('it is not UTF-8 text', error)
  }
  return parseCassette(text, String(path))
}

/**
 * Puts the recording in the place of the file at once: whoever reads it sees the old one or the new one, whole.
 * Synchronous, so that two writes cannot overtake each other and an exit after the last body loses nothing.
 */
export function writeCassette(path: string | URL, recording: Recording): void {
  const target = path instanceof URL ? fileURLToPath(path) : path
  const draft = `${target}.${randomUUID()}.tmp`
  mkdirSync(dirname(target), { recursive: true })
  try {
    writeFileSync(draft, formatCassette(recording))
    renameSync(draft, target)
  } catch (error) {
    rmSync(draft, { force: true })
    throw error
  }
}
