import { providers } from 'decant'
import { exits } from '../exit.ts'
import type { Io, Manner } from '../io.ts'
import { colourOf, progressOf, unicodeOf } from '../terminal/screen.ts'
import { plain, safeJson } from '../terminal/text.ts'

const proxyVariables = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'NO_PROXY', 'no_proxy']

/** What a question about a broken set-up wants to know. Sends nothing and shows no key. */
export const doctorCommand = async (version: string, manner: Manner, io: Io): Promise<number> => {
  const { env } = io
  const keys = Object.entries(providers).map(([name, { baseURL, keyVariable }]) => ({
    name,
    baseURL,
    keyVariable,
    found: Boolean(env[keyVariable]),
    problem: problemOf(env[keyVariable]),
  }))
  const proxies = proxyVariables.flatMap(name => (env[name] ? [{ name, value: bareUrl(env[name]) }] : []))
  // A Node that reads NODE_USE_ENV_PROXY has a flag for it (https://nodejs.org/api/cli.html#node_use_env_proxy1).
  const knowsProxies = process.allowedNodeEnvironmentFlags.has('--use-env-proxy')
  const proxyUsed = knowsProxies && (Boolean(env.NODE_USE_ENV_PROXY) || /--use-env-proxy/.test(env.NODE_OPTIONS ?? ''))
  const facts = {
    decant: version,
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    providers: keys,
    proxies,
    proxyUsed,
    stderr: { terminal: io.stderr.isTTY === true, columns: io.stderr.columns },
    progress: progressOf(env, io.stderr, undefined),
    colour: colourOf(env, io.stderr, manner),
    unicode: unicodeOf(env),
  }
  if (manner.json) {
    io.stdout.write(`${safeJson(facts)}\n`)
    return exits.done
  }
  const lines = [
    `decant ${version}, Node ${facts.node}, ${facts.platform}`,
    '',
    ...keys.map(({ name, baseURL, keyVariable, found, problem }) => {
      const state = found ? `found${problem === undefined ? '' : `, but ${problem}`}` : 'not set'
      return `${name.padEnd(12)}${keyVariable.padEnd(20)}${state.padEnd(10)}${baseURL}`
    }),
    '',
    ...(proxies.length === 0
      ? ['proxy       none in the environment']
      : proxies.map(each => `proxy       ${each.name}=${each.value}`)),
    ...(proxies.length > 0 && !proxyUsed
      ? [
          `            Node's fetch passes it by: set NODE_USE_ENV_PROXY=1${knowsProxies ? '' : `, which Node ${process.version} does not know; 22.21 and 24.5 do`}`,
        ]
      : []),
    `terminal    ${facts.stderr.terminal ? `${facts.stderr.columns ?? '?'} columns` : 'none on stderr'}, progress ${facts.progress}, colour ${facts.colour ? 'on' : 'off'}, ${facts.unicode ? 'UTF-8' : 'ASCII'}`,
  ]
  io.stdout.write(lines.map(line => `${plain(line)}\n`).join(''))
  return exits.done
}

/** What is often wrong with a key, without a word of it. */
const problemOf = (key: string | undefined): string | undefined => {
  if (!key) return undefined
  if (key !== key.trim()) return 'it begins or ends with a blank'
  if (/^['"]|['"]$/.test(key)) return 'it stands in quotes'
  return /\s/.test(key) ? 'it holds a blank' : undefined
}

/** A proxy's URL may hold a password. */
const bareUrl = (value: string): string => {
  if (!URL.canParse(value)) return value.replace(/^[^@]*@/, '[redacted]@')
  const url = new URL(value)
  if (url.username === '' && url.password === '') return value
  url.username = 'redacted'
  url.password = ''
  return url.href
}
