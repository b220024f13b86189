export { directoryCache } from './cache.ts'
export { fileJournal, readJournal } from './journal.ts'
