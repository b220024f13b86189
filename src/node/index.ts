export { fileJournal, readJournal } from './journal.ts'
