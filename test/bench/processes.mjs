import { execFile, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const fileOf = name => fileURLToPath(new URL(name, import.meta.url))

/** Starts the server; `stop` ends it. */
export const startServer = async () => {
  const server = fork(fileOf('./server.mjs'))
  const { port } = await new Promise((resolve, reject) => {
    server.once('message', resolve)
    server.once('exit', code => reject(new Error(`The server ended with ${code} before it listened`)))
  })
  return { baseURL: `http://127.0.0.1:${port}/v1`, stop: () => server.disconnect() }
}

const runFile = promisify(execFile)

/**
 * Runs a script of this folder with a job and returns what it measured: the last line it prints.
 *
 * @param options `node` is the executable, `flags` are for Node, `dist` is the build to measure.
 */
export const runChild = async (script, job, { node = process.execPath, flags = [], dist } = {}) => {
  const env = { ...process.env, NODE_OPTIONS: '', ...(dist !== undefined && { BENCH_DIST: dist }) }
  const { stdout } = await runFile(node, [...flags, fileOf(script), JSON.stringify(job)], { env, maxBuffer: 2 ** 26 })
  return JSON.parse(stdout.trimEnd().split('\n').at(-1))
}
