export { directoryCache } from './cache.ts'
export { readJournal } from './entries.ts'
export { fileJournal } from './journal.ts'
