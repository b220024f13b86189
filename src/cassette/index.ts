export { type Cassette, type CassetteMode, type CassetteOptions, cassette } from './cassette.ts'
export { type CassetteFault, checkCassette } from './check.ts'
export type {
  Interaction,
  RecordedHeaders,
  RecordedRequest,
  RecordedResponse,
  Recording,
} from './interaction.ts'
export { parseCassette } from './read.ts'
export { formatCassette } from './write.ts'
