/** The parser alone: JSON text in any pieces, an immutable snapshot after each, the same end as JSON.parse. */
import { createJsonParser, JsonError } from 'decant/json'

const parser = createJsonParser()
for (const piece of ['{"city":"Pa', 'ris","zip":750', '01,"sights":["Lou', 'vre"]}']) {
  parser.feed(piece)
  console.log(JSON.stringify(parser.value))
}
console.log(parser.finish())

try {
  createJsonParser().feed('{"city": Paris}')
} catch (error) {
  if (error instanceof JsonError) console.log(error.code, 'at', error.position)
}
