import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root } from './built.ts'

interface Manifest {
  readonly scripts?: Record<string, string>
  readonly dependencies?: Record<string, string>
}

const manifestOf = (...folder: string[]): Manifest =>
  JSON.parse(readFileSync(join(root, ...folder, 'package.json'), 'utf8'))

const { scripts = {}, dependencies = {} } = manifestOf()

/** What npm runs in a package that somebody installs. */
const installing = ['preinstall', 'install', 'postinstall', 'prepare']

describe('installing decant', () => {
  it('runs nothing of ours', () => {
    expect(Object.keys(scripts).filter(name => installing.includes(name))).toEqual([])
  })

  it.each(Object.keys(dependencies))('brings %s, which runs nothing and brings nothing else', name => {
    const manifest = manifestOf('node_modules', name)
    expect(Object.keys(manifest.scripts ?? {}).filter(each => installing.slice(0, 3).includes(each))).toEqual([])
    expect(Object.keys(manifest.dependencies ?? {})).toEqual([])
  })
})
