/** Imports between rooms run downward only: a room may import itself and any room of a floor below its own. */
const floors = [
  {
    types: '(types/.+|types|paths)\\.ts',
    abort: 'abort\\.ts',
    nearest: 'nearest\\.ts',
    text: '(text|defined|composite)\\.ts',
    hash: 'hash\\.ts',
  },
  { errors: 'errors\\.ts' },
  { budget: 'budget\\.ts', cache: 'cache\\.ts' },
  { json: 'json/', schema: 'schema/', http: 'http/' },
  { wire: 'wire/', decode: 'decode/' },
  { repair: 'repair/', jsonSchema: 'json-schema\\.ts' },
  { channel: '(channel|elements|reader)\\.ts', plan: '(plan|choice|options|prompt|examples|ledger)\\.ts' },
  {
    run: '(run|result|failing|fallback|ask|exchange|context|request|sink|access|judge|tools|modes|mending|validate|recall)\\.ts',
  },
  { extraction: 'extraction\\.ts' },
  { extract: 'extract\\.ts' },
  { extractor: '(extractor|explain)\\.ts' },
  { pipeline: 'pipeline/' },
  { index: 'index\\.ts' },
]

/** Rooms beside the tower, with the rooms they stand on. Nothing in the tower may import them. */
const wings = {
  cassette: { path: 'cassette/', on: ['types', 'errors'] },
  node: { path: 'node/', on: ['types', 'errors', 'pipeline'] },
  otel: { path: 'otel/', on: ['types', 'errors', 'http'] },
  cli: { path: 'cli/', on: ['index', 'doors'] },
}

/** The public entry points beside the front door. */
const doors = '(json|cassette|node|otel)/index\\.ts'

/** The one room that may import each outside package. */
const packages = {
  '^node_modules/zod-to-json-schema/': 'schema/',
  '^node_modules/zod/': '(schema|cli)/',
  '^node_modules/yaml/': 'cassette/',
  '^node_modules/@opentelemetry/api/': 'otel/',
  '^node_modules/(commander|csv-parse|jiti)/': 'cli/',
}

const src = paths => `^src/(${paths.join('|')})`

const paths = Object.assign({ doors }, ...floors)

const towerRules = floors.flatMap((floor, height) => {
  const below = floors.slice(0, height).flatMap(Object.values)
  return Object.entries(floor).map(([room, path]) => ({
    name: `floors:${room}`,
    comment: `${room} may import itself and ${below.length === 0 ? 'nothing else' : 'the floors below it'}`,
    severity: 'error',
    from: { path: src([path]) },
    to: { path: '^src/', pathNot: src([path, ...below]) },
  }))
})

const wingRules = Object.entries(wings).map(([room, { path, on }]) => ({
  name: `floors:${room}`,
  comment: `${room} is a side wing: it may import itself and ${on.join(', ')}`,
  severity: 'error',
  from: { path: src([path]) },
  to: { path: '^src/', pathNot: src([path, ...on.map(name => paths[name])]) },
}))

const packageRules = Object.entries(packages).map(([path, room]) => ({
  name: `package-only-in:${room}`,
  severity: 'error',
  from: { path: '^src/', pathNot: src([room]) },
  to: { path },
}))

const everyRoom = src([...Object.values(paths), ...Object.values(wings).map(wing => wing.path)])

module.exports = {
  forbidden: [
    ...towerRules,
    ...wingRules,
    ...packageRules,
    {
      name: 'no-homeless-file',
      comment: 'every file of src/ belongs to a room that .dependency-cruiser.cjs gives a floor',
      severity: 'error',
      from: {},
      to: { path: '^src/', pathNot: everyRoom },
    },
    {
      name: 'node-only-in-wings',
      comment: 'the core runs in browsers',
      severity: 'error',
      from: { path: '^src/', pathNot: src(Object.values(wings).map(wing => wing.path)) },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'declared-packages-only',
      comment: 'what src/ imports is a dependency or a peer, never a development tool',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: 'node_modules', dependencyTypesNot: ['npm', 'npm-peer'] },
    },
    {
      name: 'loaded-apart',
      comment: 'what is loaded when it is needed brings nothing along that a bundler would have to wrap',
      severity: 'error',
      from: { path: '^src/repair/(edits|places)\\.ts$' },
      to: { path: '^src/', pathNot: '^src/repair/places\\.ts$', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'loaded-when-needed',
      comment: 'one import by a statement, and it is loaded at once',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/repair/edits\\.ts$' },
      to: { path: '^src/repair/(edits|places)\\.ts$', dependencyTypesNot: ['type-only', 'dynamic-import'] },
    },
    { name: 'no-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'examples-use-the-front-door',
      severity: 'error',
      from: { path: '^examples/' },
      to: { path: '^src/', pathNot: '^src/((json|cassette|node|otel)/)?index\\.ts$' },
    },
    { name: 'no-cycle', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-orphan', severity: 'error', from: { orphan: true, path: '^src/' }, to: {} },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
}
