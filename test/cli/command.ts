import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import type { Io } from '../../src/cli/io.ts'
import { main } from '../../src/cli/main.ts'
import { eventsOf, type ModelServer, modelServer } from '../helpers/model-server.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

// Modules of users import the sources, so that no test here needs a build.
process.env.JITI_ALIAS = JSON.stringify({
  decant: join(root, 'src/index.ts'),
  'decant/cassette': join(root, 'src/cassette/index.ts'),
})
process.env.JITI_FS_CACHE = join(root, 'node_modules/.cache/jiti')

/** A folder with these files, in which zod is installed; gone after the test. */
export const folderWith = (files: Readonly<Record<string, string>> = {}): string => {
  const folder = mkdtempSync(join(tmpdir(), 'decant-cli-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(join(root, 'node_modules/zod'), join(folder, 'node_modules/zod'))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  return folder
}

/** Where a command writes: a pipe, or a terminal of so many columns. */
export class Screen {
  text = ''
  readonly isTTY: boolean
  readonly columns?: number
  readonly rows = 24

  constructor(columns?: number) {
    this.isTTY = columns !== undefined
    if (columns !== undefined) this.columns = columns
  }

  write(text: string): boolean {
    this.text += text
    return true
  }

  once(): void {}
}

export interface Setting {
  readonly folder?: string
  readonly stdin?: string
  /** Columns of the terminal that stdout and stderr are; absent for pipes. */
  readonly terminal?: number
  readonly env?: Readonly<Record<string, string>>
}

export interface Command {
  readonly stdout: Screen
  readonly stderr: Screen
  /** As Ctrl-C does. */
  readonly interrupt: () => void
  readonly code: Promise<number>
}

/** Starts the command line inside this process. */
export const start = (words: readonly string[], { folder, stdin, terminal, env = {} }: Setting = {}): Command => {
  const stdout = new Screen(terminal)
  const stderr = new Screen(terminal)
  const listeners = new Set<() => void>()
  const io: Io = {
    stdin: Object.assign(
      (async function* () {
        if (stdin !== undefined) yield stdin
      })(),
      { isTTY: stdin === undefined },
    ),
    stdout,
    stderr,
    env: { LANG: 'en_US.UTF-8', ...env },
    cwd: folder ?? folderWith(),
    onInterrupt(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    exit() {
      throw new Error('the process would end here')
    },
  }
  return {
    stdout,
    stderr,
    interrupt: () => {
      for (const listener of listeners) listener()
    },
    code: main(words, io),
  }
}

/** Runs the command line to its end. */
export const decant = async (words: readonly string[], setting: Setting = {}) => {
  const command = start(words, setting)
  const code = await command.code
  return { code, stdout: command.stdout.text, stderr: command.stderr.text }
}

/** What the model does with the nth request for a prompt, from 0. */
type Answering = (prompt: string, nth: number, response: ServerResponse) => unknown

export interface Endpoint extends ModelServer {
  /** The options that lead a command there. */
  readonly words: readonly string[]
  /** The prompts that were asked, in order. */
  readonly prompts: readonly string[]
}

/** A model on loopback that answers by the prompt: a value is the forced function's arguments, undefined: nothing more is sent. */
export const endpoint = async (answering: Answering): Promise<Endpoint> => {
  const prompts: string[] = []
  const server = await modelServer(
    ...Array.from({ length: 1000 }, () => async ({ body }: { readonly body: any }, response: ServerResponse) => {
      const prompt: string = body.messages.find(({ role }: { role: string }) => role === 'user').content
      const nth = prompts.filter(each => each === prompt).length
      prompts.push(prompt)
      const value = await answering(prompt, nth, response)
      if (value === undefined) return
      const call = { call: body.tools[0].function.name, args: JSON.stringify(value) }
      if (body.stream) {
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        for (const event of eventsOf(call)) response.write(`data: ${JSON.stringify(event)}\n\n`)
        response.end('data: [DONE]\n\n')
      } else {
        response.writeHead(200, { 'content-type': 'application/json' })
        response.end(JSON.stringify(completion(call.call, call.args)))
      }
    }),
  )
  onTestFinished(() => server[Symbol.asyncDispose]())
  return { ...server, prompts, words: ['--base-url', server.baseURL, '--model', 'scripted'] }
}

const completion = (name: string, args: string) => ({
  id: 'chatcmpl-scripted',
  choices: [
    {
      index: 0,
      message: {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'call_0', type: 'function', function: { name, arguments: args } }],
      },
      finish_reason: 'tool_calls',
    },
  ],
  usage: { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120, cost: 0.001 },
})

/** Answers with an error status. */
export const refuse = (response: ServerResponse, status: number, message: string): undefined => {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ error: { message } }))
}

export const citySchema = JSON.stringify({
  title: 'City',
  type: 'object',
  properties: { city: { type: 'string' }, people: { type: 'integer' } },
  required: ['city', 'people'],
  additionalProperties: false,
})

export const lines = (values: readonly unknown[]): string => values.map(value => `${JSON.stringify(value)}\n`).join('')
export const parsed = (text: string): any[] =>
  text
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line))
