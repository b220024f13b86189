import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** The recordings of the repository: files of the Go recorder, none written by us. */
export const recordings = readdirSync(join(root, 'cassettes'), { recursive: true, encoding: 'utf8' })
  .filter(name => name.endsWith('.yaml'))
  .map(name => join('cassettes', name))
  .filter(name => !readFileSync(join(root, name), 'utf8').startsWith('#'))

export const textOf = (recording: string): string => readFileSync(join(root, recording), 'utf8')
export const pathOf = (recording: string): string => join(root, recording)
export const person = join('cassettes', 'xai', 'grok-4-fast', 'simple_object_streaming.yaml')

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cassette-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** The address of a server that is gone after the test. */
export async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** The text of each chunk of a body. */
export async function chunksOf(response: Response): Promise<string[]> {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  const chunks: string[] = []
  for await (const chunk of response.body ?? []) chunks.push(decoder.decode(chunk, { stream: true }))
  return chunks
}

/** The seed of every property test here; fast-check prints it with a counterexample. */
export const seed = 20261120
